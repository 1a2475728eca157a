package revrec

import (
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
)

// track is how a piece is earned over time.
type track struct {
	over        period.Span
	recognition catalog.Recognition
	at          func(before period.Date) money.Amount
}

// plainTrack is how it is without an assessment.
func plainTrack(p contracts.Piece) track {
	c := course(p)
	return track{c.over(p), policy(p), func(before period.Date) money.Amount { return c.earned(p, before) }}
}

// track is how a piece is earned under an assessment. The pattern comes first, then what delays it.
func (j *judged) track(contract contracts.ID, p contracts.Piece) track {
	line := promised{contract, p.Line}
	t := plainTrack(p)
	if policy(p) != catalog.AsUsed {
		t = j.pattern(p, line, t)
	} else if expected, ok := j.breakage[line]; ok && p.Kind == contracts.Prepayment {
		t.at = withBreakage(p, t, expected)
	}
	if r, ok := j.releases[line]; ok {
		t = j.late(p, line, r, t)
	}
	if from, ok := j.held(line); ok {
		plain := t.at
		t.at = func(before period.Date) money.Amount { return plain(period.MinDate(before, from)) }
	}
	return t
}

// pattern is how a promise is met, where that was judged otherwise than the product says.
func (j *judged) pattern(p contracts.Piece, line promised, t track) track {
	promise, ok := j.promise(line)
	if percents := j.byHand[line]; len(percents) > 0 {
		return inPercents(p, percents)
	}
	switch {
	case !ok:
	case promise.With != "":
		if days := j.served(promised{line.contract, promise.With}); !days.Empty() {
			return daily(p.Amount, hull(days, promise.days()))
		}
	case promise.Satisfied == ByProgress || promise.Satisfied == AtMilestone:
		return j.progressed(p, line)
	case promise.Satisfied == AtOnce:
		on := p.Span.Start
		if !promise.From.IsZero() {
			on = promise.From
		}
		return onDay(p.Amount, on)
	case !promise.days().Empty():
		return daily(p.Amount, promise.days())
	case promise.Satisfied == OverDays && t.recognition == catalog.PointInTime:
		return daily(p.Amount, j.served(line))
	}
	return t
}

// inPercents earns a piece by percentages of its months, given by hand.
func inPercents(p contracts.Piece, percents []decimal.Decimal) track {
	terms := Terms{Spreading: catalog.Spreading{Method: catalog.UserSchedule}, Service: Service{Days: p.Served()}, Percents: percents}
	parts, err := terms.Spread(p.Amount)
	if err != nil {
		panic(err) // the percentages were checked when the document was
	}
	return track{courseOf(parts).over(p), catalog.Ratable, func(before period.Date) money.Amount { return Standing(parts, before) }}
}

// daily earns an amount evenly over days. Where there are none, as of a milestone that is still to come, nothing is earned yet.
func daily(amount money.Amount, over period.Span) track {
	return track{over, catalog.Ratable, func(before period.Date) money.Amount {
		if over.Empty() || !over.Start.Before(before) {
			return money.Zero(amount.Currency())
		}
		return money.SpreadTo(amount, int64(period.MinDate(before, over.End).Sub(over.Start)), int64(over.Days()))
	}}
}

// onDay earns an amount on a day.
func onDay(amount money.Amount, on period.Date) track {
	return track{period.NewSpan(on, on.AddDays(1)), catalog.PointInTime, func(before period.Date) money.Amount {
		if !on.Before(before) {
			return money.Zero(amount.Currency())
		}
		return amount
	}}
}

// progressed earns as far as a promise was met: the fraction is kept, nothing is rounded but what is earned.
func (j *judged) progressed(p contracts.Piece, line promised) track {
	steps := j.progress[line]
	t := track{p.Served(), catalog.AsUsed, func(before period.Date) money.Amount {
		done := decimal.Zero
		for _, s := range steps {
			if s.On.Before(before) {
				done = s.Percent
			}
		}
		return fraction(p.Amount, done)
	}}
	for _, s := range steps {
		t.over = hull(t.over, period.NewSpan(s.On, s.On.AddDays(1)))
	}
	return t
}

// fraction is a percentage of an amount.
func fraction(amount money.Amount, percent decimal.Decimal) money.Amount {
	c := amount.Currency()
	return money.SpreadToExact(amount, money.Price(percent, c), money.Price(hundred, c))
}

// withBreakage earns what was paid ahead in proportion of its use (55-48): so much of it as was used of what is expected to be.
func withBreakage(p contracts.Piece, t track, expected decimal.Decimal) func(period.Date) money.Amount {
	return func(before period.Date) money.Amount {
		used := t.at(before)
		if used.IsZero() || p.Amount.Sign() <= 0 {
			return used
		}
		return Proportional(p.Amount, used.Exact(), money.Price(expected, p.Amount.Currency()), used == p.Amount)
	}
}

// late is the track of a line that began to be met on a later day than was agreed.
func (j *judged) late(p contracts.Piece, line promised, r AssessedRelease, t track) track {
	days, on := p.Served(), r.On
	if !t.over.Start.Before(on) && r.Late != Sliding {
		return t
	}
	served := j.served(line)
	if days.Empty() || served.Empty() {
		return t // a milestone that is still to come: there are no days to move
	}
	terms := Terms{Spreading: p.Spreading, Released: on, Late: r.Late, Service: Service{Days: days}}
	switch {
	case t.recognition == catalog.Ratable && r.Late == Condense:
		terms.Service.Days = period.NewSpan(days.Start, served.End)
	case t.recognition == catalog.Ratable && r.Late == Sliding:
		terms.Released = on.AddDays(days.Start.Sub(served.Start))
	default: // what would have been earned by the release is earned with it
		return track{hull(t.over, period.NewSpan(on, on.AddDays(1))), t.recognition, func(before period.Date) money.Amount {
			if !on.Before(before) {
				return money.Zero(p.Amount.Currency())
			}
			return t.at(before)
		}}
	}
	parts, err := terms.Spread(p.Amount)
	if err != nil {
		panic(err) // a piece has days, and calendar months never end
	}
	return track{courseOf(parts).over(p), catalog.Ratable, func(before period.Date) money.Amount { return Standing(parts, before) }}
}
