package opening

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
	"gopkg.in/yaml.v3"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/strict"
	"ratable/ledger"
)

// maxFile bounds a file: some twenty thousand contracts.
const maxFile = 32 << 20

// Parse reads a file, YAML or JSON. Invalid: all that is wrong with it by itself, each with its path and line.
func Parse(source []byte) (File, error) {
	f, root, err := parse(source)
	if err != nil {
		return f, err
	}
	if found := f.check(); len(found) > 0 {
		return f, fault.InvalidFields(strict.Placed(root, found)...)
	}
	return f, nil
}

func parse(source []byte) (f File, root *yaml.Node, err error) {
	if root, err = strict.Tree(source, "opening", maxFile); err != nil {
		return f, root, err
	}
	if found := strict.Read(root, &f); len(found) > 0 {
		return f, root, fault.InvalidFields(strict.Placed(root, found)...)
	}
	return f, root, nil
}

// checking collects what is wrong with a file.
type checking struct {
	currency money.Currency
	found    []fault.Field
}

func (c *checking) blame(path, value, format string, args ...any) {
	c.found = append(c.found, fault.Field{Path: path, Value: fault.Shown(value), Message: fmt.Sprintf(format, args...)})
}

// amount holds a figure against the decimals of the currency.
func (c *checking) amount(path string, d decimal.Decimal, mayBeNegative bool) money.Amount {
	a, err := money.ParseAmount(d.String(), c.currency)
	switch {
	case err != nil:
		c.blame(path, d.String(), "is no amount in %s: write it with a point and at most its decimals, such as 1250.50", c.currency)
		return money.Zero(c.currency)
	case a.Sign() < 0 && !mayBeNegative:
		c.blame(path, d.String(), "is below zero: give invoices as they stood after their credits, and balances that are ours to pay back")
	}
	return a
}

// check finds what is wrong with a file before anything else is looked at.
func (f File) check() []fault.Field {
	currency, err := money.ParseCurrency(f.Currency)
	if err != nil {
		return []fault.Field{{Path: "currency", Value: fault.Shown(f.Currency), Message: "is not an ISO 4217 code such as USD"}}
	}
	c := &checking{currency: currency}
	if f.CutOver.IsZero() || f.CutOver.Day() != 1 {
		c.blame("cut_over", f.CutOver.String(), "must be the first day of a month, the first that is kept here, such as 2026-07-01")
	}
	c.treatment("treatment", f.Treatment)
	f.checkContracts(c)
	f.checkInvoices(c)
	for i, b := range f.Balances {
		c.amount(fmt.Sprintf("balances[%d].amount", i), b.Amount, false)
		if slices.ContainsFunc(f.Balances[:i], func(o Balance) bool { return o.Customer == b.Customer }) {
			c.blame(fmt.Sprintf("balances[%d].customer", i), b.Customer, "is given twice; add the amounts up")
		}
	}
	if f.Tax != nil {
		c.amount("tax_payable", *f.Tax, true)
	}
	f.checkControl(c)
	c.found = append(c.found, fault.Printable("part", f.Part, 200)...)
	if f.Part != "" && f.Tax != nil {
		c.blame("tax_payable", f.Tax.String(), "is of the whole company: leave it out of a part")
	}
	return c.found
}

func (c *checking) treatment(path string, t Treatment) {
	if t != None && t != Keep && t != Correct {
		c.blame(path, string(t), "must be keep (the old figure stands, the rest is earned over the rest of the term) or correct (the difference is caught up in the first month)")
	}
}

func (f File) checkContracts(c *checking) {
	seen := map[string]bool{}
	for i, x := range f.Contracts {
		at := fmt.Sprintf("contracts[%d]", i)
		if x.Contract == "" || seen[x.Contract] {
			c.blame(at+".contract", x.Contract, "is missing or given twice: write each contract's number once")
		}
		seen[x.Contract] = true
		lines := map[string]bool{}
		for j, l := range x.Lines {
			at := fmt.Sprintf("%s.lines[%d]", at, j)
			if l.Line == "" || lines[l.Line] {
				c.blame(at+".line", l.Line, "is missing or given twice: write each line of the contract once")
			}
			lines[l.Line] = true
			c.treatment(at+".treatment", l.Treatment)
			c.amount(at+".recognized", l.Recognized, false)
			if l.Standalone != nil {
				c.amount(at+".standalone", *l.Standalone, false)
			}
		}
	}
	for i, d := range f.Invoices {
		for j, l := range d.Lines {
			if !seen[l.Contract] {
				c.blame(fmt.Sprintf("invoices[%d].lines[%d].contract", i, j), l.Contract, "is not among the contracts of the file: list it with what had been earned of its lines")
			}
		}
	}
}

func (f File) checkInvoices(c *checking) {
	seen := map[string]bool{}
	for i, d := range f.Invoices {
		at := fmt.Sprintf("invoices[%d]", i)
		if d.Document == "" || seen[d.Document] {
			c.blame(at+".document", d.Document, "is missing or given twice: write the number the invoice had, once")
		}
		seen[d.Document] = true
		c.found = append(c.found, fault.Printable(at+".document", d.Document, 60)...)
		if d.On.IsZero() || !d.On.Before(f.CutOver) {
			c.blame(at+".on", d.On.String(), "must be a day before the cut-over: what is billed later is billed here")
		}
		if !d.Due.IsZero() && d.Due.Before(d.On) {
			c.blame(at+".due", d.Due.String(), "lies before the invoice")
		}
		total := c.amount(at+".tax", d.Tax, false)
		if len(d.Lines) == 0 {
			c.blame(at+".lines", "", "are missing: say which days of which lines the invoice billed")
		}
		for j, l := range d.Lines {
			at := fmt.Sprintf("%s.lines[%d]", at, j)
			amount := c.amount(at+".amount", l.Amount, false)
			total = total.Add(amount)
			if l.From.IsZero() || l.Through.Before(l.From) {
				c.blame(at+".from", l.From.String(), "and through must be the first and last day that is billed")
			}
		}
		switch {
		case d.Open == nil:
			c.blame(at+".open", "", "is missing: write what is still to be paid of the invoice, tax included; 0 when it is paid")
		case c.amount(at+".open", *d.Open, false).Cmp(total) > 0:
			c.blame(at+".open", d.Open.String(), "is more than the %s the invoice asked for with its tax", total.Display())
		}
	}
}

func (f File) checkControl(c *checking) {
	for _, code := range sortedKeys(f.Control) {
		known := code == ledger.OpeningBalance.String() || slices.ContainsFunc(controlled, func(a ledger.Account) bool { return a.String() == code })
		if !known {
			c.blame("control."+code, code, "is none of the account types that are brought over: AccountsReceivable, UnbilledReceivable, DeferredRevenue, TaxLiability, CustomerBalance, and OpeningBalance for all the rest of the old general ledger")
			continue
		}
		c.amount("control."+code, f.Control[code], true)
	}
	if len(f.Control) == 0 && f.Part == "" {
		c.blame("control", "", "is missing: give the balance of the old general ledger on the eve for each account type, debit positive")
	}
}
