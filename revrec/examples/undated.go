package examples

import (
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// effects are entries of a case that tells what happens and not always when: without a day they are compared without.
type effects struct {
	currency money.Currency
	entries  []any
	balances map[ledger.Account]money.Amount
}

// enter adds an entry, without a day where that is not known.
func (u *effects) enter(on period.Date, event string, postings []ledger.Posting) {
	if u.balances == nil {
		u.balances = map[ledger.Account]money.Amount{}
	}
	lines := []any{}
	for _, p := range postings {
		debit, credit := p.Amount, money.Zero(u.currency)
		if p.Amount.Sign() < 0 {
			debit, credit = credit, p.Amount.Neg()
		}
		var line object
		line.put("account", p.Account.Info().Code)
		line.put("debit", debit.String())
		line.put("credit", credit.String())
		lines = append(lines, line)
		u.balances[p.Account] = u.balances[p.Account].Add(p.Amount)
	}
	var entry object
	if !on.IsZero() {
		entry.put("date", on.String())
	}
	entry.put("event", event)
	entry.put("lines", lines)
	u.entries = append(u.entries, entry)
}

// put writes the entries, and what the accounts come to, each in its natural sign.
func (u *effects) put(out *object) {
	var ending object
	for _, info := range ledger.Chart {
		amount, there := u.balances[info.Account]
		if !there || amount.IsZero() {
			continue
		}
		if slices.Contains([]ledger.Type{ledger.Liability, ledger.Equity, ledger.Income, ledger.Gain}, info.Type) {
			amount = amount.Neg()
		}
		ending.put(info.Code, amount.String())
	}
	out.put("journal", u.entries)
	out.put("ending_balances", ending)
}

// withoutDays takes the days off a journal, when those of the engine have none.
func withoutDays(given, expected any) (any, bool) {
	for _, e := range list(given) {
		if entry, _ := e.(object); entry.values["date"] != nil {
			return expected, false
		}
	}
	var out []any
	for _, e := range list(expected) {
		entry, ok := e.(object)
		if !ok {
			return expected, false
		}
		var bare object
		for _, key := range entry.keys {
			if key != "date" {
				bare.put(key, entry.values[key])
			}
		}
		out = append(out, bare)
	}
	return out, len(list(given)) > 0
}

func list(value any) []any {
	l, _ := value.([]any)
	return l
}
