package web

import (
	"maps"
	"slices"

	"github.com/a-h/templ"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
	"ratable/revrec"
	"ratable/web/page"
	"ratable/web/ui"
)

// judgmentEffect is what a judgment would change, worked out by the run's own functions with nothing kept: the schedule with
// and without it, where the contract would stand, and what the run through this month would book because of it.
func (v *visit) judgmentEffect(t tx, d dossier, x revrec.Assessment) ([]templ.Component, error) {
	through := v.Today().MonthOf()
	p, err := revrec.Preview(v.ctx, t, x, through)
	if err != nil {
		return nil, err
	}
	sheet, err := v.positionNow(t, d)
	if err != nil {
		return nil, err
	}
	without, with := sheet.after(p.Without.Entries), sheet.after(p.With.Entries)
	var out []templ.Component
	for _, c := range p.Contracts {
		if c.Number != d.Number {
			out = append(out, ui.Table(compareMonths("Revenue of "+c.Number+" by month", d.Currency, []string{"Without", "With"}, []revrec.ScheduleTable{c.Without, c.With})))
			continue
		}
		q0, q1 := c.Without.In(quarterOf(through)), c.With.In(quarterOf(through))
		left0, left1 := c.Without.After(through).Add(p.HeldWithout), c.With.After(through).Add(p.HeldWith)
		stat := func(label string, was, is money.Amount) ui.StatProps {
			return ui.StatProps{Label: label, Value: ui.Money(is), Note: "without it " + ui.AmountText(was)}
		}
		out = append(out, ui.Stats([]ui.StatProps{stat("Revenue this quarter", q0, q1), stat("Contract asset", without.asset, with.asset), stat("Contract liability", without.liability, with.liability), stat("Still to be met", left0, left1)}),
			ui.Table(compareMonths("Revenue by month", d.Currency, []string{"Without", "With"}, []revrec.ScheduleTable{c.Without, c.With})))
	}
	return append(out, ui.Table(journalDifference(p, d.Currency, through))), nil
}

// quarterOf are the months of a month's quarter.
func quarterOf(m period.Month) period.Span {
	first := m.Add(-((int(m.First().Month()) - 1) % 3))
	return period.NewSpan(first.First(), first.Add(3).First())
}

// sheetPosition is a contract on the balance sheet, asset and liability as they stand before they are netted.
type sheetPosition struct {
	contract         int64
	asset, liability money.Amount
}

var assetAccounts, liabilityAccounts = []ledger.Account{ledger.UnbilledReceivable, ledger.ContractAsset},
	[]ledger.Account{ledger.DeferredRevenue, ledger.ContractLiability, ledger.AdjustmentLiability, ledger.RefundLiability}

// positionNow is where the contract stands in the ledger today.
func (v *visit) positionNow(q postgres.Querier, d dossier) (sheetPosition, error) {
	out := sheetPosition{contract: int64(d.ID), asset: money.Zero(d.Currency), liability: money.Zero(d.Currency)}
	sides, err := ledger.SidesOf(v.ctx, q, ledger.Filter{Entity: d.Entity, Currency: d.Currency, From: v.Today(), Through: v.Today()}, slices.Concat(assetAccounts, liabilityAccounts))
	for _, s := range sides {
		if s.Contract == out.contract {
			out = out.moved(s.Ledger, s.Opening.Add(s.Debit).Sub(s.Credit))
		}
	}
	return out, err
}

func (s sheetPosition) moved(a ledger.Account, debit money.Amount) sheetPosition {
	switch {
	case slices.Contains(assetAccounts, a):
		s.asset = s.asset.Add(debit)
	case slices.Contains(liabilityAccounts, a):
		s.liability = s.liability.Sub(debit)
	}
	return s
}

// after is where it stands once entries are booked.
func (s sheetPosition) after(entries []ledger.Entry) sheetPosition {
	for _, e := range entries {
		for _, p := range e.Postings {
			if p.Contract == s.contract && ledger.Primary.Shows(e.Book) {
				s = s.moved(p.Account, p.Amount)
			}
		}
	}
	return s
}

// compareMonths sets schedules side by side, with the difference to the first; months in which all are the same are one row.
func compareMonths(title string, currency money.Currency, names []string, tables []revrec.ScheduleTable) ui.TableProps {
	t := ui.TableProps{Title: title, Columns: []ui.Column{{Label: "Month", Kind: ui.Tight}}, Wide: len(names) > 4, Empty: ui.EmptyProps{Title: "No month changes"}}
	months := map[period.Month]bool{}
	for i, table := range tables {
		t.Columns = append(t.Columns, ui.Column{Label: names[i], Kind: ui.Figures})
		for _, m := range table.Months {
			months[m] = true
		}
	}
	if len(tables) == 2 {
		t.Columns = append(t.Columns, ui.Column{Label: "Difference", Kind: ui.Figures})
	}
	row := func(label string, of func(revrec.ScheduleTable) money.Amount) (ui.Row, bool) {
		cells, differs := ui.Cells(ui.Text(label)), false
		for _, table := range tables {
			differs = differs || of(table) != of(tables[0])
			cells = append(cells, ui.Figure(of(table)))
		}
		if len(tables) == 2 {
			cells = append(cells, ui.Figure(of(tables[1]).Sub(of(tables[0]))))
		}
		return ui.Row{Cells: cells}, differs
	}
	same := 0
	for _, m := range slices.SortedFunc(maps.Keys(months), period.Month.Compare) {
		r, differs := row(ui.MonthText(m), func(x revrec.ScheduleTable) money.Amount { return money.Zero(currency).Add(x.In(m.Span())) })
		if !differs {
			same++
			continue
		}
		t.Rows = append(t.Rows, r)
	}
	total, _ := row("In all", func(x revrec.ScheduleTable) money.Amount { return money.Zero(currency).Add(x.Sum.Scheduled) })
	if len(t.Rows) > 0 {
		if same > 0 {
			t.Rows = append(t.Rows, ui.Row{Muted: true, Group: howMany(same, "month") + " stay as they are"})
		}
		t.Foot = []ui.Row{total}
	}
	return t
}

// journalDifference is what the run through a month would book with the judgment that it would not book without it.
func journalDifference(p revrec.Previewed, currency money.Currency, through period.Month) ui.TableProps {
	type key struct {
		month   period.Month
		account ledger.Account
		line    string
	}
	sums := map[key]money.Amount{}
	for sign, plan := range map[int64]revrec.Plan{-1: p.Without, 1: p.With} {
		for _, e := range plan.Entries {
			for _, x := range e.Postings {
				k := key{e.BookedOn.MonthOf(), x.Account, x.Line}
				sums[k] = sums[k].Add(money.Of(sign*x.Amount.Minor(), x.Amount.Currency()))
			}
		}
	}
	t := ui.TableProps{Title: "Journal it would book through " + ui.MonthText(through), Columns: []ui.Column{{Label: "Booked in", Kind: ui.Tight}, {Label: "Account"}, {Label: "Line"}, {Label: "Debit", Kind: ui.Figures}, {Label: "Credit", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing is booked by then because of it"}}
	keys := slices.SortedFunc(maps.Keys(sums), func(a, b key) int {
		if c := a.month.Compare(b.month); c != 0 {
			return c
		}
		if a.account != b.account {
			return int(a.account) - int(b.account)
		}
		return slices.Compare([]string{a.line}, []string{b.line})
	})
	debit, credit := money.Zero(currency), money.Zero(currency)
	for _, k := range keys {
		amount := sums[k]
		if amount.IsZero() {
			continue
		}
		cells := ui.Cells(ui.Text(ui.MonthText(k.month)), ui.Text(k.account.Info().Name), ui.Text(k.line))
		if amount.Sign() > 0 {
			cells, debit = append(cells, ui.Figure(amount), ui.Text("")), debit.Add(amount)
		} else {
			cells, credit = append(cells, ui.Text(""), ui.Figure(amount.Neg())), credit.Sub(amount)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	if len(t.Rows) > 0 {
		t.Foot = []ui.Row{{Cells: ui.Cells(ui.Text("In all"), ui.Text(""), ui.Text(""), ui.Figure(debit), ui.Figure(credit))}}
	}
	return t
}

// treatmentWords name the treatments for people.
var treatmentWords = map[revrec.Treatment]string{
	revrec.NoChange: "no change", revrec.SeparateContract: "a separate contract", revrec.Prospective: "prospective", revrec.CumulativeCatchUp: "a cumulative catch-up", revrec.MixedTreatment: "mixed, line by line",
}

// reasonFacts are the steps of the rule with the paragraph each rests on.
func reasonFacts(reasons []revrec.Reason) []ui.Fact {
	var out []ui.Fact
	for _, r := range reasons {
		out = append(out, ui.Fact{Term: r.Paragraph, Value: page.Told(ui.Text(r.Text), r.Code)})
	}
	return out
}
