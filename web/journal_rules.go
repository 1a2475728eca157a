package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/journals"
	"ratable/web/page"
	"ratable/web/ui"
)

var journalCrumbs = []ui.Anchor{{Label: "Journals", Href: "/journals"}}

// journalRules are the limits of approval and what entities charge each other, with what waits.
func (v *visit) journalRules() error {
	all, err := journals.Rules(v.ctx, v.DB)
	if err != nil {
		return err
	}
	called, err := v.people(v.DB)
	if err != nil {
		return err
	}
	head := ui.HeadProps{Title: "Rules of journals", Sub: "Who may approve how much, and what one entity charges another. A rule counts from its day on, once another person has approved it.", Crumbs: journalCrumbs,
		Action: ui.Button(ui.ButtonProps{Label: "New limit", Href: "/journals/rules/new/limit", Look: ui.Primary}), Others: ui.Cells(ui.Button(ui.ButtonProps{Label: "New intercompany rule", Href: "/journals/rules/new/intercompany"}))}
	t := ui.TableProps{Caption: "Rules", Columns: []ui.Column{{Label: "Rule"}, {Label: "State"}, {Label: "From", Kind: ui.Tight}, {Label: "Who"}},
		Empty: ui.EmptyProps{Title: "No rule yet", Text: "Every accountant and everybody in finance may approve the journals of others, whatever they move."}}
	for _, r := range slices.Backward(all) {
		who := called[r.PreparedBy]
		if r.Event != "" {
			who += "; " + r.Event + " by " + called[r.DecidedBy]
		}
		t.Rows = append(t.Rows, ui.Row{Href: journalRuleAddress(r.ID), Cells: ui.Cells(ui.TwoLines(r.Says(), r.Code), ui.Status(journalRuleState(r)), ui.Day(r.StartsOn), ui.Text(who))})
	}
	return v.page(http.StatusOK, frame{Title: head.Title, Room: "journals"}, page.ListPage(page.List{Head: head, Tables: []ui.TableProps{t}}))
}

func journalRuleAddress(id int64) string { return fmt.Sprintf("/journals/rules/%d", id) }

func journalRuleState(r journals.Rule) string {
	if r.Event == "" {
		return "Waiting"
	}
	return capital(r.Event)
}

func (v *visit) journalRuleForm() error { return v.showJournalRuleForm(http.StatusOK, nil) }

func (v *visit) showJournalRuleForm(status int, found []fault.Field) error {
	kind := journals.RuleKind(v.param("kind"))
	if kind != journals.LimitRule && kind != journals.TransferRule {
		return fault.New(fault.NotFound, "there is no page at this address")
	}
	field := func(name, label, hint string) ui.FieldProps {
		return ui.FieldProps{Name: name, Label: label, Value: v.form(name), Hint: hint, Errors: found}
	}
	starts := field("starts_on", "From", "")
	if starts.Kind = ui.DateInput; starts.Value == "" {
		starts.Value = v.Today().String()
	}
	fields := []ui.FieldProps{field("code", "Code", "The same code again replaces the rule from its day on"), starts}
	title := "New limit"
	if kind == journals.LimitRule {
		role := field("role", "Role", "")
		role.Kind, role.Options = ui.SelectInput, []ui.Option{{Value: string(access.Finance), Label: "Finance"}, {Value: string(access.Accountant), Label: "Accountant"}}
		fields = append(fields, role, field("currency", "Currency", ""), field("most", "Approves up to", "The total of a journal's debits"))
	} else {
		title = "New intercompany rule"
		directory, err := entities.Load(v.ctx, v.DB)
		if err != nil {
			return err
		}
		seller, serving := field("seller", "Who signs and sells", ""), field("serving", "Who serves", "")
		for _, e := range directory.All() {
			seller.Options = append(seller.Options, ui.Option{Value: e.Code, Label: e.Name})
		}
		seller.Kind, serving.Kind, serving.Options = ui.SelectInput, ui.SelectInput, seller.Options
		percent := field("percent", "Charges", "Of the revenue as it is earned")
		percent.Kind, percent.Unit = ui.NumberInput, "%"
		fields = append(fields, seller, serving, percent, field("product", "Product", "Code; empty: every product"), field("contract", "Contract", "Number; empty: every contract"), field("line", "Contract line", "Id; empty: every line"))
	}
	fields = append(fields, ui.FieldProps{Name: "retired", Label: "Ends the rule of this code", Kind: ui.CheckInput, Checked: v.form("retired") != "", Errors: found},
		ui.FieldProps{Name: "reason", Label: "Reason", Value: v.form("reason"), Required: true, Wide: true, Errors: found})
	view := page.Ask{Head: ui.HeadProps{Title: title, Crumbs: append(slices.Clip(journalCrumbs), ui.Anchor{Label: "Rules", Href: "/journals/rules"})},
		Form: ui.FormProps{Action: "/journals/rules/new/" + string(kind), Errors: found}, Fields: fields, Verb: ui.ButtonProps{Label: "Ask for approval", Look: ui.Primary}, Back: "/journals/rules"}
	return v.page(status, frame{Title: title, Room: "journals"}, page.AskPage(view))
}

func (v *visit) proposeJournalRule() error {
	on, _ := period.ParseDate(v.form("starts_on")) // no day is refused by the verb
	r := journals.Rule{Kind: journals.RuleKind(v.param("kind")), Code: v.form("code"), StartsOn: on, Reason: v.form("reason"),
		Limit:    journals.Limit{Role: access.Role(v.form("role")), Currency: strings.ToUpper(v.form("currency")), Most: strings.ReplaceAll(v.form("most"), ",", "")},
		Transfer: journals.Transfer{Seller: v.form("seller"), Serving: v.form("serving"), Product: v.form("product"), Contract: v.form("contract"), Line: v.form("line"), Percent: v.form("percent")}}
	switch r.Kind {
	case journals.LimitRule:
		r.Transfer, r.Limit.Retired = journals.Transfer{}, v.form("retired") != ""
	case journals.TransferRule:
		r.Limit, r.Transfer.Retired = journals.Limit{}, v.form("retired") != ""
	default:
		return fault.New(fault.NotFound, "there is no page at this address")
	}
	err := v.do(func(t tx) (err error) { r, err = journals.Propose(v.ctx, t, r, v.By); return err })
	if found := fault.Fields(err); len(found) > 0 {
		return v.showJournalRuleForm(http.StatusUnprocessableEntity, found)
	}
	if err != nil {
		return err
	}
	return v.redirect(journalRuleAddress(r.ID), done("The rule waits for approval by another person"))
}

func (v *visit) journalRule() error { return v.showJournalRule(http.StatusOK, nil) }

func (v *visit) showJournalRule(status int, found []fault.Field) error {
	id, err := v.number("rule")
	if err != nil {
		return err
	}
	r, err := journals.FindRule(v.ctx, v.DB, id)
	if err != nil {
		return err
	}
	called, err := v.people(v.DB)
	if err != nil {
		return err
	}
	rec := page.Record{Head: ui.HeadProps{Title: "Rule " + r.Code, Sub: r.Says(), Status: journalRuleState(r), Crumbs: append(slices.Clip(journalCrumbs), ui.Anchor{Label: "Rules", Href: "/journals/rules"})}}
	rec.Parts = ui.Cells(page.Complaints(found))
	if r.Event == "" && r.PreparedBy != v.By.UserID && v.may(post, "/journals/rules/:rule/approve") {
		rec.Parts = append(rec.Parts, page.Verbs(ui.Cells(ui.Post(ui.PostProps{Action: journalRuleAddress(id) + "/approve", Button: ui.ButtonProps{Label: "Approve", Look: ui.Primary, Icon: "check"}}),
			page.AskReason(ui.ConfirmProps{Label: "Send back", Look: ui.Danger, Text: "The rules stay as they are.", Action: journalRuleAddress(id) + "/reject", Confirm: "Send back"}))))
	}
	facts := []ui.Fact{{Term: "From", Value: ui.Day(r.StartsOn)}, {Term: "Reason", Value: ui.Text(r.Reason)}, {Term: "Proposed by", Value: ui.Text(called[r.PreparedBy])}}
	if r.Event != "" {
		facts = append(facts, ui.Fact{Term: capital(r.Event) + " by", Value: ui.Text(joinedText(called[r.DecidedBy], r.Decision))})
	}
	rec.Body = ui.Cells(ui.FactGrid("Rule", facts))
	return v.page(status, frame{Title: rec.Head.Title, Room: "journals"}, page.RecordPage(rec))
}

func (v *visit) approveJournalRule() error { return v.decideJournalRule(access.Approve, "approved") }
func (v *visit) rejectJournalRule() error  { return v.decideJournalRule(access.Reject, "sent back") }

func (v *visit) decideJournalRule(decision access.Decision, word string) error {
	id, err := v.number("rule")
	if err != nil {
		return err
	}
	err = v.do(func(t tx) error { return journals.DecideRule(v.ctx, t, id, decision, v.form("reason"), v.By) })
	if found := fault.Fields(err); len(found) > 0 {
		return v.showJournalRule(http.StatusUnprocessableEntity, found)
	}
	if err != nil {
		return err
	}
	return v.redirect("/journals/rules", done("The rule was "+word))
}
