package web

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/period"
	"ratable/usage"
	"ratable/web/page"
	"ratable/web/ui"
)

// usageHead is the top of the room's pages, one tab each.
func (v *visit) usageHead(title, sub string) ui.HeadProps {
	at := v.echo.Request().URL.Path
	h := ui.HeadProps{Title: title, Sub: sub, Others: ui.Cells(v.csvButton())}
	for _, tab := range []ui.Tab{{Label: "By customer", Href: "/usage"}, {Label: "Quarantine", Href: "/usage/quarantine"}, {Label: "Conflicts", Href: "/usage/conflicts"}} {
		tab.On = tab.Href == at
		h.Tabs = append(h.Tabs, tab)
	}
	return h
}

func (v *visit) usageMonth() period.Month {
	if m := v.queryMonth("month"); !m.IsZero() {
		return m
	}
	return v.Today().MonthOf()
}

// monthBar chooses a month, with the search beside it.
func (v *visit) monthBar(action, placeholder string, month period.Month) *page.Narrowing {
	n := v.narrowing(action, placeholder)
	var chips []ui.Chip
	for _, m := range []period.Month{month.Prev(), month, month.Next()} {
		chips = append(chips, ui.Chip{Label: ui.MonthText(m), Href: v.with("month", m.String()), On: m == month})
	}
	n.Props.Chips = append(chips, n.Props.Chips...)
	n.Fields = []ui.FieldProps{{Name: "month", Label: "Month", Kind: ui.MonthInput, Value: month.String()}}
	if meter := v.query("meter"); meter != "" {
		n.Keep = append(n.Keep, ui.Value{Name: "meter", Value: meter})
		n.Props.Keep = append(n.Props.Keep, ui.Value{Name: "meter", Value: meter})
	}
	n.Props.Keep = append(n.Props.Keep, ui.Value{Name: "month", Value: month.String()})
	return n
}

func usageAddress(id customers.ID) string { return fmt.Sprintf("/usage/customers/%d", id) }

// metered is what one customer used of one meter, day by day.
type metered struct {
	customer customers.Customer
	meter    catalog.Meter
	month    period.Month
	zone     *time.Location
}

// metered reads customer, meter and month from the address; without a meter the first there is.
func (v *visit) metered(t tx) (m metered, meters []catalog.Meter, err error) {
	id, err := v.number("id")
	if err != nil {
		return m, nil, err
	}
	if m.customer, err = customers.Get(v.ctx, t, customers.ID(id), v.Today()); err != nil {
		return m, nil, err
	}
	sold, err := catalog.Load(v.ctx, t)
	if err != nil {
		return m, nil, err
	}
	directory, err := entities.Load(v.ctx, t)
	if err != nil {
		return m, nil, err
	}
	seller, _ := directory.ByID(m.customer.Entity)
	m.zone, m.month, meters = seller.Location(), v.usageMonth(), sold.Meters()
	code := v.query("meter")
	if code == "" && v.query("contract") != "" {
		if code, err = v.meterOf(t, v.query("contract"), v.query("line")); err != nil {
			return m, nil, err
		}
	}
	if found, ok := sold.Meter(code); ok {
		m.meter = found
	} else if len(meters) > 0 {
		m.meter = meters[0]
	}
	return m, meters, nil
}

// customerUsage is a month of one meter as a chart and a table; a day opens its events.
func (v *visit) customerUsage() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		m, meters, err := v.metered(t)
		if err != nil {
			return err
		}
		days, err := usage.LoadDays(v.ctx, t, []customers.AccountID{m.customer.Account}, m.month.First(), m.month.End())
		if err != nil {
			return err
		}
		used := days[m.customer.Account]
		if v.query("format") == "csv" {
			return v.usageFile(m, used)
		}
		list := page.List{
			Head: ui.HeadProps{Title: m.customer.Name, Sub: m.meter.Name + " by day, in the time zone of the seller (" + m.zone.String() + ").",
				Crumbs: []ui.Anchor{{Label: "Usage", Href: "/usage"}, {Label: "Customer", Href: customerAddress(m.customer.ID)}}, Others: ui.Cells(v.csvButton())},
			Filter: v.monthBar(usageAddress(m.customer.ID), "", m.month),
			Tables: []ui.TableProps{m.dayTable(used)},
		}
		for _, other := range meters {
			list.Filter.Props.Chips = append(list.Filter.Props.Chips, ui.Chip{Label: other.Name, Href: v.with("meter", other.Code), On: other.Code == m.meter.Code})
		}
		list.Parts = ui.Cells(ui.Chart(m.chart(used)))
		return v.page(http.StatusOK, frame{Title: m.customer.Name, Room: "usage"}, page.ListPage(list))
	})
}

// meterOf is what a line of a contract counts, by the version agreed last; none for a line that counts nothing.
func (v *visit) meterOf(t tx, number, line string) (string, error) {
	c, err := contracts.Get(v.ctx, t, number)
	if err != nil {
		return "", err
	}
	for _, l := range c.Latest().Document.Lines {
		if l.ID == line && l.Usage != nil {
			return l.Usage.Meter, nil
		}
	}
	return "", nil
}

func (m metered) reading() usage.Reading {
	return usage.Reading{Customers: []customers.ID{m.customer.ID}, Meter: m.meter}
}

// total is what the meter came to over some days.
func (m metered) total(used *usage.Days, days period.Span) decimal.Decimal {
	total, err := used.Total(m.reading(), days)
	if err != nil {
		panic(err) // single events come with every load
	}
	return total
}

func (m metered) eventsAddress(day period.Date) string {
	return narrowed(usageAddress(m.customer.ID)+"/events", "meter", m.meter.Code, "day", day)
}

// chart draws whole units; the table below holds every value exactly.
func (m metered) chart(used *usage.Days) ui.ChartProps {
	c := ui.ChartProps{Title: cmp.Or(m.meter.Name, "Usage") + " by day", Kind: ui.Bars, Head: "Day", Series: []ui.Series{{Name: cmp.Or(m.meter.Unit, "Used")}}}
	for day := m.month.First(); day.Before(m.month.End()); day = day.AddDays(1) {
		quantity := m.total(used, period.NewSpan(day, day.AddDays(1)))
		c.Labels = append(c.Labels, fmt.Sprint(day.Day()))
		mark := ui.Mark{Value: quantity.IntPart(), Text: digits(quantity)}
		if !quantity.IsZero() {
			mark.Href = m.eventsAddress(day)
		}
		c.Series[0].Marks = append(c.Series[0].Marks, mark)
	}
	return c
}

func (m metered) dayTable(used *usage.Days) ui.TableProps {
	t := ui.TableProps{Caption: "Days", Columns: []ui.Column{{Label: "Day", Kind: ui.Tight}, {Label: "Used", Kind: ui.Figures}, {Label: "So far", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing used in this month"}}
	sofar := decimal.Zero
	m.eachDay(used, func(day period.Date, quantity decimal.Decimal) {
		sofar = m.total(used, period.NewSpan(m.month.First(), day.AddDays(1))) // days of a largest or distinct use do not add up
		t.Rows = append(t.Rows, ui.Row{Href: m.eventsAddress(day), Cells: ui.Cells(ui.Day(day), ui.Text(digits(quantity)), ui.Text(digits(sofar)))})
	})
	if len(t.Rows) > 0 {
		t.Foot = []ui.Row{{Cells: ui.Cells(ui.Text(ui.MonthText(m.month)), ui.Text(digits(sofar)), ui.Text(m.meter.Unit))}}
	}
	return t
}

// eachDay visits the days of the month that have usage.
func (m metered) eachDay(used *usage.Days, visit func(day period.Date, quantity decimal.Decimal)) {
	if err := used.Daily(m.reading(), m.month.Span(), visit); err != nil {
		panic(err) // single events come with every load
	}
}

func (v *visit) usageFile(m metered, used *usage.Days) error {
	name := fmt.Sprintf("usage-%s-%s-%s.csv", m.customer.ExternalID, m.meter.Code, m.month)
	return v.csvFile(strings.Map(plainName, name), []string{"customer", "meter", "day", "quantity", "unit"}, func(write func(cells ...string) error) error {
		var failed error
		m.eachDay(used, func(day period.Date, quantity decimal.Decimal) {
			if failed == nil {
				failed = write(m.customer.ExternalID, m.meter.Code, day.String(), quantity.String(), m.meter.Unit)
			}
		})
		return failed
	})
}

// dayEvents are the events that a day's quantity is made of.
func (v *visit) dayEvents() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		m, _, err := v.metered(t)
		if err != nil {
			return err
		}
		day := v.queryDate("day")
		if day.IsZero() {
			day = v.Today()
		}
		f := usage.EventFilter{Account: m.customer.Account, Customer: m.customer.ID, Meter: m.meter.ID, From: day.Time(m.zone), Until: day.AddDays(1).Time(m.zone), Limit: pageLength + 1}
		f.After = readEventCursor(v.query("after"))
		if v.query("format") == "csv" {
			return v.eventsFile(t, m, f)
		}
		found, err := usage.EventsPage(v.ctx, t, f)
		if err != nil {
			return err
		}
		found, pager := paged(v, found, func(r usage.Recorded) string { return writeEventCursor(r.At) })
		table := ui.TableProps{Caption: "Events", Pager: &pager, Columns: []ui.Column{{Label: "When", Kind: ui.Tight}, {Label: "Source"}, {Label: "Id"}, {Label: "Dimensions"}, {Label: "Quantity", Kind: ui.Figures}, {Label: "Recorded", Kind: ui.Tight}},
			Empty: ui.EmptyProps{Title: "No event on this day"}}
		for _, r := range found {
			table.Rows = append(table.Rows, ui.Row{Cells: ui.Cells(ui.Text(r.OccurredAt.In(m.zone).Format("15:04:05")), ui.Mono(r.Source), ui.Mono(r.ID), orDash(dimensions(r.Dimensions)), ui.Text(digits(r.Quantity)), ui.At(r.RecordedAt))})
		}
		list := page.List{Head: ui.HeadProps{Title: m.meter.Name + " on " + ui.DayText(day), Sub: m.customer.Name, Others: ui.Cells(v.csvButton()),
			Crumbs: []ui.Anchor{{Label: "Usage", Href: "/usage"}, {Label: m.customer.Name, Href: narrowed(usageAddress(m.customer.ID), "meter", m.meter.Code, "month", day.MonthOf())}}}, Tables: []ui.TableProps{table}}
		return v.page(http.StatusOK, frame{Title: "Events", Room: "usage"}, page.ListPage(list))
	})
}

func dimensions(all map[string]string) string {
	var out []string
	for _, name := range sortedNames(all) {
		out = append(out, name+"="+all[name])
	}
	return strings.Join(out, ", ")
}

func writeEventCursor(c usage.EventCursor) string {
	return fmt.Sprintf("%d~%x", c.OccurredAt.UnixMicro(), c.Key)
}

// readEventCursor reads what writeEventCursor wrote; anything else is the beginning.
func readEventCursor(text string) (c usage.EventCursor) {
	var micros int64
	var key []byte
	if n, err := fmt.Sscanf(text, "%d~%x", &micros, &key); n != 2 || err != nil || len(key) != len(c.Key) {
		return usage.EventCursor{}
	}
	c.OccurredAt = time.UnixMicro(micros).UTC()
	copy(c.Key[:], key)
	return c
}

// quarantine is the events that wait for their customer or meter to be known.
func (v *visit) quarantine() error {
	var after usage.Cursor
	if n, err := fmt.Sscanf(v.query("after"), "%d~%d", &after.KnownOrder, &after.Position); n != 2 || err != nil {
		after = usage.Cursor{}
	}
	if v.query("format") == "csv" {
		return v.quarantineFile()
	}
	found, err := usage.Quarantine(v.ctx, v.DB, after, pageLength+1)
	if err != nil {
		return err
	}
	found, pager := paged(v, found, func(q usage.Quarantined) string { return fmt.Sprintf("%d~%d", q.At.KnownOrder, q.At.Position) })
	table := ui.TableProps{Caption: "Quarantine", Pager: &pager, Columns: []ui.Column{{Label: "Reason"}, {Label: "Customer"}, {Label: "Meter"}, {Label: "Source and id"}, {Label: "Occurred", Kind: ui.Tight}, {Label: "Quantity", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing waits", Text: "Every event that came in found its customer and meter.", Icon: "check"}}
	for _, q := range found {
		table.Rows = append(table.Rows, ui.Row{Cells: ui.Cells(ui.Pill(capital(q.Reason), ui.Warn), ui.Mono(q.Customer), ui.Mono(q.Meter), ui.TwoLines(q.ID, q.Source), ui.At(q.OccurredAt), ui.Text(digits(q.Quantity)))})
	}
	list := page.List{Head: v.usageHead("Quarantine", "Not billed until their customer or meter is known. Create what is missing, then replay."), Tables: []ui.TableProps{table}}
	if v.may(post, "/usage/quarantine/replay") && len(found) > 0 {
		list.Head.Action = ui.Post(ui.PostProps{Action: "/usage/quarantine/replay", Button: ui.ButtonProps{Label: "Replay", Look: ui.Primary}})
	}
	return v.page(http.StatusOK, frame{Title: "Quarantine", Room: "usage"}, page.ListPage(list))
}

// replay tries every waiting event again.
func (v *visit) replay() error {
	r, err := usage.Replay(v.ctx, v.DB, v.By)
	if err != nil {
		return err
	}
	said := done(fmt.Sprintf("%s counted, %d still wait.", howMany(r.Accepted, "event"), r.Quarantined))
	if r.Accepted == 0 {
		said.Tone = ui.Info
	}
	if len(r.Conflicts) > 0 {
		said = ui.Flash{Text: fmt.Sprintf("%s counted, %d still wait, and %d contradict what stands.", howMany(r.Accepted, "event"), r.Quarantined, len(r.Conflicts)), Tone: ui.Warn, Link: ui.Anchor{Label: "Look at the conflicts", Href: "/usage/conflicts"}}
	}
	return v.redirect("/usage/quarantine", said)
}

// conflicts is what came again under a used id with other content, beside what stands.
func (v *visit) conflicts() error {
	if v.query("format") == "csv" {
		return v.conflictsFile()
	}
	found, err := usage.Conflicts(v.ctx, v.DB, v.queryNumber("after"), pageLength+1)
	if err != nil {
		return err
	}
	found, pager := paged(v, found, func(c usage.KeptConflict) string { return fmt.Sprint(c.ID) })
	table := ui.TableProps{Caption: "Conflicts", Pager: &pager, Columns: []ui.Column{{Label: "Source and id"}, {Label: "Stands"}, {Label: "Refused"}, {Label: "When", Kind: ui.Tight}},
		Empty: ui.EmptyProps{Title: "No conflicts", Text: "No event came twice with different content.", Icon: "check"}}
	for _, c := range found {
		table.Rows = append(table.Rows, ui.Row{Cells: ui.Cells(ui.TwoLines(c.Kept.ID, c.Kept.Source), eventText(c.Kept), eventText(c.Offered), ui.At(c.RecordedAt))})
	}
	list := page.List{Head: v.usageHead("Conflicts", "An event counts once for ever by its source and id. What came later with other content was refused and is kept here."), Tables: []ui.TableProps{table}}
	return v.page(http.StatusOK, frame{Title: "Conflicts", Room: "usage"}, page.ListPage(list))
}

func eventText(e usage.Event) templ.Component {
	return ui.TwoLines(digits(e.Quantity)+" "+e.Meter, e.Customer+", "+e.OccurredAt.UTC().Format("2 Jan 2006, 15:04 UTC"))
}
