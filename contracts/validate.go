package contracts

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// MaxTermYears bounds a contract's term; longer ones are entered as renewals.
const MaxTermYears = 20

// findings collects what is wrong, each with the path of the key at fault.
type findings []fault.Field

func (f *findings) add(path, value, format string, args ...any) {
	*f = append(*f, fault.Field{Path: path, Value: value, Message: fmt.Sprintf(format, args...)})
}

// Validate says everything that is wrong with the document by itself; an empty
// result means that Charges can price it. Whether its products, meters and
// parties exist is Check's question, for which the catalog is needed.
func (d Document) Validate() []fault.Field {
	var f findings
	d.validateHead(&f)
	d.validateLines(&f)
	d.validateCommits(&f)
	d.validateSoftCaps(&f)
	return f
}

var key = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]{0,59}$`)

func (f *findings) key(path, value, what string) {
	if !key.MatchString(value) {
		f.add(path, value, "must name %s: letters, digits, . _ / - and at most 60 of them", what)
	}
}

func (f *findings) text(path, value string, most int) {
	if len([]rune(value)) > most {
		f.add(path, "", "is longer than %d characters", most)
	}
	if strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		f.add(path, "", "holds a control character; remove it")
	}
}

func (d Document) validateHead(f *findings) {
	f.key("contract", d.Contract, "the contract's number")
	f.key("entity", d.Entity, "the selling legal entity")
	f.key("customer", d.Customer, "the customer by external id")
	if d.Payer != "" {
		f.key("payer", d.Payer, "the payer by external id")
	}
	f.text("title", d.Title, 200)
	f.text("reason", d.Reason, 1000)
	f.text("billing.po_number", d.Billing.PONumber, 60)
	if _, err := money.ParseCurrency(d.Currency); err != nil {
		f.add("currency", d.Currency, "is not an ISO 4217 currency code such as USD or EUR")
	}
	d.validateTerm(f)
	if d.Billing.NetDays < 0 || d.Billing.NetDays > 365 {
		f.add("billing.net_days", fmt.Sprint(d.Billing.NetDays), "must be from 0 to 365 days")
	}
	if d.Billing.Align != Anniversary && d.Billing.Align != Calendar && d.Billing.Align != "" {
		f.add("billing.align", string(d.Billing.Align), "must be anniversary or calendar")
	}
	if d.Plan != nil && (d.Plan.Code == "" || d.Plan.Version < 1) {
		f.add("plan", d.Plan.Code, "needs a code and a version from 1")
	}
	d.validateReseller(f)
}

func (d Document) validateTerm(f *findings) {
	switch {
	case d.Term.From.IsZero():
		f.add("term.from", "", "is missing: the first day of the contract, such as 2026-01-01")
	case d.Term.Through.IsZero():
		f.add("term.through", "", "is missing: the last day of the contract, such as 2026-12-31")
	case d.Term.Through.Before(d.Term.From):
		f.add("term.through", d.Term.Through.String(), "is before term.from %s; the last day cannot precede the first", d.Term.From)
	case d.Term.From.AddMonths(12 * MaxTermYears).Before(d.Term.Through):
		f.add("term.through", d.Term.Through.String(), "makes a term of more than %d years; enter the rest as a renewal", MaxTermYears)
	case d.Start().Before(d.Term.From) || d.Term.Through.Before(d.Start()):
		f.add("effective", d.Effective.String(), "lies outside the term %s", d.Term.Span())
	}
}

func (d Document) validateReseller(f *findings) {
	if d.Reseller == nil {
		return
	}
	m := d.Reseller.MarginPercent
	if m.IsNegative() || m.GreaterThanOrEqual(decimal.NewFromInt(100)) {
		f.add("reseller.margin_percent", m.String(), "must be from 0 to below 100")
	}
	if d.Payer == "" {
		f.add("payer", "", "is missing: a wholesale contract is paid by the reseller, so name it here")
	}
}

func (d Document) validateLines(f *findings) {
	if len(d.Lines) == 0 {
		f.add("lines", "", "is empty: a contract needs at least one line")
	}
	seen := map[string]string{}
	for i, l := range d.Lines {
		at := fmt.Sprintf("lines[%d]", i)
		unique(f, seen, at+".id", l.ID)
		f.key(at+".product", l.Product, "a product of the catalog")
		f.text(at+".description", l.Description, 200)
		f.text(at+".clause", l.Clause, 60)
		d.validateLineDays(f, at, l)
		switch {
		case l.Fixed != nil && l.Usage != nil:
			f.add(at, l.ID, "has both fixed and usage; split it into two lines")
		case l.Fixed != nil:
			d.validateFixed(f, at+".fixed", l)
		case l.Usage != nil:
			validateUsage(f, at+".usage", *l.Usage)
		default:
			f.add(at, l.ID, "has no price: give it fixed or usage")
		}
	}
	for i, c := range d.Commits {
		unique(f, seen, fmt.Sprintf("commitments[%d].id", i), c.ID)
	}
	for i, c := range d.SoftCaps {
		unique(f, seen, fmt.Sprintf("soft_caps[%d].id", i), c.ID)
	}
}

// unique holds ids apart across lines, commitments and caps alike, because each
// of them is a lineage in invoices and postings.
func unique(f *findings, seen map[string]string, path, id string) {
	f.key(path, id, "the line; it stays the same through amendments")
	if first, again := seen[id]; again && id != "" {
		f.add(path, id, "is used twice; %s has it already", first)
	}
	seen[id] = path
}

func (d Document) validateLineDays(f *findings, at string, l Line) {
	term, days := d.Term.Span(), d.days(l)
	if !l.From.IsZero() && !term.Contains(l.From) {
		f.add(at+".from", l.From.String(), "lies outside the term %s", term)
	}
	if !l.Through.IsZero() && !term.Contains(l.Through) {
		f.add(at+".through", l.Through.String(), "lies outside the term %s", term)
	}
	if days.Empty() && !term.Empty() {
		f.add(at+".through", l.Through.String(), "is before the line's first day %s", days.Start)
	}
}

func (d Document) validateFixed(f *findings, at string, l Line) {
	x := l.Fixed
	f.cadence(at+".every", x.Every)
	if x.In != Advance && x.In != Arrears && x.In != "" {
		f.add(at+".in", string(x.In), "must be advance or arrears")
	}
	if len(x.Ramp) == 0 {
		f.notNegative(at+".quantity", x.Quantity)
		f.notNegative(at+".unit_price", x.UnitPrice)
		if x.Quantity.IsZero() {
			f.add(at+".quantity", "0", "is missing or zero; give the number of units, such as 1")
		}
		return
	}
	if !x.Quantity.IsZero() || !x.UnitPrice.IsZero() {
		f.add(at+".ramp", "", "stands beside quantity or unit_price; keep one of the two")
	}
	validateRamp(f, at+".ramp", x.Ramp, d.days(l))
}

// validateRamp holds the steps against the line's days: they must tile them.
//
//	line  |---------------------|
//	steps |-----)[------)[------|    no gap, no overlap, no overhang
func validateRamp(f *findings, at string, ramp []Step, days period.Span) {
	next := days.Start
	for i, s := range ramp {
		here := fmt.Sprintf("%s[%d]", at, i)
		f.notNegative(here+".quantity", s.Quantity)
		f.notNegative(here+".unit_price", s.UnitPrice)
		switch {
		case s.Through.Before(s.From):
			f.add(here+".through", s.Through.String(), "is before from %s", s.From)
		case s.From.Before(next) && i > 0:
			f.add(here+".from", s.From.String(), "overlaps the step before, which runs through %s", next.AddDays(-1))
		case s.From != next:
			f.add(here+".from", s.From.String(), "leaves a gap or overhang: this step must begin on %s", next)
		}
		next = s.Through.AddDays(1)
	}
	if next != days.End && !days.Empty() {
		f.add(at, "", "must end on the line's last day %s", days.End.AddDays(-1))
	}
}

func validateUsage(f *findings, at string, u Usage) {
	f.key(at+".meter", u.Meter, "a meter of the catalog")
	f.cadence(at+".every", u.Every)
	f.notNegative(at+".included", u.Included)
	*f = append(*f, u.Price.Validate(at+".price")...)
}

func (d Document) validateCommits(f *findings) {
	for i, c := range d.Commits {
		at := fmt.Sprintf("commitments[%d]", i)
		f.key(at+".product", c.Product, "the product a true-up is sold as")
		f.cadence(at+".every", c.Every)
		d.scope(f, at+".lines", c.Lines)
		if !c.Amount.IsPositive() {
			f.add(at+".amount", c.Amount.String(), "must be more than zero")
		}
		f.text(at+".clause", c.Clause, 60)
	}
}

func (d Document) validateSoftCaps(f *findings) {
	covered := map[string]string{}
	for i, c := range d.SoftCaps {
		at := fmt.Sprintf("soft_caps[%d]", i)
		f.key(at+".product", c.Product, "the product the up-front payment is sold as")
		f.cadence(at+".every", c.Every)
		f.notNegative(at+".price", c.Price)
		f.notNegative(at+".overage.factor", c.Overage.Factor)
		f.text(at+".clause", c.Clause, 60)
		d.scope(f, at+".lines", c.Lines)
		d.validateCapSize(f, at, c)
		for _, id := range c.Lines {
			if other, twice := covered[id]; twice {
				f.add(at+".lines", id, "is covered by soft cap %s already", other)
			}
			covered[id] = c.ID
		}
	}
}

func (d Document) validateCapSize(f *findings, at string, c SoftCap) {
	money, units := c.Amount.IsPositive(), c.Units.IsPositive()
	switch {
	case money == units:
		f.add(at+".amount", c.Amount.String(), "give the cap either as amount (money) or as units, more than zero")
	case units && len(c.Lines) != 1:
		f.add(at+".units", c.Units.String(), "a cap in units covers exactly one line; use amount to cover several")
	case units && !c.Price.IsPositive():
		f.add(at+".price", c.Price.String(), "is missing: a cap in units needs the price paid up front")
	}
	for _, id := range c.Lines {
		if l, ok := d.line(id); ok && l.Usage == nil {
			f.add(at+".lines", id, "is a fixed fee; a cap covers usage lines")
		} else if ok && c.Units.IsPositive() && l.Usage.Price.Model == catalog.Flat {
			f.add(at+".units", id, "has a flat price, which no number of units uses up; give the cap as amount")
		}
	}
}

func (d Document) line(id string) (Line, bool) {
	for _, l := range d.Lines {
		if l.ID == id {
			return l, true
		}
	}
	return Line{}, false
}

func (d Document) scope(f *findings, path string, ids []string) {
	if len(ids) == 0 {
		f.add(path, "", "is empty: list the ids of the lines that count")
	}
	for _, id := range ids {
		if _, ok := d.line(id); !ok {
			f.add(path, id, "is not the id of a line of this contract")
		}
	}
}

func (f *findings) cadence(path, every string) {
	if _, err := period.ParseCadence(every); err != nil {
		f.add(path, every, "must be month, quarter, half-year, year or term")
	}
}

func (f *findings) notNegative(path string, v decimal.Decimal) {
	if v.IsNegative() {
		f.add(path, v.String(), "is negative; give zero or more (a credit is granted as a concession)")
	}
}
