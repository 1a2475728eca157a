package examples

import (
	"cmp"
	"fmt"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
	"ratable/revrec/subledger"
)

// told is a case's events on their way to be facts of the subledger.
type told struct {
	f       *facts
	policy  ledger.Policy
	method  catalog.Method // of lines that say none
	rounds  catalog.Rounding
	release release
	facts   []subledger.Fact
	ordered bool // some line is ordered or released: the case is kept on one contract account
	used    bool // usage is accrued
	through period.Date
	pass    string // per cent collected for others
}

// events is a journal of documents billed elsewhere.
func events(f *facts) object {
	t := tell(f)
	entries := t.journal()
	return t.shows(entries)
}

func (t *told) setup() subledger.Setup {
	return subledger.Setup{Currency: t.f.currency(), Policy: t.policy, Rates: t.rates()}
}

// falls is the waterfall of the facts, up to a horizon where a case has one.
func (t *told) falls() []subledger.Fall {
	var horizon period.Month
	if t.f.has("horizon") {
		horizon = t.f.month("horizon")
	}
	return solved(subledger.Waterfall(t.facts, t.setup(), t.through, horizon))
}

func (t *told) journal() []subledger.Entry {
	entries := solved(subledger.Journal(t.facts, t.setup(), t.through))
	var out []subledger.Entry
	for _, e := range entries {
		if !e.Brought { // what was there before is no event of the case
			out = append(out, e)
		}
	}
	return out
}

// tell reads a case: its policies, its usage and its events.
func tell(f *facts) *told {
	t := &told{f: f, policy: policyOf(f)}
	for _, key := range []string{"method", "recognition"} {
		switch said := f.textOr(key, string(catalog.Daily)); {
		case said == "on_hold": // nothing is released until an event says so
		case f.has(key):
			t.method = methodOf(said)
		}
	}
	t.rounds = f.rounding()
	if f.has("rule") {
		t.pass = f.under("rule").text("passthrough_pct")
	}
	list := f.list("events")
	for _, e := range list {
		switch e.text("type") {
		case "order_line", "order_line_updated", "release", "reduction_order", "invoice":
			t.ordered = true
		case "usage", "accrual":
			t.used = true
		}
	}
	t.release = t.releaseOf(list)
	if f.has("opening") {
		t.opening(f.under("opening"), list)
	}
	if f.has("usage") {
		t.metered(f)
	}
	for i, e := range list {
		if e.has("currency") {
			e.money = solved(money.ParseCurrency(e.text("currency")))
		}
		translate, known := eventKinds[e.text("type")]
		if !known {
			refuse("events of type %s", e.text("type"))
		}
		x := subledger.Fact{ID: fmt.Sprintf("event %d", i+1), On: e.date("date"), Currency: e.currency(), Document: e.textOr("invoice", "")}
		t.facts = append(t.facts, translate(t, e, x)...)
	}
	if f.has("as_of") {
		t.through = f.date("as_of")
	}
	return t
}

func methodOf(said string) catalog.Method {
	for _, m := range catalog.Methods {
		if string(m) == said {
			return m
		}
	}
	refuse("recognition: %s", said)
	return ""
}

// rates are those of a case: {"EUR/USD": {"2025-01-01": "1.10"}}.
func (t *told) rates() *entities.Rates {
	if !t.f.has("rates") {
		return nil
	}
	if t.f.has("functional_currency") && t.f.text("functional_currency") != string(t.f.currency()) {
		refuse("functional_currency: the journal is in another currency, %s", t.f.currency())
	}
	var out []entities.Rate
	pairs := t.f.under("rates")
	for _, pair := range pairs.keys {
		var base, quote string
		if len(pair) != 7 {
			refuse("rates: %s", pair)
		}
		base, quote = pair[:3], pair[4:]
		days := pairs.under(pair)
		for _, day := range days.keys {
			if rate := days.decimal(day); rate.Sign() <= 0 || rate.Cmp(decimal.NewFromInt(1000)) > 0 {
				refuse("rates: %s of %s", rate, pair)
			}
			out = append(out, entities.Rate{Base: solved(money.ParseCurrency(base)), Quote: solved(money.ParseCurrency(quote)),
				On: solved(period.ParseDate(day)), Rate: days.decimal(day), Source: "the case"})
		}
	}
	return entities.NewRates(out)
}

// opening is what was there before the first event.
func (t *told) opening(f *facts, events []*facts) {
	if len(events) == 0 {
		return
	}
	before := events[0].date("date")
	for _, e := range events {
		before = period.MinDate(before, e.date("date"))
	}
	for _, code := range f.keys {
		account, amount := accountOf(code), f.amount(code)
		if creditPositive(account) {
			amount = amount.Neg()
		}
		t.facts = append(t.facts, subledger.Fact{ID: "opening:" + code, Kind: subledger.Opening, On: before.AddDays(-1), Account: account, Amount: amount})
	}
}

func accountOf(code string) ledger.Account {
	for _, i := range ledger.Chart {
		if i.Code == code {
			return i.Account
		}
	}
	refuse("an account %s", code)
	return 0
}

// metered are records of a meter: of a billing period, or without one.
func (t *told) metered(f *facts) {
	aggregations := map[string]subledger.Aggregation{"sum": subledger.Sum, "max": subledger.Max, "last": subledger.Last, "last_during_period": subledger.Last, "last_ever": subledger.Last}
	how, known := aggregations[f.textOr("aggregate_usage", "sum")]
	if !known {
		refuse("aggregate_usage: %s", f.text("aggregate_usage"))
	}
	var days period.Span
	if f.has("period_start") || f.has("period_end_inclusive") {
		days = f.days("period_start", "period_end_inclusive")
	}
	for i, u := range f.list("usage") {
		t.facts = append(t.facts, subledger.Fact{ID: fmt.Sprintf("usage %d", i+1), Kind: subledger.Metered, On: u.date("date"), Quantity: u.decimal("quantity"),
			Price: f.decimal("unit_price"), Aggregation: how, Period: days})
	}
	t.used = true
}

// everything of a line may be collected for others.
var everything = decimal.NewFromInt(100) // per cent

// lines are those of an invoice.
func (t *told) lines(e *facts) []subledger.Line {
	var out []subledger.Line
	for _, f := range e.list("lines") {
		l := subledger.Line{Amount: f.amount("amount"), Tax: f.amountOr("tax", "0")}
		if t.pass != "" {
			l.Pass = decimalOf(t.pass)
		}
		switch f.only("type", "service", "subscription", "usage", "overage", "one_time", "setup", "fee", "base", "recurring", "license", "licence", "support", "hardware", "product", "discount",
			"proration", "minimum", "passthrough", "passthrough_fee") {
		case "passthrough", "passthrough_fee":
			l.Pass = everything
		}
		switch said := f.textOr("recognition", ""); said {
		case "immediate", "point_in_time":
			l.Earning = subledger.Immediately
		case "on_fulfilment", "on_fulfillment":
			l.Earning, l.Expires = subledger.OnFulfilment, t.expiry(e)
		case "ratable": // over its service, and not said how: deferred until somebody does
			f.service()
			l.Earning = subledger.Held
		default:
			l.Service = f.service()
			l.Spreading = catalog.Spreading{Method: cmp.Or(t.method, catalog.Daily), Rounding: t.rounds}
			if said != "" {
				l.Spreading.Method = methodOf(said)
			}
		}
		out = append(out, l)
	}
	return out
}

// expiry is the last day of what is bought to be used: "12 months, remainder recognised at expiry".
func (t *told) expiry(e *facts) period.Date {
	if !t.f.has("expiry") {
		return period.Date{}
	}
	var n int
	said := t.f.text("expiry")
	if k, err := fmt.Sscanf(said, "%d months, remainder", &n); err != nil || k != 1 || n < 1 || n > longest {
		refuse("expiry: %s", said)
	}
	return revrec.MonthsFrom(e.date("date"), n).Days.Last()
}
