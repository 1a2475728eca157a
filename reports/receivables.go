package reports

import (
	"cmp"
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/payments"
)

// ageing is what customers owe by how late it is.
func (d *drawing) ageing() error {
	found, err := payments.Ageing(d.ctx, d.q, d.Month.Last(), payments.Scope{Entity: d.Entity.ID, Currency: d.Currency})
	if err != nil {
		return err
	}
	t := newTable("by_customer", "", words("customer", "Customer"))
	names := []string{"not_due", "late_1_30", "late_31_60", "late_61_90", "late_91_120", "late_over_120"}
	for i, label := range payments.BucketNames {
		t.Columns = append(t.Columns, figure(names[i], label))
	}
	t.Columns = append(t.Columns, figure("open", "Open"), figure("unapplied", "Unapplied money"), figure("owed", "Owed"))
	t.Empty = "Nobody owes anything"
	for _, r := range found.Rows {
		at := to(ToAgeing, "", "entity", d.Entity.ID, "currency", d.Currency, "on", d.Month.Last())
		cells := []Cell{customer(int64(r.Payer))}
		for _, a := range r.Buckets {
			cells = append(cells, is(a, at))
		}
		t.line(append(cells, is(r.Open, at), is(r.Unapplied, at), is(r.Open.Sub(r.Unapplied), at))...)
	}
	t.total(d.zero())
	d.add(t)
	chart := &Chart{Title: "Open by days late", Head: "Days late", Series: []Series{{Name: "Open"}}}
	for i, label := range payments.BucketNames {
		chart.Labels = append(chart.Labels, label)
		chart.Series[0].Values = append(chart.Series[0].Values, t.of(names[i], d.zero()))
	}
	d.out.Chart = chart
	receivable, err := d.booked(ledger.AccountsReceivable)
	if err != nil {
		return err
	}
	balances, err := d.booked(ledger.CustomerBalance)
	if err != nil {
		return err
	}
	d.check("Receivables", "open documents", t.of("open", d.zero()), "trial balance", receivable)
	d.check("Customer balances", "unapplied money", t.of("unapplied", d.zero()), "trial balance", balances.Neg())
	d.note("As it stood at the end of the month, whatever was paid since. Late counts days after the due day.")
	return nil
}

// taxed is a place, a tax and its rate in a month.
type taxed struct {
	place, name, rate string
	month             period.Month
}

// tax is what was charged, credited and voided by place and rate, held against the ledger.
func (d *drawing) tax() error {
	sums, err := invoicing.TaxSums(d.ctx, d.q, d.Entity.ID, d.Currency, d.From.First(), d.Month.Last())
	if err != nil {
		return err
	}
	rows := map[taxed]map[string]money.Amount{}
	var order []taxed
	for _, s := range sums {
		if s.Tax.IsZero() && s.Taxable.IsZero() {
			continue // looked at and not taxed: exempt, reverse charge, not registered
		}
		k := taxed{s.Place, s.Name, s.Rate.Shift(2).String(), s.Month}
		if rows[k] == nil {
			rows[k] = map[string]money.Amount{}
			order = append(order, k)
		}
		rows[k][s.Event] = rows[k][s.Event].Add(s.Tax)
		rows[k]["taxable"] = rows[k]["taxable"].Add(s.Taxable)
	}
	slices.SortFunc(order, func(a, b taxed) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.name, b.name), cmp.Compare(a.rate, b.rate), a.month.Compare(b.month))
	})
	t := newTable("by_jurisdiction", "By place and rate", code("place", "Place"), words("tax", "Tax"), numeric("rate_percent", "Rate, percent"), monthOf("month", "Month"), figure("taxable", "Taxable, net"),
		figure("charged", "Charged"), figure("credited", "Credited"), figure("voided", "Voided"), figure("net", "Net tax"))
	t.Empty = "No tax was charged or credited"
	for _, k := range order {
		r, documents := rows[k], to(ToInvoices, "", "entity", d.Entity.ID, "currency", d.Currency, "from", k.month.First(), "through", k.month.Last())
		net := d.zero().Add(r["invoice"]).Add(r["credit_note"]).Add(r["void"])
		t.line(says(k.place), says(k.name), says(k.rate), in(k.month), is(d.zero().Add(r["taxable"]), documents), is(d.zero().Add(r["invoice"]), documents), is(d.zero().Add(r["credit_note"]), documents), is(d.zero().Add(r["void"]), documents), is(net, d.postings(k.month, "ledger", int(ledger.TaxLiability))))
	}
	t.total(d.zero())
	d.add(t)
	return d.taxAgrees(sums, t.of("net", d.zero()))
}

// taxAgrees holds the documents' tax against the account, month by month.
func (d *drawing) taxAgrees(sums []invoicing.TaxSum, net money.Amount) error {
	booked, err := ledger.MonthSums(d.ctx, d.q, d.stretch(), []ledger.Account{ledger.TaxLiability})
	if err != nil {
		return err
	}
	documents, accounts, sum := map[period.Month]money.Amount{}, map[period.Month]money.Amount{}, d.zero()
	for _, s := range sums {
		documents[s.Month] = documents[s.Month].Add(s.Tax)
	}
	for _, b := range booked {
		accounts[b.Month] = b.Amount.Neg()
		sum = sum.Sub(b.Amount)
	}
	t := newTable("by_month", "Held against the ledger", monthOf("month", "Month"), figure("documents", "By the documents"), figure("ledger", "On tax payable"), figure("difference", "Difference"))
	chart := &Chart{Title: "Net tax by month", Head: "Month", Series: []Series{{Name: "Net tax"}}}
	for _, m := range d.months() {
		t.line(in(m), is(d.zero().Add(documents[m])), is(d.zero().Add(accounts[m]), d.postings(m, "ledger", int(ledger.TaxLiability))), is(d.zero().Add(documents[m]).Sub(accounts[m])))
		chart.Labels = append(chart.Labels, m.First().Format("Jan 2006"))
		chart.Series[0].Values = append(chart.Series[0].Values, d.zero().Add(documents[m]))
	}
	t.total(d.zero())
	d.add(t)
	d.out.Chart = chart
	d.check("Tax", "documents", net, "change of tax payable", sum)
	d.note("Invoices count in the month they were issued, voids in the month of the void. What was paid to an authority is booked in the general ledger and not here.")
	return nil
}
