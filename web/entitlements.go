package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"ratable/catalog"
	"ratable/customers"
	"ratable/entitlements"
	"ratable/internal/period"
	"ratable/web/page"
	"ratable/web/ui"
)

// entitlementRoutes are what a customer may use, for the house.
func entitlementRoutes() []route {
	return []route{{get, "/customers/:id/entitlements", staff, (*visit).entitlementsPage}}
}

// entitlementsPage is what a customer may use right now, and the contract line behind each: the answer that programs get.
func (v *visit) entitlementsPage() error {
	id, err := v.number("id")
	if err != nil {
		return err
	}
	c, err := customers.Get(v.ctx, v.DB, customers.ID(id), v.Today())
	if err != nil {
		return err
	}
	a, err := v.Entitlements.Of(v.ctx, c.ExternalID)
	if err != nil {
		return err
	}
	record := page.Record{
		Head: ui.HeadProps{Title: "What " + c.Name + " may use", Sub: "Right now, as programs are told", Crumbs: []ui.Anchor{{Label: "Customers", Href: "/customers"}, {Label: c.Name, Href: customerAddress(c.ID)}}},
		Body: []templ.Component{page.TableOf(entitlementTable(a.Entitlements)), page.TableOf(reasonTable(a.Entitlements))},
		Rail: []templ.Component{ui.Facts("The answer", []ui.Fact{
			{Term: "Asked for as", Value: ui.Mono("GET /v1/entitlements/" + url.PathEscape(c.ExternalID))}, {Term: "Version", Value: ui.Mono(a.Version)},
		})},
	}
	if t := budgetTable(a.Entitlements); len(t.Rows) > 0 {
		record.Body = append(record.Body, page.TableOf(t))
	}
	return v.page(http.StatusOK, frame{Title: record.Head.Title, Room: "customers"}, page.RecordPage(record))
}

// entitlementTable is one row a feature.
func entitlementTable(e entitlements.Entitlements) ui.TableProps {
	t := ui.TableProps{Title: "Features", Columns: []ui.Column{{Label: "Feature"}, {Label: "May use it"}, {Label: "Limit", Kind: ui.Figures}, {Label: "Used", Kind: ui.Figures}, {Label: "Left", Kind: ui.Figures}, {Label: "Until", Kind: ui.Tight}},
		Empty: ui.EmptyProps{Title: "Nothing", Text: "No product on any contract says what its buyer may use. Features stand in the catalog."}}
	for _, f := range e.Features {
		limit, used, left := ui.Nothing(), ui.Nothing(), ui.Nothing()
		switch {
		case f.Limit != nil:
			limit = ui.TwoLines(digits(*f.Limit), limitWords(f))
		case f.Kind == catalog.MeteredFeature && f.Allowed:
			limit = ui.Text("None")
		}
		if f.Used != nil {
			used = ui.Text(digits(*f.Used))
		}
		if f.Remaining != nil {
			left = ui.TwoLines(digits(*f.Remaining), anewWords(f.ResetsOn))
		}
		t.Rows = append(t.Rows, ui.Row{Muted: !f.Allowed, Cells: ui.Cells(ui.TwoLines(f.Code, f.Unit), entitledPill(f), limit, used, left, untilCell(f.Until, f.Why))})
	}
	return t
}

// reasonTable is one row a contract line, so that whoever is asked why can say so.
func reasonTable(e entitlements.Entitlements) ui.TableProps {
	t := ui.TableProps{Title: "Why", Columns: []ui.Column{{Label: "Feature"}, {Label: "Contract line"}, {Label: "Sold as"}, {Label: "Since", Kind: ui.Tight}, {Label: "It stands"}}, Empty: ui.EmptyProps{Title: "No reasons", Text: "No line of a contract gives anything."}}
	for _, f := range e.Features {
		for _, b := range f.Because {
			line := fmt.Sprintf("line %s, version %d", b.Line, b.Version)
			t.Rows = append(t.Rows, ui.Row{Href: contractAddress(b.Contract), Muted: !b.State.Allows(), Cells: ui.Cells(
				ui.Text(f.Code), ui.TwoLines(b.Contract, strings.TrimSpace(line+" "+b.Clause)), ui.TwoLines(b.Product, b.Plan), ui.Day(b.Since), page.Lines(reasonWords(b)))})
		}
	}
	return t
}

func reasonWords(b entitlements.Because) []string {
	out := []string{serviceWords[b.State]}
	add := func(said bool, format string, args ...any) {
		if said {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	add(b.Cap != "", "%s is reached", b.Cap)
	add(b.Limit != nil, "gives %s", b.Limit)
	add(!b.TrialUntil.IsZero(), "free on trial until %s", ui.DayText(b.TrialUntil))
	add(b.Programme != "", "under the programme %s until %s", b.Programme, ui.DayText(b.Programmed))
	add(!b.Renews.IsZero(), "renews by itself on %s", ui.DayText(b.Renews))
	add(!b.Until.IsZero() && b.State.Allows(), "until %s: %s", ui.DayText(b.Until), overWords[b.Why])
	add(!b.Until.IsZero() && b.State == entitlements.Over, "since %s: %s", ui.DayText(b.Until), overWords[b.Why])
	add(b.Shared > 0, "shared by %d customers", b.Shared)
	return out
}

// budgetTable is what money bounds: caps, and balances paid ahead.
func budgetTable(e entitlements.Entitlements) ui.TableProps {
	t := ui.TableProps{Title: "Caps and balances", Columns: []ui.Column{{Label: "Feature"}, {Label: "Bound by"}, {Label: "Contract"}, {Label: "Reached", Kind: ui.Figures}, {Label: "Left", Kind: ui.Figures}, {Label: "Then"}}}
	for _, f := range e.Features {
		for _, b := range f.Budgets {
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(f.Code), ui.TwoLines(b.Label, anewWords(b.ResetsOn)), ui.Link(b.Contract, contractAddress(b.Contract)),
				ui.Text(b.Used+" "+string(b.Currency)), ui.Text(b.Remaining+" "+string(b.Currency)), ui.Text(cmp.Or(atCapWords[string(b.Then)], "it costs extra")))})
		}
	}
	return t
}

// myEntitlements is the same for the customer itself, without contracts' versions and codes of ours.
func (v *visit) myEntitlements(c customers.Customer) (ui.TableProps, error) {
	a, err := v.Entitlements.Of(v.ctx, c.ExternalID)
	if err != nil {
		return ui.TableProps{}, err
	}
	t := entitlementTable(a.Entitlements)
	t.Title, t.Empty = "What you may use", ui.EmptyProps{Title: "Nothing is listed", Text: "What your contracts give you is not told apart by features."}
	return t, nil
}

func entitledPill(f entitlements.Feature) templ.Component {
	tone := ui.Good
	switch f.State {
	case entitlements.Throttled, entitlements.Paused:
		tone = ui.Warn
	case entitlements.Stopped:
		tone = ui.Bad
	case entitlements.Over, entitlements.Off, entitlements.Upcoming:
		tone = ui.Neutral
	}
	word := serviceWords[f.State]
	if f.Overage {
		word, tone = "Yes, at extra cost", ui.Warn
	}
	return ui.Pill(word, tone)
}

var serviceWords = map[entitlements.State]string{
	entitlements.Active: "Yes", entitlements.Grace: "Yes, about to renew", entitlements.Throttled: "Slowed down by a cap", entitlements.Stopped: "Stopped by a cap",
	entitlements.Paused: "Paused", entitlements.Upcoming: "Not yet", entitlements.Over: "No longer", entitlements.Off: "Not part of it",
}

var overWords = map[string]string{"trial": "the trial ends", "term": "the contract's term ends", "termination": "the contract was ended", "line": "the line ends", "pause": "the contract pauses"}

var atCapWords = map[string]string{"stop": "stops", "throttle": "slows down", "warn": "goes on", "continue": "goes on"}

func limitWords(f entitlements.Feature) string {
	return map[entitlements.Bound]string{entitlements.Hard: "", entitlements.Slow: "then slower", entitlements.Soft: "then at extra cost"}[f.Bound]
}

func anewWords(on period.Date) string {
	if on.IsZero() {
		return ""
	}
	return "anew on " + ui.DayText(on)
}

func untilCell(on period.Date, why string) templ.Component {
	if on.IsZero() {
		return ui.Nothing()
	}
	return ui.TwoLines(ui.DayText(on), overWords[why])
}
