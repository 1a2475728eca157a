package cost

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/revrec"
)

// Written is a cost as a person types it.
type Written struct {
	Contract   string
	Purpose    string // obtain, fulfil
	Nature     string // of what was spent to obtain: one of Natures
	Payee      string
	Party      string // external id, where the payee is a partner of ours
	Amount     string
	Currency   string // empty: the contract's
	IncurredOn string
	Lost       bool
	Chargeable bool
	Past       bool
	Benefit    string // months; empty: the term
	Alike      bool
	By         string
	Expected   string
	Reason     string
}

// reading collects what is wrong with what was typed.
type reading struct{ found []fault.Field }

func (r *reading) add(path, value, format string, args ...any) {
	r.found = append(r.found, fault.Field{Path: path, Value: fault.Shown(value), Message: fmt.Sprintf(format, args...)})
}

func (r *reading) text(path, value string, most int, missing string) string {
	value = strings.TrimSpace(value)
	if value == "" && missing != "" {
		r.add(path, value, "is missing: %s", missing)
	}
	r.found = append(r.found, fault.Printable(path, value, most)...)
	return value
}

func (r *reading) amount(path, text string, c money.Currency, zero bool) int64 {
	a, err := money.ParseAmount(strings.ReplaceAll(text, ",", ""), c)
	if err != nil || a.Sign() < 0 || a.IsZero() && !zero {
		r.add(path, text, "must be an amount in %s above zero, such as 1234.50", c)
		return 0
	}
	return a.Minor()
}

// read turns what was typed into a cost of a contract; the policy decides what becomes of it.
func (w Written) read(a contracts.Agreement, p Policy) (Cost, []fault.Field) {
	r := &reading{}
	c := Cost{Contract: int64(a.Contract), Number: a.Number, Purpose: Purpose(w.Purpose), Nature: revrec.CostKind(w.Nature), Currency: a.Currency,
		Lost: w.Lost, Chargeable: w.Chargeable, Past: w.Past, Alike: w.Alike, By: By(w.By)}
	if w.Currency != "" {
		currency, err := money.ParseCurrency(w.Currency)
		if c.Currency = currency; err != nil {
			r.add("currency", w.Currency, "is not an ISO 4217 currency")
			c.Currency = a.Currency
		}
	}
	c.Payee = r.text("payee", w.Payee, 100, "say who is paid")
	r.text("reason", w.Reason, 300, "whoever approves it and the auditor want to know what it was for")
	c.Minor = r.amount("amount", w.Amount, c.Currency, false)
	on, err := period.ParseDate(w.IncurredOn)
	if c.IncurredOn = on; err != nil {
		r.add("incurred_on", w.IncurredOn, "must be a day such as 2026-03-31")
	} else if !on.Before(a.Term().End) {
		r.add("incurred_on", w.IncurredOn, "comes after the contract's last day, %s", a.Term().Last())
	}
	if w.Purpose != string(Obtain) && w.Purpose != string(Fulfil) {
		r.add("purpose", w.Purpose, "must be obtain or fulfil")
	}
	if c.Purpose == Obtain && !slices.Contains(Natures, c.Nature) {
		r.add("nature", w.Nature, "must be commission, referral_fee, legal, travel, proposal, salary or marketing")
	}
	if c.By == "" {
		c.By = Daily
	}
	if !slices.Contains(Ways, c.By) {
		r.add("by", w.By, "must be daily, monthly_even or transfer")
	}
	if c.By == Transfer {
		c.Expected = r.amount("expected", w.Expected, a.Currency, false)
	}
	if w.Benefit != "" {
		if c.Benefit, err = strconv.Atoi(w.Benefit); err != nil || c.Benefit < 1 || c.Benefit > 360 {
			r.add("benefit", w.Benefit, "must be 1 to 360 months, or empty for the term of the contract")
		}
	}
	if len(r.found) == 0 {
		c = c.decided(a, p)
	}
	return c, r.found
}

// decided says what becomes of a cost: revrec has the rules, the entity's policy the choice.
func (c Cost) decided(a contracts.Agreement, p Policy) Cost {
	c.From = period.MaxDate(a.Term().Start, c.IncurredOn)
	end := a.Term().End
	term := months(c.From, end)
	last := term
	if c.Benefit > 0 {
		last = revrec.AmortizationMonths(term, c.Benefit, c.Alike)
	}
	c.To = end
	if last != term {
		c.To = c.From.AddMonths(last)
	}
	if c.Purpose == Fulfil {
		c.Asset, c.Paragraph = revrec.FulfilmentCapitalizes(true, true, !c.Lost, c.Past), "340-40-25-5"
		c.Why = "It relates directly to the contract, makes what promises are met with, and is expected to come back: an asset."
		if !c.Asset {
			c.Why = "It is of what was served already, or not expected to come back: an expense."
		}
	} else {
		incremental, err := c.Nature.Incremental()
		if err != nil {
			panic(err) // read has refused it
		}
		out := revrec.CapitalizeObtaining([]revrec.ObtainingCost{{Name: string(c.Nature), Amount: c.Amount(), Incremental: incremental, Chargeable: c.Chargeable, Lost: c.Lost}}, last, p.Expedient, c.Currency)
		c.Asset, c.Paragraph, c.Why = !out.Capitalized.IsZero(), out.Reasons[0].Paragraph, out.Reasons[0].Text
	}
	if !c.From.Before(end) {
		c.Asset, c.Why = false, "The contract has nothing left to serve: an expense."
	}
	if !c.Asset {
		c.From, c.To = period.Date{}, period.Date{}
	}
	return c
}

// months is how many months a stretch of time takes, a part of one being one.
func months(from, to period.Date) int {
	n := 0
	for from.AddMonths(n).Before(to) {
		n++
	}
	return n
}
