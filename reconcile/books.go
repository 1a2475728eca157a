package reconcile

import (
	"context"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/journals"
	"ratable/ledger"
	"ratable/payments"
	"ratable/revrec"
	"ratable/revrec/subledger"
)

// lineKey names a contract line as all sides call it.
type lineKey struct {
	contract int64
	line     string
}

// books is what the comparisons of one scope read, each source once.
type books struct {
	Scope
	asked    []invoicing.AskedDocument // of the month
	booked   []ledger.BookedDocument
	nets     map[lineKey]money.Amount // documents through the month
	before   map[lineKey]money.Amount // documents through the month before
	lines    []ledger.BookedLine
	opening  []ledger.BookedLine // at the end of the month before
	position revrec.Position
	policies *ledger.Policies
	receipts []payments.Receipt
	losses   []payments.Loss       // through the month
	written  []journals.PostedLine // journals by hand of the month
	told     []ledger.Entry        // owed of what was billed elsewhere, through the month
	agreed   []agreed
	numbers  map[int64]string

	through, of, ever map[lineKey]money.Amount // of the schedule, what is stated through the month, of it, and in all
}

// days is every day through the last of the month.
func (b *books) days() period.Span { return period.NewSpan(dawn, b.Month.End()) }

// dawn is before anything was booked.
var dawn = period.NewDate(1, 1, 1)

func (b *books) zero() money.Amount { return money.Zero(b.Currency) }

func (b *books) lineRef(k lineKey) Ref {
	number := b.numbers[k.contract]
	return Ref{Kind: Line, Name: number + " " + k.line, Contract: k.contract, Line: k.line}
}

func (b *books) contractRef(id int64) Ref {
	return Ref{Kind: Contract, Name: b.numbers[id], Contract: id}
}

// loadBooks reads what more than one comparison looks at.
func loadBooks(ctx context.Context, q postgres.Querier, s Scope, all []agreed, numbers map[int64]string) (b *books, err error) {
	b = &books{Scope: s, numbers: numbers}
	for _, a := range all {
		if a.Currency == s.Currency {
			b.agreed = append(b.agreed, a)
		}
	}
	if b.asked, err = invoicing.AskedIn(ctx, q, s.Entity, s.Currency, s.Month.Span()); err != nil {
		return b, err
	}
	if b.booked, err = ledger.BookedDocuments(ctx, q, s.Entity, s.Currency, s.Month.Span()); err != nil {
		return b, err
	}
	if b.nets, err = netsOn(ctx, q, s, s.Month.Last()); err != nil {
		return b, err
	}
	if b.before, err = netsOn(ctx, q, s, s.Month.Prev().Last()); err != nil {
		return b, err
	}
	if b.lines, err = ledger.BookedLines(ctx, q, s.Entity, s.Currency, s.Month); err != nil {
		return b, err
	}
	if b.opening, err = ledger.BookedLines(ctx, q, s.Entity, s.Currency, s.Month.Prev()); err != nil {
		return b, err
	}
	if b.receipts, err = payments.ReceiptsThrough(ctx, q, s.Entity, s.Currency, s.Month.Last()); err != nil {
		return b, err
	}
	losses, err := payments.Losses(ctx, q, s.Entity, s.Month.Last())
	if err != nil {
		return b, err
	}
	for _, l := range losses {
		if l.Amount.Currency() == s.Currency {
			b.losses = append(b.losses, l)
		}
	}
	if b.written, err = journals.PostedLines(ctx, q, s.Entity, s.Currency, s.Month.Span()); err != nil {
		return b, err
	}
	if b.policies, err = ledger.LoadPolicies(ctx, q); err != nil {
		return b, err
	}
	if b.told, err = subledger.Owed(ctx, q, s.Entity, s.Currency, s.Month.Last()); err != nil {
		return b, err
	}
	b.position, err = revrec.PositionOf(ctx, q, revrec.Filter{Entity: s.Entity, Currency: s.Currency, AsOf: s.Month})
	b.through, b.of, b.ever = map[lineKey]money.Amount{}, map[lineKey]money.Amount{}, map[lineKey]money.Amount{}
	for _, x := range b.position.Scheduled {
		k := keyOf(x.Contract, x.Line)
		if revrec.Adjusts(x.Kind) {
			continue
		}
		b.ever[k] = b.ever[k].Add(x.Amount)
		if !x.Month.After(s.Month) {
			b.through[k] = b.through[k].Add(x.Amount)
		}
		if x.Month == s.Month {
			b.of[k] = b.of[k].Add(x.Amount)
		}
	}
	return b, err
}

// patterned says that an assessment spreads a line otherwise than its contract: then only the schedule says how.
func (b *books) patterned(contract contracts.ID, line string) bool {
	return b.position.Patterned[contract][line]
}

func netsOn(ctx context.Context, q postgres.Querier, s Scope, through period.Date) (map[lineKey]money.Amount, error) {
	found, err := invoicing.LineNetsOn(ctx, q, s.Entity, s.Currency, through)
	out := make(map[lineKey]money.Amount, len(found))
	for _, n := range found {
		out[lineKey{int64(n.Contract), n.Line}] = n.Amount
	}
	return out, err
}

func keyOf(contract contracts.ID, line string) lineKey { return lineKey{int64(contract), line} }

// elsewhere hands over what documents billed elsewhere owe an account, from a day on through the month.
func (b *books) elsewhere(account ledger.Account, from period.Date, add func(ledger.Posting)) {
	for _, e := range b.told {
		for _, p := range e.Postings {
			if p.Account == account && !e.BookedOn.Before(from) {
				add(p)
			}
		}
	}
}

// Parts that more than one comparison has.
const (
	billedElsewhere = "Documents billed elsewhere"
	writtenOff      = "Written off or reinstated"
)
