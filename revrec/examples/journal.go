package examples

import (
	"fmt"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
)

// books lays the postings of a case out as cases show them: entries by day, what a month changes, what stands in the end.
type books struct {
	currency money.Currency
	entries  []any
	day      period.Date
	months   map[string]map[period.Month]money.Amount
}

func newBooks(c money.Currency) *books {
	return &books{currency: c, entries: []any{}, months: map[string]map[period.Month]money.Amount{}}
}

// post adds a posting, debit positive; those of a day are one entry.
func (b *books) post(on period.Date, account string, amount money.Amount) {
	if len(b.entries) == 0 || b.day != on {
		b.begin(on, "")
	}
	side := func(a money.Amount) string {
		if a.Sign() < 0 {
			a = money.Zero(b.currency)
		}
		return a.String()
	}
	var line object
	line.put("account", account)
	line.put("debit", side(amount))
	line.put("credit", side(amount.Neg()))
	entry := b.entries[len(b.entries)-1].(object)
	entry.put("lines", append(entry.values["lines"].([]any), line))
	b.entries[len(b.entries)-1] = entry
	if b.months[account] == nil {
		b.months[account] = map[period.Month]money.Amount{}
	}
	if creditPositive(accountOf(account)) {
		amount = amount.Neg()
	}
	b.months[account][on.MonthOf()] = b.months[account][on.MonthOf()].Add(amount)
}

func (b *books) begin(on period.Date, event string) {
	var entry object
	entry.put("date", on.String())
	if event != "" {
		entry.put("event", event)
	}
	entry.put("lines", []any{})
	b.entries, b.day = append(b.entries, entry), on
}

func (b *books) object() object {
	var out, net, ending object
	for _, account := range slices.Sorted(maps.Keys(b.months)) {
		var changes object
		sum := money.Zero(b.currency)
		for _, month := range slices.SortedFunc(maps.Keys(b.months[account]), period.Month.Compare) {
			if amount := b.months[account][month]; !amount.IsZero() {
				changes.put(month.String(), amount.String())
				sum = sum.Add(amount)
			}
		}
		if len(changes.keys) > 0 {
			net.put(account, changes)
		}
		if !sum.IsZero() {
			ending.put(account, sum.String())
		}
	}
	out.put("journal", b.entries)
	out.put("net_change_by_month", net)
	out.put("ending_balances", ending)
	return out
}

// sameJournal compares journals as bags of (day, account, debit, credit). Where lines are only grouped in another way, so that
// days and accounts come to the same, that is noted and not held against the engine.
func sameJournal(r *Result, given, expected any) []string {
	g, e := postings(given), postings(expected)
	slices.Sort(g)
	slices.Sort(e)
	var out []string
	for _, line := range only(g, e) {
		out = append(out, "journal: gives "+line+", which is not expected")
	}
	for _, line := range only(e, g) {
		out = append(out, "journal: expected "+line+", which is not given")
	}
	if len(out) > 0 && maps.EqualFunc(daily(given), daily(expected), decimal.Decimal.Equal) {
		r.Notes = append(r.Notes, "the journal is grouped in another way; by day and account it is the same")
		return nil
	}
	return out
}

// daily is what a journal comes to by day and account, debit positive.
func daily(journal any) map[string]decimal.Decimal {
	out := map[string]decimal.Decimal{}
	eachPosting(journal, func(on, account any, debit, credit decimal.Decimal) {
		key := fmt.Sprint(on, " ", account)
		if out[key] = out[key].Add(debit).Sub(credit); out[key].IsZero() {
			delete(out, key)
		}
	})
	return out
}

// only lists what a sorted list has more often than another.
func only(list, other []string) []string {
	rest := slices.Clone(other)
	var out []string
	for _, x := range list {
		if i := slices.Index(rest, x); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		} else {
			out = append(out, x)
		}
	}
	return out
}

func postings(journal any) []string {
	var out []string
	eachPosting(journal, func(on, account any, debit, credit decimal.Decimal) {
		out = append(out, fmt.Sprintf("%v %v debit %s credit %s", on, account, debit, credit))
	})
	return out
}

func eachPosting(journal any, visit func(on, account any, debit, credit decimal.Decimal)) {
	entries, _ := journal.([]any)
	for _, entry := range entries {
		e, _ := entry.(object)
		lines, _ := e.values["lines"].([]any)
		for _, line := range lines {
			l, _ := line.(object)
			debit, _ := number(l.values["debit"])
			credit, _ := number(l.values["credit"])
			visit(e.values["date"], l.values["account"], debit, credit)
		}
	}
}
