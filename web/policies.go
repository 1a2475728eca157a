package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
	"ratable/revrec"
	"ratable/web/page"
	"ratable/web/ui"
)

const policiesAt = "/settings/accounting-policies"

var (
	policyCrumb = ui.Anchor{Label: "Accounting policies", Href: policiesAt}
	policyBooks = []ui.Option{{Value: string(ledger.USGAAP), Label: "US GAAP"}, {Value: string(ledger.IFRS), Label: "IFRS"}}
)

func bookName(b ledger.Book) string {
	if b == ledger.IFRS {
		return "IFRS"
	}
	return "US GAAP"
}

func policyAddress(v ledger.PolicyVersion) string {
	return fmt.Sprintf("%s/%d/%s/%d", policiesAt, v.Entity, v.Book, v.Number)
}

// policyScope is whose policy the page is about: of the chosen entity, or of the first, and the chosen book.
func (v *visit) policyScope(q postgres.Querier, value func(string) string) (entities.Entity, ledger.Book, *entities.Directory, error) {
	d, err := entities.Load(v.ctx, q)
	if err != nil {
		return entities.Entity{}, "", nil, err
	}
	var id int64
	_, _ = fmt.Sscan(value("entity"), &id) // what is no number is the first entity
	e, found := d.ByID(entities.ID(id))
	if all := d.All(); !found && len(all) > 0 {
		e, found = all[0], true
	}
	if !found {
		return e, "", d, fault.New(fault.NotFound, "there is no legal entity yet: create one first")
	}
	book := ledger.USGAAP
	if value("book") == string(ledger.IFRS) {
		book = ledger.IFRS
	}
	return e, book, d, nil
}

// policies is how an entity books what the rules leave to it: the version in force, key by key, and every version there was.
func (v *visit) policies() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		e, book, d, err := v.policyScope(t, v.query)
		if err != nil {
			return err
		}
		all, err := ledger.PolicyVersions(v.ctx, t, e.ID, book)
		if err != nil {
			return err
		}
		inForce, err := ledger.LoadPolicies(v.ctx, t)
		if err != nil {
			return err
		}
		called, err := v.people(t)
		if err != nil {
			return err
		}
		bar := &page.Narrowing{Props: ui.FilterProps{Action: policiesAt}}
		for _, other := range d.All() {
			bar.Props.Chips = append(bar.Props.Chips, ui.Chip{Label: other.Name, Href: narrowed(policiesAt, "entity", other.ID, "book", book), On: other.ID == e.ID})
		}
		for _, o := range policyBooks {
			bar.Props.Chips = append(bar.Props.Chips, ui.Chip{Label: o.Label, Href: narrowed(policiesAt, "entity", e.ID, "book", o.Value), On: o.Value == string(book)})
		}
		head := ui.HeadProps{Title: "Accounting policies", Sub: "What the rules leave to choose, for " + e.Name + " in its " + bookName(book) + " book. A policy counts for what is booked from its day on; what is booked stands."}
		if v.may(post, policiesAt+"/change") {
			head.Action = ui.Button(ui.ButtonProps{Label: "Propose a change", Href: narrowed(policiesAt+"/change", "entity", e.ID, "book", book), Look: ui.Primary})
		}
		now := policyTable(inForce.Of(e.ID, book, v.Today()), ledger.DefaultPolicy())
		now.Title = "In force on " + ui.DayText(v.Today())
		list := page.List{Head: head, Filter: bar, Tables: []ui.TableProps{now, v.policyVersionTable(all, called)}}
		return v.page(http.StatusOK, frame{Title: "Accounting policies", Room: "policies"}, page.ListPage(list))
	})
}

// policyTable says a policy in words, beside what another one says.
func policyTable(p, beside ledger.Policy) ui.TableProps {
	t := ui.TableProps{Caption: "Policy", Columns: []ui.Column{{Label: "Question"}, {Label: "Answer"}, {Label: "Why it is asked"}}}
	rules := map[string]string{}
	for _, c := range ledger.PolicyChoices() {
		rules[c.Key] = c.Rule
	}
	other := beside.Describe()
	for i, k := range p.Describe() {
		answer := ui.Text(capital(k.Means))
		if k.Says == other[i].Says {
			answer = ui.TwoLines(capital(k.Means), "as by default")
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.TwoLines(k.Asks, k.Key), answer, ui.Soft(rules[k.Key]))})
	}
	return t
}

func (v *visit) policyVersionTable(all []ledger.PolicyVersion, called map[int64]string) ui.TableProps {
	t := ui.TableProps{Title: "Versions", Columns: []ui.Column{{Label: "Version"}, {Label: "Counts from", Kind: ui.Tight}, {Label: "State"}, {Label: "Who"}, {Label: "Changes", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nobody has chosen anything: all is as by default"}}
	was := ledger.DefaultPolicy()
	for _, x := range all {
		state, who := "Waiting", called[x.PreparedBy]
		if !x.Waits() {
			state, who = capital(x.Event), who+"; "+x.Event+" by "+called[x.DecidedBy]
		}
		t.Rows = append(t.Rows, ui.Row{Href: policyAddress(x), Cells: ui.Cells(ui.TwoLines(fmt.Sprintf("Version %d", x.Number), x.Reason), ui.Day(x.Effective), ui.Status(state), ui.Text(who), ui.Count(int64(len(was.Changes(x.Policy)))))})
		if x.Event == "approved" {
			was = x.Policy
		}
	}
	slices.Reverse(t.Rows)
	return t
}

// policyForm begins with what is in force.
func (v *visit) policyForm() error {
	e, book, _, err := v.policyScope(v.DB, v.query)
	if err != nil {
		return err
	}
	inForce, err := ledger.LoadPolicies(v.ctx, v.DB)
	if err != nil {
		return err
	}
	said := map[string]string{"effective": v.Today().MonthOf().First().String()}
	for _, k := range inForce.Of(e.ID, book, v.Today()).Describe() {
		said[k.Key] = k.Says
	}
	return v.showPolicyForm(http.StatusOK, e, book, func(key string) string { return said[key] }, nil, nil)
}

func (v *visit) showPolicyForm(status int, e entities.Entity, book ledger.Book, said func(string) string, found []fault.Field, shown []templ.Component) error {
	view := page.PolicyChange{
		Head: ui.HeadProps{Title: "Change the accounting policy", Sub: e.Name + ", " + bookName(book) + " book. Another person approves it. A preview replays what is scheduled and posts nothing.", Crumbs: []ui.Anchor{policyCrumb}},
		Form: ui.FormProps{Action: policiesAt + "/change", Errors: found, Values: []ui.Value{{Name: "entity", Value: fmt.Sprint(e.ID)}, {Name: "book", Value: string(book)}}},
		When: []ui.FieldProps{
			{Name: "effective", Label: "Counts from", Kind: ui.DateInput, Value: said("effective"), Required: true, Errors: found, Hint: "A day of a month that is open."},
			{Name: "reason", Label: "Reason", Value: said("reason"), Errors: found, Hint: "For the audit trail and the notes; needed to ask for approval.", Optional: true},
		}, Shown: shown,
	}
	for _, c := range ledger.PolicyChoices() {
		f := ui.FieldProps{Name: c.Key, Label: c.Asks, Kind: ui.SelectInput, Value: said(c.Key), Hint: c.Rule, Errors: found}
		for _, w := range c.Words {
			f.Options = append(f.Options, ui.Option{Value: w.Word, Label: capital(w.Means)})
		}
		view.Choices = append(view.Choices, f)
	}
	return v.page(status, frame{Title: view.Head.Title, Room: "policies"}, page.PolicyChangePage(view))
}

// changePolicy shows what a policy would change, or asks for its approval.
func (v *visit) changePolicy() error {
	e, book, _, err := v.policyScope(v.DB, v.form)
	if err != nil {
		return err
	}
	chosen, err := ledger.PolicyOf(v.form)
	effective, wrong := period.ParseDate(v.form("effective"))
	if wrong != nil {
		err = fault.InvalidFields(append(fault.Fields(err), fault.Field{Path: "effective", Value: fault.Shown(v.form("effective")), Message: "must be a day such as 2026-03-01"})...)
	}
	x := ledger.PolicyVersion{Entity: e.ID, Book: book, Effective: effective, Policy: chosen, Reason: strings.TrimSpace(v.form("reason"))}
	if err == nil && v.form("step") == "preview" {
		shown, err := v.policyImpact(v.DB, x)
		if err != nil {
			return err
		}
		return v.showPolicyForm(http.StatusOK, e, book, v.form, nil, shown)
	}
	if err == nil {
		err = v.do(func(t tx) (err error) { x, err = ledger.ProposePolicy(v.ctx, t, x, v.By); return err })
	}
	if fields := fault.Fields(err); len(fields) > 0 {
		return v.showPolicyForm(http.StatusUnprocessableEntity, e, book, v.form, fields, nil)
	}
	if kind := fault.Kind(err); kind == fault.Closed || kind == fault.Conflict {
		return v.showPolicyForm(http.StatusUnprocessableEntity, e, book, v.form, []fault.Field{{Path: "effective", Message: err.Error()}}, nil)
	}
	if err != nil {
		return err
	}
	return v.redirect(policyAddress(x), done("The policy waits for approval by another person"))
}

// policyImpact is what a policy changes: its keys in words, and the revenue it moves.
func (v *visit) policyImpact(q postgres.Querier, x ledger.PolicyVersion) ([]templ.Component, error) {
	tables, said, err := v.policyImpactTables(q, x)
	if err != nil {
		return nil, err
	}
	out := []templ.Component{ui.Alert(said, ui.Info)}
	for _, t := range tables {
		out = append(out, ui.Table(t))
	}
	return out, nil
}

func (v *visit) policyImpactTables(q postgres.Querier, x ledger.PolicyVersion) ([]ui.TableProps, string, error) {
	inForce, err := ledger.LoadPolicies(v.ctx, q)
	if err != nil {
		return nil, "", err
	}
	words := ui.TableProps{Title: "What it changes", Columns: []ui.Column{{Label: "Question"}, {Label: "So far"}, {Label: "From " + ui.DayText(x.Effective)}}, Empty: ui.EmptyProps{Title: "It says what is in force already"}}
	for _, c := range inForce.Of(x.Entity, x.Book, x.Effective).Changes(x.Policy) {
		words.Rows = append(words.Rows, ui.Row{Cells: ui.Cells(ui.TwoLines(c.Asks, c.Key), ui.Text(capital(c.From)), ui.Text(capital(c.To)))})
	}
	if x.Book != ledger.USGAAP {
		return []ui.TableProps{words}, "It is kept for the notes and changes no entry: every book goes by the US GAAP policy. What IFRS sees otherwise of a contract is an assessment of its own book.", nil
	}
	impact, err := revrec.WeighPolicy(v.ctx, v.DB, x, v.Today())
	if err != nil {
		return nil, "", err
	}
	booked, closed := policyMoveTable(impact.Booked), policyMoveTable(impact.Closed)
	booked.Title, booked.Empty = "What the next run would book otherwise", ui.EmptyProps{Title: "Nothing that is scheduled is booked otherwise"}
	closed.Title, closed.Empty = "The last closed months, had it counted for them", ui.EmptyProps{Title: "They would show the same"}
	return []ui.TableProps{words, booked, closed}, impactText(impact, x), nil
}

// impactText says it in a sentence: "Changes 12 schedules: +4,210.55 USD in March 2026, 0 in closed months".
func impactText(x revrec.PolicyImpact, of ledger.PolicyVersion) string {
	if x.Lines == 0 && len(x.Booked) == 0 {
		return "It changes no schedule: it counts for credits, voids, write-offs and disputes from " + ui.DayText(of.Effective) + " on, and for what lapses from that month on. Closed months stay as they are."
	}
	type place struct {
		month    period.Month
		currency money.Currency
	}
	var parts []string
	seen := map[place]bool{}
	for _, m := range x.Booked {
		at := place{m.Month, m.Currency}
		if seen[at] || !m.Account.Earns() {
			continue
		}
		seen[at] = true
		sum := x.Net(x.Booked, m.Month, m.Currency)
		sign := ""
		if sum.Sign() > 0 {
			sign = "+"
		}
		parts = append(parts, fmt.Sprintf("%s%s %s of net revenue in %s", sign, sum.Display(), m.Currency, ui.MonthText(m.Month)))
	}
	if len(parts) == 0 {
		parts = []string{"0.00 of net revenue in months that are due"}
	}
	what := "Changes no schedule, only the accounts it is booked to"
	if x.Lines > 0 {
		what = fmt.Sprintf("Changes %s of %s", howMany(x.Lines, "schedule"), howMany(len(x.Contracts), "contract"))
	}
	return fmt.Sprintf("%s: %s, 0.00 in closed months.", what, strings.Join(parts, ", "))
}

func policyMoveTable(moves []revrec.PolicyMove) ui.TableProps {
	t := ui.TableProps{Columns: []ui.Column{{Label: "Month", Kind: ui.Tight}, {Label: "Account"}, {Label: "Without", Kind: ui.Figures}, {Label: "With", Kind: ui.Figures}, {Label: "Change", Kind: ui.Figures}}}
	for _, m := range moves {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(ui.MonthText(m.Month)), ui.TwoLines(m.Account.Info().Name, string(m.Currency)), ui.Money(m.Was), ui.Money(m.Is), ui.Money(m.Change()))})
	}
	return t
}

// policy is one version: while it waits with what it would change.
func (v *visit) policy() error { return v.showPolicy(http.StatusOK, "") }

// policyAsked finds the version an address names.
func (v *visit) policyAsked() (ledger.PolicyVersion, error) {
	id, err := v.number("entity")
	if err != nil {
		return ledger.PolicyVersion{}, err
	}
	number, err := v.number("number")
	if err != nil {
		return ledger.PolicyVersion{}, err
	}
	book := ledger.Book(v.param("book"))
	all, err := ledger.PolicyVersions(v.ctx, v.DB, entities.ID(id), cmp.Or(book, ledger.USGAAP))
	if err != nil {
		return ledger.PolicyVersion{}, err
	}
	for _, x := range all {
		if int64(x.Number) == number {
			return x, nil
		}
	}
	return ledger.PolicyVersion{}, fault.New(fault.NotFound, "there is no policy %d of this entity in the %s book", number, book)
}

func (v *visit) showPolicy(status int, problem string) error {
	x, err := v.policyAsked()
	if err != nil {
		return err
	}
	d, err := entities.Load(v.ctx, v.DB)
	if err != nil {
		return err
	}
	called, err := v.people(v.DB)
	if err != nil {
		return err
	}
	e, _ := d.ByID(x.Entity)
	whole := policyTable(x.Policy, ledger.DefaultPolicy())
	whole.Title = "The whole policy"
	view := page.MappingProposal{Head: ui.HeadProps{Title: fmt.Sprintf("%s, %s: policy %d", e.Name, bookName(x.Book), x.Number), Sub: x.Reason, Status: "Waiting", Crumbs: []ui.Anchor{policyCrumb}},
		Problem: problem, Text: fmt.Sprintf("Counts from %s. Proposed by %s.", ui.DayText(x.Effective), called[x.PreparedBy]), Tables: []ui.TableProps{whole}}
	if x.Waits() {
		tables, said, err := v.policyImpactTables(v.DB, x)
		if err != nil {
			return err
		}
		view.Text, view.Tables = view.Text+" "+said, append(tables, whole)
		if x.PreparedBy != v.By.UserID && v.may(post, policiesAt+"/:entity/:book/:number/approve") {
			view.Decide = policyAddress(x)
		}
	} else {
		view.Head.Status = capital(x.Event)
		view.Text += fmt.Sprintf(" %s by %s.", capital(x.Event), called[x.DecidedBy])
	}
	return v.page(status, frame{Title: view.Head.Title, Room: "policies"}, page.MappingProposalPage(view))
}

func (v *visit) approvePolicy() error { return v.decidePolicy(ledger.ApprovePolicy, "approved") }
func (v *visit) rejectPolicy() error  { return v.decidePolicy(ledger.RejectPolicy, "sent back") }

// policyVerb approves or rejects.
type policyVerb func(ctx context.Context, t tx, entity entities.ID, book ledger.Book, number int, reason string, by access.Actor) error

func (v *visit) decidePolicy(decide policyVerb, word string) error {
	x, err := v.policyAsked()
	if err != nil {
		return err
	}
	err = v.do(func(t tx) error { return decide(v.ctx, t, x.Entity, x.Book, x.Number, v.form("reason"), v.By) })
	if fields := fault.Fields(err); len(fields) > 0 {
		return v.showPolicy(http.StatusUnprocessableEntity, capital(fields[0].Path)+": "+fields[0].Message)
	}
	if err != nil {
		return err
	}
	return v.redirect(narrowed(policiesAt, "entity", x.Entity, "book", x.Book), done("The policy was "+word))
}

// policySubject is where a policy as a subject of approvals is found.
func policySubject(s access.Subject) string {
	parts := strings.Split(s.Key, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return policiesAt + "/" + strings.Join(parts, "/")
}
