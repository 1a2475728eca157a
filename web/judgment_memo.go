package web

import (
	"fmt"
	"strings"

	"ratable/revrec"
	"ratable/web/ui"
)

func memoName(j revrec.Judgment) string {
	return fmt.Sprintf("%s-assessment-%d.md", strings.ReplaceAll(j.Contract, "/", "-"), j.Number)
}

// memo writes a judgment as the file keeps it: the five steps, the judgments in them and who made them.
func memo(d dossier, j revrec.Judgment) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Assessment %d of contract %s\n\n", j.Number, d.Number)
	fmt.Fprintf(&b, "%s. Effective %s.\n\n", inMemo(j.Assessment.Reason), ui.DayText(j.Effective))
	fmt.Fprintf(&b, "- Proposed by %s on %s\n", inMemo(d.people[j.PreparedBy]), j.ProposedAt.UTC().Format("2 January 2006, 15:04 UTC"))
	switch {
	case j.Waits():
		b.WriteString("- Not decided yet\n")
	default:
		fmt.Fprintf(&b, "- %s by %s on %s", capital(j.Event), inMemo(d.people[j.DecidedBy]), j.DecidedAt.UTC().Format("2 January 2006, 15:04 UTC"))
		if j.Reason != "" {
			fmt.Fprintf(&b, ": %s", inMemo(j.Reason))
		}
		b.WriteString("\n")
	}
	for _, s := range judgmentSteps(d, j.Assessment) {
		s.write(&b)
	}
	if text, err := revrec.ExportAssessment(j.Assessment); err == nil {
		fmt.Fprintf(&b, "\n## The document\n\n```yaml\n%s```\n", text)
	}
	return b.String()
}

func (s judgmentStep) write(b *strings.Builder) {
	fmt.Fprintf(b, "\n## %s\n\n", s.title)
	for _, l := range s.lines {
		fmt.Fprintf(b, "%s\n\n", inMemo(l))
	}
	for _, t := range s.tables {
		if t.title != "" {
			fmt.Fprintf(b, "**%s**\n\n", t.title)
		}
		row := func(cells []string) {
			for _, c := range cells {
				fmt.Fprintf(b, "| %s ", strings.ReplaceAll(inMemo(c), "|", "\\|"))
			}
			b.WriteString("|\n")
		}
		row(t.head)
		for i := range t.head {
			b.WriteString(map[bool]string{true: "|---:", false: "|---"}[i >= t.figures])
		}
		b.WriteString("|\n")
		for _, r := range t.rows {
			row(r)
		}
		if t.foot != nil {
			row(t.foot)
		}
		b.WriteString("\n")
	}
}

// inMemo keeps what somebody typed on one line, so that no text becomes a heading of the memo.
func inMemo(text string) string { return strings.Join(strings.Fields(text), " ") }
