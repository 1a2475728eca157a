package web

import (
	"net/http"
	"time"

	"github.com/a-h/templ"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/usage"
	"ratable/web/page"
	"ratable/web/ui"
)

// behind asks for the events of the meter or SKU on the days that are looked at.
func (m metered) behind() usage.Behind {
	b := usage.Behind{Account: m.customer.Account, Reading: m.reading(), Days: m.days}
	if m.sku != "" {
		b.Reading.Where = m.one.Dimensions
		for _, name := range m.meter.Dimensions {
			if _, says := m.one.Dimensions[name]; !says {
				b.Lacking = append(b.Lacking, name)
			}
		}
	}
	return b
}

// dayEvents are the hours of a day and the events that its quantity is made of.
func (v *visit) dayEvents() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		m, sold, err := v.metered(t)
		if err != nil {
			return err
		}
		if all := sold.Meters(); m.meter.Code == "" && len(all) > 0 {
			m.meter = all[0]
		}
		day := v.queryDate("day")
		if day.IsZero() {
			day = v.Today()
		}
		m.days = period.NewSpan(day, day.AddDays(1))
		if _, err := m.load(v, t); err != nil {
			return err
		}
		b := m.behind()
		if v.query("format") == "csv" {
			return v.behindFile(t, b, "events.csv")
		}
		hours, err := usage.BehindHours(v.ctx, t, b)
		if err != nil {
			return err
		}
		table, err := v.behindTable(t, b)
		if err != nil {
			return err
		}
		list := page.List{Head: ui.HeadProps{Title: m.name() + " on " + ui.DayText(day), Sub: m.customer.Name, Others: ui.Cells(v.csvButton()),
			Crumbs: []ui.Anchor{{Label: "Usage", Href: "/usage"}, {Label: m.customer.Name, Href: narrowed(usageAddress(m.customer.ID), "month", day.MonthOf())},
				{Label: m.name(), Href: narrowed(usageAddress(m.customer.ID), "meter", m.meter.Code, "sku", m.sku, "month", day.MonthOf())}}}, Tables: []ui.TableProps{table}}
		gone, err := v.correctedAway(t, b)
		if err != nil {
			return err
		}
		list.Tables = append(list.Tables, gone...)
		if len(hours) > 1 {
			list.Parts = []templ.Component{ui.Chart(hourChart(hours, m.meter.Unit))}
		}
		return v.page(http.StatusOK, frame{Title: "Events", Room: "usage"}, page.ListPage(list))
	})
}

// hourChart draws the hours from the first to the last with usage; one that the clock repeats in autumn stands twice.
func hourChart(hours []usage.BehindPart, unit string) ui.ChartProps {
	c := ui.ChartProps{Title: "By the hour", Kind: ui.Bars, Head: "Hour", Series: []ui.Series{{Name: unit}}}
	for i, h := range hours {
		if i > 0 {
			for at := hours[i-1].Hour.Add(time.Hour); at.Before(h.Hour); at = at.Add(time.Hour) {
				c.Labels, c.Series[0].Marks = append(c.Labels, at.Format("15:04")), append(c.Series[0].Marks, ui.Mark{Text: "0"})
			}
		}
		c.Labels, c.Series[0].Marks = append(c.Labels, h.Hour.Format("15:04")), append(c.Series[0].Marks, ui.Mark{Value: h.Counts.IntPart(), Text: digits(h.Counts)})
	}
	return c
}

// behindTable is a page of events behind a quantity. What each counts stands beside it where that is not its quantity.
func (v *visit) behindTable(t tx, b usage.Behind) (ui.TableProps, error) {
	found, err := usage.BehindPage(v.ctx, t, b, readEventCursor(v.query("after")), pageLength+1)
	if err != nil {
		return ui.TableProps{}, err
	}
	found, pager := paged(v, found, func(e usage.CountedEvent) string { return writeEventCursor(e.At) })
	table := ui.TableProps{Caption: "Events", Pager: &pager, Wide: true, Columns: []ui.Column{{Label: "When", Kind: ui.Tight}, {Label: "Quantity", Kind: ui.Figures}, {Label: "Counts", Kind: ui.Figures}, {Label: "Source and id", Kind: ui.Tight}, {Label: "Dimensions", Kind: ui.Tight}, {Label: "Recorded", Kind: ui.Tight}},
		Empty: ui.EmptyProps{Title: "No event on this day"}}
	zones, err := v.zones(t, b.Reading.Customers)
	if err != nil {
		return table, err
	}
	layout := "2 Jan, 15:04:05"
	if b.Days.Days() == 1 {
		layout = "15:04:05"
	}
	for _, e := range found {
		var counts templ.Component = ui.Text(digits(e.Counts))
		if e.Counts.IsZero() {
			counts = ui.Nothing()
		}
		table.Rows = append(table.Rows, ui.Row{Href: v.eventLink(e.User, e.Source, e.ID), Cells: ui.Cells(ui.Text(e.OccurredAt.In(zones[e.User]).Format(layout)), ui.Text(digits(e.Quantity)), counts, ui.TwoLines(e.ID, e.Source), orDash(dimensions(e.Dimensions)), ui.At(e.RecordedAt))})
	}
	return table, nil
}

// behindFile hands over all events behind a quantity, one at a time.
func (v *visit) behindFile(t tx, b usage.Behind, name string) error {
	head := []string{"customer", "meter", "source", "id", "occurred_at", "day", "quantity", "counted", "dimensions", "recorded_at"}
	return v.csvFile(name, head, func(write func(cells ...string) error) error {
		return usage.EachBehind(v.ctx, t, b, func(e usage.CountedEvent) error {
			return write(e.Customer, e.Meter, e.Source, e.ID, instant(&e.OccurredAt), e.Day.String(), e.Quantity.String(), e.Counts.String(), dimensions(e.Dimensions), instant(&e.RecordedAt))
		})
	})
}

func periodText(s period.Span) string {
	if s == s.Start.MonthOf().Span() {
		return ui.MonthText(s.Start.MonthOf())
	}
	return ui.SpanText(s)
}

// zones are those that decide the days of some customers: their sellers'.
func (v *visit) zones(q postgres.Querier, who []customers.ID) (map[customers.ID]*time.Location, error) {
	parties, err := customers.Placements(v.ctx, q, who)
	if err != nil {
		return nil, err
	}
	directory, err := entities.Load(v.ctx, q)
	out := map[customers.ID]*time.Location{}
	for id, p := range parties {
		seller, _ := directory.ByID(p.Entity)
		out[id] = seller.Location()
	}
	return out, err
}
