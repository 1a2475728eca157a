package revrec

import (
	"cmp"
	"fmt"
	"slices"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// The kinds of schedule rows that an accounting policy sets apart from what is stated, because they have an account of their own.
const (
	Credited contracts.Kind = "credited" // what had been earned of a price that is given back
	Voided   contracts.Kind = "voided"   // the same, of an invoice that was taken back and is not asked for again
	Lapsed   contracts.Kind = "breakage" // paid ahead, and not used in its time
)

// billedAs is under which kind what such a row is about was asked for.
func billedAs(k contracts.Kind) contracts.Kind {
	switch k {
	case Credited, Voided:
		return contracts.Concession
	case Lapsed:
		return contracts.Prepayment
	}
	return k
}

// GivenBack says whether rows of a kind lower revenue because a price was given back.
func GivenBack(k contracts.Kind) bool { return billedAs(k) == contracts.Concession }

// divided is a piece that a policy divides: its parts add up to it.
type divided struct {
	contracts.Piece
	track
	policy ledger.Policy
	parts  []part
}

type part struct {
	kind contracts.Kind
	at   func(before period.Date) money.Amount
}

// rows are what the parts earn by month.
func (x divided) rows(contract contracts.ID, through period.Month, rows rowsByKey) {
	for i, part := range x.parts {
		for _, month := range x.over.Months() {
			if !ahead(x.recognition) && month.After(through) {
				break
			}
			rows.put(Row{Key: Key{Contract: contract, Line: x.Line, Kind: part.kind, Span: x.Span, Month: month},
				Amount:   part.at(month.End()).Sub(part.at(month.First())),
				PassedOn: x.passedOn(i, month.End()).Sub(x.passedOn(i, month.First())), Recognition: x.recognition, Version: x.Version})
		}
	}
}

// passedOn is what of a part is passed on, as we are the agent: the parts together pass on what the whole does, to the cent.
func (x divided) passedOn(part int, before period.Date) money.Amount {
	sum := money.Zero(x.Amount.Currency())
	for _, earlier := range x.parts[:part] {
		sum = sum.Add(earlier.at(before))
	}
	return passedOn(x.Piece, sum.Add(x.parts[part].at(before))).Sub(passedOn(x.Piece, sum))
}

// policyOf answers by which policy a contract's seller books on a day in the primary book; nil when nobody has chosen any.
func (f Facts) policyOf() func(contracts.ID, period.Date) ledger.Policy {
	if !f.Policies.Chosen() {
		return nil
	}
	return func(contract contracts.ID, on period.Date) ledger.Policy {
		for _, a := range f.Agreements {
			if a.Contract == contract {
				return f.Policies.Of(a.Entity, ledger.USGAAP, on)
			}
		}
		return ledger.DefaultPolicy()
	}
}

// divide sets apart the pieces of a contract that a policy does not leave as they are stated.
func (s *assessing) divide(contract contracts.ID) (plain []contracts.Piece, apart []divided) {
	pieces := s.pieces[contract]
	if s.policy == nil {
		return pieces, nil
	}
	dividing := dividing{s: s, contract: contract, pieces: pieces, taken: map[string]ledger.Share{}}
	for _, p := range inOrderOfGrant(pieces) {
		var x divided
		switch p.Kind {
		case contracts.Concession:
			x = dividing.concession(p)
		case contracts.Prepayment:
			x = dividing.prepayment(p)
		}
		if len(x.parts) == 0 {
			plain = append(plain, p)
		} else {
			apart = append(apart, x)
		}
	}
	return plain, apart
}

// inOrderOfGrant puts concessions last, in the order in which they were granted: each takes back of what earlier ones left.
func inOrderOfGrant(pieces []contracts.Piece) []contracts.Piece {
	var charges, concessions []contracts.Piece
	for _, p := range pieces {
		if p.Kind == contracts.Concession {
			concessions = append(concessions, p)
		} else {
			charges = append(charges, p)
		}
	}
	slices.SortStableFunc(concessions, func(a, b contracts.Piece) int { return cmp.Compare(a.Nth, b.Nth) })
	return append(charges, concessions...)
}

// dividing is one contract under way, with what earlier concessions took of each line.
type dividing struct {
	s        *assessing
	contract contracts.ID
	pieces   []contracts.Piece
	taken    map[string]ledger.Share
}

// concession divides what a credit takes back into what was earned by the day it was granted, and what was not. In proportion,
// in the months it belongs to and as less revenue it is as stated: the piece is earned like what it lowers.
func (d *dividing) concession(p contracts.Piece) divided {
	granted := p.BillOn
	x := divided{Piece: p, track: d.s.trackOn(d.contract, p, granted), policy: d.s.policy(d.contract, granted)}
	stated, amount := x.at(granted).Neg(), p.Amount.Neg()
	was := d.taken[p.Line]
	earned := x.policy.EarnedOfCredit(d.standing(p, granted).Sub(was), amount, stated)
	d.taken[p.Line] = was.Add(ledger.Share{Recognized: earned, Deferred: amount.Sub(earned)})
	if amount.IsZero() {
		return divided{}
	}
	kind := shownAs(p, x.policy)
	if earned == stated && kind == contracts.Concession && x.policy.CatchUp == ledger.InAttributed {
		return divided{}
	}
	x.track = d.s.followed(d.contract, p, granted, x.track)
	x.parts = []part{{kind, x.takenBack(granted, earned)}, {contracts.Concession, x.notEarned(granted, amount.Sub(earned))}}
	x.over = hull(x.over, period.NewSpan(granted, granted.AddDays(1)))
	return x
}

// followed goes on from the day of a credit as is judged from then on: what is met by progress, or held, is known only later.
func (s *assessing) followed(contract contracts.ID, p contracts.Piece, granted period.Date, by track) track {
	if len(s.judged[contract]) == 0 {
		return by
	}
	at := by.at
	over, forward := s.horizon(contract, p)
	if by.over = hull(by.over, over); !forward {
		by.recognition = catalog.AsUsed
	}
	by.at = func(before period.Date) money.Amount {
		if !granted.Before(before) {
			return at(before)
		}
		return s.trackOn(contract, p, before.AddDays(-1)).at(before)
	}
	return by
}

// shownAs is the kind of what is taken back of earned revenue.
func shownAs(p contracts.Piece, by ledger.Policy) contracts.Kind {
	void := contracts.Voids(p.Detail.Reason)
	switch {
	case void && by.Voids == ledger.ContraAccount:
		return Voided
	case !void && by.Credits == ledger.ContraAccount:
		return Credited
	}
	return contracts.Concession
}

// takenBack is the earned part of a credit: on the months it belongs to, or on that of the credit.
func (x divided) takenBack(granted period.Date, earned money.Amount) func(period.Date) money.Amount {
	nothing, by, stated := earned.Sub(earned), x.at(granted), x.at
	return func(before period.Date) money.Amount {
		switch {
		case x.policy.CatchUp == ledger.InAttributed && !by.IsZero():
			return money.SpreadToExact(earned.Neg(), stated(period.MinDate(before, granted)).Exact(), by.Exact())
		case granted.Before(before):
			return earned.Neg()
		}
		return nothing
	}
}

// notEarned is the rest: it makes what is still to come cheaper.
func (x divided) notEarned(granted period.Date, rest money.Amount) func(period.Date) money.Amount {
	nothing, by, stated := rest.Sub(rest), x.at(granted), x.at
	whole := x.Amount.Sub(by)
	return func(before period.Date) money.Amount {
		switch {
		case !granted.Before(before):
			return nothing
		case whole.IsZero():
			return rest.Neg()
		}
		return money.SpreadToExact(rest.Neg(), stated(before).Sub(by).Exact(), whole.Exact())
	}
}

// standing is what the charges that a concession lowers have earned before a day, and what they will.
func (d *dividing) standing(p contracts.Piece, before period.Date) ledger.Share {
	var out ledger.Share
	for _, charge := range d.pieces {
		if charge.Line == p.Line && charge.Kind != contracts.Concession && charge.Touches(p.Span) {
			earned := d.s.trackOn(d.contract, charge, before).at(before)
			out = out.Add(ledger.Share{Recognized: earned, Deferred: charge.Amount.Sub(earned)})
		}
	}
	return out
}

// trackOn is how a piece is earned by what is in force on a day.
func (s *assessing) trackOn(contract contracts.ID, p contracts.Piece, on period.Date) track {
	return s.inForce(contract, ledger.USGAAP, on).trackOf(contract, p)
}

// prepayment sets apart what lapses of a balance, month by month as the policy of its last day says.
func (d *dividing) prepayment(p contracts.Piece) divided {
	lapsed := func(before period.Date) money.Amount { return p.LapsedBefore(before) }
	x := divided{Piece: p, track: d.s.trackOn(d.contract, p, d.s.through.Last()), policy: d.s.policy(d.contract, d.s.through.Last())}
	own := money.Zero(p.Amount.Currency())
	var ends []period.Date
	var sums []money.Amount
	for _, month := range x.over.Months() {
		if d.s.policy(d.contract, month.Last()).BreakageTo == ledger.OwnAccount {
			own = own.Add(lapsed(month.End())).Sub(lapsed(month.First()))
		}
		ends, sums = append(ends, month.End()), append(sums, own)
	}
	if own.IsZero() {
		return divided{}
	}
	apart := func(before period.Date) money.Amount {
		sum := own.Sub(own)
		for i, end := range ends {
			if end.After(before) {
				break
			}
			sum = sums[i]
		}
		return sum
	}
	stated := x.at
	x.parts = []part{{Lapsed, apart}, {p.Kind, func(before period.Date) money.Amount { return stated(before).Sub(apart(before)) }}}
	return x
}

// explainDivided says why parts of pieces earn what they do in a month.
func explainDivided(apart []divided, line string, month period.Month) []Explanation {
	var out []Explanation
	for _, x := range apart {
		for i, part := range x.parts {
			before, after := part.at(month.First()), part.at(month.End())
			if x.Line != line || before == after {
				continue
			}
			p := x.Piece
			p.Kind = part.kind
			rule, because := x.why(part)
			passed := x.passedOn(i, month.End()).Sub(x.passedOn(i, month.First()))
			formula := less(after.Display(), before)
			if !passed.IsZero() {
				formula = less(bracketed(formula), passed)
			}
			out = append(out, Explanation{Piece: p, Earned: after.Sub(before).Sub(passed), Formula: formula, Rule: rule,
				Because: fmt.Sprintf("%s; what came about by the end of %s, less what had before it", because, month)})
		}
	}
	return out
}

// why names the policy that divides a piece.
func (x divided) why(of part) (rule, because string) {
	said := map[string]ledger.Described{}
	for _, d := range x.policy.Describe() {
		said[d.Key] = d
	}
	word := func(key string) string { return said[key].Asks + ": " + said[key].Means }
	if x.Kind == contracts.Prepayment {
		return "What is paid ahead and not used in its time is earned when it lapses (606-10-55-48)", "by the accounting policy " + word("breakage_account")
	}
	shows := "credits"
	if contracts.Voids(x.Detail.Reason) {
		shows = "voids"
	}
	because = fmt.Sprintf("by the accounting policy of %s. %s. %s. %s", x.BillOn, word("credit_split"), word(shows), word("catch_up"))
	if x.policy.CatchUp == ledger.InMonthOfChange {
		return "A change of the price is revenue of the month it is agreed in, as far as the service was given (606-10-32-43)", because
	}
	return "A change of the price is shared like the service it is for (606-10-32-42)", because
}
