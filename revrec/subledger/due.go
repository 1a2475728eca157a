package subledger

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// cell is what of an entry is compared: an account, the month a revenue belongs to, the document.
type cell struct {
	account  ledger.Account
	month    period.Month
	document string
}

// Due is what is owed and not booked yet, through a day: entry by entry, the difference to what stands booked under its key. What
// belongs to a closed month is booked in the first open one and says to which month it belongs (606-10-32-43: in the period of
// the change); what nobody owes any more is taken back. Running it again finds nothing.
func Due(owed, booked []Entry, through period.Date, open func(period.Month) period.Month) []Entry {
	stands, times, first := map[string]map[cell]money.Amount{}, map[string]int{}, map[string]Entry{}
	for _, e := range booked {
		key := base(e.Key)
		if stands[key] == nil {
			stands[key], first[key] = map[cell]money.Amount{}, e
		}
		times[key]++
		e.add(stands[key], 1)
	}
	var out []Entry
	owe := map[string]bool{}
	for _, e := range owed {
		owe[e.Key] = true
		out = append(out, e.less(stands[e.Key], times[e.Key]))
	}
	for _, key := range slices.SortedFunc(keysOf(stands), strings.Compare) {
		if e := first[key]; !owe[key] && !e.On.After(through) {
			e.Key, e.Postings = key, nil
			out = append(out, e.less(stands[key], times[key]))
		}
	}
	for i := range out {
		out[i].On = out[i].openDay(open)
	}
	return slices.DeleteFunc(out, func(e Entry) bool { return len(e.Postings) == 0 || e.On.After(through) })
}

func keysOf(m map[string]map[cell]money.Amount) func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

// base is a key without the count of its corrections.
func base(key string) string {
	key, _, _ = strings.Cut(key, "~")
	return key
}

func (e Entry) add(to map[cell]money.Amount, sign int64) {
	for _, p := range e.Postings {
		at := cell{p.Account, p.Month, p.Document}
		amount := p.Amount
		if sign < 0 {
			amount = amount.Neg()
		}
		to[at] = to[at].Add(amount)
	}
}

// less is the entry without what stands booked of it; a correction has a key of its own.
func (e Entry) less(stands map[cell]money.Amount, times int) Entry {
	left := map[cell]money.Amount{}
	e.add(left, 1)
	for at, amount := range stands {
		left[at] = left[at].Sub(amount)
	}
	order := make([]cell, 0, len(left))
	for at, amount := range left {
		if !amount.IsZero() {
			order = append(order, at)
		}
	}
	slices.SortFunc(order, func(x, y cell) int {
		return cmp.Or(cmp.Compare(x.account, y.account), x.month.Compare(y.month), cmp.Compare(x.document, y.document))
	})
	e.Postings = nil
	for _, at := range order {
		e.Postings = append(e.Postings, ledger.Posting{Account: at.account, Amount: left[at], Month: at.month, Document: at.document})
	}
	if times > 0 {
		e.Key = fmt.Sprintf("%s~%d", e.Key, times+1)
	}
	return e
}

// openDay is the entry's day, or that in the first open month: its first for an event, its last for what a month earned.
func (e Entry) openDay(open func(period.Month) period.Month) period.Date {
	month := e.On.MonthOf()
	now := open(month)
	switch {
	case now == month:
		return e.On
	case slices.ContainsFunc(e.Postings, func(p ledger.Posting) bool { return !p.Month.IsZero() }):
		return now.Last()
	}
	return now.First()
}
