package web

import "github.com/jackc/pgx/v5"

// tx is a transaction as the verbs want it. This is the only file here that names the driver.
type tx = pgx.Tx

// do runs one verb in a transaction of its own.
func (v *visit) do(verb func(t tx) error) error { return v.DB.Tx(v.ctx, verb) }
