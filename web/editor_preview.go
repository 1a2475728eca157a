package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"ratable/contracts"
	"ratable/customers"
	"ratable/foresight"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/revrec"
	"ratable/usage"
	"ratable/web/page"
)

// previewTyped answers the form while somebody types into it: the panel beside it, and nothing is kept.
func (v *visit) previewTyped() error {
	e := entry{sheet: typed(v.echo.Request().Form), amending: v.form("amending"), changed: true}
	j, err := v.foreseeEntry(&e)
	if err == nil {
		e.preview.IDs = idsNow(e.sheet)
		return v.write(http.StatusOK, page.EditorPreviewPanel(e.preview))
	}
	found := findingsOf(j, err)
	if len(found) == 0 {
		return err
	}
	// The figures of the last state that was right stay where they are.
	h := v.echo.Response().Header()
	h.Set("HX-Retarget", "#preview-findings")
	h.Set("HX-Reswap", "innerHTML")
	return v.write(http.StatusOK, page.EditorFindings(findingViews(found), idsNow(e.sheet)))
}

// idsNow are the ids to choose among as the form stands.
func idsNow(s sheet) string {
	now := map[string][]string{}
	for _, list := range []string{"lines", usageLines, "prepaid"} {
		now[list] = s.idsOf(list)
	}
	text, err := json.Marshal(now)
	if err != nil {
		panic(err) // texts
	}
	return string(text)
}

// previewEntry is the same as a page of its own, for those without a script.
func (v *visit) previewEntry(e entry) error {
	j, err := v.foreseeEntry(&e)
	if err != nil {
		return v.handBack(e, j, err)
	}
	return v.showEditor(http.StatusOK, e)
}

func findingViews(found []fault.Field) []page.EditorFinding {
	out := make([]page.EditorFinding, len(found))
	for i, f := range found {
		out[i] = page.EditorFinding{Name: f.Path, Label: labelOf(f.Path), Message: f.Message}
	}
	return out
}

// foreseeEntry fills in the preview of what was typed, or says why there is none.
func (v *visit) foreseeEntry(e *entry) (judged, error) {
	j, d, err := v.read(*e)
	if err != nil {
		return j, err
	}
	if e.amending != "" && d.Reason == "" {
		d.Reason = "not given yet" // asked for when it is kept; figures need none
	}
	var p proposed
	err = v.DB.Snapshot(v.ctx, func(t tx) (err error) {
		p, err = v.propose(t, d)
		return err
	})
	if err != nil {
		return j, err
	}
	if e.preview, err = v.foreseeProposed(p, d); err != nil {
		return j, fmt.Errorf("preview contract %s: %w", d.Contract, err)
	}
	return j, nil
}

// foreseeProposed runs the invoices of a proposal in memory, beside those of the contract as it stands and beside what last
// year's usage would have come to.
func (v *visit) foreseeProposed(p proposed, d contracts.Document) (page.EditorPreview, error) {
	a := agreedOrProposed(p.contract)
	guess, _ := guessed(p.world.Catalog, meters(a), v.form)
	p.billed = billedSoFar(p.facts, a) // foreseeing books ahead on these very facts
	ahead, err := foresee(p.world, p.facts, a, guess, v.Today())
	if err != nil {
		return page.EditorPreview{}, err
	}
	view := v.previewView(p, d, a, ahead)
	if agreed, ok := p.contract.Agreement(); ok {
		was, err := foresee(p.world, p.today, agreed, guess, v.Today())
		if err != nil {
			return view, err
		}
		view.Effect = effectView(compare(was, ahead, v.Today()), v.Today(), a.Currency)
		if p.whatIf != nil {
			look := treatments{WhatIf: *p.whatIf, currency: a.Currency, today: v.Today(), was: billing{p.billed, was.Invoices}, with: billing{p.billed, ahead.Invoices}}.view()
			view.Treatments = &look
		}
	}
	again, err := runAgain(a, p.world.Catalog, p.lastYear, v.Today())
	if err == nil {
		view.LastYear = lastYearView(again, p.world.Catalog, a.Currency)
	}
	return view, err
}

// proposed is a contract as it would be, with all that decides what it will bill.
type proposed struct {
	contract contracts.Contract
	world    invoicing.World
	facts    invoicing.Facts
	today    invoicing.Facts // the same once more, for the contract without this version
	lastYear *usage.Days
	rules    contracts.Rules
	billed   money.Amount // under the contract, net, before anything was foreseen
	whatIf   *revrec.WhatIf
}

// propose holds the document against the books and loads what its invoices depend on, all as of one instant.
func (v *visit) propose(t tx, d contracts.Document) (p proposed, err error) {
	if p.contract, err = contracts.Propose(v.ctx, t, d, v.Today()); err != nil {
		return p, err
	}
	if p.rules, err = contracts.LoadRules(v.ctx, t); err != nil {
		return p, err
	}
	if p.world, p.facts, err = v.decisive(t, p.contract); err != nil {
		return p, err
	}
	if _, agreed := p.contract.Agreement(); agreed {
		if _, p.today, err = v.decisive(t, p.contract); err != nil {
			return p, err
		}
		if p.whatIf, err = v.whatIf(t, p.contract, p.contract.Latest().Version); err != nil {
			return p, err
		}
	}
	if len(meters(agreedOrProposed(p.contract))) > 0 {
		p.lastYear, err = v.usedLastYear(t, p.contract, d)
	}
	return p, err
}

// usedLastYear loads what the contract's account really used in the year that the deal is run over again.
func (v *visit) usedLastYear(t tx, c contracts.Contract, d contracts.Document) (*usage.Days, error) {
	_, span := lastYear(d, v.Today())
	all, err := usage.LoadDays(v.ctx, t, []customers.AccountID{c.Account}, span.Start, span.End, contracts.SingleEvents([]contracts.Agreement{agreedOrProposed(c)})...)
	return all[c.Account], err
}

// decisive loads what decides the documents of a contract's account.
func (v *visit) decisive(t tx, c contracts.Contract) (w invoicing.World, f invoicing.Facts, err error) {
	return foresight.Load(v.ctx, t, c, v.Today())
}

func (v *visit) previewView(p proposed, d contracts.Document, a contracts.Agreement, ahead outlook) page.EditorPreview {
	look := outlookView(a, ahead)
	view := page.EditorPreview{Outlook: &look, Approver: approver(nil)}
	var before *contracts.Document
	if agreed, ok := p.contract.Agreement(); ok {
		was := agreed.Latest().Document
		before, view.From = &was, countsFrom(d)
		view.Changes = differences(p.world.Catalog, was, d)
	}
	view.Reviews = reviewViews(d.Review(before, p.rules, v.Today()))
	view.Approver = approver(contracts.Required(d.Review(before, p.rules, v.Today())))
	look.Stats = measures(p, a, ahead, v.Today())
	view.TrueUps = trueUpViews(ahead)
	for i, left := range deferred(a, ahead, p.billed) {
		m := ahead.Months[i]
		view.Months = append(view.Months, page.PreviewMonth{Month: m.Month, Earned: m.Sure.Add(m.Usage), Deferred: left})
	}
	return view
}

// approver says who has to approve before a version counts.
func approver(roles []access.Role) string {
	if len(roles) < 2 {
		return "Another person in finance approves this before it counts."
	}
	var names []string
	for _, r := range roles {
		names = append(names, string(r))
	}
	return "Other people approve this before it counts: " + strings.Join(names, " and ") + "."
}

func reviewViews(all []contracts.Reviewed) []page.EditorReview {
	out := make([]page.EditorReview, len(all))
	for i, r := range all {
		out[i] = page.EditorReview{Term: r.Term, Why: r.Why, Who: roleNames(r.Who)}
	}
	return out
}

// parseDay reads a day as a document does; an empty field is no day and no mistake.
func parseDay(value string) (period.Date, error) {
	if value == "" {
		return period.Date{}, nil
	}
	return period.ParseDate(value)
}
