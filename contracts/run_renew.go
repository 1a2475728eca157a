package contracts

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Renewals is what RenewDue did.
type Renewals struct {
	Renewed  []string // numbers, once for each further term
	Held     []string // a version waits for a decision: it may be what both sides agree instead. Or who would go on may be a listed party
	Failures []RenewalFailure
}

// RenewalFailure is a contract that should have renewed and could not.
type RenewalFailure struct {
	Contract string
	Err      error
}

// renewalsTogether is how many contracts one look finds; each is renewed in a transaction of its own.
const renewalsTogether = 200

// RenewDue begins the further term of every contract that renews by itself, whose term is over on a day and that nobody
// gave notice on: it appends an approved version. Nobody decides about it anew; the approval is that of the version that
// agreed to the renewal, which the decision names. Calling it twice, or from two places at once, renews once. One
// contract that fails keeps no other from renewing.
func RenewDue(ctx context.Context, db *postgres.DB, asOf period.Date) (Renewals, error) {
	var out Renewals
	for after := ""; ; {
		numbers, err := dueForRenewal(ctx, db, asOf, after, renewalsTogether)
		if err != nil {
			return out, fmt.Errorf("find contracts to renew: %w", err)
		}
		sold, err := catalog.Load(ctx, db) // once for all of them
		if err != nil {
			return out, fmt.Errorf("renew contracts: %w", err)
		}
		for _, number := range numbers {
			after = number
			var renewed int
			err := db.Tx(ctx, func(tx pgx.Tx) (err error) {
				renewed, err = renew(ctx, tx, sold, number, asOf)
				return err
			})
			switch {
			case errors.Is(err, errHeld):
				out.Held = append(out.Held, number)
			case ctx.Err() != nil:
				return out, ctx.Err()
			case err != nil:
				out.Failures = append(out.Failures, RenewalFailure{number, err})
			}
			for ; err == nil && renewed > 0; renewed-- {
				out.Renewed = append(out.Renewed, number)
			}
		}
		if len(numbers) < renewalsTogether {
			return out, nil
		}
	}
}

var errHeld = errors.New("a version waits for a decision")

// renew appends the further terms of one contract that have begun: one, or several after a long silence.
func renew(ctx context.Context, tx pgx.Tx, sold *catalog.Catalog, number string, asOf period.Date) (renewed int, err error) {
	doing := fmt.Sprintf("renew contract %s", number)
	for {
		c, found, err := lockByNumber(ctx, tx, number)
		if err != nil || !found {
			return 0, fmt.Errorf("%s: %w", doing, orMissing(err, number))
		}
		due, err := c.renewsBy(asOf)
		if err != nil || !due {
			return renewed, err
		}
		if err := c.unlisted(ctx, tx); err != nil {
			return renewed, errHeld
		}
		if err := c.furtherTerm(ctx, tx, sold, asOf); err != nil {
			return 0, fmt.Errorf("%s: %w", doing, err)
		}
		renewed++
	}
}

// renewsBy says whether a further term has begun by a day that no version holds yet.
func (c Contract) renewsBy(asOf period.Date) (bool, error) {
	a, agreed := c.Agreement()
	if !agreed || asOf.Before(a.Term().End) {
		return false, nil
	}
	if _, renews := a.Latest().Document.LastNotice(); !renews {
		return false, nil
	}
	if _, given := c.Notice(); given {
		return false, nil
	}
	if c.Latest().Waiting() {
		return false, errHeld
	}
	return true, nil
}

// renewedBy is the program itself: a person's word stands in the version that agreed to the renewal.
var renewedBy = access.System("renewals")

// furtherTerm appends the version of the next term with its decision.
func (c Contract) furtherTerm(ctx context.Context, tx pgx.Tx, sold *catalog.Catalog, asOf period.Date) error {
	a, _ := c.Agreement()
	was := a.Latest()
	reason := automatic(c.agreedRenewal(was), was.Document)
	next, err := Renew(was.Document, sold, Why{On: a.Term().End, Reason: reason})
	if err != nil {
		return err
	}
	if found := next.CheckCatalog(sold); len(found) > 0 {
		return fault.InvalidFields(found...)
	}
	version := len(c.History) + 1
	if err := insertVersion(ctx, tx, c, version, next, asOf, renewedBy); err != nil {
		return err
	}
	r := Revision{Version: Version{Number: version}}
	if err := insertDecision(ctx, tx, c, r, Decided{Event: "renewed", Reason: reason, Under: c.agreedRenewal(was)}); err != nil {
		return err
	}
	if err := settleDeadlines(ctx, tx, c.Account, next); err != nil {
		return err
	}
	if err := access.Audit(ctx, tx, renewedBy, "contract.renew", c.subject(version), nil, next, reason); err != nil {
		return err
	}
	return c.emitDecided(ctx, tx, version, next, "renewed")
}

// agreedRenewal is the version that a person approved with the renewal: the present one, or that of the first term that
// renewed by itself.
func (c Contract) agreedRenewal(was Version) int {
	for n := was.Number; n > 0; n-- {
		if last := c.History[n-1].Last(); last == "approved" || last == "signed" {
			return n
		}
	}
	return was.Number
}

// automatic says by which clause a contract renewed.
func automatic(under int, d Document) string {
	why := fmt.Sprintf("Renewed automatically under the renewal clause of version %d: %d further months", under, d.Renewal.Months)
	if d.Renewal.UpliftPercent.IsPositive() {
		why += fmt.Sprintf(", prices raised by %s %%", d.Renewal.UpliftPercent)
	}
	last, _ := d.LastNotice()
	return why + fmt.Sprintf("; no notice by %s", last)
}
