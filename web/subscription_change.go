package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/web/page"
	"ratable/web/ui"
)

// This file changes a subscription: the same form for staff, on the contract, and for the customer, in their own rooms.
// A change is looked at first and confirmed then; both ask one verb.

// door is from where a subscription is changed.
type door struct {
	number, address, back, room string
	crumbs                      []ui.Anchor
}

func staffDoor(number string) door {
	at := contractAddress(number)
	return door{number, at + "/change", at, "contracts", []ui.Anchor{{Label: "Contracts", Href: "/contracts"}, {Label: number, Href: at}}}
}

func myDoor(number string) door {
	return door{number, "/my/plan/" + url.PathEscape(number), "/my/plan", "plan", []ui.Anchor{{Label: "Plan", Href: "/my/plan"}}}
}

func (v *visit) changeForm() error {
	return v.showChange(http.StatusOK, staffDoor(v.param("number")), nil)
}
func (v *visit) change() error { return v.changeAt(staffDoor(v.param("number"))) }
func (v *visit) myChangeForm() error {
	return v.showChange(http.StatusOK, myDoor(v.param("contract")), nil)
}
func (v *visit) myChange() error { return v.changeAt(myDoor(v.param("contract"))) }

// subscribed is the contract of the address; to a customer there are no others than their own.
func (v *visit) subscribed(number string) (contracts.Contract, *catalog.Catalog, error) {
	c, err := contracts.Get(v.ctx, v.DB, number)
	if err != nil && (!v.visiting() || fault.Kind(err) != fault.NotFound) {
		return c, nil, err
	}
	if v.visiting() && (err != nil || !v.pays(c)) {
		return c, nil, fault.New(fault.NotFound, "there is no page at this address") // in the same words, whoever's it is
	}
	if _, _, ok := c.Subscription(v.Today()); !ok {
		return c, nil, fault.New(fault.Conflict, "contract %s is not on a plan", c.Number)
	}
	sold, err := catalog.Load(v.ctx, v.DB)
	return c, sold, err
}

// pays says whether the customer who asks pays for a contract.
func (v *visit) pays(c contracts.Contract) bool {
	a, agreed := c.Agreement()
	return agreed && int64(a.PayerOn(v.Today())) == v.By.CustomerID
}

// changes are what can be done to a subscription as it stands.
func (v *visit) changes(c contracts.Contract) []ui.Option {
	now, ahead, _ := c.Subscription(v.Today())
	out := []ui.Option{}
	if ahead != nil {
		out = append(out, ui.Option{Value: "keep", Label: "Withdraw what is ahead"})
	}
	if ahead != nil && ahead.Ending != nil {
		return out
	}
	if now.Paused {
		return append(out, ui.Option{Value: "resume", Label: "Resume"}, ui.Option{Value: "cancel", Label: "Cancel at the end of the period"})
	}
	return append(out, ui.Option{Value: "plan", Label: "Change the plan"}, ui.Option{Value: "quantity", Label: "Change the quantity"},
		ui.Option{Value: "pause", Label: "Pause from today"}, ui.Option{Value: "cancel", Label: "Cancel at the end of the period"})
}

func (v *visit) showChange(status int, from door, found []fault.Field, shown ...templ.Component) error {
	c, sold, err := v.subscribed(from.number)
	if err != nil {
		return err
	}
	s := v.subscription(c, sold)
	period := s.now.BillingPeriod(v.Today())
	plans := []ui.Option{{Value: "", Label: "As it is"}}
	for _, p := range sold.Newest().Plans {
		on, ok := sold.Plan(p.Code, v.Today())
		if !ok || on.Retired || on.Currency != "" && on.Currency != s.now.Currency || s.now.Plan != nil && *s.now.Plan == (contracts.Plan{Code: on.Code, Version: on.Version}) {
			continue
		}
		plans = append(plans, ui.Option{Value: p.Code, Label: fmt.Sprintf("%s, version %d", on.Name, on.Version)})
	}
	view := page.Ask{
		Head: ui.HeadProps{Title: "Change " + c.Number, Sub: fmt.Sprintf("%s, quantity %s, %s a month", s.plan, s.quantity, ui.AmountText(s.mrr)), Crumbs: from.crumbs},
		Text: []string{fmt.Sprintf("What asks for more counts from today: the unused part of this period is credited and the new price charged by days. What asks for less counts from %s, when the present period is over.", ui.DayText(period.End))},
		Form: ui.FormProps{Action: from.address, Errors: found}, Back: from.back, Shown: shown,
		Verb: ui.ButtonProps{Label: "Look at what it changes", Look: ui.Primary, Name: "do", Value: "look"},
		Fields: []ui.FieldProps{
			{Name: "change", Label: "What", Kind: ui.SelectInput, Options: v.changes(c), Required: true},
			{Name: "plan", Label: "New plan", Kind: ui.SelectInput, Options: plans, Hint: "To change the plan"},
			{Name: "quantity", Label: "New quantity", Kind: ui.NumberInput, Optional: true, Hint: "Now " + s.quantity},
			{Name: "when", Label: "Counts", Kind: ui.SelectInput, Options: []ui.Option{{Value: "", Label: "As said above"}, {Value: "period_end", Label: "When this period is over"}}},
			{Name: "reason", Label: "Reason", Optional: true, Wide: true},
		},
	}
	_, ahead, _ := c.Subscription(v.Today())
	ending := ahead != nil && ahead.Ending != nil
	switch {
	case ending:
		view.Text = []string{s.ahead + ". With the cancellation withdrawn it goes on as it is, and can be changed."}
	case s.now.Paused:
		view.Text = []string{fmt.Sprintf("It is paused: no fees are billed. Resumed, it goes on today at the price it had; cancelled, it ends before %s.", ui.DayText(period.End))}
	case s.ahead != "":
		view.Text = append(view.Text, "Ahead: "+s.ahead+". Another change takes its place.")
	}
	if ending || s.now.Paused { // neither plan nor quantity can be changed now
		view.Fields = slices.DeleteFunc(view.Fields, func(f ui.FieldProps) bool { return f.Name == "plan" || f.Name == "quantity" || f.Name == "when" })
	}
	v.refill(view.Fields, found)
	return v.page(status, frame{Title: view.Head.Title, Room: from.room}, page.AskPage(view))
}

// changeAt shows what a change does, or makes it: the same form sent with another button.
func (v *visit) changeAt(from door) error {
	c, sold, err := v.subscribed(from.number)
	if err != nil {
		return err
	}
	x := contracts.PlanChange{Kind: contracts.ChangeKind(v.form("change")), Plan: v.form("plan"), When: contracts.When(v.form("when")), Reason: v.form("reason")}
	quantity, found := v.quantityTyped("quantity")
	x.Quantity = quantity
	if found = append(found, fault.Printable("reason", x.Reason, 1000)...); len(found) > 0 {
		return v.showChange(http.StatusUnprocessableEntity, from, found)
	}
	if v.form("do") == "confirm" {
		err = v.do(func(t tx) (err error) {
			c, err = contracts.ChangeSubscription(v.ctx, t, c.Number, x, v.Today(), v.By)
			return err
		})
		if err == nil {
			return v.redirect(from.back, done("Done: "+v.changed(c, sold)))
		}
		return v.changeRefused(from, err)
	}
	d, err := c.Planned(sold, x, v.Today())
	if err != nil {
		return v.changeRefused(from, err)
	}
	effect, err := v.changeEffect(d)
	if err != nil {
		return v.changeRefused(from, err)
	}
	send := []ui.Value{{Name: "change", Value: v.form("change")}, {Name: "plan", Value: v.form("plan")}, {Name: "quantity", Value: v.form("quantity")},
		{Name: "when", Value: v.form("when")}, {Name: "reason", Value: v.form("reason")}, {Name: "do", Value: "confirm"}}
	confirm := page.PanelForm(page.Panel{Title: "Counts from " + ui.DayText(d.Start()), Text: aheadWords(d, sold) + ". Before tax; usage to come is not foreseen.",
		Form: ui.FormProps{Action: from.address, Values: send}, Verb: ui.ButtonProps{Label: "Confirm", Look: ui.Primary}})
	return v.showChange(http.StatusOK, from, nil, page.ChangeEffect(effect), confirm)
}

func (v *visit) changeRefused(from door, err error) error {
	switch {
	case len(fault.Fields(err)) > 0:
		return v.showChange(http.StatusUnprocessableEntity, from, fault.Fields(err))
	case fault.Kind(err) == fault.Conflict:
		return v.showChange(http.StatusConflict, from, []fault.Field{{Path: "change", Message: sentence(err)}})
	}
	return err
}

// changeEffect runs the invoices with the change in memory beside those without.
func (v *visit) changeEffect(d contracts.Document) (page.PreviewEffect, error) {
	var p proposed
	err := v.DB.Snapshot(v.ctx, func(t tx) (err error) {
		p, err = v.propose(t, d)
		return err
	})
	if err != nil {
		return page.PreviewEffect{}, err
	}
	view, err := v.foreseeProposed(p, d)
	if err != nil || view.Effect == nil {
		return page.PreviewEffect{}, err
	}
	return *view.Effect, nil
}

// changed says how the subscription stands after a change.
func (v *visit) changed(c contracts.Contract, sold *catalog.Catalog) string {
	s := v.subscription(c, sold)
	text := s.plan + ", quantity " + s.quantity
	if s.now.Paused {
		text += ", paused"
	}
	if s.ahead != "" {
		text += "; " + s.ahead
	}
	return text
}

// myPlan is what a customer is on.
func (v *visit) myPlan() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		me, err := v.me(t)
		if err != nil {
			return err
		}
		found, err := contracts.List(v.ctx, t, contracts.Filter{Party: me.ID, Limit: 200})
		if err != nil {
			return err
		}
		sold, err := catalog.Load(v.ctx, t)
		if err != nil {
			return err
		}
		table := ui.TableProps{Caption: "Plans", Columns: []ui.Column{{Label: "Number", Kind: ui.Tight}, {Label: "Plan"}, {Label: "Quantity", Kind: ui.Figures}, {Label: "Status"}, {Label: "Next bill", Kind: ui.Tight}, {Label: "A month", Kind: ui.Figures}, {Label: "Change"}},
			Empty: ui.EmptyProps{Title: "No plan", Text: "Your contracts are not on a plan that can be changed here. Write to us."}}
		for _, c := range found {
			if s := v.subscription(c, sold); s.plan != "" && v.pays(c) {
				next, change := ui.Nothing(), ui.Nothing()
				if !s.next.IsZero() {
					next = ui.Day(s.next)
				}
				if c.Status(v.Today()).Running() {
					change = ui.Button(ui.ButtonProps{Label: "Change", Href: "/my/plan/" + url.PathEscape(c.Number), Small: true})
				}
				table.Rows = append(table.Rows, ui.Row{Cells: ui.Cells(ui.Text(c.Number), ui.TwoLines(s.plan, cmp.Or(s.ahead, s.trial)), ui.Text(s.quantity), ui.Status(s.status), next, ui.Money(s.mrr), change)})
			}
		}
		entitled, err := v.myEntitlements(me)
		if err != nil {
			return err
		}
		list := page.List{Head: ui.HeadProps{Title: "Plan", Sub: "As of " + ui.DayText(v.Today())}, Tables: []ui.TableProps{table, entitled}}
		return v.page(http.StatusOK, frame{Title: "Plan", Room: "plan"}, page.ListPage(list))
	})
}

// subscriptionAction is the way to change a contract that is on a plan, as its plan allows everybody.
func (v *visit) subscriptionAction(d dossier) []ui.ButtonProps {
	if _, _, ok := d.Subscription(v.Today()); !ok || !d.Status(v.Today()).Running() || !v.may(get, "/contracts/:number/change") {
		return nil
	}
	return []ui.ButtonProps{{Label: "Change the subscription", Href: contractAddress(d.Number) + "/change", Small: true}}
}

// subscriptionFacts say in the rail how a contract stands on its plan.
func (v *visit) subscriptionFacts(d dossier) []ui.Fact {
	s := v.subscription(d.Contract, d.catalog)
	if s.plan == "" {
		return nil
	}
	out := []ui.Fact{{Term: "Subscription", Value: page.Lines([]string{fmt.Sprintf("%s, version %d", s.plan, s.version), "Quantity " + s.quantity, s.status})}, {Term: "Recurring a month", Value: ui.Money(s.mrr)}}
	if !s.next.IsZero() {
		out = append(out, ui.Fact{Term: "Next bill", Value: ui.Day(s.next)})
	}
	if s.trial != "" {
		out = append(out, ui.Fact{Term: "Trial", Value: ui.Text(s.trial)})
	}
	if s.ahead != "" {
		out = append(out, ui.Fact{Term: "Ahead", Value: ui.Text(s.ahead)})
	}
	return out
}
