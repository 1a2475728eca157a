package web

import (
	"cmp"
	"crypto/rand"
	"net/http"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/web/page"
	"ratable/web/ui"
)

// subscribeForm signs somebody up who writes or calls. The key in the form makes a second click the same sign-up.
func (v *visit) subscribeForm() error { return v.showSubscribe(http.StatusOK, nil) }

func (v *visit) showSubscribe(status int, found []fault.Field) error {
	sold, err := catalog.Load(v.ctx, v.DB)
	if err != nil {
		return err
	}
	directory, err := entities.Load(v.ctx, v.DB)
	if err != nil {
		return err
	}
	var plans []ui.Option
	for _, p := range sold.Newest().Plans {
		if on, ok := sold.Plan(p.Code, v.Today()); ok && !on.Retired {
			plans = append(plans, ui.Option{Value: p.Code, Label: on.Name})
		}
	}
	if len(plans) == 0 {
		return v.page(status, frame{Title: "New subscription", Room: "subscriptions"}, page.ListPage(page.List{Head: ui.HeadProps{Title: "New subscription"}, Parts: ui.Cells(page.Notice(page.Note{
			Title: "No plan is on sale", Text: "Product people put one on sale in the catalog.", Tone: ui.Warn, Link: ui.Anchor{Label: "Catalog", Href: "/catalog"}}))}))
	}
	var sellers []ui.Option
	for _, e := range directory.All() {
		sellers = append(sellers, ui.Option{Value: e.Code, Label: e.Name})
	}
	view := page.Ask{
		Head: ui.HeadProps{Title: "New subscription", Crumbs: []ui.Anchor{{Label: "Subscriptions", Href: "/subscriptions"}}},
		Text: []string{"The customer's names are compared with the list of sanctioned parties first. Without a match the contract runs at once, as the plan was published; with one it waits until finance or an administrator has looked."},
		Form: ui.FormProps{Action: "/subscriptions/new", Errors: found, Values: []ui.Value{{Name: "key", Value: cmp.Or(v.form("key"), rand.Text())}}},
		Verb: ui.ButtonProps{Label: "Sign up", Look: ui.Primary}, Back: "/subscriptions",
		Fields: []ui.FieldProps{
			{Name: "plan", Label: "Plan", Kind: ui.SelectInput, Options: plans, Required: true},
			{Name: "quantity", Label: "Quantity", Kind: ui.NumberInput, Optional: true, Hint: "Empty: as the plan says"},
			{Name: "starts_on", Label: "First day", Kind: ui.DateInput, Value: v.Today().String(), Required: true, Hint: "Bills come on this day of the month"},
			{Name: "entity", Label: "Sold by", Kind: ui.SelectInput, Options: sellers, Required: true},
			{Name: "currency", Label: "Currency", Placeholder: "USD", Optional: true, Hint: "Only where the plan has none of its own"},
			{Name: "existing_customer", Label: "Customer there is already", Optional: true, Hint: "Its number; then leave the rest empty"},
			{Name: "customer.name", Label: "Name", Hint: "Of the firm or person"},
			{Name: "customer.legal_name", Label: "Legal name", Optional: true},
			{Name: "customer.kind", Label: "Is a", Kind: ui.SelectInput, Options: []ui.Option{{Value: "business", Label: "Business"}, {Value: "consumer", Label: "Consumer"}, {Value: "government", Label: "Public body"}, {Value: "nonprofit", Label: "Nonprofit"}}},
			{Name: "customer.contact", Label: "Who gets the invoices", Optional: true},
			{Name: "customer.email", Label: "Their e-mail", Kind: ui.EmailInput, Optional: true},
			{Name: "customer.lines", Label: "Street", Optional: true},
			{Name: "customer.postcode", Label: "Postal code", Optional: true},
			{Name: "customer.city", Label: "City", Optional: true},
			{Name: "customer.region", Label: "State or province", Optional: true},
			{Name: "customer.country", Label: "Country", Placeholder: "US", Hint: "Two letters"},
			{Name: "customer.tax_id_kind", Label: "Kind of tax number", Optional: true, Placeholder: "eu_vat"},
			{Name: "customer.tax_id", Label: "Tax number", Optional: true},
		},
	}
	v.refill(view.Fields, found)
	return v.page(status, frame{Title: view.Head.Title, Room: "subscriptions"}, page.AskPage(view))
}

// refill puts back what was sent and what is wrong with it.
func (v *visit) refill(fields []ui.FieldProps, found []fault.Field) {
	for i := range fields {
		f := &fields[i]
		f.Errors = found
		if sent := v.echo.Request().PostForm; sent.Has(f.Name) {
			f.Value = sent.Get(f.Name)
		}
	}
}

// quantityTyped reads a quantity; empty is none.
func (v *visit) quantityTyped(name string) (decimal.Decimal, []fault.Field) {
	text := v.form(name)
	if text == "" {
		return decimal.Zero, nil
	}
	q, err := money.ParseDecimal(text)
	if err != nil || !q.IsPositive() {
		return q, []fault.Field{{Path: name, Value: fault.Shown(text), Message: "must be a number such as 5"}}
	}
	return q, nil
}

func (v *visit) subscribe() error {
	r := contracts.SignUpRequest{Key: v.form("key"), Plan: v.form("plan"), Entity: v.form("entity"), Currency: v.form("currency"), Existing: v.form("existing_customer")}
	quantity, found := v.quantityTyped("quantity")
	r.Quantity = quantity
	if v.form("starts_on") == "" {
		r.StartsOn = v.Today()
	} else {
		var more []fault.Field
		r.StartsOn, more = v.dayTyped("starts_on")
		found = append(found, more...)
	}
	if r.Existing == "" || v.form("customer.name") != "" {
		s := contracts.Signer{
			Name: v.form("customer.name"), LegalName: v.form("customer.legal_name"), Kind: v.form("customer.kind"), Contact: v.form("customer.contact"), Email: v.form("customer.email"),
			City: v.form("customer.city"), Region: v.form("customer.region"), Postcode: v.form("customer.postcode"), Country: v.form("customer.country"),
			TaxID: v.form("customer.tax_id"), TaxIDKind: v.form("customer.tax_id_kind"),
		}
		if line := v.form("customer.lines"); line != "" {
			s.Lines = []string{line}
		}
		r.Customer = &s
	}
	if len(found) > 0 {
		return v.showSubscribe(http.StatusUnprocessableEntity, found)
	}
	var out contracts.SignedUp
	err := v.do(func(t tx) (err error) {
		out, err = contracts.SignUp(v.ctx, t, r, v.Today(), v.By)
		return err
	})
	switch {
	case len(fault.Fields(err)) > 0:
		return v.showSubscribe(http.StatusUnprocessableEntity, fault.Fields(err))
	case err != nil:
		return err
	case out.Held():
		return v.redirect(customerAddress(out.Customer.ID), ui.Flash{Text: out.Customer.Name + " is held: it may be a listed party. Nothing is sold before a person has looked.", Tone: ui.Warn})
	}
	return v.redirect(contractAddress(out.Number), done(out.Number+" runs from "+ui.DayText(r.StartsOn)))
}
