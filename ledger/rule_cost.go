package ledger

import "ratable/internal/money"

// CapitalizeCommission is a cost of obtaining a contract that will be recovered (340-40-25-1).
func CapitalizeCommission(amount money.Amount) []Posting {
	return postings(Debit(CapitalizedCommission, amount), Credit(CommissionPayable, amount))
}

// AmortizeCommission spreads it over the benefit (340-40-35-1).
func AmortizeCommission(amount money.Amount) []Posting {
	return postings(Debit(CommissionExpense, amount), Credit(CapitalizedCommission, amount))
}

// ImpairCommission gives up the rest when the customer leaves (340-40-35-3).
func ImpairCommission(rest money.Amount) []Posting {
	return postings(Debit(CommissionImpairment, rest), Credit(CapitalizedCommission, rest))
}

// Fx is a gain (above zero) or a loss of exchange.
func Fx(gain money.Amount) []Posting {
	if gain.Sign() < 0 {
		return postings(Debit(FxLoss, gain.Neg()))
	}
	return postings(Credit(FxGain, gain))
}

// Remeasure brings a monetary balance to the rate of the day (830-20-35-1); deferred revenue is none.
func Remeasure(of Account, change money.Amount) []Posting {
	return append(postings(Debit(of, change)), Fx(change)...)
}

// Exchange completes an entry in the functional currency whose sides are at different rates.
func Exchange(list []Posting, c money.Currency) []Posting {
	sum := money.Zero(c)
	for _, p := range list {
		sum = sum.Add(p.Amount)
	}
	return append(list, Fx(sum)...)
}

// BringOver brings a balance over at cut-over; the other sides come to nothing once all is brought.
func BringOver(account Account, debit money.Amount) []Posting {
	return postings(Debit(account, debit), Credit(OpeningBalance, debit))
}
