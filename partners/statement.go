package partners

import (
	"cmp"
	"context"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/ledger"
)

// Statement is what a month brought a partner or supplier.
type Statement struct {
	Party       customers.ID
	Month       period.Month
	Rolls       []Roll
	Commissions []Earning
	Sales       []Sale
	Settlements []Settlement
}

// Roll carries what a party is owed over the month.
type Roll struct {
	Owed                           Owed
	Entity                         entities.ID
	Opening, Earned, Paid, Closing money.Amount
}

// Earning is what a month brought on one referral contract.
type Earning struct {
	Deal
	Billed, Collected money.Amount // before tax; what was credited or sent back is taken off
	Accrued           money.Amount
}

// Sale is a line of a document that the party got as reseller or marketplace: what an end customer used, and what the
// party was charged for it.
type Sale struct {
	Document string
	IssuedOn period.Date
	Kind     contracts.ResellerKind
	Contract string
	Customer customers.ID
	Name     string
	Text     string
	Span     period.Span
	Quantity decimal.Decimal
	Unit     string
	Amount   money.Amount // before tax; of a marketplace before its fee
	Fee      money.Amount
}

// StatementOf draws a month's statement up.
func StatementOf(ctx context.Context, q postgres.Querier, party customers.ID, month period.Month) (Statement, error) {
	s := Statement{Party: party, Month: month}
	before, end := month.First().AddDays(-1), month.Last()
	opening, err := ledger.PartyBalances(ctx, q, party, before)
	if err != nil {
		return s, err
	}
	closing, err := ledger.PartyBalances(ctx, q, party, end)
	if err != nil {
		return s, err
	}
	s.Rolls = rolls(opening, closing)
	deals, err := Deals(ctx, q, party)
	if err != nil {
		return s, err
	}
	for _, d := range deals {
		if d.Kind != string(contracts.Referral) {
			continue
		}
		e, err := earning(ctx, q, d, before, end)
		if err != nil {
			return s, err
		}
		s.Commissions = append(s.Commissions, e)
	}
	if s.Sales, err = sales(ctx, q, party, month); err != nil {
		return s, err
	}
	s.Settlements, err = Settlements(ctx, q, party, month.Span())
	return s, err
}

func rolls(opening, closing []ledger.PartyBalance) []Roll {
	var out []Roll
	for _, c := range closing {
		r := Roll{Owed: OwedOf(c.Ledger), Entity: c.Entity, Opening: money.Zero(c.Earned.Currency()), Earned: c.Earned, Paid: c.Settled, Closing: c.Left()}
		for _, o := range opening {
			if o.Ledger == c.Ledger && o.Entity == c.Entity && o.Earned.Currency() == c.Earned.Currency() {
				r.Opening, r.Earned, r.Paid = o.Left(), r.Earned.Sub(o.Earned), r.Paid.Sub(o.Settled)
			}
		}
		out = append(out, r)
	}
	return out
}

// earning compares what a contract had brought by two days.
func earning(ctx context.Context, q postgres.Querier, d Deal, before, end period.Date) (Earning, error) {
	zero := money.Zero(d.Currency)
	e := Earning{Deal: d, Billed: zero, Collected: zero, Accrued: zero}
	for _, at := range []struct {
		day  period.Date
		sign func(money.Amount) money.Amount
	}{{before, money.Amount.Neg}, {end, func(a money.Amount) money.Amount { return a }}} {
		f, err := facts(ctx, q, d.Account, at.day)
		if err != nil {
			return e, err
		}
		for _, s := range f.Shares() {
			if s.Contract == d.Contract && s.Partner == d.Party {
				e.Billed, e.Collected = e.Billed.Add(at.sign(s.Billed)), e.Collected.Add(at.sign(s.Collected))
			}
		}
		accrued, err := ledger.AccruedOn(ctx, q, []customers.AccountID{d.Account}, at.day)
		if err != nil {
			return e, err
		}
		for _, a := range accrued {
			if a.Contract == int64(d.Contract) && a.Partner == d.Party {
				e.Accrued = e.Accrued.Add(at.sign(a.Amount))
			}
		}
	}
	return e, nil
}

// most bounds the documents of a month's statement; a reseller gets one a contract family and day at most.
const most = 500

// sales lists the lines of a month's documents to the party that belong to its wholesale and marketplace contracts.
func sales(ctx context.Context, q postgres.Querier, party customers.ID, month period.Month) ([]Sale, error) {
	rows, err := invoicing.List(ctx, q, invoicing.Filter{Payer: party, From: month.First(), Through: month.Last(), Limit: most})
	if err != nil {
		return nil, err
	}
	var accounts []customers.AccountID
	for _, r := range rows {
		accounts = append(accounts, r.Account)
	}
	agreements, err := contracts.LoadAgreements(ctx, q, accounts)
	if err != nil {
		return nil, err
	}
	kinds := map[contracts.ID]contracts.ResellerKind{}
	for _, list := range agreements {
		for _, a := range list {
			if k := a.Latest().Document.Deal(); k == contracts.Wholesale || k == contracts.Marketplace {
				kinds[a.Contract] = k
			}
		}
	}
	var out []Sale
	for _, r := range rows {
		d, err := invoicing.Get(ctx, q, r.Number)
		if err != nil {
			return nil, err
		}
		if d.Voided != nil {
			continue
		}
		for _, l := range d.Lines {
			if kinds[l.Contract] == "" {
				continue
			}
			out = append(out, Sale{Document: d.Number, IssuedOn: d.IssuedOn, Kind: kinds[l.Contract], Contract: l.ContractNumber, Customer: l.Customer, Name: l.CustomerName,
				Text: l.Description, Span: l.Served(), Quantity: l.Detail.Quantity, Unit: l.Detail.Unit, Amount: l.Amount, Fee: money.Zero(d.Currency).Add(l.Fee)})
		}
	}
	slices.SortStableFunc(out, func(a, b Sale) int { return cmp.Or(cmp.Compare(a.Name, b.Name), a.IssuedOn.Compare(b.IssuedOn)) })
	return out, nil
}

// Of keeps what one end customer used.
func (s Statement) Of(customer customers.ID) []Sale {
	var out []Sale
	for _, x := range s.Sales {
		if x.Customer == customer {
			out = append(out, x)
		}
	}
	return out
}

// Empty says that the month brought nothing and nothing is owed.
func (s Statement) Empty() bool {
	return len(s.Sales) == 0 && len(s.Settlements) == 0 && len(s.Commissions) == 0 && len(s.Rolls) == 0
}
