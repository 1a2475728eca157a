package reports_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/reports"
	"ratable/revrec"
	"ratable/usage"
)

// accountant is somebody of the demo who may close.
func accountant(t *testing.T, q postgres.Querier) access.Actor {
	t.Helper()
	users, err := access.ListUsers(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range users {
		if a := (access.Actor{UserID: u.ID, Name: u.Name, Roles: u.Roles}); a.Has(access.Accountant) {
			return a
		}
	}
	t.Fatal("nobody keeps the books")
	return access.Actor{}
}

// rates are what a euro comes to on days after the demo's.
func rates(t *testing.T, db *postgres.DB, days ...period.Date) {
	t.Helper()
	var out []entities.Rate
	for _, day := range days {
		for quote, rate := range map[money.Currency]string{"USD": "1.10", "GBP": "0.86", "JPY": "161.2"} {
			out = append(out, entities.Rate{Base: "EUR", Quote: quote, On: day, Rate: decimal.RequireFromString(rate), Source: "test"})
		}
	}
	if err := db.Tx(ctx, func(tx pgx.Tx) error { return entities.RecordRates(ctx, tx, out, access.System("test")) }); err != nil {
		t.Fatal(err)
	}
}

// figures are a table's texts and figures, row by row.
func figures(t *testing.T, d reports.Drawn, name string) (out []string) {
	t.Helper()
	grid, ok := d.Table(name)
	if !ok {
		t.Fatalf("%s has no table %s", d.Report.Code, name)
	}
	for _, r := range grid.Rows {
		row := r.Cells[0].Text
		for _, c := range r.Cells[1:] {
			row += " " + c.Amount.String()
		}
		out = append(out, row)
	}
	return out
}

// TestTheWaterfallAsKnownAtACloseIsTheOneDrawnThen closes a month, lets usage arrive late for it, and wants both the old
// picture and why the new one differs.
func TestTheWaterfallAsKnownAtACloseIsTheOneDrawnThen(t *testing.T) {
	db := company.Clone(t)
	november := period.NewMonth(2026, time.November)
	rates(t, db, november.Last(), november.Next().Last())
	if err := bill(ctx, db, november.End()); err != nil {
		t.Fatal(err)
	}
	us := contractOf(t, db, "C-1001")
	directory, err := entities.Load(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	seller, _ := directory.ByID(us.Entity)
	b := book{seller, us.Currency}
	closing := accountant(t, db)
	held, err := invoicing.HeldContracts(ctx, db, today)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Tx(ctx, func(tx pgx.Tx) error { return revrec.Close(ctx, tx, seller.ID, november, closing, held...) }); err != nil {
		t.Fatal(err)
	}
	then := figures(t, draw(t, db, "waterfall", b.scope(november)), "waterfall")

	at := november.First().Time(time.UTC).Add(20 * 24 * time.Hour)
	for i := range 3 {
		e := usage.Event{Source: "late", ID: fmt.Sprint(i), Customer: us.Latest().Document.Customer, Meter: meterOf(us), OccurredAt: at, Quantity: decimal.NewFromInt(250000)}
		if r, err := usage.Ingest(ctx, db, []usage.Event{e}, at.AddDate(0, 1, 0), access.System("test")); err != nil || r.Accepted != 1 {
			t.Fatalf("late usage: %+v, %v", r, err)
		}
	}
	if err := earn(ctx, db, november.Next().Last()); err != nil {
		t.Fatal(err)
	}
	s := b.scope(november)
	s.Since = november
	d := draw(t, db, "waterfall", s)
	if diff := cmp.Diff(then, figures(t, d, "then")); diff != "" {
		t.Errorf("the waterfall as known at the close (-drawn then, +drawn now):\n%s", diff)
	}
	if diff := cmp.Diff(figures(t, draw(t, db, "waterfall", b.scope(november)), "waterfall"), figures(t, d, "now")); diff != "" {
		t.Errorf("the waterfall now, by itself and in the comparison:\n%s", diff)
	}
	for _, c := range d.Checks {
		if !c.OK() && c.Name == "Difference" {
			t.Errorf("%s: %s by cause, %s between the waterfalls", c.Name, c.Left, c.Right)
		}
	}
	// What came late is booked in December and belongs to November; nothing else could do that.
	late := of(journal(t, db, b), b.currency, func(e ledger.Entry, p ledger.Posting) bool {
		return p.Account.Info().Type == ledger.Income && p.Month == november && e.BookedOn.After(november.Last())
	})
	if late.IsZero() {
		t.Fatal("the late usage earned nothing: the test shows nothing")
	}
	same(t, "late usage", cell(t, d, "difference", "Late and corrected usage", "total"), late)
	s.Month, s.Since = november.Next(), period.Month{}
	corrections := draw(t, db, "corrections", s)
	same(t, "corrections of December", lateIn(t, corrections, november.Next(), "Late and corrected usage"), late)
}

func lateIn(t *testing.T, d reports.Drawn, m period.Month, cause string) money.Amount {
	t.Helper()
	grid, _ := d.Table("")
	sum := money.Zero(d.Scope.Currency)
	for _, r := range grid.Rows {
		if r.Kind == reports.Line && r.Cells[0].Month == m && r.Cells[5].Text == cause {
			sum = sum.Add(r.Cells[7].Amount)
		}
	}
	return sum
}

func contractOf(t *testing.T, q postgres.Querier, number string) contracts.Contract {
	t.Helper()
	c, err := contracts.Get(ctx, q, number)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// meterOf is the first meter a contract is billed by.
func meterOf(c contracts.Contract) string {
	for _, l := range c.Latest().Document.Lines {
		if l.Usage != nil {
			return l.Usage.Meter
		}
	}
	return ""
}

// TestEveryClosedMonthExplainsWhatChangedSince compares every book with every month that was closed.
func TestEveryClosedMonthExplainsWhatChangedSince(t *testing.T) {
	db := company.Clone(t)
	for _, b := range books(t, db) {
		events, err := ledger.MonthEvents(ctx, db, b.entity.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Event != "closed" {
				continue
			}
			s := b.scope(over)
			s.Since = e.Month
			d := draw(t, db, "waterfall", s)
			for _, c := range d.Checks {
				if !c.OK() {
					t.Errorf("%s since %s, %s: %s says %s, %s says %s", b, e.Month, c.Name, c.LeftName, c.Left, c.RightName, c.Right)
				}
			}
			now, then := figures(t, d, "now"), figures(t, d, "then")
			if len(now) < len(then) {
				t.Errorf("%s since %s: %d rows then and %d now; a month that was billed in does not go away", b, e.Month, len(then), len(now))
			}
			for _, column := range []period.Month{over, over.Next(), over.Add(5)} {
				same(t, b.String()+" since "+e.Month.String()+" in "+column.String(), cell(t, d, "difference", "Total", column.String()), cell(t, d, "now", "Total", column.String()).Sub(cell(t, d, "then", "Total", column.String())))
			}
		}
	}
}
