package revrec

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

// What a run cannot do, the database refuses too, whoever writes and however many rows come at once.
func TestTheDatabaseHoldsSchedulesAndRecognitionsTogether(t *testing.T) {
	w := newWorld(t, 1, lines()...)
	w.run(t, "2026-03-01")
	var account, contract, open, done, entry int64
	if err := w.db.QueryRow(ctx, `
		select s.account_id, s.contract_id, min(s.id) filter (where r.schedule_id is null), min(s.id) filter (where r.schedule_id is not null), max(r.entry_seq)
		from revrec.schedule s left join revrec.recognitions r on r.account_id = s.account_id and r.schedule_id = s.id
		group by 1, 2`).Scan(&account, &contract, &open, &done, &entry); err != nil {
		t.Fatal(err)
	}
	args := pgx.NamedArgs{"account": account, "contract": contract, "open": open, "done": done, "entry": entry}
	row := `insert into revrec.schedule (account_id, id, entity_id, contract_id, line, kind, starts_on, ends_on, month, amount, currency, recognition, version) values `
	recognized := `insert into revrec.recognitions (account_id, schedule_id, entry_seq, month, late) `
	for what, c := range map[string][2]string{
		"a schedule of a contract that is not there": {"schedule_account_id_contract_id_fkey",
			row + `(@account, 900, 1, @contract, 'x', 'fixed', '2026-01-01', '2026-02-01', '2026-01-01', 1, 'EUR', 'ratable', 1), (@account, 901, 1, @contract + 9, 'x', 'fixed', '2026-01-01', '2026-02-01', '2026-01-01', 1, 'EUR', 'ratable', 1)`},
		"a row that is not there": {"recognitions_account_id_schedule_id_fkey", recognized + `values (@account, 999, @entry, '2026-03-01', false)`},
		"an entry that is not there": {"recognitions_account_id_entry_seq_fkey",
			recognized + `select s.account_id, s.id, @entry::bigint + 99, s.month, false from revrec.schedule s where s.account_id = @account and s.id = @open`},
		"late, and is not": {"recognitions_say_late",
			recognized + `select s.account_id, s.id, @entry, s.month, true from revrec.schedule s where s.account_id = @account and s.id = @open`},
		"not late, and is": {"recognitions_say_late",
			recognized + `select s.account_id, s.id, @entry, (s.month + interval '1 month')::date, false from revrec.schedule s where s.account_id = @account and s.id = @open`},
		"a row recognized twice": {"recognitions_recognize_a_row_once",
			recognized + `select s.account_id, s.id, @entry, s.month, false from revrec.schedule s where s.account_id = @account and s.id = @done`},
	} {
		for who, db := range map[string]*postgres.DB{"serving": w.db, "owner": pgtest.Admin(t, w.db)} {
			_, err := db.Exec(ctx, c[1], args)
			if err = postgres.Fault(err); !errors.Is(err, fault.Invalid) && !errors.Is(err, fault.Conflict) || postgres.Constraint(err) != c[0] {
				t.Errorf("%s, as %s: %v, should be refused by %s", what, who, err, c[0])
			}
		}
	}
}
