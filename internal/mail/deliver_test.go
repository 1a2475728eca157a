package mail_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/mail"
	"ratable/internal/mail/mailtest"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var (
	robot = access.System("invoice run")
	// Later than the database's clock, so that "two minutes later" is later for both.
	start = time.Now().Add(time.Hour)
)

func invoiceMail(key string) mail.Message {
	return mail.Message{
		Key: key, Account: 7, From: mail.Address{Name: "Rivermark Cloud", Email: "billing@rivermark.example"},
		To: []mail.Address{{Name: "Zoë Müller", Email: "ap@brandywine.example"}}, Cc: []mail.Address{{Email: "buyer@brandywine.example"}},
		Subject: "Rechnung für März – RUS-2026-000123", Text: "Your invoice is attached.\n", HTML: "<p>Your invoice is attached.</p>",
	}
}

func enqueue(t *testing.T, db *postgres.DB, m mail.Message) int64 {
	t.Helper()
	var id int64
	err := db.Tx(context.Background(), func(tx pgx.Tx) (err error) {
		id, err = mail.Enqueue(context.Background(), tx, m, robot)
		return err
	})
	if err != nil {
		t.Fatalf("enqueue %s: %v", m.Key, err)
	}
	return id
}

func get(t *testing.T, db *postgres.DB, id int64) mail.Detail {
	t.Helper()
	d, err := mail.Get(context.Background(), db, id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func connect(t *testing.T, s *mailtest.Server) mail.Transport {
	t.Helper()
	via, err := mail.SMTP(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = via.Close() })
	return via
}

// deliver runs one pass and expects it to do exactly this.
func deliver(t *testing.T, db *postgres.DB, via mail.Transport, now time.Time, want mail.Summary) {
	t.Helper()
	got, err := mail.Deliver(context.Background(), db, via, renderers, now, 100)
	if err != nil {
		t.Fatalf("deliver: %v", err)
	}
	if got != want {
		t.Fatalf("the pass did %+v, want %+v", got, want)
	}
}

// pdfBytes holds every byte value and bare line ends, which a mail server would change if they were not encoded.
var pdfBytes = func() []byte {
	b := []byte("%PDF-1.3\r\n.\r\n\n")
	for i := range 70_000 {
		b = append(b, byte(i*7))
	}
	return b
}()

var renderers = map[string]mail.Renderer{
	"invoice": func(_ context.Context, _ postgres.Querier, ref string) (mail.Attachment, error) {
		if ref == "broken" {
			return mail.Attachment{}, errors.New("the font is gone")
		}
		return mail.Attachment{Name: ref + ".pdf", ContentType: "application/pdf", Content: pdfBytes}, nil
	},
}

func TestAMessageArrivesWithItsAttachmentsByteForByte(t *testing.T) {
	db, server := pgtest.New(t), mailtest.New(t)
	m := invoiceMail("invoice:RUS-2026-000123:v1")
	m.Attachments = []mail.Attachment{{Name: "Übersicht.csv", ContentType: "text/csv", Content: []byte("a,b\r\n1,\"ü\"\n")}}
	m.Documents = []mail.Document{{Kind: "invoice", Ref: "RUS-2026-000123"}}
	id := enqueue(t, db, m)
	deliver(t, db, connect(t, server), start, mail.Summary{Sent: 1})

	got := server.Received()
	if len(got) != 1 {
		t.Fatalf("the server has %d messages, want 1", len(got))
	}
	r := got[0]
	if r.Subject != m.Subject || r.From != "billing@rivermark.example" || fmt.Sprint(r.To) != "[ap@brandywine.example buyer@brandywine.example]" {
		t.Errorf("arrived as %q from %s to %v", r.Subject, r.From, r.To)
	}
	if r.Text != "Your invoice is attached.\r\n" && r.Text != m.Text {
		t.Errorf("text arrived as %q", r.Text)
	}
	if r.HTML != m.HTML {
		t.Errorf("HTML arrived as %q", r.HTML)
	}
	if len(r.Attachments) != 2 || r.Attachments[0].Name != "Übersicht.csv" || r.Attachments[1].Name != "RUS-2026-000123.pdf" {
		t.Fatalf("attachments: %+v", r.Attachments)
	}
	if !bytes.Equal(r.Attachments[0].Content, m.Attachments[0].Content) || !bytes.Equal(r.Attachments[1].Content, pdfBytes) {
		t.Error("an attachment arrived with other bytes")
	}
	d := get(t, db, id)
	sum := sha256.Sum256(pdfBytes)
	if d.State != mail.Sent || d.SentAt.IsZero() || d.MessageID != r.MessageID() || len(d.Tried) != 1 || !bytes.Equal(d.Tried[0].SHA256s[1], sum[:]) {
		t.Errorf("recorded as %+v", d)
	}
	deliver(t, db, connect(t, server), start, mail.Summary{})
}

func TestATemporaryRefusalIsTriedAgainLaterWithTheSameMessageID(t *testing.T) {
	db, server := pgtest.New(t), mailtest.New(t)
	id, via := enqueue(t, db, invoiceMail("a")), connect(t, server)
	server.Next(mailtest.Refuse(451, "mailbox busy"))
	deliver(t, db, via, start, mail.Summary{Later: 1})
	if d := get(t, db, id); d.State != mail.Queued || !bytes.Contains([]byte(d.LastError), []byte("mailbox busy")) {
		t.Errorf("after a 451: %s, %q", d.State, d.LastError)
	}
	deliver(t, db, via, start.Add(30*time.Second), mail.Summary{}) // not due yet
	deliver(t, db, via, start.Add(2*time.Minute), mail.Summary{Sent: 1})
	d := get(t, db, id)
	if len(server.Received()) != 1 || server.Received()[0].MessageID() != d.MessageID || d.Attempts != 2 || d.LastError != "" {
		t.Errorf("recorded as %+v, the server has %d", d.Entry, len(server.Received()))
	}
}

func TestAPermanentRefusalFailsVisiblyAndStopsOnlyThatMessage(t *testing.T) {
	db, server := pgtest.New(t), mailtest.New(t)
	server.RefuseRecipient("ap@brandywine.example", 550, "no such user")
	id, via := enqueue(t, db, invoiceMail("a")), connect(t, server)
	other := invoiceMail("b")
	other.To = []mail.Address{{Email: "ap@other.example"}}
	enqueue(t, db, other)
	deliver(t, db, via, start, mail.Summary{Sent: 1, Failed: 1})
	failed, err := mail.List(context.Background(), db, mail.Filter{State: mail.Failed})
	if err != nil || len(failed) != 1 || failed[0].ID != id || !bytes.Contains([]byte(failed[0].LastError), []byte("550")) ||
		!bytes.Contains([]byte(failed[0].LastError), []byte("no such user")) {
		t.Fatalf("the list of failed messages: %+v, %v", failed, err)
	}
	deliver(t, db, via, start.Add(24*time.Hour), mail.Summary{})
	requeue(t, db, id)
	deliver(t, db, via, start, mail.Summary{Failed: 1})
}

func requeue(t *testing.T, db *postgres.DB, id int64) {
	t.Helper()
	err := db.Tx(context.Background(), func(tx pgx.Tx) error { return mail.Requeue(context.Background(), tx, id, robot) })
	if err != nil {
		t.Fatal(err)
	}
}

func TestADeadServerLosesNothingAndBurnsNobodysTries(t *testing.T) {
	db, server := pgtest.New(t), mailtest.New(t)
	via := connect(t, server)
	first := enqueue(t, db, invoiceMail("a"))
	deliver(t, db, via, start, mail.Summary{Sent: 1}) // leaves an idle connection that dies with the server
	ids := []int64{enqueue(t, db, invoiceMail("b")), enqueue(t, db, invoiceMail("c"))}
	server.Stop()
	sum, err := mail.Deliver(context.Background(), db, via, nil, start, 100)
	if !errors.Is(err, mail.ErrUnreachable) || sum != (mail.Summary{Later: 1}) {
		t.Fatalf("with the server dead the pass did %+v, %v", sum, err)
	}
	if d := get(t, db, ids[1]); d.Attempts != 0 {
		t.Errorf("the message behind was tried %d times against a dead server", d.Attempts)
	}
	server.Start()
	deliver(t, db, via, start.Add(2*time.Minute), mail.Summary{Sent: 2})
	if n := len(server.Received()); n != 3 {
		t.Errorf("the server has %d messages, want 3", n)
	}
	if d := get(t, db, first); d.Attempts != 1 {
		t.Errorf("the first message was tried again")
	}
}

func TestAnIdleConnectionTheServerClosedIsDialedAnew(t *testing.T) {
	db, server := pgtest.New(t), mailtest.New(t)
	via := connect(t, server)
	enqueue(t, db, invoiceMail("a"))
	deliver(t, db, via, start, mail.Summary{Sent: 1})
	server.Stop()
	server.Start()
	enqueue(t, db, invoiceMail("b"))
	deliver(t, db, via, start, mail.Summary{Sent: 1})
}

func TestConnectionsAreReusedBetweenMessages(t *testing.T) {
	db, server := pgtest.New(t), mailtest.New(t)
	for i := range 5 {
		enqueue(t, db, invoiceMail(fmt.Sprint(i)))
	}
	deliver(t, db, connect(t, server), start, mail.Summary{Sent: 5})
	if n := server.Sessions(); n > 2 {
		t.Errorf("5 messages took %d sessions, want one connection (a session before and one after STARTTLS)", n)
	}
}

// The sender dies after the server accepted and before it could write that down.
func TestACrashAfterAcceptanceSendsTheSameMessageIDAgain(t *testing.T) {
	db, server := pgtest.New(t), mailtest.New(t)
	id := enqueue(t, db, invoiceMail("a"))
	func() {
		defer func() {
			if recover() == nil {
				t.Fatal("the sender was meant to die")
			}
		}()
		_, _ = mail.Deliver(context.Background(), db, dying{connect(t, server)}, nil, start, 1)
	}()
	if d := get(t, db, id); d.State != mail.Sending {
		t.Fatalf("after the crash the message is %s, want sending under a lease", d.State)
	}
	via := connect(t, server)
	deliver(t, db, via, start, mail.Summary{}) // the lease still protects it
	deliver(t, db, via, start.Add(time.Hour), mail.Summary{Sent: 1, Lost: 1})
	got := server.Received()
	if len(got) != 2 || got[0].MessageID() != got[1].MessageID() {
		t.Fatalf("the server has %d messages; a duplicate must carry the same Message-ID", len(got))
	}
	d := get(t, db, id)
	if len(d.Tried) != 2 || d.Tried[0].Outcome != "lost" || d.Tried[1].Outcome != "sent" {
		t.Errorf("the tries read %+v", d.Tried)
	}
}

type dying struct{ mail.Transport }

func (d dying) Send(ctx context.Context, e mail.Email) (string, error) {
	_, _ = d.Transport.Send(ctx, e)
	panic("power cut")
}

func TestASlowSenderWhoseLeaseRanOutCannotUndoASuccess(t *testing.T) {
	db, server := pgtest.New(t), mailtest.New(t)
	id, via := enqueue(t, db, invoiceMail("a")), connect(t, server)
	server.Next(mailtest.Answer{Code: 451, Message: "too slow", Before: func() {
		deliver(t, db, connect(t, server), start.Add(time.Hour), mail.Summary{Sent: 1, Lost: 1})
	}})
	deliver(t, db, via, start, mail.Summary{Later: 1})
	if d := get(t, db, id); d.State != mail.Sent {
		t.Errorf("the message is %s, want sent", d.State)
	}
}

func TestTwoWorkersSendEachMessageOnce(t *testing.T) {
	db, server := pgtest.New(t), mailtest.New(t)
	const n = 40
	for i := range n {
		enqueue(t, db, invoiceMail(fmt.Sprint("invoice:", i)))
	}
	via := connect(t, server)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := mail.Deliver(context.Background(), db, via, nil, start, n); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, r := range server.Received() {
		if seen[r.MessageID()] {
			t.Errorf("%s was sent twice", r.MessageID())
		}
		seen[r.MessageID()] = true
	}
	if len(seen) != n {
		t.Errorf("%d of %d messages were sent", len(seen), n)
	}
}

func TestADocumentThatCannotBeRenderedIsTriedAgainAndThenFails(t *testing.T) {
	db, server := pgtest.New(t), mailtest.New(t)
	m := invoiceMail("a")
	m.Documents = []mail.Document{{Kind: "invoice", Ref: "broken"}}
	id, via, now := enqueue(t, db, m), connect(t, server), start
	tries := 0
	for get(t, db, id).State != mail.Failed {
		if tries++; tries > 50 {
			t.Fatal("it is tried for ever")
		}
		sum, err := mail.Deliver(context.Background(), db, via, renderers, now, 1)
		if err != nil || sum.Sent != 0 {
			t.Fatalf("%+v, %v", sum, err)
		}
		now = now.Add(7 * time.Hour)
	}
	if d := get(t, db, id); !bytes.Contains([]byte(d.LastError), []byte("the font is gone")) || len(server.Received()) != 0 {
		t.Errorf("failed with %q, %d sent", d.LastError, len(server.Received()))
	}
}

func TestAWrongPasswordStopsThePassInsteadOfFailingMessages(t *testing.T) {
	db, server := pgtest.New(t), mailtest.New(t)
	id := enqueue(t, db, invoiceMail("a"))
	via, err := mail.SMTP(bytesReplace(server.URL(), "correct", "wrong"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = mail.Deliver(context.Background(), db, via, nil, start, 10)
	if !errors.Is(err, mail.ErrUnreachable) || fault.Kind(err) != nil {
		t.Errorf("a wrong password gave %v", err)
	}
	if d := get(t, db, id); d.State != mail.Queued {
		t.Errorf("the message is %s, want queued", d.State)
	}
}

func bytesReplace(s, from, to string) string {
	return string(bytes.Replace([]byte(s), []byte(from), []byte(to), 1))
}

func TestAFolderRefusesTheDomainThatIsNobodys(t *testing.T) {
	db := pgtest.New(t)
	m := invoiceMail("a")
	m.To = []mail.Address{{Email: "ap@gone.INVALID"}}
	id := enqueue(t, db, m)
	deliver(t, db, mail.Folder(t.TempDir()), start, mail.Summary{Failed: 1})
	if got := get(t, db, id).LastError; !strings.Contains(got, "550") || !strings.Contains(got, "RFC 2606") {
		t.Errorf("the message failed with %q", got)
	}
}
