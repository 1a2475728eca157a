package invoicing

import (
	"context"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/usage"
)

// UsageBehind is what a line of a document is made of: the usage it counted, as it was billed and as it stands.
type UsageBehind struct {
	Document Issued
	Place    int // of the line, from 1
	Line     Line
	Counted  bool // false: the line counts no usage; Made says what it is made of
	Made     string
	Usage    usage.Behind

	Billed decimal.Decimal // the quantity the line was priced by
	Known  int64           // the document's place in the order of knowing
}

// Behind finds what a line of an issued document counted: the customers and meter of its contract's version, what that
// version filters by, the days of the line. fault.NotFound when the document has no such line.
func Behind(ctx context.Context, q postgres.Querier, d Issued, place int) (UsageBehind, error) {
	b := UsageBehind{Document: d, Place: place}
	if place < 1 || place > len(d.Lines) {
		return b, fault.New(fault.NotFound, "%s has no line %d; it has %d", d.Number, place, len(d.Lines))
	}
	b.Line = d.Lines[place-1]
	if b.Made = b.Line.made(); b.Made != "" {
		return b, nil
	}
	l := b.Line
	sold, err := catalog.Load(ctx, q)
	if err != nil {
		return b, fmt.Errorf("find the usage behind line %d of %s: %w", place, d.Number, err)
	}
	agreed, err := contracts.LoadAgreements(ctx, q, []customers.AccountID{d.Account})
	if err != nil {
		return b, fmt.Errorf("find the usage behind line %d of %s: %w", place, d.Number, err)
	}
	at := slices.IndexFunc(agreed[d.Account], func(a contracts.Agreement) bool { return a.Contract == l.Contract })
	if at < 0 {
		return b, fmt.Errorf("find the usage behind line %d of %s: contract %s is not of its account", place, d.Number, l.ContractNumber)
	}
	a := agreed[d.Account][at]
	reading, ok, err := contracts.ReadingOf(a, sold, l.Version, l.Line)
	if err != nil {
		return b, fmt.Errorf("find the usage behind line %d of %s: %w", place, d.Number, err)
	}
	if !ok {
		b.Made = "The line is a balance or commitment of the contract; the usage lines it is about stand on the same document or an earlier one."
		return b, nil
	}
	b.Counted, b.Billed = true, l.Detail.Quantity
	b.Usage = usage.Behind{Account: d.Account, Reading: reading, Amounts: contracts.SinglyPriced(a, l.Version, l.Line), Days: l.Span}
	b.Known, err = knownOrder(ctx, q, d.Account, d.Seq)
	return b, err
}

// made says what a line is made of that counts no usage; empty for one that does.
func (l Line) made() string {
	days := span(l.Served())
	switch l.Kind {
	case contracts.Metered, contracts.OverCap:
		return ""
	case contracts.FixedFee:
		return fmt.Sprintf("A recurring fee for %s: %s at %s each, whatever is used.", days, figure(l.Detail.Quantity, 0), price(l.Detail.UnitPrice, l.Amount.Currency()))
	case contracts.OneTime:
		return fmt.Sprintf("Asked for once: %s at %s each, whatever is used.", figure(l.Detail.Quantity, 0), price(l.Detail.UnitPrice, l.Amount.Currency()))
	case contracts.Prepayment:
		return "The payment of a prepaid amount for " + days + ". What is used is drawn from it, and shown on the usage lines."
	case contracts.TrueUp:
		return "What was committed for " + days + " and not used: the commitment less the charges that count towards it. Those stand on usage lines of their own."
	case contracts.Concession:
		return "A credit granted afterwards: " + l.Detail.Reason
	}
	return "The line counts no usage."
}
