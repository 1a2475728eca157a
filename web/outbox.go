package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"ratable/internal/fault"
	"ratable/internal/mail"
	"ratable/invoicing"
	"ratable/web/page"
	"ratable/web/ui"
)

func messageAddress(id int64) string { return fmt.Sprintf("/outbox/%d", id) }

// outbox is every message there is, the latest first, by where it stands.
func (v *visit) outbox() error {
	o := v.order("subject", "tries", "queued", "sent")
	f := mail.Filter{State: mail.State(v.chosen("state", stateWords()...)), Search: v.query("q"), From: v.queryDate("from"), Sort: mail.Sort(o.String()), Before: v.queryNumber("after"), Limit: pageLength + 1}
	if through := v.queryDate("through"); !through.IsZero() {
		f.Until = through.AddDays(1)
	}
	if v.query("format") == "csv" {
		return v.outboxFile(f)
	}
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		found, err := mail.List(v.ctx, t, f)
		if err != nil {
			return err
		}
		counts, err := mail.Counts(v.ctx, t)
		if err != nil {
			return err
		}
		found, pager := paged(v, found, func(m mail.Entry) string { return fmt.Sprint(m.ID) })
		choices := []ui.Option{{Value: "", Label: "All"}}
		for _, s := range mail.States {
			choices = append(choices, ui.Option{Value: string(s), Label: fmt.Sprintf("%s %d", capital(string(s)), counts[s])})
		}
		messages := mailTable(found, true)
		messages.Title, messages.Caption, messages.Pager = "", "Messages", &pager
		messages.Columns = []ui.Column{v.column(o, "subject", "Subject", ui.Words), {Label: "To"}, {Label: "State"}, v.column(o, "tries", "Tries", ui.Figures), v.column(o, "queued", "Queued", ui.Tight), v.column(o, "sent", "Sent", ui.Tight)}
		list := page.List{
			Head:   ui.HeadProps{Title: "Outbox", Others: ui.Cells(v.csvButton())},
			Filter: v.views(v.narrowing("/outbox", "Recipient, subject or document", ui.FieldProps{Name: "from", Label: "Queued from", Kind: ui.DateInput}, ui.FieldProps{Name: "through", Label: "Queued through", Kind: ui.DateInput}), "state", choices), Tables: []ui.TableProps{messages},
		}
		return v.page(http.StatusOK, frame{Title: "Outbox", Room: "outbox"}, page.ListPage(list))
	})
}

func stateWords() []string {
	words := []string{""}
	for _, s := range mail.States {
		words = append(words, string(s))
	}
	return words
}

// mailTable lists messages; linked when the reader may open the outbox.
func mailTable(found []mail.Entry, linked bool) ui.TableProps {
	t := ui.TableProps{Title: "E-mail", Columns: []ui.Column{{Label: "Subject"}, {Label: "To"}, {Label: "State"}, {Label: "Tries", Kind: ui.Figures}, {Label: "Queued", Kind: ui.Tight}, {Label: "Sent", Kind: ui.Tight}},
		Empty: ui.EmptyProps{Title: "No message", Text: "Invoices are mailed to the customer's contact for payables when they are issued."}}
	for _, m := range found {
		row := ui.Row{Cells: ui.Cells(ui.Text(m.Subject), ui.Text(mailboxes(m.To)), mailState(m), ui.Count(int64(m.Attempts)), ui.At(m.QueuedAt), sentAt(m))}
		if linked {
			row.Href = messageAddress(m.ID)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// mailState also says why a message that failed did.
func mailState(m mail.Entry) templ.Component {
	if m.State == mail.Queued && m.Attempts > 0 {
		return ui.Status("Retrying")
	}
	return ui.Status(capital(string(m.State)))
}

func sentAt(m mail.Entry) templ.Component {
	if m.SentAt.IsZero() {
		return ui.Nothing()
	}
	return ui.At(m.SentAt)
}

func mailboxes(all []mail.Address) string {
	var out []string
	for _, a := range all {
		out = append(out, a.Email)
	}
	return strings.Join(out, ", ")
}

func (v *visit) outboxFile(f mail.Filter) error {
	head := []string{"id", "key", "to", "subject", "state", "attempts", "queued_at", "sent_at", "last_error"}
	return v.csvFile("outbox.csv", head, func(write func(cells ...string) error) error {
		f.Before, f.Limit = 0, 500
		for {
			found, err := mail.List(v.ctx, v.DB, f)
			if err != nil || len(found) == 0 {
				return err
			}
			for _, m := range found {
				sent := ""
				if !m.SentAt.IsZero() {
					sent = m.SentAt.UTC().Format("2006-01-02T15:04:05Z")
				}
				if err := write(fmt.Sprint(m.ID), m.Key, mailboxes(m.To), m.Subject, string(m.State), fmt.Sprint(m.Attempts), m.QueuedAt.UTC().Format("2006-01-02T15:04:05Z"), sent, m.LastError); err != nil {
					return err
				}
			}
			f.Before = found[len(found)-1].ID
		}
	})
}

// message is one mail as it is sent, with its files and every try to deliver it.
func (v *visit) message() error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		d, err := mail.Get(v.ctx, t, id)
		if err != nil {
			return err
		}
		view := page.Message{
			Head: ui.HeadProps{Title: d.Subject, Status: capital(string(d.State)), Crumbs: []ui.Anchor{{Label: "Outbox", Href: "/outbox"}}},
			Facts: []ui.Fact{{Term: "From", Value: ui.Text(mailbox(d.From))}, {Term: "To", Value: ui.Text(mailboxes(d.To))}, {Term: "Queued", Value: ui.At(d.QueuedAt)},
				{Term: "Sent", Value: sentAt(d.Entry)}, {Term: "Queued by", Value: orDash(d.QueuedBy)}, {Term: "Message-ID", Value: ui.Mono(d.MessageID)}},
			Text: d.Text, Tries: triesTable(d.Tried),
		}
		for _, a := range d.Attached {
			name := a.Name
			if a.Document.Kind != "" {
				name = a.Document.Ref + ".pdf"
				view.Facts = append(view.Facts, ui.Fact{Term: "About", Value: documentLink(a.Document.Ref)})
			}
			view.Files = append(view.Files, ui.Anchor{Label: name, Href: fmt.Sprintf("%s/attachments/%d", messageAddress(id), a.Position)})
		}
		if len(d.Cc) > 0 {
			view.Facts = append(view.Facts, ui.Fact{Term: "Copies", Value: ui.Text(mailboxes(d.Cc))})
		}
		if d.State == mail.Failed || d.State == mail.Held {
			verb := map[mail.State]string{mail.Failed: "Try again", mail.Held: "Send it"}[d.State]
			view.Head.Action = ui.Post(ui.PostProps{Action: messageAddress(id) + "/requeue", Button: ui.ButtonProps{Label: verb, Look: ui.Primary}})
			if d.LastError != "" {
				view.Note = &page.Note{Title: "It was not delivered", Text: d.LastError, Tone: ui.Bad}
			}
		}
		return v.page(http.StatusOK, frame{Title: d.Subject, Room: "outbox"}, page.MessagePage(view))
	})
}

func mailbox(a mail.Address) string {
	if a.Name == "" {
		return a.Email
	}
	return a.Name + " <" + a.Email + ">"
}

var outcomeTones = map[string]ui.Tone{"sent": ui.Good, "temporary": ui.Warn, "permanent": ui.Bad, "lost": ui.Bad}

func triesTable(tried []mail.Attempt) ui.TableProps {
	t := ui.TableProps{Title: "Tries", Columns: []ui.Column{{Label: "Try", Kind: ui.Tight}, {Label: "Outcome"}, {Label: "Through"}, {Label: "Answer"}, {Label: "When", Kind: ui.Tight}},
		Empty: ui.EmptyProps{Title: "Not tried yet", Text: "The scheduler looks at the outbox every minute."}}
	for _, a := range tried {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(fmt.Sprint(a.Number)), ui.Pill(capital(a.Outcome), outcomeTones[a.Outcome]), ui.Text(a.Transport), ui.Text(a.Reply), ui.At(a.At))})
	}
	return t
}

// attachment hands over a file of a message: the stored one, or the document as it is drawn when it is sent.
func (v *visit) attachment() error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	d, err := mail.Get(v.ctx, v.DB, id)
	if err != nil {
		return err
	}
	for _, a := range d.Attached {
		if fmt.Sprint(a.Position) != v.param("position") {
			continue
		}
		file, err := v.attached(id, a)
		if err != nil {
			return err
		}
		return v.file(file.Name, file.ContentType, file.Content, false)
	}
	return fault.New(fault.NotFound, "the message has no such attachment")
}

func (v *visit) attached(id int64, a mail.Attached) (mail.Attachment, error) {
	if a.Document.Kind == invoicing.MailKind {
		return invoicing.Renderer()(v.ctx, v.DB, a.Document.Ref)
	}
	return mail.Content(v.ctx, v.DB, id, a.Position)
}

// requeue lets a message go that failed or was held.
func (v *visit) requeue() error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	if err := v.do(func(t tx) error { return mail.Requeue(v.ctx, t, id, v.By) }); err != nil {
		return err
	}
	return v.redirect(messageAddress(id), done("It will be sent within a minute."))
}
