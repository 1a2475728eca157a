package web

import (
	"net/http"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/web/page"
)

// decidable are the requests that wait for a word of this very person: four eyes hide what they prepared themselves.
func (v *visit) decidable() ([]access.Approval, error) {
	waiting, err := access.Pending(v.ctx, v.DB, v.By.Roles)
	if err != nil {
		return nil, err
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
