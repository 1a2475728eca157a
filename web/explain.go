package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
	"ratable/web/page"
	"ratable/web/ui"
)

// whyAddress opens why a line of a contract earns what it does in a month.
func whyAddress(number, line string, month period.Month) string {
	return scheduleAddress(number) + "/lines/" + url.PathEscape(line) + "/months/" + month.String()
}

// why says why a line earned what it did in a month, from the formula down to the clause, the bill and the usage, and up
// again to the entries. From a figure of the trial balance it is two clicks away: its postings, and the month of one of them.
func (v *visit) why() error {
	month, err := period.ParseMonth(v.param("month"))
	if err != nil {
		return fault.New(fault.NotFound, "there is no page at this address")
	}
	d, err := v.dossier(v.param("number"))
	if err != nil {
		return err
	}
	line := v.param("line")
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		r, err := revrec.Why(v.ctx, t, d.Account, d.ID, line, month)
		if err != nil {
			return err
		}
		if len(r.Explained)+len(r.Rows) == 0 {
			return fault.New(fault.NotFound, "line %q of %s earns nothing in %s", line, d.Number, month)
		}
		all, err := revrec.Assessments(v.ctx, t, d.Account, 0)
		if err != nil {
			return err
		}
		w := reasons{d, r, line, month, all}
		view := page.Why{
			Head: ui.HeadProps{Title: "Why " + ui.AmountText(w.now()), Sub: fmt.Sprintf("Revenue of line %s in %s, by what is known now.", line, ui.MonthText(month)),
				Crumbs: []ui.Anchor{{Label: "Revenue", Href: "/revenue"}, {Label: d.Number, Href: scheduleAddress(d.Number)}, {Label: line}}},
			Stats:  w.stats(),
			Parts:  w.parts(),
			Tables: []ui.TableProps{w.schedule(), w.bills()},
			Rail:   ui.Cells(ui.Facts("Where it comes from", w.sources())),
		}
		return v.page(http.StatusOK, frame{Title: "Why " + d.Number + " " + line, Room: "revenue"}, page.WhyPage(view))
	})
}

// reasons puts what stands behind a figure in words.
type reasons struct {
	dossier
	revrec.Reasons
	line   string
	month  period.Month
	judged []revrec.Judgment // of the account
}

// now is what the month earns by what is known now.
func (w reasons) now() money.Amount {
	sum := money.Zero(w.Currency)
	for _, x := range w.Explained {
		sum = sum.Add(x.Earned)
	}
	return sum
}

func (w reasons) stats() []ui.StatProps {
	scheduled, booked := money.Zero(w.Currency), money.Zero(w.Currency)
	for _, r := range w.Rows {
		net := r.Amount.Sub(r.PassedOn)
		scheduled = scheduled.Add(net)
		if r.Recognized {
			booked = booked.Add(net)
		}
	}
	entries := postingsAddress("contract", w.ID, "line", w.line, "ledger", ledger.Income, "from", w.month.First())
	return []ui.StatProps{{Label: "Explained", Value: ui.Money(w.now())}, {Label: "Scheduled", Value: ui.MoneyLink(scheduled, scheduleAddress(w.Number))}, {Label: "Recognized", Value: ui.MoneyLink(booked, entries)}}
}

func (w reasons) parts() []page.WhyPart {
	var out []page.WhyPart
	for _, x := range w.Explained {
		p := x.Piece
		title := fmt.Sprintf("%s, %s", cmp.Or(p.Description, p.Product, p.Line), ui.SpanText(p.Span))
		out = append(out, page.WhyPart{Title: title, Formula: x.Formula, Comes: x.Earned, Rule: spoken(x.Rule), Because: spoken(x.Because), Facts: w.price(p)})
	}
	return out
}

// price says how a charge came to its amount, and by which words of which version.
func (w reasons) price(p contracts.Piece) []ui.Fact {
	if revrec.Adjusts(p.Kind) {
		return []ui.Fact{{Term: "Beside the stated price", Value: ui.Text(subjectKind(string(p.Kind)))}, {Term: "Judged by", Value: w.judgedBy()}}
	}
	facts := []ui.Fact{{Term: "Kind of charge", Value: ui.Text(subjectKind(string(p.Kind)))}, {Term: "Price", Value: ui.Money(p.Amount)}}
	if !p.Detail.Quantity.IsZero() {
		facts = append(facts, ui.Fact{Term: "Quantity", Value: ui.Text(p.Detail.Quantity.String() + " " + p.Detail.Unit)})
	}
	if !p.Detail.UnitPrice.IsZero() {
		facts = append(facts, ui.Fact{Term: "Unit price", Value: ui.Text(p.Detail.UnitPrice.StringFixed(max(int32(w.Currency.Exponent()), -p.Detail.UnitPrice.Exponent())) + " " + string(w.Currency))})
	}
	for _, t := range p.Detail.Tiers {
		facts = append(facts, ui.Fact{Term: cmp.Or(t.Label, fmt.Sprintf("Units %s to %s", t.From, t.Through)), Value: ui.Money(t.Amount)})
	}
	for _, x := range p.Detail.Draws {
		facts = append(facts, ui.Fact{Term: "Covered by " + x.From, Value: ui.Money(x.Amount)})
	}
	for _, x := range p.Detail.Reduced {
		facts = append(facts, ui.Fact{Term: x.Label, Value: ui.Money(x.Amount.Neg())})
	}
	version := fmt.Sprintf("%s/document?version=%d", contractAddress(w.Number), p.Version)
	facts = append(facts, ui.Fact{Term: "Contract version", Value: ui.Link(fmt.Sprintf("Version %d, %s", p.Version, w.approved(p.Version)), version)})
	if i := slices.IndexFunc(w.History, func(r contracts.Revision) bool { return r.Number == p.Version }); i >= 0 && w.History[i].Document.Reason != "" {
		facts = append(facts, ui.Fact{Term: "Amended because", Value: ui.Text(w.History[i].Document.Reason)})
	}
	if p.Clause != "" {
		facts = append(facts, ui.Fact{Term: "Clause", Value: ui.Link(p.Clause, version)})
	}
	if product, ok := w.catalog.Product(p.Product, p.Span.Start); ok {
		facts = append(facts, ui.Fact{Term: "Policy", Value: ui.Link(fmt.Sprintf("%s: %s", product.Name, recognitions[product.Recognition]), catalogAddress("product", product.Code))})
	}
	return facts
}

// approved says who agreed to a version.
func (w reasons) approved(version int) string {
	i := slices.IndexFunc(w.History, func(r contracts.Revision) bool { return r.Number == version })
	if i < 0 {
		return "not found"
	}
	decisions := w.History[i].Decisions
	if len(decisions) == 0 {
		return "not decided"
	}
	last := decisions[len(decisions)-1]
	return fmt.Sprintf("%s by %s on %s", last.Event, w.people[last.By], ui.DayText(period.DateOf(last.At, w.entity.Location())))
}

// schedule lists the rows of the month as they became known: a later one changes nothing of an earlier one, it adds to it.
func (w reasons) schedule() ui.TableProps {
	t := ui.TableProps{Title: "Schedule, as it became known", Columns: []ui.Column{{Label: "Row", Kind: ui.Tight}, {Label: "Charge"}, {Label: "By"}, {Label: "Entry"}, {Label: "Booked in"}, {Label: "Amount", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing is scheduled yet", Text: "The revenue run writes it."}}
	for _, r := range w.Rows {
		entry, in := ui.Soft("to come"), ui.Nothing()
		switch {
		case r.Entry != 0:
			entry, in = ui.Link(ledger.Entry{Account: w.Account, Seq: r.Entry}.Number(), entryAddress(ledger.Entry{Account: w.Account, Seq: r.Entry})), ui.Text(ui.MonthText(r.BookedIn))
		case r.Recognized:
			entry = ui.Soft("cancelled by a later row")
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(fmt.Sprint(r.ID)), ui.TwoLines(subjectKind(string(r.Kind)), ui.SpanText(r.Span)), w.by(r), entry, in, ui.Figure(r.Amount.Sub(r.PassedOn)))})
	}
	return t
}

// inForce is the judgment of the contract that counts at the month's end; false: none does.
func (w reasons) inForce(number int) (revrec.Judgment, bool) {
	i := slices.IndexFunc(w.judged, func(j revrec.Judgment) bool {
		about := j.Lead == w.ID || slices.ContainsFunc(j.Combined, func(c revrec.CombinedContract) bool { return c.Contract == w.Number })
		return about && j.Event == "approved" && (number == j.Number || number == 0 && !j.Effective.After(w.month.Last()))
	})
	if i < 0 {
		return revrec.Judgment{}, false
	}
	return w.judged[i], true
}

func (w reasons) judgedBy() templ.Component {
	j, ok := w.inForce(0)
	if !ok {
		return ui.Soft("no assessment any more")
	}
	return ui.Link(fmt.Sprintf("Assessment %d: %s", j.Number, j.Assessment.Reason), fmt.Sprintf("%s?nth=%d", judgmentAddress(j.Contract), j.Number))
}

// by is the version of the contract that a row is from, and the assessment where one moved it.
func (w reasons) by(r revrec.ScheduledRow) templ.Component {
	if r.Assessment == 0 {
		return ui.Text(fmt.Sprintf("version %d", r.Version))
	}
	number := w.Number
	if j, ok := w.inForce(r.Assessment); ok {
		number = j.Contract
	}
	return ui.Link(fmt.Sprintf("assessment %d", r.Assessment), fmt.Sprintf("%s?nth=%d", judgmentAddress(number), r.Assessment))
}

// bills lists what asked for these days.
func (w reasons) bills() ui.TableProps {
	t := ui.TableProps{Title: "Billed for these days", Columns: []ui.Column{{Label: "Document"}, {Label: "What"}, {Label: "Service"}, {Label: "Day", Kind: ui.Tight}, {Label: "Amount", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Not billed", Text: "What is earned and not billed stands as an unbilled receivable."}}
	for _, b := range w.Billed {
		t.Rows = append(t.Rows, ui.Row{Href: invoiceAddress(b.Document), Cells: ui.Cells(ui.Mono(fmt.Sprintf("%s line %d", b.Document, b.DocumentLine)), ui.Text(subjectKind(string(b.Event))), ui.Span(b.Span), ui.Day(b.BookedOn), ui.Figure(b.Amount))})
	}
	return t
}

// sources are the ways down: agreement, papers, usage.
func (w reasons) sources() []ui.Fact {
	facts := []ui.Fact{
		{Term: "Contract", Value: ui.Link(w.Number, contractAddress(w.Number))},
		{Term: "History", Value: ui.Link(howMany(len(w.History), "version"), contractAddress(w.Number)+"/history")},
		{Term: "Customer", Value: ui.Link(w.customer.Name, customerAddress(w.Customer))},
		{Term: "Schedule", Value: ui.Link("All months", scheduleAddress(w.Number))},
		{Term: "Entries", Value: ui.Link("Of this line", postingsAddress("contract", w.ID, "line", w.line))},
	}
	if slices.ContainsFunc(w.Explained, func(x revrec.Explanation) bool { return len(x.Piece.Values) > 0 }) {
		facts = append(facts, ui.Fact{Term: "Usage", Value: ui.Link("Day by day", narrowed(usageAddress(w.Customer), "month", w.month))})
	}
	return facts
}
