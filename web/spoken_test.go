package web

import "testing"

func TestDaysOfATextAreSetAsPagesSetThem(t *testing.T) {
	for text, want := range map[string]string{
		"31 of the 31 days of 2026-08-15..2026-09-14 had been served by the end of 2026-09, 17 before it": "31 of the 31 days of 15 Aug – 14 Sep 2026 had been served by the end of Sep 2026, 17 before it",
		"is waiting, dated 2026-11-01, and moves":                                                         "is waiting, dated 1 Nov 2026, and moves",
		"contract C-2026-01, invoice NLUS-2026-000200 of 2026-13-01":                                      "contract C-2026-01, invoice NLUS-2026-000200 of 2026-13-01",
		"days 2026-09-14..2026-08-15":                                                                     "days 2026-09-14..2026-08-15",
		"":                                                                                                "",
	} {
		if got := spoken(text); got != want {
			t.Errorf("%q is set as %q, want %q", text, got, want)
		}
	}
}
