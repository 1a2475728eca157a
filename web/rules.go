package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/web/page"
	"ratable/web/ui"
)

// rules shows who must approve what: each rule as it counts today, changes to come, and changes that wait for a decision.
func (v *visit) rules() error { return v.showRules(http.StatusOK, "") }

func (v *visit) showRules(status int, problem string) error {
	all, err := contracts.LoadRules(v.ctx, v.DB)
	if err != nil {
		return err
	}
	called, err := v.people(v.DB)
	if err != nil {
		return err
	}
	view := page.Rules{Problem: problem}
	for _, k := range contracts.RuleKinds {
		rule, active := all.On(k.Kind, v.Today())
		row := page.Rule{ID: string(k.Kind), Term: k.Term, Beyond: beyond(rule, k.Unit), Who: roleNames(contracts.Required([]contracts.Reviewed{{Who: rule.Roles}})),
			Status: "Active", Since: rule.StartsOn, First: rule.Version == 1, Version: rule.Version}
		if !active {
			row.Status = "Off"
		}
		latest, _ := all.Latest(k.Kind)
		if latest.Counts() && v.Today().Before(latest.StartsOn) {
			row.Coming = "From " + ui.DayText(latest.StartsOn) + ": " + saidRule(latest, k.Unit)
		}
		if waits := !latest.Counts() && latest.Event == ""; waits {
			change := page.RuleChange{Term: k.Term, Was: saidRule(rule, k.Unit), Is: saidRule(latest, k.Unit), From: latest.StartsOn, By: called[latest.PreparedBy], Why: latest.Reason}
			if v.By.Require(deciders...) == nil && latest.PreparedBy != v.By.UserID {
				change.Decide = ruleAddress(k.Kind)
			}
			view.Waiting = append(view.Waiting, change)
		} else if v.may(post, "/settings/approval-rules/:kind") {
			row.Change = ruleAddress(k.Kind)
		}
		view.Rows = append(view.Rows, row)
	}
	for _, r := range slices.Backward(all) {
		if r.Version == 1 {
			continue
		}
		_, unit := ruleWords(r.Kind)
		state := map[string]string{"": "Waiting", "approved": "Approved", "rejected": "Rejected"}[r.Event]
		who := called[r.PreparedBy]
		if r.Event != "" {
			who += "; " + r.Event + " by " + called[r.DecidedBy]
		}
		view.Past = append(view.Past, page.RulePast{At: r.RecordedAt, Term: termOf(r.Kind), Says: saidRule(r, unit), From: r.StartsOn, Who: who, Why: joinedText(r.Reason, r.Decision), Status: state})
	}
	return v.page(status, frame{Title: "Approval rules", Room: "rules"}, page.RuleList(view))
}

func ruleAddress(kind contracts.RuleKind) string { return "/settings/approval-rules/" + string(kind) }

func kindOfRule(s access.Subject) string {
	kind, _, _ := strings.Cut(s.Key, "/v")
	return kind
}

func ruleWords(kind contracts.RuleKind) (term, unit string) {
	for _, k := range contracts.RuleKinds {
		if k.Kind == kind {
			return k.Term, k.Unit
		}
	}
	return string(kind), ""
}

func termOf(kind contracts.RuleKind) string {
	term, _ := ruleWords(kind)
	return term
}

// beyond says from which figure on a rule looks: "above 20 %".
func beyond(r contracts.Rule, unit string) string {
	switch {
	case unit == "":
		return "always"
	case r.Kind == contracts.OverageRule:
		return "below " + digits(r.Threshold) + " " + unit
	}
	return "above " + digits(r.Threshold) + " " + unit
}

// saidRule is a version of a rule in a sentence.
func saidRule(r contracts.Rule, unit string) string {
	if !r.Active {
		return "off"
	}
	return beyond(r, unit) + ", approved by " + approvedBy(contracts.Required([]contracts.Reviewed{{Who: r.Roles}}))
}

// approvedBy writes roles that must each approve: "finance and accountant".
func approvedBy(roles []access.Role) string {
	return strings.ToLower(strings.ReplaceAll(roleNames(roles), ", ", " and "))
}

// ruleForm changes one rule: a new version, which another person approves.
func (v *visit) ruleForm() error { return v.showRule(http.StatusOK, nil) }

func (v *visit) showRule(status int, found []fault.Field) error {
	all, err := contracts.LoadRules(v.ctx, v.DB)
	if err != nil {
		return err
	}
	kind := contracts.RuleKind(v.param("kind"))
	rule, known := all.Latest(kind)
	if !known {
		return fault.New(fault.NotFound, "there is no such approval rule")
	}
	if counting, _ := all.On(kind, v.Today()); !rule.Counts() {
		rule = counting
	}
	term, unit := ruleWords(kind)
	sent := v.echo.Request().PostForm
	given := func(name, otherwise string) string {
		if sent.Has(name) {
			return sent.Get(name)
		}
		return otherwise
	}
	view := page.Ask{
		Head: ui.HeadProps{Title: term, Sub: "Approval rule", Crumbs: []ui.Anchor{{Label: "Approval rules", Href: "/settings/approval-rules"}}},
		Text: []string{"Today: " + saidRule(rule, unit) + ". A change counts from its first day once another person approved it; contracts entered before keep the rules of their day."},
		Form: ui.FormProps{Action: ruleAddress(kind), Errors: found}, Verb: ui.ButtonProps{Label: "Ask for approval", Look: ui.Primary}, Back: "/settings/approval-rules",
	}
	if unit != "" {
		view.Fields = append(view.Fields, ui.FieldProps{Name: "threshold", Label: "Above", Kind: ui.NumberInput, Unit: unit, Value: given("threshold", rule.Threshold.String()), Required: true, Errors: found})
		if kind == contracts.OverageRule {
			view.Fields[0].Label = "Below"
		}
	}
	approve := "finance"
	if slices.Contains(rule.Roles, access.Accountant) {
		approve = "both"
	}
	state := "on"
	if !rule.Active {
		state = "off"
	}
	view.Fields = append(view.Fields,
		ui.FieldProps{Name: "roles", Label: "Approved by", Kind: ui.SelectInput, Value: given("roles", approve), Options: []ui.Option{{Value: "finance", Label: "Finance"}, {Value: "both", Label: "Finance and an accountant"}}, Errors: found},
		ui.FieldProps{Name: "active", Label: "The rule is", Kind: ui.SelectInput, Value: given("active", state), Options: []ui.Option{{Value: "on", Label: "Active"}, {Value: "off", Label: "Off"}}},
		ui.FieldProps{Name: "starts_on", Label: "From", Kind: ui.DateInput, Value: given("starts_on", v.Today().String()), Required: true, Errors: found},
		ui.FieldProps{Name: "reason", Label: "Reason", Value: given("reason", ""), Required: true, Wide: true, Errors: found})
	return v.page(status, frame{Title: view.Head.Title, Room: "rules"}, page.AskPage(view))
}

func (v *visit) changeRule() error {
	kind := contracts.RuleKind(v.param("kind"))
	on, found := v.dayTyped("starts_on")
	r := contracts.Rule{Kind: kind, StartsOn: on, Active: v.form("active") != "off", Roles: []access.Role{access.Finance}, Reason: v.form("reason")}
	if v.form("roles") == "both" {
		r.Roles = append(r.Roles, access.Accountant)
	}
	if _, unit := ruleWords(kind); unit != "" {
		threshold, err := money.ParseDecimal(strings.ReplaceAll(v.form("threshold"), ",", ""))
		if err != nil {
			found = append(found, fault.Field{Path: "threshold", Value: fault.Shown(v.form("threshold")), Message: "must be a figure such as 20"})
			threshold = decimal.Zero
		}
		r.Threshold = threshold
	}
	var err error
	if len(found) == 0 {
		err = v.do(func(t tx) error { _, err := contracts.ProposeRule(v.ctx, t, r, v.Today(), v.By); return err })
		found = fault.Fields(err)
	}
	if len(found) > 0 {
		return v.showRule(http.StatusUnprocessableEntity, found)
	}
	if err != nil {
		return err
	}
	return v.redirect("/settings/approval-rules", done(fmt.Sprintf("%s: the change waits for approval by another person", termOf(kind))))
}

func (v *visit) approveRule() error { return v.decideRule(access.Approve, "approved") }
func (v *visit) rejectRule() error  { return v.decideRule(access.Reject, "sent back") }

func (v *visit) decideRule(decision access.Decision, word string) error {
	kind := contracts.RuleKind(v.param("kind"))
	err := v.do(func(t tx) error {
		return contracts.DecideRule(v.ctx, t, kind, decision, v.form("reason"), v.By)
	})
	if fields := fault.Fields(err); len(fields) > 0 {
		return v.showRules(http.StatusUnprocessableEntity, capital(fields[0].Path)+": "+fields[0].Message)
	}
	if err != nil {
		return err
	}
	return v.redirect("/settings/approval-rules", done(termOf(kind)+": the change was "+word))
}
