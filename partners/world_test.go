package partners

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
	"ratable/ledger"
	"ratable/payments"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var ctx = context.Background()

func usd(s string) money.Amount {
	a, err := money.ParseAmount(s, "USD")
	if err != nil {
		panic(err)
	}
	return a
}

func day(s string) period.Date { return invoicingtest.Day(s) }

// world is the invoicing tests' company, with money coming in.
type world struct {
	*testing.T
	*invoicingtest.Company
}

func newWorld(t *testing.T) *world {
	return &world{t, invoicingtest.New(t, pgtest.New(t))}
}

func (w *world) tx(do func(tx pgx.Tx) error) {
	w.Helper()
	if err := w.DB.Tx(ctx, do); err != nil {
		w.Fatal(err)
	}
}

func (w *world) pay(customer, amount, on, reference string) payments.Receipt {
	w.Helper()
	var r payments.Receipt
	w.tx(func(tx pgx.Tx) (err error) {
		r, err = payments.Record(ctx, tx, payments.Receipt{Payer: w.Customers[customer].ID, Amount: usd(amount), ReceivedOn: day(on), Reference: reference}, w.Finance)
		return err
	})
	return r
}

// accrue runs the commissions of a day and says what it booked: "1000.00".
func (w *world) accrue(on string) string {
	w.Helper()
	r, err := Run(ctx, w.DB, day(on), w.Finance)
	if err != nil || len(r.Failures) > 0 {
		w.Fatalf("accrue on %s: %v %v", on, err, r.Failures)
	}
	if r.Entries == 0 {
		return "nothing"
	}
	return r.Accrued["USD"].String()
}

func (w *world) settle(party, amount, on, reference string) (s Settlement, err error) {
	err = w.DB.Tx(ctx, func(tx pgx.Tx) error {
		s, err = Settle(ctx, tx, Settlement{Party: w.Customers[party].ID, Owed: Commission, Amount: usd(amount), On: day(on), Reference: reference}, w.Finance)
		return err
	})
	return s, err
}

func (w *world) balance(party string) string {
	w.Helper()
	all, err := ledger.PartyBalances(ctx, w.DB, w.Customers[party].ID, forever)
	if err != nil {
		w.Fatal(err)
	}
	var out []string
	for _, b := range all {
		out = append(out, fmt.Sprintf("%s earned %s settled %s left %s", b.Ledger, b.Earned, b.Settled, b.Left()))
	}
	return strings.Join(out, "; ")
}

func (w *world) numbers(customer string) []string {
	var out []string
	for _, d := range w.Documents(w.T, w.Account(customer)) {
		out = append(out, d.Number)
	}
	return out
}
