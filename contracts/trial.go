package contracts

import (
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
)

// covers says whether a trial is for a line or prepaid amount.
func (t Trial) covers(id string) bool {
	return id != "" && (len(t.Lines) == 0 || slices.Contains(t.Lines, id))
}

// tries says whether the document's trial is for an id. It is for a commitment
// when it is for all that counts there: who pays nothing misses no minimum.
func (d Document) tries(id string) bool {
	if d.Trial == nil {
		return false
	}
	if c, ok := find(d.Commits, commitID, id); ok {
		return !slices.ContainsFunc(c.Lines, func(line string) bool { return !d.Trial.covers(line) })
	}
	return d.Trial.covers(id)
}

// tried cuts days at the end of a trial. Where the trial ends what it tried, the
// days after it are left out, unless a version without it governs them.
func (d Document) tried(id string, days period.Span) []reign {
	if !d.tries(id) {
		if days.Empty() {
			return nil
		}
		return []reign{{governed: governed{span: days}}}
	}
	over := d.Trial.Through.AddDays(1)
	var out []reign
	for _, span := range days.Cut(over) {
		free := span.Start.Before(over)
		if free || d.Trial.Then != End {
			out = append(out, reign{governed: governed{span: span}, free: free})
		}
	}
	return out
}

// free says whether a day of a line or prepaid amount belongs to its trial.
func (a Agreement) free(id string, on period.Date) bool {
	return slices.ContainsFunc(a.reigns(id), func(r reign) bool { return r.free && r.span.Contains(on) })
}

// trials takes what is free off the charges of trial days. Fees and usage are
// cut where a trial ends, so a charge is free or it is not.
func (p *pricing) trials() {
	if !slices.ContainsFunc(p.agreement.Versions, func(v Version) bool { return v.Document.Trial != nil }) {
		return
	}
	for i := range p.pieces {
		x := &p.pieces[i]
		if !p.agreement.free(x.Line, x.Span.Start) {
			continue
		}
		if !x.Amount.IsZero() {
			x.Detail.Reduced = append(x.Detail.Reduced, Reduction{Kind: ByTrial, Label: "Trial", Amount: x.Amount})
		}
		x.Amount = money.Zero(p.agreement.Currency)
		for j := range x.Values {
			x.Values[j].Amount = x.Amount
		}
	}
}
