package contracts

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/usage"
)

// Lists of usage load no more than they show: usage from UsageSince on gives the pieces of some days as all usage does.
func TestUsageFromItsFirstDayOnPricesSomeDaysAsAllUsageDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMeasured(t)
		days := drawDays(t, m.agreement.Term())
		since, cut := UsageSince(m.agreement, days), m
		cut.meterOf, cut.events = nil, nil
		for i, e := range m.events {
			if !e.Day.Before(since) {
				cut.meterOf, cut.events = append(cut.meterOf, m.meterOf[i]), append(cut.events, e)
			}
		}
		all, err := Charges(m.agreement, measuredCatalog, m.days(), days.End)
		few, wrong := Charges(m.agreement, measuredCatalog, cut.days(), days.End)
		if err != nil || wrong != nil {
			t.Fatal(err, wrong)
		}
		expectSamePieces(t, days, since, all, few)
	})
}

// The same of contracts with balances, commitments and reductions, which look further back.
func TestUsageThatBalancesLookBackAtIsAskedFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeal(t)
		days := drawDays(t, d.agreement.Term())
		since, cut := UsageSince(d.agreement, days), d
		cut.events = slices.DeleteFunc(slices.Clone(d.events), func(e event) bool { return e.on.Before(since) })
		expectSamePieces(t, days, since, chargeDeal(t, d, days.End), chargeDeal(t, cut, days.End))
	})
}

func drawDays(t *rapid.T, term period.Span) period.Span {
	from := term.Start.AddDays(rapid.IntRange(0, term.Days()).Draw(t, "first"))
	return period.NewSpan(from, from.AddDays(rapid.IntRange(1, 62).Draw(t, "length")))
}

func expectSamePieces(t *rapid.T, days period.Span, since period.Date, all, few []Piece) {
	usageIn := func(pieces []Piece) map[string]money.Amount {
		out := map[string]money.Amount{}
		for _, p := range pieces {
			if (p.Kind == Metered || p.Kind == OverCap) && p.Span.Overlaps(days) && !p.Amount.IsZero() {
				out[named(p)] = p.Amount
			}
		}
		return out
	}
	want, got := usageIn(all), usageIn(few)
	for name, amount := range want {
		if got[name] != amount {
			t.Fatalf("%s of %s: usage from %s on gives %s, all of it %s", name, days, since, got[name], amount)
		}
	}
	if len(want) != len(got) {
		t.Fatalf("%d pieces of %s come of usage from %s on, %d of all of it", len(got), days, since, len(want))
	}
}

// What is priced by dimension is told apart by it: the parts add up, and each is for the usage its reading counts.
func TestThePartsOfAPieceAddUpAndAreForWhatTheyCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMeasured(t)
		until := m.agreement.Term().Start.AddDays(rapid.IntRange(1, 170).Draw(t, "until"))
		used := m.days()
		pieces, err := Charges(m.agreement, measuredCatalog, used, until)
		if err != nil {
			t.Fatal(err)
		}
		parts, err := PriceUsage(m.agreement, measuredCatalog, pieces)
		if err != nil {
			t.Fatal(err)
		}
		sums, units := map[string]money.Amount{}, map[string]string{}
		for _, p := range parts {
			sums[named(p.Piece)] = sums[named(p.Piece)].Add(p.Amount)
			total := unitsOf(t, used, p.Reading, p.Piece, until)
			if total == "0" && !p.Amount.IsZero() && p.Piece.Detail.Included.IsZero() && flatless(m.agreement, p.Piece) {
				t.Fatalf("%s asks %s for %v %v, of which nothing was used", named(p.Piece), p.Amount, p.Reading.Where, p.Reading.Not)
			}
			units[named(p.Piece)] += total + " "
		}
		for _, p := range pieces {
			if (p.Kind == Metered || p.Kind == OverCap) && sums[named(p)] != p.Amount {
				t.Fatalf("the parts of %s come to %s, it asks %s (units %s)", named(p), sums[named(p)], p.Amount, units[named(p)])
			}
		}
	})
}

func unitsOf(t *rapid.T, used *usage.Days, r usage.Reading, p Piece, until period.Date) string {
	total, err := used.Total(r, period.NewSpan(p.Span.Start, period.MaxDate(p.Span.Start, period.MinDate(p.Span.End, until))))
	if err != nil {
		t.Fatal(err)
	}
	return total.String()
}

// flatless says that nothing used costs nothing.
func flatless(a Agreement, p Piece) bool {
	l, _ := usageLine(a, p.Version, p.Line)
	free := func(x catalog.Price) bool { return !x.FlatAtZero && x.Model != catalog.Flat }
	for _, cell := range l.Usage.Price.Prices {
		if !free(cell) {
			return false
		}
	}
	return free(l.Usage.Price) && (l.Usage.Price.Other == nil || free(*l.Usage.Price.Other)) && l.Usage.Price.Model != catalog.Percentage
}
