package usage

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"ratable/internal/access"
	"ratable/internal/postgres"
)

// Small requests that come while others are being written are written together,
// in one transaction: many senders report to the same days, where they would wait
// for each other's commits one by one. Each keeps its own place in the order of
// knowing, its own line in the audit trail and its own receipt, as if one had come
// after the other, and is answered after the commit.
const (
	smallRequest = 1_000 // events; a greater one goes by itself
	gatherMost   = 4_000 // events of a transaction
	gatherings   = 2     // transactions at once: while one waits for the disk, the next is made ready
)

// sending is one request under way.
type sending struct {
	intake
	ctx context.Context
	now time.Time
	by  access.Actor

	receipt Receipt
	err     error
	done    chan struct{}
}

// gathering is where small requests wait for each other.
type gathering struct {
	mu      sync.Mutex
	waiting []*sending
	writing int
}

// add writes a request with whoever else is there, and waits for it. A caller who
// leaves may or may not have been heard, as with any request; what nobody waits
// for any more is not begun.
func (g *gathering) add(db *postgres.DB, s *sending) (Receipt, error) {
	s.done = make(chan struct{})
	g.mu.Lock()
	g.waiting = append(g.waiting, s)
	if g.writing < gatherings {
		g.writing++
		go g.drain(db)
	}
	g.mu.Unlock()
	select {
	case <-s.done:
		return s.receipt, s.err
	case <-s.ctx.Done():
		return Receipt{}, s.ctx.Err()
	}
}

// drain writes what waits until nothing does.
func (g *gathering) drain(db *postgres.DB) {
	for {
		group := g.take()
		if group == nil {
			return
		}
		writeGroup(db, group)
	}
}

// take is the next group, in the order they came. It ends the writing when there is none.
func (g *gathering) take() (group []*sending) {
	g.mu.Lock()
	defer g.mu.Unlock()
	n, events := 0, 0
	for ; n < len(g.waiting) && (n == 0 || events+len(g.waiting[n].known) <= gatherMost); n++ {
		if s := g.waiting[n]; s.ctx.Err() != nil {
			s.err = s.ctx.Err()
			close(s.done)
		} else {
			group, events = append(group, s), events+len(s.known)
		}
	}
	g.waiting = append(g.waiting[:0:0], g.waiting[n:]...)
	if len(group) > 0 {
		return group
	}
	if len(g.waiting) == 0 {
		g.writing--
		return nil
	}
	return []*sending{} // all of these had left; there are more
}

// writeGroup writes requests together, and each by itself when that cannot be: a
// bad one fails nobody else.
func writeGroup(db *postgres.DB, group []*sending) {
	defer func() {
		// A fault of ours is the callers' error, as it would be had each written by itself: nobody else pays for it.
		fell := recover()
		for _, s := range group {
			if fell != nil {
				s.err = fmt.Errorf("write usage: panic: %v\n%s", fell, debug.Stack())
			}
			close(s.done)
		}
	}()
	if len(group) > 1 {
		// Whoever leaves must not take the others along.
		if writeTogether(context.WithoutCancel(group[0].ctx), db, group) == nil {
			return
		}
	}
	for _, s := range group {
		s.receipt, s.err = s.write(s.ctx, db, s.now, s.by)
	}
}

// allKnown is the known events of several requests as one batch. They keep their
// order: of two contents under one id the request that came first has the first.
func allKnown(group []*sending) []staged {
	n := 0
	for _, s := range group {
		n += len(s.known)
	}
	all := make([]staged, 0, n)
	for part, s := range group {
		for _, e := range s.known {
			e.part = part
			all = append(all, e)
		}
	}
	sortStaged(all)
	return all
}
