package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/usage"
	"ratable/web/page"
	"ratable/web/ui"
)

// overview is a shelf as a page lays it out: grouped, searched, sorted and opened as the address says.
type overview struct {
	*shelf
	by, search, open string
	order            order
	bundles          []bundle
	used             *usage.Days
	meters           []catalog.Meter
	day              func(s sku) string // the address of a SKU day by day
}

// few SKUs need no groups.
const few = 12

// chosenPeriod is what the address asks to look at: "span" as two days, both included, or else a month; the one that
// yesterday lies in when it asks for none, because today is not over.
func (v *visit) chosenPeriod() period.Span {
	if first, last, ok := strings.Cut(v.query("span"), ".."); ok {
		from, err := period.ParseDate(first)
		through, err2 := period.ParseDate(last)
		if err == nil && err2 == nil && !through.Before(from) && through.Sub(from) <= 366 {
			return period.Through(from, through)
		}
	}
	if m := v.queryMonth("month"); !m.IsZero() {
		return m.Span()
	}
	return v.Today().AddDays(-1).MonthOf().Span()
}

// overview reads what some customers of an account used, and prices it by those of their contracts that may be shown.
func (v *visit) overview(q postgres.Querier, account customers.AccountID, who []customers.Customer, shown func(contracts.Agreement) bool) (*overview, error) {
	o := &overview{by: v.query("group"), search: v.query("q"), open: v.query("open"), order: v.order("name", "used", "before", "change", "amount")}
	sold, err := catalog.Load(v.ctx, q)
	if err != nil {
		return nil, err
	}
	agreed, err := contracts.LoadAgreements(v.ctx, q, []customers.AccountID{account})
	if err != nil {
		return nil, err
	}
	whole := v.chosenPeriod()
	now, before := soFar(whole, v.Today())
	reach := period.NewSpan(before.Start, now.End)
	since := reach.Start
	var mine []contracts.Agreement
	for _, a := range agreed[account] {
		if shown(a) && a.Term().Overlaps(reach) {
			mine, since = append(mine, a), period.MinDate(since, contracts.UsageSince(a, reach))
		}
	}
	days, err := usage.LoadDays(v.ctx, q, []customers.AccountID{account}, since, period.MaxDate(reach.End, since.AddDays(1)), contracts.SingleEvents(mine)...)
	if err != nil {
		return nil, err
	}
	o.used, o.meters = days[account], sold.Meters()
	if o.shelf, err = newShelf(whole, v.Today(), who, o.meters, o.used); err != nil {
		return nil, err
	}
	for _, a := range mine {
		if err := o.price(a, sold, o.used); err != nil {
			return nil, err
		}
	}
	if !slices.ContainsFunc(o.groupings(), func(g [2]string) bool { return g[0] == o.by }) {
		if o.by = "family"; len(o.skus) <= few {
			o.by = "sku"
		}
	}
	o.bundles = o.groups(o.by, o.search)
	o.sort(o.bundles)
	return o, nil
}

// sort puts bundles in the order of the address; without one those that cost most come first, then those used most.
func (o *overview) sort(all []bundle) {
	used := func(of func(unitSum) decimal.Decimal) func(a, b bundle) int {
		return func(a, b bundle) int { return of(o.sums(a.skus)[0]).Cmp(of(o.sums(b.skus)[0])) }
	}
	now, before := used(func(u unitSum) decimal.Decimal { return u.now }), used(func(u unitSum) decimal.Decimal { return u.before })
	amount := func(a, b bundle) int { return cmp.Compare(minor(a.amounts), minor(b.amounts)) }
	slices.SortStableFunc(all, func(a, b bundle) int { return cmp.Or(amount(b, a), now(b, a), cmp.Compare(a.name, b.name)) })
	sortBy(o.order, all, map[string]func(a, b bundle) int{
		"name": byText(func(b bundle) string { return b.name }), "used": now, "before": before, "amount": amount,
		"change": func(a, b bundle) int { return o.change(a).ratio.Cmp(o.change(b).ratio) },
	})
}

// minor compares amounts of one currency; of several the first, as no rate is meant.
func minor(amounts []money.Amount) int64 {
	if len(amounts) == 0 {
		return -1
	}
	return amounts[0].Minor()
}

// changed is by how much a bundle moved: in units where it is of one, else in money where that is exact.
type changed struct {
	ratio decimal.Decimal // of what was before
	text  string
	sign  int
}

func (o *overview) change(b bundle) changed {
	if sums := o.sums(b.skus); len(sums) == 1 {
		return changeOf(sums[0].now, sums[0].before)
	}
	if b.exact && len(b.amounts) == 1 && len(b.earlier) == 1 && b.amounts[0].Currency() == b.earlier[0].Currency() {
		return changeOf(b.amounts[0].Decimal(), b.earlier[0].Decimal())
	}
	return changed{}
}

func changeOf(now, before decimal.Decimal) changed {
	switch {
	case before.IsZero() && now.IsZero():
		return changed{}
	case before.IsZero():
		return changed{decimal.NewFromInt(1_000_000), "new", 1}
	}
	ratio := now.Sub(before).DivRound(before, 6)
	percent := ratio.Shift(2).Round(1)
	return changed{ratio, digits(percent.Abs()) + " %", percent.Sign()}
}

// share is a bundle's part of all that is shown, in money where that is exact, or in units where all are of one.
func (o *overview) share(b bundle, total bundle) string {
	of := func(part, whole decimal.Decimal) string {
		if !whole.IsPositive() {
			return ""
		}
		return part.Shift(2).DivRound(whole, 1).StringFixed(1) + " %"
	}
	if len(total.amounts) == 1 && total.amounts[0].Sign() > 0 {
		if len(b.amounts) != 1 {
			return ""
		}
		return of(b.amounts[0].Decimal(), total.amounts[0].Decimal())
	}
	if whole := o.sums(total.skus); len(whole) == 1 {
		return of(o.sums(b.skus)[0].now, whole[0].now)
	}
	return ""
}

// total is everything that the search leaves. It holds what is asked for several groups together besides.
func (o *overview) total() bundle {
	for _, all := range o.groups("all", o.search) {
		return all
	}
	return bundle{}
}

// quantities writes sums of units, three at most.
func quantities(sums []unitSum, of func(unitSum) decimal.Decimal, named bool) []string {
	var out []string
	for i, u := range sums {
		if i == 3 && len(sums) > 4 {
			return append(out, fmt.Sprintf("and %d more units", len(sums)-i))
		}
		text := digits(of(u))
		if named {
			text += " " + u.unit
		}
		out = append(out, text)
	}
	return out
}

// spark draws a bundle's days, those of each unit by their own sum, so that hours and gigabytes can stand in one line.
func (o *overview) spark(b bundle) string {
	days := o.now.Days()
	if days < 2 {
		return ""
	}
	sums, heights := o.sums(b.skus), make([]float64, days)
	for _, i := range b.skus {
		x := o.skus[i]
		whole := 0.0
		for _, u := range sums {
			if u.unit == x.unit() {
				whole = u.now.InexactFloat64()
			}
		}
		if whole == 0 {
			continue
		}
		_ = x.Daily(o.now, func(day period.Date, quantity decimal.Decimal) { // it could be read as a total
			heights[day.Sub(o.now.Start)] += quantity.InexactFloat64() / whole
		})
	}
	return sparkline(heights)
}

// sparkline writes the points of a drawing of 88 by 20.
func sparkline(heights []float64) string {
	top := slices.Max(heights)
	if top == 0 {
		return ""
	}
	var out strings.Builder
	for i, h := range heights {
		fmt.Fprintf(&out, "%d,%d ", 88*i/(len(heights)-1), 19-int(18*h/top))
	}
	return strings.TrimSuffix(out.String(), " ")
}

// overviewTable is the list: groups, the SKUs of the one that is open, and what all of it comes to.
func (v *visit) overviewTable(o *overview) ui.TableProps {
	t := ui.TableProps{Caption: "Usage", Columns: []ui.Column{v.column(o.order, "name", "Name", ui.Words), {Label: "By day"}, v.column(o.order, "used", ui.SpanText(o.now), ui.Figures), v.column(o.order, "before", "To the same day before", ui.Figures),
		v.column(o.order, "change", "Change", ui.Figures), {Label: "Share", Kind: ui.Figures}, v.column(o.order, "amount", "Amount so far", ui.Figures)},
		Empty: ui.EmptyProps{Title: "Nothing used in this period", Text: "Usage of whole days shows here, today's from tomorrow on."}}
	total := o.total()
	shown, pager := o.bundles, ui.Pager{}
	if o.by == "sku" {
		shown, pager = paged(v, from(v.query("after"), shown, bundleKey), bundleKey)
		pager.Summary = fmt.Sprintf("%d of %s shown", len(shown), howMany(len(o.bundles), "SKU"))
		t.Pager = &pager
	}
	for _, b := range shown {
		if o.by == "sku" {
			t.Rows = append(t.Rows, o.row(b, total, o.day(o.skus[b.skus[0]]), v.skuName(o, b, false)))
			continue
		}
		open := o.open == b.key || len(o.bundles) == 1
		href := v.with("open", b.key)
		if open {
			href = v.with("open", "")
		}
		t.Rows = append(t.Rows, o.row(b, total, href, page.Fold(b.name, howMany(len(b.skus), "SKU"), open)))
		if open {
			inner, more := v.unfolded(o, b, total)
			t.Rows, t.Pager = append(t.Rows, inner...), more
		}
	}
	if len(t.Rows) > 0 {
		foot := o.row(total, total, "", ui.Text("In all, "+howMany(len(total.skus), "SKU")))
		foot.Cells[1] = ui.Text("")
		t.Foot = []ui.Row{foot}
	}
	return t
}

func bundleKey(b bundle) string { return b.key }

// unfolded are the SKUs of the open group, a window of them at a time.
func (v *visit) unfolded(o *overview, b bundle, total bundle) ([]ui.Row, *ui.Pager) {
	inner := o.singles(b)
	o.sort(inner)
	shown, pager := paged(v, from(v.query("after"), inner, bundleKey), bundleKey)
	pager.Summary = fmt.Sprintf("%d of %s of %s shown", len(shown), howMany(len(inner), "SKU"), b.name)
	var rows []ui.Row
	for _, one := range shown {
		rows = append(rows, o.row(one, total, o.day(o.skus[one.skus[0]]), v.skuName(o, one, true)))
	}
	return rows, &pager
}

// singles are the SKUs of a bundle, one by one.
func (o *overview) singles(b bundle) []bundle {
	all := o.groups("sku", o.search)
	return slices.DeleteFunc(all, func(one bundle) bool { return !slices.Contains(b.skus, one.skus[0]) })
}

func (v *visit) skuName(o *overview, b bundle, inside bool) templ.Component {
	x := o.skus[b.skus[0]]
	below := ""
	if len(o.who) > 1 {
		below = x.user
	}
	if inside {
		return page.Unfolded(x.name(), below)
	}
	if below == "" {
		return ui.Text(x.name())
	}
	return ui.TwoLines(x.name(), below)
}

func (o *overview) row(b, total bundle, href string, name templ.Component) ui.Row {
	sums, change := o.sums(b.skus), o.change(b)
	named := len(sums) > 0
	var amount templ.Component = ui.Nothing()
	if len(b.amounts) > 0 {
		amount = page.Amounts(b.amounts)
	}
	return ui.Row{Href: href, Cells: []templ.Component{name, page.Spark(o.spark(b)),
		page.Figures(quantities(sums, func(u unitSum) decimal.Decimal { return u.now }, named)), page.Figures(quantities(sums, func(u unitSum) decimal.Decimal { return u.before }, false)),
		page.Moved(change.text, change.sign), orDash(o.share(b, total)), amount}}
}

// sameDays is an address that looks at the days of this page, from the view of it that the reader has.
func (v *visit) sameDays(path string, pairs ...any) string {
	for _, name := range []string{"month", "span", "group", "open", "q"} {
		pairs = append(pairs, name, v.query(name))
	}
	return narrowed(path, pairs...)
}

// periodBar chooses the days: the months beside, and the periods in which contracts bill where these are no months.
func (v *visit) periodBar(action, placeholder string, days period.Span, billed []period.Span) *page.Narrowing {
	n := &page.Narrowing{Props: ui.FilterProps{Action: action, Query: v.query("q"), Placeholder: placeholder}}
	month := days.Start.MonthOf()
	for _, m := range []period.Month{month.Prev(), month, month.Next()} {
		n.Props.Chips = append(n.Props.Chips, ui.Chip{Label: ui.MonthText(m), Href: v.with("month", m.String(), "span", ""), On: m.Span() == days})
	}
	if !slices.Contains(billed, days) && days != month.Span() {
		billed = append(billed, days)
	}
	for _, p := range billed {
		n.Props.Chips = append(n.Props.Chips, ui.Chip{Label: ui.SpanText(p), Href: v.with("span", p.Start.String()+".."+p.Last().String(), "month", ""), On: p == days})
	}
	n.Fields = []ui.FieldProps{{Name: "month", Label: "Month", Kind: ui.MonthInput, Value: month.String()}}
	for _, name := range []string{"meter", "sku", "group", "by", "sort", "q", "user"} {
		if value := v.query(name); value != "" {
			n.Keep = append(n.Keep, ui.Value{Name: name, Value: value})
			if name != "q" {
				n.Props.Keep = append(n.Props.Keep, ui.Value{Name: name, Value: value})
			}
		}
	}
	for _, name := range []string{"month", "span"} {
		if value := v.query(name); value != "" {
			n.Props.Keep = append(n.Props.Keep, ui.Value{Name: name, Value: value})
		}
	}
	return n
}

// overviewPage lays a shelf out: what to look at, how it is grouped, what moved, and the list.
func (v *visit) overviewPage(o *overview, action string) page.List {
	list := page.List{Filter: v.periodBar(action, "SKU, meter or dimension", o.whole, o.periods)}
	if o.search != "" {
		list.Filter.Props.Chips = append(list.Filter.Props.Chips, ui.Chip{Label: "Search", Value: o.search, Remove: v.with("q", "")})
	}
	if movers, chips := v.movers(o); movers != nil {
		if len(chips) > 0 {
			list.Parts = append(list.Parts, ui.Filters(ui.FilterProps{Chips: chips}))
		}
		list.Parts = append(list.Parts, movers)
	}
	if len(o.skus) > 1 {
		var chips []ui.Chip
		for _, g := range o.groupings() {
			chips = append(chips, ui.Chip{Label: g[1], Href: v.with("group", g[0], "open", ""), On: g[0] == o.by})
		}
		list.Parts = append(list.Parts, ui.Filters(ui.FilterProps{Chips: chips}))
	}
	list.Tables = []ui.TableProps{v.overviewTable(o)}
	list.Notes = []string{
		fmt.Sprintf("Whole days, through %s, beside as many days of the period before: %s.", ui.DayText(period.MaxDate(o.now.Start, o.now.End.AddDays(-1))), ui.SpanText(o.before)),
		"Amounts are what the contract asks for by now, before tax, where it asks for just these SKUs. What it asks for several groups together stands in the total alone.",
		"A family is the first part of a meter's code: api.calls and api.errors are of Api.",
	}
	return list
}
