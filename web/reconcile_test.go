package web_test

import (
	"net/url"
	"strings"
	"testing"

	"ratable/internal/access"
	"ratable/internal/postgres/pgtest"
)

func TestReconciliationsShowBothSidesAndNameWhatDiffers(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Accountant)
	all := b.Get("/reconciliations?month=2026-02").Want(200, "Billing and ledger", "Opening and closing", "Agrees", "Not loaded", "No file was loaded yet")
	all.Check()
	all.Lacks("Differs")
	b.Get("/reconciliations/receivables?month=2026-02").Want(200, "4. Receivables by document", "Documents less credits, voids and payments applied", "Nothing differs").Check()
	b.Get("/reconciliations/bookings?month=2026-02").Want(200, "No file of bookings covers February 2026").Lacks("In all")
	b.Get("/reconciliations/nonsense").Want(404)

	pgtest.Plant(t, h.Site.DB, "ledger.postings", `update ledger.postings set amount = amount + 100 where ledger_account = 1100 and amount > 0 and booked_on <= '2026-02-28'
		and (account_id, entry_seq, n) = (select account_id, entry_seq, n from ledger.postings where ledger_account = 1100 and amount > 0 and entity_id = 1 and booked_on <= '2026-02-28' order by 1, 2, 3 limit 1)`)
	differs := b.Get("/reconciliations?month=2026-02").Want(200, "Differs", "(1.00)")
	differs.Check()
	page := b.Get("/reconciliations/receivables?month=2026-02").Want(200, "Document and payments leave another amount open than stands booked", "RTUS-")
	page.Check()
	if items := page.Table("What differs"); len(items) < 1 || items[0][1] != "minus 1.00" {
		t.Errorf("the items are %q", items)
	}
	file := b.Get("/reconciliations/receivables?month=2026-02&format=csv").Body
	if !strings.HasPrefix(file, "kind,item,document,line,left,right,variance,currency,why\r\ndocument,RTUS-") || !strings.Contains(file, ",-1.00,USD,") {
		t.Errorf("the file says\n%s", file)
	}
	if file := b.Get("/reconciliations?month=2026-02&format=csv").Body; !strings.Contains(file, "4,receivables,Receivables by document,rtus,USD,2026-02,difference,") || !strings.Contains(file, "13,bookings,Bookings and contracts,rtus,USD,2026-02,not_loaded,,,,0,0") {
		t.Errorf("the file says\n%s", file)
	}
	for _, role := range []access.Role{access.Sales, access.Support, access.Product} {
		h.Login(role).Get("/reconciliations").Want(403)
		h.Login(role).PostForm("/reconciliations/load", url.Values{}).Want(403)
	}
	h.Login(access.Finance).Get("/reconciliations").Want(200)
}

func TestAFileIsTriedOutBeforeItIsKept(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Finance)
	b.Get("/reconciliations/load").Want(200, "Load a file to compare with", "Try it out").Check()
	form := url.Values{"source": {"bookings"}, "entity": {"1"}, "from": {"2026-02-01"}, "through": {"2026-02-28"}}
	b.PostForm("/reconciliations/load", form).Want(422, "choose a CSV file, or paste its rows")
	form.Set("rows", "number,amount\n")
	b.PostForm("/reconciliations/load", form).Want(422, "lacks the column customer")
	form.Set("rows", "number,customer,amount,currency,signed_on,owner\nC-1,Acme,12.345,USD,2026-02-03,Sam\nC-1,Acme,10.00,USD,2026-03-03,Sam\n")
	bad := b.PostForm("/reconciliations/load", form).Want(200, "A file is kept whole or not at all", "lies outside the days the file is said to cover", "stands in line 2 already")
	bad.Check()
	bad.Lacks("Keep this file")
	form.Set("step", "commit")
	b.PostForm("/reconciliations/load", form).Want(200, "A file is kept whole or not at all")
	form.Del("step")
	form.Set("rows", "number,customer,amount,currency,signed_on\nC-NOWHERE,Acme,10.00,USD,2026-02-03\n")
	b.PostForm("/reconciliations/load", form).Want(200, "Tried out, nothing is kept yet", "Keep this file").Check()
	b.Get("/reconciliations/bookings?month=2026-02").Want(200, "Not loaded")
	form.Set("step", "commit")
	b.PostForm("/reconciliations/load", form).Want(200, "1 row kept", "pasted rows").Check()
	b.PostForm("/reconciliations/load", form).Want(200, "1 row kept") // again: the load it was
	b.Get("/reconciliations/bookings?month=2026-02").Want(200, "C-NOWHERE", "The CRM has it signed by Acme on 3 Feb 2026, and there is no approved contract of this number").Check()
	form.Set("through", "2026-01-01")
	b.PostForm("/reconciliations/load", form).Want(422, "is no day, or lies before the first")
	form.Set("source", "rumours")
	b.PostForm("/reconciliations/load", form).Want(422, "is bookings or payouts")
}
