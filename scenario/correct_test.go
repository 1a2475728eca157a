package scenario

import (
	"errors"
	"strings"
	"testing"

	"ratable/internal/fault"
)

// nets are the documents of an outcome, as day and amount before tax.
func nets(o Outcome) (out []string) {
	for _, d := range o.Documents {
		out = append(out, d.IssuedOn.String()+" "+d.Net.String())
	}
	return out
}

// Ten calls cost 1.00. January is billed on 1 February, so what is corrected after it is a difference.
func TestACorrectedEventIsBilledForItsDifference(t *testing.T) {
	const used = `
facts:
  - use: {id: big, on: 2026-01-10, customer: acme, meter: calls, quantity: 100}
  - use: {on: 2026-01-10, customer: acme, meter: calls, quantity: 10}
  - use: {id: late, on: 2026-01-20, known: 2026-02-02, customer: acme, meter: calls, quantity: 40}
`
	for name, c := range map[string]struct{ facts, want string }{
		"amended up":        {"correct: {on: 2026-02-10, event: big, quantity: 150, reason: r}", "2026-02-01 11.00, 2026-03-01 9.00"},
		"amended down":      {"correct: {on: 2026-02-10, event: big, quantity: 20, reason: r}", "2026-02-01 11.00, 2026-02-10 -4.00"},
		"before it is due":  {"correct: {on: 2026-01-31, event: big, quantity: 20, reason: r}", "2026-02-01 3.00, 2026-03-01 4.00"},
		"moved":             {"correct: {on: 2026-02-10, event: big, used: 2026-02-03, reason: r}", "2026-02-01 11.00, 2026-02-10 -6.00, 2026-03-01 10.00"},
		"retracted":         {"retract: {on: 2026-02-10, event: big, reason: r}", "2026-02-01 11.00, 2026-02-10 -6.00"},
		"retracted twice":   {"retract: {on: 2026-02-10, event: big, reason: r}\n  - retract: {on: 2026-02-11, event: big, reason: r}", "2026-02-01 11.00, 2026-02-10 -6.00"},
		"restored":          {"retract: {on: 2026-02-10, event: big, reason: r}\n  - restore: {on: 2026-02-12, event: big, reason: r}", "2026-02-01 11.00, 2026-02-10 -6.00, 2026-03-01 10.00"},
		"restored as less":  {"retract: {on: 2026-01-12, event: big, reason: r}\n  - restore: {on: 2026-01-13, event: big, quantity: 50, reason: r}", "2026-02-01 6.00, 2026-03-01 4.00"},
		"late one":          {"correct: {on: 2026-02-10, event: late, quantity: 60, reason: r}", "2026-02-01 11.00, 2026-03-01 6.00"},
		"replaced":          {"backfill: {on: 2026-02-10, customer: acme, meter: calls, from: 2026-01-10, through: 2026-01-10, events: [{id: big, on: 2026-01-10, quantity: 70}], reason: r}", "2026-02-01 11.00"},
		"replaced by none":  {"backfill: {on: 2026-02-10, customer: acme, meter: calls, from: 2026-01-01, through: 2026-01-31, reason: r}", "2026-02-01 11.00, 2026-02-10 -11.00"},
		"replaced, amended": {"backfill: {on: 2026-02-10, customer: acme, meter: calls, from: 2026-01-10, through: 2026-01-10, events: [{id: new, on: 2026-01-10, quantity: 70}], reason: r}\n  - correct: {on: 2026-02-11, event: new, quantity: 80, reason: r}", "2026-02-01 11.00, 2026-03-01 1.00"},
	} {
		o := mustPlay(t, sellers+calls+used+"  - "+c.facts+"\n")
		if got := strings.Join(nets(o), ", "); got != c.want {
			t.Errorf("%s: documents are %s, should be %s", name, got, c.want)
		}
	}
}

func TestACorrectionThatCannotBeSaysWhy(t *testing.T) {
	const used = "facts:\n  - use: {id: big, on: 2026-01-10, known: 2026-02-06, customer: acme, meter: calls, quantity: 100}\n  - "
	refusing := strings.Replace(calls, "currency: USD", "currency: USD\n    billing: {late_usage: refuse, refuse_after_days: 5}", 1)
	for name, c := range map[string]struct{ contracts, fact, want string }{
		"unknown":        {calls, "retract: {on: 2026-02-10, event: bog, reason: r}", "facts[1].retract.event: is not the id of usage of this scenario; give the use an id (bog)"},
		"no reason":      {calls, "retract: {on: 2026-02-10, event: big}", "facts[1].retract.reason: is missing"},
		"not known yet":  {calls, "retract: {on: 2026-02-05, event: big, reason: r}", "facts[1].retract.on: is before the day the event is known, 2026-02-06"},
		"says nothing":   {calls, "correct: {on: 2026-02-10, event: big, reason: r}", "facts[1].correct: needs what the event is to say"},
		"both ways":      {calls, "correct: {on: 2026-02-10, event: big, by: 3, reason: r}", "needs what the event is to say"},
		"the future":     {calls, "correct: {on: 2026-02-10, event: big, used: 2026-02-11, reason: r}", "facts[1].correct.used: is after the day of the correction, 2026-02-10"},
		"not retracted":  {calls, "restore: {on: 2026-02-10, event: big, reason: r}", "facts[1].restore.event: is not retracted; correct it (big)"},
		"retracted":      {calls, "retract: {on: 2026-02-10, event: big, reason: r}\n  - correct: {on: 2026-02-10, event: big, quantity: 3, reason: r}", "facts[2].correct.event: is retracted; restore it"},
		"was refused":    {refusing, "retract: {on: 2026-02-10, event: big, reason: r}", "facts[1].retract.event: was refused as too late"},
		"outside":        {calls, "backfill: {on: 2026-02-10, customer: acme, meter: calls, from: 2026-01-01, through: 2026-01-09, events: [{on: 2026-01-10, quantity: 3}], reason: r}", "facts[1].backfill.events[0].on: is not within the days that are replaced"},
		"twice in a set": {calls, "backfill: {on: 2026-02-10, customer: acme, meter: calls, from: 2026-01-01, through: 2026-01-09, events: [{id: a, on: 2026-01-02, quantity: 3}, {id: a, on: 2026-01-03, quantity: 3}], reason: r}", "facts[1].backfill.events[1].id: stands twice in the set (a)"},
		"not over":       {calls, "backfill: {on: 2026-02-10, customer: acme, meter: calls, from: 2026-01-01, through: 2026-02-11, reason: r}", "facts[1].backfill.through: is after the day of the backfill"},
		"id used twice":  {calls, "use: {id: big, on: 2026-01-10, customer: acme, meter: calls, quantity: 1}", "facts[1].use.id: is used twice (big)"},
	} {
		s, err := Parse([]byte(sellers + c.contracts + used + c.fact + "\n"))
		if err == nil {
			_, err = Play(s)
		}
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the message is\n%v\nit should say\n%s", name, err, c.want)
		}
	}
}

// What a meter that looks at single events has left must be exactly what was never there: the most, the last, the different ones.
func TestACorrectionReachesMetersThatDoNotAddUp(t *testing.T) {
	for aggregation, want := range map[string]string{"max": "2026-02-01 90.00, 2026-02-10 -60.00", "last": "2026-02-01 90.00, 2026-02-10 -60.00", "count": "2026-02-01 2.00, 2026-02-10 -1.00"} {
		source := strings.Replace(sellers, "{code: calls}", "{code: calls, aggregation: "+aggregation+"}", 1) + strings.Replace(calls, "amount: 0.10", "amount: 1.00", 1) + `
facts:
  - use: {id: low, on: 2026-01-10, customer: acme, meter: calls, quantity: 30}
  - use: {id: high, on: 2026-01-20, customer: acme, meter: calls, quantity: 90}
  - retract: {on: 2026-02-10, event: high, reason: counted by mistake}
`
		o := mustPlay(t, source)
		if got := strings.Join(nets(o), ", "); got != want {
			t.Errorf("%s: documents are %s, should be %s", aggregation, got, want)
		}
	}
}
