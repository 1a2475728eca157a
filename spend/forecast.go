package spend

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/usage"
)

// Forecast is where the open periods will end at the pace so far.
type Forecast struct {
	AsOf      period.Date
	Contracts []Outlook
}

// Outlook is the forecast of one contract. Where Unsaid is not empty there is nothing else in it.
type Outlook struct {
	Contract contracts.ID
	Number   string
	Payer    customers.ID
	Currency money.Currency

	Basis   string   // how it came about, in a sentence
	Unsaid  string   // why nothing can be said
	LeftOut []string // meters whose use is taken as it stands: too little to go by, and too little to matter
	Bills   []Expected
	Lines   []ExpectedLine
	Limits  []Reaching
}

// Expected is what a contract comes to on one day of invoicing, before tax, for services that are over by then; fees
// asked in advance on that day are beside it. Low and High are the slowest and busiest of the weeks it goes by.
type Expected struct {
	On                       period.Date
	SoFar, Amount, Low, High money.Amount
	Advance                  money.Amount
}

// ExpectedLine is what one usage line is expected to have counted at the end of its open period.
type ExpectedLine struct {
	Line, Meter, Description, Unit string
	Span                           period.Span
	SoFar, Expected                decimal.Decimal
}

// Reaching is the day on which a limit is expected to be reached; zero days: not in this period. Earliest and Latest
// are those of the busiest and the slowest weeks.
type Reaching struct {
	Limit
	Reached              bool // already
	On, Earliest, Latest period.Date
	Percent              decimal.Decimal // of it, at the end of its period or horizon
}

// horizon bounds how far a pace of four weeks is drawn out.
const horizon = 366

// matter is the part of a contract's open usage charges, in percent, that may be without a pace before nothing is said.
const matter = 20

// Forecast prices expected usage with the same function as everything else.
func (x *Account) Forecast() (Forecast, error) {
	out := Forecast{AsOf: x.AsOf}
	paces, err := outlooks(x.World.Catalog, x.Facts.Usage, x.AsOf)
	if err != nil {
		return out, err
	}
	for _, a := range x.running() {
		f := foreseeing{x: x, agreement: a, paces: map[usage.Key]*outlook{}, memory: map[asked]priced{}}
		o, err := f.outlook(paces)
		if err != nil {
			return out, err
		}
		out.Contracts = append(out.Contracts, o)
	}
	return out, nil
}

// Of is the part of a forecast that one customer pays.
func (f Forecast) Of(payer customers.ID) Forecast {
	return f.only(func(o Outlook) bool { return o.Payer == payer })
}

// OfContract is the forecast of one contract.
func (f Forecast) OfContract(id contracts.ID) Forecast {
	return f.only(func(o Outlook) bool { return o.Contract == id })
}

func (f Forecast) only(which func(Outlook) bool) Forecast {
	return Forecast{f.AsOf, slices.DeleteFunc(slices.Clone(f.Contracts), func(o Outlook) bool { return !which(o) })}
}

// foreseeing is the forecast of one contract under way.
type foreseeing struct {
	x         *Account
	agreement contracts.Agreement
	paces     map[usage.Key]*outlook // of its lines
	end       period.Date            // of what is looked at
	days      [3]*usage.Days         // by pace
	memory    map[asked]priced
}

// speed is the pace to price at.
type speed int

const (
	usual speed = iota
	slow
	busy
)

type asked struct {
	speed speed
	until period.Date
}

func (f *foreseeing) outlook(all map[usage.Key]*outlook) (Outlook, error) {
	a := f.agreement
	out := Outlook{Contract: a.Contract, Number: a.Number, Payer: a.PayerOn(f.x.AsOf), Currency: a.Currency}
	days := f.billingDays()
	if f.choose(all, &out); out.Unsaid != "" {
		out.Basis = "Not enough to say: " + out.Unsaid
		return out, nil
	}
	f.end = f.x.AsOf.AddDays(1)
	for _, on := range days {
		f.end = period.MaxDate(f.end, on)
	}
	limits := f.x.priced[a.Contract].limits
	for _, l := range limits {
		f.end = period.MaxDate(f.end, lastDay(l).AddDays(1))
	}
	f.end = period.MinDate(f.end, f.x.AsOf.AddDays(horizon))
	for _, on := range days {
		if on.After(f.end) {
			continue
		}
		e, err := f.bill(on)
		if err != nil {
			return out, err
		}
		out.Bills = append(out.Bills, e)
	}
	for _, l := range limits {
		r, err := f.reaching(l)
		if err != nil {
			return out, err
		}
		out.Limits = append(out.Limits, r)
	}
	return out, f.lines(&out)
}

// billingDays are the days to come on which something begun is asked for.
func (f *foreseeing) billingDays() []period.Date {
	var out []period.Date
	for _, p := range f.x.priced[f.agreement.Contract].pieces {
		if f.x.begun(p) && p.BillOn.After(f.x.AsOf) && !slices.Contains(out, p.BillOn) {
			out = append(out, p.BillOn)
		}
	}
	slices.SortFunc(out, period.Date.Compare)
	return out
}

// lastDay is the last one on which a limit can be reached.
func lastDay(l contracts.Limit) period.Date {
	if l.Expires.IsZero() {
		return l.Period.End.AddDays(-1)
	}
	return l.Expires.AddDays(-1)
}

// at prices the contract as of the end of a day, at one speed.
func (f *foreseeing) at(s speed, until period.Date) (priced, error) {
	key := asked{s, until}
	if known, ok := f.memory[key]; ok {
		return known, nil
	}
	if f.days[s] == nil {
		f.days[s] = f.x.Facts.Usage.Copy()
		for _, o := range f.paces {
			scale := decimal.NewFromInt(1)
			switch s {
			case slow:
				scale = o.pace.Slow
			case busy:
				scale = o.pace.Busy
			}
			o.add(f.days[s], period.NewSpan(f.x.AsOf, f.end), f.x.AsOf, scale)
		}
	}
	pieces, limits, err := contracts.ChargesAndLimits(f.agreement, f.x.World.Catalog, f.days[s], until)
	f.memory[key] = priced{pieces, limits}
	return f.memory[key], err
}

// bill is what the day's invoice run would ask of the contract for services that are over.
func (f *foreseeing) bill(on period.Date) (Expected, error) {
	none := money.Zero(f.agreement.Currency)
	e := Expected{On: on, Advance: none}
	e.SoFar, _ = f.asks(f.x.asIfOver(f.agreement.Contract, f.x.priced[f.agreement.Contract].pieces, map[period.Date]bool{}), on)
	amounts := map[speed]money.Amount{}
	for _, s := range []speed{usual, slow, busy} {
		p, err := f.at(s, on)
		if err != nil {
			return e, err
		}
		var advance money.Amount
		if amounts[s], advance = f.asks(p.pieces, on); s == usual {
			e.Advance = none.Add(advance)
		}
	}
	e.Amount = honest(amounts[usual], e.SoFar)
	e.Low, e.High = honest(lesser(amounts[slow], amounts[usual]), e.SoFar), honest(larger(amounts[busy], amounts[usual]), e.SoFar)
	return e, nil
}

// asks is what falls due on a day and does not stand billed: of services over by then, and of those that begin.
func (f *foreseeing) asks(pieces []contracts.Piece, on period.Date) (over, advance money.Amount) {
	stood := standingOf(f.x.Facts).Of(int64(f.agreement.Contract))
	over, advance = money.Zero(f.agreement.Currency), money.Zero(f.agreement.Currency)
	for _, c := range invoicing.Plan(invoicing.Asked(pieces, stood, on), stood) {
		switch {
		case c.Piece.BillOn != on:
		case c.Piece.Span.Start.Before(on):
			over = over.Add(c.Delta())
		default:
			advance = advance.Add(c.Delta())
		}
	}
	return over, advance
}

// reaching looks for the first day on which a limit is full, by halves: what is used does not become less.
func (f *foreseeing) reaching(l contracts.Limit) (Reaching, error) {
	a := f.agreement
	out := Reaching{Limit: Limit{a.Contract, a.Number, a.PayerOn(f.x.AsOf), a.Currency, l}, Reached: l.Full(), Percent: l.Percent()}
	last := period.MinDate(lastDay(l), f.end.AddDays(-1))
	if out.Reached || last.Before(f.x.AsOf) {
		return out, nil
	}
	at := map[speed]*period.Date{usual: &out.On, busy: &out.Earliest, slow: &out.Latest}
	for _, s := range []speed{usual, busy, slow} {
		end, err := f.limit(s, l, last)
		if err != nil {
			return out, err
		}
		if s == usual {
			out.Percent = end.Percent()
		}
		if !end.Full() {
			continue
		}
		low, high := f.x.AsOf, last
		for low.Before(high) {
			middle := low.AddDays(high.Sub(low) / 2)
			there, err := f.limit(s, l, middle)
			if err != nil {
				return out, err
			}
			if there.Full() {
				high = middle
			} else {
				low = middle.AddDays(1)
			}
		}
		*at[s] = low
	}
	// The busiest week may use less on just the days to come than weeks do as a rule, and the slowest more.
	if !out.On.IsZero() && (out.Earliest.IsZero() || out.Earliest.After(out.On)) {
		out.Earliest = out.On
	}
	if !out.Latest.IsZero() {
		out.Latest = period.MaxDate(out.Latest, out.On)
	}
	if out.On.IsZero() {
		out.Latest = out.On // as a rule it is not reached at all
	}
	return out, nil
}

// limit is the same limit as it will stand at the end of a day.
func (f *foreseeing) limit(s speed, l contracts.Limit, day period.Date) (contracts.Limit, error) {
	p, err := f.at(s, day.AddDays(1))
	for _, x := range p.limits {
		if x.Kind == l.Kind && x.ID == l.ID && x.Period.Start == l.Period.Start {
			return x, err
		}
	}
	return l, err // an amendment ends it before
}

// lines says what each open usage line will have counted.
func (f *foreseeing) lines(out *Outlook) error {
	for _, p := range f.x.priced[f.agreement.Contract].pieces {
		if p.Kind != contracts.Metered || !p.Span.Contains(f.x.AsOf) || p.Span.End.After(f.end) {
			continue
		}
		end, err := f.at(usual, p.Span.End)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(end.pieces, func(q contracts.Piece) bool { return q.Line == p.Line && q.Kind == p.Kind && q.Span == p.Span })
		if i < 0 {
			continue
		}
		out.Lines = append(out.Lines, ExpectedLine{p.Line, meterOf(f.agreement, p.Line), p.Description, p.Detail.Unit, p.Span, p.Detail.Quantity, decimal.Max(p.Detail.Quantity, significant(end.pieces[i].Detail.Quantity))})
	}
	slices.SortStableFunc(out.Lines, func(a, b ExpectedLine) int { return cmp.Compare(a.Line, b.Line) })
	return nil
}
