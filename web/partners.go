package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/partners"
	"ratable/web/page"
	"ratable/web/ui"
)

func partnerAddress(id customers.ID) string { return fmt.Sprintf("/partners/%d", id) }

var partnerKinds = map[string]string{"wholesale": "Reseller", "referral": "Referral", "marketplace": "Marketplace", partners.Supplier: "Supplier"}

// partners lists everybody who is a third party of a contract, with what they earned and were paid.
func (v *visit) partners() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		all, err := partners.Parties(v.ctx, t, v.Today())
		if err != nil {
			return err
		}
		var ids []customers.ID
		for _, p := range all {
			ids = append(ids, p.ID)
		}
		n, err := v.namesOf(t, ids, nil)
		if err != nil {
			return err
		}
		slices.SortFunc(all, func(a, b partners.Party) int { return cmp.Compare(n.customers[a.ID], n.customers[b.ID]) })
		if search := strings.ToLower(v.query("q")); search != "" {
			all = slices.DeleteFunc(all, func(p partners.Party) bool { return !strings.Contains(strings.ToLower(n.customers[p.ID]), search) })
		}
		if v.query("format") == "csv" {
			return v.partnersFile(all, n)
		}
		list := page.List{Head: ui.HeadProps{Title: "Partners", Sub: "Resellers, referrers, marketplaces and suppliers of contracts: what they earned and what they were paid.", Others: ui.Cells(v.csvButton())},
			Filter: v.narrowing("/partners", "Name"), Tables: []ui.TableProps{partnersTable(all, n)}}
		return v.page(http.StatusOK, frame{Title: "Partners", Room: "partners"}, page.ListPage(list))
	})
}

func kindWords(kinds []string) string {
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = partnerKinds[k]
	}
	return strings.Join(words, ", ")
}

// owedOf adds a party's balances up by currency: earned, paid, left.
func owedOf(p partners.Party) (earned, paid, left []money.Amount) {
	sums := map[money.Currency]ledger.PartyBalance{}
	var order []money.Currency
	for _, b := range p.Balances {
		c := b.Earned.Currency()
		sum, seen := sums[c]
		if !seen {
			order = append(order, c)
		}
		sum.Earned, sum.Settled = sum.Earned.Add(b.Earned), sum.Settled.Add(b.Settled)
		sums[c] = sum
	}
	for _, c := range order {
		earned, paid, left = append(earned, sums[c].Earned), append(paid, sums[c].Settled), append(left, sums[c].Left())
	}
	return earned, paid, left
}

func partnersTable(all []partners.Party, n names) ui.TableProps {
	t := ui.TableProps{Caption: "Partners", Columns: []ui.Column{{Label: "Partner"}, {Label: "Kind"}, {Label: "Contracts", Kind: ui.Figures}, {Label: "Earned", Kind: ui.Figures}, {Label: "Paid or withheld", Kind: ui.Figures}, {Label: "Owed", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "No partner", Text: "A contract that names a reseller, referrer, marketplace or supplier brings one here."}}
	sums := partners.Party{}
	for _, p := range all {
		earned, paid, left := owedOf(p)
		t.Rows = append(t.Rows, ui.Row{Href: partnerAddress(p.ID), Cells: ui.Cells(ui.Text(n.customers[p.ID]), ui.Text(kindWords(p.Kinds)), ui.Count(int64(p.Contracts)), page.Amounts(earned), page.Amounts(paid), page.Amounts(left))})
		sums.Balances = append(sums.Balances, p.Balances...)
	}
	if earned, paid, left := owedOf(sums); len(earned) > 0 {
		t.Foot = []ui.Row{{Cells: ui.Cells(ui.Text(howMany(len(all), "partner")), ui.Text(""), ui.Text(""), page.Amounts(earned), page.Amounts(paid), page.Amounts(left))}}
	}
	return t
}

func (v *visit) partnersFile(all []partners.Party, n names) error {
	return v.csvFile("partners.csv", []string{"partner", "kind", "contracts", "currency", "earned", "paid", "owed"}, func(write func(...string) error) error {
		for _, p := range all {
			earned, paid, left := owedOf(p)
			if len(earned) == 0 {
				if err := write(n.customers[p.ID], kindWords(p.Kinds), fmt.Sprint(p.Contracts), "", "", "", ""); err != nil {
					return err
				}
			}
			for i := range earned {
				if err := write(n.customers[p.ID], kindWords(p.Kinds), fmt.Sprint(p.Contracts), string(earned[i].Currency()), earned[i].String(), paid[i].String(), left[i].String()); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// partner is one of them: the statement of a month, contracts, and the way to record a payment.
func (v *visit) partner() error { return v.showPartner(http.StatusOK, nil) }

// statement reads the statement that the address asks for, and what it calls everybody.
func (v *visit) statement(t tx) (s partners.Statement, deals []partners.Deal, n names, err error) {
	id, err := v.customerID("id")
	if err != nil {
		return s, nil, n, err
	}
	month := v.queryMonth("month")
	if month.IsZero() {
		month = v.Today().MonthOf()
	}
	if deals, err = partners.Deals(v.ctx, t, id); err != nil {
		return s, nil, n, err
	}
	if s, err = partners.StatementOf(v.ctx, t, id, month); err != nil {
		return s, nil, n, err
	}
	people := []customers.ID{id}
	for _, d := range deals {
		people = append(people, d.Customer)
	}
	for _, x := range s.Sales {
		people = append(people, x.Customer)
	}
	if n, err = v.namesOf(t, people, nil); err == nil && (n.customers[id] == "" || len(deals) == 0 && s.Empty()) {
		err = fault.New(fault.NotFound, "there is no such partner")
	}
	return s, deals, n, err
}

// seller is the name of the legal entity that speaks on a statement: the one that sells to the partner.
func (v *visit) sellerOf(t tx, id customers.ID, n names) string {
	placed, err := customers.Placements(v.ctx, t, []customers.ID{id})
	if err != nil {
		return ""
	}
	e, _ := n.entities.ByID(placed[id].Entity)
	return e.Name
}

func (v *visit) showPartner(status int, found []fault.Field) error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		s, deals, n, err := v.statement(t)
		if err != nil {
			return err
		}
		sheet := s.Sheet(v.sellerOf(t, s.Party, n), n.customers)
		if done, err := v.sheetFile(sheet, "partner"); done || err != nil {
			return err
		}
		at := partnerAddress(s.Party)
		rec := page.Record{Head: ui.HeadProps{Title: n.customers[s.Party], Sub: sheet.About, Crumbs: []ui.Anchor{{Label: "Partners", Href: "/partners"}},
			Others: ui.Cells(v.csvButton(), ui.Button(ui.ButtonProps{Label: "PDF", Href: v.with("format", "pdf")}))}}
		rec.Parts = ui.Cells(page.MonthStrip(monthStrip(at, s.Month)))
		for _, p := range sheet.Parts {
			rec.Body = append(rec.Body, ui.Table(partTable(p)))
		}
		rec.Body = append(rec.Body, ui.Table(dealsTable(deals, n)))
		if users := endCustomers(s, at, n); len(users.Rows) > 0 {
			rec.Body = append(rec.Body, ui.Table(users))
		}
		rec.Rail = ui.Cells(ui.Facts("Partner", []ui.Fact{{Term: "Customer record", Value: ui.Link(n.customers[s.Party], customerAddress(s.Party))}, {Term: "Contracts", Value: ui.Count(int64(len(deals)))}}))
		if v.may(post, "/partners/:id/settle") {
			if panel, any := v.settleForm(s, n, found); any {
				rec.Rail = append(rec.Rail, page.PanelForm(panel))
			}
		}
		return v.page(status, frame{Title: n.customers[s.Party], Room: "partners"}, page.RecordPage(rec))
	})
}

// partnerCustomer is what one end customer of a reseller used in a month, without the partner's prices.
func (v *visit) partnerCustomer() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		s, _, n, err := v.statement(t)
		if err != nil {
			return err
		}
		customer, err := v.customerID("customer")
		if err != nil {
			return err
		}
		if len(s.Of(customer)) == 0 {
			return fault.New(fault.NotFound, "the customer used nothing that this partner was billed for in the month")
		}
		sheet := s.CustomerSheet(v.sellerOf(t, s.Party, n), customer, n.customers)
		if done, err := v.sheetFile(sheet, "customer"); done || err != nil {
			return err
		}
		rec := page.Record{Head: ui.HeadProps{Title: n.customers[customer], Sub: sheet.About, Crumbs: []ui.Anchor{{Label: "Partners", Href: "/partners"}, {Label: n.customers[s.Party], Href: partnerAddress(s.Party) + "?month=" + s.Month.String()}},
			Others: ui.Cells(v.csvButton(), ui.Button(ui.ButtonProps{Label: "PDF", Href: v.with("format", "pdf")}))}}
		for _, p := range sheet.Parts {
			rec.Body = append(rec.Body, ui.Table(partTable(p)))
		}
		return v.page(http.StatusOK, frame{Title: n.customers[customer], Room: "partners"}, page.RecordPage(rec))
	})
}

// customerID reads a customer's number from the address.
func (v *visit) customerID(name string) (customers.ID, error) {
	var id int64
	if _, err := fmt.Sscan(v.param(name), &id); err != nil || id <= 0 {
		return 0, fault.New(fault.NotFound, "there is no such customer")
	}
	return customers.ID(id), nil
}

// sheetFile answers with the statement as a file where the address asks for one.
func (v *visit) sheetFile(s partners.Sheet, name string) (bool, error) {
	file := fmt.Sprintf("%s-statement-%s", name, s.Month)
	switch v.query("format") {
	case "pdf":
		content, err := s.PDF()
		if err != nil {
			return true, err
		}
		return true, v.file(file+".pdf", "application/pdf", content, true)
	case "csv":
		return true, v.csvFile(file+".csv", []string{s.Title, s.To, s.Month.String()}, func(write func(...string) error) error {
			for _, p := range s.Parts {
				if err := write(append(append([]string{p.Title}, p.Columns...), "Currency")...); err != nil {
					return err
				}
				for _, row := range p.Rows {
					if err := write(cellsOfFile(p.Title, row)...); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	return false, nil
}

// cellsOfFile writes amounts as plain figures, their currency last: one to a row. Sums are left to who reads the file.
func cellsOfFile(title string, row []partners.Cell) []string {
	out, currency := []string{title}, ""
	for _, c := range row {
		if c.Amount == nil {
			out = append(out, c.Text)
			continue
		}
		out, currency = append(out, c.Amount.String()), string(c.Amount.Currency())
	}
	return append(out, currency)
}

func partTable(p partners.Part) ui.TableProps {
	t := ui.TableProps{Caption: p.Title, Title: p.Title, Wide: len(p.Columns) > 6}
	for i, c := range p.Columns {
		kind := ui.Words
		switch {
		case p.Right[i]:
			kind = ui.Figures
		case slices.Contains([]string{"Contract", "Service", "Document", "Day", "Number"}, c):
			kind = ui.Tight
		}
		t.Columns = append(t.Columns, ui.Column{Label: c, Kind: kind})
	}
	row := func(cells []partners.Cell) ui.Row {
		var r ui.Row
		for _, c := range cells {
			if c.Amount != nil {
				r.Cells = append(r.Cells, ui.Money(*c.Amount))
			} else {
				r.Cells = append(r.Cells, ui.Text(c.Text))
			}
		}
		return r
	}
	for _, cells := range p.Rows {
		t.Rows = append(t.Rows, row(cells))
	}
	for _, cells := range p.Foot {
		t.Foot = append(t.Foot, row(cells))
	}
	return t
}

func dealsTable(deals []partners.Deal, n names) ui.TableProps {
	t := ui.TableProps{Caption: "Contracts", Title: "Contracts", Columns: []ui.Column{{Label: "Contract"}, {Label: "End customer"}, {Label: "Kind"}, {Label: "Part", Kind: ui.Figures}, {Label: "Our role"}, {Label: "Term", Kind: ui.Tight}},
		Empty: ui.EmptyProps{Title: "No contract names this partner any more"}}
	for _, d := range deals {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Link(d.Number, contractAddress(d.Number)), n.customerLink(d.Customer), ui.Text(partnerKinds[d.Kind]), ui.Text(digits(d.Percent)+" %"), ui.Text(capital(string(d.Role))), ui.Span(d.Term))})
	}
	return t
}

// endCustomers are those who have a statement of their own this month.
func endCustomers(s partners.Statement, at string, n names) ui.TableProps {
	t := ui.TableProps{Caption: "Statements for end customers", Title: "Statements for end customers", Columns: []ui.Column{{Label: "End customer"}, {Label: "Lines", Kind: ui.Figures}}}
	seen := map[customers.ID]bool{}
	for _, x := range s.Sales {
		if !seen[x.Customer] {
			seen[x.Customer] = true
			t.Rows = append(t.Rows, ui.Row{Href: fmt.Sprintf("%s/customers/%d?month=%s", at, x.Customer, s.Month), Cells: ui.Cells(ui.Text(n.customers[x.Customer]), ui.Count(int64(len(s.Of(x.Customer)))))})
		}
	}
	return t
}

func monthStrip(at string, m period.Month) page.MonthTurn {
	link := func(m period.Month) ui.Anchor {
		return ui.Anchor{Label: ui.MonthText(m), Href: at + "?month=" + m.String()}
	}
	return page.MonthTurn{Before: link(m.Prev()), Now: ui.MonthText(m), After: link(m.Next())}
}

// settleForm records a payment, where something is owed.
func (v *visit) settleForm(s partners.Statement, n names, found []fault.Field) (page.Panel, bool) {
	var owed []ui.Option
	for _, r := range s.Rolls {
		if r.Closing.Sign() > 0 {
			e, _ := n.entities.ByID(r.Entity)
			owed = append(owed, ui.Option{Value: fmt.Sprintf("%s %d %s", r.Owed, r.Entity, r.Closing.Currency()), Label: fmt.Sprintf("%s, %s %s by %s", partners.OwedText(r.Owed), r.Closing.Display(), r.Closing.Currency(), e.Name)})
		}
	}
	at := partnerAddress(s.Party)
	field := func(f ui.FieldProps) ui.FieldProps {
		f.Errors = found
		if f.Value == "" {
			f.Value = v.form(f.Name)
		}
		return f
	}
	return page.Panel{Title: "Record a payment", Text: "What was sent to the partner from our bank account.",
		Form: ui.FormProps{Action: at + "/settle?month=" + s.Month.String(), Errors: found},
		Fields: []ui.FieldProps{
			field(ui.FieldProps{Name: "owed", Label: "For", Kind: ui.SelectInput, Options: owed, Required: true}),
			field(ui.FieldProps{Name: "amount", Label: "Amount", Kind: ui.NumberInput, Required: true}),
			field(ui.FieldProps{Name: "on", Label: "On", Kind: ui.DateInput, Value: cmp.Or(v.form("on"), v.Today().String()), Required: true}),
			field(ui.FieldProps{Name: "reference", Label: "Reference", Required: true, Hint: "Of the bank transfer"}),
		},
		Verb: ui.ButtonProps{Label: "Record it", Look: ui.Primary}}, len(owed) > 0 || len(found) > 0
}

// settlePartner records a payment to a partner.
func (v *visit) settlePartner() error {
	id, err := v.customerID("id")
	if err != nil {
		return err
	}
	s := partners.Settlement{Party: id, Reference: v.form("reference")}
	var found []fault.Field
	refuse := func(path, message string) {
		found = append(found, fault.Field{Path: path, Value: fault.Shown(v.form(path)), Message: message})
	}
	var owed, currency string
	if _, err := fmt.Sscan(v.form("owed"), &owed, &s.Entity, &currency); err != nil {
		refuse("owed", "is missing: choose what was paid")
	}
	s.Owed = partners.Owed(owed)
	if c, err := money.ParseCurrency(currency); err == nil {
		if s.Amount, err = money.ParseAmount(v.form("amount"), c); err != nil {
			refuse("amount", "is not an amount such as 1234.50")
		}
	}
	if s.On, err = period.ParseDate(v.form("on")); err != nil {
		refuse("on", "is not a day such as 2026-12-31")
	}
	if len(found) == 0 {
		err := v.do(func(t tx) (err error) {
			s, err = partners.Settle(v.ctx, t, s, v.By)
			return err
		})
		if err == nil {
			return v.redirect(partnerAddress(id)+"?month="+s.BookedOn.MonthOf().String(), done(s.Number()+" is recorded"))
		}
		if found = fault.Fields(err); len(found) == 0 {
			return err
		}
	}
	return v.showPartner(http.StatusUnprocessableEntity, found)
}
