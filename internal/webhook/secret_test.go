package webhook_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres/pgtest"
	"ratable/internal/webhook"
)

// TestASecretStandsInNoTableButItsOwn looks at every row there is after secrets were made, used and replaced: what packs, exports, privacy
// files and pages are made of cannot hold one.
func TestASecretStandsInNoTableButItsOwn(t *testing.T) {
	db := pgtest.New(t)
	r := newReceiver(t, func(_ webhook.Envelope, n int) int { return map[bool]int{true: 500, false: 204}[n == 1] })
	e := r.add(db)
	secrets := []string{r.secrets[0]}
	do(t, db, func(ctx context.Context, tx pgx.Tx) error {
		replaced, err := webhook.RotateSecret(ctx, tx, e.ID, time.Now(), ada)
		secrets = append(secrets, replaced)
		return err
	})
	r.secrets = secrets
	emit(t, db, issued(1))
	deliver(t, newSender(t, db), time.Now(), webhook.Summary{Later: 1})
	emit(t, db, issued(2))

	var looked []string // as each secret may be spelled: whole, the text without its prefix, and the bytes
	for _, s := range secrets {
		text := strings.TrimPrefix(s, "whsec_")
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		looked = append(looked, text, hex.EncodeToString(raw), hex.EncodeToString([]byte(text)))
	}
	owner := pgtest.Admin(t, db)
	rows, err := owner.Query(t.Context(), `
		select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(tables) < 50 {
		t.Fatalf("%d tables (%v)", len(tables), err)
	}
	found := map[string]int{}
	for _, table := range tables {
		var n int
		if err := owner.QueryRow(t.Context(), `select count(*) from `+table+` x where exists (select from unnest($1::text[]) s where strpos(to_jsonb(x)::text, s) > 0)`, looked).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			found[table] = n
		}
	}
	if len(found) != 1 || found["webhook.secrets"] != 2 {
		t.Errorf("secrets stand in %v, want the two in webhook.secrets only", found)
	}
}
