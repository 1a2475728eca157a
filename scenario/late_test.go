package scenario

import (
	"strings"
	"testing"
)

// January is billed on 1 February; its use is taken through 5 February.
func TestUsageThatComesAfterItsLastDayIsRefusedAndShown(t *testing.T) {
	source := sellers + strings.Replace(calls, "currency: USD", "currency: USD\n    billing: {late_usage: refuse, refuse_after_days: 5}", 1) + `
facts:
  - use: {on: 2026-01-10, customer: acme, meter: calls, quantity: 100}
  - use: {on: 2026-01-11, known: 2026-02-05, customer: acme, meter: calls, quantity: 20}
  - use: {on: 2026-01-12, known: 2026-02-06, customer: acme, meter: calls, quantity: 3000}
  - use: {on: 2026-02-12, known: 2026-02-13, customer: acme, meter: calls, quantity: 7}
  - correct: {on: 2026-02-20, used: 2026-01-10, customer: acme, meter: calls, by: -50, reason: counted twice}
`
	o := mustPlay(t, source)
	if len(o.Refused) != 1 || o.Refused[0].Customer != "acme" || o.Refused[0].Quantity.String() != "3000" {
		t.Fatalf("refused: %+v; want the 3000 calls learned on 6 February", o.Refused)
	}
	if got := text(t, o); !strings.Contains(got, "3000 of calls by acme: contract C-1 takes usage of 2026-01-12 through 2026-02-05; it was received on 2026-02-06") {
		t.Errorf("the text does not say what was refused:\n%s", got)
	}
	var nets []string
	for _, d := range o.Documents {
		nets = append(nets, d.IssuedOn.String()+" "+d.Net.String())
	}
	// January: 100 calls. The 20 and the 50 taken back make a credit on the 20th; the 7 are February's.
	want := "2026-02-01 10.00, 2026-02-20 -3.00, 2026-03-01 0.70"
	if got := strings.Join(nets, ", "); got != want {
		t.Errorf("documents: %s\nwanted:    %s", got, want)
	}
}
