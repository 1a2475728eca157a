package ledger

import "ratable/internal/money"

// Ordered is a line kept on one contract account: what is ordered, what of it is released to revenue, and what is billed.
type Ordered struct{ Sell, Released, Billed money.Amount }

// BilledRevenue is the part of what is released that is billed, too.
func (o Ordered) BilledRevenue() money.Amount { return smallest(o.Released, o.Billed) }

// UnbilledRevenue is the rest.
func (o Ordered) UnbilledRevenue() money.Amount { return o.Released.Sub(o.BilledRevenue()) }

// Overbilled is what was billed of more than is ordered (still): it will be credited.
func (o Ordered) Overbilled() money.Amount {
	over := o.Billed.Sub(o.Sell)
	if over.Sign() < 0 {
		return over.Sub(over)
	}
	return over
}

// Unbilled is where revenue that is not billed stands: a receivable where it may be billed at any time, and the contract's own
// account, in debit, where not.
func (p Policy) Unbilled() Account {
	if p.RightToBill == Yes {
		return UnbilledReceivable
	}
	return ContractLiability
}

// Reclassify moves a line from one standing to another: revenue that was unbilled is taken out and booked as billed, or the
// other way round; nothing of it changes revenue unless what is released does.
func (p Policy) Reclassify(from, to Ordered) [][]Posting {
	of := func(account Account, amount money.Amount) []Posting {
		return postings(Debit(account, amount), Credit(Revenue, amount))
	}
	return steps(of(p.Unbilled(), to.UnbilledRevenue().Sub(from.UnbilledRevenue())), of(ContractLiability, to.BilledRevenue().Sub(from.BilledRevenue())))
}

// BillOrder bills a line on one contract account. Billing what was to be credited uses that up.
func BillOrder(amount, tax money.Amount, from, to Ordered) []Posting {
	return append(postings(Debit(AccountsReceivable, amount.Add(tax)), Credit(ContractLiability, amount), Credit(TaxLiability, tax)), Reduce(from, to)...)
}

// Reduce books the change of what was billed beyond the order: billed before the reduction, it waits for its credit.
func Reduce(from, to Ordered) []Posting {
	over := to.Overbilled().Sub(from.Overbilled())
	return postings(Debit(ContractLiability, over), Credit(ContraAR, over))
}

// CreditOrder credits a line: first what waited for it.
func CreditOrder(amount money.Amount, from, to Ordered) []Posting {
	waited := from.Overbilled().Sub(to.Overbilled())
	return postings(Debit(ContraAR, waited), Debit(ContractLiability, amount.Sub(waited)), Credit(AccountsReceivable, amount))
}

// Impair gives up a contract asset.
func Impair(amount money.Amount, of Account) []Posting {
	return postings(Debit(ContractImpairment, amount), Credit(of, amount))
}
