package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"ratable/migrations"
)

// Extra is another migration run after ours, as the owner and under the same lock: a library that brings its
// own tables. It must be idempotent.
type Extra = func(ctx context.Context, pool *pgxpool.Pool) error

// Migrate brings a database up to the newest migration and returns how many files it applied. adminURL logs
// in as the owner, or as a role that may become the owner, or (first time on a server) as one that may
// create roles. Two processes that start at once take turns. Each file is one transaction: a failing one
// leaves the database at the file before.
func Migrate(ctx context.Context, adminURL string, extra ...Extra) (applied int, err error) {
	return migrate(ctx, adminURL, migrations.FS, math.MaxInt64, extra...)
}

// MigrateTo is Migrate that goes no further than the file with the given number, for tests of one migration.
func MigrateTo(ctx context.Context, adminURL string, through int64, extra ...Extra) (applied int, err error) {
	return migrate(ctx, adminURL, migrations.FS, through, extra...)
}

func migrate(ctx context.Context, adminURL string, files fs.FS, through int64, extra ...Extra) (applied int, err error) {
	if err := prepareRoles(ctx, adminURL); err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	pool, err := openPool(ctx, adminURL, options{role: OwnerRole, maxConns: 4})
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	defer pool.Close()
	db := stdlib.OpenDBFromPool(pool)
	defer func() { err = cmp.Or(err, db.Close()) }()

	// The locker is held around everything, not handed to goose, so that the extras are inside it too.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	// Closing the pool ends the session, and with it the lock, whatever happens in between.
	defer conn.Close()
	if err := locker.SessionLock(ctx, conn); err != nil {
		return 0, fmt.Errorf("migrate: another process is migrating: %w", err)
	}
	defer func() { err = cmp.Or(err, locker.SessionUnlock(context.WithoutCancel(ctx), conn)) }()

	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return 0, fmt.Errorf("migrate: %w", err)
	}
	results, err := provider.UpTo(ctx, through)
	if err != nil {
		return len(results), explainMigration(err)
	}
	for _, run := range extra {
		if err := run(ctx, pool); err != nil {
			return len(results), fmt.Errorf("migrate: %w", err)
		}
	}
	return len(results), nil
}

// explainMigration names the file and, where PostgreSQL says it, the place in it.
func explainMigration(err error) error {
	var partial *goose.PartialError
	if !errors.As(err, &partial) {
		return fmt.Errorf("migrate: %w", err)
	}
	var pg *pgconn.PgError
	where := ""
	if errors.As(err, &pg) {
		where = explain(pg)
		if pg.Where != "" {
			where += " (" + pg.Where + ")"
		}
	}
	return fmt.Errorf("migrate %s: %w%s", partial.Failed.Source.Path, partial.Err, where)
}
