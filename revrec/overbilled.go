package revrec

import (
	"context"
	"fmt"
	"slices"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/postgres"
)

// Overbilled is a line that was billed for more than its whole price: an order that is overstated, or a credit that is owed.
type Overbilled struct {
	Account       customers.AccountID
	Contract      contracts.ID
	Number        string
	Line          string
	Billed, Price money.Amount
}

// ListOverbilled holds what was billed by the end of a month against the fixed prices of contracts. Only what its schedule does
// not explain is priced again: what is earned by progress is scheduled as far as it is known.
func ListOverbilled(ctx context.Context, q postgres.Querier, f Filter) ([]Overbilled, error) {
	scheduled, billed, err := f.load(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list what was billed beyond its price: %w", err)
	}
	type key struct {
		account  customers.AccountID
		contract contracts.ID
		line     string
	}
	asked, known := map[key]money.Amount{}, map[key]money.Amount{}
	for _, s := range scheduled {
		if fixedPrice(s.Kind) {
			k := key{s.Account, s.Contract, s.Line}
			known[k] = known[k].Add(s.Amount)
		}
	}
	for _, b := range billed {
		if fixedPrice(contracts.Kind(b.Kind)) {
			k := key{b.Account, contracts.ID(b.Contract), b.Line}
			asked[k] = asked[k].Add(b.Amount)
		}
	}
	var accounts []customers.AccountID
	for k, amount := range asked {
		if amount.Cmp(known[k]) > 0 && !slices.Contains(accounts, k.account) {
			accounts = append(accounts, k.account)
		}
	}
	if len(accounts) == 0 {
		return nil, nil
	}
	slices.Sort(accounts)
	sold, err := catalog.Load(ctx, q)
	if err != nil {
		return nil, err
	}
	facts, err := LoadFacts(ctx, q, accounts, f.AsOf)
	if err != nil {
		return nil, err
	}
	var out []Overbilled
	for _, x := range facts {
		earning, err := x.earning(sold, later(f.AsOf, x.Stored.lastRecognized()))
		if err != nil {
			return nil, err
		}
		for _, a := range x.Agreements {
			if !f.holding(a) {
				continue
			}
			for line, price := range fixedPrices(earning.pieces[a.Contract], a.Currency) {
				if sum := asked[key{x.Account, a.Contract, line}]; sum.Cmp(price) > 0 {
					out = append(out, Overbilled{x.Account, a.Contract, a.Number, line, sum, price})
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b Overbilled) int {
		return slices.Compare([]string{a.Number, a.Line}, []string{b.Number, b.Line})
	})
	return out, nil
}

// fixedPrices are the prices of lines that are known ahead.
func fixedPrices(pieces []contracts.Piece, currency money.Currency) map[string]money.Amount {
	out := map[string]money.Amount{}
	for _, p := range pieces {
		if fixedPrice(p.Kind) {
			out[p.Line] = money.Zero(currency).Add(out[p.Line]).Add(p.Amount)
		}
	}
	return out
}
