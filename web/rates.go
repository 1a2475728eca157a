package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/web/page"
	"ratable/web/ui"
)

// rates are the exchange rates of a month: each pair's closing rate and average, or a currency's day by day with who
// recorded them.
func (v *visit) rates() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		month := v.queryMonth("month")
		if month.IsZero() {
			month = v.Today().MonthOf()
		}
		currency, err := money.ParseCurrency(v.query("currency"))
		if err != nil {
			currency = ""
		}
		found, err := entities.RatesOfMonth(v.ctx, t, month, currency)
		if err != nil {
			return err
		}
		called, err := v.people(t)
		if err != nil {
			return err
		}
		table := v.pairTable(month, found)
		if currency != "" {
			table = dayTable(found, called)
		}
		list := page.List{
			Head: ui.HeadProps{Title: "Exchange rates", Crumbs: []ui.Anchor{{Label: "Ledger", Href: "/ledger/exchange"}},
				Sub: fmt.Sprintf("What is booked in another currency than an entity's counts at the last rate on or before its day, at most %d days old; between two currencies across the euro. A rate is never changed: a correction stands beside it and counts from then on.", entities.MaxAge)},
			Filter: v.rateFilter(month), Tables: []ui.TableProps{table},
		}
		if v.may(get, "/settings/rates/import") {
			list.Head.Others = ui.Cells(ui.Button(ui.ButtonProps{Label: "Import rates", Href: "/settings/rates/import", Icon: "download"}))
		}
		return v.page(http.StatusOK, frame{Title: "Exchange rates", Room: "ledger"}, page.ListPage(list))
	})
}

func (v *visit) rateFilter(month period.Month) *page.Narrowing {
	n := v.narrowing("/settings/rates", "", ui.FieldProps{Name: "currency", Label: "Currency", Placeholder: "USD"}, ui.FieldProps{Name: "month", Label: "Month", Kind: ui.MonthInput})
	for _, m := range []period.Month{month.Prev(), month, month.Next()} {
		n.Views = append(n.Views, ui.Chip{Label: ui.MonthText(m), Href: v.with("month", m.String()), On: m == month})
	}
	return n
}

var noRates = ui.EmptyProps{Title: "No rate is recorded", Text: "The European Central Bank publishes euro reference rates on working days at about 16:00: eurofxref.csv holds the day's, eurofxref-hist.csv all since 1999."}

// pairTable is a line for each pair: the last rate of the month and the mean of its days.
func (v *visit) pairTable(month period.Month, found []entities.RecordedRate) ui.TableProps {
	type pair struct{ base, quote money.Currency }
	counted, days := map[pair]int{}, []entities.Rate{}
	var order []pair
	for _, r := range found {
		if r.Superseded {
			continue
		}
		p := pair{r.Base, r.Quote}
		if counted[p]++; counted[p] == 1 {
			order = append(order, p)
		}
		days = append(days, r.Rate)
	}
	slices.SortFunc(order, func(a, b pair) int {
		return strings.Compare(string(a.base)+string(a.quote), string(b.base)+string(b.quote))
	})
	table := ui.TableProps{Caption: "Exchange rates", Empty: noRates,
		Columns: []ui.Column{{Label: "One"}, {Label: "Costs"}, {Label: "Last rate", Kind: ui.Figures}, {Label: "Of", Kind: ui.Tight}, {Label: "Average", Kind: ui.Figures}, {Label: "Days", Kind: ui.Figures}}}
	rates := entities.NewRates(days)
	for _, p := range order {
		last, err := rates.Closing(p.base, p.quote, month)
		average, also := rates.Average(p.base, p.quote, month)
		if err != nil || also != nil { // the month's last rate is older than a week at its end
			last, average = latestOf(days, p.base, p.quote), entities.Quote{}
		}
		mean := ui.Nothing()
		if !average.Rate.IsZero() {
			mean = ui.Text(average.Rate.Round(6).String())
		}
		table.Rows = append(table.Rows, ui.Row{Href: narrowed("/settings/rates", "month", month, "currency", p.quote), Cells: ui.Cells(ui.Text(string(p.base)), ui.Text(string(p.quote)),
			ui.Text(last.Rate.String()), ui.Day(last.On), mean, ui.Count(int64(counted[p])))})
	}
	return table
}

func latestOf(days []entities.Rate, base, quote money.Currency) entities.Quote {
	var out entities.Quote
	for _, r := range days {
		if r.Base == base && r.Quote == quote && (out.On.IsZero() || r.On.After(out.On)) {
			out = entities.Quote{Rate: r.Rate, On: r.On, Source: r.Source}
		}
	}
	return out
}

// dayTable is every rate that was recorded, the corrected ones too.
func dayTable(found []entities.RecordedRate, called map[int64]string) ui.TableProps {
	table := ui.TableProps{Caption: "Exchange rates", Empty: noRates,
		Columns: []ui.Column{{Label: "Day", Kind: ui.Tight}, {Label: "One"}, {Label: "Costs"}, {Label: "Rate", Kind: ui.Figures}, {Label: "Published by"}, {Label: "Recorded by"}, {Label: "Recorded"}, {Label: "Status"}}}
	for _, r := range found {
		word := "Active"
		if r.Superseded {
			word = "Superseded"
		}
		table.Rows = append(table.Rows, ui.Row{Cells: ui.Cells(ui.Day(r.On), ui.Text(string(r.Base)), ui.Text(string(r.Quote)), ui.Text(r.Rate.Rate.String()), ui.Text(r.Source),
			ui.Text(called[r.ByUser]), ui.Text(r.RecordedAt.UTC().Format("2006-01-02 15:04")+" UTC"), ui.Status(word))})
	}
	return table
}

func (v *visit) ratesForm() error { return v.showRatesImport(http.StatusOK, "", nil, nil) }

// importRates tries a file out first; what was tried is sent again to be recorded.
func (v *visit) importRates() error {
	text, err := v.upload("file", "rows")
	if err == nil && text == "" {
		err = fault.InvalidFields(fault.Field{Path: "file", Message: "is missing: choose eurofxref.csv or eurofxref-hist.csv, unzipped, or paste rows of it"})
	}
	commit := v.form("step") == "commit"
	var found entities.RatesImport
	if err == nil {
		found, err = entities.ImportRates(v.ctx, v.DB, strings.NewReader(text), !commit, v.Today(), v.By)
	}
	if refusal(err) {
		return v.showRatesImport(http.StatusUnprocessableEntity, text, nil, err)
	}
	if err != nil {
		return err
	}
	if commit {
		return v.redirect(narrowed("/settings/rates", "month", found.Last.MonthOf()), done(fmt.Sprintf("%s recorded, %d known already.", howMany(found.New+found.Changed, "rate"), found.Known)))
	}
	return v.showRatesImport(http.StatusOK, text, &found, nil)
}

func (v *visit) showRatesImport(status int, text string, found *entities.RatesImport, refused error) error {
	view := page.RatesImport{
		Head: ui.HeadProps{Title: "Import exchange rates", Crumbs: []ui.Anchor{{Label: "Exchange rates", Href: "/settings/rates"}},
			Sub: "Reference rates of the European Central Bank as CSV: eurofxref.csv of the day, or eurofxref-hist.csv since 1999. The same file again records nothing twice."},
		Action: "/settings/rates/import", Text: text, Errors: inCell(complaints(refused)),
	}
	if found != nil {
		view.Stats = []ui.StatProps{
			{Label: "New", Value: ui.Count(int64(found.New)), Note: ui.DayText(found.First) + " to " + ui.DayText(found.Last)},
			{Label: "Corrections", Value: ui.Count(int64(found.Changed)), Note: "Booked with the next remeasurement"},
			{Label: "Known already", Value: ui.Count(int64(found.Known))},
		}
		if len(found.LeftOut) > 0 {
			view.Stats = append(view.Stats, ui.StatProps{Label: "Left out", Value: ui.Count(int64(len(found.LeftOut))), Note: "No currencies any more: " + strings.Join(found.LeftOut, ", ")})
		}
		view.Commit = found.New+found.Changed > 0
		view.Rows = ui.TableProps{Title: "Corrections", Columns: []ui.Column{{Label: "Day", Kind: ui.Tight}, {Label: "Currency"}, {Label: "Recorded", Kind: ui.Figures}, {Label: "In the file", Kind: ui.Figures}}}
		for _, c := range found.Corrections {
			view.Rows.Rows = append(view.Rows.Rows, ui.Row{Cells: ui.Cells(ui.Day(c.On), ui.Text(string(c.Quote)), ui.Text(c.Was.Rate.String()), ui.Text(c.Rate.Rate.String()))})
		}
	}
	return v.page(status, frame{Title: "Import exchange rates", Room: "ledger"}, page.RatesImportPage(view))
}

// inCell puts what is wrong with cells beside the field that took them.
func inCell(found []fault.Field) []fault.Field {
	out := slices.Clone(found)
	for i, f := range out {
		if f.Line > 0 {
			out[i] = fault.Field{Path: "rows", Message: fmt.Sprintf("Line %d, %s: %q %s", f.Line, f.Path, f.Value, f.Message)}
		}
	}
	return out
}
