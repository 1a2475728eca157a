package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"ratable/internal/access"
	"ratable/web/page"
	"ratable/web/ui"
)

// audit is the trail of everything a person or job did, latest first.
func (v *visit) audit() error {
	o := v.order("at", "who", "what")
	f := access.AuditFilter{
		Sort: access.AuditSort(o.String()), Actor: v.query("q"), Action: v.query("action"), From: v.queryDate("from"), Through: v.queryDate("through"), Before: v.queryNumber("after"), Limit: pageLength + 1,
		Subject: access.Subject{Kind: v.query("kind"), Key: v.query("key"), Account: v.queryNumber("account")},
	}
	if f.Subject.Kind == "" {
		f.Subject.Key = "" // a key means nothing without its kind
	}
	if v.query("format") == "csv" {
		return v.auditFile(f)
	}
	found, err := access.AuditPage(v.ctx, v.DB, f)
	if err != nil {
		return err
	}
	found, pager := paged(v, found, func(r access.AuditRow) string { return fmt.Sprint(r.ID) })
	narrowing := v.narrowing("/audit", "Who, by name or e-mail",
		ui.FieldProps{Name: "action", Label: "Action", Placeholder: "invoice.void"},
		ui.FieldProps{Name: "kind", Label: "About", Kind: ui.SelectInput, Options: auditKinds},
		ui.FieldProps{Name: "key", Label: "Its number", Hint: "Together with what it is about"},
		ui.FieldProps{Name: "from", Label: "From", Kind: ui.DateInput},
		ui.FieldProps{Name: "through", Label: "Through", Kind: ui.DateInput})
	v.fixed(narrowing, "account", "Paying family", "")
	list := page.List{Head: ui.HeadProps{Title: "Audit", Others: ui.Cells(v.csvButton())}, Filter: narrowing, Tables: []ui.TableProps{v.auditTable(o, found, pager)}}
	return v.page(http.StatusOK, frame{Title: "Audit", Room: "audit"}, page.ListPage(list))
}

var auditKinds = []ui.Option{{Value: "", Label: "Anything"}, {Value: "contract", Label: "Contract"}, {Value: "customer", Label: "Customer"}, {Value: "invoice", Label: "Invoice"}, {Value: "credit_note", Label: "Credit note"},
	{Value: "receipt", Label: "Receipt"}, {Value: "invoice_run", Label: "Invoice run"}, {Value: "month", Label: "Month"}, {Value: "mail", Label: "Mail"}, {Value: "user", Label: "User"}}

func (v *visit) auditTable(o order, found []access.AuditRow, pager ui.Pager) ui.TableProps {
	t := ui.TableProps{Caption: "Audit", Pager: &pager, Columns: []ui.Column{v.column(o, "at", "When", ui.Tight), v.column(o, "who", "Who", ui.Words), v.column(o, "what", "What", ui.Words), {Label: "Change"}, {Label: "Reason"}},
		Empty: ui.EmptyProps{Title: "Nothing matches", Text: "Every deed of a person and every write of a job is on the trail.", Action: &ui.ButtonProps{Label: "Show all", Href: "/audit"}}}
	for _, r := range found {
		e := trailEvent(r)
		what := ui.Text(e.What)
		if e.Href != "" {
			what = ui.Link(e.What, e.Href)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.At(r.At), ui.TwoLines(cmp.Or(r.Actor.Name, "System"), roleNames(r.Actor.Roles)), what, change(r.Before, r.After), orDash(r.Reason))})
	}
	return t
}

// change says what a deed altered, field by field: "name: Acme → Acme Inc."
func change(before, after json.RawMessage) templ.Component {
	was, is := fieldsOf(before), fieldsOf(after)
	var out []string
	for _, name := range slices.Compact(slices.Sorted(keysOf(was, is))) {
		switch {
		case was[name] == is[name]:
		case was[name] == "":
			out = append(out, name+": "+is[name])
		default:
			out = append(out, name+": "+was[name]+" → "+cmp.Or(is[name], "–"))
		}
	}
	if len(out) == 0 {
		return ui.Nothing()
	}
	return page.Lines(out)
}

// fieldsOf reads a JSON object's fields as short texts; what is no object is one field without a name.
func fieldsOf(raw json.RawMessage) map[string]string {
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return map[string]string{"value": clipped(raw)}
	}
	out := map[string]string{}
	for name, value := range fields {
		out[name] = clipped(value)
	}
	return out
}

// clipped is a value as it reads, shortened: the whole of it is in the file.
func clipped(raw json.RawMessage) string {
	text := strings.Trim(string(raw), `"`)
	if runes := []rune(text); len(runes) > 80 {
		return string(runes[:79]) + "…"
	}
	return text
}

func (v *visit) auditFile(f access.AuditFilter) error {
	head := []string{"id", "at", "actor", "email", "roles", "action", "subject_kind", "subject", "account", "before", "after", "reason", "request_id", "ip"}
	return v.csvFile("audit.csv", head, func(write func(cells ...string) error) error {
		f.Before, f.Limit = 0, 500
		for {
			found, err := access.AuditPage(v.ctx, v.DB, f)
			if err != nil || len(found) == 0 {
				return err
			}
			for _, r := range found {
				if err := write(fmt.Sprint(r.ID), r.At.UTC().Format("2006-01-02T15:04:05.000Z"), r.Actor.Name, r.Actor.Email, roleNames(r.Actor.Roles), r.Action, r.Subject.Kind, r.Subject.Key, fmt.Sprint(r.Subject.Account),
					string(r.Before), string(r.After), r.Reason, r.Actor.RequestID, r.Actor.IP); err != nil {
					return err
				}
			}
			f.Before = found[len(found)-1].ID
		}
	})
}

// sortedNames are a map's keys, in order.
func sortedNames[V any](all map[string]V) []string { return slices.Sorted(maps.Keys(all)) }
