package contracts

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/usage"
)

// measures sells the API on meters that add up in each of the ways there are.
var measures = catalog.New(sold.Products(), []catalog.Meter{
	{ID: 1, Code: "api.calls", Unit: "call", Aggregation: catalog.Sum},
	{ID: 2, Code: "volume", Unit: "EUR", Aggregation: catalog.Sum, Dimensions: []string{"region"}},
	{ID: 3, Code: "jobs", Unit: "job", Aggregation: catalog.Count, Dimensions: []string{"region"}},
	{ID: 4, Code: "people", Unit: "person", Aggregation: catalog.Unique, UniqueBy: "user"},
	{ID: 5, Code: "peak", Unit: "GB", Aggregation: catalog.Max},
}, nil)

// line is a contract of one usage line for January 2026.
func line(t *testing.T, usage string) Agreement {
	t.Helper()
	return agreement(t, head+"term: {from: 2026-01-01, through: 2026-01-31}\nlines:\n  - {id: use, product: api, usage: {"+usage+"}}\n")
}

// happen records events written as "meter customer day quantity dimension=value".
func happen(events ...string) *usage.Days {
	days := &usage.Days{}
	for i, e := range events {
		words := strings.Fields(e)
		meter, _ := measures.Meter(words[0])
		on := day(words[2])
		o := usage.Occurrence{Day: on, At: on.Time(time.UTC), ID: fmt.Sprintf("%02d", i), Quantity: decimal.RequireFromString(words[3]), Dimensions: map[string]string{}}
		if o.Customer = 7; words[1] == "lab" {
			o.Customer = 8
		}
		for _, d := range words[4:] {
			name, value, _ := strings.Cut(d, "=")
			o.Dimensions[name] = value
		}
		days.Record(meter, o)
	}
	return days
}

// comesTo prices January and expects one charge.
func comesTo(t *testing.T, a Agreement, days *usage.Days, want string) Piece {
	t.Helper()
	pieces, err := Charges(a, measures, days, day("2026-02-01"))
	if err != nil {
		t.Fatal(err)
	}
	if len(pieces) != 1 || pieces[0].Amount.String() != want {
		t.Fatalf("charged is %s in %d pieces, owed is %s: %+v", pieces[0].Amount, len(pieces), want, pieces[0].Detail)
	}
	return pieces[0]
}

func lines(p Piece) []string {
	var out []string
	for _, tier := range p.Detail.Tiers {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s: %s x %s + %s = %s", tier.Label, tier.Quantity, tier.Unit, tier.Flat, tier.Amount)))
	}
	return out
}

// The worked number of the design: 550 x 1.3 % + 2 x 2.
func TestAPercentageIsPricedEventByEvent(t *testing.T) {
	a := line(t, "meter: volume, every: month, price: {model: percentage, percent: 1.3, per_event: 2, free_events: 3, free_units: 250}")
	days := happen("volume acme 2026-01-05 50", "volume acme 2026-01-09 100", "volume acme 2026-01-09 250", "volume acme 2026-01-20 400")
	p := comesTo(t, a, days, "11.15")
	if p.Detail.Events != 4 || !p.Detail.Quantity.Equal(decimal.NewFromInt(800)) {
		t.Errorf("%d events of %s are shown, there were 4 of 800", p.Detail.Events, p.Detail.Quantity)
	}
	if diff := cmp.Diff([]string{"of the amount: 550 x 0.013 + 0 = 7.15", "per event: 2 x 2 + 0 = 4.00"}, lines(p)); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
}

func TestAMeterOfEventsThatWereNotLoadedIsNotFree(t *testing.T) {
	a := line(t, "meter: volume, every: month, price: {model: percentage, percent: 1.3}")
	var days usage.Days
	days.Add(usage.Key{Customer: 7, Meter: "volume"}, day("2026-01-05"), decimal.NewFromInt(50))
	if _, err := Charges(a, measures, &days, day("2026-02-01")); err == nil || !strings.Contains(err.Error(), "0 of 1 were loaded") {
		t.Errorf("a percentage of events that were not loaded: %v", err)
	}
	if got := SingleEvents([]Agreement{a}); len(got) != 1 || got[0] != "volume" {
		t.Errorf("single events are needed of %v, not of volume alone", got)
	}
}

func TestAMatrixShowsEachValueOfItsDimension(t *testing.T) {
	a := line(t, `meter: jobs, every: month, price: {model: matrix, by: region, prices: {eu: {model: per_unit, amount: 2}, us: {model: package, amount: 10, size: 2}}, other: {model: flat, amount: 1}}`)
	p := comesTo(t, a, happen("jobs acme 2026-01-05 9 region=eu", "jobs acme 2026-01-06 9 region=us", "jobs acme 2026-01-07 9 region=us",
		"jobs acme 2026-01-07 9 region=us", "jobs acme 2026-01-08 9 region=jp", "jobs acme 2026-01-08 9"), "23.00")
	if diff := cmp.Diff([]string{"region eu: 1 x 2 + 0 = 2.00", "region us: 2 x 10 + 0 = 20.00", "region other: 0 x 0 + 1 = 1.00"}, lines(p)); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
	if !p.Detail.Quantity.Equal(decimal.NewFromInt(6)) {
		t.Errorf("%s jobs are shown, there were 6", p.Detail.Quantity)
	}
}

func TestACellOfSeveralTiersSaysWhichIsWhich(t *testing.T) {
	a := line(t, `meter: volume, every: month, price: {model: matrix, by: region, prices: {eu: {model: graduated, tiers: [{up_to: 10, unit: 2}, {unit: 1}]}}, other: {model: per_unit, amount: 3}}`)
	p := comesTo(t, a, happen("volume acme 2026-01-05 15 region=eu"), "25.00")
	if diff := cmp.Diff([]string{"region eu, up to 10: 10 x 2 + 0 = 20.00", "region eu, above 10: 5 x 1 + 0 = 5.00"}, lines(p)); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
}

func TestAFilterCountsOnlyEventsThatSaySo(t *testing.T) {
	a := line(t, "meter: volume, where: {region: eu}, every: month, price: {model: per_unit, amount: 1}")
	comesTo(t, a, happen("volume acme 2026-01-05 10 region=eu", "volume acme 2026-01-05 20 region=us", "volume acme 2026-01-06 40", "volume acme 2026-01-31 80 region=eu"), "90.00")
}

func TestDistinctPeopleAndTheLargestUseAreCountedByPeriod(t *testing.T) {
	a := line(t, "meter: people, every: month, price: {model: per_unit, amount: 5}")
	comesTo(t, a, happen("people acme 2026-01-05 1 user=ann", "people acme 2026-01-06 1 user=bob", "people acme 2026-01-20 1 user=ann", "people acme 2026-01-20 1"), "10.00")
	a = line(t, "meter: peak, included: 10, every: month, price: {model: stairstep, tiers: [{up_to: 10, flat: 50}, {up_to: 100, flat: 200}, {flat: 700}]}")
	comesTo(t, a, happen("peak acme 2026-01-05 12", "peak acme 2026-01-06 35", "peak acme 2026-01-20 8"), "200.00")
}

// A line that counts several members of a family adds up what each of them used.
func TestALineAddsUpTheUsageOfItsUsers(t *testing.T) {
	document := head + `
term: {from: 2026-01-01, through: 2026-01-31}
lines:
  - {id: use, product: api, users: [acme, lab], usage: {meter: %s, every: month, price: {model: per_unit, amount: 1}}}
`
	for meter, want := range map[string]string{"api.calls": "42.00", "peak": "32.00", "jobs": "3.00"} {
		a := agreement(t, fmt.Sprintf(document, meter))
		a.Users = map[string]customers.ID{"acme": 7, "lab": 8}
		comesTo(t, a, happen(meter+" acme 2026-01-05 10", meter+" lab 2026-01-05 22", meter+" acme 2026-01-09 10"), want)
	}
	a := agreement(t, fmt.Sprintf(document, "peak"))
	if _, err := Charges(a, measures, nil, day("2026-02-01")); err == nil {
		t.Error("users that were not loaded use nothing")
	}
}

func TestAFilterByADimensionThatTheMeterDoesNotDeclareIsAnError(t *testing.T) {
	a := line(t, "meter: people, where: {region: eu}, every: month, price: {model: per_unit, amount: 1}")
	if _, err := Charges(a, measures, nil, day("2026-02-01")); err == nil {
		t.Error("nothing tells the region of people apart, and it is priced")
	}
	found := a.Latest().Document.CheckCatalog(measures)
	if len(found) != 1 || found[0].Path != "lines[0].usage.where.region" {
		t.Errorf("the catalog finds %v", found)
	}
}

// A flat price, a tier's flat fee and a step are for a whole period; a period
// that an amendment cuts costs its part of each.
func TestWhatIsDueOncePerPeriodIsTakenByDays(t *testing.T) {
	version := func(effective, usage string) string {
		return head + "term: {from: 2026-01-01, through: 2026-02-28}\neffective: " + effective + "\nreason: price\nlines:\n  - {id: use, product: api, usage: {meter: api.calls, every: month, price: {" + usage + "}}}\n"
	}
	days := used(map[string]int64{"2026-01-05": 12, "2026-01-25": 12})
	for _, c := range []struct {
		price, changed     string
		first, second, feb string
	}{
		// 1 to 20 January are 20 of 31 days.
		{"model: flat, amount: 31", "model: flat, amount: 62", "20.00", "22.00", "62.00"},
		{"model: stairstep, tiers: [{up_to: 10, flat: 31}, {flat: 310}]", "model: stairstep, tiers: [{up_to: 20, flat: 31}, {flat: 310}]", "200.00", "11.00", "0.00"},
		{"model: graduated, tiers: [{up_to: 10, unit: 10, flat: 3.1}, {unit: 5, flat: 6.2}]", "model: per_unit, amount: 1", "116.00", "12.00", "0.00"},
	} {
		a := agreement(t, version("2026-01-01", c.price), version("2026-01-21", c.changed))
		expect(t, charge(t, a, days, "2026-03-01"), "use usage 2026-01-01..2026-01-20 "+c.first, "use usage 2026-01-21..2026-01-31 "+c.second, "use usage 2026-02-01..2026-02-28 "+c.feb)
	}
}

func TestAPartOfAPeriodHasAPartOfAPercentagesAllowance(t *testing.T) {
	a := agreement(t, head+`
billing: {align: calendar}
term: {from: 2026-01-17, through: 2026-02-28}
lines:
  - {id: use, product: api, usage: {meter: volume, every: month, price: {model: percentage, percent: 10, free_events: 3, free_units: 310}}}
`)
	pieces, err := Charges(a, measures, happen("volume acme 2026-01-20 100", "volume acme 2026-01-21 100"), day("2026-02-01"))
	if err != nil {
		t.Fatal(err)
	}
	// 15 of 31 days: one event and 150 units are free.
	expect(t, pieces, "use usage 2026-01-17..2026-01-31 10.00")
}

// The worked number of the design: volume 1-15 at 10, 16+ at 5; 150 were charged
// when a 16th unit is known. What is owed then is 80.
func TestAVolumePriceIsRatedAnewWithEverythingKnown(t *testing.T) {
	a := line(t, "meter: api.calls, every: month, price: {model: volume, tiers: [{up_to: 15, unit: 10}, {unit: 5}]}")
	comesTo(t, a, happen("api.calls acme 2026-01-05 15"), "150.00")
	comesTo(t, a, happen("api.calls acme 2026-01-05 15", "api.calls acme 2026-01-31 1"), "80.00")
}

// The other worked numbers of the design's price models, as a contract charges
// them.
func TestAContractChargesTheDesignsWorkedPrices(t *testing.T) {
	graduated := "model: graduated, tiers: [{up_to: 10, unit: 10, flat: 2}, {up_to: 20, unit: 5, flat: 3}, {unit: 5, flat: 3}]"
	volume := "model: volume, tiers: [{up_to: 100, unit: 2, flat: 10}, {up_to: 200, unit: 1}, {unit: 0.5, flat: 50}]"
	for _, c := range []struct {
		included, price string
		units           int64
		want            string
	}{
		{"0", graduated + ", flat_at_zero: true", 0, "2.00"}, {"0", graduated, 0, "0.00"}, {"0", graduated, 1, "12.00"},
		{"0", volume, 1, "12.00"}, {"0", volume, 100, "210.00"},
		{"0", "model: package, amount: 100, size: 10", 121, "1300.00"}, {"10", "model: package, amount: 100, size: 10", 121, "1200.00"},
	} {
		a := line(t, "meter: api.calls, included: "+c.included+", every: month, price: {"+c.price+"}")
		comesTo(t, a, used(map[string]int64{"2026-01-05": c.units}), c.want)
	}
}

func TestTheValueOfUsageGrowsAsItsEventsHappen(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-15, through: 2026-03-14}
lines:
  - {id: use, product: api, usage: {meter: volume, every: term, price: {model: percentage, percent: 1, per_event: 1, free_events: 1}}}
`)
	pieces, err := Charges(a, measures, happen("volume acme 2026-01-20 500", "volume acme 2026-02-03 100", "volume acme 2026-03-01 100"), day("2026-03-15"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Value{{day("2026-02-01"), money.Zero("USD")}, {day("2026-03-01"), money.Of(200, "USD")}, {day("2026-03-15"), money.Of(400, "USD")}}
	if diff := cmp.Diff(want, pieces[0].Values); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

// Users of sellers in different zones: the lab's day ends when acme's next has
// begun, and is complete nevertheless.
func TestADayIsCompleteWhereverItsUsersAre(t *testing.T) {
	a := agreement(t, head+`
term: {from: 2026-01-01, through: 2026-02-28}
lines:
  - {id: use, product: api, users: [acme, lab], usage: {meter: volume, every: term, price: {model: percentage, percent: 10, free_units: 100}}}
`)
	a.Users = map[string]customers.ID{"acme": 7, "lab": 8}
	meter, _ := measures.Meter("volume")
	days := &usage.Days{}
	at := time.Date(2026, 2, 1, 3, 0, 0, 0, time.UTC)
	days.Record(meter, usage.Occurrence{Customer: 7, Day: day("2026-02-01"), At: at, ID: "1", Quantity: decimal.NewFromInt(50)})
	days.Record(meter, usage.Occurrence{Customer: 8, Day: day("2026-01-31"), At: at.Add(time.Hour), ID: "2", Quantity: decimal.NewFromInt(120)})
	pieces, err := Charges(a, measures, days, day("2026-03-01"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Value{{day("2026-02-01"), money.Of(200, "USD")}, {day("2026-03-01"), money.Of(700, "USD")}}
	if diff := cmp.Diff(want, pieces[0].Values); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

func TestMoreUsageNeverCostsLessPerUnitAndByTier(t *testing.T) {
	for _, price := range []string{"model: per_unit, amount: 0.013", "model: graduated, tiers: [{up_to: 15, unit: 10}, {up_to: 40, unit: 0.5, flat: 2}, {unit: 0.25}]"} {
		a := line(t, "meter: api.calls, included: 3, every: month, price: {"+price+"}")
		before := money.Zero("USD")
		for units := range int64(60) {
			pieces, err := Charges(a, measures, used(map[string]int64{"2026-01-05": units}), day("2026-02-01"))
			if err != nil {
				t.Fatal(err)
			}
			if pieces[0].Amount.Cmp(before) < 0 {
				t.Errorf("%s: %d units cost %s, one less %s", price, units, pieces[0].Amount, before)
			}
			before = pieces[0].Amount
		}
	}
}
