package web

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"ratable/entities"
	"ratable/exports"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/web/page"
	"ratable/web/ui"
)

// exportList is every batch that went, or is about to go, to another ledger.
func (v *visit) exportList() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		s, err := v.scope()
		if err != nil {
			return err
		}
		f := exports.Filter{Entity: s.entity, Month: v.queryMonth("month"), Before: v.queryNumber("after"), Limit: pageLength + 1,
			State: exports.State(v.chosen("state", "", string(exports.Prepared), string(exports.Exported), string(exports.Acknowledged), string(exports.Rejected)))}
		if target, err := exports.ParseTarget(v.query("target")); err == nil {
			f.Target = target
		}
		found, err := exports.List(v.ctx, t, f)
		if err != nil {
			return err
		}
		pager := ui.Pager{}
		if v.query("after") != "" {
			pager.First = v.with("after", "")
		}
		if len(found) > pageLength {
			found = found[:pageLength]
			pager.Next = v.with("after", fmt.Sprint(found[pageLength-1].ID))
		}
		head := ui.HeadProps{Title: "Exports", Sub: "What went to other ledgers: each posted entry once per target, as files that never change.",
			Action: ui.Button(ui.ButtonProps{Label: "New export", Href: "/exports/new", Look: ui.Primary}),
			Others: ui.Cells(ui.Button(ui.ButtonProps{Label: "Account mapping", Href: "/exports/mapping"}))}
		states := []ui.Option{{Value: "", Label: "Any"}}
		for _, s := range []exports.State{exports.Prepared, exports.Exported, exports.Acknowledged, exports.Rejected} {
			states = append(states, ui.Option{Value: string(s), Label: capital(string(s))})
		}
		narrowing := v.narrowing("/exports", "", ui.FieldProps{Name: "entity", Label: "Entity", Kind: ui.SelectInput, Options: entityOptions(s.directory)},
			ui.FieldProps{Name: "target", Label: "Target", Kind: ui.SelectInput, Options: targetOptions("Any")}, ui.FieldProps{Name: "month", Label: "Month", Kind: ui.MonthInput},
			ui.FieldProps{Name: "state", Label: "State", Kind: ui.SelectInput, Options: states})
		table, err := v.exportTable(t, found, s.directory)
		if err != nil {
			return err
		}
		table.Pager = &pager
		return v.page(http.StatusOK, frame{Title: "Exports", Room: "exports"}, page.ListPage(page.List{Head: head, Filter: narrowing, Tables: []ui.TableProps{table}}))
	})
}

// exportTable sets what went beside what is posted: what is left over has still to go.
func (v *visit) exportTable(t tx, found []exports.Batch, d *entities.Directory) (ui.TableProps, error) {
	table := ui.TableProps{Caption: "Exports", Columns: []ui.Column{{Label: "Target"}, {Label: "Entity"}, {Label: "Month", Kind: ui.Tight}, {Label: "State"}, {Label: "Entries", Kind: ui.Figures},
		{Label: "Debits and credits", Kind: ui.Figures}, {Label: "Not exported yet", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing was exported yet", Text: "Choose an entity, a month and the program that keeps its ledger.", Action: &ui.ButtonProps{Label: "New export", Href: "/exports/new"}}}
	left := map[exports.Scope]money.Amount{}
	for _, b := range found {
		if _, known := left[b.Scope]; !known {
			open, err := exports.Left(v.ctx, t, b.Scope)
			if err != nil {
				return table, err
			}
			left[b.Scope] = open
		}
		e, _ := d.ByID(b.Entity)
		table.Rows = append(table.Rows, ui.Row{Href: exportAddress(b.ID), Muted: b.State() == exports.Rejected, Cells: ui.Cells(
			ui.TwoLines(b.Target.Spec().Name, fmt.Sprintf("%s, batch %d", b.Level, b.Seq)), ui.Text(e.Name), ui.Text(ui.MonthText(b.Month)), ui.Status(capital(string(b.State()))),
			ui.Count(int64(b.Entries)), ui.Money(b.Debit), ui.Money(left[b.Scope]))})
	}
	return table, nil
}

func exportAddress(id int64) string { return fmt.Sprintf("/exports/%d", id) }

func targetOptions(any string) []ui.Option {
	return options(any, exports.Specs, func(s exports.Spec) ui.Option { return ui.Option{Value: string(s.Target), Label: s.Name} })
}

// wanted is a batch as it was asked for.
type wanted struct {
	exports.Scope
	level   exports.Level
	options exports.Options
}

// exportWanted reads what was chosen, in the address or in a form; complete says whether it is enough to look.
func exportWanted(value func(string) string) (w wanted, complete bool) {
	var id int64
	_, _ = fmt.Sscan(value("entity"), &id) // what is no number is no entity
	w.Entity, w.Currency = entities.ID(id), money.Currency(strings.ToUpper(value("currency")))
	w.Month, _ = period.ParseMonth(value("month"))
	target, err := exports.ParseTarget(value("target"))
	level, wrong := exports.ParseLevel(value("level"))
	_, unknown := money.ParseCurrency(string(w.Currency))
	w.Target, w.level = target, level
	w.options = exports.Options{Dates: exports.Dates(value("dates")), TaxRate: value("tax_rate"), Journal: value("journal"), BOM: value("bom") != ""}
	return w, err == nil && wrong == nil && unknown == nil && w.Entity > 0 && !w.Month.IsZero()
}

// newExport chooses, then shows what would be in the files and what the target would trip over.
func (v *visit) newExport() error { return v.showNewExport(http.StatusOK, v.query, nil) }

func (v *visit) showNewExport(status int, value func(string) string, refused error) error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		d, err := entities.Load(v.ctx, t)
		if err != nil {
			return err
		}
		view := page.NewExport{Head: ui.HeadProps{Title: "New export", Sub: "The posted entries of a month that the target has not got yet.", Crumbs: []ui.Anchor{{Label: "Exports", Href: "/exports"}}},
			Action: "/exports/new", Fields: v.exportFields(d, value), Errors: complaintsOf(refused)}
		w, complete := exportWanted(value)
		if !complete {
			if value("target") != "" {
				view.Errors = append(view.Errors, fault.Field{Path: "entity", Message: "Choose an entity, a currency such as USD, a month and a target"})
				status = http.StatusUnprocessableEntity
			}
			return v.page(status, frame{Title: "New export", Room: "exports"}, page.NewExportPage(view))
		}
		draft, err := exports.Preview(v.ctx, t, w.Scope, w.level, w.options)
		if fields := fault.Fields(err); len(fields) > 0 {
			view.Errors = fields
			return v.page(http.StatusUnprocessableEntity, frame{Title: "New export", Room: "exports"}, page.NewExportPage(view))
		}
		if err != nil {
			return err
		}
		view.Shown = exportPreview(draft)
		if len(draft.Files) > 0 {
			view.Values = exportValues(w)
		}
		return v.page(status, frame{Title: "New export", Room: "exports"}, page.NewExportPage(view))
	})
}

func complaintsOf(err error) []fault.Field {
	if err == nil {
		return nil
	}
	return complaints(err)
}

func exportValues(w wanted) []ui.Value {
	out := []ui.Value{{Name: "entity", Value: fmt.Sprint(w.Entity)}, {Name: "currency", Value: string(w.Currency)}, {Name: "month", Value: w.Month.String()}, {Name: "target", Value: string(w.Target)},
		{Name: "level", Value: string(w.level)}, {Name: "dates", Value: string(w.options.Dates)}, {Name: "tax_rate", Value: w.options.TaxRate}, {Name: "journal", Value: w.options.Journal}}
	if w.options.BOM {
		out = append(out, ui.Value{Name: "bom", Value: "on"})
	}
	return out
}

func (v *visit) exportFields(d *entities.Directory, value func(string) string) []ui.FieldProps {
	var sellers []ui.Option
	currency := value("currency")
	for _, e := range d.All() {
		sellers = append(sellers, ui.Option{Value: fmt.Sprint(e.ID), Label: e.Name})
		if currency == "" {
			currency = string(e.Currency)
		}
	}
	month := value("month")
	if month == "" {
		month = v.Today().MonthOf().Prev().String()
	}
	return []ui.FieldProps{
		{Name: "entity", Label: "Entity", Kind: ui.SelectInput, Options: sellers, Value: value("entity"), Required: true},
		{Name: "currency", Label: "Currency", Value: currency, Required: true},
		{Name: "month", Label: "Month", Kind: ui.MonthInput, Value: month, Required: true},
		{Name: "target", Label: "Target", Kind: ui.SelectInput, Options: targetOptions("Choose")[1:], Value: value("target"), Required: true},
		{Name: "level", Label: "Level", Kind: ui.SelectInput, Value: value("level"), Options: []ui.Option{{Value: string(exports.Detailed), Label: "Each entry a journal"}, {Value: string(exports.Summarized), Label: "Summarized by kind"}}},
		{Name: "dates", Label: "Days are written", Kind: ui.SelectInput, Value: value("dates"), Options: []ui.Option{{Value: "", Label: "As the entity's country does"},
			{Value: string(exports.MonthFirst), Label: "03/31/2026"}, {Value: string(exports.DayFirst), Label: "31/03/2026"}, {Value: string(exports.ISO), Label: "2026-03-31"}}},
		{Name: "tax_rate", Label: "Tax rate", Value: value("tax_rate"), Optional: true, Hint: "Xero's name of its rate without tax"},
		{Name: "journal", Label: "Journal", Value: value("journal"), Optional: true, Hint: "Sage Intacct's journal, SAP's entry type"},
		{Name: "bom", Label: "Mark as UTF-8 for Excel", Kind: ui.CheckInput, Checked: value("bom") != ""},
	}
}

// exportPreview shows what was found and the files there would be.
func exportPreview(d exports.Draft) (out []templ.Component) {
	if d.Entries == 0 {
		return []templ.Component{ui.Alert("Every posted entry of the month has gone to this target", ui.Good)}
	}
	blocked := exports.Blocked(d.Findings)
	findings := ui.TableProps{Title: "Findings", Columns: []ui.Column{{Label: "Weight"}, {Label: "Finding"}, {Label: "Where"}, {Label: "Count", Kind: ui.Figures}}}
	for _, f := range d.Findings {
		tone := ui.Info
		if f.Severity == exports.Blocking {
			tone = ui.Bad
		}
		findings.Rows = append(findings.Rows, ui.Row{Cells: ui.Cells(ui.Pill(capital(string(f.Severity)), tone), ui.Text(f.Text), ui.Soft(strings.Join(f.Journals, ", ")), ui.Count(int64(f.Count)))})
	}
	if blocked {
		out = append(out, ui.Alert("The target would refuse this: nothing can be prepared until it is put right", ui.Bad))
	}
	if len(findings.Rows) > 0 {
		out = append(out, ui.Table(findings))
	}
	if !blocked {
		out = append(out, ui.Table(fileTable("Files", d.Files, nil)))
	}
	return out
}

// fileTable lists files with their control totals.
func fileTable(title string, files []exports.File, button func(i int) templ.Component) ui.TableProps {
	t := ui.TableProps{Title: title, Columns: []ui.Column{{Label: "File"}, {Label: "Journals", Kind: ui.Figures}, {Label: "Lines", Kind: ui.Figures}, {Label: "Debit", Kind: ui.Figures}, {Label: "Credit", Kind: ui.Figures}}}
	if button != nil {
		t.Columns = append(t.Columns, ui.Column{Label: "Download", Kind: ui.End, Hidden: true})
	}
	for i, f := range files {
		cells := ui.Cells(ui.TwoLines(f.Name, fmt.Sprintf("SHA-256 %x…", f.Digest[:8])), ui.Count(int64(f.Journals)), ui.Count(int64(f.Lines)), ui.Money(f.Debit), ui.Money(f.Credit))
		if button != nil {
			cells = append(cells, button(i))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	return t
}

// prepareExport writes the batch that was looked at.
func (v *visit) prepareExport() error {
	w, complete := exportWanted(v.form)
	if !complete {
		return v.showNewExport(http.StatusUnprocessableEntity, v.form, nil)
	}
	b, isNew, err := exports.Prepare(v.ctx, v.DB, w.Scope, w.level, w.options, v.By)
	if len(fault.Fields(err)) > 0 {
		return v.showNewExport(http.StatusUnprocessableEntity, v.form, err)
	}
	if err != nil {
		return err
	}
	if !isNew {
		return v.redirect(exportAddress(b.ID), ui.Flash{Text: "Every posted entry has gone already: this is the last batch", Tone: ui.Info})
	}
	return v.redirect(exportAddress(b.ID), done("The batch is prepared"))
}

// exportBatch is one batch: its files, its control totals, what became of it.
func (v *visit) exportBatch() error { return v.showExport(http.StatusOK, nil) }

func (v *visit) showExport(status int, refused error) error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	b, err := exports.Get(v.ctx, v.DB, id)
	if err != nil {
		return err
	}
	d, err := entities.Load(v.ctx, v.DB)
	if err != nil {
		return err
	}
	called, err := v.people(v.DB)
	if err != nil {
		return err
	}
	e, _ := d.ByID(b.Entity)
	at := exportAddress(id)
	view := page.ExportBatch{Head: ui.HeadProps{Title: b.Target.Spec().Name + ", " + ui.MonthText(b.Month), Sub: fmt.Sprintf("%s, %s, batch %d", e.Name, b.Currency, b.Seq), Status: capital(string(b.State())), Crumbs: []ui.Anchor{{Label: "Exports", Href: "/exports"}},
		Action: ui.Post(ui.PostProps{Action: at + "/download", Button: ui.ButtonProps{Label: "Download all", Icon: "download", Look: ui.Primary}, Values: []ui.Value{{Name: "file", Value: "all"}}})},
		Action: at, Errors: complaintsOf(refused), MayAnswer: b.State() == exports.Exported, MayReject: b.State() == exports.Prepared || b.State() == exports.Exported}
	view.Files = fileTable("Files", b.Files, func(i int) templ.Component {
		return ui.Post(ui.PostProps{Action: at + "/download", Button: ui.ButtonProps{Label: "Download", Small: true}, Values: []ui.Value{{Name: "file", Value: fmt.Sprint(i + 1)}}})
	})
	view.Facts = []ui.Fact{{Term: "Entries", Value: ui.Count(int64(b.Entries))}, {Term: "Debits and credits", Value: ui.Money(b.Debit)}, {Term: "Level", Value: ui.Text(capital(string(b.Level)))},
		{Term: "Account mapping", Value: ui.Link(fmt.Sprintf("Version %d", b.MappingVersion), fmt.Sprintf("/exports/mapping?version=%d", b.MappingVersion))},
		{Term: "Posted entries", Value: ui.Link("Show", fmt.Sprintf("/ledger/entries?entity=%d&month=%s", b.Entity, b.Month))}}
	for i := len(b.Events) - 1; i >= 0; i-- {
		ev := b.Events[i]
		view.Trail = append(view.Trail, ui.Event{At: ev.At, By: called[ev.By], What: capital(string(ev.State)), Why: joinedText(ev.Reference, ev.Reason)})
	}
	return v.page(status, frame{Title: view.Head.Title, Room: "exports"}, page.ExportBatchPage(view))
}

// downloadExport hands files over: one, the side file with the control totals, or all of them in an archive.
func (v *visit) downloadExport() error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	var b exports.Batch
	if err := v.do(func(t tx) (err error) { b, err = exports.HandOver(v.ctx, t, id, v.By); return err }); err != nil {
		return err
	}
	files := append(b.Files, exports.ControlFile(b))
	if v.form("file") == "all" {
		content, err := zipped(files)
		if err != nil {
			return err
		}
		return v.fileAnswer(strings.TrimSuffix(files[len(files)-1].Name, "-control.csv")+".zip", "application/zip", content)
	}
	n := 0
	if _, err := fmt.Sscan(v.form("file"), &n); err != nil || n < 1 || n > len(files) {
		return fault.New(fault.NotFound, "the export has no such file")
	}
	return v.fileAnswer(files[n-1].Name, b.Target.Spec().Media, files[n-1].Content)
}

func (v *visit) fileAnswer(name, media string, content []byte) error {
	v.echo.Response().Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return v.echo.Blob(http.StatusOK, media, content)
}

// zipped packs files without times, so that the archive of a batch does not change either.
func zipped(files []exports.File) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		in, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate})
		if err != nil {
			return nil, err
		}
		if _, err := in.Write(f.Content); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}

func (v *visit) acknowledgeExport() error {
	return v.answerExport("The other ledger has booked it", func(t tx, id int64) error { return exports.Acknowledge(v.ctx, t, id, v.form("reference"), v.By) })
}

func (v *visit) rejectExport() error {
	return v.answerExport("Its entries go with the next batch", func(t tx, id int64) error { return exports.Reject(v.ctx, t, id, v.form("reason"), v.By) })
}

func (v *visit) answerExport(said string, verb func(t tx, id int64) error) error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	err = v.do(func(t tx) error { return verb(t, id) })
	if len(fault.Fields(err)) > 0 {
		return v.showExport(http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return v.redirect(exportAddress(id), done(said))
}
