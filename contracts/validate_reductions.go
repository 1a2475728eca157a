package contracts

import (
	"fmt"

	"ratable/internal/fault"
	"ratable/internal/period"
)

// maxReductions bounds each list of caps, discounts and credits; pricing takes
// time with each.
const maxReductions = 100

// validateReductions checks caps, discounts and credits.
func (d Document) validateReductions(f *findings) {
	for _, list := range []struct {
		key string
		n   int
	}{{"caps", len(d.Caps)}, {"discounts", len(d.Discounts)}, {"credits", len(d.Credits)}} {
		if list.n > maxReductions {
			f.add(list.key, "", "has %d entries; at most %d fit, so make it several contracts", list.n, maxReductions)
			return
		}
	}
	seen := map[string]string{}
	for key, ids := range map[string][]string{"lines": d.lineIDs(), "commitments": d.commitIDs(), "prepaid": d.prepaidIDs()} {
		for i, id := range ids {
			seen[id] = fmt.Sprintf("%s[%d].id", key, i)
		}
	}
	for i, c := range d.Caps {
		at := fmt.Sprintf("caps[%d]", i)
		unique(f, seen, at+".id", c.ID)
		f.text(at+".clause", c.Clause, 60)
		d.validateCap(f, at, c)
	}
	for i, x := range d.Discounts {
		at := fmt.Sprintf("discounts[%d]", i)
		unique(f, seen, at+".id", x.ID)
		f.text(at+".clause", x.Clause, 60)
		d.validateDiscount(f, at, x)
	}
	for i, c := range d.Credits {
		at := fmt.Sprintf("credits[%d]", i)
		unique(f, seen, at+".id", c.ID)
		f.text(at+".clause", c.Clause, 60)
		d.validateCredit(f, at, c)
	}
}

func (d Document) validateDiscount(f *findings, at string, x Discount) {
	if len(x.Lines) > 0 {
		d.refers(f, at+".lines", x.Lines, d.lineIDs(), d.prepaidIDs(), d.commitIDs())
	}
	f.text(at+".reason", x.Reason, 200)
	d.validateProgramme(f, at, x.Programme)
	sane := f.figure(at+".amount", x.Amount)
	if sane = f.figure(at+".percent", x.Percent) && sane; !sane {
		return
	}
	f.charge(at+".amount", x.Amount, one, d.Currency)
	percent, amount := x.Percent.IsPositive(), x.Amount.IsPositive()
	switch {
	case !percent && !amount:
		f.add(at+".percent", "", "is missing or zero; give a percent, or an amount off each period")
	case percent && amount:
		f.add(at+".amount", x.Amount.String(), "stands beside percent; write two discounts, they are taken one after the other")
	case x.Percent.GreaterThan(hundred):
		f.add(at+".percent", x.Percent.String(), "is more than 100; nothing is charged below zero")
	case percent && x.Every != "":
		f.add(at+".every", fault.Shown(x.Every), "belongs to an amount; a percentage is taken off every charge, so leave it out")
	case amount:
		f.cadence(at+".every", x.Every)
		d.validateDiscountPeriod(f, at, x)
	}
}

// validateDiscountPeriod refuses an amount off periods in which no usage of its
// lines is charged.
func (d Document) validateDiscountPeriod(f *findings, at string, x Discount) {
	for _, l := range d.Lines {
		if l.Usage != nil && scoped(x.Lines, Piece{Line: l.ID}) && longer(l.every(), x.Every) {
			f.add(at+".every", x.Every, "is shorter than the billing period of line %s, %s; name other lines, or make it as long", l.ID, l.every())
		}
	}
}

func (d Document) validateCredit(f *findings, at string, c Credit) {
	if c.Kind != Promotional && c.Kind != Goodwill {
		f.add(at+".kind", fault.Shown(string(c.Kind)), "must be promotional or goodwill")
	}
	if len(c.Lines) > 0 {
		d.refers(f, at+".lines", c.Lines, d.lineIDs(), d.prepaidIDs(), d.commitIDs())
	}
	if f.figure(at+".amount", c.Amount) {
		f.charge(at+".amount", c.Amount, one, d.Currency)
		if c.Amount.IsZero() {
			f.add(at+".amount", "", "is missing or zero; give what the credit pays for in all")
		}
	}
	if c.Reason == "" {
		f.add(at+".reason", "", "is missing: it is printed on the invoice")
	}
	f.text(at+".reason", c.Reason, 200)
	d.validateProgramme(f, at, c.Programme)
}

func (d Document) validateProgramme(f *findings, at, code string) {
	if code != "" {
		f.key(at+".programme", code, "a programme of ours by its code")
	}
}

// validateSpendDays holds the days of commitments, discounts and credits against
// the term.
func (d Document) validateSpendDays(f *findings, term period.Span) {
	for i, c := range d.Commits {
		validateBounds(f, fmt.Sprintf("commitments[%d]", i), c.From, c.Through, term)
	}
	for i, x := range d.Discounts {
		validateBounds(f, fmt.Sprintf("discounts[%d]", i), x.From, x.Through, term)
	}
	for i, c := range d.Credits {
		validateBounds(f, fmt.Sprintf("credits[%d]", i), c.From, c.Through, term)
	}
}

func validateBounds(f *findings, at string, from, through period.Date, term period.Span) {
	for _, end := range []struct {
		key string
		day period.Date
	}{{".from", from}, {".through", through}} {
		if !end.day.IsZero() && !term.Contains(end.day) {
			f.add(at+end.key, end.day.String(), "lies outside the term %s", term)
			return
		}
	}
	if days := bounded(term, from, through); days.Empty() {
		f.add(at+".through", through.String(), "is before the first day %s", days.Start)
	}
}
