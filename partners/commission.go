package partners

import (
	"fmt"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
)

// Facts is everything that decides the commissions of one paying account, as of the end of a day.
type Facts struct {
	Account    customers.AccountID
	Agreements []contracts.Agreement
	Nets       []invoicing.Net
	Collected  []ledger.Collected
	Accrued    []ledger.Accrued
	Next       int64                                        // place of the next entry
	FirstOpen  func(entities.ID, period.Month) period.Month // nil: no month is closed
}

// Share is what a document has brought a contract, and its partner.
type Share struct {
	Contract  contracts.ID
	Partner   customers.ID
	Document  string
	Billed    money.Amount // before tax
	Collected money.Amount // before tax: to be shown, rounded
	Earned    money.Exact  // the partner's part of it, not rounded
}

// Shares says what each document of referral contracts has earned its partner: the contract's part of what was paid, and
// of that the percentage agreed when the document was issued. Money beyond what the document asks for now earns nothing:
// it will be sent back or pay something else.
func (f Facts) Shares() []Share {
	paid := map[string]ledger.Collected{}
	for _, c := range f.Collected {
		paid[c.Document] = c
	}
	var out []Share
	for _, n := range f.Nets {
		a, ok := f.agreement(n.Contract)
		if !ok {
			continue
		}
		terms := a.On(n.IssuedOn).Document
		if terms.Deal() != contracts.Referral {
			continue
		}
		s := Share{Contract: n.Contract, Partner: a.PartnerOn(n.IssuedOn), Document: n.Document, Billed: n.Amount, Collected: money.Zero(n.Amount.Currency()), Earned: money.Zero(n.Amount.Currency()).Exact()}
		if c := paid[n.Document]; c.Asked.Sign() > 0 && c.Paid.Sign() > 0 {
			got := c.Paid.Exact().Min(c.Asked.Exact())
			s.Collected = money.SpreadToExact(n.Amount, got, c.Asked.Exact())
			s.Earned = got.MulRatio(n.Amount.Minor(), c.Asked.Minor()).Mul(terms.Reseller.CommissionPercent).MulRatio(1, 100)
		}
		out = append(out, s)
	}
	return out
}

func (f Facts) agreement(id contracts.ID) (contracts.Agreement, bool) {
	for _, a := range f.Agreements {
		if a.Contract == id {
			return a, true
		}
	}
	return contracts.Agreement{}, false
}

// earner is one contract's partner.
type earner struct {
	contract contracts.ID
	partner  customers.ID
}

// earned adds shares up by contract and partner. The sum is rounded, once.
func (f Facts) earned() (map[earner]money.Amount, []earner) {
	sums := map[earner]money.Exact{}
	var order []earner
	for _, s := range f.Shares() {
		k := earner{s.Contract, s.Partner}
		if sum, seen := sums[k]; seen {
			sums[k] = sum.Add(s.Earned)
			continue
		}
		sums[k], order = s.Earned, append(order, k)
	}
	out := make(map[earner]money.Amount, len(sums))
	for k, sum := range sums {
		out[k] = money.Round(sum, money.HalfAwayFromZero)
	}
	return out, order
}

// lineage is what commission postings carry as line: they belong to the contract as a whole.
const lineage = "commission"

// Decide books what partners earned by a day less what stands accrued: an entry for each contract and partner whose sum
// has moved, up or down. It is pure; the run appends what it returns, simulate keeps it in memory.
func Decide(f Facts, asOf period.Date) []ledger.Entry {
	earned, order := f.earned()
	entries := map[contracts.ID]int{}
	for _, a := range f.Accrued {
		k := earner{contracts.ID(a.Contract), a.Partner}
		if _, seen := earned[k]; !seen { // the documents are gone, or somebody else is the partner now
			earned[k], order = money.Zero(a.Amount.Currency()), append(order, k)
		}
		earned[k] = earned[k].Sub(a.Amount)
		entries[k.contract] += a.Entries
	}
	var out []ledger.Entry
	for _, k := range order {
		a, ok := f.agreement(k.contract)
		if due := earned[k]; ok && !due.IsZero() {
			entries[k.contract]++
			out = append(out, f.entry(a, k.partner, due, asOf, entries[k.contract], f.Next+int64(len(out))))
		}
	}
	return out
}

func (f Facts) entry(a contracts.Agreement, partner customers.ID, due money.Amount, asOf period.Date, nth int, seq int64) ledger.Entry {
	e := ledger.Entry{
		Account: f.Account, Seq: seq, Entity: a.Entity, Source: fmt.Sprintf("commission:%s:%d", a.Number, nth), BookedOn: asOf, Currency: a.Currency,
		Memo:     fmt.Sprintf("Commission on what was collected of contract %s", a.Number),
		Postings: []ledger.Posting{ledger.Debit(ledger.CommissionExpense, due), ledger.Credit(ledger.CommissionPayable, due)},
	}
	if f.FirstOpen != nil {
		e.BookedOn = period.MaxDate(asOf, f.FirstOpen(a.Entity, asOf.MonthOf()).First())
	}
	for i := range e.Postings {
		p := &e.Postings[i]
		p.Customer, p.Contract, p.Line = partner, int64(a.Contract), lineage
	}
	return e
}
