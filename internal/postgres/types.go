package postgres

import (
	"context"
	"math/rand/v2"
	"time"

	pgxdecimal "github.com/jackc/pgx-shopspring-decimal"
	"github.com/jackc/pgx/v5"
)

// registerTypes teaches a new connection the types Ratable stores: decimal.Decimal as numeric.
// period.Date and period.Month need nothing here, they go through driver.Valuer and sql.Scanner.
func registerTypes(_ context.Context, conn *pgx.Conn) error {
	pgxdecimal.Register(conn.TypeMap())
	return nil
}

// jitter returns a random duration in [0, d).
func jitter(d time.Duration) time.Duration { return rand.N(d) }
