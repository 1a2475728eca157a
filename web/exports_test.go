package web_test

import (
	"archive/zip"
	"bytes"
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/exports"
	"ratable/internal/access"
	"ratable/invoicing/invoicingtest"
)

// export maps accounts and prepares February of the American entity as a generic file: batch 1.
func (h house) export(t *testing.T) {
	t.Helper()
	var seller entities.Entity
	h.Tx(func(ctx context.Context, tx pgx.Tx) error {
		d, err := entities.Load(ctx, tx)
		if err != nil {
			return err
		}
		seller, _ = d.ByCode("rtus")
		p, err := exports.Propose(ctx, tx, exports.Default(invoicingtest.Day("2020-01-01")), "Begin", h.Finance)
		if err != nil {
			return err
		}
		return exports.Decide(ctx, tx, p.ID, access.Approve, "", h.Accountant)
	})
	s := exports.Scope{Entity: seller.ID, Currency: "USD", Month: invoicingtest.Day("2026-02-01").MonthOf(), Target: exports.CSV}
	if b, _, err := exports.Prepare(t.Context(), h.Site.DB, s, exports.Detailed, exports.Options{}, h.Finance); err != nil || b.ID != 1 {
		t.Fatalf("export February: batch %d, %v", b.ID, err)
	}
}

func TestAMonthGoesToAnotherLedgerOnceAndItsFilesNeverChange(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Accountant)
	b.Get("/exports/new").Want(200, "Preview").Lacks("Prepare the batch")
	query := url.Values{"entity": {"1"}, "currency": {"USD"}, "month": {"2026-02"}, "target": {"netsuite"}, "level": {"detailed"}}
	p := b.Get("/exports/new?"+query.Encode()).Want(200, "Findings", "Days are written month first", "netsuite-rtus-USD-2026-02-detailed-1.csv", "Prepare the batch")
	p.Check()
	batch := b.PostForm("/exports/new", query).Want(200, "The batch is prepared", "Prepared", "Download all")
	batch.Check()
	b.PostForm("/exports/2/acknowledge", url.Values{}).Want(409)
	first := b.PostForm("/exports/2/download", url.Values{"file": {"1"}})
	if !strings.HasPrefix(first.Body, "External ID,") || first.Header.Get("Content-Disposition") != `attachment; filename="netsuite-rtus-USD-2026-02-detailed-1.csv"` {
		t.Errorf("the file comes as %v:\n%.300s", first.Header, first.Body)
	}
	control := b.PostForm("/exports/2/download", url.Values{"file": {"2"}})
	if !strings.Contains(control.Body, "sha256") || !strings.Contains(control.Body, "netsuite-rtus-USD-2026-02-detailed-1.csv") {
		t.Errorf("the control file says\n%s", control.Body)
	}
	all := b.PostForm("/exports/2/download", url.Values{"file": {"all"}})
	archive, err := zip.NewReader(bytes.NewReader([]byte(all.Body)), int64(len(all.Body)))
	if err != nil || len(archive.File) != 2 {
		t.Errorf("the archive: %v", err)
	}
	if again := b.PostForm("/exports/2/download", url.Values{"file": {"1"}}); again.Body != first.Body {
		t.Error("the second download differs")
	}
	b.PostForm("/exports/2/download", url.Values{"file": {"9"}}).Want(404)
	b.PostForm("/exports/2/reject", url.Values{"reason": {" "}}).Want(422, "say what the other ledger objected to")
	b.PostForm("/exports/2/acknowledge", url.Values{"reference": {"JOB-7"}}).Want(200, "Acknowledged", "JOB-7")
	b.PostForm("/exports/2/reject", url.Values{"reason": {"late"}}).Want(409)
	b.PostForm("/exports/new", query).Want(200, "Every posted entry has gone already")
	b.Get("/exports/new?"+query.Encode()).Want(200, "Every posted entry of the month has gone to this target")
	table := b.Get("/exports").Want(200, "NetSuite").Table("Exports")
	if len(table) != 2 || table[0][3] != "Acknowledged" || table[0][6] != "0.00 USD" {
		t.Errorf("the list says %q", table)
	}
	b.PostForm("/exports/new", url.Values{"target": {"xero"}}).Want(422, "Choose an entity")
	b.PostForm("/exports/new", url.Values{"entity": {"1"}, "currency": {"USD"}, "month": {"2026-02"}, "target": {"csv"}, "dates": {"ymd"}}).Want(422)
}

func TestAChangeOfTheMappingShowsWhatItMovesAndTakesAnotherPerson(t *testing.T) {
	h := newHouse(t)
	finance := h.Login(access.Finance)
	finance.Get("/exports/mapping").Want(200, "Version 1", "Accounts receivable", "1100C").Check()
	rule := "code,priority,starts_on,account,country,gl_code,gl_name\nny,10,2020-01-01,DeferredRevenue,US,2150,Deferred America\n"
	form := url.Values{"rules": {rule}, "reason": {""}, "step": {"preview"}}
	shown := finance.PostForm("/exports/mapping/change", form).Want(200, "What it moves in open months", "2150 Deferred America")
	shown.Check()
	if moves := shown.Table("What it moves in open months"); len(moves) != 1 || moves[0][0] != "2100 Deferred revenue" {
		t.Errorf("it moves %q", moves)
	}
	// A recognition names no customer: who bought, and what, comes from the contract.
	sold := "code,priority,starts_on,account,country,product,contract,gl_code,gl_name\nseats,10,2020-01-01,Revenue,US,platform,C-100,4150,Seats in America\n"
	seats := finance.PostForm("/exports/mapping/change", url.Values{"rules": {sold}, "step": {"preview"}}).Want(200).Table("What it moves in open months")
	if len(seats) != 1 || seats[0][1] != "4150 Seats in America" || seats[0][5] != "3,000.00 USD" {
		t.Errorf("the rule for a product moves %q", seats)
	}
	form.Set("step", "propose")
	finance.PostForm("/exports/mapping/change", form).Want(422, "whoever approves it and the auditor want to know")
	form.Set("reason", "A region of its own")
	bad := url.Values{"rules": {strings.Replace(rule, "DeferredRevenue", "Deferrals", 1)}, "reason": {"x"}, "step": {"propose"}}
	finance.PostForm("/exports/mapping/change", bad).Want(422, `Row 2, account "Deferrals" is no account of our chart`)
	finance.PostForm("/exports/mapping/change", form).Want(200, "The change waits for approval by another person", "Waiting").Lacks("Approve")
	finance.PostForm("/exports/mapping/changes/2/approve", url.Values{}).Want(403)
	accountant := h.Login(access.Accountant)
	accountant.Get("/approvals").Want(200, "account mapping, change 2")
	accountant.Get("/exports/mapping/changes/2").Want(200, "Approve", "2150 Deferred America").Check()
	accountant.PostForm("/exports/mapping/changes/2/reject", url.Values{"reason": {""}}).Want(422, "say what to change")
	accountant.PostForm("/exports/mapping/changes/2/approve", url.Values{}).Want(200, "The change was approved", "Version 2")
	accountant.PostForm("/exports/mapping/changes/2/approve", url.Values{}).Want(409)
	file := accountant.Get("/exports/mapping?format=csv").Body
	if rules, err := exports.ParseRules([]byte(file)); err != nil || len(rules) != len(exports.Default(invoicingtest.Day("2020-01-01")))+1 {
		t.Errorf("the file reads back as %d rules, %v", len(rules), err)
	}
	for _, role := range []access.Role{access.Sales, access.Support, access.Product} {
		for _, at := range []string{"/exports", "/exports/1", "/exports/mapping"} {
			h.Login(role).Get(at).Want(403)
		}
	}
	if old, now := accountant.Get("/exports/mapping?version=1").Table("Rules that count today"), accountant.Get("/exports/mapping").Table("Rules that count today"); len(now) != len(old)+1 {
		t.Errorf("version 1 has %d rules, version 2 %d", len(old), len(now))
	}
}
