package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"ratable/internal/fault"
	"ratable/internal/jobs"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/web/page"
	"ratable/web/ui"
)

// runs is what the scheduler did, does and will do.
func (v *visit) runs() error {
	o := v.order("job", "as_of", "started", "took")
	f := jobs.Filter{Job: v.query("job"), State: jobs.State(v.chosen("state", "", string(jobs.Waiting), string(jobs.Running), string(jobs.Done), string(jobs.Failed))),
		From: v.queryDate("from"), Sort: jobs.Sort(o.String()), Before: v.queryNumber("after"), Limit: pageLength + 1}
	if through := v.queryDate("through"); !through.IsZero() {
		f.Until = through.AddDays(1)
	}
	if v.query("format") == "csv" {
		return v.jobRunsFile(f)
	}
	found, err := jobs.ListRuns(v.ctx, v.DB, f)
	if err != nil {
		return err
	}
	found, pager := paged(v, found, func(r jobs.Record) string { return fmt.Sprint(r.ID) })
	held, err := v.heldRuns()
	if err != nil {
		return err
	}
	list := page.List{Head: v.runsHead("Runs"), Filter: v.views(v.narrowing("/runs", "", v.jobField(), ui.FieldProps{Name: "from", Label: "As of day from", Kind: ui.DateInput}, ui.FieldProps{Name: "through", Label: "As of day through", Kind: ui.DateInput}), "state", jobStates), Tables: []ui.TableProps{v.jobRunTable(o, found, pager)}}
	for _, r := range held {
		list.Parts = append(list.Parts, page.Notice(page.Note{Title: "The invoice run of " + ui.DayText(r.AsOf) + " is held", Text: lastReason(r), Tone: ui.Warn, Link: ui.Anchor{Label: "Look at it", Href: invoiceRunAddress(r.AsOf)}}))
	}
	for _, r := range found {
		if r.State == jobs.Running {
			list.Parts = append(list.Parts, ui.Progress(v.progress(r)))
		}
	}
	if v.Scheduler != nil && f.Job == "" && f.State == "" && f.Before == 0 {
		list.Tables = append(list.Tables, scheduleTable(v.Scheduler.Jobs()))
	}
	return v.page(http.StatusOK, frame{Title: "Runs", Room: "runs"}, page.ListPage(list))
}

var jobStates = []ui.Option{{Value: "", Label: "All"}, {Value: "running", Label: "Running"}, {Value: "waiting", Label: "Waiting"}, {Value: "failed", Label: "Failed"}, {Value: "done", Label: "Done"}}

func (v *visit) jobField() ui.FieldProps {
	f := ui.FieldProps{Name: "job", Label: "Job"}
	if v.Scheduler != nil {
		f.Kind, f.Options = ui.SelectInput, options("Any", v.Scheduler.Jobs(), func(j jobs.Job) ui.Option { return ui.Option{Value: j.Name, Label: capital(j.Name)} })
	}
	return f
}

func (v *visit) runsHead(title string) ui.HeadProps {
	at := v.echo.Request().URL.Path
	h := ui.HeadProps{Title: title, Others: ui.Cells(v.csvButton())}
	if v.Scheduler != nil {
		h.Action = ui.Button(ui.ButtonProps{Label: "Start a run", Href: "/runs/new", Look: ui.Primary})
	}
	for _, tab := range []ui.Tab{{Label: "Jobs", Href: "/runs"}, {Label: "Invoice runs", Href: "/runs/invoices"}} {
		tab.On = tab.Href == at
		h.Tabs = append(h.Tabs, tab)
	}
	return h
}

// heldRuns are invoice runs that wait for a person.
func (v *visit) heldRuns() ([]invoicing.RunRecord, error) {
	latest, err := invoicing.Runs(v.ctx, v.DB, period.Date{}, 20)
	return slices.DeleteFunc(latest, func(r invoicing.RunRecord) bool { return r.State() != "held" }), err
}

func lastReason(r invoicing.RunRecord) string { return r.Events[len(r.Events)-1].Reason }

func (v *visit) jobRunTable(o order, found []jobs.Record, pager ui.Pager) ui.TableProps {
	t := ui.TableProps{Caption: "Runs of jobs", Pager: &pager, Columns: []ui.Column{v.column(o, "job", "Job", ui.Words), {Label: "State"}, v.column(o, "as_of", "As of", ui.Tight), v.column(o, "started", "Started", ui.Tight), v.column(o, "took", "Took", ui.Figures), {Label: "Outcome"}},
		Empty: ui.EmptyProps{Title: "Nothing ran yet", Text: "The scheduler performs every job of its table when it is due."}}
	for _, r := range found {
		t.Rows = append(t.Rows, ui.Row{Href: jobRunAddress(r.ID), Cells: ui.Cells(ui.TwoLines(capital(r.Job), askedBy(r)), ui.Status(capital(string(r.State))), ui.Day(r.AsOf), when(r.StartedAt), ui.Text(took(r)), ui.Text(outcome(r)))})
	}
	return t
}

// jobRunsFile is the list as it is narrowed and sorted, all of it.
func (v *visit) jobRunsFile(f jobs.Filter) error {
	head := []string{"id", "job", "state", "as_of", "asked_by", "started_at", "finished_at", "took", "outcome"}
	return v.csvFile("runs.csv", head, func(write func(cells ...string) error) error {
		f.Before, f.Limit = 0, 500
		for {
			found, err := jobs.ListRuns(v.ctx, v.DB, f)
			if err != nil || len(found) == 0 {
				return err
			}
			for _, r := range found {
				if err := write(fmt.Sprint(r.ID), r.Job, string(r.State), r.AsOf.String(), askedBy(r), instant(r.StartedAt), instant(r.FinishedAt), took(r), outcome(r)); err != nil {
					return err
				}
			}
			f.Before = found[len(found)-1].ID
		}
	})
}

// instant is a moment as files spell it (RFC 3339, UTC); empty for none.
func instant(at *time.Time) string {
	if at == nil || at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

func jobRunAddress(id int64) string { return fmt.Sprintf("/runs/%d", id) }

func askedBy(r jobs.Record) string {
	if r.Manual {
		return "Started by " + cmp.Or(r.RequestedName, "hand")
	}
	return "By the schedule"
}

func when(at *time.Time) templ.Component {
	if at == nil {
		return ui.Nothing()
	}
	return ui.At(*at)
}

func took(r jobs.Record) string {
	if r.StartedAt == nil || r.FinishedAt == nil {
		return ""
	}
	return r.FinishedAt.Sub(*r.StartedAt).Round(10 * time.Millisecond).String()
}

// outcome is what a run says of itself: its summary, what went wrong, or how far it is.
func outcome(r jobs.Record) string {
	switch {
	case r.Error != "":
		return r.Error
	case r.State == jobs.Running && r.Total > 0:
		return fmt.Sprintf("%s, %d of %d", capital(r.Note), r.Done, r.Total)
	}
	return r.Summary.Text
}

// progress is how far a run has come, how fast, and how long it will still take at that rate.
func (v *visit) progress(r jobs.Record) ui.ProgressProps {
	p := ui.ProgressProps{Label: capital(r.Job) + " as of " + ui.DayText(r.AsOf), Done: r.Done, Total: r.Total, Note: capital(r.Note)}
	if r.StartedAt == nil || r.Done == 0 {
		return p
	}
	seconds := int64(v.Now().Sub(*r.StartedAt).Seconds())
	if seconds < 1 || r.Total <= r.Done {
		return p
	}
	left := time.Duration((r.Total-r.Done)*seconds/r.Done) * time.Second
	rate := fmt.Sprintf("%d a second", r.Done/seconds)
	if r.Done < seconds {
		rate = fmt.Sprintf("%d a minute", r.Done*60/seconds)
	}
	p.Note = fmt.Sprintf("%s, %s, about %s left", p.Note, rate, left)
	return p
}

func scheduleTable(all []jobs.Job) ui.TableProps {
	t := ui.TableProps{Title: "Schedule", Columns: []ui.Column{{Label: "Job"}, {Label: "What it does"}, {Label: "When", Kind: ui.Tight}, {Label: "Next", Kind: ui.Tight}}}
	for _, j := range all {
		next := ui.Text("By hand")
		if !j.Next.IsZero() {
			next = ui.At(j.Next)
		}
		t.Rows = append(t.Rows, ui.Row{Href: narrowed("/runs", "job", j.Name), Cells: ui.Cells(ui.Text(capital(j.Name)), ui.Text(j.Help), ui.Mono(cmp.Or(j.Schedule, "–")), next)})
	}
	return t
}

// jobRun is one run with its attempts.
func (v *visit) jobRun() error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	var r jobs.Record
	err = v.DB.Snapshot(v.ctx, func(t tx) (err error) { r, err = jobs.GetRun(v.ctx, t, id); return err }) // the run and its attempts agree
	if err != nil {
		return err
	}
	view := page.Record{
		Head: ui.HeadProps{Title: capital(r.Job) + " as of " + ui.DayText(r.AsOf), Status: capital(string(r.State)), Sub: r.Summary.Text, Crumbs: []ui.Anchor{{Label: "Runs", Href: "/runs"}}},
		Body: []templ.Component{page.TableOf(attemptTable(r))},
		Rail: []templ.Component{ui.Facts("Run", []ui.Fact{{Term: "Asked for", Value: ui.Text(askedBy(r))}, {Term: "Due", Value: ui.At(r.Due)}, {Term: "Started", Value: when(r.StartedAt)}, {Term: "Finished", Value: when(r.FinishedAt)},
			{Term: "Took", Value: orDash(took(r))}, {Term: "Failed attempts", Value: ui.Count(int64(r.Failures))}, {Term: "Held by", Value: orDash(r.Holder)}, {Term: "Next try", Value: when(r.RetryAt)}})},
	}
	switch {
	case r.State == jobs.Running || r.State == jobs.Waiting:
		view.Parts = append(view.Parts, page.Live(jobRunAddress(id), ui.Progress(v.progress(r))))
	case r.Error != "":
		view.Parts = append(view.Parts, page.Notice(page.Note{Title: "It failed", Text: r.Error, Tone: ui.Bad}))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Summary.Counts)) {
		view.Stats = append(view.Stats, ui.StatProps{Label: capital(name), Value: ui.Count(r.Summary.Counts[name])})
	}
	if r.Job == "billing" || r.Job == "invoices" {
		if _, err := invoicing.RunOf(v.ctx, v.DB, r.AsOf); err == nil {
			view.Head.Others = ui.Cells(ui.Button(ui.ButtonProps{Label: "Invoice run of the day", Href: invoiceRunAddress(r.AsOf)}))
		}
	}
	f := frame{Title: view.Head.Title, Room: "runs"}
	if v.echo.Request().Header.Get("HX-Request") != "" && r.FinishedAt != nil {
		v.echo.Response().Header().Set("HX-Refresh", "true") // it ended while somebody watched: the whole page is another
	}
	if r.State == jobs.Running || r.State == jobs.Waiting {
		f.Refresh = liveSeconds
	}
	return v.page(http.StatusOK, f, page.RecordPage(view))
}

// liveSeconds is how often a page about something under way looks again where no script does.
const liveSeconds = 3

var attemptTones = map[string]ui.Tone{"done": ui.Good, "failed": ui.Bad, "lost": ui.Bad, "stopped": ui.Warn}

func attemptTable(r jobs.Record) ui.TableProps {
	t := ui.TableProps{Title: "Attempts", Columns: []ui.Column{{Label: "Attempt", Kind: ui.Tight}, {Label: "Outcome"}, {Label: "Ended", Kind: ui.Tight}, {Label: "By"}, {Label: "What went wrong"}},
		Empty: ui.EmptyProps{Title: "Not finished yet", Text: "An attempt is written down when it ends."}}
	for _, a := range r.Attempts {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(fmt.Sprint(a.Attempt)), ui.Pill(capital(a.Outcome), attemptTones[a.Outcome]), ui.At(a.EndedAt), ui.Mono(a.Holder), orDash(a.Error))})
	}
	return t
}

// runForm chooses a job and a day; for invoices it shows what the run would issue before it is asked for.
func (v *visit) runForm() error { return v.showRunForm(http.StatusOK, nil) }

func (v *visit) showRunForm(status int, refused error) error {
	job, day := cmp.Or(v.query("job"), v.form("job"), "invoices"), cmp.Or(v.query("as_of"), v.form("as_of"), v.Today().String())
	view := page.RunStart{Head: ui.HeadProps{Title: "Start a run", Crumbs: []ui.Anchor{{Label: "Runs", Href: "/runs"}}}, Errors: complaints(refused), Job: job, Day: day}
	if v.Scheduler != nil {
		view.Jobs = options("Choose", v.Scheduler.Jobs(), func(j jobs.Job) ui.Option { return ui.Option{Value: j.Name, Label: capital(j.Name)} })[1:]
		for _, j := range v.Scheduler.Jobs() {
			if j.Name == job {
				view.Help = j.Help
			}
		}
	}
	asOf, err := period.ParseDate(day)
	if err != nil && refused == nil {
		status, view.Errors = http.StatusUnprocessableEntity, []fault.Field{{Path: "as_of", Value: day, Message: "is no day, such as " + v.Today().String()}}
	}
	if (job == "invoices" || job == "billing") && err == nil && v.query("job") != "" {
		if view.Plan, err = v.plannedRun(asOf); err != nil {
			return err
		}
	}
	view.Ready = v.query("job") != "" && len(view.Errors) == 0
	return v.page(status, frame{Title: "Start a run", Room: "runs"}, page.RunStartPage(view))
}

// plannedRun is the dry run: totals beside those of the month before, and the largest documents.
func (v *visit) plannedRun(asOf period.Date) (*page.RunPlan, error) {
	p, err := invoicing.Preview(v.ctx, v.DB, invoicing.Options{AsOf: asOf})
	if err != nil {
		return nil, err
	}
	out := &page.RunPlan{Totals: compareTotals("What it would issue", p.Totals, p.Before), Strays: p.Strays, Documents: p.Totals.Documents, Failures: len(p.Failures)}
	out.Largest = ui.TableProps{Title: "The largest documents", Columns: []ui.Column{{Label: "Customer"}, {Label: "What"}, {Label: "Lines", Kind: ui.Figures}, {Label: "Net", Kind: ui.Figures}, {Label: "Tax", Kind: ui.Figures}, {Label: "Total", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing is due", Text: "Everything due by this day stands billed already."}}
	for _, d := range p.Largest {
		out.Largest.Rows = append(out.Largest.Rows, ui.Row{Href: customerAddress(d.Payer), Cells: ui.Cells(ui.Text(d.Buyer.Name), ui.Text(subjectKind(string(d.Kind))), ui.Count(int64(len(d.Lines))), ui.Figure(d.Net), ui.Figure(d.Tax), ui.Money(d.Total))})
	}
	if len(p.LeftOut) > 0 {
		table, err := v.leftOutTable(v.DB, "It leaves out, because held", p.LeftOut)
		if err != nil {
			return nil, err
		}
		out.LeftOut = &table
	}
	for _, f := range p.Failures {
		out.Problems = append(out.Problems, fmt.Sprintf("Account %d: %s", f.Account, sentence(f.Err)))
	}
	return out, nil
}

// compareTotals sets a run's totals beside those of the run a month before, currency by currency.
func compareTotals(title string, now, before invoicing.Totals) ui.TableProps {
	t := ui.TableProps{Title: title, Columns: []ui.Column{{Label: "Net in"}, {Label: "This run", Kind: ui.Figures}, {Label: "A month before", Kind: ui.Figures}, {Label: "Difference", Kind: ui.Figures}, {Label: "Percent", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "No documents", Text: "Nothing is due that is not billed."}}
	all := slices.Concat(now.Currencies(), before.Currencies())
	slices.Sort(all)
	for _, c := range slices.Compact(all) {
		is, was := money.Zero(c).Add(now.Net[c]), money.Zero(c).Add(before.Net[c])
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(string(c)), ui.Figure(is), ui.Figure(was), ui.Figure(is.Sub(was)), ui.Text(percentChange(is, was)))})
	}
	if len(t.Rows) > 0 {
		none := ui.Text("")
		t.Foot = []ui.Row{{Cells: ui.Cells(ui.Text("Documents"), ui.Count(int64(now.Documents)), ui.Count(int64(before.Documents)), none, none)}}
	}
	return t
}

func percentChange(is, was money.Amount) string {
	if was.IsZero() {
		return "–"
	}
	return is.Sub(was).Decimal().Shift(2).Div(was.Abs().Decimal()).Round(1).String() + " %"
}

// startRun asks the scheduler, in whichever process it lives, to perform a job for a day.
func (v *visit) startRun() error {
	if v.Scheduler == nil {
		return fault.New(fault.Conflict, "no scheduler belongs to this server: start the run with `ratable run`")
	}
	asOf, err := period.ParseDate(v.form("as_of"))
	if err != nil {
		return v.showRunForm(http.StatusUnprocessableEntity, fault.InvalidFields(fault.Field{Path: "as_of", Value: v.form("as_of"), Message: "is no day, such as " + v.Today().String()}))
	}
	// A run of a day to come would leave the daily runs until then nothing to do.
	if asOf.After(v.Today()) {
		return v.showRunForm(http.StatusUnprocessableEntity, fault.InvalidFields(fault.Field{Path: "as_of", Value: asOf.String(), Message: "is still to come; the latest day is today, " + v.Today().String()}))
	}
	var id int64
	err = v.do(func(t tx) error {
		id, err = v.Scheduler.Request(v.ctx, t, v.form("job"), asOf, v.Now(), v.By)
		return err
	})
	if refusal(err) {
		return v.showRunForm(http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return v.redirect(jobRunAddress(id), done("It is asked for and begins within seconds. This page shows how far it is."))
}
