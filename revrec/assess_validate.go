package revrec

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/period"
)

// checking collects what is wrong with an assessment, by path.
type checking struct{ found []fault.Field }

func (c *checking) refuse(path, value, format string, args ...any) {
	c.found = append(c.found, fault.Field{Path: path, Value: fault.Shown(value), Message: fmt.Sprintf(format, args...)})
}

func (c *checking) word(path, value string, words ...string) {
	if !slices.Contains(words, value) {
		c.refuse(path, value, "must be one of %s", strings.Join(words, ", "))
	}
}

func (c *checking) needed(path, value, why string) {
	if strings.TrimSpace(value) == "" {
		c.refuse(path, "", "is missing: %s", why)
	}
}

func (c *checking) notBelow(path string, d decimal.Decimal, least int64) {
	switch {
	case d.Exponent() < -12 || d.Exponent() > 12 || d.NumDigits() > 30 || d.GreaterThan(most):
		c.refuse(path, "", "is no figure that money is reckoned with")
	case d.LessThan(decimal.NewFromInt(least)):
		c.refuse(path, d.String(), "must be %d or more", least)
	}
}

// most is what no figure of a document exceeds: a trillion.
var most = decimal.New(1, 12)

// The days a document may speak of: a run looks at every month between the first and the last.
var (
	firstDay = period.NewDate(1990, time.January, 1)
	lastDay  = period.NewDate(2150, time.December, 31)
)

func (c *checking) day(path string, d period.Date) {
	if !d.IsZero() && (d.Before(firstDay) || d.After(lastDay)) {
		c.refuse(path, d.String(), "lies outside the years from 1990 to 2150")
	}
}

// days holds a first and a last day against each other; either may be left out where optional.
func (c *checking) days(path string, from, through period.Date, optional bool) {
	c.day(path+".from", from)
	c.day(path+".through", through)
	switch {
	case optional && through.IsZero():
	case from.IsZero():
		c.refuse(path+".from", "", "is missing: the first day, such as 2026-01-01")
	case through.IsZero():
		c.refuse(path+".through", "", "is missing: the last day, such as 2026-12-31")
	case through.Before(from):
		c.refuse(path+".through", through.String(), "is before the first day, %s", from)
	case through.Sub(from) > 100*366:
		c.refuse(path+".through", through.String(), "is more than a hundred years after the first day")
	}
}

// Validate finds what is wrong with a document by itself; Fill looks at the contract.
func (x Assessment) Validate() []fault.Field {
	c := &checking{}
	c.needed("contract", x.Contract, "the number of the contract")
	c.needed("reason", x.Reason, "say what was judged and why; an auditor reads it")
	c.found = append(c.found, fault.Printable("reason", strings.ReplaceAll(x.Reason, "\n", " "), 2000)...)
	if x.Effective.IsZero() {
		c.refuse("effective", "", "is missing: the first day on which the judgment counts")
	}
	c.day("effective", x.Effective)
	for i, o := range x.Combined {
		at := fmt.Sprintf("combined[%d]", i)
		c.needed(at+".contract", o.Contract, "the number of the other contract")
		c.needed(at+".reason", o.Reason, "say why they are one: one objective, one price, or one promise (606-10-25-9)")
		if o.Contract == x.Contract {
			c.refuse(at+".contract", o.Contract, "is the contract itself")
		}
	}
	x.validatePromises(c)
	x.validateEstimates(c)
	x.validatePatterns(c)
	x.validateMinimums(c)
	x.validateChange(c)
	return c.found
}

func (x Assessment) validatePromises(c *checking) {
	c.word("allocation", string(x.Allocation), "", string(AsStated), string(ByStandalone))
	seen := map[string]bool{}
	for i, p := range x.Promises {
		at := fmt.Sprintf("promises[%d]", i)
		c.needed(at+".line", p.Line, "the id of a line, or a name of its own for a promise nothing is charged for")
		if seen[p.Line] {
			c.refuse(at+".line", p.Line, "is promised twice; combined contracts need lines of different names to be allocated together")
		}
		seen[p.Line] = true
		c.word(at+".satisfied", string(p.Satisfied), "", string(OverDays), string(AtOnce), string(ByProgress), string(AtMilestone))
		c.word(at+".outside", string(p.Point), "", string(NearestBound), string(Midpoint))
		c.days(at, p.From, p.Through, true)
		for key, figure := range map[string]*decimal.Decimal{"standalone": p.Standalone, "stated": p.Stated, "low": &p.Low, "high": &p.High} {
			if figure != nil {
				c.notBelow(at+"."+key, *figure, 0)
			}
		}
		if p.With == p.Line && p.With != "" {
			c.refuse(at+".with", p.With, "is the line itself")
		}
		if p.With != "" && p.Satisfied != "" {
			c.refuse(at+".satisfied", string(p.Satisfied), "is that of %s, which it is not distinct from; leave it out", p.With)
		}
		if (!p.Low.IsZero() || !p.High.IsZero()) && !p.Residual {
			c.refuse(at+".low", p.Low.String(), "is the range of a residual; say residual: true")
		}
	}
	for i, b := range x.Bundles {
		at := fmt.Sprintf("bundles[%d]", i)
		c.notBelow(at+".price", b.Price, 0)
		if len(b.Lines) < 2 {
			c.refuse(at+".lines", "", "must name two promises or more that are sold together")
		}
		for _, l := range b.Lines {
			if !seen[l] {
				c.refuse(at+".lines", l, "is no promise of this document")
			}
		}
	}
}

func (x Assessment) validateEstimates(c *checking) {
	names, lowered := map[string]bool{}, map[string]string{}
	for i, v := range x.Variable {
		at := fmt.Sprintf("variable[%d]", i)
		c.needed(at+".name", v.Name, "what is uncertain, in a few words")
		if names[v.Name] {
			c.refuse(at+".name", v.Name, "is given twice; estimate each uncertainty once")
		}
		names[v.Name] = true
		c.word(at+".direction", string(v.Direction), string(Adds), string(Lowers))
		c.word(at+".method", string(v.Method), "", string(ExpectedValue), string(MostLikelyAmount))
		c.notBelow(at+".amount", v.Amount, 0)
		c.notBelow(at+".percent", v.Percent, 0)
		c.day(at+".until", v.Until)
		given := 0
		for _, set := range []bool{len(v.Outcomes) > 0, !v.Amount.IsZero(), !v.Percent.IsZero()} {
			if set {
				given++
			}
		}
		if given > 1 {
			c.refuse(at, "", "has more than one of outcomes, amount and percent; keep one")
		}
		if !v.Percent.IsZero() && (v.Direction != Lowers || v.Percent.GreaterThan(hundred)) {
			c.refuse(at+".percent", v.Percent.String(), "is of what lowers a price, and at most 100")
		}
		for k, o := range v.Outcomes {
			c.notBelow(fmt.Sprintf("%s.outcomes[%d].probability", at, k), o.Probability, 0)
			c.notBelow(fmt.Sprintf("%s.outcomes[%d].amount", at, k), o.Amount, 0)
		}
		if len(v.Outcomes) > 0 {
			if e, err := v.estimate("EUR").Exact(); err != nil {
				c.refuse(at+".outcomes", "", "%s", err)
			} else if v.Constrained != nil && v.Direction == Adds && inMoney(*v.Constrained, "EUR").Exact().Cmp(e) > 0 {
				c.refuse(at+".constrained", v.Constrained.String(), "is more than the estimate")
			}
		}
		if v.Constrained != nil {
			c.notBelow(at+".constrained", *v.Constrained, 0)
			c.needed(at+".why", v.Why, "a constrained estimate says which of the factors of 606-10-32-12 it rests on")
		}
		for _, l := range v.Lines {
			if was := lowered[l]; v.Direction == Lowers && was != "" {
				c.refuse(at+".lines", l, "is lowered by %q already: one credit cannot settle both; make them one", was)
			}
			if v.Direction == Lowers {
				lowered[l] = v.Name
			}
		}
	}
	for i, p := range x.Payable {
		at := fmt.Sprintf("payable_to_customer[%d]", i)
		c.needed(at+".name", p.Name, "what is paid")
		c.needed(at+".reason", p.Reason, "say why nothing distinct is received for it (606-10-32-25)")
		c.notBelow(at+".amount", p.Amount, 0)
	}
	for i, o := range x.Books {
		at := fmt.Sprintf("books[%d]", i)
		c.word(at+".book", o.Book, "us_gaap", "ifrs")
		c.notBelow(at+".constrained", o.Constrained, 0)
		if !names[o.Variable] {
			c.refuse(at+".variable", o.Variable, "is the name of no uncertain amount of this document")
		}
	}
}

func (x Assessment) validatePatterns(c *checking) {
	leveled := map[string]bool{}
	for i, l := range x.Leveling {
		at := fmt.Sprintf("leveling[%d]", i)
		c.days(at, l.From, l.Through, false)
		if len(l.Lines) == 0 {
			c.refuse(at+".lines", "", "is missing: the line, or the lines that are steps of one ramp")
		}
		for _, line := range l.Lines {
			if leveled[line] {
				c.refuse(at+".lines", line, "is made even twice")
			}
			leveled[line] = true
		}
	}
	last := map[string]AssessedProgress{}
	for i, p := range x.Progress {
		at := fmt.Sprintf("progress[%d]", i)
		c.needed(at+".line", p.Line, "the id of the line")
		c.notBelow(at+".percent", p.Percent, 0)
		c.day(at+".on", p.On)
		if p.Percent.GreaterThan(hundred) {
			c.refuse(at+".percent", p.Percent.String(), "is more than the whole")
		}
		if p.On.IsZero() {
			c.refuse(at+".on", "", "is missing: the day by which it was so far")
		}
		if !slices.ContainsFunc(x.Promises, func(q AssessedPromise) bool {
			return q.Line == p.Line && (q.Satisfied == ByProgress || q.Satisfied == AtMilestone)
		}) {
			c.refuse(at+".line", p.Line, "is not met by progress: say satisfied: percent, or milestone, under promises")
		}
		if was, ok := last[p.Line]; ok && !p.On.After(was.On) {
			c.refuse(at+".on", p.On.String(), "is not after the step before it, %s", was.On)
		}
		last[p.Line] = p
	}
	for i, h := range x.Holds {
		c.needed(fmt.Sprintf("holds[%d].reason", i), h.Reason, "say why nothing may be recognized")
		c.needed(fmt.Sprintf("holds[%d].owner", i), h.Owner, "name who will lift it")
		c.day(fmt.Sprintf("holds[%d].from", i), h.From)
	}
	for i, r := range x.Releases {
		at := fmt.Sprintf("releases[%d]", i)
		c.needed(at+".line", r.Line, "the id of the line")
		c.day(at+".on", r.On)
		c.word(at+".late", string(r.Late), "", string(CatchUp), string(Condense), string(Sliding))
		if r.On.IsZero() {
			c.refuse(at+".on", "", "is missing: the day it began")
		}
	}
	for i, b := range x.Breakage {
		at := fmt.Sprintf("breakage[%d]", i)
		c.needed(at+".line", b.Line, "the id of the prepaid amount")
		c.needed(at+".reason", b.Reason, "say on what history the estimate rests, and that nothing has to be given back or handed over as unclaimed")
		c.notBelow(at+".expected_use", b.Expected, 0)
		if b.Expected.Sign() <= 0 {
			c.refuse(at+".expected_use", b.Expected.String(), "must be above zero: what will be used of it, in money")
		}
	}
}

func (x Assessment) validateMinimums(c *checking) {
	for i, m := range x.Minimums {
		at := fmt.Sprintf("minimums[%d]", i)
		c.needed(at+".commitment", m.Commitment, "the id of the commitment")
		c.needed(at+".reason", m.Reason, "say on what the estimate rests")
		c.days(at, m.From, m.Through, false)
		c.notBelow(at+".amount", m.Amount, 0)
		c.notBelow(at+".expected_use", m.Expected, 0)
		c.word(at+".policy", string(m.Policy), string(UsageThenTrueUp), string(AsExpectedUse), string(MinimumByDays))
		if len(m.Lines) == 0 {
			c.refuse(at+".lines", "", "is missing: whose usage counts")
		}
		if m.Policy == AsExpectedUse && m.Expected.IsZero() {
			c.refuse(at+".expected_use", "", "is missing: what will be used in the whole period, in money")
		}
		for _, was := range x.Minimums[:i] {
			if was.Commitment == m.Commitment && period.Through(was.From, was.Through).Overlaps(period.Through(m.From, m.Through)) {
				c.refuse(at+".from", m.From.String(), "lies in another period of the same commitment")
			}
		}
	}
	for i, f := range x.Financing {
		at := fmt.Sprintf("financing[%d]", i)
		c.needed(at+".line", f.Line, "the id of the line")
		c.needed(at+".reason", f.Reason, "say why it is significant, and what the rate is that of")
		c.notBelow(at+".rate_percent", f.RatePercent, 0)
		c.day(at+".paid_on", f.PaidOn)
		if f.RatePercent.GreaterThan(hundred) {
			c.refuse(at+".rate_percent", f.RatePercent.String(), "is no rate of a loan: give it in percent a year")
		}
		if slices.ContainsFunc(x.Financing[:i], func(was AssessedFinancing) bool { return was.Line == f.Line }) {
			c.refuse(at+".line", f.Line, "is financed twice")
		}
	}
	for i, b := range x.Schedules {
		at := fmt.Sprintf("schedules[%d]", i)
		c.needed(at+".line", b.Line, "the id of the line")
		c.needed(at+".reason", b.Reason, "say what these percentages depict")
		sum := decimal.Zero
		for k, p := range b.Percents {
			c.notBelow(fmt.Sprintf("%s.percents[%d]", at, k), p, 0)
			if p.Exponent() < -6 {
				c.refuse(fmt.Sprintf("%s.percents[%d]", at, k), p.String(), "has more than six decimals")
			}
			sum = sum.Add(p)
		}
		if !sum.Equal(hundred) {
			c.refuse(at+".percents", sum.String(), "have to come to 100")
		}
	}
}

func (x Assessment) validateChange(c *checking) {
	if x.Changed == nil {
		return
	}
	for i, b := range x.Changed.Base {
		if b.Recognized != nil {
			c.notBelow(fmt.Sprintf("modification.base[%d].recognized", i), b.Recognized.Abs(), 0)
		}
	}
	choices := []string{string(SeparateContract), string(Prospective), string(CumulativeCatchUp)}
	c.word("modification.treatment", string(x.Changed.Treatment), append(choices, string(MixedTreatment))...)
	for i, b := range x.Changed.Base {
		at := fmt.Sprintf("modification.base[%d]", i)
		c.needed(at+".line", b.Line, "the id of the line")
		c.word(at+".treatment", string(b.Treatment), append(choices, "")...)
		if x.Changed.Treatment == MixedTreatment && b.Treatment == "" {
			c.refuse(at+".treatment", "", "is missing: a mixed change says it of each line")
		}
	}
}
