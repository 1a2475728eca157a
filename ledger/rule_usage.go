package ledger

import "ratable/internal/money"

// Running is where usage that is billed later stands: Unbilled is what is earned and not billed, Deferred what was billed beyond
// what is earned, Contra what will be credited since it was corrected after it was billed.
type Running struct{ Unbilled, Deferred, Contra money.Amount }

// Net is what is earned and not billed; negative what is billed and not earned.
func (r Running) Net() money.Amount { return r.Unbilled.Sub(r.Deferred).Sub(r.Contra) }

// Accrue earns usage on its day, and takes it back where it is corrected. A correction below what was billed is deferred revenue,
// or by policy a receivable to be credited: that is released before the next usage and made again where it is still needed.
// Steps are entries of their own, as people look for them.
func (p Policy) Accrue(r Running, amount money.Amount, account Account) (Running, [][]Posting) {
	zero := amount.Sub(amount)
	r = Running{zero.Add(r.Unbilled), zero.Add(r.Deferred), zero.Add(r.Contra)}
	if p.NegativeUsage != ToContraAR {
		deferred, unbilled := Settle(Position{Earned: r.Net(), Deferred: r.Deferred, Unbilled: r.Unbilled}, zero, amount)
		return Running{r.Unbilled.Add(unbilled), r.Deferred.Add(deferred), zero}, steps(p.Earn(account, deferred.Neg(), unbilled))
	}
	ahead := smallest(amount, r.Deferred)
	if amount.Sign() < 0 {
		ahead = zero
	}
	after := Running{r.Unbilled.Add(amount).Sub(ahead).Sub(r.Contra), r.Deferred.Sub(ahead), zero}
	if after.Unbilled.Sign() < 0 {
		after.Unbilled, after.Contra = zero, after.Unbilled.Neg()
	}
	return after, steps(p.Earn(account, ahead, amount.Sub(ahead)),
		postings(Debit(ContraAR, r.Contra), Credit(UnbilledReceivable, r.Contra)),
		postings(Debit(UnbilledReceivable, after.Contra), Credit(ContraAR, after.Contra)))
}

// steps leaves out what books nothing.
func steps(list ...[]Posting) [][]Posting {
	var out [][]Posting
	for _, s := range list {
		if len(s) > 0 {
			out = append(out, s)
		}
	}
	return out
}

func smallest(a, b money.Amount) money.Amount {
	if a.Cmp(b) > 0 {
		return b
	}
	return a
}

// BillUsage bills what is accrued, and defers what goes beyond it (soft split).
func (r Running) BillUsage(net money.Amount) (Running, Billing) {
	zero := net.Sub(net)
	cleared := smallest(net, zero.Add(r.Unbilled))
	if net.Sign() < 0 { // a bill that gives back leaves its usage unbilled
		cleared = net
	}
	after := Running{r.Unbilled.Sub(cleared), zero.Add(r.Deferred).Add(net.Sub(cleared)), zero.Add(r.Contra)}
	return after, Billing{Unbilled: cleared, Deferred: net.Sub(cleared), Earned: zero, Passed: zero, Tax: zero}
}

// CreditUsage clears what waited to be credited, then what was billed ahead; a credit beyond both leaves usage unbilled again.
func (p Policy) CreditUsage(r Running, amount money.Amount) (Running, []Posting) {
	zero := amount.Sub(amount)
	contra := smallest(amount, zero.Add(r.Contra))
	deferred := smallest(amount.Sub(contra), zero.Add(r.Deferred))
	rest := amount.Sub(contra).Sub(deferred)
	after := Running{r.Unbilled.Add(rest), r.Deferred.Sub(deferred), r.Contra.Sub(contra)}
	return after, postings(Debit(ContraAR, contra), Debit(p.ContractAccount(), deferred), Debit(UnbilledReceivable, rest), Credit(AccountsReceivable, amount))
}

// TrueUp earns what a commitment was not used for, at the end of its period; it is billed later.
func TrueUp(minimum, consumed money.Amount) []Posting {
	short := minimum.Sub(consumed)
	if short.Sign() < 0 {
		return nil
	}
	return postings(Debit(UnbilledReceivable, short), Credit(Revenue, short))
}

// Prepay is money for service that will be called: asked for, or already paid.
func Prepay(amount, tax money.Amount, paid bool) []Posting {
	in := AccountsReceivable
	if paid {
		in = Cash
	}
	return postings(Debit(in, amount.Add(tax)), Credit(ContractLiability, amount), Credit(TaxLiability, tax))
}

// Draw earns what is used of it: of the amount, so much is breakage that is earned with use.
func (p Policy) Draw(used, breakage, overage money.Amount) []Posting {
	out := postings(Debit(ContractLiability, used.Add(breakage)), Credit(Revenue, used), Credit(p.BreakageAccount(), breakage))
	return append(out, postings(Debit(UnbilledReceivable, overage), Credit(p.OverageAccount(), overage))...)
}

// Lapse earns what nobody will use any more, off the account where it was bought.
func (p Policy) Lapse(rest money.Amount) []Posting {
	return postings(Debit(p.ContractAccount(), rest), Credit(p.BreakageAccount(), rest))
}
