package web

import (
	"fmt"
	"net/http"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/web/page"
	"ratable/web/ui"
)

// mergeForm asks which customer this one is a duplicate of.
func (v *visit) mergeForm() error { return v.showMerge(http.StatusOK, nil) }

func (v *visit) showMerge(status int, found []fault.Field) error {
	c, err := v.customerAt()
	if err != nil {
		return err
	}
	at := customerAddress(c.ID)
	view := page.Ask{
		Head: ui.HeadProps{Title: c.Name + " is a duplicate", Crumbs: []ui.Anchor{{Label: "Customers", Href: "/customers"}, {Label: c.Name, Href: at}}},
		Text: []string{
			"Nothing is moved: its contracts and invoices stay where they are, its page points to the customer that stays, and lists show only that one.",
			"Usage sent under the number " + c.ExternalID + " counts for the customer that stays from today on; usage so far, too, where no contract bills it. It can be taken back: then everything reads as before.",
		},
		Form: ui.FormProps{Action: at + "/merge", Errors: found}, Back: at,
		Fields: []ui.FieldProps{
			{Name: "into", Label: "The customer that stays", Value: v.form("into"), Hint: "Its number or its full name", Required: true, Errors: found},
			{Name: "reason", Label: "How it is known that they are one", Value: v.form("reason"), Hint: "Kept in the audit trail", Required: true, Wide: true, Errors: found},
		},
		Verb: ui.ButtonProps{Label: "Merge " + c.Name, Look: ui.Primary},
	}
	return v.page(status, frame{Title: view.Head.Title, Room: "customers"}, page.AskPage(view))
}

func (v *visit) merge() error {
	c, err := v.customerAt()
	if err != nil {
		return err
	}
	into, found, err := v.customerTyped("into")
	if err == nil && len(found) == 0 {
		err = v.do(func(t tx) error {
			return contracts.MergeCustomers(v.ctx, t, c.ID, into.ID, v.form("reason"), v.Today(), v.By)
		})
		for _, f := range fault.Fields(err) {
			if f.Path == "duplicate" { // the field is this page's customer: say it where it can be read
				f.Path, f.Message = "into", c.ExternalID+" "+f.Message
			}
			found = append(found, f)
		}
	}
	if len(found) > 0 {
		return v.showMerge(http.StatusUnprocessableEntity, found)
	}
	if err != nil {
		return err
	}
	return v.redirect(customerAddress(into.ID), done(c.Name+" is merged. What is sent under "+c.ExternalID+" counts for this customer."))
}

// customerTyped finds the customer somebody means by a number or a whole name; a finding says who else it could be.
func (v *visit) customerTyped(field string) (customers.Customer, []fault.Field, error) {
	said := v.form(field)
	finding := func(message string) []fault.Field {
		return []fault.Field{{Path: field, Value: fault.Shown(said), Message: message}}
	}
	c, err := customers.ByExternalID(v.ctx, v.DB, said, v.Today())
	if err == nil || said == "" {
		if said == "" {
			return c, finding("is missing: give a customer's number or name"), nil
		}
		return c, nil, nil
	}
	if kind := fault.Kind(err); kind != fault.NotFound && kind != fault.Invalid {
		return c, nil, err
	}
	all, err := customers.List(v.ctx, v.DB, customers.Filter{Search: said, Duplicates: true, Limit: 3}, v.Today())
	switch {
	case fault.Kind(err) == fault.Invalid:
		return c, fault.Fields(err), nil
	case err != nil:
		return c, nil, err
	case len(all) == 0:
		return c, finding("is neither a customer's number nor part of a name"), nil
	case len(all) > 1:
		return c, finding(fmt.Sprintf("may be %s (%s) or %s (%s): give the number", all[0].Name, all[0].ExternalID, all[1].Name, all[1].ExternalID)), nil
	}
	return all[0], nil, nil
}

// unmerge takes a merge back.
func (v *visit) unmerge() error {
	c, err := v.customerAt()
	if err != nil {
		return err
	}
	if err := v.do(func(t tx) error { return customers.Unmerge(v.ctx, t, c.ID, v.Today(), v.form("reason"), v.By) }); err != nil {
		return err
	}
	return v.redirect(customerAddress(c.ID), done("The merge is taken back: they are two customers again."))
}

// ownInvoice decides whether what the customer uses goes on a document of its own where somebody else pays.
func (v *visit) ownInvoice() error {
	c, err := v.customerAt()
	if err != nil {
		return err
	}
	own := v.form("own") == "yes"
	change := customers.Amendment{StartsOn: v.Today(), OwnInvoice: &own, Reason: v.form("reason")}
	if err := v.do(func(t tx) error { return customers.Amend(v.ctx, t, c.ID, change, v.By) }); err != nil {
		return err
	}
	text := "From today on its charges stand on the payer's common invoice, under a heading of its own."
	if own {
		text = "From today on its charges come on an invoice of their own."
	}
	return v.redirect(customerAddress(c.ID), done(text))
}
