package api

import (
	"fmt"
	"net/http"

	"golang.org/x/time/rate"
)

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
