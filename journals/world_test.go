package journals

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
	"ratable/ledger"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ctx = context.Background()

func day(s string) period.Date    { return invoicingtest.Day(s) }
func month(s string) period.Month { return day(s + "-01").MonthOf() }

// world is the invoicing tests' company, seen by who keeps its books.
type world struct {
	*testing.T
	*invoicingtest.Company
}

func newWorld(t *testing.T) *world { return &world{t, invoicingtest.New(t, pgtest.New(t))} }

func (w *world) try(do func(tx pgx.Tx) error) error { return w.DB.Tx(ctx, do) }

func (w *world) tx(do func(tx pgx.Tx) error) {
	w.Helper()
	if err := w.try(do); err != nil {
		w.Fatal(err)
	}
}

// bonus is a journal that anybody would approve.
func bonus() Written {
	return Written{Entity: "rtus", Currency: "USD", On: "2026-03-31", Reason: "Accrue the auditor's fee",
		Lines: []WrittenLine{{Account: "Fees", Debit: "1,200.00"}, {Account: "PayableToSupplier", Credit: "1200"}}}
}

func (w *world) enter(written Written) Journal {
	w.Helper()
	var j Journal
	w.tx(func(tx pgx.Tx) (err error) { j, err = Enter(ctx, tx, written, w.Finance); return err })
	return j
}

// post takes a journal all the way: entered and submitted by finance, approved by the accountant.
func (w *world) post(written Written) Journal {
	w.Helper()
	j := w.enter(written)
	w.tx(func(tx pgx.Tx) error { return Submit(ctx, tx, j.ID, w.Finance) })
	w.tx(func(tx pgx.Tx) (err error) {
		j, err = Decide(ctx, tx, j.ID, access.Approve, "", w.Accountant)
		return err
	})
	return w.get(j.ID)
}

func (w *world) get(id ID) Journal {
	w.Helper()
	j, err := Get(ctx, w.DB, id)
	if err != nil {
		w.Fatal(err)
	}
	return j
}

func (w *world) close(m string) {
	w.Helper()
	w.tx(func(tx pgx.Tx) error { return ledger.CloseMonth(ctx, tx, w.US.ID, month(m), w.Accountant) })
}

// balance is what stands on an account of an entity at the end of a day.
func (w *world) balance(a ledger.Account, through string) string {
	w.Helper()
	trial, err := ledger.TrialBalance(ctx, w.DB, ledger.Filter{Entity: w.US.ID, Through: day(through)})
	if err != nil {
		w.Fatal(err)
	}
	return trial.Row(a, "USD").Closing.String()
}

// refused fails the test unless err is of a kind and says something.
func (w *world) refused(err, kind error, says string) {
	w.Helper()
	if fault.Kind(err) != kind || !strings.Contains(err.Error(), says) {
		w.Errorf("refused with %v, should be %v saying %q", err, kind, says)
	}
}

func fail(err error) error { return postgres.Fault(err) }
