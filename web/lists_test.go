package web_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/jobs"
	"ratable/internal/mail"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/payments"
	"ratable/web/webtest"
)

// listing reads a page of some list in an order: after the line named last, at most so many.
type listing[C any] func(sort string, after C, limit int) (keys []string, last C, err error)

// wantWalk holds a list to what paging means: page by page it is the same as at once, and turned round it is reversed.
func wantWalk[C any](t *testing.T, name string, sorts []string, read listing[C]) {
	t.Helper()
	for _, sort := range sorts {
		var none C
		whole, _, err := read(sort, none, 500)
		if err != nil || len(whole) < 3 {
			t.Fatalf("%s by %q: %d lines, %v", name, sort, len(whole), err)
		}
		var walked []string
		for after := none; ; {
			page, last, err := read(sort, after, 2)
			if err != nil {
				t.Fatalf("%s by %q: %v", name, sort, err)
			}
			if walked = append(walked, page...); len(page) == 0 || len(walked) > len(whole) {
				break
			}
			after = last
		}
		if d := cmp.Diff(whole, walked); d != "" {
			t.Errorf("%s by %q: page by page (+) it is not what it is at once (-):\n%s", name, sort, d)
		}
		if sort == "" {
			continue
		}
		back, _, err := read("-"+sort, none, 500)
		slices.Reverse(back)
		if d := cmp.Diff(whole, back); err != nil || d != "" {
			t.Errorf("%s by %q is not the reverse of by %q: %v\n%s", name, sort, "-"+sort, err, d)
		}
	}
}

func TestEveryOrderOfEveryListIsTheSamePageByPage(t *testing.T) {
	h := newHouse(t)
	ctx, db := t.Context(), h.Site.DB
	h.Site.Tx(func(ctx context.Context, tx pgx.Tx) error { return manyCustomers(ctx, tx, 9) })
	h.Sign(t, strings.Replace(rhein, "C-200", "C-050", 1), strings.Replace(rhein, "C-200", "C-070", 1))
	ranked, err := customers.InOrderOfNames(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	wantWalk(t, "customers", []string{"", "name", "number", "since"}, func(sort string, after customers.ID, limit int) (keys []string, last customers.ID, err error) {
		found, err := customers.List(ctx, db, customers.Filter{Sort: customers.Sort(sort), After: after, Limit: limit}, webtest.Today)
		for _, c := range found {
			keys, last = append(keys, c.ExternalID), c.ID
		}
		return keys, last, err
	})
	wantWalk(t, "contracts", []string{"", "number", "customer", "from", "through"}, func(sort string, after contracts.ID, limit int) (keys []string, last contracts.ID, err error) {
		found, err := contracts.List(ctx, db, contracts.Filter{Sort: contracts.Sort(sort), Ranked: ranked, Before: after, Limit: limit})
		for _, c := range found {
			keys, last = append(keys, c.Number), c.ID
		}
		return keys, last, err
	})
	wantWalk(t, "invoices", []string{"", "number", "customer", "issued", "due", "total"}, func(sort string, after invoicing.Row, limit int) (keys []string, last invoicing.Row, err error) {
		f := invoicing.Filter{Sort: invoicing.Sort(sort), Ranked: ranked, Before: after.Cursor(), After: after.Number, Limit: limit}
		found, err := invoicing.List(ctx, db, f)
		for _, r := range found {
			keys, last = append(keys, r.Number), r
		}
		return keys, last, err
	})
	h.Site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		for i, minor := range []int64{700, 700, 300} {
			_, err := payments.Record(ctx, tx, payments.Receipt{Payer: h.Customers["acme"].ID, Amount: money.Of(minor, "USD"), ReceivedOn: period.NewDate(2026, 3, 1+i%2), Reference: fmt.Sprint("more ", i), Unmatched: true}, h.Finance)
			if err != nil {
				return err
			}
		}
		return nil
	})
	wantWalk(t, "receipts", []string{"", "number", "customer", "received", "amount", "unapplied"}, func(sort string, after payments.Cursor, limit int) (keys []string, last payments.Cursor, err error) {
		found, err := payments.ListReceipts(ctx, db, payments.Filter{Sort: payments.Sort(sort), Ranked: ranked, Before: after, Limit: limit})
		for _, r := range found {
			keys, last = append(keys, r.Number()), r.Cursor()
		}
		return keys, last, err
	})
	walkBooks(t, h)
}

// walkBooks does the same for what is kept of the books and of the house.
func walkBooks(t *testing.T, h house) {
	ctx, db := t.Context(), h.Site.DB
	for _, f := range []ledger.EntryFilter{{}, {Ledger: ledger.Revenue}} {
		wantWalk(t, "entries", []string{"", "day", "amount"}, func(sort string, after ledger.EntryCursor, limit int) (keys []string, last ledger.EntryCursor, err error) {
			f.Sort, f.After, f.Limit = ledger.Sort(sort), after, limit
			found, err := ledger.EntriesPage(ctx, db, f)
			for _, e := range found {
				keys, last = append(keys, e.Number()), e.Cursor()
			}
			return keys, last, err
		})
	}
	wantWalk(t, "postings", []string{"", "day", "amount"}, func(sort string, after ledger.PostingCursor, limit int) (keys []string, last ledger.PostingCursor, err error) {
		found, err := ledger.PostingsPage(ctx, db, ledger.PostingFilter{Sort: ledger.Sort(sort), After: after, Limit: limit})
		for _, p := range found {
			keys, last = append(keys, fmt.Sprint(p.Cursor())), p.Cursor()
		}
		return keys, last, err
	})
	wantWalk(t, "outbox", []string{"", "queued", "sent", "tries", "subject"}, func(sort string, after int64, limit int) (keys []string, last int64, err error) {
		found, err := mail.List(ctx, db, mail.Filter{Sort: mail.Sort(sort), Before: after, Limit: limit})
		for _, m := range found {
			keys, last = append(keys, fmt.Sprint(m.ID)), m.ID
		}
		return keys, last, err
	})
	wantWalk(t, "audit", []string{"", "at", "who", "what"}, func(sort string, after int64, limit int) (keys []string, last int64, err error) {
		found, err := access.AuditPage(ctx, db, access.AuditFilter{Sort: access.AuditSort(sort), Before: after, Limit: limit})
		for _, r := range found {
			keys, last = append(keys, fmt.Sprint(r.ID)), r.ID
		}
		return keys, last, err
	})
	idle := func(context.Context, jobs.Run) (jobs.Summary, error) { return jobs.Summary{}, nil }
	scheduler, err := jobs.New(db, []jobs.Spec{{Name: "one", Help: "Nothing.", Do: idle}, {Name: "two", Help: "Nothing.", Do: idle}})
	if err != nil {
		t.Fatal(err)
	}
	h.Site.Tx(func(ctx context.Context, tx pgx.Tx) error {
		for i, job := range []string{"two", "one", "two", "one"} {
			if _, err := scheduler.Request(ctx, tx, job, period.NewDate(2026, 4, 5-i), webtest.Now.Add(time.Duration(i)*time.Minute), h.Finance); err != nil {
				return err
			}
		}
		return nil
	})
	wantWalk(t, "runs", []string{"", "job", "as_of", "started", "took"}, func(sort string, after int64, limit int) (keys []string, last int64, err error) {
		found, err := jobs.ListRuns(ctx, db, jobs.Filter{Sort: jobs.Sort(sort), Before: after, Limit: limit})
		for _, r := range found {
			keys, last = append(keys, fmt.Sprint(r.ID)), r.ID
		}
		return keys, last, err
	})
}

func TestAFileOfAListIsExactlyWhatIsShownInItsOrder(t *testing.T) {
	h := newHouse(t)
	h.Site.Tx(func(ctx context.Context, tx pgx.Tx) error { return manyCustomers(ctx, tx, 120) })
	b := h.Login(access.Finance)
	for path, list := range map[string]struct {
		caption string
		column  string // of the file, that stands in the first cell of the table
	}{
		"/customers?sort=-name": {"Customers", "name"}, "/customers?sort=number&q=company": {"Customers", "name"}, "/contracts?sort=customer": {"Contracts", "number"},
		"/invoices?sort=due": {"Invoices", "number"}, "/invoices?view=open&sort=-open": {"Invoices", "number"}, "/invoices?q=acme&sort=total": {"Invoices", "number"},
		"/payments?sort=amount": {"Receipts", "receipt"}, "/payments/ageing?sort=-open": {"Ageing", "customer"}, "/outbox?sort=-subject": {"Messages", "subject"},
		"/usage?month=2026-01&sort=-used": {"Usage", "customer"}, "/revenue/deferred?month=2026-03&sort=-billed": {"Deferred by line", "contract"}, "/revenue/obligations?month=2026-03&sort=contract": {"Remaining obligations", "contract"},
	} {
		var shown []string
		for at, pages := path, 0; at != "" && pages < 5; pages++ {
			p := b.Get(at).Want(http.StatusOK)
			for _, row := range p.Table(list.caption) {
				shown = append(shown, row[0])
			}
			shown = shown[:len(shown)-p.Footers(list.caption)]
			at = p.LinkTo("Next")
		}
		rows, err := csv.NewReader(strings.NewReader(b.Get(path + "&format=csv").Want(http.StatusOK).Body)).ReadAll()
		if err != nil || len(rows) < 2 {
			t.Fatalf("%s as a file: %d rows, %v", path, len(rows), err)
		}
		column := slices.Index(rows[0], list.column)
		if len(rows)-1 != len(shown) {
			t.Errorf("%s shows %d lines and its file has %d", path, len(shown), len(rows)-1)
			continue
		}
		for i, row := range rows[1:] {
			if !strings.HasPrefix(shown[i], row[column]) {
				t.Errorf("%s: line %d shows %q and its file has %q", path, i+1, shown[i], row[column])
			}
		}
	}
}

func TestAHeadSortsAndTurnsRoundAndKeepsTheFilter(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Finance)
	p := b.Get("/invoices?currency=USD&after=2026-02-01~X")
	if first := p.LinkTo("Due"); first != "/invoices?currency=USD&sort=due" {
		t.Errorf("the head leads to %q", first)
	}
	p = b.Get(p.LinkTo("Due")).Want(http.StatusOK)
	if again := p.LinkTo("Due ↑"); again != "/invoices?currency=USD&sort=-due" {
		t.Errorf("pressed again it leads to %q", again)
	}
	if total := p.LinkTo("Total"); total != "/invoices?currency=USD&sort=-total" {
		t.Errorf("the largest total does not come first: %q", total)
	}
	if got := p.Field("sort"); got != "due" {
		t.Errorf("a new search would sort by %q", got)
	}
	b.Get("/invoices?sort=nonsense").Want(http.StatusOK)
	b.Get("/invoices?sort=due&after=2026-02-01~no-such-number").Want(http.StatusOK)
}
