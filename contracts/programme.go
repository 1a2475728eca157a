package contracts

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Programme is a reason of ours to give value away: charity, startups, staff, an
// incident. Somebody answers for it, and it has a budget and an end.
type Programme struct {
	Code    string
	Version int
	Name    string
	Owner   int64        // the user who answers for it
	Budget  money.Amount // in all; contracts in other currencies count at the rate of the day
	Days    period.Span  // in which value may be given under it

	Reason     string // why it was changed
	By         int64
	RecordedAt time.Time
}

// Programmes are all there are, by code, as they stand now.
type Programmes []Programme

// ByCode finds a programme.
func (all Programmes) ByCode(code string) (Programme, bool) {
	return find(all, func(p Programme) string { return p.Code }, code)
}

func (all Programmes) codes() []string {
	return idsOf(all, func(p Programme) string { return p.Code })
}

// validate says what is wrong with a programme by itself.
func (p Programme) validate() []fault.Field {
	var f findings
	f.key("code", p.Code, "the programme in contracts")
	f.text("name", p.Name, 100)
	if p.Name == "" {
		f.add("name", "", "is missing: what people call the programme")
	}
	if p.Owner == 0 {
		f.add("owner", "", "is missing: the user who answers for the programme")
	}
	if p.Budget.Sign() <= 0 {
		f.add("budget", p.Budget.String(), "must be more than zero: what may be given away in all")
	}
	switch {
	case p.Days.Start.IsZero():
		f.add("starts", "", "is missing: the first day of the programme")
	case p.Days.End.IsZero():
		f.add("ends", "", "is missing: a programme has a last day; it can be moved later")
	case p.Days.Empty():
		f.add("ends", p.Days.End.AddDays(-1).String(), "is before the first day %s", p.Days.Start)
	}
	f.text("reason", p.Reason, 1000)
	return f
}

// CheckProgrammes says which discounts and credits of the document are given under
// a programme that is not there, or on days on which it does not run. Days before
// this version are not looked at: they were agreed.
func (d Document) CheckProgrammes(all Programmes) []fault.Field {
	var f findings
	check := func(at, code string, from, through period.Date) {
		days := bounded(d.Term.Span(), from, through)
		days.Start = period.MaxDate(days.Start, d.Start())
		if code == "" || days.Empty() {
			return
		}
		switch p, ok := all.ByCode(code); {
		case !ok:
			f.add(at, fault.Shown(code), "is not the code of a programme%s", known(all.codes()))
		case days.Start.Before(p.Days.Start):
			f.add(at, code, "begins on %s; give nothing under it before, with from", p.Days.Start)
		case !days.Start.Before(p.Days.End):
			f.add(at, code, "ended on %s; choose another programme, or have its owner prolong it", p.Days.End.AddDays(-1))
		case days.End.After(p.Days.End):
			f.add(at, code, "ends on %s; let through be that day or an earlier one", p.Days.End.AddDays(-1))
		}
	}
	for i, x := range d.Discounts {
		check(fmt.Sprintf("discounts[%d].programme", i), x.Programme, x.From, x.Through)
	}
	for i, c := range d.Credits {
		check(fmt.Sprintf("credits[%d].programme", i), c.Programme, c.From, c.Through)
	}
	return f
}

// Given is what a programme gave away on one line in one month.
type Given struct {
	Programme string
	Line      string
	Month     period.Month // in which the service begins
	Amount    money.Amount
}

// GivenAway adds up what was taken off charges under programmes, by programme,
// line and month.
func GivenAway(pieces []Piece) []Given {
	var out []Given
	for _, x := range pieces {
		for _, r := range x.Detail.Reduced {
			if r.Programme == "" {
				continue
			}
			g := Given{r.Programme, x.Line, x.Span.Start.MonthOf(), r.Amount}
			at := slices.IndexFunc(out, func(h Given) bool { return h.Programme == g.Programme && h.Line == g.Line && h.Month == g.Month })
			if at < 0 {
				out = append(out, g)
			} else {
				out[at].Amount = out[at].Amount.Add(g.Amount)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Given) int {
		return cmp.Or(cmp.Compare(a.Programme, b.Programme), cmp.Compare(a.Line, b.Line), a.Month.Compare(b.Month))
	})
	return out
}

// promised is what is left of credits under programmes that have not expired.
func (a Agreement) promised(pieces []Piece, asOf period.Date) []Given {
	var out []Given
	last := a.Latest().Document
	for _, c := range last.Credits {
		if c.Programme == "" || !asOf.Before(c.days(last).End) {
			continue
		}
		rest := (&pricing{agreement: a}).round(money.Price(c.Amount, a.Currency))
		for _, x := range pieces {
			for _, r := range x.Detail.Reduced {
				if r.Kind == ByCredit && r.ID == c.ID {
					rest = rest.Sub(r.Amount)
				}
			}
		}
		if rest.Sign() > 0 {
			out = append(out, Given{Programme: c.Programme, Amount: rest})
		}
	}
	return out
}
