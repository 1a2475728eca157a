package web

import (
	"fmt"
	"net/http"
	"net/url"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/web/page"
	"ratable/web/ui"
)

func migrateAddress(plan string) string {
	return "/subscriptions/plans/" + url.PathEscape(plan) + "/migrate"
}

// mostMoved bounds how many are moved with one click; the next ones stand on the page that follows.
const mostMoved = 500

// migrateForm shows who is on an old version of a plan, and what a month comes to before and after.
func (v *visit) migrateForm() error { return v.showMigrate(http.StatusOK, nil) }

func (v *visit) showMigrate(status int, found []fault.Field) error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		p, behind, sold, err := v.behind(t)
		if err != nil {
			return err
		}
		called, err := customers.NamesOf(v.ctx, t, usersOf(behind))
		if err != nil {
			return err
		}
		table := ui.TableProps{Title: "On an old version", Columns: []ui.Column{{Label: "Number", Kind: ui.Tight}, {Label: "Customer"}, {Label: "Version", Kind: ui.Figures}, {Label: "Moves on", Kind: ui.Tight}, {Label: "A month now", Kind: ui.Figures}, {Label: "Then", Kind: ui.Figures}, {Label: "Difference", Kind: ui.Figures}},
			Empty: ui.EmptyProps{Title: "Nobody", Text: "Every customer of the plan is on its present version, or moves to it.", Icon: "check"}}
		sums := map[money.Currency][2]money.Amount{}
		for _, c := range behind {
			now, _, _ := c.Subscription(v.Today())
			next, err := c.Planned(sold, contracts.PlanChange{Kind: contracts.ToPlan, Plan: p.Code, When: contracts.AtPeriodEnd}, v.Today())
			row := ui.Row{Href: contractAddress(c.Number)}
			if err != nil {
				row.Cells = ui.Cells(ui.Text(c.Number), ui.TwoLines(called[c.Customer], sentence(err)), ui.Count(int64(now.Plan.Version)), ui.Text("Cannot"), ui.Money(now.MRR(v.Today())), ui.Nothing(), ui.Nothing())
			} else {
				was, is := now.MRR(v.Today()), next.MRR(next.Start())
				sum := sums[c.Currency]
				sums[c.Currency] = [2]money.Amount{sum[0].Add(was), sum[1].Add(is)}
				row.Cells = ui.Cells(ui.Text(c.Number), ui.Text(called[c.Customer]), ui.Count(int64(now.Plan.Version)), ui.Day(next.Start()), ui.Money(was), ui.Money(is), ui.Money(is.Sub(was)))
			}
			table.Rows = append(table.Rows, row)
		}
		for c, sum := range sums {
			table.Foot = append(table.Foot, ui.Row{Cells: ui.Cells(ui.Text(string(c)), ui.Text(howMany(len(behind), "customer")), ui.Text(""), ui.Text(""), ui.Money(sum[0]), ui.Money(sum[1]), ui.Money(sum[1].Sub(sum[0])))})
		}
		view := page.Ask{
			Head: ui.HeadProps{Title: "Move customers of " + p.Name, Sub: fmt.Sprintf("To version %d, in force since %s", p.Version, ui.DayText(p.StartsOn)), Crumbs: []ui.Anchor{{Label: "Subscriptions", Href: "/subscriptions"}}},
			Text: []string{"Each moves on the first day of its next billing period. Quantities stay. Whoever is not moved keeps the old version.", "Tell the customers first: the day you did is kept with each contract."},
			Form: ui.FormProps{Action: migrateAddress(p.Code), Errors: found}, Back: "/subscriptions?plan=" + url.QueryEscape(p.Code),
			Fields: []ui.FieldProps{{Name: "told_on", Label: "Customers were told on", Kind: ui.DateInput, Value: v.Today().String(), Required: true}},
			Verb:   ui.ButtonProps{Label: "Move " + howMany(len(behind), "customer"), Look: ui.Primary, Disabled: len(behind) == 0},
			Shown:  ui.Cells(page.TableOf(table)),
		}
		v.refill(view.Fields, found)
		return v.page(status, frame{Title: view.Head.Title, Room: "subscriptions"}, page.AskPage(view))
	})
}

// behind are the running contracts on an older version of the plan of the address.
func (v *visit) behind(t tx) (p catalog.Plan, all []contracts.Contract, sold *catalog.Catalog, err error) {
	if sold, err = catalog.Load(v.ctx, t); err != nil {
		return p, nil, nil, err
	}
	p, ok := sold.Plan(v.param("code"), v.Today())
	if !ok || p.Retired {
		return p, nil, nil, fault.New(fault.NotFound, "no plan %s is on sale", v.param("code"))
	}
	all, err = contracts.Subscriptions(v.ctx, t, contracts.SubscriptionFilter{On: v.Today(), Plan: p.Code, Version: p.Version, Older: true, State: "active", Limit: mostMoved})
	return p, all, sold, err
}

func (v *visit) migrate() error {
	on, found := v.dayTyped("told_on")
	if len(found) > 0 {
		return v.showMigrate(http.StatusUnprocessableEntity, found)
	}
	var moved []string
	var failed map[string]error
	err := v.do(func(t tx) error {
		_, behind, _, err := v.behind(t)
		if err != nil {
			return err
		}
		var numbers []string
		for _, c := range behind {
			numbers = append(numbers, c.Number)
		}
		moved, failed, err = contracts.Migrate(v.ctx, t, numbers, on, v.Today(), v.By)
		return err
	})
	if fields := fault.Fields(err); len(fields) > 0 {
		return v.showMigrate(http.StatusUnprocessableEntity, fields)
	}
	if err != nil {
		return err
	}
	text := howMany(len(moved), "customer") + " will move"
	if len(failed) > 0 {
		text += fmt.Sprintf(", %d cannot", len(failed))
	}
	return v.redirect(migrateAddress(v.param("code")), done(text))
}
