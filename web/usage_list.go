package web

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/period"
	"ratable/usage"
	"ratable/web/page"
	"ratable/web/ui"
)

// used is a line of the list: what one customer used of one meter in a month.
type used struct {
	customer customers.ID
	name     string
	meter    catalog.Meter
	quantity decimal.Decimal
}

// usage is what each customer used in a month, meter by meter.
func (v *visit) usage() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		month, o := v.usageMonth(), v.order("customer", "meter", "used")
		sold, err := catalog.Load(v.ctx, t)
		if err != nil {
			return err
		}
		found, err := v.usedIn(t, month, sold)
		if err != nil {
			return err
		}
		sortBy(o, found, map[string]func(a, b used) int{
			"customer": byText(func(u used) string { return u.name }),
			"meter":    byText(func(u used) string { return u.meter.Name }),
			"used":     func(a, b used) int { return a.quantity.Cmp(b.quantity) },
		})
		if v.query("format") == "csv" {
			return v.usageListFile(month, found)
		}
		waiting, err := usage.Quarantine(v.ctx, t, usage.Cursor{}, 1)
		if err != nil {
			return err
		}
		bar := v.monthBar("/usage", "Customer", month)
		bar.Keep = slices.DeleteFunc(bar.Keep, func(k ui.Value) bool { return k.Name == "meter" }) // the field below sends it
		bar.Fields = append(bar.Fields, ui.FieldProps{Name: "meter", Label: "Meter", Kind: ui.SelectInput, Value: v.query("meter"),
			Options: options("Any", sold.Meters(), func(m catalog.Meter) ui.Option { return ui.Option{Value: m.Code, Label: m.Name} })})
		if m, ok := sold.Meter(v.query("meter")); ok {
			bar.Props.Chips = append(bar.Props.Chips, ui.Chip{Label: "Meter", Value: m.Name, Remove: v.with("meter", "")})
		}
		list := page.List{Head: v.usageHead("Usage", ""), Filter: bar, Tables: []ui.TableProps{v.usageTable(o, found, month)}}
		movers, err := v.customerMovers(t, month, sold)
		if err != nil {
			return err
		}
		if movers != nil {
			list.Parts = ui.Cells(movers)
		}
		if len(waiting) > 0 {
			list.Parts = slices.Insert(list.Parts, 0, page.Notice(page.Note{Title: "Events wait in quarantine", Text: "Their customer or meter is not known, so they are not billed.", Tone: ui.Warn, Link: ui.Anchor{Label: "Look at them", Href: "/usage/quarantine"}}))
		}
		return v.page(http.StatusOK, frame{Title: "Usage", Room: "usage"}, page.ListPage(list))
	})
}

// usedIn reads the month's use of the customers and the meter that the address asks for, by name.
func (v *visit) usedIn(t tx, month period.Month, sold *catalog.Catalog) ([]used, error) {
	totals, err := usage.Totals(v.ctx, t, month.Span())
	if err != nil {
		return nil, err
	}
	matching, err := customers.Matching(v.ctx, t, customers.Filter{Search: v.query("q")}, v.Today())
	if err != nil {
		return nil, err
	}
	called, err := customers.NamesOf(v.ctx, t, matching)
	if err != nil {
		return nil, err
	}
	var out []used
	for _, total := range totals {
		name, wanted := called[total.Customer]
		meter, _ := sold.MeterByID(total.Meter)
		if asked := v.query("meter"); wanted && (asked == "" || asked == meter.Code) {
			out = append(out, used{total.Customer, name, meter, total.Quantity})
		}
	}
	slices.SortStableFunc(out, byText(func(u used) string { return u.name }))
	return out, nil
}

// usageTable shows a page of the list; its footer is what all of it comes to, meter by meter: units are never added up.
func (v *visit) usageTable(o order, found []used, month period.Month) ui.TableProps {
	key := func(u used) string { return fmt.Sprintf("%d~%s", u.customer, u.meter.Code) }
	shown, pager := paged(v, from(v.query("after"), found, key), key)
	pager.Summary = fmt.Sprintf("%d of %d shown", len(shown), len(found))
	t := ui.TableProps{Caption: "Usage", Pager: &pager, Columns: []ui.Column{v.column(o, "customer", "Customer", ui.Words), v.column(o, "meter", "Meter", ui.Words), v.column(o, "used", "Used", ui.Figures), {Label: "Unit"}},
		Empty: ui.EmptyProps{Title: "No usage in this month", Text: "Events arrive by the API (POST /v1/events) or are imported from CSV."}}
	for _, u := range shown {
		t.Rows = append(t.Rows, ui.Row{Href: narrowed(usageAddress(u.customer), "month", month, "group", "meter", "open", u.meter.Code),
			Cells: ui.Cells(ui.Text(u.name), ui.TwoLines(u.meter.Name, u.meter.Code), ui.Text(digits(u.quantity)), ui.Text(u.meter.Unit))})
	}
	sums, meters := map[string]decimal.Decimal{}, map[string]catalog.Meter{}
	for _, u := range found {
		sums[u.meter.Code], meters[u.meter.Code] = sums[u.meter.Code].Add(u.quantity), u.meter
	}
	for _, code := range sortedNames(sums) {
		t.Foot = append(t.Foot, ui.Row{Cells: ui.Cells(ui.Text("In all"), ui.Text(meters[code].Name), ui.Text(digits(sums[code])), ui.Text(meters[code].Unit))})
	}
	return t
}

func (v *visit) usageListFile(month period.Month, found []used) error {
	return v.csvFile("usage-"+month.String()+".csv", []string{"customer_id", "customer", "meter", "month", "quantity", "unit"}, func(write func(cells ...string) error) error {
		for _, u := range found {
			if err := write(fmt.Sprint(u.customer), u.name, u.meter.Code, month.String(), u.quantity.String(), u.meter.Unit); err != nil {
				return err
			}
		}
		return nil
	})
}
