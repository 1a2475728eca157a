package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ratable/internal/access"
)

// A file of rates is tried out, then recorded; a correction stands beside what it corrects.
func TestRatesAreImportedByAFormThatTriesThemOutFirst(t *testing.T) {
	h := newHouse(t)
	b := h.LoginAs(h.User("Finn", access.Finance))
	file := "Date,SEK,NOK,CYP,\n2024-05-31,1.0853,0.8430,N/A,\n2024-05-30,1.0811,0.8440,N/A,\n"
	b.PostForm("/settings/rates/import", url.Values{"rows": {"Date,SEK\n2024-05-31,one\n"}}).Want(http.StatusUnprocessableEntity, "Line 2, SEK", "is not a rate such as 1.1520")
	b.PostForm("/settings/rates/import", url.Values{"rows": {file}}).Want(200, "4", "Record these rates", "CYP")
	b.Get("/settings/rates?month=2024-05&currency=SEK").Want(200, "No rate is recorded")
	b.PostForm("/settings/rates/import", url.Values{"rows": {file}, "step": {"commit"}})
	b.Get("/settings/rates?month=2024-05").Want(200, "1.0853", "0.843", "1.0832") // last, and mean of two days
	corrected := strings.Replace(file, "1.0811", "1.0801", 1)
	b.PostForm("/settings/rates/import", url.Values{"rows": {corrected}}).Want(200, "Corrections", "1.0811", "1.0801")
	b.PostForm("/settings/rates/import", url.Values{"rows": {corrected}, "step": {"commit"}})
	b.Get("/settings/rates?month=2024-05&currency=SEK").Want(200, "Superseded", "1.0811", "1.0801", "Finn")
}

// The same ledger by book, and in the currency of its entity.
func TestTheLedgerIsShownByBookAndInTheEntitysCurrency(t *testing.T) {
	h := newHouse(t)
	b := h.LoginAs(h.User("Anna", access.Accountant))
	own := b.Get("/ledger?month=2026-03").Want(200, "US GAAP", "IFRS").Table("Trial balance")
	for _, address := range []string{"/ledger?month=2026-03&book=ifrs", "/ledger?month=2026-03&amounts=functional", "/ledger?month=2026-03&book=ifrs&amounts=functional"} {
		p := b.Get(address).Want(200)
		if got := p.Table("Trial balance"); len(got) != len(own) { // everything is in dollars and in every book
			t.Errorf("%s has %d accounts, %d as billed", address, len(got), len(own))
		}
		for link, figure := range p.Figures("/ledger/postings?") {
			if figure != "0.00" && !strings.Contains(b.Get(link).Want(200).Text(), strings.Trim(figure, "()")) {
				t.Errorf("%s: %s opens postings that do not add up to it", address, figure)
			}
		}
	}
	b.Get("/ledger/exchange?month=2026-03&entity=1").Want(200, "Nothing was gained or lost", "Remeasure")
	b.PostForm("/ledger/exchange", url.Values{"entity": {"1"}, "month": {"2026-03"}})
	b.Get("/ledger/entries?book=ifrs&kind=remeasure").Want(200, "No entry matches")
}
