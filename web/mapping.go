package web

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"ratable/exports"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/web/page"
	"ratable/web/ui"
)

// mapping is which account of ours goes where, as of today or of a version; as a file it holds every revision.
func (v *visit) mapping() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		m, err := exports.LoadMapping(v.ctx, t, int(v.queryNumber("version")))
		if err != nil {
			return err
		}
		if v.query("format") == "csv" {
			return v.fileAnswer("account-mapping.csv", "text/csv; charset=utf-8", exports.WriteRules(m.Rules()))
		}
		all, err := exports.Proposals(v.ctx, t)
		if err != nil {
			return err
		}
		called, err := v.people(t)
		if err != nil {
			return err
		}
		change := "/exports/mapping/change"
		head := ui.HeadProps{Title: "Account mapping", Sub: "Of the rules a posting meets, the one with the lowest priority says which account of the other ledger it goes to.",
			Crumbs: []ui.Anchor{{Label: "Exports", Href: "/exports"}}, Action: ui.Button(ui.ButtonProps{Label: "Change", Href: change, Look: ui.Primary}), Others: ui.Cells(v.csvButton())}
		if m.Version > 0 {
			head.Status = fmt.Sprintf("Version %d", m.Version)
		}
		table := mappingRuleTable(m.On(v.Today()))
		table.Caption = "Rules that count today"
		table.Empty = ui.EmptyProps{Title: "No account is mapped yet", Text: "Nothing can be exported before each account has a rule. Begin with our own numbers and change what differs.", Action: &ui.ButtonProps{Label: "Begin", Href: change}}
		list := page.List{Head: head, Tables: []ui.TableProps{table, mappingChangesTable(all, called)}}
		return v.page(http.StatusOK, frame{Title: "Account mapping", Room: "exports"}, page.ListPage(list))
	})
}

func mappingRuleTable(rules []exports.Rule) ui.TableProps {
	t := ui.TableProps{Columns: []ui.Column{{Label: "Our account"}, {Label: "When"}, {Label: "Their account"}, {Label: "Segments"}, {Label: "Priority", Kind: ui.Figures}, {Label: "From", Kind: ui.Tight}}}
	for _, r := range rules {
		gl := ui.TwoLines(r.GL.Code+" "+r.GL.Name, strings.TrimSuffix(fmt.Sprintf("%s, %s", r.GL.Type, r.GL.Control), ", "))
		if r.Retired {
			gl = ui.Soft("no longer")
		}
		t.Rows = append(t.Rows, ui.Row{Muted: r.Retired, Cells: ui.Cells(ui.TwoLines(r.When.Account.Info().Name, r.Code), conditions(r.When), gl,
			orDash(joinedText(r.GL.Class, r.GL.Department, r.GL.Location)), ui.Count(int64(r.Priority)), ui.Day(r.StartsOn))})
	}
	return t
}

// conditions says what a rule asks for.
func conditions(w exports.When) templ.Component {
	var parts []string
	for _, p := range []struct{ word, value string }{{"Target", string(w.Target)}, {"Entity", w.Entity}, {"Currency", string(w.Currency)}, {"Product", w.Product}, {"Country", w.Country}, {"Region", w.Region}, {"Contract", w.Contract}} {
		if p.value != "" {
			parts = append(parts, p.word+" "+p.value)
		}
	}
	if len(parts) == 0 {
		return ui.Soft("always")
	}
	return ui.Text(strings.Join(parts, ", "))
}

func mappingChangesTable(all []exports.Proposal, called map[int64]string) ui.TableProps {
	t := ui.TableProps{Title: "Changes", Columns: []ui.Column{{Label: "Change"}, {Label: "State"}, {Label: "Who"}, {Label: "Rules", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing was changed yet"}}
	for _, p := range slices.Backward(all) {
		state, who := "Waiting", called[p.PreparedBy]
		if p.Event != "" {
			state, who = capital(p.Event), who+"; "+p.Event+" by "+called[p.DecidedBy]
		}
		t.Rows = append(t.Rows, ui.Row{Href: mappingChangeAddress(p.ID), Cells: ui.Cells(ui.TwoLines(p.Reason, p.At.UTC().Format("2 January 2006, 15:04")), ui.Status(state), ui.Text(who), ui.Count(int64(len(p.Rules))))})
	}
	return t
}

func mappingChangeAddress(id int64) string { return fmt.Sprintf("/exports/mapping/changes/%d", id) }

// mappingForm changes rules: those that stand, or the default where none does.
func (v *visit) mappingForm() error {
	m, err := exports.LoadMapping(v.ctx, v.DB, 0)
	if err != nil {
		return err
	}
	rules := m.On(v.Today())
	if m.Version == 0 {
		rules = exports.Default(period.NewDate(v.Today().Year(), 1, 1))
	}
	return v.showMappingForm(http.StatusOK, string(exports.WriteRules(rules)), nil, nil)
}

func (v *visit) showMappingForm(status int, text string, found []fault.Field, shown []templ.Component) error {
	view := page.MappingChange{
		Head: ui.HeadProps{Title: "Change the account mapping", Sub: "One rule a row. A row with a code that exists replaces that rule from its first day on; rows you leave out stay as they are.",
			Crumbs: []ui.Anchor{{Label: "Exports", Href: "/exports"}, {Label: "Account mapping", Href: "/exports/mapping"}}},
		Form:   ui.FormProps{Action: "/exports/mapping/change", Errors: found},
		Rules:  ui.FieldProps{Name: "rules", Label: "Rules as CSV", Kind: ui.CodeInput, Rows: 18, Value: text, Required: true, Errors: found, Wide: true, Hint: "Conditions may be empty: target, entity, currency, product, country, region, contract. gl_control is receivable, payable, bank or empty. Anything under retired ends the rule."},
		Reason: ui.FieldProps{Name: "reason", Label: "Reason", Value: v.form("reason"), Required: true, Errors: found, Wide: true}, Shown: shown,
	}
	return v.page(status, frame{Title: view.Head.Title, Room: "exports"}, page.MappingChangePage(view))
}

// changeMapping shows what a change would move, or asks for its approval.
func (v *visit) changeMapping() error {
	text := v.form("rules")
	rules, err := exports.ParseRules([]byte(text))
	if err == nil && v.form("step") == "preview" {
		moves, err := exports.Impact(v.ctx, v.DB, rules)
		if err != nil {
			return err
		}
		return v.showMappingForm(http.StatusOK, text, nil, []templ.Component{ui.Table(moveTable(moves))})
	}
	var p exports.Proposal
	if err == nil {
		err = v.do(func(t tx) (err error) { p, err = exports.Propose(v.ctx, t, rules, v.form("reason"), v.By); return err })
	}
	if fields := fault.Fields(err); len(fields) > 0 {
		return v.showMappingForm(http.StatusUnprocessableEntity, text, byRow(fields), nil)
	}
	if err != nil {
		return err
	}
	return v.redirect(mappingChangeAddress(p.ID), done("The change waits for approval by another person"))
}

var ofRule = regexp.MustCompile(`^rules\[(\d+)\]\.(.+)$`)

// byRow says of each finding which row of the text it is about, and which column.
func byRow(found []fault.Field) []fault.Field {
	out := slices.Clone(found)
	for i, f := range out {
		m := ofRule.FindStringSubmatch(f.Path)
		switch {
		case m != nil:
			n := 0
			_, _ = fmt.Sscan(m[1], &n)
			out[i].Path, out[i].Message = "rules", fmt.Sprintf("Row %d, %s %q %s", n+2, m[2], f.Value, f.Message)
		case f.Path == "gl_code":
			out[i].Path, out[i].Message = "rules", fmt.Sprintf("Account %s %s", f.Value, f.Message)
		}
	}
	return out
}

func moveTable(moves []exports.Move) ui.TableProps {
	t := ui.TableProps{Title: "What it moves in open months", Columns: []ui.Column{{Label: "From"}, {Label: "To"}, {Label: "Where"}, {Label: "Postings", Kind: ui.Figures}, {Label: "Debit", Kind: ui.Figures}, {Label: "Credit", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "No posting of an open month moves"}}
	for _, m := range moves {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(glText(m.From), glText(m.To), ui.Text(joinedText(m.Entity, string(m.Currency), string(m.Target))), ui.Count(int64(m.Postings)), ui.Money(m.Debit), ui.Money(m.Credit))})
	}
	return t
}

func glText(g exports.GL) templ.Component {
	if g.Code == "" {
		return ui.Soft("no account")
	}
	if segments := joinedText(g.Class, g.Department, g.Location); segments != "" {
		return ui.TwoLines(g.Code+" "+g.Name, segments)
	}
	return ui.Text(g.Code + " " + g.Name)
}

// mappingChange is one change: its rules, and while it waits what it would move.
func (v *visit) mappingChange() error { return v.showMappingProposal(http.StatusOK, "") }

func (v *visit) showMappingProposal(status int, problem string) error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		view, err := v.mappingProposalView(t, id)
		if err != nil {
			return err
		}
		view.Problem = problem
		return v.page(status, frame{Title: view.Head.Title, Room: "exports"}, page.MappingProposalPage(view))
	})
}

func (v *visit) mappingProposalView(q postgres.Querier, id int64) (page.MappingProposal, error) {
	p, err := exports.FindProposal(v.ctx, q, id)
	if err != nil {
		return page.MappingProposal{}, err
	}
	called, err := v.people(q)
	if err != nil {
		return page.MappingProposal{}, err
	}
	rules := mappingRuleTable(p.Rules)
	rules.Title = "Rules"
	view := page.MappingProposal{Head: ui.HeadProps{Title: fmt.Sprintf("Mapping change %d", id), Sub: p.Reason, Status: "Waiting", Crumbs: []ui.Anchor{{Label: "Exports", Href: "/exports"}, {Label: "Account mapping", Href: "/exports/mapping"}}},
		Text: "Proposed by " + called[p.PreparedBy] + ".", Tables: []ui.TableProps{rules}}
	if p.Event != "" {
		view.Head.Status = capital(p.Event)
		view.Text += fmt.Sprintf(" %s by %s.", capital(p.Event), called[p.DecidedBy])
		if p.Decision != "" {
			view.Text += " " + p.Decision
		}
		return view, nil
	}
	moves, err := exports.Impact(v.ctx, q, p.Rules)
	view.Tables = []ui.TableProps{moveTable(moves), rules}
	if p.PreparedBy != v.By.UserID {
		view.Decide = mappingChangeAddress(id)
	}
	return view, err
}

func (v *visit) approveMapping() error { return v.decideMapping(access.Approve, "approved") }
func (v *visit) rejectMapping() error  { return v.decideMapping(access.Reject, "sent back") }

func (v *visit) decideMapping(decision access.Decision, word string) error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	err = v.do(func(t tx) error { return exports.Decide(v.ctx, t, id, decision, v.form("reason"), v.By) })
	if fields := fault.Fields(err); len(fields) > 0 {
		return v.showMappingProposal(http.StatusUnprocessableEntity, capital(fields[0].Path)+": "+fields[0].Message)
	}
	if err != nil {
		return err
	}
	return v.redirect("/exports/mapping", done("The change was "+word))
}
