package revrec

import (
	"fmt"
	"strings"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Explanation says why a charge earns what it does in a month: a formula that comes to it (package formula works it out again),
// and the rule in words.
type Explanation struct {
	Piece   contracts.Piece
	Earned  money.Amount // what we keep of it
	Formula string
	Rule    string // how the charge is earned, by which policy
	Because string // what the figures of the formula are
}

// Explain says why pieces of one contract earn what they do in a month. Pieces that earn nothing in it are left out.
func Explain(pieces []contracts.Piece, line string, month period.Month) []Explanation {
	var out []Explanation
	for _, p := range pieces {
		if p.Line != line {
			continue
		}
		c := course(p)
		before, after := c.earned(p, month.First()), c.earned(p, month.End())
		passed := passedOn(p, after).Sub(passedOn(p, before))
		if before == after && passed.IsZero() {
			continue
		}
		x := Explanation{Piece: p, Earned: after.Sub(before).Sub(passed)}
		x.Formula, x.Rule, x.Because = c.why(p, month, before, after)
		if !p.PassOn.IsZero() {
			x.Formula = fmt.Sprintf("%s − (round(%s × %s ÷ 100) − round(%s × %s ÷ 100))", bracketed(x.Formula), after.Display(), p.PassOn, before.Display(), p.PassOn)
			x.Because += fmt.Sprintf("; %s %% of what was earned so far is passed on, as we are the agent", p.PassOn)
		}
		out = append(out, x)
	}
	return out
}

func bracketed(formula string) string {
	if strings.ContainsAny(formula, "+−") {
		return "(" + formula + ")"
	}
	return formula
}

// why explains one piece.
func (c courseOf) why(p contracts.Piece, month period.Month, before, after money.Amount) (formula, rule, because string) {
	days := c.over(p)
	switch {
	case len(c) > 0:
		return c.weighed(p, month, before, after)
	case policy(p) == catalog.PointInTime:
		return p.Amount.Display(), "Earned whole on the day of delivery (606-10-25-30)", fmt.Sprintf("delivered on %s", days.Start)
	case policy(p) == catalog.AsUsed:
		return less(after.Display(), before), "Earned as it is used (606-10-55-18)",
			fmt.Sprintf("what had come about by the end of %s, less what had come about before it", month)
	}
	through := func(end period.Date) (string, int) {
		done := max(0, period.MinDate(end, days.End).Sub(days.Start))
		return fmt.Sprintf("round(%s × %d ÷ %d)", p.Amount.Display(), done, days.Days()), done
	}
	upTo, done := through(month.End())
	from, was := through(month.First())
	if was > 0 {
		upTo += " − " + from
	}
	return upTo, "Earned by the days of its service (606-10-25-14(b), 25-27(a))",
		fmt.Sprintf("%d of the %d days of %s had been served by the end of %s, %d before it", done, days.Days(), days, month, was)
}

func less(formula string, amount money.Amount) string {
	switch {
	case amount.IsZero():
		return formula
	case amount.Sign() < 0:
		return formula + " + " + amount.Neg().Display()
	}
	return formula + " − " + amount.Display()
}

// weighed explains a product with a method or rounding of its own: by the weights of months where cumulative rounding shares
// the price out, else by the parts as the named rounding gave them.
func (c courseOf) weighed(p contracts.Piece, month period.Month, before, after money.Amount) (formula, rule, because string) {
	method, rounding := p.Spreading.Method, p.Spreading.Rounding
	if method == "" {
		method = catalog.Daily
	}
	if rounding == "" {
		rounding = catalog.Cumulative
	}
	rule = fmt.Sprintf("Earned over its service by the method %s, rounded %s", method, rounding)
	var whole, done, was int64
	even := true // the month's part is one slot's
	for _, slot := range c {
		whole += slot.Weight
		switch {
		case !slot.Days.End.After(month.First()):
			was += slot.Weight
		case !slot.Days.Start.Before(month.End()):
		case slot.Days.Start.Before(month.First()) || slot.Days.End.After(month.End()):
			even = false
		default:
			done += slot.Weight
		}
	}
	if even && rounding == catalog.Cumulative {
		formula = fmt.Sprintf("round(%s × %d ÷ %d)", p.Amount.Display(), was+done, whole)
		if was > 0 {
			formula += fmt.Sprintf(" − round(%s × %d ÷ %d)", p.Amount.Display(), was, whole)
		}
		return formula, rule, fmt.Sprintf("the months weigh %d in all, %d of it before %s and %d in it", whole, was, month, done)
	}
	return less(after.Display(), before), rule, fmt.Sprintf("the parts that had been earned by the end of %s, less those before it", month)
}
