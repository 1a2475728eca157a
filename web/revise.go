package web

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/web/page"
	"ratable/web/ui"
)

// This file is what can be done to a contract besides amending it by hand: a small form each, whose answer is the
// amendment form filled in with the document that follows, and its preview. What is kept, and who approves it, is the
// amendment form's, so that there is one way for all of them.

// action is a revision as a form.
type action struct {
	title, verb, text string
	fields            func(v *visit, d dossier, now contracts.Document) []ui.FieldProps
	next              func(v *visit, d dossier, now contracts.Document, why contracts.Why) (contracts.Document, []fault.Field, error)
}

var actions = map[string]action{
	"extend": {"Extend", "Extend",
		"The term runs longer at the prices there are. What was agreed once for the whole term ends where it was agreed to.",
		extendFields, (*visit).extended},
	"blend": {"Blend and extend", "Blend",
		"The rest of the term at the old price and the further time at the new one become one price, from the first day it counts. The value of those days stays the same to the cent.",
		blendFields, (*visit).blended},
	"renew": {"Renew", "Renew",
		"A further term begins on the day after the last one. Prices are raised as entered; the last step of a ramp is what they are raised from.",
		renewFields, (*visit).renewed},
	"terminate": {"Terminate", "Terminate",
		"The contract ends before its term does. Lines that have not begun by then never do.",
		terminateFields, (*visit).terminated},
}

// reviseForm is the form of an action.
func reviseForm(name string) handler {
	return func(v *visit) error { return v.showAction(http.StatusOK, name, nil) }
}

// revise builds the next document and goes on in the amendment form.
func revise(name string) handler { return func(v *visit) error { return v.reviseAs(name) } }

func (v *visit) reviseAs(name string) error {
	d, now, err := v.agreedNow()
	if err != nil {
		return err
	}
	why, found := v.whyTyped(now)
	next, more, err := actions[name].next(v, d, now, why)
	if found = append(found, more...); len(found) > 0 {
		err = fault.InvalidFields(found...)
	}
	if err != nil && (fault.Kind(err) != fault.Invalid || technical(err)) {
		return err
	}
	if err != nil {
		return v.showAction(http.StatusUnprocessableEntity, name, fault.Fields(err))
	}
	s, err := written(next)
	if err != nil {
		return err
	}
	e := entry{sheet: s, amending: d.Number, changed: true, focus: "reason"}
	if j, err := v.foreseeEntry(&e); err != nil {
		return v.handBack(e, j, err)
	}
	return v.showEditor(http.StatusOK, e)
}

// agreedNow is the contract with the document that was agreed last: only what is agreed can be revised.
func (v *visit) agreedNow() (dossier, contracts.Document, error) {
	d, err := v.dossier(v.param("number"))
	if err != nil {
		return d, contracts.Document{}, err
	}
	a, agreed := d.Agreement()
	if !agreed {
		return d, contracts.Document{}, fault.New(fault.Conflict, "contract %s is not agreed yet; change its draft instead", d.Number)
	}
	if d.Latest().Waiting() {
		return d, contracts.Document{}, fault.New(fault.Conflict, "version %d of contract %s waits for a decision; have it approved or sent back first", d.Latest().Number, d.Number)
	}
	return d, a.Latest().Document, nil
}

// whyTyped reads from which day and why.
func (v *visit) whyTyped(now contracts.Document) (contracts.Why, []fault.Field) {
	on, found := v.dayTyped("on")
	why := contracts.Why{On: on, Reason: v.form("reason")}
	if why.Reason == "" {
		found = append(found, fault.Field{Path: "reason", Message: "is missing: say why"})
	}
	return why, append(found, fault.Printable("reason", why.Reason, 1000)...)
}

func (v *visit) dayTyped(name string) (period.Date, []fault.Field) {
	on, err := period.ParseDate(v.form(name))
	if err != nil {
		return on, []fault.Field{{Path: name, Value: fault.Shown(v.form(name)), Message: "must be a day such as 2026-03-31"}}
	}
	return on, nil
}

func (v *visit) showAction(status int, name string, found []fault.Field) error {
	d, now, err := v.agreedNow()
	if err != nil {
		return err
	}
	a := actions[name]
	at := contractAddress(d.Number)
	view := page.Ask{
		Head: ui.HeadProps{Title: a.title + " " + d.Number, Sub: cmp.Or(now.Title, d.customer.Name), Crumbs: []ui.Anchor{{Label: "Contracts", Href: "/contracts"}, {Label: d.Number, Href: at}}},
		Text: []string{a.text, "The next page shows what it changes in money. Nothing counts before another person approved it."},
		Form: ui.FormProps{Action: at + "/" + name, Errors: found},
		Verb: ui.ButtonProps{Label: "Look at what it changes", Look: ui.Primary}, Back: at,
	}
	view.Fields = a.fields(v, d, now)
	for i := range view.Fields {
		f := &view.Fields[i]
		f.Errors = found
		if sent := v.echo.Request().PostForm; sent.Has(f.Name) {
			f.Value = sent.Get(f.Name)
		}
	}
	return v.page(status, frame{Title: view.Head.Title, Room: "contracts"}, page.AskPage(view))
}

func reasonField(text string) ui.FieldProps {
	return ui.FieldProps{Name: "reason", Label: "Reason", Value: text, Hint: "Kept with the version", Required: true, Wide: true}
}

// nextMonth is the first of next month, inside the term.
func (v *visit) nextMonth(now contracts.Document) period.Date {
	return period.MaxDate(now.Term.From, period.MinDate(v.Today().MonthOf().Next().First(), now.Term.Through))
}

func extendFields(v *visit, _ dossier, now contracts.Document) []ui.FieldProps {
	return []ui.FieldProps{
		{Name: "through", Label: "New last day", Kind: ui.DateInput, Value: now.Term.Span().End.AddMonths(12).AddDays(-1).String(), Hint: "Now " + ui.DayText(now.Term.Through), Required: true},
		{Name: "on", Label: "Agreed from", Kind: ui.DateInput, Value: v.nextMonth(now).String(), Required: true},
		reasonField(""),
	}
}

func (v *visit) extended(_ dossier, now contracts.Document, why contracts.Why) (contracts.Document, []fault.Field, error) {
	through, found := v.dayTyped("through")
	if len(found) > 0 {
		return now, found, nil
	}
	next, err := contracts.Extend(now, through, why)
	return next, nil, err
}

func blendFields(v *visit, d dossier, now contracts.Document) []ui.FieldProps {
	fields := extendFields(v, d, now)
	fields[1].Label, fields[1].Hint = "One price from", "The rest of the term from this day is blended"
	out := fields[:2:2]
	for _, l := range now.Lines {
		if l.Fixed == nil || l.Fixed.Every == "term" {
			continue
		}
		out = append(out, ui.FieldProps{Name: "price." + l.ID, Label: d.lineName(now, l) + ", new unit price", Kind: ui.MoneyInput, Currency: now.Currency, Optional: true,
			Hint: "Of the further time, " + every(l.Fixed.Every) + "; empty: as it is"})
	}
	return append(out, fields[2])
}

// lineName is what a line is called on an invoice.
func (d dossier) lineName(now contracts.Document, l contracts.Line) string {
	product, _ := d.catalog.Product(l.Product, now.Start())
	return cmp.Or(l.Description, product.Name, l.Product)
}

func (v *visit) blended(_ dossier, now contracts.Document, why contracts.Why) (contracts.Document, []fault.Field, error) {
	through, found := v.dayTyped("through")
	prices := map[string]decimal.Decimal{}
	for _, l := range now.Lines {
		name := "price." + l.ID
		text := strings.ReplaceAll(v.form(name), ",", "")
		if text == "" {
			continue
		}
		price, err := money.ParseDecimal(text)
		if err != nil {
			found = append(found, fault.Field{Path: name, Value: fault.Shown(text), Message: "must be a price such as 34.50"})
		}
		prices[l.ID] = price
	}
	if len(prices) == 0 {
		found = append(found, fault.Field{Path: "through", Message: "needs a new unit price for one line at least; to run on at the present prices, extend"})
	}
	if len(found) > 0 {
		return now, found, nil
	}
	next, _, err := contracts.BlendAndExtend(now, through, prices, why)
	return next, renamed(err, "prices.", "price."), err
}

// renamed turns findings about a revision's arguments into findings about fields.
func renamed(err error, from, to string) (out []fault.Field) {
	for _, f := range fault.Fields(err) {
		f.Path = strings.Replace(f.Path, from, to, 1)
		out = append(out, f)
	}
	return out
}

func renewFields(v *visit, _ dossier, now contracts.Document) []ui.FieldProps {
	r := cmp.Or(now.Renewal, &contracts.Renewal{Months: 12})
	return []ui.FieldProps{
		{Name: "on", Label: "First day of the further term", Kind: ui.DateInput, Value: now.Term.Span().End.String(), ReadOnly: true},
		{Name: "months", Label: "Runs for", Kind: ui.NumberInput, Unit: "months", Value: fmt.Sprint(r.Months), Required: true},
		{Name: "uplift", Label: "Prices go up by", Kind: ui.NumberInput, Unit: "%", Value: digits(r.UpliftPercent), Required: true},
		{Name: "price", Label: "Counted on", Kind: ui.SelectInput, Value: string(r.Price), Options: []ui.Option{{Value: "agreed", Label: "The price agreed"}, {Value: "catalog", Label: "The catalog's price then"}}},
		reasonField("Renewed"),
	}
}

func (v *visit) renewed(d dossier, now contracts.Document, why contracts.Why) (contracts.Document, []fault.Field, error) {
	var found []fault.Field
	r := contracts.Renewal{Price: contracts.RenewalPrice(v.form("price"))}
	if now.Renewal != nil {
		r = *now.Renewal
		r.Price = contracts.RenewalPrice(v.form("price"))
	}
	if _, err := fmt.Sscanf(v.form("months"), "%d", &r.Months); err != nil || r.Months < 1 || r.Months > 240 {
		found = append(found, fault.Field{Path: "months", Value: fault.Shown(v.form("months")), Message: "must be a number of months from 1 to 240"})
	}
	uplift, err := money.ParseDecimal(v.form("uplift"))
	if err != nil || uplift.IsNegative() || uplift.GreaterThan(decimal.NewFromInt(1000)) {
		found = append(found, fault.Field{Path: "uplift", Value: fault.Shown(v.form("uplift")), Message: "must be a percentage such as 5; a lower price is an amendment"})
	}
	if r.Price != contracts.AgreedPrice && r.Price != contracts.CatalogPrice {
		found = append(found, fault.Field{Path: "price", Value: fault.Shown(string(r.Price)), Message: "must be agreed or catalog"})
	}
	if len(found) > 0 {
		return now, found, nil
	}
	kept := now.Renewal
	r.UpliftPercent = uplift
	now.Renewal = &r
	next, err := contracts.Renew(now, d.catalog, why)
	next.Renewal = kept // what is agreed for the end of the further term is the clause's, not this renewal's
	return next, nil, err
}

var causes = []ui.Option{{Value: "convenience", Label: "One side wants to and may"}, {Value: "breach", Label: "Breach of contract"}, {Value: "non_payment", Label: "It was not paid"}}
var refunds = []ui.Option{{Value: "unused", Label: "Given back, as far as unused"}, {Value: "none", Label: "Kept"}}
var dues = []ui.Option{{Value: "prorated", Label: "Count by days"}, {Value: "full", Label: "Are due in full"}}

func terminateFields(v *visit, _ dossier, now contracts.Document) []ui.FieldProps {
	last := period.MaxDate(now.Term.From, period.MinDate(v.Today().MonthOf().Next().First().AddDays(-1), now.Term.Through))
	return []ui.FieldProps{
		{Name: "last", Label: "Last day", Kind: ui.DateInput, Value: last.String(), Hint: "Instead of " + ui.DayText(now.Term.Through), Required: true},
		{Name: "on", Label: "Agreed from", Kind: ui.DateInput, Value: period.MinDate(last, period.MaxDate(now.Term.From, v.Today())).String(), Required: true},
		{Name: "cause", Label: "Cause", Kind: ui.SelectInput, Value: "convenience", Options: causes},
		{Name: "refund", Label: "Paid for later days", Kind: ui.SelectInput, Value: "unused", Options: refunds},
		{Name: "commitments", Label: "Commitments cut short", Kind: ui.SelectInput, Value: "prorated", Options: dues},
		reasonField(""),
	}
}

func (v *visit) terminated(_ dossier, now contracts.Document, why contracts.Why) (contracts.Document, []fault.Field, error) {
	last, found := v.dayTyped("last")
	e := contracts.Ending{Cause: contracts.Cause(v.form("cause")), Refund: contracts.Refund(v.form("refund")), Commitments: contracts.Due(v.form("commitments"))}
	for _, choice := range []struct {
		name    string
		options []ui.Option
	}{{"cause", causes}, {"refund", refunds}, {"commitments", dues}} {
		if !chosen(choice.options, v.form(choice.name)) {
			found = append(found, fault.Field{Path: choice.name, Value: fault.Shown(v.form(choice.name)), Message: "must be one of the choices"})
		}
	}
	if len(found) > 0 {
		return now, found, nil
	}
	next, err := contracts.Terminate(now, last, e, why)
	return next, nil, err
}

func chosen(options []ui.Option, value string) bool {
	for _, o := range options {
		if o.Value == value {
			return true
		}
	}
	return false
}
