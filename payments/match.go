package payments

import (
	"regexp"
	"slices"
	"strings"

	"ratable/internal/money"
)

// invoiceNumber finds numbers of package entities ("RUS-2026-000123") in what
// payers make of them: "Inv rus 2026/000123", "RUS2026000123".
var invoiceNumber = regexp.MustCompile(`(?i)\b([a-z0-9]{2,8}?)[ ._/-]{0,3}((?:19|20|21)[0-9]{2})[ ._/-]{0,3}([0-9]{6,9})\b`)

// Mentioned lists the invoice numbers in a text, as we write them, in order. Some
// of them may belong to somebody else.
func Mentioned(text string) []string {
	var out []string
	for _, m := range invoiceNumber.FindAllStringSubmatch(text, -1) {
		if n := strings.ToUpper(m[1]) + "-" + m[2] + "-" + m[3]; !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// Match says which open invoices a receipt pays: those its reference mentions,
// in that order, each up to what is open; a reference that mentions none pays
// the one invoice of the payer that has exactly this amount open. Anything else
// is left for a person: a mentioned invoice that is paid already, two invoices
// of the same amount.
func Match(r Receipt, open []OpenInvoice) []Part {
	if mentioned := Mentioned(r.Reference); len(mentioned) > 0 {
		return matchNumbers(r, mentioned, open)
	}
	var exact []Part
	for _, o := range open {
		if r.pays(o) && o.Payer == r.Payer && o.Open == r.Amount {
			exact = append(exact, Part{o.Number, r.Amount})
		}
	}
	if len(exact) != 1 {
		return nil
	}
	return exact
}

func matchNumbers(r Receipt, mentioned []string, open []OpenInvoice) []Part {
	var out []Part
	left := r.Amount
	for _, number := range mentioned {
		for _, o := range open {
			if o.Number == number && r.pays(o) && left.Sign() > 0 {
				amount := smaller(left, o.Open)
				left = left.Sub(amount)
				out = append(out, Part{number, amount})
			}
		}
	}
	return out
}

// pays says whether the receipt can pay an invoice: money in one bank account
// pays that legal entity's invoices, in its currency.
func (r Receipt) pays(o OpenInvoice) bool {
	return o.Account == r.Account && o.Entity == r.Entity && o.Open.Currency() == r.Currency() && o.Open.Sign() > 0
}

func smaller(a, b money.Amount) money.Amount {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}
