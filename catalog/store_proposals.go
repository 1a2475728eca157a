package catalog

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// lockProposals makes a second person who proposes or decides wait for the first, and then see what came of it.
func lockProposals(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('catalog proposals', 0))`)
	return postgres.Fault(err)
}

// GetProposal finds a proposal with what was decided about it; fault.NotFound when there is none.
func GetProposal(ctx context.Context, q postgres.Querier, id int64) (Proposal, error) {
	found, err := loadProposals(ctx, q, id, 1)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "there is no catalog change %d", id)
	}
	if err != nil {
		return Proposal{}, fmt.Errorf("read catalog change %d: %w", id, err)
	}
	return found[0], nil
}

// Proposals lists the latest changes proposed, newest first.
func Proposals(ctx context.Context, q postgres.Querier, limit int) ([]Proposal, error) {
	found, err := loadProposals(ctx, q, 0, limit)
	if err != nil {
		return nil, fmt.Errorf("list catalog changes: %w", err)
	}
	return found, nil
}

// loadProposals reads one proposal, or with id 0 the latest ones.
func loadProposals(ctx context.Context, q postgres.Querier, id int64, limit int) ([]Proposal, error) {
	rows, err := q.Query(ctx, `
		select id, document, base, reason, prepared_by, recorded_at
		from catalog.proposals
		where @id::bigint = 0 or id = @id
		order by id desc
		limit @limit`, pgx.NamedArgs{"id": id, "limit": limit})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Proposal, error) {
		var p Proposal
		err := row.Scan(&p.ID, &p.Document, &p.Base, &p.Reason, &p.PreparedBy, &p.At)
		return p, err
	})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	at := make(map[int64]*Proposal, len(found))
	ids := make([]int64, len(found))
	for i := range found {
		ids[i], at[found[i].ID] = found[i].ID, &found[i]
	}
	if rows, err = q.Query(ctx, `
		select proposal_id, event, by_user, reason, recorded_at
		from catalog.decisions
		where proposal_id = any(@ids)
		order by proposal_id, seq`, pgx.NamedArgs{"ids": ids}); err != nil {
		return nil, postgres.Fault(err)
	}
	var of int64
	var d Decided
	_, err = pgx.ForEachRow(rows, []any{&of, &d.Event, &d.By, &d.Reason, &d.At}, func() error {
		at[of].Decisions = append(at[of].Decisions, d)
		return nil
	})
	return found, postgres.Fault(err)
}

func insertProposal(ctx context.Context, tx pgx.Tx, d Document, base map[string]int, reason string, by access.Actor) (int64, error) {
	document, err := json.Marshal(d)
	if err != nil {
		return 0, err
	}
	var id int64
	err = tx.QueryRow(ctx, `
		insert into catalog.proposals (document, base, reason, prepared_by)
		values (@document, @base, @reason, @by)
		returning id`, pgx.NamedArgs{"document": string(document), "base": base, "reason": reason, "by": by.UserID}).Scan(&id)
	return id, postgres.Fault(err)
}

func insertProposalDecision(ctx context.Context, tx pgx.Tx, p Proposal, event, reason string, by access.Actor) error {
	_, err := tx.Exec(ctx, `
		insert into catalog.decisions (proposal_id, seq, event, prepared_by, by_user, reason)
		values (@id, @seq, @event, @prepared, @by, @reason)`, pgx.NamedArgs{
		"id": p.ID, "seq": len(p.Decisions) + 1, "event": event, "prepared": p.PreparedBy, "by": by.UserID, "reason": reason,
	})
	return postgres.Fault(err)
}
