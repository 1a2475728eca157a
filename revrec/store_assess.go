package revrec

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Judgment is an assessment as it was proposed, and what was decided about it.
type Judgment struct {
	Assessed
	Account    customers.AccountID
	PreparedBy int64
	ProposedAt time.Time
	Event      string // approved, rejected; empty while it waits
	DecidedBy  int64
	DecidedAt  time.Time
	Reason     string // of the decision
}

// Waits says that nobody has decided about it.
func (j Judgment) Waits() bool { return j.Event == "" }

// loadAssessed reads the approved assessments of accounts, in the order in which they were approved.
func loadAssessed(ctx context.Context, q postgres.Querier, accounts []customers.AccountID) (map[customers.AccountID][]Assessed, error) {
	rows, err := q.Query(ctx, `
		select a.account_id, a.contract_id, a.number, a.document
		from revrec.assessments a
		join revrec.assessment_decisions d using (account_id, contract_id, number)
		where a.account_id = any(@accounts) and d.event = 'approved'
		order by a.account_id, d.known_order`, pgx.NamedArgs{"accounts": accounts})
	if err != nil {
		return nil, err
	}
	out := map[customers.AccountID][]Assessed{}
	var account customers.AccountID
	var x Assessed
	var document []byte
	_, err = pgx.ForEachRow(rows, []any{&account, &x.Lead, &x.Number, &document}, func() error {
		x.Assessment = Assessment{}
		if err := json.Unmarshal(document, &x.Assessment); err != nil {
			return fmt.Errorf("assessment %d of contract %d: %w", x.Number, x.Lead, err)
		}
		out[account] = append(out[account], x)
		return nil
	})
	return out, err
}

// Assessments lists what was ever judged about a contract, the latest first.
func Assessments(ctx context.Context, q postgres.Querier, account customers.AccountID, contract contracts.ID) ([]Judgment, error) {
	rows, err := q.Query(ctx, `
		select a.account_id, a.contract_id, a.number, a.document, a.prepared_by, a.recorded_at,
			coalesce(d.event, ''), coalesce(d.by_user, 0), coalesce(d.recorded_at, a.recorded_at), coalesce(d.reason, '')
		from revrec.assessments a
		left join revrec.assessment_decisions d using (account_id, contract_id, number)
		where a.account_id = @account and (a.contract_id = @contract or @contract::bigint = 0)
		order by a.contract_id, a.number desc`, pgx.NamedArgs{"account": account, "contract": contract})
	if err != nil {
		return nil, fmt.Errorf("list assessments of contract %d: %w", contract, postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, scanJudgment)
	if err != nil {
		return nil, fmt.Errorf("list assessments of contract %d: %w", contract, postgres.Fault(err))
	}
	return out, nil
}

// WaitingAssessments lists what waits for a second person, over all contracts.
func WaitingAssessments(ctx context.Context, q postgres.Querier) ([]Judgment, error) {
	rows, err := q.Query(ctx, `
		select a.account_id, a.contract_id, a.number, a.document, a.prepared_by, a.recorded_at, '', 0::bigint, a.recorded_at, ''
		from revrec.assessments a
		where not exists (select from revrec.assessment_decisions d
			where d.account_id = a.account_id and d.contract_id = a.contract_id and d.number = a.number)
		order by a.recorded_at, a.contract_id, a.number`)
	if err != nil {
		return nil, fmt.Errorf("list assessments that wait: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, scanJudgment)
	if err != nil {
		return nil, fmt.Errorf("list assessments that wait: %w", postgres.Fault(err))
	}
	return out, nil
}

func scanJudgment(row pgx.CollectableRow) (Judgment, error) {
	var j Judgment
	var document []byte
	if err := row.Scan(&j.Account, &j.Lead, &j.Number, &document, &j.PreparedBy, &j.ProposedAt, &j.Event, &j.DecidedBy, &j.DecidedAt, &j.Reason); err != nil {
		return j, err
	}
	return j, json.Unmarshal(document, &j.Assessment)
}

// insertAssessment keeps a document under the next number of its contract: of two at once one fails with fault.Conflict.
func insertAssessment(ctx context.Context, tx pgx.Tx, account customers.AccountID, x Assessed, effective period.Date, by access.Actor) error {
	document, err := json.Marshal(x.Assessment)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		insert into revrec.assessments (account_id, contract_id, number, effective_on, document, reason, prepared_by)
		values (@account, @contract, @number, @effective, @document, @reason, @by)`, pgx.NamedArgs{
		"account": account, "contract": x.Lead, "number": x.Number, "effective": effective, "document": string(document),
		"reason": x.Reason, "by": by.UserID,
	})
	return postgres.Fault(err)
}

func insertAssessmentDecision(ctx context.Context, tx pgx.Tx, j Judgment, event, reason string, by access.Actor) error {
	_, err := tx.Exec(ctx, `
		insert into revrec.assessment_decisions (account_id, contract_id, number, event, prepared_by, by_user, reason)
		values (@account, @contract, @number, @event, @prepared, @by, @reason)`, pgx.NamedArgs{
		"account": j.Account, "contract": j.Lead, "number": j.Number, "event": event, "prepared": j.PreparedBy, "by": by.UserID, "reason": reason,
	})
	return postgres.Fault(err)
}

// getAssessment finds one with what was decided; fault.NotFound when there is none.
func getAssessment(ctx context.Context, q postgres.Querier, account customers.AccountID, contract contracts.ID, number int) (Judgment, error) {
	all, err := Assessments(ctx, q, account, contract)
	if err != nil {
		return Judgment{}, err
	}
	for _, j := range all {
		if j.Number == number {
			return j, nil
		}
	}
	return Judgment{}, fault.New(fault.NotFound, "contract %d has no assessment %d", contract, number)
}

func lockAssessments(ctx context.Context, tx pgx.Tx, account customers.AccountID) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended(@key, 0))`, pgx.NamedArgs{"key": fmt.Sprintf("assessments of account %d", account)})
	return postgres.Fault(err)
}
