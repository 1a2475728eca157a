package ledger

import "ratable/internal/money"

// takeBack debits what is earned (on the account that shows it), deferred and tax.
func (p Policy) takeBack(s Share, shows Account) []Posting {
	return postings(Debit(shows, s.Recognized), Debit(p.ContractAccount(), s.Deferred), Debit(TaxLiability, s.Tax))
}

// Void takes an unpaid document back.
func (p Policy) Void(s Share) []Posting {
	return append(p.takeBack(s, p.Voids.contra(Voids)), postings(Credit(AccountsReceivable, s.Gross()))...)
}

// EarnedOfCredit is which part of a credit takes back what was earned, when so much of what it lowers stands earned and deferred.
// In proportion it is the part that the days before it earned.
func (p Policy) EarnedOfCredit(standing Share, amount, inProportion money.Amount) money.Amount {
	atMost := func(most money.Amount) money.Amount {
		if most.Sign() <= 0 {
			return amount.Sub(amount)
		}
		return smallest(amount, most)
	}
	switch p.CreditSplit {
	case DeferredFirst:
		return amount.Sub(atMost(standing.Deferred))
	case RecognizedFirst:
		return atMost(standing.Recognized)
	}
	return inProportion
}

// VoidUnbilled takes back what was accrued and never billed.
func (p Policy) VoidUnbilled(accrued money.Amount) []Posting {
	return postings(Debit(p.Voids.contra(UnbilledVoids), accrued), Credit(UnbilledReceivable, accrued))
}

// CreditTo is where a credit goes.
type CreditTo string

// Places a credit can go to: the receivable before payment; a refund, a balance here or elsewhere after it.
const (
	ToReceivable CreditTo = "receivable"
	ToCash       CreditTo = "refund"
	ToBalance    CreditTo = "customer_balance"
	ToExternal   CreditTo = "external"
)

// Account is what the credit lowers or what is owed by it.
func (c CreditTo) Account() Account {
	switch c {
	case ToCash:
		return Cash
	case ToBalance:
		return CustomerBalance
	case ToExternal:
		return ExternalCustomerBalance
	}
	return AccountsReceivable
}

// Credit takes back part of a document. On its first day nothing is earned: it is a discount.
func (p Policy) Credit(s Share, to CreditTo) []Posting {
	return append(p.takeBack(s, p.Credits.contra(CreditNotes)), postings(Credit(to.Account(), s.Gross()))...)
}

// Refund gives money back, and the revenue with it.
func (p Policy) Refund(s Share) []Posting {
	return append(p.takeBack(s, p.Refunds.contra(Refunds)), postings(Credit(Cash, s.Gross()))...)
}

// BadDebtAccount shows what is not paid: as less revenue, or as an expense.
func (p Policy) BadDebtAccount() Account {
	if p.BadDebt == PriceConcession {
		return BadDebt
	}
	return BadDebtExpense
}

// WriteOff gives up what is open of a document. Without relief the tax is lost, too.
func (p Policy) WriteOff(s Share) []Posting {
	gross := s.Gross()
	if p.BadDebtTax == No {
		s.Recognized, s.Tax = s.Recognized.Add(s.Tax), s.Tax.Sub(s.Tax)
	}
	return append(p.takeBack(s, p.BadDebtAccount()), postings(Credit(AccountsReceivable, gross))...)
}

// Recover is money that came after it was given up: it lowers the bad debt, and what was deferred then is a gain, since no
// service stands against it. The share is that of the write-off which is paid now.
func (p Policy) Recover(s Share, m Means, fee money.Amount) []Posting {
	gross := s.Gross()
	if p.BadDebtTax == No {
		s.Recognized, s.Tax = s.Recognized.Add(s.Tax), s.Tax.Sub(s.Tax)
	}
	return append(Receive(m, gross, fee), postings(Credit(p.BadDebtAccount(), s.Recognized), Credit(Recoverables, s.Deferred), Credit(TaxLiability, s.Tax))...)
}

// Dispute is money a card network withdrew. Beyond is what it took more than the document still holds.
func (p Policy) Dispute(s Share, beyond, fee money.Amount) []Posting {
	taken := s.Gross().Add(beyond)
	if p.Disputes == ParkAsReceivable {
		return postings(Debit(DisputesReceivable, taken), Debit(DisputeExpense, fee), Credit(Cash, taken.Add(fee)))
	}
	return append(p.takeBack(s, Disputes), postings(Debit(OtherLoss, beyond), Debit(Fees, fee), Credit(Cash, taken.Add(fee)))...)
}

// WinDispute is money that came back.
func (p Policy) WinDispute(amount money.Amount) []Posting {
	if p.Disputes == ParkAsReceivable {
		return postings(Debit(Cash, amount), Credit(DisputesReceivable, amount))
	}
	return postings(Debit(Cash, amount), Credit(Recoverables, amount))
}

// LoseDispute is money that will not: as a refund it was taken back when it was withdrawn.
func (p Policy) LoseDispute(amount money.Amount) []Posting {
	if p.Disputes == ParkAsReceivable {
		return postings(Debit(DisputeExpense, amount), Credit(DisputesReceivable, amount))
	}
	return nil
}

// Exclude takes out of revenue what somebody decided is none, in an open month.
func Exclude(amount money.Amount) []Posting {
	return postings(Debit(Revenue, amount), Credit(Exclusion, amount))
}
