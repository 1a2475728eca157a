package demo_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/reconcile"
)

// reconciled draws up a month of the American entity, or says which.
func reconciled(t *testing.T, db *postgres.DB, s reconcile.Scope, codes ...string) (out []reconcile.Result) {
	t.Helper()
	err := db.Snapshot(context.Background(), func(tx pgx.Tx) (err error) {
		out, err = reconcile.Of(context.Background(), tx, s, codes...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// outside are the comparisons that wait for another program's side.
var outside = []string{"cash", "exports", "bookings"}

func TestEveryReconciliationOfTheDemosYearIsZero(t *testing.T) {
	t.Parallel()
	db := company.Clone(t)
	seen := map[string]int{}
	for _, e := range all(t, db) {
		for month := period.NewMonth(2025, 11); month.Before(period.NewMonth(2026, 11)); month = month.Next() {
			found, err := reconcile.All(context.Background(), db, e.ID, month)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range found {
				what := fmt.Sprintf("%s %s %s %s", e.Code, r.Currency, month, r.Code)
				switch {
				case r.State == reconcile.NotLoaded && slices.Contains(outside, r.Code):
				case r.State != reconcile.OK:
					t.Errorf("%s is %s: %s against %s, %v %v", what, r.State, r.Left.Display(), r.Right.Display(), r.Items, r.Notes)
				case !r.Variance().IsZero() || len(r.Items) > 0:
					t.Errorf("%s is ok with a variance of %s and %d items", what, r.Variance().Display(), len(r.Items))
				}
				seen[r.Code] += r.Compared
			}
		}
	}
	for _, spec := range reconcile.Specs {
		if seen[spec.Code] == 0 && !slices.Contains([]string{"cash", "bookings", "journals"}, spec.Code) {
			t.Errorf("%s compared nothing in the whole year", spec.Code)
		}
	}
}

// discrepancy is one planted by hand: where it must be seen, as which item, with which variance.
type discrepancy struct {
	code, month string
	table, sql  string
	item        string
	variance    string // of the item
	prepare     func(t *testing.T, db *postgres.DB, s reconcile.Scope)
}

// pair changes two postings of one entry by 1.00, so that the entry still balances.
func pair(entry string, debit, credit string) string {
	one := func(which string) string {
		return `p.n = (select min(p.n) from ledger.postings p where p.account_id = e.account_id and p.entry_seq = e.seq and ` + which + `)`
	}
	return `update ledger.postings p set amount = amount + case when ` + one(debit) + ` then 100 else -100 end
		from ledger.entries e where e.account_id = p.account_id and e.seq = p.entry_seq and e.source = '` + entry + `' and (` + one(debit) + ` or ` + one(credit) + `)`
}

// discrepancies are planted in American dollars, each in a company of its own.
var discrepancies = []discrepancy{
	{code: "billing", month: "2026-10", table: "ledger.postings", item: "", variance: "-1.00",
		sql: `with one as (select e.account_id, e.seq from ledger.entries e join ledger.postings p on p.account_id = e.account_id and p.entry_seq = e.seq
				where e.source like 'invoice:NLUS%' and e.currency = 'USD' and e.booked_on between '2026-10-01' and '2026-10-31'
				group by e.account_id, e.seq having count(*) filter (where ledger_account = 2100) = 1 order by e.account_id, e.seq limit 1)
			update ledger.postings p set amount = amount + case when ledger_account = 1100 then 100 else -100 end
			from one where p.account_id = one.account_id and p.entry_seq = one.seq and ledger_account in (1100, 2100)`},
	{code: "usage", month: "2026-10", table: "ledger.postings", item: "C-1001 api", variance: "-1.00",
		sql: pair("revenue:C-1001:2026-10:1", "p.line = 'api' and p.ledger_account in (1150, 2100)", "p.line = 'api' and p.ledger_account = 4000")},
	{code: "usage", month: "2026-10", table: "usage.days", item: "C-1001 api",
		sql: `update usage.days set quantity = quantity * 2 where (account_id, customer_id, meter_id, day) = (
			select d.account_id, d.customer_id, d.meter_id, d.day from usage.days d join contracts.contracts c on c.customer_id = d.customer_id join catalog.meters m on m.id = d.meter_id
			where c.number = 'C-1001' and m.code = 'api.calls' and d.day between '2026-10-02' and '2026-10-30' order by d.quantity desc limit 1)`},
	{code: "cash", month: "2026-09", table: "ledger.postings", item: "BT-", variance: "-1.00", prepare: loadPayouts,
		sql: `update ledger.postings p set amount = amount + case when ledger_account = 1010 then 100 else -100 end
			where ledger_account in (1010, 1100) and (account_id, entry_seq) = (
				select r.account_id, r.entry_seq from payments.receipts r join ledger.postings x on x.account_id = r.account_id and x.entry_seq = r.entry_seq
				where r.currency = 'USD' and r.booked_on between '2026-09-01' and '2026-09-30' and r.transaction like 'BT-%' group by 1, 2 having count(*) = 2 order by 1, 2 limit 1)`},
	{code: "receivables", month: "2026-10", table: "payments.applications", item: "NLUS-2026-000019", variance: "0.01",
		sql: `update payments.applications set amount = amount - 1 where document = 'NLUS-2026-000019'`},
	{code: "deferred", month: "2026-10", table: "revrec.schedule", item: "C-1004 seats", variance: "-1.00",
		sql: `update revrec.schedule set amount = amount + 100 where (account_id, id) = (select s.account_id, s.id from revrec.schedule s
			join contracts.contracts c on c.account_id = s.account_id and c.id = s.contract_id join revrec.recognitions r on r.account_id = s.account_id and r.schedule_id = s.id
			where c.number = 'C-1004' and s.line = 'seats' and r.month = '2026-10-01' order by s.id limit 1)`},
	{code: "deferred", month: "2026-10", table: "ledger.postings", item: "C-1004 seats",
		sql: `delete from ledger.postings p using ledger.entries e where e.account_id = p.account_id and e.seq = p.entry_seq and e.source = 'revenue:C-1004:2026-10:1'`},
	{code: "column", month: "2026-10", table: "revrec.recognitions", item: "C-1004 seats",
		sql: `delete from revrec.recognitions r using revrec.schedule s, contracts.contracts c where s.account_id = r.account_id and s.id = r.schedule_id
			and c.id = s.contract_id and c.number = 'C-1004' and s.line = 'seats' and r.month = '2026-10-01'`},
	{code: "unbilled", month: "2026-10", table: "ledger.postings", item: "C-1001 api", variance: "-1.00",
		sql: pair("revenue:C-1001:2026-10:1", "p.line = 'api' and p.ledger_account = 1150", "p.line = 'api' and p.ledger_account = 4000")},
	{code: "prepaid", month: "2026-10", table: "ledger.postings", item: "C-1002 prepaid", variance: "1.00",
		sql: pair("revenue:C-1002:2026-10:1", "p.line = 'prepaid' and p.ledger_account = 2100", "p.line = 'prepaid' and p.ledger_account = 4000")},
	{code: "balances", month: "2026-10", table: "payments.receipts", item: "R-", variance: "1.00",
		sql: `update payments.receipts set amount = amount + 100 where id = (select min(id) from payments.receipts where currency = 'USD' and booked_on >= '2026-06-01')`},
	{code: "tax", month: "2026-10", table: "invoicing.tax_lines", item: "NLUS-2026-", variance: "0.07",
		sql: `update invoicing.tax_lines set tax = tax + 7 where (account_id, seq, n) = (select t.account_id, t.seq, t.n from invoicing.tax_lines t join invoicing.documents d on d.account_id = t.account_id and d.seq = t.seq
			where d.currency = 'USD' and d.issued_on between '2026-10-01' and '2026-10-31' and t.tax > 0 order by 1, 2, 3 limit 1)`},
	{code: "price", month: "2026-09", table: "revrec.schedule", item: "C-1004", variance: "-1.00", sql: laterRow},
	{code: "obligations", month: "2026-09", table: "revrec.schedule", item: "C-1004", variance: "1.00", sql: laterRow},
	{code: "exports", month: "2025-11", table: "ledger.postings", item: "NetSuite, batch 1", variance: "1.00", sql: firstExported},
	{code: "exports", month: "2025-11", table: "exports.batch_entries", item: "invoice:",
		sql: `delete from exports.batch_entries where (account_id, entry_seq) = (select e.account_id, e.seq from ledger.entries e join exports.batch_entries m on m.account_id = e.account_id and m.entry_seq = e.seq
			where e.source like 'invoice:NLUS%' order by 1, 2 limit 1)`},
	{code: "bookings", month: "2026-10", table: "reconcile.bookings", variance: "1.00", prepare: loadBookings,
		sql: `update reconcile.bookings set amount = amount + 100 where (load_id, n) = (select load_id, n from reconcile.bookings order by load_id desc, n limit 1)`},
	{code: "opening", month: "2026-09", table: "ledger.postings", item: "Deferred revenue", sql: `update ledger.postings p set booked_on = '2026-08-31' from ledger.entries e
			where e.account_id = p.account_id and e.seq = p.entry_seq and e.source = 'revenue:C-1004:2026-10:1'`},
	{code: "opening", month: "2026-09", table: "ledger.postings", item: "Revenue", variance: "-1.00", prepare: keepAugust,
		sql: pair("revenue:C-1004:2026-07:1", "p.line = 'seats' and p.ledger_account = 2100", "p.line = 'seats' and p.ledger_account = 4000")},
	{code: "balanced", month: "2026-10", table: "ledger.postings", item: "revenue:C-1004:2026-10:1", variance: "1.00",
		sql: `update ledger.postings p set amount = amount + 100 from ledger.entries e where e.account_id = p.account_id and e.seq = p.entry_seq and e.source = 'revenue:C-1004:2026-10:1' and p.line = 'seats' and p.ledger_account = 2100`},
	{code: "billed", month: "2026-10", table: "ledger.billed", item: "C-1002 platform", variance: "-0.01", sql: aRecord},
	{code: "rows", month: "2026-10", table: "ledger.billed", variance: "0.01", sql: aRecord},
	{code: "journals", month: "2026-11", table: "ledger.postings", item: "NLUS-JE-", variance: "-1.00", prepare: writeJournal,
		sql: `update ledger.postings p set amount = amount + sign(amount)::int * 100 from ledger.entries e where e.account_id = p.account_id and e.seq = p.entry_seq and e.source like 'manual:%'`},
	{code: "elsewhere", month: "2026-11", table: "ledger.postings", item: "Accounts receivable", variance: "-1.00", prepare: tellElsewhere,
		sql: `update ledger.postings p set amount = amount + 100 from ledger.entries e where e.account_id = p.account_id and e.seq = p.entry_seq and e.source like 'subledger:%' and e.memo like '%OLD-1%' and p.ledger_account = 1100 and p.amount > 0`},
	{code: "receipts", month: "2026-10", table: "ledger.postings", item: "R-", variance: "-1.00",
		sql: `update ledger.postings p set amount = amount + case when ledger_account = 1010 then 100 else -100 end
			where ledger_account in (1010, 1100) and (account_id, entry_seq) = (
				select r.account_id, r.entry_seq from payments.receipts r join ledger.postings x on x.account_id = r.account_id and x.entry_seq = r.entry_seq
				where r.currency = 'USD' and r.booked_on between '2026-10-01' and '2026-10-31' group by 1, 2 having count(*) = 2 order by 1, 2 limit 1)`},
	{code: "column", month: "2026-10", table: "ledger.postings", item: "C-1004 seats", variance: "-1.00", sql: aRevenue},
	{code: "rollforward", month: "2026-10", table: "ledger.postings", item: "C-1004 seats", variance: "1.00", sql: aRevenue},
	{code: "netting", month: "2026-09", table: "ledger.postings", item: "Deferred revenue",
		sql: `update ledger.postings p set contract_id = null, line = null from ledger.entries e where e.account_id = p.account_id and e.seq = p.entry_seq and e.source = 'revenue:C-1004:2026-09:1' and p.line = 'seats' and p.ledger_account = 2100`},
}

// laterRow changes what is still to be earned; aRevenue a release of deferred revenue; aRecord what is recorded as billed.
const (
	laterRow = `update revrec.schedule set amount = amount + 100 where (account_id, id) = (select s.account_id, s.id from revrec.schedule s
		join contracts.contracts c on c.account_id = s.account_id and c.id = s.contract_id
		where c.number = 'C-1004' and s.line = 'seats' and s.month >= '2026-11-01' order by s.id limit 1)`
	aRecord = `update ledger.billed set amount = amount + 1 where (account_id, entry_seq, n) = (
		select b.account_id, b.entry_seq, b.n from ledger.billed b join contracts.contracts c on c.account_id = b.account_id and c.id = b.contract_id where c.number = 'C-1002' and b.line = 'platform' and b.booked_on <= '2026-10-31' order by b.entry_seq desc limit 1)`
	firstExported = `update ledger.postings p set amount = amount + case when ledger_account = 1100 then -100 else 100 end
		where ledger_account in (1100, 2100) and (account_id, entry_seq) = (select x.account_id, x.entry_seq from exports.batch_entries m join ledger.postings x on x.account_id = m.account_id and x.entry_seq = m.entry_seq
			where m.target = 'netsuite' and x.ledger_account in (1100, 2100) group by 1, 2 having count(*) = 2 and count(distinct x.ledger_account) = 2 and min(x.amount) < 0 order by 1, 2 limit 1)`
)

var aRevenue = pair("revenue:C-1004:2026-10:1", "p.line = 'seats' and p.ledger_account = 2100", "p.line = 'seats' and p.ledger_account = 4000")

func TestEachReconciliationNamesWhatIsPlanted(t *testing.T) {
	t.Parallel()
	covered := map[string]bool{}
	for _, d := range discrepancies {
		covered[d.code] = true
		t.Run(d.code+" "+d.table, func(t *testing.T) {
			t.Parallel()
			d.hold(t)
		})
	}
	for _, spec := range reconcile.Specs {
		if !covered[spec.Code] {
			t.Errorf("no discrepancy is planted for %s", spec.Code)
		}
	}
}

// hold wants the comparison silent before the discrepancy is planted, and the planted item named after it.
func (d discrepancy) hold(t *testing.T) {
	db := company.Clone(t)
	month, err := period.ParseMonth(d.month)
	if err != nil {
		t.Fatal(err)
	}
	s := reconcile.Scope{Entity: all(t, db)[0].ID, Currency: "USD", Month: month}
	if d.prepare != nil {
		d.prepare(t, db, s)
	}
	for _, r := range reconciled(t, db, s, d.code) {
		if r.State != reconcile.OK {
			t.Fatalf("before anything is planted it is %s: %v %v", r.State, r.Items, r.Notes)
		}
	}
	pgtest.Plant(t, db, d.table, d.sql)
	r := reconciled(t, db, s, d.code)[0]
	if r.State != reconcile.Difference || len(r.Items) == 0 {
		t.Fatalf("the discrepancy is not seen: %s against %s, %s", r.Left.Display(), r.Right.Display(), r.State)
	}
	at := slices.IndexFunc(r.Items, func(i reconcile.Item) bool {
		return strings.Contains(i.Name, d.item) && (d.variance == "" || i.Variance().Display() == d.variance)
	})
	if at < 0 {
		t.Fatalf("no item %q with a variance of %s: %+v", d.item, d.variance, r.Items)
	}
	if i := r.Items[at]; i.Why == "" {
		t.Errorf("%s does not say why it may differ", i.Name)
	}
	if d.variance != "" && len(r.Items) == 1 && r.Variance().Display() != d.variance {
		t.Errorf("the item differs by %s, and all by %s", d.variance, r.Variance().Display())
	}
	if d.variance != "" && r.Gross().Cmp(r.Items[at].Variance().Abs()) != 0 {
		t.Errorf("%s was planted, and items differ by %s: %+v", d.variance, r.Gross().Display(), r.Items)
	}
}

// loadPayouts loads the receipts of a month as the bank would list them.
func loadPayouts(t *testing.T, db *postgres.DB, s reconcile.Scope) {
	t.Helper()
	rows := texts(t, db, `select concat_ws(',', received_on, transaction, round(amount / 100.0, 2), currency, '"' || replace(reference, '"', '') || '"')
		from payments.receipts where entity_id = $1 and currency = $2 and booked_on >= $3 and booked_on < $4 order by id`, s.Entity, string(s.Currency), s.Month.First(), s.Month.End())
	if len(rows) < 10 {
		t.Fatalf("only %d receipts in the month", len(rows))
	}
	loadFile(t, db, reconcile.Payouts, s, "date,transaction,amount,currency,reference\n"+strings.Join(rows, "\n"))
}

// loadBookings loads bookings that are what an empty file misses.
func loadBookings(t *testing.T, db *postgres.DB, s reconcile.Scope) {
	t.Helper()
	const head = "number,customer,amount,currency,signed_on\n"
	loadFile(t, db, reconcile.Bookings, s, head)
	file := head
	missing := reconciled(t, db, s, "bookings")[0]
	for _, i := range missing.Items {
		file += fmt.Sprintf("%s,,%s,USD,%s\n", i.Name, i.Right, s.Month.First())
	}
	if len(missing.Items) == 0 {
		t.Fatal("no contract was entered in the month")
	}
	loadFile(t, db, reconcile.Bookings, s, file)
}

func loadFile(t *testing.T, db *postgres.DB, source reconcile.Source, s reconcile.Scope, content string) {
	t.Helper()
	if got := reconciled(t, db, s, map[reconcile.Source]string{reconcile.Payouts: "cash", reconcile.Bookings: "bookings"}[source])[0]; got.State == reconcile.OK && len(got.Items) == 0 && got.Compared > 0 {
		t.Fatalf("%s is compared before anything was loaded", source)
	}
	err := db.Tx(context.Background(), func(tx pgx.Tx) error {
		l, err := reconcile.LoadFile(context.Background(), tx, source, s.Entity, s.Month.Span(), "file.csv", []byte(content), false, access.System("test"))
		if err == nil && (l.Refused() > 0 || l.ID == 0) {
			return fmt.Errorf("%d rows refused: %+v", l.Refused(), l.Rows)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// keepAugust keeps the balances as the closing of August would have.
func keepAugust(t *testing.T, db *postgres.DB, s reconcile.Scope) {
	t.Helper()
	err := db.Tx(context.Background(), func(tx pgx.Tx) error {
		return reconcile.KeepClosing(context.Background(), tx, s.Entity, s.Month.Prev())
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The plain calculation and the engine price the demo's usage alike, to the cent: they share nothing but the counts.
func TestMostUsageOfTheDemoIsRatedTwice(t *testing.T) {
	t.Parallel()
	db := company.Clone(t)
	r := reconciled(t, db, reconcile.Scope{Entity: all(t, db)[0].ID, Currency: money.Currency("USD"), Month: period.NewMonth(2026, 10)}, "usage")[0]
	if r.State != reconcile.OK || len(r.Notes) == 0 {
		t.Fatalf("%s: %v", r.State, r.Notes)
	}
	var plain, engine int
	if _, err := fmt.Sscanf(r.Notes[0], "%d usage charges were rated by the second calculation, %d by", &plain, &engine); err != nil || plain < 2*engine {
		t.Errorf("too little is rated twice: %s", r.Notes[0])
	}
}
