package checklist

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/closing"
	"ratable/customers"
	"ratable/entities"
	"ratable/exports"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
	"ratable/ledger"
	"ratable/payments"
	"ratable/revrec"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var (
	ctx = context.Background()
	day = invoicingtest.Day
)

// january is billed, recognized and paid for nothing: a month that may be closed.
type january struct {
	*invoicingtest.Company
	t  *testing.T
	at closing.At
}

const deal = `contract: C-7
title: Platform and calls
entity: rtus
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
billing: {net_days: 30}
lines:
  - {id: platform, product: platform, fixed: {quantity: 10, unit_price: 100.00, every: month}}
  - {id: calls, product: api, usage: {meter: api.calls, included: 1000, every: month, price: {model: per_unit, amount: 0.10}}}
`

func openJanuary(t *testing.T) *january {
	t.Helper()
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, deal, strings.NewReplacer("C-7", "C-6", "from: 2026-01-01, through: 2026-12-31", "from: 2026-01-01, through: 2026-01-31").Replace(deal))
	c.Use(t, "acme", "api.calls", "2026-01-10", "2500")
	c.Bill(t, "2026-01-01")
	j := &january{c, t, closing.At{Entity: c.US, Month: period.NewMonth(2026, 1), AsOf: day("2026-02-05")}}
	j.recognize("2026-01-31")
	return j
}

func (j *january) recognize(asOf string) {
	j.t.Helper()
	if _, err := revrec.Run(ctx, j.DB, revrec.Options{AsOf: day(asOf)}, j.Accountant); err != nil {
		j.t.Fatal(err)
	}
}

func (j *january) do(f func(tx pgx.Tx) error) {
	j.t.Helper()
	if err := j.DB.Tx(ctx, f); err != nil {
		j.t.Fatal(err)
	}
}

// book appends an entry of two sides to acme's book.
func (j *january) book(on string, amount money.Amount, debit, credit ledger.Posting) {
	j.t.Helper()
	account := j.Account("acme")
	standings, err := ledger.LoadStandings(ctx, j.DB, []customers.AccountID{account})
	if err != nil {
		j.t.Fatal(err)
	}
	debit.Amount, credit.Amount = amount, amount.Neg()
	seq := standings[account].Next
	j.do(func(tx pgx.Tx) error {
		return ledger.Append(ctx, tx, []ledger.Entry{{Account: account, Seq: seq, Entity: j.US.ID, Source: fmt.Sprintf("planted:%d", seq), BookedOn: day(on),
			Currency: amount.Currency(), Memo: "planted", Postings: []ledger.Posting{debit, credit}}})
	})
}

func (j *january) closeDecember() {
	j.t.Helper()
	december := j.at
	december.Month = december.Month.Prev()
	j.do(func(tx pgx.Tx) error {
		_, err := closing.Close(ctx, tx, december, nil, nil, j.Accountant)
		return err
	})
}

func (j *january) contract(number string) (id int64) {
	j.t.Helper()
	if err := j.DB.QueryRow(ctx, `select id from contracts.contracts where number = $1`, number).Scan(&id); err != nil {
		j.t.Fatal(err)
	}
	return id
}

func (j *january) sql(table string, statements ...string) {
	j.t.Helper()
	admin := pgtest.Admin(j.t, j.DB)
	for _, s := range slices.Concat([]string{`alter table ` + table + ` disable trigger user`}, statements, []string{`alter table ` + table + ` enable trigger user`}) {
		if _, err := admin.Exec(ctx, s); err != nil {
			j.t.Fatal(err)
		}
	}
}

func (j *january) mapping(rules []exports.Rule) {
	j.t.Helper()
	j.do(func(tx pgx.Tx) error {
		p, err := exports.Propose(ctx, tx, rules, "begin", j.Finance)
		if err != nil {
			return err
		}
		return exports.Decide(ctx, tx, p.ID, access.Approve, "", j.Accountant)
	})
}

func (j *january) look() map[string]closing.Result {
	j.t.Helper()
	results, err := closing.Look(ctx, j.DB, j.at, All())
	if err != nil {
		j.t.Fatal(err)
	}
	out := map[string]closing.Result{}
	for _, r := range results {
		out[r.Code] = r
	}
	return out
}

func usd(minor int64) money.Amount { return money.Of(minor, "USD") }

// planted are failures by the check that must name them.
var planted = map[string]struct {
	plant func(j *january)
	says  string
}{
	"recognized": {func(j *january) { j.Use(j.t, "acme", "api.calls", "2026-01-20", "1000") }, "C-7: line calls: 100.00 USD of 2026-01 is not recognized"},
	"billed": {func(j *january) {
		j.Sign(j.t, strings.Replace(deal, "C-7", "C-8", 1))
		j.recognize("2026-01-31")
	}, "C-8: line platform: fixed for 2026-01-01..2026-01-31: due by the end of 2026-01 is 1000.00 USD, billed is 0.00"},
	"held_runs": {func(j *january) {
		j.sql("invoicing.run_events", `insert into invoicing.run_events (run_id, seq, event, reason, by_user)
			select id, (select max(seq) + 1 from invoicing.run_events e where e.run_id = r.id), 'held', 'USD: up by 40%', 1 from invoicing.runs r where as_of = '2026-01-01'`)
	}, "Run of 2026-01-01: USD: up by 40%"},
	"usage": {func(j *january) { j.Use(j.t, "nobody", "api.calls", "2026-01-31", "7") }, "unknown customer: 7 of api.calls for nobody"},
	"cash": {func(j *january) {
		j.do(func(tx pgx.Tx) error {
			_, err := payments.Record(ctx, tx, payments.Receipt{Account: j.Account("acme"), Entity: j.US.ID, Payer: j.Customers["acme"].ID, Amount: usd(12345), ReceivedOn: day("2026-01-15"), Reference: "?", Unmatched: true}, j.Finance)
			return err
		})
	}, "123.45 USD of 123.45, received on 2026-01-15, is applied to nothing"},
	"rates": {func(j *january) {
		j.do(func(tx pgx.Tx) error {
			return entities.RecordRates(ctx, tx, []entities.Rate{{Base: "USD", Quote: "JPY", On: day("2026-01-10"), Rate: decimal.RequireFromString("150"), Source: "bank"}}, j.Accountant)
		})
		j.book("2026-01-10", money.Of(5000, "JPY"), ledger.Posting{Account: ledger.Cash}, ledger.Posting{Account: ledger.Revenue})
	}, "JPY: "},
	"remeasured": {func(j *january) {
		j.book("2026-01-10", money.Of(500000, "EUR"), ledger.Posting{Account: ledger.AccountsReceivable, Document: "X-1", Customer: j.Customers["acme"].ID}, ledger.Posting{Account: ledger.Revenue})
		j.do(func(tx pgx.Tx) error {
			return entities.RecordRates(ctx, tx, []entities.Rate{{Base: "EUR", Quote: "USD", On: day("2026-01-31"), Rate: decimal.RequireFromString("1.2"), Source: "ECB"}}, j.Accountant)
		})
	}, "Account "},
	"unreleased": {func(j *january) {
		j.book("2026-01-20", usd(900), ledger.Posting{Account: ledger.Cash}, ledger.Posting{Account: ledger.DeferredRevenue, Contract: j.contract("C-6"), Line: "platform"})
	}, "C-6: line platform: 9.00 USD are deferred, and the contract ended on 2026-01-31"},
	"negative": {func(j *january) {
		j.book("2026-01-20", usd(700), ledger.Posting{Account: ledger.DeferredRevenue, Contract: j.contract("C-7"), Line: "platform"}, ledger.Posting{Account: ledger.Cash})
	}, "C-7: line platform: deferred revenue is a debit of 7.00 USD"},
	"orphans": {func(j *january) {
		j.book("2026-01-20", usd(300), ledger.Posting{Account: ledger.UnbilledReceivable, Contract: 4711, Line: "ghost"}, ledger.Posting{Account: ledger.Cash})
	}, "Contract 4711: line ghost: 0.00 USD deferred, 3.00 unbilled, of no contract that stands"},
	"mapped": {func(j *january) {
		rules := exports.Default(day("2020-01-01"))
		j.mapping(slices.DeleteFunc(rules, func(r exports.Rule) bool { return r.When.Account == ledger.Revenue }))
	}, "Revenue: "},
	"exports": {func(j *january) {
		j.mapping(exports.Default(day("2020-01-01")))
		j.book("2025-12-20", usd(300), ledger.Posting{Account: ledger.Cash}, ledger.Posting{Account: ledger.Revenue})
		_, _, err := exports.Prepare(ctx, j.DB, exports.Scope{Entity: j.US.ID, Currency: "USD", Month: period.NewMonth(2025, 12), Target: exports.SAP}, "detailed", exports.Options{}, j.Accountant)
		if err != nil {
			j.t.Fatal(err)
		}
		j.closeDecember()
	}, "USD of 2025-12 for sap is prepared"},
	"reconciled": {func(j *january) {
		j.book("2026-01-20", usd(250), ledger.Posting{Account: ledger.AccountsReceivable, Document: "X-9", Customer: j.Customers["acme"].ID}, ledger.Posting{Account: ledger.Cash})
	}, "Receivables by document, USD: 1 of "},
	"seals": {func(j *january) {
		j.book("2025-12-20", usd(300), ledger.Posting{Account: ledger.Cash}, ledger.Posting{Account: ledger.Revenue})
		j.closeDecember()
		j.sql("ledger.entries", `update ledger.entries set memo = 'other' where booked_on = '2025-12-20'`)
	}, "2025-12: entry "},
}

func TestEachCheckNamesWhatIsPlantedAndNothingBefore(t *testing.T) {
	var codes []string
	for _, c := range All() {
		codes = append(codes, c.Code)
	}
	for code := range planted {
		if !slices.Contains(codes, code) {
			t.Errorf("nothing checks %s", code)
		}
	}
	for _, c := range All() {
		p, ok := planted[c.Code]
		if !ok {
			continue // offered by another package, with a test of its own
		}
		t.Run(c.Code, func(t *testing.T) {
			j := openJanuary(t)
			for code, r := range j.look() {
				if !r.Done() {
					t.Errorf("before anything is planted, %s finds %v", code, r.Findings)
				}
			}
			p.plant(j)
			r := j.look()[c.Code]
			if r.Done() || !slices.ContainsFunc(r.Findings, func(f closing.Finding) bool {
				return strings.HasPrefix(f.String(), p.says) || strings.HasSuffix(f.String(), p.says)
			}) {
				t.Errorf("found is %v, should say %q", r.Findings, p.says)
			}
			err := j.DB.Tx(ctx, func(tx pgx.Tx) error {
				_, err := closing.Close(ctx, tx, j.at, []closing.Check{c}, nil, j.Accountant)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), c.Name) {
				t.Errorf("closing without a word: %v, should name %q", err, c.Name)
			}
			err = j.DB.Tx(ctx, func(tx pgx.Tx) error {
				_, err := closing.Close(ctx, tx, j.at, []closing.Check{c}, closing.Notes{c.Code: "followed up"}, j.Accountant)
				return err
			})
			if c.Blocking != (err != nil) {
				t.Errorf("closing with a note: %v; the check blocks: %t", err, c.Blocking)
			}
		})
	}
}

func TestAMonthWithNothingInTheWayClosesByTheWholeList(t *testing.T) {
	j := openJanuary(t)
	j.do(func(tx pgx.Tx) error {
		_, err := closing.Close(ctx, tx, j.at, All(), nil, j.Accountant)
		return err
	})
	kept, err := closing.KeptFindings(ctx, j.DB, j.US.ID)
	if err != nil || len(kept) > 0 {
		t.Errorf("kept: %v, %v", kept, err)
	}
	seals, err := closing.Seals(ctx, j.DB, j.US.ID)
	if err != nil || len(seals) != 1 || seals[0].ClosedOn != day("2026-02-05") || seals[0].Entries == 0 {
		t.Errorf("seals: %+v, %v", seals, err)
	}
}
