package contracts

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ratable/internal/money"
	"ratable/internal/period"
)

func chargeDeal(t *rapid.T, d deal, until period.Date) []Piece {
	pieces, err := Charges(d.agreement, dealCatalog, d.days(), until)
	if err != nil {
		t.Fatal(err)
	}
	return pieces
}

func drawUntil(t *rapid.T, d deal) period.Date {
	return d.agreement.Term().Start.AddDays(rapid.IntRange(-1, 500).Draw(t, "until"))
}

func named(p Piece) string { return fmt.Sprintf("%s %s %s", p.Line, p.Kind, p.Span) }

func TestChargesEqualANaiveRatingOfTheRawEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeal(t)
		until := drawUntil(t, d)
		owed, drawn := rateNaively(d, until)
		charged := map[string]*big.Int{}
		for _, p := range chargeDeal(t, d, until) {
			if charged[named(p)] != nil {
				t.Fatalf("%s is charged twice", named(p))
			}
			if p.Kind == OverCap && p.Amount.IsZero() {
				continue // it was more in a month before, and stays for that
			}
			charged[named(p)] = big.NewInt(p.Amount.Minor())
			if n := len(p.Values); p.Kind == Prepayment && n > 0 && p.Values[n-1].Amount.Minor() != drawn[named(p)].Int64() {
				t.Fatalf("on %s, %s of %s is used up, says the naive rater %s%s", until, p.Values[n-1].Amount, named(p), drawn[named(p)], told(d))
			}
		}
		if diff := cmp.Diff(text(owed), text(charged)); diff != "" {
			t.Fatalf("on %s (-owed +charged):\n%s%s", until, diff, told(d))
		}
	})
}

// told is a deal to be read.
func told(d deal) string {
	text := "\n"
	for _, v := range d.agreement.Versions {
		out, _ := Export(v.Document)
		text += string(out) + "---\n"
	}
	for _, e := range d.events {
		text += fmt.Sprintf("%s %s %s\n", e.on, e.meter, e.quantity)
	}
	return text
}

func text(m map[string]*big.Int) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		out[k] = v.String()
	}
	return out
}

func TestThePiecesOfAFixedFeeTileItsDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeal(t)
		days, ends := map[string]map[period.Date]int{}, map[string][]period.Date{}
		for _, p := range chargeDeal(t, d, drawUntil(t, d)) {
			if p.Kind != FixedFee {
				continue
			}
			if p.Period.Intersect(p.Span) != p.Span {
				t.Fatalf("%s lies outside its period %s", named(p), p.Period)
			}
			if days[p.Line] == nil {
				days[p.Line] = map[period.Date]int{}
			}
			ends[p.Line] = append(ends[p.Line], p.Served().End)
			for on := p.Served().Start; on.Before(p.Served().End); on = on.AddDays(1) {
				days[p.Line][on]++
			}
		}
		n := naive{deal: d}
		// A fee for the term that was served when the term became longer serves no day of the extension.
		over := func(line string, on period.Date) bool {
			return slices.ContainsFunc(ends[line], func(end period.Date) bool {
				law, _ := n.law(end.AddDays(-1))
				l, _ := law.line(line)
				return l.Fixed.Every == "term" && !on.Before(end) && !on.Before(lineDays(law, l).End)
			})
		}
		for on := d.agreement.Term().Start; on.Before(day("2027-01-01")); on = on.AddDays(1) {
			law, ok := n.law(on)
			for line, charged := range days {
				want := 0
				if l, sold := law.line(line); ok && sold && lineDays(law, l).Contains(on) {
					want = 1
				}
				if charged[on] != want && !(charged[on] == 0 && over(line, on)) {
					t.Fatalf("%s is charged %d times on %s, not %d", line, charged[on], on, want)
				}
			}
		}
	})
}

func TestThePartsOfACutPeriodAddUpToTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := money.Of(rapid.Int64Range(-1e12, 1e12).Draw(t, "total"), "USD")
		whole := period.NewSpan(day("2026-01-01"), day("2026-01-01").AddDays(rapid.IntRange(1, 400).Draw(t, "days")))
		cuts := []period.Date{}
		for range rapid.IntRange(0, 5).Draw(t, "cuts") {
			cuts = append(cuts, whole.Start.AddDays(rapid.IntRange(0, whole.Days()).Draw(t, "cut")))
		}
		slices.SortFunc(cuts, period.Date.Compare)
		sum, from := money.Zero("USD"), whole.Start
		for _, to := range append(cuts, whole.End) {
			sum, from = sum.Add(part(total, period.NewSpan(from, to), whole)), to
		}
		if sum != total {
			t.Fatalf("%s cut at %v adds up to %s", total, cuts, sum)
		}
	})
}

func TestWhatTheCapCoversAndWhatLiesAboveIsTheListValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeal(t)
		until := drawUntil(t, d)
		p := pricing{agreement: d.agreement, catalog: dealCatalog, days: d.days(), until: until}
		p.usage()
		p.prepaid()
		if p.err != nil {
			t.Fatal(p.err)
		}
		for _, w := range p.windows {
			if w.cap == "" {
				continue
			}
			both := money.Zero(p.agreement.Currency).Exact()
			for _, x := range w.draws {
				both = both.Add(x.inside).Add(x.above).Add(x.plain)
			}
			if list := p.rate(w, w.used).Total; !both.Equal(list) {
				t.Fatalf("%s %s: drawn and above come to %s, the list value is %s", w.line.ID, w.billed.span, both, list)
			}
		}
	})
}

func TestWhatIsClosedStaysAsTimeGoesOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeal(t)
		early := drawUntil(t, d)
		late := early.AddDays(rapid.IntRange(1, 200).Draw(t, "later"))
		later := map[string]Piece{}
		for _, p := range chargeDeal(t, d, late) {
			later[named(p)] = p
		}
		for _, p := range chargeDeal(t, d, early) {
			again, still := later[named(p)]
			if !still && !p.Closed && len(p.Values) == 1 && p.Values[0].Before == early {
				continue // the price fell in the month in which it had been above
			}
			grown := len(again.Values) >= len(p.Values)
			for i := range p.Values {
				last := i == len(p.Values)-1
				grown = grown && (again.Values[i] == p.Values[i] || last && p.Values[i].Before == early)
			}
			if p.Kind == Prepayment && grown { // its price is known, how it is used up is not
				again.Values, again.Lapsed = p.Values, p.Lapsed
			}
			if diff := cmp.Diff(p, again); p.Closed && diff != "" {
				t.Fatalf("%s was closed on %s and differs on %s (-then +later):\n%s", named(p), early, late, diff)
			}
			if !grown {
				t.Fatalf("%s: on %s its values were %v, on %s %v", named(p), early, p.Values, late, again.Values)
			}
		}
	})
}

func TestMonthlyValuesEndAtTheAmount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeal(t)
		until := drawUntil(t, d)
		for _, p := range chargeDeal(t, d, until) {
			for i, v := range p.Values {
				if i > 0 && !p.Values[i-1].Before.Before(v.Before) {
					t.Fatalf("%s: values out of order: %v", named(p), p.Values)
				}
			}
			if n := len(p.Values); n > 0 && p.Kind != Prepayment && p.Values[n-1].Amount != p.Amount {
				t.Fatalf("%s comes to %s, its values end at %s", named(p), p.Amount, p.Values[n-1].Amount)
			}
		}
	})
}

func TestTheValueAtAMonthsEndIsWhatWasChargedOnThatDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeal(t)
		for _, p := range chargeDeal(t, d, drawUntil(t, d)) {
			if p.Kind != Metered && p.Kind != OverCap {
				continue
			}
			v := rapid.SampledFrom(p.Values).Draw(t, "value")
			then := money.Zero(p.Amount.Currency())
			for _, was := range chargeDeal(t, d, v.Before) {
				if named(was) == named(p) {
					then = was.Amount
				}
			}
			if then != v.Amount {
				t.Fatalf("%s is valued at %s before %s, and was charged at %s then", named(p), v.Amount, v.Before, then)
			}
		}
	})
}

func TestALineThatAnAmendmentLeavesAloneKeepsItsPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeal(t)
		d.agreement.Versions = d.agreement.Versions[:1]
		until := drawUntil(t, d)
		before := chargeDeal(t, d, until)
		same := d.agreement.Latest().Document
		same.Effective, same.Reason, same.Title = same.Term.From.AddDays(rapid.IntRange(1, same.Term.Span().Days()-1).Draw(t, "on")), "amended", "Another title"
		same.Lines = append(slices.Clone(same.Lines), Line{ID: "new", Product: "platform", Fixed: &Fixed{Quantity: one, UnitPrice: one, Every: "month"}})
		d.agreement.Versions = append(d.agreement.Versions, Version{2, same.Start(), same})
		after := slices.DeleteFunc(chargeDeal(t, d, until), func(p Piece) bool { return p.Line == "new" })
		for _, pieces := range [][]Piece{before, after} {
			for i := range pieces {
				pieces[i].Version = 0 // a line that begins after the amendment is priced by it
			}
		}
		if diff := cmp.Diff(before, after); diff != "" {
			t.Fatalf("a new line changed the others (-before +after):\n%s", diff)
		}
	})
}
