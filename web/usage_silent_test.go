package web

import (
	"testing"
	"time"

	"ratable/internal/access"
)

func TestASenderIsSilentWhenItPausesForLongerThanItEverDid(t *testing.T) {
	now := time.Date(2026, 4, 15, 12, 0, 0, 0, time.UTC)
	for _, x := range []struct {
		name   string
		last   time.Duration
		pause  time.Duration
		silent bool
	}{
		{"every hour, last an hour ago", time.Hour, 61 * time.Minute, false},
		{"every hour, last two hours ago", 2 * time.Hour, 61 * time.Minute, true},
		{"every second, last five minutes ago", 5 * time.Minute, time.Second, false},
		{"every second, last eleven minutes ago", 11 * time.Minute, time.Second, true},
		{"once, days ago", 100 * time.Hour, 0, false},
	} {
		if got := silent(access.Rhythm{Last: now.Add(-x.last), Longest: x.pause}, now); got != x.silent {
			t.Errorf("%s: silent is %v", x.name, got)
		}
	}
}
