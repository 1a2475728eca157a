package onboarding

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/money"
)

// lineColumns say something of one line; all others of the contract, and are said once or alike in each of its rows.
var lineColumns = []string{"line", "product", "description", "charge", "quantity", "unit_price", "every", "in", "meter", "included", "once_on"}

// agree makes a contract document of the rows with its number. What is wrong stands in the rows.
func agree(rows []*given, sold *catalog.Catalog) (contracts.Document, bool) {
	first := rows[0]
	if first.node != nil {
		for _, other := range rows[1:] {
			other.blame("contract", "stands twice in the file, first on line %d: one document a contract", first.line)
		}
		if d, ok := first.document(); ok && len(rows) == 1 {
			first.found = append(first.found, d.CheckCatalog(sold)...)
			return d, len(first.found) == 0
		}
		return contracts.Document{}, false
	}
	for _, g := range rows {
		g.required(contractColumns)
		g.alike(first)
	}
	d := first.head()
	if plan := first.get("plan"); plan != "" {
		d = first.onPlan(d, rows, sold)
	} else {
		for i, g := range rows {
			d.Lines = append(d.Lines, g.contractLine(d, i))
		}
	}
	if wrong(rows) {
		return d, false
	}
	// Through the document's own reader: what comes out is what a person could have entered.
	text, err := contracts.Export(d)
	if err == nil {
		d, err = contracts.Parse(text)
	}
	found := fault.Fields(err)
	if err == nil {
		found = d.CheckCatalog(sold)
	}
	spread(rows, found)
	return d, !wrong(rows)
}

func wrong(rows []*given) bool {
	return slices.ContainsFunc(rows, func(g *given) bool { return len(g.found) > 0 })
}

// alike refuses rows of one contract that contradict each other.
func (g *given) alike(first *given) {
	for _, c := range contractColumns {
		if slices.Contains(lineColumns, c.Name) || g.get(c.Name) == "" || g.get(c.Name) == first.get(c.Name) {
			continue
		}
		g.blame(c.Name, "is %q in the contract's first row, line %d: write it once, or alike in all its rows", first.get(c.Name), first.line)
	}
}

var lineAt = regexp.MustCompile(`^lines\[(\d+)\]\.?(.*)$`)

// spread gives findings about a document to the rows and columns it came from.
func spread(rows []*given, found []fault.Field) {
	for _, f := range found {
		row, column := rows[0], contractColumn(f.Path)
		if at := lineAt.FindStringSubmatch(f.Path); at != nil {
			if n, err := strconv.Atoi(at[1]); err == nil && n < len(rows) {
				row = rows[n]
			}
			column = contractColumn(at[2])
		}
		if !row.blamed(column) {
			row.found = append(row.found, fault.Field{Path: column, Value: f.Value, Message: f.Message, Line: row.line})
		}
	}
}

// contractColumn names the column that a path of a contract came from.
func contractColumn(path string) string {
	for _, x := range []struct{ holds, column string }{
		{"unit_price", "unit_price"}, {"price.", "unit_price"}, {"quantity", "quantity"}, {"every", "every"}, {"fixed.in", "in"}, {"meter", "meter"}, {"included", "included"}, {"once.on", "once_on"},
		{"discounts", "discount_percent"}, {"renewal.notice", "notice_days"}, {"renewal.months", "renewal_months"}, {"net_days", "net_days"}, {"po_number", "po_number"}, {"align", "align"},
		{"term.from", "from"}, {"term.through", "through"}, {"term", "through"}, {"plan", "plan"}, {"product", "product"},
	} {
		if strings.Contains(path, x.holds) {
			return x.column
		}
	}
	if path == "id" {
		return "line"
	}
	return path
}

// head is what the rows say of the contract as a whole.
func (g *given) head() contracts.Document {
	d := contracts.Document{
		Contract: g.get("contract"), Title: g.get("title"), Entity: g.get("entity"), Customer: g.get("customer"), Payer: g.get("payer"),
		Currency: g.get("currency"), Reason: g.get("reason"), Term: contracts.Term{From: g.day("from"), Through: g.day("through")},
		Billing: contracts.Billing{NetDays: g.whole("net_days"), PONumber: g.get("po_number"), Align: contracts.Align(strings.ToLower(g.get("align")))},
	}
	if _, err := money.ParseCurrency(d.Currency); err != nil && d.Currency != "" {
		g.blame("currency", "%s", unquoted(err, d.Currency))
	}
	if d.Term.Through.IsZero() && g.get("plan") == "" && g.get("through") == "" {
		g.blame("through", "is missing: the last day of the term; only a plan knows its own")
	}
	if auto := g.flag("auto_renew"); auto || g.get("renewal_months") != "" {
		months := g.whole("renewal_months")
		if months == 0 && !d.Term.Through.IsZero() {
			months = max(1, d.Term.Through.AddDays(1).MonthOf().Sub(d.Term.From.MonthOf()))
		}
		d.Renewal = &contracts.Renewal{Auto: auto, Months: months, NoticeDays: g.whole("notice_days")}
	}
	if percent := g.number("discount_percent"); !percent.IsZero() {
		d.Discounts = []contracts.Discount{{ID: "discount", Percent: percent}}
	}
	return d
}

// onPlan takes the lines from a plan, as a sign-up does.
func (g *given) onPlan(d contracts.Document, rows []*given, sold *catalog.Catalog) contracts.Document {
	for _, other := range rows[1:] {
		other.blame("plan", "has all lines of the contract: give it one row; what is sold besides is a contract of its own, or a document")
	}
	for _, c := range []string{"product", "charge", "unit_price", "every", "in", "meter", "included", "once_on"} {
		if g.get(c) != "" {
			g.blame(c, "is the plan's to say: leave it empty, or leave plan empty")
		}
	}
	p, ok := sold.Plan(g.get("plan"), d.Term.From)
	if !ok {
		var all []string
		for _, p := range sold.Plans() {
			all = append(all, p.Code)
		}
		g.blame("plan", "is no plan of the catalog on %s: the plans are %s", d.Term.From, orNone(strings.Join(all, ", ")))
	}
	if len(g.found) > 0 {
		return d
	}
	if p.Currency != "" && p.Currency != d.Currency {
		g.blame("currency", "is not what plan %s is sold in, %s", p.Code, p.Currency)
		return d
	}
	discounts, renewal := d.Discounts, d.Renewal
	net := d.Billing.NetDays
	out, err := contracts.Subscribed(d, contracts.Offer{Plan: p, Quantity: g.number("quantity")})
	if err != nil {
		spread(rows, fault.Fields(err))
		return d
	}
	out.Discounts, out.Billing.NetDays = append(out.Discounts, discounts...), cmp.Or(net, out.Billing.NetDays)
	if renewal != nil {
		out.Renewal = renewal
	}
	return out
}

// contractLine is the line of a row.
func (g *given) contractLine(d contracts.Document, place int) contracts.Line {
	l := contracts.Line{ID: cmp.Or(g.get("line"), g.get("product")), Product: g.get("product"), Description: g.get("description")}
	if l.Product == "" {
		g.blame("product", "is missing: the code of what is sold, or a plan")
	}
	if slices.ContainsFunc(d.Lines, func(o contracts.Line) bool { return o.ID == l.ID }) && g.get("line") == "" {
		l.ID = fmt.Sprintf("%s-%d", l.ID, place+1)
	}
	price := g.number("unit_price")
	if g.get("unit_price") == "" {
		g.blame("unit_price", "is missing: write 0 for what is free")
	}
	if price.Sign() < 0 {
		g.blame("unit_price", "is below zero: a reduction is a discount (discount_percent), or a contract document says it")
	}
	charge := strings.ToLower(g.get("charge"))
	if charge == "" && g.get("meter") != "" {
		charge = "usage"
	}
	switch charge {
	case "", "recurring", "fixed", "fee":
		g.refuseCells("is of a usage line: leave it empty", "meter", "included")
		l.Fixed = &contracts.Fixed{Quantity: g.count(), UnitPrice: price, Every: g.every(), In: contracts.Timing(strings.ToLower(g.get("in")))}
	case "usage":
		g.refuseCells("is of a recurring fee: usage is asked for in arrears, for what was used", "quantity", "in")
		l.Usage = &contracts.Usage{Meter: g.get("meter"), Included: g.number("included"), Every: g.every(), Price: catalog.Price{Model: catalog.PerUnit, Amount: price}}
		if l.Usage.Meter == "" {
			g.blame("meter", "is missing: what counts the usage")
		}
	case "once":
		g.refuseCells("is not of a one-time fee: leave it empty", "every", "in", "meter", "included")
		l.Once = &contracts.Once{Quantity: g.count(), UnitPrice: price, On: cmp.Or(g.day("once_on"), d.Term.From)}
	default:
		g.blame("charge", "must be recurring, usage or once")
	}
	return l
}

func (g *given) refuseCells(why string, columns ...string) {
	for _, c := range columns {
		if g.get(c) != "" {
			g.blame(c, "%s", why)
		}
	}
}

// every reads a billing period, also as other systems write it.
func (g *given) every() string {
	switch text := strings.ToLower(g.get("every")); text {
	case "monthly", "m", "p1m":
		return "month"
	case "quarterly", "q", "p3m":
		return "quarter"
	case "half-yearly", "semiannual", "p6m":
		return "half-year"
	case "yearly", "annual", "annually", "y", "p1y":
		return "year"
	case "":
		g.blame("every", "is missing: month, quarter, half-year, year or term")
		return ""
	default:
		return text
	}
}

// count is a quantity; none is one.
func (g *given) count() decimal.Decimal {
	if g.get("quantity") == "" {
		return decimal.NewFromInt(1)
	}
	return g.number("quantity")
}

// number reads a plain number; empty is zero.
func (g *given) number(column string) decimal.Decimal {
	text := g.get(column)
	if text == "" {
		return decimal.Zero
	}
	d, err := money.ParseDecimal(text)
	if err != nil {
		g.blame(column, "%s", unquoted(err, text))
	}
	return d
}

func (g *given) whole(column string) int {
	text := g.get(column)
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		g.blame(column, "must be a whole number, not below zero")
		return 0
	}
	return n
}
