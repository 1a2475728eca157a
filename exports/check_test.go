package exports

import (
	"fmt"
	"strings"
	"testing"

	"ratable/customers"
	"ratable/ledger"
)

// findings are the codes of what a check finds, with their severity.
func findings(b Book, entries []ledger.Entry) string {
	var out []string
	for _, f := range Check(b.Journals(entries), b.Target, options(b.Target)) {
		out = append(out, fmt.Sprintf("%s %s %d", f.Severity, f.Code, f.Count))
	}
	return strings.Join(out, "; ")
}

func TestAPreviewFindsWhatTheTargetWouldTripOver(t *testing.T) {
	long := strings.Repeat("long ", 40)
	for _, c := range []struct {
		what   string
		target Target
		change func(b *Book, entries []ledger.Entry)
		want   string
	}{
		{"nothing", CSV, func(b *Book, e []ledger.Entry) { e[1].Postings = e[1].Postings[:0] }, ""},
		{"a formula", CSV, func(*Book, []ledger.Entry) {}, "warning formula 3"},
		{"no rule", CSV, func(b *Book, e []ledger.Entry) { b.Mapping = NewMapping(1, Default(day("2026-01-31"))) }, "blocking unmapped 3; blocking unmapped 1; blocking unmapped 1; blocking unmapped 1"},
		{"Xero and receivables", Xero, func(b *Book, e []ledger.Entry) {
			b.Mapping = b.Mapping.With([]Rule{{Code: "AccountsReceivable-xero", StartsOn: day("2020-01-01"), Retired: true}})
		}, "blocking refused 3; warning formula 3; warning dates 1"},
		{"Xero and another currency", Xero, func(b *Book, e []ledger.Entry) { e[0].Entity = 2 }, "blocking currency 1; warning formula 3; warning dates 1"},
		{"receivables of nobody", QuickBooks, func(b *Book, e []ledger.Entry) { e[0].Postings[0].Customer = 0 }, "blocking customer 1; warning formula 2; warning customer name 1; warning dates 1"},
		{"receivables of two", QuickBooks, func(b *Book, e []ledger.Entry) { e[1].Postings[2].Customer = acme }, "blocking receivables 1; warning formula 2; warning customer name 1; warning dates 1"},
		{"a number too long", SAP, func(b *Book, e []ledger.Entry) { e[0].Account = 123_456_789_012_345 }, "blocking number 1; warning description 2; warning line description 3; warning formula 3; warning dates 1"},
		{"a code too long", SAP, func(b *Book, e []ledger.Entry) {
			entity, _ := b.Entities.ByID(1)
			entity.Code = "northlight"
			b.Entities = directoryOf(entity)
			e[1].Memo = long
		}, "blocking entity 3; warning description 2; warning line description 3; warning formula 3; warning dates 1"},
		{"no rate", NetSuite, func(b *Book, e []ledger.Entry) { e[0].Entity, e[0].BookedOn = 2, day("2025-01-01") }, "blocking rate 1; warning formula 3; warning dates 1"},
		{"two accounts of one name", Beancount, func(b *Book, e []ledger.Entry) {
			r := Default(day("2020-01-01"))[0]
			r.GL.Code, r.GL.Name = "1100-Accounts", "receivable"
			b.Mapping = b.Mapping.With([]Rule{r})
		}, "blocking account name 1"},
	} {
		b, entries := small(c.target), fewEntries()
		c.change(&b, entries)
		if got := findings(b, entries); got != c.want {
			t.Errorf("%s: found %q, want %q", c.what, got, c.want)
		}
	}
}

func TestAJournalBeyondTheTargetsLinesIsRefusedAndItsSummaryIsNot(t *testing.T) {
	var entries []ledger.Entry
	for n := range 400 {
		e := fewEntries()[2]
		e.Seq = int64(n + 1)
		entries = append(entries, e)
	}
	big := fewEntries()[2]
	for range 200 {
		big.Postings = append(big.Postings, fewEntries()[2].Postings...)
	}
	b := small(Xero)
	if got := findings(b, []ledger.Entry{big}); got != "blocking lines 1; warning dates 1" {
		t.Errorf("402 lines in a journal: %q", got)
	}
	s := january
	s.Target = Xero
	summary := Summarize(b.Journals(append(entries, big)), s, 1)
	if len(summary) != 1 || len(summary[0].Lines) != 2 || Blocked(Check(summary, Xero, options(Xero))) {
		t.Errorf("summarized they are %d journals", len(summary))
	}
}

func TestASummaryGoesOnAsAnotherJournalAtTheTargetsLimit(t *testing.T) {
	b := small(Xero)
	var entries []ledger.Entry
	for n := range 400 {
		e := fewEntries()[0]
		e.Account, e.Seq = 5, int64(n+1)
		for i := range e.Postings {
			e.Postings[i].Customer = customers.ID(1000 + n)
			b.Customers[e.Postings[i].Customer] = Party{ID: e.Postings[i].Customer, Name: fmt.Sprint("Customer ", n)}
		}
		entries = append(entries, e)
	}
	// Clearing accounts that are receivables keep their customers apart.
	var rules []Rule
	for _, r := range Default(day("2020-01-01")) {
		if r.When.Target == Xero {
			r.GL.Control = Payable
			rules = append(rules, r)
		}
	}
	b.Mapping = b.Mapping.With(rules)
	s := january
	s.Target = Xero
	summary := Summarize(b.Journals(entries), s, 1)
	if len(summary) != 2 || len(summary[0].Lines) != 300 || len(summary[1].Lines) != 104 {
		t.Fatalf("402 lines became %d journals, the first of %d lines", len(summary), len(summary[0].Lines))
	}
}
