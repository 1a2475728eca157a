package scenario

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/period"
)

// Deals are drawn term by term. Most of what is drawn can be agreed; what cannot
// (Validate refuses it) is thrown again.

func (d draw) every() string { return one(d, "month", "quarter", "half-year", "year", "term") }

// document draws what is agreed first.
func (d draw) document() contracts.Document {
	for range 1000 {
		doc := contracts.Document{
			Contract: "C-1", Entity: "us", Customer: "acme", Payer: d.payer, Currency: d.currency,
			Term:    contracts.Term{From: lifeBegins, Through: one(d, date("2026-12-31"), date("2026-09-17"), date("2027-01-31"), date("2027-01-14"), date("2026-08-14"), date("2026-07-14"))},
			Billing: contracts.Billing{Align: d.align},
		}
		if d.payer != "" && d.oneIn(2) {
			doc.Reseller = &contracts.Reseller{Kind: contracts.Wholesale, MarginPercent: decimal.NewFromInt(int64(one(d, 20, 33)))}
		}
		if d.oneIn(3) {
			doc.Renewal = &contracts.Renewal{Auto: d.oneIn(2), Months: one(d, 1, 3, 12), NoticeDays: one(d, 0, 30), UpliftPercent: decimal.NewFromInt(int64(one(d, 0, 5, -10)))}
		}
		doc.Billing.Late = one(d, "", contracts.NextInvoice, contracts.AtOnce, contracts.Reissue)
		d.fill(&doc)
		if doc.Renewal != nil && (len(doc.Lines) > 0 && slices.ContainsFunc(doc.Lines, func(l contracts.Line) bool { return l.Fixed != nil && len(l.Fixed.Installments) > 0 }) || slices.ContainsFunc(doc.Prepaid, func(p contracts.Prepaid) bool { return p.Bill != nil })) {
			doc.Renewal.Auto = false // their days are those of one term; an amendment says what a further one costs
		}
		if found := agreeable(doc); len(found) == 0 {
			return doc
		}
	}
	panic("no deal was drawn in a thousand throws")
}

func date(s string) period.Date {
	on, err := period.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return on
}

// fill draws all terms of a document anew.
func (d draw) fill(doc *contracts.Document) {
	doc.Lines, doc.Prepaid, doc.Commits, doc.Caps, doc.Discounts, doc.Credits, doc.Trial = nil, nil, nil, nil, nil, nil, nil
	for _, id := range append([]string{"calls"}, some(d, lineNames[1:])...) {
		doc.Lines = append(doc.Lines, d.line(*doc, id))
	}
	for range d.Intn(3) {
		d.addTerm(doc)
	}
}

var lineNames = []string{"calls", "store", "fees", "seats", "support", "license", "setup", "golive"}

// line draws the terms of a line.
func (d draw) line(doc contracts.Document, id string) contracts.Line {
	l := contracts.Line{ID: id}
	switch id {
	case "calls":
		l.Product, l.Usage = "api", &contracts.Usage{Meter: "calls", Every: one(d, "month", "month", "quarter"), Price: d.price(true)}
		if l.Usage.Price.Model != catalog.Matrix {
			l.Usage.Included = decimal.NewFromInt(int64(one(d, 0, 50, 100)))
			if d.oneIn(4) {
				l.Usage.Where = map[string]string{"region": "eu"}
			}
		}
		if d.oneIn(4) {
			l.Users = one(d, []string{"acme", "branch"}, []string{"branch"})
		}
	case "store":
		l.Product, l.Usage = "api", &contracts.Usage{Meter: "storage", Every: one(d, "month", "quarter"), Included: decimal.NewFromInt(int64(one(d, 0, 2))), Price: d.price(false)}
	case "fees":
		l.Product, l.Usage = "api", &contracts.Usage{Meter: "payments", Every: "month", Price: catalog.Price{
			Model: catalog.Percentage, Percent: decimal.New(int64(d.between(1, 300)), -2), PerEvent: d.small(), FreeEvents: one(d, 0, 3), FreeUnits: decimal.NewFromInt(int64(one(d, 0, 250))), Maximum: decimal.NewFromInt(int64(one(d, 0, 3))),
		}}
	case "seats":
		l.Product, l.Fixed = "platform", &contracts.Fixed{Quantity: d.sum(30), UnitPrice: d.money(200), Every: d.every(), In: one(d, contracts.Advance, contracts.Advance, contracts.Arrears)}
		if d.oneIn(4) {
			d.ramp(doc, l.Fixed)
		}
	case "support":
		l.Product, l.Fixed = one(d, "support", "setup"), &contracts.Fixed{Quantity: d.sum(1), UnitPrice: d.money(200), Every: d.every(), In: one(d, contracts.Advance, contracts.Arrears)}
		l.From, l.Through = d.bounds(doc)
	case "license":
		l.Product, l.Fixed = "support", &contracts.Fixed{Every: "term", Installments: d.installments(termOf(doc), d.between(1, 4), 0)}
		if d.oneIn(4) {
			l.From, l.Through = d.bounds(doc)
		}
	case "setup":
		l.Product, l.Once = one(d, "setup", "platform"), &contracts.Once{Quantity: d.sum(3), UnitPrice: d.money(500), On: d.anyDay(termOf(doc))}
	case "golive":
		l.Product, l.Once = one(d, "setup", "platform"), &contracts.Once{UnitPrice: d.money(500), Milestone: "it runs"}
	}
	return l
}

// termOf are a document's days, of which a change may have left none.
func termOf(doc contracts.Document) period.Span {
	return period.Through(doc.Term.From, period.MaxDate(doc.Term.From, doc.Term.Through))
}

// bounds are days of a promise's own, or none.
func (d draw) bounds(doc contracts.Document) (from, through period.Date) {
	term := termOf(doc)
	if d.oneIn(3) {
		from = d.anyDay(term)
	}
	if d.oneIn(3) {
		through = d.anyDay(term)
	}
	return from, through
}

func (d draw) ramp(doc contracts.Document, x *contracts.Fixed) {
	days := termOf(doc)
	cuts := []period.Date{d.anyDay(days), d.anyDay(days)}
	slices.SortFunc(cuts, period.Date.Compare)
	for _, part := range days.Cut(cuts...) {
		x.Ramp = append(x.Ramp, contracts.Step{From: part.Start, Through: part.Last(), Quantity: d.sum(30), UnitPrice: d.money(100)})
	}
	x.Quantity, x.UnitPrice = decimal.Zero, decimal.Zero
}

// installments draws n days of a span with amounts that come to a total, if one
// is given.
func (d draw) installments(days period.Span, n, total int) []contracts.Installment {
	var out []contracts.Installment
	for range n {
		out = append(out, contracts.Installment{On: d.anyDay(days), Amount: d.sum(300)})
	}
	slices.SortFunc(out, func(a, b contracts.Installment) int { return a.On.Compare(b.On) })
	if total > 0 {
		for i := range out {
			out[i].Amount = decimal.NewFromInt(int64(total / n))
		}
		out[0].Amount = decimal.NewFromInt(int64(total - total/n*(n-1)))
	}
	return out
}

// price draws a price of any model but by the event.
func (d draw) price(matrix bool) catalog.Price {
	switch n := d.Intn(10); {
	case n < 3:
		return catalog.Price{Model: catalog.PerUnit, Amount: d.small()}
	case n == 3:
		return catalog.Price{Model: catalog.Flat, Amount: d.money(30)}
	case n == 4:
		return catalog.Price{Model: catalog.Package, Amount: d.money(5), Size: decimal.NewFromInt(int64(d.between(1, 90)))}
	case n == 5 && matrix:
		other := d.price(false)
		return catalog.Price{Model: catalog.Matrix, By: "region", Prices: map[string]catalog.Price{"eu": d.price(false), "us": d.price(false)}, Other: &other}
	case n == 6:
		return catalog.Price{Model: catalog.Stairstep, FlatAtZero: d.oneIn(2), Tiers: []catalog.Tier{{UpTo: d.upTo(), Flat: d.money(20)}, {Flat: d.money(50)}}}
	}
	return catalog.Price{Model: one(d, catalog.Graduated, catalog.Volume), FlatAtZero: d.oneIn(4), Tiers: []catalog.Tier{
		{UpTo: d.upTo(), Unit: d.small(), Flat: decimal.NewFromInt(int64(one(d, 0, 0, 3)))}, {Unit: d.small(), Flat: decimal.NewFromInt(int64(one(d, 0, 0, 2)))},
	}}
}

func (d draw) upTo() *decimal.Decimal {
	x := decimal.NewFromInt(int64(d.between(1, 800)))
	return &x
}

// addTerm adds one more thing that is agreed about the lines.
func (d draw) addTerm(doc *contracts.Document) {
	var lines, metered, all []string
	for _, l := range doc.Lines {
		lines = append(lines, l.ID)
		if l.Usage != nil {
			metered = append(metered, l.ID)
		}
	}
	if len(metered) == 0 {
		return
	}
	all = slices.Clone(lines)
	for _, p := range doc.Prepaid {
		all = append(all, p.ID)
	}
	name := func(kind string, n int) string { return fmt.Sprintf("%s%d", kind, n+1) }
	switch d.Intn(9) {
	case 0, 1:
		doc.Prepaid = append(doc.Prepaid, d.prepaid(*doc, name("prepaid", len(doc.Prepaid)), metered))
	case 2:
		doc.Commits = append(doc.Commits, d.commit(*doc, name("minimum", len(doc.Commits)), all))
		if d.oneIn(2) {
			doc.Commits = append(doc.Commits, d.commit(*doc, name("minimum", len(doc.Commits)), all))
		}
	case 3:
		c := contracts.Cap{ID: name("cap", len(doc.Caps)), Kind: one(d, contracts.HardCap, contracts.CustomerCap), Lines: some(d, lines), Every: d.every(), Then: one(d, "", contracts.Continue, contracts.Stop, contracts.Warn, contracts.Throttle)}
		if c.Amount = d.sum(400); d.oneIn(3) {
			c.Amount, c.Units, c.Lines = decimal.Zero, d.sum(600), []string{one(d, metered...)}
		}
		if c.Kind == contracts.CustomerCap && c.Then == contracts.Continue && d.oneIn(2) {
			c.Overage.Factor = decimal.New(int64(d.between(5, 20)), -1)
		}
		doc.Caps = append(doc.Caps, c)
	case 4, 5:
		x := contracts.Discount{ID: name("off", len(doc.Discounts)), Lines: some(d, all), Percent: decimal.NewFromInt(int64(one(d, 10, 33, 100)))}
		if d.oneIn(3) {
			x.Percent, x.Amount, x.Every = decimal.Zero, d.sum(60), d.every()
		}
		x.From, x.Through = d.bounds(*doc)
		doc.Discounts = append(doc.Discounts, x)
	case 6, 7:
		c := contracts.Credit{ID: name("credit", len(doc.Credits)), Kind: one(d, contracts.Promotional, contracts.Goodwill), Lines: some(d, all), Amount: d.sum(500), Priority: d.Intn(3), Reason: "drawn"}
		c.From, c.Through = d.bounds(*doc)
		doc.Credits = append(doc.Credits, c)
	case 8:
		doc.Trial = &contracts.Trial{Through: d.anyDay(period.NewSpan(doc.Term.From, doc.Term.From.AddDays(120))), Lines: some(d, all), Then: one(d, contracts.Convert, contracts.Convert, contracts.End)}
	}
}

func (d draw) prepaid(doc contracts.Document, id string, metered []string) contracts.Prepaid {
	p := contracts.Prepaid{ID: id, Product: "prepaid", Lines: one(d, metered, []string{one(d, metered...)}), Amount: d.sum(300), Every: d.every(), Priority: one(d, 0, 0, 1)}
	if p.From, p.Through = d.bounds(doc); d.oneIn(3) {
		p.Amount, p.Units, p.Price, p.Lines = decimal.Zero, d.sum(500), d.sum(300), []string{one(d, metered...)}
	} else if d.oneIn(3) {
		p.Price = d.sum(300)
	}
	switch d.Intn(4) {
	case 0:
		p.Rollover = &contracts.Rollover{Percent: decimal.NewFromInt(int64(one(d, 0, 50))), Most: decimal.NewFromInt(int64(one(d, 0, 40))), Periods: d.Intn(3), Used: one(d, "", contracts.UsedFirst, contracts.UsedLast)}
	case 1:
		p.ExpiresAfterDays = d.between(1, 100)
	}
	switch d.Intn(5) {
	case 0:
		p.Bill = &contracts.Bill{Every: d.every(), In: one(d, "", contracts.Advance, contracts.Arrears)}
	case 1:
		total := d.between(10, 300)
		p.Every, p.Amount, p.Units, p.Price, p.From, p.Through, p.Rollover = "term", decimal.NewFromInt(int64(total)), decimal.Zero, decimal.Zero, period.Date{}, period.Date{}, nil
		p.Bill = &contracts.Bill{Installments: d.installments(termOf(doc), d.between(1, 3), total)}
	}
	switch d.Intn(4) {
	case 0:
		p.Overage.Factor = decimal.New(int64(d.between(5, 20)), -1)
	case 1:
		if len(p.Lines) == 1 {
			p.Overage.UnitPrice = decimal.New(int64(d.between(1, 99)), -2)
		}
	}
	return p
}

func (d draw) commit(doc contracts.Document, id string, all []string) contracts.Commit {
	c := contracts.Commit{ID: id, Product: "minimum", Lines: some(d, all), Amount: d.sum(500), Every: d.every()}
	if c.From, c.Through = d.bounds(doc); d.oneIn(4) {
		c.Amount, c.Units, c.UnitPrice, c.Lines = decimal.Zero, d.sum(900), d.money(1), []string{"calls"}
	}
	switch d.Intn(4) {
	case 0:
		c.Flow, c.Priority = contracts.Waterfall, len(doc.Commits)
	case 1:
		if len(doc.Commits) > 0 {
			c.Within = doc.Commits[0].ID
		}
	}
	return c
}
