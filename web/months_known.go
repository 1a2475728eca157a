package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"ratable/closing"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/web/page"
	"ratable/web/ui"
)

// knownAt is a month as it was closed: its seal, the trial balance as it was known then and now, and what became known since.
func (v *visit) knownAt() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		s, err := v.closeScope(0)
		if err != nil {
			return err
		}
		b, err := v.booksOf(t, s)
		if err != nil {
			return err
		}
		month := v.queryMonth("month")
		if month.IsZero() {
			month = cmp.Or(b.states.ClosedThrough(s.entity), v.Today().MonthOf())
		}
		s.month = month
		view := page.KnownAt{Filter: v.scopeBar("/close/known", s, false), Head: ui.HeadProps{Title: ui.MonthText(month) + " as it was closed",
			Sub: "What was known when the month was closed stays what it was: the same figures whenever they are asked for.", Crumbs: []ui.Anchor{{Label: "Close", Href: narrowed("/close", "entity", s.entity)}}}}
		if seal, ok := closing.Of(b.seals, month); !ok {
			view.Missing = b.entity.Name + " has no seal of " + ui.MonthText(month) + ": it is open, or was closed before months were sealed."
		} else if err := v.knownOf(t, b, seal, &view); err != nil {
			return err
		}
		return v.page(http.StatusOK, frame{Title: "As closed", Room: "close"}, page.KnownAtPage(view))
	})
}

func (v *visit) knownOf(t tx, b booksOf, s closing.Seal, view *page.KnownAt) error {
	previous := "none: the first"
	if s.Previous != nil {
		previous = fmt.Sprintf("%x", s.Previous)
	}
	view.Seal = []ui.Fact{
		{Term: "SHA-256", Value: ui.Mono(s.Text())}, {Term: "Of the month before", Value: ui.Mono(previous)},
		{Term: "Closed on", Value: ui.Text(ui.DayText(s.ClosedOn))}, {Term: "Entries", Value: ui.Text(fmt.Sprint(s.Entries))},
		{Term: "Watermark", Value: ui.Text(fmt.Sprint(s.Known))},
	}
	view.Again = fmt.Sprintf("ratable export journal --entity %s --month %s --as-known %s/%s", b.entity.Code, s.Month, b.entity.Code, s.Month)
	if b.states.State(s.Entity, s.Month) == ledger.MonthClosed {
		found, err := closing.Verify(v.ctx, t, s.Entity, s.Month)
		if err != nil {
			return err
		}
		for _, broken := range found.Broken {
			view.Broken = broken.Text
		}
	}
	f := ledger.Filter{Entity: s.Entity, From: s.Month.First(), Through: s.Month.Last(), Known: s.Known}
	then, err := ledger.TrialBalance(v.ctx, t, f)
	if err != nil {
		return err
	}
	f.Known = 0
	now, err := ledger.TrialBalance(v.ctx, t, f)
	if err != nil {
		return err
	}
	view.Trial = thenAndNow(then, now, s.Month)
	since, err := ledger.BecameKnown(v.ctx, t, ledger.Filter{Entity: s.Entity}, s.Known, ledger.Now)
	if err != nil {
		return err
	}
	view.Since = sinceTable(since)
	inputs, err := closing.Inputs(v.ctx, t, s)
	if err != nil {
		return err
	}
	view.Facts = factsTable(inputs)
	for _, sum := range then.Totals() {
		view.Links = append(view.Links, ui.Anchor{Label: "Waterfall then and now, " + string(sum.Currency),
			Href: narrowed("/reports/waterfall", "entity", s.Entity, "currency", sum.Currency, "month", v.Today().MonthOf().Prev(), "since", s.Month)})
	}
	view.Notes, err = v.notesTable(t, s)
	return err
}

// thenAndNow compares the trial balance as known at the close with what is known now.
func thenAndNow(then, now ledger.Trial, month period.Month) ui.TableProps {
	t := ui.TableProps{Title: "Trial balance through " + ui.DayText(month.Last()), Columns: []ui.Column{{Label: "Account"}, {Label: "Currency", Kind: ui.Tight},
		{Label: "As known then", Kind: ui.Figures}, {Label: "Now", Kind: ui.Figures}, {Label: "Difference", Kind: ui.Figures}}}
	type key struct {
		c money.Currency
		a ledger.Account
	}
	var keys []key
	for _, trial := range []ledger.Trial{then, now} {
		for _, r := range trial.Rows {
			if k := (key{r.Currency, r.Account}); !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
	}
	slices.SortFunc(keys, func(a, b key) int { return cmp.Or(cmp.Compare(a.c, b.c), cmp.Compare(a.a, b.a)) })
	for _, k := range keys {
		was, is := then.Row(k.a, k.c).Closing, now.Row(k.a, k.c).Closing
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(k.a.Info().Name), ui.Text(string(k.c)), ui.Figure(was), ui.Figure(is), ui.Figure(is.Sub(was)))})
	}
	return t
}

// sinceTable is what became known after the close, by cause: what it did to the result, and what came late.
func sinceTable(since []ledger.Became) ui.TableProps {
	t := ui.TableProps{Title: "What became known since, by cause", Columns: []ui.Column{{Label: "Cause"}, {Label: "Booked in", Kind: ui.Tight}, {Label: "Account"}, {Label: "Entries", Kind: ui.Figures}, {Label: "Amount", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing", Text: "No revenue, cost, gain or loss was booked after the month was closed."}}
	for _, b := range since {
		if kind := b.Account.Info().Type; kind != ledger.Asset && kind != ledger.Liability || b.Late {
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(closing.Cause(b)), ui.Text(ui.MonthText(b.BookedIn)), ui.Text(b.Account.Info().Name), ui.Text(fmt.Sprint(b.Entries)), ui.Money(b.Amount))})
		}
	}
	return t
}

func factsTable(inputs []closing.Input) ui.TableProps {
	t := ui.TableProps{Title: "Facts sealed with it", Columns: []ui.Column{{Label: "Table", Kind: ui.Tight}, {Label: "Became known", Kind: ui.Figures}, {Label: "Digest"}},
		Empty: ui.EmptyProps{Title: "None", Text: "No fact became known since the month before was closed."}}
	for _, in := range inputs {
		if in.Facts > 0 {
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(in.Table), ui.Text(fmt.Sprint(in.Facts)), ui.Mono(in.Digest[:16]))})
		}
	}
	return t
}

// notesTable is what the checks found when the month was closed, and what the closer said to it.
func (v *visit) notesTable(t tx, s closing.Seal) (ui.TableProps, error) {
	table := ui.TableProps{Title: "Found and explained at the close", Columns: []ui.Column{{Label: "Check"}, {Label: "Found", Kind: ui.Figures}, {Label: "The closer's note"}}}
	kept, err := closing.KeptFindings(v.ctx, t, s.Entity)
	for _, k := range kept {
		if k.Month == s.Month && k.Event == s.Event {
			table.Rows = append(table.Rows, ui.Row{Cells: ui.Cells(ui.Text(k.Name), ui.Text(fmt.Sprint(k.Found)), ui.Text(k.Note))})
		}
	}
	return table, err
}
