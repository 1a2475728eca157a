package subledger

import (
	"cmp"
	"fmt"
	"slices"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// Journal is what the facts come to, through a day: zero is the end of all service told of. Facts may come in any order.
// Invalid: a fact that cannot be, named by its place in the list and its field.
func Journal(facts []Fact, s Setup, through period.Date) ([]Entry, error) {
	if s.At != nil {
		s.Policy = s.At(period.Date{})
	}
	if err := s.Policy.Check(); err != nil {
		return nil, err
	}
	b := &book{Setup: s, documents: map[string]*document{}, usage: map[string]*ledger.Running{}, paidOn: map[string][]period.Date{}, meters: map[meter]*metered{}, orders: map[string]*ordered{},
		accruals: map[accrual][]ledger.Posting{}, keys: map[string]int{}}
	events, err := b.timeline(facts, through)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if !through.IsZero() && e.On.After(through) {
			continue // what will happen changes nothing before it
		}
		if b.At != nil {
			b.Policy = b.At(e.On)
		}
		if err := b.book(e); err != nil {
			return nil, e.placed(err)
		}
	}
	b.accrued()
	b.recognize()
	b.amortize()
	return b.ordered(through), nil
}

// event is a fact with its place in the list as given.
type event struct {
	Fact
	at int
}

// placed says which fact is meant.
func (e event) placed(err error) error {
	found := fault.Fields(err)
	for i := range found {
		found[i].Path = fmt.Sprintf("facts[%d].%s", e.at, found[i].Path)
	}
	if len(found) > 0 {
		return fault.InvalidFields(found...)
	}
	return fmt.Errorf("facts[%d], %s of %s: %w", e.at, e.Kind, e.On, err)
}

func wrong(field, value, message string, args ...any) error {
	return fault.InvalidFields(fault.Field{Path: field, Value: fault.Shown(value), Message: fmt.Sprintf(message, args...)})
}

// timeline is the order in which things happened, whatever the order they were told in, with what time itself does: balances
// lapse, months end.
func (b *book) timeline(facts []Fact, through period.Date) ([]event, error) {
	var out []event
	for i, f := range facts {
		e := event{f, i}
		more, err := b.expand(e, facts)
		if err == nil {
			err = b.check(f)
		}
		if err != nil {
			return nil, e.placed(err)
		}
		out = append(out, more...)
		if f.Kind == Payment {
			b.paidOn[f.Document] = append(b.paidOn[f.Document], f.On)
		}
	}
	slices.SortStableFunc(out, func(x, y event) int {
		return cmp.Or(x.On.Compare(y.On), cmp.Compare(ranks[x.Kind], ranks[y.Kind]), x.like(y))
	})
	if b.Rates == nil || b.Policy.Remeasure != ledger.Yes || len(out) == 0 {
		return out, nil
	}
	end := through
	if end.IsZero() {
		end = out[len(out)-1].On
		for _, e := range out {
			for _, l := range e.Lines {
				end = period.MaxDate(end, l.Service.Days.End)
			}
		}
	}
	for m := out[0].On.MonthOf(); !m.Last().After(end); m = m.Next() {
		out = append(out, event{Fact{Kind: monthEnd, On: m.Last()}, -1})
	}
	slices.SortStableFunc(out, func(x, y event) int { return cmp.Or(x.On.Compare(y.On), cmp.Compare(ranks[x.Kind], ranks[y.Kind])) })
	return out, nil
}

// like orders facts of a kind and day by what they say, so that it does not matter in which order they were told. Changes of an
// order stay as they came: the last one stands.
func (e event) like(f event) int {
	if e.Kind == Order || e.Kind == Metered && e.Aggregation == Last {
		return 0
	}
	return cmp.Or(cmp.Compare(e.Document, f.Document), cmp.Compare(e.Line, f.Line), e.Until.Compare(f.Until), cmp.Compare(e.ID, f.ID),
		cmp.Compare(e.Amount.Minor(), f.Amount.Minor()), e.Quantity.Cmp(f.Quantity))
}

// book is a journal being written.
type book struct {
	Setup
	documents map[string]*document
	names     []string // of documents, in order
	pending   []*line  // unbilled items that no invoice has asked for
	voided    []*line  // and none will
	paidOn    map[string][]period.Date
	usage     map[string]*ledger.Running
	foreign   []*abroad // usage in other currencies
	meters    map[meter]*metered
	accruals  map[accrual][]ledger.Posting
	orders    map[string]*ordered
	packs     []*pack
	costs     []*cost
	keys      map[string]int
	entries   []Entry
}

// by is the policy of the day of an event, for a document that keeps its own account.
func (b *book) by(d *document) ledger.Policy {
	p := b.Policy
	p.Contract = d.policy.Contract
	return p
}

func (b *book) zero() money.Amount { return money.Zero(b.Currency) }

// enter books; postings of an account are added up, those of another month apart.
func (b *book) enter(key, event string, on period.Date, document string, list []ledger.Posting) {
	var sums []ledger.Posting
	for _, p := range list {
		i := slices.IndexFunc(sums, func(q ledger.Posting) bool { return q.Account == p.Account && q.Month == p.Month })
		if i < 0 {
			sums = append(sums, p)
		} else {
			sums[i].Amount = sums[i].Amount.Add(p.Amount)
		}
	}
	sums = slices.DeleteFunc(sums, func(p ledger.Posting) bool { return p.Amount.IsZero() })
	if len(sums) == 0 {
		return
	}
	for i := range sums {
		sums[i].Document = document
	}
	b.keys[key]++
	if n := b.keys[key]; n > 1 {
		key = fmt.Sprintf("%s:%d", key, n)
	}
	b.entries = append(b.entries, Entry{Key: key, Event: event, On: on, Document: document, Postings: sums})
}

// of books an event of a document under its own name.
func (b *book) of(e event, event string, list []ledger.Posting) {
	b.enter(e.key(event), event, e.On, e.Document, list)
}

func (e event) key(event string) string {
	return fmt.Sprintf("%s:%s", cmp.Or(e.ID, fmt.Sprintf("%s:%s", e.On, cmp.Or(e.Document, e.Line))), event)
}

// ordered sorts the journal by day, and leaves out what comes later.
func (b *book) ordered(through period.Date) []Entry {
	slices.SortStableFunc(b.entries, func(x, y Entry) int { return x.On.Compare(y.On) })
	if through.IsZero() {
		return b.entries
	}
	return slices.DeleteFunc(b.entries, func(e Entry) bool { return e.On.After(through) })
}

// convert brings an amount to the functional currency at the rate of a day.
func (b *book) convert(a money.Amount, on period.Date) (money.Amount, error) {
	if a.Currency() == b.Currency || a == (money.Amount{}) {
		return b.zero().Add(a), nil
	}
	rates := b.Rates
	if rates == nil {
		rates = entities.NewRates(nil)
	}
	out, _, err := rates.Convert(a, b.Currency, on)
	return out, err
}
