package revrec

import (
	"fmt"
	"strings"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// explain says why a line earns what it does in a month: as stated, in the pattern that was judged, and what assessments add.
func (s *assessing) explain(contract contracts.ID, line string, month period.Month) []Explanation {
	plain, apart := s.divide(contract)
	divided := explainDivided(apart, line, month)
	if len(s.judged[contract]) == 0 {
		return append(Explain(plain, line, month), divided...)
	}
	was, is := s.inForce(contract, ledger.USGAAP, month.Prev().Last()), s.inForce(contract, ledger.USGAAP, month.Last())
	at := promised{contract, line}
	var out []Explanation
	for _, p := range plain {
		if p.Line != line {
			continue
		}
		if !was.patterned(at) && !is.patterned(at) {
			out = append(out, Explain([]contracts.Piece{p}, line, month)...)
			continue
		}
		before, after := was.trackOf(contract, p).at(month.First()), is.trackOf(contract, p).at(month.End())
		if before != after {
			earned := kept(p, after).Sub(kept(p, before))
			out = append(out, Explanation{Piece: p, Earned: earned, Formula: less(kept(p, after).Display(), kept(p, before)), Rule: "Earned as it was judged to be met",
				Because: is.said() + fmt.Sprintf("; what was earned by the end of %s, less what was before it", month)})
		}
	}
	for _, c := range s.curves(contract) {
		if c.line == line {
			out = append(out, s.besideExplained(c, at, month, was, is)...)
		}
	}
	return append(out, divided...)
}

// besideExplained explains one kind of what is added to a line or taken off it.
func (s *assessing) besideExplained(c curve, line promised, month period.Month, was, is *judged) []Explanation {
	nothing := money.Zero(s.currency[line.contract])
	upTo, before, after, from := "0", nothing, nothing, "0"
	if was != nil {
		before, from = was.adjusted(c.kind, line, month.First()), was.inWords(c.kind, line, month.First())
	}
	if is != nil {
		after, upTo = is.adjusted(c.kind, line, month.End()), is.inWords(c.kind, line, month.End())
	}
	if before == after {
		return nil
	}
	formula := upTo
	if !before.IsZero() {
		formula += " − " + bracketed(from)
		if strings.HasPrefix(from, "-") || strings.HasPrefix(from, "−") {
			formula = upTo + " − (" + from + ")"
		}
	}
	p := contracts.Piece{Line: line.line, Kind: c.kind, Span: month.Span(), Amount: after.Sub(before), Version: c.version, Description: besideNames[c.kind]}
	return []Explanation{{Piece: p, Earned: p.Amount, Formula: formula, Rule: besideRules[c.kind],
		Because: is.said() + fmt.Sprintf("; what stands beside what is stated at the end of %s, less what stood before it", month)}}
}

var besideNames = map[contracts.Kind]string{
	Allocation: "Shared by stand-alone prices", Leveling: "Made even over the term", Variable: "Expected, and not charged yet",
	Refundable: "Charged, and expected to be given back", Modification: "Shared anew by an amendment", Financed: "Paid for time",
}

var besideRules = map[contracts.Kind]string{
	Allocation:   "The price of the contract is shared by what each promise sells for alone (606-10-32-31); earned as the promise is met",
	Leveling:     "One service, one price a day: an uneven fixed price is earned evenly (606-10-25-14(b))",
	Variable:     "An estimate that is probable not to reverse is in the price (606-10-32-11); earned with the promises it belongs to",
	Refundable:   "What is expected to be given back is no revenue (606-10-32-10)",
	Financed:     "The price is what would be paid in cash when it is served (606-10-32-15); the rest is interest",
	Modification: "What was left of the price when the contract changed, over what was left to be done (606-10-25-13)",
}

// said names the assessment; j may be none.
func (j *judged) said() string {
	if j == nil {
		return "no assessment is in force any more"
	}
	return fmt.Sprintf("assessment %d of %s, effective %s: %s", j.Number, j.Contract, j.Effective, j.Reason)
}

// patterned says whether what is stated on a line is earned otherwise than its product says; j may be none.
func (j *judged) patterned(line promised) bool {
	if j == nil {
		return false
	}
	p, promise := j.promise(line)
	_, held := j.held(line)
	_, late := j.releases[line]
	_, broken := j.breakage[line]
	return promise && (p.With != "" || p.Satisfied != "" || !p.days().Empty()) || held || late || broken || len(j.byHand[line]) > 0
}

// trackOf is track; j may be none.
func (j *judged) trackOf(contract contracts.ID, p contracts.Piece) track {
	if j == nil {
		return plainTrack(p)
	}
	return j.track(contract, p)
}

// inWords is a formula for adjusted.
func (j *judged) inWords(kind contracts.Kind, line promised, before period.Date) string {
	amount, p := j.adjusted(kind, line, before), j.patternOf(line)
	shared := func(of money.Amount) string {
		return fmt.Sprintf("round(%s × %s ÷ %s)", of.Display(), p.at(before).Display(), p.whole.Display())
	}
	var words string
	switch kind {
	case Allocation:
		for i, s := range j.shares {
			if j.where(j.Promises[i].Contract, j.Promises[i].Line) == line && !p.whole.IsZero() {
				words = shared(s.Carve)
			}
		}
	case Leveling:
		words = less(p.inWords(before), p.stated(before))
	case Variable, Refundable:
		if len(j.Minimums) == 0 && len(j.estimates) == 1 && len(j.estimates[0].lines) == 1 && j.estimates[0].Percent.IsZero() && !p.whole.IsZero() && !amount.IsZero() {
			e := j.estimates[0]
			came := money.Zero(amount.Currency())
			for _, x := range e.actual {
				came = came.Add(j.came(x, e.Direction, before))
			}
			if kind == Refundable {
				words = fmt.Sprintf("−(%s)", less(shared(e.amount), came))
			} else if e.lines[0] == line && came.Cmp(e.amount) <= 0 && e.Until.IsZero() {
				words = shared(e.amount)
			}
		}
	case Modification:
		for _, b := range j.changed {
			if rest := p.whole.Sub(p.at(b.on)); b.line == line && b.treatment == Prospective && !rest.IsZero() {
				words = fmt.Sprintf("%s + round(%s × (%s − %s) ÷ (%s − %s)) − %s", b.earned.Display(), b.share.Display(), p.at(before).Display(), p.at(b.on).Display(),
					p.whole.Display(), p.at(b.on).Display(), bracketed(p.stated(before).Display()))
			}
		}
	}
	if words == "" {
		return amount.Display()
	}
	return words
}

// inWords is a formula for what had been earned of an even price.
func (p *pattern) inWords(before period.Date) string {
	if !p.even || p.evenly.Empty() {
		return p.at(before).Display()
	}
	done := max(0, period.MinDate(before, p.evenly.End).Sub(p.evenly.Start))
	return fmt.Sprintf("round(%s × %d ÷ %d)", p.whole.Display(), done, p.evenly.Days())
}
