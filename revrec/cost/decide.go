package cost

import (
	"cmp"
	"fmt"
	"slices"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// Facts is everything that decides what the costs of one paying account come to.
type Facts struct {
	Account    customers.AccountID
	Agreements []contracts.Agreement
	Facts      []Fact // that count, oldest first
	Booked     []Movement
	Earned     []ledger.EarnedLine                          // of contracts whose costs follow the transfer
	Next       int64                                        // place of the next entry
	FirstOpen  func(entities.ID, period.Month) period.Month // nil: no month is closed
}

// Effect is what a movement does.
type Effect string

const (
	Capitalized Effect = "capitalized"
	Expensed    Effect = "expensed"
	Amortized   Effect = "amortized"
	Impaired    Effect = "impaired"
)

// Movement is what is booked of a cost in an entry, and the month it belongs to.
type Movement struct {
	Cost     ID
	N        int // of the cost's movements, from 1
	Effect   Effect
	Month    period.Month
	Amount   money.Amount
	BookedOn period.Date
	Entry    int64
}

// Plan is what a run appends.
type Plan struct {
	Entries   []ledger.Entry
	Movements []Movement
}

// cell is what is kept by month and effect.
type cell struct {
	effect Effect
	month  period.Month
}

// Decide books what should stand less what does: costs that were incurred by the end of a day, and what months that are
// over by then take off them. A run for an earlier day looks as far as the latest one did, so that it takes nothing back.
func Decide(f Facts, asOf period.Date) Plan {
	through := asOf.AddDays(1).MonthOf().Prev()
	for _, m := range f.Booked {
		if (m.Effect == Amortized || m.Effect == Impaired) && m.Month.After(through) {
			through = m.Month
		}
		if (m.Effect == Capitalized || m.Effect == Expensed) && m.BookedOn.After(asOf) {
			asOf = m.BookedOn
		}
	}
	var plan Plan
	for _, fact := range f.Facts {
		if fact.Kind != CostFact && fact.Kind != ReferralFact || fact.Cost.IncurredOn.After(asOf) {
			continue
		}
		if a, ok := f.agreement(fact.Cost.Contract); ok {
			f.book(&plan, a, fact, through)
		}
	}
	return plan
}

func (f Facts) agreement(id int64) (contracts.Agreement, bool) {
	for _, a := range f.Agreements {
		if int64(a.Contract) == id {
			return a, true
		}
	}
	return contracts.Agreement{}, false
}

// Known is what besides a cost decides its course through a month.
func (f Facts) Known(a contracts.Agreement, fact Fact, through period.Month) Known {
	k := Known{Tests: map[period.Month]Test{}}
	for _, t := range f.Facts {
		if t.Kind == TestFact && t.Test.Cost == fact.ID {
			k.Tests[t.Test.Month] = t.Test
		}
	}
	// A contract that ends as agreed ends for its cost too, unless it has renewed by then.
	if end := a.Term().End; end.Before(fact.Cost.To) && !end.AddDays(-1).MonthOf().After(through) {
		k.Ended = end
	}
	if fact.Cost.By == Transfer {
		k.Earned = func(through period.Month) money.Amount {
			sum := money.Zero(a.Currency)
			for _, e := range f.Earned {
				if e.Contract == fact.Cost.Contract && !e.Month.After(through) && e.Amount.Currency() == a.Currency {
					sum = sum.Add(e.Amount)
				}
			}
			return sum
		}
	}
	return k
}

// stands is what should stand of a cost, cell by cell. A partner's commission is an expense already; moving it to the
// assets is all there is to book.
func (f Facts) stands(a contracts.Agreement, fact Fact, through period.Month) (map[cell]money.Amount, []cell) {
	course := fact.Cost.Course(f.Known(a, fact, through), through)
	out := map[cell]money.Amount{}
	var order []cell
	add := func(e Effect, m period.Month, amount money.Amount) {
		if !amount.IsZero() {
			out[cell{e, m}], order = amount, append(order, cell{e, m})
		}
	}
	incurred := fact.Cost.IncurredOn.MonthOf()
	add(Capitalized, incurred, course.Capitalized)
	if fact.Kind == CostFact {
		add(Expensed, incurred, course.Expensed)
	}
	for _, m := range course.Months {
		add(Amortized, m.Month, m.Amortized)
		add(Impaired, m.Month, m.Impaired)
	}
	return out, order
}

// book appends the difference of one cost: an entry for each month that something moved in.
func (f Facts) book(plan *Plan, a contracts.Agreement, fact Fact, through period.Month) {
	due, order := f.stands(a, fact, through)
	n := 0
	for _, m := range f.Booked {
		if m.Cost != fact.ID {
			continue
		}
		n = max(n, m.N)
		k := cell{m.Effect, m.Month}
		if _, there := due[k]; !there {
			due[k], order = money.Zero(fact.Cost.Currency), append(order, k)
		}
		due[k] = due[k].Sub(m.Amount)
	}
	slices.SortStableFunc(order, func(x, y cell) int {
		return cmp.Or(cmp.Compare(rank(x.effect), rank(y.effect)), x.month.Compare(y.month))
	})
	var entry *ledger.Entry
	var last cell
	for _, k := range slices.Compact(order) {
		amount := due[k]
		if amount.IsZero() {
			continue
		}
		n++
		if entry == nil || last.month != k.month || rank(last.effect) != rank(k.effect) {
			plan.Entries = append(plan.Entries, f.entry(a, fact, k, n, f.Next+int64(len(plan.Entries))))
			entry = &plan.Entries[len(plan.Entries)-1]
		}
		last = k
		entry.Postings = append(entry.Postings, postings(fact, k, amount)...)
		plan.Movements = append(plan.Movements, Movement{fact.ID, n, k.effect, k.month, amount, entry.BookedOn, entry.Seq})
	}
}

// rank puts what was incurred before what months take off it.
func rank(e Effect) int {
	if e == Capitalized || e == Expensed {
		return 0
	}
	return 1
}

func (f Facts) entry(a contracts.Agreement, fact Fact, k cell, n int, seq int64) ledger.Entry {
	month := k.month
	if f.FirstOpen != nil {
		month = f.FirstOpen(a.Entity, month)
	}
	e := ledger.Entry{Account: f.Account, Seq: seq, Entity: a.Entity, Currency: fact.Cost.Currency, Source: fmt.Sprintf("cost:%d:%s:%d", fact.ID, k.month, n), BookedOn: month.Last(),
		Memo: fmt.Sprintf("%s, %s: amortized in %s", fact.Name(), fact.Cost.Payee, k.month)}
	if rank(k.effect) == 0 {
		e.BookedOn, e.Memo = period.MaxDate(fact.Cost.IncurredOn, month.First()), fmt.Sprintf("%s, %s", fact.Name(), fact.Cost.Payee)
	}
	return e
}

// lineage is what postings of costs carry as line: they belong to the contract as a whole.
const lineage = "cost"

func postings(fact Fact, k cell, amount money.Amount) []ledger.Posting {
	c := fact.Cost
	var out []ledger.Posting
	switch k.effect {
	case Capitalized:
		out = []ledger.Posting{ledger.Debit(c.account(), amount), ledger.Credit(c.owed(), amount)}
		if fact.Kind == ReferralFact { // the partner is owed already, for an expense
			out[1] = ledger.Credit(c.expense(), amount)
		}
	case Expensed:
		out = []ledger.Posting{ledger.Debit(c.expense(), amount), ledger.Credit(c.owed(), amount)}
	case Amortized:
		out = []ledger.Posting{ledger.Debit(c.expense(), amount), ledger.Credit(c.account(), amount)}
	case Impaired:
		out = []ledger.Posting{ledger.Debit(ledger.CommissionImpairment, amount), ledger.Credit(c.account(), amount)}
	}
	for i := range out {
		p := &out[i]
		p.Contract, p.Line, p.Month = c.Contract, lineage, k.month
		if p.Account == c.owed() {
			p.Customer = c.Party
		}
	}
	return out
}
