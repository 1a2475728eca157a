package web

import (
	"cmp"
	"slices"

	"github.com/a-h/templ"

	"ratable/contracts"
	"ratable/internal/period"
	"ratable/web/page"
	"ratable/web/ui"
)

// renewalDays is how far ahead the worklist of contracts that end or renew looks.
const renewalDays = 90

// endingView is the span of the list's view of contracts that end, or whose last day for notice passes; empty for the
// other views.
func (v *visit) endingView() period.Span {
	if v.query("view") != "renewals" {
		return period.Span{}
	}
	return period.NewSpan(v.Today(), v.Today().AddDays(renewalDays+1))
}

// atTheEnd says what becomes of a contract when its term is over, and until when notice stops a renewal.
func atTheEnd(c contracts.Contract) (end string, noticeBy period.Date) {
	a, agreed := c.Agreement()
	if !agreed {
		return "", period.Date{}
	}
	d := a.Latest().Document
	last, renews := d.LastNotice()
	switch _, given := c.Notice(); {
	case d.Ending != nil:
		return "Ended: " + causeWord(d.Ending.Cause), period.Date{}
	case given:
		return "Notice given", last
	case renews:
		return "Renews by itself", last
	case d.Renewal != nil:
		return "To be renewed by hand", period.Date{}
	}
	return "Ends", period.Date{}
}

func causeWord(c contracts.Cause) string {
	for _, o := range causes {
		if o.Value == string(c) {
			return lowered(o.Label)
		}
	}
	return string(c)
}

func lowered(text string) string {
	if text == "" {
		return ""
	}
	return string(text[0]|0x20) + text[1:]
}

func endCell(r contractRow) templ.Component {
	if r.noticeBy.IsZero() {
		return ui.Text(r.end)
	}
	return ui.TwoLines(r.end, "notice by "+ui.DayText(r.noticeBy))
}

// renewalFacts say in the rail what happens at the end.
func (d dossier) renewalFacts() []ui.Fact {
	end, noticeBy := atTheEnd(d.Contract)
	if end == "" {
		return nil
	}
	out := []ui.Fact{{Term: "At the end", Value: ui.Text(end)}}
	if !noticeBy.IsZero() {
		out = append(out, ui.Fact{Term: "Last day for notice", Value: ui.Day(noticeBy)})
	}
	return out
}

// contractActions is what this reader can do to the contract as it stands.
func (v *visit) contractActions(d dossier) []ui.ButtonProps {
	_, agreed := d.Agreement()
	if !v.may(get, "/contracts/:number/extend") {
		if agreed && v.may(get, "/contracts/:number/notice") {
			return append(v.subscriptionAction(d), v.noticeAction(d)...)
		}
		return nil
	}
	at := contractAddress(d.Number)
	out := v.subscriptionAction(d)
	if agreed && !d.Latest().Waiting() {
		names := []string{"extend", "blend", "renew", "terminate"}
		if a, _ := d.Agreement(); a.Latest().Document.Ending != nil {
			names = names[3:] // it was ended: all that is left is another last day
		}
		for _, name := range names {
			out = append(out, ui.ButtonProps{Label: actions[name].title, Href: at + "/" + name, Small: true})
		}
	}
	if agreed && len(d.milestones()) > 0 {
		out = append(out, ui.ButtonProps{Label: "Record a delivery", Href: at + "/deliver", Small: true})
	}
	if agreed && v.may(get, "/contracts/:number/payer") {
		out = append(out, ui.ButtonProps{Label: "Change the payer", Href: at + "/payer", Small: true})
	}
	return append(out, v.noticeAction(d)...)
}

func (v *visit) noticeAction(d dossier) []ui.ButtonProps {
	_, given := d.Notice()
	_, noticeBy := atTheEnd(d.Contract)
	b := ui.ButtonProps{Label: "Give notice", Href: contractAddress(d.Number) + "/notice", Small: true}
	switch {
	case given:
		b.Label = "Withdraw notice"
	case noticeBy.IsZero() || noticeBy.Before(v.Today()):
		return nil
	}
	return []ui.ButtonProps{b}
}

// renewalTasks are contracts that end, or can no longer be stopped from renewing, within ninety days.
func (v *visit) renewalTasks() ([]page.Task, error) {
	span := period.NewSpan(v.Today(), v.Today().AddDays(renewalDays+1))
	found, err := contracts.List(v.ctx, v.DB, contracts.Filter{Ending: span, Sort: contracts.ByEnd, Limit: 1000})
	var out []page.Task
	for _, c := range found {
		a, agreed := c.Agreement()
		if !agreed || !c.Status(v.Today()).Running() {
			continue
		}
		t := page.Task{Word: "Pending", What: "Contract " + c.Number + " ends", Why: "Renew it, or let it end on " + ui.DayText(a.Term().Last()), Href: contractAddress(c.Number), On: a.Term().Last()}
		end, noticeBy := atTheEnd(c)
		switch {
		case end == "Notice given" || a.Latest().Document.Ending != nil:
			t.Why = "It was ended: " + end
		case !noticeBy.IsZero() && noticeBy.Before(v.Today()):
			t.What, t.Why = "Contract "+c.Number+" renews", "By itself, on "+ui.DayText(a.Term().End)+"; the last day for notice has passed"
		case !noticeBy.IsZero():
			t.What, t.Why, t.On = "Contract "+c.Number+" renews", "By itself, unless notice is given by "+ui.DayText(noticeBy), noticeBy
		}
		out = append(out, t)
	}
	slices.SortStableFunc(out, func(a, b page.Task) int { return cmp.Or(a.On.Compare(b.On)) })
	return out, err
}
