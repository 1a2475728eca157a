package revrec

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/money"
)

// EstimateMethod says how an amount that is not known yet is estimated; one method for one uncertainty, kept throughout
// (606-10-32-8, 32-9).
type EstimateMethod string

const (
	ExpectedValue    EstimateMethod = "expected_value"     // 32-8(a): for many outcomes, or many like contracts
	MostLikelyAmount EstimateMethod = "most_likely_amount" // 32-8(b): for two
)

// Outcome is what an uncertain amount may come to. Amounts that lower the price are negative. Probability is a share of 1.
type Outcome struct {
	Amount      money.Amount
	Probability decimal.Decimal
}

// Estimate is one uncertainty of a price. Several of a contract are estimated each on its own.
type Estimate struct {
	Method   EstimateMethod // empty: as SuggestMethod says
	Outcomes []Outcome
}

var one = decimal.NewFromInt(1)

// SuggestMethod proposes a method by the shape of an uncertainty: of two outcomes the likelier, of more their weighted sum.
func SuggestMethod(outcomes []Outcome) EstimateMethod {
	if len(outcomes) <= 2 {
		return MostLikelyAmount
	}
	return ExpectedValue
}

// Shape is a usual uncertainty by what it may come to.
type Shape string

const (
	DailyPenalty Shape = "daily_penalty" // grows with every day of delay: as many outcomes as days
	BinaryBonus  Shape = "binary_bonus"  // is got or not
)

// Shapes lists them.
var Shapes = []Shape{DailyPenalty, BinaryBonus}

// Method proposes a method by the shape alone, before outcomes are put to it.
func (s Shape) Method() EstimateMethod {
	if s == BinaryBonus {
		return MostLikelyAmount
	}
	return ExpectedValue
}

func (e Estimate) check() error {
	sum := decimal.Zero
	for _, o := range e.Outcomes {
		if o.Probability.Sign() < 0 {
			return fault.New(fault.Invalid, "an outcome of %s has a probability of %s; it is a share from 0 to 1", o.Amount, o.Probability)
		}
		sum = sum.Add(o.Probability)
	}
	if !sum.Equal(one) {
		return fault.New(fault.Invalid, "the probabilities of %d outcomes add up to %s, not to 1; name every outcome", len(e.Outcomes), sum)
	}
	return nil
}

// Exact is the estimate, unrounded. Invalid: probabilities that are not 1 in all, no single most likely amount.
func (e Estimate) Exact() (money.Exact, error) {
	if err := e.check(); err != nil {
		return money.Exact{}, err
	}
	switch cmp.Or(e.Method, SuggestMethod(e.Outcomes)) {
	case MostLikelyAmount:
		return e.likeliest()
	case ExpectedValue:
		var sum money.Exact
		for _, o := range e.Outcomes {
			sum = sum.Add(o.Amount.Exact().Mul(o.Probability))
		}
		return sum, nil
	}
	return money.Exact{}, fault.New(fault.Invalid, "an amount is estimated by %s or by %s, not by %s", ExpectedValue, MostLikelyAmount, e.Method)
}

// likeliest adds up the probabilities of equal amounts: that an amount is listed twice makes it no less likely.
func (e Estimate) likeliest() (money.Exact, error) {
	odds := map[money.Amount]decimal.Decimal{}
	for _, o := range e.Outcomes {
		odds[o.Amount] = odds[o.Amount].Add(o.Probability)
	}
	best, tied := e.Outcomes[0].Amount, false
	for _, o := range e.Outcomes[1:] {
		switch c := odds[o.Amount].Cmp(odds[best]); {
		case c > 0:
			best, tied = o.Amount, false
		case c == 0 && o.Amount != best:
			tied = true
		}
	}
	if tied {
		return money.Exact{}, fault.New(fault.Invalid, "no single amount is the most likely one: several have a probability of %s; estimate by %s", odds[best], ExpectedValue)
	}
	return best.Exact(), nil
}

// Amount is the estimate as money.
func (e Estimate) Amount() (money.Amount, error) {
	x, err := e.Exact()
	if err != nil {
		return money.Amount{}, err
	}
	return amountOf(x), nil
}

// Threshold is how sure it has to be that revenue is not reversed once the uncertainty is resolved.
type Threshold string

const (
	Probable       Threshold = "probable"        // ASC 606-10-32-11
	HighlyProbable Threshold = "highly_probable" // IFRS 15.56
)

// levels are what we take the words to mean where no policy says otherwise: neither standard gives a figure.
var levels = map[Threshold]decimal.Decimal{Probable: decimal.RequireFromString("0.75"), HighlyProbable: decimal.RequireFromString("0.9")}

// Constraint holds an estimate to what will not be reversed (32-11 to 32-13).
type Constraint struct {
	Threshold Threshold       // empty: nothing is held back
	Level     decimal.Decimal // a share of 1; zero: that of the threshold
	Included  *money.Amount   // what a person judged to be included; it stands, as far as it is not above the estimate
}

// Include is how much of an estimate belongs to the price: the most of it that is reached, or exceeded, with the probability
// of the threshold. It never exceeds the estimate. Invalid: as for the estimate, an unknown threshold.
func (c Constraint) Include(e Estimate) (money.Exact, error) {
	estimate, err := e.Exact()
	switch {
	case err != nil:
		return estimate, err
	case c.Included != nil:
		return c.Included.Exact().Min(estimate), nil
	case c.Threshold == "":
		return estimate, nil
	}
	level, known := levels[c.Threshold]
	if !known {
		return estimate, fault.New(fault.Invalid, "revenue has to be %s or %s not to be reversed, not %s", Probable, HighlyProbable, c.Threshold)
	}
	if c.Level.Sign() > 0 {
		level = c.Level
	}
	if level.GreaterThan(one) {
		return estimate, fault.New(fault.Invalid, "a level of %s is more than certain; write a share of 1", level)
	}
	sorted := slices.Clone(e.Outcomes)
	slices.SortFunc(sorted, func(a, b Outcome) int { return b.Amount.Cmp(a.Amount) })
	reached := decimal.Zero
	for _, o := range sorted {
		if reached = reached.Add(o.Probability); !reached.LessThan(level) {
			return o.Amount.Exact().Min(estimate), nil
		}
	}
	return sorted[len(sorted)-1].Amount.Exact().Min(estimate), nil
}

// Uncertainty is one uncertain part of a contract's price: a bonus, a penalty, expected credits.
type Uncertainty struct {
	Name string
	Estimate
	Constraint
}

// Certain is a part of a price that is agreed, or estimated elsewhere.
func Certain(name string, amount money.Amount) Uncertainty {
	return Uncertainty{Name: name, Estimate: Estimate{Outcomes: []Outcome{{amount, one}}}}
}

// Uncertain is what an uncertainty adds to a price: what is estimated, and what of it is included.
type Uncertain struct {
	Name                string
	Estimated, Included money.Amount
}

// PriceParts is a transaction price by where it comes from (606-10-32-2 ff.).
type PriceParts struct {
	Fixed    money.Amount
	Variable []Uncertain
	Payable  money.Amount // to the customer, other than for something distinct: lowers the price (32-25)
	Total    money.Amount
}

// TransactionPrice adds up a price. A penalty makes the part it threatens variable: state the rest as fixed, and the outcomes
// with and without it. Invalid: as for the estimates, by name.
func TransactionPrice(fixed, payable money.Amount, uncertain ...Uncertainty) (PriceParts, error) {
	p := PriceParts{Fixed: fixed, Payable: payable, Total: fixed.Sub(payable)}
	for _, u := range uncertain {
		estimated, err := u.Estimate.Exact()
		if err != nil {
			return p, fault.New(fault.Invalid, "%s: %v", u.Name, err)
		}
		included, err := u.Constraint.Include(u.Estimate)
		if err != nil {
			return p, fault.New(fault.Invalid, "%s: %v", u.Name, err)
		}
		v := Uncertain{u.Name, amountOf(estimated), amountOf(included)}
		p.Variable, p.Total = append(p.Variable, v), p.Total.Add(v.Included)
	}
	return p, nil
}

// Threatened divides a stated price by what a penalty may take off it: that part is variable, and only the rest is fixed
// (606-10-32-6, Example 20). Invalid: a penalty above the price.
func Threatened(stated, penalty money.Amount) (fixed, variable money.Amount, err error) {
	fixed = stated.Sub(penalty)
	if fixed.Sign()*stated.Sign() < 0 {
		return fixed, penalty, fault.New(fault.Invalid, "a penalty of %s is more than the stated price of %s", penalty, stated)
	}
	return fixed, penalty, nil
}
