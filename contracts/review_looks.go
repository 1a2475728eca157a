package contracts

import (
	"github.com/shopspring/decimal"
)

// This file says what each rule looks at. A look gives one sentence for each place, with the figures.

func (p proposal) margins(most decimal.Decimal) []string {
	return when(margin(&p.Document).GreaterThan(most), "%s %% is above %s %%", margin(&p.Document), most)
}

// long looks at the term that is being agreed: a further term does not count the ones before it.
func (p proposal) long(most decimal.Decimal) []string {
	began, months := p.termOf(p.Term.Through), int(min(most.IntPart(), 12*lastYear))
	return when(!p.Term.Through.Before(began.AddMonths(months)), "runs longer than %s months", most)
}

func (p proposal) late(most decimal.Decimal) []string {
	return when(decimal.NewFromInt(int64(p.Billing.NetDays)).GreaterThan(most), "%d days are more than %s", p.Billing.NetDays, most)
}

func (p proposal) worth(most decimal.Decimal) []string {
	value := p.agreedValue()
	return when(value.Cmp(most.Rat()) > 0, "%s %s is above %s", p.Currency, decimal.NewFromBigRat(value, int32(p.Money().Exponent())), most)
}

func (p proposal) given(decimal.Decimal) (why []string) {
	for _, x := range p.Discounts {
		why = append(why, when(x.Programme != "", "discount %s is given under %s", x.ID, x.Programme)...)
		why = append(why, when(x.Programme == "" && x.Percent.GreaterThanOrEqual(hundred), "discount %s gives all of it away without a programme", x.ID)...)
	}
	for _, x := range p.Credits {
		why = append(why, when(x.Programme != "", "credit %s is given under %s", x.ID, x.Programme)...)
	}
	return why
}

func (p proposal) discounted(most decimal.Decimal) (why []string) {
	for _, x := range p.Discounts {
		why = append(why, when(x.Percent.GreaterThan(most), "discount %s: %s %% is above %s %%", x.ID, x.Percent, most)...)
	}
	return why
}

func (p proposal) afterwards(decimal.Decimal) (why []string) {
	for _, l := range p.Lines {
		why = append(why, when(l.Fixed != nil && l.Fixed.In == Arrears, "line %s is asked for after its period", l.ID)...)
	}
	return why
}

func (p proposal) paidAhead(decimal.Decimal) (why []string) {
	for _, x := range p.Prepaid {
		why = append(why, when(true, "usage above %s is charged afterwards", x.ID)...)
	}
	return why
}

func (p proposal) cheapOverage(least decimal.Decimal) (why []string) {
	for _, x := range p.Prepaid {
		f := x.Overage.Factor
		why = append(why, when(f.IsPositive() && f.LessThan(least), "usage above %s costs less than list price: %s of it", x.ID, f)...)
	}
	for _, x := range p.Caps {
		f := x.Overage.Factor
		why = append(why, when(f.IsPositive() && f.LessThan(least), "usage above %s costs less than list price: %s of it", x.ID, f)...)
	}
	return why
}

func (p proposal) unlimited(decimal.Decimal) (why []string) {
	for _, x := range p.Prepaid {
		whole := x.Rollover != nil && (x.Rollover.Percent.IsZero() || x.Rollover.Percent.GreaterThanOrEqual(hundred))
		why = append(why, when(whole && x.Rollover.Most.IsZero(), "all that is unused of %s is carried on", x.ID)...)
	}
	return why
}

func (p proposal) thirdParty(decimal.Decimal) []string {
	kind := ResellerKind("")
	if p.Reseller != nil {
		kind = p.Reseller.Kind
	}
	return when(kind == Referral || kind == Marketplace, "the deal comes by %s", kind)
}

func (p proposal) kept(decimal.Decimal) []string {
	return when(p.Ending != nil && p.Ending.Refund == NoRefund, "ends on %s, and what was paid for later days is kept", p.Term.Through)
}

func (p proposal) backdated(most decimal.Decimal) []string {
	days := p.asOf.Sub(p.Start())
	return when(decimal.NewFromInt(int64(days)).GreaterThan(most), "counts from %s, %d days ago; what was billed since is corrected", p.Start(), days)
}

// free finds the lines that nothing is charged for.
func (p proposal) free(decimal.Decimal) (why []string) {
	for _, l := range p.Lines {
		switch {
		case l.Once != nil:
			why = append(why, when(l.Once.UnitPrice.IsZero(), "line %s has no price", l.ID)...)
		case l.Fixed != nil && len(l.Fixed.Installments) > 0:
		case l.Fixed != nil && len(l.Fixed.Ramp) == 0:
			why = append(why, when(l.Fixed.UnitPrice.IsZero(), "line %s has no price", l.ID)...)
		case l.Fixed != nil:
			for _, s := range l.Fixed.Ramp {
				why = append(why, when(s.UnitPrice.IsZero() || s.Quantity.IsZero(), "line %s costs nothing from %s through %s", l.ID, s.From, s.Through)...)
			}
		case l.Usage != nil && l.Usage.Price.Model.Simple() && len(l.Usage.Price.Tiers) == 0:
			why = append(why, when(l.Usage.Price.Amount.IsZero(), "usage of line %s has no price", l.ID)...)
		}
	}
	return why
}

// lowers finds what an amendment takes back from what both sides had agreed.
func (p proposal) lowers(decimal.Decimal) (why []string) {
	if p.before == nil {
		return nil
	}
	why = when(p.Term.Through.Before(p.before.Term.Through), "ends on %s instead of %s", p.Term.Through, p.before.Term.Through)
	for _, was := range p.before.Lines {
		is, kept := p.line(was.ID)
		if !kept {
			why = append(why, when(true, "line %s ends", was.ID)...)
			continue
		}
		if was.Fixed == nil || is.Fixed == nil {
			continue
		}
		before, after := lastLevel(was), lastLevel(is)
		why = append(why, when(after.quantity.LessThan(before.quantity), "line %s: quantity %s instead of %s", was.ID, after.quantity, before.quantity)...)
		why = append(why, when(after.unitPrice.LessThan(before.unitPrice), "line %s: unit price %s instead of %s", was.ID, after.unitPrice, before.unitPrice)...)
	}
	for _, was := range p.before.Commits {
		is, kept := find(p.Commits, commitID, was.ID)
		why = append(why, when(!kept, "commitment %s ends", was.ID)...)
		why = append(why, when(kept && is.Amount.LessThan(was.Amount), "commitment %s: %s instead of %s", was.ID, is.Amount, was.Amount)...)
		why = append(why, when(kept && is.Units.LessThan(was.Units), "commitment %s: %s units instead of %s", was.ID, is.Units, was.Units)...)
	}
	return why
}

// lastLevel is what a fee costs in the end: of a ramp its last step.
func lastLevel(l Line) level {
	x := level{quantity: l.Fixed.Quantity, unitPrice: l.Fixed.UnitPrice}
	if n := len(l.Fixed.Ramp); n > 0 {
		x.quantity, x.unitPrice = l.Fixed.Ramp[n-1].Quantity, l.Fixed.Ramp[n-1].UnitPrice
	}
	return x
}
