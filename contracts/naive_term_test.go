package contracts

import (
	"math/big"

	"ratable/internal/period"
)

// tenure is a run of days on which a fee for the term said the same, and the end
// of the line's days as it stood on each of them.
type tenure struct {
	period.Span
	line Line
	law  Document
	ends map[period.Date]period.Date
}

func (n *naive) tenures(id string) []tenure {
	var out []tenure
	before := ""
	for on := n.agreement.Versions[0].Document.Term.From; on.Before(day("2028-01-01")); on = on.AddDays(1) {
		d, ok := n.law(on)
		l, sold := d.line(id)
		if !ok || !sold || l.Fixed == nil || l.Fixed.Every != "term" || !lineDays(d, l).Contains(on) {
			before = ""
			continue
		}
		q, p := level1(l, on)
		now := words(l.Product, l.Fixed.In, q.String(), p.String(), marginOf(d))
		if now != before {
			out = append(out, tenure{period.NewSpan(on, on), l, d, map[period.Date]period.Date{}})
		}
		last := &out[len(out)-1]
		last.End, last.ends[on], before = on.AddDays(1), lineDays(d, l).End, now
	}
	return out
}

// termFees owes a fee for the days it was agreed for. On the day its line first
// gets more of them, what those left cost is spread over all that are left now;
// what is cut of them at the end is not owed.
func (n *naive) termFees(id string) {
	all := n.tenures(id)
	for _, x := range all {
		first := lineDays(x.law, x.line)
		first.Start = period.MaxDate(first.Start, all[0].Start)
		q, p := level1(x.line, x.Start)
		total := cents(afterMargin(new(big.Rat).Mul(n.minor(p), rat(q)), x.law))
		due := func(from, to period.Date) *big.Int {
			return share(total, cut{Span: period.NewSpan(from, to), whole: first})
		}
		longest, cutOn, served := first.End, period.Date{}, first.End
		for on := x.Start; on.Before(x.End); on = on.AddDays(1) {
			if x.ends[on].After(longest) {
				longest = x.ends[on]
				if on.Before(served) {
					served = longest
					if cutOn.IsZero() {
						cutOn = on
					}
				}
			}
		}
		if cutOn.IsZero() {
			end := period.MinDate(x.End, first.End)
			n.owe(id, FixedFee, period.NewSpan(x.Start, end), due(x.Start, end))
			continue
		}
		if cutOn != x.Start {
			n.owe(id, FixedFee, period.NewSpan(x.Start, cutOn), due(x.Start, cutOn))
		}
		rest := due(cutOn, first.End)
		if x.End.Before(served) {
			r := new(big.Rat).SetInt(rest)
			r.Mul(r, ints(x.End.Sub(cutOn)))
			rest = cents(r.Quo(r, ints(served.Sub(cutOn))))
		}
		n.owe(id, FixedFee, period.NewSpan(cutOn, period.MinDate(x.End, first.End)), rest)
	}
}
