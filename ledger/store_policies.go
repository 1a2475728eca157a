package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// PolicyVersion is a policy as it was proposed, and what was decided about it.
type PolicyVersion struct {
	Entity     entities.ID
	Book       Book
	Number     int
	Effective  period.Date
	Policy     Policy
	Reason     string
	PreparedBy int64
	ProposedAt time.Time // for audit only
	Event      string    // approved, rejected; empty while it waits
	DecidedBy  int64
	Order      int64 // of the decision: of two for one day the later counts
}

// Waits says that nobody has decided about it.
func (v PolicyVersion) Waits() bool { return v.Event == "" }

// LoadPolicies reads the approved policies of all legal entities.
func LoadPolicies(ctx context.Context, q postgres.Querier) (*Policies, error) {
	all, err := policyVersions(ctx, q, 0, "")
	if err != nil {
		return nil, fmt.Errorf("load accounting policies: %w", err)
	}
	return NewPolicies(all), nil
}

// PolicyVersions lists what was ever proposed for an entity's book, in order.
func PolicyVersions(ctx context.Context, q postgres.Querier, entity entities.ID, book Book) ([]PolicyVersion, error) {
	out, err := policyVersions(ctx, q, entity, book)
	if err != nil {
		return nil, fmt.Errorf("list accounting policies: %w", err)
	}
	return out, nil
}

func policyVersions(ctx context.Context, q postgres.Querier, entity entities.ID, book Book) ([]PolicyVersion, error) {
	rows, err := q.Query(ctx, `
		select p.entity_id, p.book, p.number, p.effective_on, p.document, p.reason, p.prepared_by, p.recorded_at,
			coalesce(d.event, ''), coalesce(d.by_user, 0), coalesce(d.known_order, 0)
		from ledger.policies p
		left join ledger.policy_decisions d using (entity_id, book, number)
		where (@entity::bigint = 0 or p.entity_id = @entity) and (@book::text = '' or p.book = @book)
		order by p.entity_id, p.book, p.number`, pgx.NamedArgs{"entity": entity, "book": string(book)})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (v PolicyVersion, err error) {
		var document []byte
		if err := row.Scan(&v.Entity, &v.Book, &v.Number, &v.Effective, &document, &v.Reason, &v.PreparedBy, &v.ProposedAt, &v.Event, &v.DecidedBy, &v.Order); err != nil {
			return v, err
		}
		v.Policy = DefaultPolicy() // a key that came later is as by default in what was approved before
		return v, json.Unmarshal(document, &v.Policy)
	})
	return out, postgres.Fault(err)
}

// insertPolicy keeps a policy under the next number: of two at once one fails with fault.Conflict.
func insertPolicy(ctx context.Context, tx pgx.Tx, v PolicyVersion, by access.Actor) error {
	document, err := json.Marshal(v.Policy)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		insert into ledger.policies (entity_id, book, number, effective_on, document, reason, prepared_by)
		values (@entity, @book, @number, @effective, @document, @reason, @by)`, pgx.NamedArgs{
		"entity": v.Entity, "book": string(v.Book), "number": v.Number, "effective": v.Effective, "document": string(document), "reason": v.Reason, "by": by.UserID,
	})
	return postgres.Fault(err)
}

func insertPolicyDecision(ctx context.Context, tx pgx.Tx, v PolicyVersion, event, reason string, by access.Actor) error {
	_, err := tx.Exec(ctx, `
		insert into ledger.policy_decisions (entity_id, book, number, event, prepared_by, by_user, reason)
		values (@entity, @book, @number, @event, @prepared, @by, @reason)`, pgx.NamedArgs{
		"entity": v.Entity, "book": string(v.Book), "number": v.Number, "event": event, "prepared": v.PreparedBy, "by": by.UserID, "reason": reason,
	})
	return postgres.Fault(err)
}

func getPolicy(ctx context.Context, q postgres.Querier, entity entities.ID, book Book, number int) (PolicyVersion, error) {
	all, err := policyVersions(ctx, q, entity, book)
	if err != nil {
		return PolicyVersion{}, err
	}
	if number < 1 || number > len(all) {
		return PolicyVersion{}, fault.New(fault.NotFound, "there is no policy %d of this entity in the %s book", number, book)
	}
	return all[number-1], nil
}
