package partners

import (
	"cmp"
	"context"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Deal is a contract with one of its third parties, as agreed last.
type Deal struct {
	Party    customers.ID
	Kind     string // wholesale, referral, marketplace, or supplier
	Contract contracts.ID
	Number   string
	Account  customers.AccountID
	Customer customers.ID
	Currency money.Currency
	Percent  decimal.Decimal // margin, commission, fee, or what is passed on
	Role     contracts.Role  // ours
	Term     period.Span
}

// Supplier is the kind of a party that an agent's line passes a part of its price on to.
const Supplier = "supplier"

// Deals lists the contracts that have third parties; party 0 is all of them.
func Deals(ctx context.Context, q postgres.Querier, party customers.ID) ([]Deal, error) {
	accounts, err := contracts.AccountsWith(ctx, q)
	if err != nil {
		return nil, err
	}
	agreements, err := contracts.LoadAgreements(ctx, q, accounts)
	if err != nil {
		return nil, err
	}
	var out []Deal
	for _, account := range accounts {
		for _, a := range agreements[account] {
			for _, d := range dealsOf(a) {
				if party == 0 || d.Party == party {
					out = append(out, d)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b Deal) int { return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.Party, b.Party)) })
	return out, nil
}

func dealsOf(a contracts.Agreement) []Deal {
	doc := a.Latest().Document
	deal := Deal{Contract: a.Contract, Number: a.Number, Account: a.Account, Customer: a.Customer, Currency: a.Currency, Term: a.Term(), Role: doc.RoleOf("")}
	var out []Deal
	if r := doc.Reseller; r != nil {
		d := deal
		d.Party, d.Kind = a.PartnerOn(a.Latest().EffectiveOn), string(doc.Deal())
		d.Percent = r.MarginPercent.Add(r.CommissionPercent).Add(r.FeePercent) // one of them is set
		out = append(out, d)
	}
	for _, l := range doc.Lines {
		d := deal
		if d.Party = a.Users[l.Supplier]; l.Supplier != "" && !slices.ContainsFunc(out, func(o Deal) bool { return o.Party == d.Party && o.Kind == Supplier }) {
			d.Kind, d.Percent, d.Role = Supplier, l.PassOnPercent, contracts.Agent
			out = append(out, d)
		}
	}
	return out
}

// Party is a third party with what it is owed for.
type Party struct {
	ID        customers.ID
	Kinds     []string
	Contracts int
	Balances  []ledger.PartyBalance
}

// Parties lists everybody who is a third party of a deal or is owed something, at the end of a day.
func Parties(ctx context.Context, q postgres.Querier, asOf period.Date) ([]Party, error) {
	deals, err := Deals(ctx, q, 0)
	if err != nil {
		return nil, err
	}
	balances, err := ledger.PartyBalances(ctx, q, 0, asOf)
	if err != nil {
		return nil, err
	}
	found := map[customers.ID]*Party{}
	at := func(id customers.ID) *Party {
		if found[id] == nil {
			found[id] = &Party{ID: id}
		}
		return found[id]
	}
	for _, d := range deals {
		p := at(d.Party)
		p.Contracts++
		if !slices.Contains(p.Kinds, d.Kind) {
			p.Kinds = append(p.Kinds, d.Kind)
		}
	}
	for _, b := range balances {
		p := at(b.Party)
		p.Balances = append(p.Balances, b)
	}
	out := make([]Party, 0, len(found))
	for _, p := range found {
		slices.Sort(p.Kinds)
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b Party) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}
