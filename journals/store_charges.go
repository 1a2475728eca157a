package journals

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Charges lists what was booked between entities for some months of revenue, the latest first, without their lines.
func Charges(ctx context.Context, q postgres.Querier, months period.Span) ([]Charge, error) {
	rows, err := q.Query(ctx, `
		select seller_id, serving_id, currency, month, n, reference, booked_on, amount, account_id, entry_seq, serving_account, serving_seq
		from journals.charges where month >= @from and month < @to
		order by month desc, seller_id, serving_id, currency, n desc`, pgx.NamedArgs{"from": months.Start, "to": months.End})
	if err != nil {
		return nil, fmt.Errorf("list intercompany charges: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Charge, err error) {
		var minor int64
		err = row.Scan(&c.Seller, &c.Serving, &c.Currency, &c.Month, &c.N, &c.Reference, &c.BookedOn, &minor, &c.SellerAccount, &c.SellerSeq, &c.ServingAccount, &c.ServingSeq)
		c.Amount = money.Of(minor, c.Currency)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("list intercompany charges: %w", postgres.Fault(err))
	}
	return out, nil
}

// charged is what stands charged through a month, by line.
func charged(ctx context.Context, q postgres.Querier, through period.Month) ([]Charged, error) {
	rows, err := q.Query(ctx, `
		select c.seller_id, c.serving_id, c.currency, l.rule, l.contract_id, l.line, l.month, sum(l.amount)::bigint
		from journals.charge_lines l join journals.charges c on c.account_id = l.account_id and c.reference = l.reference
		where l.month <= @through::date
		group by 1, 2, 3, 4, 5, 6, 7`, pgx.NamedArgs{"through": through})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (x Charged, err error) {
		var minor int64
		var currency money.Currency
		err = row.Scan(&x.Seller, &x.Serving, &currency, &x.Rule, &x.Contract, &x.Line, &x.Month, &minor)
		x.Amount = money.Of(minor, currency)
		return x, err
	})
	return out, postgres.Fault(err)
}

func bookings(ctx context.Context, q postgres.Querier) (map[bookingKey]int, period.Month, error) {
	rows, err := q.Query(ctx, `select seller_id, serving_id, currency, month, max(n) from journals.charges group by 1, 2, 3, 4`)
	if err != nil {
		return nil, period.Month{}, postgres.Fault(err)
	}
	out := map[bookingKey]int{}
	var k bookingKey
	var n int
	var last period.Month
	_, err = pgx.ForEachRow(rows, []any{&k.Seller, &k.Serving, &k.currency, &k.month, &n}, func() error {
		if out[k] = n; k.month.After(last) {
			last = k.month
		}
		return nil
	})
	return out, last, postgres.Fault(err)
}

func insertCharges(ctx context.Context, tx pgx.Tx, all []Charge) error {
	var charges, lines [][]any
	for _, c := range all {
		charges = append(charges, []any{c.SellerAccount, c.Seller, c.Serving, string(c.Currency), c.Month.First(), c.N, c.Reference, c.BookedOn, c.Amount.Minor(), c.SellerSeq, c.ServingAccount, c.ServingSeq})
		for _, l := range c.Lines {
			lines = append(lines, []any{c.SellerAccount, c.Reference, l.Rule, l.Contract, l.Line, l.Month.First(), l.Revenue.Minor(), l.Amount.Minor()})
		}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"journals", "charges"}, []string{"account_id", "seller_id", "serving_id", "currency", "month", "n", "reference", "booked_on", "amount", "entry_seq", "serving_account", "serving_seq"}, pgx.CopyFromRows(charges))
	if err != nil {
		return postgres.Fault(err)
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"journals", "charge_lines"}, []string{"account_id", "reference", "rule", "contract_id", "line", "month", "revenue", "amount"}, pgx.CopyFromRows(lines))
	return postgres.Fault(err)
}

// lockCharges makes runs take turns: the second finds what the first has booked.
func lockCharges(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('journals.charges', 0))`)
	return postgres.Fault(err)
}
