// Package postgres owns how Ratable talks to PostgreSQL: the pool, transactions and their retries, the
// translation of refusals into kinds of fault, the migrations' runner, and a private server for machines
// that have none running. It does not own any table; each package keeps the SQL of its own schema.
//
// Three roles: the superuser of a private server only creates the other two; ratable_owner owns the
// database and migrates it; ratable_app serves and can neither update nor delete what is append-only.
//
// Times: instants are timestamptz in UTC; civil days are period.Date and the SQL type date.
//
// Invariants: what a transaction's function returns an error for is not in the database; data of another
// PostgreSQL version is refused, never removed.
package postgres

// The two roles of a Ratable database. See migrations/0001_house.sql for what each may do.
const (
	OwnerRole   = "ratable_owner"
	ServingRole = "ratable_app"
)
