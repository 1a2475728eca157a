package web

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/journals"
	"ratable/ledger"
	"ratable/web/page"
	"ratable/web/ui"
)

func journalAddress(id journals.ID) string { return fmt.Sprintf("/journals/%d", id) }

// journals is everything that was written by hand, the latest first.
func (v *visit) journals() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		s, err := v.scope()
		if err != nil {
			return err
		}
		var words []string
		states := []ui.Option{{Value: "", Label: "Any"}}
		for _, one := range journals.States {
			words = append(words, string(one))
			states = append(states, ui.Option{Value: string(one), Label: capital(string(one))})
		}
		f := journals.Filter{Entity: s.entity, State: journals.State(v.chosen("state", append([]string{""}, words...)...)), After: journals.ID(v.queryNumber("after")), Limit: pageLength + 1}
		if m := v.queryMonth("month"); !m.IsZero() {
			f.From, f.Before = m.First(), m.End()
		}
		found, err := journals.List(v.ctx, t, f)
		if err != nil {
			return err
		}
		found, pager := paged(v, found, func(j journals.Journal) string { return fmt.Sprint(j.ID) })
		called, err := v.people(t)
		if err != nil {
			return err
		}
		head := ui.HeadProps{Title: "Journals", Sub: "What people book by hand: written by one person, approved and so posted by another.", Action: ui.Button(ui.ButtonProps{Label: "New journal", Href: "/journals/new", Look: ui.Primary}),
			Others: ui.Cells(ui.Button(ui.ButtonProps{Label: "Templates", Href: "/journals/templates"}), ui.Button(ui.ButtonProps{Label: "Rules", Href: "/journals/rules"}), ui.Button(ui.ButtonProps{Label: "Intercompany", Href: "/journals/intercompany"}))}
		narrowing := v.narrowing("/journals", "", ui.FieldProps{Name: "entity", Label: "Entity", Kind: ui.SelectInput, Options: entityOptions(s.directory)},
			ui.FieldProps{Name: "state", Label: "State", Kind: ui.SelectInput, Options: states}, ui.FieldProps{Name: "month", Label: "Month", Kind: ui.MonthInput})
		table := journalTable(found, s.directory, called)
		table.Pager = &pager
		return v.page(http.StatusOK, frame{Title: "Journals", Room: "journals"}, page.ListPage(page.List{Head: head, Filter: narrowing, Tables: []ui.TableProps{table}}))
	})
}

func journalTable(found []journals.Journal, d *entities.Directory, called map[int64]string) ui.TableProps {
	t := ui.TableProps{Caption: "Journals", Columns: []ui.Column{{Label: "Day", Kind: ui.Tight}, {Label: "Journal"}, {Label: "State"}, {Label: "Entity"}, {Label: "Prepared by"}, {Label: "Moves", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "No journal matches", Text: "What invoices, payments and recognition book is in the ledger; here is only what people wrote.", Action: &ui.ButtonProps{Label: "New journal", Href: "/journals/new"}}}
	for _, j := range found {
		e, _ := d.ByID(j.Entity)
		t.Rows = append(t.Rows, ui.Row{Href: journalAddress(j.ID), Muted: j.State() == journals.Withdrawn || j.State() == journals.Rejected, Cells: ui.Cells(ui.Day(j.On), ui.TwoLines(j.Number(), j.Reason),
			journalStatus(j), ui.Text(e.Name), ui.Text(called[j.PreparedBy]), ui.Money(j.Total()))})
	}
	return t
}

func journalStatus(j journals.Journal) templ.Component {
	if j.State() == journals.Posting {
		return ui.Pill("Posted", ui.Good)
	}
	return ui.Status(capital(string(j.State())))
}

// theJournal reads the journal that the address names, by its key or by its number.
func (v *visit) theJournal(q postgres.Querier) (journals.Journal, error) {
	if id, err := strconv.ParseInt(v.param("journal"), 10, 64); err == nil {
		return journals.Get(v.ctx, q, journals.ID(id))
	}
	return journals.ByNumber(v.ctx, q, v.param("journal"))
}

func (v *visit) journal() error { return v.showJournal(http.StatusOK, nil) }

func (v *visit) showJournal(status int, found []fault.Field) error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		j, err := v.theJournal(t)
		if err != nil {
			return err
		}
		n, err := v.journalNames(t, j)
		if err != nil {
			return err
		}
		called, err := v.people(t)
		if err != nil {
			return err
		}
		rec := page.Record{Head: ui.HeadProps{Title: j.Number(), Sub: j.Reason, Status: capital(string(j.State())), Crumbs: []ui.Anchor{{Label: "Journals", Href: "/journals"}}}}
		verbs, err := v.journalVerbs(t, j)
		if err != nil {
			return err
		}
		rec.Parts = ui.Cells(page.Complaints(found), page.Verbs(verbs))
		rec.Body = ui.Cells(ui.Table(journalLines(j, n)))
		if len(j.Posted) > 0 {
			rec.Body = append(rec.Body, ui.Table(postedTable(j)))
		} else {
			rec.Body = append(rec.Body, hledgerPreview(j.Preview()))
		}
		files, err := journals.Attachments(v.ctx, t, j.ID)
		if err != nil {
			return err
		}
		fs := ui.TableProps{Title: "Attachments", Columns: []ui.Column{{Label: "File"}, {Label: "Size", Kind: ui.Figures}, {Label: "Attached by"}, {Label: "SHA-256"}}, Empty: ui.EmptyProps{Title: "No file attached", Text: "The calculation, or the mail that asked for it, belongs here."}}
		for _, a := range files {
			fs.Rows = append(fs.Rows, ui.Row{Cells: ui.Cells(page.FileLink(a.Name, "", fmt.Sprintf("%s/files/%d", journalAddress(j.ID), a.ID)), ui.Text(fileSize(a.Size)), ui.Text(called[a.UploadedBy]), page.Hash(a.Hash()))})
		}
		rec.Body = append(rec.Body, ui.Table(fs))
		if v.may(post, "/journals/:journal/attach") {
			rec.Body = append(rec.Body, attachPanel(j.ID))
		}
		rec.Rail = ui.Cells(ui.Facts("Journal", journalFacts(j, n)), page.Trail("History", journalTrail(j, called)))
		return v.page(status, frame{Title: j.Number(), Room: "journals"}, page.RecordPage(rec))
	})
}

func attachPanel(id journals.ID) templ.Component {
	return page.PanelForm(page.Panel{Title: "Attach a file", Form: ui.FormProps{Action: journalAddress(id) + "/attach", Files: true},
		Fields: []ui.FieldProps{{Name: "file", Label: "File", Kind: ui.FileInput, Accept: ".pdf,.png,.jpg,.jpeg,.docx,.eml", Hint: "PDF, PNG, JPG, DOCX or EML, 10 MB at most", Required: true}}, Verb: ui.ButtonProps{Label: "Attach"}})
}

func (v *visit) journalNames(q postgres.Querier, j journals.Journal) (names, error) {
	var people []customers.ID
	var agreed []int64
	for _, l := range j.Lines {
		people, agreed = append(people, l.Customer), append(agreed, l.Contract)
	}
	return v.namesOf(q, unique(people), unique(agreed))
}

// journalVerbs are what this reader may do with the journal as it stands.
func (v *visit) journalVerbs(q postgres.Querier, j journals.Journal) ([]templ.Component, error) {
	if !v.may(post, "/journals/:journal/submit") {
		return nil, nil
	}
	at := journalAddress(j.ID)
	withdraw := ui.Confirm(ui.ConfirmProps{Label: "Withdraw", Look: ui.Danger, Text: "It will never be posted. It stays in the list.", Action: at + "/withdraw", Confirm: "Withdraw"})
	correct := ui.Button(ui.ButtonProps{Label: "Correct", Href: fmt.Sprintf("/journals/new?corrects=%d", j.ID)})
	switch j.State() {
	case journals.Drafted:
		return ui.Cells(ui.Post(ui.PostProps{Action: at + "/submit", Button: ui.ButtonProps{Label: "Ask for approval", Look: ui.Primary}}), correct, withdraw), nil
	case journals.Rejected:
		return ui.Cells(correct, withdraw), nil
	case journals.Submitted:
		waiting, err := access.Pending(v.ctx, q, access.Roles)
		if err != nil {
			return nil, err
		}
		for _, a := range waiting {
			if a.Subject.Kind == journals.Kind && a.Subject.Key == j.Subject().Key && a.MayDecide(v.By) == nil {
				return ui.Cells(ui.Post(ui.PostProps{Action: at + "/approve", Button: ui.ButtonProps{Label: "Approve and post", Look: ui.Primary, Icon: "check"}}),
					page.AskReason(ui.ConfirmProps{Label: "Send back", Look: ui.Danger, Text: "Nothing is posted. Who prepared it can correct it.", Action: at + "/reject", Confirm: "Send back"})), nil
			}
		}
	case journals.Posting, journals.Stopped:
		return v.postedVerbs(q, j, at)
	}
	return nil, nil
}

func (v *visit) postedVerbs(q postgres.Querier, j journals.Journal, at string) ([]templ.Component, error) {
	var out []templ.Component
	by, err := journals.ReversedBy(v.ctx, q, j.ID)
	if err != nil {
		return nil, err
	}
	if by != 0 {
		out = append(out, ui.Button(ui.ButtonProps{Label: "The journal that takes it back", Href: journalAddress(by)}))
	} else if len(j.Posted) == 1 && j.Reverses == 0 {
		out = append(out, ui.Button(ui.ButtonProps{Label: "Reverse", Href: at + "/reverse"}))
	}
	if j.Every != "" && j.State() == journals.Posting {
		out = append(out, page.AskReason(ui.ConfirmProps{Label: "Stop repeating", Look: ui.Danger, Text: "What was posted stays. It comes round no more.", Action: at + "/stop", Confirm: "Stop"}))
	}
	return append(out, ui.Button(ui.ButtonProps{Label: "Write one like it", Href: fmt.Sprintf("/journals/new?like=%d", j.ID)})), nil
}

func journalLines(j journals.Journal, n names) ui.TableProps {
	t := ui.TableProps{Title: "Lines", Columns: []ui.Column{{Label: "Account"}, {Label: "About"}, {Label: "Belongs to", Kind: ui.Tight}, {Label: "Debit", Kind: ui.Figures}, {Label: "Credit", Kind: ui.Figures}}}
	for _, l := range j.Lines {
		debit, credit := ui.Money(l.Amount), ui.Text("")
		if l.Amount.Sign() < 0 {
			debit, credit = ui.Text(""), ui.Money(l.Amount.Neg())
		}
		month := ui.Soft("its own month")
		if !l.Month.IsZero() {
			month = ui.Text(ui.MonthText(l.Month))
		}
		about := joinedText(n.customers[l.Customer], joinedText(n.contracts[l.Contract], l.Line), l.Document)
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.TwoLines(l.Account.Info().Name, l.Account.Info().Code), orDash(about), month, debit, credit)})
	}
	t.Foot = []ui.Row{{Cells: ui.Cells(ui.Text("In all"), ui.Text(""), ui.Text(""), ui.Money(j.Total()), ui.Money(j.Total()))}}
	return t
}

func postedTable(j journals.Journal) ui.TableProps {
	t := ui.TableProps{Title: "Posted", Columns: []ui.Column{{Label: "Number"}, {Label: "Day", Kind: ui.Tight}, {Label: "What"}}}
	for _, p := range j.Posted {
		what := "The journal"
		if p.Part == journals.Reversal {
			what = "Takes it back"
		}
		t.Rows = append(t.Rows, ui.Row{Href: entryAddress(ledger.Entry{Account: p.Account, Seq: p.Seq}), Cells: ui.Cells(ui.Text(p.Number), ui.Day(p.On), ui.Text(what))})
	}
	return t
}

func journalFacts(j journals.Journal, n names) []ui.Fact {
	book := map[ledger.Book]string{"": "Every book", ledger.USGAAP: "US GAAP", ledger.IFRS: "IFRS"}[j.Book]
	facts := []ui.Fact{{Term: "Entity", Value: ui.Text(n.entity(j.Entity))}, {Term: "Day", Value: ui.Day(j.On)}, {Term: "Moves", Value: ui.Money(j.Total())}, {Term: "Book", Value: ui.Text(book)}}
	if !j.ReversesOn.IsZero() {
		facts = append(facts, ui.Fact{Term: "Takes itself back", Value: ui.Day(j.ReversesOn)})
	}
	if j.Every != "" {
		facts = append(facts, ui.Fact{Term: "Repeats every " + string(j.Every) + " through", Value: ui.Day(j.Through)})
	}
	if j.Template != "" {
		facts = append(facts, ui.Fact{Term: "Template", Value: ui.Text(j.Template)})
	}
	for term, id := range map[string]journals.ID{"Takes back": j.Reverses, "Corrects": j.Corrects} {
		if id != 0 {
			facts = append(facts, ui.Fact{Term: term, Value: ui.Link(fmt.Sprintf("Journal %d", id), journalAddress(id))})
		}
	}
	return facts
}

func journalTrail(j journals.Journal, called map[int64]string) []ui.Event {
	tones := map[string]ui.Tone{"approved": ui.Good, "rejected": ui.Bad, "stopped": ui.Warn}
	var out []ui.Event
	for i := len(j.Events) - 1; i >= 0; i-- {
		e := j.Events[i]
		out = append(out, ui.Event{At: e.At, By: called[e.By], What: capital(e.Event), Why: e.Reason, Tone: tones[e.Event]})
	}
	return out
}
