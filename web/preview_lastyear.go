package web

import (
	"reflect"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/revrec"
	"ratable/usage"
)

// rerun is the first year of a deal on the usage of the last twelve months, beside what the same usage costs those who
// signed nothing. It says whether a commitment is one the customer would have met.
type rerun struct {
	Span           period.Span
	Months         []rerunMonth
	Meters         []rerunMeter
	Upfront        money.Amount // of prepaid amounts, as they are earned
	TrueUps        money.Amount
	Agreed, Listed money.Amount
	Unlisted       []string // meters without a price for everybody: they are left out on both sides
}

type rerunMonth struct {
	Month          period.Month
	Agreed, Listed money.Amount
}

// rerunMeter is one usage line.
type rerunMeter struct {
	Line, Meter    string
	Source         string // of the price for everybody
	Agreed, Listed money.Amount
}

// lastYear is the deal's first year as it would have been: its days moved by whole months, to the latest year that
// ends by today. A deal shorter than a year is as long as it is.
func lastYear(d contracts.Document, today period.Date) (back int, span period.Span) {
	start, end := d.Start(), d.Term.Through.AddDays(1)
	months := 12
	for months > 1 && end.Before(start.AddMonths(months)) {
		months--
	}
	for back = months - 1 + start.MonthOf().Sub(today.MonthOf()); today.Before(start.AddMonths(months - back)); back++ {
	}
	return back, period.NewSpan(start.AddMonths(-back), start.AddMonths(months-back))
}

// runAgain prices the deal on usage that really was. It is pure.
func runAgain(a contracts.Agreement, sold *catalog.Catalog, days *usage.Days, today period.Date) (rerun, error) {
	d := a.Latest().Document
	back, span := lastYear(d, today)
	out := rerun{Span: span, Upfront: money.Zero(a.Currency), TrueUps: money.Zero(a.Currency), Agreed: money.Zero(a.Currency), Listed: money.Zero(a.Currency)}
	moved := movedBack(reflect.ValueOf(d), back, false).Interface().(contracts.Document)
	listed := moved
	listed.Lines, listed.Prepaid, listed.Commits, listed.Caps, listed.Discounts, listed.Credits = nil, nil, nil, nil, nil, nil
	listed.Trial, listed.Reseller = nil, nil
	at := map[string]int{}
	for _, l := range moved.Lines {
		if l.Usage == nil {
			continue
		}
		price, source, ok := listPrice(sold, d, l, today)
		if !ok {
			out.Unlisted = append(out.Unlisted, l.ID)
			continue
		}
		at[l.ID] = len(out.Meters)
		out.Meters = append(out.Meters, rerunMeter{Line: l.ID, Meter: l.Usage.Meter, Source: source, Agreed: out.Agreed, Listed: out.Listed})
		price.Where = l.Usage.Where
		l.Usage = &price
		listed.Lines = append(listed.Lines, l)
	}
	if len(out.Meters) == 0 {
		return out, nil
	}
	then := soldThen(sold, d.Start())
	agreed, err := earnedAgain(a, moved, then, days, span)
	if err != nil {
		return out, err
	}
	list, err := earnedAgain(a, listed, then, days, span)
	if err != nil {
		return out, err
	}
	out.add(agreed, list, at)
	return out, nil
}

// earnedAgain is what a document earns in a span, by month and line.
func earnedAgain(a contracts.Agreement, d contracts.Document, sold *catalog.Catalog, days *usage.Days, span period.Span) ([]revrec.Row, error) {
	a.Concessions, a.Deliveries, a.Versions = nil, nil, []contracts.Version{{Number: 1, EffectiveOn: d.Start(), Document: d}}
	pieces, err := contracts.Charges(a, sold, days, span.End)
	if err != nil {
		return nil, err
	}
	var out []revrec.Row
	for _, row := range revrec.Schedule(a.Contract, pieces, span.End.AddDays(-1).MonthOf()) {
		if row.Month.Before(span.End.AddDays(-1).MonthOf().Next()) {
			out = append(out, row)
		}
	}
	return out, nil
}

// add sums both sides up. Fixed fees are the same either way and left out.
func (r *rerun) add(agreed, listed []revrec.Row, at map[string]int) {
	months := map[period.Month]int{}
	for _, m := range r.Span.Months() {
		months[m] = len(r.Months)
		r.Months = append(r.Months, rerunMonth{m, r.Agreed, r.Listed})
	}
	for _, row := range agreed {
		i, known := at[row.Line]
		switch {
		case row.Kind == contracts.Prepayment:
			r.Upfront = r.Upfront.Add(row.Amount)
		case row.Kind == contracts.TrueUp:
			r.TrueUps = r.TrueUps.Add(row.Amount)
		case known:
			r.Meters[i].Agreed = r.Meters[i].Agreed.Add(row.Amount)
		default:
			continue
		}
		r.Agreed = r.Agreed.Add(row.Amount)
		if m, in := months[row.Month]; in {
			r.Months[m].Agreed = r.Months[m].Agreed.Add(row.Amount)
		}
	}
	for _, row := range listed {
		i := at[row.Line]
		r.Meters[i].Listed, r.Listed = r.Meters[i].Listed.Add(row.Amount), r.Listed.Add(row.Amount)
		if m, in := months[row.Month]; in {
			r.Months[m].Listed = r.Months[m].Listed.Add(row.Amount)
		}
	}
}

// listPrice is what everybody pays for the usage that a line counts: by the deal's own plan as it is sold today, else by a
// plan of usage alone, else the product's stand-alone price, else by the plan with the least fee.
func listPrice(sold *catalog.Catalog, d contracts.Document, l contracts.Line, today period.Date) (contracts.Usage, string, bool) {
	var own, alone, any []offer
	seen := map[string]bool{}
	for _, p := range sold.Plans() {
		o, ok := offered(sold, p.Code, d.Currency, l, today)
		switch {
		case !ok || seen[p.Code]:
		case d.Plan != nil && d.Plan.Code == p.Code:
			own = append(own, o)
		case o.fee.IsPositive():
			any = append(any, o)
		default:
			alone = append(alone, o)
		}
		seen[p.Code] = true
	}
	product, _ := sold.Product(l.Product, today)
	if one, ok := product.StandaloneIn(money.Currency(d.Currency), ""); ok {
		each := catalog.Price{Model: catalog.PerUnit, Amount: one.Best()}
		alone = append(alone, offer{usage: contracts.Usage{Meter: l.Usage.Meter, Every: "month", Price: each}, source: "the stand-alone price"})
	}
	slices.SortStableFunc(any, func(a, b offer) int { return a.fee.Cmp(b.fee) })
	for _, o := range slices.Concat(own, alone, any) {
		return o.usage, o.source, true
	}
	return contracts.Usage{}, "", false
}

// offer is a price that everybody gets.
type offer struct {
	usage  contracts.Usage
	source string
	fee    decimal.Decimal // a year, beside the usage
}

// offered is what a plan asks for the usage that a line counts. Units that a fee includes are not free to who pays none.
func offered(sold *catalog.Catalog, code, currency string, l contracts.Line, today period.Date) (offer, bool) {
	plan, ok := sold.Plan(code, today)
	if !ok || plan.Retired || plan.Currency != "" && plan.Currency != currency {
		return offer{}, false
	}
	terms, err := contracts.TemplateOf(plan)
	if err != nil { // a plan that nobody can read offers nothing
		return offer{}, false
	}
	out := offer{source: "the price of " + plan.Name}
	found := false
	for _, line := range terms.Lines {
		if f := line.Fixed; f != nil {
			cadence, _ := period.ParseCadence(f.Every)
			times := 12 / max(cadence.Months(), 1)
			if cadence == period.Term {
				times = 1
			}
			out.fee = out.fee.Add(f.Quantity.Mul(f.UnitPrice).Mul(decimal.NewFromInt(int64(times))))
		}
		if line.Usage != nil && line.Usage.Meter == l.Usage.Meter && line.Product == l.Product && !found {
			out.usage, found = *line.Usage, true
		}
	}
	if out.fee.IsPositive() {
		out.usage.Included = decimal.Decimal{}
	}
	return out, found
}

// soldThen is the catalog with today's products sold since ever: a deal that is moved back must find them.
func soldThen(sold *catalog.Catalog, on period.Date) *catalog.Catalog {
	var products []catalog.Product
	seen := map[string]bool{}
	for _, p := range sold.Products() {
		if now, ok := sold.Product(p.Code, on); ok && !seen[p.Code] {
			seen[p.Code], now.StartsOn = true, period.NewDate(1990, time.January, 1)
			products = append(products, now)
		}
	}
	return catalog.New(products, sold.Meters(), nil)
}

// movedBack copies a value with every day in it some months earlier. A last day moves as the day after it does, so that
// steps which meet still meet.
func movedBack(v reflect.Value, months int, last bool) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch {
	case v.Type() == reflect.TypeFor[decimal.Decimal]():
	case v.Type() == reflect.TypeFor[period.Date]():
		if d := v.Interface().(period.Date); !d.IsZero() && last {
			out.Set(reflect.ValueOf(d.AddDays(1).AddMonths(-months).AddDays(-1)))
		} else if !d.IsZero() {
			out.Set(reflect.ValueOf(d.AddMonths(-months)))
		}
	case v.Kind() == reflect.Pointer && !v.IsNil():
		out.Set(reflect.New(v.Type().Elem()))
		out.Elem().Set(movedBack(v.Elem(), months, false))
	case v.Kind() == reflect.Slice && !v.IsNil():
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(movedBack(v.Index(i), months, false))
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(movedBack(v.Field(i), months, v.Type().Field(i).Name == "Through"))
		}
	}
	return out
}
