package entitlements_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/entitlements"
	"ratable/internal/period"
	"ratable/usage"
)

var founded = period.NewDate(2024, 1, 1)

// shelf is a catalog in memory.
func shelf() *catalog.Catalog {
	var products []catalog.Product
	for code, features := range promises {
		products = append(products, catalog.Product{Code: code, Version: 1, StartsOn: founded, Name: code, TaxCode: "saas_b2b", Recognition: catalog.Ratable, Features: features})
	}
	products = append(products, catalog.Product{Code: "prepaid", Version: 1, StartsOn: founded, Name: "Prepaid", TaxCode: "saas_b2b", Recognition: catalog.AsUsed})
	meters := []catalog.Meter{{ID: 1, Code: "api.calls", Name: "Calls", Unit: "call", Aggregation: catalog.Sum}}
	return catalog.New(products, meters, nil)
}

// signed is a contract in memory; each text is a version of it.
func signed(t interface {
	Helper()
	Fatalf(string, ...any)
}, id contracts.ID, texts ...string) contracts.Serving {
	t.Helper()
	a := contracts.Agreement{Account: 1, Contract: id, Number: fmt.Sprintf("C-%d", id), Entity: 1, Customer: 7, Payer: 7, Currency: "USD"}
	for i, text := range texts {
		d, err := contracts.Parse([]byte(fmt.Sprintf("contract: C-%d\nentity: rtus\ncustomer: acme\ncurrency: USD\n%s", id, text)))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		a.Versions = append(a.Versions, contracts.Version{Number: i + 1, EffectiveOn: d.Start(), Document: d})
	}
	return contracts.Serving{Agreement: a}
}

// on derives what customer 7 may use on a day, with so much used on some days.
func on(t testing.TB, day string, used map[string]string, all ...contracts.Serving) entitlements.Entitlements {
	t.Helper()
	days := &usage.Days{}
	for on, quantity := range used {
		days.Add(usage.Key{Customer: 7, Meter: "api.calls"}, date(on), decimal.RequireFromString(quantity))
	}
	e, err := entitlements.Derive(facts(days, date(day), all...), 7)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func facts(days *usage.Days, on period.Date, all ...contracts.Serving) entitlements.Facts {
	return entitlements.Facts{Contracts: all, Catalog: shelf(), Days: map[customers.AccountID]*usage.Days{1: days}, Today: func(entities.ID) period.Date { return on }}
}

func date(s string) period.Date {
	d, err := period.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// says is a feature in words: "active 10 used 3 left 7 until 2027-01-01 (term)".
func says(e entitlements.Entitlements, code string) string {
	f, ok := e.Feature(code)
	if !ok {
		return "nothing"
	}
	out := string(f.State)
	for _, x := range []struct {
		word  string
		value *decimal.Decimal
	}{{"", f.Limit}, {"used ", f.Used}, {"left ", f.Remaining}} {
		if x.value != nil {
			out += " " + x.word + x.value.String()
		}
	}
	if f.Overage {
		out += " overage"
	}
	if !f.Until.IsZero() {
		out += " until " + f.Until.String() + " (" + f.Why + ")"
	}
	return out
}

const year = "term: {from: 2026-01-01, through: 2026-12-31}\n"
const seats = "lines: [{id: seats, product: platform, fixed: {quantity: 10, unit_price: 40.00, every: month}}]\n"
const calls = "lines: [{id: calls, product: api, usage: {meter: api.calls, included: 100, every: month, price: {model: per_unit, amount: 1}}}]\n"

func TestWhatTermsMakeOfAFeature(t *testing.T) {
	for _, c := range []struct {
		what, day, feature, want string
		used                     map[string]string
		versions                 []string
	}{
		{"before the term", "2025-12-31", "seats", "upcoming 0", nil, []string{year + seats}},
		{"on its first day", "2026-01-01", "seats", "active 10 until 2027-01-01 (term)", nil, []string{year + seats}},
		{"on its last", "2026-12-31", "seats", "active 10 until 2027-01-01 (term)", nil, []string{year + seats}},
		{"after it", "2027-01-01", "seats", "ended 0", nil, []string{year + seats}},
		{"a trial that converts", "2026-01-10", "sso", "active until 2027-01-01 (term)", nil, []string{year + "trial: {through: 2026-01-31}\n" + seats}},
		{"a trial that ends", "2026-01-31", "sso", "active until 2026-02-01 (trial)", nil, []string{year + "trial: {through: 2026-01-31, then: end}\n" + seats}},
		{"the day after", "2026-02-01", "sso", "ended", nil, []string{year + "trial: {through: 2026-01-31, then: end}\n" + seats}},
		{"renewing by itself", "2026-12-31", "sso", "active", nil, []string{year + "renewal: {auto: true, months: 12}\n" + seats}},
		{"before the renewal is recorded", "2027-01-05", "sso", "grace", nil, []string{year + "renewal: {auto: true, months: 12}\n" + seats}},
		{"a month without it", "2027-02-01", "sso", "ended", nil, []string{year + "renewal: {auto: true, months: 12}\n" + seats}},
		{"ended early", "2026-07-01", "sso", "ended", nil, []string{year + seats, "term: {from: 2026-01-01, through: 2026-06-30}\neffective: 2026-06-01\nreason: left\nending: {cause: convenience}\n" + seats}},
		{"before that", "2026-06-15", "sso", "active until 2026-07-01 (termination)", nil, []string{year + seats, "term: {from: 2026-01-01, through: 2026-06-30}\neffective: 2026-06-01\nreason: left\nending: {cause: convenience}\n" + seats}},
		{"before a pause", "2026-04-30", "sso", "active until 2026-05-01 (pause)", nil, []string{year + seats, year + "effective: 2026-05-01\nreason: rest\npaused: true\n" + seats}},
		{"paused", "2026-05-01", "sso", "paused", nil, []string{year + seats, year + "effective: 2026-05-01\nreason: rest\npaused: true\n" + seats}},
		{"a line of its own days", "2026-04-01", "sso", "ended", nil, []string{year + strings.Replace(seats, "product: platform", "product: platform, through: 2026-03-31", 1)}},
		{"more seats from a day on", "2026-05-01", "seats", "active 25 until 2027-01-01 (term)", nil, []string{year + seats, year + "effective: 2026-05-01\nreason: grew\n" + strings.Replace(seats, "quantity: 10", "quantity: 25", 1)}},
		{"what is included", "2026-03-10", "api", "active 100 used 30 left 70 until 2027-01-01 (term)", map[string]string{"2026-02-28": "999", "2026-03-01": "10", "2026-03-10": "20", "2026-03-11": "999"}, []string{year + calls}},
		{"all of it used", "2026-03-10", "api", "active 100 used 120 left 0 overage until 2027-01-01 (term)", map[string]string{"2026-03-02": "120"}, []string{year + calls}},
		{"no limit at all", "2026-03-10", "api", "active used 120 until 2027-01-01 (term)", map[string]string{"2026-03-02": "120"}, []string{year + strings.Replace(calls, "included: 100, ", "", 1)}},
		{"a cap in units that stops", "2026-03-10", "api", "active 500 used 499 left 1 overage until 2027-01-01 (term)", map[string]string{"2026-03-02": "499"}, []string{year + calls + "caps: [{id: top, kind: hard, lines: [calls], units: 500, every: month, then: stop}]\n"}},
		{"when it is reached", "2026-03-10", "api", "stopped 500 used 500 left 0", map[string]string{"2026-03-02": "500"}, []string{year + calls + "caps: [{id: top, kind: hard, lines: [calls], units: 500, every: month, then: stop}]\n"}},
		{"the month after", "2026-04-01", "api", "active 500 used 0 left 500 until 2027-01-01 (term)", map[string]string{"2026-03-02": "500"}, []string{year + calls + "caps: [{id: top, kind: hard, lines: [calls], units: 500, every: month, then: stop}]\n"}},
		{"one that throttles", "2026-03-10", "api", "throttled 500 used 600 left 0 overage until 2027-01-01 (term)", map[string]string{"2026-03-02": "600"}, []string{year + calls + "caps: [{id: top, kind: customer, lines: [calls], units: 500, every: month, then: throttle}]\n"}},
		{"one that warns", "2026-03-10", "api", "active 100 used 600 left 0 overage until 2027-01-01 (term)", map[string]string{"2026-03-02": "600"}, []string{year + calls + "caps: [{id: top, kind: customer, lines: [calls], units: 500, every: month, then: warn}]\n"}},
		{"a hard cap that goes on unbilled", "2026-03-10", "api", "active 100 used 600 left 0 overage until 2027-01-01 (term)", map[string]string{"2026-03-02": "600"}, []string{year + calls + "caps: [{id: top, kind: hard, lines: [calls], amount: 100, every: month}]\n"}},
		{"a cap in money that stops", "2026-03-10", "api", "stopped 100 used 150 left 0", map[string]string{"2026-03-02": "150"}, []string{year + calls + "caps: [{id: top, kind: customer, lines: [calls], amount: 50, every: month, then: stop}]\n"}},
		{"paid ahead in units", "2026-03-10", "api", "active 1100 used 300 left 800 until 2027-01-01 (term)", map[string]string{"2026-02-02": "200", "2026-03-02": "200"}, []string{year + calls + "prepaid: [{id: pot, product: prepaid, lines: [calls], units: 1000, price: 500, every: term}]\n"}},
		{"and used up", "2026-03-10", "api", "active 1100 used 1100 left 0 overage until 2027-01-01 (term)", map[string]string{"2026-03-02": "2000"}, []string{year + calls + "prepaid: [{id: pot, product: prepaid, lines: [calls], units: 1000, price: 500, every: term}]\n"}},
		{"paid ahead in money", "2026-03-10", "api", "active 100 used 100 left 0 until 2027-01-01 (term)", map[string]string{"2026-03-02": "100"}, []string{year + calls + "prepaid: [{id: pot, product: prepaid, lines: [calls], amount: 1000, every: term}]\n"}},
	} {
		if got := says(on(t, c.day, c.used, signed(t, 1, c.versions...)), c.feature); got != c.want {
			t.Errorf("%s, on %s, %s is\n\t%s\nand should be\n\t%s", c.what, c.day, c.feature, got, c.want)
		}
	}
}

func TestNoticeEndsWhatWouldHaveRenewed(t *testing.T) {
	s := signed(t, 1, year+"renewal: {auto: true, months: 12}\n"+seats)
	s.Lapses = true
	if got := says(on(t, "2026-12-31", nil, s), "sso"); got != "active until 2027-01-01 (term)" {
		t.Errorf("under notice sso is %s", got)
	}
	if got := says(on(t, "2027-01-01", nil, s), "sso"); got != "ended" {
		t.Errorf("after the term that was not to renew sso is %s", got)
	}
}

func TestLimitsOfContractsAddUpAndUseIsCountedOnce(t *testing.T) {
	one, two := signed(t, 1, year+calls), signed(t, 2, year+strings.Replace(calls, "included: 100", "included: 50", 1))
	used := map[string]string{"2026-03-02": "120"}
	if got := says(on(t, "2026-03-10", used, one, two), "api"); got != "active 150 used 120 left 30 overage until 2027-01-01 (term)" {
		t.Errorf("of 100 and 50, with 120 used, is left: %s", got) // each contract bills what is above its own
	}
	stopped := signed(t, 3, year+calls+"caps: [{id: top, kind: hard, lines: [calls], units: 10, every: month, then: stop}]\n")
	if got := says(on(t, "2026-03-10", used, one, stopped), "api"); !strings.HasPrefix(got, "active") {
		t.Errorf("what one contract stops another allows still, and it is %s", got)
	}
}

func TestAProgrammeAndAPlanStandBesideTheReason(t *testing.T) {
	e := on(t, "2026-03-10", nil, signed(t, 1, year+"plan: {code: team, version: 3}\n"+seats+"discounts: [{id: kind, percent: 100, programme: startup, through: 2026-06-30}]\n"))
	f, _ := e.Feature("sso")
	if b := f.Because[0]; b.Programme != "startup" || b.Programmed != date("2026-07-01") || b.Plan != "team" {
		t.Errorf("the reason is %+v", b)
	}
	later, _ := on(t, "2026-07-01", nil, signed(t, 1, year+seats+"discounts: [{id: kind, percent: 100, programme: startup, through: 2026-06-30}]\n")).Feature("sso")
	if later.Because[0].Programme != "" || !later.Allowed {
		t.Errorf("after the programme the reason is %+v", later.Because[0])
	}
}

// life is a contract that a property makes up, told day by day so that a naive reader can say what holds.
type life struct {
	from, through period.Date
	trial         period.Date // last free day; zero: none
	trialEnds     bool
	quantity      []int         // of each version
	effective     []period.Date // first day of each
	paused        []bool
	lineThrough   period.Date // zero: the term
	capUnits      int         // zero: none; counted each month, stops
	used          map[period.Date]int
}

func lives(t *rapid.T) life {
	l := life{from: founded.AddDays(rapid.IntRange(0, 400).Draw(t, "from")), used: map[period.Date]int{}}
	l.through = l.from.AddMonths(rapid.IntRange(2, 15).Draw(t, "months")).AddDays(-1)
	length := l.through.Sub(l.from)
	l.effective, l.quantity, l.paused = []period.Date{l.from}, []int{rapid.IntRange(1, 50).Draw(t, "seats")}, []bool{false}
	for range rapid.IntRange(0, 3).Draw(t, "amendments") {
		l.effective = append(l.effective, l.from.AddDays(rapid.IntRange(0, length).Draw(t, "effective")))
		l.quantity = append(l.quantity, rapid.IntRange(1, 50).Draw(t, "seats"))
		l.paused = append(l.paused, rapid.IntRange(0, 3).Draw(t, "pause") == 0)
	}
	if rapid.Bool().Draw(t, "trial") {
		l.trial, l.trialEnds = l.from.AddDays(rapid.IntRange(0, 60).Draw(t, "trial days")), rapid.Bool().Draw(t, "then end")
		if l.trial.After(l.through) {
			l.trial = l.through
		}
	}
	if rapid.IntRange(0, 2).Draw(t, "own days") == 0 {
		l.lineThrough = l.from.AddDays(rapid.IntRange(0, length).Draw(t, "line days"))
	}
	if rapid.Bool().Draw(t, "cap") {
		l.capUnits = rapid.IntRange(1, 300).Draw(t, "cap units")
	}
	for range rapid.IntRange(0, 12).Draw(t, "days of use") {
		l.used[l.from.AddDays(rapid.IntRange(0, length).Draw(t, "used on"))] += rapid.IntRange(1, 90).Draw(t, "units")
	}
	return l
}

func (l life) texts() []string {
	var out []string
	for i := range l.effective {
		text := fmt.Sprintf("term: {from: %s, through: %s}\neffective: %s\nreason: because\npaused: %t\n", l.from, l.through, l.effective[i], l.paused[i])
		if !l.trial.IsZero() {
			text += fmt.Sprintf("trial: {through: %s, lines: [seats], then: %s}\n", l.trial, map[bool]string{true: "end", false: "convert"}[l.trialEnds])
		}
		own := ""
		if !l.lineThrough.IsZero() {
			own = fmt.Sprintf("through: %s, ", l.lineThrough)
		}
		text += fmt.Sprintf("lines:\n  - {id: seats, product: platform, %sfixed: {quantity: %d, unit_price: 1, every: month}}\n  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1}}}\n", own, l.quantity[i])
		if l.capUnits > 0 {
			text += fmt.Sprintf("caps: [{id: top, kind: hard, lines: [calls], units: %d, every: month, then: stop}]\n", l.capUnits)
		}
		out = append(out, text)
	}
	return out
}

// naive reads a day off the life as a person would: which version holds today, is the line in it, is it free, paused or full?
func (l life) naive(on period.Date) (seats, sso, api string) {
	at := -1
	for i, from := range l.effective {
		if !on.Before(from) {
			at = i
		}
	}
	if on.Before(l.from) {
		return "upcoming 0", "upcoming", "upcoming"
	}
	if on.After(l.through) {
		return "ended 0", "ended", "ended"
	}
	api = "active"
	inMonth, start := 0, l.from
	for n := 0; !l.from.AddMonths(n).After(on); n++ {
		start = l.from.AddMonths(n)
	}
	for day, units := range l.used {
		if !day.Before(start) && !day.After(on) {
			inMonth += units
		}
	}
	if l.capUnits > 0 && inMonth >= l.capUnits {
		api = "stopped"
	}
	if l.paused[at] {
		api = "paused"
	}
	gone := !l.lineThrough.IsZero() && on.After(l.lineThrough) || l.trialEnds && !l.trial.IsZero() && on.After(l.trial)
	switch {
	case gone:
		return "ended 0", "ended", api
	case l.paused[at]:
		return "paused 0", "paused", api
	}
	return fmt.Sprintf("active %d", l.quantity[at]), "active", api
}

// plainly is says without until and counts.
func plainly(e entitlements.Entitlements, code string) string {
	words := strings.Fields(says(e, code))
	if code == "seats" {
		return strings.Join(words[:min(2, len(words))], " ")
	}
	return words[0]
}

func TestEveryDayOfALifeIsAsANaiveReaderHasIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := lives(t)
		s := signed(t, 1, l.texts()...)
		days := &usage.Days{}
		for day, units := range l.used {
			days.Add(usage.Key{Customer: 7, Meter: "api.calls"}, day, decimal.NewFromInt(int64(units)))
		}
		looked := []period.Date{l.from.AddDays(-1), l.from, l.through, l.through.AddDays(1), l.from.AddDays(rapid.IntRange(0, 450).Draw(t, "day"))}
		looked = append(looked, l.effective...)
		if !l.trial.IsZero() {
			looked = append(looked, l.trial, l.trial.AddDays(1))
		}
		for _, on := range looked {
			if on.Before(founded) {
				continue
			}
			e, err := entitlements.Derive(facts(days, on, s), 7)
			if err != nil {
				t.Fatal(err)
			}
			seats, sso, api := l.naive(on)
			got := []string{plainly(e, "seats"), plainly(e, "sso"), plainly(e, "api")}
			if diff := cmp.Diff([]string{seats, sso, api}, got); diff != "" {
				t.Fatalf("on %s (-naive +derived):\n%s\n%+v", on, diff, l)
			}
			// What it says of the end holds: the day before it is allowed, on the day it is not.
			if f, _ := e.Feature("sso"); f.Allowed && !f.Until.IsZero() {
				last, _ := entitlements.Derive(facts(days, f.Until.AddDays(-1), s), 7)
				after, _ := entitlements.Derive(facts(days, f.Until, s), 7)
				if a, _ := last.Feature("sso"); !a.Allowed {
					t.Fatalf("on %s it said until %s, and the day before it is gone", on, f.Until)
				}
				if a, _ := after.Feature("sso"); a.Allowed {
					t.Fatalf("on %s it said until %s, and then it is still there: %s", on, f.Until, says(after, "sso"))
				}
			}
		}
	})
}
