package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"ratable/internal/fault"
	"ratable/internal/mail"
	"ratable/internal/postgres/pgtest"
	"ratable/internal/webhook"
)

// changed is the n-th thing that happened to a customer.
func changed(customer string, n int) webhook.Event {
	return webhook.Event{Key: fmt.Sprintf("customer.changed:%s:%d", customer, n), Type: webhook.CustomerChanged,
		Object: webhook.Object{Kind: webhook.Customer, ID: customer}, Customer: customer, Data: map[string]string{"change": fmt.Sprint(n)}}
}

func TestAnEventArrivesSignedAndSaysWhatHappened(t *testing.T) {
	db, r := pgtest.New(t), newReceiver(t, nil)
	r.add(db)
	emit(t, db, issued(1))
	s := newSender(t, db)
	deliver(t, s, start, webhook.Summary{Delivered: 1})
	got := r.took()
	if len(got) != 1 {
		t.Fatalf("%d arrived, want 1", len(got))
	}
	a := got[0]
	if a.Type != webhook.InvoiceIssued || a.Object.Href != "/v1/invoices/NLUS-2026-000001" || a.APIVersion != webhook.APIVersion || a.Customer != "helios" ||
		a.Sequence != "1" || a.OccurredAt.IsZero() || string(a.Data) != `{"currency":"USD","due_on":"2026-04-01","total":"1234.50"}` {
		t.Errorf("arrived as %+v, data %s", a.Envelope, a.Data)
	}
	deliver(t, s, start, webhook.Summary{})
	d, err := webhook.GetDelivery(context.Background(), db, deliveries(t, db, webhook.Filter{})[0].ID)
	if err != nil || d.State != webhook.Delivered || len(d.Tried) != 1 || d.Tried[0].Code != 200 || d.Tried[0].Body != "thanks" ||
		d.Tried[0].Request["webhook-id"] != a.id || d.Tried[0].Request["webhook-signature"] != "" || d.DeliveredAt.IsZero() {
		t.Errorf("logged as %+v, %v", d, err)
	}
}

func TestAnEndpointGetsTheTypesItAskedFor(t *testing.T) {
	db, all, some := pgtest.New(t), newReceiver(t, nil), newReceiver(t, nil)
	all.add(db)
	some.add(db, webhook.CustomerChanged)
	emit(t, db, issued(1), changed("helios", 1))
	deliver(t, newSender(t, db), start, webhook.Summary{Delivered: 3})
	if n, m := len(all.took()), len(some.took()); n != 2 || m != 1 || some.took()[0].Type != webhook.CustomerChanged {
		t.Errorf("%d arrived at the one for all, %d at the other", n, m)
	}
}

func TestAFailedTryIsRepeatedLaterWithTheSameIDAndOthersOvertake(t *testing.T) {
	db := pgtest.New(t)
	r := newReceiver(t, func(e webhook.Envelope, n int) int {
		if e.Object.ID == "helios" && n < 3 && string(e.Data) == `{"change":"1"}` {
			return http.StatusInternalServerError
		}
		return http.StatusOK
	})
	r.add(db)
	emit(t, db, changed("helios", 1), changed("helios", 2), changed("acme", 1))
	s := newSender(t, db)
	deliver(t, s, start, webhook.Summary{Delivered: 1, Later: 1}) // acme's overtakes; helios' second waits for the first
	deliver(t, s, start.Add(2*time.Second), webhook.Summary{})    // not due yet
	deliver(t, s, start.Add(6*time.Second), webhook.Summary{Later: 1})
	deliver(t, s, start.Add(10*time.Second), webhook.Summary{})
	deliver(t, s, start.Add(time.Minute), webhook.Summary{Delivered: 2})
	var order []string
	for _, a := range r.took() {
		order = append(order, a.Object.ID+string(a.Data))
	}
	if got := strings.Join(order, " "); got != `acme{"change":"1"} helios{"change":"1"} helios{"change":"2"}` {
		t.Errorf("arrived in the order %s", got)
	}
	if n := r.requests(r.took()[1].id); n != 3 {
		t.Errorf("the one that failed twice was sent %d times under its id, want 3", n)
	}
}

func TestWhatIsGivenUpIsSeenAndTheNextSaysSo(t *testing.T) {
	db := pgtest.New(t)
	r := newReceiver(t, func(e webhook.Envelope, _ int) int {
		if string(e.Data) == `{"change":"1"}` && e.Object.ID == "helios" {
			return http.StatusBadRequest
		}
		return http.StatusOK
	})
	e := r.add(db)
	emit(t, db, changed("helios", 1), changed("helios", 2))
	s, now, tries := newSender(t, db), start, 0
	var first time.Duration
	for ; ; tries++ {
		// Something arrives in between, or nothing would for days.
		emit(t, db, changed("acme", tries))
		sum, err := s.Deliver(context.Background(), now)
		if err != nil || tries > 30 {
			t.Fatalf("after %d tries: %+v, %v", tries, sum, err)
		}
		if sum.Failed == 1 {
			first = now.Sub(start)
			break
		}
		now = now.Add(9 * time.Hour)
	}
	if tries != 20 || first < 24*time.Hour {
		t.Errorf("given up after %d tries and %s", tries+1, first)
	}
	deliver(t, s, now, webhook.Summary{Delivered: 0})
	got := r.took()
	last := got[len(got)-1]
	if string(last.Data) != `{"change":"2"}` || last.Object.ID != "helios" {
		i := slices.IndexFunc(got, func(a arrival) bool { return a.Object.ID == "helios" })
		if i < 0 {
			t.Fatal("what came after the one that was given up never arrived")
		}
		last = got[i]
	}
	failed := deliveries(t, db, webhook.Filter{State: webhook.Failed})
	if len(failed) != 1 || last.givenUp != failed[0].Event || failed[0].LastCode != 400 {
		t.Errorf("the log has %+v, the next said %q", failed, last.givenUp)
	}
	if trouble, err := webhook.Troubled(context.Background(), db); err != nil || len(trouble) != 1 || trouble[0].ID != e.ID || trouble[0].Failed != 1 {
		t.Errorf("what wants a look: %+v, %v", trouble, err)
	}
}

func TestAnEndpointThatIsGoneIsDisabledAndItsOwnerTold(t *testing.T) {
	db := pgtest.New(t)
	r := newReceiver(t, func(webhook.Envelope, int) int { return http.StatusGone })
	e := r.add(db)
	emit(t, db, changed("helios", 1), changed("acme", 1))
	sum, err := newSender(t, db).Deliver(context.Background(), start)
	if err != nil || sum.Delivered != 0 {
		t.Fatalf("%+v, %v", sum, err)
	}
	if is := endpoint(t, db, e.ID); is.Status != webhook.Disabled || !strings.Contains(is.Reason, "410") {
		t.Errorf("it is %s: %s", is.Status, is.Reason)
	}
	toldOnce(t, newList(mail.List(context.Background(), db, mail.Filter{})))
	emit(t, db, changed("helios", 2))
	if n := len(deliveries(t, db, webhook.Filter{})); n != 2 {
		t.Errorf("a disabled endpoint has %d deliveries, want the 2 from before", n)
	}
}

func newList(all []mail.Entry, err error) []mail.Entry {
	if err != nil {
		panic(err)
	}
	return all
}

func toldOnce(t *testing.T, all []mail.Entry) {
	t.Helper()
	if len(all) != 1 || all[0].To[0].Email != ada.Email || !strings.Contains(all[0].Subject, "disabled") {
		t.Errorf("the owner was written %+v", all)
	}
}

func TestAnEndpointAtWhichNothingArrivesForDaysIsDisabledAndGoesOnWhenEnabled(t *testing.T) {
	db, well := pgtest.New(t), false
	r := newReceiver(t, func(webhook.Envelope, int) int {
		if well {
			return http.StatusNoContent
		}
		return http.StatusServiceUnavailable
	})
	e := r.add(db)
	emit(t, db, changed("helios", 1), changed("helios", 2), issued(1))
	s := newSender(t, db)
	for h := 0; h <= 81; h += 9 {
		if _, err := s.Deliver(context.Background(), start.Add(time.Duration(h)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if is := endpoint(t, db, e.ID); is.Status != webhook.Disabled || !strings.Contains(is.Reason, "503") || is.Waiting != 3 {
		t.Fatalf("after days it is %s with %d waiting: %s", is.Status, is.Waiting, is.Reason)
	}
	toldOnce(t, newList(mail.List(context.Background(), db, mail.Filter{})))
	well = true
	deliver(t, s, start.Add(100*time.Hour), webhook.Summary{})
	do(t, db, func(ctx context.Context, tx pgx.Tx) error {
		return webhook.SetStatus(ctx, tx, e.ID, webhook.Enabled, "the receiver is back", ada)
	})
	deliver(t, s, start.Add(100*time.Hour), webhook.Summary{Delivered: 3})
	if is := endpoint(t, db, e.ID); !is.FailingSince.IsZero() {
		t.Errorf("it counts as failing since %s", is.FailingSince)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	db := pgtest.New(t)
	r := newReceiver(t, func(webhook.Envelope, int) int { return http.StatusTemporaryRedirect })
	r.add(db)
	emit(t, db, issued(1))
	deliver(t, newSender(t, db), start, webhook.Summary{Later: 1})
	if d := deliveries(t, db, webhook.Filter{})[0]; d.LastCode != 307 || !strings.Contains(d.LastError, "redirects are not followed") {
		t.Errorf("logged as %d %s", d.LastCode, d.LastError)
	}
}

func TestASecretIsRotatedWithBothValidForADay(t *testing.T) {
	db, r := pgtest.New(t), newReceiver(t, nil)
	e := r.add(db)
	s := newSender(t, db)
	rotate := func(now time.Time) (secret string) {
		do(t, db, func(ctx context.Context, tx pgx.Tx) (err error) {
			secret, err = webhook.RotateSecret(ctx, tx, e.ID, now, ada)
			return err
		})
		return secret
	}
	old := r.secrets[0]
	fresh := rotate(start)
	r.secrets = []string{old, fresh} // both must verify
	emit(t, db, issued(1))
	deliver(t, s, start.Add(23*time.Hour), webhook.Summary{Delivered: 1})
	r.secrets = []string{fresh}
	emit(t, db, issued(2))
	deliver(t, s, start.Add(25*time.Hour), webhook.Summary{Delivered: 1})
	got := r.took()
	if n, m := strings.Count(got[0].signatures, "v1,"), strings.Count(got[1].signatures, "v1,"); n != 2 || m != 1 {
		t.Errorf("%d and %d signatures, want 2 during the overlap and 1 after it", n, m)
	}
	if old == fresh || !strings.HasPrefix(fresh, "whsec_") {
		t.Errorf("the secret after the rotation is %q", fresh)
	}
}

func TestWhatWasSentIsSentAgainOnRequestUnderItsID(t *testing.T) {
	db := pgtest.New(t)
	well := false
	r := newReceiver(t, func(webhook.Envelope, int) int {
		if well {
			return 200
		}
		return 410
	})
	emit(t, db, issued(1)) // before there is an endpoint
	e := r.add(db)
	emit(t, db, changed("helios", 1))
	s := newSender(t, db)
	deliver(t, s, start, webhook.Summary{Failed: 1})
	well = true
	failed := deliveries(t, db, webhook.Filter{State: webhook.Failed})[0]
	again := func(ctx context.Context, tx pgx.Tx) error { return webhook.Replay(ctx, tx, failed.ID, ada) }
	err := db.Tx(context.Background(), func(tx pgx.Tx) error { return again(context.Background(), tx) })
	if !errors.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "enable it first") {
		t.Errorf("replay to a disabled endpoint: %v", err)
	}
	do(t, db, func(ctx context.Context, tx pgx.Tx) error {
		return webhook.SetStatus(ctx, tx, e.ID, webhook.Enabled, "", ada)
	})
	do(t, db, again)
	deliver(t, s, start, webhook.Summary{Delivered: 1})
	do(t, db, again)
	deliver(t, s, start, webhook.Summary{Delivered: 1})
	if n := r.requests(failed.Event); n != 3 {
		t.Errorf("it was sent %d times under %s, want 3", n, failed.Event)
	}
	do(t, db, func(ctx context.Context, tx pgx.Tx) error {
		n, err := webhook.ReplaySince(ctx, tx, e.ID, time.Now().Add(-time.Hour), time.Now(), ada)
		if n != 2 {
			t.Errorf("%d events are sent again, want 2: one was never sent there", n)
		}
		return err
	})
	deliver(t, s, start, webhook.Summary{Delivered: 2})
	do(t, db, func(ctx context.Context, tx pgx.Tx) error {
		n, err := webhook.ReplayFailed(ctx, tx, e.ID, ada)
		if n != 0 {
			t.Errorf("%d failed ones are sent again, want none", n)
		}
		return err
	})
	do(t, db, func(ctx context.Context, tx pgx.Tx) error { return webhook.Ping(ctx, tx, e.ID, ada) })
	deliver(t, s, start, webhook.Summary{Delivered: 1})
	if got := r.took(); got[len(got)-1].Type != webhook.Test {
		t.Errorf("the test arrived as %s", got[len(got)-1].Type)
	}
}

// Whatever the receiver does, and however the events are emitted and sent, those of one object arrive in order.
func TestEveryObjectsEventsArriveInOrderWhateverTheReceiverDoes(t *testing.T) {
	db, check := pgtest.New(t), 0
	senders := []*webhook.Sender{newSender(t, db), newSender(t, db)}
	rapid.Check(t, func(rt *rapid.T) {
		check++
		// The first tries of an event that fail, by its number; the fourth at the latest arrives.
		failures := rapid.SliceOfN(rapid.IntRange(0, 3), 24, 24).Draw(rt, "failures")
		codes := rapid.SliceOfN(rapid.SampledFrom([]int{500, 503, 429, 400, 302}), 24, 24).Draw(rt, "codes")
		r := newReceiver(t, func(e webhook.Envelope, n int) int {
			var i int
			_, _ = fmt.Sscanf(e.Sequence, "%d", &i)
			if n <= failures[i%24] {
				return codes[i%24]
			}
			return 200
		})
		e := r.add(db)
		objects, now := 4, start
		defer do(t, db, func(ctx context.Context, tx pgx.Tx) error {
			return webhook.SetStatus(ctx, tx, e.ID, webhook.Removed, "", ada)
		})
		sent := map[string]int{}
		for round := range 4 {
			var events []webhook.Event
			for range rapid.IntRange(0, 6).Draw(rt, "events") {
				object := fmt.Sprintf("%d.%d", check, rapid.IntRange(0, objects-1).Draw(rt, "object"))
				sent[object]++
				events = append(events, changed(object, sent[object]))
			}
			emit(t, db, events...)
			now = now.Add(time.Duration(round) * 7 * time.Second)
			pass(t, senders, now)
		}
		for tries := 0; endpoint(t, db, e.ID).Waiting > 0; tries++ {
			if tries > 200 { // 24 events, at most four tries each
				rt.Fatal("something waits for ever")
			}
			now = now.Add(time.Hour)
			pass(t, senders, now)
		}
		got := map[string]int{}
		for _, a := range r.took() {
			var n int
			if _, err := fmt.Sscanf(string(a.Data), `{"change":"%d"}`, &n); err != nil {
				rt.Fatal(err)
			}
			if n != got[a.Object.ID] && n != got[a.Object.ID]+1 {
				rt.Fatalf("%s: change %d arrived after change %d", a.Object.ID, n, got[a.Object.ID])
			}
			got[a.Object.ID] = n
		}
		for object, n := range sent {
			if got[object] != n {
				rt.Fatalf("%s: %d of %d changes arrived", object, got[object], n)
			}
		}
	})
}

// pass lets all senders send at once what is due.
func pass(t *testing.T, senders []*webhook.Sender, now time.Time) {
	t.Helper()
	errs := make(chan error, len(senders))
	for _, s := range senders {
		go func() {
			_, err := s.Deliver(context.Background(), now)
			errs <- err
		}()
	}
	for range senders {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
}
