package web

import (
	"cmp"
	"fmt"
	"slices"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/web/page"
	"ratable/web/ui"
)

// This file puts what a deal will do into the views of the panel beside the form.

func trueUpViews(ahead outlook) []page.PreviewTrueUp {
	var out []page.PreviewTrueUp
	for _, p := range ahead.TrueUps {
		out = append(out, page.PreviewTrueUp{Name: p.Line, Span: p.Span, Committed: p.Detail.Committed, Spent: p.Detail.Spent, Due: p.Amount})
	}
	return out
}

// effectView says what a version changes, and first of all what happens as soon as it counts.
func effectView(e effect, today period.Date, c money.Currency) *page.PreviewEffect {
	out := &page.PreviewEffect{Same: e.Same, AtOnce: atOnceText(e, today), Urgent: len(e.AtOnce) > 0}
	was, with := ui.Series{Name: "Today"}, ui.Series{Name: "With this version"}
	out.Chart = ui.ChartProps{Title: "Revenue by month, today and with this version", Kind: ui.Bars, Head: "Month", Digits: c.Exponent()}
	for _, m := range e.Months {
		if m.Was != m.With {
			out.Months = append(out.Months, page.PreviewChange{When: ui.MonthText(m.Month), Was: m.Was, With: m.With})
		}
		out.Earned.Was, out.Earned.With = out.Earned.Was.Add(m.Was), out.Earned.With.Add(m.With)
		out.Chart.Labels = append(out.Chart.Labels, ui.MonthText(m.Month))
		was.Marks, with.Marks = append(was.Marks, ui.AmountMarks(m.Was)...), append(with.Marks, ui.AmountMarks(m.With)...)
	}
	out.Chart.Series = []ui.Series{was, with}
	for _, i := range e.Invoices {
		out.Invoices = append(out.Invoices, page.PreviewChange{When: ui.DayText(i.On), Was: i.Was, With: i.With})
		out.Billed.Was, out.Billed.With = out.Billed.Was.Add(i.Was), out.Billed.With.Add(i.With)
	}
	for _, d := range e.AtOnce {
		for _, l := range d.Lines {
			out.Lines = append(out.Lines, page.OutlookLine{Text: l.Description, Span: l.Span, Amount: l.Amount})
		}
	}
	return out
}

// atOnceText is what happens on the day after approval, or the first day on which anything does.
func atOnceText(e effect, today period.Date) string {
	switch {
	case e.Credited.Sign() > 0 && e.Billed.Sign() > 0:
		return fmt.Sprintf("The next run credits %s and bills %s.", ui.AmountText(e.Credited), ui.AmountText(e.Billed))
	case e.Credited.Sign() > 0:
		return fmt.Sprintf("The next run credits %s.", ui.AmountText(e.Credited))
	case e.Billed.Sign() > 0:
		return fmt.Sprintf("The next run bills %s more.", ui.AmountText(e.Billed))
	case e.Billed.Sign() < 0:
		return fmt.Sprintf("The next run bills %s less.", ui.AmountText(e.Billed.Neg()))
	}
	for _, i := range e.Invoices {
		if i.On.After(today) {
			return fmt.Sprintf("Nothing is billed or credited at once; %s is the first day that differs.", ui.DayText(i.On))
		}
	}
	return "Nothing is billed or credited."
}

// lastYearView is nothing where nothing was used, or nothing has a price for everybody.
func lastYearView(r rerun, sold *catalog.Catalog, c money.Currency) *page.PreviewLastYear {
	if len(r.Meters) == 0 || r.Agreed.IsZero() && r.Listed.IsZero() {
		return nil
	}
	out := &page.PreviewLastYear{Span: r.Span, Agreed: r.Agreed, Listed: r.Listed}
	var sources []string
	for _, m := range r.Meters {
		meter, _ := sold.Meter(m.Meter)
		out.Rows = append(out.Rows, page.PreviewMeter{Name: cmp.Or(meter.Name, m.Meter), Note: m.Line, Agreed: m.Agreed, Listed: m.Listed})
		if !slices.Contains(sources, m.Source) {
			sources = append(sources, m.Source)
		}
	}
	for _, extra := range []page.PreviewMeter{{Name: "Paid up front", Agreed: r.Upfront}, {Name: "True-ups", Agreed: r.TrueUps}} {
		if !extra.Agreed.IsZero() {
			extra.Listed = money.Zero(c)
			out.Rows = append(out.Rows, extra)
		}
	}
	out.Note = "Pay as you go is " + joinedAnd(sources) + ". Fixed fees are left out: they are the same either way."
	if len(r.Unlisted) > 0 {
		out.Note += " Without a price for everybody: " + joinedAnd(r.Unlisted) + "."
	}
	agreed, listed := ui.Series{Name: "These terms"}, ui.Series{Name: "Pay as you go"}
	out.Chart = ui.ChartProps{Title: "Last year's usage by month", Kind: ui.Bars, Head: "Month", Digits: c.Exponent()}
	for _, m := range r.Months {
		out.Chart.Labels = append(out.Chart.Labels, ui.MonthText(m.Month))
		agreed.Marks, listed.Marks = append(agreed.Marks, ui.AmountMarks(m.Agreed)...), append(listed.Marks, ui.AmountMarks(m.Listed)...)
	}
	out.Chart.Series = []ui.Series{agreed, listed}
	return out
}

func joinedAnd(words []string) string {
	if len(words) < 2 {
		return cmp.Or(append(words, "")[0], "")
	}
	last := len(words) - 1
	out := words[0]
	for _, w := range words[1:last] {
		out += ", " + w
	}
	return out + " and " + words[last]
}
