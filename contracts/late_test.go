package contracts

import (
	"testing"

	"ratable/customers"
	"ratable/usage"
)

// last says until when use of a day is taken, "" whenever it comes.
func last(ds usage.Deadlines, customer customers.ID, on string) string {
	if _, l, limited := ds.For(usage.Key{Customer: customer, Meter: "api.calls"}, day(on)); limited {
		return l.String()
	}
	return ""
}

const refusing = "billing: {late_usage: refuse, refuse_after_days: 5}\n"

func counting(every, more string) string {
	return "lines:\n  - {id: calls, product: api" + more + ", usage: {meter: api.calls, every: " + every + ", price: {model: per_unit, amount: 1}}}\n"
}

func TestUsageIsTakenSomeDaysAfterItsOwnBillingPeriod(t *testing.T) {
	for _, c := range []struct {
		what, document, on, want string
	}{
		{"a calendar month of a term that began on the first", "term: {from: 2026-01-01, through: 2026-12-31}\n" + refusing + counting("month", ""), "2026-03-31", "2026-04-05"},
		{"a month counted from the 31st: 31 January to 27 February", "term: {from: 2026-01-31, through: 2026-12-30}\n" + refusing + counting("month", ""), "2026-02-27", "2026-03-04"},
		{"the next begins on 28 February and ends on 30 March", "term: {from: 2026-01-31, through: 2026-12-30}\n" + refusing + counting("month", ""), "2026-02-28", "2026-04-04"},
		{"calendar alignment ends a partial month with the month", "term: {from: 2026-01-10, through: 2026-12-31}\nbilling: {late_usage: refuse, refuse_after_days: 5, align: calendar}\n" + counting("month", ""), "2026-01-10", "2026-02-05"},
		{"a quarter", "term: {from: 2026-01-01, through: 2026-12-31}\n" + refusing + counting("quarter", ""), "2026-01-01", "2026-04-05"},
		{"the whole term", "term: {from: 2026-01-01, through: 2026-12-31}\n" + refusing + counting("term", ""), "2026-01-01", "2027-01-05"},
		{"the term cuts its last period", "term: {from: 2026-01-01, through: 2026-06-10}\n" + refusing + counting("month", ""), "2026-06-09", "2026-06-15"},
		{"before the term nothing is measured, and nothing refused", "term: {from: 2026-02-01, through: 2026-06-10}\n" + refusing + counting("month", ""), "2026-01-31", ""},
		{"by default usage is taken whenever it comes", "term: {from: 2026-01-01, through: 2026-12-31}\n" + counting("month", ""), "2026-03-31", ""},
	} {
		if got := last(agreement(t, head+c.document).Deadlines(), 7, c.on); got != c.want {
			t.Errorf("%s: use of %s is taken through %q, it should be %q", c.what, c.on, got, c.want)
		}
	}
}

func TestTheVersionThatGovernsADaySaysUntilWhenItsUseIsTaken(t *testing.T) {
	first := head + "term: {from: 2026-01-01, through: 2026-12-31}\n" + counting("month", "")
	stricter := head + "term: {from: 2026-01-01, through: 2026-12-31}\neffective: 2026-04-01\nreason: stricter\n" + refusing + counting("month", "")
	ended := head + "term: {from: 2026-01-01, through: 2026-06-20}\neffective: 2026-06-10\nreason: ends\n" + refusing + counting("month", "")
	ds := agreement(t, first, stricter, ended).Deadlines()
	for on, want := range map[string]string{"2026-03-31": "", "2026-04-01": "2026-05-05", "2026-06-05": "2026-06-25", "2026-06-21": ""} {
		if got := last(ds, 7, on); got != want {
			t.Errorf("use of %s is taken through %q, it should be %q", on, got, want)
		}
	}
}

func TestANewPriceDoesNotCutThePeriodADeadlineCountsFrom(t *testing.T) {
	first := head + "term: {from: 2026-01-01, through: 2026-12-31}\n" + refusing + counting("month", "")
	dearer := head + "term: {from: 2026-01-01, through: 2026-12-31}\neffective: 2026-03-11\nreason: dearer\n" + refusing +
		"lines:\n  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 2}}}\n"
	if got := last(agreement(t, first, dearer).Deadlines(), 7, "2026-03-05"); got != "2026-04-05" {
		t.Errorf("use of 5 March is taken through %s; the period ends with March", got)
	}
}

// The bill of April is made on 1 May, whatever was agreed on the 15th about how long to wait for what is late.
func TestNewTermsForLateUsageDoNotCutThePeriodADeadlineCountsFrom(t *testing.T) {
	term := "term: {from: 2026-01-01, through: 2026-12-31}\n"
	longer := "effective: 2026-04-15\nreason: longer\nbilling: {late_usage: refuse, refuse_after_days: 20}\n"
	whenever := "effective: 2026-04-15\nreason: whenever\n"
	for _, c := range []struct{ every, later, on, want string }{
		{"month", longer, "2026-03-31", "2026-04-05"},
		{"month", longer, "2026-04-10", "2026-05-05"},
		{"month", longer, "2026-04-15", "2026-05-20"},
		{"month", whenever, "2026-04-10", "2026-05-05"},
		{"month", whenever, "2026-04-15", ""},
		{"quarter", longer, "2026-04-14", "2026-07-05"},
		{"term", longer, "2026-01-10", "2027-01-05"},
	} {
		ds := agreement(t, head+term+refusing+counting(c.every, ""), head+term+c.later+counting(c.every, "")).Deadlines()
		if got := last(ds, 7, c.on); got != c.want {
			t.Errorf("every %s, then %q: use of %s is taken through %q, it should be %q", c.every, c.later, c.on, got, c.want)
		}
	}
}

func TestADeadlineIsOfThoseWhoseUsageTheLineCounts(t *testing.T) {
	a := agreement(t, head+"term: {from: 2026-01-01, through: 2026-12-31}\n"+refusing+counting("month", ", users: [lab, works]"))
	a.Users = map[string]customers.ID{"lab": 8, "works": 9}
	ds := a.Deadlines()
	for who, want := range map[customers.ID]string{7: "", 8: "2026-04-05", 9: "2026-04-05"} {
		if got := last(ds, who, "2026-03-31"); got != want {
			t.Errorf("use of customer %d is taken through %q, it should be %q", who, got, want)
		}
	}
}

func TestOfSeveralLinesTheMostGenerousDeadlineHolds(t *testing.T) {
	strict := agreement(t, head+"term: {from: 2026-01-01, through: 2026-12-31}\n"+refusing+counting("month", ""))
	longer := agreement(t, head+"term: {from: 2026-03-01, through: 2026-12-31}\nbilling: {late_usage: refuse, refuse_after_days: 40}\n"+counting("month", ""))
	open := agreement(t, head+"term: {from: 2026-06-01, through: 2026-12-31}\n"+counting("month", ""))
	ds := append(append(strict.Deadlines(), longer.Deadlines()...), open.Deadlines()...)
	for on, want := range map[string]string{"2026-02-01": "2026-03-05", "2026-03-01": "2026-05-10", "2026-06-01": ""} {
		if got := last(ds.Effective(), 7, on); got != want {
			t.Errorf("use of %s is taken through %q, it should be %q", on, got, want)
		}
	}
	if left := open.Deadlines().Effective(); len(left) != 0 {
		t.Errorf("where nobody refuses anything, %d deadlines are kept", len(left))
	}
}

func TestUsageIsRefusedFromTheDayAfterTheLast(t *testing.T) {
	ds := agreement(t, head+"term: {from: 2026-01-01, through: 2026-12-31}\n"+refusing+counting("month", "")).Deadlines()
	k := usage.Key{Customer: 7, Meter: "api.calls"}
	if why, refused := ds.Refused(k, day("2026-03-31"), day("2026-04-05")); refused {
		t.Errorf("refused on the last day: %s", why)
	}
	why, refused := ds.Refused(k, day("2026-03-31"), day("2026-04-06"))
	if want := "contract C-1 takes usage of 2026-03-31 through 2026-04-05; it was received on 2026-04-06"; !refused || why.String() != want {
		t.Errorf("the day after: refused %v, %q; want %q", refused, why, want)
	}
}
