package onboarding

import (
	"cmp"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
)

// invoiceColumns are the columns of the other system's invoices: one row a line, a payment or a credit.
var invoiceColumns = []Column{
	{Name: "type", Aliases: []string{"row", "record"}, About: "line, payment or credit; empty: line.", Examples: []string{"line", "payment", "credit"}},
	{Name: "invoice", Aliases: []string{"invoice_number", "number", "document"}, Required: true, About: "The number the invoice had; its rows need not follow each other.", Examples: []string{"A-1001", "A-1001", "A-1001"}},
	{Name: "customer", Aliases: []string{"customer_id", "external_id", "account"}, Required: true, About: "External id of who owes it.", Examples: []string{"acme", "acme", "acme"}},
	{Name: "currency", Required: true, About: "ISO 4217 code of its amounts.", Examples: []string{"USD", "USD", "USD"}},
	{Name: "issued_on", Aliases: []string{"date", "invoice_date", "on"}, Required: true, About: "Day of the invoice; of a payment or credit, the day of that.", Examples: []string{"2026-01-01", "2026-01-20", "2026-02-10"}},
	{Name: "due_on", Aliases: []string{"due", "due_date"}, About: "Day it was to be paid by; empty: the day of the invoice.", Examples: []string{"2026-01-31", "", ""}},
	{Name: "contract", Aliases: []string{"contract_number", "subscription", "subscription_id"}, About: "Number of the contract a line or credit is for.", Examples: []string{"C-1001", "", "C-1001"}},
	{Name: "line", Aliases: []string{"line_id", "item"}, About: "Our id of the contract line, where it is known.", Examples: []string{"platform", "", "platform"}},
	{Name: "product", Aliases: []string{"sku", "product_code"}, About: "Else the product's code.", Examples: []string{"", "", ""}},
	{Name: "description", Aliases: []string{"line_description", "text"}, About: "What the invoice called it.", Examples: []string{"Platform, January", "", "Outage"}},
	{Name: "from", Aliases: []string{"service_from", "period_start", "start"}, About: "First day of service that a line bills.", Examples: []string{"2026-01-01", "", "2026-01-01"}},
	{Name: "through", Aliases: []string{"service_through", "period_end", "end"}, About: "Last day of service, inclusive.", Examples: []string{"2026-01-31", "", "2026-01-31"}},
	{Name: "quantity", Aliases: []string{"qty", "units"}, About: "Units billed: with it a difference is told as usage, not as price.", Examples: []string{"10", "", ""}},
	{Name: "unit_price", Aliases: []string{"price", "rate"}, About: "Price of a unit.", Examples: []string{"120.00", "", ""}},
	{Name: "discount", Aliases: []string{"discount_amount"}, About: "What was taken off before the amount.", Examples: []string{"", "", ""}},
	{Name: "amount", Aliases: []string{"net", "net_amount", "amount_before_tax"}, Required: true, About: "Before tax; of a payment, what came in; of a credit, what was given back, above zero.", Examples: []string{"1200.00", "1200.00", "50.00"}},
	{Name: "tax", Aliases: []string{"tax_amount", "vat_amount"}, About: "Tax of the line or of the credit.", Examples: []string{"0", "", "0"}},
	{Name: "reference", Aliases: []string{"payment_reference"}, About: "Of a payment, what it said.", Examples: []string{"", "wire 4711", ""}},
}

// balanceColumns are the columns of what else stands open.
var balanceColumns = []Column{
	{Name: "type", About: "unapplied: money of the customer that pays no invoice; earned: what had been earned of a contract line on the eve; empty: unapplied.", Examples: []string{"unapplied", "earned"}},
	{Name: "customer", Aliases: []string{"customer_id", "external_id", "account"}, Required: true, About: "External id of the customer.", Examples: []string{"acme", "acme"}},
	{Name: "entity", Aliases: []string{"seller", "legal_entity"}, About: "Our legal entity that holds the money; empty: the one that sells to the customer.", Examples: []string{"", ""}},
	{Name: "currency", Required: true, About: "ISO 4217 code.", Examples: []string{"USD", "USD"}},
	{Name: "contract", Aliases: []string{"contract_number", "subscription"}, About: "Of what was earned: the contract.", Examples: []string{"", "C-1001"}},
	{Name: "line", Aliases: []string{"line_id"}, About: "And its line.", Examples: []string{"", "platform"}},
	{Name: "amount", Aliases: []string{"balance", "recognized"}, Required: true, About: "The amount, not below zero.", Examples: []string{"25.00", "6000.00"}},
	{Name: "treatment", About: "keep or correct, where what was earned differs from what we compute (see opening balances).", Examples: []string{"", "keep"}},
}

// invoiced makes an invoice of the rows with its number. What is wrong stands in the rows.
func invoiced(rows []*given) Told {
	var t Told
	for _, g := range rows {
		g.required(invoiceColumns)
		kind := cmp.Or(strings.ToLower(g.get("type")), "line")
		if kind == "line" && t.IssuedOn.IsZero() {
			t.Number, t.Customer, t.IssuedOn, t.DueOn = g.get("invoice"), g.get("customer"), g.day("issued_on"), g.day("due_on")
			t.Currency = g.code()
		}
		switch kind {
		case "line":
			if d := g.day("issued_on"); d != t.IssuedOn {
				g.blame("issued_on", "is %s in the invoice's first line: an invoice has one day", t.IssuedOn)
			}
			t.Lines = append(t.Lines, g.toldLine(t.Currency, true))
		case "credit":
			l := g.toldLine(t.Currency, false)
			l.On = g.day("issued_on")
			t.Credits = append(t.Credits, l)
		case "payment":
			g.refuseCells("is not of a payment: leave it empty", "tax", "quantity", "unit_price")
			t.Payments = append(t.Payments, ToldMoney{On: g.day("issued_on"), Amount: g.amount("amount", t.Currency), Reference: g.get("reference")})
		default:
			g.blame("type", "must be line, payment or credit")
		}
		if t.Currency != "" && g.get("currency") != string(t.Currency) || t.Customer != "" && g.get("customer") != t.Customer {
			g.blame("customer", "and its currency are %s and %s in the invoice's first line: an invoice has one of each", t.Customer, t.Currency)
		}
	}
	if len(t.Lines) == 0 {
		rows[0].blame("invoice", "has no line: say what it billed, a payment or credit alone is no invoice")
		return t
	}
	if !wrong(rows) {
		t.holds(rows)
	}
	return t
}

// holds refuses an invoice that does not hold together.
func (t Told) holds(rows []*given) {
	last := rows[len(rows)-1]
	switch {
	case t.asked().Sign() < 0:
		last.blame("amount", "gives back more than the invoice asked for: it comes to %s", t.asked())
	case t.paid().Cmp(t.asked()) > 0:
		last.blame("amount", "is paid beyond what the invoice comes to, %s of %s: what is left is an unapplied balance", t.paid(), t.asked())
	}
	if !t.DueOn.IsZero() && t.DueOn.Before(t.IssuedOn) {
		rows[0].blame("due_on", "lies before the day of the invoice, %s", t.IssuedOn)
	}
}

// code reads the currency.
func (g *given) code() money.Currency {
	c, err := money.ParseCurrency(g.get("currency"))
	if err != nil && g.get("currency") != "" {
		g.blame("currency", "%s", unquoted(err, g.get("currency")))
	}
	return c
}

// amount reads an amount with at most the decimals of its currency, not below zero.
func (g *given) amount(column string, c money.Currency) decimal.Decimal {
	text := g.get(column)
	if text == "" || c == "" {
		return decimal.Zero
	}
	a, err := money.ParseAmount(text, c)
	switch {
	case err != nil:
		g.blame(column, "%s", unquoted(err, text))
	case a.Sign() < 0:
		g.blame(column, "is below zero: what was given back is a row of its own, a credit")
	}
	return a.Decimal()
}

func (g *given) toldLine(c money.Currency, line bool) ToldLine {
	l := ToldLine{
		Contract: g.get("contract"), Line: g.get("line"), Product: g.get("product"), Description: g.get("description"), From: g.day("from"), Through: g.day("through"),
		Quantity: g.number("quantity"), UnitPrice: g.number("unit_price"), Discount: g.amount("discount", c), Amount: g.amount("amount", c), Tax: g.amount("tax", c),
	}
	if l.Contract == "" {
		g.blame("contract", "is missing: the contract the row is for")
	}
	if line || !l.From.IsZero() || !l.Through.IsZero() {
		g.days(l.From, l.Through)
	}
	return l
}

func (g *given) days(from, through period.Date) {
	switch {
	case from.IsZero() && !g.blamed("from"):
		g.blame("from", "is missing: the first day of service")
	case through.IsZero() && !g.blamed("through"):
		g.blame("through", "is missing: the last day of service")
	case through.Before(from) && !g.blamed("from") && !g.blamed("through"):
		g.blame("through", "lies before the first day, %s", from)
	}
}

// standing makes a balance of a row.
func (g *given) standing() Standing {
	g.required(balanceColumns)
	s := Standing{Type: cmp.Or(strings.ToLower(g.get("type")), Unapplied), Customer: g.get("customer"), Entity: g.get("entity"), Currency: g.code(),
		Contract: g.get("contract"), Line: g.get("line"), Treatment: strings.ToLower(g.get("treatment"))}
	s.Amount = g.amount("amount", s.Currency)
	switch s.Type {
	case Unapplied:
		g.refuseCells("is of what was earned: leave it empty", "contract", "line", "treatment")
	case Earned:
		if s.Contract == "" || s.Line == "" {
			g.blame("line", "and contract are missing: what was earned was earned of a line")
		}
	default:
		g.blame("type", "must be unapplied or earned")
	}
	if s.Treatment != "" && s.Treatment != "keep" && s.Treatment != "correct" {
		g.blame("treatment", "must be keep or correct")
	}
	return s
}

// sells finds the line of a contract that a row of the other system is about: by our id, else by the product where only one line has it.
func sells(d contracts.Document, l ToldLine) (id string, ok bool) {
	if _, _, known := d.Sells(l.Line); known {
		return l.Line, true
	}
	for _, x := range d.Lines {
		if l.Line == "" && x.Product == l.Product {
			if id != "" {
				return "", false
			}
			id = x.ID
		}
	}
	return id, id != ""
}
