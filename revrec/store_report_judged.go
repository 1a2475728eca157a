package revrec

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Treated is how an amendment was judged: by which treatment, against the rule or not, and by whom.
type Treated struct {
	Contract  contracts.ID
	Version   int
	Treatment Treatment
	Rule      Treatment // what the rule says; empty where it was not asked
	Because   []string  // its reasons, by code
	Override  string    // why it is another than the rule says
	Approver  int64
}

// TreatedChanges lists what approved assessments say of amendments, the one approved last for each.
func TreatedChanges(ctx context.Context, q postgres.Querier) ([]Treated, error) {
	rows, err := q.Query(ctx, `
		select distinct on (a.contract_id, a.document -> 'modification' ->> 'version')
			a.contract_id, (a.document -> 'modification' ->> 'version')::int, a.document -> 'modification' ->> 'treatment',
			coalesce(a.document -> 'modification' ->> 'override', ''), d.by_user, coalesce(a.document -> 'modification' ->> 'rule', ''),
			array(select jsonb_array_elements_text(coalesce(a.document -> 'modification' -> 'because', '[]')))
		from revrec.assessments a
		join revrec.assessment_decisions d using (account_id, contract_id, number)
		where d.event = 'approved' and a.document -> 'modification' ->> 'version' is not null
		order by a.contract_id, a.document -> 'modification' ->> 'version', d.known_order desc`)
	if err != nil {
		return nil, fmt.Errorf("list how amendments were judged: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Treated, err error) {
		err = row.Scan(&t.Contract, &t.Version, &t.Treatment, &t.Override, &t.Approver, &t.Rule, &t.Because)
		return t, err
	})
	if err != nil {
		return nil, fmt.Errorf("list how amendments were judged: %w", postgres.Fault(err))
	}
	return out, nil
}

// HeldRevenue is a line of a contract, or all of it, that nothing is recognized of until a later judgment.
type HeldRevenue struct {
	Contract contracts.ID
	Line     string // empty: every line
	From     period.Date
	Reason   string
	Owner    string
}

// HeldFromRecognition lists what the judgment in force on a day keeps: of the approved documents that count by then, the one
// approved last.
func HeldFromRecognition(ctx context.Context, q postgres.Querier, on period.Date) ([]HeldRevenue, error) {
	rows, err := q.Query(ctx, `
		with judged as (
			select distinct on (a.account_id, a.contract_id) a.contract_id, a.effective_on, a.document
			from revrec.assessments a
			join revrec.assessment_decisions d using (account_id, contract_id, number)
			where d.event = 'approved' and a.effective_on <= @on::date
			order by a.account_id, a.contract_id, d.known_order desc
		)
		select j.contract_id, coalesce(h.held ->> 'line', ''), coalesce((h.held ->> 'from')::date, j.effective_on) as held_from,
			coalesce(h.held ->> 'reason', ''), coalesce(h.held ->> 'owner', '')
		from judged j
		cross join lateral jsonb_array_elements(coalesce(j.document -> 'holds', '[]')) as h(held)
		where coalesce((h.held ->> 'from')::date, j.effective_on) <= @on::date
		order by 1, 2`, pgx.NamedArgs{"on": on})
	if err != nil {
		return nil, fmt.Errorf("list what is held from recognition: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h HeldRevenue, err error) {
		err = row.Scan(&h.Contract, &h.Line, &h.From, &h.Reason, &h.Owner)
		return h, err
	})
	if err != nil {
		return nil, fmt.Errorf("list what is held from recognition: %w", postgres.Fault(err))
	}
	return out, nil
}
