package web

import (
	"errors"
	"maps"
	"net/http"
	"strings"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
)

// This file is who a form is about: a field takes an external id or a name that only one has.

// resolve puts external ids in the place of names, and the customer's own seller and currency where none was chosen.
func (v *visit) resolve(s sheet) (sheet, []fault.Field, error) {
	out := maps.Clone(s)
	var found []fault.Field
	for _, name := range s.names() {
		f, _ := fieldNamed(name)
		if f.shape != somebody && f.shape != several {
			continue
		}
		called := []string{s[name]}
		if f.shape == several {
			called = strings.FieldsFunc(s[name], func(r rune) bool { return strings.ContainsRune(separators[several], r) })
		}
		var ids []string
		for _, said := range called {
			c, message, err := v.partyNamed(name, strings.TrimSpace(said))
			if err != nil {
				return nil, nil, err
			}
			if message != "" {
				found = append(found, fault.Field{Path: name, Value: fault.Shown(said), Message: message})
			} else if c.ID != 0 {
				ids = append(ids, c.ExternalID)
			}
			if name == "customer" && c.ID != 0 {
				if err := v.customersOwn(out, c); err != nil {
					return nil, nil, err
				}
			}
		}
		if len(ids) > 0 {
			out[name] = strings.Join(ids, ", ")
		}
	}
	return out, found, nil
}

// partyNamed is nobody where the field says nothing that could be looked up.
func (v *visit) partyNamed(name, said string) (customers.Customer, string, error) {
	if said == "" || len(fault.Printable(name, said, 200)) > 0 {
		return customers.Customer{}, "", nil
	}
	return v.partyCalled(said)
}

// customersOwn fills in the seller and currency of a customer where none was chosen.
func (v *visit) customersOwn(s sheet, c customers.Customer) error {
	if strings.TrimSpace(s["currency"]) == "" {
		s["currency"] = string(c.Currency)
	}
	if strings.TrimSpace(s["entity"]) != "" {
		return nil
	}
	directory, err := entities.Load(v.ctx, v.DB)
	if err != nil {
		return err
	}
	seller, _ := directory.ByID(c.Entity)
	s["entity"] = seller.Code
	return nil
}

// partyCalled finds a customer by external id, else by a name that only one has.
func (v *visit) partyCalled(said string) (customers.Customer, string, error) {
	c, err := customers.ByExternalID(v.ctx, v.DB, said, v.Today())
	if err == nil || !errors.Is(err, fault.NotFound) {
		return c, "", err
	}
	found, err := customers.List(v.ctx, v.DB, customers.Filter{Search: said, Limit: 6}, v.Today())
	if err != nil {
		return c, "", err
	}
	var exact []customers.Customer
	for _, f := range found {
		if strings.EqualFold(f.Name, said) || strings.EqualFold(f.LegalName, said) {
			exact = append(exact, f)
		}
	}
	if len(exact) == 1 {
		found = exact
	}
	switch len(found) {
	case 0:
		return c, "is not the external id or the name of a customer; create the customer first", nil
	case 1:
		return found[0], "", nil
	}
	var names []string
	for _, f := range found[:min(len(found), 5)] {
		names = append(names, f.Name+" ("+f.ExternalID+")")
	}
	return c, "could be any of " + strings.Join(names, ", ") + "; give one by its id", nil
}

// suggestParties answers what is typed into a party's field with the customers that may be meant.
func (v *visit) suggestParties() error {
	type suggestion struct {
		Value string `json:"value"`
		Label string `json:"label"`
	}
	out := []suggestion{}
	if q := v.query("q"); q != "" && len(fault.Printable("q", q, 200)) == 0 {
		found, err := customers.List(v.ctx, v.DB, customers.Filter{Search: q, Limit: 20}, v.Today())
		if err != nil {
			return err
		}
		for _, c := range found {
			out = append(out, suggestion{c.ExternalID, partyLabel(c)})
		}
	}
	return v.echo.JSON(http.StatusOK, out)
}

func partyLabel(c customers.Customer) string { return c.Name + ", " + string(c.Currency) }
