package opening

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing"
	"ratable/invoicing/invoicingtest"
	"ratable/ledger"
	"ratable/payments"
	"ratable/revrec"
)

var ctx = context.Background()

func TestMain(m *testing.M) { pgtest.Main(m) }

func day(s string) period.Date {
	d, err := period.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func usd(s string) money.Amount {
	a, err := money.ParseAmount(s, "USD")
	if err != nil {
		panic(err)
	}
	return a
}

// company is a company with the contracts of a test.
type company struct {
	*invoicingtest.Company
	t       *testing.T
	signed  []string          // numbers
	holders map[string]string // who holds a contract
}

func begin(t *testing.T) *company {
	return &company{Company: invoicingtest.New(t, pgtest.New(t)), t: t, holders: map[string]string{}}
}

func (c *company) sign(number, holder, lines string) {
	c.t.Helper()
	c.Sign(c.t, fmt.Sprintf("contract: %s\nentity: rtus\ncustomer: %s\ncurrency: USD\nterm: {from: 2026-01-01, through: 2026-12-31}\nbilling: {net_days: 30}\n%s", number, holder, lines))
	c.signed, c.holders[number] = append(c.signed, number), holder
}

// live bills and recognizes month by month, as the daily jobs do.
func (c *company) live(from, through string) {
	c.t.Helper()
	for m := day(from).MonthOf(); !m.After(day(through).MonthOf()); m = m.Next() {
		c.Bill(c.t, m.First().String())
		c.earn(m.Last())
	}
}

func (c *company) earn(asOf period.Date) revrec.Result {
	c.t.Helper()
	r, err := revrec.Run(ctx, c.DB, revrec.Options{AsOf: asOf}, c.Accountant)
	if err != nil || len(r.Failures) > 0 {
		c.t.Fatalf("recognize through %s: %v %v", asOf, err, r.Failures)
	}
	return r
}

// pay records a transfer on a day and applies it to a document.
func (c *company) pay(on, document string, amount money.Amount, payer customers.ID) {
	c.t.Helper()
	err := c.DB.Tx(ctx, func(tx pgx.Tx) error {
		_, err := payments.Record(ctx, tx, payments.Receipt{Payer: payer, Entity: c.US.ID, Amount: amount, ReceivedOn: day(on), Reference: "Transfer " + document,
			Wishes: []payments.Part{{Document: document}}}, c.Finance)
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// balances adds the ledger up by account through a day.
func (c *company) balances(through period.Date) map[string]string {
	c.t.Helper()
	trial, err := ledger.TrialBalance(ctx, c.DB, ledger.Filter{Entity: c.US.ID, Currency: "USD", Through: through})
	if err != nil {
		c.t.Fatal(err)
	}
	out := map[string]string{}
	for _, r := range trial.Rows {
		if !r.Closing.IsZero() {
			out[r.Account.String()] = r.Closing.String()
		}
	}
	return out
}

// export writes the file that another system would give on a day: what we would have been told, had these books been its own.
func (c *company) export(cutOver string, figure func(contract, line string, recognized money.Amount) (money.Amount, string)) string {
	c.t.Helper()
	eve := day(cutOver).AddDays(-1)
	var b strings.Builder
	fmt.Fprintf(&b, "entity: rtus\ncurrency: USD\ncut_over: %s\ncontracts:\n", cutOver)
	earned := map[string]money.Amount{}
	numbers := map[int64]string{}
	c.invoices(func(_ string, d invoicing.Issued) {
		for _, l := range d.Lines {
			numbers[int64(l.Contract)] = l.ContractNumber
		}
	})
	lines, err := ledger.LinesPage(ctx, c.DB, ledger.LineFilter{Entity: c.US.ID, Through: eve, Limit: 500})
	if err != nil {
		c.t.Fatal(err)
	}
	for _, l := range lines {
		earned[numbers[l.Contract]+" "+l.Line] = l.Earned
	}
	for _, number := range c.signed {
		fmt.Fprintf(&b, "  - contract: %s\n    lines:\n", number)
		for _, key := range slices.Sorted(maps.Keys(earned)) {
			if contract, line, _ := strings.Cut(key, " "); contract == number {
				amount, treatment := figure(contract, line, earned[key])
				fmt.Fprintf(&b, "      - {line: %s, recognized: %s%s}\n", line, amount, treatment)
			}
		}
	}
	fmt.Fprintf(&b, "invoices:\n")
	open, err := ledger.OpenOn(ctx, c.DB, nil, eve)
	if err != nil {
		c.t.Fatal(err)
	}
	c.invoices(func(holder string, d invoicing.Issued) {
		if d.IssuedOn.After(eve) {
			return
		}
		left := usd("0")
		for _, o := range open {
			if o.Document == d.Number {
				left = o.Amount
			}
		}
		fmt.Fprintf(&b, "  - document: OLD-%s\n    on: %s\n    due: %s\n    tax: %s\n    open: %s\n    lines:\n", d.Number, d.IssuedOn, d.DueOn, d.Tax, left)
		for _, l := range d.Lines {
			fmt.Fprintf(&b, "      - {contract: %s, line: %s, kind: %s, from: %s, through: %s, amount: %s}\n", l.ContractNumber, l.Line, l.Kind, l.Span.Start, l.Span.End.AddDays(-1), l.Amount)
		}
	})
	fmt.Fprintf(&b, "control:\n")
	held := c.balances(eve)
	for _, a := range controlled {
		if v, ok := held[a.String()]; ok {
			fmt.Fprintf(&b, "  %s: %s\n", a, v)
		}
	}
	return b.String()
}

func (c *company) invoices(each func(holder string, d invoicing.Issued)) {
	for _, holder := range slices.Sorted(maps.Keys(c.Customers)) {
		if holder == "harbor" || holder == "summit" {
			continue // of the partner's family
		}
		for _, d := range c.Documents(c.t, c.Account(holder)) {
			each(holder, d)
		}
	}
}

// why explains a month of a line.
func (c *company) why(number, line, month string) revrec.Reasons {
	c.t.Helper()
	k, err := contracts.Get(ctx, c.DB, number)
	if err != nil {
		c.t.Fatal(err)
	}
	out, err := revrec.Why(ctx, c.DB, k.Account, k.ID, line, day(month).MonthOf())
	if err != nil {
		c.t.Fatal(err)
	}
	return out
}

func asIs(_, _ string, recognized money.Amount) (money.Amount, string) { return recognized, "" }

func (c *company) bring(file string) Result {
	c.t.Helper()
	r, err := Import(ctx, c.DB, []byte(file), c.Accountant)
	if err != nil {
		c.t.Fatalf("bring over: %v", err)
	}
	return r
}

// asked lists what was asked from a day on, without the numbers: they go on in another series.
func (c *company) asked(from period.Date) []string {
	var out []string
	c.invoices(func(holder string, d invoicing.Issued) {
		if d.IssuedOn.Before(from) {
			return
		}
		out = append(out, fmt.Sprintf("%s %s tax %s total %s due %s", holder, d.IssuedOn, d.Tax, d.Total, d.DueOn))
		for _, l := range d.Lines {
			out = append(out, fmt.Sprintf("%s %s %s %s %s %s %s", holder, d.IssuedOn, l.ContractNumber, l.Line, l.Kind, l.Span, l.Amount))
		}
	})
	return out
}

// revenue lists what was earned from a month on, by line and month.
func (c *company) revenue(from period.Month, through period.Month) []string {
	c.t.Helper()
	earned, err := ledger.EarnedLines(ctx, c.DB, c.US.ID, nil, through)
	if err != nil {
		c.t.Fatal(err)
	}
	var out []string
	for _, e := range earned {
		if !e.Month.Before(from) && !e.Amount.IsZero() {
			out = append(out, fmt.Sprintf("%d %s %s %s", e.Account, e.Line, e.Month, e.Amount))
		}
	}
	return out
}

// random signs random contracts in several companies alike, with the same usage.
func random(r *rand.Rand, all ...*company) {
	for n := range 6 {
		var b strings.Builder
		b.WriteString("lines:\n")
		pick := []string{"every: month", "every: quarter", "every: year", "every: month, in: arrears", "every: quarter, in: arrears"}
		for i := range 1 + r.IntN(2) {
			fmt.Fprintf(&b, "  - {id: platform-%d, product: platform, fixed: {quantity: %d, unit_price: %d.%02d, %s}}\n", i, 1+r.IntN(3), 10+r.IntN(90), r.IntN(100), pick[r.IntN(len(pick))])
		}
		if r.IntN(2) == 0 {
			fmt.Fprintf(&b, "  - {id: setup, product: setup, once: {unit_price: %d.00, on: 2026-%02d-15}}\n", 50+r.IntN(100), 1+r.IntN(12))
		}
		if r.IntN(2) == 0 {
			b.WriteString("  - {id: api, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 0.05}}}\n")
		}
		if r.IntN(2) == 0 {
			fmt.Fprintf(&b, "  - {id: drawn, product: storage, usage: {meter: storage.gb, every: month, price: {model: per_unit, amount: 0.10}}}\n")
			fmt.Fprintf(&b, "prepaid:\n  - {id: bundle, product: prepaid, lines: [drawn], amount: %d.00, every: %s, overage: {factor: 1.5}}\n", 20+r.IntN(60), []string{"quarter", "year"}[r.IntN(2)])
		}
		number, holder := fmt.Sprintf("C-%d", n), []string{"acme", "lone", "partner"}[n%3]
		for _, c := range all {
			c.sign(number, holder, b.String())
		}
	}
	for range 40 {
		holder, on, quantity := []string{"acme", "lone", "partner"}[r.IntN(3)], period.NewDate(2026, 1, 1).AddDays(r.IntN(360)).String(), fmt.Sprint(1+r.IntN(500))
		meter := []string{"api.calls", "storage.gb"}[r.IntN(2)]
		for _, c := range all {
			c.Use(c.t, holder, meter, on, quantity)
		}
	}
}
