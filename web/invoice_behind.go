package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/usage"
	"ratable/web/page"
	"ratable/web/ui"
)

// behindRoutes are what a line of a document is made of, for those who work here and for who was billed.
func behindRoutes() []route {
	return []route{
		{get, "/invoices/:number/lines/:line", staff, (*visit).invoiceLine},
		{get, "/my/invoices/:number/lines/:line", payers, (*visit).myInvoiceLine},
	}
}

func lineAddress(document string, line int) string {
	return fmt.Sprintf("%s/lines/%d", document, line)
}

// invoiceLine is what a line is made of: the usage it counted or, of a fee, what was agreed.
func (v *visit) invoiceLine() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		d, err := invoicing.Get(v.ctx, t, v.param("number"))
		if err != nil {
			return err
		}
		return v.lineBehind(t, d, invoiceAddress(d.Number))
	})
}

// myInvoiceLine is the same for who pays the document.
func (v *visit) myInvoiceLine() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		d, err := v.myDocument(t)
		if err != nil {
			return err
		}
		return v.lineBehind(t, d, myInvoiceAddress(d.Number))
	})
}

// drill is a line with what is behind it.
type drill struct {
	invoicing.UsageBehind
	days   []usage.BehindPart
	events int64
	now    decimal.Decimal // what counts today
	known  decimal.Decimal // what was known when the document was issued
	since  usage.Since
	sums   decimal.Decimal // of the rollups, which stay when events are archived
}

func (v *visit) lineBehind(t tx, d invoicing.Issued, at string) error {
	place, err := v.number("line")
	if err != nil {
		return err
	}
	b, err := invoicing.Behind(v.ctx, t, d, int(place))
	if err != nil {
		return err
	}
	if v.query("format") == "csv" {
		if !b.Counted {
			return fault.New(fault.NotFound, "line %d of %s counts no usage", place, d.Number)
		}
		return v.behindFile(t, b.Usage, strings.Map(plainName, fmt.Sprintf("%s-line-%d.csv", d.Number, place)))
	}
	x, err := v.drill(t, b)
	if err != nil {
		return err
	}
	view := page.Record{Head: ui.HeadProps{Title: fmt.Sprintf("Line %d of %s", place, d.Number), Sub: b.Line.Description + ", " + ui.SpanText(b.Line.Served()),
		Crumbs: []ui.Anchor{{Label: "Invoices", Href: strings.TrimSuffix(at, "/"+escape(d.Number))}, {Label: d.Number, Href: at}}}}
	if !b.Counted {
		view.Body = ui.Cells(page.Notice(page.Note{Title: "This line counts no usage", Text: b.Made, Tone: ui.Info}))
		view.Rail = ui.Cells(ui.Facts("Line", v.lineFacts(x, nil)))
		return v.page(http.StatusOK, frame{Title: view.Head.Title, Room: "invoices"}, page.RecordPage(view))
	}
	zones, err := v.zones(t, b.Usage.Reading.Customers)
	if err != nil {
		return err
	}
	called, err := customers.NamesOf(v.ctx, t, b.Usage.Reading.Customers)
	if err != nil {
		return err
	}
	view.Head.Others = ui.Cells(v.csvButton())
	view.Stats = x.stats()
	view.Parts = x.notes()
	if view.Body, err = v.drillBody(t, x); err != nil {
		return err
	}
	facts := v.lineFacts(x, called)
	for _, zone := range zones {
		facts = append(facts, ui.Fact{Term: "Days of", Value: ui.Text(zone.String())})
		break // a line's users are sold to by one entity
	}
	view.Rail = ui.Cells(ui.Facts("Line", facts))
	return v.page(http.StatusOK, frame{Title: view.Head.Title, Room: "invoices"}, page.RecordPage(view))
}

// drill reads what is behind a line as it counts now, and as it was known when it was billed.
func (v *visit) drill(t tx, b invoicing.UsageBehind) (x drill, err error) {
	if x.UsageBehind = b; !b.Counted {
		return x, nil
	}
	if x.days, err = usage.BehindDays(v.ctx, t, b.Usage); err != nil {
		return x, err
	}
	x.events, x.now = usage.Sum(x.days)
	if _, x.known, err = usage.BehindKnown(v.ctx, t, b.Usage, b.Known); err != nil {
		return x, err
	}
	if x.since, err = usage.BehindSince(v.ctx, t, b.Usage, b.Known); err != nil {
		return x, err
	}
	x.sums = x.now
	if r := b.Usage.Reading; r.Meter.Additive() && !b.Usage.Amounts {
		days, err := usage.LoadDays(v.ctx, t, []customers.AccountID{b.Usage.Account}, b.Usage.Days.Start, b.Usage.Days.End)
		if err != nil {
			return x, err
		}
		if x.sums, err = days[b.Usage.Account].Total(r, b.Usage.Days); err != nil {
			return x, err
		}
	}
	return x, nil
}

// unit is what the line's quantity is counted in.
func (x drill) unit() string { return x.Usage.Reading.Meter.Unit }

func (x drill) stats() []ui.StatProps {
	return []ui.StatProps{
		{Label: "Billed", Value: ui.Text(digits(x.Billed)), Note: x.unit()},
		{Label: "Counts now", Value: ui.Text(digits(x.sums)), Note: howMany(int(x.events), "event")},
		{Label: "Difference", Value: ui.Text(signed(x.sums.Sub(x.Billed)))},
		{Label: "Amount", Value: ui.Money(x.Line.Amount), Note: "Before tax"},
	}
}

func signed(d decimal.Decimal) string {
	if d.IsPositive() {
		return "+" + digits(d)
	}
	return digits(d)
}

// notes say why what counts now is not what was billed.
func (x drill) notes() []templ.Component {
	var out []templ.Component
	if x.since.Any() {
		text := fmt.Sprintf("Since the document was issued %s and %s, the last on %s.", came(x.since.Arrived), corrected(x.since.Corrected), x.since.Last.Format("2 Jan 2006, 15:04 UTC"))
		if by := x.sums.Sub(x.known); !by.IsZero() {
			text += fmt.Sprintf(" That makes %s %s; the contract's term for late usage says how it is billed.", signed(by), x.unit())
		}
		out = append(out, page.Notice(page.Note{Title: "More is known today", Text: text, Tone: ui.Info}))
	}
	if missed := x.known.Sub(x.Billed); !missed.IsZero() && x.sums.Equal(x.now) {
		out = append(out, page.Notice(page.Note{Title: "Counted otherwise", Tone: ui.Warn, Text: fmt.Sprintf(
			"%s %s of what was known then does not stand on the line: it came while the document was being made, or is told apart by the price on the line. The next document has it.", signed(missed), x.unit())}))
	}
	if archived := x.sums.Sub(x.now); !archived.IsZero() {
		out = append(out, page.Notice(page.Note{Title: "Archived events", Tone: ui.Info, Text: fmt.Sprintf(
			"Events that count %s %s are in the archive of their month. Their sums by day stay; the file holds them one by one.", digits(archived), x.unit())}))
	}
	return out
}

func came(n int64) string {
	if n == 0 {
		return "no event came"
	}
	return howMany(int(n), "event") + " came"
}

func corrected(n int64) string {
	if n == 1 {
		return "1 was corrected"
	}
	return fmt.Sprintf("%d were corrected", n)
}

// drillBody is the days, and the events of all of them or of the one the address names.
func (v *visit) drillBody(t tx, x drill) ([]templ.Component, error) {
	table := ui.TableProps{Title: "By day", Columns: []ui.Column{{Label: "Day", Kind: ui.Tight}, {Label: "Events", Kind: ui.Figures}, {Label: "Counts", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing counted on these days"}}
	chart := ui.ChartProps{Title: "What the line counted, by day", Kind: ui.Bars, Head: "Day", Series: []ui.Series{{Name: x.unit()}}}
	at := map[period.Date]usage.BehindPart{}
	for _, p := range x.days {
		at[p.Day] = p
		table.Rows = append(table.Rows, ui.Row{Href: v.with("day", p.Day.String()), Cells: ui.Cells(ui.Day(p.Day), ui.Count(p.Events), ui.Text(digits(p.Counts)))})
	}
	if len(x.days) > 0 {
		table.Foot = []ui.Row{{Cells: ui.Cells(ui.Text("In all"), ui.Count(x.events), ui.Text(digits(x.now)+" "+x.unit()))}}
	}
	for day := x.Usage.Days.Start; day.Before(x.Usage.Days.End) && x.Usage.Days.Days() <= 92; day = day.AddDays(1) {
		chart.Labels = append(chart.Labels, fmt.Sprint(day.Day()))
		chart.Series[0].Marks = append(chart.Series[0].Marks, ui.Mark{Value: at[day].Counts.IntPart(), Text: digits(at[day].Counts)})
	}
	b := x.Usage
	if day := v.queryDate("day"); b.Days.Contains(day) && b.Reading.Meter.Additive() {
		b.Days = period.NewSpan(day, day.AddDays(1)) // of a largest value the day alone does not tell what counted
	}
	events, err := v.behindTable(t, b)
	if err != nil {
		return nil, err
	}
	events.Title, events.Caption = "Events", ""
	corrected, err := v.correctedAway(t, b)
	if err != nil {
		return nil, err
	}
	var gone []templ.Component // where the difference since the bill comes from
	for _, table := range corrected {
		gone = append(gone, page.TableOf(table))
	}
	if b.Days != x.Usage.Days {
		events.Title, events.Corner = "Events of "+ui.DayText(b.Days.Start), ui.Link("All days", v.with("day", ""))
		return slices.Concat(ui.Cells(page.TableOf(events)), gone, ui.Cells(page.TableOf(table))), nil
	}
	out := slices.Concat(gone, ui.Cells(page.TableOf(table), page.TableOf(events)))
	if len(chart.Labels) > 1 && len(x.days) > 1 {
		out = append([]templ.Component{ui.Chart(chart)}, out...)
	}
	return out, nil
}

// lineFacts say where the line was agreed and what it looks at.
func (v *visit) lineFacts(x drill, called map[customers.ID]string) []ui.Fact {
	l := x.Line
	facts := []ui.Fact{{Term: "Contract", Value: ui.Link(l.ContractNumber, contractAddress(l.ContractNumber))}, {Term: "Version", Value: ui.Text(fmt.Sprint(l.Version))}}
	if l.Clause != "" {
		facts = append(facts, ui.Fact{Term: "Clause", Value: ui.Text(l.Clause)})
	}
	facts = append(facts, ui.Fact{Term: "Amount", Value: ui.Money(l.Amount)}, ui.Fact{Term: "Service period", Value: ui.Span(l.Served())})
	if !x.Counted {
		return facts
	}
	r := x.Usage.Reading
	for _, id := range r.Customers {
		user := templ.Component(ui.Text(called[id]))
		if v.may(get, "/usage/customers/:id") {
			user = ui.Link(called[id], narrowed(usageAddress(id), "meter", r.Meter.Code, "span", l.Span.Start.String()+".."+l.Span.Last().String()))
		}
		facts = append(facts, ui.Fact{Term: "Used by", Value: user})
	}
	facts = append(facts, ui.Fact{Term: "Meter", Value: ui.TwoLines(r.Meter.Name, howRead(x.Usage))})
	if len(r.Where) > 0 {
		facts = append(facts, ui.Fact{Term: "Where", Value: ui.Text(dimensions(r.Where))})
	}
	return append(facts, ui.Fact{Term: "Billed with what was known on", Value: ui.At(x.Document.RecordedAt)})
}

// howRead says how the events become one quantity.
func howRead(b usage.Behind) string {
	how := map[string]string{"count": "how many events", "max": "the largest quantity", "last": "the last quantity", "unique": "distinct values of " + b.Reading.Meter.UniqueBy}[b.Reading.Meter.Aggregation]
	if how == "" || b.Amounts {
		return "the sum of quantities"
	}
	return how
}
