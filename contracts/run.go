package contracts

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// Prepare records a document as the next version of its contract, a draft: the
// first version of a number makes the contract. It refuses with fault.Invalid
// what the catalog, the parties or the versions before rule out, and with
// fault.Conflict when a version waits for a decision. Uploading the document
// that is the latest version already changes nothing.
func Prepare(ctx context.Context, tx pgx.Tx, d Document, asOf period.Date, by access.Actor) (Contract, error) {
	doing := fmt.Sprintf("prepare contract %s", d.Contract)
	if err := by.Require(access.Sales, access.Finance); err != nil {
		return Contract{}, fmt.Errorf("%s: %w", doing, err)
	}
	d.normalize() // it may not have come through Parse
	if found := d.Validate(); len(found) > 0 {
		return Contract{}, fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	parties, err := check(ctx, tx, d, asOf)
	if err != nil {
		return Contract{}, fmt.Errorf("%s: %w", doing, err)
	}
	c, found, err := lockByNumber(ctx, tx, d.Contract)
	if err != nil {
		return Contract{}, fmt.Errorf("%s: %w", doing, err)
	}
	if found {
		// What was rejected may be asked for again, as a version of its own.
		if c.Latest().Document.Equal(d) && c.Latest().Last() != "rejected" {
			return c, nil
		}
		if err := c.mayFollow(d); err != nil {
			return Contract{}, fmt.Errorf("%s: %w", doing, err)
		}
	} else if c, err = insertContract(ctx, tx, d, parties); err != nil {
		return Contract{}, fmt.Errorf("%s: %w", doing, err)
	}
	version := len(c.History) + 1
	if err := insertVersion(ctx, tx, c, version, d, asOf, by); err != nil {
		return Contract{}, fmt.Errorf("%s: %w", doing, err)
	}
	if err := access.Audit(ctx, tx, by, "contract.prepare", c.subject(version), nil, d, d.Reason); err != nil {
		return Contract{}, fmt.Errorf("%s: %w", doing, err)
	}
	return Get(ctx, tx, d.Contract)
}

// parties are the rows behind the codes of a document.
type parties struct {
	entity          entities.Entity
	customer, payer customers.Customer
}

// check holds a document against what exists: parties, products, meters.
func check(ctx context.Context, tx pgx.Tx, d Document, asOf period.Date) (parties, error) {
	var f findings
	var p parties
	directory, err := entities.Load(ctx, tx)
	if err != nil {
		return p, err
	}
	var ok bool
	if p.entity, ok = directory.ByCode(d.Entity); !ok {
		f.add("entity", d.Entity, "is not one of our legal entities")
	}
	// Nobody is merged into another while a contract is signed for them.
	if err := customers.KeepStill(ctx, tx, append([]string{d.Customer, d.Paying()}, d.named()...)...); err != nil {
		return p, err
	}
	for _, x := range []struct {
		path, external string
		into           *customers.Customer
	}{{"customer", d.Customer, &p.customer}, {"payer", d.Payer, &p.payer}} {
		if x.external == "" {
			continue
		}
		if *x.into, err = customers.Called(ctx, tx, x.external, asOf); err != nil && fault.Kind(err) != fault.NotFound {
			return p, err
		} else if err != nil {
			f.add(x.path, x.external, "is not the external id of a customer; create the customer first")
		}
	}
	if d.Payer == "" {
		p.payer = p.customer
	}
	if p.customer.ID != 0 && p.payer.ID != 0 && p.customer.Account != p.payer.Account {
		f.add("payer", d.Paying(), "does not pay for %s: they belong to different paying families", d.Customer)
	}
	if p.payer.PORequired && d.Billing.PONumber == "" {
		f.add("billing.po_number", "", "is missing: %s accepts no invoice without a purchase order number", p.payer.Name)
	}
	if err := checkUsers(ctx, tx, d, p.payer.Account, &f); err != nil {
		return p, err
	}
	if err := checkThirdParties(ctx, tx, d, &f); err != nil {
		return p, err
	}
	sold, err := catalog.Load(ctx, tx)
	if err != nil {
		return p, err
	}
	f = append(f, d.CheckCatalog(sold)...)
	if err := f.refuseProgrammes(ctx, tx, d); err != nil {
		return p, err
	}
	held, err := customers.HeldByScreening(ctx, tx, []string{d.Customer, d.Paying()})
	if err != nil {
		return p, err
	}
	if held != "" {
		f.add("customer", held, "is held: it may be a listed party, and nobody has cleared the match. Finance or an administrator decides at /screening")
	}
	if len(f) > 0 {
		return p, fault.InvalidFields(f...)
	}
	return p, nil
}

// CheckCatalog says which products and meters of the document are not sold on
// its first day.
func (d Document) CheckCatalog(c *catalog.Catalog) []fault.Field {
	var f findings
	product := func(path, code string) {
		p, ok := c.Product(code, d.Start())
		if ok && p.Retired { // who signed while it was sold may amend with it
			p, ok = c.Product(code, d.Term.From)
		}
		if !ok || p.Retired {
			f.add(path, code, "is not a product of the catalog on %s", d.Start())
		}
	}
	for i, l := range d.Lines {
		at := fmt.Sprintf("lines[%d]", i)
		product(at+".product", l.Product)
		if l.Usage != nil {
			l.Usage.checkMeter(&f, at+".usage", c)
		}
	}
	for i, x := range d.Commits {
		product(fmt.Sprintf("commitments[%d].product", i), x.Product)
	}
	for i, x := range d.Prepaid {
		product(fmt.Sprintf("prepaid[%d].product", i), x.Product)
	}
	return f
}

func (c Contract) subject(version int) access.Subject {
	return access.Subject{Kind: "contract", Key: fmt.Sprintf("%s/v%d", c.Number, version), Account: int64(c.Account)}
}

// Grant records a concession. The caller has checked that the amount does not
// exceed what stands billed for the line and span.
func Grant(ctx context.Context, tx pgx.Tx, number string, g Granted, by access.Actor) error {
	doing := fmt.Sprintf("grant a credit on contract %s", number)
	if err := by.Require(access.Support, access.Finance); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	c, found, err := lockByNumber(ctx, tx, number)
	if err != nil || !found {
		return fmt.Errorf("%s: %w", doing, orMissing(err, number))
	}
	if err := c.grantable(g); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := insertConcession(ctx, tx, c, g, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	subject := access.Subject{Kind: "contract", Key: number, Account: int64(c.Account)}
	return access.Audit(ctx, tx, by, "contract.credit", subject, nil, map[string]string{
		"line": g.Line, "service": g.Span.String(), "amount": g.Amount.String(), "invoice": g.Invoice,
	}, g.Reason)
}

func (c Contract) grantable(g Granted) error {
	var f findings
	if g.Amount.Sign() <= 0 || g.Amount.Currency() != c.Currency {
		f.add("amount", g.Amount.String(), "must be more than zero, in %s", c.Currency)
	}
	if g.Reason == "" {
		f.add("reason", "", "is missing: it is printed on the credit note")
	}
	f.prose("reason", g.Reason, 1000)
	if !slices.ContainsFunc(c.History, func(r Revision) bool {
		_, _, sold := r.Document.Sells(g.Line)
		return r.Approved() && sold
	}) {
		f.add("line", fault.Shown(g.Line), "is not a line of the contract")
	}
	if a, ok := c.Agreement(); !ok || a.Term().Intersect(g.Span) != g.Span {
		f.add("span", g.Span.String(), "lies outside the contract's term")
	}
	if len(f) > 0 {
		return fault.InvalidFields(f...)
	}
	return nil
}

func orMissing(err error, number string) error {
	if err != nil {
		return err
	}
	return fault.New(fault.NotFound, "no contract has the number %s", number)
}
