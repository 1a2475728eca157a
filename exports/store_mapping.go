package exports

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Proposal is a change of the mapping and what became of it.
type Proposal struct {
	ID         int64
	Reason     string
	PreparedBy int64
	At         time.Time
	Rules      []Rule

	Event     string // "", "approved", "rejected"
	Version   int    // of the mapping it made
	DecidedBy int64
	Decision  string // the reason given
	DecidedAt time.Time
}

// LoadMapping reads the mapping as a version had it; 0 is the latest.
func LoadMapping(ctx context.Context, q postgres.Querier, version int) (Mapping, error) {
	all, err := Proposals(ctx, q)
	if err != nil {
		return Mapping{}, err
	}
	latest := 0
	approved := map[int][]Rule{}
	for _, p := range all {
		if p.Event == "approved" {
			approved[p.Version] = p.Rules
			latest = max(latest, p.Version)
		}
	}
	if version == 0 {
		version = latest
	}
	if version > latest {
		return Mapping{}, fault.New(fault.NotFound, "the account mapping has %d versions, not %d", latest, version)
	}
	var revisions []Rule
	for v := 1; v <= version; v++ {
		revisions = append(revisions, approved[v]...)
	}
	return NewMapping(version, revisions), nil
}

// Proposals are all changes of the mapping, the oldest first.
func Proposals(ctx context.Context, q postgres.Querier) ([]Proposal, error) {
	rows, err := q.Query(ctx, `
		select p.id, p.reason, p.prepared_by, p.recorded_at, coalesce(d.event, ''), coalesce(d.version, 0), coalesce(d.by_user, 0), coalesce(d.reason, ''), d.recorded_at
		from exports.mapping_proposals p left join exports.mapping_decisions d on d.proposal_id = p.id order by p.id`)
	if err != nil {
		return nil, fmt.Errorf("load the account mapping: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p Proposal, err error) {
		var decided *time.Time
		err = row.Scan(&p.ID, &p.Reason, &p.PreparedBy, &p.At, &p.Event, &p.Version, &p.DecidedBy, &p.Decision, &decided)
		if decided != nil {
			p.DecidedAt = *decided
		}
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("load the account mapping: %w", postgres.Fault(err))
	}
	at := map[int64]int{}
	for i, p := range out {
		at[p.ID] = i
	}
	return out, loadRules(ctx, q, func(r Rule) { out[at[r.Proposal]].Rules = append(out[at[r.Proposal]].Rules, r) })
}

func loadRules(ctx context.Context, q postgres.Querier, keep func(Rule)) error {
	rows, err := q.Query(ctx, `
		select proposal_id, code, priority, starts_on, retired, account, target, entity, currency, product, country, region, contract,
		       gl_code, gl_name, gl_type, gl_control, class, department, location
		from exports.mapping_rules order by proposal_id, n`)
	if err != nil {
		return fmt.Errorf("load the account mapping: %w", postgres.Fault(err))
	}
	var r Rule
	var account int16
	var target, currency, kind, control string
	_, err = pgx.ForEachRow(rows, []any{&r.Proposal, &r.Code, &r.Priority, &r.StartsOn, &r.Retired, &account, &target, &r.When.Entity, &currency, &r.When.Product,
		&r.When.Country, &r.When.Region, &r.When.Contract, &r.GL.Code, &r.GL.Name, &kind, &control, &r.GL.Class, &r.GL.Department, &r.GL.Location}, func() error {
		r.When.Account, r.When.Target, r.When.Currency = ledger.Account(account), Target(target), money.Currency(currency)
		r.GL.Type, r.GL.Control = ledger.Type(kind), Control(control)
		keep(r)
		return nil
	})
	return postgres.Fault(err)
}

func insertProposal(ctx context.Context, tx pgx.Tx, rules []Rule, reason string, by access.Actor) (id int64, err error) {
	err = tx.QueryRow(ctx, `insert into exports.mapping_proposals (reason, prepared_by) values (@reason, @by) returning id`,
		pgx.NamedArgs{"reason": reason, "by": by.UserID}).Scan(&id)
	if err != nil {
		return 0, postgres.Fault(err)
	}
	rows := make([][]any, len(rules))
	for i, r := range rules {
		rows[i] = []any{id, i + 1, r.Code, r.Priority, r.StartsOn, r.Retired, int16(r.When.Account), string(r.When.Target), r.When.Entity, string(r.When.Currency), r.When.Product,
			r.When.Country, r.When.Region, r.When.Contract, r.GL.Code, r.GL.Name, string(r.GL.Type), string(r.GL.Control), r.GL.Class, r.GL.Department, r.GL.Location}
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"exports", "mapping_rules"}, []string{"proposal_id", "n", "code", "priority", "starts_on", "retired", "account", "target", "entity", "currency",
		"product", "country", "region", "contract", "gl_code", "gl_name", "gl_type", "gl_control", "class", "department", "location"}, pgx.CopyFromRows(rows))
	return id, postgres.Fault(err)
}

// insertDecision makes an approved proposal the mapping's next version. Of two at once the second gets a Conflict.
func insertDecision(ctx context.Context, tx pgx.Tx, p Proposal, event, reason string, by access.Actor) error {
	_, err := tx.Exec(ctx, `
		insert into exports.mapping_decisions (proposal_id, event, version, prepared_by, by_user, reason)
		values (@id, @event, case when @event = 'approved' then (select coalesce(max(version), 0) + 1 from exports.mapping_decisions) end, @prepared, @by, @reason)`,
		pgx.NamedArgs{"id": p.ID, "event": event, "prepared": p.PreparedBy, "by": by.UserID, "reason": reason})
	return postgres.Fault(err)
}
