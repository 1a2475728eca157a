package webhook

import (
	"math/rand/v2"
	"time"
)

const (
	shortest = 5 * time.Second
	longest  = 8 * time.Hour
	// patience is the number of tries before a delivery is given up: with the waits below, about three days.
	patience = 21
	// endurance is how long nothing may arrive at an endpoint before it is disabled and its owner is told.
	endurance = 72 * time.Hour
)

// wait is the time after the given number of tries: 5, 10, 20 ... seconds, at most eight hours.
func wait(tries int) time.Duration {
	if tries > 20 {
		return longest
	}
	return min(shortest<<max(tries-1, 0), longest)
}

// jittered moves a wait by up to a tenth, so that what failed together does not come back together.
func jittered(d time.Duration) time.Duration { return d - d/10 + rand.N(d/5+1) }
