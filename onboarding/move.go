package onboarding

import (
	"encoding/json"
	"maps"
	"slices"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/opening"
)

// carrying is what of one paying family moves.
type carrying struct {
	cohort    string
	account   customers.AccountID
	members   []Step
	contracts []contracts.Contract // of the members
	begun     map[string]bool      // ran here before: moved once, and taken back
	history   []Told               // not brought over yet
	standings []Standing
	placed    map[string]customers.Placement
	treatment opening.Treatment
	cutOver   period.Date
}

// book is the legal entity and currency of a part: each has a file of its own.
type book struct {
	entity   string
	currency money.Currency
	begun    bool
}

// books are those of the contracts that move, in the order of the contracts.
func (c carrying) books(known *entities.Directory) []book {
	var out []book
	for _, k := range c.contracts {
		if b := c.bookOf(k, known); !slices.Contains(out, b) {
			out = append(out, b)
		}
	}
	return out
}

func (c carrying) bookOf(k contracts.Contract, known *entities.Directory) book {
	e, _ := known.ByID(k.Entity)
	return book{e.Code, k.Currency, c.begun[k.Number]}
}

// file is the opening of one book: what the other system invoiced and was paid, what it earned, what else it holds for the customers.
func (c carrying) file(b book, part string, known *entities.Directory) opening.File {
	f := opening.File{Entity: b.entity, Currency: string(b.currency), CutOver: c.cutOver, Part: part, Treatment: c.treatment}
	in := map[string]contracts.Document{}
	for _, k := range c.contracts {
		if c.bookOf(k, known) == b {
			in[k.Number] = drafted(k).Latest().Document
			f.Contracts = append(f.Contracts, opening.Contract{Contract: k.Number, Lines: c.earned(k)})
		}
	}
	for _, t := range c.history {
		if x, ok := brought(t, in); ok && t.Currency == b.currency && t.IssuedOn.Before(c.cutOver) {
			f.Invoices = append(f.Invoices, x)
		}
	}
	for _, s := range c.standings {
		e, _ := known.ByID(c.placed[s.Customer].Entity)
		if s.Entity != "" {
			e.Code = s.Entity
		}
		first := slices.ContainsFunc(c.members, func(m Step) bool { return m.Customer == s.Customer })
		if s.Type == Unapplied && e.Code == b.entity && s.Currency == b.currency && first && !b.begun && !s.Amount.IsZero() {
			f.Balances = append(f.Balances, opening.Balance{Customer: s.Customer, Amount: s.Amount})
		}
	}
	return f
}

// earned are the lines of a contract of which the other system said what it had earned.
func (c carrying) earned(k contracts.Contract) []opening.Line {
	var out []opening.Line
	for _, s := range c.standings {
		if s.Type == Earned && s.Contract == k.Number {
			out = append(out, opening.Line{Line: s.Line, Recognized: s.Amount, Treatment: opening.Treatment(s.Treatment)})
		}
	}
	return out
}

// brought makes an invoice of an opening of what was told, where it is about contracts of the book.
func brought(t Told, in map[string]contracts.Document) (opening.Invoice, bool) {
	open := t.asked().Sub(t.paid())
	out := opening.Invoice{Document: t.Number, Customer: t.Customer, On: t.IssuedOn, Due: t.due(), Open: &open}
	for _, l := range t.net() {
		d, ours := in[l.Contract]
		if !ours {
			return out, false
		}
		id, ok := sells(d, l)
		if !ok { // the opening says that the contract has no such line
			id = l.Line
		}
		out.Tax = out.Tax.Add(l.Tax)
		out.Lines = append(out.Lines, opening.InvoiceLine{Contract: l.Contract, Line: id, From: l.From, Through: l.Through, Amount: l.Amount})
	}
	return out, len(out.Lines) > 0
}

// complete gives lines of which nothing was said what our engine computes: what the other system earned otherwise is said in a file of
// balances.
func complete(f *opening.File, computed map[string]map[string]money.Amount) {
	for i := range f.Contracts {
		c := &f.Contracts[i]
		for _, line := range sortedKeys(computed[c.Contract]) {
			if !slices.ContainsFunc(c.Lines, func(l opening.Line) bool { return l.Line == line }) {
				c.Lines = append(c.Lines, opening.Line{Line: line, Recognized: computed[c.Contract][line].Decimal()})
			}
		}
	}
}

// written is a file as it is kept.
func written(f opening.File) ([]byte, error) { return json.MarshalIndent(f, "", "  ") }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// standingOf says what is left of a document of ours after the credits that name it, of some contracts.
func standingOf(d invoicing.Issued, all []invoicing.Issued) money.Amount {
	left := money.Zero(d.Currency)
	if d.Kind != entities.Invoice { // what it gave back is looked at with what it corrects
		return left
	}
	for _, l := range d.Lines {
		left = left.Add(l.Amount)
	}
	for _, o := range all {
		for _, l := range o.Lines {
			if l.Corrects != nil && l.Corrects.Document == d.Number && o.Number != d.Number && o.Voided == nil {
				left = left.Add(l.Amount)
			}
		}
	}
	return left
}
