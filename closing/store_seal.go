package closing

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// inputsNow takes the fingerprint of every table of facts, in one trip. The books themselves are sealed entry by entry, and who signed
// in or was written to decides nothing. Of usage the keys are sealed, whose digests are over all that an event says: the
// events themselves may be archived.
func inputsNow(ctx context.Context, q postgres.Querier, after, through int64) ([]Input, error) {
	rows, err := q.Query(ctx, `
		select t::text, c.columns, f.facts, f.digest
		from house_sealed_tables() t
		cross join lateral (select house_columns(t) as columns offset 0) c
		cross join lateral house_fingerprint(t, c.columns, @after, @through) f
		where split_part(t::text, '.', 1) not in ('ledger', 'closing', 'access', 'mail', 'jobs')
		order by t::text collate "C"`, pgx.NamedArgs{"after": after, "through": through})
	if err != nil {
		return nil, fmt.Errorf("take the fingerprints of the tables of facts: %w", postgres.Fault(err))
	}
	tables, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (in Input, err error) {
		return in, row.Scan(&in.Table, &in.Columns, &in.Facts, &in.Digest)
	})
	if err != nil {
		return nil, fmt.Errorf("take the fingerprints of the tables of facts: %w", postgres.Fault(err))
	}
	return tables, nil
}

// fingerprint is how many facts of a table became known between two places, and one digest of them.
func fingerprint(ctx context.Context, q postgres.Querier, table string, columns []string, after, through int64) (Input, error) {
	in := Input{Table: table, Columns: columns}
	err := q.QueryRow(ctx, `select facts, digest from house_fingerprint(@table::text::regclass, @columns::text[], @after, @through)`,
		pgx.NamedArgs{"table": table, "columns": columns, "after": after, "through": through}).Scan(&in.Facts, &in.Digest)
	if err != nil {
		return in, fmt.Errorf("take the fingerprint of %s: %w", table, postgres.Fault(err))
	}
	return in, nil
}

func insertSeal(ctx context.Context, tx pgx.Tx, s Seal, digests []ledger.Digest) error {
	_, err := tx.Exec(ctx, `
		insert into closing.seals (entity_id, month, event_seq, columns, entries, ledger_hash, inputs_after, inputs_order, inputs_hash, previous, hash, closed_on, watermark)
		values (@entity, @month::date, @event, @columns::text::jsonb, @entries, @ledger, @after, @order, @inputs, @previous, @hash, @closed_on, @watermark)`,
		pgx.NamedArgs{"entity": s.Entity, "month": s.Month, "event": s.Event, "columns": s.Columns, "entries": s.Entries, "ledger": s.LedgerHash,
			"after": s.InputsAfter, "order": s.InputsOrder, "inputs": s.InputsHash, "previous": s.Previous, "hash": s.Hash, "closed_on": s.ClosedOn, "watermark": s.Known})
	if err != nil {
		return fmt.Errorf("keep the seal of %s: %w", s.Month, postgres.Fault(err))
	}
	var inputs, entries [][]any
	for _, in := range s.Inputs {
		inputs = append(inputs, []any{s.Entity, s.Month.First(), int32(s.Event), in.Table, in.Columns, in.Facts, in.Digest})
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"closing", "sealed_inputs"},
		[]string{"entity_id", "month", "event_seq", "table_name", "columns", "facts", "digest"}, pgx.CopyFromRows(inputs))
	if err != nil {
		return fmt.Errorf("keep the facts of %s: %w", s.Month, postgres.Fault(err))
	}
	for _, d := range digests {
		entries = append(entries, []any{s.Entity, s.Month.First(), int32(s.Event), d.Account, d.Seq, d.Sum})
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"closing", "sealed_entries"},
		[]string{"entity_id", "month", "event_seq", "account_id", "seq", "digest"}, pgx.CopyFromRows(entries))
	if err != nil {
		return fmt.Errorf("keep the entries of %s: %w", s.Month, postgres.Fault(err))
	}
	return nil
}

// Seals lists the seals of an entity in the order they were taken, without their inputs.
func Seals(ctx context.Context, q postgres.Querier, entity entities.ID) ([]Seal, error) {
	rows, err := q.Query(ctx, `
		select entity_id, month, event_seq, columns::text, entries, ledger_hash, inputs_after, inputs_order, inputs_hash, previous, hash, closed_on, watermark, recorded_at
		from closing.seals
		where entity_id = @entity
		order by known_order`, pgx.NamedArgs{"entity": entity})
	if err != nil {
		return nil, fmt.Errorf("list the seals of entity %d: %w", entity, postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Seal, err error) {
		return s, row.Scan(&s.Entity, &s.Month, &s.Event, &s.Columns, &s.Entries, &s.LedgerHash, &s.InputsAfter, &s.InputsOrder, &s.InputsHash,
			&s.Previous, &s.Hash, &s.ClosedOn, &s.Known, &s.RecordedAt)
	})
	if err != nil {
		return nil, fmt.Errorf("list the seals of entity %d: %w", entity, postgres.Fault(err))
	}
	return out, nil
}

// sealedEntries are the digests a seal was taken of, in order.
func sealedEntries(ctx context.Context, q postgres.Querier, s Seal) ([]ledger.Digest, error) {
	rows, err := q.Query(ctx, `
		select account_id, seq, digest
		from closing.sealed_entries
		where entity_id = @entity and month = @month::date and event_seq = @event
		order by account_id, seq`, pgx.NamedArgs{"entity": s.Entity, "month": s.Month, "event": s.Event})
	if err != nil {
		return nil, fmt.Errorf("load the sealed entries of %s: %w", s.Month, postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d ledger.Digest, err error) {
		return d, row.Scan(&d.Account, &d.Seq, &d.Sum)
	})
	if err != nil {
		return nil, fmt.Errorf("load the sealed entries of %s: %w", s.Month, postgres.Fault(err))
	}
	return out, nil
}

// Inputs are the fingerprints a seal was taken of.
func Inputs(ctx context.Context, q postgres.Querier, s Seal) ([]Input, error) {
	rows, err := q.Query(ctx, `
		select table_name, columns, facts, digest
		from closing.sealed_inputs
		where entity_id = @entity and month = @month::date and event_seq = @event
		order by table_name collate "C"`, pgx.NamedArgs{"entity": s.Entity, "month": s.Month, "event": s.Event})
	if err != nil {
		return nil, fmt.Errorf("load the sealed facts of %s: %w", s.Month, postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (in Input, err error) {
		return in, row.Scan(&in.Table, &in.Columns, &in.Facts, &in.Digest)
	})
	if err != nil {
		return nil, fmt.Errorf("load the sealed facts of %s: %w", s.Month, postgres.Fault(err))
	}
	return out, nil
}
