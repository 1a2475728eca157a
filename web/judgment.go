package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/revrec"
	"ratable/web/page"
	"ratable/web/ui"
)

func judgmentAddress(number string) string { return contractAddress(number) + "/judgment" }

// assessmentAddress is the page of an assessment by the key it is named by: "C-12/3".
func assessmentAddress(key string) string {
	at := strings.LastIndex(key, "/")
	if at < 0 {
		return ""
	}
	return judgmentAddress(key[:at]) + "?nth=" + key[at+1:]
}

// judgment is what an accountant judged about a contract under the five steps: in force, waiting, and as it was before.
func (v *visit) judgment() error { return v.showJudgment(http.StatusOK, v.param("number"), "") }

func (v *visit) showJudgment(status int, number, problem string) error {
	d, err := v.dossier(number)
	if err != nil {
		return err
	}
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		all, err := revrec.Assessments(v.ctx, t, d.Account, d.ID)
		if err != nil {
			return err
		}
		shown, found := chosenJudgment(all, int(v.queryNumber("nth")))
		if v.queryNumber("nth") > 0 && !found {
			return fault.New(fault.NotFound, "contract %s has no assessment %d", d.Number, v.queryNumber("nth"))
		}
		if v.query("format") == "md" && found {
			return v.fileAnswer(memoName(shown), "text/markdown; charset=utf-8", []byte(memo(d, shown)))
		}
		view := page.Judgment{Head: d.head(v, "judgment")}
		if _, agreed := d.Agreement(); agreed {
			view.Head.Action = ui.Button(ui.ButtonProps{Label: "Judge it anew", Href: judgmentAddress(d.Number) + "/propose", Look: ui.Primary})
		}
		if _, changed := d.changing(); changed {
			view.Head.Others = ui.Cells(ui.Button(ui.ButtonProps{Label: "How its change is accounted for", Href: treatmentAddress(d.Number)}))
		}
		if !found {
			view.Empty = &ui.EmptyProps{Title: "Nobody has judged this contract", Text: "It is earned as it is stated, by the policies of its products. A judgment says otherwise: another allocation, an estimate, a hold."}
			if other := v.judgedWith(t, d); other != "" {
				view.Empty.Text = "It is accounted for together with " + other + "; the judgment stands there."
			}
			return v.page(status, frame{Title: d.Number + " judgment", Room: "contracts"}, page.JudgmentPage(view))
		}
		if err := v.fillJudgment(t, d, all, shown, &view, problem); err != nil {
			return err
		}
		return v.page(status, frame{Title: d.Number + " judgment", Room: "contracts"}, page.JudgmentPage(view))
	})
}

// chosenJudgment is the one asked for, else the one that waits, else the one in force.
func chosenJudgment(all []revrec.Judgment, nth int) (revrec.Judgment, bool) {
	for _, want := range []func(j revrec.Judgment) bool{
		func(j revrec.Judgment) bool { return j.Number == nth },
		func(j revrec.Judgment) bool { return nth == 0 && j.Waits() },
		func(j revrec.Judgment) bool { return nth == 0 && j.Event == "approved" },
		func(j revrec.Judgment) bool { return nth == 0 },
	} {
		if i := slices.IndexFunc(all, want); i >= 0 {
			return all[i], true
		}
	}
	return revrec.Judgment{}, false
}

// judgedWith names the contract whose judgment combines this one with it.
func (v *visit) judgedWith(q postgres.Querier, d dossier) string {
	all, err := revrec.Assessments(v.ctx, q, d.Account, 0)
	if err != nil {
		return ""
	}
	for _, j := range all {
		if j.Event == "approved" && slices.ContainsFunc(j.Combined, func(c revrec.CombinedContract) bool { return c.Contract == d.Number }) {
			return j.Contract
		}
	}
	return ""
}

func (v *visit) fillJudgment(t tx, d dossier, all []revrec.Judgment, j revrec.Judgment, view *page.Judgment, problem string) error {
	for _, s := range judgmentSteps(d, j.Assessment) {
		view.Steps = append(view.Steps, s.view())
	}
	at := judgmentAddress(d.Number)
	view.Name = fmt.Sprintf("Assessment %d", j.Number)
	view.State, view.Reason = judgmentState(j, all, v.Today()), j.Assessment.Reason
	view.Facts = []ui.Fact{{Term: "Effective", Value: ui.Day(j.Effective)}, {Term: "Proposed by", Value: ui.Text(d.people[j.PreparedBy])}, {Term: "Proposed", Value: ui.At(j.ProposedAt)}}
	if !j.Waits() {
		view.Facts = append(view.Facts, ui.Fact{Term: capital(j.Event) + " by", Value: ui.Text(d.people[j.DecidedBy])}, ui.Fact{Term: "Why", Value: orDash(j.Reason)})
	}
	view.Facts = append(view.Facts, ui.Fact{Term: "Memo", Value: ui.Link("Download", v.with("nth", fmt.Sprint(j.Number), "format", "md"))})
	stale, err := revrec.StaleAssessments(v.ctx, t)
	if err != nil {
		return err
	}
	for _, s := range stale {
		if s.Contract == d.ID && s.Judged == j.Number {
			view.Notes = append(view.Notes, page.Note{Title: fmt.Sprintf("Amended since: version %d counts from %s", s.Version, ui.DayText(s.Effective)), Tone: ui.Warn,
				Text: "The price was shared before. Look whether the amendment is a contract of its own, goes on anew or is caught up.", Link: ui.Anchor{Label: "How it would be accounted for", Href: treatmentAddress(d.Number)}})
		}
	}
	if j.Waits() {
		if view.Decision, err = v.judgmentDecision(t, d, j, problem); err != nil {
			return err
		}
		if view.Effect, err = v.judgmentEffect(t, d, j.Assessment); err != nil {
			return err
		}
	}
	rows, err := revrec.ContractRows(v.ctx, t, d.Account, d.ID)
	if err != nil {
		return err
	}
	view.Tables = append(view.Tables, d.judgmentHistory(all, at), judgedRows(d, rows))
	return nil
}

// judgmentState says where a judgment stands among those of its contract.
func judgmentState(j revrec.Judgment, all []revrec.Judgment, today period.Date) string {
	switch {
	case j.Waits():
		return "Waiting"
	case j.Event != "approved":
		return "Sent back"
	case j.Effective.After(today):
		return "Approved"
	}
	for _, later := range all { // the latest first
		if later.Number == j.Number {
			break
		}
		if later.Event == "approved" && !later.Effective.After(today) {
			return "Replaced"
		}
	}
	return "In force"
}

// judgmentDecision says what a judgment waits for, and what this reader can do about it.
func (v *visit) judgmentDecision(t tx, d dossier, j revrec.Judgment, problem string) (*page.Decision, error) {
	history, err := access.History(v.ctx, t, j.Subject())
	if err != nil || len(history) == 0 {
		return nil, err
	}
	out := &page.Decision{Title: fmt.Sprintf("Assessment %d waits for approval", j.Number), Problem: problem}
	out.Text = d.people[j.PreparedBy] + " proposed it. Approved, the next revenue run books what the preview below shows, and nothing else."
	if x := j.Changed; x != nil && x.Version <= len(d.History) && !d.History[x.Version-1].Approved() {
		out.Text = fmt.Sprintf("It treats version %d, which is not approved yet: decide about the version first.", x.Version)
		return out, nil
	}
	if refused := history[len(history)-1].MayDecide(v.By); refused != nil {
		out.Text = capital(refused.Error()) + "."
	} else if v.may(http.MethodPost, "/contracts/:number/judgment/approve") {
		out.Decide = judgmentAddress(d.Number)
	}
	return out, nil
}

// judgedRows lists what assessments put beside the stated price, by assessment, line and kind; each month opens its story.
func judgedRows(d dossier, rows []revrec.ScheduledRow) ui.TableProps {
	t := ui.TableProps{Title: "What judgments put beside the stated price", Columns: []ui.Column{{Label: "Assessment", Kind: ui.Tight}, {Label: "Line"}, {Label: "Kind"}, {Label: "Month", Kind: ui.Tight}, {Label: "Booked"}, {Label: "Revenue", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing stands beside the stated price", Text: "The revenue run writes it once a judgment is approved."}}
	for _, r := range rows {
		if !revrec.Adjusts(r.Kind) {
			continue
		}
		booked := "to come"
		if r.Recognized {
			booked = "in " + ui.MonthText(r.BookedIn)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Link(fmt.Sprint(r.Assessment), fmt.Sprintf("%s?nth=%d", judgmentAddress(d.Number), r.Assessment)), ui.Text(r.Line), ui.Text(subjectKind(string(r.Kind))),
			ui.Link(ui.MonthText(r.Month), whyAddress(d.Number, r.Line, r.Month)), ui.Soft(booked), ui.Figure(r.Amount.Sub(r.PassedOn)))})
	}
	return t
}

// judgmentHistory lists every judgment of a contract with what each changed against the one before.
func (d dossier) judgmentHistory(all []revrec.Judgment, at string) ui.TableProps {
	t := ui.TableProps{Title: "History", Columns: []ui.Column{{Label: "Assessment"}, {Label: "State"}, {Label: "Effective", Kind: ui.Tight}, {Label: "Who"}, {Label: "What it changed"}}}
	for i, j := range all {
		var before revrec.Assessment
		for _, was := range all[i+1:] {
			if was.Event == "approved" {
				before = was.Assessment
				break
			}
		}
		state, who := "Waiting", d.people[j.PreparedBy]
		if !j.Waits() {
			state, who = capital(j.Event), who+"; "+j.Event+" by "+d.people[j.DecidedBy]
		}
		t.Rows = append(t.Rows, ui.Row{Href: fmt.Sprintf("%s?nth=%d", at, j.Number), Cells: ui.Cells(ui.TwoLines(fmt.Sprintf("%d", j.Number), j.Assessment.Reason), ui.Status(state), ui.Day(j.Effective), ui.Text(who), page.Lines(judgmentDifferences(before, j.Assessment)))})
	}
	return t
}

// judgmentDifferences says which lines of the documents differ.
func judgmentDifferences(was, is revrec.Assessment) []string {
	lines := func(x revrec.Assessment) []string {
		x.Reason, x.Contract = "", ""
		text, err := revrec.ExportAssessment(x)
		if err != nil {
			return nil
		}
		return strings.Split(strings.TrimSpace(string(text)), "\n")
	}
	before, after := lines(was), lines(is)
	var out []string
	for _, l := range after {
		if !slices.Contains(before, l) && strings.TrimSpace(l) != "" {
			out = append(out, "+ "+strings.TrimSpace(l))
		}
	}
	for _, l := range before {
		if was.Contract != "" && !slices.Contains(after, l) && strings.TrimSpace(l) != "" {
			out = append(out, "− "+strings.TrimSpace(l))
		}
	}
	if n := len(out); n > 8 {
		out = append(out[:8], fmt.Sprintf("and %d more", n-8))
	}
	return out
}

func (v *visit) approveJudgment() error {
	return v.decideJudgment(access.Approve)
}
func (v *visit) rejectJudgment() error { return v.decideJudgment(access.Reject) }

// decideJudgment decides about the one that waits.
func (v *visit) decideJudgment(what access.Decision) error {
	number := v.param("number")
	d, err := v.dossier(number)
	if err != nil {
		return err
	}
	all, err := revrec.Assessments(v.ctx, v.DB, d.Account, d.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, revrec.Judgment.Waits)
	if i < 0 {
		return fault.New(fault.Conflict, "no assessment of %s waits for a decision", number)
	}
	err = v.do(func(t tx) error {
		if what == access.Reject {
			return revrec.RejectAssessment(v.ctx, t, number, all[i].Number, v.form("reason"), v.By)
		}
		return revrec.ApproveAssessment(v.ctx, t, number, all[i].Number, v.form("reason"), v.By)
	})
	if fields := fault.Fields(err); len(fields) > 0 {
		return v.showJudgment(http.StatusUnprocessableEntity, number, capital(fields[0].Path)+": "+fields[0].Message)
	}
	if err != nil {
		return err
	}
	words := map[access.Decision]string{access.Approve: "approved; the next revenue run books it", access.Reject: "sent back"}
	return v.redirect(judgmentAddress(number), done(fmt.Sprintf("Assessment %d is %s", all[i].Number, words[what])))
}
