package demo_test

import (
	"fmt"
	"testing"

	"ratable/internal/period"
	"ratable/internal/postgres"
)

// onboarding is a schedule row of a fee for a single delivery.
const onboarding = `select s.account_id, s.id from revrec.schedule s join contracts.contracts c on c.account_id = s.account_id and c.id = s.contract_id
	where c.number = 'C-1001' and s.line = 'onboarding'`

func TestDeferredAndUnbilledAreWhatIsBilledAndEarnedByLineAtEveryMonthEnd(t *testing.T) {
	proof{deferredByLine, []plant{
		{"revrec.recognitions", `delete from revrec.recognitions where (account_id, schedule_id) = (` + onboarding + `)`,
			"C-1001 onboarding"},
		{"ledger.billed", `update ledger.billed set amount = amount + 1 where (account_id, entry_seq, n) = (
			select account_id, entry_seq, n from ledger.billed where document = 'NLUS-CN-2026-000001')`, "C-1002 platform"},
		{"ledger.postings", `update ledger.postings set booked_on = booked_on + 1 where (account_id, entry_seq, n) = (
			select account_id, entry_seq, n from ledger.postings where ledger_account = 1150 and booked_on = '2026-03-31' order by 1, 2, 3 limit 1)`,
			"2026-03-31: unbilled receivable of"},
	}}.hold(t)
}

// stated are schedule rows of what a contract says; what an assessment moves stands on accounts of its own.
const stated = `s.kind not in ('allocation', 'leveling', 'variable', 'refundable', 'modification', 'financing')`

// deferredByLine compares, at every month-end and on the last day that a test
// bills, by contract line.
func deferredByLine(t *testing.T, db *postgres.DB) (out []string) {
	t.Helper()
	unbilledEver := 0
	for month := period.NewMonth(2025, 11); ; month = month.Next() {
		on := period.MinDate(month.Last(), nextBilled)
		owed, earned := sums(t, db, `
			select c.number || ' ' || b.line, b.amount from ledger.billed b join contracts.contracts c on c.account_id = b.account_id and c.id = b.contract_id
			where b.booked_on <= $1`, on), sums(t, db, `
			select c.number || ' ' || s.line, s.amount from revrec.schedule s join contracts.contracts c on c.account_id = s.account_id and c.id = s.contract_id
			join revrec.recognitions r on r.account_id = s.account_id and r.schedule_id = s.id
			where `+stated+` and r.month + interval '1 month' - interval '1 day' <= $1`, on)
		deferred, unbilled := map[string]int64{}, map[string]int64{}
		for line, amount := range earned {
			owed[line] -= amount
		}
		for line, amount := range owed {
			deferred[line], unbilled[line] = max(0, amount), max(0, -amount)
			if amount < 0 {
				unbilledEver++
			}
		}
		const booked = `
			select c.number || ' ' || p.line, p.amount * $3::int from ledger.postings p join contracts.contracts c on c.account_id = p.account_id and c.id = p.contract_id
			where p.ledger_account = $2 and p.booked_on <= $1`
		out = append(out, differences(on.String()+": deferred revenue", deferred, sums(t, db, booked, on, 2100, -1))...)
		out = append(out, differences(on.String()+": unbilled receivable", unbilled, sums(t, db, booked, on, 1150, 1))...)
		if on == nextBilled {
			break
		}
	}
	if unbilledEver < 100 {
		out = append(out, fmt.Sprintf("only %d times a line was earned before it was billed", unbilledEver))
	}
	return out
}

func TestDeferredRevenueIsTheRemainingScheduleOfWhatIsBilled(t *testing.T) {
	proof{remaining, []plant{
		{"revrec.schedule", `update revrec.schedule set amount = amount + 1 where (account_id, id) = (
			select s.account_id, s.id from revrec.schedule s join contracts.contracts c on c.account_id = s.account_id and c.id = s.contract_id
			where c.number = 'C-1004' and s.line = 'seats' and s.month = '2026-11-01' and s.starts_on < '2026-11-15' order by s.id limit 1)`, "C-1004 seats"},
		{"revrec.recognitions", `delete from revrec.recognitions where (account_id, schedule_id) = (` + onboarding + `)`,
			"C-1001 onboarding"},
	}}.hold(t)
}

// remaining looks at lines earned by days or at once: their schedule is known
// ahead, and what is left of it up to the last day billed is deferred revenue.
// (Usage has no schedule ahead, and installments ask for other days than are
// earned; deferredByLine compares them.)
func remaining(t *testing.T, db *postgres.DB) []string {
	t.Helper()
	left := sums(t, db, `
		with pieces as (
			select account_id, contract_id, line, ends_on from ledger.billed
			group by account_id, contract_id, line, kind, starts_on, ends_on having sum(amount) <> 0
		), billed as (
			select account_id, contract_id, line, max(ends_on) as through from pieces group by account_id, contract_id, line
		)
		select c.number || ' ' || s.line, sum(s.amount)::bigint
		from revrec.schedule s
		join billed b using (account_id, contract_id, line)
		join contracts.contracts c on c.account_id = s.account_id and c.id = s.contract_id
		where `+stated+` and s.starts_on < b.through and (c.number, s.line) <> ('C-1022', 'desk')
		  and not exists (select 1 from revrec.recognitions r where r.account_id = s.account_id and r.schedule_id = s.id)
		  and not exists (select 1 from revrec.schedule u where (u.account_id, u.contract_id, u.line) = (s.account_id, s.contract_id, s.line) and u.recognition = 'as_used')
		group by c.number, s.line`)
	if len(left) < 30 {
		t.Errorf("only %d lines have a schedule left", len(left))
	}
	booked := sums(t, db, `
		select c.number || ' ' || p.line, -p.amount from ledger.postings p
		join contracts.contracts c on c.account_id = p.account_id and c.id = p.contract_id
		where p.ledger_account = 2100 and (c.number, p.line) <> ('C-1022', 'desk')
		  and not exists (select 1 from revrec.schedule u where (u.account_id, u.contract_id, u.line) = (p.account_id, p.contract_id, p.line) and u.recognition = 'as_used')
		  and exists (select 1 from revrec.schedule u where (u.account_id, u.contract_id, u.line) = (p.account_id, p.contract_id, p.line))`)
	return differences("deferred revenue", left, booked)
}
