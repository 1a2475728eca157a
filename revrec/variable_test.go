package revrec

import (
	"errors"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

func minor(units int64) money.Amount { return money.Of(units, "USD") }

func outcome(amount int64, probability string) Outcome {
	return Outcome{minor(amount), decimal.RequireFromString(probability)}
}

func TestWhatIsNotCertainInAllIsNoEstimate(t *testing.T) {
	for _, e := range []Estimate{
		{},
		{Outcomes: []Outcome{outcome(100, "0.5"), outcome(200, "0.49")}},
		{Outcomes: []Outcome{outcome(100, "1.5"), outcome(200, "-0.5")}},
		{Method: MostLikelyAmount, Outcomes: []Outcome{outcome(100, "0.5"), outcome(200, "0.5")}},
		{Method: "a guess", Outcomes: []Outcome{outcome(100, "1")}},
	} {
		if x, err := e.Amount(); !errors.Is(err, fault.Invalid) {
			t.Errorf("%+v is estimated at %s (%v)", e, x, err)
		}
	}
}

func TestTheConstraintIncludesWhatIsReachedSurelyEnoughAndNeverMoreThanTheEstimate(t *testing.T) {
	bonus := []Outcome{outcome(0, "0.05"), outcome(6000, "0.15"), outcome(10000, "0.80")} // expected: 89.00
	penalty := []Outcome{outcome(0, "0.7"), outcome(-2000, "0.2"), outcome(-9000, "0.1")} // expected: -13.00
	held := minor(2500)
	for _, c := range []struct {
		name       string
		outcomes   []Outcome
		constraint Constraint
		want       int64
	}{
		{"not constrained", bonus, Constraint{}, 8900},
		{"probable: reached in 80 of 100", bonus, Constraint{Threshold: Probable}, 8900},
		{"highly probable: only 60 is", bonus, Constraint{Threshold: HighlyProbable}, 6000},
		{"a level of one's own", bonus, Constraint{Threshold: Probable, Level: decimal.RequireFromString("0.96")}, 0},
		{"as judged", bonus, Constraint{Threshold: Probable, Included: &held}, 2500},
		{"a penalty: three in four times not above 20", penalty, Constraint{Threshold: Probable}, -2000},
		{"a penalty, highly probable", penalty, Constraint{Threshold: HighlyProbable}, -2000},
	} {
		x, err := c.constraint.Include(Estimate{ExpectedValue, c.outcomes})
		if err != nil || amountOf(x) != minor(c.want) {
			t.Errorf("%s: %s is included, not %s (%v)", c.name, amountOf(x), minor(c.want), err)
		}
	}
}

func TestAPriceIsTheSumOfItsParts(t *testing.T) {
	p, err := TransactionPrice(minor(100000), minor(4000),
		Uncertainty{Name: "bonus", Estimate: Estimate{Outcomes: []Outcome{outcome(15000, "0.6"), outcome(0, "0.4")}}},
		Uncertainty{Name: "delay", Estimate: Estimate{Outcomes: []Outcome{outcome(0, "0.5"), outcome(-1000, "0.3"), outcome(-2000, "0.2")}}})
	if err != nil || p.Total != minor(100000-4000+15000-700) || p.Variable[1].Included != minor(-700) {
		t.Errorf("1,000 less 40, with the likelier bonus of 150 and 7 of penalty expected, is %s of %+v (%v)", p.Total, p.Variable, err)
	}
	if _, err := TransactionPrice(minor(1), minor(0), Uncertainty{Name: "bonus"}); !errors.Is(err, fault.Invalid) {
		t.Errorf("a bonus without outcomes is added: %v", err)
	}
}

func TestAPriceThatIsEstimatedAgainStandsAsIfItHadAlwaysBeenSo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModified(t)
		days := m.Terms.Service.Days
		versions := []Version{{Price: m.Price, Terms: m.Terms}}
		for on := days.Start; len(versions) < 4; {
			on = on.AddDays(rapid.IntRange(1, 400).Draw(t, "later"))
			versions = append(versions, Version{on, minor(rapid.Int64Range(-1e9, 1e9).Draw(t, "price")), m.Terms})
		}
		parts, err := Reestimate(versions...)
		if err != nil {
			t.Fatal(err)
		}
		last := versions[len(versions)-1]
		if got := totalOf(parts); got != last.Price {
			t.Fatalf("%s is earned of a price of %s", got, last.Price)
		}
		var stands money.Amount
		for _, p := range parts {
			stands = stands.Add(p.Amount)
			known := versions[0]
			for _, v := range versions {
				if v.From.Before(p.Period.Span.End) {
					known = v
				}
			}
			alone, err := known.Terms.Spread(known.Price)
			if err != nil {
				t.Fatal(err)
			}
			if want := Standing(alone, p.Period.Span.End); stands.Minor() != want.Minor() {
				t.Fatalf("by the end of %s there stands %s; as known then it is %s", p.Period.Name, stands, want)
			}
		}
	})
}

func TestWhatIsLearnedAfterTheServiceIsEarnedWhenItIsLearned(t *testing.T) {
	terms := Terms{Spreading: catalog.Spreading{Method: catalog.MonthlyEven}, Service: Service{Days: period.NewSpan(period.NewDate(2026, 1, 1), period.NewDate(2026, 3, 1))}}
	parts, err := Reestimate(Version{Price: minor(1000), Terms: terms}, Version{period.NewDate(2026, 5, 9), minor(900), terms})
	if err != nil || len(parts) != 3 || parts[2].Period.Name != "2026-05" || parts[2].Amount != minor(-100) {
		t.Errorf("10.00 that turn out to be 9.00 in May are %+v (%v)", parts, err)
	}
	if _, err := Reestimate(Version{Price: minor(1000), Terms: terms}, Version{period.Date{}, minor(900), terms}); !errors.Is(err, fault.Invalid) {
		t.Errorf("two prices known from the beginning: %v", err)
	}
}

func TestAChangedPriceIsSharedAsAtInception(t *testing.T) {
	promises := []Promise{{Name: "a", Standalone: decimal.NewFromInt(60)}, {Name: "b", Standalone: decimal.NewFromInt(40)}}
	deltas, err := Reallocate(minor(9000), minor(9500), promises)
	if err != nil || deltas[0].Amount != minor(300) || deltas[1].Amount != minor(200) {
		t.Errorf("5.00 more over 60 and 40 are %+v (%v)", deltas, err)
	}
}

// The figures are those of cost to cost with a change under way: 60 % of 1,000,000, then 420 of 820 of 1,350,000.
func TestProgressIsNotRounded(t *testing.T) {
	done, whole := minor(42000000).Exact(), minor(82000000).Exact()
	adjustment, remaining, err := CatchUpTo(minor(60000000), minor(135000000), done, whole)
	if err != nil || adjustment != minor(9146341) || remaining != minor(65853659) {
		t.Errorf("the catch-up is %s and %s remain (%v); progress of 51.2 %% would give 91,200.00", adjustment, remaining, err)
	}
	if _, _, err := CatchUpTo(minor(0), minor(1), done, minor(0).Exact()); !errors.Is(err, fault.Invalid) {
		t.Errorf("a share of nothing: %v", err)
	}
}

func TestAPaymentToACustomerLowersItsSalesAndNoMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		payment, committed := minor(rapid.Int64Range(0, 1e8).Draw(t, "payment")), minor(rapid.Int64Range(1, 1e9).Draw(t, "committed"))
		var sales []money.Amount
		for range rapid.IntRange(1, 9).Draw(t, "sales") {
			sales = append(sales, minor(rapid.Int64Range(0, 3e8).Draw(t, "sale")))
		}
		sum, sold := money.Sum(SpreadPayable(payment, committed, sales...)...), money.Sum(sales...)
		if sold.Cmp(committed) >= 0 && sum != payment || sum.Cmp(payment) > 0 {
			t.Fatalf("%s are taken off %s sold of %s; %s was paid", sum, sold, committed, payment)
		}
	})
	for _, c := range []struct {
		distinct, known bool
		want            int64
	}{{false, true, 1000}, {true, false, 1000}, {true, true, 400}} {
		if got := PayableReduction(minor(1000), minor(600), c.distinct, c.known); got != minor(c.want) {
			t.Errorf("distinct %t, known %t: %s lowers the price", c.distinct, c.known, got)
		}
	}
}

func TestWhatIsExpectedBackIsNeitherRevenueNorCost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sold := rapid.Int64Range(1, 1000).Draw(t, "sold")
		s := ReturnableSale{
			Units: decimal.NewFromInt(sold), Kept: decimal.New(rapid.Int64Range(0, sold*10).Draw(t, "kept"), -1), Currency: "USD",
			UnitPrice: decimal.New(rapid.Int64Range(0, 1e6).Draw(t, "price"), -3), UnitCost: decimal.New(rapid.Int64Range(0, 1e6).Draw(t, "cost"), -3),
			RecoveryCost: decimal.New(rapid.Int64Range(0, 1e5).Draw(t, "recovery"), -3),
		}
		f, err := s.Expect()
		if err != nil {
			t.Fatal(err)
		}
		if f.Revenue.Add(f.Refund) != f.Price || f.Cost.Add(f.ToRecover) != f.Goods || f.ToRecover.Sign() < 0 {
			t.Fatalf("%+v does not add up", f)
		}
		for _, entry := range [][]ledger.Posting{f.Sold(), f.Left()} {
			var sum money.Amount
			for _, p := range entry {
				sum = sum.Add(p.Amount)
			}
			if !sum.IsZero() {
				t.Fatalf("the entry %v is out by %s", entry, sum)
			}
		}
	})
	if _, err := (ReturnableSale{Units: one, Kept: decimal.NewFromInt(2), Currency: "USD"}).Expect(); !errors.Is(err, fault.Invalid) {
		t.Errorf("two of one are kept: %v", err)
	}
}

func TestALaterChangeOfWhatWasPromisedBeforeAModificationGoesBackToIt(t *testing.T) {
	same := decimal.NewFromInt(500)
	original := []Promise{{Name: "press", Standalone: same}, {Name: "tools", Standalone: same}}
	left := []Promise{{Name: "tools", Standalone: same}, {Name: "training", Standalone: same.Add(same)}}
	atOnce, later, err := ShareLater(minor(6000), original, func(name string) bool { return name == "press" }, left)
	if err != nil || atOnce != minor(3000) || later[0].Amount != minor(1000) || later[1].Amount != minor(2000) {
		t.Errorf("60.00 more for press and tools, of which the press is delivered: %s at once, then %+v (%v)", atOnce, later, err)
	}
	if _, _, err := ShareLater(minor(1), nil, nil, left); !errors.Is(err, fault.Invalid) {
		t.Errorf("a change of no contract: %v", err)
	}
}
