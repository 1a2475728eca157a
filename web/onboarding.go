package web

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"ratable/internal/fault"
	"ratable/onboarding"
	"ratable/web/page"
	"ratable/web/ui"
)

func onboardingRoutes() []route {
	return []route{
		{get, "/imports/customers", dealers, (*visit).cohortFile},
		{post, "/imports/customers", dealers, (*visit).importCohort},
		{get, "/imports/customers/template", dealers, (*visit).cohortTemplate},
		{get, "/imports/cohorts", dealers, (*visit).cohorts},
		{get, "/imports/cohorts/:name", dealers, (*visit).cohort},
		{get, "/imports/cohorts/:name/compare", dealers, (*visit).cohortCompared},
		{post, "/imports/cohorts/:name/compare", dealers, (*visit).compareCohort},
		{get, "/imports/cohorts/:name/customers/:customer", dealers, (*visit).cohortCustomer},
		{post, "/imports/cohorts/:name/move", dealers, (*visit).askMove},
		{post, "/imports/cohorts/:name/approve", billers, (*visit).approveMove},
		{post, "/imports/cohorts/:name/decline", dealers, (*visit).declineMove},
		{post, "/imports/cohorts/:name/take-back", billers, (*visit).takeBackCohort},
	}
}

var cohortCrumbs = []ui.Anchor{importCrumb, {Label: "Cohorts", Href: "/imports/cohorts"}}

// cohortKinds name the files of a cohort.
var cohortKinds = []ui.Option{{Value: "customers", Label: "Customers"}, {Value: "contracts", Label: "Contracts"}, {Value: "invoices", Label: "Invoices of the other system"}, {Value: "balances", Label: "Balances"}}

func (v *visit) cohortFile() error {
	return v.showCohortFile(http.StatusOK, page.CohortFile{Kind: v.chosen("kind", "customers", "contracts", "invoices", "balances"), Cohort: v.query("cohort")})
}

// showCohortFile fills in what every face of the page has.
func (v *visit) showCohortFile(status int, view page.CohortFile) error {
	if view.Kind == "" {
		view.Kind = string(onboarding.Customers)
	}
	view.Head = ui.HeadProps{Title: "Bring customers over", Crumbs: cohortCrumbs, Sub: "Customers, contracts, invoices and balances of another billing system. Tried out first; the same file again changes nothing; refused rows come back in a file that you correct and send again."}
	view.Action, view.Kinds = "/imports/customers", cohortKinds
	view.Columns = ui.TableProps{Title: "Columns of a file of " + view.Kind, Columns: []ui.Column{{Label: "Column"}, {Label: "Needed", Kind: ui.Tight}, {Label: "What it holds"}, {Label: "Also called"}}}
	for _, k := range cohortKinds {
		if k.Value != view.Kind && len(view.Stats) == 0 {
			view.Head.Others = append(view.Head.Others, ui.Button(ui.ButtonProps{Label: k.Label, Href: narrowed("/imports/customers", "kind", k.Value, "cohort", view.Cohort)}))
		}
	}
	view.Head.Action = ui.Button(ui.ButtonProps{Label: "Template", Icon: "download", Href: narrowed("/imports/customers/template", "kind", view.Kind)})
	for _, c := range onboarding.Columns(onboarding.Kind(view.Kind)) {
		needed := ui.Nothing()
		if c.Required {
			needed = ui.Text("yes")
		}
		view.Columns.Rows = append(view.Columns.Rows, ui.Row{Cells: ui.Cells(ui.Mono(c.Name), needed, ui.Text(c.About), ui.Text(strings.Join(c.Aliases, ", ")))})
	}
	return v.page(status, frame{Title: "Bring customers over", Room: "imports"}, page.CohortFilePage(view))
}

// cohortTemplate downloads a file to begin with.
func (v *visit) cohortTemplate() error {
	kind := v.chosen("kind", "customers", "contracts", "invoices", "balances")
	if kind == "" {
		kind = string(onboarding.Customers)
	}
	return v.sendCSV("ratable-"+kind+".csv", []byte(onboarding.Template(onboarding.Kind(kind))))
}

func (v *visit) sendCSV(name string, text []byte) error {
	v.echo.Response().Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	return v.echo.Blob(http.StatusOK, "text/csv; charset=utf-8", text)
}

// sentCohortFile is the file: chosen, pasted, or sent again as it was looked at.
func (v *visit) sentCohortFile() ([]byte, string, error) {
	if again := v.form("source"); again != "" {
		text, err := base64.StdEncoding.DecodeString(again)
		if err != nil {
			err = fault.InvalidFields(fault.Field{Path: "file", Message: "came back otherwise than it was sent: choose it again"})
		}
		return text, v.form("name"), err
	}
	text, err := v.upload("file", "rows")
	name := v.form("name")
	if name == "" {
		name = "pasted"
	}
	if header, err := v.echo.FormFile("file"); err == nil {
		name = header.Filename
	}
	if err == nil && strings.TrimSpace(text) == "" {
		err = fault.InvalidFields(fault.Field{Path: "file", Message: "is missing: choose a file, or paste its rows"})
	}
	return []byte(text), name, err
}

// importCohort tries a file out; what was tried is sent again to be taken up, or to have its refused rows given back.
func (v *visit) importCohort() error {
	source, name, err := v.sentCohortFile()
	step := v.form("step")
	view := page.CohortFile{Kind: v.form("kind"), Cohort: v.form("cohort"), Name: name, Source: base64.StdEncoding.EncodeToString(source), Text: v.echo.FormValue("rows")}
	var r onboarding.Report
	if err == nil {
		r, err = onboarding.Import(v.ctx, v.DB, onboarding.Kind(view.Kind), source, onboarding.Options{
			Cohort: view.Cohort, Name: name, DryRun: step != "commit" && step != "partial", Partial: step == "partial", Today: v.Today(),
		}, v.By)
	}
	switch {
	case refusal(err):
		view.Errors = complaints(err)
		return v.showCohortFile(http.StatusUnprocessableEntity, view)
	case err != nil:
		return err
	case step == "errors":
		var text bytes.Buffer
		if err := r.WriteErrors(&text); err != nil {
			return err
		}
		return v.sendCSV("errors-"+strings.TrimPrefix(name, "errors-"), text.Bytes())
	case r.Written && r.Count(onboarding.Refused) == 0:
		return v.redirect(cohortAddress(view.Cohort), done(fmt.Sprintf("%d new, %d changed, %d unchanged", r.Count(onboarding.Made), r.Count(onboarding.Changed), r.Count(onboarding.Unchanged))))
	}
	describeFile(&view, r)
	if err := mendable(&view, r); err != nil {
		return err
	}
	status := http.StatusOK
	if !r.DryRun && !r.Written { // somebody else changed something since it was tried
		status = http.StatusConflict
	}
	return v.showCohortFile(status, view)
}

// maxMended bounds what a person mends in a field of the page; a longer error file is a matter for a spreadsheet.
const maxMended = 64 << 10

// mendable puts the error file into the page: a few cells are mended where they are read, without a download, a program and an
// upload.
func mendable(view *page.CohortFile, r onboarding.Report) error {
	if !view.Refused {
		return nil
	}
	var text bytes.Buffer
	if err := r.WriteErrors(&text); err != nil {
		return err
	}
	if text.Len() <= maxMended {
		view.Mend = text.String()
	}
	return nil
}

func cohortAddress(name string) string { return "/imports/cohorts/" + name }
