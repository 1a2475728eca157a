package onboarding

import (
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
)

// drafted is a contract as if it had been agreed: what counts is the version entered last.
func drafted(c contracts.Contract) contracts.Agreement {
	if a, agreed := c.Agreement(); agreed {
		return a
	}
	return contracts.Agreement{Account: c.Account, Contract: c.ID, Number: c.Number, Entity: c.Entity, Customer: c.Customer, Payer: c.Payer, Payers: c.Payers,
		Currency: c.Currency, Users: c.Users, Versions: []contracts.Version{c.Latest().Version}, Concessions: c.Concessions, Deliveries: c.Deliveries}
}

// shadow are the invoices we would have issued for a contract through a day, on a standing that is thrown away: the run's own functions
// on the same usage. What was due before `from` comes in one invoice on that day; no number is taken.
func shadow(w invoicing.World, f invoicing.Facts, a contracts.Agreement, from, through period.Date) ([]invoicing.Document, error) {
	f.Holds, f.Originals, f.Documents, f.Standing = nil, nil, 0, ledger.NewStanding()
	f.Agreements = []contracts.Agreement{a}
	w.Entities = inOwnCurrency(w.Entities, a.Currency)
	pieces, err := contracts.Charges(a, w.Catalog, f.Usage, a.Term().End)
	if err != nil {
		return nil, err
	}
	f.Priced = map[contracts.ID][]contracts.Piece{a.Contract: pieces}
	days := map[period.Date]bool{}
	for _, p := range pieces {
		if on := period.MaxDate(p.BillOn, from); !on.After(through) {
			days[on] = true
		}
	}
	var out []invoicing.Document
	for _, on := range slices.SortedFunc(maps.Keys(days), period.Date.Compare) {
		drafts, err := invoicing.Decide(w, f, on)
		if err != nil {
			return nil, err
		}
		for _, d := range drafts {
			document, _ := invoicing.Issue(d, "shadow of "+on.String(), int64(len(out)+1), f.Standing)
			out = append(out, document)
		}
		f.Originals = invoicing.Originals(out)
	}
	return out, nil
}

// inOwnCurrency shows our entities as if their books were in the contract's currency: tax restated in another needs rates, and no
// line differs by them.
func inOwnCurrency(d *entities.Directory, c money.Currency) *entities.Directory {
	all := slices.Clone(d.All())
	for i := range all {
		all[i].Currency = c
	}
	return entities.NewDirectory(all)
}

// ourSides are the lines of those invoices whose days begin in a window, corrections added to what they correct.
func ourSides(documents []invoicing.Document, window period.Span) []Side {
	var out []Side
	for _, d := range documents {
		taxes := map[int]money.Amount{}
		for _, r := range d.TaxRows {
			taxes[r.Line] = taxes[r.Line].Add(r.Tax)
		}
		for n, l := range d.Lines {
			if !window.Contains(l.Span.Start) {
				continue
			}
			s := Side{Document: d.IssuedOn.String(), IssuedOn: d.IssuedOn, Line: l.Line, Product: l.Product, Description: l.Description, Span: l.Span, Quantity: l.Detail.Quantity,
				UnitPrice: l.Detail.UnitPrice, Partial: l.Span != l.Period && l.Kind == contracts.FixedFee, Usage: l.Kind == contracts.Metered || l.Kind == contracts.OverCap,
				Net: l.Amount, Tax: money.Zero(d.Currency).Add(taxes[n+1])}
			for _, r := range l.Detail.Reduced {
				s.Reduced = s.Reduced.Add(r.Amount.Decimal())
			}
			i := slices.IndexFunc(out, func(o Side) bool { return o.Line == s.Line && o.Span == s.Span && o.Usage == s.Usage })
			if i < 0 || l.Corrects == nil && l.Follows == nil {
				out = append(out, s)
				continue
			}
			out[i].Net, out[i].Tax = out[i].Net.Add(s.Net), out[i].Tax.Add(s.Tax)
			out[i].Quantity = decimal.Max(out[i].Quantity, s.Quantity)
		}
	}
	return out
}
