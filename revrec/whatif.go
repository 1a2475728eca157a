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

// WhatIf is how an amendment would be accounted for, before anybody signs it: what the rule says, and what each treatment gives.
type WhatIf struct {
	Suggested
	Number  string
	Version contracts.Version
	Was     ScheduleTable // the contract as it stands, without the amendment
	Choices []WhatIfChoice
}

// WhatIfChoice is one treatment worked out. Err says why it cannot be.
type WhatIfChoice struct {
	Treatment  Treatment
	Assessment Assessment // with what it rests on frozen: proposed as it is, it gives these figures
	Schedule   ScheduleTable
	CatchUp    money.Amount // at once, for what was done before
	Err        error
}

// put freezes what the rule says in a document.
func (s Suggested) put(x *AssessedChange) {
	x.Rule, x.Because = s.Treatment, nil
	for _, r := range s.Reasons {
		x.Because = append(x.Because, r.Code)
	}
}

// ruled freezes what the rule says of the amendment that a document treats, where nothing was frozen before and the version
// counts.
func (f Facts) ruled(x Assessment, c *catalog.Catalog, lead contracts.ID) Assessment {
	if x.Changed == nil || x.Changed.Rule != "" {
		return x
	}
	said, err := f.Suggest(c, lead, x.Changed.Version, decimal.Zero)
	if err != nil {
		return x // nothing to compare it with: an amendment of another contract of the group
	}
	changed := *x.Changed
	said.put(&changed)
	x.Changed = &changed
	return x
}

// WithVersion is the facts as if a version of a contract counted that does not yet: a draft, or what waits for approval.
func (f Facts) WithVersion(contract contracts.ID, v contracts.Version) Facts {
	f.Agreements = slices.Clone(f.Agreements)
	for i, a := range f.Agreements {
		if a.Contract == contract && !slices.ContainsFunc(a.Versions, func(was contracts.Version) bool { return was.Number == v.Number }) {
			f.Agreements[i].Versions = append(slices.Clip(a.Versions), v)
		}
	}
	return f
}

// Without is a contract as it stood before a version: also without what was granted on lines that came with it.
func Without(a contracts.Agreement, version int) contracts.Agreement {
	a.Versions = slices.DeleteFunc(slices.Clone(a.Versions), func(was contracts.Version) bool { return was.Number >= version })
	a.Concessions = slices.DeleteFunc(slices.Clone(a.Concessions), func(g contracts.Granted) bool {
		return !slices.ContainsFunc(a.Versions, func(v contracts.Version) bool { _, _, ok := v.Document.Sells(g.Line); return ok })
	})
	return a
}

// WhatIf sets the treatments of a version of a contract side by side. The version need not count yet, and nothing is kept.
// Within is how far from the stand-alone price is still at it, in percent.
func (f Facts) WhatIf(c *catalog.Catalog, contract contracts.ID, v contracts.Version, within decimal.Decimal, through period.Month) (WhatIf, error) {
	with := f.WithVersion(contract, v)
	at := slices.IndexFunc(with.Agreements, func(a contracts.Agreement) bool { return a.Contract == contract })
	if at < 0 {
		return WhatIf{}, fault.New(fault.NotFound, "contract %d has no version that counts", contract)
	}
	a := with.Agreements[at]
	out := WhatIf{Number: a.Number, Version: v}
	var err error
	if out.Suggested, err = with.Suggest(c, contract, v.Number, within); err != nil {
		return WhatIf{}, err
	}
	through = later(later(through, v.EffectiveOn.MonthOf()), f.Stored.lastRecognized())
	before := f
	before.Agreements = slices.Clone(f.Agreements)
	for i, x := range before.Agreements {
		if x.Contract == contract {
			before.Agreements[i] = Without(x, v.Number)
		}
	}
	was, err := before.earning(c, through)
	if err != nil {
		return WhatIf{}, err
	}
	out.Was = table(f.scheduled(was.schedule(contract)), a.Currency)
	for _, t := range append(slices.Clone(Treatments), MixedTreatment) {
		choice := with.chosen(c, a, v, t, through)
		if choice.Treatment = t; choice.Err == nil {
			out.Suggested.put(choice.Assessment.Changed)
		}
		out.Choices = append(out.Choices, choice)
	}
	return out, nil
}

// chosen works one treatment out: the judgment in force on the day, with the amendment treated so.
func (f Facts) chosen(c *catalog.Catalog, a contracts.Agreement, v contracts.Version, t Treatment, through period.Month) (out WhatIfChoice) {
	x := f.judgmentOn(a, v.EffectiveOn)
	x.Reason = "How version " + decimal.NewFromInt(int64(v.Number)).String() + " is accounted for"
	x.Changed = &AssessedChange{Version: v.Number, Treatment: t}
	if t == MixedTreatment {
		x.Changed.Treatment = Prospective // until the lines are known
	}
	x = withNewLines(x, a)
	filled, err := Fill(x, c, f)
	if err == nil && t == MixedTreatment {
		if filled.Changed.Treatment, err = t, filled.mix(); err == nil {
			filled, err = Fill(filled, c, f)
		}
	}
	if err != nil {
		return WhatIfChoice{Err: err}
	}
	f.Assessed = append(slices.Clip(f.Assessed), Assessed{a.Contract, f.nextJudgment(a.Contract), filled})
	earning, err := f.earning(c, through)
	if err != nil {
		return WhatIfChoice{Err: err}
	}
	out = WhatIfChoice{Assessment: filled, CatchUp: money.Zero(a.Currency), Schedule: table(f.scheduled(earning.schedule(a.Contract)), a.Currency)}
	if j := earning.inForce(a.Contract, ledger.USGAAP, v.EffectiveOn); j != nil {
		for _, b := range j.changed {
			out.CatchUp = out.CatchUp.Add(b.adjusted(j, v.EffectiveOn)).Add(j.patternOf(b.line).stated(v.EffectiveOn)).Sub(b.earned)
		}
	}
	return out
}

// judgmentOn is the judgment of a contract in force on a day, as a new one begins: from that day on, with what it says of an
// earlier amendment left out.
func (f Facts) judgmentOn(a contracts.Agreement, on period.Date) Assessment {
	x := Assessment{Contract: a.Number}
	for _, was := range f.Assessed {
		if was.Lead == a.Contract && !was.Effective.After(on) {
			x = was.Assessment
		}
	}
	x.Effective, x.Changed = on, nil
	return x
}

func (f Facts) nextJudgment(lead contracts.ID) int {
	number := 1
	for _, a := range f.Assessed {
		if a.Lead == lead {
			number = max(number, a.Number+1)
		}
	}
	return number
}

// withNewLines promises what an amendment adds, where prices are shared by stand-alone prices.
func withNewLines(x Assessment, a contracts.Agreement) Assessment {
	if x.Allocation != ByStandalone {
		return x
	}
	x.Promises = slices.Clone(x.Promises)
	for _, l := range a.Latest().Document.Lines {
		known := slices.ContainsFunc(x.Promises, func(p AssessedPromise) bool {
			return p.Line == l.ID && (p.Contract == "" || p.Contract == a.Number)
		})
		if (l.Fixed != nil || l.Once != nil) && !known {
			x.Promises = append(x.Promises, AssessedPromise{Line: l.ID})
		}
	}
	return x
}

// mix says of each line how its part of a mixed change is treated: what is met by progress is caught up, the rest goes on anew.
// Invalid: all lines are alike.
func (x *Assessment) mix() error {
	seen := map[Treatment]bool{}
	for i := range x.Changed.Base {
		b := &x.Changed.Base[i]
		b.Treatment = Prospective
		for _, p := range x.Promises {
			if p.Line == b.Line && (p.Satisfied == ByProgress || p.Satisfied == AtMilestone) {
				b.Treatment = CumulativeCatchUp
			}
		}
		seen[b.Treatment] = true
	}
	if len(seen) < 2 {
		return fault.New(fault.Invalid, "every promise that is left is alike: none is partly satisfied beside others that are distinct")
	}
	return nil
}
