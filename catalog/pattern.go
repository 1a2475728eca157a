package catalog

import (
	"slices"

	"ratable/internal/fault"
)

// Method says what weight a month has when a price is earned over a service: how much of it every month gets. It matters only
// for what is earned ratably. The zero value is Daily.
type Method string

const (
	Daily               Method = "daily"                 // days of service in the month
	BySecond            Method = "by_second"             // elapsed time; by civil days it is Daily
	MonthlyEven         Method = "monthly_even"          // 1 for each month of the term, counted from its first day
	MonthlyFraction     Method = "monthly_fraction"      // 1 for a whole month, days of service over days of the month for a part
	MonthlyFractionHalf Method = "monthly_fraction_half" // the same, a part counts half
	MidMonth            Method = "mid_month"             // half in the first month, half in the one after the last
	NextMonth           Method = "next_month"            // the months of the term, one month later
	FullMonth           Method = "full_month"            // the first month counts whole, a part at the end not at all
	UserSchedule        Method = "user_schedule"         // percentages written down month by month; not for a product
)

// Rounding says where the minor units go that months do not divide into. The zero value is Cumulative; the others are those of
// other systems, for schedules brought over from them.
type Rounding string

const (
	Cumulative                Rounding = "cumulative_half_up"              // what stands after a month, less what stood before
	LastAbsorbs               Rounding = "last_absorbs"                    // each month on its own, the last takes the difference
	FirstAbsorbs              Rounding = "first_absorbs"                   // the same, the first takes it
	LargestRemainder          Rounding = "largest_remainder"               // to the months that lost most, ties to the earlier
	FloorLastFullMonth        Rounding = "floor_last_full_month_absorbs"   // truncated, the last whole month takes the rest
	RoundMonthlyThenLastTakes Rounding = "round_monthly_then_last_absorbs" // a month's amount is rounded once, parts of months are parts of that, the last takes the rest
)

// Methods are those a product may be earned by, the default first.
var Methods = []Method{Daily, BySecond, MonthlyEven, MonthlyFraction, MonthlyFractionHalf, MidMonth, NextMonth, FullMonth}

// Roundings are the strategies, the default first.
var Roundings = []Rounding{Cumulative, LastAbsorbs, FirstAbsorbs, LargestRemainder, FloorLastFullMonth, RoundMonthlyThenLastTakes}

// Spreading is how the price of a ratable product is spread over its service.
type Spreading struct {
	Method   Method
	Rounding Rounding
}

// Plain says that it is the default: by day, cumulative.
func (s Spreading) Plain() bool {
	return (s.Method == "" || s.Method == Daily || s.Method == BySecond) && (s.Rounding == "" || s.Rounding == Cumulative)
}

// Spreading is how the product's price is earned over time.
func (p Product) Spreading() Spreading { return Spreading{p.Method, p.Rounding} }

func (p Product) validateSpreading() []fault.Field {
	var found []fault.Field
	if p.Method != "" && !slices.Contains(Methods, p.Method) {
		found = append(found, fault.Field{Path: "method", Value: fault.Shown(string(p.Method)), Message: "must be daily, by_second, monthly_even, monthly_fraction, monthly_fraction_half, mid_month, next_month or full_month"})
	}
	if p.Rounding != "" && !slices.Contains(Roundings, p.Rounding) {
		found = append(found, fault.Field{Path: "rounding", Value: fault.Shown(string(p.Rounding)), Message: "must be cumulative_half_up, last_absorbs, first_absorbs, largest_remainder, floor_last_full_month_absorbs or round_monthly_then_last_absorbs"})
	}
	if p.Recognition == PointInTime && !p.Spreading().Plain() {
		found = append(found, fault.Field{Path: "method", Value: fault.Shown(string(p.Method)), Message: "is for what is earned over time; a delivery is earned on its day: leave method and rounding out"})
	}
	return found
}

// normalizeSpreading writes the default as nothing, so that it is no change to spell it out.
func (p *Product) normalizeSpreading() {
	if p.Method == Daily {
		p.Method = ""
	}
	if p.Rounding == Cumulative {
		p.Rounding = ""
	}
}
