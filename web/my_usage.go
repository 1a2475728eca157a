package web

import (
	"net/http"
	"slices"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/usage"
	"ratable/web/page"
	"ratable/web/ui"
)

// myUsage is this month or the last by meter, and one meter of it by day.
func (v *visit) myUsage() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		c, err := v.me(t)
		if err != nil {
			return err
		}
		this := v.Today().MonthOf()
		last := this.Prev()
		days, err := usage.LoadDays(v.ctx, t, []customers.AccountID{c.Account}, last.First(), this.End())
		if err != nil {
			return err
		}
		used := days[c.Account]
		meters, err := v.metersOf(t, c, used, period.NewSpan(last.First(), this.End()))
		if err != nil {
			return err
		}
		m := metered{customer: c, month: this}
		if v.queryMonth("month") == last {
			m.month = last
		}
		list := page.List{Head: ui.HeadProps{Title: "Usage", Sub: "What " + c.Name + " used this month and in the last, as counted so far."}, Tables: []ui.TableProps{v.meterTable(c, meters, used, last, this)}}
		if len(meters) > 0 {
			m.meter = meters[max(0, slices.IndexFunc(meters, func(x catalog.Meter) bool { return x.Code == v.query("meter") }))]
			list.Filter = v.narrowing("/my/usage", "")
			list.Filter.Props.Chips = v.meterChips(m, meters, last, this)
			list.Parts = ui.Cells(ui.Chart(unlinked(m.chart(used))))
			list.Tables = append(list.Tables, m.dayTable(used))
		}
		return v.page(http.StatusOK, frame{Title: "Usage", Room: "usage"}, page.ListPage(list))
	})
}

// metersOf are those that counted anything of the customer's in the span: the rest of the catalog is none of their business.
func (v *visit) metersOf(q postgres.Querier, c customers.Customer, used *usage.Days, span period.Span) ([]catalog.Meter, error) {
	sold, err := catalog.Load(v.ctx, q)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(sold.Meters()), func(m catalog.Meter) bool {
		return used.Quantity(usage.Key{Customer: c.ID, Meter: m.Code}, span).IsZero()
	}), nil
}

func (v *visit) meterChips(m metered, meters []catalog.Meter, months ...period.Month) (chips []ui.Chip) {
	for _, month := range months {
		chips = append(chips, ui.Chip{Label: ui.MonthText(month), Href: v.with("month", month.String()), On: month == m.month})
	}
	for _, other := range meters {
		chips = append(chips, ui.Chip{Label: other.Name, Href: v.with("meter", other.Code), On: other.Code == m.meter.Code})
	}
	return chips
}

func (v *visit) meterTable(c customers.Customer, meters []catalog.Meter, used *usage.Days, last, this period.Month) ui.TableProps {
	t := ui.TableProps{Caption: "Meters", Columns: []ui.Column{{Label: "Meter"}, {Label: "Unit"}, {Label: ui.MonthText(last), Kind: ui.Figures}, {Label: ui.MonthText(this), Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing used in these two months"}}
	for _, m := range meters {
		key := usage.Key{Customer: c.ID, Meter: m.Code}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(m.Name), ui.Text(m.Unit), ui.Text(digits(used.Quantity(key, last.Span()))), ui.Text(digits(used.Quantity(key, this.Span()))))})
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
