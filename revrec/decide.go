package revrec

import (
	"cmp"
	"fmt"
	"slices"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/usage"
)

// Facts is everything that decides what a paying account has earned. Usage must
// reach to the end of the month that is decided through.
type Facts struct {
	Account    customers.AccountID
	Agreements []contracts.Agreement
	Usage      *usage.Days
	Standing   *ledger.Standing
	Stored     *Stored
	Assessed   []Assessed                                   // approved, in the order in which they were
	Policies   *ledger.Policies                             // nil: nobody has chosen any
	Carried    []Carried                                    // of contracts that began in another system
	FirstOpen  func(entities.ID, period.Month) period.Month // nil: no month is closed
}

// Plan is what a run appends: schedule rows, entries, and which rows they
// recognize.
type Plan struct {
	Rows       []Row
	Entries    []ledger.Entry
	Recognized []Recognition
}

// Empty says that nothing changes.
func (p Plan) Empty() bool { return len(p.Rows) == 0 && len(p.Recognized) == 0 }

// Decide schedules an account's contracts and recognizes every month up to and
// with through. It changes nothing it is given; Facts.Book moves the facts on.
//
// The schedule is computed anew from what was agreed and used, and the stored one
// taken off. Months are compared by attribution: it does not matter in which
// order months were run, or in which month something had to be booked.
//
// A month before the last one recognized is decided by what is known through that
// one: what usage of a month uses up (a credit, a discount's amount, a minimum)
// can change what months before it have earned, and a run that does not look at it
// would take back what the later run booked.
func Decide(c *catalog.Catalog, f Facts, through period.Month) (Plan, error) {
	through = later(through, f.Stored.lastRecognized())
	d := deciding{facts: f, through: through, stored: f.Stored.clone(), next: f.Standing.Next, positions: map[ledger.LineKey]ledger.Position{}}
	d.adjusted = map[adjustedKey]money.Amount{}
	if len(f.Assessed) > 0 {
		d.adjusted = d.stored.adjusted()
	}
	stored := d.stored.byContract()
	earning, err := f.earning(c, through)
	if err != nil {
		return Plan{}, err
	}
	for _, a := range f.Agreements {
		keys := d.schedule(a, carry(earning.schedule(a.Contract), a.Contract, f.Carried), stored[a.Contract])
		d.recognize(a, keys)
	}
	return d.plan, nil
}

// earning prices the contracts of an account through a month, and puts what was assessed to it.
func (f Facts) earning(c *catalog.Catalog, through period.Month) (*assessing, error) {
	price := func(a contracts.Agreement) ([]contracts.Piece, error) {
		return contracts.Charges(a, c, f.Usage, through.End())
	}
	pieces := make(map[contracts.ID][]contracts.Piece, len(f.Agreements))
	for _, a := range f.Agreements {
		var err error
		if pieces[a.Contract], err = price(a); err != nil {
			return nil, err
		}
	}
	return assess(f, pieces, through, price)
}

// Book moves the facts on by a plan, as appending it and loading again would.
func (f Facts) Book(p Plan) {
	keys := map[int64]Key{}
	for key, c := range f.Stored.cells {
		for _, id := range c.open {
			keys[id] = key
		}
	}
	for _, r := range p.Rows {
		f.Stored.add(r)
		keys[r.ID] = r.Key
	}
	for _, r := range p.Recognized {
		f.Stored.recognize(keys[r.Row], r.Entry)
	}
	for _, e := range p.Entries {
		f.Standing.Book(e)
	}
}

// deciding is one call of Decide under way; its stored schedule and positions
// are copies.
type deciding struct {
	facts     Facts
	through   period.Month
	stored    *Stored
	next      int64 // place of the next entry
	positions map[ledger.LineKey]ledger.Position
	adjusted  map[adjustedKey]money.Amount // revenue beside what is stated, as it stands booked
	plan      Plan
}

// schedule appends the difference between a contract's schedule as computed and
// as stored (the keys it has), and returns all its keys in order.
func (d *deciding) schedule(a contracts.Agreement, computed []Row, stored []Key) []Key {
	want := make(map[Key]Row, len(computed))
	for _, r := range computed {
		want[r.Key] = r
	}
	for _, key := range stored {
		if _, ok := want[key]; !ok {
			want[key] = Row{Key: key, Amount: money.Zero(a.Currency), PassedOn: money.Zero(a.Currency), Recognition: d.stored.cells[key].recognition, Version: a.Latest().Number}
		}
	}
	keys := make([]Key, 0, len(want))
	for key := range want {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, Key.compare)
	for _, key := range keys {
		// Usage after through was not looked at: a run for an earlier month must
		// not take back what a later one found.
		if key.Month.After(d.through) && !ahead(want[key].Recognition) {
			continue
		}
		row := want[key]
		row.Amount = row.Amount.Sub(d.stored.cells[key].planned.amount)
		row.PassedOn = row.PassedOn.Sub(d.stored.cells[key].planned.passed)
		if !row.Amount.IsZero() || !row.PassedOn.IsZero() {
			row.ID, row.Entity = d.stored.Next, a.Entity
			d.stored.add(row)
			d.plan.Rows = append(d.plan.Rows, row)
		}
	}
	return keys
}

// recognize books what is due of a contract, one entry for each month that the
// revenue belongs to. Keys are in order of month.
func (d *deciding) recognize(a contracts.Agreement, keys []Key) {
	for len(keys) > 0 && !keys[0].Month.After(d.through) {
		n := slices.IndexFunc(keys, func(k Key) bool { return k.Month != keys[0].Month })
		if n < 0 {
			n = len(keys)
		}
		d.month(a, keys[0].Month, keys[:n])
		keys = keys[n:]
	}
}

// month books what is due for the keys of one month, an entry for each book. Rows that cancel each other before they were
// recognized are marked and book nothing.
func (d *deciding) month(a contracts.Agreement, month period.Month, keys []Key) {
	n := 0
	for _, book := range []ledger.Book{"", ledger.USGAAP, ledger.IFRS} {
		var own []Key
		for _, key := range keys {
			if key.Book == book {
				own = append(own, key)
			}
		}
		if len(own) > 0 && d.enter(a, month, book, own, n) {
			n++
		}
	}
}

// enter books what is due for the keys of one month in a book, and says whether there was anything.
func (d *deciding) enter(a contracts.Agreement, month period.Month, book ledger.Book, keys []Key, before int) bool {
	booked := month
	if d.facts.FirstOpen != nil {
		booked = d.facts.FirstOpen(a.Entity, month)
	}
	e := d.entry(a, month, booked, before)
	e.Book = book
	moved := d.moved(a, keys)
	var lines earnedLines
	for _, key := range keys {
		c := d.stored.cells[key]
		seq := int64(0)
		if due := c.due(); !due.zero() && !moved[d.earningOf(a, key)].zero() {
			if Adjusts(key.Kind) {
				e.Postings = append(e.Postings, d.adjust(key, c.last, due)...)
			} else {
				lines.add(ledger.LineKey{Contract: int64(a.Contract), Line: key.Line}, due.amount)
				e.Postings = append(e.Postings, d.revenue(a, key, c.last, due)...)
			}
			seq = e.Seq
		}
		for _, row := range c.open {
			d.plan.Recognized = append(d.plan.Recognized, Recognition{row, seq, booked, booked != month})
		}
	}
	if len(e.Postings) == 0 {
		return false
	}
	e.Postings = append(d.settle(lines), e.Postings...)
	for i := range e.Postings {
		e.Postings[i].Customer, e.Postings[i].Month = cmp.Or(e.Postings[i].Customer, a.Payer), month
	}
	d.plan.Entries = append(d.plan.Entries, e)
	d.next++
	return true
}

// earning is what a revenue balance is kept by.
type earning struct {
	line    string
	account ledger.Account
	kind    contracts.Kind // of what is adjusted, which has another side of its own
}

func (d *deciding) earningOf(a contracts.Agreement, key Key) earning {
	x := earning{line: key.Line, account: RevenueAccount(key.Kind)}
	if key.Kind == contracts.OverCap {
		x.account = d.facts.Policies.Of(a.Entity, ledger.USGAAP, key.Month.Last()).OverageAccount()
	}
	if Adjusts(key.Kind) {
		x.kind = key.Kind
	}
	return x
}

// moved adds up what is due by balance. An amendment that cuts a period moves
// what was earned from the old span to the new one: nothing to book, when the
// days before it cost what they did.
func (d *deciding) moved(a contracts.Agreement, keys []Key) map[earning]income {
	out := map[earning]income{}
	for _, key := range keys {
		at := d.earningOf(a, key)
		out[at] = out[at].add(d.stored.cells[key].due())
	}
	return out
}

// entry names the next entry: the count keeps its source its own when late facts
// add to a month that was recognized before.
func (d *deciding) entry(a contracts.Agreement, month, booked period.Month, before int) ledger.Entry {
	n := len(d.stored.entries[booking{a.Contract, month}]) + 1 + before
	return ledger.Entry{
		Account: a.Account, Seq: d.next, Entity: a.Entity, Currency: a.Currency, BookedOn: booked.Last(),
		Source: fmt.Sprintf("revenue:%s:%s:%d", a.Number, month, n),
		Memo:   fmt.Sprintf("Revenue of %s, contract %s", month, a.Number),
	}
}

// revenue credits what a key earns and points at the row that is recognized: as an agent what we keep of it is revenue,
// and the rest is owed to whoever gets it.
func (d *deciding) revenue(a contracts.Agreement, key Key, row int64, due income) []ledger.Posting {
	kept, passed := ledger.Credit(d.earningOf(a, key).account, due.amount.Sub(due.passed)), ledger.Credit(ledger.PayableToPrincipal, due.passed)
	if !due.passed.IsZero() {
		passed.Customer = a.PassedTo(key.Line)
	}
	var out []ledger.Posting
	for _, p := range []ledger.Posting{kept, passed} {
		if !p.Amount.IsZero() {
			p.Contract, p.Line, p.Schedule = int64(key.Contract), key.Line, row
			out = append(out, p)
		}
	}
	return out
}
