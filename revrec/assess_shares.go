package revrec

import (
	"fmt"
	"slices"

	"ratable/internal/fault"
	"ratable/internal/money"
)

// Shares says what each promise is worth, in the order of the document, by what was frozen when it was proposed: the price of
// the contract over what each sells for alone. Nothing where each is worth what is stated, or where an amendment shared anew
// what was left.
func (x Assessment) Shares(currency money.Currency) ([]Allocated, error) {
	if x.Allocation != ByStandalone || x.Changed != nil || len(x.Promises) == 0 {
		return nil, nil
	}
	price, list := money.Zero(currency), make([]Promise, len(x.Promises))
	for i, p := range x.Promises {
		list[i] = Promise{Name: fmt.Sprint(i), Stated: money.Zero(currency), Residual: p.Residual, Low: p.Low, High: p.High}
		if p.Stated != nil {
			list[i].Stated = inMoney(*p.Stated, currency)
		}
		if p.Standalone != nil {
			list[i].Standalone = *p.Standalone
		}
		price = price.Add(list[i].Stated)
	}
	bundles, err := x.bundled()
	if err != nil {
		return nil, err
	}
	return AllocatePrice(price, list, bundles...)
}

// bundled names the promises of bundles by their places.
func (x Assessment) bundled() ([]Bundle, error) {
	var out []Bundle
	for _, b := range x.Bundles {
		next := Bundle{Price: b.Price}
		for _, id := range b.Lines {
			i := slices.IndexFunc(x.Promises, func(p AssessedPromise) bool { return p.Line == id })
			if i < 0 {
				return nil, fault.New(fault.Invalid, "a bundle names %q, which is no promise", id)
			}
			next.Of = append(next.Of, fmt.Sprint(i))
		}
		out = append(out, next)
	}
	return out, nil
}

// Estimated is what a document estimates an uncertain amount at, by its method, before any constraint; nothing where it is a
// percentage of what is earned.
func (v AssessedEstimate) Estimated(c money.Currency) (money.Amount, error) {
	if len(v.Outcomes) == 0 {
		return inMoney(v.Amount, c), nil
	}
	return v.estimate(c).Amount()
}
