package revrec

import (
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Earned is what a piece has earned of its price on the days before one: as a
// principal all of it is revenue, as an agent PassedOn of it is not. It needs nothing
// but the piece: days or months, one catch-up or many runs, the sum is the same.
func Earned(p contracts.Piece, before period.Date) money.Amount {
	return course(p).earned(p, before)
}

// courseOf is how a piece is earned over time, where its product says another way than by days: its parts by month.
type courseOf []Portion

// course is nil for what is earned by days, and for what is not earned over time.
func course(p contracts.Piece) courseOf {
	if policy(p) != catalog.Ratable || p.Spreading.Plain() {
		return nil
	}
	parts, err := Terms{Spreading: p.Spreading, Service: Service{Days: p.Served()}}.Spread(p.Amount)
	if err != nil {
		panic(err) // a piece has days, and calendar months never end
	}
	return parts
}

// over are the days over which a piece is earned.
func (c courseOf) over(p contracts.Piece) period.Span {
	if len(c) == 0 {
		return earnedOver(p)
	}
	return period.NewSpan(c[0].Days.Start, c[len(c)-1].Days.End)
}

func (c courseOf) earned(p contracts.Piece, before period.Date) money.Amount {
	if len(c) > 0 {
		return Standing(c, before)
	}
	nothing := money.Zero(p.Amount.Currency())
	days := earnedOver(p)
	if !days.Start.Before(before) {
		return nothing
	}
	switch policy(p) {
	case catalog.PointInTime:
		return p.Amount
	case catalog.AsUsed:
		earned := nothing
		for _, v := range p.Values {
			if v.Before.After(before) {
				break
			}
			earned = v.Amount
		}
		return earned
	}
	done := period.MinDate(before, days.End).Sub(days.Start)
	return money.SpreadTo(p.Amount, int64(done), int64(days.Days()))
}

// PassedOn is what of the earned is somebody else's, because we are the agent (ASC 606-10-55-38). It is a part of the sum
// earned so far, so that what is kept and what is passed on add up to what is earned, however months are cut.
func PassedOn(p contracts.Piece, before period.Date) money.Amount {
	return passedOn(p, Earned(p, before))
}

func passedOn(p contracts.Piece, earned money.Amount) money.Amount {
	if p.PassOn.IsZero() || earned.IsZero() {
		return money.Zero(p.Amount.Currency())
	}
	c := p.Amount.Currency()
	return money.SpreadToExact(earned, money.Price(p.PassOn, c), money.Price(hundred, c))
}

var hundred = decimal.NewFromInt(100)

// earnedOver are the days over which a piece is earned: those of its service,
// where it is earned by days, and otherwise its span. What was paid up front may
// be used up after the days it was asked for, when unused balance is kept or
// carried, and before them, when it is asked for in installments.
func earnedOver(p contracts.Piece) period.Span {
	switch policy(p) {
	case catalog.Ratable:
		return p.Served()
	case catalog.AsUsed:
		if n := len(p.Values); n > 0 {
			return period.NewSpan(
				period.MinDate(p.Span.Start, p.Values[0].Before.AddDays(-1)),
				period.MaxDate(p.Span.End, p.Values[n-1].Before))
		}
	}
	return p.Span
}

// policy is how a piece is earned. A fee for something that is otherwise earned
// as it is used has no usage of its own to follow: it is earned by days.
func policy(p contracts.Piece) catalog.Recognition {
	switch {
	case p.Recognition == catalog.AsUsed && (p.Kind == contracts.FixedFee || p.Kind == contracts.OneTime):
		return catalog.Ratable
	case p.Recognition == "":
		return catalog.Ratable
	}
	return p.Recognition
}

// ahead says whether a schedule is known before its months are over.
func ahead(r catalog.Recognition) bool { return r != catalog.AsUsed }

// Schedule says what the pieces of one contract earn in each month: by days to
// the end of the term, as used up to the end of through. Pieces of one key add
// up; months without revenue are left out. Rows have no ID yet.
func Schedule(contract contracts.ID, pieces []contracts.Piece, through period.Month) []Row {
	rows := map[Key]Row{}
	for _, p := range pieces {
		c := course(p)
		for _, month := range c.over(p).Months() {
			if !ahead(policy(p)) && month.After(through) {
				break
			}
			before, after := c.earned(p, month.First()), c.earned(p, month.End())
			key := Key{Contract: contract, Line: p.Line, Kind: p.Kind, Span: p.Span, Month: month}
			sum := rows[key].Amount.Add(after.Sub(before))
			passed := rows[key].PassedOn.Add(passedOn(p, after)).Sub(passedOn(p, before))
			if sum.IsZero() && passed.IsZero() {
				delete(rows, key)
			} else {
				rows[key] = Row{Key: key, Amount: sum, PassedOn: passed, Recognition: policy(p), Version: p.Version}
			}
		}
	}
	out := make([]Row, 0, len(rows))
	for _, r := range rows {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Row) int { return a.compare(b.Key) })
	return out
}
