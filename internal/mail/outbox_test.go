package mail_test

import (
	"context"
	"errors"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/mail"
	"ratable/internal/mail/mailtest"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

func TestTheSameKeyIsEnqueuedOnceAndOtherContentIsRefused(t *testing.T) {
	db := pgtest.New(t)
	m := invoiceMail("invoice:1:v1")
	m.Attachments = []mail.Attachment{{Name: "a.txt", ContentType: "text/plain", Content: nil}}
	first := enqueue(t, db, m)
	if again := enqueue(t, db, m); again != first {
		t.Errorf("the same message got id %d and then %d", first, again)
	}
	if d := get(t, db, first); len(d.Attached) != 1 || d.QueuedBy != robot.Name {
		t.Errorf("stored as %+v", d)
	}
	m.Text = "Pay to another account."
	err := db.Tx(context.Background(), func(tx pgx.Tx) error {
		_, err := mail.Enqueue(context.Background(), tx, m, robot)
		return err
	})
	if !errors.Is(err, fault.Conflict) {
		t.Errorf("another message under the same key gave %v, want a conflict", err)
	}
}

func TestABatchIsEnqueuedInOrderWithDuplicatesOnce(t *testing.T) {
	db := pgtest.New(t)
	a, b := invoiceMail("z"), invoiceMail("a")
	a.Documents = []mail.Document{{Kind: "invoice", Ref: "z"}}
	var ids []int64
	err := db.Tx(context.Background(), func(tx pgx.Tx) (err error) {
		ids, err = mail.EnqueueAll(context.Background(), tx, []mail.Message{a, b, a}, robot)
		return err
	})
	if err != nil || len(ids) != 3 || ids[0] != ids[2] || ids[0] == ids[1] {
		t.Fatalf("ids %v, %v", ids, err)
	}
	if d := get(t, db, ids[0]); d.Key != "z" || len(d.Attached) != 1 {
		t.Errorf("message %d is %q with %d attachments", ids[0], d.Key, len(d.Attached))
	}
}

func TestHeadersCannotBeInjected(t *testing.T) {
	db := pgtest.New(t)
	for name, spoil := range map[string]func(*mail.Message){
		"subject":             func(m *mail.Message) { m.Subject = "Invoice\r\nBcc: thief@evil.example" },
		"to[0]":               func(m *mail.Message) { m.To[0].Email = "a@b.example\nBcc: thief@evil.example" },
		"cc[0]":               func(m *mail.Message) { m.Cc[0].Email = "Somebody <a@b.example>" },
		"from":                func(m *mail.Message) { m.From.Name = "Bill\r\nX: y" },
		"reply_to":            func(m *mail.Message) { m.ReplyTo.Email = "not an address" },
		"attachments[0].name": func(m *mail.Message) { m.Attachments = []mail.Attachment{{Name: "a\r\nb", ContentType: "text/csv"}} },
		"text":                func(m *mail.Message) { m.Text = "broken \xff" },
		"to":                  func(m *mail.Message) { m.To = nil },
	} {
		m := invoiceMail(name)
		spoil(&m)
		err := db.Tx(context.Background(), func(tx pgx.Tx) error {
			_, err := mail.Enqueue(context.Background(), tx, m, robot)
			return err
		})
		if fields := fault.Fields(err); !errors.Is(err, fault.Invalid) || len(fields) == 0 || fields[0].Path != name {
			t.Errorf("%s: got %v, want it refused naming the field", name, err)
		}
	}
}

func TestAHeldMessageWaitsForAPersonAndASentOneIsNotPutBack(t *testing.T) {
	db, server := pgtest.New(t), mailtest.New(t)
	m := invoiceMail("a")
	m.Hold = true
	id, via := enqueue(t, db, m), connect(t, server)
	deliver(t, db, via, start, mail.Summary{})
	requeue(t, db, id)
	deliver(t, db, via, start, mail.Summary{Sent: 1})
	err := db.Tx(context.Background(), func(tx pgx.Tx) error { return mail.Requeue(context.Background(), tx, id, robot) })
	if !errors.Is(err, fault.Conflict) {
		t.Errorf("putting back a sent message gave %v, want a conflict", err)
	}
	rows, err := access.AuditPage(context.Background(), db, access.AuditFilter{})
	if err != nil || len(rows) != 1 || rows[0].Action != "requeue" {
		t.Errorf("the audit trail has %+v, %v", rows, err)
	}
}

func TestWhatAMessageSaysCannotBeChangedBehindIt(t *testing.T) {
	db := pgtest.New(t)
	enqueue(t, db, invoiceMail("a"))
	for _, sql := range []string{`update mail.outbox set subject = 'other'`, `update mail.attempts set reply = ''`, `delete from mail.outbox`, `delete from mail.attachments`} {
		if _, err := db.Exec(context.Background(), sql); !errors.Is(postgres.Fault(err), fault.Denied) {
			t.Errorf("%s: got %v, want it denied", sql, err)
		}
	}
}

func TestTheOutboxIsListedInPagesAndSearched(t *testing.T) {
	db := pgtest.New(t)
	for _, k := range []string{"a", "b", "c"} {
		enqueue(t, db, invoiceMail("key-"+k))
	}
	ctx := context.Background()
	page, err := mail.List(ctx, db, mail.Filter{Limit: 2})
	if err != nil || len(page) != 2 || page[0].Key != "key-c" {
		t.Fatalf("first page %+v, %v", page, err)
	}
	page, err = mail.List(ctx, db, mail.Filter{Limit: 2, Before: page[1].ID})
	if err != nil || len(page) != 1 || page[0].Key != "key-a" || page[0].To[0].Name != "Zoë Müller" {
		t.Fatalf("second page %+v, %v", page, err)
	}
	found, err := mail.List(ctx, db, mail.Filter{Search: "KEY-B", State: mail.Queued, Account: 7})
	if err != nil || len(found) != 1 {
		t.Errorf("search found %d, %v", len(found), err)
	}
	counts, err := mail.Counts(ctx, db)
	if err != nil || counts[mail.Queued] != 3 {
		t.Errorf("counts %v, %v", counts, err)
	}
	if _, err := mail.Get(ctx, db, 999); !errors.Is(err, fault.NotFound) {
		t.Errorf("an unknown message gave %v", err)
	}
}

func TestAFolderKeepsEachKeyInItsOwnReadableFile(t *testing.T) {
	db, dir := pgtest.New(t), filepath.Join(t.TempDir(), "mail")
	for _, k := range []string{"../../etc/passwd", "invoice:1", "invoice/1", "plain-key"} {
		m := invoiceMail(k)
		m.Documents = []mail.Document{{Kind: "invoice", Ref: "1"}}
		enqueue(t, db, m)
	}
	deliver(t, db, mail.Folder(dir), start, mail.Summary{Sent: 4})
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 4 {
		t.Fatalf("the folder has %d files, %v", len(files), err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".eml") || strings.HasPrefix(f.Name(), ".") {
			t.Errorf("file %q", f.Name())
		}
	}
	file, err := os.Open(filepath.Join(dir, "plain-key.eml"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if m, err := netmail.ReadMessage(file); err != nil || m.Header.Get("Message-Id") == "" {
		t.Errorf("the file is no message: %v", err)
	}
}

func TestSMTPAddressesThatWouldSendInTheClearOrNowhereAreRefused(t *testing.T) {
	for _, bad := range []string{"", "smtp.example.com", "http://smtp.example.com", "smtp://", "smtp://h:99999", "smtp://h?tls=maybe", "smtps://h?tls=off",
		"smtp://h?ca=/does/not/exist", "smtp://user:secret%zz@h"} {
		if _, err := mail.SMTP(bad); !errors.Is(err, fault.Invalid) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}

func TestAServerWhoseCertificateIsNotTrustedGetsNoMail(t *testing.T) {
	db, server := pgtest.New(t), mailtest.New(t)
	enqueue(t, db, invoiceMail("a"))
	address, _, _ := strings.Cut(server.URL(), "?")
	via, err := mail.SMTP(address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := mail.Deliver(context.Background(), db, via, nil, start, 1); !errors.Is(err, mail.ErrUnreachable) || len(server.Received()) != 0 {
		t.Errorf("with an unknown certificate: %v, %d sent", err, len(server.Received()))
	}
}
