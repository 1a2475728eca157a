package mail

import (
	"errors"
	"time"
)

// ErrUnreachable is matched by errors of a transport that can send nothing now: no connection, no TLS, login refused.
var ErrUnreachable = errors.New("mail server unusable")

// Refusal is a server's answer to one message. RFC 5321 section 4.2.1: 4yz asks to try again, 5yz not to.
type Refusal struct {
	Code  int
	Reply string
}

func (r *Refusal) Error() string { return r.Reply }

// Permanent tells whether trying again is pointless.
func (r *Refusal) Permanent() bool { return r.Code >= 500 }

const (
	// lease is how long a sender may take for one message: longer than any SMTP timeout used here adds up to.
	lease = 10 * time.Minute
	// patience is the number of tries before a person has to look: with the waits below, about two days.
	patience = 16
	longest  = 6 * time.Hour
)

// wait is the time after the given number of tries: 1, 2, 4 ... minutes, at most six hours.
func wait(tries int) time.Duration {
	if tries > 9 {
		return longest
	}
	return min(time.Minute<<max(tries-1, 0), longest)
}
