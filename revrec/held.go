package revrec

import (
	"cmp"
	"slices"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
)

// heldBack is what judgments keep an account from recognizing, as rows to come: what would be scheduled without any hold, less
// what is. A hold says that a promise is not known to be satisfied, so that its price is a remaining obligation (606-10-50-13),
// however many of its days have passed: months that are over wait in the one after.
func (f Facts) heldBack(c *catalog.Catalog, asOf period.Month) ([]Scheduled, error) {
	free := f
	free.Assessed = slices.Clone(f.Assessed)
	for i := range free.Assessed {
		free.Assessed[i].Holds = nil
	}
	through := later(asOf, f.Stored.lastRecognized())
	held, err := f.earning(c, through)
	if err != nil {
		return nil, err
	}
	unheld, err := free.earning(c, through)
	if err != nil {
		return nil, err
	}
	var out []Scheduled
	for _, a := range f.Agreements {
		if len(held.judged[a.Contract]) == 0 {
			continue
		}
		rows := newRows(nil)
		for _, r := range unheld.schedule(a.Contract) {
			rows[r.Key] = r
		}
		for _, r := range held.schedule(a.Contract) {
			was, known := rows[r.Key]
			if !known {
				was = r
				was.Amount, was.PassedOn = r.Amount.Sub(r.Amount), r.PassedOn.Sub(r.PassedOn)
			}
			was.Amount, was.PassedOn = was.Amount.Sub(r.Amount), was.PassedOn.Sub(r.PassedOn)
			rows[r.Key] = was
		}
		for _, s := range f.scheduled(rows.sorted()) {
			if s.Amount.IsZero() && s.PassedOn.IsZero() {
				continue
			}
			s.Month, s.Column, s.Recognized = later(s.Month, asOf.Next()), later(s.Month, asOf.Next()), false
			out = append(out, s)
		}
	}
	return out, nil
}

// heldOf is what of it is of one contract: what is known ahead, without usage.
func (f Facts) heldOf(c *catalog.Catalog, number string, asOf period.Month) (money.Amount, error) {
	var sum money.Amount
	rows, err := f.heldBack(c, asOf)
	for _, a := range f.Agreements {
		if a.Number != number {
			continue
		}
		sum = money.Zero(a.Currency)
		for _, r := range rows {
			if r.Contract == a.Contract && ahead(r.Recognition) {
				sum = sum.Add(r.Net())
			}
		}
	}
	return sum, err
}

// withHeld adds what is held to the obligations that the schedule knows, by when it would be met.
func withHeld(known []Obligation, held []Scheduled, asOf period.Month, currency money.Currency, leaves map[contracts.ID]bool) []Obligation {
	for _, s := range held {
		if !ahead(s.Recognition) || leaves[s.Contract] && !s.Span.Start.Before(asOf.End()) {
			continue
		}
		i := slices.IndexFunc(known, func(o Obligation) bool { return o.Contract == s.Contract })
		if i < 0 {
			zero := money.Zero(currency)
			i, known = len(known), append(known, Obligation{s.Account, s.Contract, zero, zero, zero})
		}
		switch o, months := &known[i], s.Month.Sub(asOf); {
		case months <= 12:
			o.Year1 = o.Year1.Add(s.Net())
		case months <= 24:
			o.Year2 = o.Year2.Add(s.Net())
		default:
			o.Later = o.Later.Add(s.Net())
		}
	}
	slices.SortStableFunc(known, func(a, b Obligation) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Contract, b.Contract))
	})
	return known
}

// holding says which of an account's contracts a filter asks for.
func (f Filter) holding(a contracts.Agreement) bool {
	return a.Entity == f.Entity && a.Currency == f.Currency && (f.Contract == 0 || a.Contract == f.Contract)
}
