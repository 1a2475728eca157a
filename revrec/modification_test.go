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
)

var usual = []catalog.Method{catalog.Daily, catalog.MonthlyEven, catalog.MonthlyFraction, catalog.FullMonth}

func drawModified(t *rapid.T) Modified {
	start := period.NewDate(2026, 1, 1).AddDays(rapid.IntRange(0, 400).Draw(t, "start"))
	days := rapid.IntRange(2, 900).Draw(t, "days")
	m := Modified{
		Price: money.Of(rapid.Int64Range(0, 1e9).Draw(t, "price"), "USD"),
		Added: money.Of(rapid.Int64Range(-1e8, 1e9).Draw(t, "added"), "USD"),
		On:    start.AddDays(rapid.IntRange(1, days-1).Draw(t, "on")),
	}
	if on := start.AddMonths(rapid.IntRange(1, 30).Draw(t, "months")); rapid.Bool().Draw(t, "when a month of the term begins") && on.Before(start.AddDays(days)) {
		m.On = on
	}
	m.Credit = money.Zero("USD")
	if rapid.Bool().Draw(t, "credit") {
		m.Credit = money.Of(rapid.Int64Range(0, 1e6).Draw(t, "credited"), "USD")
	}
	m.Terms = Terms{Spreading: catalog.Spreading{Method: rapid.SampledFrom(usual).Draw(t, "method")}, Service: Service{Days: period.NewSpan(start, start.AddDays(days))}}
	if rapid.Bool().Draw(t, "longer") {
		m.Ends = m.Terms.Service.Days.End.AddDays(rapid.IntRange(1, 300).Draw(t, "by"))
	}
	return m
}

func totalOf(parts []Portion) money.Amount {
	return money.Zero("USD").Add(money.Sum(amountsOf(parts)...))
}

func amountsOf(parts []Portion) []money.Amount {
	var out []money.Amount
	for _, p := range parts {
		out = append(out, p.Amount)
	}
	return out
}

func TestWhateverTheTreatmentOfAChangeItsScheduleComesToTheChangedPrice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModified(t)
		if rapid.Bool().Draw(t, "something else was recognized") {
			agreed, err := m.Terms.Spread(m.Price)
			if err != nil {
				t.Fatal(err)
			}
			m.Before = Until(agreed, m.On)
			m.Before[0].Amount = m.Before[0].Amount.Add(money.Of(1, "USD"))
		}
		for _, a := range m.Alternatives() {
			if a.Err != nil {
				if !errors.Is(a.Err, fault.Invalid) {
					t.Fatalf("%s: %v", a.Treatment, a.Err)
				}
				continue
			}
			want := m.Price.Add(m.Added).Sub(m.Credit)
			if got := totalOf(a.Parts).Add(a.Adjustment); got != want || a.Price != want {
				t.Fatalf("%s: parts come to %s with an adjustment of %s, and the price is %s, %s says the plan", a.Treatment, totalOf(a.Parts), a.Adjustment, want, a.Price)
			}
			if got := a.Recognized.Add(a.Adjustment).Add(a.Remaining); got != want {
				t.Fatalf("%s: %s recognized, %s at once and %s left are not %s", a.Treatment, a.Recognized, a.Adjustment, a.Remaining, want)
			}
			parts, err := a.Schedule(m)
			if err != nil || totalOf(parts) != want {
				t.Fatalf("%s: by period it is %s, not %s (%v)", a.Treatment, totalOf(parts), want, err)
			}
			for i := 1; i < len(parts); i++ {
				if !parts[i-1].Period.Span.Start.Before(parts[i].Period.Span.Start) {
					t.Fatalf("%s: %s stands before %s", a.Treatment, parts[i-1].Period.Name, parts[i].Period.Name)
				}
			}
			if got := totalOf(Until(a.Parts, m.On)); a.Treatment != SeparateContract && got != a.Recognized {
				t.Fatalf("%s: %s before the change, which had recognized %s", a.Treatment, got, a.Recognized)
			}
		}
	})
}

func TestAChangeOfANegativeContractIsTheMirror(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModified(t)
		n := m
		n.Price, n.Added, n.Credit = m.Price.Neg(), m.Added.Neg(), m.Credit.Neg()
		mirror := n.Alternatives()
		for i, a := range m.Alternatives() {
			if (a.Err == nil) != (mirror[i].Err == nil) {
				t.Fatalf("%s: %v, and of the mirror %v", a.Treatment, a.Err, mirror[i].Err)
			}
			for k, p := range a.Parts {
				if mirror[i].Parts[k].Amount != p.Amount.Neg() {
					t.Fatalf("%s: %s in %s, and %s of the mirror", a.Treatment, p.Amount, p.Period.Name, mirror[i].Parts[k].Amount)
				}
			}
		}
	})
}

func TestNothingAddedChangesNothingButRounding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModified(t)
		m.Added, m.Ends, m.Credit = money.Zero("USD"), period.Date{}, money.Zero("USD")
		agreed, err := m.Terms.Spread(m.Price)
		if err != nil {
			t.Fatal(err)
		}
		for _, treatment := range []Treatment{NoChange, CumulativeCatchUp} {
			p, err := m.Plan(treatment)
			if err != nil || !p.Adjustment.IsZero() {
				t.Fatalf("%s: %v, %s at once", treatment, err, p.Adjustment)
			}
			for i, part := range ByPeriod(p.Parts) {
				if part.Amount != agreed[i].Amount {
					t.Fatalf("%s: %s in %s, agreed was %s", treatment, part.Amount, part.Period.Name, agreed[i].Amount)
				}
			}
		}
		p, err := m.Plan(Prospective)
		if err != nil {
			t.Skip("nothing is left")
		}
		for i, part := range ByPeriod(p.Parts) {
			if off := part.Amount.Sub(agreed[i].Amount).Abs(); off.Minor() > 2 {
				t.Fatalf("%s: %s, agreed was %s", part.Period.Name, part.Amount, agreed[i].Amount)
			}
		}
	})
}

func TestAPriceBelowWhatIsRecognizedIsForAPersonToReview(t *testing.T) {
	m := Modified{Price: money.Of(120000, "USD"), Added: money.Of(-90000, "USD"), On: period.NewDate(2026, 7, 1)}
	m.Terms = Terms{Spreading: catalog.Spreading{Method: catalog.MonthlyEven}, Service: Service{Days: period.NewSpan(period.NewDate(2026, 1, 1), period.NewDate(2027, 1, 1))}}
	if _, err := m.Plan(Prospective); !errors.Is(err, fault.Invalid) {
		t.Errorf("300.00 for what earned 600.00 is planned: %v", err)
	}
	if p, err := m.Plan(CumulativeCatchUp); err != nil || p.Adjustment != money.Of(-45000, "USD") {
		t.Errorf("half of 300.00 less 600.00 is %s (%v)", p.Adjustment, err)
	}
	if _, err := m.Plan(MixedTreatment); !errors.Is(err, fault.Invalid) {
		t.Errorf("a mixed change of one promise is planned: %v", err)
	}
}

func TestAMixedChangeIsPlannedPromiseByPromise(t *testing.T) {
	m := Modified{Price: money.Of(120000, "USD"), Added: money.Of(12000, "USD"), On: period.NewDate(2026, 7, 1)}
	m.Terms = Terms{Spreading: catalog.Spreading{Method: catalog.MonthlyEven}, Service: Service{Days: period.NewSpan(period.NewDate(2026, 1, 1), period.NewDate(2027, 1, 1))}}
	plans, err := Mixed([]Modified{m, m}, []Treatment{Prospective, CumulativeCatchUp})
	if err != nil {
		t.Fatal(err)
	}
	if got := plans[0].Adjustment; !got.IsZero() {
		t.Errorf("the distinct promise catches up by %s", got)
	}
	if got := plans[1].Adjustment; got != money.Of(6000, "USD") {
		t.Errorf("the other catches up by %s, not 60.00", got)
	}
}

func TestAChangeIsClassifiedByItsFacts(t *testing.T) {
	for _, c := range []struct {
		change Change
		want   Treatment
		code   string
	}{
		{Change{Unapproved: true, Adds: true, Distinct: true, AtStandalone: true}, NoChange, "not_approved"},
		{Change{Adds: true, Distinct: true, AtStandalone: true, Left: LeftNotDistinct}, SeparateContract, "at_standalone_price"},
		{Change{Adds: true, Distinct: true}, Prospective, "remaining_distinct"},
		{Change{Adds: true, AtStandalone: true, Left: LeftNotDistinct}, CumulativeCatchUp, "remaining_not_distinct"},
		{Change{Left: LeftBoth}, MixedTreatment, "remaining_mixed"},
	} {
		j, err := Classify(c.change)
		if err != nil || j.Treatment != c.want || j.Reasons[len(j.Reasons)-1].Code != c.code {
			t.Errorf("%+v is %s for %v (%v), not %s for %s", c.change, j.Treatment, j.Reasons, err, c.want, c.code)
		}
	}
	if _, err := Classify(Change{Left: "some"}); !errors.Is(err, fault.Invalid) {
		t.Errorf("what is left may be anything: %v", err)
	}
}

func TestAPriceReflectsAStandalonePriceWithinThePolicy(t *testing.T) {
	alone := decimal.RequireFromString("100")
	for _, c := range []struct {
		added, within string
		want          bool
	}{{"100", "0", true}, {"99.99", "0", false}, {"95", "5", true}, {"94.99", "5", false}, {"105", "5", true}} {
		added, err := money.ParseAmount(c.added, "USD")
		if err != nil {
			t.Fatal(err)
		}
		if got := AtStandalone(added, alone, decimal.RequireFromString(c.within)); got != c.want {
			t.Errorf("%s for what sells at 100 within %s %%: %t", c.added, c.within, got)
		}
	}
}

func TestUnitsAreEarnedWholeWhateverTheTreatment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.Int64Range(1, 500).Draw(t, "all")
		done := rapid.Int64Range(0, all).Draw(t, "done")
		u := UnitChange{
			Units: decimal.NewFromInt(all), Delivered: decimal.NewFromInt(done), UnitPrice: decimal.New(rapid.Int64Range(0, 1e7).Draw(t, "price"), -3),
			AddedUnits: decimal.NewFromInt(rapid.Int64Range(1, 500).Draw(t, "added")), AddedPrice: decimal.New(rapid.Int64Range(0, 1e9).Draw(t, "added price"), -2),
			Credit: money.Of(rapid.Int64Range(0, 1000).Draw(t, "credit"), "USD"), Currency: "USD",
		}
		prospective, err := u.Plan(Prospective)
		if err != nil || prospective.Adjustment != u.Credit.Neg() {
			t.Fatalf("prospectively only the credit of %s is booked at once, not %s (%v)", u.Credit, prospective.Adjustment, err)
		}
		for _, treatment := range Treatments {
			p, err := u.Plan(treatment)
			if err != nil {
				t.Fatal(err)
			}
			if p.Price != prospective.Price {
				t.Fatalf("%s comes to %s in all, prospectively to %s", treatment, p.Price, prospective.Price)
			}
			steps := rapid.SliceOfN(rapid.Int64Range(1, 400), 1, 6).Draw(t, "deliveries")
			var deliveries []decimal.Decimal
			for _, s := range steps {
				deliveries = append(deliveries, decimal.NewFromInt(s))
			}
			deliveries = append(deliveries, p.Units) // and all the rest
			if got := money.Sum(ByUnits(p.Remaining, p.Units, deliveries...)...); got != p.Remaining {
				t.Fatalf("%s: %s are earned of %s", treatment, got, p.Remaining)
			}
			if got := p.Recognized.Add(p.Adjustment).Add(p.Remaining); got != p.Price {
				t.Fatalf("%s: %s recognized, %s at once and %s left are not %s", treatment, p.Recognized, p.Adjustment, p.Remaining, p.Price)
			}
		}
	})
}
