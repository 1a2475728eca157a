package postgres

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"ratable/internal/fault"
)

// Fault gives a refusal of PostgreSQL the kind of fault it is: a unique violation is a Conflict, a check,
// foreign key, exclusion or not-null violation and unreadable text are Invalid, a missing row is NotFound, a
// missing privilege (also the append-only guard) is Denied, a closed month is Closed. The error keeps the text of whoever wrapped
// it, names the constraint, and still unwraps to the *pgconn.PgError. What has a kind already, and what is
// no refusal (a lost connection), comes back as it is; nil stays nil.
func Fault(err error) error {
	if err == nil || fault.Kind(err) != nil {
		return err
	}
	if errors.Is(err, pgx.ErrNoRows) {
		// The driver speaks of result sets; whoever asked, asked for a name.
		return refusal{fault.NotFound, strings.Replace(err.Error(), pgx.ErrNoRows.Error(), "nothing goes by this name", 1), err}
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	kind := kindOf(pg.Code)
	if kind == nil {
		return err
	}
	return refusal{kind, err.Error() + explain(pg), err}
}

// kindOf maps SQLSTATE codes (PostgreSQL manual, appendix A) to kinds; nil for what is no refusal of data.
func kindOf(code string) error {
	switch code {
	case "23505": // unique_violation
		return fault.Conflict
	case "23514", "23503", "23P01", "23502", // check, foreign key, exclusion, not null
		"22001", "22003", "22021", "22P05", "22007", "22008": // too long, out of range, not UTF-8, bad date
		return fault.Invalid
	case "42501": // insufficient_privilege
		return fault.Denied
	case "RT001": // our own: the ledger's month is closed (migrations/0010_ledger.sql)
		return fault.Closed
	}
	return nil
}

// explain adds what pgconn leaves out of its message: which row, which constraint of which table.
func explain(pg *pgconn.PgError) string {
	s := ""
	if pg.Detail != "" {
		s += ": " + pg.Detail
	}
	if pg.ConstraintName != "" {
		s += fmt.Sprintf(" (%s of %s.%s)", pg.ConstraintName, pg.SchemaName, pg.TableName)
	}
	return s
}

// refusal is a PostgreSQL error that has been given its kind.
type refusal struct {
	kind    error
	message string
	cause   error
}

func (r refusal) Error() string   { return r.message }
func (r refusal) Unwrap() []error { return []error{r.kind, r.cause} }

// Constraint returns the name of the constraint that refused a row, or "" when none did, for callers that
// turn one particular constraint into their own message.
func Constraint(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.ConstraintName
	}
	return ""
}
