package web

import (
	"maps"
	"net/http"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/onboarding"
	"ratable/web/page"
	"ratable/web/ui"
)

// decidable are the requests that wait for a word of this very person: four eyes hide what they prepared themselves.
func (v *visit) decidable() ([]access.Approval, error) {
	waiting, err := access.Pending(v.ctx, v.DB, v.By.Roles)
	if err != nil {
		return nil, err
	}
	if v.By.Require(onboarding.Deciders...) == nil {
		moves, _, err := v.movesAsked()
		if err != nil {
			return nil, err
		}
		waiting = append(waiting, moves...)
	}
	mine := waiting[:0]
	for _, a := range waiting {
		if a.MayDecide(v.By) == nil {
			mine = append(mine, a)
		}
	}
	return mine, nil
}

// approvals is the inbox: what waits for this reader, then what this reader waits for.
func (v *visit) approvals() error {
	waiting, err := access.Pending(v.ctx, v.DB, access.Roles)
	if err != nil {
		return err
	}
	names, err := v.contractNames()
	if err != nil {
		return err
	}
	moves, whose, err := v.movesAsked()
	if err != nil {
		return err
	}
	waiting = append(waiting, moves...)
	maps.Copy(names, whose)
	var view page.Approvals
	for _, a := range waiting {
		row := page.Approval{Href: subjectAddress(a.Subject), Kind: subjectKind(a.Subject.Kind), Subject: subjectText(a.Subject), About: names[a.Subject.Key], By: a.RequestedBy.Name, At: a.At, Reason: a.Reason}
		if a.MayDecide(v.By) == nil {
			view.Mine = append(view.Mine, row)
			continue
		}
		row.For = roleNames(a.DecideRoles)
		if a.RequestedBy.ID == v.By.UserID {
			row.For += ", not you"
		}
		view.Others = append(view.Others, row)
	}
	return v.page(http.StatusOK, frame{Title: "Approvals", Room: "approvals"}, page.ApprovalInbox(view))
}

// moveKind is what a move that was asked for is called here. Its steps stand with its cohort (see onboarding), whose page decides it.
const moveKind = "move"

// movesAsked are the moves of cohorts that wait, as requests like any other, and by subject whom they are about.
func (v *visit) movesAsked() ([]access.Approval, map[string]string, error) {
	moves, err := onboarding.WaitingMoves(v.ctx, v.DB)
	if err != nil || len(moves) == 0 {
		return nil, nil, err
	}
	called, err := v.people(v.DB)
	if err != nil {
		return nil, nil, err
	}
	var out []access.Approval
	about := map[string]string{}
	for _, m := range moves {
		key := m.Cohort + "/" + m.CutOver.String()
		whom := m.Customers[0]
		if len(m.Customers) > 1 {
			whom = howMany(len(m.Customers), "customer")
		}
		about[key] = whom + ", from " + ui.DayText(m.CutOver)
		out = append(out, access.Approval{Subject: access.Subject{Kind: moveKind, Key: key}, RequestedBy: access.Person{ID: m.AskedBy, Name: called[m.AskedBy]},
			DecideRoles: onboarding.Deciders, Reason: m.Reason, At: m.At})
	}
	return out, about, nil
}

// contractNames says what the contracts that wait are about, by the key of the version that waits.
func (v *visit) contractNames() (map[string]string, error) {
	found, err := contracts.List(v.ctx, v.DB, contracts.Filter{Waiting: true, Limit: 500})
	if err != nil {
		return nil, err
	}
	rows, err := v.contractRows(found)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for i, r := range rows {
		names[contractKey(found[i].Number, found[i].Latest().Number)] = r.customer
	}
	return names, nil
}
