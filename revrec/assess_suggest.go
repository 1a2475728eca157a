package revrec

import (
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// Suggested is how an amendment would be treated by the rules, and on which figures. The accountant decides (AssessedChange).
type Suggested struct {
	Judgement
	Added      money.Amount    // to the price of the contract
	Standalone decimal.Decimal // what was added sells for alone
	Missing    []string        // lines that changed and have no stand-alone price in the library: taken as not at it
}

// Suggest classifies a version of a contract against the one before it (606-10-25-10 to 13): what it adds and to what price, by
// the function that prices contracts, and by the library of the day it takes effect. Within is how far from the stand-alone
// price is still at it, in percent. Invalid: a version that amends nothing.
func (f Facts) Suggest(c *catalog.Catalog, contract contracts.ID, version int, within decimal.Decimal) (Suggested, error) {
	at := slices.IndexFunc(f.Agreements, func(a contracts.Agreement) bool { return a.Contract == contract })
	if at < 0 {
		return Suggested{}, fault.New(fault.NotFound, "contract %d has no version that counts", contract)
	}
	a := f.Agreements[at]
	n := slices.IndexFunc(a.Versions, func(v contracts.Version) bool { return v.Number == version })
	if n < 1 {
		return Suggested{}, fault.New(fault.Invalid, "version %d of %s amends nothing", version, a.Number)
	}
	all, err := f.earning(c, later(a.Versions[n].EffectiveOn.MonthOf(), f.Stored.lastRecognized()))
	if err != nil {
		return Suggested{}, err
	}
	fill := filling{facts: f, catalog: c, all: all}
	was, is := a, a
	was.Versions, is.Versions = a.Versions[:n:n], a.Versions[:n+1:n+1]
	was.Concessions, is.Concessions = nil, nil
	out := Suggested{Added: money.Zero(a.Currency)}
	change := Change{Distinct: true}
	lowered, notDistinct, lines := false, 0, amendedLines(was, is)
	for _, id := range lines {
		added, listed, err := fill.valueAdded(was, is, id)
		switch {
		case err != nil:
			return Suggested{}, err
		case !listed:
			out.Missing = append(out.Missing, id)
		case added.Sign() > 0:
			change.Adds = true
		case added.Sign() < 0:
			lowered = true
		}
		out.Standalone = out.Standalone.Add(added)
		if j := all.inForce(contract, ledger.USGAAP, a.Versions[n].EffectiveOn); j != nil {
			if p, ok := j.promise(promised{contract, id}); ok && (p.Satisfied == ByProgress || p.Satisfied == AtMilestone) {
				notDistinct++
			}
		}
	}
	for sign, x := range map[int64]contracts.Agreement{-1: was, 1: is} {
		pieces, err := contracts.Charges(x, c, f.Usage, all.through.End())
		if err != nil {
			return Suggested{}, err
		}
		for _, p := range pieces {
			if fixedPrice(p.Kind) {
				out.Added = out.Added.Add(money.Of(sign*p.Amount.Minor(), a.Currency))
			}
		}
	}
	if len(out.Missing) > 0 && out.Added.Sign() > 0 { // nobody knows what it sells for alone; the price rises for something
		change.Adds = true
	}
	change.AtStandalone = !lowered && len(out.Missing) == 0 && AtStandalone(out.Added, out.Standalone, within)
	switch {
	case notDistinct == 0:
		change.Left = LeftDistinct
	case notDistinct == len(lines):
		change.Left = LeftNotDistinct
	default:
		change.Left = LeftBoth
	}
	change.Distinct = change.Left == LeftDistinct
	out.Judgement, err = Classify(change)
	return out, err
}

// amendedLines are the lines with a fixed price before or after an amendment.
func amendedLines(was, is contracts.Agreement) []string {
	var out []string
	for _, a := range []contracts.Agreement{was, is} {
		for _, l := range a.Latest().Document.Lines {
			if (l.Fixed != nil || l.Once != nil) && !slices.Contains(out, l.ID) {
				out = append(out, l.ID)
			}
		}
	}
	return out
}

// valueAdded is what more of a line an amendment promises, at its stand-alone price on the day it takes effect.
func (f *filling) valueAdded(was, is contracts.Agreement, id string) (added decimal.Decimal, listed bool, err error) {
	for _, a := range []contracts.Agreement{is, was} {
		for _, l := range a.Latest().Document.Lines {
			if l.ID != id {
				continue
			}
			stated, every := unitPrice(l)
			product, _ := f.catalog.Product(l.Product, is.Latest().EffectiveOn)
			price, ok := product.StandaloneIn(a.Currency, every)
			if !ok {
				return added, false, nil
			}
			unit := StandaloneOf(stated, price, NearestBound)
			after, err := f.atPrice(is, id, unit)
			if err != nil {
				return added, false, err
			}
			before, err := f.atPrice(was, id, unit)
			return after.Sub(before).Decimal(), true, err
		}
	}
	return added, false, nil
}

// Stale lists contracts whose price was shared over their promises before their latest amendment took effect: their assessment
// is to be looked at again.
func (f Facts) Stale() []StaleAssessment {
	var out []StaleAssessment
	for _, a := range f.Agreements {
		var last *Assessed
		for i, x := range f.Assessed {
			if x.Lead == a.Contract {
				last = &f.Assessed[i]
			}
		}
		v := a.Latest()
		if last != nil && last.Allocation == ByStandalone && last.Effective.Before(v.EffectiveOn) {
			out = append(out, StaleAssessment{a.Contract, a.Number, last.Number, v.Number, v.EffectiveOn})
		}
	}
	return out
}

// StaleAssessment is an assessment that an amendment came after.
type StaleAssessment struct {
	Contract  contracts.ID
	Number    string
	Judged    int // number of the assessment
	Version   int // of the contract
	Effective period.Date
}
