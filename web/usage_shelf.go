package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/usage"
)

// shelf is what some customers used in a period, SKU by SKU, beside the period before to the same day, with amounts where
// the contract's price says what they are for. Only whole days are looked at, as on the running bill.
type shelf struct {
	whole       period.Span // the period that is looked at
	now, before period.Span // its days so far, and as many of the period before
	who         map[customers.ID]customers.Customer
	skus        []sku
	priced      []asked // what this period's usage comes to
	earlier     []asked
	periods     []period.Span // in which contracts bill, where these are no calendar months
}

// sku is one of them with what it came to.
type sku struct {
	usage.SKU
	user        string // who used it
	now, before decimal.Decimal
}

// asked is an amount for some SKUs, by their places: what a line, or one value of its price, asks for them together.
type asked struct {
	amount money.Amount
	skus   []int
	whole  bool // it counts nobody else
	label  string
}

// unit keeps apart what does not add up: a meter that takes the largest or last value stands by itself.
func (s sku) unit() string {
	if !s.Meter.Additive() {
		return cmp.Or(s.Meter.Unit, "unit") + ", " + s.Meter.Name
	}
	return cmp.Or(s.Meter.Unit, "unit")
}

// family is what a meter belongs to. Meters have none of their own: their codes do, api.calls and api.errors are of api.
func family(code string) string {
	first, _, _ := strings.Cut(code, ".")
	return first
}

// dimensionsOf are the values in the order in which the meter declares them: "eu-west, h100".
func (s sku) values() string {
	var out []string
	for _, name := range s.Meter.Dimensions {
		if value, ok := s.Dimensions[name]; ok {
			out = append(out, value)
		}
	}
	return strings.Join(out, ", ")
}

// name is what people call it.
func (s sku) name() string {
	if values := s.values(); values != "" {
		return s.Meter.Name + " · " + values
	}
	return s.Meter.Name
}

// key is how addresses spell it: "compute.gpu{class=h100,region=eu-west}".
func (s sku) key() string {
	if len(s.Dimensions) == 0 {
		return s.Meter.Code
	}
	return s.Meter.Code + "{" + strings.ReplaceAll(dimensions(s.Dimensions), ", ", ",") + "}"
}

// answers says that every word of a search is in its name, code or dimensions.
func (s sku) answers(search string) bool {
	text := strings.ToLower(s.name() + " " + s.key() + " " + s.user)
	for _, word := range strings.Fields(strings.ToLower(search)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// periodBefore is the period of the same length that ends where one begins: of months, or else of days.
func periodBefore(s period.Span) period.Span {
	for months := 1; months <= 12; months++ {
		if s.Start.AddMonths(months) == s.End || s.Start.Day() == 1 && s.End.Day() == 1 && s.Start.MonthOf().Add(months).First() == s.End {
			return period.NewSpan(s.Start.AddMonths(-months), s.Start)
		}
	}
	return period.NewSpan(s.Start.AddDays(-s.Days()), s.Start)
}

// soFar are the days of a period that are over, and as many of the period before; all of both when the period is over.
func soFar(whole period.Span, today period.Date) (now, before period.Span) {
	before = periodBefore(whole)
	now = period.NewSpan(whole.Start, period.MaxDate(whole.Start, period.MinDate(whole.End, today)))
	if now.End.Before(whole.End) {
		before.End = period.MinDate(before.End, before.Start.AddDays(now.Days()))
	}
	return now, before
}

// newShelf lays out what was used.
func newShelf(whole period.Span, today period.Date, who []customers.Customer, meters []catalog.Meter, used *usage.Days) (*shelf, error) {
	s := &shelf{whole: whole, who: map[customers.ID]customers.Customer{}}
	s.now, s.before = soFar(whole, today)
	var ids []customers.ID
	for _, c := range who {
		s.who[c.ID], ids = c, append(ids, c.ID)
	}
	for _, x := range used.SKUs(ids, meters) {
		one := sku{SKU: x, user: s.who[x.Customer].Name}
		var err error
		if one.now, err = x.Total(s.now); err != nil {
			return nil, err
		}
		if one.before, err = x.Total(s.before); err != nil {
			return nil, err
		}
		if !one.now.IsZero() || !one.before.IsZero() {
			s.skus = append(s.skus, one)
		}
	}
	return s, nil
}

// price takes over what an agreement asks for usage of both stretches of days.
func (s *shelf) price(a contracts.Agreement, sold *catalog.Catalog, used *usage.Days) error {
	for _, side := range []struct {
		whole, days period.Span
		into        *[]asked
	}{{s.whole, s.now, &s.priced}, {periodBefore(s.whole), s.before, &s.earlier}} {
		if side.days.Empty() {
			continue
		}
		pieces, err := contracts.Charges(a, sold, used, side.days.End)
		if err != nil {
			return err
		}
		// What a billing period asks for that reaches beyond these days cannot be told for them alone.
		inside := slices.DeleteFunc(pieces, func(p contracts.Piece) bool {
			s.notePeriod(p, side.days)
			return p.Span.Intersect(side.whole) != p.Span || !p.Span.Start.Before(side.days.End)
		})
		parts, err := contracts.PriceUsage(a, sold, inside)
		if err != nil {
			return err
		}
		for _, p := range parts {
			*side.into = append(*side.into, s.ask(p))
		}
	}
	return nil
}

// notePeriod keeps the billing periods of usage that reach into some days and are no calendar months, so that they can be
// chosen: amounts are those of a whole one.
func (s *shelf) notePeriod(p contracts.Piece, days period.Span) {
	month := p.Period == p.Period.Start.MonthOf().Span()
	if p.Kind == contracts.Metered && !month && p.Span.Overlaps(days) && p.Period.Days() <= 366 && !slices.Contains(s.periods, p.Period) {
		s.periods = append(s.periods, p.Period)
	}
}

func (s *shelf) ask(p contracts.PricedUsage) asked {
	out := asked{amount: p.Amount, whole: true, label: p.Piece.Description}
	for _, c := range p.Reading.Customers {
		if _, mine := s.who[c]; !mine {
			out.whole = false
		}
	}
	for i, x := range s.skus {
		if counts, part := x.CountedBy(p.Reading); counts {
			out.skus, out.whole = append(out.skus, i), out.whole && !part
		}
	}
	return out
}

// bundle is some of the SKUs under one name.
type bundle struct {
	key, name string
	skus      []int
	amounts   []money.Amount // what they come to; nil when nothing is asked for them, or not for them alone
	earlier   []money.Amount
	exact     bool // amounts are all there is
}

// groupings are the ways to lay the SKUs out.
func (s *shelf) groupings() (out [][2]string) {
	out = [][2]string{{"family", "By family"}, {"meter", "By meter"}}
	var names []string
	users := map[customers.ID]bool{}
	for _, x := range s.skus {
		users[x.Customer] = true
		for name := range x.Dimensions {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	for _, name := range names {
		out = append(out, [2]string{"by:" + name, "By " + name})
	}
	if len(users) > 1 {
		out = append(out, [2]string{"user", "By user"})
	}
	return append(out, [2]string{"sku", "Each SKU"})
}

// place is the group of a SKU.
func (s *shelf) place(x sku, by string) (key, name string) {
	switch dimension, isDimension := strings.CutPrefix(by, "by:"); {
	case isDimension:
		if value, ok := x.Dimensions[dimension]; ok {
			return value, value
		}
		return "-", "Without " + dimension
	case by == "all":
		return by, "All"
	case by == "meter":
		return x.Meter.Code, x.Meter.Name
	case by == "user":
		return fmt.Sprint(x.Customer), x.user
	case by == "sku":
		return fmt.Sprintf("%d/%s", x.Customer, x.key()), x.name()
	}
	return family(x.Meter.Code), capital(family(x.Meter.Code))
}

// groups puts the SKUs that answer a search under names, in the order in which they first come. An amount belongs to a
// group when all it is for does.
func (s *shelf) groups(by, search string) []bundle {
	var out []bundle
	at, of := map[string]int{}, make([]int, len(s.skus))
	for i, x := range s.skus {
		if of[i] = -1; !x.answers(search) {
			continue
		}
		key, name := s.place(x, by)
		if _, known := at[key]; !known {
			at[key] = len(out)
			out = append(out, bundle{key: key, name: name, exact: true})
		}
		of[i] = at[key]
		out[of[i]].skus = append(out[of[i]].skus, i)
	}
	for _, side := range []struct {
		asked []asked
		add   func(g *bundle, a money.Amount)
	}{
		{s.priced, func(g *bundle, a money.Amount) { g.amounts = addAmounts(g.amounts, a) }},
		{s.earlier, func(g *bundle, a money.Amount) { g.earlier = addAmounts(g.earlier, a) }},
	} {
		for _, a := range side.asked {
			one := a.within(of)
			for _, i := range a.skus {
				if of[i] >= 0 && one < 0 {
					out[of[i]].exact = false
				}
			}
			if one >= 0 {
				side.add(&out[one], a.amount)
			}
		}
	}
	for i := range out {
		if !out[i].exact {
			out[i].amounts, out[i].earlier = nil, nil
		}
	}
	return out
}

// within is the group that holds all that an amount is for; -1 when there is none.
func (a asked) within(of []int) int {
	if !a.whole || len(a.skus) == 0 {
		return -1
	}
	for _, i := range a.skus {
		if of[i] != of[a.skus[0]] {
			return -1
		}
	}
	return of[a.skus[0]]
}

// unitSum adds up quantities by what they are counted in.
type unitSum struct {
	unit        string
	now, before decimal.Decimal
}

func (s *shelf) sums(of []int) (out []unitSum) {
	for _, i := range of {
		x := s.skus[i]
		at := slices.IndexFunc(out, func(u unitSum) bool { return u.unit == x.unit() })
		if at < 0 {
			at, out = len(out), append(out, unitSum{unit: x.unit()})
		}
		out[at].now, out[at].before = out[at].now.Add(x.now), out[at].before.Add(x.before)
	}
	slices.SortFunc(out, func(a, b unitSum) int { return cmp.Compare(a.unit, b.unit) })
	return out
}
