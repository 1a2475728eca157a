package web

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
	"ratable/revrec/cost"
	"ratable/web/page"
	"ratable/web/ui"
)

func costAddress(id cost.ID) string { return fmt.Sprintf("/revenue/costs/%d", id) }

// costs is what contracts cost, and what of it is an asset still.
func (v *visit) costs() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		s, err := v.scope()
		if err != nil {
			return err
		}
		month := v.queryMonth("month")
		if month.IsZero() {
			month = v.Today().MonthOf().Prev() // the latest that is over
		}
		f := cost.Filter{Entity: s.entity, After: cost.ID(v.queryNumber("after")), Limit: pageLength + 1}
		found, err := cost.List(v.ctx, t, f)
		if err != nil {
			return err
		}
		found, pager := paged(v, found, func(x cost.Fact) string { return fmt.Sprint(x.ID) })
		called, err := v.people(t)
		if err != nil {
			return err
		}
		roll, err := cost.RollForward(v.ctx, t, s.entity, "", 0, month.Span())
		if err != nil {
			return err
		}
		var agreed []int64
		for _, r := range roll {
			agreed = append(agreed, r.Contract)
		}
		n, err := v.namesOf(t, nil, agreed)
		if err != nil {
			return err
		}
		head := ui.HeadProps{Title: "Contract costs", Sub: "What it cost to win and to fulfil contracts: an asset that is used up as the contract is served, and written off when the customer leaves (ASC 340-40).", Tabs: v.revenueHead("", "").Tabs,
			Action: ui.Button(ui.ButtonProps{Label: "Enter a cost", Href: "/revenue/costs/new", Look: ui.Primary}), Others: ui.Cells(ui.Button(ui.ButtonProps{Label: "Policy", Href: "/revenue/costs/policy"}))}
		narrowing := v.narrowing("/revenue/costs", "", ui.FieldProps{Name: "entity", Label: "Entity", Kind: ui.SelectInput, Options: entityOptions(s.directory)}, ui.FieldProps{Name: "month", Label: "Roll-forward of", Kind: ui.MonthInput})
		table := costTable(found, called)
		table.Pager = &pager
		return v.page(http.StatusOK, frame{Title: "Contract costs", Room: "revenue"}, page.ListPage(page.List{Head: head, Filter: narrowing, Tables: []ui.TableProps{rollTable(roll, n, month), table}}))
	})
}

func rollTable(roll []cost.RollRow, n names, month period.Month) ui.TableProps {
	t := ui.TableProps{Title: "Roll-forward of " + ui.MonthText(month), Columns: []ui.Column{{Label: "Contract"}, {Label: "Opening", Kind: ui.Figures}, {Label: "Capitalized", Kind: ui.Figures}, {Label: "Amortized", Kind: ui.Figures}, {Label: "Impaired", Kind: ui.Figures}, {Label: "Closing", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "No cost stands or moves in this month"}}
	sums := map[money.Currency]*cost.RollRow{}
	for _, r := range roll {
		sum := sums[r.Currency]
		if sum == nil {
			z := money.Zero(r.Currency)
			sum = &cost.RollRow{Currency: r.Currency, Opening: z, Capitalized: z, Amortized: z, Impaired: z, Closing: z}
			sums[r.Currency] = sum
		}
		sum.Opening, sum.Capitalized, sum.Amortized = sum.Opening.Add(r.Opening), sum.Capitalized.Add(r.Capitalized), sum.Amortized.Add(r.Amortized)
		sum.Impaired, sum.Closing = sum.Impaired.Add(r.Impaired), sum.Closing.Add(r.Closing)
		if r.Opening.IsZero() && r.Capitalized.IsZero() && r.Closing.IsZero() && r.Amortized.IsZero() && r.Impaired.IsZero() {
			continue
		}
		t.Rows = append(t.Rows, ui.Row{Href: contractAddress(n.contracts[r.Contract]), Cells: ui.Cells(ui.TwoLines(n.contracts[r.Contract], "to "+string(r.Purpose)), ui.Money(r.Opening), ui.Money(r.Capitalized), ui.Money(r.Amortized.Neg()), ui.Money(r.Impaired.Neg()), ui.Money(r.Closing))})
	}
	for _, c := range slices.Sorted(maps.Keys(sums)) {
		r := sums[c]
		t.Foot = append(t.Foot, ui.Row{Cells: ui.Cells(ui.Text("In all, "+string(r.Currency)), ui.Money(r.Opening), ui.Money(r.Capitalized), ui.Money(r.Amortized.Neg()), ui.Money(r.Impaired.Neg()), ui.Money(r.Closing))})
	}
	return t
}

func costTable(found []cost.Fact, called map[int64]string) ui.TableProps {
	t := ui.TableProps{Title: "What was entered", Columns: []ui.Column{{Label: "What"}, {Label: "State"}, {Label: "Becomes"}, {Label: "Entered by"}, {Label: "Amount", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "No cost was entered", Action: &ui.ButtonProps{Label: "Enter a cost", Href: "/revenue/costs/new"}}}
	for _, x := range found {
		becomes, amount := ui.Nothing(), ui.Nothing()
		switch x.Kind {
		case cost.CostFact, cost.ReferralFact:
			becomes, amount = ui.Soft("an expense"), ui.Money(x.Cost.Amount())
			if x.Cost.Asset {
				becomes = ui.TwoLines("an asset", ui.SpanText(x.Cost.Span()))
			}
		case cost.TestFact:
			amount = ui.Money(money.Of(x.Test.Consideration, x.Test.Currency).Sub(money.Of(x.Test.Costs, x.Test.Currency)))
		}
		t.Rows = append(t.Rows, ui.Row{Href: costAddress(x.ID), Muted: x.Event == "rejected", Cells: ui.Cells(ui.TwoLines(x.Name(), joinedText(x.Cost.Payee, x.Reason)), ui.Status(costState(x)), becomes, ui.Text(called[x.PreparedBy]), amount)})
	}
	return t
}

func costState(x cost.Fact) string {
	switch {
	case x.Kind == cost.ReferralFact:
		return "Approved"
	case x.Event == "":
		return "Waiting"
	}
	return capital(x.Event)
}

// theCost reads the fact that the address names.
func (v *visit) theCost(q postgres.Querier) (cost.Fact, error) {
	id, err := v.number("cost")
	if err != nil {
		return cost.Fact{}, err
	}
	return cost.Get(v.ctx, q, cost.ID(id))
}

func (v *visit) cost() error { return v.showCost(http.StatusOK, nil) }

func (v *visit) showCost(status int, found []fault.Field) error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		x, err := v.theCost(t)
		if err != nil {
			return err
		}
		called, err := v.people(t)
		if err != nil {
			return err
		}
		rec := page.Record{Head: ui.HeadProps{Title: x.Name(), Sub: x.Reason, Status: costState(x), Crumbs: []ui.Anchor{{Label: "Revenue", Href: "/revenue"}, {Label: "Contract costs", Href: "/revenue/costs"}}}}
		rec.Parts = ui.Cells(page.Complaints(found))
		if x.Event == "" && x.Kind != cost.ReferralFact && x.PreparedBy != v.By.UserID && v.may(post, "/revenue/costs/:cost/approve") {
			at := costAddress(x.ID)
			rec.Parts = append(rec.Parts, page.Verbs(ui.Cells(ui.Post(ui.PostProps{Action: at + "/approve", Button: ui.ButtonProps{Label: "Approve", Look: ui.Primary, Icon: "check"}}),
				page.AskReason(ui.ConfirmProps{Label: "Send back", Look: ui.Danger, Text: "Nothing is booked for it.", Action: at + "/reject", Confirm: "Send back"}))))
		}
		rec.Rail = ui.Cells(ui.Facts("What it is", costFacts(x, called)))
		if x.Kind == cost.CostFact || x.Kind == cost.ReferralFact {
			tables, err := v.costSchedule(t, x)
			if err != nil {
				return err
			}
			rec.Body = append(rec.Body, tables...)
			if x.Counts() && x.Cost.Asset && v.may(post, "/revenue/costs/:cost/test") {
				rec.Body = append(rec.Body, page.PanelForm(v.testForm(x, found)))
			}
		} else {
			rec.Body = ui.Cells(ui.FactGrid("What it says", saidFacts(x)))
		}
		return v.page(status, frame{Title: x.Name(), Room: "revenue"}, page.RecordPage(rec))
	})
}

func costFacts(x cost.Fact, called map[int64]string) []ui.Fact {
	facts := []ui.Fact{{Term: "Entered by", Value: ui.Text(called[x.PreparedBy])}}
	if x.Event != "" {
		facts = append(facts, ui.Fact{Term: capital(x.Event) + " by", Value: ui.Text(joinedText(called[x.DecidedBy], x.Decision))})
	}
	if c := x.Cost; c.Number != "" {
		facts = append(facts, ui.Fact{Term: "Contract", Value: ui.Link(c.Number, contractAddress(c.Number))}, ui.Fact{Term: "Paid to", Value: ui.Text(c.Payee)}, ui.Fact{Term: "Amount", Value: ui.Money(c.Amount())},
			ui.Fact{Term: "Incurred on", Value: ui.Day(c.IncurredOn)}, ui.Fact{Term: "Judged by " + c.Paragraph, Value: ui.Text(c.Why)})
		if c.Asset {
			facts = append(facts, ui.Fact{Term: "Amortized over", Value: ui.Span(c.Span())}, ui.Fact{Term: "In proportion to", Value: ui.Text(map[cost.By]string{cost.Daily: "days", cost.Monthly: "months", cost.Transfer: "revenue"}[c.By])})
		}
	}
	return facts
}

func saidFacts(x cost.Fact) []ui.Fact {
	if x.Kind == cost.PolicyFact {
		said := map[bool]string{true: "Yes", false: "No"}
		benefit := "the term of the contract"
		if x.Policy.Benefit > 0 {
			benefit = howMany(x.Policy.Benefit, "month")
		}
		return []ui.Fact{{Term: "From", Value: ui.Day(x.Policy.StartsOn)}, {Term: "A year or less is an expense at once", Value: ui.Text(said[x.Policy.Expedient])},
			{Term: "Commissions of referral partners are capitalized", Value: ui.Text(said[x.Policy.Referral])}, {Term: "Over", Value: ui.Text(benefit)}}
	}
	return []ui.Fact{{Term: "Cost", Value: ui.Link(fmt.Sprintf("Cost %d", x.Test.Cost), costAddress(x.Test.Cost))}, {Term: "At the end of", Value: ui.Text(ui.MonthText(x.Test.Month))},
		{Term: "Consideration still expected", Value: ui.Money(money.Of(x.Test.Consideration, x.Test.Currency))}, {Term: "Costs still to come", Value: ui.Money(money.Of(x.Test.Costs, x.Test.Currency))}}
}

// costSchedule lays the cost out as known now, beside what is booked.
func (v *visit) costSchedule(q postgres.Querier, x cost.Fact) (out []templ.Component, err error) {
	f, err := cost.Load(v.ctx, q, x.Account)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(f.Agreements, func(a contracts.Agreement) bool { return int64(a.Contract) == x.Cost.Contract })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "there is no contract %s", x.Cost.Number)
	}
	through := x.Cost.IncurredOn.MonthOf()
	if x.Cost.Asset {
		through = x.Cost.To.AddDays(-1).MonthOf()
	}
	course := x.Cost.Course(f.Known(f.Agreements[i], x, v.Today().MonthOf().Prev()), through)
	t := ui.TableProps{Title: "Schedule", Columns: []ui.Column{{Label: "Month", Kind: ui.Tight}, {Label: "Amortized", Kind: ui.Figures}, {Label: "Impaired", Kind: ui.Figures}, {Label: "Left", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing is spread", Text: x.Cost.Why}}
	left := course.Capitalized
	for _, m := range course.Months {
		left = left.Sub(m.Amortized).Sub(m.Impaired)
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(ui.MonthText(m.Month)), ui.Money(m.Amortized), ui.Money(m.Impaired), ui.Money(left))})
	}
	booked := ui.TableProps{Title: "Booked", Columns: []ui.Column{{Label: "Day", Kind: ui.Tight}, {Label: "What"}, {Label: "Belongs to", Kind: ui.Tight}, {Label: "Amount", Kind: ui.Figures}}, Empty: ui.EmptyProps{Title: "Nothing is booked yet", Text: "The billing day books what months that are over come to."}}
	for _, m := range f.Booked {
		if m.Cost == x.ID {
			booked.Rows = append(booked.Rows, ui.Row{Href: entryAddress(ledger.Entry{Account: x.Account, Seq: m.Entry}), Cells: ui.Cells(ui.Day(m.BookedOn), ui.Text(capital(string(m.Effect))), ui.Text(ui.MonthText(m.Month)), ui.Money(m.Amount))})
		}
	}
	return []templ.Component{ui.Table(booked), ui.Table(t)}, nil
}

func (v *visit) testForm(x cost.Fact, found []fault.Field) page.Panel {
	return page.Panel{Title: "Test whether it still comes back", Text: "At the end of a month: what the contract still brings, less what it will still cost. What stands above that is written off, and never put back.",
		Form: ui.FormProps{Action: costAddress(x.ID) + "/test"}, Fields: []ui.FieldProps{{Name: "month", Label: "At the end of", Kind: ui.MonthInput, Value: v.form("month"), Errors: found},
			{Name: "consideration", Label: "Consideration still expected", Kind: ui.MoneyInput, Currency: string(x.Cost.Currency), Value: v.form("consideration"), Errors: found},
			{Name: "costs", Label: "Costs still to come", Kind: ui.MoneyInput, Currency: string(x.Cost.Currency), Value: v.form("costs"), Errors: found},
			{Name: "reason", Label: "What the expectation rests on", Value: v.form("reason"), Errors: found}}, Verb: ui.ButtonProps{Label: "Ask for approval"}}
}

func (v *visit) testCost() error {
	var made cost.Fact
	err := v.do(func(t tx) error {
		x, err := v.theCost(t)
		if err != nil {
			return err
		}
		made, err = cost.Examine(v.ctx, t, x.ID, cost.WrittenTest{Month: v.form("month"), Consideration: v.form("consideration"), Costs: v.form("costs"), Reason: v.form("reason")}, v.By)
		return err
	})
	if found := fault.Fields(err); len(found) > 0 {
		return v.showCost(http.StatusUnprocessableEntity, found)
	}
	if err != nil {
		return err
	}
	return v.redirect(costAddress(made.ID), done("The test waits for approval by another person"))
}

func (v *visit) approveCost() error {
	return v.decideCost("It counts from now on", func(t tx, id cost.ID) error { return cost.Approve(v.ctx, t, id, v.form("reason"), v.By) })
}

func (v *visit) rejectCost() error {
	return v.decideCost("It was sent back", func(t tx, id cost.ID) error { return cost.Reject(v.ctx, t, id, v.form("reason"), v.By) })
}

func (v *visit) decideCost(word string, verb func(t tx, id cost.ID) error) error {
	id, err := v.number("cost")
	if err != nil {
		return err
	}
	err = v.do(func(t tx) error { return verb(t, cost.ID(id)) })
	if found := fault.Fields(err); len(found) > 0 {
		return v.showCost(http.StatusUnprocessableEntity, found)
	}
	if err != nil {
		return err
	}
	return v.redirect(costAddress(cost.ID(id)), done(word))
}
