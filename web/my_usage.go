package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/usage"
	"ratable/web/page"
	"ratable/web/ui"
)

// consumption is what the reader may know of usage: their own, and of those whose contracts they pay.
type consumption struct {
	used       *usage.Days
	last, this period.Month
	lines      []metered // whoever used a meter in one of the two months; month is not set
}

// myUsage is this month and the last by meter, and one meter of it by day.
func (v *visit) myUsage() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		c, err := v.me(t)
		if err != nil {
			return err
		}
		u, err := v.consumption(t, c)
		if err != nil {
			return err
		}
		list := page.List{Head: ui.HeadProps{Title: "Usage", Sub: "This month and the last, as counted so far."}, Tables: []ui.TableProps{u.table(v.queryMonth("month"))}}
		if len(u.lines) > 0 {
			m := v.chosenMeter(u)
			list.Filter = &page.Narrowing{Props: ui.FilterProps{Action: "/my/usage"}}
			for _, month := range []period.Month{u.last, u.this} {
				list.Filter.Props.Chips = append(list.Filter.Props.Chips, ui.Chip{Label: ui.MonthText(month), Href: v.with("month", month.String()), On: month == m.month})
			}
			list.Parts = ui.Cells(ui.Chart(unlinked(m.chart(u.used))))
			days := m.dayTable(u.used)
			days.Title, days.Caption = m.meter.Name+" of "+m.customer.Name, ""
			list.Tables = append(list.Tables, days)
		}
		return v.page(http.StatusOK, frame{Title: "Usage", Room: "usage"}, page.ListPage(list))
	})
}

func (v *visit) consumption(q postgres.Querier, c customers.Customer) (u consumption, err error) {
	u.this = v.Today().MonthOf()
	u.last = u.this.Prev()
	who, err := v.usersPaidBy(q, c)
	if err != nil {
		return u, err
	}
	days, err := usage.LoadDays(v.ctx, q, []customers.AccountID{c.Account}, u.last.First(), u.this.End())
	if err != nil {
		return u, err
	}
	u.used = days[c.Account]
	sold, err := catalog.Load(v.ctx, q)
	if err != nil {
		return u, err
	}
	// Only what counted something: the rest of the catalog is none of their business.
	for _, one := range who {
		for _, meter := range sold.Meters() {
			m := metered{customer: one, meter: meter}
			if !m.total(u.used, period.NewSpan(u.last.First(), u.this.End())).IsZero() {
				u.lines = append(u.lines, m)
			}
		}
	}
	return u, nil
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

// chosenMeter reads from the address which line is shown by day; a name that is not among the lines is the first.
func (v *visit) chosenMeter(u consumption) metered {
	i := slices.IndexFunc(u.lines, func(m metered) bool {
		return m.meter.Code == v.query("meter") && m.customer.ID == customers.ID(v.queryNumber("user"))
	})
	m := u.lines[max(0, i)]
	if m.month = u.this; v.queryMonth("month") == u.last {
		m.month = u.last
	}
	return m
}

// table opens each line by day, in the month that is looked at.
func (u consumption) table(month period.Month) ui.TableProps {
	t := ui.TableProps{Caption: "Meters", Columns: []ui.Column{{Label: "Meter"}, {Label: "Used by"}, {Label: "Unit"}, {Label: ui.MonthText(u.last), Kind: ui.Figures}, {Label: ui.MonthText(u.this), Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing used in these two months"}}
	for _, m := range u.lines {
		t.Rows = append(t.Rows, ui.Row{Href: narrowed("/my/usage", "meter", m.meter.Code, "user", fmt.Sprint(m.customer.ID), "month", month), Cells: ui.Cells(ui.Text(m.meter.Name), ui.Text(m.customer.Name), ui.Text(m.meter.Unit),
			ui.Text(digits(m.total(u.used, u.last.Span()))), ui.Text(digits(m.total(u.used, u.this.Span()))))})
	}
	return t
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
