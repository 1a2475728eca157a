package revrec

import (
	"cmp"
	"slices"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// PolicyMove is what an account has of a month without and with a policy, credit positive.
type PolicyMove struct {
	Month    period.Month
	Account  ledger.Account
	Currency money.Currency
	Was, Is  money.Amount
}

// Change is what the policy adds.
func (m PolicyMove) Change() money.Amount { return m.Is.Sub(m.Was) }

// PolicyImpact is what a proposed policy would change of an entity's revenue.
type PolicyImpact struct {
	Contracts []string     // whose schedules change
	Lines     int          // schedules that change
	Booked    []PolicyMove // by month of booking: what the next run books with it and would book without
	Closed    []PolicyMove // by month of service: what closed months would have shown, had it counted for them. It changes none
	From      period.Month // first closed month that was looked at
}

// Net adds up what changes of revenue in a month; whether net revenue is looked at or a single account, the sum is the same.
func (x PolicyImpact) Net(moves []PolicyMove, month period.Month, currency money.Currency) money.Amount {
	sum := money.Zero(currency)
	for _, m := range moves {
		if m.Month == month && m.Currency == currency && m.Account.Earns() {
			sum = sum.Add(m.Change())
		}
	}
	return sum
}

type moveKey struct {
	month    period.Month
	account  ledger.Account
	currency money.Currency
}

// moving adds both sides up.
type moving map[moveKey]*[2]money.Amount

func (m moving) add(side int, key moveKey, amount money.Amount) {
	if m[key] == nil {
		zero := money.Zero(key.currency)
		m[key] = &[2]money.Amount{zero, zero}
	}
	m[key][side] = m[key][side].Add(amount)
}

// list leaves out what is the same on both sides.
func (m moving) list() []PolicyMove {
	var out []PolicyMove
	for key, sides := range m {
		if sides[0] != sides[1] {
			out = append(out, PolicyMove{key.month, key.account, key.currency, sides[0], sides[1]})
		}
	}
	slices.SortFunc(out, func(a, b PolicyMove) int {
		return cmp.Or(a.Month.Compare(b.Month), cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Account, b.Account))
	})
	return out
}

// weighing is a proposed policy held against the accounts of an entity.
type weighing struct {
	catalog *catalog.Catalog
	policy  ledger.PolicyVersion
	through period.Month // booked through
	closed  period.Span  // months that are closed, as if it had counted for them
	booked  moving
	would   moving
	out     PolicyImpact
}

// concerns says whether a policy of an entity can change the revenue of a contract.
func concerns(a contracts.Agreement, entity entities.ID) bool {
	return a.Entity == entity && (len(a.Concessions) > 0 || slices.ContainsFunc(a.Versions, func(v contracts.Version) bool { return len(v.Document.Prepaid) > 0 }))
}

// weigh replays an account without and with the policy. Nothing is booked: the facts stay as they are.
func (w *weighing) weigh(f Facts) error {
	f = f.of(w.policy.Entity)
	with, earlier := f, f
	with.Policies = f.Policies.With(w.policy)
	was := w.policy
	was.Effective = w.closed.Start
	earlier.Policies = f.Policies.With(was)
	for side, facts := range []Facts{f, with} {
		plan, err := Decide(w.catalog, facts, w.through)
		if err != nil {
			return err
		}
		for _, e := range plan.Entries {
			for _, p := range e.Postings {
				w.booked.add(side, moveKey{e.BookedOn.MonthOf(), p.Account, e.Currency}, p.Amount.Neg())
			}
		}
	}
	through := later(w.through, f.Stored.lastRecognized())
	var schedules [3]*assessing
	for i, facts := range []Facts{f, with, earlier} {
		var err error
		if schedules[i], err = facts.earning(w.catalog, through); err != nil {
			return err
		}
	}
	for _, a := range f.Agreements {
		before := schedules[0].schedule(a.Contract)
		if lines := differing(before, schedules[1].schedule(a.Contract)); lines > 0 {
			w.out.Contracts, w.out.Lines = append(w.out.Contracts, a.Number), w.out.Lines+lines
		}
		w.closedMonths(a, 0, before, f.Policies)
		w.closedMonths(a, 1, schedules[2].schedule(a.Contract), earlier.Policies)
	}
	return nil
}

func (w *weighing) closedMonths(a contracts.Agreement, side int, rows []Row, by *ledger.Policies) {
	for _, r := range rows {
		if r.Book == otherBook || !w.closed.Contains(r.Month.First()) {
			continue
		}
		account := RevenueAccount(r.Kind)
		if r.Kind == contracts.OverCap {
			account = by.Of(a.Entity, ledger.USGAAP, r.Month.Last()).OverageAccount()
		}
		w.would.add(side, moveKey{r.Month, account, a.Currency}, r.Amount.Sub(r.PassedOn))
	}
}

// differing counts the lines whose schedules differ.
func differing(a, b []Row) int {
	sums := map[Key]income{}
	for _, r := range a {
		sums[r.Key] = sums[r.Key].add(r.income())
	}
	lines := map[string]bool{}
	for _, r := range b {
		if sums[r.Key] != r.income() {
			lines[r.Line] = true
		}
		delete(sums, r.Key)
	}
	for key := range sums {
		lines[key.Line] = true
	}
	return len(lines)
}
