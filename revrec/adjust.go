package revrec

import (
	"fmt"
	"slices"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// The kinds of schedule rows that assessments add beside what is stated.
const (
	Allocation   contracts.Kind = "allocation"   // a promise is worth more or less than the contract says of it
	Leveling     contracts.Kind = "leveling"     // an uneven price of one service
	Variable     contracts.Kind = "variable"     // expected, and not charged yet
	Refundable   contracts.Kind = "refundable"   // charged, and expected to be given back
	Modification contracts.Kind = "modification" // what was left of a price, shared anew
	Financed     contracts.Kind = "financing"    // what is paid for time is no revenue, or is more than was paid
)

// adjustment is the pair of accounts that a kind moves revenue between: the other side stands as an asset when more was earned
// than is stated, and as a liability when less was.
type adjustment struct {
	revenue, asset, liability ledger.Account
}

// adjustments is the one table of kinds and accounts. These postings do not go through Settle: whether a line is deferred or
// unbilled is a matter of what is stated.
var adjustments = map[contracts.Kind]adjustment{
	Allocation:   {ledger.AdjustmentRevenue, ledger.AdjustmentLiability, ledger.AdjustmentLiability},
	Leveling:     {ledger.Revenue, ledger.ContractAsset, ledger.ContractLiability},
	Variable:     {ledger.Revenue, ledger.ContractAsset, ledger.ContractLiability},
	Refundable:   {ledger.Revenue, ledger.ContractAsset, ledger.RefundLiability},
	Modification: {ledger.Revenue, ledger.ContractAsset, ledger.ContractLiability},
	Financed:     {ledger.Revenue, ledger.FinancingLiability, ledger.FinancingLiability},
}

// interestOf is where interest is earned or borne: what of a row is not revenue. A loan bears the one or the other.
var interestOf = adjustment{0, ledger.InterestExpense, ledger.InterestIncome}

// Adjusts says whether rows of a kind come from an assessment.
func Adjusts(k contracts.Kind) bool { _, ok := adjustments[k]; return ok }

// RevenueAccount is where rows of a kind are earned.
func RevenueAccount(k contracts.Kind) ledger.Account {
	if a, ok := adjustments[k]; ok {
		return a.revenue
	}
	switch k {
	case contracts.OverCap:
		return ledger.OverageRevenue
	case Credited:
		return ledger.CreditNotes
	case Voided:
		return ledger.Voids
	case Lapsed:
		return ledger.BreakageRevenue
	}
	return ledger.Revenue
}

// isRevenue says whether recognition books revenue to an account.
func isRevenue(a ledger.Account) bool { return a.Earns() }

// promised names a line among the contracts of an account.
type promised struct {
	contract contracts.ID
	line     string
}

// assessing is what the assessments of an account say beside its pieces.
type assessing struct {
	through  period.Month
	pieces   map[contracts.ID][]contracts.Piece // as all that is known prices them
	currency map[contracts.ID]money.Currency
	numbers  map[string]contracts.ID
	judged   map[contracts.ID][]*judged                    // by contract that they are about, in the order of approval
	policy   func(contracts.ID, period.Date) ledger.Policy // nil: nobody has chosen any
}

// assess works out what the assessments of an account say of its pieces as they are known through a month.
func assess(f Facts, pieces map[contracts.ID][]contracts.Piece, through period.Month, price pricer) (*assessing, error) {
	s := &assessing{through: through, pieces: pieces, currency: map[contracts.ID]money.Currency{}, numbers: map[string]contracts.ID{}, judged: map[contracts.ID][]*judged{}}
	for _, a := range f.Agreements {
		s.numbers[a.Number], s.currency[a.Contract] = a.Contract, a.Currency
	}
	s.policy = f.policyOf()
	priced := map[string][]era{} // by group: a contract is judged many times, and priced once
	for _, x := range f.Assessed {
		if s.currency[x.Lead] == "" {
			continue // of another legal entity: not asked for
		}
		group := s.group(x)
		key := fmt.Sprint(group)
		if priced[key] == nil {
			var err error
			if priced[key], err = eras(f.Agreements, group, pieces, price); err != nil {
				return nil, err
			}
		}
		for _, era := range priced[key] {
			for _, book := range x.bookNames() {
				j, err := s.judge(x, book, group, era)
				if err != nil {
					return nil, err
				}
				for _, id := range group {
					s.judged[id] = append(s.judged[id], j)
				}
			}
		}
	}
	return s, nil
}

// group are the contracts that an assessment is about.
func (s *assessing) group(x Assessed) []contracts.ID {
	group := []contracts.ID{x.Lead}
	for _, c := range x.Combined {
		if id, ok := s.numbers[c.Contract]; ok {
			group = append(group, id)
		}
	}
	return group
}

// inForce is the assessment that governs a contract in a book on a day: the one approved last of those that are effective, as
// it judges the price that was agreed by then.
func (s *assessing) inForce(contract contracts.ID, book ledger.Book, on period.Date) *judged {
	var found *judged
	for _, j := range s.judged[contract] {
		if (j.book == "" || j.book == book) && !j.Effective.After(on) && j.era.days.Contains(on) {
			found = j
		}
	}
	return found
}

// schedule is what a contract earns by month: as stated, in the pattern that was judged, and what assessments add to it.
func (s *assessing) schedule(contract contracts.ID) []Row {
	plain, apart := s.divide(contract)
	if len(s.judged[contract]) == 0 && len(apart) == 0 {
		return Schedule(contract, plain, s.through)
	}
	rows := newRows(s.stated(contract, plain))
	for _, x := range apart {
		x.rows(contract, s.through, rows)
	}
	for key, row := range s.adjusted(contract) {
		rows[key] = row
	}
	return rows.sorted()
}

// rowsByKey are rows that add up by key.
type rowsByKey map[Key]Row

func newRows(list []Row) rowsByKey {
	rows := rowsByKey{}
	for _, r := range list {
		rows[r.Key] = r
	}
	return rows
}

// put adds a row to what its key has; what comes to nothing is left out.
func (r rowsByKey) put(row Row) {
	row.Amount, row.PassedOn = r[row.Key].Amount.Add(row.Amount), r[row.Key].PassedOn.Add(row.PassedOn)
	if row.income().zero() {
		delete(r, row.Key)
	} else {
		r[row.Key] = row
	}
}

func (r rowsByKey) sorted() []Row {
	out := make([]Row, 0, len(r))
	for _, row := range r {
		out = append(out, row)
	}
	slices.SortFunc(out, func(a, b Row) int { return a.compare(b.Key) })
	return out
}

// stated are the rows of a contract's pieces. A month earns what was earned by its end under the assessment in force then, less
// what was by its beginning under the one in force before: a hold that is lifted, or another pattern, is caught up.
func (s *assessing) stated(contract contracts.ID, pieces []contracts.Piece) []Row {
	rows := rowsByKey{}
	for _, p := range pieces {
		over, forward := s.horizon(contract, p)
		cum := money.Zero(p.Amount.Currency())
		for _, month := range over.Months() {
			if !forward && month.After(s.through) {
				break
			}
			j, t := s.inForce(contract, ledger.USGAAP, month.Last()), plainTrack(p)
			if j != nil {
				t = j.track(contract, p)
			}
			next := t.at(month.End())
			row := Row{Key: Key{Contract: contract, Line: p.Line, Kind: p.Kind, Span: p.Span, Month: month}, Recognition: t.recognition, Version: p.Version}
			row.Amount, row.PassedOn = next.Sub(cum), passedOn(p, next).Sub(passedOn(p, cum))
			if j != nil {
				row.Assessment = j.Number
			}
			rows.put(row)
			cum = next
		}
	}
	return rows.sorted()
}

// horizon are the days over which a piece may be earned under any assessment, and whether that is known in advance.
func (s *assessing) horizon(contract contracts.ID, p contracts.Piece) (over period.Span, forward bool) {
	t := plainTrack(p)
	over, forward = t.over, ahead(t.recognition)
	for _, j := range s.judged[contract] {
		t := j.track(contract, p)
		over = hull(over, t.over, period.NewSpan(j.Effective, j.Effective.AddDays(1)))
		forward = forward && ahead(t.recognition)
	}
	return over, forward
}

// hull is the shortest span around some.
func hull(spans ...period.Span) period.Span {
	var out period.Span
	for _, s := range spans {
		switch {
		case s.Empty():
		case out.Empty():
			out = s
		default:
			out = period.NewSpan(period.MinDate(out.Start, s.Start), period.MaxDate(out.End, s.End))
		}
	}
	return out
}

// adjusted are the rows beside what is stated. They are common to all books as far as all books agree.
func (s *assessing) adjusted(contract contracts.ID) map[Key]Row {
	rows := rowsByKey{}
	for _, book := range books {
		for _, row := range s.adjustedIn(contract, book) {
			rows[row.Key] = row
		}
	}
	for key, row := range rows {
		other := key
		if other.Book = otherBook; key.Book != ledger.USGAAP || rows[other].Amount != row.Amount {
			continue
		}
		delete(rows, key)
		delete(rows, other)
		key.Book = ""
		row.Key = key
		rows[key] = row
	}
	return rows
}

// books are those that differ in estimates; reports are of the first unless they say otherwise.
var books = []ledger.Book{ledger.USGAAP, otherBook}

const otherBook = ledger.IFRS

func (s *assessing) adjustedIn(contract contracts.ID, book ledger.Book) []Row {
	rows := rowsByKey{}
	for _, c := range s.curves(contract) {
		nothing := money.Zero(s.currency[contract])
		cum := income{nothing, nothing}
		for _, month := range c.over.Months() {
			if !c.forward && month.After(s.through) {
				break
			}
			next, row := income{nothing, nothing}, Row{Recognition: catalog.Ratable}
			if j := s.inForce(contract, book, month.Last()); j != nil {
				next, row.Assessment, row.Version = j.income(c.kind, promised{contract, c.line}, month.End()), j.Number, c.version
			}
			if !c.forward {
				row.Recognition = catalog.AsUsed
			}
			row.Key = Key{Contract: contract, Line: c.line, Kind: c.kind, Span: month.Span(), Month: month, Book: book}
			row.Amount, row.PassedOn = next.amount.Sub(cum.amount), next.passed.Sub(cum.passed)
			rows.put(row)
			cum = next
		}
	}
	return rows.sorted()
}

// curve is a line and kind that some assessment of a contract adjusts, and the days over which it can.
type curve struct {
	kind    contracts.Kind
	line    string
	over    period.Span
	forward bool // known in advance
	version int
}

func (s *assessing) curves(contract contracts.ID) []curve {
	var out []curve
	for _, j := range s.judged[contract] {
		for _, c := range j.curves(contract) {
			i := slices.IndexFunc(out, func(o curve) bool { return o.kind == c.kind && o.line == c.line })
			if i < 0 {
				out = append(out, c)
				continue
			}
			out[i].over, out[i].forward, out[i].version = hull(out[i].over, c.over), out[i].forward && c.forward, max(out[i].version, c.version)
		}
	}
	for i := range out { // a later assessment without it takes it back in its month
		for _, j := range s.judged[contract] {
			out[i].over = hull(out[i].over, period.NewSpan(j.Effective, j.Effective.AddDays(1)))
		}
	}
	return out
}
