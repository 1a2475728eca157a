package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/revrec/cost"
	"ratable/web/page"
	"ratable/web/ui"
)

// costForm takes a cost of a contract.
func (v *visit) costForm() error { return v.showCostForm(http.StatusOK, nil, nil) }

func (v *visit) typedCost() cost.Written {
	return cost.Written{Contract: v.form("contract"), Purpose: v.form("purpose"), Nature: v.form("nature"), Payee: v.form("payee"), Party: v.form("party"), Amount: v.form("amount"),
		Currency: strings.ToUpper(v.form("currency")), IncurredOn: v.form("incurred_on"), Lost: v.form("lost") != "", Chargeable: v.form("chargeable") != "", Past: v.form("past") != "",
		Benefit: v.form("benefit"), Alike: v.form("alike") != "", By: v.form("by"), Expected: v.form("expected"), Reason: v.form("reason")}
}

func (v *visit) showCostForm(status int, found []fault.Field, shown []templ.Component) error {
	w := v.typedCost()
	if w.Contract == "" {
		w.Contract = v.query("contract")
	}
	if w.IncurredOn == "" {
		w.IncurredOn = v.Today().String()
	}
	natures := []ui.Option{}
	for _, n := range cost.Natures {
		natures = append(natures, ui.Option{Value: string(n), Label: capital(strings.ReplaceAll(string(n), "_", " "))})
	}
	tick := func(name, label, hint string, on bool) ui.FieldProps {
		return ui.FieldProps{Name: name, Label: label, Kind: ui.CheckInput, Checked: on, Hint: hint, Errors: found}
	}
	view := page.Ask{Head: ui.HeadProps{Title: "Enter a contract cost", Sub: "Whether it is an asset follows from what it is and from the policy of its day; another person approves it.", Crumbs: []ui.Anchor{{Label: "Revenue", Href: "/revenue"}, {Label: "Contract costs", Href: "/revenue/costs"}}},
		Form: ui.FormProps{Action: "/revenue/costs/new", Errors: found}, Shown: shown, Back: "/revenue/costs", Verb: ui.ButtonProps{Label: "Ask for approval", Look: ui.Primary},
		Fields: []ui.FieldProps{
			{Name: "contract", Label: "Contract", Value: w.Contract, Required: true, Errors: found},
			{Name: "purpose", Label: "Spent to", Kind: ui.SelectInput, Value: w.Purpose, Options: []ui.Option{{Value: "obtain", Label: "Obtain the contract"}, {Value: "fulfil", Label: "Fulfil it"}}, Errors: found},
			{Name: "nature", Label: "What it is", Kind: ui.SelectInput, Value: w.Nature, Options: natures, Hint: "Of what was spent to obtain it: only what is owed because it was won is an asset", Errors: found},
			{Name: "payee", Label: "Paid to", Value: w.Payee, Required: true, Errors: found},
			{Name: "party", Label: "Partner id", Value: w.Party, Optional: true, Hint: "Where a partner of ours is paid", Errors: found},
			{Name: "amount", Label: "Amount", Kind: ui.NumberInput, Value: w.Amount, Required: true, Errors: found},
			{Name: "currency", Label: "Currency", Value: w.Currency, Optional: true, Placeholder: "of the contract", Errors: found},
			{Name: "incurred_on", Label: "Incurred on", Kind: ui.DateInput, Value: w.IncurredOn, Required: true, Errors: found},
			{Name: "benefit", Label: "Customer expected to stay", Value: w.Benefit, Unit: "months", Optional: true, Hint: "Empty: the term of the contract. Say in the reason what it rests on", Errors: found},
			{Name: "by", Label: "Amortized by", Kind: ui.SelectInput, Value: w.By, Options: []ui.Option{{Value: string(cost.Daily), Label: "Days"}, {Value: string(cost.Monthly), Label: "Months"}, {Value: string(cost.Transfer), Label: "Revenue of the contract"}}, Errors: found},
			{Name: "expected", Label: "Revenue expected in all", Value: w.Expected, Optional: true, Hint: "Where it is amortized by revenue", Errors: found},
			tick("alike", "A renewal is paid a commission of the same measure", "Then it is amortized over the term, however long the customer stays", w.Alike),
			tick("chargeable", "The customer is charged with it whether the contract is won or not", "", w.Chargeable),
			tick("past", "It is of what was served already", "", w.Past),
			tick("lost", "It is not expected to come back", "", w.Lost),
			{Name: "reason", Label: "Reason", Value: w.Reason, Required: true, Wide: true, Errors: found},
		}}
	return v.page(status, frame{Title: view.Head.Title, Room: "revenue"}, page.AskPage(view))
}

func (v *visit) enterCost() error {
	var made cost.Fact
	err := v.do(func(t tx) (err error) { made, err = cost.Enter(v.ctx, t, v.typedCost(), v.By); return err })
	if found := fault.Fields(err); len(found) > 0 {
		return v.showCostForm(http.StatusUnprocessableEntity, found, nil)
	}
	if err != nil {
		return err
	}
	return v.redirect(costAddress(made.ID), done("The cost waits for approval by another person"))
}

// costPolicyForm changes what an entity does where the standard leaves a choice.
func (v *visit) costPolicyForm() error { return v.showCostPolicy(http.StatusOK, nil) }

func (v *visit) showCostPolicy(status int, found []fault.Field) error {
	directory, err := entities.Load(v.ctx, v.DB)
	if err != nil {
		return err
	}
	seller := ui.FieldProps{Name: "entity", Label: "Entity", Kind: ui.SelectInput, Value: v.form("entity"), Errors: found}
	t := ui.TableProps{Title: "What counts today", Columns: []ui.Column{{Label: "Entity"}, {Label: "A year or less"}, {Label: "Referral partners' commissions"}}}
	for _, e := range directory.All() {
		seller.Options = append(seller.Options, ui.Option{Value: fmt.Sprint(e.ID), Label: e.Name})
		p, err := cost.PolicyOn(v.ctx, v.DB, e.ID, v.Today())
		if err != nil {
			return err
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(e.Name), ui.Text(map[bool]string{true: "an expense at once", false: "an asset as well"}[p.Expedient]), ui.Text(map[bool]string{true: "costs to obtain", false: "an expense at once"}[p.Referral]))})
	}
	fresh := v.form("starts_on") == ""
	starts := v.form("starts_on")
	if fresh {
		starts = v.Today().MonthOf().First().String()
	}
	view := page.Ask{Head: ui.HeadProps{Title: "Policy of contract costs", Sub: "From a day on, once another person has approved it. What was judged before stays as it was judged.", Crumbs: []ui.Anchor{{Label: "Revenue", Href: "/revenue"}, {Label: "Contract costs", Href: "/revenue/costs"}}},
		Form: ui.FormProps{Action: "/revenue/costs/policy", Errors: found}, Verb: ui.ButtonProps{Label: "Ask for approval", Look: ui.Primary}, Back: "/revenue/costs", Shown: ui.Cells(ui.Table(t)),
		Fields: []ui.FieldProps{seller, {Name: "starts_on", Label: "From", Kind: ui.DateInput, Value: starts, Errors: found},
			{Name: "benefit", Label: "Referral commissions amortized over", Value: v.form("benefit"), Unit: "months", Optional: true, Hint: "Empty: the term of the contract", Errors: found},
			{Name: "expedient", Label: "What is amortized over a year or less is an expense at once (340-40-25-4)", Kind: ui.CheckInput, Checked: fresh || v.form("expedient") != ""},
			{Name: "referral", Label: "Commissions of referral partners are costs to obtain", Kind: ui.CheckInput, Checked: v.form("referral") != ""},
			{Name: "reason", Label: "Reason", Value: v.form("reason"), Required: true, Wide: true, Errors: found}}}
	return v.page(status, frame{Title: view.Head.Title, Room: "revenue"}, page.AskPage(view))
}

func (v *visit) proposeCostPolicy() error {
	var entity entities.ID
	_, _ = fmt.Sscan(v.form("entity"), &entity) // no number is no entity, which is refused
	on, _ := period.ParseDate(v.form("starts_on"))
	p := cost.Policy{StartsOn: on, Expedient: v.form("expedient") != "", Referral: v.form("referral") != ""}
	if text := v.form("benefit"); text != "" {
		if _, err := fmt.Sscan(text, &p.Benefit); err != nil {
			p.Benefit = -1
		}
	}
	var made cost.Fact
	err := v.do(func(t tx) (err error) {
		made, err = cost.SetPolicy(v.ctx, t, entity, p, v.form("reason"), v.By)
		return err
	})
	if found := fault.Fields(err); len(found) > 0 {
		return v.showCostPolicy(http.StatusUnprocessableEntity, found)
	}
	if err != nil {
		return err
	}
	return v.redirect(costAddress(made.ID), done("The policy waits for approval by another person"))
}
