package web

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/period"
	"ratable/web/ui"
)

// This file says what stands around the lines of a contract: prepaid amounts, commitments, caps, discounts, credits.

func percentageTerms(p catalog.Price, unit string) []string {
	out := []string{digits(p.Percent) + " % of each event's amount"}
	if p.PerEvent.IsPositive() {
		out[0] += ", and " + price(p.PerEvent) + " per event"
	}
	var free []string
	if p.FreeEvents > 0 {
		free = append(free, howMany(p.FreeEvents, "event"))
	}
	if p.FreeUnits.IsPositive() {
		free = append(free, digits(p.FreeUnits)+" "+units(unit))
	}
	if len(free) > 0 {
		out = append(out, "First "+strings.Join(free, " or ")+" free, whichever comes first")
	}
	if p.Minimum.IsPositive() {
		out = append(out, "At least "+price(p.Minimum)+" per event")
	}
	if p.Maximum.IsPositive() {
		out = append(out, "At most "+price(p.Maximum)+" per event")
	}
	return out
}

func matrixTerms(p catalog.Price, unit string) []string {
	out := []string{"By " + p.By + ":"}
	for _, value := range slices.Sorted(maps.Keys(p.Prices)) {
		out = append(out, value+": "+strings.Join(priceTerms(p.Prices[value], unit), ", "))
	}
	if p.Other != nil {
		out = append(out, "any other: "+strings.Join(priceTerms(*p.Other, unit), ", "))
	}
	return out
}

func onceTerms(o contracts.Once) []string {
	quantity := o.Quantity
	if quantity.IsZero() {
		quantity = decimal.NewFromInt(1)
	}
	out := digits(quantity) + " × " + price(o.UnitPrice) + ", once"
	if o.Milestone != "" {
		return []string{out, "When delivered: " + o.Milestone}
	}
	return []string{out + ", on " + ui.DayText(o.On)}
}

func installmentTerms(every string, all []contracts.Installment) []string {
	total := decimal.Zero
	var out []string
	for _, i := range all {
		total = total.Add(i.Amount)
		out = append(out, price(i.Amount)+" on "+ui.DayText(i.On))
	}
	return append([]string{price(total) + " " + every + ", in " + howMany(len(all), "installment") + ":"}, out...)
}

// over names what a promise is about; no names mean every line.
func over(lines []string) string {
	if len(lines) == 0 {
		return "all lines"
	}
	return strings.Join(lines, ", ")
}

// between says the days of a promise when it has some of its own.
func between(from, through period.Date) []string {
	switch {
	case from.IsZero() && through.IsZero():
		return nil
	case through.IsZero():
		return []string{"From " + ui.DayText(from)}
	case from.IsZero():
		return []string{"Through " + ui.DayText(through)}
	}
	return []string{ui.SpanText(period.Through(from, through))}
}

func commitTerms(c contracts.Commit) []string {
	out := []string{"At least " + price(c.Amount) + " " + every(c.Every) + " on " + over(c.Lines), "What is not spent is charged at the end"}
	if c.Units.IsPositive() {
		out = []string{"At least " + digits(c.Units) + " units " + every(c.Every) + " on " + over(c.Lines), "Each unit not used is charged " + price(c.UnitPrice) + " at the end"}
	}
	if c.Flow == contracts.Waterfall {
		out = append(out, fmt.Sprintf("A charge counts for the first commitment that is not met; this one is number %d", c.Priority))
	}
	if c.Within != "" {
		out = append(out, "What it charges counts for "+c.Within+" too")
	}
	return append(out, between(c.From, c.Through)...)
}

func prepaidTerms(c contracts.Prepaid) []string {
	upFront, covers := c.Price, price(c.Amount)+" of usage"
	if upFront.IsZero() {
		upFront = c.Amount
	}
	if c.Units.IsPositive() {
		covers = digits(c.Units) + " units"
	}
	out := []string{price(upFront) + " " + every(c.Every) + " up front", "Covers " + covers + " on " + over(c.Lines)}
	if b := c.Bill; b != nil && len(b.Installments) > 0 {
		out[0] = price(upFront) + " " + every(c.Every)
		out = append(out, installmentTerms("for all its periods", b.Installments)...)
	} else if b != nil && b.Every != "" {
		out[0] = price(upFront) + " " + every(c.Every) + ", asked for " + each[b.Every]
		if b.In == contracts.Arrears {
			out[0] += ", in arrears"
		}
	}
	if r := c.Rollover; r != nil {
		out = append(out, rolloverTerms(*r))
	}
	if c.ExpiresAfterDays > 0 {
		out = append(out, "What is unused lapses "+howMany(c.ExpiresAfterDays, "day")+" after its period")
	}
	if c.Priority != 0 {
		out = append(out, fmt.Sprintf("Drawn in order %d", c.Priority))
	}
	return append(append(out, between(c.From, c.Through)...), "Above it "+overageTerms(c.Overage))
}

func rolloverTerms(r contracts.Rollover) string {
	part := "What is unused"
	if r.Percent.IsPositive() && !r.Percent.Equal(decimal.NewFromInt(100)) {
		part = digits(r.Percent) + " % of what is unused"
	}
	if r.Most.IsPositive() {
		part += ", at most " + digits(r.Most) + ","
	}
	used := "used first"
	if r.Used == contracts.UsedLast {
		used = "used last"
	}
	return part + " is carried on for " + howMany(max(1, r.Periods), "period") + ", " + used
}

func overageTerms(o contracts.Overage) string {
	switch {
	case o.UnitPrice.IsPositive():
		return price(o.UnitPrice) + " per unit"
	case o.Factor.IsPositive() && !o.Factor.Equal(decimal.NewFromInt(1)):
		return "the list price × " + digits(o.Factor)
	}
	return "the list price"
}

var aboveWords = map[contracts.Above]string{
	contracts.Stop: "the service stops, and nothing above is billed", contracts.Throttle: "the service slows down", contracts.Warn: "the customer is warned", contracts.Continue: "the service goes on",
}

func capTerms(c contracts.Cap) []string {
	most := price(c.Amount)
	if c.Units.IsPositive() {
		most = digits(c.Units) + " units"
	}
	head, above := "Never more than "+most+" ", c.Then
	if c.Kind == contracts.CustomerCap {
		head = "The customer's own limit: " + most + " "
	}
	if above == "" {
		above = contracts.Continue
		if c.Kind == contracts.CustomerCap {
			above = contracts.Warn
		}
	}
	out := []string{head + every(c.Every) + " on " + over(c.Lines), "Above it " + aboveWords[above]}
	if c.Kind == contracts.CustomerCap && above == contracts.Continue {
		out[1] += ", at " + overageTerms(c.Overage)
	}
	return out
}

func discountTerms(d contracts.Discount) []string {
	out := []string{digits(d.Percent) + " % off " + over(d.Lines)}
	if d.Amount.IsPositive() {
		out = []string{price(d.Amount) + " off " + over(d.Lines) + " " + every(d.Every)}
	}
	return append(append(out, between(d.From, d.Through)...), given(d.Programme, d.Reason)...)
}

func creditTerms(c contracts.Credit) []string {
	out := []string{capital(string(c.Kind)) + " credit of " + price(c.Amount) + " on " + over(c.Lines) + ", until it is used up"}
	if c.Priority != 0 {
		out = append(out, fmt.Sprintf("Used in order %d", c.Priority))
	}
	return append(append(out, between(c.From, c.Through)...), given(c.Programme, c.Reason)...)
}

func given(programme, reason string) (out []string) {
	if programme != "" {
		out = append(out, "Under the programme "+programme)
	}
	if reason != "" {
		out = append(out, reason)
	}
	return out
}
