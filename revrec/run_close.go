package revrec

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Exception is something that has to be settled before a month may be closed.
type Exception struct {
	Kind     ExceptionKind
	Account  customers.AccountID
	Contract string // number; empty when the whole account could not be decided
	Line     string
	Problem  string
	Amount   money.Amount // by how much; nothing when it cannot be said
}

// ExceptionKind says what is amiss.
type ExceptionKind string

// What may be amiss.
const (
	Undecided    ExceptionKind = "undecided"    // the account could not be decided
	Unrecognized ExceptionKind = "unrecognized" // revenue is not booked
	Unbilled     ExceptionKind = "unbilled"     // a charge that is due is not billed
)

func (x Exception) String() string {
	if x.Contract == "" {
		return fmt.Sprintf("account %d: %s", x.Account, x.Problem)
	}
	return fmt.Sprintf("contract %s line %s: %s", x.Contract, x.Line, x.Problem)
}

// Close closes a month of a legal entity. It refuses with fault.Conflict while
// revenue of the month or an earlier one is not recognized, or a charge that was
// due by its end is not billed; Exceptions lists them. Months close in order.
// Bookings under way finish first and later ones wait for tx, so what is checked
// is what is closed. Contracts whose bills a person holds are given: what they
// ask for is earned and waits as unbilled, and keeps no month open.
func Close(ctx context.Context, tx pgx.Tx, entity entities.ID, month period.Month, by access.Actor, held ...contracts.ID) error {
	if err := ledger.CloseMonth(ctx, tx, entity, month, by); err != nil {
		return err
	}
	found, err := Exceptions(ctx, tx, entity, month, held...)
	if err != nil {
		return fmt.Errorf("close month %s: %w", month, err)
	}
	if len(found) > 0 {
		return fmt.Errorf("close month %s: %w", month,
			fault.New(fault.Conflict, "%s (exceptions in all: %d)", found[0], len(found)))
	}
	return nil
}

// closeBatch is how many accounts are looked at together before a close.
const closeBatch = 1000

// Exceptions lists what stands in the way of closing a month: it decides every
// account of the entity again and reports what a run would still append.
// Contracts whose bills are held owe no invoice.
func Exceptions(ctx context.Context, q postgres.Querier, entity entities.ID, month period.Month, held ...contracts.ID) ([]Exception, error) {
	sold, err := catalog.Load(ctx, q)
	if err != nil {
		return nil, err
	}
	accounts, err := everyAccount(ctx, q)
	if err != nil {
		return nil, err
	}
	var out []Exception
	for batch := range slices.Chunk(accounts, closeBatch) {
		facts, err := LoadFacts(ctx, q, batch, month)
		if err != nil {
			return nil, err
		}
		for _, f := range facts {
			out = append(out, f.of(entity).exceptions(sold, month, held)...)
		}
	}
	return out, nil
}

// of keeps the contracts of one legal entity.
func (f Facts) of(entity entities.ID) Facts {
	f.Agreements = slices.DeleteFunc(slices.Clone(f.Agreements), func(a contracts.Agreement) bool { return a.Entity != entity })
	return f
}

func (f Facts) exceptions(c *catalog.Catalog, month period.Month, held []contracts.ID) []Exception {
	plan, err := Decide(c, f, month)
	if err != nil {
		return []Exception{{Kind: Undecided, Account: f.Account, Problem: err.Error()}}
	}
	var out []Exception
	for _, e := range plan.Entries {
		for _, p := range e.Postings {
			if p.Account.Earns() && !p.Month.After(month) {
				problem := fmt.Sprintf("%s %s of %s is not recognized", p.Amount.Neg(), e.Currency, p.Month)
				out = append(out, Exception{Unrecognized, f.Account, f.number(p.Contract), p.Line, problem, p.Amount.Neg()})
			}
		}
	}
	for _, a := range f.Agreements {
		if slices.Contains(held, a.Contract) {
			continue
		}
		pieces, err := contracts.Charges(a, c, f.Usage, later(month, f.Stored.lastRecognized()).End())
		if err != nil {
			return append(out, Exception{Kind: Undecided, Account: f.Account, Problem: err.Error()})
		}
		out = append(out, unbilled(a, pieces, f.Standing.Of(int64(a.Contract)), month)...)
	}
	return out
}

func (f Facts) number(contract int64) string {
	for _, a := range f.Agreements {
		if int64(a.Contract) == contract {
			return a.Number
		}
	}
	return ""
}

// unbilled compares what a line's pieces let us ask for by the end of a month
// with what stands billed for the same days. Spans may be cut differently on the
// two sides (an amendment cuts a year that was billed whole), so the sums of
// spans that touch are compared.
func unbilled(a contracts.Agreement, pieces []contracts.Piece, stood []ledger.Stood, month period.Month) []Exception {
	var out []Exception
	groups := touching(a.Contract, pieces, stood, func(p contracts.Piece) bool { return dueBy(p, pieces, month) })
	for _, g := range groups {
		// A month may be closed late, when usage of the months after it is billed
		// already: what begins after the month, or what was counted in a period that
		// ends after it, is not its business.
		// What a true-up of days inside it makes up for can be used after it, too: a
		// month that does not know of one leaves it to the run that billed it.
		later := g.owed.IsZero() && !g.span.Start.Before(month.End()) || counted(a, g.kind) && g.span.End.After(month.End()) ||
			g.kind == contracts.TrueUp && !g.asked
		if g.due && !later && !g.agrees() && !waits(a, g, stood, month) && !settled(a, g, stood, month) {
			problem := fmt.Sprintf("%s for %s: due by the end of %s is %s %s, billed is %s", g.kind, g.span, month, g.owed, a.Currency, g.billed)
			out = append(out, Exception{Unbilled, a.Account, a.Number, g.line, problem, g.owed.Sub(g.billed)})
		}
	}
	return out
}

// waits says that late usage stands over to the contract's next regular invoice, as was agreed: it is earned and not yet
// billed (package invoicing decides when).
func waits(a contracts.Agreement, g group, stood []ledger.Stood, month period.Month) bool {
	usage := g.kind == contracts.Metered || g.kind == contracts.OverCap
	return usage && g.wasBilled(stood) && g.billed.Cmp(g.owed) < 0 && month.End().Before(a.LateUsageEnds()) &&
		a.Latest().Document.Billing.LateUsage() == contracts.NextInvoice
}

// settled says that a prepayment was given back, whole or in part, when the contract ended after the month: a balance that
// outlives its period (by rollover, or days of grace) is undrawn until then. A month that is closed late and does not look
// at the end still owes what was asked for; one that was never billed holds it.
func settled(a contracts.Agreement, g group, stood []ledger.Stood, month period.Month) bool {
	return g.kind == contracts.Prepayment && a.Latest().Document.Ending != nil && a.Term().End.After(month.End()) &&
		g.wasBilled(stood) && g.billed.Cmp(g.owed) < 0
}

// wasBilled says that some of a group's days were billed, whatever was credited since.
func (g group) wasBilled(stood []ledger.Stood) bool {
	return slices.ContainsFunc(stood, func(b ledger.Stood) bool {
		return b.Line == g.line && b.Kind == string(g.kind) && b.Times > 0 && b.Span.Overlaps(g.span)
	})
}

// counted says that what a piece comes to is known when its period is over. So is
// what is kept of a prepayment when the contract ends: what was drawn of it.
func counted(a contracts.Agreement, k contracts.Kind) bool {
	return k == contracts.Metered || k == contracts.OverCap || k == contracts.TrueUp ||
		k == contracts.Prepayment && a.Latest().Document.Ending != nil
}

// dueBy says whether a piece may be asked for by the end of a month. What a
// concession comes to is known when the charges that it lowers are.
func dueBy(p contracts.Piece, pieces []contracts.Piece, month period.Month) bool {
	if p.Kind == contracts.Concession && slices.ContainsFunc(pieces, func(charge contracts.Piece) bool {
		return charge.Line == p.Line && charge.Kind != contracts.Concession && charge.Touches(p.Span) && !dueBy(charge, pieces, month)
	}) {
		return false
	}
	return p.Closed && p.BillOn.Before(month.End())
}

// agrees says that what is owed is billed. A fee that was cut twice may stand with
// a single minor unit on the period beside it (absorb in package invoicing).
func (g group) agrees() bool {
	difference := g.owed.Sub(g.billed).Abs()
	fee := g.kind == contracts.FixedFee || g.kind == contracts.Prepayment
	return difference.IsZero() || fee && difference.Minor() == 1
}
