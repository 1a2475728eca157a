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
	for _, tab := range []ui.Tab{{Label: "By customer", Href: "/usage"}, {Label: "Intake", Href: "/usage/intake"}, {Label: "Quarantine", Href: "/usage/quarantine"}, {Label: "Conflicts", Href: "/usage/conflicts"}, {Label: "Backfills", Href: "/usage/backfills"}} {
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

// metered is what one customer used of one meter, or of one SKU of it, day by day.
type metered struct {
	customer customers.Customer
	meter    catalog.Meter
	days     period.Span
	zone     *time.Location
	sku      string // its key; empty: all of the meter
	one      sku    // what the key names
}

// metered reads customer, meter and days from the address; no meter where it names none.
func (v *visit) metered(t tx) (m metered, sold *catalog.Catalog, err error) {
	id, err := v.number("id")
	if err != nil {
		return m, nil, err
	}
	if m.customer, err = customers.Get(v.ctx, t, customers.ID(id), v.Today()); err != nil {
		return m, nil, err
	}
	if sold, err = catalog.Load(v.ctx, t); err != nil {
		return m, nil, err
	}
	directory, err := entities.Load(v.ctx, t)
	if err != nil {
		return m, nil, err
	}
	seller, _ := directory.ByID(m.customer.Entity)
	m.zone, m.days, m.sku = seller.Location(), v.chosenPeriod(), v.query("sku")
	code, _, _ := strings.Cut(cmp.Or(m.sku, v.query("meter")), "{")
	if code == "" && v.query("contract") != "" {
		if code, err = v.meterOf(t, v.query("contract"), v.query("line")); err != nil {
			return m, nil, err
		}
	}
	m.meter, _ = sold.Meter(code)
	return m, sold, nil
}

// find looks the SKU up that the address names; without it the whole meter is meant.
func (m *metered) find(used *usage.Days) {
	for _, x := range used.SKUs([]customers.ID{m.customer.ID}, []catalog.Meter{m.meter}) {
		if m.one = (sku{SKU: x}); m.one.key() == m.sku && m.sku != m.meter.Code {
			return
		}
	}
	m.sku, m.one = "", sku{}
}

func (m metered) name() string {
	if m.sku != "" {
		return m.one.name()
	}
	return m.meter.Name
}

// customerUsage is what a customer used in a period: every SKU of it, or one meter or SKU by day; a day opens its events.
func (v *visit) customerUsage() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		m, sold, err := v.metered(t)
		if err != nil {
			return err
		}
		if m.meter.Code == "" {
			return v.customerOverview(t, m)
		}
		used, err := m.load(v, t)
		if err != nil {
			return err
		}
		if v.query("format") == "csv" {
			return v.usageFile(m, used)
		}
		list := page.List{
			Head: ui.HeadProps{Title: m.name(), Sub: m.customer.Name + " by day, in the time zone of the seller (" + m.zone.String() + ").",
				Crumbs: []ui.Anchor{{Label: "Usage", Href: "/usage"}, {Label: m.customer.Name, Href: v.sameDays(usageAddress(m.customer.ID))}}, Others: ui.Cells(v.csvButton())},
			Filter: v.periodBar(usageAddress(m.customer.ID), "", m.days, nil),
			Tables: []ui.TableProps{m.dayTable(used)},
		}
		if m.sku == "" {
			for _, other := range sold.Meters() {
				x := m
				if x.meter = other; other.Code == m.meter.Code || !x.total(used, m.days).IsZero() {
					list.Filter.Props.Chips = append(list.Filter.Props.Chips, ui.Chip{Label: other.Name, Href: v.with("meter", other.Code, "sku", "", "contract", "", "line", ""), On: other.Code == m.meter.Code})
				}
			}
		}
		list.Parts = ui.Cells(ui.Chart(m.chart(used)))
		return v.page(http.StatusOK, frame{Title: m.name(), Room: "usage"}, page.ListPage(list))
	})
}

// load reads the days that are looked at.
func (m *metered) load(v *visit, t tx) (*usage.Days, error) {
	days, err := usage.LoadDays(v.ctx, t, []customers.AccountID{m.customer.Account}, m.days.Start, m.days.End)
	if err != nil {
		return nil, err
	}
	m.find(days[m.customer.Account])
	return days[m.customer.Account], nil
}

// customerOverview is all that a customer used in a period.
func (v *visit) customerOverview(t tx, m metered) error {
	o, err := v.overview(t, m.customer.Account, []customers.Customer{m.customer}, func(contracts.Agreement) bool { return true })
	if err != nil {
		return err
	}
	o.day = func(x sku) string { return v.sameDays(usageAddress(m.customer.ID), "sku", x.key()) }
	if v.query("format") == "csv" {
		return v.overviewFile(o, m.customer.ExternalID)
	}
	list := v.overviewPage(o, usageAddress(m.customer.ID))
	list.Head = ui.HeadProps{Title: m.customer.Name, Sub: "What was used, in days of the seller's time zone (" + m.zone.String() + ").", Others: ui.Cells(v.csvButton()),
		Crumbs: []ui.Anchor{{Label: "Usage", Href: "/usage"}, {Label: "Customer", Href: customerAddress(m.customer.ID)}}}
	if len(o.skus) == 1 { // no need to choose
		m.meter, m.days, m.one = o.skus[0].Meter, o.whole, o.skus[0]
		m.sku = m.one.key()
		list.Parts, list.Tables = append(list.Parts, ui.Chart(m.chart(o.used))), append(list.Tables, m.dayTable(o.used))
	}
	return v.page(http.StatusOK, frame{Title: m.customer.Name, Room: "usage"}, page.ListPage(list))
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

// total is what the meter or SKU came to over some days.
func (m metered) total(used *usage.Days, days period.Span) decimal.Decimal {
	var total decimal.Decimal
	var err error
	if m.sku != "" {
		total, err = m.one.Total(days)
	} else {
		total, err = used.Total(m.reading(), days)
	}
	if err != nil {
		panic(err) // single events come with every load
	}
	return total
}

func (m metered) eventsAddress(day period.Date) string {
	return narrowed(usageAddress(m.customer.ID)+"/events", "meter", m.meter.Code, "sku", m.sku, "day", day)
}

// chart draws whole units; the table below holds every value exactly.
func (m metered) chart(used *usage.Days) ui.ChartProps {
	c := ui.ChartProps{Title: cmp.Or(m.name(), "Usage") + " by day", Kind: ui.Bars, Head: "Day", Series: []ui.Series{{Name: cmp.Or(m.meter.Unit, "Used")}}}
	for day := m.days.Start; day.Before(m.days.End); day = day.AddDays(1) {
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
		sofar = m.total(used, period.NewSpan(m.days.Start, day.AddDays(1))) // days of a largest or distinct use do not add up
		t.Rows = append(t.Rows, ui.Row{Href: m.eventsAddress(day), Cells: ui.Cells(ui.Day(day), ui.Text(digits(quantity)), ui.Text(digits(sofar)))})
	})
	if len(t.Rows) > 0 {
		t.Foot = []ui.Row{{Cells: ui.Cells(ui.Text(periodText(m.days)), ui.Text(digits(sofar)), ui.Text(m.meter.Unit))}}
	}
	return t
}

// eachDay visits the days that have usage.
func (m metered) eachDay(used *usage.Days, visit func(day period.Date, quantity decimal.Decimal)) {
	var err error
	if m.sku != "" {
		err = m.one.Daily(m.days, visit)
	} else {
		err = used.Daily(m.reading(), m.days, visit)
	}
	if err != nil {
		panic(err) // single events come with every load
	}
}

func (v *visit) usageFile(m metered, used *usage.Days) error {
	name := fmt.Sprintf("usage-%s-%s-%s.csv", m.customer.ExternalID, cmp.Or(m.sku, m.meter.Code), m.days.Start.MonthOf())
	return v.csvFile(strings.Map(plainName, name), []string{"customer", "meter", "dimensions", "day", "quantity", "unit"}, func(write func(cells ...string) error) error {
		var failed error
		m.eachDay(used, func(day period.Date, quantity decimal.Decimal) {
			if failed == nil {
				failed = write(m.customer.ExternalID, m.meter.Code, dimensions(m.one.Dimensions), day.String(), quantity.String(), m.meter.Unit)
			}
		})
		return failed
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

func eventText(e usage.Event) templ.Component {
	return ui.TwoLines(digits(e.Quantity)+" "+e.Meter, e.Customer+", "+e.OccurredAt.UTC().Format("2 Jan 2006, 15:04 UTC"))
}
