package payments

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/ledger"
)

// OpenInvoices lists the documents of a scope that have something open, or were
// paid too much, the earliest due first.
func OpenInvoices(ctx context.Context, q postgres.Querier, s Scope) ([]OpenInvoice, error) {
	return openOn(ctx, q, s, period.NewDate(9999, 12, 31))
}

// openOn is OpenInvoices at the end of a day: the ledger says what is open, the
// documents say since when.
func openOn(ctx context.Context, q postgres.Querier, s Scope, day period.Date) ([]OpenInvoice, error) {
	accounts, err := s.accounts(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list open invoices: %w", err)
	}
	items, err := ledger.OpenOn(ctx, q, accounts, day)
	if err != nil {
		return nil, fmt.Errorf("list open invoices: %w", err)
	}
	var numbers []string
	for _, i := range items {
		if s.covers(i.Account, i.Customer, i.Entity, i.Amount.Currency()) {
			numbers = append(numbers, i.Document)
		}
	}
	documents, err := invoicing.Rows(ctx, q, numbers)
	if err != nil {
		return nil, fmt.Errorf("list open invoices: %w", err)
	}
	var out []OpenInvoice
	for _, i := range items {
		if d, ok := documents[i.Document]; ok && s.covers(i.Account, i.Customer, i.Entity, i.Amount.Currency()) {
			out = append(out, openInvoice(d, i.Amount))
		}
	}
	slices.SortFunc(out, func(a, b OpenInvoice) int {
		return cmp.Or(a.DueOn.Compare(b.DueOn), cmp.Compare(a.Number, b.Number))
	})
	return out, nil
}

func openInvoice(d invoicing.Row, open money.Amount) OpenInvoice {
	return OpenInvoice{
		Number: d.Number, Account: d.Account, Entity: d.Entity, Payer: d.Payer, IssuedOn: d.IssuedOn, DueOn: d.DueOn,
		Total: d.Total, Open: money.Zero(d.Total.Currency()).Add(open),
	}
}

// accounts are the accounts to look in; nil is all.
func (s Scope) accounts(ctx context.Context, q postgres.Querier) ([]customers.AccountID, error) {
	if s.Account != 0 {
		return []customers.AccountID{s.Account}, nil
	}
	if s.Payer == 0 {
		return nil, nil
	}
	placed, err := customers.Placements(ctx, q, []customers.ID{s.Payer})
	if err != nil {
		return nil, err
	}
	payer, ok := placed[s.Payer]
	if !ok {
		return nil, fault.New(fault.NotFound, "there is no customer %d", s.Payer)
	}
	return []customers.AccountID{payer.Account}, nil
}

// openOf is one document with what is open on it, be it nothing.
func openOf(ctx context.Context, q postgres.Querier, document string) (OpenInvoice, error) {
	found, err := invoicing.Rows(ctx, q, []string{document})
	if err != nil {
		return OpenInvoice{}, err
	}
	d, ok := found[document]
	if !ok {
		return OpenInvoice{}, fault.New(fault.NotFound, "there is no invoice %s", document)
	}
	open, err := ledger.OpenOf(ctx, q, d.Account, document)
	return openInvoice(d, open), err
}
