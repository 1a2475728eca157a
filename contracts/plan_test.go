package contracts

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/strict"
)

// plan is a plan as the catalog has it.
func plan(t testing.TB, code string, version int, terms string) catalog.Plan {
	t.Helper()
	root, err := strict.Tree([]byte(terms), "plan", MaxDocument)
	if err != nil {
		t.Fatal(err)
	}
	p := catalog.Plan{Code: code, Version: version, StartsOn: day("2025-01-01"), Name: code, Currency: "USD"}
	text, found := ReadTemplate(root, p)
	if len(found) > 0 {
		t.Fatal(found)
	}
	p.Document = text
	return p
}

const (
	starterTerms = `lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 30, every: month}}
  - {id: calls, product: api, usage: {meter: api.calls, included: 300, every: month, price: {model: per_unit, amount: 0.10}}}
`
	proTerms = `lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 90, every: month}}
  - {id: calls, product: api, usage: {meter: api.calls, included: 3000, every: month, price: {model: per_unit, amount: 0.05}}}
`
	yearlyTerms = `lines:
  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 300, every: year}}
  - {id: calls, product: api, usage: {meter: api.calls, included: 300, every: month, price: {model: per_unit, amount: 0.10}}}
`
)

// subscribed is a contract on a plan, with a version for each change.
func subscribed(t testing.TB, p catalog.Plan, from, quantity string) Agreement {
	t.Helper()
	d, err := Subscribed(Document{Contract: "S-1", Entity: "rus", Customer: "acme", Currency: "USD", Term: Term{From: day(from)}}, Offer{p, dec(quantity)})
	if err != nil {
		t.Fatal(err)
	}
	return Agreement{Account: 1, Contract: 1, Entity: 1, Customer: 7, Payer: 7, Number: "S-1", Currency: "USD", Versions: []Version{{1, d.Start(), d}}}
}

// then is the agreement after a change of the document agreed last.
func (a Agreement) then(t testing.TB, change func(Document) (Document, error)) Agreement {
	t.Helper()
	d, err := change(a.Latest().Document)
	if err != nil {
		t.Fatal(err)
	}
	if bad := a.Refuses(d); len(bad) > 0 {
		t.Fatal(fault.InvalidFields(bad...))
	}
	a.Versions = append(slices.Clone(a.Versions), Version{len(a.Versions) + 1, d.Start(), d})
	return a
}

func because(on string) Why { return Why{On: day(on), Reason: "asked for"} }

// upTo are the charges whose days begin before a day.
func upTo(pieces []Piece, before string) (out []Piece) {
	for _, p := range pieces {
		if p.Span.Start.Before(day(before)) {
			out = append(out, p)
		}
	}
	return out
}

func TestASignUpRenewsByItselfAndMayEndWithAnyPeriod(t *testing.T) {
	a := subscribed(t, plan(t, "starter", 1, starterTerms), "2026-01-31", "5")
	d := a.Latest().Document
	if d.Term.Through != day("2027-01-30") || !d.Renewal.Auto || d.Renewal.Months != 12 || d.Renewal.Cancellable != PeriodEnd {
		t.Errorf("the term runs through %s and renews by %+v", d.Term.Through, d.Renewal)
	}
	// 31 January, 28 February, 31 March: the day of sign-up, or the last of a month that has none.
	expect(t, upTo(charge(t, a, used(nil), "2026-01-31"), "2026-04-01"),
		"seats fixed 2026-01-31..2026-02-27 150.00", "seats fixed 2026-02-28..2026-03-30 150.00", "seats fixed 2026-03-31..2026-04-29 150.00")
	if got := d.BillingPeriod(day("2026-03-05")); got != period.Through(day("2026-02-28"), day("2026-03-30")) {
		t.Errorf("the period of 5 March is %s", got)
	}
}

// On day 11 of 30: 10 days at 30, 20 days at 90, which is 10.00 + 60.00. The 30.00 paid for June are credited by 20.00.
func TestAnUpgradeOnDayElevenOfThirtyChargesBothPlansByDays(t *testing.T) {
	pro := plan(t, "pro", 1, proTerms)
	a := subscribed(t, plan(t, "starter", 1, starterTerms), "2026-06-01", "1").
		then(t, func(d Document) (Document, error) { return ChangePlan(d, Offer{pro, dec("1")}, because("2026-06-11")) })
	expect(t, upTo(charge(t, a, used(map[string]int64{"2026-06-05": 150, "2026-06-20": 2500}), "2026-07-01"), "2026-07-02"),
		"seats fixed 2026-06-01..2026-06-10 10.00", "seats fixed 2026-06-11..2026-06-30 60.00", "seats fixed 2026-07-01..2026-07-31 90.00",
		"calls usage 2026-06-01..2026-06-10 5.00",  // 100 of 300 included, 50 at 0.10
		"calls usage 2026-06-11..2026-06-30 25.00") // 2000 of 3000 included, 500 at 0.05
	if d := a.Latest().Document; d.Plan.Code != "pro" || d.Term.Through != day("2027-05-31") {
		t.Errorf("after the upgrade it is %+v through %s", d.Plan, d.Term.Through)
	}
}

func TestMoreSeatsAreChargedByDaysFromTheDayTheyAreTaken(t *testing.T) {
	starter := plan(t, "starter", 1, starterTerms)
	terms, err := TemplateOf(starter)
	if err != nil {
		t.Fatal(err)
	}
	a := subscribed(t, starter, "2026-06-01", "2").
		then(t, func(d Document) (Document, error) {
			return ChangeQuantity(d, terms, dec("5"), sold, because("2026-06-11"))
		})
	expect(t, upTo(charge(t, a, used(nil), "2026-06-01"), "2026-07-02"), // 60/3 and 150 x 2/3
		"seats fixed 2026-06-01..2026-06-10 20.00", "seats fixed 2026-06-11..2026-06-30 100.00", "seats fixed 2026-07-01..2026-07-31 150.00")
}

func TestACancellationIsForTheEndOfThePeriodAndCanBeTakenBackBefore(t *testing.T) {
	a := subscribed(t, plan(t, "starter", 1, starterTerms), "2026-01-31", "1")
	before := a.Latest().Document
	a = a.then(t, func(d Document) (Document, error) { return Cancel(d, because("2026-03-05")) })
	pieces := charge(t, a, used(nil), "2026-06-01")
	expect(t, pieces, "seats fixed 2026-01-31..2026-02-27 30.00", "seats fixed 2026-02-28..2026-03-30 30.00",
		"calls usage 2026-01-31..2026-02-27 0.00", "calls usage 2026-02-28..2026-03-30 0.00")
	if _, err := ChangePlan(a.Latest().Document, Offer{Plan: plan(t, "pro", 1, proTerms)}, because("2026-03-06")); err == nil || !strings.Contains(err.Error(), "withdraw the cancellation first") {
		t.Errorf("a cancelled contract changes its plan: %v", err)
	}
	kept := a.then(t, func(Document) (Document, error) { return Keep(before, because("2026-03-20")) })
	if got := charge(t, kept, used(nil), "2026-02-01"); len(got) != 13 { // twelve fees, one month of usage
		t.Errorf("taken back it charges %d pieces: %v", len(got), got)
	}
}

func TestAPauseChargesNoFeesAndNothingIsFreeInIt(t *testing.T) {
	a := subscribed(t, plan(t, "starter", 1, starterTerms), "2026-06-01", "1").
		then(t, func(d Document) (Document, error) { return Pause(d, because("2026-06-11")) }).
		then(t, func(d Document) (Document, error) { return Resume(d, because("2026-07-11")) })
	// 10 of 30 days, 21 of 31. Ten calls in the pause cost their price; the 100 allowed before it and 203.2 after it are free.
	expect(t, upTo(charge(t, a, used(map[string]int64{"2026-06-05": 90, "2026-06-20": 10, "2026-07-20": 203}), "2026-08-01"), "2026-08-01"),
		"seats fixed 2026-06-01..2026-06-10 10.00", "seats fixed 2026-07-11..2026-07-31 20.32",
		"calls usage 2026-06-01..2026-06-10 0.00", "calls usage 2026-06-11..2026-06-30 1.00", "calls usage 2026-07-01..2026-07-10 0.00", "calls usage 2026-07-11..2026-07-31 0.00")
	if d := a.Latest().Document; d.Term.Through != day("2027-05-31") {
		t.Errorf("a pause moves the end of the term to %s", d.Term.Through)
	}
}

func TestAYearlyPlanBillsUsageByTheMonthAndASwitchBeginsAFurtherTerm(t *testing.T) {
	yearly := plan(t, "yearly", 1, yearlyTerms)
	a := subscribed(t, plan(t, "starter", 1, starterTerms), "2026-01-15", "1").
		then(t, func(d Document) (Document, error) {
			return ChangePlan(d, Offer{yearly, dec("1")}, because("2026-02-01"))
		})
	expect(t, upTo(charge(t, a, used(map[string]int64{"2026-02-10": 400}), "2026-03-01"), "2026-03-01"),
		"seats fixed 2026-01-15..2026-01-31 16.45", // 30.00 x 17 / 31
		"seats fixed 2026-02-01..2027-01-31 300.00",
		"calls usage 2026-01-15..2026-01-31 0.00", "calls usage 2026-02-01..2026-02-28 10.00")
	if d := a.Latest().Document; d.Term.Through != day("2027-01-31") || !slices.Equal(d.Term.Renewed, []period.Date{day("2026-02-01")}) {
		t.Errorf("the year begins with %+v", d.Term)
	}
	root, err := strict.Tree([]byte(strings.Replace(yearlyTerms, "every: month", "every: year", 1)), "plan", MaxDocument)
	if err != nil {
		t.Fatal(err)
	}
	if _, found := ReadTemplate(root, yearly); len(found) != 1 || found[0].Path != "lines[1].usage.every" {
		t.Errorf("a plan that bills a year's usage at once is accepted: %v", found)
	}
}

func TestADowngradeAfterTheLastPeriodBeginsTheFurtherTerm(t *testing.T) {
	a := subscribed(t, plan(t, "pro", 1, proTerms), "2026-01-01", "1").
		then(t, func(d Document) (Document, error) {
			return ChangePlan(d, Offer{plan(t, "starter", 1, starterTerms), dec("1")}, because("2027-01-01"))
		})
	if d := a.Latest().Document; d.Term.Through != day("2027-12-31") || len(d.Term.Renewed) != 1 {
		t.Errorf("the further term is %+v", d.Term)
	}
	expect(t, charge(t, a, used(nil), "2026-01-01")[11:13], "seats fixed 2026-12-01..2026-12-31 90.00", "seats fixed 2027-01-01..2027-01-31 30.00")
}

func TestATrialRunsToItsEndThroughAChangeAndIsNotGivenTwice(t *testing.T) {
	tried := plan(t, "starter", 1, "trial: {days: 14}\n"+starterTerms)
	a := subscribed(t, tried, "2026-06-01", "1").
		then(t, func(d Document) (Document, error) {
			return ChangePlan(d, Offer{plan(t, "pro", 1, proTerms), dec("1")}, because("2026-06-11"))
		})
	expect(t, upTo(charge(t, a, used(nil), "2026-06-01"), "2026-07-01"), // 16 of 30 days at 90
		"seats fixed 2026-06-01..2026-06-10 0.00", "seats fixed 2026-06-11..2026-06-14 0.00", "seats fixed 2026-06-15..2026-06-30 48.00")
	again := a.then(t, func(d Document) (Document, error) {
		return ChangePlan(d, Offer{tried, dec("1")}, because("2026-07-01"))
	})
	if d := again.Latest().Document; d.Trial != nil {
		t.Errorf("going back gives another trial: %+v", d.Trial)
	}
}

// Any sequence of changes of one cadence charges, over each whole month, what the prices in force on its days come to.
func TestWhateverChangesTheFeesAreThoseOfThePlanInForceByDays(t *testing.T) {
	plans := []catalog.Plan{plan(t, "starter", 1, starterTerms), plan(t, "pro", 1, proTerms), plan(t, "starter", 2, strings.Replace(starterTerms, "30", "45", 1))}
	rapid.Check(t, func(r *rapid.T) {
		from := day("2026-01-01").AddDays(rapid.IntRange(0, 60).Draw(r, "from"))
		a := subscribed(t, plans[rapid.IntRange(0, 2).Draw(r, "plan")], from.String(), "1")
		on := from
		for range rapid.IntRange(0, 8).Draw(r, "changes") {
			on = on.AddDays(rapid.IntRange(0, 40).Draw(r, "days"))
			if !a.Term().Contains(on) {
				break
			}
			now := a.Latest().Document
			why := Why{on, "asked for"}
			var next Document
			var err error
			switch kind := rapid.IntRange(0, 3).Draw(r, "kind"); {
			case now.Paused:
				next, err = Resume(now, why)
			case kind == 0:
				next, err = Pause(now, why)
			case kind == 1:
				p := plans[now.Plan.Version-1]
				if now.Plan.Code == "starter" && now.Plan.Version == 2 {
					p = plans[2]
				}
				terms, bad := TemplateOf(p)
				if bad != nil {
					r.Fatal(bad)
				}
				next, err = ChangeQuantity(now, terms, dec([]string{"1", "2", "7"}[rapid.IntRange(0, 2).Draw(r, "quantity")]), sold, why)
			default:
				next, err = ChangePlan(now, Offer{plans[kind-1], dec("1")}, why)
			}
			if err != nil {
				r.Fatal(err)
			}
			a.Versions = append(slices.Clone(a.Versions), Version{len(a.Versions) + 1, next.Start(), next})
		}
		governed := 0
		for _, g := range a.inForce() {
			governed += g.span.Days()
		}
		if governed != a.Term().Days() {
			r.Fatalf("versions govern %d days of %d", governed, a.Term().Days())
		}
		// Independent of pricing: the price of each day in thousandths of a cent, per month.
		sums, counts := map[period.Date]int64{}, map[period.Date]int64{}
		for _, p := range charge(t, a, used(nil), from.String()) {
			if p.Kind == FixedFee {
				sums[p.Period.Start] += p.Amount.Minor()
				counts[p.Period.Start]++
			}
		}
		rec := period.Recurrence{Anchor: from, Cadence: period.Monthly}
		for _, month := range rec.Within(a.Term()) {
			var cents int64
			for d := month.Start; d.Before(month.End); d = d.AddDays(1) {
				doc := a.On(d).Document
				if !doc.Paused {
					l := doc.Lines[0].Fixed
					cents += l.UnitPrice.Mul(l.Quantity).Shift(2).IntPart()
				}
			}
			days := int64(month.Days())
			if gap := sums[month.Start]*days - cents; gap > days*(counts[month.Start]+1) || -gap > days*(counts[month.Start]+1) {
				r.Fatalf("%s charges %d cents, its days come to %d/%d", month, sums[month.Start], cents, days)
			}
		}
	})
}

func TestWhatAPlanDoesNotAllowIsNamed(t *testing.T) {
	starter, pro := plan(t, "starter", 1, starterTerms), plan(t, "pro", 1, proTerms)
	d := subscribed(t, starter, "2026-01-01", "1").Latest().Document
	terms, err := TemplateOf(starter)
	if err != nil {
		t.Fatal(err)
	}
	euro := pro
	euro.Currency = "EUR"
	fixed := d.revised(Why{})
	fixed.Renewal.Cancellable = ""
	for name, c := range map[string]struct {
		err  error
		says string
	}{
		"another currency": {second(ChangePlan(d, Offer{Plan: euro}, because("2026-02-01"))), "is sold in EUR"},
		"after the term":   {second(ChangePlan(d, Offer{Plan: pro}, because("2028-02-01"))), "lies outside the term"},
		"no quantity":      {second(ChangeQuantity(d, terms, dec("0"), sold, because("2026-02-01"))), "must be more than zero"},
		"half of nothing":  {second(ChangeQuantity(d, terms, dec("-1"), sold, because("2026-02-01"))), "must be more than zero"},
		"not cancellable":  {second(Cancel(fixed, because("2026-02-01"))), "cancellable: period_end"},
		"not paused":       {second(Resume(d, because("2026-02-01"))), "is not paused"},
	} {
		if c.err == nil || fault.Kind(c.err) != fault.Invalid || !strings.Contains(c.err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, c.err, c.says)
		}
	}
	var back Document
	text, err := json.Marshal(d)
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if err != nil || !back.Equal(d) {
		t.Errorf("a subscription does not come back from JSON: %v", err)
	}
}

func second(_ Document, err error) error { return err }
