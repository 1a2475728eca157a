package web

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/onboarding"
	"ratable/opening"
	"ratable/web/page"
	"ratable/web/ui"
)

// cohortStates are the steps in the order of a list.
var cohortStates = []onboarding.State{onboarding.Planned, onboarding.Imported, onboarding.Shown, onboarding.Asked, onboarding.Declined, onboarding.Moved, onboarding.TakenBack}

// cohorts lists those who come over.
func (v *visit) cohorts() error {
	all, err := onboarding.Cohorts(v.ctx, v.DB)
	if err != nil {
		return err
	}
	head := ui.HeadProps{Title: "Cohorts", Crumbs: []ui.Anchor{importCrumb}, Sub: "Customers who come from another billing system, in the groups they move in. Until a customer has moved only the other system bills it; its invoices are set beside ours."}
	if v.may(post, "/imports/customers") {
		head.Action = ui.Button(ui.ButtonProps{Label: "Bring customers over", Href: "/imports/customers", Look: ui.Primary, Icon: "download"})
	}
	table := ui.TableProps{Caption: "Cohorts", Columns: []ui.Column{{Label: "Cohort"}, {Label: "Customers", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nobody comes over", Text: "Send a file of customers with the name of a cohort.", Action: &ui.ButtonProps{Label: "Bring customers over", Href: "/imports/customers"}}}
	for _, s := range cohortStates {
		table.Columns = append(table.Columns, ui.Column{Label: cohortWord(s), Kind: ui.Figures})
	}
	table.Columns = append(table.Columns, ui.Column{Label: "Last step", Kind: ui.Tight})
	for _, c := range all {
		cells := ui.Cells(ui.Text(c.Name), ui.Count(int64(c.Total)))
		for _, s := range cohortStates {
			cells = append(cells, orNothing(c.Counts[s]))
		}
		table.Rows = append(table.Rows, ui.Row{Href: cohortAddress(c.Name), Cells: append(cells, writtenDay(c.Last))})
	}
	return v.page(http.StatusOK, frame{Title: "Cohorts", Room: "imports"}, page.ListPage(page.List{Head: head, Tables: []ui.TableProps{table}}))
}

func orNothing(n int) templ.Component {
	if n == 0 {
		return ui.Nothing()
	}
	return ui.Count(int64(n))
}

func (v *visit) cohort() error { return v.showCohort(http.StatusOK, nil) }

// showCohort is a cohort with its customers and their next steps.
func (v *visit) showCohort(status int, found []fault.Field) error {
	name := v.param("name")
	members, err := onboarding.Members(v.ctx, v.DB, name)
	if err != nil {
		return err
	}
	files, err := onboarding.Files(v.ctx, v.DB, name)
	if err != nil {
		return err
	}
	if len(members) == 0 && len(files) == 0 {
		return fault.New(fault.NotFound, "there is no cohort %s", name)
	}
	called, err := v.people(v.DB)
	if err != nil {
		return err
	}
	view := page.List{Head: ui.HeadProps{Title: "Cohort " + name, Crumbs: cohortCrumbs, Sub: "Each customer moves on a day: from then on we bill it, and what the other system billed stands billed here."}}
	counts := map[onboarding.State]int{}
	table := ui.TableProps{Title: "Customers", Columns: []ui.Column{{Label: "Customer"}, {Label: "State", Kind: ui.Tight}, {Label: "Since", Kind: ui.Tight}, {Label: "Cut-over", Kind: ui.Tight}, {Label: "Lines", Kind: ui.Figures}, {Label: "To look at", Kind: ui.Figures}, {Label: "By"}, {Label: "Reason"}}}
	for _, m := range members {
		counts[m.State]++
		row := ui.Row{Cells: ui.Cells(ui.Text(m.Customer), cohortPill(m.State), ui.Day(m.On), ui.Day(m.CutOver), orNothing(m.Detail.Lines), orNothing(m.Detail.Differ), ui.Text(called[m.By]), orDash(m.Reason))}
		if m.State != onboarding.Planned {
			row.Href = cohortAddress(name) + "/customers/" + m.Customer
		}
		table.Rows = append(table.Rows, row)
	}
	for _, s := range cohortStates {
		if counts[s] > 0 {
			view.Stats = append(view.Stats, ui.StatProps{Label: cohortWord(s), Value: ui.Count(int64(counts[s]))})
		}
	}
	view.Head.Others = ui.Cells(ui.Button(ui.ButtonProps{Label: "Side by side", Href: cohortAddress(name) + "/compare"}), ui.Button(ui.ButtonProps{Label: "Send a file", Href: narrowed("/imports/customers", "cohort", name)}))
	view.Parts = append(v.cohortVerbs(name, "", counts, members), page.Complaints(found))
	view.Tables = []ui.TableProps{table, cohortFiles(files, called)}
	return v.page(status, frame{Title: "Cohort " + name, Room: "imports"}, page.ListPage(view))
}

// writtenDay and writtenAt show what a query answers as a text like every other day and instant.
func writtenDay(text string) templ.Component {
	if d, err := period.ParseDate(text); err == nil {
		return ui.Day(d)
	}
	return orDash(text)
}

func writtenAt(text string) templ.Component {
	if at, err := time.Parse("2006-01-02 15:04", text); err == nil {
		return ui.At(at)
	}
	return orDash(text)
}

func cohortFiles(files []onboarding.File, called map[int64]string) ui.TableProps {
	t := ui.TableProps{Title: "Files", Columns: []ui.Column{{Label: "Taken up", Kind: ui.Tight}, {Label: "What"}, {Label: "File"}, {Label: "New", Kind: ui.Figures}, {Label: "Changed", Kind: ui.Figures}, {Label: "Unchanged", Kind: ui.Figures}, {Label: "Refused", Kind: ui.Figures}, {Label: "By"}}, Empty: ui.EmptyProps{Title: "No file was taken up"}}
	for _, f := range files {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(writtenAt(f.At), ui.Text(capital(string(f.Kind))), ui.Text(f.Name), orNothing(f.Made), orNothing(f.Changed), orNothing(f.Unchanged), orNothing(f.Refused), ui.Text(called[f.By]))})
	}
	return t
}

// cohortVerbs are the next steps of a cohort, or of one customer of it.
func (v *visit) cohortVerbs(name, customer string, counts map[onboarding.State]int, members []onboarding.Step) []templ.Component {
	at := cohortAddress(name)
	who := []ui.Value{{Name: "customer", Value: customer}}
	whom := "everybody who is compared"
	if customer != "" {
		whom = "this customer, with all of the cohort who share its paying account"
	}
	var out []templ.Component
	if v.may(post, "/imports/cohorts/:name/compare") && counts[onboarding.Imported]+counts[onboarding.Shown]+counts[onboarding.TakenBack]+counts[onboarding.Declined] > 0 {
		out = append(out, ui.Post(ui.PostProps{Action: at + "/compare", Values: who, Button: ui.ButtonProps{Label: "Compare"}}))
	}
	if counts[onboarding.Shown]+counts[onboarding.Declined] > 0 && v.may(post, "/imports/cohorts/:name/move") {
		cut := v.form("cut_over")
		if cut == "" {
			cut = v.Today().MonthOf().First().String()
		}
		out = append(out, page.AskMove(page.MoveForm{CutOver: cut, Reason: v.form("reason"), Ask: &ui.ConfirmProps{Label: "Ask for the move", Look: ui.Primary, Action: at + "/move", Confirm: "Ask", Values: who, Text: "For " + whom + ". Another person approves it, on the cut-over or later: contracts are approved, what the other system billed stands billed here, and bills go out."}}))
	}
	mine := slices.ContainsFunc(members, func(m onboarding.Step) bool { return m.State == onboarding.Asked && m.AskedBy == v.By.UserID })
	if counts[onboarding.Asked] > 0 && v.may(post, "/imports/cohorts/:name/approve") && !mine {
		out = append(out, page.AskWhy(ui.ConfirmProps{Label: "Approve the move", Look: ui.Primary, Action: at + "/approve", Confirm: "Approve", Values: who, Text: "From the cut-over on we bill them."}, "approve_reason"))
	}
	if counts[onboarding.Asked] > 0 && v.may(post, "/imports/cohorts/:name/decline") {
		out = append(out, page.AskWhy(ui.ConfirmProps{Label: "Decline", Action: at + "/decline", Confirm: "Decline", Values: who, Text: "They stay with the other system."}, "decline_reason"))
	}
	if counts[onboarding.Moved] > 0 && v.may(post, "/imports/cohorts/:name/take-back") {
		out = append(out, page.TakeBack(ui.ConfirmProps{Label: "Take back", Action: at + "/take-back", Confirm: "Take back", Values: who, Text: "The other system bills them again, from the cut-over on."}))
	}
	return []templ.Component{page.Verbs(out)}
}

// named are the customers a form is about; none: all.
func (v *visit) named() []string {
	if c := v.form("customer"); c != "" {
		return []string{c}
	}
	return nil
}

// backTo is where a step leads: the customer's page, or the cohort's.
func (v *visit) backTo() string {
	if c := v.form("customer"); c != "" {
		return cohortAddress(v.param("name")) + "/customers/" + c
	}
	return cohortAddress(v.param("name"))
}

// stepped shows what is in the way of a step, or goes on.
func (v *visit) stepped(err error, text string) error {
	if fields := complaintsOf(err); refusal(err) {
		return v.showCohort(http.StatusUnprocessableEntity, fields)
	}
	if err != nil {
		return err
	}
	return v.redirect(v.backTo(), done(text))
}

func (v *visit) compareCohort() error {
	c, err := onboarding.RecordComparison(v.ctx, v.DB, v.param("name"), v.named(), v.form("reason"), v.Today(), v.By)
	return v.stepped(err, fmt.Sprintf("%s compared, %s in all", howMany(len(c.Customers), "customer"), howMany(len(c.Pairs), "line")))
}

func (v *visit) askMove() error {
	day, err := period.ParseDate(v.form("cut_over"))
	if err != nil {
		return v.stepped(fault.InvalidFields(fault.Field{Path: "cut_over", Value: v.form("cut_over"), Message: "is not a day such as 2026-07-01"}), "")
	}
	var asked []string
	err = v.do(func(t tx) (err error) {
		asked, err = onboarding.AskMove(v.ctx, t, onboarding.Ask{Cohort: v.param("name"), Customers: v.named(), CutOver: day, Treatment: opening.Treatment(v.form("treatment")), Reason: v.form("reason")}, v.Today(), v.By)
		return err
	})
	return v.stepped(err, fmt.Sprintf("The move of %s waits for another person", howMany(len(asked), "customer")))
}

func (v *visit) approveMove() error {
	moved, err := onboarding.ApproveMove(v.ctx, v.DB, v.param("name"), v.named(), v.form("approve_reason"), false, v.Today(), v.By)
	return v.stepped(firstTrouble(err, moved), fmt.Sprintf("%s moved", howMany(movedCount(moved), "customer")))
}

func movedCount(all []onboarding.Moving) int {
	n := 0
	for _, m := range all {
		n += len(m.Customers)
	}
	return n
}

// firstTrouble makes complaints of the families that could not be moved or taken back; the others are.
func firstTrouble(err error, all []onboarding.Moving) error {
	if err != nil {
		return err
	}
	var found []fault.Field
	for _, m := range all {
		if m.Err != nil {
			found = append(found, fault.Field{Path: strings.Join(m.Customers, ", "), Message: sentence(m.Err)})
		}
	}
	if len(found) == 0 {
		return nil
	}
	return fault.InvalidFields(found...)
}

func (v *visit) declineMove() error {
	err := v.do(func(t tx) error {
		return onboarding.DeclineMove(v.ctx, t, v.param("name"), v.named(), v.form("decline_reason"), v.Today(), v.By)
	})
	return v.stepped(err, "Declined: they stay with the other system")
}

func (v *visit) takeBackCohort() error {
	moved, err := onboarding.TakeBack(v.ctx, v.DB, v.param("name"), v.named(), v.form("back_reason"), v.form("void") != "", v.Today(), v.By)
	return v.stepped(firstTrouble(err, moved), fmt.Sprintf("%s taken back", howMany(movedCount(moved), "customer")))
}

// cohortCompared is the side-by-side of a whole cohort, or of one class of differences; with format=csv or xlsx, every line as a file.
func (v *visit) cohortCompared() error {
	name := v.param("name")
	c, err := onboarding.Compare(v.ctx, v.DB, name, nil, v.Today())
	if err != nil {
		return err
	}
	switch v.query("format") {
	case "csv":
		var text bytes.Buffer
		if err := c.WriteCSV(&text); err != nil {
			return err
		}
		return v.sendCSV("side-by-side-"+name+".csv", text.Bytes())
	case "xlsx":
		h := v.echo.Response().Header()
		h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
		h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="side-by-side-%s.xlsx"`, name))
		return c.WriteXLSX(v.echo.Response(), name)
	}
	return v.page(http.StatusOK, frame{Title: "Side by side", Room: "imports"}, page.ListPage(v.comparedView(name, c)))
}
