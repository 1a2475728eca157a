package contracts

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// Bounds that no contract of the field comes near; pricing takes time with each.
const (
	maxWhere = 5
	maxUsers = 200
)

func validateUsage(f *findings, at string, u Usage) {
	f.key(at+".meter", u.Meter, "a meter of the catalog")
	f.cadence(at+".every", u.Every)
	if n := len(u.Where); n > maxWhere {
		f.add(at+".where", "", "names %d dimensions; at most %d are accepted", n, maxWhere)
	}
	for _, name := range slices.Sorted(maps.Keys(u.Where)) {
		here := at + ".where." + fault.Shown(name)
		f.key(here, name, "a dimension of the meter")
		if f.text(here, u.Where[name], 255); u.Where[name] == "" {
			f.add(here, "", "is empty: give the value that events must have to count")
		}
	}
	f.figure(at+".included", u.Included)
	wrong := u.Price.Validate(at + ".price")
	if *f = append(*f, wrong...); len(wrong) > 0 {
		return
	}
	switch _, filtered := u.Where[u.Price.By]; {
	case u.Price.Model == catalog.Matrix && filtered:
		f.add(at+".price.by", u.Price.By, "is fixed by where: usage of one value needs no price by dimension")
	case u.Price.Model == catalog.Matrix && !u.Included.IsZero():
		f.add(at+".included", u.Included.String(), "does not say which value's units are free; begin a price of the matrix with a tier at unit: 0")
	case u.Price.Model == catalog.Percentage && !u.Included.IsZero():
		f.add(at+".included", u.Included.String(), "stands beside a percentage price; say free_units or free_events there")
	}
}

func validateUsers(f *findings, at string, l Line) {
	if n := len(l.Users); n > maxUsers {
		f.add(at, "", "names %d users; at most %d fit on a line", n, maxUsers)
		return
	}
	if len(l.Users) > 0 && l.Usage == nil {
		f.add(at, "", "has no meaning for a fee; users are those whose usage a line counts")
	}
	for i, external := range l.Users {
		here := fmt.Sprintf("%s[%d]", at, i)
		if f.text(here, external, 255); external == "" {
			f.add(here, "", "is empty: give the external id of a member of the paying family")
		}
		if slices.Contains(l.Users[:i], external) {
			f.add(here, fault.Shown(external), "is named twice, and would count twice; once is enough")
		}
	}
}

// checkMeter holds a usage line against the meter it reads.
func (u Usage) checkMeter(f *findings, at string, c *catalog.Catalog) {
	meter, ok := c.Meter(u.Meter)
	if !ok {
		f.add(at+".meter", u.Meter, "is not a meter of the catalog")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(u.Where)) {
		if !meter.Declares(name) {
			f.add(at+".where."+name, name, "is not a dimension that meter %s declares%s", meter.Code, declared(meter))
		}
	}
	if u.Price.Model == catalog.Matrix && !meter.Declares(u.Price.By) {
		f.add(at+".price.by", u.Price.By, "is not a dimension that meter %s declares%s", meter.Code, declared(meter))
	}
	if u.Price.Model == catalog.Percentage && meter.Aggregation != catalog.Sum {
		f.add(at+".price.model", string(u.Price.Model), "takes a part of each event's amount; meter %s does not add amounts up, it is a %s", meter.Code, meter.Aggregation)
	}
}

func declared(m catalog.Meter) string {
	if len(m.Dimensions) == 0 {
		return "; it declares none"
	}
	return fmt.Sprintf("; it declares %s", m.Dimensions)
}

// checkUsers refuses users that the payer does not pay for.
func checkUsers(ctx context.Context, q postgres.Querier, d Document, account customers.AccountID, f *findings) error {
	names := d.users()
	if len(names) == 0 {
		return nil
	}
	known, err := customers.Resolve(ctx, q, names)
	if err != nil {
		return err
	}
	for i, l := range d.Lines {
		for j, external := range l.Users {
			at := fmt.Sprintf("lines[%d].users[%d]", i, j)
			if user, ok := known[external]; !ok {
				f.add(at, fault.Shown(external), "is not the external id of a customer; create the customer first")
			} else if account != 0 && user.Account != account {
				f.add(at, external, "does not belong to the paying family of %s", d.Paying())
			}
		}
	}
	return nil
}
