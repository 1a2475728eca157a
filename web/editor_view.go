package web

import (
	"fmt"
	"slices"
	"strings"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/web/page"
	"ratable/web/ui"
)

// cells builds the fields of the form: what was typed, and what is wrong with it.
type cells struct {
	sheet    sheet
	found    []fault.Field
	amending bool
	focus    string
	entities []string // choices
	ids      map[string]string
}

var inputs = map[shape]ui.Input{numeric: ui.NumberInput, daily: ui.DateInput, oneOf: ui.SelectInput, checked: ui.CheckInput}

// field is one field by its name.
func (c cells) field(name string) ui.FieldProps {
	f, known := fieldNamed(name)
	if !known {
		panic("web: the contract form has no field " + name)
	}
	value := c.sheet[name]
	p := ui.FieldProps{Name: name, Label: f.label, Kind: inputs[f.shape], Value: value, Hint: f.hint, List: f.list, Errors: c.found, Focus: c.focus != "" && (name == c.focus || name == c.focus+".product")}
	switch f.shape {
	case oneOf:
		choices := f.choices
		if name == "entity" {
			choices = c.entities
		}
		p.Value, p.Options = f.choiceOf(value), chooseFrom(choices, f.choiceOf(value))
	case checked:
		p.Value, p.Checked, p.Optional = "true", value == "true", false
	case daily:
		if _, err := parseDay(value); err != nil { // a date picker would drop what it cannot read
			p.Kind = ui.TextInput
		}
	case somebody:
		p.List, p.Search = "parties", "/contracts/parties"
	}
	switch {
	case c.amending && slices.Contains([]string{"contract", "customer", "payer"}, name):
		p.ReadOnly, p.Hint, p.List, p.Search = true, "", "", ""
	case strings.HasSuffix(name, "].id"):
		p.Placeholder = c.ids[strings.TrimSuffix(name, ".id")]
	}
	return p
}

// chooseFrom is a select's options. A value that is none of them was sent by somebody and is shown for what it is.
func chooseFrom(choices []string, value string) []ui.Option {
	var out []ui.Option
	there := false
	for i := 0; i+1 < len(choices); i += 2 {
		out = append(out, ui.Option{Value: choices[i], Label: choices[i+1]})
		there = there || choices[i] == value
	}
	if !there && value != "" {
		out = append(out, ui.Option{Value: value, Label: value})
	}
	return out
}

// fields are several by name, below a row or group.
func (c cells) fields(row string, names ...string) []ui.FieldProps {
	out := make([]ui.FieldProps, len(names))
	for i, name := range names {
		out[i] = c.field(strings.TrimPrefix(row+"."+name, "."))
	}
	return out
}

// bare is the same without hints, for the rows of a grid.
func (c cells) bare(row string, names ...string) []ui.FieldProps {
	out := c.fields(row, names...)
	for i := range out {
		out[i].Hint = ""
	}
	return out
}

// of is what is wrong with a row or list as a whole: a finding that no field of its own shows.
func (c cells) of(name string) string {
	var messages []string
	for _, f := range c.found {
		if f.Path == name {
			messages = append(messages, f.Message)
		}
	}
	return strings.Join(messages, "; ")
}

func (c cells) line(i int, sold *catalog.Catalog) page.EditorLine {
	row := fmt.Sprintf("lines[%d]", i)
	l := page.EditorLine{
		EditorRow: page.EditorRow{Name: row, List: "lines", Number: i, What: fmt.Sprintf("line %d", i+1), Error: c.errorsOf(row, row+".fixed", row+".usage", row+".usage.price")},
		Kind:      c.field(row + ".kind"), Product: c.field(row + ".product"),
		Sum: c.bare(row, "fixed.quantity", "fixed.unit_price"), Fixed: c.bare(row, "fixed.every", "fixed.in"),
		Usage: c.bare(row, "usage.meter", "usage.included", "usage.every", "usage.price.model"),
		Price: c.bare(row, "usage.price.amount"), Package: c.bare(row, "usage.price.size"),
		AtZero:  c.field(row + ".usage.price.flat_at_zero"),
		Details: c.fields(row, "clause", "description", "from", "through", "id"),
		Steps:   c.rows(row+".fixed.ramp", "Add a step", "step", "from", "through", "quantity", "unit_price"),
		Tiers:   c.rows(row+".usage.price.tiers", "Add a tier", "tier", "up_to", "unit", "flat"),
	}
	if tiers := l.Tiers.Rows; len(tiers) > 0 {
		tiers[len(tiers)-1].Cells[0].Placeholder = "and beyond"
	}
	said := []string{c.sheet[row+".clause"], c.sheet[row+".description"]}
	if c.sheet[row+".from"] != "" || c.sheet[row+".through"] != "" {
		said = append(said, strings.Trim(c.sheet[row+".from"]+" – "+c.sheet[row+".through"], " "))
	}
	l.Note = strings.Join(slices.DeleteFunc(append(said, "id "+c.ids[row]), func(s string) bool { return s == "" || s == "id " }), " · ")
	return l
}

func (c cells) errorsOf(names ...string) string {
	var messages []string
	for _, name := range names {
		if m := c.of(name); m != "" {
			messages = append(messages, m)
		}
	}
	return strings.Join(messages, "; ")
}

func (c cells) rows(list, add, what string, names ...string) page.EditorRows {
	out := page.EditorRows{List: list, Add: add, What: what, Error: c.of(list)}
	for i := range c.sheet.rows(list) {
		row := fmt.Sprintf("%s[%d]", list, i)
		cells := c.bare(row, names...)
		cells[0].Focus = c.focus == row
		out.Rows = append(out.Rows, page.EditorRow{Name: row, List: list, Number: i, What: fmt.Sprintf("%s %d", what, i+1), Cells: cells})
	}
	return out
}

func (c cells) list(list, what string, names ...string) []page.EditorRow {
	var out []page.EditorRow
	for i := range c.sheet.rows(list) {
		row := fmt.Sprintf("%s[%d]", list, i)
		r := page.EditorRow{Name: row, List: list, Number: i, What: fmt.Sprintf("%s %d", what, i+1), Error: c.of(row), Cells: c.fields(row, names...)}
		r.Cells[0].Focus = c.focus == row
		out = append(out, r)
	}
	return out
}

// showEditor renders the form. A row list that is empty gets its first row, so that there is a place to type.
func (v *visit) showEditor(status int, e entry) error {
	view, err := v.editorView(e)
	if err != nil {
		return err
	}
	return v.page(status, frame{Title: view.Head.Title, Room: "contracts"}, page.ContractEditor(view))
}

func (v *visit) editorView(e entry) (page.Editor, error) {
	sold, err := catalog.Load(v.ctx, v.DB)
	if err != nil {
		return page.Editor{}, err
	}
	directory, err := entities.Load(v.ctx, v.DB)
	if err != nil {
		return page.Editor{}, err
	}
	withRows(e.sheet)
	c := cells{sheet: e.sheet, found: e.found, amending: e.amending != "", focus: e.focus, ids: idsOf(e.sheet), entities: []string{"", "The customer's own"}}
	for _, one := range directory.All() {
		c.entities = append(c.entities, one.Code, one.Name)
	}
	view := page.Editor{
		Head:   page.EditorHead(titleOf(e.amending), e.amending),
		Action: "/contracts/new", Amending: e.amending, Changed: e.changed, Errors: e.found, Labels: labelsOf(e.found),
		Parties: c.fields("", "contract", "title", "customer", "payer", "entity", "currency"),
		Terms:   c.fields("", "term.from", "term.through", "billing.net_days", "billing.po_number", "billing.align", "reseller.margin_percent"),
		NoLines: c.errorsOf("lines", "document"), Preview: e.preview,
		Commits: c.list("commitments", "commitment", "amount", "every", "lines", "product", "clause", "id"),
		Caps:    c.list("prepaid", "prepaid amount", "amount", "units", "price", "every", "overage.factor", "lines", "product", "clause", "id"),
		Paste:   ui.FieldProps{Name: "paste", Label: "Rows", Kind: ui.AreaInput, Value: e.paste, Hint: "Product, quantity, unit price, every, billed in, clause; or any order below a row of headings."},
		Seldom:  c.fields("", "plan.code", "plan.version"),
	}
	if e.amending != "" {
		view.Action, view.Amend = contractAddress(e.amending)+"/amend", c.fields("", "effective", "reason")
	} else {
		view.Seldom = c.fields("", "effective", "reason", "plan.code", "plan.version")
	}
	for i := range e.sheet.rows("lines") {
		view.Lines = append(view.Lines, c.line(i, sold))
	}
	_, view.Guesses = guessed(sold, e.sheet.meters(sold), v.form)
	view.Lists, err = v.editorLists(sold, directory)
	return view, err
}

// withRows gives a list without rows its first one where there must be one: a contract has lines, tiers and steps.
func withRows(s sheet) {
	if s.rows("lines") == 0 {
		s.add("lines")
	}
	for i := range s.rows("lines") {
		row := fmt.Sprintf("lines[%d]", i)
		for list, name := range map[string]string{".usage.price.tiers": ".usage.price.model", ".fixed.ramp": ".kind"} {
			if word := s[row+name]; (word == "graduated" || word == "volume" || word == "ramp") && s.rows(row+list) == 0 {
				s.add(row + list)
				s.add(row + list)
			}
		}
	}
}

// meters are those of the catalog that a usage line names.
func (s sheet) meters(sold *catalog.Catalog) []string {
	var out []string
	for i := range s.rows("lines") {
		row := fmt.Sprintf("lines[%d]", i)
		code := strings.TrimSpace(s[row+".usage.meter"])
		if _, known := sold.Meter(code); known && s[row+".kind"] == "usage" && !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return out
}

func idsOf(s sheet) map[string]string {
	out := map[string]string{}
	for name, value := range s.filled() {
		if row, ok := strings.CutSuffix(name, ".id"); ok {
			out[row] = value
		}
	}
	return out
}

// labelsOf says where a finding stands, in words: "Line 2, unit price".
func labelsOf(found []fault.Field) map[string]string {
	out := map[string]string{}
	for _, f := range found {
		out[f.Path] = labelOf(f.Path)
	}
	return out
}

var rowWords = strings.NewReplacer("lines", "Line", "commitments", "Commitment", "prepaid", "Prepaid amount", "tiers", "tier", "ramp", "step")

func labelOf(name string) string {
	var parts []string
	for _, m := range rowNamed.FindAllStringSubmatch(name, -1) {
		n := 0
		fmt.Sscan(m[2], &n)
		parts = append(parts, fmt.Sprintf("%s %d", rowWords.Replace(m[1]), n+1))
	}
	if f, known := fieldNamed(name); known {
		label := f.label
		if len(parts) > 0 {
			label = strings.ToLower(label[:1]) + label[1:]
		}
		parts = append(parts, label)
	}
	if len(parts) == 0 {
		return capital(name)
	}
	return strings.Join(parts, ", ")
}

// editorLists are the suggestions of the page. Customers beyond the first hundred are found while typing.
func (v *visit) editorLists(sold *catalog.Catalog, directory *entities.Directory) ([]page.EditorList, error) {
	parties := page.EditorList{ID: "parties"}
	found, err := customers.List(v.ctx, v.DB, customers.Filter{Limit: 100}, v.Today())
	if err != nil {
		return nil, err
	}
	for _, c := range found {
		parties.Options = append(parties.Options, ui.Option{Value: c.ExternalID, Label: partyLabel(c)})
	}
	products, meters, plans, money := page.EditorList{ID: "products"}, page.EditorList{ID: "meters"}, page.EditorList{ID: "plans"}, page.EditorList{ID: "currencies"}
	seen := map[string]bool{}
	for _, p := range sold.Products() {
		if !seen[p.Code] {
			products.Options = append(products.Options, ui.Option{Value: p.Code, Label: p.Name})
		}
		seen[p.Code] = true
	}
	for _, m := range sold.Meters() {
		meters.Options = append(meters.Options, ui.Option{Value: m.Code, Label: m.Name})
	}
	for _, p := range sold.Plans() {
		if !seen["plan "+p.Code] {
			plans.Options = append(plans.Options, ui.Option{Value: p.Code, Label: p.Name})
		}
		seen["plan "+p.Code] = true
	}
	for _, one := range directory.All() {
		if code := string(one.Currency); !seen["currency "+code] {
			money.Options = append(money.Options, ui.Option{Value: code, Label: code})
			seen["currency "+code] = true
		}
	}
	return []page.EditorList{parties, products, meters, plans, money}, nil
}

// asForm is the way from the document to the form: the text must be one to have fields.
func (v *visit) asForm(view page.ContractForm, d contracts.Document) error {
	s, err := written(d)
	if err != nil {
		return err
	}
	e := entry{sheet: s, changed: true}
	if taken, err := v.taken(d.Contract); err != nil {
		return err
	} else if len(taken) > 0 {
		e.amending = d.Contract
	}
	return v.showEditor(200, e)
}
