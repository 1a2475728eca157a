package web_test

import (
	"strings"
	"testing"

	"ratable/internal/access"
	"ratable/web/webtest"
)

const capped = `
contract: C-120
entity: rtus
customer: lone
currency: USD
term: {from: 2026-03-01, through: 2026-03-31}
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1.00}}}
prepaid:
  - {id: prepaid, product: api, lines: [calls], amount: 1000.00, every: month, overage: {factor: 1.5}}
`

func TestEveryCellOfTheWaterfallOpensToPartsThatAddUpToIt(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Accountant)
	p := b.Get("/revenue?month=2026-03").Want(200)
	p.Check()
	opened := 0
	for href, figure := range p.Figures("/revenue/cells/") {
		cell := b.Get(href).Want(200, "Earned")
		cell.Check()
		rows := cell.Table("Parts")
		if sum := rows[len(rows)-1]; !strings.HasPrefix(sum[4], figure) {
			t.Errorf("%s shows %s and its parts come to %s", href, figure, sum[4])
		}
		for link, amount := range cell.Figures("/ledger/postings?") {
			if got := postedCredit(b.Get(link).Want(200)); got != amount {
				t.Errorf("%s: %s is booked as %s", link, amount, got)
			}
		}
		opened++
	}
	if opened < 5 {
		t.Fatalf("only %d cells of the waterfall open", opened)
	}
}

func TestRevenueOfOverageIsInEverySumOfRevenue(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Accountant)
	h.Sign(t, capped)
	h.Use(t, "lone", "api.calls", "2026-03-20", "90000")
	h.recognize(t, "2026-04-01")
	h.Bill(t, "2026-04-02")
	trial := b.Get("/ledger?month=2026-03").Table("Trial balance")
	found := false
	for _, row := range trial {
		found = found || row[0] == "Overage revenue"
	}
	if !found {
		t.Fatalf("the house has no overage: %q", trial)
	}
	p := b.Get("/revenue?month=2026-03&currency=USD").Want(200)
	for href, figure := range p.Figures("/ledger/postings?") {
		if !strings.Contains(href, "ledger=revenue") {
			t.Errorf("%s looks at one account only", href)
		}
		if got := postedCredit(b.Get(href).Want(200)); got != figure {
			t.Errorf("%s: the waterfall shows %s, its postings %s", href, figure, got)
		}
	}
}

// postedCredit is what a list of postings comes to on the credit side, less debits: a balance of "minus 12.00 USD".
func postedCredit(p *webtest.Page) string {
	rows := p.Table("Postings")
	last := rows[len(rows)-1]
	return strings.Trim(strings.Fields(strings.TrimPrefix(last[7], "minus "))[0], "()")
}
