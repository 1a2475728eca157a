package demo

import (
	"slices"
	"testing"

	"ratable/internal/period"
)

// The files are written for one month. Moved to any other, on any day of it, the
// documents must still be ones that an upload accepts.
func TestTheStoryHoldsInAnyMonth(t *testing.T) {
	for month := range 48 {
		for _, day := range []int{0, 27} {
			today := period.NewMonth(2026, 1).Add(month).First().AddDays(day)
			s, err := tell(today)
			if err != nil {
				t.Fatalf("on %s: %v", today, err)
			}
			for _, d := range s.documents {
				for _, f := range d.Validate() {
					t.Errorf("on %s contract %s: %s %s", today, d.Contract, f.Path, f.Message)
				}
				if d.Term.From.Before(s.begins()) {
					t.Errorf("on %s contract %s begins on %s, before the story", today, d.Contract, d.Term.From)
				}
				if day := d.Term.From.Day(); !slices.Contains([]int{1, 8, 15, 22}, day) {
					t.Errorf("on %s contract %s begins on day %d: no billing day", today, d.Contract, day)
				}
			}
		}
	}
}

func TestEveryRoleCanSignIn(t *testing.T) {
	count := map[string]int{}
	for _, l := range Logins {
		count[string(l.Role)]++
	}
	for role, want := range map[string]int{"sales": 2, "finance": 2, "accountant": 1, "support": 1, "product": 1, "admin": 1, "customer": 1} {
		if count[role] != want {
			t.Errorf("%d logins for %s, should be %d", count[role], role, want)
		}
	}
}

func TestCustomersInSixCountriesBuy(t *testing.T) {
	s, err := tell(period.NewDate(2026, 11, 21))
	if err != nil {
		t.Fatal(err)
	}
	countries := map[string]bool{}
	for _, c := range s.customers {
		countries[c.Country] = true
	}
	if len(countries) < 6 || len(s.customers) < 38 {
		t.Errorf("%d customers in %d countries", len(s.customers), len(countries))
	}
}
