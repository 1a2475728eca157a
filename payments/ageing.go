package payments

import (
	"cmp"
	"slices"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Bucket sorts what is open by the days it is late.
type Bucket int

const (
	NotDue Bucket = iota // due on the day of the report or later
	Late1                // 1 to 30 days
	Late31
	Late61
	Late91
	Late121 // more than 120 days
	buckets
)

// BucketNames are the column heads of the report, in order.
var BucketNames = [buckets]string{"Not due", "1-30", "31-60", "61-90", "91-120", "Over 120"}

// String is the column head.
func (b Bucket) String() string { return BucketNames[b] }

// BucketOf sorts an invoice due on a day, seen on another.
func BucketOf(due, asOf period.Date) Bucket {
	late := asOf.Sub(due)
	if late <= 0 {
		return NotDue
	}
	return min(Bucket((late-1)/30)+Late1, Late121)
}

// Aged is one open document in the report.
type Aged struct {
	OpenInvoice
	DaysLate int // 0 when not due
	Bucket   Bucket
}

// AgeingRow is what one payer owes one of our entities in one currency. Open
// adds up the buckets; Unapplied is money of theirs that pays nothing yet. Open
// less Unapplied is what they owe in all.
type AgeingRow struct {
	Entity    entities.ID
	Payer     customers.ID
	Account   customers.AccountID
	Currency  money.Currency
	Buckets   [buckets]money.Amount
	Open      money.Amount
	Unapplied money.Amount
	Documents []Aged // the earliest due first
}

// AgeingReport is the receivables of a day by age. Totals has one row per
// currency; entity, payer and documents are empty in it.
type AgeingReport struct {
	AsOf   period.Date
	Rows   []AgeingRow
	Totals []AgeingRow
}

// Age sorts open documents and unapplied money of a day into the report.
func Age(asOf period.Date, open []OpenInvoice, balances []Balance) AgeingReport {
	rows := map[Balance]*AgeingRow{} // by everything but the amount
	at := func(account customers.AccountID, payer customers.ID, entity entities.ID, c money.Currency) *AgeingRow {
		key := Balance{account, payer, entity, money.Zero(c)}
		if rows[key] == nil {
			rows[key] = newAgeingRow(key)
		}
		return rows[key]
	}
	for _, o := range open {
		at(o.Account, o.Payer, o.Entity, o.Open.Currency()).add(Aged{o, max(asOf.Sub(o.DueOn), 0), BucketOf(o.DueOn, asOf)})
	}
	for _, b := range balances {
		row := at(b.Account, b.Payer, b.Entity, b.Amount.Currency())
		row.Unapplied = row.Unapplied.Add(b.Amount)
	}
	report := AgeingReport{AsOf: asOf}
	for _, row := range rows {
		report.Rows = append(report.Rows, *row)
	}
	slices.SortFunc(report.Rows, func(a, b AgeingRow) int {
		return cmp.Or(cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Entity, b.Entity), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Payer, b.Payer))
	})
	report.Totals = TotalsOf(report.Rows)
	return report
}

func newAgeingRow(b Balance) *AgeingRow {
	zero := b.Amount
	row := &AgeingRow{Entity: b.Entity, Payer: b.Payer, Account: b.Account, Currency: zero.Currency(), Open: zero, Unapplied: zero}
	for i := range row.Buckets {
		row.Buckets[i] = zero
	}
	return row
}

func (r *AgeingRow) add(a Aged) {
	r.Documents = append(r.Documents, a)
	r.Buckets[a.Bucket] = r.Buckets[a.Bucket].Add(a.Open)
	r.Open = r.Open.Add(a.Open)
}

// TotalsOf adds rows up, currency by currency.
func TotalsOf(rows []AgeingRow) []AgeingRow {
	var out []AgeingRow
	for _, row := range rows {
		i := slices.IndexFunc(out, func(sum AgeingRow) bool { return sum.Currency == row.Currency })
		if i < 0 {
			i, out = len(out), append(out, *newAgeingRow(Balance{Amount: money.Zero(row.Currency)}))
		}
		sum := &out[i]
		for b, amount := range row.Buckets {
			sum.Buckets[b] = sum.Buckets[b].Add(amount)
		}
		sum.Open, sum.Unapplied = sum.Open.Add(row.Open), sum.Unapplied.Add(row.Unapplied)
	}
	return out
}
