package revrec

import (
	"errors"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

func drawFinancing(t *rapid.T) Financing {
	from := period.NewDate(2024, 1, 1).AddDays(rapid.IntRange(0, 900).Draw(t, "from"))
	return Financing{Rate: decimal.New(rapid.Int64Range(0, 3000).Draw(t, "rate"), -4), From: from, To: from.AddDays(rapid.IntRange(1, 3000).Draw(t, "days"))}
}

// drawDays lists days between two, in order.
func drawDays(t *rapid.T, from, to period.Date) []period.Date {
	var out []period.Date
	for on := from; ; {
		if on = on.AddDays(rapid.IntRange(1, 500).Draw(t, "next")); !on.Before(to) {
			return append(out, to)
		}
		out = append(out, on)
	}
}

func TestWhatIsDiscountedGrowsBackToItsNominalAmount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, nominal := drawFinancing(t), minor(rapid.Int64Range(1, 1e9).Draw(t, "nominal"))
		worth, err := f.Discount(nominal)
		if err != nil {
			t.Fatal(err)
		}
		list, err := f.Unwind(nominal, drawDays(t, f.From, f.To)...)
		if err != nil {
			t.Fatal(err)
		}
		stands := worth
		for _, i := range list {
			if stands = stands.Add(i.Interest); stands != i.Balance || i.Interest.Sign() < 0 {
				t.Fatalf("%s of interest until %s stand at %s, not at %s", i.Interest, i.On, stands, i.Balance)
			}
		}
		if stands != nominal {
			t.Fatalf("%s grew to %s, not to %s", worth, stands, nominal)
		}
		mirror, err := f.Discount(nominal.Neg())
		if err != nil || mirror != worth.Neg() {
			t.Fatalf("the mirror of %s is worth %s (%v)", worth, mirror, err)
		}
	})
}

func TestInterestDoesNotDependOnHowOftenItIsBooked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, paid := drawFinancing(t), minor(rapid.Int64Range(1, 1e9).Draw(t, "paid"))
		often, err := f.Accrete(paid, drawDays(t, f.From, f.To)...)
		if err != nil {
			t.Fatal(err)
		}
		once, err := f.Accrete(paid, f.To)
		if err != nil || often[len(often)-1].Balance != once[0].Balance {
			t.Fatalf("booked often it is %s, once %s (%v)", often[len(often)-1].Balance, once[0].Balance, err)
		}
		for _, e := range booked(t, f, paid) {
			sum := money.Zero("USD")
			for _, p := range e.Postings {
				sum = sum.Add(p.Amount)
			}
			if !sum.IsZero() {
				t.Fatalf("the entry %+v is out by %s", e, sum)
			}
		}
	})
}

func booked(t *rapid.T, f Financing, paid money.Amount) []FinancedEntry {
	ahead, err := f.BookAdvance(paid, f.To)
	if err != nil {
		t.Fatal(err)
	}
	behind, err := f.BookDeferred(paid, f.To)
	if err != nil {
		t.Fatal(err)
	}
	return append(ahead, behind...)
}

// The oracle walks year by year and takes the days of the last one as a fraction.
func TestWholeYearsCompoundAndDaysWithinOneDoNot(t *testing.T) {
	f := Financing{Rate: decimal.RequireFromString("0.06"), From: period.NewDate(2024, 2, 29)}
	on := period.NewDate(2026, 8, 30) // two years to 28 February 2026, and 183 of 365 days
	got, err := f.Accrete(minor(1000000), on)
	if err != nil {
		t.Fatal(err)
	}
	want := big.NewRat(1000000, 1)
	for range 2 {
		want.Mul(want, big.NewRat(106, 100))
	}
	want.Mul(want, new(big.Rat).Add(big.NewRat(1, 1), big.NewRat(6*183, 100*365)))
	off := new(big.Rat).Sub(want, big.NewRat(got[0].Balance.Minor(), 1))
	if off.Abs(off).Cmp(big.NewRat(1, 2)) > 0 {
		t.Errorf("10,000 grew to %s, not to %s cents", got[0].Balance, want.FloatString(2))
	}
	for _, bad := range []Financing{{Rate: f.Rate}, {Rate: decimal.NewFromInt(-1), From: f.From}} {
		if _, err := bad.Accrete(minor(1), on); !errors.Is(err, fault.Invalid) {
			t.Errorf("%+v grows: %v", bad, err)
		}
	}
	if _, err := f.Accrete(minor(1), on, f.From); !errors.Is(err, fault.Invalid) {
		t.Errorf("days that run backwards: %v", err)
	}
}

func TestFinancingOfAYearMayBeIgnored(t *testing.T) {
	paid := period.NewDate(2026, 3, 1)
	for to, want := range map[period.Date]bool{period.NewDate(2027, 3, 1): true, period.NewDate(2027, 3, 2): false, period.NewDate(2025, 3, 1): true, period.NewDate(2025, 2, 28): false} {
		if got := FinancingMayBeIgnored(to, paid); got != want {
			t.Errorf("paid %s, transferred %s: %t", paid, to, got)
		}
	}
}

func TestControlDecidesARoleAndIndicatorsWhereNobodySaidIt(t *testing.T) {
	yes, no := true, false
	for _, c := range []struct {
		facts ControlFacts
		want  SellingRole
	}{
		{ControlFacts{Controls: &yes, InventoryRisk: &no, PriceSetting: &no}, AsPrincipal},
		{ControlFacts{Controls: &no, Primarily: &yes, InventoryRisk: &yes}, AsAgent},
		{ControlFacts{Primarily: &yes, InventoryRisk: &no, PriceSetting: &yes}, AsPrincipal},
		{ControlFacts{PriceSetting: &no}, AsAgent},
		{ControlFacts{Controls: &yes, ToReseller: true}, PrincipalToReseller},
	} {
		m, err := JudgeRole(c.facts)
		if err != nil || m.Role != c.want || len(m.Reasons) == 0 {
			t.Errorf("%+v is %s for %v (%v), not %s", c.facts, m.Role, m.Reasons, err, c.want)
		}
	}
	for _, f := range []ControlFacts{{}, {Primarily: &yes, PriceSetting: &no}} {
		if m, err := JudgeRole(f); !errors.Is(err, fault.Invalid) {
			t.Errorf("%+v decides for %s (%v)", f, m.Role, err)
		}
	}
}

func TestAnAgentPassesOnWhatItDoesNotKeep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		percent := decimal.New(rapid.Int64Range(0, 1000).Draw(t, "percent"), -1)
		s := Sale{Price: minor(rapid.Int64Range(-1e9, 1e9).Draw(t, "price")), Commission: &percent}
		f := s.Figures(AsAgent)
		if f.Revenue.Add(f.Payable) != s.Price || f.Cash != f.Revenue {
			t.Fatalf("of %s %s is kept and %s passed on", s.Price, f.Revenue, f.Payable)
		}
		gross := s.Figures(AsPrincipal)
		if gross.Revenue != s.Price || gross.Revenue.Sub(gross.Cost) != f.Revenue {
			t.Fatalf("gross %s less %s is not %s", gross.Revenue, gross.Cost, f.Revenue)
		}
		s.Price = s.Price.Neg()
		if back := s.Figures(AsAgent); back.Revenue != f.Revenue.Neg() {
			t.Fatalf("%s is the mirror of %s", back.Revenue, f.Revenue)
		}
	})
}

func TestCostsOfGettingAContractAreAssetsWhenTheyAreIncrementalAndComeBack(t *testing.T) {
	costs := []ObtainingCost{
		{Name: "commission", Amount: minor(100), Incremental: true},
		{Name: "lost", Amount: minor(20), Incremental: true, Lost: true},
		{Name: "bid", Amount: minor(3)},
		{Name: "charged bid", Amount: minor(4000), Chargeable: true},
	}
	for _, c := range []struct {
		months    int
		expedient bool
		want      int64
	}{{36, true, 4100}, {12, true, 4000}, {12, false, 4100}, {13, true, 4100}} {
		got := CapitalizeObtaining(costs, c.months, c.expedient, "USD")
		if got.Capitalized != minor(c.want) || got.Expensed != minor(4123-c.want) || len(got.Reasons) != len(costs) {
			t.Errorf("%d months, expedient %t: %s is an asset and %s an expense", c.months, c.expedient, got.Capitalized, got.Expensed)
		}
	}
	if _, err := CostKind("golf").Incremental(); !errors.Is(err, fault.Invalid) {
		t.Errorf("golf decides: %v", err)
	}
	if !FulfilmentCapitalizes(true, true, true, false) || FulfilmentCapitalizes(true, true, true, true) || FulfilmentCapitalizes(true, false, true, false) {
		t.Error("costs of fulfilling are assets only when all of 25-5 is met and they are not of the past")
	}
	if AmortizationMonths(12, 60, true) != 12 || AmortizationMonths(12, 60, false) != 60 || AmortizationMonths(36, 24, false) != 36 {
		t.Error("a commission is amortized over the term only when renewals earn their own, or nobody stays longer")
	}
}

func TestAnAssetThatIsAmortizedAndWrittenOffIsGoneToTheCent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModified(t)
		parts, off, err := Amortize(m.Price, m.Terms, m.On)
		if err != nil || totalOf(parts).Add(off) != m.Price {
			t.Fatalf("%s amortized and %s written off are not %s (%v)", totalOf(parts), off, m.Price, err)
		}
	})
	for _, c := range []struct{ carrying, consideration, costs, want int64 }{{500, 900, 300, 0}, {500, 600, 300, 200}, {500, 100, 300, 500}} {
		if got := Impairment(minor(c.carrying), minor(c.consideration), minor(c.costs)); got != minor(c.want) {
			t.Errorf("%+v: %s is written off", c, got)
		}
	}
}

func TestPromisesAreOneObligationUnlessTheyAreDistinct(t *testing.T) {
	for _, c := range []struct {
		facts       PromiseFacts
		obligations int
		timing      Pattern
	}{
		{PromiseFacts{Count: 12, Series: true, Consumed: true, Capable: true, Separate: true}, 1, OverTime},
		{PromiseFacts{Count: 4, Capable: true, Separate: true}, 4, PointInTime},
		{PromiseFacts{Count: 4, Capable: true}, 1, PointInTime},
		{PromiseFacts{NoOtherUse: true}, 1, PointInTime},
		{PromiseFacts{NoOtherUse: true, PaidToDate: true}, 1, OverTime},
		{PromiseFacts{Enhances: true}, 1, OverTime},
	} {
		m, err := JudgeObligation(c.facts)
		if err != nil || m.Obligations != c.obligations || m.Timing != c.timing {
			t.Errorf("%+v: %d obligations, %s (%v)", c.facts, m.Obligations, m.Timing, err)
		}
	}
	if _, err := JudgeObligation(PromiseFacts{Series: true}); !errors.Is(err, fault.Invalid) {
		t.Errorf("a series at a point in time: %v", err)
	}
}

func TestRoyaltiesWaitForTheLicense(t *testing.T) {
	start := period.NewDate(2026, 3, 1)
	l := License{Kind: RightToUse, Fixed: minor(1200), Royalty: decimal.NewFromInt(5), Terms: Terms{Spreading: catalog.Spreading{Method: catalog.MonthlyEven}, Service: Service{Days: period.NewSpan(start, start.AddMonths(12))}}}
	months := func(n int) period.Month { return start.MonthOf().Add(n) }
	got := l.Royalties(Sold{months(-2), minor(1000)}, Sold{months(-1), minor(100)}, Sold{months(1), minor(210)})
	if len(got) != 2 || got[0].Month != months(0) || got[0].Amount != minor(55) || got[1].Amount != minor(11) {
		t.Errorf("5 %% of what was sold before and after the license began is %v", got)
	}
	if parts, err := l.Earn(); err != nil || len(parts) != 1 || parts[0].Amount != minor(1200) {
		t.Errorf("a right to use is earned as %v (%v)", parts, err)
	}
	l.Kind = "loan"
	if _, err := l.Earn(); !errors.Is(err, fault.Invalid) {
		t.Errorf("a loan is a license: %v", err)
	}
}

func TestBalancesRollForwardFromWhatTheyWereToWhatTheyAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModified(t)
		parts, err := m.Terms.Spread(m.Price)
		if err != nil {
			t.Fatal(err)
		}
		r := Rolled{ID: "x", Parts: parts}
		for range rapid.IntRange(0, 6).Draw(t, "bills") {
			r.Billed = append(r.Billed, Billed{m.Terms.Service.Days.Start.AddDays(rapid.IntRange(-30, 900).Draw(t, "billed on")), minor(rapid.Int64Range(-1e6, 3e8).Draw(t, "billed"))})
		}
		var last *Rollforward
		for on := m.Terms.Service.Days.Start; on.Before(m.Terms.Service.Days.End); {
			to := on.AddDays(rapid.IntRange(1, 200).Draw(t, "span"))
			f := r.RollForward(period.NewSpan(on, to), "USD")
			if f.Opening.Add(f.Billings).Sub(f.FromOpening).Sub(f.FromNew) != f.Closing {
				t.Fatalf("the liability does not roll: %+v", f)
			}
			if f.AssetOpening.Add(f.Accrued).Sub(f.Transferred) != f.AssetClosing || f.FromOpening.Add(f.FromNew).Add(f.Accrued) != f.Revenue {
				t.Fatalf("the asset or the revenue does not roll: %+v", f)
			}
			if f.Closing.Sign()*f.AssetClosing.Sign() != 0 || f.FromOpening.Cmp(f.Opening) > 0 {
				t.Fatalf("an asset beside a liability, or more of the opening liability than there was: %+v", f)
			}
			if last != nil && (last.Closing != f.Opening || last.AssetClosing != f.AssetOpening) {
				t.Fatalf("%+v does not follow %+v", f, *last)
			}
			last, on = &f, to
		}
	})
}

func TestAReleaseIsSplitWithoutLosingAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) money.Amount { return minor(rapid.Int64Range(-1e6, 1e6).Draw(t, name)) }
		opening, additions, release := draw("opening"), draw("additions"), draw("release")
		r := SplitRelease(opening, additions, release)
		if got := money.Sum(r.PriorLiability, r.PriorAsset, r.CurrentLiability, r.CurrentAsset); got != release {
			t.Fatalf("%s is released and %s split: %+v", release, got, r)
		}
		if r.PriorLiability.Sign() < 0 || r.PriorAsset.Sign() > 0 || r.PriorLiability.Sign()*r.PriorAsset.Sign() != 0 {
			t.Fatalf("%+v is on both sides", r)
		}
	})
}

// The published cases of Zuora's report on prior and current balances, and the months of its worked contract.
func TestTheSplitOfAReleaseIsThePublishedOne(t *testing.T) {
	for _, c := range []struct{ opening, additions, release, priorCL, priorCA, currentCL, currentCA int64 }{
		{200, 0, 100, 100, 0, 0, 0},
		{200, 0, 400, 200, 0, 200, 0},
		{-200, 0, 300, 0, 0, 300, 0},
		{-200, 0, -300, 0, -200, 0, -100},
		{200, 50, 300, 200, 0, 50, 50},
		{-200, 50, -300, 0, -200, 0, -100},
		{0, 32000, -3355, 0, 0, 0, -3355},
		{35355, 0, 9776, 9776, 0, 0, 0},
	} {
		want := Released{minor(c.priorCL), minor(c.priorCA), minor(c.currentCL), minor(c.currentCA)}
		if got := SplitRelease(minor(c.opening), minor(c.additions), minor(c.release)); got != want {
			t.Errorf("opening %d, %d added, %d released: %+v", c.opening, c.additions, c.release, got)
		}
	}
}

func TestAGrossCreditIsTakenApartToTheCent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var lines []CreditLine
		for range rapid.IntRange(1, 6).Draw(t, "lines") {
			lines = append(lines, CreditLine{"line", minor(rapid.Int64Range(1, 1e7).Draw(t, "net")), decimal.New(rapid.Int64Range(0, 30).Draw(t, "rate"), -2)})
		}
		credit := minor(rapid.Int64Range(0, lines[0].Net.Minor()).Draw(t, "credit"))
		s, err := SplitGrossCredit(credit, lines)
		if err != nil {
			t.Fatal(err)
		}
		var shares money.Amount
		for _, x := range s.Shares {
			shares = shares.Add(x.Net)
		}
		if s.Net.Add(s.Tax) != credit || shares.Minor() != s.Net.Minor() || s.Tax.Sign() < 0 {
			t.Fatalf("%s is %s, %s of tax and shares of %s", credit, s.Net, s.Tax, shares)
		}
	})
	line := CreditLine{"a", minor(100), decimal.RequireFromString("0.1")}
	for _, c := range []struct {
		credit int64
		lines  []CreditLine
	}{{111, []CreditLine{line}}, {1, nil}} {
		if _, err := SplitGrossCredit(minor(c.credit), c.lines); !errors.Is(err, fault.Invalid) {
			t.Errorf("%d of %v is split: %v", c.credit, c.lines, err)
		}
	}
}
