package subledger

import (
	"fmt"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
)

// check refuses what no fact may say, whatever happened before it.
func (b *book) check(f Fact) error {
	if _, known := ranks[f.Kind]; !known || f.Kind == lapse || f.Kind == monthEnd {
		return wrong("kind", string(f.Kind), "is none that is known: opening, invoice, payment, credit, refund, usage and the others of the manual")
	}
	if f.On.IsZero() {
		return wrong("on", "", "needs the day it happened")
	}
	for _, x := range []struct {
		field  string
		amount money.Amount
	}{{"amount", f.Amount}, {"tax", f.Tax}, {"fee", f.Fee}, {"cost", f.Cost}, {"bonus", f.Bonus}} {
		if c := x.amount.Currency(); c != "" && c != f.currency(b.Currency) {
			return wrong(x.field, string(c), "is in another currency than the fact, %s", f.currency(b.Currency))
		}
	}
	signed := f.Kind == Opening || f.Kind == Usage || f.Kind == Invoice || f.Kind == Unbilled
	if f.Amount.Sign() < 0 && !signed {
		return wrong("amount", f.Amount.String(), "is below zero; the kind says which way it goes, write it without a sign")
	}
	if err := f.bounded(b.Currency); err != nil {
		return err
	}
	if c := f.currency(b.Currency); c != b.Currency && !foreign[f.Kind] {
		return wrong("currency", string(c), "is not that of the books (%s): give %s in %s", b.Currency, f.Kind, b.Currency)
	}
	for i, l := range f.Lines {
		if err := b.checkLine(f, fmt.Sprintf("lines[%d]", i), l); err != nil {
			return err
		}
	}
	return nil
}

// largest bounds a figure so that hundreds of such still add up to what can be booked: in minor units, and far beyond any invoice.
const largest = 1_000_000_000_000_000

// bounded refuses figures that could not be added up, and those below zero where there is no such thing.
func (f Fact) bounded(home money.Currency) error {
	most := int64(largest)
	if f.currency(home) != home {
		most /= 100 // a rate may make it more
	}
	amounts := []money.Amount{f.Amount, f.Tax, f.Fee, f.Cost, f.Bonus}
	for _, l := range f.Lines {
		amounts = append(amounts, l.Amount, l.Tax)
	}
	for _, a := range amounts {
		if a.Minor() > most || a.Minor() < -most {
			return wrong("amount", a.String(), "is more than %s, the most that is booked at once", money.Of(most, f.currency(home)).Display())
		}
	}
	if worth := f.Quantity.Mul(f.Price).Abs(); worth.Cmp(decimal.New(1, 12)) > 0 || f.Quantity.Abs().Cmp(decimal.New(1, 15)) > 0 {
		return wrong("quantity", f.Quantity.String(), "comes to more than is booked at once")
	}
	if f.Expected.Sign() < 0 || f.Kind == Prepaid && f.Quantity.Sign() < 0 || f.Kind == Draw && f.Quantity.Sign() < 0 {
		return wrong("quantity", f.Quantity.String(), "must not be below zero")
	}
	for i, l := range f.Lines {
		if l.Pass.Sign() < 0 || l.Pass.Cmp(decimal.NewFromInt(100)) > 0 {
			return wrong(fmt.Sprintf("lines[%d].percent_for_others", i), l.Pass.String(), "must be a percentage from 0 to 100")
		}
	}
	return nil
}

// foreign are kinds that may be in another currency than the books: documents and what pays or takes them back.
var foreign = map[Kind]bool{Invoice: true, Payment: true, Credit: true, Void: true, Refund: true, Uncollectible: true, Cancel: true, Dispute: true, DisputeWon: true, DisputeLost: true,
	Usage: true, UsageInvoice: true}

func (b *book) checkLine(f Fact, path string, l Line) error {
	if c := l.Amount.Currency(); c != f.currency(b.Currency) {
		return wrong(path+".amount", string(c), "is in another currency than the invoice, %s", f.currency(b.Currency))
	}
	days := l.Service.Days
	if l.Earning == OverTime && (days.Empty() || days.Open() || days.Days() > longest) {
		return wrong(path+".service", "", "needs a first and a last day, at most a hundred years apart; or say how it is earned: immediate, on_fulfilment or held")
	}
	return nil
}

const longest = 36525 // days

func (f Fact) currency(home money.Currency) money.Currency {
	if f.Currency == "" {
		return home
	}
	return f.Currency
}

// expand is what a fact stands for: an agreement for its invoices, a balance with a last day for its lapse.
func (b *book) expand(e event, all []Fact) ([]event, error) {
	switch e.Kind {
	case Agreement:
		return e.invoices(all)
	case Prepaid:
		if !e.Until.IsZero() {
			return []event{e, {Fact{ID: e.ID, Kind: lapse, On: e.Until, Document: e.Document}, e.at}}, nil
		}
	case Invoice, Opening:
		out := []event{e}
		for _, l := range e.Lines {
			if !l.Expires.IsZero() {
				out = append(out, event{Fact{ID: e.ID, Kind: lapse, On: l.Expires, Document: e.Document}, e.at})
				break
			}
		}
		return out, nil
	}
	return []event{e}, nil
}

// invoices are those of an agreement, in advance month by month, as far as it was not terminated.
func (e event) invoices(all []Fact) ([]event, error) {
	if e.Until.Before(e.On) || e.Until.Sub(e.On) > longest {
		return nil, wrong("until", e.Until.String(), "needs a last day of the agreement, after its first")
	}
	end := e.Until.AddDays(1)
	for _, f := range all {
		if f.Kind == Terminate && f.Document == e.Document {
			end = period.MinDate(end, f.Until.AddDays(1))
		}
	}
	every := period.Recurrence{Anchor: e.On, Cadence: period.Monthly}
	var out []event
	for n := 0; every.Nth(n).Before(end); n++ {
		days := every.Piece(n)
		if days.End.After(end) {
			return nil, wrong("until", end.AddDays(-1).String(), "ends within a billed month; let it end on %s, or credit what is billed beyond", days.Last())
		}
		f := Fact{ID: fmt.Sprintf("%s-%d", e.ID, n+1), Kind: Invoice, On: days.Start, Document: fmt.Sprintf("%s-%d", e.Document, n+1), Currency: e.Currency}
		l := Line{Amount: e.Amount, Tax: e.Tax}
		l.Service.Days = days
		f.Lines = []Line{l}
		out = append(out, event{f, e.at})
	}
	return out, nil
}

func (b *book) book(e event) error {
	switch e.Kind {
	case Opening:
		return b.open(e)
	case Invoice, Sale, Terminate:
		return b.invoice(e)
	case Unbilled:
		return b.unbilled(e)
	case Order, Reduction, Release, OrderInvoice:
		return b.order(e)
	case Prepaid:
		return b.prepaid(e)
	case Draw:
		return b.draw(e)
	case lapse:
		return b.lapse(e)
	case Commission, Lost:
		return b.commission(e)
	case Usage, Metered, Commitment, UsageInvoice:
		return b.use(e)
	case Fulfilment:
		return b.fulfil(e)
	case Exclusion, Impairment, UnbilledVoid, Expired:
		return b.special(e)
	case Payment, Cleared, Bounced:
		return b.pay(e)
	case monthEnd:
		return b.remeasure(e.On)
	}
	return b.takeBack(e)
}
