package web

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"ratable/customers"
	"ratable/entities"
	"ratable/evidence"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/web/page"
	"ratable/web/ui"
)

func sampleAddress(id int64) string { return fmt.Sprintf("/evidence/%d", id) }

// packAddress hands out what an entry rests on.
func packAddress(account customers.AccountID, seq int64) string {
	return fmt.Sprintf("/evidence/entries/%d/%d", account, seq)
}

var methodWords = map[evidence.Method]string{evidence.Random: "Random", evidence.MonetaryUnit: "Monetary unit"}

// samples lists what was drawn, by whom and why.
func (v *visit) samples() error {
	found, err := evidence.List(v.ctx, v.DB)
	if err != nil {
		return err
	}
	people, err := v.people(v.DB)
	if err != nil {
		return err
	}
	directory, err := entities.Load(v.ctx, v.DB)
	if err != nil {
		return err
	}
	head := ui.HeadProps{Title: "Evidence", Sub: "Samples of entries that can be drawn again from their seed, and the papers behind each entry."}
	head.Others = ui.Cells(ui.Button(ui.ButtonProps{Label: "Worked cases", Href: "/evidence/examples"}))
	if v.may(post, "/evidence/new") {
		head.Action = ui.Button(ui.ButtonProps{Label: "Draw a sample", Href: "/evidence/new", Look: ui.Primary, Icon: "plus"})
	}
	t := ui.TableProps{Caption: "Samples",
		Columns: []ui.Column{{Label: "Sample", Kind: ui.Tight}, {Label: "What for", Kind: ui.Words}, {Label: "Books"}, {Label: "Booked"}, {Label: "Method"}, {Label: "Seed"}, {Label: "Of entries", Kind: ui.Figures}, {Label: "Drawn", Kind: ui.Figures}, {Label: "By"}},
		Empty:   ui.EmptyProps{Title: "No sample is drawn yet", Text: "An auditor or an accountant draws one; it is kept with its seed."}}
	for _, s := range found {
		seller, _ := directory.ByID(s.Entity)
		t.Rows = append(t.Rows, ui.Row{Href: sampleAddress(s.ID), Cells: ui.Cells(ui.Text(fmt.Sprint(s.ID)), ui.Text(s.Reason), ui.Text(seller.Code+" "+string(s.Currency)), ui.Span(s.Days),
			ui.Text(methodWords[s.Method]), ui.Mono(s.Seed), ui.Count(s.Population), ui.Count(int64(s.Size)), ui.Text(people[s.DrawnBy]))})
	}
	return v.page(http.StatusOK, frame{Title: "Evidence", Room: "evidence"}, page.ListPage(page.List{Head: head, Tables: []ui.TableProps{t}}))
}

func (v *visit) sampleForm() error { return v.askSample(http.StatusOK, nil) }

func (v *visit) askSample(status int, found []fault.Field) error {
	s, err := v.scope()
	if err != nil {
		return err
	}
	value := func(name, otherwise string) string {
		if said := v.form(name); said != "" {
			return said
		}
		return otherwise
	}
	month := s.month
	view := page.Ask{
		Head: ui.HeadProps{Title: "Draw a sample", Crumbs: []ui.Anchor{{Label: "Evidence", Href: "/evidence"}}},
		Text: []string{"The seed decides what is drawn: the same seed draws the same entries again, whatever is booked later."},
		Form: ui.FormProps{Action: "/evidence/new", Errors: found},
		Fields: []ui.FieldProps{
			{Name: "reason", Label: "What for", Value: v.form("reason"), Hint: "The audit and the assertion that is tested", Required: true, Wide: true, Errors: found},
			{Name: "entity", Label: "Entity", Kind: ui.SelectInput, Options: entityOptions(s.directory)[1:], Value: value("entity", fmt.Sprint(s.entity)), Errors: found},
			{Name: "currency", Label: "Currency", Value: value("currency", s.currencyOf()), Required: true, Errors: found},
			{Name: "from", Label: "Booked from", Kind: ui.DateInput, Value: value("from", month.First().String()), Required: true, Errors: found},
			{Name: "through", Label: "Booked through", Kind: ui.DateInput, Value: value("through", month.Last().String()), Required: true, Errors: found},
			{Name: "source", Label: "Booked for", Kind: ui.SelectInput, Options: sourceKinds, Value: v.form("source"), Errors: found},
			{Name: "method", Label: "Method", Kind: ui.SelectInput, Value: value("method", string(evidence.MonetaryUnit)), Errors: found,
				Options: []ui.Option{{Value: string(evidence.MonetaryUnit), Label: "Monetary unit: the more an entry moves, the likelier"}, {Value: string(evidence.Random), Label: "Random: every entry alike"}}},
			{Name: "size", Label: "Entries", Value: value("size", "25"), Required: true, Errors: found},
			{Name: "seed", Label: "Seed", Value: v.form("seed"), Hint: "Any word or number; it is kept", Required: true, Errors: found},
		},
		Verb: ui.ButtonProps{Label: "Draw", Look: ui.Primary}, Back: "/evidence",
	}
	return v.page(status, frame{Title: view.Head.Title, Room: "evidence"}, page.AskPage(view))
}

// currencyOf is the currency the scope's entity keeps its books in.
func (s scope) currencyOf() string {
	for _, e := range s.directory.All() {
		if e.ID == s.entity || s.entity == 0 {
			return string(e.Currency)
		}
	}
	return ""
}

func (v *visit) drawSample() error {
	r, found := v.requested()
	if len(found) > 0 {
		return v.askSample(http.StatusUnprocessableEntity, found)
	}
	var s evidence.Sample
	err := v.do(func(t tx) (err error) { s, err = evidence.Take(v.ctx, t, r, v.By); return err })
	if found := fault.Fields(err); len(found) > 0 {
		return v.askSample(http.StatusUnprocessableEntity, found)
	}
	if err != nil {
		return err
	}
	return v.redirect(sampleAddress(s.ID), done(howMany(len(s.Items), "entry")+" drawn"))
}

// requested reads the form; what is left out is for the verb to refuse.
func (v *visit) requested() (r evidence.Request, found []fault.Field) {
	date := func(name string) (d period.Date) {
		if text := v.form(name); text != "" {
			var err error
			if d, err = period.ParseDate(text); err != nil {
				found = append(found, fault.Field{Path: name, Value: fault.Shown(text), Message: "is a day such as 2026-01-31"})
			}
		}
		return d
	}
	entity, _ := strconv.ParseInt(v.form("entity"), 10, 64)
	size, _ := strconv.Atoi(v.form("size"))
	r = evidence.Request{Entity: entities.ID(entity), Source: v.form("source"), Method: evidence.Method(v.form("method")), Size: size, Seed: v.form("seed"), Reason: v.form("reason")}
	if text := v.form("currency"); text != "" {
		c, err := money.ParseCurrency(text)
		if err != nil {
			found = append(found, fault.Field{Path: "currency", Value: fault.Shown(text), Message: "is a currency such as USD"})
		}
		r.Currency = c
	}
	if from, through := date("from"), date("through"); !from.IsZero() && !through.IsZero() {
		r.Days = period.NewSpan(from, through.AddDays(1))
	}
	return r, found
}

// sample shows what was drawn, each entry with its papers, and that it can be drawn again.
func (v *visit) sample() error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		s, err := evidence.Get(v.ctx, t, id)
		if err != nil {
			return err
		}
		same, err := evidence.Again(v.ctx, t, id)
		if err != nil {
			return err
		}
		people, err := v.people(t)
		if err != nil {
			return err
		}
		rows := ui.TableProps{Caption: "Entries drawn", Columns: []ui.Column{{Label: "Entry"}, {Label: "Day", Kind: ui.Tight}, {Label: "What", Kind: ui.Words}, {Label: "Hits", Kind: ui.Figures}, {Label: "Moved", Kind: ui.Figures}, {Label: "Papers"}},
			Empty: ui.EmptyProps{Title: "There was nothing to draw from"}}
		for _, i := range s.Items {
			e, err := ledger.Get(v.ctx, t, i.Account, i.Seq)
			if err != nil {
				return err
			}
			rows.Rows = append(rows.Rows, ui.Row{Cells: ui.Cells(ui.Link(e.Number(), entryAddress(e.Entry)), ui.Day(e.BookedOn), ui.Text(e.Memo), ui.Count(int64(i.Hits)), ui.Money(i.Moved), ui.Link("Evidence pack", packAddress(i.Account, i.Seq)))})
		}
		list := page.List{Head: ui.HeadProps{Title: fmt.Sprintf("Sample %d", s.ID), Sub: s.Reason, Crumbs: []ui.Anchor{{Label: "Evidence", Href: "/evidence"}}}, Tables: []ui.TableProps{rows},
			Stats: []ui.StatProps{{Label: "Method", Value: ui.Text(methodWords[s.Method])}, {Label: "Seed", Value: ui.Mono(s.Seed)}, {Label: "Drawn from", Value: ui.Text(howMany(int(s.Population), "entry"))},
				{Label: "That move", Value: ui.Money(s.Moved)}, {Label: "By", Value: ui.TwoLines(people[s.DrawnBy], ui.DayText(period.DateOf(s.DrawnAt, time.UTC)))}, {Label: "Drawn again", Value: ui.Status(map[bool]string{true: "The same", false: "Different"}[same])}}}
		return v.page(http.StatusOK, frame{Title: list.Head.Title, Room: "evidence"}, page.ListPage(list))
	})
}

// evidencePack hands an entry's papers out as one file.
func (v *visit) evidencePack() error {
	account, err := v.number("account")
	if err != nil {
		return err
	}
	seq, err := v.number("seq")
	if err != nil {
		return err
	}
	var pack evidence.Pack
	err = v.DB.Snapshot(v.ctx, func(t tx) (err error) {
		pack, err = evidence.Collect(v.ctx, t, customers.AccountID(account), seq)
		return err
	})
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := pack.Write(&file); err != nil {
		return err
	}
	return v.file(pack.FileName(), "application/zip", file.Bytes(), false)
}

// readers adds the auditor to every page that the books' desks may read: not to the forms, whose address is also posted to.
func readers(all []route) []route {
	forms := map[string]bool{}
	for _, r := range all {
		if r.method == post {
			forms[r.path] = true
		}
	}
	for _, open := range []string{"/close", "/settings/rates", "/reconciliations", "/runs",
		"/usage/quarantine", "/usage/quarantine/:stray", "/usage/aliases", "/usage/conflicts/:id", "/usage/backfills/:id", "/usage/customers/:id/history"} {
		delete(forms, open) // pages that have a form of their own
	}
	for i, r := range all {
		books := access.Actor{Roles: r.roles}.Has(access.Finance, access.Accountant)
		if r.method == get && books && !forms[r.path] && !(access.Actor{Roles: r.roles}).Has(access.Auditor) {
			all[i].roles = append(r.roles[:len(r.roles):len(r.roles)], access.Auditor)
		}
	}
	return all
}
