package entitlements

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"ratable/customers"
)

// queue holds the accounts whose answers may be behind the facts. An account that was just derived waits a moment before it
// is derived again, however often it is touched: what comes in between is one derivation.
type queue struct {
	mu      sync.Mutex
	touched map[customers.AccountID]bool
	cooling map[customers.AccountID]bool
	all     bool
	wake    chan struct{}
}

// cooldown bounds an account to two derivations a second.
const cooldown = 500 * time.Millisecond

// hear takes a notification: "12 77 1034", or "*" for everybody.
func (q *queue) hear(payload string) {
	if payload == "*" {
		q.everybody()
		return
	}
	var accounts []customers.AccountID
	for word := range strings.FieldsSeq(payload) {
		if id, err := strconv.ParseInt(word, 10, 64); err == nil {
			accounts = append(accounts, customers.AccountID(id))
		}
	}
	q.touch(accounts...)
}

func (q *queue) touch(accounts ...customers.AccountID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.touched == nil {
		q.touched, q.cooling = map[customers.AccountID]bool{}, map[customers.AccountID]bool{}
	}
	for _, a := range accounts {
		q.touched[a] = true
	}
	q.ring()
}

func (q *queue) everybody() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.all = true
	q.ring()
}

func (q *queue) ring() {
	select {
	case q.wake <- struct{}{}:
	default: // it rings already
	}
}

// take gives up to so many accounts that are due, and begins their rest. all says that everybody is to be looked at.
func (q *queue) take(most int) (accounts []customers.AccountID, all bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	all, q.all = q.all, false
	for a := range q.touched {
		if len(accounts) == most {
			q.ring()
			break
		}
		if !q.cooling[a] {
			delete(q.touched, a)
			accounts = append(accounts, a)
			q.cooling[a] = true
		}
	}
	if len(accounts) > 0 {
		time.AfterFunc(cooldown, func() { q.rested(accounts) })
	}
	return accounts, all
}

// rested lets accounts be derived again, at once if they were touched meanwhile.
func (q *queue) rested(accounts []customers.AccountID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, a := range accounts {
		delete(q.cooling, a)
		if q.touched[a] {
			q.ring()
		}
	}
}
