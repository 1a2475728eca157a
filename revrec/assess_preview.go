package revrec

import (
	"slices"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// Preview is Preview for a caller that holds the facts in memory. The facts stay as they are.
func (f Facts) Preview(c *catalog.Catalog, x Assessment, through period.Month) (Previewed, error) {
	if found := x.Validate(); len(found) > 0 {
		return Previewed{}, fault.InvalidFields(found...)
	}
	filled, err := Fill(x, c, f)
	if err != nil {
		return Previewed{}, err
	}
	with := f
	lead := slices.IndexFunc(f.Agreements, func(a contracts.Agreement) bool { return a.Number == x.Contract })
	number := 1
	for _, a := range f.Assessed {
		if a.Lead == f.Agreements[lead].Contract {
			number = max(number, a.Number+1)
		}
	}
	with.Assessed = append(slices.Clip(f.Assessed), Assessed{f.Agreements[lead].Contract, number, filled})
	out := Previewed{Filled: filled}
	if out.Without, err = Decide(c, f, through); err != nil {
		return Previewed{}, err
	}
	if out.With, err = Decide(c, with, through); err != nil {
		return Previewed{}, err
	}
	through = later(through, f.Stored.lastRecognized())
	before, err := f.earning(c, through)
	if err != nil {
		return Previewed{}, err
	}
	after, err := with.earning(c, through)
	if err != nil {
		return Previewed{}, err
	}
	if out.HeldWithout, err = f.heldOf(c, x.Contract, through); err != nil {
		return Previewed{}, err
	}
	if out.HeldWith, err = with.heldOf(c, x.Contract, through); err != nil {
		return Previewed{}, err
	}
	for _, a := range f.Agreements {
		if len(after.judged[a.Contract]) > 0 {
			out.Contracts = append(out.Contracts, PreviewedContract{a.Number,
				table(f.scheduled(before.schedule(a.Contract)), a.Currency), table(f.scheduled(after.schedule(a.Contract)), a.Currency)})
		}
	}
	return out, nil
}

// scheduled shows computed rows as a report does, with what of them is booked.
func (f Facts) scheduled(rows []Row) []Scheduled {
	var out []Scheduled
	for _, r := range rows {
		if r.Book == otherBook {
			continue
		}
		s := Scheduled{Account: f.Account, Key: r.Key, Recognition: r.Recognition, Column: r.Month, Amount: r.Amount, PassedOn: r.PassedOn}
		s.Recognized = f.Stored.cells[r.Key].recognized == r.income()
		out = append(out, s.Reported())
	}
	return out
}
