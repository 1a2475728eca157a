package revrec

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// Fill holds an assessment against the contracts it is about and freezes what it was judged on: what the contract says of each
// promise, what the library of stand-alone prices had (606-10-32-43: later changes of the price are shared as at inception), and
// what was recognized when an amendment took effect. What was frozen before stays. Findings are fault.Invalid and name paths.
func Fill(x Assessment, c *catalog.Catalog, f Facts) (Assessment, error) {
	at := slices.IndexFunc(f.Agreements, func(a contracts.Agreement) bool { return a.Number == x.Contract })
	if at < 0 {
		return x, fault.InvalidFields(fault.Field{Path: "contract", Value: x.Contract, Message: "is no approved contract of this account"})
	}
	through := later(x.Effective.MonthOf(), f.Stored.lastRecognized())
	all, err := f.earning(c, through)
	if err != nil {
		return x, err
	}
	lead := f.Agreements[at]
	fill := filling{x: x, lead: lead, facts: f, catalog: c, all: all}
	fill.combined()
	if len(fill.found) == 0 {
		fill.refers()
	}
	if len(fill.found) == 0 {
		fill.promises()
		fill.modification()
	}
	if len(fill.found) > 0 {
		return x, fault.InvalidFields(fill.found...)
	}
	// What cannot be worked out is found now, not by the runs.
	f.Assessed = append(slices.Clip(f.Assessed), Assessed{lead.Contract, len(f.Assessed) + 1, fill.x})
	if _, err := f.earning(c, through); err != nil {
		return x, err
	}
	return fill.x, nil
}

// filling is one call of Fill under way.
type filling struct {
	checking
	x       Assessment
	lead    contracts.Agreement
	group   []contracts.Agreement
	facts   Facts
	catalog *catalog.Catalog
	all     *assessing
}

// combined finds the other contracts: of the same seller and currency, and judged by nobody else.
func (f *filling) combined() {
	f.group = []contracts.Agreement{f.lead}
	for i, o := range f.x.Combined {
		path := fmt.Sprintf("combined[%d].contract", i)
		k := slices.IndexFunc(f.facts.Agreements, func(a contracts.Agreement) bool { return a.Number == o.Contract })
		if k < 0 {
			f.refuse(path, o.Contract, "is no approved contract of the same paying family")
			continue
		}
		a := f.facts.Agreements[k]
		if a.Entity != f.lead.Entity || a.Currency != f.lead.Currency {
			f.refuse(path, o.Contract, "is with another legal entity, or in another currency, than %s", f.x.Contract)
		}
		f.group = append(f.group, a)
	}
	for _, was := range f.facts.Assessed {
		for _, a := range f.group {
			combined := slices.ContainsFunc(was.Combined, func(o CombinedContract) bool { return o.Contract == a.Number })
			switch {
			case was.Lead != f.lead.Contract && (was.Lead == a.Contract || combined):
				f.refuse("contract", a.Number, "is judged by an assessment of contract %s: change that one", was.Contract)
			case combined && !slices.ContainsFunc(f.x.Combined, func(o CombinedContract) bool { return o.Contract == a.Number }) && a.Contract != f.lead.Contract:
				f.refuse("combined", a.Number, "was combined with it before")
			}
		}
		for _, o := range was.Combined {
			if was.Lead == f.lead.Contract && !slices.ContainsFunc(f.x.Combined, func(now CombinedContract) bool { return now.Contract == o.Contract }) {
				f.refuse("combined", o.Contract, "was combined with it and is not any more: what was moved between them has to stay; keep it")
			}
		}
	}
}

// refers finds the lines that a document names.
func (f *filling) refers() {
	named := map[string]bool{}
	for i, p := range f.x.Promises {
		named[p.Line] = true
		if p.Contract != "" && !slices.ContainsFunc(f.group, func(a contracts.Agreement) bool { return a.Number == p.Contract }) {
			f.refuse(fmt.Sprintf("promises[%d].contract", i), p.Contract, "is neither the contract nor combined with it")
		}
		if p.With != "" && !f.sold(p.With) {
			f.refuse(fmt.Sprintf("promises[%d].with", i), p.With, "is no line of the contract")
		}
		if !f.sold(p.Line) && p.Satisfied == "" && p.From.IsZero() && p.Standalone == nil {
			f.refuse(fmt.Sprintf("promises[%d].line", i), p.Line, "is no line of the contract; a promise without a charge needs its stand-alone price")
		}
	}
	need := func(path, line string) {
		if !f.sold(line) && !named[line] {
			f.refuse(path, line, "is no line of the contract")
		}
	}
	for i, v := range f.x.Variable {
		for k, l := range v.Lines {
			need(fmt.Sprintf("variable[%d].lines[%d]", i, k), l)
		}
		for k, l := range v.Actual {
			need(fmt.Sprintf("variable[%d].actual[%d]", i, k), l)
		}
	}
	for i, l := range f.x.Leveling {
		for k, line := range l.Lines {
			need(fmt.Sprintf("leveling[%d].lines[%d]", i, k), line)
		}
	}
	for i, h := range f.x.Holds {
		if h.Line != "" {
			need(fmt.Sprintf("holds[%d].line", i), h.Line)
		}
	}
	for i, r := range f.x.Releases {
		need(fmt.Sprintf("releases[%d].line", i), r.Line)
	}
	for i, m := range f.x.Minimums {
		need(fmt.Sprintf("minimums[%d].commitment", i), m.Commitment)
		for k, l := range m.Lines {
			need(fmt.Sprintf("minimums[%d].lines[%d]", i, k), l)
		}
	}
	for i, x := range f.x.Financing {
		need(fmt.Sprintf("financing[%d].line", i), x.Line)
	}
	for i, b := range f.x.Schedules {
		need(fmt.Sprintf("schedules[%d].line", i), b.Line)
	}
	for i, b := range f.x.Breakage {
		need(fmt.Sprintf("breakage[%d].line", i), b.Line)
	}
}

// sold says whether some version of some contract has a line, prepaid amount or commitment of that id.
func (f *filling) sold(line string) bool {
	return slices.ContainsFunc(f.group, func(a contracts.Agreement) bool {
		return slices.ContainsFunc(a.Versions, func(v contracts.Version) bool { _, _, ok := v.Document.Sells(line); return ok })
	})
}

// promises freezes what they are stated at and sell for alone.
func (f *filling) promises() {
	if f.x.Allocation != ByStandalone {
		return
	}
	j := &judged{assessing: f.all, Assessed: Assessed{Lead: f.lead.Contract, Assessment: f.x}, era: era{pieces: f.all.pieces}}
	f.x.Promises = slices.Clone(f.x.Promises)
	for i := range f.x.Promises {
		p := &f.x.Promises[i]
		if p.Stated == nil && f.x.Changed == nil {
			stated := j.statedOf(*p).Decimal()
			p.Stated = &stated
		}
		if p.Standalone == nil && !p.Residual {
			f.alone(i, p)
		}
	}
	for _, a := range f.group {
		for _, x := range f.all.pieces[a.Contract] {
			listed := slices.ContainsFunc(f.x.Promises, func(p AssessedPromise) bool { return p.Line == x.Line })
			if fixedPrice(x.Kind) && !listed && !f.saysOf("promises", x.Line) {
				f.refuse("promises", x.Line, "is a line with a fixed price and no promise: give it its stand-alone price, or what it is not distinct from")
			}
		}
	}
}

// saysOf says whether a line was refused under a path already: one finding is enough.
func (f *filling) saysOf(path, line string) bool {
	return slices.ContainsFunc(f.found, func(x fault.Field) bool { return x.Path == path && x.Value == line })
}

// alone takes a promise's stand-alone price from the library of the day the contract began: what the line would cost at it,
// without any reduction.
func (f *filling) alone(i int, p *AssessedPromise) {
	path, a := fmt.Sprintf("promises[%d].standalone", i), f.lead
	if k := slices.IndexFunc(f.group, func(g contracts.Agreement) bool { return g.Number == p.Contract }); k >= 0 {
		a = f.group[k]
	}
	inception := a.Versions[0].EffectiveOn
	for _, v := range a.Versions {
		for _, l := range v.Document.Lines {
			if l.ID != p.Line {
				continue
			}
			stated, every := unitPrice(l)
			product, ok := f.catalog.Product(l.Product, inception)
			price, listed := product.StandaloneFor(a.Currency, every, p.Region, p.Segment)
			if !listed && product.IsResidual(a.Currency, every) {
				p.Residual = true
				return
			}
			if !ok || !listed {
				f.refuse(path, l.Product, "is not in the library of stand-alone prices in %s on %s (every %q): give it here, or say residual: true", a.Currency, inception, every)
				return
			}
			unit := StandaloneOf(stated, price, p.Point)
			total, err := f.atPrice(a, p.Line, unit)
			if err != nil {
				f.refuse(path, l.Product, "%s", err)
				return
			}
			sum := total.Decimal()
			p.Standalone, p.Library = &sum, &LibraryPrice{Product: l.Product, Version: product.Version, Every: every, Unit: unit, Method: methodOf(price, stated, unit)}
			return
		}
	}
	f.refuse(path, p.Line, "is missing: what the promise sells for alone")
}

// unitPrice is what the contract says of a unit, and for which time.
func unitPrice(l contracts.Line) (price decimal.Decimal, every string) {
	switch {
	case l.Once != nil:
		return l.Once.UnitPrice, ""
	case l.Fixed == nil:
		return decimal.Zero, ""
	case len(l.Fixed.Ramp) > 0:
		return l.Fixed.Ramp[0].UnitPrice, l.Fixed.Every
	case l.Fixed.Every == string(period.Term):
		return l.Fixed.UnitPrice, ""
	}
	return l.Fixed.UnitPrice, l.Fixed.Every
}

// methodOf says where in the library's evidence a price was found.
func methodOf(s catalog.Standalone, stated, unit decimal.Decimal) string {
	switch {
	case s.Method == catalog.CostPlus:
		return "cost plus a margin"
	case !s.Ranged():
		return "observable price"
	case unit.Equal(stated):
		return "stated price, within the range"
	case unit.Equal(s.Low):
		return "low end of the range"
	case unit.Equal(s.High):
		return "high end of the range"
	}
	return "middle of the range"
}

// atPrice is what a contract would charge for a line at another unit price, with nothing taken off: the same function that
// prices it says so.
func (f *filling) atPrice(a contracts.Agreement, line string, unit decimal.Decimal) (money.Amount, error) {
	sum := money.Zero(a.Currency)
	a.Versions, a.Concessions = slices.Clone(a.Versions), nil
	for i := range a.Versions {
		d := a.Versions[i].Document
		d.Discounts, d.Credits, d.Caps, d.Trial, d.Reseller, d.Commits, d.Prepaid = nil, nil, nil, nil, nil, nil, nil
		var own []contracts.Line
		for _, l := range d.Lines {
			if l.ID != line {
				continue
			}
			if l.Once != nil {
				once := *l.Once
				once.UnitPrice, l.Once = unit, &once
			} else if l.Fixed != nil {
				fee := *l.Fixed
				fee.UnitPrice, fee.Ramp = unit, slices.Clone(fee.Ramp)
				for k := range fee.Ramp {
					fee.Ramp[k].UnitPrice = unit
				}
				l.Fixed = &fee
			}
			own = append(own, l)
		}
		d.Lines = own
		a.Versions[i].Document = d
	}
	pieces, err := contracts.Charges(a, f.catalog, f.facts.Usage, f.all.through.End())
	for _, p := range pieces {
		sum = sum.Add(p.Amount)
	}
	return sum, err
}

// modification freezes what had been recognized of each line when an amendment took effect.
func (f *filling) modification() {
	if f.x.Changed == nil {
		return
	}
	changed := *f.x.Changed
	changed.Base = slices.Clone(changed.Base)
	if len(changed.Base) == 0 {
		for _, a := range f.group {
			for _, p := range f.all.pieces[a.Contract] {
				known := slices.ContainsFunc(changed.Base, func(b AssessedBaseline) bool { return b.Line == p.Line })
				if fixedPrice(p.Kind) && !known {
					changed.Base = append(changed.Base, AssessedBaseline{Line: p.Line, Contract: a.Number})
				}
			}
		}
	}
	for i := range changed.Base {
		if b := &changed.Base[i]; b.Recognized == nil {
			id := f.lead.Contract
			if k := slices.IndexFunc(f.group, func(g contracts.Agreement) bool { return g.Number == b.Contract }); k >= 0 {
				id = f.group[k].Contract
			}
			amount := f.all.earnedBefore(promised{id, b.Line}, f.x.Effective).Decimal()
			b.Recognized = &amount
		}
	}
	f.x.Changed = &changed
}

// earnedBefore is what a line had earned of its fixed price before a day, with what assessments added; estimates stay apart.
func (s *assessing) earnedBefore(line promised, on period.Date) money.Amount {
	sum := money.Zero(s.currency[line.contract])
	j := s.inForce(line.contract, ledger.USGAAP, on.AddDays(-1))
	for _, p := range s.pieces[line.contract] {
		if p.Line != line.line || !fixedPrice(p.Kind) {
			continue
		}
		t := plainTrack(p)
		if j != nil {
			t = j.track(line.contract, p)
		}
		sum = sum.Add(kept(p, t.at(on)))
	}
	for _, kind := range []contracts.Kind{Allocation, Leveling, Modification} {
		if j != nil {
			sum = sum.Add(j.adjusted(kind, line, on))
		}
	}
	return sum
}
