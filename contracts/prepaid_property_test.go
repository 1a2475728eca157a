package contracts

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/internal/money"
	"ratable/internal/period"
)

// replayed is a pricing of a deal up to prepaid amounts, with all balances.
func replayed(t *rapid.T, d deal, until period.Date) (*pricing, []stretchGrants, *pool) {
	p := &pricing{agreement: d.agreement, catalog: dealCatalog, days: d.days(), until: until}
	p.usage()
	var all []stretchGrants
	for rank, id := range lineages(p.agreement, documentPrepaid, prepaidID) {
		all = append(all, p.grants(id, rank)...)
	}
	l := p.pool(all)
	p.replay(l)
	if p.err != nil {
		t.Fatal(p.err)
	}
	return p, all, l
}

func TestDrawnLapsedAndLeftAreWhatWasGrantedOnEveryDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeal(t)
		until := drawUntil(t, d)
		p, all, l := replayed(t, d, until)
		inside := map[*grant]balance{}
		for _, w := range p.windows {
			for _, x := range w.portions {
				if x.grant != nil {
					inside[x.grant.root()] = inside[x.grant.root()].add(x.taken())
				}
			}
		}
		carried := map[*grant]balance{}
		for _, g := range l.alive {
			if g.origin != nil {
				carried[g.origin] = carried[g.origin].add(g.left)
			}
		}
		currency := p.agreement.Currency
		for _, s := range all {
			for _, g := range s.grants {
				drawn, lapsed := balance{}, balance{}
				for i, c := range g.log {
					if c.lapsed {
						lapsed = lapsed.add(c.by)
					} else {
						drawn = drawn.add(c.by)
					}
					if sum := drawn.add(lapsed).weight(currency); sum.Sign() < 0 || sum.Cmp(g.size.weight(currency)) > 0 {
						t.Fatalf("%s %s: %s of %s are used after change %d%s", g.id, g.access, sum, g.size.weight(currency), i, told(d))
					}
				}
				sum := drawn.add(lapsed).add(g.left).add(carried[g]).weight(currency)
				if sum.Cmp(g.size.weight(currency)) != 0 {
					t.Fatalf("%s %s: drawn, lapsed and left are %s of %s%s", g.id, g.access, sum, g.size.weight(currency), told(d))
				}
				if drawn.weight(currency).Cmp(inside[g].weight(currency)) != 0 {
					t.Fatalf("%s %s: %s was drawn, its usage says %s%s", g.id, g.access, drawn.weight(currency), inside[g].weight(currency), told(d))
				}
			}
		}
	})
}

func TestNoUsageIsChargedLessThanNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeal(t)
		for _, p := range chargeDeal(t, d, drawUntil(t, d)) {
			if p.Kind != Concession && p.Amount.Sign() < 0 {
				t.Fatalf("%s is charged at %s%s", named(p), p.Amount, told(d))
			}
		}
	})
}

func TestASingleMoneyBalanceCoversTheLesserOfAllUsageAndItsSize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeal(t)
		doc := d.agreement.Versions[0].Document
		for i := range doc.Lines { // windows that end with the term: none is over before another is used
			if u := doc.Lines[i].Usage; u != nil {
				u.Every = "term"
				doc.Lines[i].From, doc.Lines[i].Through = period.Date{}, period.Date{}
			}
		}
		if len(doc.metered()) == 0 {
			return
		}
		doc.Commits = nil
		doc.Prepaid = []Prepaid{{ID: "one", Product: "api", Lines: doc.metered(), Amount: oneOf(t, "20", "150.5", "1000"), Every: "term"}}
		d.agreement.Versions = []Version{{1, doc.Term.From, doc}}
		p, all, _ := replayed(t, d, doc.Term.Span().End)
		inside, cost := money.Zero(p.agreement.Currency).Exact(), money.Zero(p.agreement.Currency).Exact()
		for _, w := range p.windows {
			cost = cost.Add(w.valued)
			for _, x := range w.draws {
				inside = inside.Add(x.inside)
			}
		}
		if size := all[0].grants[0].size.money; inside.Cmp(cost.Min(size)) != 0 {
			t.Fatalf("%s is covered of %s; the balance is %s%s", inside, cost, size, told(d))
		}
	})
}

func TestMoreUsageNeverCostsLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeal(t)
		for _, v := range d.agreement.Versions {
			for i := range v.Document.Lines {
				if u := v.Document.Lines[i].Usage; u != nil && !sellsByUnits(u.Price.Model) {
					return // a volume price falls
				}
			}
			for i := range v.Document.Prepaid {
				if x := &v.Document.Prepaid[i]; x.Overage.Factor.LessThan(one) || x.Overage.UnitPrice.IsPositive() {
					x.Overage = Overage{} // who pays less above a balance is glad of a smaller one
				}
			}
		}
		d.events = slices.DeleteFunc(d.events, func(e event) bool { return e.quantity.IsNegative() })
		until := drawUntil(t, d)
		sum := func() money.Exact {
			p, _, _ := replayed(t, d, until)
			out := money.Zero(p.agreement.Currency).Exact()
			for _, w := range p.windows {
				for _, x := range w.draws {
					out = out.Add(x.charged).Add(x.plain)
				}
			}
			return out
		}
		before := sum()
		last := d.agreement.Term().Start
		for _, e := range d.events {
			last = period.MaxDate(last, e.on)
		}
		// On the last day: what is used earlier can use up a balance that another day would have paid dearly for.
		d.events = append(d.events, event{rapid.SampledFrom(meters).Draw(t, "meter of more"), last, decimal.NewFromInt(17)})
		if after := sum(); after.Cmp(before) < 0 {
			t.Fatalf("17 more cost %s instead of %s%s", after, before, told(d))
		}
	})
}

func TestWhatWasPaidUpFrontIsEarnedInTheEndAndNotBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeal(t)
		d.billRandomly(t)
		for _, p := range chargeDeal(t, d, day("2045-01-01")) {
			if p.Kind != Prepayment || p.Recognition != "as_used" {
				continue
			}
			if n := len(p.Values); n == 0 || p.Values[n-1].Amount != p.Amount {
				t.Fatalf("%s comes to %s and is earned %v%s", named(p), p.Amount, p.Values, told(d))
			}
			for _, v := range p.Values {
				if v.Amount.Sign() < 0 || v.Amount.Cmp(p.Amount) > 0 {
					t.Fatalf("%s comes to %s and is earned %v%s", named(p), p.Amount, p.Values, told(d))
				}
			}
		}
	})
}

// billRandomly gives prepaid amounts an invoice schedule of their own.
func (d deal) billRandomly(t *rapid.T) {
	every := rapid.SampledFrom(cadences).Draw(t, "prepaid billed every")
	for _, v := range d.agreement.Versions {
		for i := range v.Document.Prepaid {
			v.Document.Prepaid[i].Bill = &Bill{Every: every, In: Advance}
		}
	}
}

func TestAnInvoiceScheduleChangesNeitherTheSumNorTheDraws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeal(t)
		doc := d.agreement.Versions[0].Document
		doc.Term.Through = doc.Term.From.AddMonths(24).AddDays(-1)
		doc.Billing.Align = Anniversary // whole periods: a cut one is billed by its parts
		for i := range doc.Prepaid {
			doc.Prepaid[i].From, doc.Prepaid[i].Through = period.Date{}, period.Date{}
		}
		for i := range doc.Lines {
			if f := doc.Lines[i].Fixed; f != nil && len(f.Ramp) > 0 {
				return
			}
		}
		d.agreement.Versions = []Version{{1, doc.Term.From, doc}}
		until := drawUntil(t, d)
		sums := func() (map[string]string, []Piece) {
			out, sum := map[string]string{}, map[string]money.Amount{}
			var usage []Piece
			for _, p := range chargeDeal(t, d, until) {
				switch p.Kind {
				case Prepayment:
					sum[p.Line] = sum[p.Line].Add(p.Amount)
					out[p.Line] = sum[p.Line].String()
				case Metered, OverCap:
					usage = append(usage, p)
				}
			}
			return out, usage
		}
		plain, usage := sums()
		d.billRandomly(t)
		billed, drawn := sums()
		if diff := cmp.Diff(plain, billed); diff != "" {
			t.Fatalf("asked for in all (-by access period +by schedule):\n%s%s", diff, told(d))
		}
		if diff := cmp.Diff(usage, drawn); diff != "" {
			t.Fatalf("the schedule changed usage:\n%s", diff)
		}
	})
}
