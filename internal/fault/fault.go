// Package fault names the few ways in which something can be refused.
//
// It owns the kinds (NotFound, Invalid, Conflict, Closed, Denied), which a
// caller matches with errors.Is, and the list of fields that an invalid
// document is sent back with. It does not own what is shown: one table in web
// maps a kind to a status and a page, one in cmd maps it to an exit code.
//
// Invariants: Kind gives exactly one kind, however often a fault is wrapped with
// fmt.Errorf("issue invoice %d: %w", ...); its text never contains the kind's
// name, so that the sentence can be shown to a person as it is. An error
// without a kind is our own failure, never the caller's.
package fault

import (
	"errors"
	"fmt"
)

// kind is a sentinel: comparable, so errors.Is finds it by identity.
type kind struct{ name string }

func (k *kind) Error() string { return k.name }

// The kinds, each with the question it answers for the caller.
var (
	// NotFound: what was named does not exist (or may not be seen).
	NotFound error = &kind{"not found"}
	// Invalid: what was sent cannot be accepted, now or later; change it.
	Invalid error = &kind{"invalid"}
	// Conflict: someone else was there first; load again and decide anew.
	Conflict error = &kind{"conflict"}
	// Closed: the month or document is closed and stays so; book in an open one.
	Closed error = &kind{"closed"}
	// Denied: the person may not do this, whatever is sent.
	Denied error = &kind{"denied"}
)

// kinds in the order in which Kind asks for them.
var kinds = []error{NotFound, Invalid, Conflict, Closed, Denied}

// fault is a message of a kind. It carries the formatted error rather than the
// text, so that a %w in the format keeps its chain.
type fault struct {
	kind    error
	message error
}

func (f *fault) Error() string   { return f.message.Error() }
func (f *fault) Unwrap() []error { return []error{f.kind, f.message} }

// New returns an error of a kind with a message that does not name the kind.
// The format may wrap another fault with %w: Kind then tells the new kind, and
// errors.Is finds both.
// A kind that is not one of this package's panics: there is no page for it.
func New(kind error, format string, args ...any) error {
	if !known(kind) {
		panic(fmt.Sprintf("fault: %v is not a kind", kind))
	}
	return &fault{kind: kind, message: fmt.Errorf(format, args...)}
}

// Kind returns the kind of an error, or nil when it has none (our own failure).
// The outermost kind wins: it was given by the caller who knew more.
func Kind(err error) error {
	var f *fault
	if errors.As(err, &f) {
		return f.kind
	}
	if fields := Fields(err); fields != nil {
		return Invalid
	}
	for _, k := range kinds {
		if errors.Is(err, k) {
			return k
		}
	}
	return nil
}

func known(kind error) bool {
	for _, k := range kinds {
		if k == kind {
			return true
		}
	}
	return false
}
