package onboarding

import (
	"slices"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
)

// Told is an invoice of the other system as it was told: what it billed, what was paid of it and what was given back.
type Told struct {
	Number   string         `json:"number"`
	Customer string         `json:"customer"` // external id of who owes it
	Entity   string         `json:"entity,omitempty"`
	Currency money.Currency `json:"currency"`
	IssuedOn period.Date    `json:"issued_on"`
	DueOn    period.Date    `json:"due_on,omitzero"`
	Lines    []ToldLine     `json:"lines"`
	Payments []ToldMoney    `json:"payments,omitempty"`
	Credits  []ToldLine     `json:"credits,omitempty"` // amounts as given back, above zero
}

// ToldLine is a line of it. The days are inclusive, as people write them.
type ToldLine struct {
	Contract    string          `json:"contract"`
	Line        string          `json:"line,omitempty"`    // ours, where the file says it
	Product     string          `json:"product,omitempty"` // or its product
	Description string          `json:"description,omitempty"`
	From        period.Date     `json:"from"`
	Through     period.Date     `json:"through"`
	On          period.Date     `json:"on,omitzero"` // of a credit: when it was given
	Quantity    decimal.Decimal `json:"quantity,omitzero"`
	UnitPrice   decimal.Decimal `json:"unit_price,omitzero"`
	Discount    decimal.Decimal `json:"discount,omitzero"` // taken off before Amount
	Amount      decimal.Decimal `json:"amount"`            // before tax
	Tax         decimal.Decimal `json:"tax,omitzero"`
}

// ToldMoney is a payment.
type ToldMoney struct {
	On        period.Date     `json:"on"`
	Amount    decimal.Decimal `json:"amount"`
	Reference string          `json:"reference,omitempty"`
}

// span is the line's days, half-open.
func (l ToldLine) span() period.Span { return period.Through(l.From, l.Through) }

// due is the day it was to be paid by.
func (t Told) due() period.Date {
	if t.DueOn.IsZero() {
		return t.IssuedOn
	}
	return t.DueOn
}

// asked is what the invoice came to with its tax, less credits.
func (t Told) asked() decimal.Decimal {
	sum := decimal.Zero
	for _, l := range t.Lines {
		sum = sum.Add(l.Amount).Add(l.Tax)
	}
	for _, l := range t.Credits {
		sum = sum.Sub(l.Amount).Sub(l.Tax)
	}
	return sum
}

// paid is what came in for it.
func (t Told) paid() decimal.Decimal {
	sum := decimal.Zero
	for _, p := range t.Payments {
		sum = sum.Add(p.Amount)
	}
	return sum
}

// net is the lines after their credits, those of the same contract, line and days added up: as it stands.
func (t Told) net() []ToldLine {
	out := slices.Clone(t.Lines)
	for _, c := range t.Credits {
		i := slices.IndexFunc(out, func(l ToldLine) bool {
			return l.Contract == c.Contract && l.Line == c.Line && l.Product == c.Product && (c.From.IsZero() || l.span().Overlaps(c.span()))
		})
		if i < 0 {
			c.Amount, c.Tax = c.Amount.Neg(), c.Tax.Neg()
			out = append(out, c)
			continue
		}
		out[i].Amount, out[i].Tax = out[i].Amount.Sub(c.Amount), out[i].Tax.Sub(c.Tax)
	}
	return out
}

// contractsOf are the contracts it bills, in the order of its lines.
func (t Told) contracts() []string {
	var out []string
	for _, l := range t.Lines {
		if !slices.Contains(out, l.Contract) {
			out = append(out, l.Contract)
		}
	}
	return out
}

// Standing is a balance as it was told: money of a customer that pays no invoice, or what had been earned of a line.
type Standing struct {
	Type      string          `json:"type"` // unapplied or earned
	Customer  string          `json:"customer"`
	Entity    string          `json:"entity,omitempty"`
	Currency  money.Currency  `json:"currency"`
	Contract  string          `json:"contract,omitempty"`
	Line      string          `json:"line,omitempty"`
	Amount    decimal.Decimal `json:"amount"`
	Treatment string          `json:"treatment,omitempty"`
}

// The types of balances.
const (
	Unapplied = "unapplied"
	Earned    = "earned"
)

// key names a balance for ever: sent again it is the same.
func (s Standing) key() string {
	if s.Type == Earned {
		return "earned " + s.Contract + " " + s.Line
	}
	return "unapplied " + s.Customer + " " + s.Entity + " " + string(s.Currency)
}
