package revrec

import (
	"slices"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/ledger"
)

// earnedLines adds up what lines of a contract earn in an entry, in order.
type earnedLines struct {
	order []ledger.LineKey
	sums  map[ledger.LineKey]money.Amount
}

func (l *earnedLines) add(key ledger.LineKey, amount money.Amount) {
	if l.sums == nil {
		l.sums = map[ledger.LineKey]money.Amount{}
	}
	if _, seen := l.sums[key]; !seen {
		l.order = append(l.order, key)
	}
	l.sums[key] = l.sums[key].Add(amount)
}

// settle debits deferred revenue as far as the line was billed, and unbilled
// receivable for the rest.
func (d *deciding) settle(lines earnedLines) []ledger.Posting {
	var out []ledger.Posting
	for _, key := range lines.order {
		at, ok := d.positions[key]
		if !ok {
			at = d.facts.Standing.Lines[key]
		}
		earned := lines.sums[key]
		nothing := money.Zero(earned.Currency())
		deferred, unbilled := ledger.Settle(at, nothing, earned)
		d.positions[key] = at.After(nothing, earned)
		for _, p := range []ledger.Posting{ledger.Credit(ledger.DeferredRevenue, deferred), ledger.Debit(ledger.UnbilledReceivable, unbilled)} {
			if !p.Amount.IsZero() {
				p.Contract, p.Line = key.Contract, key.Line
				out = append(out, p)
			}
		}
	}
	return out
}

// adjustedKey is what the other side of an adjustment is kept by: a contract stands as an asset or as a liability with the pair
// of accounts, never as both (606-10-45-1).
type adjustedKey struct {
	contract contracts.ID
	book     ledger.Book
	accounts adjustment
}

func adjustedKeyOf(key Key) adjustedKey {
	pair := adjustments[key.Kind]
	pair.revenue = 0
	return adjustedKey{key.Contract, key.Book, pair}
}

// adjust moves revenue between a line and the asset or liability its contract then stands with. What of it is not revenue is
// interest.
func (d *deciding) adjust(key Key, row int64, due income) []ledger.Posting {
	pair := adjustments[key.Kind]
	out := d.sides(adjustedKeyOf(key), due.amount)
	if !due.passed.IsZero() {
		out = append(out, d.sides(adjustedKey{key.Contract, key.Book, interestOf}, due.passed.Neg())...)
	}
	out = append(out, ledger.Credit(pair.revenue, due.amount.Sub(due.passed)))
	out = slices.DeleteFunc(out, func(p ledger.Posting) bool { return p.Amount.IsZero() })
	for i := range out {
		out[i].Contract, out[i].Line, out[i].Schedule = int64(key.Contract), key.Line, row
	}
	return out
}

// sides splits what is debited to a pair of accounts: above nothing a contract stands on the one, below on the other.
func (d *deciding) sides(at adjustedKey, due money.Amount) []ledger.Posting {
	was := d.adjusted[at]
	now := was.Add(due)
	d.adjusted[at] = now
	if at.accounts.asset == at.accounts.liability {
		return []ledger.Posting{ledger.Debit(at.accounts.asset, due)}
	}
	above := positive(now).Sub(positive(was))
	return []ledger.Posting{ledger.Debit(at.accounts.asset, above), ledger.Debit(at.accounts.liability, due.Sub(above))}
}
