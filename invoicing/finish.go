package invoicing

import (
	"fmt"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/tax"
)

// finish taxes the drafts and adds them up. A draft that asks for nothing (lines
// of zero only) is dropped: they are shown on the next document that asks.
func (d *drafting) finish() (Decision, error) {
	var out Decision
	if d.err != nil {
		return out, d.err
	}
	for _, g := range d.order {
		draft := d.drafts[g]
		if !asks(draft.Lines) {
			continue
		}
		if err := d.complete(draft, d.taxed[g]); err != nil {
			return out, err
		}
		if hold, held := d.facts.hold(g.hold); held {
			out.Withheld = append(out.Withheld, Withheld{hold, *draft})
		} else {
			out.Drafts = append(out.Drafts, *draft)
		}
	}
	return out, nil
}

func asks(lines []Line) bool {
	for _, l := range lines {
		if !l.Amount.IsZero() {
			return true
		}
	}
	return false
}

func (d *drafting) complete(draft *Draft, followed []taxed) error {
	entity, ok := d.world.Entities.ByID(draft.Entity)
	if !ok {
		return fault.New(fault.NotFound, "legal entity %d is not there", draft.Entity)
	}
	payer, ok := d.facts.Customers[draft.Payer]
	if !ok {
		return fault.New(fault.NotFound, "payer %d is not there", draft.Payer)
	}
	if err := d.tax(draft, followed, entity, payer); err != nil {
		return fmt.Errorf("tax of %s: %w", payer.Name, err)
	}
	d.fees(draft)
	draft.add()
	draft.Seller, draft.Buyer, draft.Bank = seller(entity), buyer(payer), entity.Bank
	if draft.Kind == entities.CreditNote {
		draft.DueOn = draft.IssuedOn
	}
	return d.localTax(draft, entity)
}

// tax asks for the tax of new lines; corrections bring theirs along.
func (d *drafting) tax(draft *Draft, followed []taxed, entity entities.Entity, payer customers.Customer) error {
	has := map[int]bool{}
	for _, t := range followed {
		has[t.line] = true
		draft.TaxRows = append(draft.TaxRows, t.rows...)
	}
	sale := tax.Sale{Seller: tax.SellerOf(entity), Buyer: tax.BuyerOf(payer), On: draft.TaxPoint, Currency: draft.Currency}
	for i, l := range draft.Lines {
		if !has[i+1] {
			sale.Lines = append(sale.Lines, tax.Line{ID: i + 1, TaxCode: l.TaxCode, Net: l.Amount})
		}
	}
	if len(sale.Lines) == 0 {
		return nil
	}
	result, err := tax.Determine(d.world.Tax, sale)
	if err != nil {
		return err
	}
	draft.TaxRows = append(draft.TaxRows, result.Rows...)
	draft.Warnings = append(draft.Warnings, result.Warnings...)
	return nil
}

// add computes the totals, and from them what kind of document it is.
func (draft *Draft) add() {
	draft.Net, draft.Tax, draft.Fee = money.Zero(draft.Currency), money.Zero(draft.Currency), money.Amount{}
	for _, l := range draft.Lines {
		draft.Net, draft.Fee = draft.Net.Add(l.Amount), draft.Fee.Add(l.Fee)
	}
	for _, r := range draft.TaxRows {
		draft.Tax = draft.Tax.Add(r.Tax)
	}
	draft.Total = draft.Net.Add(draft.Tax).Sub(draft.Fee)
	draft.Kind = entities.Invoice
	if draft.Total.Sign() < 0 {
		draft.Kind = entities.CreditNote
	}
}

// localTax restates VAT in the seller's currency at the rate of the tax point.
func (d *drafting) localTax(draft *Draft, entity entities.Entity) error {
	if draft.Tax.IsZero() || entity.Currency == draft.Currency {
		return nil
	}
	converted, quote, err := d.world.Rates.Convert(draft.Tax, entity.Currency, draft.TaxPoint)
	if err != nil {
		return fmt.Errorf("state the tax in %s: %w", entity.Currency, err)
	}
	draft.Local = &LocalTax{entity.Currency, converted, quote}
	return nil
}

func seller(e entities.Entity) Party {
	p := Party{Name: e.Name, Lines: address(e.Lines, e.City, e.Region, e.Postcode, e.Country), Country: e.Country, Email: e.Email, Phone: e.Phone, Website: e.Website, Register: e.RegisterNote}
	for _, t := range e.TaxIDs {
		p.TaxIDs = append(p.TaxIDs, taxID(t.Kind, t.Value))
	}
	return p
}

func buyer(c customers.Customer) Party {
	b := c.Billing
	p := Party{Name: c.LegalName, Lines: address(b.Lines, b.City, b.Region, b.Postcode, b.Country), Country: b.Country, External: c.ExternalID}
	for _, t := range c.TaxIDs {
		p.TaxIDs = append(p.TaxIDs, taxID(t.Kind, t.Value))
	}
	return p
}

var taxIDNames = map[string]string{"eu_vat": "VAT", "gb_vat": "VAT", "us_ein": "EIN", "ch_uid": "UID", "au_abn": "ABN", "ca_gst": "GST/HST"}

func taxID(kind, value string) string {
	if name, ok := taxIDNames[kind]; ok {
		return name + " " + value
	}
	return value
}

// address lays lines out as the country's post expects: region and code after
// the city in North America and Australia, the code before it elsewhere.
func address(lines []string, city, region, postcode, country string) []string {
	out := append([]string(nil), lines...)
	switch country {
	case "US", "CA", "AU":
		out = append(out, fmt.Sprintf("%s, %s %s", city, region, postcode))
	case "GB":
		out = append(out, city, postcode)
	default:
		out = append(out, postcode+" "+city)
	}
	return append(out, countryName(country))
}

// countryName is the English name; the last line of an address abroad.
func countryName(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	return display.English.Regions().Name(region)
}
