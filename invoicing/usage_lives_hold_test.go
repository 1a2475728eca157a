package invoicing_test

import (
	"fmt"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/period"
	"ratable/invoicing/invoicingtest"
	"ratable/ledger"
	"ratable/usage"
)

// counted holds every day of everybody's rollups to the reader's count, and the program's own recount to the events.
func (l *metering) counted() {
	var accounts []customers.AccountID
	names := map[customers.ID]string{}
	for _, name := range []string{"acme", "lab", "twin", "yeti"} {
		who := l.c.Customers[name]
		names[who.ID], accounts = name, append(accounts, who.Account)
		found, err := usage.Recount(l.Context(), l.c.DB, who.Account)
		l.must(err)
		for _, d := range found {
			l.Errorf("%s: %s", l.now, d)
		}
	}
	slices.Sort(accounts)
	end := invoicingtest.Day("2026-09-01")
	loaded, err := usage.LoadDays(l.Context(), l.c.DB, slices.Compact(accounts), invoicingtest.Day("2025-01-01"), end, "paid")
	l.must(err)
	got := map[string]string{}
	for id, name := range names {
		for _, meter := range []string{"traffic", "requests", "peak", "level", "paid", "people"} {
			loaded[l.c.Customers[name].Account].Each(usage.Key{Customer: id, Meter: meter}, period.NewSpan(invoicingtest.Day("2025-01-01"), end), func(day period.Date, q decimal.Decimal) {
				got[fmt.Sprintf("%s %s %s", name, meter, day)] = q.String()
			})
		}
	}
	if want := l.book.days(); !maps.Equal(got, want) {
		l.Fatalf("%s: the days hold %v\nby hand %v", l.now, got, want)
	}
	archives, err := usage.Archives(l.Context(), l.c.DB)
	l.must(err)
	for _, a := range archives {
		v, err := usage.VerifyArchive(l.Context(), l.c.DB, l.folder+"/"+a.File)
		l.must(err)
		if len(v.Differences) > 0 {
			l.Errorf("%s: %v", l.now, v.Differences)
		}
	}
}

// billed holds the documents to the reader's rating.
func (l *metering) billed() {
	got := map[string]int64{}
	for _, name := range []string{"acme", "twin", "yeti"} {
		for _, d := range l.c.Documents(l.T, l.c.Account(name)) {
			for _, x := range d.Lines {
				got[fmt.Sprintf("%s %s %s", x.ContractNumber, x.Line, x.Span.Start)] += x.Amount.Minor()
			}
		}
	}
	maps.DeleteFunc(got, func(_ string, cents int64) bool { return cents == 0 })
	if want := l.book.rate(); !maps.Equal(got, want) {
		for _, key := range slices.Sorted(maps.Keys(want)) {
			if got[key] != want[key] {
				l.Errorf("%s: billed are %d cents, by hand %d", key, got[key], want[key])
			}
		}
		for _, key := range slices.Sorted(maps.Keys(got)) {
			if _, owed := want[key]; !owed {
				l.Errorf("%s: billed are %d cents, by hand nothing", key, got[key])
			}
		}
	}
}

// earned holds the books: all that was billed is revenue by now, and nothing else is.
func (l *metering) earned() {
	l.recognize()
	var owed int64
	for _, cents := range l.book.rate() {
		owed += cents
	}
	trial, err := ledger.TrialBalance(l.Context(), l.c.DB, ledger.Filter{})
	l.must(err)
	for _, r := range trial.Rows {
		want := map[ledger.Account]int64{ledger.Revenue: -owed, ledger.UnbilledReceivable: 0, ledger.DeferredRevenue: 0}
		if cents, held := want[r.Account]; held && r.Closing.Minor() != cents {
			l.Errorf("%s closes at %s, by hand it is %d cents", r.Account, r.Closing, cents)
		}
	}
}
