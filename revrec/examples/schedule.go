package examples

import (
	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
	"ratable/scenario"
)

// methods are the names of cases for the methods of the engine, where they are others.
var methods = map[string]catalog.Method{
	"monthly_even_cut_last": catalog.FullMonth, "full_months": catalog.FullMonth, "condense": catalog.MonthlyEven, "sliding": catalog.MonthlyEven,
	"half_month": catalog.MonthlyFractionHalf, string(catalog.UserSchedule): catalog.UserSchedule,
}

var late = map[string]revrec.Late{"condense": revrec.Condense, "sliding": revrec.Sliding, "catch_up": revrec.CatchUp, "in_booking_month": revrec.CatchUp}

// spreading reads how a price is spread.
func (f *facts) spreading(method string) catalog.Spreading {
	said := catalog.Method(f.textOr("method", method))
	if other, ok := methods[string(said)]; ok {
		said = other
	}
	known := said == catalog.UserSchedule
	for _, m := range catalog.Methods {
		known = known || said == m
	}
	if !known {
		refuse("method: %s", said)
	}
	if f.has("partial_month_weight") {
		if said != catalog.MonthlyFraction || f.only("partial_month_weight", "half", "actual") == "half" {
			said = catalog.MonthlyFractionHalf
		}
	}
	return catalog.Spreading{Method: said, Rounding: f.rounding()}
}

func (f *facts) rounding() catalog.Rounding {
	said := catalog.Rounding(f.textOr("rounding", string(catalog.Cumulative)))
	for _, r := range catalog.Roundings {
		if said == r {
			return said
		}
	}
	refuse("rounding: %s", said)
	return ""
}

// service reads first and last day, or instants, of a service. Access opens later than agreed: it is served from then on.
func (f *facts) service() revrec.Service {
	var s revrec.Service
	s.Days.Start, s.Before = f.moment("service_start")
	if f.has("activated") {
		s.Days.Start, s.Before = f.moment("activated")
	}
	if !f.has("service_end_exclusive") {
		s.Days.End = f.date("service_end_inclusive").AddDays(1)
	} else {
		var into int64
		if s.Days.End, into = f.moment("service_end_exclusive"); into > 0 {
			s.Days.End = s.Days.End.AddDays(1)
			s.After = daySeconds - into
		}
	}
	if s.Days.Empty() || s.Days.End.Before(s.Days.Start) {
		refuse("%sa service that ends before it begins", f.at)
	}
	return s
}

const daySeconds = 24 * 60 * 60

func (f *facts) terms() revrec.Terms {
	t := revrec.Terms{Spreading: f.spreading(string(catalog.Daily)), Service: f.service(), Late: late[f.textOr("method", "")]}
	for _, key := range []string{"release", "released", "released_on", "release_date"} {
		if f.has(key) {
			t.Released = f.date(key)
		}
	}
	for _, key := range []string{"late", "late_release", "catch_up"} {
		if f.has(key) {
			known := false
			if t.Late, known = late[f.text(key)]; !known {
				refuse("%s: %s", key, f.text(key))
			}
		}
	}
	if f.has("first_open_period") {
		t.Released = f.month("first_open_period").First()
		f.tells("booked_on")
	} else if f.has("booked_on") {
		t.Released = f.date("booked_on")
	}
	for _, key := range []string{"percentages", "user_schedule", "percent_by_month"} {
		if f.has(key) {
			for _, text := range f.texts(key) {
				t.Percents = append(t.Percents, decimalOf(text))
			}
		}
	}
	t.Calendar = f.calendar()
	return t
}

func (f *facts) calendar() period.Calendar {
	switch said := f.textOr("calendar", "gregorian"); said {
	case "gregorian":
		return period.Gregorian()
	case "4-4-5":
		year := period.FiscalYear{Number: f.date("fiscal_year_start").Year(), Weeks: 52}
		if f.has("fiscal_year") {
			year.Number = f.count("fiscal_year")
		}
		if f.has("weeks") {
			year.Weeks = f.count("weeks")
		}
		next := period.FiscalYear{Number: year.Number + 1, Weeks: 52}
		return solved(period.FourFourFive(f.date("fiscal_year_start"), year, next))
	default:
		refuse("calendar: %s", said)
	}
	return period.Calendar{}
}

// ratable is a price spread over a service.
func ratable(f *facts) object {
	price := f.amount("amount")
	f.tells("checkpoint", "included_credits", "used_credits") // a service that stands ready is earned whatever is used of it
	parts := solved(f.terms().Spread(price))
	var out object
	out.put("schedule", scheduleOf(parts))
	out.put("total", price.String())
	out.put("sum_must_be_exact", money.Sum(amounts(parts)...) == price)
	var deferred object
	for _, p := range parts {
		deferred.put(p.Period.Span.Last().String(), revrec.LeftAfter(parts, p.Period.Span.Last()).String())
	}
	out.put("deferred_balance", deferred)
	return out
}

func scheduleOf(parts []revrec.Portion) object {
	var out object
	for _, p := range parts {
		out.put(p.Period.Name, p.Amount.String())
	}
	return out
}

func amounts(parts []revrec.Portion) []money.Amount {
	out := make([]money.Amount, len(parts))
	for i, p := range parts {
		out[i] = p.Amount
	}
	return out
}

// trial is a free month: in a committed term the price is that of all its months, earned evenly.
func trial(f *facts) object {
	free, paid, monthly := f.count("months_free"), f.count("months_paid"), f.amount("monthly")
	start := f.date("start")
	var charges []money.Amount
	for range free {
		charges = append(charges, money.Zero(f.currency()))
	}
	for range paid {
		charges = append(charges, monthly)
	}
	return f.charged(start, charges, !f.yes("cancellable"))
}

// discounted is a fee that costs less at first: priced as a contract with a discount, and level where it is committed.
func discounted(f *facts) object {
	n, cut, start := f.count("months"), f.count("discount_months"), f.date("start")
	if cut > n || cut < 1 {
		refuse("discount_months: from 1 to the months of the term")
	}
	l := life{currency: f.currency()}
	l.reach(revrec.MonthsFrom(start, n).Days)
	l.lines = append(l.lines, map[string]any{"id": "fee", "product": l.product("fee", "ratable", nil),
		"fixed": map[string]any{"quantity": "1", "unit_price": f.decimal("monthly").String(), "every": "month"}})
	l.off = append(l.off, map[string]any{"id": "at-first", "percent": f.decimal("discount_pct").String(), "from": start.String(), "through": revrec.MonthsFrom(start, cut).Days.Last().String()})
	o := l.play()
	charges := asked(o)
	if start.Day() == 1 { // calendar months earn what they cost, and one that costs nothing is not asked for
		charges = make([]money.Amount, n)
		for i := range charges {
			charges[i] = earnedOf(o, f.currency(), start.MonthOf().Add(i), all)
		}
	}
	if len(charges) != n {
		refuse("a month without a charge")
	}
	return f.charged(start, charges, !f.has("cancellable") || !f.yes("cancellable"))
}

// asked are the charges of a life with one line, in order.
func asked(o scenario.Outcome) []money.Amount {
	var out []money.Amount
	for _, d := range o.Documents {
		for _, x := range d.Lines {
			out = append(out, x.Amount)
		}
	}
	return out
}

// charged is a series of monthly charges: level over a committed term, otherwise each on its own.
func (f *facts) charged(start period.Date, charges []money.Amount, committed bool) object {
	terms := revrec.Terms{Spreading: catalog.Spreading{Method: catalog.MonthlyEven, Rounding: f.rounding()}, Service: revrec.MonthsFrom(start, len(charges))}
	var parts []revrec.Portion
	if committed {
		parts = solved(revrec.Level(charges, terms))
	} else {
		for i, charge := range charges {
			terms.Service = revrec.MonthsFrom(start.AddMonths(i), 1)
			parts = append(parts, solved(terms.Spread(charge))...)
		}
	}
	var out, assets object
	out.put("schedule", scheduleOf(parts))
	out.put("total", money.Sum(amounts(parts)...).String())
	var at ledger.Position
	for i, p := range parts {
		at = at.After(charges[i], p.Amount)
		assets.put(p.Period.Name, at.Unbilled.String())
	}
	out.put("contract_asset_month_end", assets)
	return out
}
