package webhook_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/internal/webhook"
)

func TestARunningSenderSendsWhatIsEmittedAndStops(t *testing.T) {
	db, arrived := pgtest.New(t), make(chan string, 10)
	r := newReceiver(t, func(e webhook.Envelope, _ int) int { arrived <- e.Object.ID; return 200 })
	r.add(db)
	s := newSender(t, db)
	s.Poll = 20 * time.Millisecond
	s.Start(context.Background())
	emit(t, db, issued(1))
	<-arrived
	emit(t, db, issued(2))
	<-arrived
	for len(deliveries(t, db, webhook.Filter{State: webhook.Delivered})) < 2 { // its answer is recorded a moment after it arrived
		time.Sleep(5 * time.Millisecond)
	}
	s.Stop()
	emit(t, db, issued(3))
	deliver(t, newSender(t, db), start, webhook.Summary{Delivered: 1})
}

// A sender that is told to stop in the middle of a request puts the delivery back, and it goes out again under its id.
func TestASenderThatIsStoppedInTheMiddleLosesNothing(t *testing.T) {
	db, begun, release := pgtest.New(t), make(chan struct{}), make(chan struct{})
	r := newReceiver(t, nil)
	r.add(db)
	taken := r.server.Config.Handler
	r.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		select {
		case <-release:
			taken.ServeHTTP(w, req)
		default:
			// That the other side is gone is noticed once the body was read.
			_, _ = io.Copy(io.Discard, req.Body)
			close(begun)
			<-req.Context().Done() // never answers
		}
	})
	emit(t, db, changed("helios", 1), changed("helios", 2))
	s := newSender(t, db)
	s.Start(context.Background())
	<-begun
	s.Stop()
	close(release)
	before := deliveries(t, db, webhook.Filter{})
	if before[1].State != webhook.Waiting || before[1].Attempts != 1 || before[0].Attempts != 0 {
		t.Fatalf("after the stop: %+v", before)
	}
	deliver(t, newSender(t, db), start, webhook.Summary{Delivered: 2})
	if got := r.took(); len(got) != 2 || got[0].id != before[1].Event {
		t.Errorf("arrived: %+v", got)
	}
}

// A sender that was killed leaves a lease behind. Another waits for it, then sends again.
func TestWhatAKilledSenderHeldIsSentAgainWhenItsLeaseIsOver(t *testing.T) {
	db, r := pgtest.New(t), newReceiver(t, nil)
	r.add(db)
	emit(t, db, changed("helios", 1), changed("helios", 2))
	// What the killed one wrote: leased, and nothing after it.
	if _, err := db.Exec(context.Background(), `update webhook.deliveries set state = 'sending', attempts = 1, tries = 1, lease_until = $1
		where sequence = 1`, start.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	s := newSender(t, db)
	deliver(t, s, start, webhook.Summary{})
	deliver(t, s, start.Add(2*time.Minute), webhook.Summary{Delivered: 2})
	d, err := webhook.GetDelivery(context.Background(), db, deliveries(t, db, webhook.Filter{})[1].ID)
	if err != nil || len(d.Tried) != 2 || d.Tried[0].Outcome != "lost" || d.Tried[1].Outcome != "delivered" || d.Tried[1].Number != 2 {
		t.Errorf("the log says %+v, %v", d.Tried, err)
	}
}

func TestOneEndpointNeverHasMoreRequestsAtATimeThanItMay(t *testing.T) {
	db := pgtest.New(t)
	under, most := make(chan int, 1), make(chan int, 1)
	under <- 0
	most <- 0
	r := newReceiver(t, nil)
	r.add(db)
	r.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := <-under + 1
		under <- n
		most <- max(<-most, n)
		w.WriteHeader(200)
		under <- <-under - 1
	})
	for i := range 60 {
		emit(t, db, issued(i+1))
	}
	senders := []*webhook.Sender{newSender(t, db), newSender(t, db)}
	for _, s := range senders {
		s.Each = 3
	}
	pass(t, senders, start)
	if n := <-most; n < 1 || n > 3 {
		t.Errorf("%d requests at a time, want at most 3 of both senders together", n)
	}
	if left := deliveries(t, db, webhook.Filter{State: webhook.Waiting}); len(left) != 0 {
		t.Errorf("%d are left", len(left))
	}
}

func TestTheFeedShowsAnEventOnlyWhenNoneCanComeBeforeIt(t *testing.T) {
	db, ctx := pgtest.New(t), context.Background()
	read := func(after int64) (ids []string) {
		all, err := webhook.Feed(ctx, db, webhook.FeedFilter{After: after})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			ids = append(ids, e.Sequence+" "+e.Object.ID)
		}
		return ids
	}
	emit(t, db, changed("a", 1))
	err := db.Tx(ctx, func(tx pgx.Tx) error {
		if err := webhook.Emit(ctx, tx, changed("b", 1)); err != nil { // takes 2 and does not commit yet
			return err
		}
		emit(t, db, changed("c", 1)) // takes 3 and commits
		if got := fmt.Sprint(read(0)); got != "[1 a]" {
			t.Errorf("while 2 may still come, the feed shows %s", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(read(0), read(1), read(3)); got != "[1 a 2 b 3 c] [2 b 3 c] []" {
		t.Errorf("the feed shows %s", got)
	}
	e, err := webhook.GetEvent(ctx, db, firstInFeed(t, db))
	if err != nil || e.Object.ID != "a" {
		t.Errorf("asked by its id: %+v, %v", e, err)
	}
}

// firstInFeed is the id of the first event in the feed.
func firstInFeed(t *testing.T, db *postgres.DB) string {
	all, err := webhook.Feed(context.Background(), db, webhook.FeedFilter{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	return all[0].ID
}

func TestTwoTransactionsThatTellOfOneObjectAreNumberedAsTheyCommit(t *testing.T) {
	db, ctx := pgtest.New(t), context.Background()
	second := make(chan error, 1)
	err := db.Tx(ctx, func(tx pgx.Tx) error {
		if err := webhook.Emit(ctx, tx, changed("a", 1)); err != nil {
			return err
		}
		go func() { second <- tryEmit(db, changed("a", 2)) }()
		if err := awaitBlocked(ctx, db, 1); err != nil {
			return err
		}
		return webhook.Emit(ctx, tx, changed("a", 3))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-second; err != nil {
		t.Fatal(err)
	}
	all, err := webhook.Feed(ctx, db, webhook.FeedFilter{})
	if err != nil || len(all) != 3 || string(all[1].Data) != `{"change":"3"}` || string(all[2].Data) != `{"change":"2"}` {
		t.Errorf("the feed shows %+v, %v", all, err)
	}
}

func TestTheSweepTakesWhatIsOldAndKeepsThatItHappened(t *testing.T) {
	db, r := pgtest.New(t), newReceiver(t, nil)
	r.add(db)
	emit(t, db, issued(1))
	deliver(t, newSender(t, db), start, webhook.Summary{Delivered: 1})
	emit(t, db, issued(2)) // still waits
	later := time.Now().Add(webhook.Retention + time.Hour)
	var n int64
	do(t, db, func(ctx context.Context, tx pgx.Tx) (err error) { n, err = webhook.Sweep(ctx, tx, later); return err })
	d, err := webhook.GetDelivery(context.Background(), db, deliveries(t, db, webhook.Filter{State: webhook.Delivered})[0].ID)
	if err != nil || n != 2 || !d.Swept || len(d.Tried) != 1 || d.Tried[0].Body != "" || d.Tried[0].Code != 200 || !d.Tried[0].ExchangeWasSwept {
		t.Errorf("%d rows swept; %+v, %v", n, d, err)
	}
	emit(t, db, issued(1)) // told again: still the same event
	if n := count(t, db); n != 2 {
		t.Errorf("%d events stand, want 2", n)
	}
	if err := db.Tx(context.Background(), func(tx pgx.Tx) error { return webhook.Replay(context.Background(), tx, d.ID, ada) }); err == nil {
		t.Error("an event without what it says was sent again")
	}
}
