package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/spend"
	"ratable/web/page"
	"ratable/web/ui"
)

// alertTable is who is told of what, and how near each is.
func (v *visit) alertTable(s spent) ui.TableProps {
	t := ui.TableProps{Title: "Alerts", Columns: []ui.Column{{Label: "What"}, {Label: "Told at"}, {Label: "Now", Kind: ui.Figures}, {Label: "Who is told"}, {Label: "Set by"}, {Label: "Change", Hidden: true}},
		Empty: ui.EmptyProps{Title: "No alert", Text: "An alert tells somebody once a period, when the running bill, a meter, a cap or a balance passes what you say."}}
	for _, m := range s.rules {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.TwoLines(m.Subject, cmp.Or(m.Number, "All contracts")+", "+ui.SpanText(m.Period)), ui.Text(thresholds(m.Rule, m.Says)), ui.Text(m.Says(m.Value)),
			page.Lines(toldWhom(m.Rule)), ui.Text(setByWords(m.Rule)), v.alertVerbs(s.customer, m.Rule))})
	}
	for _, r := range s.idle {
		t.Rows = append(t.Rows, ui.Row{Muted: true, Cells: ui.Cells(ui.TwoLines(string(r.Kind)+" of "+cmp.Or(r.Meter, r.Line, r.LimitID, "the running bill"), "Nothing to look at today"), ui.Text(thresholds(r, decimal.Decimal.String)), ui.Nothing(),
			page.Lines(toldWhom(r)), ui.Text(setByWords(r)), v.alertVerbs(s.customer, r))})
	}
	return t
}

func thresholds(r spend.Rule, says func(decimal.Decimal) string) string {
	var out []string
	for _, t := range r.Thresholds {
		out = append(out, says(t))
	}
	return strings.Join(out, ", ")
}

func toldWhom(r spend.Rule) []string {
	var out []string
	for _, role := range r.Roles {
		out = append(out, contactRoles[role])
	}
	if out = append(out, r.Addresses...); len(out) == 0 {
		return []string{"Webhook only"}
	}
	return out
}

func setByWords(r spend.Rule) string {
	if r.SetBy == spend.ByContract {
		return "Comes with the contract"
	}
	return r.ByName
}

// alertVerbs are what this reader may do about a rule. One that comes with a contract is replaced by one somebody sets.
func (v *visit) alertVerbs(c customers.Customer, r spend.Rule) templ.Component {
	at := v.alertsAddress(c)
	switch {
	case v.visiting() && r.SetBy == spend.ByStaff, !v.visiting() && !v.may(get, "/customers/:id/alerts/new"):
		return ui.Nothing()
	case r.ID == 0:
		return ui.Link("Change", narrowed(at+"/new", "of", alertSubject(r), "thresholds", "80, 100"))
	}
	return page.Beside(ui.Link("Change", fmt.Sprintf("%s/%d", at, r.ID)), ui.Confirm(ui.ConfirmProps{Label: "Remove", Action: fmt.Sprintf("%s/%d", at, r.ID), Values: []ui.Value{{Name: "step", Value: "remove"}}, Confirm: "Remove it", Text: "Nobody is told of it any more. What it told stays in the list below."}))
}

// toldTable is the history: it stays, whatever is corrected afterwards.
func (s spent) toldTable() ui.TableProps {
	t := ui.TableProps{Title: "Alerts that fired", Columns: []ui.Column{{Label: "When", Kind: ui.Tight}, {Label: "What"}, {Label: "Passed", Kind: ui.Figures}, {Label: "Was then", Kind: ui.Figures}, {Label: "Message"}},
		Empty: ui.EmptyProps{Title: "None so far", Text: "Each fires once a period. A later correction does not take it back, and the figures above are those of now."}}
	for _, f := range s.told {
		sent := "Told by a higher threshold, or by webhook"
		if f.Mailed != "" {
			sent = "E-mail"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.At(f.Recorded), ui.TwoLines(f.Subject, ui.SpanText(f.Period)), ui.Text(f.Says(f.Threshold)), ui.Text(f.Says(f.Value)), ui.Text(sent))})
	}
	return t
}

// alertSubject is what a rule looks at, as one word of a form: "limit:7:cap:ceiling".
func alertSubject(r spend.Rule) string {
	switch {
	case r.Kind == spend.Percent:
		return fmt.Sprintf("limit:%d:%s:%s", r.Contract, r.Limit, r.LimitID)
	case r.Line != "":
		return fmt.Sprintf("line:%d:%s", r.Contract, r.Line)
	case r.Meter != "":
		return fmt.Sprintf("meter:%d:%s", r.Contract, r.Meter)
	}
	return fmt.Sprintf("amount:%d", r.Contract)
}

// readSubject is the way back; what cannot be read is left for the verb to refuse.
func readSubject(word string) (r spend.Rule) {
	kind, rest, _ := strings.Cut(word, ":")
	number, rest, _ := strings.Cut(rest, ":")
	id, _ := strconv.ParseInt(number, 10, 64)
	r.Contract = contracts.ID(id)
	switch kind {
	case "amount":
		r.Kind = spend.Amount
	case "meter":
		r.Kind, r.Meter = spend.Units, rest
	case "line":
		r.Kind, r.Line = spend.Units, rest
	case "limit":
		r.Kind = spend.Percent
		limit, name, _ := strings.Cut(rest, ":")
		r.Limit, r.LimitID = contracts.LimitKind(limit), name
	}
	return r
}

// subjects are what an alert of this customer can look at.
func (v *visit) subjects(q postgres.Querier, c customers.Customer) ([]ui.Option, error) {
	agreed, err := contracts.LoadAgreements(v.ctx, q, []customers.AccountID{c.Account})
	if err != nil {
		return nil, err
	}
	sold, err := catalog.Load(v.ctx, q)
	if err != nil {
		return nil, err
	}
	out := []ui.Option{{Value: "amount:0", Label: "The running bill of all contracts, amount before tax"}}
	var meters []string
	for _, a := range agreed[c.Account] {
		if a.PayerOn(v.Today()) != c.ID || !a.Term().Contains(v.Today()) {
			continue
		}
		d := a.Latest().Document
		option := func(r spend.Rule, label string) {
			r.Contract = a.Contract
			out = append(out, ui.Option{Value: alertSubject(r), Label: a.Number + ": " + label})
		}
		option(spend.Rule{Kind: spend.Amount}, "running bill, amount before tax")
		for _, x := range d.Caps {
			option(spend.Rule{Kind: spend.Percent, Limit: contracts.CapLimit, LimitID: x.ID}, "cap "+x.ID+", percent reached")
		}
		for _, x := range d.Prepaid {
			option(spend.Rule{Kind: spend.Percent, Limit: contracts.PrepaidLimit, LimitID: x.ID}, "prepaid balance "+x.ID+", percent used")
		}
		for _, x := range d.Credits {
			option(spend.Rule{Kind: spend.Percent, Limit: contracts.CreditLimit, LimitID: x.ID}, "credit "+x.ID+", percent used")
		}
		for _, x := range d.Commits {
			option(spend.Rule{Kind: spend.Percent, Limit: contracts.CommitmentLimit, LimitID: x.ID}, "commitment "+x.ID+", percent reached")
		}
		for _, l := range d.Lines {
			if l.Usage != nil {
				product, _ := sold.Product(l.Product, d.Start())
				option(spend.Rule{Kind: spend.Units, Line: l.ID}, cmp.Or(l.Description, product.Name, l.ID)+", units of the billing period")
				if !slices.Contains(meters, l.Usage.Meter) {
					meters = append(meters, l.Usage.Meter)
				}
			}
		}
	}
	for _, code := range meters {
		meter, _ := sold.Meter(code)
		out = append(out, ui.Option{Value: "meter:0:" + code, Label: "Meter " + meter.Name + ", units of the billing period"})
	}
	return out, nil
}

// alertForm sets a rule or changes one.
func (v *visit) alertForm() error { return v.showAlertForm(http.StatusOK, nil) }

func (v *visit) showAlertForm(status int, found []fault.Field) error {
	c, err := v.spender(v.DB)
	if err != nil {
		return err
	}
	r, err := v.alertInAddress(c)
	if err != nil {
		return err
	}
	options, err := v.subjects(v.DB, c)
	if err != nil {
		return err
	}
	of, typed, emails := cmp.Or(v.form("of"), v.query("of")), cmp.Or(v.form("thresholds"), v.query("thresholds")), v.form("addresses")
	title, verb, at := "Add an alert", "Add the alert", v.alertsAddress(c)+"/new"
	if r.ID != 0 {
		title, verb, at = "Change an alert", "Save as a new version", fmt.Sprintf("%s/%d", v.alertsAddress(c), r.ID)
		if status == http.StatusOK {
			of, typed, emails = alertSubject(r), thresholds(r, decimal.Decimal.String), strings.Join(r.Addresses, ", ")
		}
	}
	if of != "" && !slices.ContainsFunc(options, func(o ui.Option) bool { return o.Value == of }) {
		options = append(options, ui.Option{Value: of, Label: "As it is: " + of}) // what it looked at has ended
	}
	view := page.AlertForm{
		Head: ui.HeadProps{Title: title, Sub: c.Name, Crumbs: []ui.Anchor{{Label: "Spending", Href: v.spendingAddress(c)}}},
		Text: "Each threshold tells once a period. A later correction does not take it back.",
		Form: ui.FormProps{Action: at, Errors: found}, Back: v.spendingAddress(c), Verb: ui.ButtonProps{Label: verb, Look: ui.Primary},
		Fields: []ui.FieldProps{
			{Name: "of", Label: "Look at", Kind: ui.SelectInput, Value: of, Options: options, Wide: true, Errors: found},
			{Name: "thresholds", Label: "Tell at", Value: typed, Required: true, Errors: found, Placeholder: "80, 100", Hint: "An amount, units, or percent, as what is looked at is measured; several with commas between."},
		},
		Emails: ui.FieldProps{Name: "addresses", Label: "And these addresses", Value: emails, Optional: true, Wide: true, Errors: found, Placeholder: "ops@example.com, cto@example.com", Hint: "With nobody at all the alert goes out as a webhook only."},
	}
	for _, role := range []customers.ContactRole{customers.Technical, customers.Payable, customers.Procurement} {
		on := v.form("role_"+string(role)) != "" || status == http.StatusOK && (r.ID == 0 && role == customers.Technical || slices.Contains(r.Roles, role))
		view.Roles = append(view.Roles, ui.FieldProps{Name: "role_" + string(role), Label: contactRoles[role] + " contacts", Kind: ui.CheckInput, Checked: on})
	}
	room := "customers"
	if v.visiting() {
		room = "spending"
	}
	return v.page(status, frame{Title: title, Room: room}, page.AlertFormPage(view))
}

// alertInAddress is the rule to be changed; none for a new one.
func (v *visit) alertInAddress(c customers.Customer) (spend.Rule, error) {
	if v.param("alert") == "" {
		return spend.Rule{}, nil
	}
	id, err := v.number("alert")
	if err != nil {
		return spend.Rule{}, err
	}
	all, err := spend.Rules(v.ctx, v.DB, c.Account)
	if err != nil {
		return spend.Rule{}, err
	}
	i := slices.IndexFunc(all, func(r spend.Rule) bool {
		return r.ID == id && r.Customer == c.ID && (!v.visiting() || r.SetBy == spend.ByCustomer)
	})
	if i < 0 {
		return spend.Rule{}, fault.New(fault.NotFound, "there is no such alert; it may have been removed")
	}
	return all[i], nil
}

// setAlert writes a rule down, another version of it, or its end.
func (v *visit) setAlert() error {
	c, err := v.spender(v.DB)
	if err != nil {
		return err
	}
	was, err := v.alertInAddress(c)
	if err != nil {
		return err
	}
	if v.form("step") == "remove" && was.ID != 0 {
		if err := v.do(func(t tx) error { return spend.Remove(v.ctx, t, c.ID, was.ID, v.Today(), v.By) }); err != nil {
			return err
		}
		return v.redirect(v.spendingAddress(c), done("The alert is removed."))
	}
	r := readSubject(v.form("of"))
	r.Customer, r.ID = c.ID, was.ID
	var found []fault.Field
	for _, text := range betweenCommas(v.form("thresholds")) {
		d, err := spend.Threshold(strings.TrimSuffix(strings.ReplaceAll(text, " ", ""), "%"))
		if err != nil {
			found = append(found, fault.Field{Path: "thresholds", Value: fault.Shown(text), Message: fmt.Sprintf("%q is not a figure; write 80, 100 or 2500.50", text)})
			continue
		}
		r.Thresholds = append(r.Thresholds, d)
	}
	r.Addresses = betweenCommas(v.form("addresses"))
	for _, role := range []customers.ContactRole{customers.Payable, customers.Procurement, customers.Technical} {
		if v.form("role_"+string(role)) != "" {
			r.Roles = append(r.Roles, role)
		}
	}
	if len(found) == 0 {
		err = v.do(func(t tx) error {
			_, err := spend.Set(v.ctx, t, r, v.Today(), v.By)
			return err
		})
		found = inForm(fault.Fields(err))
	}
	switch {
	case len(found) > 0:
		return v.showAlertForm(http.StatusUnprocessableEntity, found)
	case err != nil:
		return err
	}
	return v.redirect(v.spendingAddress(c), done("The alert is set; it looks at usage every minute."))
}

// betweenCommas is what stands between commas.
func betweenCommas(text string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// inForm brings findings about a rule to the fields of the form.
func inForm(found []fault.Field) []fault.Field {
	out := slices.Clone(found)
	for i := range out {
		name, _, _ := strings.Cut(out[i].Path, "[")
		switch name {
		case "kind", "meter", "line", "limit", "contract":
			name = "of"
		case "roles":
			name = "addresses"
		}
		out[i].Path = name
		if name != "of" && out[i].Value != "" && strings.Contains(found[i].Path, "[") {
			out[i].Message = out[i].Value + " " + out[i].Message
		}
	}
	return out
}
