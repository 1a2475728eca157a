package opening

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Kept is a file that was taken, as it was given.
type Kept struct {
	ID         int64
	Entity     entities.ID
	Currency   money.Currency
	CutOver    period.Date
	Part       string
	Source     []byte
	PreparedBy int64
	RecordedAt time.Time
	SealedBy   int64 // 0: nobody has
	SealedAt   time.Time
	Digest     []byte
	Reason     string
}

// Sealed says that a second person has approved it.
func (k Kept) Sealed() bool { return k.SealedBy != 0 }

// Hash names the file's text.
func (k Kept) Hash() [32]byte { return sha256.Sum256(k.Source) }

// List lists the openings, the latest day first; entity 0 is all.
func List(ctx context.Context, q postgres.Querier, entity entities.ID) ([]Kept, error) {
	rows, err := q.Query(ctx, `
		select f.id, f.entity_id, f.currency, f.cut_over, f.part, f.source, f.prepared_by, f.recorded_at,
			coalesce(s.by_user, 0), coalesce(s.recorded_at, f.recorded_at), coalesce(s.digest, ''), coalesce(s.reason, '')
		from opening.files f
		left join opening.seals s on s.file_id = f.id
		where @entity::bigint = 0 or f.entity_id = @entity
		order by f.cut_over desc, f.entity_id, f.currency, f.part`, pgx.NamedArgs{"entity": entity})
	if err != nil {
		return nil, fmt.Errorf("list openings: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k Kept, err error) {
		err = row.Scan(&k.ID, &k.Entity, &k.Currency, &k.CutOver, &k.Part, &k.Source, &k.PreparedBy, &k.RecordedAt, &k.SealedBy, &k.SealedAt, &k.Digest, &k.Reason)
		return k, err
	})
	if err != nil {
		return nil, fmt.Errorf("list openings: %w", postgres.Fault(err))
	}
	return out, nil
}

func insertFile(ctx context.Context, tx pgx.Tx, entity entities.ID, f File, source []byte, by access.Actor) error {
	hash := sha256.Sum256(source)
	_, err := tx.Exec(ctx, `
		insert into opening.files (entity_id, currency, cut_over, part, source, sha256, prepared_by)
		values (@entity, @currency, @day, @part, @source, @hash, @by)
		on conflict on constraint files_bring_a_day_over_once do nothing`,
		pgx.NamedArgs{"entity": entity, "currency": f.Currency, "day": f.CutOver, "part": f.Part, "source": source, "hash": hash[:], "by": by.UserID})
	return postgres.Fault(err)
}

// done lists the accounts that a file has brought over.
func done(ctx context.Context, q postgres.Querier, file int64) (map[customers.AccountID]bool, error) {
	rows, err := q.Query(ctx, `select account_id from opening.brought where file_id = @file`, pgx.NamedArgs{"file": file})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[customers.AccountID])
	out := make(map[customers.AccountID]bool, len(list))
	for _, a := range list {
		out[a] = true
	}
	return out, postgres.Fault(err)
}

func insertBrought(ctx context.Context, tx pgx.Tx, account customers.AccountID, file int64, entries int) error {
	_, err := tx.Exec(ctx, `insert into opening.brought (account_id, file_id, entries) values (@account, @file, @entries)`,
		pgx.NamedArgs{"account": account, "file": file, "entries": entries})
	return postgres.Fault(err)
}

func insertSeal(ctx context.Context, tx pgx.Tx, k Kept, digest []byte, reason string, by access.Actor) error {
	_, err := tx.Exec(ctx, `
		insert into opening.seals (file_id, prepared_by, by_user, digest, reason)
		values (@file, @prepared, @by, @digest, @reason)`,
		pgx.NamedArgs{"file": k.ID, "prepared": k.PreparedBy, "by": by.UserID, "digest": digest, "reason": reason})
	return postgres.Fault(err)
}
