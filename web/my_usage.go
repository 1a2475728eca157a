package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/postgres"
	"ratable/web/page"
	"ratable/web/ui"
)

// myUsage is what the reader's company used in a period, and those whose contracts it pays: every SKU of it, and the one
// that the address chooses by day. Amounts are those of contracts that it pays.
func (v *visit) myUsage() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		c, err := v.me(t)
		if err != nil {
			return err
		}
		who, err := v.usersPaidBy(t, c)
		if err != nil {
			return err
		}
		o, err := v.overview(t, c.Account, who, func(a contracts.Agreement) bool { return a.PayerOn(v.Today()) == c.ID })
		if err != nil {
			return err
		}
		o.day = func(x sku) string {
			return v.sameDays("/my/usage", "sku", x.key(), "user", fmt.Sprint(x.Customer))
		}
		chosen, found := v.chosenSKU(o)
		if v.query("format") == "csv" {
			if found && v.query("sku") != "" {
				return v.usageFile(chosen, o.used)
			}
			return v.overviewFile(o, c.ExternalID)
		}
		list := v.overviewPage(o, "/my/usage")
		list.Head = ui.HeadProps{Title: "Usage", Sub: "As counted so far.", Others: ui.Cells(v.csvButton())}
		if found {
			list.Head.Title, list.Head.Sub = chosen.name()+" of "+chosen.customer.Name, "By day, as counted so far."
			days := chosen.dayTable(o.used)
			days.Title, days.Caption = chosen.name()+" of "+chosen.customer.Name, ""
			for i := range days.Rows {
				days.Rows[i].Href = ""
			}
			if v.query("sku") != "" {
				list.Head.Crumbs = []ui.Anchor{{Label: "Usage", Href: v.with("sku", "", "user", "")}}
				list.Parts, list.Tables, list.Notes = nil, nil, nil
			} else {
				list.Head.Title = "Usage"
			}
			list.Parts, list.Tables = append(list.Parts, ui.Chart(unlinked(chosen.chart(o.used)))), append(list.Tables, days)
		}
		return v.page(http.StatusOK, frame{Title: "Usage", Room: "usage"}, page.ListPage(list))
	})
}

// chosenSKU is the SKU that the address chooses, or the only one there is. Only what counted something can be chosen: the
// rest of the catalog is none of their business.
func (v *visit) chosenSKU(o *overview) (metered, bool) {
	key, user := v.query("sku"), customers.ID(v.queryNumber("user"))
	for _, x := range o.skus {
		if len(o.skus) == 1 && key == "" || x.key() == key && (user == 0 || user == x.Customer) {
			return metered{customer: o.who[x.Customer], meter: x.Meter, days: o.whole, sku: x.key(), one: x}, true
		}
	}
	return metered{}, false
}

// usersPaidBy is the customer first, then those whose contracts it pays, as a reseller does.
func (v *visit) usersPaidBy(q postgres.Querier, c customers.Customer) ([]customers.Customer, error) {
	agreed, err := contracts.LoadAgreements(v.ctx, q, []customers.AccountID{c.Account})
	if err != nil {
		return nil, err
	}
	var ids []customers.ID
	for _, a := range agreed[c.Account] {
		if a.PayerOn(v.Today()) == c.ID && a.Customer != c.ID {
			ids = append(ids, a.Customer)
		}
	}
	found, err := customers.LoadMany(v.ctx, q, unique(ids), v.Today())
	out := []customers.Customer{c}
	for _, id := range unique(ids) {
		out = append(out, found[id])
	}
	slices.SortStableFunc(out[1:], func(a, b customers.Customer) int { return cmp.Compare(a.Name, b.Name) })
	return out, err
}

// unlinked takes the doors out of a drawing: single events stay with those who look after the metering.
func unlinked(c ui.ChartProps) ui.ChartProps {
	for i := range c.Series {
		for j := range c.Series[i].Marks {
			c.Series[i].Marks[j].Href = ""
		}
	}
	return c
}
