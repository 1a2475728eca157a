package webhook_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"ratable/internal/postgres/pgtest"
	"ratable/internal/webhook"
)

// Eight endpoints that never answer would hold all 32 places of a sender, four each, for as long as a request may take.
func TestEndpointsThatNeverAnswerDoNotHoldUpTheOneThatDoes(t *testing.T) {
	db := pgtest.New(t)
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	var open, most atomic.Int64
	for range 8 {
		dead := newReceiver(t, nil)
		dead.add(db)
		dead.server.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			n := open.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			defer open.Add(-1)
			select {
			case <-release:
			case <-r.Context().Done():
			}
		})
	}
	owner := pgtest.Admin(t, db)
	if _, err := owner.Exec(t.Context(), `update webhook.endpoints set failing_since = now()`); err != nil {
		t.Fatal(err)
	}
	well := make(chan string, 100)
	r := newReceiver(t, func(e webhook.Envelope, _ int) int { well <- e.Object.ID; return 200 })
	r.add(db)
	for i := range 20 {
		emit(t, db, issued(i+1))
	}
	s := newSender(t, db)
	s.Poll = 10 * time.Millisecond
	s.Start(context.Background())
	for range 20 {
		<-well
	}
	if n := most.Load(); n > 8 {
		t.Errorf("endpoints at which nothing arrives had %d requests at a time, want one each", n)
	}
	s.Stop()
}

// hostile speaks TCP and little HTTP.
func hostile(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				buffer := make([]byte, 64<<10)
				_, _ = c.Read(buffer)
				answer(c)
			})
		}
	})
	t.Cleanup(func() { l.Close(); all.Wait() })
	return "http://" + l.Addr().String()
}

// Whatever a receiver answers, a request ends, little of it is kept, and what is kept can be stored and shown.
func TestAHostileReceiverIsLoggedAndNothingElse(t *testing.T) {
	for what, answer := range map[string]func(net.Conn){
		"closes at once":       func(net.Conn) {},
		"speaks no HTTP":       func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-OpenSSH_9.2\r\n") },
		"closes in the middle": func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf") },
		"lies about its length": func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10995116277760\r\n\r\n")
		},
		"sends headers without end": func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			for i := 0; ; i++ {
				if _, err := fmt.Fprintf(c, "X-%d: %s\r\n", i, strings.Repeat("a", 1000)); err != nil {
					return
				}
			}
		},
		"sends a body without end": func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n")
			for {
				if _, err := io.WriteString(c, "fff\r\n"+strings.Repeat("\x00", 0xfff)+"\r\n"); err != nil {
					return
				}
			}
		},
		"answers with evil headers": func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 503 <script>alert(1)</script>\r\nX-Evil: \xff\xfe<b>\r\nSet-Cookie: session=1\r\nRetry-After: 99999999999999\r\nContent-Length: 0\r\n\r\n")
		},
		"answers with 1xx without end": func(c net.Conn) {
			for {
				if _, err := io.WriteString(c, "HTTP/1.1 102 Processing\r\n\r\n"); err != nil {
					return
				}
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			db := pgtest.New(t)
			r := newReceiver(t, nil)
			e := r.add(db)
			owner := pgtest.Admin(t, db)
			if _, err := owner.Exec(t.Context(), `update webhook.endpoints set url = $1 where id = $2`, hostile(t, answer), e.ID); err != nil {
				t.Fatal(err)
			}
			emit(t, db, issued(1))
			if _, err := newSender(t, db).Deliver(t.Context(), start); err != nil {
				t.Fatalf("the pass broke: %v", err)
			}
			d, err := webhook.GetDelivery(t.Context(), db, deliveries(t, db, webhook.Filter{})[0].ID)
			if err != nil || len(d.Tried) != 1 {
				t.Fatalf("the log says %+v, %v", d.Tried, err)
			}
			kept := d.Tried[0].Body + d.Tried[0].Error + fmt.Sprint(d.Tried[0].Answer)
			if len(kept) > 24<<10 || strings.Contains(kept, "session=1") || strings.Contains(kept, "\x00") {
				t.Errorf("%d letters are kept: %.300q", len(kept), kept)
			}
		})
	}
}

// A request that somebody recorded does not verify with a body, an id or a time that is not its own, nor once the receiver's tolerance of
// five minutes is over (Standard Webhooks, "Verifying webhook authenticity").
func TestARecordedRequestCannotBeUsedAgain(t *testing.T) {
	db := pgtest.New(t)
	r := newReceiver(t, nil)
	r.add(db)
	type recorded struct {
		body   []byte
		header http.Header
	}
	caught := make(chan recorded, 1)
	r.server.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		caught <- recorded{body, req.Header.Clone()}
	})
	emit(t, db, issued(1))
	s := newSender(t, db)
	if _, err := s.Deliver(t.Context(), time.Now().Add(2*time.Second)); err != nil {
		t.Fatal(err)
	}
	got := <-caught
	verifier, err := standardwebhooks.NewWebhook(r.secrets[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := verifier.Verify(got.body, got.header); err != nil {
		t.Errorf("as it came it does not verify: %v", err)
	}
	for what, change := range map[string]func(h http.Header, body []byte) []byte{
		"another id": func(h http.Header, b []byte) []byte {
			h.Set("webhook-id", "evt_00000000000000000000000000000000")
			return b
		},
		"another time": func(h http.Header, b []byte) []byte {
			h.Set("webhook-timestamp", fmt.Sprint(time.Now().Unix()+60))
			return b
		},
		"another body": func(_ http.Header, b []byte) []byte { return append(b, ' ') },
		"no signature": func(h http.Header, b []byte) []byte { h.Del("webhook-signature"); return b },
	} {
		header := got.header.Clone()
		body := change(header, append([]byte(nil), got.body...))
		if err := verifier.Verify(body, header); err == nil {
			t.Errorf("with %s it verifies", what)
		}
	}
}
