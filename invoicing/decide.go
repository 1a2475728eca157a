package invoicing

import (
	"cmp"
	"fmt"
	"slices"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/tax"
)

// Decide says which documents an account should get on a day: price, pick what
// is due, take off what stands billed, group by who pays, tax, add up. It is
// pure; the run appends what it returns and a preview shows it.
func Decide(w World, f Facts, asOf period.Date) ([]Draft, error) {
	d, err := DecideAll(w, f, asOf)
	return d.Drafts, err
}

// DecideAll is Decide with the documents that a hold keeps back.
func DecideAll(w World, f Facts, asOf period.Date) (Decision, error) {
	changes, err := changes(w, f, asOf)
	if err != nil {
		return Decision{}, err
	}
	return draft(w, f, asOf, changes)
}

// agreed is a change together with the agreement it follows from.
type agreed struct {
	agreement contracts.Agreement
	Change
	anew bool // credited in full and billed anew: see reissue
}

// changes is what is due and not billed, or billed and not due, for an account.
func changes(w World, f Facts, asOf period.Date) ([]agreed, error) {
	var out []agreed
	for _, a := range f.Agreements {
		pieces, err := f.pieces(w, a, asOf)
		if err != nil {
			return nil, err
		}
		stood := f.Standing.Of(int64(a.Contract))
		out = append(out, settleLate(a, inOrder(withoutCancelled(Plan(Asked(pieces, stood, asOf), stood)), pieces), asOf)...)
	}
	return bySection(out), nil
}

func (f Facts) pieces(w World, a contracts.Agreement, asOf period.Date) ([]contracts.Piece, error) {
	if priced, ok := f.Priced[a.Contract]; ok {
		return priced, nil
	}
	return contracts.Charges(a, w.Catalog, f.Usage, asOf)
}

// inOrder puts changes as the contract lists its lines, then by time, and overage
// after the usage it explains. Lines that are gone come last.
func inOrder(all []Change, pieces []contracts.Piece) []Change {
	lines := map[string]int{}
	for _, p := range pieces {
		if _, seen := lines[p.Line]; !seen {
			lines[p.Line] = len(lines) - len(pieces) // below zero, so that an unknown line sorts after
		}
	}
	kinds := []contracts.Kind{contracts.FixedFee, contracts.OneTime, contracts.Prepayment, contracts.Metered, contracts.OverCap, contracts.TrueUp, contracts.Concession}
	slices.SortStableFunc(all, func(x, y Change) int {
		return cmp.Or(
			cmp.Compare(lines[x.Piece.Line], lines[y.Piece.Line]),
			x.Piece.Span.Start.Compare(y.Piece.Span.Start),
			cmp.Compare(slices.Index(kinds, x.Piece.Kind), slices.Index(kinds, y.Piece.Kind)))
	})
	return all
}

// empty is a period without usage and without a fee: nothing to show or ask.
func (c Change) empty() bool {
	return c.First && c.Owed.IsZero() && c.Piece.Detail.Quantity.IsZero()
}

// lowers says whether any change takes back what stands billed: then the issued
// lines must be at hand, because a credit follows the tax of the line it lowers.
func lowers(changes []agreed) bool {
	return slices.ContainsFunc(changes, func(c agreed) bool { return c.Delta().Sign() < 0 || c.anew })
}

// draft puts changes on documents. Concessions that fall away come first: they
// give back to a line what another change may have to take from it.
func draft(w World, f Facts, asOf period.Date, changes []agreed) (Decision, error) {
	d := &drafting{
		world: w, facts: f, asOf: asOf, credited: map[Reference]money.Amount{},
		drafts: map[group]*Draft{}, taxed: map[group][]taxed{},
	}
	for _, restoring := range []bool{true, false} {
		for _, c := range changes {
			if c.restores() == restoring {
				d.add(c)
			}
		}
	}
	d.setOff()
	return d.finish()
}

// restores says that a concession is taken back, because its charge went away.
func (c Change) restores() bool { return c.Piece.Kind == contracts.Concession && c.Delta().Sign() > 0 }

// drafting collects an account's changes into documents.
type drafting struct {
	world     World
	facts     Facts
	asOf      period.Date
	order     []group
	drafts    map[group]*Draft
	credited  map[Reference]money.Amount // in this round
	taxed     map[group][]taxed
	uncarried []uncarried
	err       error
}

// group is what goes on one document: one seller, payer, currency and purchase
// order, of all end customers but those that want a document of their own.
// Credits a person granted get a document of their own; what a hold keeps back
// is apart from what goes out.
type group struct {
	entity   entities.ID
	payer    customers.ID
	currency money.Currency
	po       string
	netDays  int
	credit   bool
	user     customers.ID // who wants a document of its own; 0: nobody
	hold     HoldID
}

// taxed is a line's tax, when it follows the line it corrects.
type taxed struct {
	line int
	rows []tax.Row
}

func (d *drafting) add(x agreed) {
	a, c := x.agreement, x.Change
	switch {
	case x.anew:
		d.reissue(a, c)
		return
	case c.Delta().Sign() < 0:
		d.lower(a, c)
		return
	case c.restores():
		d.restore(a, c)
		return
	}
	_, draft := d.draftFor(a, a.PayerOn(d.asOf), false)
	line := d.line(a, c)
	line.Amount = c.Delta()
	if !c.First {
		line = d.addition(a, c, line)
	}
	draft.Lines = append(draft.Lines, line)
}

// draftFor is the document for a payer: who pays on the day, or for a correction
// who was billed.
func (d *drafting) draftFor(a contracts.Agreement, payer customers.ID, credit bool) (group, *Draft) {
	billing := a.Latest().Document.Billing
	hold, _ := d.facts.holdOn(payer, a.Contract, d.asOf)
	g := group{entity: a.Entity, payer: payer, currency: a.Currency, po: billing.PONumber, netDays: billing.NetDays, credit: credit, hold: hold.ID}
	if a.Customer != payer && d.facts.Customers[a.Customer].OwnInvoice {
		g.user = a.Customer
	}
	draft := d.drafts[g]
	if draft == nil {
		draft = &Draft{
			Account: a.Account, Entity: a.Entity, Payer: payer, Currency: a.Currency, PONumber: billing.PONumber,
			IssuedOn: d.asOf, TaxPoint: d.asOf, DueOn: d.asOf.AddDays(billing.NetDays),
		}
		d.drafts[g], d.order = draft, append(d.order, g)
	}
	return g, draft
}

// left is what an original still holds, this round counted.
func (d *drafting) left(o Original) money.Amount { return o.Left().Sub(d.credited[o.Reference]) }

// lower takes back what is booked and charges what is owed instead, each line
// naming the line it corrects and carrying that line's tax: 150 booked, 80 owed
// gives -150 and +80.
func (d *drafting) lower(a contracts.Agreement, c Change) {
	left := c.Delta().Neg() // to be credited in all
	for _, o := range d.originals(a, c) {
		if left.IsZero() {
			return
		}
		credit := smaller(left, d.left(o))
		if credit.Sign() <= 0 {
			continue
		}
		left = left.Sub(credit)
		g, draft := d.draftFor(a, o.Payer, c.Piece.Kind == contracts.Concession)
		d.credit(g, draft, a, c, o, credit)
	}
	if !left.IsZero() {
		d.uncarried = append(d.uncarried, uncarried{a, c, left})
	}
}

// credit appends the lines that lower one original.
func (d *drafting) credit(g group, draft *Draft, a contracts.Agreement, c Change, o Original, credit money.Amount) {
	before := o.Credited.Add(d.credited[o.Reference])
	// Only the line that gives back all of it can show it as taken back and charged anew.
	rerated := c.Piece.Kind != contracts.Concession && !c.Owed.IsZero() && c.Booked == d.left(o) && c.Delta().Neg() == credit
	d.credited[o.Reference] = d.credited[o.Reference].Add(credit)
	if !rerated {
		d.follow(g, draft, d.reversal(a, c, o, credit.Neg()), o, before, credit)
		return
	}
	d.follow(g, draft, d.reversal(a, c, o, c.Booked.Neg()), o, before, c.Booked)
	again := d.line(a, c)
	again.Amount, again.Corrects = c.Owed, &Reference{o.Document, o.Line}
	d.follow(g, draft, again, o, before.Add(c.Booked), c.Owed.Neg())
}

// follow appends a line whose tax is the part of its original's tax that comes
// back, cumulatively, so that all credits of a line return exactly its tax.
func (d *drafting) follow(g group, draft *Draft, line Line, o Original, before, credit money.Amount) {
	draft.Lines = append(draft.Lines, line)
	n := len(draft.Lines)
	rows := tax.Reverse(o.TaxRows, map[int]money.Amount{1: before}, map[int]money.Amount{1: credit})
	for i := range rows {
		rows[i].Line = n
	}
	d.taxed[g] = append(d.taxed[g], taxed{n, rows})
	draft.Lines[n-1].keep(o.fee.back(o.Amount, before, credit))
}

func (d *drafting) reversal(a contracts.Agreement, c Change, o Original, amount money.Amount) Line {
	line := d.line(a, c)
	line.Amount, line.Corrects = amount, &Reference{o.Document, o.Line}
	if c.Piece.Kind != contracts.Concession {
		line.Description = fmt.Sprintf("Correction of %s: %s", o.Document, line.Description)
		line.Detail = contracts.Detail{Unit: line.Detail.Unit}
	}
	return line
}

func smaller(a, b money.Amount) money.Amount {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

// originals lists the issued lines of a contract line that a change can lower,
// the best first: the one a concession names, those that bill the very kind and
// days, those that bill some of the days, the latest before older ones.
func (d *drafting) originals(a contracts.Agreement, c Change) []Original {
	var out []Original
	for _, o := range d.facts.Originals {
		if o.Contract == a.Contract && o.Piece.Line == c.Piece.Line {
			out = append(out, o)
		}
	}
	named := a.ConcessionInvoice(c.Piece)
	rank := func(o Original) int {
		days := o.Piece.Span.Overlaps(c.Piece.Span)
		switch {
		case named != "" && o.Document == named && days:
			return 0
		case days && string(c.Piece.Kind) == o.Piece.Kind:
			return 1
		case days:
			return 2
		}
		return 3
	}
	slices.SortStableFunc(out, func(x, y Original) int {
		return cmp.Or(cmp.Compare(rank(x), rank(y)), cmp.Compare(y.seq, x.seq), cmp.Compare(x.Line, y.Line))
	})
	return out
}

// latest names the line an addition follows, for the reader.
func (d *drafting) latest(a contracts.Agreement, c Change) *Reference {
	for _, s := range d.facts.Standing.Of(int64(a.Contract)) {
		if s.Line == c.Piece.Line && s.Kind == string(c.Piece.Kind) && s.Span.Overlaps(c.Piece.Span) && s.Document != "" {
			return &Reference{s.Document, s.DocumentLine}
		}
	}
	return nil
}

// soldAs is the version of a product whose tax code counts: the one on sale on the day of the document, so that a code that
// was corrected reaches contracts that run. Of what is asked for before it is sold, it is the one the contract agreed to.
func (d *drafting) soldAs(a contracts.Agreement, p contracts.Piece) (catalog.Product, bool) {
	product, ok := d.world.Catalog.Product(p.Product, d.asOf)
	for _, v := range a.Versions {
		if !ok && v.Number == p.Version {
			product, ok = d.world.Catalog.Product(p.Product, v.EffectiveOn)
		}
	}
	return product, ok
}

// line describes a change; its amount is the caller's.
func (d *drafting) line(a contracts.Agreement, c Change) Line {
	p := c.Piece
	if p.Product == "" { // taken back whole: the terms that priced it are gone
		p = d.describe(a, p)
	}
	product, ok := d.soldAs(a, p)
	if !ok && d.err == nil {
		d.err = fault.New(fault.NotFound, "contract %s line %s: product %q is not in the catalog", a.Number, p.Line, p.Product)
	}
	return Line{
		Contract: a.Contract, ContractNumber: a.Number, Customer: a.Customer, CustomerName: d.facts.Customers[a.Customer].Name,
		Line: p.Line, Kind: p.Kind, Span: p.Span, Period: p.Period, Service: p.Service, Product: p.Product, TaxCode: product.TaxCode,
		Description: p.Description, Clause: p.Clause, Version: p.Version, Detail: p.Detail,
	}
}

// describe finds what a line that is gone was, in the versions that had it.
func (d *drafting) describe(a contracts.Agreement, p contracts.Piece) contracts.Piece {
	for i := len(a.Versions) - 1; i >= 0; i-- {
		if product, text, ok := a.Versions[i].Document.Sells(p.Line); ok {
			p.Product, p.Version = product, a.Versions[i].Number
			p.Description = text
			if p.Description == "" {
				if sold, ok := d.world.Catalog.Product(product, a.Versions[i].EffectiveOn); ok {
					p.Description = sold.Name
				}
			}
			return p
		}
	}
	return p
}
