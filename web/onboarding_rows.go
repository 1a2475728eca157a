package web

import (
	"fmt"
	"strings"

	"github.com/a-h/templ"

	"ratable/onboarding"
	"ratable/web/page"
	"ratable/web/ui"
)

// mostRows bounds the rows a page shows of a file; the error file has all.
const mostRows = 300

// describeFile says what became of the rows of a file, or would.
func describeFile(view *page.CohortFile, r onboarding.Report) {
	refused := r.Count(onboarding.Refused)
	verb := map[bool]string{true: "would be", false: "were"}[r.DryRun]
	view.Stats = []ui.StatProps{
		{Label: "New", Value: ui.Count(int64(r.Count(onboarding.Made)))}, {Label: "Changed", Value: ui.Count(int64(r.Count(onboarding.Changed)))},
		{Label: "Unchanged", Value: ui.Count(int64(r.Count(onboarding.Unchanged)))}, {Label: "Refused", Value: ui.Count(int64(refused)), Note: "Each with its way out, below and in the error file"},
	}
	right := r.Count(onboarding.Made) + r.Count(onboarding.Changed)
	view.Refused, view.All, view.Some = refused > 0, refused == 0 && r.DryRun, right > 0 && r.DryRun
	view.Tried = fmt.Sprintf("Tried out as it %s taken up; nothing is changed yet.", verb)
	if r.Written {
		view.Tried = fmt.Sprintf("The right rows are taken up. Mend the other %d here, or download the error file, correct it, and send that file.", refused)
	}
	table := ui.TableProps{Title: "Refused rows", Columns: []ui.Column{{Label: "Line", Kind: ui.Figures}, {Label: "Row"}, {Label: "Column", Kind: ui.Tight}, {Label: "Value"}, {Label: "What is wrong, and what to do"}}, Empty: ui.EmptyProps{Title: "No row is refused"}}
	shown := ui.TableProps{Title: "What would be taken up", Columns: []ui.Column{{Label: "Line", Kind: ui.Figures}, {Label: "Row"}, {Label: "Outcome", Kind: ui.Tight}, {Label: "What changes"}}, Empty: ui.EmptyProps{Title: "No row is right"}}
	for _, row := range r.Rows {
		for _, f := range row.Fields {
			if len(table.Rows) < mostRows {
				table.Rows = append(table.Rows, ui.Row{Cells: ui.Cells(ui.Count(int64(row.Line)), ui.Text(orText(row.Key)), ui.Mono(f.Path), orDash(f.Value), ui.Text(f.Message))})
			}
		}
		if row.Outcome != onboarding.Refused && len(shown.Rows) < mostRows {
			shown.Rows = append(shown.Rows, ui.Row{Cells: ui.Cells(ui.Count(int64(row.Line)), ui.Text(row.Key), outcomePill(row.Outcome), orDash(row.Note))})
		}
	}
	view.Rows = []ui.TableProps{table, shown}
}

func outcomePill(o onboarding.Outcome) templ.Component {
	tone := map[onboarding.Outcome]ui.Tone{onboarding.Made: ui.Good, onboarding.Changed: ui.Info, onboarding.Refused: ui.Bad}[o]
	return ui.Pill(capital(string(o)), tone)
}

// stateWords name the steps of a customer.
func cohortWord(s onboarding.State) string {
	switch s {
	case onboarding.Asked:
		return "Move asked for"
	case onboarding.Declined:
		return "Move declined"
	}
	return capital(strings.ReplaceAll(string(s), "_", " "))
}

func cohortPill(s onboarding.State) templ.Component {
	tone := map[onboarding.State]ui.Tone{onboarding.Moved: ui.Good, onboarding.Shown: ui.Info, onboarding.Asked: ui.Warn, onboarding.Declined: ui.Warn, onboarding.TakenBack: ui.Warn, onboarding.Planned: ui.Bad}[s]
	return ui.Pill(cohortWord(s), tone)
}

// differencePill says what a difference is.
func differencePill(c onboarding.Class) templ.Component {
	tone := ui.Warn
	switch c {
	case onboarding.Equal:
		tone = ui.Good
	case onboarding.Rounding:
		tone = ui.Neutral
	case onboarding.MissingLine, onboarding.ExtraLine:
		tone = ui.Bad
	}
	return ui.Pill(capital(string(c)), tone)
}
