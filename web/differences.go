package web

import (
	"cmp"
	"fmt"
	"slices"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/period"
	"ratable/web/page"
	"ratable/web/ui"
)

// differences says what a version of a contract changes, in the words the parties would use. Lines, commitments and
// caps go by their id, so that a line put in before another moves nothing.
func differences(sold *catalog.Catalog, before, after contracts.Document) []page.Change {
	c := comparison{sold: sold}
	c.say("Title", text(before.Title), text(after.Title))
	c.say("Term", text(ui.SpanText(before.Term.Span())), text(ui.SpanText(after.Term.Span())))
	c.say("Signed by", text(before.Signer), text(after.Signer))
	c.say("Further terms from", days(before.Term.Renewed), days(after.Term.Renewed))
	c.say("Payment", text(netDays(before.Billing.NetDays)), text(netDays(after.Billing.NetDays)))
	c.say("Purchase order", text(before.Billing.PONumber), text(after.Billing.PONumber))
	c.say("Billing periods", text(alignWord(before.Billing.Align)), text(alignWord(after.Billing.Align)))
	c.say("Usage that arrives late", text(lateTerms(before.Billing)), text(lateTerms(after.Billing)))
	c.say("Reseller", resellerTerms(before.Reseller), resellerTerms(after.Reseller))
	c.say("Trial", trialTerms(before.Trial), trialTerms(after.Trial))
	c.say("Renewal", renewalTerms(before.Renewal), renewalTerms(after.Renewal))
	c.say("End", endingTerms(before.Ending), endingTerms(after.Ending))
	c.say("Paused", pausedTerms(before), pausedTerms(after))
	c.say("Catalog plan", planOf(before), planOf(after))
	pairs(before.Lines, after.Lines, func(l contracts.Line) string { return l.ID }, func(was, is *contracts.Line) { c.line(before, after, was, is) })
	pairs(before.Prepaid, after.Prepaid, func(s contracts.Prepaid) string { return s.ID }, func(was, is *contracts.Prepaid) {
		promise(&c, was, is, prepaidTerms, func(s contracts.Prepaid) (string, string, string) { return s.ID, s.Product, s.Clause }, after.Start())
	})
	pairs(before.Commits, after.Commits, func(s contracts.Commit) string { return s.ID }, func(was, is *contracts.Commit) {
		promise(&c, was, is, commitTerms, func(s contracts.Commit) (string, string, string) { return s.ID, s.Product, s.Clause }, after.Start())
	})
	pairs(before.Caps, after.Caps, func(x contracts.Cap) string { return x.ID }, func(was, is *contracts.Cap) {
		extra(&c, "Cap", was, is, capTerms, func(x contracts.Cap) (string, string) { return x.ID, x.Clause })
	})
	pairs(before.Discounts, after.Discounts, func(x contracts.Discount) string { return x.ID }, func(was, is *contracts.Discount) {
		extra(&c, "Discount", was, is, discountTerms, func(x contracts.Discount) (string, string) { return x.ID, x.Clause })
	})
	pairs(before.Credits, after.Credits, func(x contracts.Credit) string { return x.ID }, func(was, is *contracts.Credit) {
		extra(&c, "Credit", was, is, creditTerms, func(x contracts.Credit) (string, string) { return x.ID, x.Clause })
	})
	return c.found
}

// countsFrom says from which day a version changes what was agreed.
func countsFrom(d contracts.Document) string { return "from " + ui.DayText(d.Start()) }

type comparison struct {
	sold  *catalog.Catalog
	found []page.Change
}

func (c *comparison) say(what string, before, after []string) {
	if !slices.Equal(before, after) {
		c.found = append(c.found, page.Change{What: what, Before: before, After: after})
	}
}

func text(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func planOf(d contracts.Document) []string {
	if d.Plan == nil {
		return nil
	}
	return text(fmt.Sprintf("%s, version %d", d.Plan.Code, d.Plan.Version))
}

// pairs visits every element of two lists by id, in the order of the first and then what the second adds.
func pairs[T any](before, after []T, id func(T) string, visit func(was, is *T)) {
	for i := range before {
		is := slices.IndexFunc(after, func(x T) bool { return id(x) == id(before[i]) })
		if is < 0 {
			visit(&before[i], nil)
			continue
		}
		visit(&before[i], &after[is])
	}
	for i := range after {
		if !slices.ContainsFunc(before, func(x T) bool { return id(x) == id(after[i]) }) {
			visit(nil, &after[i])
		}
	}
}

func (c *comparison) name(code, description string, on period.Date) string {
	product, _ := c.sold.Product(code, on)
	return cmp.Or(description, product.Name, code)
}

func (c *comparison) terms(l contracts.Line) []string {
	switch {
	case l.Fixed != nil:
		return fixedTerms(*l.Fixed)
	case l.Once != nil:
		return onceTerms(*l.Once)
	}
	meter, _ := c.sold.Meter(l.Usage.Meter)
	return usageTerms(*l.Usage, meter.Unit)
}

func (c *comparison) line(before, after contracts.Document, was, is *contracts.Line) {
	switch {
	case was == nil:
		c.say(c.name(is.Product, is.Description, after.Start()), nil, c.terms(*is))
		return
	case is == nil:
		c.say(c.name(was.Product, was.Description, before.Start()), c.terms(*was), text("ends"))
		return
	}
	name := c.name(was.Product, was.Description, before.Start())
	if simple(was) && simple(is) {
		unit := func(l *contracts.Line) string {
			product, _ := c.sold.Product(l.Product, after.Start())
			return product.Unit
		}
		c.say(name, text(counted(was, unit(was))), text(counted(is, unit(is))))
		c.say(name+", unit price", text(price(was.Fixed.UnitPrice)+" "+every(was.Fixed.Every)), text(price(is.Fixed.UnitPrice)+" "+every(is.Fixed.Every)))
		c.say(name+", billed", text("in "+string(was.Fixed.In)), text("in "+string(is.Fixed.In)))
	} else {
		c.say(name+", price", c.terms(*was), c.terms(*is))
	}
	if was.Usage != nil && is.Usage != nil {
		c.say(name+", meter", text(was.Usage.Meter), text(is.Usage.Meter))
	}
	c.say(name+", sold as", text(c.name(was.Product, "", before.Start())), text(c.name(is.Product, "", after.Start())))
	c.say(name+", text on the invoice", text(was.Description), text(is.Description))
	c.say(name+", clause", text(was.Clause), text(is.Clause))
	c.say(name+", first day", day(was.From), day(is.From))
	c.say(name+", last day", day(was.Through), day(is.Through))
	c.say(name+", our role", roleTerms(was.Role), roleTerms(is.Role))
	c.say(name+", passed on", passOnTerms(*was), passOnTerms(*is))
	c.say(name+", usage of", was.Users, is.Users)
}

// simple is a fee with one quantity and price, whose change is said in figures.
func simple(l *contracts.Line) bool {
	return l.Fixed != nil && len(l.Fixed.Ramp) == 0 && len(l.Fixed.Installments) == 0
}

func counted(l *contracts.Line, unit string) string {
	if unit == "" {
		return digits(l.Fixed.Quantity)
	}
	return digits(l.Fixed.Quantity) + " " + units(unit)
}

func day(d period.Date) []string {
	if d.IsZero() {
		return nil
	}
	return text(ui.DayText(d))
}

func days(all []period.Date) (out []string) {
	for _, d := range all {
		out = append(out, ui.DayText(d))
	}
	return out
}

// extra compares what lowers or bounds charges: it is sold as nothing and goes by its id.
func extra[T any](c *comparison, kind string, was, is *T, terms func(T) []string, facts func(T) (id, clause string)) {
	id, clause := facts(*cmp.Or(was, is))
	name := kind + " " + id
	switch {
	case was == nil:
		c.say(name, nil, terms(*is))
	case is == nil:
		c.say(name, terms(*was), text("ends"))
	default:
		_, nowClause := facts(*is)
		c.say(name, terms(*was), terms(*is))
		c.say(name+", clause", text(clause), text(nowClause))
	}
}

// promise compares a commitment or prepaid amount.
func promise[T any](c *comparison, was, is *T, terms func(T) []string, facts func(T) (id, product, clause string), on period.Date) {
	some := cmp.Or(was, is)
	_, product, _ := facts(*some)
	name := c.name(product, "", on)
	switch {
	case was == nil:
		c.say(name, nil, terms(*is))
	case is == nil:
		c.say(name, terms(*was), text("ends"))
	default:
		c.say(name, terms(*was), terms(*is))
		_, soldAs, clause := facts(*was)
		_, nowAs, nowClause := facts(*is)
		c.say(name+", billed as", text(c.name(soldAs, "", on)), text(c.name(nowAs, "", on)))
		c.say(name+", clause", text(clause), text(nowClause))
	}
}
