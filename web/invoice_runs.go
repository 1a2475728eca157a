package web

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/web/page"
	"ratable/web/ui"
)

func invoiceRunAddress(asOf period.Date) string { return "/runs/invoices/" + asOf.String() }

var runWords = map[string]string{"started": "Running", "planned": "Running", "held": "Held", "released": "Scheduled", "finished": "Done"}

// invoiceRuns lists the runs by their as-of day with what they issued.
func (v *visit) invoiceRuns() error {
	if v.query("format") == "csv" {
		return v.invoiceRunsFile()
	}
	found, err := invoicing.Runs(v.ctx, v.DB, v.queryDate("after"), pageLength+1)
	if err != nil {
		return err
	}
	found, pager := paged(v, found, func(r invoicing.RunRecord) string { return r.AsOf.String() })
	t := ui.TableProps{Caption: "Invoice runs", Pager: &pager, Columns: []ui.Column{{Label: "As of", Kind: ui.Tight}, {Label: "State"}, {Label: "Documents", Kind: ui.Figures}, {Label: "Net", Kind: ui.Figures}, {Label: "Failed", Kind: ui.Figures}, {Label: "Note"}},
		Empty: ui.EmptyProps{Title: "No invoice run yet", Text: "The schedule runs one every day."}}
	for _, r := range found {
		issued, failures, note := r.Issued(), 0, ""
		if n := len(r.Events); n > 0 {
			failures, note = r.Events[n-1].Failures, r.Events[n-1].Reason
		}
		t.Rows = append(t.Rows, ui.Row{Href: invoiceRunAddress(r.AsOf), Cells: ui.Cells(ui.Day(r.AsOf), ui.Status(runWords[r.State()]), ui.Count(int64(issued.Documents)), page.Amounts(netOf(issued)), ui.Count(int64(failures)), ui.Text(note))})
	}
	list := page.List{Head: v.runsHead("Invoice runs"), Tables: []ui.TableProps{t}}
	return v.page(http.StatusOK, frame{Title: "Invoice runs", Room: "runs"}, page.ListPage(list))
}

func (v *visit) invoiceRunsFile() error {
	head := []string{"as_of", "state", "documents", "net", "note"}
	return v.csvFile("invoice-runs.csv", head, func(write func(cells ...string) error) error {
		before := period.Date{}
		for {
			found, err := invoicing.Runs(v.ctx, v.DB, before, 100)
			if err != nil || len(found) == 0 {
				return err
			}
			for _, r := range found {
				issued, note := r.Issued(), ""
				if len(r.Events) > 0 {
					note = lastReason(r)
				}
				if err := write(r.AsOf.String(), runWords[r.State()], fmt.Sprint(issued.Documents), amountsText(netOf(issued)), note); err != nil {
					return err
				}
			}
			before = found[len(found)-1].AsOf
		}
	})
}

func netOf(t invoicing.Totals) []money.Amount {
	var out []money.Amount
	for _, c := range t.Currencies() {
		out = append(out, t.Net[c])
	}
	return out
}

// invoiceRun is one day's run: what it planned and issued, why it is held, who failed.
func (v *visit) invoiceRun() error { return v.showInvoiceRun(http.StatusOK, nil) }

func (v *visit) showInvoiceRun(status int, refused error) error {
	day, err := period.ParseDate(v.param("day"))
	if err != nil {
		return fault.New(fault.NotFound, "there is no page at this address")
	}
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		r, err := invoicing.RunOf(v.ctx, t, day)
		if err != nil {
			return err
		}
		before, err := invoicing.RunOf(v.ctx, t, day.AddMonths(-1))
		if err != nil && fault.Kind(err) != fault.NotFound {
			return err
		}
		failures, err := invoicing.RunFailures(v.ctx, t, r.ID)
		if err != nil {
			return err
		}
		shown := r.Issued()
		title := "Issued"
		if r.State() == "held" {
			shown, title = r.Events[len(r.Events)-1].Totals, "What it would issue"
		}
		view := page.Record{
			Head: ui.HeadProps{Title: "Invoice run of " + ui.DayText(day), Status: runWords[r.State()], Crumbs: []ui.Anchor{{Label: "Runs", Href: "/runs"}, {Label: "Invoice runs", Href: "/runs/invoices"}},
				Others: ui.Cells(ui.Button(ui.ButtonProps{Label: "Its documents", Href: narrowed("/invoices", "run", r.ID)}))},
			Body: []templ.Component{page.TableOf(compareTotals(title, shown, before.Issued()))},
		}
		left, err := invoicing.RunHolds(v.ctx, t, r.ID)
		if err != nil {
			return err
		}
		if len(left) > 0 {
			table, err := v.leftOutTable(t, "Left out, because held", left)
			if err != nil {
				return err
			}
			view.Body = append(view.Body, page.TableOf(table))
		}
		if len(failures) > 0 {
			table, err := v.runFailureTable(t, failures)
			if err != nil {
				return err
			}
			view.Body = append(view.Body, page.TableOf(table))
			if v.may(post, "/runs/invoices/:day/retry") {
				view.Head.Action = ui.Confirm(ui.ConfirmProps{Label: "Retry failed", Look: ui.Primary, Action: invoiceRunAddress(day) + "/retry", Confirm: "Retry " + howMany(len(failures), "account"),
					Text: "Only the accounts that failed are billed again; everybody else's documents stand. Put right what went wrong first."})
			}
		}
		if view.Rail, err = v.runTrail(t, r); err != nil {
			return err
		}
		if r.State() == "held" {
			view.Parts = append(view.Parts, page.Notice(page.Note{Title: "Held: nothing was issued", Text: "It strays far from the run a month before: " + lastReason(r) + ".", Tone: ui.Warn}))
			if v.may(post, "/runs/invoices/:day/release") {
				errors := complaints(refused)
				view.Parts = append(view.Parts, page.PanelForm(page.Panel{Title: "Release it", Text: "The next run of this day issues everything. Say why the totals are right.", Form: ui.FormProps{Action: invoiceRunAddress(day) + "/release", Errors: errors},
					Fields: []ui.FieldProps{{Name: "reason", Label: "Reason", Value: v.form("reason"), Required: true, Errors: errors}}, Verb: ui.ButtonProps{Label: "Release the run", Look: ui.Primary}}))
			}
		}
		return v.page(status, frame{Title: view.Head.Title, Room: "runs"}, page.RecordPage(view))
	})
}

// runFailureTable names each account by the customer at its root.
func (v *visit) runFailureTable(t tx, failures []invoicing.RunFailure) (ui.TableProps, error) {
	table := ui.TableProps{Title: "Accounts that failed", Columns: []ui.Column{{Label: "Account"}, {Label: "Attempt", Kind: ui.Figures}, {Label: "What went wrong"}, {Label: "When", Kind: ui.Tight}}}
	for _, f := range failures {
		members, err := customers.Members(v.ctx, t, f.Account, v.Today())
		if err != nil {
			return table, err
		}
		account := ui.Text(fmt.Sprintf("Account %d", f.Account))
		if len(members) > 0 {
			account = ui.Link(members[0].Name, customerAddress(members[0].ID))
		}
		table.Rows = append(table.Rows, ui.Row{Cells: ui.Cells(account, ui.Count(int64(f.Attempt)), ui.Text(f.Error), ui.At(f.At))})
	}
	return table, nil
}

// retryRun bills the accounts that failed, and no others, at once: they are few.
func (v *visit) retryRun() error {
	day, err := period.ParseDate(v.param("day"))
	if err != nil {
		return fault.New(fault.NotFound, "there is no page at this address")
	}
	r, err := invoicing.RunOf(v.ctx, v.DB, day)
	if err != nil {
		return err
	}
	failures, err := invoicing.RunFailures(v.ctx, v.DB, r.ID)
	if err != nil {
		return err
	}
	if len(failures) == 0 {
		return fault.New(fault.Conflict, "no account of this run waits to be tried again")
	}
	o := invoicing.Options{AsOf: day}
	for _, f := range failures {
		o.Accounts = append(o.Accounts, f.Account)
	}
	result, err := invoicing.Run(v.ctx, v.DB, o, v.By)
	if err != nil {
		return err
	}
	return v.redirect(invoiceRunAddress(day), retried(result))
}

func retried(r invoicing.Result) ui.Flash {
	switch {
	case !r.Overtaken.IsZero():
		return ui.Flash{Text: "The run of " + ui.DayText(r.Overtaken) + " has gone through since: what these accounts owe is billed by the next run.", Tone: ui.Warn}
	case r.Held != "":
		return ui.Flash{Text: "Nothing was issued: " + r.Held + ".", Tone: ui.Warn}
	case len(r.Failures) > 0:
		return ui.Flash{Text: fmt.Sprintf("%s issued; %s failed again.", howMany(r.Issued.Documents, "document"), howMany(len(r.Failures), "account")), Tone: ui.Warn}
	}
	return done(howMany(r.Issued.Documents, "document") + " issued; no account fails any more.")
}

// runTrail is what happened to the run, latest first, with who did it.
func (v *visit) runTrail(t tx, r invoicing.RunRecord) ([]templ.Component, error) {
	called, err := v.people(t)
	if err != nil {
		return nil, err
	}
	var events []ui.Event
	for _, e := range slices.Backward(r.Events) {
		what := capital(e.Event)
		if e.Totals.Documents > 0 {
			what += ": " + howMany(e.Totals.Documents, "document")
		}
		events = append(events, ui.Event{At: e.At, By: called[e.By], What: what, Why: e.Reason, Tone: ui.ToneOf(runWords[e.Event])})
	}
	return []templ.Component{page.Trail("Trail", events)}, nil
}

// releaseRun lets a held run go on.
func (v *visit) releaseRun() error {
	day, err := period.ParseDate(v.param("day"))
	if err != nil {
		return fault.New(fault.NotFound, "there is no page at this address")
	}
	err = v.do(func(t tx) error { return invoicing.Release(v.ctx, t, day, v.form("reason"), v.By) })
	if fault.Kind(err) == fault.Invalid && !technical(err) {
		return v.showInvoiceRun(http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return v.redirect(invoiceRunAddress(day), done("Released. The next run of this day issues it; start one now if it should not wait."))
}
