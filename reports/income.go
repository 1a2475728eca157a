package reports

import (
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// incomeStatement lays revenue, what lowers it, expenses, gains and losses out by month. Income stands positive, what
// lowers it in parentheses, so that every sum is a sum.
func (d *drawing) incomeStatement() error {
	sums, err := ledger.MonthSums(d.ctx, d.q, d.stretch(), ledger.Of(ledger.Income, ledger.ContraRevenue, ledger.Expense, ledger.Gain, ledger.Loss))
	if err != nil {
		return err
	}
	amounts := map[ledger.Account]map[period.Month]money.Amount{}
	for _, s := range sums {
		if amounts[s.Account] == nil {
			amounts[s.Account] = map[period.Month]money.Amount{}
		}
		amounts[s.Account][s.Month] = s.Amount.Neg()
	}
	t := d.byMonth("income_statement", "", words("account", "Account"), code("number", "Number"))
	part := func(label string, types ...ledger.Type) []int {
		if !slices.ContainsFunc(ledger.Of(types...), func(a ledger.Account) bool { return amounts[a] != nil }) && types[0] != ledger.Income {
			return nil // a part without anything booked is left out
		}
		t.heading(label)
		var rows []int
		for _, a := range ledger.Of(types...) {
			if amounts[a] != nil {
				rows = append(rows, t.row([]Cell{says(a.Info().Name), says(number(a))}, amounts[a], func(m period.Month) Link { return d.postings(m, "ledger", int(a)) }))
			}
		}
		return []int{t.subtotal(label+", total", rows)}
	}
	revenue := part("Revenue", ledger.Income)
	contra := part("What lowers revenue", ledger.ContraRevenue)
	net := t.subtotal("Net revenue", append(slices.Clone(revenue), contra...))
	expenses := part("Cost of sales and expenses", ledger.Expense)
	other := part("Gains and losses", ledger.Gain, ledger.Loss)
	result := t.subtotal("Result", slices.Concat([]int{net}, expenses, other))
	t.Rows[result].Kind = Total
	d.add(t.Table)
	chart := &Chart{Title: "Net revenue and result", Head: "Month", Series: []Series{{Name: "Net revenue"}, {Name: "Result"}}}
	for i, m := range d.months() {
		chart.Labels = append(chart.Labels, m.First().Format("Jan 2006"))
		chart.Series[0].Values = append(chart.Series[0].Values, t.Rows[net].Cells[t.lead+i].Amount)
		chart.Series[1].Values = append(chart.Series[1].Values, t.Rows[result].Cells[t.lead+i].Amount)
	}
	d.out.Chart = chart
	d.note("Only what these books hold: payroll, rent and whatever else is booked in the general ledger is not here. Income is positive; what lowers it stands in parentheses.")
	if err := d.revenueAgrees(t.Rows[net].Cells[len(t.Columns)-1].Amount); err != nil {
		return err
	}
	return d.resultAgrees(t.Rows[result].Cells[len(t.Columns)-1].Amount)
}

// subtotal is a sum that is zero, and not empty, when it adds nothing up.
func (b byMonth) subtotal(label string, rows []int) int {
	n := b.sum(Subtotal, label, rows)
	for i := b.lead; i < len(b.Columns); i++ {
		b.Rows[n].Cells[i].Amount = b.d.zero().Add(b.Rows[n].Cells[i].Amount)
	}
	return n
}

// resultAgrees holds the result against the balance sheet's side: what the other accounts gained.
func (d *drawing) resultAgrees(result money.Amount) error {
	trial, err := d.balances()
	if err != nil {
		return err
	}
	gained := d.zero()
	for _, a := range ledger.Of(ledger.Asset, ledger.Liability, ledger.Equity) {
		row := trial.Row(a, d.Currency)
		gained = gained.Add(row.Debit).Sub(row.Credit)
	}
	d.check("Result", "this report", result, "change of assets less liabilities", gained)
	return nil
}
