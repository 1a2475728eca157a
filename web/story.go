package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/mail"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/payments"
	"ratable/usage"
	"ratable/web/page"
	"ratable/web/ui"
)

// happening is one thing in a customer's story, on the day it counts from: a version when it takes effect, an invoice
// when it is issued, money when it arrives. When it was typed in is for the audit trail to say.
type happening struct {
	on                    period.Date
	kind                  string // of storyKinds
	word                  string // a status
	what, why, href, name string // name tells it from all others
	amount                money.Amount
}

// storyKinds are what the story can be narrowed to.
var storyKinds = []ui.Option{{Value: "", Label: "Everything"}, {Value: "contracts", Label: "Contracts"}, {Value: "documents", Label: "Invoices"}, {Value: "payments", Label: "Payments"},
	{Value: "mails", Label: "E-mail"}, {Value: "usage", Label: "Usage"}}

// customerStory is everything that happened with a customer in one line of time, newest first.
func (v *visit) customerStory(c customers.Customer, view *page.Customer) error {
	var all []happening
	for _, tell := range []func(customers.Customer) ([]happening, error){v.agreed, v.asked, v.paid, v.strayed} {
		more, err := tell(c)
		if err != nil {
			return err
		}
		all = append(all, more...)
	}
	if only := v.query("story"); only != "" {
		all = slices.DeleteFunc(all, func(h happening) bool { return h.kind != only })
	}
	slices.SortStableFunc(all, func(a, b happening) int { return cmp.Or(b.on.Compare(a.on), cmp.Compare(b.name, a.name)) })
	key := func(h happening) string { return h.name }
	shown, pager := paged(v, from(v.query("after"), all, key), key)
	pager.Summary = fmt.Sprintf("%d of %d shown", len(shown), len(all))
	view.Story = ui.TableProps{Title: "Story", Pager: &pager, Columns: []ui.Column{{Label: "Day", Kind: ui.Tight}, {Label: "What happened"}, {Label: "State"}, {Label: "Amount", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing happened yet", Text: "Contracts, documents, e-mails, payments and usage that waits are told here."}}
	for _, h := range shown {
		view.Story.Rows = append(view.Story.Rows, h.row(v))
	}
	view.StoryChips = v.views(&page.Narrowing{}, "story", storyKinds).Props.Chips
	return nil
}

func (h happening) row(v *visit) ui.Row {
	what := ui.Text(h.what)
	if v.opens(h.href) {
		what = ui.Link(h.what, h.href)
	}
	if h.why != "" {
		what = page.Told(what, h.why)
	}
	amount, word := ui.Text(""), ui.Text("")
	if h.amount.Currency() != "" {
		amount = ui.Money(h.amount)
	}
	if h.word != "" {
		word = ui.Status(h.word)
	}
	return ui.Row{Cells: []templ.Component{ui.Day(h.on), what, word, amount}}
}

// agreed tells of the contracts it uses or pays for: versions and what was given back.
func (v *visit) agreed(c customers.Customer) ([]happening, error) {
	found, err := contracts.List(v.ctx, v.DB, contracts.Filter{Party: c.ID, Limit: 500})
	var out []happening
	for _, k := range found {
		for _, r := range k.History {
			word := map[string]string{"": "Draft", "submitted": "Waiting", "approved": "Approved", "rejected": "Rejected"}[r.Last()]
			out = append(out, happening{on: r.EffectiveOn, kind: "contracts", word: word, what: fmt.Sprintf("Contract %s, version %d", k.Number, r.Number), why: cmp.Or(r.Reason, r.Document.Title),
				href: fmt.Sprintf("%s/document?version=%d", contractAddress(k.Number), r.Number), name: fmt.Sprintf("contract:%s:%03d", k.Number, r.Number)})
		}
		for _, g := range k.Concessions {
			out = append(out, happening{on: g.GrantedOn, kind: "contracts", word: "Credited", what: fmt.Sprintf("Credit on contract %s, line %s", k.Number, g.Line), why: g.Reason,
				href: contractAddress(k.Number), name: fmt.Sprintf("concession:%d", g.ID), amount: g.Amount.Neg()})
		}
	}
	return out, err
}

// asked tells of its documents, of those taken back, and of the mails that carried them.
func (v *visit) asked(c customers.Customer) ([]happening, error) {
	rows, err := invoicing.List(v.ctx, v.DB, invoicing.Filter{Payer: c.ID, Limit: 1000})
	if err != nil {
		return nil, err
	}
	open, err := v.openOf(v.DB, rows)
	if err != nil {
		return nil, err
	}
	lost, err := payments.GivenUp(v.ctx, v.DB)
	if err != nil {
		return nil, err
	}
	var out []happening
	carries := map[string]bool{}
	for _, r := range rows {
		kind := "Invoice "
		if r.Kind == entities.CreditNote {
			kind = "Credit note "
		}
		carries[r.Number] = true
		out = append(out, happening{on: r.IssuedOn, kind: "documents", word: v.invoiceStatus(r, money.Zero(r.Total.Currency()).Add(open[r.Number]), lost), what: kind + r.Number, href: invoiceAddress(r.Number), name: "issue:" + r.Number, amount: r.Total})
		if r.Voided {
			out = append(out, happening{on: r.VoidedOn, kind: "documents", word: "Void", what: kind + r.Number + " taken back", href: invoiceAddress(r.Number), name: "void:" + r.Number, amount: r.Total.Neg()})
		}
	}
	found, err := mail.List(v.ctx, v.DB, mail.Filter{Account: int64(c.Account), Limit: 1000})
	for _, m := range found {
		if carries[documentOf(m.Key)] {
			out = append(out, mailed(m))
		}
	}
	return out, err
}

// documentOf is the document that a message carries, by its key: "invoice:RUS-2026-000123:v1".
func documentOf(key string) string {
	_, rest, _ := strings.Cut(key, ":")
	if at := strings.LastIndex(rest, ":"); at >= 0 {
		return rest[:at]
	}
	return rest
}

func mailed(m mail.Entry) happening {
	at := m.QueuedAt
	if !m.SentAt.IsZero() {
		at = m.SentAt
	}
	return happening{on: period.DateOf(at, time.UTC), kind: "mails", word: capital(string(m.State)), what: "E-mail to " + mailboxes(m.To) + ": " + m.Subject, why: m.LastError,
		href: messageAddress(m.ID), name: fmt.Sprintf("mail:%012d", m.ID)}
}

// paid tells of the money that came in.
func (v *visit) paid(c customers.Customer) ([]happening, error) {
	found, err := payments.ListReceipts(v.ctx, v.DB, payments.Filter{Payer: c.ID, Limit: 500})
	var out []happening
	for _, r := range found {
		out = append(out, happening{on: r.ReceivedOn, kind: "payments", word: receiptStatus(r), what: "Payment " + r.Number(), why: r.Reference, href: receiptAddress(r.Number()), name: "receipt:" + r.Number(), amount: r.Amount.Neg()})
	}
	return out, err
}

// strayed tells of usage that names it and does not count, because its meter is not known.
func (v *visit) strayed(c customers.Customer) ([]happening, error) {
	found, err := usage.Quarantine(v.ctx, v.DB, usage.Cursor{}, 500)
	var out []happening
	for _, q := range found {
		if q.Customer == c.ExternalID {
			out = append(out, happening{on: period.DateOf(q.OccurredAt, time.UTC), kind: "usage", word: "Held", what: "Usage of " + q.Meter + " in quarantine", why: capital(q.Reason) + ", " + digits(q.Quantity),
				href: "/usage/quarantine", name: "stray:" + q.Source + ":" + q.ID})
		}
	}
	return out, err
}
