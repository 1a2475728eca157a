package contracts

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// ChangeKind is what a customer does with a subscription.
type ChangeKind string

const (
	ToPlan     ChangeKind = "plan"     // another plan, or the newest version of the present one
	ToQuantity ChangeKind = "quantity" // more or less of it
	ToPause    ChangeKind = "pause"
	ToResume   ChangeKind = "resume"
	ToCancel   ChangeKind = "cancel" // with the end of the billing period
	ToKeep     ChangeKind = "keep"   // what waits to take effect shall not
)

// When says from which day a change counts. Left out, the change itself says.
type When string

const (
	Now         When = "now"
	AtPeriodEnd When = "period_end"
)

// PlanChange is a change of a subscription as it is asked for.
type PlanChange struct {
	Kind     ChangeKind      `json:"change"`
	Plan     string          `json:"plan,omitempty"`
	Quantity decimal.Decimal `json:"quantity,omitzero"`
	When     When            `json:"when,omitempty"`
	Reason   string          `json:"reason,omitempty"`
}

// reasons are what a version says when nobody gave a reason.
var reasons = map[ChangeKind]string{
	ToPlan: "Changed to plan %s", ToQuantity: "Quantity changed", ToPause: "Paused", ToResume: "Resumed", ToCancel: "Cancelled at the end of the billing period", ToKeep: "The change ahead was withdrawn",
}

// Subscription is the document in force on a day and what waits to take effect.
func (c Contract) Subscription(on period.Date) (now Document, ahead *Document, ok bool) {
	a, agreed := c.Agreement()
	if !agreed || a.Latest().Document.Plan == nil {
		return now, nil, false
	}
	now = a.On(on).Document
	if last := a.Latest(); on.Before(last.EffectiveOn) && last.EffectiveOn != a.Versions[0].EffectiveOn || last.Document.Ending != nil {
		ahead = &last.Document
	}
	return now, ahead, true
}

// Planned is the document that a change of a subscription leads to. It is pure: a page shows what it does before
// anybody confirms it, and ChangeSubscription does just this.
func (c Contract) Planned(sold *catalog.Catalog, x PlanChange, today period.Date) (Document, error) {
	var absurd findings
	if !absurd.figure("quantity", x.Quantity) {
		return Document{}, fault.InvalidFields(absurd...)
	}
	now, ahead, ok := c.Subscription(today)
	a, _ := c.Agreement()
	switch {
	case !ok:
		return now, fault.New(fault.Conflict, "contract %s is not on a plan; amend it instead", c.Number)
	case c.Latest().Waiting():
		return now, fault.New(fault.Conflict, "version %d waits for a decision", c.Latest().Number)
	case !today.Before(a.Term().End):
		return now, fault.New(fault.Conflict, "the contract ended on %s", a.Term().Last())
	}
	why := Why{On: period.MaxDate(today, now.Term.From), Reason: x.Reason}
	if why.Reason == "" {
		why.Reason = reasons[x.Kind]
		if x.Kind == ToPlan {
			why.Reason = fmt.Sprintf(why.Reason, x.Plan)
		}
	}
	switch x.Kind {
	case ToPlan:
		return c.toPlan(now, sold, x, why)
	case ToQuantity:
		return c.toQuantity(now, sold, x, why)
	case ToPause:
		return Pause(now, why)
	case ToResume:
		return Resume(now, why)
	case ToCancel:
		return Cancel(now, why)
	case ToKeep:
		if ahead == nil {
			return now, fault.New(fault.Conflict, "nothing waits to take effect")
		}
		return Keep(a.before(today), why)
	}
	return now, fault.InvalidFields(fault.Field{Path: "change", Value: fault.Shown(string(x.Kind)), Message: "must be plan, quantity, pause, resume, cancel or keep"})
}

// before is the document of a day without what was agreed last for later, or for the end.
func (a Agreement) before(today period.Date) Document {
	a.Versions = slices.Clone(a.Versions)
	for len(a.Versions) > 1 && (a.Latest().Document.Ending != nil || today.Before(a.Latest().EffectiveOn)) {
		a.Versions = a.Versions[:len(a.Versions)-1]
	}
	return a.On(today).Document
}

func (c Contract) toPlan(now Document, sold *catalog.Catalog, x PlanChange, why Why) (Document, error) {
	p, ok := sold.Plan(x.Plan, why.On)
	if !ok || p.Retired {
		return now, fault.InvalidFields(fault.Field{Path: "plan", Value: fault.Shown(x.Plan), Message: fmt.Sprintf("is not a plan on sale on %s", why.On)})
	}
	o := Offer{p, x.Quantity}
	if t, err := c.terms(now, sold); err == nil && o.Quantity.IsZero() {
		if next, bad := TemplateOf(p); bad == nil && next.counted() != "" && t.counted() != "" {
			o.Quantity = now.Quantity(t)
		}
	}
	if now.Plan.Code == p.Code && now.Plan.Version == p.Version {
		return now, fault.InvalidFields(fault.Field{Path: "plan", Value: p.Code, Message: "is the plan it has; to take more or less of it, change the quantity"})
	}
	return timed(now, x.When, why, func(why Why) (Document, error) { return ChangePlan(now, o, why) })
}

func (c Contract) toQuantity(now Document, sold *catalog.Catalog, x PlanChange, why Why) (Document, error) {
	for _, r := range c.History {
		if r.Last() == "approved" {
			return now, fault.New(fault.Conflict, "contract %s was amended by hand in version %d, so its price is no plan's; amend it again", c.Number, r.Number)
		}
	}
	t, err := c.terms(now, sold)
	if err != nil {
		return now, err
	}
	if now.Quantity(t).Equal(x.Quantity) {
		return now, fault.InvalidFields(fault.Field{Path: "quantity", Value: x.Quantity.String(), Message: "is what it has"})
	}
	return timed(now, x.When, why, func(why Why) (Document, error) { return ChangeQuantity(now, t, x.Quantity, sold, why) })
}

// terms are those of the plan version a document is on.
func (c Contract) terms(now Document, sold *catalog.Catalog) (Template, error) {
	for _, p := range sold.PlanVersions(now.Plan.Code) {
		if p.Version == now.Plan.Version {
			return TemplateOf(p)
		}
	}
	return Template{}, fault.New(fault.NotFound, "version %d of plan %s is not in the catalog", now.Plan.Version, now.Plan.Code)
}

// timed makes a change from today when it asks for more, else from the first day of the next billing period.
func timed(now Document, when When, why Why, change func(Why) (Document, error)) (Document, error) {
	next, err := change(why)
	if err != nil {
		return next, err
	}
	later := why
	later.On = now.BillingPeriod(why.On).End
	switch {
	case when == AtPeriodEnd:
		return change(later)
	case when == Now && !atOnce(next, now):
		return next, fault.InvalidFields(fault.Field{Path: "when", Value: string(Now), Message: fmt.Sprintf("must be period_end: it asks for less, and the present period is paid for through %s", later.On.AddDays(-1))})
	case when != "" && when != Now:
		return next, fault.InvalidFields(fault.Field{Path: "when", Value: fault.Shown(string(when)), Message: "must be now or period_end"})
	case !atOnce(next, now):
		return change(later)
	}
	return next, nil
}
