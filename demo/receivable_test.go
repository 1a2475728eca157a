package demo_test

import (
	"context"
	"testing"

	"ratable/internal/postgres"
	"ratable/ledger"
)

func TestTheReceivableOfEachDocumentIsWhatWasAskedLessPaidAndCredited(t *testing.T) {
	proof{receivable, []plant{
		{"payments.applications", `update payments.applications set amount = amount - 1 where document = 'NLUS-2026-000019'`, "NLUS-2026-000019 USD"},
		{"invoicing.documents", `update invoicing.documents set frozen = jsonb_set(frozen, '{Total}', '"1.00 EUR"') where number = 'NLEU-2026-000007'`, "NLEU-2026-000007 EUR"},
		{"invoicing.documents", `update invoicing.documents set frozen = jsonb_set(frozen, '{Lines,0,Corrects,Document}', '"NLUS-2026-000021"') where number = 'NLUS-CN-2026-000001'`, "NLUS-2026-0000"},
		{"invoicing.voids", `delete from invoicing.voids`, "NLUS-2026-"},
		{"ledger.postings", `update ledger.postings set document = 'NLEU-2026-000008' where ` + aPosting, "NLEU-2026-00000"},
	}}.hold(t)
}

// receivable adds up what documents ask for as they are frozen, by the invoice
// they ask it on: a credit note asks less on those that its lines correct.
func receivable(t *testing.T, db *postgres.DB) []string {
	t.Helper()
	owed := sums(t, db, `
		with standing as (
			select d.number, d.kind, d.frozen, case when d.currency = 'JPY' then 1 else 100 end as minor, d.currency
			from invoicing.documents d
			where not exists (select 1 from invoicing.voids v where v.account_id = d.account_id and v.seq = d.seq)
		), amounts as (
			select number, split_part(frozen ->> 'Total', ' ', 1)::numeric * minor as amount, currency from standing where kind = 'invoice'
			union all
			select coalesce(l.line -> 'Corrects' ->> 'Document', number), split_part(l.line ->> 'Amount', ' ', 1)::numeric * minor, currency
			from standing cross join lateral jsonb_path_query(frozen, '$.Lines[*]') as l (line) where kind = 'credit_note'
			union all
			select coalesce(frozen -> 'Lines' -> ((r.tax ->> 'Line')::int - 1) -> 'Corrects' ->> 'Document', number), split_part(r.tax ->> 'Tax', ' ', 1)::numeric * minor, currency
			from standing cross join lateral jsonb_path_query(frozen, '$.TaxRows[*] ? (@ != null)') as r (tax) where kind = 'credit_note'
			union all
			select a.document, -a.amount, r.currency
			from payments.applications a join payments.receipts r on r.account_id = a.account_id and r.id = a.receipt_id
			union all -- what was given up is asked for no more
			select document, case when kind = 'write_off' then -amount else amount end, currency from payments.losses where kind in ('write_off', 'reinstate')
		)
		select number || ' ' || currency, sum(amount)::bigint from amounts group by number, currency`)
	if len(owed) < 350 {
		t.Errorf("only %d documents were compared", len(owed))
	}
	booked := sums(t, db, `
		select document || ' ' || currency, sum(amount)::bigint from ledger.postings where ledger_account = 1100 group by document, currency`)
	items, err := ledger.Open(context.Background(), db, nil)
	if err != nil {
		t.Fatal(err)
	}
	open := map[string]int64{}
	for _, i := range items {
		open[i.Document+" "+string(i.Amount.Currency())] += i.Amount.Minor()
	}
	if len(open) < 10 {
		t.Errorf("only %d documents are open", len(open))
	}
	return append(differences("receivable", owed, booked), differences("open item", owed, open)...)
}
