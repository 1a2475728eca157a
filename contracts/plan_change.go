package contracts

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/period"
)

// Offer is a plan on sale with how much of it somebody takes.
type Offer struct {
	Plan     catalog.Plan
	Quantity decimal.Decimal // zero: as the plan says
}

// Subscribed fills in a document that has number, parties, currency and first day from a plan, as pay as you go has it:
// it renews by itself, and the customer may end it at the end of any billing period.
func Subscribed(d Document, o Offer) (Document, error) {
	var f findings
	t, err := TemplateOf(o.Plan)
	if err != nil {
		return d, err
	}
	d = t.Sign(d, o.Plan)
	if d.Renewal == nil {
		d.Renewal = &Renewal{Months: cmp.Or(t.Months, 12)}
	}
	d.Renewal.Auto, d.Renewal.Cancellable = true, cmp.Or(d.Renewal.Cancellable, PeriodEnd)
	t.take(&f, &d, o.Quantity)
	return d.finished(f)
}

// counted is the line whose quantity the customer chooses: the one the plan names, else the only recurring fee.
func (t Template) counted() string {
	if t.QuantityOf != "" {
		return t.QuantityOf
	}
	id := ""
	for _, l := range t.Lines {
		switch {
		case l.Fixed == nil || l.Fixed.Every == string(period.Term):
		case id != "":
			return ""
		default:
			id = l.ID
		}
	}
	return id
}

// Counts says whether a customer of the plan chooses a quantity, and of which line.
func (t Template) Counts() (string, bool) { id := t.counted(); return id, id != "" }

func (t Template) take(f *findings, d *Document, quantity decimal.Decimal) {
	if quantity.IsZero() {
		return
	}
	id, counts := t.Counts()
	switch {
	case !f.figure("quantity", quantity):
		return
	case !counts && !quantity.Equal(one):
		f.add("quantity", quantity.String(), "cannot be chosen on this plan; leave it out")
	}
	for i := range d.Lines {
		if d.Lines[i].ID == id && d.Lines[i].Fixed != nil {
			d.Lines[i].Fixed.Quantity = quantity
		}
	}
}

// Quantity is how much of its plan a document takes.
func (d Document) Quantity(t Template) decimal.Decimal {
	id, _ := t.Counts()
	if l, ok := d.line(id); ok && l.Fixed != nil {
		return l.Fixed.Quantity
	}
	return one
}

// ChangePlan goes over to another plan, or version of the plan, from a day on: the terms are the new plan's, number,
// parties, first day and what was paid once stay; the title is the plan's name. A trial that runs goes on to its end;
// whoever had one gets no second.
//
// Where the fee is asked for as often as before, billing days stay and both fees are charged by days. Where it is not,
// or the change counts from the day after the term, a further term begins with it.
func ChangePlan(d Document, o Offer, why Why) (Document, error) {
	var f findings
	t, err := TemplateOf(o.Plan)
	if err != nil {
		return d, err
	}
	if bad := changeable(d, o, why); len(bad) > 0 {
		return d.finished(bad)
	}
	next := d.revised(why)
	next.Term.Through = period.Date{}
	began := d.termOf(why.On)
	signed := t.Sign(Document{Contract: d.Contract, Title: o.Plan.Name, Entity: d.Entity, Customer: d.Customer, Payer: d.Payer, Signer: d.Signer, Currency: d.Currency,
		Term: Term{From: why.On}, Billing: Billing{PONumber: d.Billing.PONumber}}, o.Plan)
	signed.Renewal = cmp.Or(signed.Renewal, d.Renewal, &Renewal{Months: cmp.Or(t.Months, 12)})
	signed.Renewal.Auto, signed.Renewal.Cancellable = true, cmp.Or(signed.Renewal.Cancellable, PeriodEnd)
	signed.Billing.Align = d.Billing.Align // periods are counted one way for a contract's life
	signed.Effective, signed.Reason, signed.Reseller, signed.Credits = why.On, why.Reason, next.Reseller, next.Credits
	signed.Trial = d.trialLeft(signed, why.On)
	signed.keepOnce(d)
	t.take(&f, &signed, o.Quantity)
	through := signed.Term.Through
	signed.Term = next.Term
	switch again := signed.cadence() != d.cadence() || !why.On.Before(d.Term.Span().End); {
	case why.On == began: // nothing of this term lies behind it
		signed.Term.Through = through
		if again && why.On != d.Term.From && !slices.Contains(signed.Term.Renewed, why.On) {
			signed.Term.Renewed = append(signed.Term.Renewed, why.On)
		}
	case again:
		signed.Term.Renewed, signed.Term.Through = append(signed.Term.Renewed, why.On), through
	default:
		signed.Term.Through = d.Term.Through
	}
	return signed.finished(f)
}

// changeable refuses what a plan cannot be changed for.
func changeable(d Document, o Offer, why Why) (f findings) {
	end := d.Term.Span().End
	switch {
	case d.Ending != nil:
		f.add("on", why.On.String(), "cannot be changed: the contract ends on %s; withdraw the cancellation first", d.Term.Through)
	case d.Paused:
		f.add("on", why.On.String(), "is paused; resume it first")
	case why.On.Before(d.Term.From) || end.Before(why.On):
		f.add("on", why.On.String(), "lies outside the term %s", d.Term.Span())
	case o.Plan.Currency != "" && o.Plan.Currency != d.Currency:
		f.add("plan", o.Plan.Code, "is sold in %s, and the contract is in %s", o.Plan.Currency, d.Currency)
	}
	return f
}

// trialLeft is what is left of a trial on a day, for the lines of the document that follows.
func (d Document) trialLeft(next Document, on period.Date) *Trial {
	if d.Trial == nil || d.Trial.Through.Before(on) {
		return nil
	}
	left := *d.Trial
	left.Lines = nil
	if next.Trial != nil {
		left.Lines = next.Trial.Lines
	}
	return &left
}

// keepOnce keeps what was asked for once: the new plan does not ask for it again.
func (d *Document) keepOnce(was Document) {
	for _, l := range was.Lines {
		if l.Once == nil {
			continue
		}
		if i := slices.IndexFunc(d.Lines, func(x Line) bool { return x.ID == l.ID }); i >= 0 {
			d.Lines[i] = l
		} else {
			d.Lines = append(d.Lines, l)
		}
	}
}

// ChangeQuantity takes more or less of the plan from a day on, at the price agreed.
func ChangeQuantity(d Document, t Template, quantity decimal.Decimal, c *catalog.Catalog, why Why) (Document, error) {
	var f findings
	if bad := changeable(d, Offer{}, why); len(bad) > 0 {
		return d.finished(bad)
	}
	if !quantity.IsPositive() {
		f.add("quantity", quantity.String(), "must be more than zero; to take nothing, cancel")
		return d.finished(f)
	}
	next := d.revised(why)
	if why.On == d.Term.Span().End {
		var err error
		if next, err = Renew(d, c, why); err != nil {
			return next, err
		}
	}
	t.take(&f, &next, quantity)
	return next.finished(f)
}

// Cancel ends a contract with the billing period that a day lies in: nothing is given back, because nothing is asked
// for beyond it. Until then it can be withdrawn: Keep.
func Cancel(d Document, why Why) (Document, error) {
	if d.Ending != nil {
		var f findings
		f.add("on", why.On.String(), "is cancelled already, to %s", d.Term.Through)
		return d.finished(f)
	}
	if d.Renewal == nil || d.Renewal.Cancellable != PeriodEnd {
		var f findings
		f.add("on", why.On.String(), "cannot be cancelled before its term ends on %s; the renewal does not say cancellable: period_end. Give notice, or terminate it", d.Term.Through)
		return d.finished(f)
	}
	last := d.BillingPeriod(why.On).Last()
	if t := d.Trial; t != nil && len(t.Lines) == 0 && !t.Through.Before(why.On) {
		last = period.MinDate(last, t.Through) // nobody pays for having tried
	}
	return Terminate(d, last, Ending{Cause: Convenience, Refund: Unused, Commitments: Prorated}, why)
}

// Keep goes back to what was agreed before a change that has not taken effect yet.
func Keep(before Document, why Why) (Document, error) {
	return before.revised(why).finished(nil)
}

// atOnce says whether a change counts from today: it binds for longer periods, or for the same and costs no less. What
// gives up something that is paid for waits until that is over.
func atOnce(next, was Document) bool {
	if a, b := next.cadence().Months(), was.cadence().Months(); a != b {
		return a > b
	}
	return dearer(next, was)
}

// dearer says whether a document asks for at least as much as another, by what its fees come to in a month once no
// trial is left.
func dearer(next, was Document) bool {
	a, b := next.revised(Why{}), was.revised(Why{})
	a.Trial, b.Trial = nil, nil
	return a.Recurring(next.Start()).Cmp(b.Recurring(period.MinDate(next.Start(), was.Term.Through))) >= 0
}

// PlanLabel names a plan with its version.
func (p Plan) PlanLabel() string { return fmt.Sprintf("%s, version %d", p.Code, p.Version) }
