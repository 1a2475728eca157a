package scenario

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
)

// What must hold of the price and its schedule.

// ahead is the contract's whole schedule as known now, and its charges.
func (h *history) ahead() ([]revrec.Row, []contracts.Piece, error) {
	facts := h.revrec(h.family, ledger.NewMonths())
	facts.Standing, facts.Stored = ledger.NewStanding(), revrec.NewStored()
	plan, err := revrec.Decide(h.s.world.Catalog, facts, lifeOver.MonthOf().Prev())
	if err != nil {
		return nil, nil, err
	}
	pieces, err := contracts.Charges(h.agreement(), h.s.world.Catalog, h.family.Usage, lifeOver)
	return plan.Rows, pieces, err
}

// inForce is the judgment that counts in the end.
func (h *history) inForce() (revrec.Assessment, bool) {
	if n := len(h.judged); n > 0 {
		return h.judged[n-1], true
	}
	return revrec.Assessment{}, false
}

// held says whether a line may not be earned whole as it is judged now.
func (h *history) held(line string) bool {
	x, _ := h.inForce()
	return slices.ContainsFunc(x.Holds, func(o revrec.AssessedHold) bool { return o.Line == "" || o.Line == line }) ||
		slices.ContainsFunc(x.Promises, func(p revrec.AssessedPromise) bool { return p.Line == line && p.Satisfied == revrec.ByProgress }) &&
			!slices.ContainsFunc(x.Progress, func(p revrec.AssessedProgress) bool {
				return p.Line == line && p.Percent.Equal(decimal.NewFromInt(100))
			})
}

// 2: of every version, as it was known at the end of each month.
func (h *history) scheduleIsThePrice() error {
	rows, pieces, err := h.ahead()
	if err != nil {
		return err
	}
	type part struct {
		line string
		kind contracts.Kind
	}
	left, beside := map[string]money.Amount{}, map[part]money.Amount{}
	for _, p := range pieces {
		left[p.Line] = left[p.Line].Add(p.Amount)
	}
	for _, r := range rows {
		switch k := (part{r.Line, r.Kind}); {
		case !revrec.Adjusts(r.Kind):
			left[r.Line] = left[r.Line].Sub(r.Amount)
		case ledger.USGAAP.Shows(r.Book):
			beside[k] = beside[k].Add(r.Amount)
		}
	}
	for line, difference := range left {
		if !difference.IsZero() && !h.held(line) {
			return fmt.Errorf("line %s: the schedule lacks %s of the price", line, difference)
		}
	}
	return h.sharedByStandalone(pieces, func(line string) money.Amount { return beside[part{line, revrec.Allocation}] })
}

// sharedByStandalone holds what was allocated against the plain rule, where nothing else was judged: the price by stand-alone
// prices, within one unit.
func (h *history) sharedByStandalone(pieces []contracts.Piece, allocation func(string) money.Amount) error {
	x, ok := h.inForce()
	if !ok || x.Allocation != revrec.ByStandalone || len(x.Variable) > 0 || x.Changed != nil || len(h.agreement().Versions) > 1 || len(h.agreement().Concessions) > 0 {
		return nil
	}
	stated, whole, alone := map[string]money.Amount{}, money.Zero(h.agreement().Currency), decimal.Zero
	for _, p := range x.Promises {
		stated[p.Line], alone = money.Zero(whole.Currency()), alone.Add(*p.Standalone)
		if h.held(p.Line) {
			return nil
		}
	}
	for _, p := range pieces {
		if sum, promised := stated[p.Line]; promised {
			stated[p.Line], whole = sum.Add(p.Amount), whole.Add(p.Amount)
		}
	}
	for _, p := range x.Promises {
		share := decimal.NewFromInt(whole.Minor()).Mul(*p.Standalone).Div(alone)
		got := decimal.NewFromInt(stated[p.Line].Add(allocation(p.Line)).Minor())
		if got.Sub(share).Abs().GreaterThan(decimal.NewFromInt(1)) {
			return fmt.Errorf("line %s is allocated %s minor units of %s; by its stand-alone price of %s in %s it is %s", p.Line, got, whole, p.Standalone, alone, share.StringFixed(2))
		}
	}
	return nil
}

// 3: what is moved between promises comes to nothing, so that the whole is what is charged.
func (h *history) allocatedIsTheWhole() error {
	rows, pieces, err := h.ahead()
	if err != nil {
		return err
	}
	for _, book := range shown {
		price, allocated := money.Zero(h.agreement().Currency), money.Zero(h.agreement().Currency)
		for _, p := range pieces {
			if !h.held(p.Line) {
				price = price.Add(p.Amount)
			}
		}
		for _, r := range rows {
			if book.Shows(r.Book) && r.Kind != revrec.Variable && r.Kind != revrec.Refundable && !(h.held(r.Line) && !revrec.Adjusts(r.Kind)) {
				allocated = allocated.Add(r.Amount)
			}
		}
		if x, _ := h.inForce(); len(x.Holds) == 0 && !slices.ContainsFunc(x.Promises, func(p revrec.AssessedPromise) bool { return h.held(p.Line) }) && !allocated.Sub(price).IsZero() {
			return fmt.Errorf("in %s %s is allocated of a price of %s", book, allocated, price)
		}
	}
	return nil
}

// 14
func (h *history) withinThePrice() error {
	pieces, err := contracts.Charges(h.agreement(), h.s.world.Catalog, h.family.Usage, lifeOver)
	if err != nil {
		return err
	}
	price := money.Zero(h.agreement().Currency)
	for _, p := range pieces {
		price = price.Add(p.Amount)
	}
	x, judged := h.inForce()
	for _, v := range x.Variable {
		if v.Direction == revrec.Adds {
			price = price.Add(money.Round(money.Price(v.Amount, price.Currency()), money.HalfAwayFromZero))
		}
	}
	for _, book := range shown {
		sum := money.Zero(price.Currency())
		for key, at := range h.stands(book) {
			if key.Contract == int64(h.agreement().Contract) {
				sum = sum.Add(at.recognized)
				if !judged && at.recognized.Sign() < 0 {
					return fmt.Errorf("in %s line %s has %s recognized", book, key.Line, at.recognized)
				}
			}
		}
		lowered := slices.ContainsFunc(x.Variable, func(v revrec.AssessedEstimate) bool { return v.Direction == revrec.Lowers })
		amended := judged && len(h.agreement().Versions) > 1 // and not judged anew: what the judgment moved of the price before stays until it is
		if sum.Cmp(price) > 0 && !amended || sum.Sign() < 0 && !lowered {
			return fmt.Errorf("in %s %s is recognized of a price of %s", book, sum, price)
		}
	}
	return nil
}

// 10
func (h *history) splitAndMirrored() error {
	pieces, err := contracts.Charges(h.agreement(), h.s.world.Catalog, h.family.Usage, h.today)
	if err != nil {
		return err
	}
	through := lifeOver.MonthOf()
	for _, p := range pieces {
		if len(p.Values) > 0 || p.Amount.IsZero() {
			continue // as it is used: what it is worth by a day is not this amount's to say
		}
		whole := byMonth(revrec.Schedule(1, []contracts.Piece{p}, through))
		part, rest, turned := p, p, p
		part.Amount = money.Of(h.Int63n(p.Amount.Abs().Minor()+1), p.Amount.Currency())
		if p.Amount.Sign() < 0 {
			part.Amount = part.Amount.Neg()
		}
		rest.Amount, turned.Amount = p.Amount.Sub(part.Amount), p.Amount.Neg()
		split, mirror := byMonth(revrec.Schedule(1, []contracts.Piece{part}, through)), byMonth(revrec.Schedule(1, []contracts.Piece{turned}, through))
		for month, amount := range byMonth(revrec.Schedule(1, []contracts.Piece{rest}, through)) {
			split[month] = split[month].Add(amount)
		}
		for _, month := range p.Span.Months() {
			if split[month].Sub(whole[month]).Abs().Minor() > 2 {
				return fmt.Errorf("%s %s of %s: %s in %s as one line, %s as two of %s and %s", p.Line, p.Kind, p.Span, whole[month], month, split[month], part.Amount, rest.Amount)
			}
		}
		for month, amount := range whole {
			if !mirror[month].Add(amount).IsZero() {
				return fmt.Errorf("%s %s of %s: %s in %s, turned over %s", p.Line, p.Kind, p.Span, amount, month, mirror[month])
			}
		}
	}
	return nil
}

func byMonth(rows []revrec.Row) map[period.Month]money.Amount {
	out := map[period.Month]money.Amount{}
	for _, r := range rows {
		out[r.Month] = out[r.Month].Add(r.Amount)
	}
	return out
}
