package revrec

import (
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
)

// pattern is how the whole of a promise is met: so much of its price by a day.
type pattern struct {
	whole   money.Amount
	at      func(before period.Date) money.Amount // with its price made even, where it is
	stated  func(before period.Date) money.Amount // as all that is known prices it: what stands in the schedule
	over    period.Span
	even    bool        // its price is made even
	evenly  period.Span // over these days, when all of it is and nothing holds it
	forward bool        // known in advance
	version int         // of the contract, that priced it
}

// share is what of an amount that belongs to the promise had been earned by a day.
func (p *pattern) share(amount money.Amount, before period.Date) money.Amount {
	if p.whole.IsZero() || amount.IsZero() {
		return amount.Sub(amount)
	}
	return money.SpreadToExact(amount, p.at(before).Exact(), p.whole.Exact())
}

// patternOf is that of a line under the assessment: what is added to a promise or taken off it is earned as the promise is. A
// promise without a price is met over its days.
func (j *judged) patternOf(line promised) *pattern {
	if p := j.memo[line]; p != nil {
		return p
	}
	pieces := j.priced(line)
	if !slices.ContainsFunc(pieces, func(p contracts.Piece) bool { return !kept(p, p.Amount).IsZero() }) {
		pieces = j.imagined(line, pieces)
	}
	out := j.patternOfPieces(line, pieces)
	out.stated = j.patternOfPieces(line, j.known(line)).stated
	j.memo[line] = out
	j.level(line, pieces, out)
	return out
}

func (j *judged) patternOfPieces(line promised, pieces []contracts.Piece) *pattern {
	out := &pattern{whole: money.Zero(j.currency[j.Lead]), forward: true}
	tracks := make([]track, len(pieces))
	for i, p := range pieces {
		tracks[i] = j.track(line.contract, p)
		out.whole, out.over, out.version = out.whole.Add(kept(p, p.Amount)), hull(out.over, tracks[i].over), max(out.version, p.Version)
		out.forward = out.forward && ahead(tracks[i].recognition)
	}
	out.stated = func(before period.Date) money.Amount {
		sum := money.Zero(out.whole.Currency())
		for i, t := range tracks {
			sum = sum.Add(kept(pieces[i], t.at(before)))
		}
		return sum
	}
	out.at = out.stated
	return out
}

// known are the pieces of a line with a fixed price, as all that is known prices them.
func (j *judged) known(line promised) []contracts.Piece {
	return slices.DeleteFunc(slices.Clone(j.assessing.pieces[line.contract]), func(p contracts.Piece) bool {
		return p.Line != line.line || !fixedPrice(p.Kind)
	})
}

// imagined are the pieces of a promise nothing is charged for, with its days as their price.
func (j *judged) imagined(line promised, pieces []contracts.Piece) []contracts.Piece {
	p, _ := j.promise(line)
	out := slices.Clone(pieces)
	if len(out) == 0 {
		days := p.days()
		if days.Empty() {
			days = j.term(line.contract)
		}
		if days.Empty() {
			return nil
		}
		out = []contracts.Piece{{Line: line.line, Kind: contracts.OneTime, Span: days, Recognition: catalog.Ratable}}
	}
	for i := range out {
		out[i].Amount, out[i].PassOn = money.Of(int64(out[i].Served().Days()), j.currency[j.Lead]), decimal.Zero
	}
	return out
}

// term are the days of everything that a contract charges.
func (j *judged) term(contract contracts.ID) period.Span {
	var out period.Span
	for _, p := range j.era.pieces[contract] {
		out = hull(out, p.Served())
	}
	return out
}

// level makes the price of a line even over the days it was judged to be one service for. Steps of a ramp that are lines of
// their own share the price of all by their days first.
func (j *judged) level(line promised, pieces []contracts.Piece, out *pattern) {
	i := slices.IndexFunc(j.levels, func(l leveled) bool { return slices.Contains(l.lines, line) })
	if i < 0 {
		return
	}
	l := j.levels[i]
	inside := func(p contracts.Piece) bool { return p.Served().Intersect(l.over) == p.Served() }
	total, days := money.Zero(out.whole.Currency()), make([]int64, len(l.lines))
	place := 0
	over := l.over
	for k, member := range l.lines {
		var sum money.Amount
		var span period.Span
		for _, p := range j.priced(member) {
			if inside(p) {
				sum, span = sum.Add(kept(p, p.Amount)), hull(span, p.Served())
			}
		}
		if len(l.lines) == 1 {
			span = l.over
		}
		if served := j.served(member); served.End.Before(span.End) { // it ended before its time
			span.End = period.MaxDate(served.End, span.Start.AddDays(1))
		}
		if member == line {
			place, over = k, span
		}
		total, days[k] = total.Add(sum), int64(max(span.Days(), 0))
	}
	if total.IsZero() || days[place] == 0 {
		return
	}
	even := daily(money.AllocateInts(total, days)[place], over)
	rest := j.patternOfPieces(line, slices.DeleteFunc(slices.Clone(pieces), inside))
	from, held := j.held(line)
	stated, evenly := out.stated, over
	if held || !rest.whole.IsZero() {
		evenly = period.Span{}
	}
	*out = pattern{
		evenly: evenly,
		even:   true,
		whole:  rest.whole.Add(even.at(over.End)), over: hull(out.over, over), forward: out.forward, version: out.version, stated: stated,
		at: func(before period.Date) money.Amount {
			if held {
				before = period.MinDate(before, from)
			}
			return rest.at(before).Add(even.at(before))
		},
	}
}
