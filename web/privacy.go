package web

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/privacy"
	"ratable/web/page"
	"ratable/web/ui"
)

const privacyAt = "/privacy"

// keepers enter what a person asks for; another of those who decide carries it out.
var keepers = []access.Role{access.Support, access.Finance, access.Admin}

func privacyRoutes() []route {
	return []route{
		{get, privacyAt, keepers, (*visit).privacyRequests},
		{get, privacyAt + "/new", keepers, (*visit).privacyForm},
		{post, privacyAt + "/new", keepers, (*visit).askPrivacy},
		{get, privacyAt + "/:id", keepers, (*visit).privacyRequest},
		{post, privacyAt + "/:id/give", keepers, (*visit).giveHeld},
		{post, privacyAt + "/:id/approve", rulers, decidePrivacy(access.Approve)},
		{post, privacyAt + "/:id/reject", rulers, decidePrivacy(access.Reject)},
	}
}

func privacyAddress(id int64) string { return fmt.Sprintf("%s/%d", privacyAt, id) }

var privacyTones = map[privacy.State]ui.Tone{privacy.Waiting: ui.Warn, privacy.Rejected: ui.Neutral, privacy.Erased: ui.Good}

// who says whom a request is about, by pseudonym once they are forgotten.
func who(r privacy.Request) string {
	switch {
	case r.State == privacy.Erased:
		return r.Pseudonym()
	case r.Email != "":
		return r.Email
	case len(r.Names) > 0:
		return r.Names[0]
	}
	return fmt.Sprintf("Customer %d", r.Customer)
}

func (v *visit) privacyRequests() error {
	found, err := privacy.List(v.ctx, v.DB)
	if err != nil {
		return err
	}
	people, err := v.people(v.DB)
	if err != nil {
		return err
	}
	t := ui.TableProps{Caption: "Requests", Columns: []ui.Column{{Label: "Request", Kind: ui.Tight}, {Label: "Who"}, {Label: "State"}, {Label: "Asked", Kind: ui.Tight}, {Label: "Entered by"}, {Label: "Rows erased", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nobody asked yet", Text: "A person who asks what is known about them, or wants to be forgotten, is entered here."}}
	for _, r := range found {
		rows := ui.Nothing()
		if r.State == privacy.Erased {
			rows = ui.Count(taken(r.Result))
		}
		t.Rows = append(t.Rows, ui.Row{Href: privacyAddress(r.ID), Cells: ui.Cells(ui.Text(fmt.Sprint(r.ID)), ui.Text(who(r)), ui.Pill(capital(string(r.State)), privacyTones[r.State]), ui.At(r.At), ui.Text(people[r.By]), rows)})
	}
	head := ui.HeadProps{Title: "Privacy requests", Sub: "What is known about a person, given to them, and taken away when they want to be forgotten."}
	head.Action = ui.Button(ui.ButtonProps{Label: "New request", Href: privacyAt + "/new", Look: ui.Primary, Icon: "plus"})
	return v.page(http.StatusOK, frame{Title: head.Title, Room: "privacy"}, page.ListPage(page.List{Head: head, Tables: []ui.TableProps{t}}))
}

// taken is how many rows were rewritten.
func taken(all []privacy.Place) (n int64) {
	for _, p := range all {
		if p.Kept == "" {
			n += p.Rows
		}
	}
	return n
}

func (v *visit) privacyForm() error { return v.showPrivacyForm(http.StatusOK, nil) }

func (v *visit) showPrivacyForm(status int, found []fault.Field) error {
	view := page.Ask{
		Head: ui.HeadProps{Title: "New privacy request", Crumbs: []ui.Anchor{{Label: "Privacy requests", Href: privacyAt}}},
		Text: []string{"The next page says what is held about the person, and hands it out. Nothing is erased before another person approves."},
		Form: ui.FormProps{Action: privacyAt + "/new", Errors: found}, Back: privacyAt,
		Fields: []ui.FieldProps{
			{Name: "email", Label: "E-mail address", Value: v.form("email"), Hint: "Of a contact, or of somebody who signs in for a customer", Optional: true, Errors: found},
			{Name: "customer", Label: "Or a consumer", Value: v.form("customer"), Hint: "The number of a customer who is a person", Optional: true, Errors: found},
			{Name: "usage_value", Label: "Named in usage as", Value: v.form("usage_value"), Hint: "A user id that usage events carry as a dimension", Optional: true, Errors: found},
			{Name: "reason", Label: "What the person asked", Value: v.form("reason"), Hint: "When, and how you know that it is them", Required: true, Wide: true, Errors: found},
		},
		Verb: ui.ButtonProps{Label: "See what is held", Look: ui.Primary},
	}
	return v.page(status, frame{Title: view.Head.Title, Room: "privacy"}, page.AskPage(view))
}

func (v *visit) askPrivacy() error {
	asked := privacy.Asked{Email: v.form("email"), Customer: v.form("customer"), UsageValue: v.form("usage_value"), Reason: v.form("reason")}
	var r privacy.Request
	err := v.do(func(t tx) (err error) { r, err = privacy.Ask(v.ctx, t, asked, v.Today(), v.By); return err })
	if found := fault.Fields(err); len(found) > 0 {
		return v.showPrivacyForm(http.StatusUnprocessableEntity, found)
	}
	if k := fault.Kind(err); k == fault.NotFound || k == fault.Conflict {
		at := "email"
		if asked.Customer != "" {
			at = "customer"
		}
		return v.showPrivacyForm(http.StatusUnprocessableEntity, []fault.Field{{Path: at, Message: sentence(err)}})
	}
	if err != nil {
		return err
	}
	return v.redirect(privacyAddress(r.ID), done("The request waits for another person."))
}

func (v *visit) privacyRequest() error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	r, err := privacy.Get(v.ctx, v.DB, id)
	if err != nil {
		return err
	}
	held := r.Result
	if r.State != privacy.Erased {
		if held, err = privacy.Held(v.ctx, v.DB, id); err != nil {
			return err
		}
	}
	people, err := v.people(v.DB)
	if err != nil {
		return err
	}
	list := page.List{
		Head:   ui.HeadProps{Title: who(r), Sub: "Privacy request " + fmt.Sprint(r.ID), Crumbs: []ui.Anchor{{Label: "Privacy requests", Href: privacyAt}}},
		Parts:  []templ.Component{ui.FactGrid("The request", privacyFacts(r, people[r.By]))},
		Tables: []ui.TableProps{heldTable(r, held)},
		Notes: []string{"Amounts, days, numbers and keys are never changed. A fact that is rewritten keeps the hash by which the seals of closed months know it.",
			"What law keeps is left as it is, for as long as it says. Scanned papers and PDFs are not looked into."},
	}
	if r.State == privacy.Waiting {
		if list.Head.Others, err = v.privacyVerbs(r); err != nil {
			return err
		}
	}
	return v.page(http.StatusOK, frame{Title: list.Head.Title, Room: "privacy"}, page.ListPage(list))
}

func privacyFacts(r privacy.Request, by string) []ui.Fact {
	facts := []ui.Fact{
		{Term: "State", Value: ui.Pill(capital(string(r.State)), privacyTones[r.State])},
		{Term: "What was asked", Value: ui.Text(r.Reason)},
		{Term: "Entered", Value: ui.TwoLines(by, r.At.Format("2 Jan 2006"))},
	}
	if r.UsageValue != "" {
		facts = append(facts, ui.Fact{Term: "Named in usage as", Value: ui.Mono(r.UsageValue)})
	}
	if r.State == privacy.Erased {
		facts = append(facts, ui.Fact{Term: "Erased", Value: ui.At(r.ErasedAt)})
	}
	return facts
}

func heldTable(r privacy.Request, held []privacy.Place) ui.TableProps {
	t := ui.TableProps{Title: "Where the person is named", Columns: []ui.Column{{Label: "What"}, {Label: "Rows", Kind: ui.Figures}, {Label: "What becomes of it", Kind: ui.Words}},
		Empty: ui.EmptyProps{Title: "Nowhere"}}
	for _, p := range held {
		becomes := "Becomes " + r.Pseudonym()
		if r.State == privacy.Erased {
			becomes = "Became " + r.Pseudonym()
		}
		if p.Kept != "" {
			becomes = "Kept: " + p.Kept
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Mono(p.Table), ui.Count(p.Rows), ui.Text(becomes))})
	}
	return t
}

// privacyVerbs are the file for the person, and what another person may answer.
func (v *visit) privacyVerbs(r privacy.Request) ([]templ.Component, error) {
	at := privacyAddress(r.ID)
	out := ui.Cells(ui.Post(ui.PostProps{Action: at + "/give", Button: ui.ButtonProps{Label: "What is held, as a file", Icon: "download"}}))
	mine, err := v.decidable()
	if err != nil || !slices.ContainsFunc(mine, func(a access.Approval) bool {
		return a.Subject.Kind == privacy.SubjectKind && a.Subject.Key == r.Subject().Key
	}) {
		return out, err
	}
	return append(out,
		ui.Confirm(ui.ConfirmProps{Label: "Erase", Look: ui.Danger, Action: at + "/approve", Confirm: "Erase for ever",
			Text: "The person becomes " + r.Pseudonym() + " everywhere. It cannot be taken back."}),
		page.AskReason(ui.ConfirmProps{Label: "Reject", Text: "Nothing is erased. Tell the person why.", Action: at + "/reject", Confirm: "Reject"})), nil
}

func decidePrivacy(d access.Decision) handler {
	return func(v *visit) error {
		id, err := v.number("id")
		if err != nil {
			return err
		}
		var r privacy.Request
		if err := v.do(func(t tx) (err error) { r, err = privacy.Decide(v.ctx, t, id, d, v.form("reason"), v.By); return err }); err != nil {
			return err
		}
		said := "Rejected. Nothing was erased."
		if r.State == privacy.Erased {
			said = howMany(int(taken(r.Result)), "row") + " erased."
		}
		return v.redirect(privacyAddress(id), done(said))
	}
}

// giveHeld hands out what is held. It is a post, because who took the file is written down.
func (v *visit) giveHeld() error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	var text []byte
	if err := v.do(func(t tx) (err error) { text, err = privacy.Give(v.ctx, t, id, v.By); return err }); err != nil {
		return err
	}
	v.echo.Response().Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="privacy-request-%d.json"`, id))
	return v.echo.Blob(http.StatusOK, "application/json", text)
}
