package scenario

import (
	"fmt"
	"reflect"
	"slices"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/revrec"
	"ratable/usage"
)

// Play lives through a scenario, day by day, as the jobs would: the facts of the
// day, then recognition of the months that are over, then the invoices of the
// day, and last the closing of months. It is pure. A fact that cannot be (an
// invoice that is not there, a payment of nothing) is fault.Invalid with its
// line; a month that cannot be closed is fault.Conflict.
//
//	day   months closed first, if so said -> usage, its corrections and amendments learned -> revenue through last month
//	      -> payments, credits, voids -> invoices due -> commissions -> months closed
func Play(s Scenario) (Outcome, error) { return play(s, false) }

// play can be told to look at every day, which must make no difference.
func play(s Scenario, everyDay bool) (Outcome, error) {
	p := newPlaying(s)
	for on := s.From; !on.After(s.Through); on = on.AddDays(1) {
		if err := p.day(on, everyDay); err != nil {
			return Outcome{}, err
		}
	}
	// The morning after: a last day that ends a month has earned it.
	if err := p.recognizeAll(s.Through.AddDays(1)); err != nil {
		return Outcome{}, err
	}
	return p.outcome(), nil
}

// playing is what the database would hold.
type playing struct {
	s         Scenario
	accounts  []*account
	byID      map[customers.AccountID]*account
	facts     []happening // that are still to come
	months    *ledger.Months
	converter *ledger.Converter
	numbers   map[series]int64
	book      book
	settled   int64 // settlements numbered so far
}

// account is one paying family under way.
type account struct {
	invoicing.Facts
	stored    *revrec.Stored
	assessed  []revrec.Assessed
	documents []invoicing.Issued
	late      []used // still to be learned
	refused   []RefusedUsage
	events    map[string]held // usage with an id
	days      map[period.Date]bool
	changed   bool  // since the last run
	seen      int64 // next place of the book when commissions were looked at last
}

// series is one number series of a legal entity.
type series struct {
	entity entities.ID
	kind   invoicing.Kind
	year   int
}

func newPlaying(s Scenario) *playing {
	p := &playing{
		s: s, byID: map[customers.AccountID]*account{}, facts: s.facts, months: ledger.NewMonths(),
		converter: ledger.NewConverter(s.world.Entities, s.world.Rates),
		numbers:   map[series]int64{}, book: newBook(),
	}
	for _, f := range s.families {
		a := &account{stored: revrec.NewStored(), days: map[period.Date]bool{}, events: map[string]held{}}
		a.Facts = invoicing.Facts{
			Account: f.account, Agreements: slices.Clone(f.agreements), Customers: f.customers,
			Usage: &usage.Days{}, Standing: ledger.NewStanding(),
		}
		for _, u := range f.used {
			if u.late() {
				a.late = append(a.late, u)
			} else {
				a.count(u)
			}
		}
		for _, agreement := range a.Agreements {
			for _, v := range agreement.Versions {
				mark(a.days, v.Document)
			}
		}
		p.accounts, p.byID[f.account] = append(p.accounts, a), a
	}
	return p
}

func (p *playing) day(on period.Date, look bool) error {
	if err := p.closeFirst(on); err != nil {
		return err
	}
	var closures, corrections, rest []happening
	for len(p.facts) > 0 && !p.facts[0].on.After(on) {
		switch f := p.facts[0]; x := f.does.(type) {
		case amendment:
			p.amend(x)
		case delivery:
			p.deliver(x)
		case takeover:
			p.takeOver(x)
		case judgment:
			if err := p.judge(x); err != nil {
				return f.wrap(err)
			}
		case invoicing.Hold:
			p.hold(x)
		case closure:
			closures = append(closures, f)
		case fix, replacement:
			corrections = append(corrections, f)
		default:
			rest = append(rest, f)
		}
		p.facts = p.facts[1:]
	}
	for _, a := range p.accounts {
		a.learn(on)
	}
	for _, f := range corrections { // of what is known by now
		if err := p.correct(f.does); err != nil {
			return f.wrap(err)
		}
	}
	if err := p.recognize(on, look); err != nil {
		return err
	}
	for _, f := range rest {
		if err := p.happen(f); err != nil {
			return f.wrap(err)
		}
	}
	if err := p.invoice(on, look); err != nil {
		return err
	}
	if err := p.accrue(on); err != nil {
		return err
	}
	for _, f := range closures {
		if err := p.close(on, f.does.(closure)); err != nil {
			return f.wrap(err)
		}
	}
	return nil
}

// learn takes in usage that became known today.
func (a *account) learn(on period.Date) {
	if len(a.late) == 0 || a.late[0].known.After(on) {
		return
	}
	agreed := a.deadlines()
	for len(a.late) > 0 && !a.late[0].known.After(on) {
		u := a.late[0]
		a.late = a.late[1:]
		if why, refused := u.refused(agreed); refused {
			a.refused = append(a.refused, RefusedUsage{Customer: a.Customers[u.key.Customer].ExternalID, Meter: u.key.Meter, Quantity: u.quantity(), Why: why})
			if u.event != "" {
				a.events[u.event] = held{used: u, refused: true}
			}
			continue
		}
		a.count(u)
		a.changed = true
	}
}

// refused says whether usage comes too late for what is agreed by then. What takes usage back is a person's word, and is
// never late.
func (u used) refused(agreed usage.Deadlines) (usage.Refusal, bool) {
	if u.single == nil && u.sum.events == 0 {
		return usage.Refusal{}, false
	}
	return agreed.Refused(u.key, u.on, u.known)
}

// deadlines are those of everything that is agreed with the account by now.
func (a *account) deadlines() (out usage.Deadlines) {
	for _, g := range a.Agreements {
		out = append(out, g.Deadlines()...)
	}
	return out.Effective()
}

func (p *playing) amend(x amendment) {
	a := p.byID[x.account]
	for i := range a.Agreements {
		if g := &a.Agreements[i]; g.Contract == x.contract {
			g.Versions = append(g.Versions[:len(g.Versions):len(g.Versions)], x.version)
		}
	}
	mark(a.days, x.version.Document)
	a.changed = true
}

// recognize runs revenue for the accounts that may have something to recognize:
// all of them when a month has ended, else those about which something new is
// known.
func (p *playing) recognize(on period.Date, look bool) error {
	if on.Day() == 1 || look {
		return p.recognizeAll(on)
	}
	for _, a := range p.accounts {
		if a.changed {
			if err := p.revenue(a, on); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *playing) recognizeAll(on period.Date) error {
	for _, a := range p.accounts {
		if err := p.revenue(a, on); err != nil {
			return err
		}
	}
	if on.Day() != 1 {
		return nil
	}
	return p.remeasure(on.MonthOf().Prev())
}

// remeasure brings what is open in foreign currencies to the closing rate of the month that is over.
func (p *playing) remeasure(month period.Month) error {
	for _, entity := range p.s.world.Entities.All() {
		if p.months.State(entity.ID, month) == ledger.MonthClosed {
			continue // what a closed month lacks goes with the next one
		}
		for _, a := range p.accounts {
			entries, err := p.converter.Remeasure(a.Account, entity, month, a.Standing.Next, p.book.entries)
			if err != nil {
				return fmt.Errorf("remeasure at the end of %s: %w", month, err)
			}
			for _, e := range entries {
				a.Standing.Book(e)
				p.book.enter(e)
			}
		}
	}
	return nil
}

// revenue recognizes every month of an account that ended before a day.
func (p *playing) revenue(a *account, on period.Date) error {
	facts := p.revrec(a, p.months)
	plan, err := revrec.Decide(p.s.world.Catalog, facts, on.MonthOf().Prev())
	if err != nil {
		return fmt.Errorf("recognize revenue on %s: %w", on, err)
	}
	facts.Book(plan)
	p.book.plan(int64(a.Account), plan)
	return p.append(plan.Entries...)
}

// revrec are an account's facts as recognition wants them; both engines share
// one standing.
func (p *playing) revrec(a *account, months *ledger.Months) revrec.Facts {
	return revrec.Facts{
		Account: a.Account, Agreements: a.Agreements, Usage: a.Usage, Standing: a.Standing, Stored: a.stored,
		Assessed: a.assessed, Policies: p.s.policies, FirstOpen: months.FirstOpen,
	}
}

// invoice issues what is due on a day.
func (p *playing) invoice(on period.Date, look bool) error {
	for _, a := range p.accounts {
		if !look && !a.changed && !a.days[on] {
			continue
		}
		a.changed = false
		a.Originals = originals(a.documents)
		drafts, err := invoicing.Decide(p.s.world, a.Facts, on)
		if err != nil {
			return fmt.Errorf("invoice on %s: %w", on, err)
		}
		for _, d := range drafts {
			if err := p.issue(a, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// issue numbers and books a draft.
func (p *playing) issue(a *account, d invoicing.Draft) error {
	s := series{d.Entity, d.Kind, d.IssuedOn.Year()}
	p.numbers[s]++
	entity, _ := p.s.world.Entities.ByID(d.Entity)
	taken := entities.NumberRange{Prefix: entities.Prefix(entity.Code, d.Kind), Year: s.year, First: p.numbers[s], Count: 1}
	a.Documents++
	document, entry := invoicing.Issue(d, taken.Number(0), a.Documents, a.Standing)
	a.documents = append(a.documents, invoicing.Issued{Document: document})
	return p.append(entry)
}

// originals are the lines that a correction may lower; voided documents have none.
func originals(issued []invoicing.Issued) []invoicing.Original {
	return invoicing.Originals(standing(issued))
}

func standing(issued []invoicing.Issued) []invoicing.Document {
	var out []invoicing.Document
	for _, d := range issued {
		if d.Voided == nil {
			out = append(out, d.Document)
		}
	}
	return out
}

// append holds entries to what the database would refuse.
func (p *playing) append(entries ...ledger.Entry) error {
	for _, e := range entries {
		if err := e.Check(); err != nil {
			return err
		}
		if p.months.State(e.Entity, e.BookedOn.MonthOf()) == ledger.MonthClosed {
			return fault.New(fault.Closed, "book %s on %s: month %s is closed", e.Source, e.BookedOn, e.BookedOn.MonthOf())
		}
		e, err := p.converter.Convert(e)
		if err != nil {
			return err
		}
		p.book.enter(e)
	}
	return nil
}

// mark notes the days on which something a document says may come due: every day
// it names and the one after, and in each month the day of its anchors and the
// first. Charges bills nothing on any other day.
func mark(days map[period.Date]bool, d contracts.Document) {
	eachDate(reflect.ValueOf(d), func(date period.Date) { days[date], days[date.AddDays(1)] = true, true })
	days[contracts.Agreement{Versions: []contracts.Version{{Document: d}}}.LateUsageEnds()] = true
	for _, anchor := range append(d.Term.Renewed, d.Term.From) {
		for _, month := range (period.Recurrence{Anchor: anchor, Cadence: period.Monthly}).Within(d.Term.Span()) {
			days[month.Start], days[month.Start.MonthOf().End()], days[month.End] = true, true, true
		}
	}
}

// eachDate visits the days anywhere in a document.
func eachDate(v reflect.Value, visit func(period.Date)) {
	if date, ok := v.Interface().(period.Date); ok {
		if !date.IsZero() {
			visit(date)
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			eachDate(v.Elem(), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachDate(v.Index(i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				eachDate(v.Field(i), visit)
			}
		}
	}
}
