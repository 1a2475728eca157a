package contracts

import (
	"fmt"

	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/period"
)

var one = decimal.NewFromInt(1)

func (d Document) validateCommits(f *findings) {
	for i, c := range d.Commits {
		at := fmt.Sprintf("commitments[%d]", i)
		f.key(at+".product", c.Product, "the product a true-up is sold as")
		f.text(at+".clause", c.Clause, 60)
		f.cadence(at+".every", c.Every)
		if f.figure(at+".amount", c.Amount) {
			f.charge(at+".amount", c.Amount, one, d.Currency)
		}
		if c.Amount.IsZero() {
			f.add(at+".amount", "", "is missing or zero; give what is spent at least in each period")
		}
		d.scope(f, at+".lines", c.Lines)
		for _, id := range c.Lines {
			if l, ok := d.line(id); ok && longer(l.every(), c.Every) {
				f.add(at+".every", c.Every, "is shorter than the billing period of line %s, %s; what is spent could not be told in time", id, l.every())
			}
		}
	}
}

// longer says whether one billing period outlasts another, when both are known.
func longer(every, than string) bool {
	a, errA := period.ParseCadence(every)
	b, errB := period.ParseCadence(than)
	if errA != nil || errB != nil || b == period.Term {
		return false
	}
	return a == period.Term || a.Months() > b.Months()
}

func (l Line) every() string {
	switch {
	case l.Fixed != nil:
		return l.Fixed.Every
	case l.Usage != nil:
		return l.Usage.Every
	}
	return ""
}

func (d Document) line(id string) (Line, bool) { return find(d.Lines, lineID, id) }

// scope holds the ids a commitment or cap names against the lines there are.
func (d Document) scope(f *findings, path string, ids []string) {
	if len(ids) == 0 {
		f.add(path, "", "is empty: list the ids of the lines that count")
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if _, ok := d.line(id); !ok {
			f.add(path, fault.Shown(id), "is not the id of a line of this contract")
		} else if seen[id] {
			f.add(path, id, "is listed twice; once is enough")
		}
		seen[id] = true
	}
}
