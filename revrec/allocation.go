package revrec

import (
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/money"
)

// Promise is a performance obligation of a contract, with what it sells for alone (ASC 606-10-32-31 ff.).
type Promise struct {
	Name       string
	Standalone decimal.Decimal // of all of it, in the currency of the price; zero only for a residual that stands alone
	Residual   bool            // what is left of the price is its share, because its own is not established (32-34(c))
	Low, High  decimal.Decimal // of a residual: where its share has to lie to be believed; zero: above nothing
	Stated     money.Amount    // what the contract says of it, for the carve
}

// Bundle are promises that are regularly sold together, and for what (32-37).
type Bundle struct {
	Of    []string
	Price decimal.Decimal
}

// Allocated is a promise's share of the transaction price. Carve is what that is more than the contract says of it; over a
// contract whose stated prices are the transaction price, carves come to nothing.
type Allocated struct {
	Name   string
	Amount money.Amount
	Carve  money.Amount
}

// AllocatePrice shares a transaction price out over the promises of a contract, exactly: nothing is rounded but the shares, by
// largest remainder.
//
//   - a discount that is all that of bundles belongs to them alone (32-37): the others get what they sell for alone;
//   - residual promises get what is left, in proportion of their estimates, unless it lies where nobody would believe it;
//     then they are promises like the others (32-35);
//   - all others share by relative stand-alone price. Negative lines keep their sign.
//
// Invalid: no stand-alone prices to share by, a bundle of something else.
func AllocatePrice(price money.Amount, promises []Promise, bundles ...Bundle) ([]Allocated, error) {
	a := allocating{price: price, promises: promises, out: make([]money.Amount, len(promises))}
	for i := range promises {
		a.all = append(a.all, i)
	}
	if err := a.check(bundles); err != nil {
		return nil, err
	}
	if !a.byDiscount(bundles) && !a.byResidual(nil) {
		if err := a.relative(price, a.all); err != nil {
			return nil, err
		}
	}
	out := make([]Allocated, len(promises))
	for i, p := range promises {
		out[i] = Allocated{p.Name, a.out[i], a.out[i].Sub(p.Stated)}
	}
	return out, nil
}

// allocating is one call of AllocatePrice under way.
type allocating struct {
	price    money.Amount
	promises []Promise
	all      []int
	out      []money.Amount
}

func (a *allocating) check(bundles []Bundle) error {
	if len(a.promises) == 0 {
		return fault.New(fault.Invalid, "a price of %s has no promises to be shared over", a.price)
	}
	for _, b := range bundles {
		for _, name := range b.Of {
			if !slices.ContainsFunc(a.promises, func(p Promise) bool { return p.Name == name }) {
				return fault.New(fault.Invalid, "a bundle names %q, which the contract does not promise", name)
			}
		}
	}
	return nil
}

// byDiscount gives the promises outside bundles what they sell for alone, when the discount is that of the bundles: with a
// residual promise in the contract, when what is left for it is believed.
func (a *allocating) byDiscount(bundles []Bundle) bool {
	if len(bundles) == 0 {
		return false
	}
	if a.byResidual(bundles) {
		return true
	}
	off := a.exact(a.price).Neg()
	for _, i := range a.all {
		if a.promises[i].Residual {
			return false
		}
		off = off.Add(a.alone(i))
	}
	for _, b := range bundles {
		off = off.Add(money.Price(b.Price, a.price.Currency()))
		for _, i := range a.within(b) {
			off = off.Sub(a.alone(i))
		}
	}
	return off.IsZero() && a.shareBundles(a.price, a.all, bundles)
}

// shareBundles gives bundles the price that is left when the others got what they sell for alone.
func (a *allocating) shareBundles(price money.Amount, of []int, bundles []Bundle) bool {
	var weights []decimal.Decimal
	var groups [][]int
	for _, b := range bundles {
		weights, groups = append(weights, b.Price), append(groups, a.within(b))
	}
	for _, i := range of {
		if !slices.ContainsFunc(groups, func(g []int) bool { return slices.Contains(g, i) }) {
			weights, groups = append(weights, a.promises[i].Standalone), append(groups, []int{i})
		}
	}
	if !shareable(weights) {
		return false
	}
	for k, share := range money.AllocateSigned(price, weights) {
		if a.relative(share, groups[k]) != nil {
			return false
		}
	}
	return true
}

// byResidual gives residual promises what the others, at their stand-alone or bundle price, leave.
func (a *allocating) byResidual(bundles []Bundle) bool {
	var residual, observed []int
	left := a.exact(a.price)
	low, high := decimal.Zero, decimal.Zero
	bundled := map[int]bool{}
	for _, b := range bundles {
		left = left.Sub(money.Price(b.Price, a.price.Currency()))
		for _, i := range a.within(b) {
			bundled[i] = true
		}
	}
	for _, i := range a.all {
		if p := a.promises[i]; p.Residual {
			residual, low, high = append(residual, i), low.Add(p.Low), high.Add(p.High)
		} else if observed = append(observed, i); !bundled[i] {
			left = left.Sub(a.alone(i))
		}
	}
	c := a.price.Currency()
	if len(residual) == 0 || left.Sign() <= 0 || left.Cmp(money.Price(low, c)) < 0 || high.Sign() > 0 && left.Cmp(money.Price(high, c)) > 0 {
		return false
	}
	// Observed prices may have more decimals than money: the residual takes what is left of the rounded whole.
	parts := money.SpreadToExact(a.price, left, a.exact(a.price))
	if len(observed) > 0 && !a.shareBundles(a.price.Sub(parts), observed, bundles) {
		return false
	}
	if len(residual) == 1 {
		a.out[residual[0]] = parts
		return true
	}
	return a.relative(parts, residual) == nil
}

// relative shares an amount over some of the promises by what they sell for alone.
func (a *allocating) relative(amount money.Amount, of []int) error {
	if len(of) == 1 {
		a.out[of[0]] = amount
		return nil
	}
	weights := make([]decimal.Decimal, len(of))
	for k, i := range of {
		weights[k] = a.promises[i].Standalone
	}
	if !shareable(weights) {
		return fault.New(fault.Invalid, "%s cannot be shared by stand-alone prices that come to nothing; estimate them", amount)
	}
	for k, share := range money.AllocateSigned(amount, weights) {
		a.out[of[k]] = share
	}
	return nil
}

func shareable(weights []decimal.Decimal) bool {
	sum := decimal.Zero
	for _, w := range weights {
		sum = sum.Add(w)
	}
	return sum.Sign() != 0
}

func (a *allocating) exact(m money.Amount) money.Exact { return m.Exact() }

func (a *allocating) alone(i int) money.Exact {
	return money.Price(a.promises[i].Standalone, a.price.Currency())
}

func (a *allocating) within(b Bundle) []int {
	var out []int
	for _, i := range a.all {
		if slices.Contains(b.Of, a.promises[i].Name) {
			out = append(out, i)
		}
	}
	return out
}

// AsSalesOccur is when a royalty that is wholly one promise's is earned (606-10-55-65).
const AsSalesOccur = "royalties as sales occur"

// WhollyTo finds the promise that a variable amount belongs to alone (32-40): the one whose stand-alone price the estimate is,
// while the fixed price is what the others sell for alone, so that both depict what is promised. Without one, the variable
// amount is shared like the fixed price.
func WhollyTo(fixed, estimate money.Amount, promises []Promise) (int, bool) {
	c := fixed.Currency()
	for i, p := range promises {
		others := money.Price(decimal.Zero, c)
		for k, q := range promises {
			if k != i {
				others = others.Add(money.Price(q.Standalone, c))
			}
		}
		if money.Price(p.Standalone, c).Cmp(estimate.Exact()) == 0 && others.Cmp(fixed.Exact()) == 0 {
			return i, true
		}
	}
	return 0, false
}

// Outside says which point of a range stands for a stated price that does not lie in it.
type Outside string

const (
	NearestBound Outside = "nearest_bound"
	Midpoint     Outside = "midpoint"
)

// StandaloneOf is the stand-alone price of something with a range: the stated price where that lies in the range, else a point
// of the range by policy.
func StandaloneOf(stated decimal.Decimal, s catalog.Standalone, by Outside) decimal.Decimal {
	switch {
	case !s.Ranged():
		return s.Best()
	case stated.GreaterThanOrEqual(s.Low) && stated.LessThanOrEqual(s.High):
		return stated
	case by == Midpoint && !s.Mid.IsZero():
		return s.Mid
	case by == Midpoint:
		return s.Low.Add(s.High).Mul(decimal.RequireFromString("0.5"))
	case stated.LessThan(s.Low):
		return s.Low
	}
	return s.High
}
