package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/invoicing/invoicingtest"
	"ratable/web/webtest"
)

// robot is a machine that may send usage and contracts.
type robot struct {
	site  *webtest.Site
	token string
}

func newRobot(site *webtest.Site) robot {
	site.T.Helper()
	r := robot{site: site}
	seller, admin := site.User("Robot", access.Finance), site.User("Admin", access.Admin)
	site.Tx(func(ctx context.Context, tx pgx.Tx) (err error) {
		n := access.NewToken{User: seller.UserID, Name: "robot", Scopes: []access.Scope{access.UsageWrite, access.ContractWrite}}
		r.token, _, err = access.IssueToken(ctx, tx, n, admin)
		return err
	})
	return r
}

func (r robot) post(path, body string) *webtest.Page {
	r.site.T.Helper()
	return r.site.Anonymous().Do(http.MethodPost, path, strings.NewReader(body), map[string]string{"Authorization": "Bearer " + r.token})
}

// problem is the part of problem+json that a sender acts on.
type problem struct {
	Status int
	Detail string
	Errors []struct {
		Path, Message string
		Line          int
	}
}

func TestABadContractIsAnsweredWithLineAndFieldByTheAPIAndTheForm(t *testing.T) {
	site := webtest.New(t)
	invoicingtest.New(t, site.DB)
	r, sales := newRobot(site), site.Login(access.Sales)
	before := rowsOf(t, site.DB)
	for _, b := range badContracts {
		p := r.post("/v1/contracts", b.document)
		var got problem
		if err := json.Unmarshal([]byte(p.Body), &got); err != nil || p.Header.Get("Content-Type") != "application/problem+json" || p.Status != http.StatusUnprocessableEntity || len(got.Errors) == 0 {
			t.Errorf("%s: the API answers %d %s (%v)", b.what, p.Status, p.Body, err)
			continue
		}
		if e := got.Errors[0]; e.Path != b.path || e.Line != b.line || !strings.Contains(e.Message, b.says) {
			t.Errorf("%s: the API finds %+v, want line %d: %s: %s", b.what, e, b.line, b.path, b.says)
		}
		page := upload(sales, "deal.yaml", b.document, "draft").Want(http.StatusUnprocessableEntity, b.says)
		if b.line > 0 {
			page.Want(http.StatusUnprocessableEntity, b.path)
		}
	}
	expectSame(t, "a bad contract", before, rowsOf(t, site.DB))
}

const event = `{"specversion":"1.0","source":"/gateway","id":"e-1","type":"api.calls","subject":"acme","time":"2026-01-10T15:00:00Z","data":{"quantity":"5"}}`

func TestBadUsageIsAnsweredWithWhatIsWrong(t *testing.T) {
	site := webtest.New(t)
	invoicingtest.New(t, site.DB)
	r := newRobot(site)
	r.post("/v1/events", event).Want(http.StatusAccepted)
	before := rowsOf(t, site.DB)
	stranger := robot{site, "ratable_made_up"}
	var page strings.Builder
	for _, b := range []struct {
		what   string
		by     robot
		body   string
		status int
	}{
		{"nobody's call", robot{site, ""}, event, http.StatusUnauthorized},
		{"a token that was made up", stranger, event, http.StatusForbidden},
		{"nothing", r, "", http.StatusUnprocessableEntity},
		{"broken JSON", r, `{"specversion":"1.0",`, http.StatusUnprocessableEntity},
		{"broken UTF-8", r, strings.Replace(event, "acme", "acm\xe9", 1), http.StatusUnprocessableEntity},
		{"no event at all", r, `"hello"`, http.StatusUnprocessableEntity},
		{"no quantity", r, strings.Replace(event, `"quantity":"5"`, ``, 1), http.StatusUnprocessableEntity},
		{"a negative quantity", r, strings.Replace(event, `"5"`, `"-5"`, 1), http.StatusUnprocessableEntity},
		{"a time without a zone", r, strings.Replace(event, `15:00:00Z`, `15:00:00`, 1), http.StatusUnprocessableEntity},
		{"more than 16 MB", r, "[" + strings.Repeat(" ", 16<<20) + event + "]", http.StatusRequestEntityTooLarge},
		{"a known id with other content", r, strings.Replace(event, `"5"`, `"6"`, 1), http.StatusConflict},
	} {
		p := b.by.post("/v1/events", b.body)
		var got problem
		if err := json.Unmarshal([]byte(p.Body), &got); err != nil || p.Status != b.status {
			t.Errorf("%s is answered with %d, want %d (%v): %s", b.what, p.Status, b.status, err, p.Body)
		}
		fmt.Fprintf(&page, "%s\n    %d %s\n    %s\n", b.what, p.Status, p.Header.Get("Content-Type"), cmp.Or(got.Detail, p.Body))
	}
	missing := site.Anonymous().Do(http.MethodPost, "/v1/events", strings.NewReader(event), nil).Want(http.StatusUnauthorized, "send an API token")
	if missing.Header.Get("WWW-Authenticate") == "" {
		t.Error("a call without a token is not told how to bring one")
	}
	after := rowsOf(t, site.DB)
	if after["usage.conflicts"] != 1 {
		t.Errorf("%d conflicts are kept for a person to look at, one was sent", after["usage.conflicts"])
	}
	after["usage.conflicts"] = before["usage.conflicts"]
	expectSame(t, "bad usage", before, after)
	golden(t, "testdata/bad_usage.golden", page.String())
	site.Login(access.Product).Get("/usage/conflicts").Want(http.StatusOK, "e-1")
}
