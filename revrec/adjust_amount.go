package revrec

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
)

// curves are the lines and kinds that an assessment adjusts in one of its contracts.
func (j *judged) curves(contract contracts.ID) []curve {
	var out []curve
	add := func(kind contracts.Kind, line promised, over period.Span, forward bool) {
		p := j.patternOf(line)
		over = hull(over, p.over)
		if line.contract == contract && !over.Empty() {
			out = append(out, curve{kind, line.line, over, forward && p.forward, max(p.version, 1)})
		}
	}
	for i := range j.shares {
		add(Allocation, j.where(j.Promises[i].Contract, j.Promises[i].Line), period.Span{}, true)
	}
	for _, l := range j.levels {
		for _, line := range l.lines {
			add(Leveling, line, period.Span{}, true)
		}
	}
	for _, e := range j.estimates {
		kind := e.kind()
		for _, line := range append(slices.Clone(e.lines), e.actual...) {
			over := hull(e.days(), j.term(line.contract))
			add(kind, line, over, e.forward(j, line))
		}
	}
	out = append(append(out, j.minimumCurves(contract)...), j.financingCurves(contract)...)
	for _, b := range j.changed {
		add(Modification, b.line, period.Span{}, true)
	}
	return out
}

// adjusted is what had been earned of a line before a day, by kind, beside what is stated.
func (j *judged) adjusted(kind contracts.Kind, line promised, before period.Date) money.Amount {
	sum := money.Zero(j.currency[j.Lead])
	switch kind {
	case Allocation:
		for i, s := range j.shares {
			if j.where(j.Promises[i].Contract, j.Promises[i].Line) == line {
				sum = sum.Add(j.patternOf(line).share(s.Carve, before))
			}
		}
	case Leveling:
		anew := slices.ContainsFunc(j.changed, func(b baseline) bool { return b.line == line && b.treatment != SeparateContract })
		if p := j.patternOf(line); p.even && !anew {
			sum = p.at(before).Sub(p.stated(before))
		}
	case Variable, Refundable:
		for _, e := range j.estimates {
			if e.kind() == kind {
				sum = sum.Add(e.adjusted(j, line, before))
			}
		}
		for _, m := range j.minimums() {
			if m.line == line && kind == Variable {
				sum = sum.Add(m.adjusted(j, before))
			}
		}
	case Financed:
		if f := j.financing(line); f != nil {
			sum = f.adjusted(j.patternOf(line), before)
		}
	case Modification:
		for _, b := range j.changed {
			if b.line == line {
				sum = sum.Add(b.adjusted(j, before))
			}
		}
	}
	return sum
}

// income is adjusted with what of it is interest, which is not revenue and stands with the loan.
func (j *judged) income(kind contracts.Kind, line promised, before period.Date) income {
	revenue := j.adjusted(kind, line, before)
	f := j.financing(line)
	if kind != Financed || f == nil {
		return income{revenue, revenue.Sub(revenue)}
	}
	interest := f.interest(j.patternOf(line), before)
	return income{revenue.Sub(interest), interest.Neg()}
}

// estimated is an uncertain amount with the lines it belongs to.
type estimated struct {
	AssessedEstimate
	amount  money.Amount // in the price
	lines   []promised
	weights []decimal.Decimal
	actual  []promised
}

func (e estimated) kind() contracts.Kind {
	if e.Direction == Lowers {
		return Refundable
	}
	return Variable
}

// days are those on which it may still come.
func (e estimated) days() period.Span {
	if e.Until.IsZero() {
		return period.Span{}
	}
	return period.NewSpan(e.Until, e.Until.AddDays(2)) // the day after it settles it
}

// forward says whether what it does to a line is known in advance: not where it follows what is counted.
func (e estimated) forward(j *judged, line promised) bool {
	for _, p := range j.pieces[line.contract] {
		counted := p.Kind != contracts.Concession && !ahead(policy(p))
		if counted && (p.Line == line.line || slices.Contains(e.actual, promised{line.contract, p.Line})) {
			return false
		}
	}
	return true
}

// estimate works out the uncertain amounts in the price, in the order of the document; what we pay the customer is one.
func (j *judged) estimate() error {
	for _, v := range j.Variable {
		amount, err := j.included(v)
		if err != nil {
			return err
		}
		e := estimated{AssessedEstimate: v, amount: amount, actual: j.lines(v.Actual)}
		e.lines, e.weights = j.belongs(v.Lines)
		if v.Direction == Lowers && len(v.Actual) == 0 {
			e.actual = e.lines
		}
		j.estimates = append(j.estimates, e)
	}
	for _, p := range j.Payable {
		e := estimated{AssessedEstimate: AssessedEstimate{Name: p.Name, Direction: Lowers}, amount: inMoney(p.Amount, j.currency[j.Lead])}
		e.lines, e.weights = j.belongs(p.Lines)
		j.estimates = append(j.estimates, e)
	}
	return nil
}

// inMoney is an amount from a document.
func inMoney(d decimal.Decimal, c money.Currency) money.Amount { return amountOf(money.Price(d, c)) }

// included is what of an estimate is in the price of a book: what it is constrained to, or all of it.
func (j *judged) included(v AssessedEstimate) (money.Amount, error) {
	c := j.currency[j.Lead]
	for _, o := range j.Books {
		if o.Variable == v.Name && o.Book == string(j.book) {
			return inMoney(o.Constrained, c), nil
		}
	}
	switch {
	case v.Constrained != nil:
		return inMoney(*v.Constrained, c), nil
	case len(v.Outcomes) == 0:
		return inMoney(v.Amount, c), nil
	}
	return v.estimate(c).Amount()
}

// estimate is its outcomes as the pure functions want them.
func (v AssessedEstimate) estimate(c money.Currency) Estimate {
	e := Estimate{Method: v.Method}
	for _, o := range v.Outcomes {
		e.Outcomes = append(e.Outcomes, Outcome{inMoney(o.Amount, c), o.Probability.Shift(-2)})
	}
	return e
}

// belongs are the lines an uncertain amount is shared over: those named, by what is stated of them, else all promises, by what
// they were given of the price at inception (32-43). Without promises it is every line with a fixed price.
func (j *judged) belongs(ids []string) ([]promised, []decimal.Decimal) {
	if len(ids) == 0 && len(j.Promises) > 0 {
		lines := make([]promised, len(j.Promises))
		for i, p := range j.Promises {
			lines[i] = j.where(p.Contract, p.Line)
		}
		return lines, shareableOrEven(j.weights)
	}
	lines := j.lines(ids)
	for _, contract := range j.group {
		for _, p := range j.era.pieces[contract] {
			if line := (promised{contract, p.Line}); len(ids) == 0 && fixedPrice(p.Kind) && !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	weights := make([]decimal.Decimal, len(lines))
	for i, line := range lines {
		weights[i] = j.patternOf(line).whole.Decimal()
	}
	return lines, shareableOrEven(weights)
}

// shareableOrEven makes weights that come to nothing even.
func shareableOrEven(weights []decimal.Decimal) []decimal.Decimal {
	if shareable(weights) {
		return weights
	}
	even := make([]decimal.Decimal, len(weights))
	for i := range even {
		even[i] = decimal.NewFromInt(1)
	}
	return even
}

// adjusted is what an uncertain amount had added to, or taken off, a line before a day.
//
// What is expected to be given back stands as a liability as far as it has been earned and not come: a credit that was granted
// is in what is stated already. What is expected to be charged is earned with its lines, and the charge it comes as is not
// earned again.
func (e estimated) adjusted(j *judged, line promised, before period.Date) money.Amount {
	zero := money.Zero(j.currency[j.Lead])
	if len(e.lines) == 0 { // the contract has nothing it could belong to
		return zero
	}
	settled := !e.Until.IsZero() && e.Until.AddDays(1).Before(before)
	came := zero
	for _, x := range e.actual {
		came = came.Add(j.came(x, e.Direction, before))
	}
	if e.Direction == Lowers {
		if settled {
			return zero
		}
		return e.open(j, line, before, came).Neg()
	}
	amount := e.amount
	if came.Cmp(amount) > 0 || settled {
		amount = came
	}
	sum := zero
	for i, share := range money.AllocateSigned(amount, e.weights) {
		if e.lines[i] == line {
			sum = sum.Add(j.patternOf(line).share(share, before))
		}
	}
	if slices.Contains(e.actual, line) {
		sum = sum.Sub(j.came(line, e.Direction, before))
	}
	return sum
}

// open is what of an expected reduction has been earned of a line before a day, and has not come yet.
func (e estimated) open(j *judged, line promised, before period.Date, came money.Amount) money.Amount {
	zero := money.Zero(j.currency[j.Lead])
	due, parts := zero, make([]int64, len(e.lines))
	shares := money.AllocateSigned(e.amount, e.weights)
	for i, x := range e.lines {
		part := zero.Add(j.patternOf(x).share(shares[i], before))
		if !e.Percent.IsZero() {
			part = fraction(j.revenue(x, before), e.Percent)
		}
		due, parts[i] = due.Add(part), max(part.Minor(), 0)
	}
	if due = due.Sub(came); due.Sign() <= 0 || !slices.Contains(e.lines, line) {
		return zero
	}
	return money.AllocateInts(due, parts)[slices.Index(e.lines, line)]
}

// came is what of an uncertain amount was earned as stated before a day, above zero: charges of a line, or credits.
func (j *judged) came(line promised, d Direction, before period.Date) money.Amount {
	sum := money.Zero(j.currency[j.Lead])
	for _, p := range j.pieces[line.contract] {
		if p.Line == line.line && (p.Kind == contracts.Concession) == (d == Lowers) {
			sum = sum.Add(kept(p, j.track(line.contract, p).at(before)))
		}
	}
	if d == Lowers {
		return sum.Neg()
	}
	return sum
}

// revenue is what a line had earned of its charges before a day, credits left aside.
func (j *judged) revenue(line promised, before period.Date) money.Amount {
	return j.came(line, Adds, before)
}

// baseline is a line that an amendment shares the rest of the price over.
type baseline struct {
	line      promised
	treatment Treatment
	earned    money.Amount // before the amendment
	on        period.Date
	share     money.Amount // of what was left
}

// rebase shares what was left of the price when an amendment took effect over the lines that are accounted for as a new
// contract: by what is left of each, or what that sells for alone.
func (j *judged) rebase() {
	if j.Changed == nil {
		return
	}
	left, weights := money.Zero(j.currency[j.Lead]), []decimal.Decimal{}
	for _, b := range j.Changed.Base {
		x := baseline{line: j.where(b.Contract, b.Line), treatment: cmp.Or(b.Treatment, j.Changed.Treatment), on: j.Effective, earned: left.Sub(left)}
		if b.Recognized != nil {
			x.earned = inMoney(*b.Recognized, left.Currency())
		}
		weight, p := decimal.Zero, j.patternOf(x.line)
		if rest := p.whole.Sub(p.at(x.on)); x.treatment == Prospective {
			left = left.Add(p.whole).Sub(x.earned)
			promise, ok := j.promise(x.line)
			switch {
			case rest.IsZero(): // nothing is left to be done
			case ok && promise.Standalone != nil && j.Allocation == ByStandalone:
				weight = *promise.Standalone
			default:
				weight = rest.Decimal()
			}
		}
		j.changed, weights = append(j.changed, x), append(weights, weight)
	}
	switch prospective := slices.IndexFunc(j.changed, func(b baseline) bool { return b.treatment == Prospective }); {
	case len(weights) > 0 && shareable(weights):
		for i, share := range money.AllocateSigned(left, weights) {
			j.changed[i].share = share
		}
	case prospective >= 0: // everything is done: what is left of the price is earned
		j.changed[prospective].share = left
	}
}

// adjusted is what a line had earned before a day beside what is stated: as a new contract, what was recognized and its share
// of the rest, as the rest is met; as if it had always been so, its whole price by days.
func (b baseline) adjusted(j *judged, before period.Date) money.Amount {
	p := j.patternOf(b.line)
	switch stated := p.stated(before); b.treatment {
	case Prospective:
		was := p.at(b.on)
		sum := b.earned.Sub(stated)
		rest := p.whole.Sub(was)
		if rest.IsZero() {
			return sum.Add(b.share)
		}
		sum = sum.Add(money.SpreadToExact(b.share, p.at(before).Sub(was).Exact(), rest.Exact()))
		return sum
	case CumulativeCatchUp:
		if !p.forward { // met by progress or use: measured on the new whole already
			break
		}
		return daily(p.whole, j.served(b.line)).at(before).Sub(stated)
	}
	return money.Zero(p.whole.Currency())
}
