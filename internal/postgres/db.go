package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// DB is a pool of connections that all act as one role.
type DB struct {
	pool *pgxpool.Pool
	kept sync.Map // see Keep
}

// Querier reads. It is satisfied by *DB and by pgx.Tx, so that a function that reads does not care whether
// it stands inside a transaction.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

var (
	_ Querier = (*DB)(nil)
	_ Querier = (pgx.Tx)(nil)
)

// Option changes how Open connects.
type Option func(*options)

type options struct {
	role     string
	maxConns int32
	tracer   pgx.QueryTracer
}

// AsOwner connects as the role that owns the schema. Migrations and tests that plant a discrepancy use it;
// nothing that serves does.
func AsOwner() Option { return func(o *options) { o.role = OwnerRole } }

// MaxConns bounds the pool. The default is pgx's: four, or the number of processors if that is more.
func MaxConns(n int) Option { return func(o *options) { o.maxConns = int32(n) } }

// Traced reports every statement to a tracer; one that is a pgx.CopyFromTracer too sees COPY as well. The
// benchmarks measure with it how much of a run is spent in the database.
func Traced(tracer pgx.QueryTracer) Option { return func(o *options) { o.tracer = tracer } }

// Open connects to a migrated database as the serving role, whatever role the URL logs in as (it must be
// that role, or a member of it). It fails when the server cannot be reached.
func Open(ctx context.Context, url string, opts ...Option) (*DB, error) {
	o := options{role: ServingRole}
	for _, opt := range opts {
		opt(&o)
	}
	pool, err := openPool(ctx, url, o)
	if err != nil {
		return nil, err
	}
	return &DB{pool: pool}, nil
}

func openPool(ctx context.Context, url string, o options) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		// pgx leaves the password out of this message.
		return nil, fmt.Errorf("read the database URL: %w", err)
	}
	if o.maxConns > 0 {
		config.MaxConns = o.maxConns
	}
	params := config.ConnConfig.RuntimeParams
	params["timezone"] = "UTC"
	if params["application_name"] == "" {
		params["application_name"] = "ratable"
	}
	// As a start-up parameter the role is also what RESET ROLE comes back to: SQL that was smuggled in
	// cannot climb to the login role that way. A pooler between us and the server wants to see no such
	// parameter; there the login role itself is the serving role.
	if o.role != "" && o.role != config.ConnConfig.User {
		params["role"] = o.role
	}
	config.AfterConnect = registerTypes
	config.ConnConfig.Tracer = o.tracer
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, explainConnect(err, o.role)
	}
	return pool, nil
}

// explainConnect adds what to do to the refusals that a fresh installation meets.
func explainConnect(err error, role string) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case "22023", "42704": // invalid_parameter_value for "role", undefined_object
			return fmt.Errorf("connect to PostgreSQL: role %s does not exist there yet, run `ratable migrate` first: %w", role, err)
		case "42501":
			return fmt.Errorf("connect to PostgreSQL: the login role is no member of %s, run `grant %s to <login role>` as an administrator: %w", role, role, err)
		case "3D000":
			return fmt.Errorf("connect to PostgreSQL: %s, create it first: %w", pg.Message, err)
		}
	}
	return fmt.Errorf("connect to PostgreSQL: %w", err)
}

// Pool returns the pool itself, for libraries that need one (jobs, sessions).
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Close waits for connections in use and closes them all.
func (db *DB) Close() { db.pool.Close() }

// Query reads rows outside any transaction.
func (db *DB) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return db.pool.Query(ctx, sql, args...)
}

// QueryRow reads one row outside any transaction.
func (db *DB) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return db.pool.QueryRow(ctx, sql, args...)
}

// Exec runs one statement in its own transaction.
func (db *DB) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	return db.pool.Exec(ctx, sql, args...)
}

// Tx runs fn in a READ COMMITTED transaction and commits it when fn returns nil. When PostgreSQL chose the
// transaction as the victim of a deadlock or a serialization failure, fn runs again from the start, a
// bounded number of times: fn must not have effects outside its tx. Errors come back through Fault.
func (db *DB) Tx(ctx context.Context, fn func(tx pgx.Tx) error) error {
	return db.transact(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, fn)
}

// Snapshot runs fn in a read-only transaction in which every query sees the same instant: one consistent
// load. It retries as Tx does.
func (db *DB) Snapshot(ctx context.Context, fn func(tx pgx.Tx) error) error {
	return db.transact(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, fn)
}

func (db *DB) transact(ctx context.Context, how pgx.TxOptions, fn func(tx pgx.Tx) error) error {
	err := retry(ctx, func() error { return pgx.BeginTxFunc(ctx, db.pool, how, fn) })
	return Fault(err)
}

// maxAttempts bounds the retries: with the growing pause below the last comes after about two seconds, by
// when a transaction that still loses has a rival that does not go away.
const maxAttempts = 8

// retry runs attempt until it succeeds, fails for good, or has lost too often.
func retry(ctx context.Context, attempt func() error) error {
	pause := 10 * time.Millisecond
	for n := 1; ; n++ {
		err := attempt()
		if err == nil || !transient(err) || n == maxAttempts {
			return err
		}
		// Jitter: two victims of each other must not come back at the same moment.
		select {
		case <-time.After(pause/2 + jitter(pause)):
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		}
		pause *= 2
	}
}

// jitter returns a random duration in [0, d).
func jitter(d time.Duration) time.Duration { return rand.N(d) }

// transient tells whether the same transaction may succeed when it is simply run again.
func transient(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}
