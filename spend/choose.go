package spend

import (
	"slices"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/usage"
)

// choose keeps the paces that the contract's lines count, and decides whether they are enough to speak of it: a meter
// without a pace is taken as it stands, unless it makes up too much of what is charged.
func (f *foreseeing) choose(all map[usage.Key]*outlook, out *Outlook) {
	lines := f.metered()
	if len(lines) == 0 {
		out.Basis = "Fees only: nothing depends on usage"
		return
	}
	var said, unsaid decimal.Decimal
	var why string
	var pace Pace
	idle := true
	for _, l := range lines {
		weight := f.charged(l)
		for _, key := range f.keys(l) {
			o := all[key]
			switch {
			case o == nil:
			case o.pace.Unsaid == "":
				f.paces[key] = o
				idle = false
				if said = said.Add(weight); pace.Days == 0 || o.pace.Days > pace.Days {
					pace = o.pace
				}
			case !o.pace.Idle:
				idle, unsaid = false, unsaid.Add(weight)
				if why = o.pace.Unsaid; !slices.Contains(out.LeftOut, o.meter.Name) {
					out.LeftOut = append(out.LeftOut, o.meter.Name)
				}
			default:
				why = first(why, o.pace.Unsaid)
			}
		}
	}
	switch whole := said.Add(unsaid); {
	case idle:
		out.Unsaid = first(why, "nothing has been used yet")
	case len(f.paces) == 0, unsaid.Mul(hundred).Cmp(whole.Mul(decimal.NewFromInt(matter))) > 0:
		out.Unsaid, out.LeftOut = why, nil
	default:
		out.Basis = pace.Basis()
	}
}

var hundred = decimal.NewFromInt(100)

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// metered are the usage lines of the version in force.
func (f *foreseeing) metered() []contracts.Line {
	var out []contracts.Line
	d := f.agreement.Latest().Document
	for _, l := range d.Lines {
		if l.Usage != nil && d.DaysOf(l).Contains(f.x.AsOf) {
			out = append(out, l)
		}
	}
	return out
}

// charged is what a line's open period comes to at list price, and one for its being there: before anything is charged
// all lines weigh the same.
func (f *foreseeing) charged(l contracts.Line) decimal.Decimal {
	sum := decimal.NewFromInt(1)
	for _, p := range f.x.priced[f.agreement.Contract].pieces {
		if p.Line == l.ID && p.Kind == contracts.Metered && p.Span.Contains(f.x.AsOf) {
			sum = sum.Add(p.Detail.List.Decimal())
		}
	}
	return sum
}

func (f *foreseeing) keys(l contracts.Line) []usage.Key {
	users := []customers.ID{f.agreement.Customer}
	if len(l.Users) > 0 {
		users = nil
		for _, external := range l.Users {
			users = append(users, f.agreement.Users[external])
		}
	}
	var out []usage.Key
	for _, id := range users {
		out = append(out, usage.Key{Customer: id, Meter: l.Usage.Meter})
	}
	return out
}

// digits is how many figures of an estimate are shown: the others would say more than is known.
const digits = 3

// honest rounds an estimate to what can be known of it. It is never below what is charged already.
func honest(a, sofar money.Amount) money.Amount {
	step := int64(1)
	for n := a.Abs().Minor(); n >= 1000; n /= 10 {
		step *= 10
	}
	half := step / 2
	if a.Sign() < 0 {
		half = -half
	}
	return larger(money.Of((a.Minor()+half)/step*step, a.Currency()), sofar)
}

// significant is the same for units.
func significant(d decimal.Decimal) decimal.Decimal {
	return d.Round(int32(digits) - int32(len(d.Truncate(0).Abs().String())))
}

func lesser(a, b money.Amount) money.Amount {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

func larger(a, b money.Amount) money.Amount {
	if a.Cmp(b) > 0 {
		return a
	}
	return b
}
