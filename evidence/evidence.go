// Package evidence is what an auditor takes away: samples of entries that can be drawn again, and for each entry a pack of
// papers that lead from it to the clause it rests on.
//
// It owns how a sample is drawn and what goes into a pack. It owns none of the papers: it reads what other packages keep, and
// works nothing out anew but a contract's explanation (package revrec). It changes nothing it audits.
//
// Times: a sample is of entries booked in a span of days and known by a place in the known order; later entries, and later
// knowledge, are not in it. A pack is of what is known when it is asked for; as long as nothing new is known, its bytes are
// the same, to the last one.
//
// Invariants: a seed, a method and a population give one sample, for ever (Draw is pure, its generator is ChaCha8 seeded with
// the SHA-256 of the seed); what is stored is what was drawn.
package evidence

import (
	"fmt"
	"time"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Method is how a sample is drawn.
type Method string

const (
	// Random gives every entry the same chance, none is drawn twice.
	Random Method = "random"
	// MonetaryUnit gives every minor unit moved the same chance (systematic, at a fixed interval from a random start): large
	// entries are always in, and one of many intervals counts as many hits.
	MonetaryUnit Method = "monetary_unit"
)

// Largest is the most entries of one sample.
const Largest = 1000

// Request asks for a sample.
type Request struct {
	Entity   entities.ID
	Currency money.Currency
	Days     period.Span // booked on
	Source   string      // first words of the source, such as "revenue"; empty: every entry
	Method   Method
	Size     int    // entries, 1 to Largest; all when there are not as many
	Seed     string // any words; they are kept
	Reason   string // which audit, which assertion
}

func (r Request) check() error {
	var found []fault.Field
	add := func(path, value, message string) {
		found = append(found, fault.Field{Path: path, Value: fault.Shown(value), Message: message})
	}
	if r.Entity == 0 {
		add("entity", "", "is missing: say whose books")
	}
	if r.Currency == "" {
		add("currency", "", "is missing: amounts of different currencies are not compared")
	}
	if r.Days.Empty() || r.Days.Open() {
		add("from", r.Days.String(), "needs a first and a last day, in this order")
	}
	if r.Method != Random && r.Method != MonetaryUnit {
		add("method", string(r.Method), "is random or monetary_unit")
	}
	if r.Size < 1 || r.Size > Largest {
		add("size", fmt.Sprint(r.Size), "is a number of entries from 1 to 1000")
	}
	if r.Seed == "" || len(r.Seed) > 100 {
		add("seed", r.Seed, "is missing or longer than 100 letters: write down any word or number, so that the sample can be drawn again")
	}
	if r.Reason == "" {
		add("reason", "", "is missing: say what the sample is for")
	}
	if len(found) > 0 {
		return fault.InvalidFields(found...)
	}
	return nil
}

// Sample is one that was drawn.
type Sample struct {
	ID int64
	Request
	Known      int64 // entries known by then
	Population int64 // entries it was drawn from
	Moved      money.Amount
	Items      []Item
	DrawnBy    int64
	DrawnAt    time.Time
}

// Item is an entry in a sample.
type Item struct {
	Account customers.AccountID
	Seq     int64
	Moved   money.Amount
	Hits    int // of monetary units; 1 of a random sample
}
