package api

import (
	"fmt"
	"net/http"

	"golang.org/x/time/rate"
)

// Calls that wait hold a connection each: so many of one token at once, and of all.
const (
	mostWaits    = 1_000
	mostWaitsAll = 10_000
)

// wait counts a call that is about to wait, until done is called; it refuses one too many.
func (c *call) wait() (done func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waits[c.token] >= mostWaits || c.waits[0] >= mostWaitsAll {
		return nil, refusal{status: http.StatusTooManyRequests, message: fmt.Sprintf("this token has %d calls waiting, or all tokens %d: wait for those, or ask about many customers in one call", mostWaits, mostWaitsAll)}
	}
	count := func(by int) {
		for _, of := range []int64{0, c.token} { // 0: all
			if c.waits[of] += by; c.waits[of] == 0 {
				delete(c.waits, of)
			}
		}
	}
	count(1)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		count(-1)
	}, nil
}

// slowDown refuses a token that calls more often than any program of sense. Hot routes are not counted: their bound is
// the machine.
func (c *call) slowDown() error {
	if c.about.streams {
		return nil
	}
	c.mu.Lock()
	l := c.limits[c.token]
	if l == nil {
		l = rate.NewLimiter(rate.Limit(c.Rate.PerSecond), c.Rate.Burst)
		c.limits[c.token] = l
	}
	c.mu.Unlock()
	if l.AllowN(c.Now(), 1) {
		return nil
	}
	return refusal{status: http.StatusTooManyRequests, message: fmt.Sprintf("this token called more than %d times at once and %g times a second; wait a second", c.Rate.Burst, c.Rate.PerSecond)}
}
