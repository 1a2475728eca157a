package contracts

import (
	gocmp "cmp"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/period"
	"ratable/usage"
)

// measured is a random contract of usage lines alone, on meters of every kind,
// and the raw events.
type measured struct {
	agreement Agreement
	meterOf   []string
	events    []usage.Occurrence
}

var everyMeter = []catalog.Meter{
	{ID: 1, Code: "traffic", Aggregation: catalog.Sum, Dimensions: []string{"region", "tier"}},
	{ID: 2, Code: "requests", Aggregation: catalog.Count, Dimensions: []string{"region"}},
	{ID: 3, Code: "peak", Aggregation: catalog.Max, Dimensions: []string{"region"}},
	{ID: 4, Code: "level", Aggregation: catalog.Last},
	{ID: 5, Code: "people", Aggregation: catalog.Unique, UniqueBy: "user", Dimensions: []string{"region"}},
}

var measuredCatalog = catalog.New(dealCatalog.Products(), everyMeter, nil)

// days holds what a load would: single events where the meter or a price needs
// them, and sums of the rest.
func (m measured) days() *usage.Days {
	days := &usage.Days{}
	single := SingleEvents([]Agreement{m.agreement})
	for i, o := range m.events {
		meter, _ := measuredCatalog.Meter(m.meterOf[i])
		if !meter.Additive() || slices.Contains(single, meter.Code) {
			days.Record(meter, o)
		} else {
			days.AddEvents(usage.Key{Customer: o.Customer, Meter: meter.Code}, meter.Combination(o.Dimensions), o.Day, o.Quantity, 1)
		}
	}
	return days
}

func drawMeasured(t *rapid.T) measured {
	from := day("2024-01-01").AddDays(rapid.IntRange(0, 60).Draw(t, "from"))
	d := Document{
		Contract: "C-1", Entity: "e", Customer: "acme", Currency: rapid.SampledFrom([]string{"USD", "JPY"}).Draw(t, "currency"),
		Term:    Term{From: from, Through: from.AddDays(rapid.IntRange(5, 150).Draw(t, "days"))},
		Billing: Billing{Align: rapid.SampledFrom([]Align{Anniversary, Calendar}).Draw(t, "align")},
	}
	if rapid.Bool().Draw(t, "wholesale") {
		d.Payer, d.Reseller = "partner", &Reseller{MarginPercent: oneOf(t, "12.5", "33.3")}
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "lines") {
		d.Lines = append(d.Lines, drawMeasuredLine(t, d, fmt.Sprintf("use-%d", i)))
	}
	a := Agreement{
		Account: 1, Contract: 1, Number: "C-1", Customer: 7, Payer: 7, Currency: d.Money(), Versions: []Version{{1, d.Start(), d}},
		Users: map[string]customers.ID{"acme": 7, "lab": 8},
	}
	if rapid.Bool().Draw(t, "amended") {
		next := d
		next.Lines = slices.Clone(d.Lines)
		next.Effective, next.Reason = from.AddDays(rapid.IntRange(1, d.Term.Span().Days()-1).Draw(t, "effective")), "amended"
		again := drawMeasuredLine(t, d, next.Lines[0].ID)
		again.From, again.Through = next.Lines[0].From, next.Lines[0].Through
		next.Lines[0] = again
		a.Versions = append(a.Versions, Version{2, next.Start(), next})
	}
	for _, v := range a.Versions {
		if found := append(v.Document.Validate(), v.Document.CheckCatalog(measuredCatalog)...); len(found) > 0 {
			t.Fatalf("the generator made a bad document: %v", found)
		}
	}
	m := measured{agreement: a}
	// Enough events, mostly of the meters that lines read, so that a handful of
	// them meets in every window, cell and tier.
	meters := []string{"traffic", "people"}
	for _, l := range d.Lines {
		meters = append(meters, l.Usage.Meter, l.Usage.Meter, l.Usage.Meter)
	}
	for i := range rapid.SampledFrom([]int{0, 10, 30, 60}).Draw(t, "events") {
		m.meterOf = append(m.meterOf, rapid.SampledFrom(meters).Draw(t, "meter"))
		m.events = append(m.events, drawOccurrence(t, d.Term, i))
	}
	return m
}

func drawOccurrence(t *rapid.T, term Term, i int) usage.Occurrence {
	o := usage.Occurrence{
		Customer: rapid.SampledFrom([]customers.ID{7, 7, 7, 8, 8, 9}).Draw(t, "user"), Day: term.From.AddDays(int(rapid.Uint64().Draw(t, "on")%uint64(term.Span().Days()+6)) - 3),
		ID: fmt.Sprintf("%02d", i), Source: "test", Dimensions: map[string]string{}, Quantity: oneOf(t, "0", "1", "3.5", "10", "25", "250.125", "400"),
	}
	o.At = o.Day.Time(time.UTC).Add(time.Duration(rapid.IntRange(0, 23).Draw(t, "hour")) * time.Hour)
	if o.Customer == 8 {
		o.At = o.At.Add(10 * time.Hour) // the lab is sold to from a zone far west
	}
	for _, name := range []string{"region", "tier", "user"} {
		if v := rapid.SampledFrom([]string{"", "eu", "us", "jp"}).Draw(t, name); v != "" {
			o.Dimensions[name] = v
		}
	}
	return o
}

func drawMeasuredLine(t *rapid.T, d Document, id string) Line {
	meter := rapid.SampledFrom(everyMeter).Draw(t, "line's meter")
	u := &Usage{Meter: meter.Code, Every: rapid.SampledFrom([]string{"month", "quarter", "term"}).Draw(t, "every")}
	models := []catalog.Model{"simple", catalog.Stairstep}
	if meter.Declares("region") {
		models = append(models, catalog.Matrix)
	}
	if meter.Aggregation == catalog.Sum {
		models = append(models, catalog.Percentage)
	}
	switch rapid.SampledFrom(models).Draw(t, "kind of price") {
	case catalog.Matrix:
		other := drawCell(t)
		u.Price = catalog.Price{Model: catalog.Matrix, By: "region", Prices: map[string]catalog.Price{"eu": drawCell(t), "us": drawCell(t)}, Other: &other}
	case catalog.Percentage:
		u.Price = catalog.Price{Model: catalog.Percentage, Percent: oneOf(t, "1.3", "2.75"), PerEvent: oneOf(t, "0", "2"), FreeEvents: rapid.IntRange(0, 4).Draw(t, "free events"),
			FreeUnits: oneOf(t, "0", "250"), Minimum: oneOf(t, "0", "1"), Maximum: oneOf(t, "0", "5")}
	case catalog.Stairstep:
		u.Price, u.Included = drawSteps(t), oneOf(t, "0", "7")
	default:
		u.Price, u.Included = drawPrice(t), oneOf(t, "0", "7", "50.5")
	}
	for _, name := range meter.Dimensions {
		if name != u.Price.By && rapid.IntRange(0, 2).Draw(t, "where "+name) == 0 {
			u.Where = map[string]string{name: "eu"}
		}
	}
	l := Line{ID: id, Product: "api", Usage: u, Users: rapid.SampledFrom([][]string{nil, {"lab"}, {"acme", "lab"}}).Draw(t, "users")}
	l.From, l.Through = within(t, d)
	return l
}

func drawSteps(t *rapid.T) catalog.Price {
	first, second := decimal.NewFromInt(5), decimal.NewFromInt(100)
	return catalog.Price{Model: catalog.Stairstep, FlatAtZero: rapid.Bool().Draw(t, "flat at zero"), Tiers: []catalog.Tier{
		{UpTo: &first, Flat: oneOf(t, "0", "10")}, {UpTo: &second, Flat: oneOf(t, "29.99")}, {Flat: oneOf(t, "99", "7")}}}
}

func drawCell(t *rapid.T) catalog.Price {
	if rapid.Bool().Draw(t, "steps") {
		return drawSteps(t)
	}
	return drawPrice(t)
}

// counted is what a line's meter made of the raw events of a window, of those
// that also fit.
func (m measured) counted(w *meter, until period.Date, fits func(usage.Occurrence) bool) *big.Rat {
	kind, _ := measuredCatalog.Meter(w.line.Usage.Meter)
	sum := new(big.Rat)
	for _, user := range m.users(w.line) {
		own := new(big.Rat)
		names := map[string]bool{}
		for _, o := range m.inOrder(w, until) {
			if o.Customer != user || !fits(o) {
				continue
			}
			switch kind.Aggregation {
			case catalog.Sum:
				own.Add(own, rat(o.Quantity))
			case catalog.Count:
				own.Add(own, ints(1))
			case catalog.Max:
				if rat(o.Quantity).Cmp(own) > 0 {
					own = rat(o.Quantity)
				}
			case catalog.Last:
				own = rat(o.Quantity)
			case catalog.Unique:
				if name, ok := o.Dimensions["user"]; ok {
					names[name] = true
				}
				own = ints(len(names))
			}
		}
		sum.Add(sum, own)
	}
	return sum
}

func (m measured) users(l Line) []customers.ID {
	if len(l.Users) == 0 {
		return []customers.ID{7}
	}
	var out []customers.ID
	for _, u := range l.Users {
		out = append(out, map[string]customers.ID{"acme": 7, "lab": 8}[u])
	}
	return out
}

// inOrder are the raw events of a window's meter, users and filter, by day and
// then by time.
func (m measured) inOrder(w *meter, until period.Date) []usage.Occurrence {
	var out []usage.Occurrence
	for i, o := range m.events {
		ok := m.meterOf[i] == w.line.Usage.Meter && w.Contains(o.Day) && o.Day.Before(until) && slices.Contains(m.users(w.line), o.Customer)
		for name, value := range w.line.Usage.Where {
			ok = ok && o.Dimensions[name] == value
		}
		if ok {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b usage.Occurrence) int {
		return gocmp.Or(a.Day.Compare(b.Day), a.At.Compare(b.At), gocmp.Compare(a.ID, b.ID))
	})
	return out
}

// worth prices a window's raw events, in minor units, before rounding.
func (m measured) worth(n *naive, w *meter, until period.Date) *big.Rat {
	price := w.line.Usage.Price
	at := func(p catalog.Price, units *big.Rat) *big.Rat {
		cell := *w
		copied := *w.line.Usage
		copied.Price = p
		cell.line.Usage = &copied
		return n.value(&cell, units)
	}
	any := func(usage.Occurrence) bool { return true }
	switch price.Model {
	case catalog.Percentage:
		return m.percentage(n, w, until)
	case catalog.Matrix:
		total := at(*price.Other, m.counted(w, until, func(o usage.Occurrence) bool {
			_, priced := price.Prices[o.Dimensions["region"]]
			return !priced
		}))
		for value, p := range price.Prices {
			total.Add(total, at(p, m.counted(w, until, func(o usage.Occurrence) bool { return o.Dimensions["region"] == value })))
		}
		return total
	}
	units := m.counted(w, until, any)
	if units.Sub(units, w.free); units.Sign() < 0 {
		units = new(big.Rat)
	}
	return n.value(w, units)
}

func (m measured) percentage(n *naive, w *meter, until period.Date) *big.Rat {
	p := w.line.Usage.Price
	events, units := p.FreeEvents*w.Days()/w.whole.Days(), new(big.Rat).Mul(rat(p.FreeUnits), big.NewRat(int64(w.Days()), int64(w.whole.Days())))
	digits := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(12), nil)) // as fine as meters count
	scaled := new(big.Rat).Mul(units, digits)
	units = new(big.Rat).Quo(new(big.Rat).SetInt(new(big.Int).Quo(scaled.Num(), scaled.Denom())), digits)
	total, sofar := new(big.Rat), new(big.Rat)
	for i, o := range m.inOrder(w, until) {
		rest := rat(o.Quantity)
		sofar.Add(sofar, rest)
		free := p.FreeEvents > 0 && i < events || p.FreeEvents == 0 && p.FreeUnits.IsPositive()
		if p.FreeEvents > 0 && events == 0 {
			free = false
		}
		if free && p.FreeUnits.IsPositive() {
			if beyond := new(big.Rat).Sub(sofar, units); beyond.Sign() > 0 {
				if free = false; beyond.Cmp(rest) < 0 {
					rest = beyond
				}
			}
		}
		if free {
			continue
		}
		cost := new(big.Rat).Mul(rest, new(big.Rat).Quo(rat(p.Percent), ints(100)))
		cost.Add(cost, rat(p.PerEvent))
		if cost.Cmp(rat(p.Minimum)) < 0 {
			cost = rat(p.Minimum)
		}
		if p.Maximum.IsPositive() && cost.Cmp(rat(p.Maximum)) > 0 {
			cost = rat(p.Maximum)
		}
		total.Add(total, cost)
	}
	return total.Mul(total, n.minor(decimal.NewFromInt(1)))
}

// windows are the runs of days on which a line's words were the same, period by
// period.
func (m measured) windows(n *naive, id string) []*meter {
	var out []*meter
	for _, c := range n.cuts(func(d Document, on period.Date) (string, string, period.Span) {
		l, ok := d.line(id)
		if !ok || !lineDays(d, l).Contains(on) {
			return "", "", period.Span{}
		}
		return words(l.Product, l.Usage, l.Users, marginOf(d)), l.Usage.Every, lineDays(d, l)
	}) {
		if c.Start.Before(n.until) {
			l, _ := c.terms.line(id)
			out = append(out, &meter{cut: c, line: l, free: free(l.Usage.Included, c)})
		}
	}
	return out
}

func TestUsageOfEveryKindEqualsANaiveRatingOfTheRawEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMeasured(t)
		until := m.agreement.Term().Start.AddDays(rapid.SampledFrom([]int{0, 10, 45, 100, 170}).Draw(t, "until"))
		pieces, err := Charges(m.agreement, measuredCatalog, m.days(), until)
		if err != nil {
			t.Fatal(err)
		}
		n := &naive{deal: deal{agreement: m.agreement}, until: until, owed: map[string]*big.Int{}}
		owed, charged := map[string]string{}, map[string]string{}
		for i := range m.agreement.Versions[0].Document.Lines {
			for _, w := range m.windows(n, fmt.Sprintf("use-%d", i)) {
				key := fmt.Sprintf("%s %s %s", w.line.ID, Metered, w.Span)
				for _, before := range marks(w.Span, until) {
					owed[key+" before "+before.String()] = cents(afterMargin(m.worth(n, w, before), w.terms)).String()
				}
				owed[key] = owed[key+" before "+period.MinDate(w.End, until).String()]
			}
		}
		for _, p := range pieces {
			charged[named(p)] = fmt.Sprint(p.Amount.Minor())
			for _, v := range p.Values {
				charged[named(p)+" before "+v.Before.String()] = fmt.Sprint(v.Amount.Minor())
			}
			if sum := tierSum(p); len(p.Detail.Tiers) > 0 && sum != p.Detail.List.Minor() {
				t.Fatalf("the tiers of %s add up to %d, its list value is %s", named(p), sum, p.Detail.List)
			}
		}
		if diff := cmp.Diff(owed, charged); diff != "" {
			var documents string
			for _, v := range m.agreement.Versions {
				out, _ := Export(v.Document)
				documents += string(out) + "---\n"
			}
			t.Fatalf("on %s (-owed +charged):\n%s\n%s%v %v", until, diff, documents, m.meterOf, m.events)
		}
	})
}

func tierSum(p Piece) (sum int64) {
	for _, tier := range p.Detail.Tiers {
		sum += tier.Amount.Minor()
	}
	return sum
}
