package contracts

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/internal/period"
	"ratable/usage"
)

// deal is a random agreement and what was used under it.
type deal struct {
	agreement Agreement
	events    []event
}

type event struct {
	meter    string
	on       period.Date
	quantity decimal.Decimal
}

var meters = []string{"m1", "m2", "m3"}

var dealCatalog = catalog.New([]catalog.Product{
	{ID: 1, Code: "platform", Version: 1, StartsOn: day("2020-01-01"), Name: "Platform", Recognition: catalog.Ratable},
	{ID: 2, Code: "api", Version: 1, StartsOn: day("2020-01-01"), Name: "Usage", Recognition: catalog.AsUsed},
}, []catalog.Meter{{ID: 1, Code: "m1"}, {ID: 2, Code: "m2"}, {ID: 3, Code: "m3"}}, nil)

func (d deal) days() *usage.Days {
	var days usage.Days
	for _, e := range d.events {
		days.Add(usage.Key{Customer: 7, Meter: e.meter}, e.on, e.quantity)
	}
	return &days
}

func drawDeal(t *rapid.T) deal {
	d := drawDocument(t)
	a := Agreement{Account: 1, Contract: 1, Number: "C-1", Customer: 7, Payer: 7, Currency: d.Money(), Versions: []Version{{1, d.Start(), d}}}
	for range rapid.IntRange(0, 2).Draw(t, "amendments") {
		last := a.Latest()
		next := amend(t, last.Document)
		a.Versions = append(a.Versions, Version{last.Number + 1, next.Start(), next})
	}
	for _, v := range a.Versions {
		if found := v.Document.Validate(); len(found) > 0 {
			t.Fatalf("the generator made a bad document: %v", found)
		}
	}
	out := deal{agreement: a}
	reach := rapid.SampledFrom([]int{420, d.Term.Span().Days() + 3, d.Term.Span().Days()/3 + 3}).Draw(t, "events reach")
	for range rapid.SampledFrom([]int{0, 3, 10, 40, 80}).Draw(t, "events") {
		q := rapid.SampledFrom([]string{"1", "3.5", "10", "25", "100", "250.125", "1000", "-2", "-40"}).Draw(t, "quantity")
		out.events = append(out.events, event{
			rapid.SampledFrom(meters).Draw(t, "meter"),
			d.Term.From.AddDays(rapid.IntRange(-3, reach).Draw(t, "on")), decimal.RequireFromString(q),
		})
	}
	return out
}

var cadences = []string{"month", "quarter", "half-year", "year", "term"}

func oneOf(t *rapid.T, of ...string) decimal.Decimal {
	return decimal.RequireFromString(rapid.SampledFrom(of).Draw(t, "figure"))
}

func drawDocument(t *rapid.T) Document {
	from := day("2024-01-01").AddDays(rapid.IntRange(0, 400).Draw(t, "from"))
	d := Document{
		Contract: "C-1", Entity: "e", Customer: "c", Currency: rapid.SampledFrom([]string{"USD", "JPY", "BHD"}).Draw(t, "currency"),
		Term:    Term{From: from, Through: from.AddDays(rapid.IntRange(5, 430).Draw(t, "days"))},
		Billing: Billing{Align: rapid.SampledFrom([]Align{Anniversary, Calendar}).Draw(t, "align")},
	}
	if rapid.Bool().Draw(t, "wholesale") {
		d.Payer, d.Reseller = "partner", &Reseller{MarginPercent: oneOf(t, "12.5", "20", "33.3")}
	}
	for i := range rapid.IntRange(1, 2).Draw(t, "fees") {
		d.Lines = append(d.Lines, drawFee(t, d, fmt.Sprintf("fee-%d", i)))
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "metered") {
		d.Lines = append(d.Lines, drawUsage(t, d, fmt.Sprintf("use-%d", i)))
	}
	d.drawPrepaid(t)
	d.drawCommits(t)
	return d
}

func within(t *rapid.T, d Document) (from, through period.Date) {
	days := d.Term.Span().Days()
	if rapid.Bool().Draw(t, "late") {
		from = d.Term.From.AddDays(rapid.IntRange(0, days/2).Draw(t, "line from"))
	}
	if rapid.Bool().Draw(t, "early") {
		through = d.Term.From.AddDays(rapid.IntRange(days/2, days-1).Draw(t, "line through"))
	}
	return from, through
}

func drawFee(t *rapid.T, d Document, id string) Line {
	l := Line{ID: id, Product: "platform", Fixed: &Fixed{
		Every: rapid.SampledFrom(cadences).Draw(t, "every"), In: rapid.SampledFrom([]Timing{Advance, Arrears}).Draw(t, "in"),
	}}
	l.From, l.Through = within(t, d)
	quantity, price := func() decimal.Decimal { return oneOf(t, "1", "3", "10", "2.5") }, func() decimal.Decimal { return oneOf(t, "0", "9.99", "100", "910", "0.333") }
	if rapid.Bool().Draw(t, "ramp") {
		days := d.days(l)
		cut := days.Start.AddDays(days.Days() / 3)
		if days.Start.Before(cut) {
			l.Fixed.Ramp = []Step{{days.Start, cut.AddDays(-1), quantity(), price()}, {cut, days.End.AddDays(-1), quantity(), price()}}
			return l
		}
	}
	l.Fixed.Quantity, l.Fixed.UnitPrice = quantity(), price()
	return l
}

func drawUsage(t *rapid.T, d Document, id string) Line {
	l := Line{ID: id, Product: "api", Usage: &Usage{
		Meter: rapid.SampledFrom(meters).Draw(t, "meter"), Every: rapid.SampledFrom(cadences).Draw(t, "every"),
		Included: oneOf(t, "0", "0", "7", "50.5"), Price: drawPrice(t),
	}}
	l.From, l.Through = within(t, d)
	return l
}

func drawPrice(t *rapid.T) catalog.Price {
	p := catalog.Price{Model: rapid.SampledFrom([]catalog.Model{catalog.Flat, catalog.PerUnit, catalog.Graduated, catalog.Volume, catalog.Package}).Draw(t, "model")}
	switch p.Model {
	case catalog.Package:
		p.Size = oneOf(t, "10", "100", "0.5")
		fallthrough
	case catalog.Flat, catalog.PerUnit:
		p.Amount = oneOf(t, "0.013", "1", "12.34")
	default:
		first, second := decimal.NewFromInt(20), decimal.NewFromInt(300)
		p.FlatAtZero = rapid.Bool().Draw(t, "flat at zero")
		p.Tiers = []catalog.Tier{
			{UpTo: &first, Unit: oneOf(t, "2", "0"), Flat: oneOf(t, "0", "3")},
			{UpTo: &second, Unit: oneOf(t, "1", "1.5"), Flat: oneOf(t, "0", "3")}, {Unit: oneOf(t, "0.5", "0.007")},
		}
	}
	return p
}

func (d *Document) metered() []string {
	var ids []string
	for _, l := range d.Lines {
		if l.Usage != nil {
			ids = append(ids, l.ID)
		}
	}
	return ids
}

func (d *Document) drawCommits(t *rapid.T) {
	if rapid.Bool().Draw(t, "committed") {
		c := Commit{ID: "min", Product: "api", Amount: oneOf(t, "100", "2500"), Every: rapid.SampledFrom(cadences).Draw(t, "every")}
		for _, l := range d.Lines {
			if !longer(l.every(), c.Every) {
				c.Lines = append(c.Lines, l.ID)
			}
		}
		if len(c.Lines) > 0 {
			d.Commits = []Commit{c}
		}
	}
}

// amend changes something of a document from a random day on.
func amend(t *rapid.T, d Document) Document {
	d.Lines, d.Prepaid, d.Commits = slices.Clone(d.Lines), slices.Clone(d.Prepaid), slices.Clone(d.Commits)
	d.Effective, d.Reason = d.Term.From.AddDays(rapid.IntRange(1, d.Term.Span().Days()-1).Draw(t, "effective")), "amended"
	for i := range d.Lines {
		if f := d.Lines[i].Fixed; f != nil && len(f.Ramp) == 0 && rapid.Bool().Draw(t, "seats") {
			changed := *f
			changed.Quantity = changed.Quantity.Add(decimal.NewFromInt(2))
			d.Lines[i].Fixed = &changed
		} else if u := d.Lines[i].Usage; u != nil && rapid.Bool().Draw(t, "free") {
			changed := *u
			changed.Included = changed.Included.Add(decimal.NewFromInt(5))
			d.Lines[i].Usage = &changed
		}
	}
	d.amendPrepaid(t)
	for i := range d.Commits {
		if rapid.Bool().Draw(t, "bigger commitment") {
			d.Commits[i].Amount = d.Commits[i].Amount.Add(decimal.NewFromInt(500))
		}
	}
	if d.Reseller != nil && rapid.Bool().Draw(t, "other margin") {
		d.Reseller = &Reseller{MarginPercent: decimal.NewFromInt(25)}
	}
	if d.Reseller == nil && rapid.Bool().Draw(t, "one line more") {
		d.Lines = append(d.Lines, Line{ID: fmt.Sprintf("more-%d", len(d.Lines)), Product: "platform", Fixed: &Fixed{Quantity: one, UnitPrice: oneOf(t, "365"), Every: "term", In: Advance}})
	}
	switch rapid.IntRange(0, 3).Draw(t, "term") {
	case 0: // longer, where no ramp would be left with a gap
		if !slices.ContainsFunc(d.Lines, func(l Line) bool { return l.Fixed != nil && len(l.Fixed.Ramp) > 0 }) {
			d.Term.Through = d.Term.Through.AddDays(rapid.IntRange(1, 60).Draw(t, "longer"))
		}
	case 1: // shorter, where no line has days of its own beyond
		if !slices.ContainsFunc(d.Lines, func(l Line) bool {
			return !l.From.IsZero() || !l.Through.IsZero() || l.Fixed != nil && len(l.Fixed.Ramp) > 0
		}) &&
			!slices.ContainsFunc(d.Prepaid, func(x Prepaid) bool { return !x.From.IsZero() || !x.Through.IsZero() }) {
			d.Term.Through = d.Term.Through.AddDays(-rapid.IntRange(0, d.Term.Through.Sub(d.Effective)).Draw(t, "shorter"))
		}
	}
	return d
}
