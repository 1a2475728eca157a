package subledger

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// Told is a fact as another system writes it: words and figures, which stay as they were told.
type Told struct {
	ID       string           `yaml:"id" json:"id"`
	Kind     string           `yaml:"kind" json:"kind"`
	Entity   string           `yaml:"entity" json:"entity,omitempty"`
	Customer string           `yaml:"customer" json:"customer"`
	On       period.Date      `yaml:"on" json:"on"`
	Currency string           `yaml:"currency" json:"currency"`
	Document string           `yaml:"document" json:"document,omitempty"`
	Line     string           `yaml:"line" json:"line,omitempty"`
	Amount   *decimal.Decimal `yaml:"amount" json:"amount,omitempty"`
	Tax      decimal.Decimal  `yaml:"tax" json:"tax,omitzero"`
	Fee      decimal.Decimal  `yaml:"fee" json:"fee,omitzero"`
	Cost     decimal.Decimal  `yaml:"cost" json:"cost,omitzero"`
	Means    string           `yaml:"means" json:"means,omitempty"`
	To       string           `yaml:"to" json:"to,omitempty"`
	Effect   string           `yaml:"effect" json:"effect,omitempty"`
	Lines    []ToldLine       `yaml:"lines" json:"lines,omitempty"`
	Paid     bool             `yaml:"paid" json:"paid,omitempty"`
	Agent    bool             `yaml:"agent" json:"agent,omitempty"`
	Unbilled bool             `yaml:"unbilled" json:"unbilled,omitempty"`
	Due      period.Date      `yaml:"due" json:"due,omitzero"`
	Until    period.Date      `yaml:"until" json:"until,omitzero"`
	Months   int              `yaml:"months" json:"months,omitempty"`
	Released bool             `yaml:"released" json:"released,omitempty"`
	AsBilled bool             `yaml:"released_as_billed" json:"released_as_billed,omitempty"`
	Split    string           `yaml:"split" json:"split,omitempty"` // of a credit: proportional, deferred_first or recognized_first
	Bonus    decimal.Decimal  `yaml:"bonus" json:"bonus,omitzero"`
	Right    string           `yaml:"right_to_bill" json:"right_to_bill,omitempty"`
	Account  string           `yaml:"account" json:"account,omitempty"`
	Quantity decimal.Decimal  `yaml:"quantity" json:"quantity,omitzero"`
	Price    decimal.Decimal  `yaml:"price" json:"price,omitzero"`
	Expected decimal.Decimal  `yaml:"expected" json:"expected,omitzero"`
	Count    string           `yaml:"aggregation" json:"aggregation,omitempty"`
	From     period.Date      `yaml:"from" json:"from,omitzero"` // of metered usage: the billing period
	Through  period.Date      `yaml:"through" json:"through,omitzero"`
}

// ToldLine is a line of an invoice.
type ToldLine struct {
	Amount  *decimal.Decimal `yaml:"amount" json:"amount,omitempty"`
	Tax     decimal.Decimal  `yaml:"tax" json:"tax,omitzero"`
	Earned  string           `yaml:"earned" json:"earned,omitempty"`
	From    period.Date      `yaml:"from" json:"from,omitzero"`
	Through period.Date      `yaml:"through" json:"through,omitzero"`
	Method  string           `yaml:"method" json:"method,omitempty"`
	Others  decimal.Decimal  `yaml:"percent_for_others" json:"percent_for_others,omitzero"`
	Expires period.Date      `yaml:"expires" json:"expires,omitzero"`
}

// reading turns words into a fact and collects what they do not mean.
type reading struct {
	currency money.Currency
	found    []fault.Field
}

func (r *reading) amount(path string, d *decimal.Decimal) money.Amount {
	if d == nil {
		return money.Amount{}
	}
	a, err := money.ParseAmount(d.String(), r.currency)
	if err != nil {
		r.wrong(path, d.String(), "is no amount in "+string(r.currency)+": write it with a point and at most its decimals, such as 1250.50")
	}
	return a
}

func (r *reading) figure(path string, d decimal.Decimal) money.Amount {
	if d.IsZero() {
		return money.Amount{}
	}
	return r.amount(path, &d)
}

func (r *reading) wrong(path, value, message string) {
	r.found = append(r.found, fault.Field{Path: path, Value: fault.Shown(value), Message: message})
}

// word refuses a word that is none of those known.
func word[T ~string](r *reading, path, said string, known ...T) T {
	if said != "" && !slices.Contains(known, T(said)) {
		r.wrong(path, said, fmt.Sprintf("must be one of %v", known))
	}
	return T(said)
}

// Fact is what was told, in the engine's terms. Invalid: every word or figure that means nothing, by its key.
func (t Told) Fact() (Fact, error) {
	var r reading
	currency, err := money.ParseCurrency(t.Currency)
	if err != nil {
		return Fact{}, wrong("currency", t.Currency, "is not an ISO 4217 code such as USD")
	}
	r.currency = currency
	f := Fact{ID: t.ID, Kind: Kind(t.Kind), On: t.On, Document: t.Document, Line: t.Line, Currency: currency,
		Amount: r.amount("amount", t.Amount), Tax: r.figure("tax", t.Tax), Fee: r.figure("fee", t.Fee), Cost: r.figure("cost", t.Cost),
		Bonus: r.figure("bonus", t.Bonus), AsBilled: t.AsBilled, Paid: t.Paid, Agent: t.Agent, Unbilled: t.Unbilled, Due: t.Due, Until: t.Until, Months: t.Months, Released: t.Released,
		Quantity: t.Quantity, Price: t.Price, Expected: t.Expected}
	f.Means = word(&r, "means", t.Means, ledger.Pending, ledger.OutOfBand, ledger.ByBalance, ledger.ByExternal)
	f.To = word(&r, "to", t.To, ledger.ToReceivable, ledger.ToCash, ledger.ToBalance, ledger.ToExternal)
	f.Effect = word(&r, "effect", t.Effect, Unserved, Excuse, Billing, Return)
	f.Split = word(&r, "split", t.Split, ledger.Proportional, ledger.DeferredFirst, ledger.RecognizedFirst)
	f.Right = word(&r, "right_to_bill", t.Right, ledger.Yes, ledger.No)
	f.Aggregation = word(&r, "aggregation", t.Count, Max, Last)
	if t.Account != "" {
		f.Account = r.account(t.Account)
	}
	if !t.From.IsZero() && !t.Through.IsZero() {
		f.Period = period.Through(t.From, t.Through)
	}
	for i, l := range t.Lines {
		f.Lines = append(f.Lines, r.line(fmt.Sprintf("lines[%d].", i), l))
	}
	if t.ID == "" {
		r.wrong("id", "", "needs the name the source has for it, so that it is counted once")
	}
	for path, name := range map[string]string{"id": t.ID, "document": t.Document, "line": t.Line} {
		if strings.Contains(name, "~") || len(name) > 100 {
			r.wrong(path, name, "is too long, or has a ~ in it, which corrections are counted with: at most 100 characters without it")
		}
	}
	if len(r.found) > 0 {
		return f, fault.InvalidFields(r.found...)
	}
	return f, nil
}

func (r *reading) account(code string) ledger.Account {
	for _, i := range ledger.Chart {
		if i.Code == code {
			return i.Account
		}
	}
	r.wrong("account", code, "is no account of the chart: write its code, such as AccountsReceivable or CustomerBalance")
	return 0
}

func (r *reading) line(path string, l ToldLine) Line {
	out := Line{Amount: r.amount(path+"amount", l.Amount), Tax: r.figure(path+"tax", l.Tax), Pass: l.Others, Expires: l.Expires}
	if l.Amount == nil {
		r.wrong(path+"amount", "", "is missing")
	}
	out.Earning = word(r, path+"earned", l.Earned, Immediately, OnFulfilment, Held)
	out.Spreading.Method = word(r, path+"method", l.Method, catalog.Methods...)
	if out.Earning == OverTime && !l.From.IsZero() && !l.Through.IsZero() && !l.Through.Before(l.From) {
		out.Service.Days = period.Through(l.From, l.Through)
	}
	return out
}
