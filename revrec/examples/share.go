package examples

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
)

// promises reads the obligations of a contract with what they sell for alone, and what the contract says of them.
func (f *facts) promises() []revrec.Promise {
	var out []revrec.Promise
	for _, o := range f.list("obligations") {
		p := revrec.Promise{Name: o.text("name")}
		switch {
		case o.has("ssp"):
			p.Standalone = o.decimal("ssp")
		default:
			p.Residual = true
		}
		if o.has("method") {
			p.Residual = o.only("method", "observable", "residual") == "residual"
		}
		if o.has("ssp_range") {
			p.Low, p.High = o.bounds("ssp_range")
		}
		for _, key := range []string{"price", "stated", "selling_price"} {
			if o.has(key) {
				p.Stated = o.amount(key)
			}
		}
		out = append(out, p)
	}
	return out
}

func (f *facts) bounds(key string) (low, high decimal.Decimal) {
	ends := f.texts(key)
	if len(ends) != 2 {
		refuse("%s%s: a range has two ends", f.at, key)
	}
	return decimalOf(ends[0]), decimalOf(ends[1])
}

// shared writes an allocation.
func shared(allocated []revrec.Allocated) object {
	var out object
	for _, a := range allocated {
		out.put(a.Name, a.Amount.String())
	}
	return out
}

func carves(allocated []revrec.Allocated) object {
	var out object
	for _, a := range allocated {
		out.put(a.Name, a.Carve.String())
	}
	return out
}

// relative shares a price by relative stand-alone price; a residual promise or a bundle that is sold as such change the rule.
func relative(f *facts) object {
	price, promises := f.amount("transaction_price"), f.promises()
	f.only("rounding", string(catalog.LargestRemainder))
	f.tells("list_price", "ssp_pct", "voucher") // how the stand-alone prices were found
	stated := f.has("selling_prices")
	if stated {
		prices := f.under("selling_prices")
		for i := range promises {
			promises[i].Stated = prices.amount(promises[i].Name)
		}
	}
	var bundles []revrec.Bundle
	if f.has("observable_bundle") {
		b := f.under("observable_bundle")
		bundles = append(bundles, revrec.Bundle{Of: b.texts("items"), Price: b.decimal("price")})
	}
	allocated := solved(revrec.AllocatePrice(price, promises, bundles...))
	var out object
	out.put("allocation", shared(allocated))
	out.put("total", price.String())
	out.put("sum_must_be_exact", total(allocated) == price)
	if stated {
		out.put("carve_in_out", carves(allocated))
	}
	f.earnedAfter(&out, allocated)
	return out
}

func total(allocated []revrec.Allocated) money.Amount {
	var all []money.Amount
	for _, a := range allocated {
		all = append(all, a.Amount)
	}
	return money.Sum(all...)
}

// earnedAfter is how shares are earned, where a case goes on to that: a promise's schedule, or what is redeemed of points, which
// are the last promise.
func (f *facts) earnedAfter(out *object, allocated []revrec.Allocated) {
	for _, a := range allocated {
		key := a.Name + "_schedule"
		if f.has(key) {
			s := f.under(key)
			terms := revrec.Terms{Spreading: s.spreading(string(catalog.MonthlyEven)), Service: revrec.MonthsFrom(s.date("start"), s.count("months"))}
			out.put(key, scheduleOf(solved(terms.Spread(a.Amount))))
		}
	}
	if !f.has("redemptions") {
		return
	}
	points := allocated[len(allocated)-1].Amount
	var redeemed []revrec.Redeemed
	for _, r := range f.list("redemptions") {
		c := f.currency()
		redeemed = append(redeemed, revrec.Redeemed{Cumulative: money.Price(r.decimal("cumulative"), c), Expected: money.Price(r.decimal("expected_total"), c)})
	}
	for i, d := range revrec.Redeem(points, redeemed) {
		var period object
		period.put("revenue", d.Earned.String())
		period.put("contract_liability", d.Liability.String())
		out.put(fmt.Sprintf("period_%d", i+1), period)
	}
}

// residual shares what observed prices leave.
func residual(f *facts) object {
	if f.has("obligations") {
		return relative(f)
	}
	var promises []revrec.Promise
	for _, group := range []struct {
		key      string
		residual bool
	}{{"observable", false}, {"residual_lines", true}} {
		lines := f.under(group.key)
		for _, name := range lines.keys {
			promises = append(promises, revrec.Promise{Name: name, Standalone: lines.decimal(name), Residual: group.residual})
		}
	}
	f.only("rounding", string(catalog.LargestRemainder))
	price := f.amount("transaction_price")
	allocated := solved(revrec.AllocatePrice(price, promises))
	var out object
	out.put("allocation", shared(allocated))
	out.put("total", price.String())
	out.put("sum_must_be_exact", total(allocated) == price)
	return out
}

// variable gives a variable amount to the one promise it depicts, if there is one.
func variable(f *facts) object {
	fixed, promises := f.amount("fixed"), f.promises()
	i, wholly := revrec.WhollyTo(fixed, f.amount("royalty_estimate"), promises)
	var out object
	if !wholly {
		allocated := solved(revrec.AllocatePrice(fixed, promises))
		out.put("allocation", shared(allocated))
		out.put("allocation_fixed", shared(allocated))
		out.put("entirely_to", nil)
		return out
	}
	others := append(append([]revrec.Promise{}, promises[:i]...), promises[i+1:]...)
	allocation := shared(solved(revrec.AllocatePrice(fixed, others)))
	allocation.put(promises[i].Name, revrec.AsSalesOccur)
	out.put("allocation", allocation)
	out.put("entirely_to", promises[i].Name)
	return out
}

func ranged(f *facts) object {
	var s catalog.Standalone
	s.Low, s.High = f.bounds("range")
	prices := f.texts("prices")
	var out object
	for _, by := range []revrec.Outside{revrec.NearestBound, revrec.Midpoint} {
		list := []any{}
		for _, p := range prices {
			list = append(list, f.spelled(revrec.StandaloneOf(decimalOf(p), s, by)))
		}
		out.put(string(by), list)
	}
	return out
}

// spelled writes a price with at least the decimals of its currency.
func (f *facts) spelled(price decimal.Decimal) string {
	_, decimals, _ := strings.Cut(price.String(), ".")
	return price.StringFixed(max(int32(f.currency().Exponent()), int32(len(decimals))))
}

func ramps(f *facts) object {
	groups := f.under("groups")
	var all []revrec.Ramp
	for _, name := range groups.keys {
		r := revrec.Ramp{Name: name}
		for _, l := range groups.list(name) {
			line := revrec.RampLine{Name: l.text("id"), Stated: l.amount("sell"), Standalone: l.decimal("ssp"), Days: int64(l.count("days"))}
			if l.has("qty") {
				line.Quantity = l.decimal("qty")
			}
			r.Lines = append(r.Lines, line)
		}
		all = append(all, r)
	}
	by := revrec.Averaging(f.only("averaging", string(revrec.ByTerm), string(revrec.ByVolume)))
	shares, lines, err := revrec.AverageRamps(all, by)
	solved(shares, err)
	var out, given object
	for i, s := range shares {
		var group object
		group.put("total", s.Amount.String())
		group.put("lines", shared(lines[i]))
		given.put(s.Name, group)
	}
	out.put("groups", given)
	out.put("sum_must_be_exact", true)
	return out
}

// years is an accounting calendar of whole years.
func (f *facts) years() (period.Calendar, []period.AccountingPeriod) {
	var rows []period.AccountingPeriod
	for _, year := range f.texts("years") {
		first := f.sane(solved(period.ParseDate(year + "-01-01")))
		rows = append(rows, period.AccountingPeriod{Name: year, Span: period.NewSpan(first, first.AddMonths(12))})
	}
	return solved(period.NewCalendar(rows)), rows
}

// priceRamp is one service at a price that changes by year: line by line, and levelled as one ramp.
func priceRamp(f *facts) object {
	calendar, years := f.years()
	var charges []money.Amount
	for _, text := range f.texts("prices") {
		charges = append(charges, f.amountOf(text))
	}
	if len(charges) != len(years) {
		refuse("prices: not one for every year")
	}
	terms := revrec.Terms{Spreading: catalog.Spreading{Method: catalog.MonthlyFraction, Rounding: f.rounding()}, Calendar: calendar}
	var separate []revrec.Portion
	for i, y := range years {
		terms.Service.Days = y.Span
		separate = append(separate, solved(terms.Spread(charges[i]))...)
	}
	terms.Service.Days = period.NewSpan(years[0].Span.Start, years[len(years)-1].Span.End)
	level := solved(revrec.Level(charges, terms))
	var out object
	out.put("separate", scheduleOf(separate))
	out.put("ramp", scheduleOf(level))
	out.put("contract_asset_if_billed_annually_in_advance", assets(level, charges))
	return out
}

// seats is a ramp of the quantity: more is served, so every year earns what it costs.
func seats(f *facts) object {
	calendar, years := f.years()
	quantities := f.texts("seats")
	if len(quantities) != len(years) {
		refuse("seats: not one number for every year")
	}
	l := life{currency: f.currency()}
	steps := []any{}
	for i, y := range years {
		l.reach(y.Span)
		steps = append(steps, map[string]any{"from": y.Span.Start.String(), "through": y.Span.Last().String(), "quantity": decimalOf(quantities[i]).String(), "unit_price": f.decimal("price_per_seat_year").String()})
	}
	l.lines = append(l.lines, map[string]any{"id": "seats", "product": l.product("seats", "ratable", nil), "fixed": map[string]any{"every": "year", "ramp": steps}})
	charges := asked(l.play())
	if len(charges) != len(years) {
		refuse("a year without a charge")
	}
	var parts []revrec.Portion
	for i, y := range years {
		terms := revrec.Terms{Spreading: catalog.Spreading{Method: catalog.MonthlyFraction}, Calendar: calendar, Service: revrec.Service{Days: y.Span}}
		parts = append(parts, solved(terms.Spread(charges[i]))...)
	}
	var out object
	out.put("revenue", scheduleOf(parts))
	out.put("contract_asset_if_billed_annually_in_advance", assets(parts, charges))
	return out
}

// assets is what is earned and not billed at the end of each period, one charge being billed in each.
func assets(parts []revrec.Portion, charges []money.Amount) object {
	var out object
	var at ledger.Position
	for i, p := range parts {
		at = at.After(charges[i], p.Amount)
		out.put(p.Period.Span.Last().String(), at.Unbilled.String())
	}
	return out
}
