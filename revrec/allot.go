package revrec

import (
	"maps"
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
)

// billing is what was billed for a span in a month; credits and voids negative.
type billing struct {
	month  period.Month
	span   period.Span
	amount money.Amount
}

// share is the part of what was billed in a month that is earned in another.
// Billed is no month for what is earned and not billed.
type share struct {
	billed period.Month
	earned period.Month
	amount money.Amount
}

// allot says, for one cluster, which month's billing is earned when. billed is
// in order of month; earned is the revenue of each month, booked or scheduled.
// Both margins are exact: the shares of a billing month add up to what was billed
// in it, those of an earning month to what is earned in it, and what is left of
// either stands in the row of what is not billed.
//
//	            Jan   Feb   Mar |
//	billed Jan  100   100   100 | 300
//	billed Mar              -40 | -40    a credit of March's service
//	not billed                  |   0
//	           ---------------------
//	            100   100    60
func allot(billed []billing, earned map[period.Month]money.Amount) []share {
	a := allotting{left: map[period.Month]money.Amount{}}
	maps.Copy(a.left, earned)
	sum := money.Amount{}
	for _, amount := range earned {
		sum = sum.Add(amount)
	}
	for _, b := range billed {
		sum = sum.Add(b.amount)
	}
	if sum.Sign() < 0 { // a concession is a charge in a mirror
		return mirror(allot(mirrored(billed), negated(earned)))
	}
	rest := make([]billing, 0, len(billed))
	for _, b := range billed {
		if b.amount.Sign() >= 0 {
			rest = append(rest, b)
		} else {
			a.credit(b)
		}
	}
	for _, month := range a.months() {
		if a.left[month].Sign() < 0 { // earned less, not credited yet
			a.put(period.Month{}, month, a.left[month])
		}
	}
	a.charge(rest)
	return a.shares
}

// allotting is one call of allot under way: left is what each month has earned
// that is not given to a row.
type allotting struct {
	left   map[period.Month]money.Amount
	shares []share
}

func (a *allotting) months() []period.Month {
	return slices.SortedFunc(maps.Keys(a.left), period.Month.Compare)
}

func (a *allotting) put(billed, earned period.Month, amount money.Amount) {
	if amount.IsZero() {
		return
	}
	a.shares = append(a.shares, share{billed, earned, amount})
	a.left[earned] = a.left[earned].Sub(amount)
}

// credit gives a credit to months that took revenue back; what remains of it
// lowers the service it is for, day by day, and the charges below make up for it.
func (a *allotting) credit(b billing) {
	left := b.amount
	for _, month := range a.months() {
		if taken := a.left[month]; taken.Sign() < 0 && left.Sign() < 0 {
			part := left
			if taken.Cmp(left) > 0 {
				part = taken
			}
			a.put(b.month, month, part)
			left = left.Sub(part)
		}
	}
	for month, part := range byDays(left, b.span) {
		a.put(b.month, month, part)
	}
}

// charge gives each charge the months of its own service first, as far as they
// have revenue left; then, the earliest first, months that earned it later (the
// month of the service was closed, or usage fell unevenly). What is billed and
// not to be earned waits for its credit; what is earned beyond is not billed.
func (a *allotting) charge(billed []billing) {
	months := a.months()
	rest := make([]money.Amount, len(billed))
	for i, b := range billed {
		rest[i] = b.amount
		own := byDays(b.amount, b.span)
		for _, month := range months {
			rest[i] = rest[i].Sub(a.take(b, month, own[month]))
		}
	}
	for i, b := range billed {
		for _, month := range months {
			rest[i] = rest[i].Sub(a.take(b, month, rest[i]))
		}
		for month, part := range byDays(rest[i], b.span) {
			a.put(b.month, month, part)
			a.put(period.Month{}, month, part.Neg())
		}
	}
	for _, month := range months {
		a.put(period.Month{}, month, a.left[month])
	}
}

// take gives a charge as much of a month's revenue as it wants and there is.
func (a *allotting) take(b billing, month period.Month, wanted money.Amount) money.Amount {
	if left := a.left[month]; left.Cmp(wanted) < 0 {
		wanted = left
	}
	if wanted.Sign() <= 0 {
		return wanted.Sub(wanted)
	}
	a.put(b.month, month, wanted)
	return wanted
}

// byDays splits an amount over the months of its service.
func byDays(amount money.Amount, span period.Span) map[period.Month]money.Amount {
	months := span.Months()
	days := make([]int64, len(months))
	for i, month := range months {
		days[i] = int64(month.Span().Intersect(span).Days())
	}
	out := make(map[period.Month]money.Amount, len(months))
	for i, part := range money.Spread(amount, days) {
		out[months[i]] = part
	}
	return out
}

func mirrored(billed []billing) []billing {
	out := slices.Clone(billed)
	for i := range out {
		out[i].amount = out[i].amount.Neg()
	}
	return out
}

func negated(earned map[period.Month]money.Amount) map[period.Month]money.Amount {
	out := make(map[period.Month]money.Amount, len(earned))
	for month, amount := range earned {
		out[month] = amount.Neg()
	}
	return out
}

func mirror(shares []share) []share {
	for i := range shares {
		shares[i].amount = shares[i].amount.Neg()
	}
	return shares
}
