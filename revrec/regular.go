package revrec

import (
	"maps"
	"slices"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// Most of a waterfall needs no allotting: a piece of service that was billed once, for at least what is scheduled of it, is
// earned as it is scheduled, all of it in the row of its bill; what was never billed is earned in the row of what is not.
// So the schedule may be added up over all such pieces at once, in the database, and only contracts with something else
// (credits, bills that overlap, more scheduled than billed) are drawn line by line. What comes out is the same.

// stretch is a piece of service, whoever it is for.
type stretch struct {
	kind contracts.Kind
	span period.Span
}

// holder is a contract with the account that pays for it.
type holder struct {
	account  customers.AccountID
	contract contracts.ID
}

// planned is what is scheduled for one piece of a contract line: in sum, and the least and the most of its rows.
type planned struct {
	holder
	line        string
	at          stretch
	sum         int64
	least, most int64
}

// asked is a bill for a piece: a record of what was billed.
type asked struct {
	holder
	line   string
	at     stretch
	month  period.Month // booked in
	amount int64
}

func askedOf(b ledger.BilledSum) asked {
	return asked{holder{b.Account, contracts.ID(b.Contract)}, b.Line, stretch{contracts.Kind(b.Kind), b.Span}, b.BookedIn, b.Amount.Minor()}
}

// stint is one piece with both sides.
type stint struct {
	span        period.Span
	sum         int64
	least, most int64
	bills       int // months it was billed in
	month       period.Month
	billed      int64
}

// lineOf is a line and kind of a contract.
type lineOf struct {
	holder
	line string
	kind contracts.Kind
}

// sorted tells contracts that can be added up from those that are drawn line by line.
type sorted struct {
	billedIn  map[stretch]period.Month // of the pieces that are added up; no month: not billed
	irregular map[holder]bool
	rests     []rest // of those that are added up
}

// rest is what was billed for a piece beyond what is scheduled.
type rest struct {
	holder
	at     stretch
	month  period.Month // of the bill
	amount money.Amount
}

// sortOut looks at every piece. Of the pieces of a stretch those are added up that were billed in the month most were.
func sortOut(scheduled []planned, billed []asked, currency money.Currency) sorted {
	lines := stints(scheduled, billed)
	out := sorted{billedIn: map[stretch]period.Month{}, irregular: map[holder]bool{}}
	count := map[stretch]map[period.Month]int{}
	for line, pieces := range lines {
		if !regular(pieces) {
			out.irregular[line.holder] = true
			continue
		}
		for _, p := range pieces {
			at := stretch{line.kind, p.span}
			if count[at] == nil {
				count[at] = map[period.Month]int{}
			}
			count[at][p.month]++
		}
	}
	for at, months := range count {
		out.billedIn[at] = commonest(months)
	}
	for line, pieces := range lines {
		for _, p := range pieces {
			at := stretch{line.kind, p.span}
			if out.billedIn[at] != p.month {
				out.irregular[line.holder] = true
			}
			if left := p.billed - p.sum; p.bills > 0 && left != 0 {
				out.rests = append(out.rests, rest{line.holder, at, p.month, money.Of(left, currency)})
			}
		}
	}
	out.rests = slices.DeleteFunc(out.rests, func(r rest) bool { return out.irregular[r.holder] })
	return out
}

// stints brings both sides together, piece by piece.
func stints(scheduled []planned, billed []asked) map[lineOf][]stint {
	lines := make(map[lineOf][]stint, len(scheduled))
	room := make([]stint, len(scheduled)) // most lines have one piece: they share memory
	for i, s := range scheduled {
		key := lineOf{s.holder, s.line, s.at.kind}
		room[i] = stint{span: s.at.span, sum: s.sum, least: s.least, most: s.most}
		if pieces := lines[key]; pieces == nil {
			lines[key] = room[i : i+1 : i+1]
		} else {
			lines[key] = append(pieces, room[i])
		}
	}
	for _, b := range billed {
		key := lineOf{b.holder, b.line, b.at.kind}
		pieces := lines[key]
		i := slices.IndexFunc(pieces, func(c stint) bool { return c.span == b.at.span })
		if i < 0 {
			pieces, i = append(pieces, stint{span: b.at.span}), len(pieces)
			lines[key] = pieces
		}
		c := &pieces[i]
		if c.bills == 0 || c.month != b.month {
			c.bills++
		}
		c.month, c.billed = b.month, c.billed+b.amount
	}
	return lines
}

// regular says whether the pieces of a line can be added up: none shares days with another, and each was billed once, for
// as much as is scheduled or more, or not at all. It makes sense of pieces that a bill of nothing is for.
func regular(pieces []stint) bool {
	if !slices.ContainsFunc(pieces, func(c stint) bool { return c.bills > 0 }) {
		return true // nothing is billed: all is earned in that row
	}
	slices.SortFunc(pieces, func(a, b stint) int { return a.span.Start.Compare(b.span.Start) })
	for i := range pieces {
		c := &pieces[i]
		if i > 0 && c.span.Start.Before(pieces[i-1].span.End) {
			return false
		}
		switch {
		case c.bills == 0:
		case c.bills > 1:
			return false
		case c.billed == 0 && c.least >= 0:
			c.bills, c.month = 0, period.Month{}
		case c.billed > 0 && c.least >= 0 && c.billed >= c.sum:
		case c.billed < 0 && c.most <= 0 && c.billed <= c.sum:
		default:
			return false
		}
	}
	return true
}

// commonest is the month with the greatest count, the earliest of several.
func commonest(months map[period.Month]int) (out period.Month) {
	best := 0
	for _, month := range slices.SortedFunc(maps.Keys(months), period.Month.Compare) {
		if months[month] > best {
			out, best = month, months[month]
		}
	}
	return out
}

// moved is revenue of a stretch that was booked in another month than it belongs to.
type moved struct {
	holder
	at       stretch
	from, to period.Month
	amount   money.Amount
}

// monthly is what is scheduled of a stretch in a month, of all contracts that are added up.
type monthly struct {
	at     stretch
	month  period.Month
	amount money.Amount
}

// shares are those of the pieces that are added up.
func (s sorted) shares(sums []monthly, late []moved, recognized, asOf period.Month) []share {
	out := make([]share, 0, len(sums)+2*len(late))
	for _, m := range sums {
		out = append(out, share{s.billedIn[m.at], m.month, m.amount})
	}
	for _, l := range late {
		if !s.irregular[l.holder] {
			out = append(out, share{s.billedIn[l.at], l.from, l.amount.Neg()}, share{s.billedIn[l.at], l.to, l.amount})
		}
	}
	for _, r := range s.rests {
		if month, ok := awaited(r.at.kind, r.amount, r.at.span.End.AddDays(-1).MonthOf(), recognized, asOf); ok {
			out = append(out, share{r.month, month, r.amount})
			continue
		}
		for month, part := range byDays(r.amount.Abs(), r.at.span) { // billed and not to be earned, as allot has it
			if r.amount.Sign() < 0 {
				part = part.Neg()
			}
			out = append(out, share{r.month, month, part}, share{period.Month{}, month, part.Neg()})
		}
	}
	return out
}

// bills adds up what was billed to the contracts that are drawn line by line.
func (s sorted) bills(billed []asked, currency money.Currency) []ledger.BilledSum {
	type bill struct {
		lineOf
		span  period.Span
		month period.Month
	}
	sums := map[bill]int64{}
	for _, b := range billed {
		if s.irregular[b.holder] {
			sums[bill{lineOf{b.holder, b.line, b.at.kind}, b.at.span, b.month}] += b.amount
		}
	}
	out := make([]ledger.BilledSum, 0, len(sums))
	for b, minor := range sums {
		out = append(out, ledger.BilledSum{Account: b.account, BookedIn: b.month, Amount: money.Of(minor, currency),
			Piece: ledger.Piece{LineKey: ledger.LineKey{Contract: int64(b.contract), Line: b.line}, Kind: string(b.kind), Span: b.span}})
	}
	return out
}
