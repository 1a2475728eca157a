package contracts_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/contracts"
)

// trialsTold lists what webhooks say of trials that are over.
func (o office) trialsTold(days ...string) []string {
	o.Helper()
	for _, day := range days {
		if _, err := contracts.TellEnded(o.Context(), o.DB, on(day)); err != nil {
			o.Fatal(err)
		}
	}
	rows, err := o.DB.Query(o.Context(), `
		select concat_ws(' ', object_id, customer, data ->> 'then', 'through', data ->> 'through')
		from webhook.events where type = 'contract.trial_ended' order by sequence`)
	o.must(err)
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	o.must(err)
	return out
}

func TestTheEndOfATrialIsToldOnceWithWhatFollows(t *testing.T) {
	o := open(t)
	trial := func(number, clause string) string {
		return strings.Replace(document, "C-7", number, 1) + "trial: {through: 2026-01-31" + clause + "}\n"
	}
	o.Sign(t, trial("C-7", ""))
	o.Sign(t, trial("C-8", ", then: end"))
	o.Sign(t, strings.Replace(document, "C-7", "C-9", 1)) // none
	if got := o.trialsTold("2026-01-31"); len(got) != 0 {
		t.Errorf("on the last day of the trials told is %v", got)
	}
	want := []string{"C-7 acme convert through 2026-01-31", "C-8 acme end through 2026-01-31"}
	if d := cmp.Diff(want, o.trialsTold("2026-02-01", "2026-02-01", "2026-02-10")); d != "" {
		t.Errorf("told is (- wanted, + told):\n%s", d)
	}
}

func TestATrialThatWasExtendedEndsOnItsNewDay(t *testing.T) {
	o := open(t)
	o.Sign(t, document+"trial: {through: 2026-01-31}\n")
	o.Sign(t, document+"trial: {through: 2026-02-14}\neffective: 2026-01-15\nreason: needs two more weeks\n")
	if got := o.trialsTold("2026-02-01", "2026-02-14"); len(got) != 0 {
		t.Errorf("before its new end told is %v", got)
	}
	if d := cmp.Diff([]string{"C-7 acme convert through 2026-02-14"}, o.trialsTold("2026-02-15")); d != "" {
		t.Errorf("told is (- wanted, + told):\n%s", d)
	}
}
