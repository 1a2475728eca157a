package contracts

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

const revisable = `contract: C-1
entity: us
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: seats, product: platform, fixed: {quantity: 10, unit_price: 40, every: month}}
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: graduated, tiers: [{up_to: 1000, unit: 0.02, flat: 5}, {unit: 0.01}]}}}
renewal: {auto: true, months: 12, notice_days: 30, uplift_percent: 5}
`

func revisableAs(t *testing.T, edits ...string) Document {
	t.Helper()
	d, err := Parse([]byte(strings.NewReplacer(edits...).Replace(revisable)))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func from(on string) Why { return Why{On: day(on), Reason: "agreed"} }

// agreedAll is the agreement of a document and its revisions.
func agreedAll(documents ...Document) Agreement {
	a := Agreement{Account: 1, Contract: 1, Number: "C-1", Entity: 1, Customer: 7, Payer: 7, Currency: documents[0].Money()}
	for i, d := range documents {
		a.Versions = append(a.Versions, Version{i + 1, d.Start(), d})
	}
	return a
}

func feesOf(pieces []Piece, line string, from, until string) money.Amount {
	sum := money.Zero("USD")
	for _, p := range pieces {
		if p.Line == line && !p.Span.Start.Before(day(from)) && p.Span.Start.Before(day(until)) {
			sum = sum.Add(p.Amount)
		}
	}
	return sum
}

func TestARenewalRaisesTheLastStepOfARampByTheUplift(t *testing.T) {
	d := revisableAs(t, "quantity: 10, unit_price: 40,", "ramp: [{from: 2026-01-01, through: 2026-06-30, quantity: 10, unit_price: 40}, {from: 2026-07-01, through: 2026-12-31, quantity: 12, unit_price: 50}],")
	next, err := Renew(d, sold, from("2027-01-01"))
	if err != nil {
		t.Fatal(err)
	}
	l, _ := next.line("seats")
	if len(l.Fixed.Ramp) > 0 || !l.Fixed.Quantity.Equal(dec("12")) || !l.Fixed.UnitPrice.Equal(dec("52.5")) {
		t.Errorf("the renewed fee is %s × %s with %d steps; 5 %% on 12 × 50 is 12 × 52.50", l.Fixed.Quantity, l.Fixed.UnitPrice, len(l.Fixed.Ramp))
	}
	if next.Term.Through != day("2027-12-31") || !slices.Equal(next.Term.Renewed, []period.Date{day("2027-01-01")}) || next.Start() != day("2027-01-01") {
		t.Errorf("the term is %v, counting from %s", next.Term, next.Start())
	}
	u, _ := next.line("calls")
	if tiers := u.Usage.Price.Tiers; !tiers[0].Unit.Equal(dec("0.021")) || !tiers[0].Flat.Equal(dec("5.25")) || !tiers[1].Unit.Equal(dec("0.0105")) || !tiers[0].UpTo.Equal(dec("1000")) {
		t.Errorf("the renewed tiers are %v", tiers)
	}
	before, after := charge(t, agreedAll(d), nil, "2028-01-01"), charge(t, agreedAll(d, next), nil, "2028-01-01")
	if was, is := feesOf(before, "seats", "2026-01-01", "2027-01-01"), feesOf(after, "seats", "2026-01-01", "2027-01-01"); was != is || is != money.Of(600000, "USD") {
		t.Errorf("the first term's fees were %s and are %s after renewal, 6 × 400 + 6 × 600 = 6,000.00 is owed", was, is)
	}
	if is := feesOf(after, "seats", "2027-01-01", "2028-01-01"); is != money.Of(756000, "USD") {
		t.Errorf("the further term costs %s, 12 × 12 × 52.50 = 7,560.00 is owed", is)
	}
	if again := d.Renewal.UpliftPercent; !again.Equal(dec("5")) || len(d.Lines[0].Fixed.Ramp) != 2 {
		t.Error("renewing wrote into the old document")
	}
}

func TestWhatHadEndedStaysEndedAndSpendIsRaisedInMoneyOnly(t *testing.T) {
	d := revisableAs(t, "renewal:", `prepaid:
  - {id: pool, product: prepaid, lines: [calls], amount: 1000, price: 900, every: quarter, rollover: {most: 200}}
commitments:
  - {id: least, product: prepaid, lines: [seats], amount: 100.01, every: month}
discounts:
  - {id: start, lines: [seats], percent: 10, from: 2026-01-01, through: 2026-12-31}
renewal:`, "lines:", "lines:\n  - {id: old, product: platform, through: 2026-06-30, fixed: {quantity: 1, unit_price: 10, every: month}}")
	next, err := Renew(d, sold, from("2027-01-01"))
	if err != nil {
		t.Fatal(err)
	}
	if l, _ := next.line("old"); l.Through != day("2026-06-30") || !l.Fixed.UnitPrice.Equal(dec("10")) {
		t.Errorf("a line that had ended is now %v through %s", l.Fixed.UnitPrice, l.Through)
	}
	p, c, x := next.Prepaid[0], next.Commits[0], next.Discounts[0]
	got := fmt.Sprint(p.Amount, p.Price, p.Rollover.Most, c.Amount, x.Through)
	if want := "1050 945 210 105.01 2026-12-31"; got != want {
		t.Errorf("pool, its price, its ceiling, the commitment and the discount's end are %s, want %s", got, want)
	}
}

func TestARenewalAtTheCatalogsPriceAsksTheCatalogOfThatDay(t *testing.T) {
	d := revisableAs(t, "uplift_percent: 5", "uplift_percent: 10, price: catalog", "model: graduated, tiers: [{up_to: 1000, unit: 0.02, flat: 5}, {unit: 0.01}]", "model: per_unit, amount: 0.02")
	_, err := Renew(d, sold, from("2027-01-01"))
	if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "has no stand-alone price in USD month in the catalog on 2027-01-01") {
		t.Errorf("a product without a price renews at it: %v", err)
	}
	priced := catalog.New([]catalog.Product{
		{ID: 1, Code: "platform", Version: 1, StartsOn: day("2020-01-01"), Standalone: []catalog.Standalone{{Currency: "USD", Every: "month", Price: dec("45")}}},
		{ID: 1, Code: "platform", Version: 2, StartsOn: day("2027-02-01"), Standalone: []catalog.Standalone{{Currency: "USD", Every: "month", Price: dec("99")}}},
		{ID: 2, Code: "api", Version: 1, StartsOn: day("2020-01-01"), Standalone: []catalog.Standalone{{Currency: "USD", Price: dec("0.03")}}},
	}, nil, nil)
	next, err := Renew(d, priced, from("2027-01-01"))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(next.Lines[0].Fixed.UnitPrice, next.Lines[1].Usage.Price.Amount); got != "49.5 0.033" {
		t.Errorf("renewed at %s, want 45 and 0.03 and 10 %% on them", got)
	}
}

func TestWhatIsPaidOnceATermIsScaledToTheFurtherTerm(t *testing.T) {
	d := revisableAs(t, "through: 2026-12-31", "through: 2028-12-31", "unit_price: 40, every: month", "unit_price: 3600, every: term", "uplift_percent: 5", "uplift_percent: 0")
	next, err := Renew(d, sold, from("2029-01-01"))
	if err != nil {
		t.Fatal(err)
	}
	if got := next.Lines[0].Fixed.UnitPrice; !got.Equal(dec("1200")) {
		t.Errorf("3600 for 36 months became %s for 12", got)
	}
}

func TestInstallmentsRenewAtTheSameDistance(t *testing.T) {
	d := revisableAs(t, "quantity: 10, unit_price: 40, every: month", "every: term, installments: [{on: 2026-01-01, amount: 600.01}, {on: 2026-07-01, amount: 400}]")
	next, err := Renew(d, sold, from("2027-01-01"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range next.Lines[0].Fixed.Installments {
		got = append(got, x.On.String()+" "+x.Amount.StringFixed(2))
	}
	// 1,000.01 × 1.05 = 1,050.0105, in all 1,050.01
	if diff := cmp.Diff([]string{"2027-01-01 630.01", "2027-07-01 420.00"}, got); diff != "" {
		t.Error(diff)
	}
	d.Renewal.Months = 6
	_, err = Renew(d, sold, from("2027-01-01"))
	if err == nil || !strings.Contains(err.Error(), "say what it costs in an amendment") {
		t.Errorf("installments of a year renew for six months: %v", err)
	}
}

// Every figure of a price is either raised or says why not: a new one must be put on one side.
func TestEveryFigureOfAUsagePriceIsRaisedOrAQuantity(t *testing.T) {
	quantities := []string{"Size", "FreeUnits", "UpTo"}
	one := dec("1")
	p := catalog.Price{Amount: one, Size: one, Percent: one, PerEvent: one, FreeUnits: one, Minimum: one, Maximum: one,
		Tiers: []catalog.Tier{{UpTo: &one, Unit: one, Flat: one}}, Prices: map[string]catalog.Price{"eu": {Amount: one}}, Other: &catalog.Price{Amount: one}}
	raised := scaledPrice(p, dec("2"))
	check := func(v reflect.Value) {
		for i := range v.NumField() {
			name, field := v.Type().Field(i).Name, v.Field(i)
			if x, ok := field.Interface().(decimal.Decimal); ok && !slices.Contains(quantities, name) && !x.Equal(dec("2")) {
				t.Errorf("%s.%s is no quantity and is %s after it was doubled", v.Type(), name, x)
			}
		}
	}
	check(reflect.ValueOf(raised))
	check(reflect.ValueOf(raised.Tiers[0]))
	if !raised.Prices["eu"].Amount.Equal(dec("2")) || !raised.Other.Amount.Equal(dec("2")) || !p.Prices["eu"].Amount.Equal(one) || !raised.Size.Equal(one) {
		t.Errorf("raised to %+v from %+v", raised, p)
	}
}

func TestBlendingKeepsTheValueOfAllTheDays(t *testing.T) {
	d := revisableAs(t)
	next, blends, err := BlendAndExtend(d, day("2027-12-31"), map[string]decimal.Decimal{"seats": dec("34")}, from("2026-07-01"))
	if err != nil {
		t.Fatal(err)
	}
	// 6 × 400 + 12 × 340 = 6,480 over 18 months of 10 seats
	if l, _ := next.line("seats"); !l.Fixed.UnitPrice.Equal(dec("36")) || blends[0].Value != money.Of(648000, "USD") {
		t.Errorf("six months at 40 and twelve at 34 blend to %s, worth %s", l.Fixed.UnitPrice, blends[0].Value)
	}
	if got := feesOf(charge(t, agreedAll(d, next), nil, "2028-01-01"), "seats", "2026-07-01", "2028-01-01"); got != money.Of(648000, "USD") {
		t.Errorf("billed from the blend on are %s", got)
	}
	for _, bad := range []struct {
		through, on, line, says string
	}{
		{"2026-12-31", "2026-07-01", "seats", "must be after 2026-12-31"},
		{"2027-12-31", "2027-07-01", "seats", "nothing left to blend"},
		{"2027-12-31", "2026-07-01", "calls", "has no unit price"},
		{"2027-12-31", "2026-07-01", "nothing", "is not a line"},
	} {
		_, _, err := BlendAndExtend(d, day(bad.through), map[string]decimal.Decimal{bad.line: dec("34")}, from(bad.on))
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), bad.says) {
			t.Errorf("%v should be refused: %v", bad, err)
		}
	}
}

func TestABlendedPriceHasAsManyDecimalsAsItsValueNeeds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := revisableAs2()
		d.Lines[0].Fixed.Quantity = decimal.NewFromInt(rapid.Int64Range(1, 5000).Draw(t, "seats"))
		d.Lines[0].Fixed.UnitPrice = decimal.New(rapid.Int64Range(1, 99999).Draw(t, "old"), -2)
		asked := decimal.New(rapid.Int64Range(1, 99999).Draw(t, "new"), -2)
		on := day("2026-01-01").AddDays(rapid.IntRange(0, 364).Draw(t, "day"))
		through := day("2027-01-01").AddDays(rapid.IntRange(0, 900).Draw(t, "through"))
		next, blends, err := BlendAndExtend(d, through, map[string]decimal.Decimal{"seats": asked}, Why{On: on, Reason: "r"})
		if err != nil {
			t.Fatal(err)
		}
		units := next.periodsIn("month", period.NewSpan(on, through.AddDays(1)))
		units.Mul(units, d.Lines[0].Fixed.Quantity.Rat())
		if got := inMoney(units.Mul(units, blends[0].Price.Rat()), "USD"); got != blends[0].Value {
			t.Fatalf("at %s the days are worth %s, and %s before", blends[0].Price, got, blends[0].Value)
		}
	})
}

func revisableAs2() Document {
	d, err := Parse([]byte(revisable))
	if err != nil {
		panic(err)
	}
	return d
}

func TestAnAddedLineEndsWithTheTermAndPaysItsFirstDays(t *testing.T) {
	d := revisableAs(t)
	more := Line{ID: "more", Product: "platform", Through: day("2030-01-01"), Fixed: &Fixed{Quantity: dec("10"), UnitPrice: dec("31"), Every: "month"}}
	next, err := CoTerm(d, []Line{more}, from("2026-03-15"))
	if err != nil {
		t.Fatal(err)
	}
	pieces := charge(t, agreedAll(d, next), nil, "2027-01-01")
	if got := feesOf(pieces, "more", "2026-03-01", "2026-04-01"); got != money.Of(17000, "USD") {
		t.Errorf("17 of 31 days of March at 310 cost %s, 170.00 is owed", got)
	}
	if got := feesOf(pieces, "more", "2026-04-01", "2030-01-01"); got != money.Of(9*31000, "USD") {
		t.Errorf("nine further months cost %s", got)
	}
	more.ID = "seats"
	if _, err := CoTerm(d, []Line{more}, from("2026-03-15")); err == nil || !strings.Contains(err.Error(), "an id of its own") {
		t.Errorf("an added line takes the place of another: %v", err)
	}
}

func TestAnExtensionDoesNotStretchWhatWasPaidForTheTerm(t *testing.T) {
	d := revisableAs(t, "lines:", "lines:\n  - {id: setup, product: platform, fixed: {quantity: 1, unit_price: 1000, every: term}}")
	next, err := Extend(d, day("2027-06-30"), from("2026-10-01"))
	if err != nil {
		t.Fatal(err)
	}
	if l, _ := next.line("setup"); l.Through != day("2026-12-31") {
		t.Errorf("a fee for the term now runs through %s", l.Through)
	}
	pieces := charge(t, agreedAll(d, next), nil, "2028-01-01")
	if got := feesOf(pieces, "seats", "2027-01-01", "2028-01-01"); got != money.Of(6*40000, "USD") {
		t.Errorf("six months more cost %s", got)
	}
	if got := feesOf(pieces, "setup", "2026-01-01", "2028-01-01"); got != money.Of(100000, "USD") {
		t.Errorf("the fee of the term costs %s after the extension", got)
	}
}

func TestATerminationCutsEverythingAtTheLastDay(t *testing.T) {
	d := revisableAs(t, "lines:", "lines:\n  - {id: late, product: platform, from: 2026-10-01, fixed: {quantity: 1, unit_price: 10, every: month}}",
		"quantity: 10, unit_price: 40,", "ramp: [{from: 2026-01-01, through: 2026-06-30, quantity: 10, unit_price: 40}, {from: 2026-07-01, through: 2026-12-31, quantity: 12, unit_price: 50}],",
		"renewal:", "discounts:\n  - {id: one, lines: [late], percent: 10}\n  - {id: both, lines: [late, seats], percent: 10, through: 2026-11-30}\nrenewal:")
	next, err := Terminate(d, day("2026-05-31"), Ending{Cause: Convenience}, from("2026-05-10"))
	if err != nil {
		t.Fatal(err)
	}
	if _, kept := next.line("late"); kept || len(next.Discounts) != 1 || !slices.Equal(next.Discounts[0].Lines, []string{"seats"}) {
		t.Errorf("left are %d lines and discounts %v", len(next.Lines), next.Discounts)
	}
	if l, _ := next.line("seats"); len(l.Fixed.Ramp) != 1 || l.Fixed.Ramp[0].Through != day("2026-05-31") {
		t.Errorf("the ramp is %v", l.Fixed.Ramp)
	}
	if next.Renewal != nil || next.Ending.Cause != Convenience || next.Term.Through != day("2026-05-31") {
		t.Errorf("the end is %v", next.Term)
	}
	if _, err := Extend(next, day("2027-12-31"), from("2026-05-20")); err == nil || !strings.Contains(err.Error(), "was ended on 2026-05-31; sign a new one") {
		t.Errorf("a contract that was ended is extended: %v", err)
	}
	next.Renewal = &Renewal{Months: 12}
	if _, err := Renew(next, sold, from("2026-06-01")); err == nil || !strings.Contains(err.Error(), "begins no further term") {
		t.Errorf("a contract that was ended renews: %v", err)
	}
	if _, err := Terminate(d, day("2027-01-01"), Ending{Cause: Convenience}, from("2026-05-10")); err == nil {
		t.Error("a contract is ended after its end")
	}
}

func TestAnyRevisionsLeaveVersionsThatCoverTheTermWithoutOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := agreedAll(revisableAs2())
		for range rapid.IntRange(1, 5).Draw(t, "revisions") {
			a = reviseAny(t, a)
		}
		next := a.Term().Start
		for _, g := range a.inForce() {
			if g.span.Start != next || g.span.Empty() {
				t.Fatalf("%s follows %s: the term %s has a gap or an overlap", g.span, next, a.Term())
			}
			next = g.span.End
		}
		if next != a.Term().End {
			t.Fatalf("nothing governs from %s through %s", next, a.Term().Last())
		}
	})
}

// reviseAny makes one revision; a renewal must leave every earlier charge as it was.
func reviseAny(t *rapid.T, a Agreement) Agreement {
	d := a.Latest().Document
	on := d.Term.From.AddDays(rapid.IntRange(0, d.Term.Span().Days()-1).Draw(t, "on"))
	why := Why{On: on, Reason: "r"}
	var next Document
	var err error
	what := rapid.SampledFrom([]string{"extend", "add", "blend", "renew", "terminate"}).Draw(t, "what")
	if d.Ending != nil && (what == "extend" || what == "blend" || what == "renew") {
		return a // refused, as another test holds
	}
	switch what {
	case "extend":
		next, err = Extend(d, d.Term.Through.AddDays(rapid.IntRange(1, 400).Draw(t, "days")), why)
	case "add":
		next, err = CoTerm(d, []Line{{ID: fmt.Sprintf("add-%d", len(a.Versions)), Product: "platform", Fixed: &Fixed{Quantity: dec("3"), UnitPrice: dec("9.99"), Every: "quarter"}}}, why)
	case "blend":
		next, _, err = BlendAndExtend(d, d.Term.Through.AddDays(100), map[string]decimal.Decimal{"seats": dec("33.33")}, why)
	case "renew":
		if d.Renewal == nil {
			return a
		}
		next, err = Renew(d, sold, Why{On: d.Term.Span().End, Reason: "r"})
	case "terminate":
		next, err = Terminate(d, on, Ending{Cause: Convenience}, why)
	}
	if err != nil {
		t.Fatalf("%s on %s: %v", what, on, err)
	}
	out := a
	out.Versions = append(slices.Clone(a.Versions), Version{len(a.Versions) + 1, next.Start(), next})
	if what == "renew" {
		holdsBefore(t, a, out)
	}
	return out
}

func holdsBefore(t *rapid.T, before, after Agreement) {
	end := before.Term().End
	was, err := Charges(before, sold, nil, end)
	if err != nil {
		t.Fatal(err)
	}
	all, err := Charges(after, sold, nil, end)
	if err != nil {
		t.Fatal(err)
	}
	said := func(pieces []Piece) (out []string) {
		for _, p := range pieces {
			if p.Span.Start.Before(end) {
				out = append(out, named(p)+" "+p.Amount.String())
			}
		}
		return out
	}
	if diff := cmp.Diff(said(was), said(all)); diff != "" {
		t.Fatalf("the renewal on %s changes what was charged before (-before +after):\n%s", end, diff)
	}
}
