package web_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ratable/internal/access"
	"ratable/internal/formula"
	"ratable/internal/money"
	"ratable/web/webtest"
)

// Trial balance, its postings, why the month of one of them: two clicks, and from there one to clause, invoice, usage, entry.
func TestARevenueFigureIsExplainedInTwoClicksDownToTheClause(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Accountant)
	trial := b.Get("/ledger?month=2026-03").Want(200)
	opened, down := 0, map[string]bool{}
	for href := range trial.Figures("/ledger/postings?") {
		if !strings.Contains(href, "ledger=4000") {
			continue
		}
		for _, why := range slices.Sorted(maps.Keys(set(b.Get(href).Want(200).Links()))) {
			if !strings.Contains(why, "/months/") {
				continue
			}
			p := b.Get(why).Want(200, "Where it comes from", "Contract version")
			p.Check()
			explains(t, p)
			for _, link := range p.Links() {
				for _, kind := range []string{"/invoices/", "/contracts/C-", "/usage/customers/", "/ledger/entries/", "/ledger/postings?"} {
					if strings.HasPrefix(link, kind) && !down[kind] {
						down[kind] = true
						b.Get(link).Want(200)
					}
				}
			}
			opened++
		}
	}
	if opened < 2 || len(down) < 5 {
		t.Fatalf("%d explanations opened, with ways to %v", opened, slices.Sorted(maps.Keys(down)))
	}
}

func set(list []string) map[string]bool {
	out := map[string]bool{}
	for _, x := range list {
		out[x] = true
	}
	return out
}

var explained = regexp.MustCompile(`(?s)<code>([^<]*)</code> = <strong>([^<]*)</strong>`)

// explains holds every formula of a page to the figure beside it, and their sum to what is booked.
func explains(t *testing.T, p *webtest.Page) {
	t.Helper()
	found := explained.FindAllStringSubmatch(p.Body, -1)
	if len(found) == 0 {
		t.Errorf("no formula is explained:\n%s", p.Text())
	}
	for _, f := range found {
		figure, err := formula.Evaluate(f[1], "USD")
		if err != nil || !strings.HasPrefix(f[2], accounted(figure)) {
			t.Errorf("the formula %s comes to %s (%v), the page says %s", f[1], figure.Display(), err, f[2])
		}
	}
}

// accounted is an amount as pages have it: less than nothing stands in brackets.
func accounted(a money.Amount) string {
	if a.Sign() < 0 {
		return "(" + a.Neg().Display() + ")"
	}
	return a.Display()
}

func TestWhatNobodyPromisedHasNothingToExplain(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Accountant)
	b.Get("/revenue/contracts/C-100/lines/nothing/months/2026-03").Want(404, "earns nothing")
	b.Get("/revenue/contracts/C-100/lines/calls/months/March").Want(404)
	b.Get("/revenue/contracts/C-999/lines/calls/months/2026-03").Want(404)
}
