package revrec

import (
	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/money"
)

// Averaging says what the lines of a ramp are averaged over: days, or units and days.
type Averaging string

const (
	ByTerm   Averaging = "term"
	ByVolume Averaging = "volume"
)

// RampLine is a step of a ramp: the same service at another price or in another quantity.
type RampLine struct {
	Name       string
	Stated     money.Amount
	Standalone decimal.Decimal
	Quantity   decimal.Decimal
	Days       int64
}

// Ramp is a group of lines for one service.
type Ramp struct {
	Name  string
	Lines []RampLine
}

// AverageRamps shares the price of a contract over its ramps by relative stand-alone price, and within each by days or by units
// and days, so that a unit costs the same on every day (whether the customer pays less at first or not). The first result is by
// ramp.
func AverageRamps(ramps []Ramp, by Averaging) (groups []Allocated, lines [][]Allocated, err error) {
	var price money.Amount
	promises := make([]Promise, len(ramps))
	for i, r := range ramps {
		if len(r.Lines) == 0 {
			return nil, nil, fault.New(fault.Invalid, "ramp %q has no lines", r.Name)
		}
		promises[i].Name = r.Name
		for _, l := range r.Lines {
			price = price.Add(l.Stated)
			promises[i].Stated = promises[i].Stated.Add(l.Stated)
			promises[i].Standalone = promises[i].Standalone.Add(l.Standalone)
		}
	}
	if groups, err = AllocatePrice(price, promises); err != nil {
		return nil, nil, err
	}
	for i, r := range ramps {
		steps := make([]Promise, len(r.Lines))
		for k, l := range r.Lines {
			steps[k] = Promise{Name: l.Name, Stated: l.Stated, Standalone: decimal.NewFromInt(l.Days)}
			switch by {
			case ByVolume:
				steps[k].Standalone = steps[k].Standalone.Mul(l.Quantity)
			case ByTerm, "":
			default:
				return nil, nil, fault.New(fault.Invalid, "a ramp is averaged by term or by volume, not by %s", by)
			}
		}
		shared, err := AllocatePrice(groups[i].Amount, steps)
		if err != nil {
			return nil, nil, err
		}
		lines = append(lines, shared)
	}
	return groups, lines, nil
}
