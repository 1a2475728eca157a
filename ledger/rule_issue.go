package ledger

import (
	"github.com/shopspring/decimal"

	"ratable/internal/money"
)

func decimals(amounts []money.Amount) []decimal.Decimal {
	out := make([]decimal.Decimal, len(amounts))
	for i, a := range amounts {
		out[i] = a.Decimal()
	}
	return out
}

// Billing is what a document asks for: what was earned and unbilled before it, what is deferred, what is earned with it, what is
// collected for others, and tax.
type Billing struct{ Unbilled, Deferred, Earned, Passed, Tax money.Amount }

// Gross is what is asked for in all.
func (b Billing) Gross() money.Amount {
	return b.Unbilled.Add(b.Deferred).Add(b.Earned).Add(b.Passed).Add(b.Tax)
}

// Bill asks: invoice finalized, with or without service period, of accrued usage, of a fee collected for others.
func (p Policy) Bill(b Billing) []Posting {
	return p.CashSale(b, postings(Debit(AccountsReceivable, b.Gross())))
}

// CashSale is a document that is paid as it is issued: what came in stands in the place of the receivable.
func (p Policy) CashSale(b Billing, in []Posting) []Posting {
	return append(in, postings(Credit(UnbilledReceivable, b.Unbilled), Credit(p.ContractAccount(), b.Deferred),
		Credit(Revenue, b.Earned), Credit(PassthroughFees, b.Passed), Credit(TaxLiability, b.Tax))...)
}

// PassThrough is what of a line is collected for others, by percentage.
func PassThrough(amount money.Amount, percent decimal.Decimal) money.Amount {
	c := amount.Currency()
	return money.SpreadToExact(amount, money.Price(percent, c), money.Price(decimal.NewFromInt(100), c))
}

// Earn moves what a period has earned: out of what was billed ahead, and to the unbilled receivable for what was not.
func (p Policy) Earn(account Account, deferred, unbilled money.Amount) []Posting {
	return postings(Debit(p.ContractAccount(), deferred), Debit(UnbilledReceivable, unbilled), Credit(account, deferred.Add(unbilled)))
}

// Means is how a payment came.
type Means string

// The means there are.
const (
	ByCash     Means = ""
	Pending    Means = "pending"          // a debit that may still bounce
	OutOfBand  Means = "external"         // paid outside the system, by word of a person
	ByBalance  Means = "customer_balance" // out of what the customer had with us
	ByExternal Means = "external_balance" // out of a balance kept elsewhere
)

// Account is where the money is.
func (m Means) Account() Account {
	switch m {
	case Pending:
		return PendingCash
	case OutOfBand:
		return ExternalAsset
	case ByBalance:
		return CustomerBalance
	case ByExternal:
		return ExternalCustomerBalance
	}
	return Cash
}

// Receive is what comes in of a payment: the processor keeps a fee, which is an expense and not less revenue.
func Receive(m Means, amount, fee money.Amount) []Posting {
	return postings(Debit(m.Account(), amount.Sub(fee)), Debit(Fees, fee))
}

// Pay settles a receivable. It never touches revenue, partial or not.
func Pay(m Means, amount, fee money.Amount) []Posting {
	return append(Receive(m, amount, fee), postings(Credit(AccountsReceivable, amount))...)
}

// Clear says that pending money has arrived, Bounce that it will not: the receivable is open again.
func Clear(amount money.Amount) []Posting {
	return postings(Debit(Cash, amount), Credit(PendingCash, amount))
}

// Bounce takes a pending payment back.
func Bounce(amount money.Amount) []Posting {
	return postings(Debit(AccountsReceivable, amount), Credit(PendingCash, amount))
}

// Sell books a sale through or for somebody else (606-10-55-36..40): as a principal gross with its cost, as an agent only what is
// kept.
func Sell(amount, supplier money.Amount, agent bool) []Posting {
	if agent {
		return postings(Debit(AccountsReceivable, amount), Credit(Revenue, amount.Sub(supplier)), Credit(PayableToPrincipal, supplier))
	}
	return postings(Debit(AccountsReceivable, amount), Credit(Revenue, amount))
}

// Supply is the cost of a sale as a principal.
func Supply(supplier money.Amount) []Posting {
	return postings(Debit(COGS, supplier), Credit(PayableToSupplier, supplier))
}

// Fee bills a termination fee: revenue at once where the service ends now, and over the notice otherwise.
func (p Policy) Fee(amount, tax money.Amount, now bool) []Posting {
	account := TerminationRevenue
	if !now {
		account = p.ContractAccount()
	}
	return postings(Debit(AccountsReceivable, amount.Add(tax)), Credit(account, amount), Credit(TaxLiability, tax))
}
