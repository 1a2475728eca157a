package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
	"ratable/web"
	"ratable/web/webtest"
)

// failingDay is a calendar that breaks after it was asked so many times.
type failingDay struct{ left atomic.Int64 }

func (f *failingDay) today() period.Date {
	if f.left.Add(-1) < 0 {
		panic("the calendar has no page left")
	}
	return webtest.Today
}

func brokenSite(t *testing.T) (*webtest.Site, *failingDay) {
	day := &failingDay{}
	day.left.Store(1 << 40)
	return webtest.New(t, func(c *web.Config) { c.Today = day.today }), day
}

var reference = regexp.MustCompile(`[0-9a-f]{12}`)

func TestAHandlerThatPanicsShowsAReferenceThatStandsInTheLog(t *testing.T) {
	site, day := brokenSite(t)
	b := site.Login(access.Finance)
	day.left.Store(0)
	p := b.Get("/customers").Want(http.StatusInternalServerError, "Something broke on our side")
	p.Lacks("calendar", "goroutine")
	p.Check()
	found := reference.FindString(p.Text())
	if found == "" || !strings.Contains(site.Log.String(), found) || !strings.Contains(site.Log.String(), "the calendar has no page left") {
		t.Errorf("the page shows %q and the log says:\n%s", p.Text(), site.Log)
	}
	day.left.Store(1 << 40)
	b.Get("/customers").Want(http.StatusOK) // and the server lives
}

func TestAFileThatFailsAtOnceIsAnErrorPageAndNoFile(t *testing.T) {
	site, day := brokenSite(t)
	b := site.Login(access.Finance)
	day.left.Store(0)
	p := b.Get("/customers?format=csv").Want(http.StatusInternalServerError)
	if h := p.Header.Get("Content-Disposition") + p.Header.Get("Content-Type"); h != "text/html; charset=UTF-8" {
		t.Errorf("the error page is handed over as %q", h)
	}
}

func TestAListThatFailsMidwayIsNoShortFile(t *testing.T) {
	site, day := brokenSite(t)
	webtest.Furnish(site)
	site.Tx(func(ctx context.Context, tx pgx.Tx) error { return manyCustomers(ctx, tx, 100) })
	b := site.Login(access.Finance)
	day.left.Store(2) // what is open, and the first part, which is longer than what is held back
	wantBrokenOff(t, site, b, "/customers?format=csv")
}

func TestAJournalThatFailsMidwayIsNoShortFile(t *testing.T) {
	h := newHouse(t)
	admin := pgtest.Admin(t, h.Site.DB)
	// The last posting says something that nobody can read: every one before it is written by then.
	err := admin.Tx(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `alter table ledger.postings disable trigger user;
			alter table ledger.postings drop constraint if exists postings_month_check;
			update ledger.postings set month = 'infinity' where booked_on = (select max(booked_on) from ledger.postings where month is not null) and month is not null`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	wantBrokenOff(t, h.Site, h.Login(access.Accountant), "/ledger/export?format=csv&from=2026-01&through=2026-12")
}

// wantBrokenOff reads a file that begins well and never ends.
func wantBrokenOff(t *testing.T, site *webtest.Site, b *webtest.Browser, path string) {
	t.Helper()
	answer, err := b.Open(path)
	if err != nil {
		t.Fatalf("%s breaks off before its first byte: %v", path, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%s answers %d with %d bytes and ends with %v: it looks complete", path, answer.StatusCode, len(text), err)
	}
	if log := site.Log.String(); !strings.Contains(log, "answer broken off") || !strings.Contains(log, "aborted=true") {
		t.Errorf("the log does not say that %s was broken off:\n%s", path, log)
	}
}

// manyCustomers fills a list beyond its first page.
func manyCustomers(ctx context.Context, tx pgx.Tx, n int) error {
	for i := range n {
		_, err := customers.Create(ctx, tx, customers.New{
			ExternalID: fmt.Sprintf("many-%03d", i), Name: fmt.Sprintf("Company %03d", (i*37)%n), LegalName: fmt.Sprintf("Company %03d Inc.", i), Kind: customers.Business,
			Entity: 1, Currency: "USD", Billing: customers.Address{Lines: []string{"1 Main St"}, City: "Albany", Region: "NY", Postcode: "12207", Country: "US"},
			SignedUpOn: period.NewDate(2026, 1, 1).AddDays(i % 7),
		}, access.System("test"))
		if err != nil {
			return err
		}
	}
	return nil
}
