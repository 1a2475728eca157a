package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/jobs"
	"ratable/internal/mail"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/usage"
	"ratable/web/page"
	"ratable/web/ui"
)

// queue is a part of the work, for the desks that do it.
type queue struct {
	roles []access.Role
	fill  func(v *visit) ([]page.Task, error)
}

// queues is everything that can wait for a person, in the order of urgency.
var queues = []queue{
	{staff, (*visit).approvalTasks},
	{[]access.Role{access.Sales, access.Finance}, (*visit).draftTasks},
	{[]access.Role{access.Finance, access.Accountant, access.Admin}, (*visit).runTasks},
	{[]access.Role{access.Sales, access.Finance, access.Support}, (*visit).holdTasks},
	{[]access.Role{access.Finance, access.Accountant, access.Support}, (*visit).mailTasks},
	{admins, (*visit).webhookTasks},
	{[]access.Role{access.Finance, access.Support, access.Product}, (*visit).usageTasks},
	{[]access.Role{access.Finance, access.Accountant, access.Support, access.Sales}, (*visit).overdueTasks},
	{[]access.Role{access.Sales, access.Support}, (*visit).renewalTasks},
}

// home is the work that waits, by role. Customers have rooms of their own.
func (v *visit) home() error {
	if v.visiting() {
		return v.redirect("/my", ui.Flash{})
	}
	view := page.Home{Greeting: "Good day, " + v.By.Name, Today: v.Today()}
	for _, q := range queues {
		if v.By.Require(q.roles...) != nil {
			continue
		}
		tasks, err := q.fill(v)
		if err != nil {
			return err
		}
		for _, t := range tasks {
			if t.Href != "" && !v.opens(t.Href) {
				t.Href = "" // its room is not this reader's: the fact is shown without a door
			}
			view.Tasks = append(view.Tasks, t)
		}
	}
	return v.page(http.StatusOK, frame{Title: "Home", Room: "home"}, page.HomePage(view))
}

func (v *visit) approvalTasks() ([]page.Task, error) {
	waiting, err := v.decidable()
	var out []page.Task
	for _, a := range waiting {
		out = append(out, page.Task{Word: "Waiting", What: askedAbout(a.Subject), Why: a.RequestedBy.Name + " asks for your decision", Href: subjectAddress(a.Subject), On: period.DateOf(a.At, time.UTC)})
	}
	return out, err
}

// askedAbout says of which kind a subject is, unless its name begins with it.
func askedAbout(s access.Subject) string {
	kind, name := subjectKind(s.Kind), subjectText(s)
	if strings.Contains(strings.ToLower(name), strings.ToLower(kind)) {
		return capital(name)
	}
	return kind + " " + name
}

// draftTasks are the reader's own versions that nobody was asked about, or that came back.
func (v *visit) draftTasks() ([]page.Task, error) {
	found, err := contracts.List(v.ctx, v.DB, contracts.Filter{Limit: 200})
	var out []page.Task
	for _, c := range found {
		r := c.Latest()
		if r.PreparedBy != v.By.UserID {
			continue
		}
		switch r.Last() {
		case "":
			out = append(out, page.Task{Word: "Draft", What: c.Number + ", version " + fmt.Sprint(r.Number), Why: "Submit it, or enter a better one", Href: contractAddress(c.Number), On: period.DateOf(r.RecordedAt, time.UTC)})
		case "rejected":
			last := r.Decisions[len(r.Decisions)-1]
			out = append(out, page.Task{Word: "Rejected", What: c.Number + ", version " + fmt.Sprint(r.Number), Why: "Sent back: " + last.Reason, Href: contractAddress(c.Number), On: period.DateOf(last.At, time.UTC)})
		}
	}
	return out, err
}

// runTasks are invoice runs that stopped because their totals stray, and jobs that gave up.
func (v *visit) runTasks() ([]page.Task, error) {
	runs, err := invoicing.Runs(v.ctx, v.DB, period.Date{}, 20)
	if err != nil {
		return nil, err
	}
	var out []page.Task
	for _, r := range runs {
		if r.State() == "held" {
			out = append(out, page.Task{Word: "Held", What: "Invoice run of " + ui.DayText(r.AsOf), Why: r.Events[len(r.Events)-1].Reason, Href: "/runs", On: r.AsOf})
		}
	}
	failed, err := jobs.ListRuns(v.ctx, v.DB, jobs.Filter{State: jobs.Failed, Limit: 5})
	for _, r := range failed {
		out = append(out, page.Task{Word: "Failed", What: "Job " + r.Job + " as of " + ui.DayText(r.AsOf), Why: r.Error, Href: "/runs", On: r.AsOf})
	}
	return out, err
}

func (v *visit) mailTasks() ([]page.Task, error) {
	var out []page.Task
	for _, state := range []mail.State{mail.Failed, mail.Held} {
		entries, err := mail.List(v.ctx, v.DB, mail.Filter{State: state, Limit: 6})
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			why := e.LastError
			if state == mail.Held {
				why = "Waits for a person to let it go"
			}
			out = append(out, page.Task{Word: capital(string(state)), What: "Mail: " + e.Subject, Why: why, Href: "/outbox?state=" + string(state), On: period.DateOf(e.QueuedAt, time.UTC)})
		}
	}
	return out, nil
}

func (v *visit) usageTasks() ([]page.Task, error) {
	waiting, err := usage.Quarantine(v.ctx, v.DB, usage.Cursor{}, 101)
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	count := howMany(min(len(waiting), 100), "event")
	if len(waiting) > 100 {
		count = "More than " + count
	}
	return []page.Task{{Word: "Held", What: count + " in quarantine", Why: "Their customer or meter is not known, so they are not billed", Href: "/usage", On: v.Today()}}, nil
}

// overdueTasks names the oldest few and sums up the rest: a list of forty is a report, not a task.
func (v *visit) overdueTasks() ([]page.Task, error) {
	items, err := ledger.OpenOn(v.ctx, v.DB, nil, v.Today())
	if err != nil {
		return nil, err
	}
	open := map[string]money.Amount{}
	for _, i := range items {
		open[i.Document] = i.Amount
	}
	rows, err := invoicing.List(v.ctx, v.DB, invoicing.Filter{Through: v.Today().AddDays(-1), Limit: 500})
	if err != nil {
		return nil, err
	}
	var late []invoicing.Row
	for _, r := range rows {
		if v.invoiceStatus(r, open[r.Number], nil) == "Overdue" {
			late = append(late, r)
		}
	}
	slices.SortFunc(late, func(a, b invoicing.Row) int { return a.DueOn.Compare(b.DueOn) })
	var out []page.Task
	for i, r := range late {
		if i == 5 {
			out = append(out, page.Task{Word: "Overdue", What: howMany(len(late)-5, "more invoice"), Why: "Past their due day", Href: "/invoices", On: r.DueOn})
			break
		}
		out = append(out, page.Task{Word: "Overdue", What: "Invoice " + r.Number + ", " + ui.AmountText(open[r.Number]), Why: howMany(v.Today().Sub(r.DueOn), "day") + " late", Href: invoiceAddress(r.Number), On: r.DueOn})
	}
	return out, nil
}
