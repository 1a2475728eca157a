package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/web/page"
	"ratable/web/ui"
)

// uploadForm is where a whole file is sent.
func (v *visit) uploadForm() error { return v.showUpload(http.StatusOK, page.CatalogUpload{}) }

func (v *visit) showUpload(status int, view page.CatalogUpload) error {
	return v.page(status, frame{Title: "Catalog file", Room: "catalog"}, page.CatalogUploadPage(view))
}

// uploadCatalog shows what a file changes, and with submit records it and asks for its approval.
func (v *visit) uploadCatalog() error {
	source, err := v.sentDocument(catalog.MaxDocument)
	if err != nil {
		return err
	}
	view := page.CatalogUpload{Text: strings.ReplaceAll(string(source), "\r\n", "\n"), Reason: v.form("reason")}
	checks, err := CatalogChecks(v.ctx, v.DB)
	if err != nil {
		return err
	}
	d, err := catalog.Parse(source, checks)
	if err != nil {
		return v.refuseUpload(view, err)
	}
	changes, touched, err := CompareCatalog(v.ctx, v.DB, d, v.Today(), checks)
	if err != nil {
		return v.refuseUpload(view, catalog.Placed(source, err))
	}
	if v.form("do") == "submit" && len(changes.List) > 0 {
		p, err := v.proposeCatalog(d, view.Reason, checks)
		if err != nil {
			return v.refuseUpload(view, catalog.Placed(source, err))
		}
		return v.redirect(changeAddress(p.ID), done(fmt.Sprintf("Change %d waits for approval by another person", p.ID)))
	}
	look := differenceView(changes, touched)
	view.Difference = &look
	return v.showUpload(http.StatusOK, view)
}

// refuseUpload shows the file again with each finding at its line.
func (v *visit) refuseUpload(view page.CatalogUpload, err error) error {
	if view.Errors = fault.Fields(err); len(view.Errors) == 0 {
		return err
	}
	view.Remarks = remarksOf(view.Errors)
	return v.showUpload(http.StatusUnprocessableEntity, view)
}

// catalogChange is a proposal: what it changes, what that is about, and what the reader can do with it.
func (v *visit) catalogChange() error { return v.showCatalogChange(http.StatusOK, "") }

func (v *visit) showCatalogChange(status int, problem string) error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		p, err := catalog.GetProposal(v.ctx, t, id)
		if err != nil {
			return err
		}
		people, err := v.people(t)
		if err != nil {
			return err
		}
		view := page.CatalogProposal{
			Head:  ui.HeadProps{Title: fmt.Sprintf("Catalog change %d", p.ID), Sub: capital(proposalAbout(p.Document)), Status: proposalWords[p.State()], Crumbs: []ui.Anchor{{Label: "Catalog", Href: "/catalog"}}},
			Facts: []ui.Fact{{Term: "Prepared by", Value: ui.Text(preparer(p, people))}, {Term: "Prepared", Value: ui.At(p.At)}, {Term: "Why", Value: orDash(p.Reason)}},
			Trail: proposalTrail(p, people), Problem: problem,
		}
		if view.Difference, err = v.proposalDifference(t, p); err != nil {
			return err
		}
		if view.Decision, err = v.proposalDecision(t, p, problem); err != nil {
			return err
		}
		return v.page(status, frame{Title: view.Head.Title, Room: "catalog"}, page.CatalogProposalPage(view))
	})
}

// proposalDifference compares an open proposal with the catalog of today, and one that was decided with the versions of its time.
func (v *visit) proposalDifference(t tx, p catalog.Proposal) (page.CatalogDifference, error) {
	sold, err := catalog.Load(v.ctx, t)
	if err != nil {
		return page.CatalogDifference{}, err
	}
	changes := p.Changes(sold)
	touched, err := contracts.TouchedBy(v.ctx, t, changes.List, v.Today())
	if err != nil {
		return page.CatalogDifference{}, err
	}
	view := differenceView(changes, touched)
	switch p.State() {
	case catalog.Approved:
		view.Summary = "It counts."
	case catalog.Rejected:
		view.Summary = "It was sent back and counts for nothing."
	}
	if err := p.Overtaken(sold); err != nil && p.Open() {
		view.Summary = sentence(err)
	}
	return view, nil
}

// proposalDecision says what an open proposal waits for, and what this reader can do about it.
func (v *visit) proposalDecision(t tx, p catalog.Proposal, problem string) (*page.Decision, error) {
	switch p.State() {
	case catalog.Draft:
		d := &page.Decision{Title: "The change is a draft", Text: "Somebody of product or finance submits it; another person approves it. Until then the catalog stays as it is.", Problem: problem}
		if v.By.Require(catalogers...) == nil {
			d.Submit = changeAddress(p.ID) + "/submit"
		}
		return d, nil
	case catalog.Submitted:
		history, err := access.History(v.ctx, t, p.Subject())
		if err != nil || len(history) == 0 {
			return nil, err
		}
		d := &page.Decision{Title: "The change waits for approval", Problem: problem}
		if refused := history[len(history)-1].MayDecide(v.By); refused != nil {
			d.Text = capital(refused.Error()) + "."
		} else {
			d.Text, d.Decide = "Look at the contracts it is about. Approved, its versions count from their days.", changeAddress(p.ID)
		}
		return d, nil
	}
	return nil, nil
}

var proposalDeeds = map[string]string{catalog.Submitted: "Submitted for approval", catalog.Approved: "Approved", catalog.Rejected: "Sent back"}

func proposalTrail(p catalog.Proposal, people map[int64]string) []ui.Event {
	out := []ui.Event{{At: p.At, By: preparer(p, people), What: "Prepared", Why: p.Reason}}
	for _, d := range p.Decisions {
		out = append(out, ui.Event{At: d.At, By: people[d.By], What: proposalDeeds[d.Event], Why: d.Reason, Tone: decisionTones[d.Event]})
	}
	slices.Reverse(out)
	return out
}

func (v *visit) submitChange() error { return v.decideChange("was submitted", catalog.SubmitProposal) }
func (v *visit) approveChange() error {
	return v.decideChange("was approved and counts", catalog.ApproveProposal)
}
func (v *visit) rejectChange() error { return v.decideChange("was sent back", catalog.RejectProposal) }
