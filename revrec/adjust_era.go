package revrec

import (
	"slices"
	"time"

	"ratable/contracts"
	"ratable/internal/period"
)

// era is a run of days in which contracts had one price: what is made even, shared or estimated on a day is so with what had
// been agreed to by then. An amendment changes no month before it; what it changes of them is caught up in its month, unless it
// is judged as a new contract.
//
//	priced by  [ v1, to its end )[ v1 and v2, to their end )
//	days        ...             ^ v2 takes effect       ...
type era struct {
	days   period.Span
	pieces map[contracts.ID][]contracts.Piece
}

// pricer is contracts.Charges with everything but the agreement given.
type pricer func(contracts.Agreement) ([]contracts.Piece, error)

var (
	earliestDay = period.NewDate(1, time.January, 1)
	latestDay   = period.NewDate(9999, time.December, 31)
)

// eras cuts all days where an amendment of a group of contracts takes effect. The last is priced already.
func eras(agreements []contracts.Agreement, group []contracts.ID, last map[contracts.ID][]contracts.Piece, price pricer) ([]era, error) {
	var own []contracts.Agreement
	var cuts []period.Date
	for _, a := range agreements {
		if !slices.Contains(group, a.Contract) {
			continue
		}
		own = append(own, a)
		for _, v := range a.Versions[1:] {
			cuts = append(cuts, v.EffectiveOn)
		}
	}
	slices.SortFunc(cuts, period.Date.Compare)
	spans := period.NewSpan(earliestDay, latestDay).Cut(slices.Compact(cuts)...)
	out := make([]era, len(spans))
	for i, days := range spans {
		out[i] = era{days, last}
		if i == len(spans)-1 {
			break
		}
		out[i].pieces = make(map[contracts.ID][]contracts.Piece, len(own))
		for _, a := range own {
			var err error
			if out[i].pieces[a.Contract], err = price(asOf(a, days.Start)); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// asOf is a contract as it stood when a day began; before its first day, as it was signed.
func asOf(a contracts.Agreement, on period.Date) contracts.Agreement {
	first := a.Versions[0]
	a.Versions = slices.DeleteFunc(slices.Clone(a.Versions), func(v contracts.Version) bool {
		return v.EffectiveOn.After(on) && v.Number != first.Number
	})
	return a
}
