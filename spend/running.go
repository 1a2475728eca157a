package spend

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
)

// Bill is what the next invoice runs would ask for if nothing more were used.
type Bill struct {
	AsOf      period.Date
	Lines     []Line            // by day of invoicing, then as the contracts list them
	Documents []invoicing.Draft // that ask for something; IssuedOn is the day on which the run will issue them
	Limits    []Limit
}

// Line is one charge so far.
type Line struct {
	invoicing.Line
	On    period.Date // when it will be invoiced
	Payer customers.ID
	Tax   money.Amount // as it would be determined today; an estimate
	Open  bool         // its period is not over: more may come
}

// Total is what comes to be asked of one payer on one day.
type Total struct {
	On       period.Date
	Payer    customers.ID
	Currency money.Currency
	Span     period.Span // from the first to the last day of the services in it
	Net, Tax money.Amount
	Lines    int
}

// Gross is the total with tax.
func (t Total) Gross() money.Amount { return t.Net.Add(t.Tax) }

// Running is the bill so far. It runs the invoice runs to come in memory, on the pieces as priced today: what has
// begun is taken as if it ended now, what has not begun is left out.
func (x *Account) Running() (Bill, error) {
	out := Bill{AsOf: x.AsOf, Limits: x.Limits()}
	for _, currency := range x.currencies() {
		if err := x.runIn(currency, &out); err != nil {
			return Bill{}, fmt.Errorf("running bill of account %d: %w", x.Facts.Account, err)
		}
	}
	out.Lines = append(out.Lines, x.uncharged(out.Lines)...)
	slices.SortStableFunc(out.Lines, func(a, b Line) int { return a.On.Compare(b.On) })
	slices.SortStableFunc(out.Documents, func(a, b invoicing.Draft) int { return a.IssuedOn.Compare(b.IssuedOn) })
	return out, nil
}

func (x *Account) currencies() []money.Currency {
	seen := map[money.Currency]bool{}
	for _, a := range x.Facts.Agreements {
		seen[a.Currency] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// runIn runs the runs of the days on which something begun becomes due, for the agreements of one currency.
func (x *Account) runIn(currency money.Currency, out *Bill) error {
	f, w := x.Facts, x.World
	f.Agreements = slices.DeleteFunc(slices.Clone(f.Agreements), func(a contracts.Agreement) bool { return a.Currency != currency })
	f.Holds = nil // a hold ends some day, and the bill is the same
	f.Standing = standingOf(f).Clone()
	f.Priced = map[contracts.ID][]contracts.Piece{}
	days := map[period.Date]bool{x.AsOf: true}
	for _, a := range f.Agreements {
		f.Priced[a.Contract] = x.asIfOver(a.Contract, x.priced[a.Contract].pieces, days)
	}
	w.Entities = stating(w.Entities, currency)
	known := f.Originals
	var issued []invoicing.Document
	for _, on := range slices.SortedFunc(maps.Keys(days), period.Date.Compare) {
		drafts, err := invoicing.Decide(w, f, on)
		if err != nil {
			return err
		}
		for _, d := range drafts {
			document, _ := invoicing.Issue(d, fmt.Sprintf("running %s %d", on, len(issued)+1), f.Documents+int64(len(issued))+1, f.Standing)
			issued = append(issued, document)
			out.Documents = append(out.Documents, d)
			out.Lines = append(out.Lines, x.linesOf(d)...)
		}
		f.Originals = append(slices.Clone(known), invoicing.Originals(issued)...)
	}
	return nil
}

func standingOf(f invoicing.Facts) *ledger.Standing {
	if f.Standing == nil {
		return ledger.NewStanding()
	}
	return f.Standing
}

// never is a day on which no run asks.
var never = period.NewDate(9999, 12, 31)

// asIfOver closes what has begun, so that the run on its day asks for it as it stands, and puts off what has not. What
// was billed ahead stays billed: its pieces are there, and those that a run of a later day asked for already are due.
// Days gets the days of invoicing.
func (x *Account) asIfOver(id contracts.ID, pieces []contracts.Piece, days map[period.Date]bool) []contracts.Piece {
	billed := map[pieceKey]bool{}
	for _, b := range standingOf(x.Facts).Of(int64(id)) {
		if b.Times > 0 {
			billed[pieceKey{id, b.Line, contracts.Kind(b.Kind), b.Span}] = true
		}
	}
	out := slices.Clone(pieces)
	for i := range out {
		p := &out[i]
		switch {
		case p.BillOn.After(x.AsOf) && billed[pieceKey{id, p.Line, p.Kind, p.Span}]:
			p.Closed, p.BillOn = true, x.AsOf
		case x.begun(*p):
			p.Closed = true
			if p.BillOn.After(x.AsOf) {
				days[p.BillOn] = true
			}
		case p.BillOn.After(x.AsOf):
			p.BillOn = never
		}
	}
	return out
}

func (x *Account) begun(p contracts.Piece) bool { return !p.Span.Start.After(x.AsOf) }

// stating lets every seller keep its books in the contract's currency: restating tax for the law takes the rate of a
// day to come, and changes no total.
func stating(d *entities.Directory, currency money.Currency) *entities.Directory {
	all := slices.Clone(d.All())
	for i := range all {
		all[i].Currency = currency
	}
	return entities.NewDirectory(all)
}

func (x *Account) linesOf(d invoicing.Draft) []Line {
	out := make([]Line, len(d.Lines))
	for i, l := range d.Lines {
		out[i] = Line{Line: l, On: d.IssuedOn, Payer: d.Payer, Tax: money.Zero(d.Currency), Open: l.Span.End.After(x.AsOf)}
	}
	for _, r := range d.TaxRows {
		out[r.Line-1].Tax = out[r.Line-1].Tax.Add(r.Tax)
	}
	return out
}

type pieceKey struct {
	contract contracts.ID
	line     string
	kind     contracts.Kind
	span     period.Span
}

// uncharged are open periods that no document asks for so far: nothing used yet, or all of it covered. They are shown,
// because the customer uses them.
func (x *Account) uncharged(shown []Line) []Line {
	there := map[pieceKey]bool{}
	for _, l := range shown {
		there[pieceKey{l.Contract, l.Line.Line, l.Kind, l.Span}] = true
	}
	var out []Line
	for _, a := range x.running() {
		for _, p := range x.priced[a.Contract].pieces {
			usage := p.Kind == contracts.Metered || p.Kind == contracts.OverCap
			if !usage || !p.Span.Contains(x.AsOf) || there[pieceKey{a.Contract, p.Line, p.Kind, p.Span}] {
				continue
			}
			out = append(out, Line{
				Line: invoicing.Line{
					Contract: a.Contract, ContractNumber: a.Number, Customer: a.Customer, CustomerName: x.Facts.Customers[a.Customer].Name,
					Line: p.Line, Kind: p.Kind, Span: p.Span, Period: p.Period, Product: p.Product, Description: p.Description, Clause: p.Clause,
					Version: p.Version, Detail: p.Detail, Amount: p.Amount,
				},
				On: p.BillOn, Payer: a.PayerOn(x.AsOf), Tax: money.Zero(a.Currency), Open: true,
			})
		}
	}
	return out
}

// Of is the part of a bill that one customer pays.
func (b Bill) Of(payer customers.ID) Bill {
	return b.only(func(l Line) bool { return l.Payer == payer }, func(l Limit) bool { return l.Payer == payer })
}

// OfContract is the part of a bill that comes of one contract.
func (b Bill) OfContract(id contracts.ID) Bill {
	return b.only(func(l Line) bool { return l.Contract == id }, func(l Limit) bool { return l.Contract == id })
}

func (b Bill) only(line func(Line) bool, limit func(Limit) bool) Bill {
	out := Bill{AsOf: b.AsOf}
	for _, l := range b.Lines {
		if line(l) {
			out.Lines = append(out.Lines, l)
		}
	}
	for _, l := range b.Limits {
		if limit(l) {
			out.Limits = append(out.Limits, l)
		}
	}
	return out
}

// Totals adds a bill up by day of invoicing, payer and currency.
func (b Bill) Totals() []Total {
	var out []Total
	for _, l := range b.Lines {
		currency := l.Amount.Currency()
		i := slices.IndexFunc(out, func(t Total) bool { return t.On == l.On && t.Payer == l.Payer && t.Currency == currency })
		if i < 0 {
			i = len(out)
			out = append(out, Total{On: l.On, Payer: l.Payer, Currency: currency, Span: l.Span, Net: money.Zero(currency), Tax: money.Zero(currency)})
		}
		t := &out[i]
		t.Net, t.Tax, t.Lines = t.Net.Add(l.Amount), t.Tax.Add(l.Tax), t.Lines+1
		t.Span = period.NewSpan(period.MinDate(t.Span.Start, l.Span.Start), period.MaxDate(t.Span.End, l.Span.End))
	}
	slices.SortStableFunc(out, func(a, b Total) int {
		return cmp.Or(a.On.Compare(b.On), cmp.Compare(a.Payer, b.Payer), cmp.Compare(a.Currency, b.Currency))
	})
	return out
}
