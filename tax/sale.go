package tax

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Seller is the legal entity that sells. Code finds its registrations, Country decides whose law governs the export.
type Seller struct {
	Entity  entities.ID
	Code    string
	Country string
	Region  string
}

// Buyer is who buys. Address is where the service is received: see BuyerOf.
type Buyer struct {
	Customer customers.ID
	Kind     customers.Kind
	Address  customers.Address
	TaxIDs   []customers.TaxID
}

// BuyerOf sources a sale to where the customer uses the service, else to where it is billed (SSUTA s.310: place of
// receipt known to the seller first, the address in its records next).
func BuyerOf(c customers.Customer) Buyer {
	address := c.Service
	if address.IsZero() {
		address = c.Billing
	}
	return Buyer{Customer: c.ID, Kind: c.Kind, Address: address, TaxIDs: c.TaxIDs}
}

// SellerOf is the seller an entity is.
func SellerOf(e entities.Entity) Seller {
	return Seller{Entity: e.ID, Code: e.Code, Country: e.Country, Region: e.Region}
}

// Line is one invoice line, net of discounts. A negative Net is a correction.
type Line struct {
	ID      int // the caller's name for the line, unique in the sale
	TaxCode string
	Net     money.Amount
}

// Sale is a document to be taxed: one seller, one buyer, one tax point.
type Sale struct {
	Seller   Seller
	Buyer    Buyer
	On       period.Date // tax point
	Currency money.Currency
	Lines    []Line
}

// Reason says why a row has the tax it has.
type Reason string

const (
	StandardRated   Reason = "standard_rated"
	ReducedRated    Reason = "reduced_rated"
	NotCollecting   Reason = "not_collecting"     // taxed there, but we are not registered: WouldBe says what is at stake
	ProductExempt   Reason = "product_exempt"     // the law does not tax the product there
	CustomerExempt  Reason = "customer_exempt"    // a verified certificate
	ReverseCharge   Reason = "reverse_charge"     // the buyer owes the tax
	ZeroRated       Reason = "zero_rated"         // taxed at zero
	NotSubjectToTax Reason = "not_subject_to_tax" // the place has no such tax
	OutsideScope    Reason = "outside_scope"      // the seller's law does not reach the supply
)

// Row is the tax of one line in one jurisdiction, complete in itself: it is frozen and printed without looking back.
type Row struct {
	Line      int
	Place     string // code of the place, "US-NY-NYC"
	Level     Level
	Name      string          // as printed: "New York City sales tax"
	Rate      decimal.Decimal // fraction: 0.045
	Net       money.Amount    // the whole line
	Taxable   money.Amount    // the part of Net that Rate was applied to; zero when nothing is taxed
	Tax       money.Amount
	WouldBe   money.Amount // tax a registration would bring, for the nexus report; only with NotCollecting and OutsideScope
	Reason    Reason
	Note      string    // legal text to print, often empty
	Source    string    // where rate and rule come from
	Precision Precision // how well the place is known
	Policy    Policy    // how Tax was rounded
}

// Result is the tax of a sale. Warnings are for the people who issue it, not for the customer.
type Result struct {
	Rows     []Row
	Warnings []string
}

// Total is the tax of the document.
func (r Result) Total() money.Amount {
	var total money.Amount
	for _, row := range r.Rows {
		total = total.Add(row.Tax)
	}
	return total
}

func (s Sale) check(t *Tables) error {
	var found []fault.Field
	report := func(path, value, message string) {
		found = append(found, fault.Field{Path: path, Value: value, Message: message})
	}
	if s.On.IsZero() {
		report("on", "", "the tax point is missing")
	}
	if s.Seller.Country == "" {
		report("seller.country", "", "is missing")
	}
	if !strings.Contains(" business consumer government nonprofit ", " "+string(s.Buyer.Kind)+" ") {
		report("buyer.kind", string(s.Buyer.Kind), "is not business, consumer, government or nonprofit")
	}
	seen := make(map[int]bool, len(s.Lines))
	for i, line := range s.Lines {
		path := fmt.Sprintf("lines[%d].", i)
		if _, known := t.products[line.TaxCode]; !known {
			report(path+"tax_code", line.TaxCode, "is not a product code of the tax tables")
		}
		if line.Net.Currency() != s.Currency {
			report(path+"net", string(line.Net.Currency()), "is not in the currency of the sale, "+string(s.Currency))
		}
		if seen[line.ID] {
			report(path+"id", strconv.Itoa(line.ID), "stands for another line of the sale already")
		}
		seen[line.ID] = true
	}
	if len(found) > 0 {
		return fault.InvalidFields(found...)
	}
	return nil
}
