package web

import (
	"fmt"
	"net/http"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/journals"
	"ratable/web/page"
	"ratable/web/ui"
)

// onJournal does a verb and comes back to the journal, with what was in the way where it was refused.
func (v *visit) onJournal(done string, verb func(t tx, id journals.ID) error) error {
	var id journals.ID
	err := v.do(func(t tx) error {
		j, err := v.theJournal(t)
		if err != nil {
			return err
		}
		id = j.ID
		return verb(t, j.ID)
	})
	if found := fault.Fields(err); len(found) > 0 {
		return v.showJournal(http.StatusUnprocessableEntity, found)
	}
	if err != nil {
		return err
	}
	return v.redirect(journalAddress(id), ui.Flash{Text: done, Tone: ui.Good})
}

func (v *visit) submitJournal() error {
	return v.onJournal("The journal waits for approval by another person", func(t tx, id journals.ID) error { return journals.Submit(v.ctx, t, id, v.By) })
}

func (v *visit) approveJournal() error {
	return v.onJournal("The journal is posted", func(t tx, id journals.ID) error {
		_, err := journals.Decide(v.ctx, t, id, access.Approve, v.form("reason"), v.By)
		return err
	})
}

func (v *visit) rejectJournal() error {
	return v.onJournal("The journal was sent back", func(t tx, id journals.ID) error {
		_, err := journals.Decide(v.ctx, t, id, access.Reject, v.form("reason"), v.By)
		return err
	})
}

func (v *visit) withdrawJournal() error {
	return v.onJournal("The journal is withdrawn", func(t tx, id journals.ID) error { return journals.Withdraw(v.ctx, t, id, v.form("reason"), v.By) })
}

func (v *visit) stopJournal() error {
	return v.onJournal("The journal repeats no longer", func(t tx, id journals.ID) error { return journals.Stop(v.ctx, t, id, v.form("reason"), v.By) })
}

func (v *visit) attachToJournal() error {
	name, content, err := v.sentFile("file")
	if err != nil {
		return err
	}
	err = v.onJournal(name+" is attached", func(t tx, id journals.ID) error { return journals.Attach(v.ctx, t, id, name, content, v.By) })
	if fault.Kind(err) == fault.Conflict {
		return v.showJournal(http.StatusConflict, []fault.Field{{Path: "file", Message: "The very same file is there already."}})
	}
	return err
}

// journalFile hands a file out as it came: to be saved, never to be shown inside our pages.
func (v *visit) journalFile() error {
	file, err := v.number("file")
	if err != nil {
		return err
	}
	j, err := v.theJournal(v.DB)
	if err != nil {
		return err
	}
	a, err := journals.LoadAttachment(v.ctx, v.DB, j.ID, file)
	if err != nil {
		return err
	}
	return v.file(a.Name, a.MediaType, a.Content, false)
}

// reverseForm asks from which day on a posted journal is taken back.
func (v *visit) reverseForm() error { return v.showReverse(http.StatusOK, nil) }

func (v *visit) showReverse(status int, found []fault.Field) error {
	j, err := v.theJournal(v.DB)
	if err != nil {
		return err
	}
	if len(j.Posted) == 0 {
		return fault.New(fault.Conflict, "%s is not posted: there is nothing to take back", j.Number())
	}
	on := v.form("on")
	if on == "" {
		on = period.MaxDate(v.Today(), j.Posted[0].On).String()
	}
	at := journalAddress(j.ID)
	view := page.Ask{Head: ui.HeadProps{Title: "Reverse " + j.Number(), Sub: j.Reason, Crumbs: []ui.Anchor{{Label: "Journals", Href: "/journals"}, {Label: j.Number(), Href: at}}},
		Text: []string{"A journal with debits and credits changed places is written and waits for approval by another person. The journal itself stays as it is."},
		Form: ui.FormProps{Action: at + "/reverse", Errors: found},
		Fields: []ui.FieldProps{{Name: "on", Label: "Day", Kind: ui.DateInput, Value: on, Required: true, Errors: found},
			{Name: "reason", Label: "Reason", Value: v.form("reason"), Required: true, Wide: true, Errors: found}},
		Verb: ui.ButtonProps{Label: "Ask for approval", Look: ui.Primary}, Back: at}
	return v.page(status, frame{Title: view.Head.Title, Room: "journals"}, page.AskPage(view))
}

func (v *visit) reverseJournal() error {
	on, _ := period.ParseDate(v.form("on")) // no day is refused by the verb
	var back journals.Journal
	err := v.do(func(t tx) error {
		j, err := v.theJournal(t)
		if err != nil {
			return err
		}
		back, err = journals.Reverse(v.ctx, t, j.ID, on, v.form("reason"), v.By)
		return err
	})
	if found := fault.Fields(err); len(found) > 0 {
		return v.showReverse(http.StatusUnprocessableEntity, found)
	}
	if err != nil {
		return err
	}
	return v.redirect(journalAddress(back.ID), done(fmt.Sprintf("Journal %d waits for approval by another person", back.ID)))
}
