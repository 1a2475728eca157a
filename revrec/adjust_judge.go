package revrec

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// judged is an assessment worked out on the pieces of its contracts, for one book.
type judged struct {
	*assessing
	Assessed
	book     ledger.Book // empty: every book
	group    []contracts.ID
	era      era
	progress map[promised][]AssessedProgress
	releases map[promised]AssessedRelease
	breakage map[promised]decimal.Decimal
	byHand   map[promised][]decimal.Decimal
	levels   []leveled
	shares   []Allocated // of the promises in order: what each is worth, and what that is more than is stated
	weights  []decimal.Decimal
	memo     map[promised]*pattern

	estimates []estimated
	changed   []baseline
	financed  []financed
}

// leveled are lines whose price is made even over days.
type leveled struct {
	lines []promised
	over  period.Span
}

// bookNames are the books an assessment is worked out for: all in one, unless it has estimates for one alone.
func (x Assessed) bookNames() []ledger.Book {
	if len(x.Books) == 0 {
		return []ledger.Book{""}
	}
	return books
}

func (s *assessing) judge(x Assessed, book ledger.Book, group []contracts.ID, days era) (*judged, error) {
	j := &judged{assessing: s, Assessed: x, book: book, group: group, era: days, progress: map[promised][]AssessedProgress{},
		releases: map[promised]AssessedRelease{}, breakage: map[promised]decimal.Decimal{}, byHand: map[promised][]decimal.Decimal{}, memo: map[promised]*pattern{}}
	for _, p := range x.Progress {
		line := j.line(p.Line)
		j.progress[line] = append(j.progress[line], p)
	}
	for _, list := range j.progress {
		slices.SortStableFunc(list, func(a, b AssessedProgress) int { return a.On.Compare(b.On) })
	}
	for _, r := range x.Releases {
		j.releases[j.line(r.Line)] = r
	}
	for _, b := range x.Breakage {
		j.breakage[j.line(b.Line)] = b.Expected
	}
	for _, b := range x.Schedules {
		j.byHand[j.line(b.Line)] = b.Percents
	}
	for _, l := range x.Leveling {
		j.levels = append(j.levels, leveled{j.lines(l.Lines), period.Through(l.From, l.Through)})
	}
	err := j.allocate()
	if err == nil {
		err = j.estimate()
	}
	if err != nil {
		return nil, fmt.Errorf("assessment %d of contract %s: %w", x.Number, x.Contract, err)
	}
	j.rebase()
	j.finance()
	return j, nil
}

// line finds a line by its id, and where the document says of which contract the promise is, there. Lines of combined contracts
// are promises, so that each is named once.
func (j *judged) line(id string) promised {
	for _, p := range j.Promises {
		if p.Line == id {
			return j.where(p.Contract, id)
		}
	}
	for _, contract := range j.group {
		if slices.ContainsFunc(j.assessing.pieces[contract], func(x contracts.Piece) bool { return x.Line == id }) {
			return promised{contract, id}
		}
	}
	return promised{j.Lead, id}
}

func (j *judged) lines(ids []string) []promised {
	out := make([]promised, len(ids))
	for i, id := range ids {
		out[i] = j.line(id)
	}
	return out
}

func (j *judged) where(contract, line string) promised {
	if id, ok := j.numbers[contract]; ok {
		return promised{id, line}
	}
	return promised{j.Lead, line}
}

func (j *judged) promise(line promised) (AssessedPromise, bool) {
	for _, p := range j.Promises {
		if j.where(p.Contract, p.Line) == line {
			return p, true
		}
	}
	return AssessedPromise{}, false
}

// days are those over which a promise was judged to be met.
func (p AssessedPromise) days() period.Span {
	switch {
	case p.From.IsZero():
		return period.Span{}
	case p.Through.IsZero():
		return period.NewSpan(p.From, p.From.AddDays(1))
	}
	return period.Through(p.From, p.Through)
}

// held says from which day on a line is held.
func (j *judged) held(line promised) (from period.Date, ok bool) {
	for _, h := range j.Holds {
		if h.Line != "" && j.line(h.Line) != line {
			continue
		}
		day := h.From
		if day.IsZero() {
			day = j.Effective
		}
		if !ok || day.Before(from) {
			from, ok = day, true
		}
	}
	return from, ok
}

// served are all days of a line's charges.
func (j *judged) served(line promised) period.Span {
	var out period.Span
	for _, p := range j.priced(line) {
		out = hull(out, p.Served())
	}
	return out
}

// priced are the pieces of a line that are a fixed price: what is counted belongs to the days it is counted on (32-40), and a
// credit to those it makes good.
func (j *judged) priced(line promised) []contracts.Piece {
	var out []contracts.Piece
	for _, p := range j.era.pieces[line.contract] {
		if p.Line == line.line && fixedPrice(p.Kind) {
			out = append(out, p)
		}
	}
	return out
}

func fixedPrice(k contracts.Kind) bool {
	return k == contracts.FixedFee || k == contracts.OneTime || k == contracts.Prepayment
}

// allocate shares the price over the promises. What is stated was frozen when the assessment was proposed: an amendment does
// not share the price anew before somebody has looked at it.
func (j *judged) allocate() error {
	currency := j.currency[j.Lead]
	price, list := money.Zero(currency), make([]Promise, len(j.Promises))
	for i, p := range j.Promises {
		stated := j.statedOf(p)
		price = price.Add(stated)
		list[i] = Promise{Name: fmt.Sprint(i), Stated: stated, Residual: p.Residual, Low: p.Low, High: p.High}
		if p.Standalone != nil {
			list[i].Standalone = *p.Standalone
		}
		j.weights = append(j.weights, stated.Decimal())
		if j.Allocation == ByStandalone {
			j.weights[i] = list[i].Standalone
		}
	}
	if j.Allocation != ByStandalone || len(list) == 0 || j.Changed != nil { // a modified price is shared from its base
		return nil
	}
	var bundles []Bundle
	for _, b := range j.Bundles {
		next := Bundle{Price: b.Price}
		for _, id := range b.Lines {
			i := slices.IndexFunc(j.Promises, func(p AssessedPromise) bool { return p.Line == id })
			if i < 0 {
				return fault.New(fault.Invalid, "a bundle names %q, which is no promise", id)
			}
			next.Of = append(next.Of, fmt.Sprint(i))
		}
		bundles = append(bundles, next)
	}
	shares, err := AllocatePrice(price, list, bundles...)
	j.shares = shares
	for i, p := range j.Promises { // a residual is worth what it got
		if p.Residual && err == nil {
			j.weights[i] = shares[i].Amount.Decimal()
		}
	}
	return err
}

// statedOf is what the contract says of a promise.
func (j *judged) statedOf(p AssessedPromise) money.Amount {
	sum := money.Zero(j.currency[j.Lead])
	if p.Stated != nil {
		return inMoney(*p.Stated, sum.Currency())
	}
	for _, x := range j.priced(j.where(p.Contract, p.Line)) {
		sum = sum.Add(kept(x, x.Amount))
	}
	return sum
}

// kept is what of an amount is ours.
func kept(p contracts.Piece, amount money.Amount) money.Amount {
	return amount.Sub(passedOn(p, amount))
}
