package contracts

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/internal/money"
)

func TestGrossIsTheAmountAndWhatWasTakenOffAndNothingFallsBelowZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawReduced(t)
		for _, p := range chargeDeal(t, d, drawUntil(t, d)) {
			sum := p.Amount
			for _, r := range p.Detail.Reduced {
				sum = sum.Add(r.Amount)
				if r.Amount.Sign() <= 0 {
					t.Fatalf("%s: %s takes off %s", named(p), r.Label, r.Amount)
				}
			}
			if sum != p.Gross || p.Gross.Sign() >= 0 && p.Amount.Sign() < 0 {
				t.Fatalf("%s is %s, with reductions %s, and its gross is %s", named(p), p.Amount, sum, p.Gross)
			}
		}
	})
}

func TestNoMoreOfACreditIsUsedThanThereIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawReduced(t)
		used, most := map[string]money.Amount{}, map[string]money.Amount{}
		for _, v := range d.agreement.Versions {
			for _, c := range v.Document.Credits {
				if a := money.Round(money.Price(c.Amount, d.agreement.Currency), money.HalfAwayFromZero); most[c.ID].Cmp(a) < 0 {
					most[c.ID] = a
				}
			}
		}
		for _, p := range chargeDeal(t, d, drawUntil(t, d)) {
			for _, r := range p.Detail.Reduced {
				if r.Kind == ByCredit {
					used[r.ID] = used[r.ID].Add(r.Amount)
				}
			}
		}
		for id, amount := range used {
			if amount.Cmp(most[id]) > 0 {
				t.Fatalf("%s of credit %s were used, and it is %s", amount, id, most[id])
			}
		}
	})
}

func TestWhatIsLeftOfAPeriodUnderACapIsNeverAboveIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawReduced(t)
		d.agreement.Versions = d.agreement.Versions[:1]
		pieces := chargeDeal(t, d, drawUntil(t, d))
		for _, c := range d.agreement.Latest().Document.Caps {
			for _, whole := range (&reckoner{deal: d}).spans(c.Every) {
				sum := money.Zero(d.agreement.Currency)
				for _, p := range pieces {
					if among(c.Lines, p) && whole.Contains(p.Span.Start) {
						sum = sum.Add(p.Amount)
					}
				}
				if most := money.Round(money.Price(c.Amount, d.agreement.Currency), money.HalfAwayFromZero); sum.Cmp(most) > 0 {
					t.Fatalf("%s is charged in %s under the cap of %s", sum, whole, most)
				}
			}
		}
	})
}

func TestTheNetValueAtAMonthsEndIsWhatWasChargedOnThatDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawReduced(t)
		for _, p := range chargeDeal(t, d, drawUntil(t, d)) {
			if p.Kind != Metered {
				continue
			}
			v := rapid.SampledFrom(p.Values).Draw(t, "value")
			for _, was := range chargeDeal(t, d, v.Before) {
				if named(was) == named(p) && was.Amount != v.Amount {
					t.Fatalf("%s is valued at %s before %s, and was charged at %s then", named(p), v.Amount, v.Before, was.Amount)
				}
			}
		}
	})
}

// What could be billed is not touched by what happens after it.
func TestWhatWasDueStaysAsTimeGoesOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawReduced(t)
		early := drawUntil(t, d)
		later := map[string]Piece{}
		for _, p := range chargeDeal(t, d, early.AddDays(rapid.IntRange(1, 200).Draw(t, "later"))) {
			later[named(p)] = p
		}
		for _, p := range chargeDeal(t, d, early) {
			if due := p.Closed && !early.Before(p.BillOn); !due {
				continue
			}
			if diff := cmp.Diff(p, later[named(p)]); diff != "" {
				t.Fatalf("%s was due on %s and differs later (-then +later):\n%s", named(p), early, diff)
			}
		}
	})
}

func TestMoreUsageNeverCostsLessAtAPerUnitOrGraduatedPrice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := decimal.NewFromInt(int64(rapid.IntRange(1, 50).Draw(t, "first tier")))
		price := rapid.SampledFrom([]catalog.Price{
			{Model: catalog.PerUnit, Amount: oneOf(t, "0.013", "2")},
			{Model: catalog.Graduated, Tiers: []catalog.Tier{{UpTo: &first, Unit: oneOf(t, "3", "1")}, {Unit: oneOf(t, "0.5", "7"), Flat: oneOf(t, "0", "2")}}},
		}).Draw(t, "price")
		d := deal{agreement: Agreement{Number: "C-1", Customer: 7, Payer: 7, Currency: "USD", Versions: []Version{{1, day("2025-01-01"), Document{
			Contract: "C-1", Entity: "e", Customer: "c", Currency: "USD", Term: Term{From: day("2025-01-01"), Through: day("2025-03-31")},
			Lines: []Line{{ID: "calls", Product: "api", Usage: &Usage{Meter: "m1", Every: "month", Included: oneOf(t, "0", "5"), Price: price}}},
		}}}}}
		for range rapid.IntRange(0, 10).Draw(t, "events") {
			d.events = append(d.events, event{"m1", day("2025-01-01").AddDays(rapid.IntRange(0, 89).Draw(t, "on")), oneOf(t, "1", "7.5", "40")})
		}
		less := chargeDeal(t, d, day("2025-04-01"))
		d.events = append(d.events, event{"m1", day("2025-01-01").AddDays(rapid.IntRange(0, 89).Draw(t, "more on")), oneOf(t, "0.5", "3", "100")})
		for i, more := range chargeDeal(t, d, day("2025-04-01")) {
			if more.Amount.Cmp(less[i].Amount) < 0 {
				t.Fatalf("%s costs %s, and with more usage %s", named(more), less[i].Amount, more.Amount)
			}
		}
	})
}

func TestWhatProgrammesGaveAwayIsWhatWasTakenOffUnderThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawReduced(t)
		pieces := chargeDeal(t, d, drawUntil(t, d))
		want, got := money.Zero(d.agreement.Currency), money.Zero(d.agreement.Currency)
		for _, p := range pieces {
			for _, r := range p.Detail.Reduced {
				if r.Programme == "staff" {
					want = want.Add(r.Amount)
				}
			}
		}
		seen := map[Given]bool{}
		for _, g := range GivenAway(pieces) {
			got = got.Add(g.Amount)
			key := Given{Programme: g.Programme, Line: g.Line, Month: g.Month}
			if seen[key] {
				t.Fatalf("%v stands there twice", key)
			}
			seen[key] = true
		}
		if got != want {
			t.Fatalf("%s is given away, %s was taken off", got, want)
		}
	})
}
