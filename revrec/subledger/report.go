package subledger

import (
	"cmp"
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
)

// Balance is where an account stands, debit positive.
type Balance struct {
	Account ledger.Account
	Amount  money.Amount
}

// Balances adds a journal up by account through a day; zero is all of it. Accounts without a balance are left out.
func Balances(entries []Entry, through period.Date) []Balance {
	var out []Balance
	for _, e := range entries {
		if !through.IsZero() && e.On.After(through) {
			continue
		}
		for _, p := range e.Postings {
			i := slices.IndexFunc(out, func(b Balance) bool { return b.Account == p.Account })
			if i < 0 {
				i, out = len(out), append(out, Balance{p.Account, p.Amount.Sub(p.Amount)})
			}
			out[i].Amount = out[i].Amount.Add(p.Amount)
		}
	}
	out = slices.DeleteFunc(out, func(b Balance) bool { return b.Amount.IsZero() })
	slices.SortFunc(out, func(a, b Balance) int { return cmp.Compare(a.Account, b.Account) })
	return out
}

// On is the balance of one account through a day, debit positive.
func On(entries []Entry, account ledger.Account, through period.Date, c money.Currency) money.Amount {
	for _, b := range Balances(entries, through) {
		if b.Account == account {
			return b.Amount
		}
	}
	return money.Zero(c)
}

// Revenue is what a month's entries earned: revenue less what lowers it.
func Revenue(entries []Entry, month period.Month, c money.Currency) money.Amount {
	sum := money.Zero(c)
	for _, e := range entries {
		if e.On.MonthOf() == month {
			sum = sum.Add(e.revenue())
		}
	}
	return sum
}

func (e Entry) revenue() money.Amount {
	var sum money.Amount
	for _, p := range e.Postings {
		if t := p.Account.Info().Type; t == ledger.Income || t == ledger.ContraRevenue {
			sum = sum.Sub(p.Amount)
		}
	}
	return sum
}

// Months are those from the first entry to the last.
func Months(entries []Entry) []period.Month {
	if len(entries) == 0 {
		return nil
	}
	var out []period.Month
	last := entries[len(entries)-1].On.MonthOf()
	for m := entries[0].On.MonthOf(); !m.After(last); m = m.Next() {
		out = append(out, m)
	}
	return out
}

// Summary is a month of deferred revenue.
type Summary struct{ Earned, Opening, Added, Recognized, Closing money.Amount }

// Summarize says how a month's deferred revenue came about, and what of the month's own billings was earned in it.
func Summarize(entries []Entry, month period.Month, c money.Currency) Summary {
	zero := money.Zero(c)
	s := Summary{Earned: zero, Opening: On(entries, ledger.DeferredRevenue, month.Prev().Last(), c).Neg(), Added: zero, Recognized: zero,
		Closing: On(entries, ledger.DeferredRevenue, month.Last(), c).Neg()}
	billed := billedIn(entries)
	for _, e := range entries {
		if e.On.MonthOf() != month {
			continue
		}
		if billed[e.Document] == month {
			s.Earned = s.Earned.Add(e.revenue())
		}
		for _, p := range e.Postings {
			switch {
			case p.Account != ledger.DeferredRevenue:
			case e.revenue().IsZero():
				s.Added = s.Added.Sub(p.Amount)
			default:
				s.Recognized = s.Recognized.Sub(p.Amount)
			}
		}
	}
	return s
}

// billedIn is the month each document was billed in.
func billedIn(entries []Entry) map[string]period.Month {
	out := map[string]period.Month{}
	for _, e := range entries {
		if _, known := out[e.Document]; !known && e.Document != "" && e.bills() {
			out[e.Document] = e.On.MonthOf()
		}
	}
	return out
}

func (e Entry) bills() bool {
	return slices.ContainsFunc(e.Postings, func(p ledger.Posting) bool {
		return (p.Account == ledger.AccountsReceivable || p.Account == ledger.Cash) && p.Amount.Sign() > 0
	})
}

// Netted presents the contract's own account: an asset where it stands in debit.
func Netted(entries []Entry, c money.Currency) revrec.Netted {
	at := On(entries, ledger.ContractLiability, period.Date{}, c).Neg()
	return revrec.NetContract([]revrec.LineNet{{Line: "", Amount: at}}, ledger.ContractAsset, ledger.ContractLiability)
}
