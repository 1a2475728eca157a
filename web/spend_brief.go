package web

import (
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/web/page"
	"ratable/web/ui"
)

// This file shows spending on pages that are about more: the customer's, a contract's, and the customer's own overview.

// customerSpending is what the customer is about to be charged. What cannot be priced or taxed is said, and keeps nobody
// from the rest of the page.
func (v *visit) customerSpending(c customers.Customer, view *page.Customer) error {
	s, problem, err := v.trySpent(c)
	switch {
	case err != nil:
		return err
	case problem != "":
		view.Notes = append(view.Notes, page.Note{Title: "The running bill cannot be told", Text: problem, Tone: ui.Warn})
		return nil
	}
	if len(s.bill.Lines) > 0 || len(s.bill.Limits) > 0 {
		view.Stats = append(view.Stats, s.running())
		view.Spending = s.brief(v.Today(), v.spendingAddress(c), "")
	}
	view.Others = append(view.Others, ui.Button(ui.ButtonProps{Label: "Spending and alerts", Href: v.spendingAddress(c)}))
	return nil
}

// contractSpending is the same for one contract.
func (v *visit) contractSpending(d dossier, view *page.Contract) error {
	if _, agreed := d.Agreement(); !agreed {
		return nil
	}
	s, problem, err := v.trySpent(d.payer)
	switch {
	case err != nil:
		return err
	case problem != "":
		view.Notes = append(view.Notes, page.Note{Title: "The running bill cannot be told", Text: problem, Tone: ui.Warn})
		return nil
	}
	s.bill, s.forecast = s.bill.OfContract(d.ID), s.forecast.OfContract(d.ID)
	if len(s.bill.Lines) > 0 || len(s.bill.Limits) > 0 {
		view.Spending = s.brief(v.Today(), v.spendingAddress(d.payer), d.Number)
	}
	return nil
}

func (v *visit) trySpent(c customers.Customer) (s spent, problem string, err error) {
	err = v.DB.Snapshot(v.ctx, func(t tx) (err error) {
		s, err = v.spent(t, c)
		return err
	})
	if err != nil && fault.Kind(err) != nil {
		return s, sentence(err), nil
	}
	return s, "", err
}

// brief is one glance: a line for each invoice to come, and what is left of caps and balances.
func (s spent) brief(today period.Date, at, contract string) []ui.TableProps {
	t := ui.TableProps{Title: "Running bill, an estimate", Corner: ui.Link("Line by line, forecast and alerts", at),
		Columns: []ui.Column{{Label: "Invoiced on", Kind: ui.Tight}, {Label: "For", Kind: ui.Tight}, {Label: "Expected by then", Kind: ui.Figures}, {Label: "With tax", Kind: ui.Figures}, {Label: "So far", Kind: ui.Figures}},
		Empty:   ui.EmptyProps{Title: "Nothing yet", Text: "What is used or served and not yet invoiced shows here as it comes about."}}
	for _, total := range s.bill.Totals() {
		if total.Net.IsZero() && !total.On.After(today) {
			continue
		}
		expected := ui.Text("Not enough to say")
		if e, ok := s.expected(total); ok {
			expected = ui.TwoLines(ui.AmountText(e.Amount), rangeOf(e))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Day(total.On), ui.Span(total.Span), expected, ui.Money(total.Gross()), ui.Money(total.Net))})
	}
	out := []ui.TableProps{t}
	if len(s.bill.Limits) > 0 {
		out = append(out, s.limitTable(contract, today))
	}
	return out
}
