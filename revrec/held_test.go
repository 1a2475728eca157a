package revrec

import "testing"

// What is held is not known to be satisfied: it stays a remaining obligation, whichever of its days have passed, until it is met.
func TestWhatIsHeldStaysARemainingObligationUntilItIsReleased(t *testing.T) {
	w := newWorld(t, 1, bundle()...)
	remaining := func(asOf string) (note, fixed, bridge string) {
		t.Helper()
		f := Filter{Entity: w.entity, Currency: "EUR", AsOf: month(asOf)}
		list, err := Remaining(ctx, w.db, f)
		if err != nil || len(list) > 1 {
			t.Fatalf("remaining at the end of %s: %+v %v", asOf, list, err)
		}
		undelivered, err := ListUndelivered(ctx, w.db, f)
		if err != nil || len(undelivered) > 1 {
			t.Fatalf("undelivered at the end of %s: %+v %v", asOf, undelivered, err)
		}
		if len(list) == 0 || len(undelivered) == 0 {
			return "", "", ""
		}
		return list[0].Total().String(), undelivered[0].Fixed.String(), undelivered[0].Bridge().String()
	}
	agree := func(asOf, want string) {
		t.Helper()
		note, fixed, bridge := remaining(asOf)
		if note != want || fixed != want || bridge != want {
			t.Errorf("at the end of %s %s remains; found are %s in the note, %s undelivered, %s from deferred revenue", asOf, want, note, fixed, bridge)
		}
	}
	w.run(t, "2026-02-01")
	agree("2026-01", "1098.08") // of the seats 334 of 365 days
	j := w.propose(t, "C-0", "\neffective: 2026-02-01\nreason: not accepted\nholds: [{line: seats, reason: not accepted, owner: Alma}]\n", w.anna)
	w.approve(t, j, w.bert)
	w.run(t, "2026-04-01")
	agree("2026-01", "1098.08")
	agree("2026-03", "1098.08") // February and March have passed and are not met
	released := w.propose(t, "C-0", "\neffective: 2026-05-01\nreason: accepted\n", w.anna)
	w.approve(t, released, w.bert)
	w.run(t, "2026-06-01")
	agree("2026-03", "1098.08") // what is known of May does not change March
	agree("2026-05", "703.56")  // 214 days are left
}
