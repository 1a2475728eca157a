package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/jobs"
	"ratable/invoicing"
	"ratable/invoicing/invoicingtest"
	"ratable/web"
	"ratable/web/webtest"
)

func TestOnlyTheAccountsThatFailedAreTriedAgain(t *testing.T) {
	h := newHouse(t)
	// Swedish kronor: no rate is held, so the Dutch VAT cannot be restated in euro.
	h.Sign(t, strings.NewReplacer("rtus", "rteu", "acme", "gracht", "C-100", "C-400", "USD", "SEK", "2026-01-01", "2026-04-10").Replace(acme))
	day := invoicingtest.Day("2026-04-10")
	if _, err := invoicing.Run(t.Context(), h.Site.DB, invoicing.Options{AsOf: day}, h.Finance); err != nil {
		t.Fatal(err)
	}
	b := h.Login(access.Finance)
	at := "/runs/invoices/2026-04-10"
	p := b.Get(at).Want(200, "Accounts that failed", "Retry failed", "SEK")
	p.Check()
	b.PostForm(at+"/retry", nil).Want(200, "0 documents issued; 1 account failed again")
	h.Tx(func(ctx context.Context, tx pgx.Tx) error {
		return entities.RecordRates(ctx, tx, []entities.Rate{{On: day, Base: "EUR", Quote: "SEK", Rate: decimal.RequireFromString("11.2"), Source: "ECB"}}, access.System("test"))
	})
	before := len(b.Get("/invoices").Table("Invoices"))
	b.PostForm(at+"/retry", nil).Want(200, "1 document issued; no account fails any more").Lacks("Accounts that failed")
	if after := len(b.Get("/invoices").Table("Invoices")); after < before+1 {
		t.Errorf("%d lines of invoices before, %d after", before, after)
	}
	b.PostForm(at+"/retry", nil).Want(409, "No account of this run waits")
	h.Login(access.Accountant).PostForm(at+"/retry", nil).Want(403)
}

func TestARunUnderWayShowsItsRateAndLooksAgainByItself(t *testing.T) {
	reached, release := make(chan struct{}), make(chan struct{})
	var scheduler *jobs.Scheduler
	site := webtest.New(t, func(c *web.Config) {
		var err error
		scheduler, err = jobs.New(c.DB, []jobs.Spec{{Name: "slow", Help: "Takes its time.", Do: func(ctx context.Context, run jobs.Run) (jobs.Summary, error) {
			run.Progress(30, 120, "counting")
			close(reached)
			<-release
			return jobs.Summary{Text: "counted"}, nil
		}}})
		if err != nil {
			t.Fatal(err)
		}
		scheduler.Clock = func() time.Time { return webtest.Now.Add(-time.Minute) }
		c.Scheduler = scheduler
	})
	b := site.Login(access.Finance)
	b.PostForm("/runs", url.Values{"job": {"slow"}, "as_of": {"2026-04-15"}})
	scheduler.Clock = func() time.Time { return webtest.Now.Add(time.Second) }
	done := make(chan error)
	go func() { _, err := scheduler.RunDue(t.Context()); done <- err }()
	<-reached
	p := b.Get("/runs/1").Want(200, "Running")
	p.Check()
	for _, part := range []string{`<noscript><meta http-equiv="refresh" content="3"`, `hx-get="/runs/1"`, `hx-trigger="every 2s"`, "<progress"} {
		if !strings.Contains(p.Body, part) {
			t.Errorf("the page of a run under way lacks %s", part)
		}
	}
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	polled := b.Do(http.MethodGet, "/runs/1", nil, map[string]string{"HX-Request": "true"})
	if polled.Header.Get("HX-Refresh") != "true" || strings.Contains(polled.Body, `http-equiv="refresh"`) {
		t.Errorf("a run that ended is looked at for ever: %v", polled.Header)
	}
	b.Get("/runs/1").Want(200, "Done", "counted")
}
