package demo_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing"
)

// What was sent was drawn by the delivery; it is drawn here again.
func TestEveryDocumentIsDrawnTheSameTwiceAndSentOnce(t *testing.T) {
	t.Parallel()
	db := company.Clone(t)
	if sent, refused := deliver(t, db, t.TempDir()); sent < 350 || refused != nobodys+voided {
		t.Errorf("%d messages were sent and %d refused", sent, refused)
	}
	for _, finding := range append(drawn(t, db), posted(t, db)...) {
		t.Error(finding)
	}
	for _, x := range []struct {
		check func(*testing.T, *postgres.DB) []string
		plant plant
	}{
		{posted, plant{"mail.attachments", `update mail.attachments set document_ref = 'NLUS-2026-009999' where document_ref = 'NLUS-2026-000019'`, "invoice:NLUS-2026-000019:v1"}},
		{posted, plant{"mail.outbox", `update mail.outbox set message_key = 'invoice:NLUS-2026-009998:v1' where message_key = 'invoice:NLUS-2026-000019:v1'`, "NLUS-2026-0"}},
		{drawn, plant{"invoicing.documents", `update invoicing.documents set frozen = jsonb_set(frozen, '{Buyer,Name}', '"Somebody else"') where number = 'NLUS-CN-2026-000001'`, "NLUS-CN-2026-000001"}},
	} {
		pgtest.Plant(t, db, x.plant.table, x.plant.sql)
		expectNamed(t, x.plant, x.check(t, db))
	}
}

// nobodys is how many documents go to an address that no server takes.
const nobodys = 5

// voided is how many were taken back before this first delivery.
const voided = 1

// drawn draws every document and compares it with what the last try to send it had.
func drawn(t *testing.T, db *postgres.DB) (out []string) {
	t.Helper()
	sent := map[string]string{}
	for _, line := range texts(t, db, `
		select distinct on (a.document_ref) a.document_ref || ' ' || encode(t.sha256s[1], 'hex')
		from mail.attachments a join mail.attempts t on t.outbox_id = a.outbox_id
		where cardinality(t.sha256s) > 0 order by a.document_ref, t.id desc`) {
		number, sum, _ := strings.Cut(line, " ")
		sent[number] = sum
	}
	var mu sync.Mutex
	var g errgroup.Group
	g.SetLimit(4)
	for _, number := range texts(t, db, `select number from invoicing.documents order by number`) {
		g.Go(func() error {
			d, err := invoicing.Get(t.Context(), db, number)
			if err != nil {
				return err
			}
			pdf, err := invoicing.PDF(d.Document)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			if !bytes.HasPrefix(pdf, []byte("%PDF-1.")) || !bytes.HasSuffix(bytes.TrimSpace(pdf), []byte("%%EOF")) {
				out = append(out, number+" is not a PDF")
			}
			if sum := fmt.Sprintf("%x", sha256.Sum256(pdf)); sent[number] != "" && sent[number] != sum {
				out = append(out, number+" is drawn otherwise than it was sent")
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if len(sent) < 350 {
		t.Errorf("only %d documents were sent", len(sent))
	}
	return out
}

// posted holds the outbox and the documents together, both ways.
func posted(t *testing.T, db *postgres.DB) []string {
	t.Helper()
	return append(texts(t, db, `
		select 'the message ' || o.message_key || ' to ' || o.recipients || ' carries ' || coalesce(a.document_ref, 'nothing') || ', which is not the document it names'
		from mail.outbox o left join mail.attachments a on a.outbox_id = o.id
		left join invoicing.documents d on d.number = a.document_ref and a.document_kind = 'invoice' and d.account_id = o.account_id
		where o.message_key not like 'alert:%' -- which carries no document
			and (d.number is null or o.message_key <> 'invoice:' || d.number || ':v1' or position(d.number in o.subject) = 0)`),
		texts(t, db, `
		select d.number || ' has ' || count(o.id) || ' messages'
		from invoicing.documents d left join mail.outbox o on o.message_key = 'invoice:' || d.number || ':v1'
		group by d.number having count(o.id) <> 1`)...)
}

// A customer calls itself what it wants: invoice, message and exports hold it.
func TestACustomerWithAnEmojiInItsNameIsBilledLikeOthers(t *testing.T) {
	t.Parallel()
	db := company.Clone(t)
	const name = "Helios 🤖👩‍🚀 \u202eRobotics; 火星 | \"Łódź\""
	c, err := customers.ByExternalID(t.Context(), db, "helios-robotics", today)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Tx(t.Context(), func(tx pgx.Tx) error {
		profile := customers.Profile{Name: name, LegalName: name, Kind: c.Kind}
		return customers.Amend(t.Context(), tx, c.ID, customers.Amendment{StartsOn: today, Profile: &profile, Reason: "a new brand"}, access.System("test"))
	})
	if err != nil {
		t.Fatal(err)
	}
	bill(t, db, nextBilled)
	named := texts(t, db, `select number from invoicing.documents where issued_on = $1 and frozen -> 'Buyer' ->> 'Name' like 'Helios 🤖%'`, nextBilled)
	if len(named) != 2 { // its contract and its subscription are due after different days
		t.Fatalf("Helios got %v, wanted two invoices in its new name", named)
	}
	deliver(t, db, t.TempDir())
	sent := texts(t, db, `select message_key from mail.outbox where state = 'sent'`)
	for _, number := range named {
		if !slices.Contains(sent, invoicing.MailKey(number)) {
			t.Errorf("%s was not sent", number)
		}
	}
	for _, finding := range append(drawn(t, db), hledgerAgrees(t, exported(t, db), db)...) {
		t.Error(finding)
	}
}

func TestNoTableAndNoFrozenDocumentHoldsAFloat(t *testing.T) {
	proof{floats, []plant{
		{"invoicing.documents", `update invoicing.documents set frozen = jsonb_set(frozen, '{Net}', '12.5') where number = 'NLEU-2026-000007'`, "NLEU-2026-000007"},
		{"ledger.billed", `alter table ledger.billed alter column amount type double precision`, "ledger.billed.amount"},
	}}.hold(t)
}

// floats looks at the types of columns, and in documents for numbers with a
// fraction outside of strings.
func floats(t *testing.T, db *postgres.DB) []string {
	t.Helper()
	return append(texts(t, pgtest.Admin(t, db), `
		select table_schema || '.' || table_name || '.' || column_name || ' is ' || data_type from information_schema.columns
		where data_type in ('real', 'double precision', 'money') and table_schema not in ('pg_catalog', 'information_schema')`),
		texts(t, db, `
		select number || ' holds a float' from invoicing.documents
		where regexp_replace(frozen::text, '"(\\.|[^"\\])*"', '', 'g') ~ '[0-9][.eE]'`)...)
}
