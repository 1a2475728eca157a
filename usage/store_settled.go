package usage

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"ratable/internal/postgres"
)

// settle takes out of the conflicts what finance accepted before: it is what the event came to say, and sent again it is a repeat like the
// content that came first. Nothing is asked of a batch without conflicts.
func (v *verdict) settle(ctx context.Context, q postgres.Querier) error {
	var accounts []int64
	var keys, contents pgtype.FlatArray[pgtype.UUID]
	for _, c := range v.conflicts {
		if c.kept == nil { // it stands in the database
			accounts, keys, contents = append(accounts, c.offered.account), append(keys, uuid(c.offered.key)), append(contents, uuid(c.offered.content))
		}
	}
	if len(keys) == 0 {
		return nil
	}
	rows, err := q.Query(ctx, `
		select d.account_id, d.key, d.content
		from unnest(@accounts::bigint[], @keys::uuid[], @contents::uuid[]) as o (account_id, key, content)
		join usage.conflict_decisions d on d.account_id = o.account_id and d.key = o.key and d.content = o.content
		where d.decision = 'accepted'`, pgx.NamedArgs{"accounts": accounts, "keys": keys, "contents": contents})
	if err != nil {
		return fmt.Errorf("look for accepted conflicts: %w", postgres.Fault(err))
	}
	type offer struct {
		eventKey
		content digest
	}
	accepted := map[offer]bool{}
	var account int64
	var key, content pgtype.UUID
	if _, err = pgx.ForEachRow(rows, []any{&account, &key, &content}, func() error {
		accepted[offer{eventKey{account, key.Bytes}, content.Bytes}] = true
		return nil
	}); err != nil {
		return fmt.Errorf("look for accepted conflicts: %w", postgres.Fault(err))
	}
	if len(accepted) == 0 {
		return nil
	}
	var open []clash
	for _, c := range v.conflicts {
		if accepted[offer{c.offered.eventKey(), c.offered.content}] {
			v.repeated = append(v.repeated, c.offered)
			continue
		}
		open = append(open, c)
	}
	v.conflicts = open
	return nil
}
