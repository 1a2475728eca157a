package contracts

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
)

// The naive rater: it reads documents and raw events, one day after the other,
// knows nothing of how Charges works, and takes all the time it needs. It counts
// in minor units and big.Rat.
type naive struct {
	deal
	until period.Date
	owed  map[string]*big.Int // line kind span -> minor units
	drawn map[string]*big.Int // of a cap's payment, as far as usage has come
}

func (n *naive) owe(line string, kind Kind, span period.Span, amount *big.Int) {
	key := fmt.Sprintf("%s %s %s", line, kind, span)
	if n.owed[key] == nil {
		n.owed[key] = new(big.Int)
	}
	n.owed[key].Add(n.owed[key], amount)
}

// law is the version in force on a day: of those in effect the one agreed last.
func (n *naive) law(on period.Date) (Document, bool) {
	for _, v := range slices.Backward(n.agreement.Versions) {
		if !on.Before(v.EffectiveOn) {
			return v.Document, !v.Document.Term.Through.Before(on)
		}
	}
	return Document{}, false
}

// cut is a run of days with the same terms inside one billing period.
type cut struct {
	period.Span
	whole period.Span
	terms Document // of the first day
	last  Document // of the last day: unchanged terms, but perhaps another term
}

// cuts walks the days and gathers neighbors whose terms are said in the same
// words and lie in the same period. terms says them, "" when there are none.
func (n *naive) cuts(terms func(Document, period.Date) (words, every string, of period.Span)) []cut {
	var out []cut
	var words, before string
	begun := period.Date{}
	for on := n.agreement.Versions[0].Document.Term.From; on.Before(day("2028-01-01")); on = on.AddDays(1) {
		d, ok := n.law(on)
		every, of := "", period.Span{}
		words = ""
		if ok {
			words, every, of = terms(d, on)
		}
		if words == "" {
			before = ""
			continue
		}
		if begun.IsZero() {
			begun = on
		}
		whole := n.whole(every, on, of)
		if every == "term" && whole.Start.Before(begun) {
			whole.Start = begun // what was added later is sold for what was left
		}
		last := len(out) - 1
		if words == before && every == "term" { // once a term, as long as it was at most
			whole = period.NewSpan(period.MinDate(whole.Start, out[last].whole.Start), period.MaxDate(whole.End, out[last].whole.End))
			out[last].whole = whole
		}
		if words == before && out[last].whole == whole {
			out[last].End, out[last].last = on.AddDays(1), d
		} else {
			out = append(out, cut{period.NewSpan(on, on.AddDays(1)), whole, d, d})
		}
		before = words
	}
	return out
}

// whole finds the billing period of a day by trying every one.
func (n *naive) whole(every string, on period.Date, of period.Span) period.Span {
	months := map[string]int{"month": 1, "quarter": 3, "half-year": 6, "year": 12}[every]
	if months == 0 {
		return of
	}
	first := n.agreement.Versions[0].Document
	y, m, d := first.Term.From.Year(), int(first.Term.From.Month()), first.Term.From.Day()
	if first.Billing.Align == Calendar {
		m, d = (m-1)/months*months+1, 1
	}
	start := func(k int) period.Date {
		month := time.Date(y, time.Month(m+k*months), 1, 0, 0, 0, 0, time.UTC)
		last := month.AddDate(0, 1, -1).Day()
		return period.NewDate(month.Year(), month.Month(), min(d, last))
	}
	for k := 0; ; k++ {
		if on.Before(start(k + 1)) {
			return period.NewSpan(start(k), start(k+1))
		}
	}
}

func rat(d decimal.Decimal) *big.Rat { return d.Rat() }

func ints(n int) *big.Rat { return new(big.Rat).SetInt64(int64(n)) }

// cents rounds half away from zero.
func cents(r *big.Rat) *big.Int {
	twice := new(big.Int).Mul(new(big.Int).Abs(r.Num()), big.NewInt(2))
	q := new(big.Int).Quo(twice.Add(twice, r.Denom()), new(big.Int).Mul(r.Denom(), big.NewInt(2)))
	if r.Sign() < 0 {
		q.Neg(q)
	}
	return q
}

func (n *naive) minor(d decimal.Decimal) *big.Rat {
	r := rat(d)
	for range money.Currency(n.agreement.Currency).Exponent() {
		r = new(big.Rat).Mul(r, ints(10))
	}
	return r
}

// share is what of a period's rounded total stands at the end of some of its
// days, less what stood before them.
func share(total *big.Int, c cut) *big.Int {
	at := func(d period.Date) *big.Int {
		r := new(big.Rat).SetInt(total)
		r.Mul(r, ints(d.Sub(c.whole.Start)))
		return cents(r.Quo(r, ints(c.whole.Days())))
	}
	return new(big.Int).Sub(at(c.End), at(c.Start))
}

func afterMargin(r *big.Rat, d Document) *big.Rat {
	if d.Reseller == nil {
		return r
	}
	keep := new(big.Rat).Sub(ints(100), rat(d.Reseller.MarginPercent))
	return new(big.Rat).Quo(keep.Mul(keep, r), ints(100))
}

func words(parts ...any) string {
	text, err := json.Marshal(parts)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func marginOf(d Document) string {
	if d.Reseller == nil {
		return "0"
	}
	return d.Reseller.MarginPercent.String()
}

func lineDays(d Document, l Line) period.Span {
	s := period.Through(d.Term.From, d.Term.Through)
	if !l.From.IsZero() {
		s.Start = l.From
	}
	if !l.Through.IsZero() {
		s.End = l.Through.AddDays(1)
	}
	return s
}

func (n *naive) fees(id string) {
	terms := func(d Document, on period.Date) (string, string, period.Span) {
		l, ok := d.line(id)
		if !ok || l.Fixed == nil || l.Fixed.Every == "term" || !lineDays(d, l).Contains(on) {
			return "", "", period.Span{}
		}
		q, p := level1(l, on)
		return words(l.Product, l.Fixed.Every, l.Fixed.In, q.String(), p.String(), marginOf(d)), l.Fixed.Every, lineDays(d, l)
	}
	for _, c := range n.cuts(terms) {
		l, _ := c.terms.line(id)
		q, p := level1(l, c.Start)
		total := cents(afterMargin(new(big.Rat).Mul(n.minor(p), rat(q)), c.terms))
		n.owe(id, FixedFee, c.Span, share(total, c))
	}
}

func level1(l Line, on period.Date) (quantity, price decimal.Decimal) {
	for _, s := range l.Fixed.Ramp {
		if !on.Before(s.From) && !s.Through.Before(on) {
			return s.Quantity, s.UnitPrice
		}
	}
	return l.Fixed.Quantity, l.Fixed.UnitPrice
}

// meter is a stretch of metered usage with its own free units and tiers.
type meter struct {
	cut
	line Line
	cap  string
	free *big.Rat
}

func (n *naive) usedBefore(m *meter, before period.Date) *big.Rat {
	sum := new(big.Rat)
	for _, e := range n.events {
		if e.meter == m.line.Usage.Meter && !e.on.Before(m.Start) && e.on.Before(before) && e.on.Before(m.End) && e.on.Before(n.until) {
			sum.Add(sum, rat(e.quantity))
		}
	}
	if sum.Sub(sum, m.free); sum.Sign() < 0 {
		return new(big.Rat)
	}
	return sum
}

// value prices units above the free ones, in minor units.
func (n *naive) value(m *meter, units *big.Rat) *big.Rat {
	p := m.line.Usage.Price
	switch p.Model {
	case catalog.Flat:
		return n.onceIn(m, p.Amount)
	case catalog.PerUnit:
		return new(big.Rat).Mul(n.minor(p.Amount), units)
	case catalog.Package:
		packs := new(big.Rat).Quo(units, rat(p.Size))
		up := new(big.Int).Div(new(big.Int).Sub(new(big.Int).Add(packs.Num(), packs.Denom()), big.NewInt(1)), packs.Denom())
		return new(big.Rat).Mul(n.minor(p.Amount), new(big.Rat).SetInt(up))
	}
	if units.Sign() == 0 {
		if p.FlatAtZero {
			return n.onceIn(m, p.Tiers[0].Flat)
		}
		return new(big.Rat)
	}
	total, below := new(big.Rat), new(big.Rat)
	for _, t := range p.Tiers {
		top := units
		if t.UpTo != nil && rat(*t.UpTo).Cmp(units) < 0 {
			top = rat(*t.UpTo)
		}
		reached := t.UpTo == nil || rat(*t.UpTo).Cmp(units) >= 0
		in := new(big.Rat).Sub(top, below)
		if p.Model == catalog.Volume {
			in = units
		}
		if p.Model == catalog.Graduated || reached {
			total.Add(total, new(big.Rat).Mul(n.minor(t.Unit), in))
			total.Add(total, n.onceIn(m, t.Flat))
		}
		if reached {
			break
		}
		below = top
	}
	return total
}

// onceIn is what a fee per period comes to on a part of its days.
func (n *naive) onceIn(m *meter, fee decimal.Decimal) *big.Rat {
	r := new(big.Rat).Mul(n.minor(fee), ints(m.Days()))
	return r.Quo(r, ints(m.whole.Days()))
}

// capOf names the prepaid amounts that a line draws from.
func capOf(d Document, line string) string {
	var ids string
	for _, c := range d.Prepaid {
		for _, id := range c.Lines {
			if id == line {
				ids += c.ID + " "
			}
		}
	}
	return ids
}

func free(units decimal.Decimal, c cut) *big.Rat {
	if c.Span == c.whole {
		return rat(units)
	}
	r := new(big.Rat).Mul(rat(units), ints(c.Days()))
	r.Mul(r.Quo(r, ints(c.whole.Days())), ints(1_000_000_000))
	return new(big.Rat).Quo(new(big.Rat).SetInt(new(big.Int).Quo(r.Num(), r.Denom())), ints(1_000_000_000))
}

func (n *naive) meters(id string) []*meter {
	var out []*meter
	for _, c := range n.cuts(func(d Document, on period.Date) (string, string, period.Span) {
		l, ok := d.line(id)
		if !ok || l.Usage == nil || !lineDays(d, l).Contains(on) {
			return "", "", period.Span{}
		}
		return words(l.Product, l.Usage, capOf(d, id), marginOf(d)), l.Usage.Every, lineDays(d, l)
	}) {
		if c.Start.Before(n.until) {
			l, _ := c.terms.line(id)
			m := &meter{cut: c, line: l, free: free(l.Usage.Included, c), cap: capOf(c.terms, id)}
			out = append(out, m)
		}
	}
	return out
}

func (n *naive) commits(id string) {
	type sum struct {
		span      period.Span
		committed *big.Int
		parts     []cut
	}
	periods := map[period.Date]*sum{}
	find := func(d Document) Commit {
		return d.Commits[slices.IndexFunc(d.Commits, func(c Commit) bool { return c.ID == id })]
	}
	for _, c := range n.cuts(func(d Document, on period.Date) (string, string, period.Span) {
		if !slices.ContainsFunc(d.Commits, func(c Commit) bool { return c.ID == id }) {
			return "", "", period.Span{}
		}
		return words(find(d)), find(d).Every, d.Term.Span()
	}) {
		s := periods[c.whole.Start]
		if s == nil {
			s = &sum{span: c.Span, committed: new(big.Int)}
			periods[c.whole.Start] = s
		}
		s.span.End = c.End
		s.committed.Add(s.committed, share(cents(n.minor(find(c.terms).Amount)), c))
		s.parts = append(s.parts, c)
	}
	for _, s := range periods {
		if n.until.Before(s.span.End) {
			continue
		}
		missing := new(big.Int).Set(s.committed)
		for key, amount := range n.owed {
			var line, kind, span string
			if _, err := fmt.Sscan(key, &line, &kind, &span); err != nil {
				panic(err)
			}
			from, through := day(span[:10]), day(span[12:])
			if slices.ContainsFunc(s.parts, func(c cut) bool {
				return slices.Contains(find(c.terms).Lines, line) && c.whole.Contains(from) && c.Overlaps(period.Through(from, through))
			}) {
				missing.Sub(missing, amount)
			}
		}
		if missing.Sign() > 0 {
			n.owe(id, TrueUp, s.span, missing)
		}
	}
}

// rateNaively says what is owed, as "line kind span" -> minor units, and how much
// of each cap's payment has been used up.
func rateNaively(d deal, until period.Date) (owed, drawn map[string]*big.Int) {
	n := &naive{d, until, map[string]*big.Int{}, map[string]*big.Int{}}
	lines, commits := map[string]bool{}, map[string]bool{}
	for _, v := range d.agreement.Versions {
		for _, l := range v.Document.Lines {
			lines[l.ID] = true
		}
		for _, c := range v.Document.Commits {
			commits[c.ID] = true
		}
	}
	var all []*meter
	for id := range lines {
		n.fees(id)
		n.termFees(id)
		all = append(all, n.meters(id)...)
	}
	n.balances(all)
	for _, m := range all {
		if m.cap == "" {
			n.owe(m.line.ID, Metered, m.Span, cents(afterMargin(n.value(m, n.usedBefore(m, n.until)), m.terms)))
		}
	}
	for id := range commits {
		n.commits(id)
	}
	return n.owed, n.drawn
}
