package web

import (
	"fmt"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/shopspring/decimal"

	"ratable/internal/access"
	"ratable/usage"
	"ratable/web/page"
	"ratable/web/ui"
)

// intakeRoutes are the page that says whether usage arrives as it should.
func intakeRoutes() []route {
	return []route{{get, "/usage/intake", staff, (*visit).intake}}
}

// usageBatch is how the trail calls a batch of events.
const usageBatch = "usage batch"

// intakeWeek is the time in which senders show how often they send.
const intakeWeek = 7 * 24 * time.Hour

// quietFor is the least silence worth a word: a sender of every second may pause for a release.
const quietFor = 10 * time.Minute

// intake is the health of what comes in: a day by the hour, who sends, who fell silent, and why events wait. It reads the
// trail of batches, not the events: however many of them there are, this page stays as cheap.
func (v *visit) intake() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		now := v.Now()
		hours, err := access.AuditTallies(v.ctx, t, usageBatch, "hour", now.Add(-24*time.Hour), "Accepted", "Repeated", "Quarantined", "Conflicts")
		if err != nil {
			return err
		}
		minutes, err := access.AuditTallies(v.ctx, t, usageBatch, "minute", now.Add(-time.Hour), "Accepted")
		if err != nil {
			return err
		}
		senders, err := access.AuditRhythms(v.ctx, t, usageBatch, "Accepted", now.Add(-intakeWeek))
		if err != nil {
			return err
		}
		causes, err := usage.QuarantineCauses(v.ctx, t, 20)
		if err != nil {
			return err
		}
		if v.query("format") == "csv" {
			return v.intakeFile(hours)
		}
		list := page.List{Head: v.usageHead("Intake", "How usage arrives: the last day by the hour, who sends, and what waits."), Stats: intakeStats(hours, minutes, causes),
			Tables: []ui.TableProps{senderTable(senders, now), causeTable(causes)},
			Notes: []string{
				"Counted by batches as they were taken in; a batch of nothing but repeats leaves no trace. Silent: for longer than between any two batches of the last seven days, and ten minutes at least.",
				"Events wait when their customer or meter is not known, or when their contract takes usage that late no more.",
			}}
		if len(hours) > 1 {
			list.Parts = []templ.Component{ui.Chart(intakeChart(hours))}
		}
		return v.page(http.StatusOK, frame{Title: "Intake", Room: "usage"}, page.ListPage(list))
	})
}

func intakeStats(hours, minutes []access.Tally, causes []usage.Cause) []ui.StatProps {
	sums := map[string]int64{}
	for _, h := range hours {
		for field, n := range h.Counts {
			sums[field] += n
		}
	}
	var lately, waiting, late int64
	for _, m := range minutes {
		lately += m.Counts["Accepted"]
	}
	for _, c := range causes {
		if waiting += c.Events; c.Reason == usage.Late {
			late += c.Events
		}
	}
	return []ui.StatProps{
		{Label: "Events a minute", Value: ui.Count((lately + 30) / 60), Note: "over the last hour"},
		{Label: "Counted", Value: ui.Count(sums["Accepted"]), Note: "in 24 hours"},
		{Label: "Repeats", Value: ui.Count(sums["Repeated"]), Note: "in 24 hours"},
		{Label: "Conflicts", Value: ui.Link(digits(decimal.NewFromInt(sums["Conflicts"])), "/usage/conflicts"), Note: "in 24 hours"},
		{Label: "In quarantine", Value: ui.Link(digits(decimal.NewFromInt(waiting)), "/usage/quarantine"), Note: fmt.Sprintf("%d of them late", late)},
	}
}

// intakeChart is the day by the hour, in UTC.
func intakeChart(hours []access.Tally) ui.ChartProps {
	c := ui.ChartProps{Title: "Events by the hour, UTC", Kind: ui.Stacked, Head: "Hour"}
	names := []string{"Accepted", "Repeated", "Quarantined", "Conflicts"}
	for _, name := range names {
		c.Series = append(c.Series, ui.Series{Name: name})
	}
	at := map[time.Time]map[string]int64{}
	for _, h := range hours {
		at[h.At.UTC()] = h.Counts
	}
	for hour := hours[0].At.UTC(); !hour.After(hours[len(hours)-1].At.UTC()); hour = hour.Add(time.Hour) {
		c.Labels = append(c.Labels, hour.Format("15:04"))
		for i, name := range names {
			c.Series[i].Marks = append(c.Series[i].Marks, ui.CountMarks(at[hour][name])...)
		}
	}
	return c
}

// silent says that a sender paused for longer than it does.
func silent(r access.Rhythm, now time.Time) bool {
	return r.Longest > 0 && now.Sub(r.Last) > max(r.Longest, quietFor)
}

func senderTable(senders []access.Rhythm, now time.Time) ui.TableProps {
	t := ui.TableProps{Title: "Who sends", Columns: []ui.Column{{Label: "Sender"}, {Label: "Status"}, {Label: "Last batch", Kind: ui.Tight}, {Label: "Longest pause", Kind: ui.Figures}, {Label: "Batches", Kind: ui.Figures}, {Label: "Events", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing came in seven days", Text: "Events arrive by the API (POST /v1/events) or are imported from CSV."}}
	for _, r := range senders {
		status := ui.Pill("Sending", ui.Good)
		if silent(r, now) {
			status = ui.Pill("Silent", ui.Warn)
		} else if r.Longest == 0 {
			status = ui.Pill("Once", ui.Neutral)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(r.Actor), status, ui.At(r.Last.UTC()), ui.Text(pause(r.Longest)), ui.Count(r.Lines), ui.Count(r.Counted))})
	}
	return t
}

func pause(d time.Duration) string {
	switch {
	case d == 0:
		return "–"
	case d < time.Minute:
		return "under a minute"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d h", d/time.Hour)
}

func causeTable(causes []usage.Cause) ui.TableProps {
	t := ui.TableProps{Title: "What waits", Corner: ui.Link("Quarantine", "/usage/quarantine"), Columns: []ui.Column{{Label: "Reason"}, {Label: "Customer"}, {Label: "Meter"}, {Label: "Since", Kind: ui.Tight}, {Label: "Events", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing waits", Text: "Every event that came in found its customer and meter.", Icon: "check"}}
	for _, c := range causes {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(capital(c.Reason)), orDash(c.Customer), orDash(c.Meter), ui.At(c.Oldest.UTC()), ui.Count(c.Events))})
	}
	return t
}

func (v *visit) intakeFile(hours []access.Tally) error {
	return v.csvFile("intake.csv", []string{"hour", "batches", "accepted", "repeated", "quarantined", "conflicts"}, func(write func(cells ...string) error) error {
		for _, h := range hours {
			at := h.At
			if err := write(instant(&at), fmt.Sprint(h.Lines), fmt.Sprint(h.Counts["Accepted"]), fmt.Sprint(h.Counts["Repeated"]), fmt.Sprint(h.Counts["Quarantined"]), fmt.Sprint(h.Counts["Conflicts"])); err != nil {
				return err
			}
		}
		return nil
	})
}
