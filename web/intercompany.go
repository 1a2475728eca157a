package web

import (
	"fmt"
	"net/http"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/journals"
	"ratable/ledger"
	"ratable/web/page"
	"ratable/web/ui"
)

// intercompany is what entities charge each other, and the proof that it cancels out in the group.
func (v *visit) intercompany() error { return v.showIntercompany(http.StatusOK, nil) }

func (v *visit) showIntercompany(status int, found []fault.Field) error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		directory, err := entities.Load(v.ctx, t)
		if err != nil {
			return err
		}
		year := period.NewSpan(v.Today().MonthOf().Add(-23).First(), v.Today().MonthOf().Add(12).First())
		sums, err := journals.Eliminations(v.ctx, t, year)
		if err != nil {
			return err
		}
		charges, err := journals.Charges(v.ctx, t, year)
		if err != nil {
			return err
		}
		rules, err := journals.Rules(v.ctx, t)
		if err != nil {
			return err
		}
		rec := page.Record{Head: ui.HeadProps{Title: "Intercompany", Sub: "Where one entity signs and another serves, it is owed a part of what the seller earns. Both sides are booked at once, in the month the revenue belongs to. Taxes between entities are not part of it.",
			Crumbs: journalCrumbs, Action: ui.Button(ui.ButtonProps{Label: "New rule", Href: "/journals/rules/new/intercompany", Look: ui.Primary})}}
		off := 0
		for _, e := range sums {
			if !e.Agrees() {
				off++
			}
		}
		note := page.Note{Title: "Every pair cancels out to the cent", Tone: ui.Good}
		if off > 0 {
			note = page.Note{Title: howMany(off, "pair") + " and months do not cancel out", Text: "What is left would stand in the accounts of the group.", Tone: ui.Bad}
		}
		if len(sums) > 0 {
			rec.Parts = ui.Cells(page.Notice(note))
		}
		rec.Body = ui.Cells(ui.Table(eliminationTable(sums)), ui.Table(chargeTable(charges, directory)), ui.Table(transferTable(rules, v.Today())))
		if v.may(post, "/journals/intercompany/pay") {
			rec.Rail = ui.Cells(page.PanelForm(v.paymentForm(directory, found)))
		}
		return v.page(status, frame{Title: "Intercompany", Room: "journals"}, page.RecordPage(rec))
	})
}

func eliminationTable(sums []journals.Eliminated) ui.TableProps {
	t := ui.TableProps{Title: "Eliminations", Columns: []ui.Column{{Label: "Pair"}, {Label: "Booked in", Kind: ui.Tight}, {Label: "State"}, {Label: "Cost", Kind: ui.Figures}, {Label: "Income", Kind: ui.Figures}, {Label: "Payable", Kind: ui.Figures}, {Label: "Receivable", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "No entity has charged another", Text: "A rule says who serves and what it is owed; the billing day books it."}}
	for _, e := range sums {
		state := ui.Pill("Agrees", ui.Good)
		if !e.Agrees() {
			state = ui.Pill("Differs", ui.Bad)
		}
		t.Rows = append(t.Rows, ui.Row{Href: narrowed("/ledger/postings", "document", e.Document, "month", e.Month), Cells: ui.Cells(ui.Text(e.Document), ui.Text(ui.MonthText(e.Month)), state, ui.Money(e.Cost), ui.Money(e.Income), ui.Money(e.Payable), ui.Money(e.Receivable))})
	}
	return t
}

func chargeTable(charges []journals.Charge, d *entities.Directory) ui.TableProps {
	t := ui.TableProps{Title: "Bookings", Columns: []ui.Column{{Label: "Revenue of", Kind: ui.Tight}, {Label: "Who serves"}, {Label: "Who sells"}, {Label: "Booked on", Kind: ui.Tight}, {Label: "Charged", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing is booked"}}
	for _, c := range charges {
		seller, _ := d.ByID(c.Seller)
		serving, _ := d.ByID(c.Serving)
		t.Rows = append(t.Rows, ui.Row{Href: entryAddress(ledger.Entry{Account: c.SellerAccount, Seq: c.SellerSeq}), Cells: ui.Cells(ui.Text(ui.MonthText(c.Month)), ui.Text(serving.Name), ui.Text(seller.Name), ui.Day(c.BookedOn), ui.Money(c.Amount))})
	}
	return t
}

func transferTable(rules []journals.Rule, today period.Date) ui.TableProps {
	t := ui.TableProps{Title: "Rules that count today", Columns: []ui.Column{{Label: "Rule"}, {Label: "From", Kind: ui.Tight}}, Empty: ui.EmptyProps{Title: "No rule counts"}}
	for _, r := range journals.Counting(rules, journals.TransferRule, today) {
		t.Rows = append(t.Rows, ui.Row{Href: journalRuleAddress(r.ID), Cells: ui.Cells(ui.TwoLines(r.Says(), r.Code), ui.Day(r.StartsOn))})
	}
	return t
}

func (v *visit) paymentForm(d *entities.Directory, found []fault.Field) page.Panel {
	seller := ui.FieldProps{Name: "seller", Label: "Who pays", Kind: ui.SelectInput, Value: v.form("seller"), Errors: found}
	for _, e := range d.All() {
		seller.Options = append(seller.Options, ui.Option{Value: fmt.Sprint(e.ID), Label: e.Name})
	}
	serving := seller
	serving.Name, serving.Label, serving.Value = "serving", "Who is paid", v.form("serving")
	on := v.form("on")
	if on == "" {
		on = v.Today().String()
	}
	return page.Panel{Title: "Record a payment", Text: "Money that one entity sent another for what it was charged; booked on both sides.", Form: ui.FormProps{Action: "/journals/intercompany/pay", Errors: found},
		Fields: []ui.FieldProps{seller, serving, {Name: "currency", Label: "Currency", Value: v.form("currency"), Errors: found}, {Name: "amount", Label: "Amount", Kind: ui.NumberInput, Value: v.form("amount"), Errors: found},
			{Name: "on", Label: "Day", Kind: ui.DateInput, Value: on, Errors: found}, {Name: "reference", Label: "Reference of the transfer", Value: v.form("reference"), Errors: found}}, Verb: ui.ButtonProps{Label: "Record"}}
}

func (v *visit) payIntercompany() error {
	var p journals.Payment
	_, _ = fmt.Sscan(v.form("seller"), &p.Seller)
	_, _ = fmt.Sscan(v.form("serving"), &p.Serving)
	c, err := money.ParseCurrency(v.form("currency"))
	if err != nil {
		return v.showIntercompany(http.StatusUnprocessableEntity, []fault.Field{{Path: "currency", Value: v.form("currency"), Message: "is not an ISO 4217 currency"}})
	}
	if p.Amount, err = v.typedAmount("amount", c, false); err == nil {
		p.On, err = period.ParseDate(v.form("on"))
		if err != nil {
			err = fault.InvalidFields(fault.Field{Path: "on", Message: "must be a day such as 2026-03-31"})
		}
	}
	p.Reference = v.form("reference")
	if err == nil {
		err = v.do(func(t tx) error { return journals.Pay(v.ctx, t, p, v.By) })
	}
	if found := fault.Fields(err); len(found) > 0 {
		return v.showIntercompany(http.StatusUnprocessableEntity, found)
	}
	if err != nil {
		return err
	}
	return v.redirect("/journals/intercompany", done("The payment is booked on both sides"))
}
