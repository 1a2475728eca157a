package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/revrec"
	"ratable/web/page"
	"ratable/web/ui"
)

func treatmentAddress(number string) string { return contractAddress(number) + "/treatment" }

// treatment is how the change of a contract would be accounted for: before it is signed, where one is drafted or waits, else
// the one agreed last.
func (v *visit) treatment() error { return v.showTreatment(http.StatusOK, nil) }

func (v *visit) showTreatment(status int, found []fault.Field) error {
	d, err := v.dossier(v.param("number"))
	if err != nil {
		return err
	}
	head := ui.HeadProps{Title: "Accounting for the change of " + d.Number, Sub: d.Latest().Document.Title, Crumbs: []ui.Anchor{{Label: "Contracts", Href: "/contracts"}, {Label: d.Number, Href: contractAddress(d.Number)}}}
	version, ok := d.changing()
	if !ok {
		return v.page(status, frame{Title: head.Title, Room: "contracts"}, page.TreatmentsPage(page.Treatments{Head: head, Notes: []page.Note{{Title: "Nothing is changed", Text: "The contract has one version. What an amendment would do is shown here, and beside the form, once one is drafted.", Link: ui.Anchor{Label: "Amend it", Href: contractAddress(d.Number) + "/amend"}}}}))
	}
	var compared treatments
	if err := v.DB.Snapshot(v.ctx, func(t tx) (err error) { compared, err = v.compareTreatments(t, d.Contract, version); return err }); err != nil {
		return err
	}
	if v.query("format") == "md" {
		name := fmt.Sprintf("%s-version-%d-treatment.md", strings.ReplaceAll(d.Number, "/", "-"), version.Number)
		return v.fileAnswer(name, "text/markdown; charset=utf-8", []byte(compared.memo(d)))
	}
	view := compared.view()
	view.Head = head
	view.Head.Others = ui.Cells(ui.Button(ui.ButtonProps{Label: "Memo", Icon: "download", Href: v.with("format", "md")}))
	if v.may(http.MethodPost, "/contracts/:number/treatment") {
		view.Form = compared.form(treatmentAddress(d.Number), v.form("treatment"), v.form("reason"), found)
	}
	return v.page(status, frame{Title: head.Title, Room: "contracts"}, page.TreatmentsPage(view))
}

// changing is the amendment that a contract's pages are about: the one that waits, else the latest that counts.
func (d dossier) changing() (contracts.Version, bool) {
	if r, waits := d.Pending(); waits {
		return r.Version, len(d.History) > 1
	}
	a, agreed := d.Agreement()
	if !agreed || len(a.Versions) < 2 {
		return contracts.Version{}, false
	}
	return a.Latest(), true
}

// treatments sets the ways to account for an amendment side by side.
type treatments struct {
	revrec.WhatIf
	currency  money.Currency
	today     period.Date
	was, with billing
}

// billing is what a contract has asked for and will, net, by day.
type billing struct {
	sofar    money.Amount
	invoices []invoicing.Document
}

// by is what was asked for by a day.
func (b billing) by(day period.Date) money.Amount {
	sum := b.sofar
	for _, i := range b.invoices {
		if !i.IssuedOn.After(day) {
			sum = sum.Add(i.Net)
		}
	}
	return sum
}

// compareTreatments works an amendment out, agreed or not, under every treatment. Nothing is kept.
func (v *visit) compareTreatments(t tx, c contracts.Contract, version contracts.Version) (treatments, error) {
	out := treatments{currency: c.Currency, today: v.Today()}
	found, err := v.whatIf(t, c, version)
	if err != nil {
		return out, err
	}
	out.WhatIf = *found
	before, after := agreedOrProposed(c), agreedOrProposed(c)
	before = revrec.Without(before, version.Number)
	for _, side := range []struct {
		a   contracts.Agreement
		out *billing
	}{{before, &out.was}, {after, &out.with}} {
		if *side.out, err = v.billingOf(t, c, side.a, after); err != nil {
			return out, err
		}
	}
	return out, nil
}

// whatIf sets the treatments of a version side by side, agreed or not, by what is in the books.
func (v *visit) whatIf(t tx, c contracts.Contract, version contracts.Version) (*revrec.WhatIf, error) {
	sold, err := catalog.Load(v.ctx, t)
	if err != nil {
		return nil, err
	}
	through := v.Today().MonthOf()
	facts, err := revrec.LoadFacts(v.ctx, t, []customers.AccountID{c.Account}, through)
	if err != nil {
		return nil, err
	}
	found, err := facts[0].WhatIf(sold, c.ID, version, decimal.Zero, through)
	return &found, err
}

// billingOf foresees what a contract will ask for as one agreement or another, without usage to come.
func (v *visit) billingOf(q tx, c contracts.Contract, a, agreed contracts.Agreement) (billing, error) {
	w, f, err := v.decisive(q, c)
	if err != nil {
		return billing{}, err
	}
	out := billing{sofar: billedSoFar(f, a)}
	ahead, err := foreseeAs(w, f, a, agreed, expected{}, v.Today())
	out.invoices = ahead.Invoices
	return out, err
}

// side is one column: a schedule with what is billed under it.
type side struct {
	name string
	revrec.ScheduleTable
	billing
	catchUp *money.Amount
}

// sides are the contract as it stands, and each treatment that can be.
func (c treatments) sides() []side {
	out := []side{{name: "As it stands", ScheduleTable: c.Was, billing: c.was}}
	for _, x := range c.Choices {
		if x.Err == nil {
			out = append(out, side{capital(treatmentShort[x.Treatment]), x.Schedule, c.with, &x.CatchUp})
		}
	}
	return out
}

var treatmentShort = map[revrec.Treatment]string{revrec.SeparateContract: "separate", revrec.Prospective: "prospective", revrec.CumulativeCatchUp: "catch-up", revrec.MixedTreatment: "mixed"}

// table is a measure a row, a treatment a column.
func (c treatments) table() wordTable {
	quarter := quarterOf(period.MaxDate(c.today, c.Version.EffectiveOn).MonthOf())
	last := quarter.End.AddDays(-1)
	t := wordTable{title: "Side by side", head: []string{"Measure"}, figures: 1}
	measures := []struct {
		name string
		of   func(s side) string
	}{
		{"At once, for what was done before", func(s side) string {
			if s.catchUp == nil {
				return "–"
			}
			return ui.AmountText(*s.catchUp)
		}},
		{"Revenue of the quarter through " + ui.DayText(last), func(s side) string { return ui.AmountText(s.In(quarter)) }},
		{"Contract asset then", func(s side) string { return ui.AmountText(positive(s.earnedBy(quarter.End).Sub(s.by(last)))) }},
		{"Contract liability then", func(s side) string { return ui.AmountText(positive(s.by(last).Sub(s.earnedBy(quarter.End)))) }},
		{"Still to be met then", func(s side) string { return ui.AmountText(s.After(last.MonthOf())) }},
		{"Revenue in all", func(s side) string { return ui.AmountText(s.Sum.Scheduled) }},
		{"Billed by then, net", func(s side) string { return ui.AmountText(s.by(last)) }},
		{"Billed in all, net", func(s side) string { return ui.AmountText(s.by(c.today.AddMonths(12 * 100))) }},
	}
	for _, s := range c.sides() {
		t.head = append(t.head, s.name)
	}
	for _, m := range measures {
		row := []string{m.name}
		for _, s := range c.sides() {
			row = append(row, m.of(s))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// earnedBy is what was earned before a day.
func (s side) earnedBy(end period.Date) money.Amount {
	if len(s.Months) == 0 {
		return s.Sum.Scheduled
	}
	return s.In(period.NewSpan(s.Months[0].First(), end))
}

func positive(a money.Amount) money.Amount {
	if a.Sign() < 0 {
		return a.Sub(a)
	}
	return a
}

func (c treatments) view() page.Treatments {
	view := page.Treatments{Rule: treatmentWords[c.Treatment], Why: reasonFacts(c.Reasons)}
	view.Why = append(view.Why, ui.Fact{Term: "The change", Value: ui.Text(c.change())})
	var names []string
	var tables []revrec.ScheduleTable
	for _, s := range c.sides() {
		names, tables = append(names, s.name), append(tables, s.ScheduleTable)
	}
	view.Tables = append(judgmentStep{tables: []wordTable{c.table()}}.view().Tables, compareMonths("Revenue by month", c.currency, names, tables))
	for _, x := range c.Choices {
		if x.Err != nil {
			view.Notes = append(view.Notes, page.Note{Title: capital(treatmentWords[x.Treatment]) + " cannot be", Text: sentence(x.Err), Tone: ui.Info})
		}
	}
	return view
}

// change says what is added and to what price.
func (c treatments) change() string {
	alone, err := money.ParseAmount(c.Standalone.String(), c.currency)
	text := fmt.Sprintf("Version %d changes the price by %s from %s on", c.Version.Number, ui.AmountText(c.Added), ui.DayText(c.Version.EffectiveOn))
	if err == nil && len(c.Missing) == 0 {
		text += fmt.Sprintf("; what it adds sells alone for %s", ui.AmountText(alone))
	}
	if len(c.Missing) > 0 {
		text += "; without a stand-alone price in the library: " + strings.Join(c.Missing, ", ")
	}
	return text
}

// form chooses a treatment. Another than the rule's takes a reason.
func (c treatments) form(action, chosen, reason string, found []fault.Field) *page.Panel {
	field := ui.FieldProps{Name: "treatment", Label: "Treat it as", Kind: ui.SelectInput, Value: chosen, Errors: found}
	if chosen == "" {
		field.Value = string(c.Treatment)
	}
	for _, x := range c.Choices {
		if x.Err != nil {
			continue
		}
		label := treatmentWords[x.Treatment]
		if x.Treatment == c.Treatment {
			label += ", as the rule says"
		}
		field.Options = append(field.Options, ui.Option{Value: string(x.Treatment), Label: label})
	}
	return &page.Panel{Title: "Propose it with the amendment", Text: "It is kept as an assessment with exactly these figures. Another person approves it, after the version.",
		Form:   ui.FormProps{Action: action, Errors: found},
		Fields: []ui.FieldProps{field, {Name: "reason", Label: "Reason", Value: reason, Hint: "Another treatment than the rule's needs one", Kind: ui.AreaInput, Errors: found}},
		Verb:   ui.ButtonProps{Label: "Ask for approval", Look: ui.Primary}}
}

// memo keeps the treatments as a file: the rule, its reasons, and the figures side by side.
func (c treatments) memo(d dossier) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Accounting for version %d of contract %s\n\nAs of %s.\n", c.Version.Number, d.Number, ui.DayText(c.today))
	rule := judgmentStep{title: "By the rule: " + treatmentWords[c.Treatment]}
	for _, r := range c.Reasons {
		rule.say("- %s (%s, %s)", r.Text, r.Paragraph, r.Code)
	}
	rule.say("%s.", c.change())
	rule.write(&b)
	judgmentStep{title: "Side by side", tables: []wordTable{c.table()}}.write(&b)
	months := wordTable{head: []string{"Month"}, figures: 1}
	sides := c.sides()
	for _, s := range sides {
		months.head = append(months.head, s.name)
	}
	for _, m := range c.Was.Months {
		row := []string{ui.MonthText(m)}
		for _, s := range sides {
			row = append(row, ui.AmountText(s.In(m.Span())))
		}
		months.rows = append(months.rows, row)
	}
	judgmentStep{title: "Revenue by month", tables: []wordTable{months}}.write(&b)
	return b.String()
}

// chooseTreatment proposes the assessment of the chosen treatment with the amendment.
func (v *visit) chooseTreatment() error {
	d, err := v.dossier(v.param("number"))
	if err != nil {
		return err
	}
	version, ok := d.changing()
	if !ok {
		return fault.New(fault.Conflict, "contract %s has no amendment to treat", d.Number)
	}
	chosen, reason := revrec.Treatment(v.form("treatment")), v.form("reason")
	err = v.do(func(t tx) error {
		compared, err := v.compareTreatments(t, d.Contract, version)
		if err != nil {
			return err
		}
		x, err := compared.chosen(chosen, reason)
		if err != nil {
			return err
		}
		_, err = revrec.ProposeAssessment(v.ctx, t, x, v.By)
		return err
	})
	if found := fault.Fields(err); len(found) > 0 {
		return v.showTreatment(http.StatusUnprocessableEntity, found)
	}
	if errors.Is(err, fault.Conflict) {
		return v.showTreatment(http.StatusConflict, []fault.Field{{Path: "treatment", Message: sentence(err)}})
	}
	if err != nil {
		return err
	}
	return v.redirect(judgmentAddress(d.Number), done("The treatment waits for approval by another person"))
}

// chosen is the document of a treatment, with who would say what the rule says and why not.
func (c treatments) chosen(t revrec.Treatment, reason string) (revrec.Assessment, error) {
	at := slices.IndexFunc(c.Choices, func(x revrec.WhatIfChoice) bool { return x.Treatment == t })
	if at < 0 || c.Choices[at].Err != nil {
		return revrec.Assessment{}, fault.InvalidFields(fault.Field{Path: "treatment", Value: string(t), Message: "is none of those that can be"})
	}
	x := c.Choices[at].Assessment
	changed := *x.Changed
	if t != c.Treatment {
		if reason == "" {
			return x, fault.InvalidFields(fault.Field{Path: "reason", Message: "is missing: by the rule it is " + treatmentWords[c.Treatment] + "; say why it is another here"})
		}
		changed.Override = reason
	}
	x.Changed = &changed
	var codes []string
	for _, r := range c.Reasons {
		codes = append(codes, r.Code)
	}
	x.Reason = fmt.Sprintf("Version %d is %s; by the rule %s (%s)", c.Version.Number, treatmentWords[t], treatmentWords[c.Treatment], strings.Join(codes, ", "))
	if reason != "" {
		x.Reason += ": " + reason
	}
	return x, nil
}
