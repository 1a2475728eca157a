package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"ratable/internal/fault"
	"ratable/opening"
	"ratable/web/page"
	"ratable/web/ui"
)

func openingRoutes() []route {
	return []route{
		{get, "/imports/opening", books, (*visit).openings},
		{get, "/imports/opening/new", books, (*visit).openingForm},
		{post, "/imports/opening/new", books, (*visit).bringOpening},
		{post, "/imports/opening/:id/seal", deciders, (*visit).sealOpening},
	}
}

// openings proves every opening anew: what a seal says was true when it was put, what is shown is true now.
func (v *visit) openings() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		all, err := opening.List(v.ctx, t, 0)
		if err != nil {
			return err
		}
		called, err := v.people(t)
		if err != nil {
			return err
		}
		view := page.Openings{
			Head:  ui.HeadProps{Title: "Opening balances", Crumbs: []ui.Anchor{{Label: "Imported documents", Href: "/imports"}}, Sub: "What a company brought along from another system, and how it ties to its old general ledger."},
			Empty: ui.EmptyProps{Title: "Nothing was brought over", Text: "A company that comes from another system brings its contracts in mid-life, its open invoices and balances here."},
		}
		if v.may(http.MethodPost, "/imports/opening/new") {
			view.Head.Action = ui.Button(ui.ButtonProps{Label: "Bring balances over", Href: "/imports/opening/new", Icon: "plus"})
		}
		for _, k := range all {
			p, err := opening.Prove(v.ctx, t, k)
			if err != nil {
				return err
			}
			view.Proofs = append(view.Proofs, v.proof(p, called))
		}
		return v.page(http.StatusOK, frame{Title: "Opening balances", Room: "imports"}, page.OpeningsPage(view))
	})
}

func (v *visit) proof(p opening.Proof, called map[int64]string) page.Proof {
	out := page.Proof{Title: fmt.Sprintf("%s in %s from %s on", p.File.Entity, p.Currency, p.CutOver), Totals: proofTable(p.Rows, true)}
	if p.Sealed() {
		out.Sealed = fmt.Sprintf("Sealed by %s on %s, SHA-256 %.12x…: %s", called[p.SealedBy], p.SealedAt.Format("2006-01-02"), p.Kept.Digest, p.Reason)
	}
	if p.Missing > 0 {
		out.Notices = append(out.Notices, fmt.Sprintf("%s of the file not brought over yet: send the file again", howMany(p.Missing, "account")))
	}
	if len(p.Unmatched) > 0 {
		out.Notices = append(out.Notices, "Ran before that day, and not in the file: "+strings.Join(p.Unmatched, ", "))
	}
	out.Stats = []ui.StatProps{
		{Label: "Left of opening balance", Value: ui.Money(p.Left), Note: "with the rest of the old general ledger"},
		{Label: "Contract lines", Value: ui.Count(int64(p.Lines)), Note: fmt.Sprintf("%d differ from their schedule", len(p.Wrong))},
		{Label: "Brought by", Value: ui.Text(called[p.PreparedBy])},
	}
	if len(p.Wrong) > 0 {
		wrong := ui.TableProps{Title: "Lines that differ from their schedule", Columns: []ui.Column{{Label: "Contract"}, {Label: "Line"}, {Label: "Deferred", Kind: ui.Figures}, {Label: "Still to be earned", Kind: ui.Figures}}}
		for _, w := range p.Wrong {
			wrong.Rows = append(wrong.Rows, ui.Row{Cells: ui.Cells(ui.Text(w.Contract), ui.Text(w.Line), ui.Money(w.Deferred), ui.Money(w.Remaining))})
		}
		out.Wrong = &wrong
	}
	if p.Ties() && !p.Sealed() && p.PreparedBy != v.By.UserID && v.may(http.MethodPost, "/imports/opening/:id/seal") {
		out.Seal = &ui.ConfirmProps{Label: "Seal", Look: ui.Primary, Text: "It ties, you have looked at it, and somebody else prepared it. The seal is the hash of what you see.", Action: fmt.Sprintf("/imports/opening/%d/seal", p.ID), Confirm: "Seal"}
	}
	return out
}

// proofTable is the proof by account type; before anything is booked there is no ledger to show.
func proofTable(rows []opening.ProofRow, booked bool) ui.TableProps {
	t := ui.TableProps{Title: "By account type", Columns: []ui.Column{{Label: "Account"}, {Label: "Old general ledger", Kind: ui.Figures}, {Label: "Rows of the file", Kind: ui.Figures}}}
	if booked {
		t.Columns = append(t.Columns, ui.Column{Label: "Booked", Kind: ui.Figures}, ui.Column{Label: "State", Kind: ui.Tight})
	}
	for _, r := range rows {
		cells := ui.Cells(ui.TwoLines(r.Account.Info().Name, r.Account.Info().Code), ui.Money(r.Control), ui.Money(r.Rows))
		if booked {
			word, tone := "Ties", ui.Good
			if !r.Proved() {
				word, tone = "Differs", ui.Bad
			}
			cells = append(cells, ui.Money(r.Booked), ui.Pill(word, tone))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	return t
}

func (v *visit) openingForm() error {
	return v.showOpening(http.StatusOK, page.OpeningFile{})
}

func (v *visit) showOpening(status int, view page.OpeningFile) error {
	view.Head = ui.HeadProps{Title: "Bring balances over", Crumbs: []ui.Anchor{{Label: "Imported documents", Href: "/imports"}, {Label: "Opening balances", Href: "/imports/opening"}},
		Sub: "YAML or JSON: contracts with what had been earned, their invoices, balances of customers, and the totals of the old general ledger (docs/operations.md). Taken whole or refused whole."}
	return v.page(status, frame{Title: "Bring balances over", Room: "imports"}, page.OpeningFilePage(view))
}

// bringOpening tries a file out first; what was tried is sent again to be brought over.
func (v *visit) bringOpening() error {
	text, err := v.upload("file", "document")
	view := page.OpeningFile{Text: text}
	if err == nil && strings.TrimSpace(text) == "" {
		err = fault.InvalidFields(fault.Field{Path: "file", Message: "is missing: choose a file, or paste it"})
	}
	var r opening.Result
	do := opening.Preview
	if v.form("step") == "commit" {
		do = opening.Import
	}
	if err == nil {
		r, err = do(v.ctx, v.DB, []byte(strings.ReplaceAll(text, "\r\n", "\n")), v.By)
	}
	switch {
	case refusal(err):
		view.Errors = complaints(err)
		return v.showOpening(http.StatusUnprocessableEntity, view)
	case err != nil:
		return err
	case !r.DryRun:
		return v.redirect("/imports/opening", done(fmt.Sprintf("%s brought over, %d there already", howMany(r.Accounts, "account"), r.Repeated)))
	}
	view.Tried, view.Totals = true, proofTable(r.Rows, false)
	view.Stats = []ui.StatProps{
		{Label: "Accounts", Value: ui.Count(int64(r.Accounts)), Note: fmt.Sprintf("%d there already", r.Repeated)},
		{Label: "Invoices", Value: ui.Count(int64(r.Invoices))}, {Label: "Receipts", Value: ui.Count(int64(r.Receipts))}, {Label: "Entries", Value: ui.Count(int64(r.Entries)), Note: "Tried out, nothing is booked yet"},
	}
	view.Differences = ui.TableProps{Title: "What differs from what we compute",
		Columns: []ui.Column{{Label: "Contract"}, {Label: "Line"}, {Label: "What"}, {Label: "Old system", Kind: ui.Figures}, {Label: "As we compute it", Kind: ui.Figures}, {Label: "Difference", Kind: ui.Figures}, {Label: "Treatment", Kind: ui.Tight}},
		Empty:   ui.EmptyProps{Title: "Nothing differs", Text: "What the other system billed and recognized is what the contracts say."}}
	for _, d := range r.Differences {
		view.Differences.Rows = append(view.Differences.Rows, ui.Row{Cells: ui.Cells(ui.Text(d.Contract), ui.Text(d.Line), ui.Text(string(d.What)), ui.Money(d.Old), ui.Money(d.Ours), ui.Money(d.By()), ui.Text(string(d.Treatment)))})
	}
	return v.showOpening(http.StatusOK, view)
}

// sealOpening approves what ties.
func (v *visit) sealOpening() error {
	id, err := strconv.ParseInt(v.param("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "there is no opening %q", v.param("id"))
	}
	err = v.do(func(t tx) error {
		_, err := opening.Seal(v.ctx, t, id, v.form("reason"), v.By)
		return err
	})
	if err != nil {
		return err
	}
	return v.redirect("/imports/opening", done("Sealed"))
}
