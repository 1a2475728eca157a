package api

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// holdKey takes a key for the length of the transaction; false: another call holds it. The primary key of the table is
// what keeps two effects apart; this only spares the second the wait.
func holdKey(ctx context.Context, tx pgx.Tx, user int64, key string) (free bool, err error) {
	err = tx.QueryRow(ctx, `
		select pg_try_advisory_xact_lock(hashtextextended(@name, 40))`,
		pgx.NamedArgs{"name": strconv.FormatInt(user, 10) + " " + key}).Scan(&free)
	return free, postgres.Fault(err)
}

// keptAnswer is what was answered under a key, and to which request.
type keptAnswer struct {
	request    [sha256.Size]byte
	answeredAt time.Time
	answer     answer
}

func answerUnder(ctx context.Context, tx pgx.Tx, user int64, key string) (k keptAnswer, found bool, err error) {
	var request []byte
	err = tx.QueryRow(ctx, `
		select request, status, kind, location, body, answered_at
		from api.answers where user_id = @user and key = @key`,
		pgx.NamedArgs{"user": user, "key": key},
	).Scan(&request, &k.answer.status, &k.answer.kind, &k.answer.location, &k.answer.body, &k.answeredAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return keptAnswer{}, false, nil
	}
	if err != nil {
		return keptAnswer{}, false, fmt.Errorf("look up what was answered under an idempotency key: %w", postgres.Fault(err))
	}
	k.request = [sha256.Size]byte(request)
	return k, true, nil
}

func keepAnswer(ctx context.Context, tx pgx.Tx, user int64, key string, request [sha256.Size]byte, a answer, now time.Time) error {
	body := a.body
	if a.kept != nil {
		body = a.kept
	}
	if body == nil {
		body = []byte{}
	}
	_, err := tx.Exec(ctx, `
		insert into api.answers (user_id, key, request, status, kind, location, body, answered_at)
		values (@user, @key, @request, @status, @kind, @location, @body, @now)`,
		pgx.NamedArgs{"user": user, "key": key, "request": request[:], "status": a.status, "kind": a.kind, "location": a.location, "body": body, "now": now})
	if err != nil {
		return fmt.Errorf("keep the answer under an idempotency key: %w", postgres.Fault(err))
	}
	return nil
}

func sweepAnswers(ctx context.Context, tx pgx.Tx, before time.Time) (int64, error) {
	tag, err := tx.Exec(ctx, `delete from api.answers where answered_at < @before`, pgx.NamedArgs{"before": before})
	if err != nil {
		return 0, fmt.Errorf("sweep kept answers: %w", postgres.Fault(err))
	}
	return tag.RowsAffected(), nil
}
