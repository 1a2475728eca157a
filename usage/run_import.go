package usage

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"ratable/internal/access"
	"ratable/internal/postgres"
)

// importWriters is how many batches of a file are written at once. PostgreSQL
// does the work of one connection on one core; of more than two, most wait for
// each other at the rollups.
const importWriters = 2

// ImportCSV reads a file as ParseCSV does and ingests its batches, reading and
// staging the next ones while others are written. Of two contents under one id
// the first in the file stands, as if the batches went one by one. progress,
// which may be nil, is told the receipt so far after each. An error comes with
// the receipt of what was taken in before it: the corrected file may be sent
// again from its beginning.
func ImportCSV(ctx context.Context, db *postgres.DB, r io.Reader, now time.Time, by access.Actor, progress func(Receipt)) (Receipt, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var unreadable error // written before batches is closed, read after
	batches := make(chan []Event, 1)
	go func() {
		defer close(batches)
		unreadable = ParseCSV(r, func(batch []Event) error { return hand(ctx, batches, slices.Clone(batch)) })
	}()
	staged := make(chan intake, 1)
	go func() {
		defer close(staged)
		for batch := range batches {
			in := intake{err: Check(batch, now)}
			if in.err == nil {
				in = prepare(ctx, db, batch)
			}
			if hand(ctx, staged, in) != nil {
				return
			}
		}
	}()
	i := importer{db: db, now: now, by: by, stop: stop, progress: progress}
	for in := range staged {
		i.take(ctx, in)
	}
	for len(i.flying) > 0 {
		i.land()
	}
	for range batches { // the reader notices that it is over
	}
	if i.failed != nil {
		return i.total, i.failed
	}
	return i.total, unreadable
}

// hand passes something on unless all is over.
func hand[T any](ctx context.Context, to chan<- T, what T) error {
	select {
	case to <- what:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// importer writes staged batches and adds up their receipts in the order of the
// file.
type importer struct {
	db       *postgres.DB
	now      time.Time
	by       access.Actor
	stop     context.CancelFunc
	progress func(Receipt)

	flying []flight // oldest first
	total  Receipt
	failed error
}

// flight is a batch that is being written.
type flight struct {
	intake
	landed chan landing
}

type landing struct {
	receipt Receipt
	err     error
}

// take begins to write a batch as soon as there is room and no batch under way
// has an event of it: of two contents the earlier one must come first.
func (i *importer) take(ctx context.Context, in intake) {
	for len(i.flying) == importWriters || slices.ContainsFunc(i.flying, func(f flight) bool { return f.shares(in) }) {
		i.land()
	}
	if i.failed != nil {
		return
	}
	f := flight{in, make(chan landing, 1)}
	i.flying = append(i.flying, f)
	go func() {
		receipt, err := in.write(ctx, i.db, i.now, i.by)
		f.landed <- landing{receipt, err}
	}()
}

// land waits for the oldest batch under way.
func (i *importer) land() {
	l := <-i.flying[0].landed
	i.flying = i.flying[1:]
	i.total.add(l.receipt)
	switch {
	case l.err != nil && i.failed == nil:
		i.failed = fmt.Errorf("import usage after %d events: %w", i.total.events(), l.err)
		i.stop()
	case l.err == nil && i.progress != nil:
		i.progress(i.total)
	}
}

// shares tells whether two batches have a key in common, also among those that
// wait in quarantine in the order they came.
func (in intake) shares(other intake) bool {
	return sharing(in.known, other.known, func(s staged) staged { return s }) ||
		sharing(in.strays, other.strays, func(s stray) staged { return s.staged })
}

// sharing compares two lists that are sorted by account and key.
func sharing[T any](a, b []T, of func(T) staged) bool {
	for len(a) > 0 && len(b) > 0 {
		x, y := of(a[0]), of(b[0])
		switch c := cmp.Or(cmp.Compare(x.account, y.account), bytes.Compare(x.key[:], y.key[:])); {
		case c == 0:
			return true
		case c < 0:
			a = a[1:]
		default:
			b = b[1:]
		}
	}
	return false
}

func (r *Receipt) events() int { return r.Accepted + r.Repeated + r.Quarantined + len(r.Conflicts) }
