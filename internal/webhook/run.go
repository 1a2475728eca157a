package webhook

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"ratable/internal/mail"
	"ratable/internal/postgres"
)

// Sender takes deliveries to their endpoints. Any number of processes may run one on the same database.
type Sender struct {
	Clock func() time.Time
	Log   *slog.Logger
	// Poll is the pause between two looks when nothing is due. The rows are the truth and finding nothing costs one probe of a small
	// index, so there is no signal that could be lost: an event is on its way a second after its commit.
	Poll  time.Duration
	InAll int // requests at a time in this process
	Each  int // requests at a time to one endpoint, of all processes
	// From says in whose name an owner is told that an endpoint was disabled; no address: nobody is told by mail.
	From func(ctx context.Context, q postgres.Querier) (mail.Address, error)
	Site mail.Site // that such a message links to

	db      *postgres.DB
	clients clients
	stop    context.CancelFunc
	wait    sync.WaitGroup
}

// NewSender returns a sender that is not started.
func NewSender(db *postgres.DB, g Guard, clock func() time.Time) *Sender {
	return &Sender{
		Clock: clock, Log: slog.Default(), Poll: time.Second, InAll: 32, Each: 4, db: db, clients: newClients(g),
		From: func(context.Context, postgres.Querier) (mail.Address, error) { return mail.Address{}, nil },
	}
}

// Start begins to send and returns at once. It ends with ctx or Stop.
func (s *Sender) Start(ctx context.Context) {
	ctx, s.stop = context.WithCancel(ctx)
	s.wait.Go(func() { s.watch(ctx) })
}

// Stop ends requests under way, puts their deliveries back, and waits for that.
func (s *Sender) Stop() {
	if s.stop != nil {
		s.stop()
	}
	s.wait.Wait()
	s.clients.close()
}

// watch sends what is due as it comes. A slow endpoint holds its own few requests and no pass: what is free goes on.
func (s *Sender) watch(ctx context.Context) {
	ended := make(chan struct{}, 1)
	free := make(chan struct{}, s.InAll)
	for ctx.Err() == nil {
		claims, err := take(ctx, s.db, s.Clock(), s.InAll-len(free), s.Each)
		if err != nil && ctx.Err() == nil {
			// The database may be away: say so, and look again.
			s.Log.Error("webhook sender", "error", err)
		}
		for _, c := range claims {
			free <- struct{}{}
			s.wait.Go(func() {
				if _, err := s.send(ctx, c, s.Clock); err != nil {
					s.Log.Error("webhook sender", "delivery", c.id, "error", err)
				}
				<-free
				select {
				case ended <- struct{}{}: // what waits behind it may go now
				default:
				}
			})
		}
		if len(claims) > 0 && len(free) < s.InAll {
			continue
		}
		select {
		case <-ctx.Done():
		case <-ended:
		case <-time.After(s.Poll):
		}
	}
}

// Deliver sends what is due at now and returns when nothing is left that is due: what a command does, and tests.
func (s *Sender) Deliver(ctx context.Context, now time.Time) (Summary, error) {
	var sum Summary
	var all error
	for {
		claims, err := take(ctx, s.db, now, s.InAll, s.Each)
		if err != nil || len(claims) == 0 {
			return sum, errors.Join(all, err)
		}
		var mu sync.Mutex
		var pass sync.WaitGroup
		for _, c := range claims {
			pass.Go(func() {
				state, err := s.send(ctx, c, func() time.Time { return now })
				mu.Lock()
				defer mu.Unlock()
				sum.count(state, err)
				all = errors.Join(all, err)
			})
		}
		pass.Wait()
		if all != nil || ctx.Err() != nil {
			return sum, errors.Join(all, ctx.Err())
		}
	}
}

func (s *Summary) count(state State, err error) {
	switch {
	case err != nil:
	case state == Delivered:
		s.Delivered++
	case state == Failed:
		s.Failed++
	default:
		s.Later++
	}
}

// send makes one request, outside any transaction, and records what became of it.
func (s *Sender) send(ctx context.Context, c claim, clock func() time.Time) (State, error) {
	body, at := c.event.payload(), clock()
	x := exchange{sent: headersOf(c, at, body), at: at}
	began := s.Clock()
	x.answer = s.clients.post(ctx, c.url, x.sent, body)
	x.took = max(s.Clock().Sub(began), 0)
	x.stopped = ctx.Err() != nil && x.code == 0
	// The outcome is written even when the caller is being stopped: otherwise what arrived would be sent again.
	recordCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return s.record(recordCtx, c, x, clock())
}
