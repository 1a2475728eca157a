package scenario

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/internal/period"
	"ratable/revrec"
)

// judgePerhaps lets an accountant judge the contract. What cannot be judged so is refused, and nothing happens.
func (h *history) judgePerhaps() error {
	if h.today.After(lastFact) || len(h.judged) == 4 || !h.oneIn(45) {
		return nil
	}
	for range 5 {
		x := h.assessment()
		taken, err := h.judgeAs(x)
		if err != nil || taken {
			return err
		}
	}
	return nil
}

// judgeAs approves a document, unless it is refused.
func (h *history) judgeAs(x revrec.Assessment) (bool, error) {
	if found := x.Validate(); len(found) > 0 {
		return false, nil
	}
	j := judgment{h.family.Account, h.agreement().Contract, x}
	err := h.does(agreeing, "", func(p *playing) error { return p.judge(j) })
	if refused(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("cannot judge: %w", err)
	}
	h.news = true
	h.judged = append(h.judged, x)
	text, err := revrec.ExportAssessment(x)
	h.tell("is judged:\n%s", indented(string(text), "    "))
	return true, err
}

// assessment draws a document over the lines of the contract.
func (h *history) assessment() revrec.Assessment {
	doc := h.agreement().Latest().Document
	x := revrec.Assessment{Contract: doc.Contract, Effective: period.MaxDate(lifeBegins, h.today.AddDays(-h.between(0, 60))), Reason: "drawn"}
	if h.oneIn(3) {
		x.Effective = lifeBegins
	}
	var known []contracts.Line // whose price is known ahead
	for _, l := range doc.Lines {
		if l.Usage == nil {
			known = append(known, l)
		}
	}
	if len(known) == 0 {
		h.uncertain(&x)
		return x
	}
	if h.oneIn(2) {
		x.Allocation = revrec.ByStandalone
	}
	for _, l := range known {
		p := revrec.AssessedPromise{Line: l.ID}
		if x.Allocation == revrec.ByStandalone {
			alone := h.sum(3000)
			p.Standalone = &alone
		}
		if l.Once != nil && h.oneIn(3) {
			p.Satisfied = revrec.ByProgress
			if percent := decimal.NewFromInt(int64(h.between(0, 99))); h.oneIn(2) {
				x.Progress = append(x.Progress, revrec.AssessedProgress{Line: l.ID, On: x.Effective, Percent: percent})
			}
		}
		x.Promises = append(x.Promises, p)
	}
	at := one(h.draw, known...)
	switch h.Intn(8) {
	case 0:
		x.Holds = []revrec.AssessedHold{{Line: at.ID, Reason: "not accepted", Owner: "ann"}}
	case 1:
		x.Holds = []revrec.AssessedHold{{Reason: "may not be collected", Owner: "ann", From: x.Effective.AddDays(h.between(0, 40))}}
	case 2:
		x.Releases = []revrec.AssessedRelease{{Line: at.ID, On: lifeBegins.AddDays(h.between(1, 120)), Late: one(h.draw, revrec.CatchUp, revrec.Condense, revrec.Sliding)}}
	case 3:
		x.Schedules = []revrec.AssessedSchedule{{Line: at.ID, Reason: "depicts use", Percents: []decimal.Decimal{decimal.NewFromInt(60), decimal.RequireFromString("33.35"), decimal.RequireFromString("6.65")}}}
	case 4, 5:
		if i := slices.IndexFunc(known, func(l contracts.Line) bool { return l.Fixed != nil }); i >= 0 {
			x.Leveling = []revrec.AssessedLevel{{Lines: []string{known[i].ID}, From: doc.Term.From, Through: doc.Term.Through, Reason: "one service"}}
		}
	}
	if n := h.agreement().Latest().Number; *modified && n > 1 && h.oneIn(2) {
		x.Changed = &revrec.AssessedChange{Version: n, Treatment: one(h.draw, revrec.SeparateContract, revrec.Prospective, revrec.CumulativeCatchUp), Override: "drawn"}
	}
	if h.oneIn(2) {
		h.uncertain(&x)
	}
	return x
}

// uncertain adds estimates, of which one book may put less into the price.
func (h *history) uncertain(x *revrec.Assessment) {
	v := revrec.AssessedEstimate{Name: "bonus", Direction: revrec.Adds, Amount: h.sum(500), Until: x.Effective.AddDays(h.between(30, 300))}
	if h.oneIn(3) {
		v = revrec.AssessedEstimate{Name: "outages", Direction: revrec.Lowers, Percent: decimal.NewFromInt(int64(h.between(1, 15))), Until: x.Effective.AddDays(h.between(30, 300))}
	}
	x.Variable = []revrec.AssessedEstimate{v}
	if v.Direction == revrec.Adds && h.oneIn(2) {
		x.Books = []revrec.AssessedOtherwise{{Book: "ifrs", Variable: v.Name, Constrained: decimal.Zero}}
	}
}

// judgeAtLast settles what was judged: nothing is held any more, all is met, and nothing uncertain is left.
func (h *history) judgeAtLast() error {
	if len(h.judged) == 0 {
		return nil
	}
	x := h.judged[len(h.judged)-1]
	x.Effective, x.Reason, x.Holds, x.Variable, x.Books, x.Progress = h.today, "all is met", nil, nil, nil, nil
	for _, p := range x.Promises {
		if p.Satisfied == revrec.ByProgress {
			x.Progress = append(x.Progress, revrec.AssessedProgress{Line: p.Line, On: h.today, Percent: decimal.NewFromInt(100)})
		}
	}
	taken, err := h.judgeAs(x)
	if err == nil && !taken { // of lines that are gone: then all is earned as it is stated
		x = revrec.Assessment{Contract: x.Contract, Effective: x.Effective, Reason: x.Reason}
		taken, err = h.judgeAs(x)
	}
	if err == nil && !taken {
		err = fmt.Errorf("what was judged cannot be judged again without its estimates: %v", x.Validate())
	}
	return err
}
