package web

import (
	"net/http"
	"slices"

	"ratable/internal/fault"
	"ratable/revrec/examples"
	"ratable/web/page"
	"ratable/web/ui"
)

func workedAddress(id string) string { return "/evidence/examples/" + escape(id) }

var workedWords = map[examples.Status]string{examples.Pass: "Passes", examples.Fail: "Fails", examples.Unsupported: "Unsupported", examples.Given: "Given"}

// worked puts the cases that come with the product to the engine, now, and shows what it gives: an auditor may ask for no less.
func (v *visit) worked() error {
	cases := examples.Shipped()
	results := make([]examples.Result, len(cases))
	t := ui.TableProps{Caption: "Worked cases", Columns: []ui.Column{{Label: "Case", Kind: ui.Words}, {Label: "Kind"}, {Label: "Source", Kind: ui.Words}, {Label: "Result"}}}
	for i, c := range cases {
		results[i] = examples.Run(c)
		t.Rows = append(t.Rows, ui.Row{Href: workedAddress(c.ID), Cells: ui.Cells(ui.TwoLines(c.ID, c.Description), ui.Text(subjectKind(c.Kind)), ui.Text(c.Source), ui.Status(workedWords[results[i].Status]))})
	}
	all, _ := examples.Count(results)
	list := page.List{
		Head: ui.HeadProps{Title: "Worked cases", Sub: "Computed just now by the functions that runs and previews call, and compared figure by figure. `ratable examples FILE` does the same with cases of yours.",
			Crumbs: []ui.Anchor{{Label: "Evidence", Href: "/evidence"}}},
		Stats:  []ui.StatProps{{Label: "Pass", Value: ui.Count(int64(all.Pass))}, {Label: "Fail", Value: ui.Count(int64(all.Fail))}, {Label: "Unsupported", Value: ui.Count(int64(all.Unsupported))}},
		Tables: []ui.TableProps{t},
	}
	return v.page(http.StatusOK, frame{Title: "Worked cases", Room: "evidence"}, page.ListPage(list))
}

// workedCase is one of them: its facts and policies, and what the engine gives.
func (v *visit) workedCase() error {
	id := v.param("id")
	cases := examples.Shipped()
	i := slices.IndexFunc(cases, func(c examples.Case) bool { return c.ID == id })
	if i < 0 {
		return fault.New(fault.NotFound, "there is no worked case %q", id)
	}
	c, r := cases[i], examples.Run(cases[i])
	record := page.Record{
		Head: ui.HeadProps{Title: c.ID, Sub: c.Description, Status: workedWords[r.Status], Crumbs: []ui.Anchor{{Label: "Evidence", Href: "/evidence"}, {Label: "Worked cases", Href: "/evidence/examples"}}},
		Body: ui.Cells(ui.Document(ui.DocumentProps{Name: "Facts and policies", Text: c.Inputs()}), ui.Document(ui.DocumentProps{Name: "What the engine gives", Text: r.Figures()})),
		Rail: ui.Cells(ui.Facts("Case", []ui.Fact{{Term: "Kind", Value: ui.Text(subjectKind(c.Kind))}, {Term: "Source", Value: ui.Text(c.Source)}, {Term: "Result", Value: ui.Status(workedWords[r.Status])}, {Term: "Notes", Value: page.Lines(append(r.Notes, r.Differences...))}})),
	}
	return v.page(http.StatusOK, frame{Title: c.ID, Room: "evidence"}, page.RecordPage(record))
}
