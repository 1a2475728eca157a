package web

import (
	"context"
	"fmt"
	"net/http"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/web/ui"
)

// tx is a transaction as the verbs want it. This is the only file here that names the driver.
type tx = pgx.Tx

// do runs one verb in a transaction of its own.
func (v *visit) do(verb func(t tx) error) error { return v.DB.Tx(v.ctx, verb) }

// decideContract runs a verb about a contract's latest version and comes back to its page, with the reason where it
// was refused.
func (v *visit) decideContract(done string, verb func(context.Context, pgx.Tx, string, string, access.Actor) error) error {
	number, reason := v.param("number"), v.form("reason")
	err := v.do(func(t tx) error { return verb(v.ctx, t, number, reason, v.By) })
	if fields := fault.Fields(err); len(fields) > 0 {
		return v.showContract(http.StatusUnprocessableEntity, number, capital(fields[0].Path)+": "+fields[0].Message)
	}
	if err != nil {
		return err
	}
	return v.redirect(contractAddress(number), ui.Flash{Text: number + " was " + done, Tone: ui.Good})
}

// decideChange runs a verb about a change of the catalog and comes back to its page, with the reason where it was refused.
func (v *visit) decideChange(done string, verb func(context.Context, pgx.Tx, int64, string, access.Actor) error) error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	err = v.do(func(t tx) error { return verb(v.ctx, t, id, v.form("reason"), v.By) })
	if fields := fault.Fields(err); len(fields) > 0 {
		return v.showCatalogChange(http.StatusUnprocessableEntity, capital(fields[0].Path)+": "+fields[0].Message)
	}
	if fault.Kind(err) == fault.Conflict {
		return v.showCatalogChange(http.StatusConflict, sentence(err))
	}
	if err != nil {
		return err
	}
	return v.redirect(changeAddress(id), ui.Flash{Text: fmt.Sprintf("Change %d %s", id, done), Tone: ui.Good})
}
