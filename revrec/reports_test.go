package revrec

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// eventful is a world in the middle of its year: fees paid in advance, an
// amendment with its credit, usage billed and not, a closed month with a late
// fact, and a contract nobody has billed.
func eventful(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, 3, lines()...)
	for i, account := range w.accounts[:2] {
		w.bill(t, account, "2026-01-01", string(rune('A'+i))+"-1", "seats", contracts.FixedFee, year2026, eur("1200"))
		w.use(t, i, "2026-01-10", "1000")
	}
	w.run(t, "2026-02-01")
	w.bill(t, w.accounts[0], "2026-02-01", "A-2", "calls", contracts.Metered, month("2026-01").Span(), eur("10"))
	w.tx(t, func(tx pgx.Tx) error { return ledger.CloseMonth(ctx, tx, w.entity, month("2026-01"), w.anna) })
	w.use(t, 0, "2026-01-31", "333")
	w.use(t, 1, "2026-02-11", "250")
	w.tx(t, func(tx pgx.Tx) error {
		d := document(fixed("seats", "platform", "7", "120", "year", contracts.Advance), perCall("calls", "0.01", "month"))
		d.Contract, d.Customer, d.Effective, d.Reason = "C-1", "c1", day("2026-03-15"), "fewer seats"
		_, err := w.agree(tx, d)
		return err
	})
	w.run(t, "2026-04-01")
	// 3 seats x 120.00 for the 292 days from March 15
	w.bill(t, w.accounts[1], "2026-04-01", "B-2", "seats", contracts.FixedFee, period.NewSpan(day("2026-03-15"), day("2027-01-01")), eur("-288"))
	w.run(t, "2026-05-01")
	return w
}

func (w *world) revenue(t *testing.T) map[period.Month]money.Amount {
	t.Helper()
	rows, err := w.db.Query(ctx, `
		select date_trunc('month', booked_on)::date, -sum(amount)::bigint
		from ledger.postings where ledger_account in (4000, 4100) group by 1`)
	if err != nil {
		t.Fatal(err)
	}
	out := map[period.Month]money.Amount{}
	var m period.Month
	var minor int64
	if _, err := pgx.ForEachRow(rows, []any{&m, &minor}, func() error { out[m] = money.Of(minor, "EUR"); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheWaterfallAddsUpToTheLedger(t *testing.T) {
	w := eventful(t)
	f := Filter{Entity: w.entity, Currency: "EUR", AsOf: month("2026-04")}
	fall, err := Waterfall(ctx, w.db, f, month("2026-01"), 12)
	if err != nil {
		t.Fatal(err)
	}
	booked := w.revenue(t)
	for i, m := range fall.Months[:4] {
		if fall.Sum.Cells[i] != booked[m] {
			t.Errorf("column %s adds up to %s, the ledger's revenue is %s", m, fall.Sum.Cells[i], booked[m])
		}
	}
	want := map[string]money.Amount{"2026-01": eur("2400"), "2026-02": eur("10"), "2026-04": eur("-288")}
	for _, row := range fall.Rows {
		sum := row.Before.Add(row.Beyond)
		for _, cell := range row.Cells {
			sum = sum.Add(cell)
		}
		if sum != row.Total {
			t.Errorf("row %s adds up to %s and shows %s", row.Billed, sum, row.Total)
		}
		if due, ok := want[row.Billed.String()]; ok && due != row.Total {
			t.Errorf("row %s shows %s, billed was %s", row.Billed, row.Total, due)
		}
		delete(want, row.Billed.String())
	}
	delete(want, "")
	if len(want) > 0 {
		t.Errorf("no row for what was billed in %v", want)
	}
}

func TestBalancesFromTheScheduleAreThoseOfTheLedger(t *testing.T) {
	w := eventful(t)
	lines, err := Deferred(ctx, w.db, Filter{Entity: w.entity, Currency: "EUR", AsOf: month("2026-04")})
	if err != nil {
		t.Fatal(err)
	}
	standings, err := ledger.LoadStandings(ctx, w.db, w.accounts)
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 5 { // the third customer used nothing
		t.Errorf("%d lines with a balance, five were billed or earned", len(lines))
	}
	for _, l := range lines {
		p := standings[l.Account].Position(int64(l.Contract), l.Line)
		if l.Net().Minor() != p.Deferred.Minor()-p.Unbilled.Minor() {
			t.Errorf("contract %d line %s: remaining %s less unbilled %s, the ledger has %s deferred and %s unbilled",
				l.Contract, l.Line, l.Remaining, l.Unbilled, p.Deferred, p.Unbilled)
		}
		if l.Billed.Minor() != p.Billed.Minor() || l.Recognized.Minor() != p.Earned.Minor() {
			t.Errorf("contract %d line %s: billed %s and recognized %s, the ledger has %s and %s", l.Contract, l.Line, l.Billed, l.Recognized, p.Billed, p.Earned)
		}
	}
}

func TestAPlantedDifferenceBetweenScheduleAndLedgerShows(t *testing.T) {
	w := eventful(t)
	account := w.accounts[0]
	w.tx(t, func(tx pgx.Tx) error { // 1.00 that no schedule row explains
		standings, err := ledger.LoadStandings(ctx, tx, w.accounts)
		if err != nil {
			return err
		}
		deferred, revenue := ledger.Debit(ledger.DeferredRevenue, eur("1")), ledger.Credit(ledger.Revenue, eur("1"))
		deferred.Contract, deferred.Line = int64(w.contract[account].ID), "seats"
		revenue.Contract, revenue.Line = deferred.Contract, "seats"
		return ledger.Append(ctx, tx, []ledger.Entry{{Account: account, Seq: standings[account].Next, Entity: w.entity, Source: "manual:1",
			BookedOn: day("2026-04-30"), Currency: "EUR", Postings: []ledger.Posting{deferred, revenue}}})
	})
	lines, err := Deferred(ctx, w.db, Filter{Entity: w.entity, Currency: "EUR", AsOf: month("2026-04")})
	if err != nil {
		t.Fatal(err)
	}
	standings, err := ledger.LoadStandings(ctx, w.db, w.accounts)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, l := range lines {
		p := standings[l.Account].Position(int64(l.Contract), l.Line)
		if off := p.Deferred.Minor() - p.Unbilled.Minor() - l.Net().Minor(); off != 0 {
			found = append(found, l.Line)
			if off != -100 || l.Account != account {
				t.Errorf("line %s of account %d is off by %d, planted were -100 in account %d", l.Line, l.Account, off, account)
			}
		}
	}
	if len(found) != 1 {
		t.Errorf("lines that differ are %v, one difference was planted in seats", found)
	}
}

func TestRemainingObligationsAreThePromisedFeesByYear(t *testing.T) {
	fee := fixed("seats", "platform", "1", "365", "year", contracts.Advance)
	w := newWorld(t, 0)
	w.sign(t, 0, fee, perCall("calls", "0.01", "month"))
	w.use(t, 0, "2026-09-10", "1000")
	w.tx(t, func(tx pgx.Tx) error {
		d := document(fee, perCall("calls", "0.01", "month"))
		d.Contract, d.Customer, d.Term.Through, d.Effective, d.Reason = "C-0", "c0", day("2028-12-31"), day("2026-02-01"), "three years"
		_, err := w.agree(tx, d)
		return err
	})
	w.run(t, "2026-10-01")
	got, err := Remaining(ctx, w.db, Filter{Entity: w.entity, Currency: "EUR", AsOf: month("2026-06")})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 {
		t.Fatalf("%d contracts with remaining obligations, one was signed", len(got))
	}
	// 184 days of 2026 at 1.00, then two years of 365.00
	if o := got[0]; o.Year1 != eur("365") || o.Total() != eur("914") {
		t.Errorf("remaining after June 2026: %s, %s and %s; due are 365.00 within a year and 914.00 in all", o.Year1, o.Year2, o.Later)
	}
}
