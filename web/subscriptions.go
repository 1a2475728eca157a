package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/web/page"
	"ratable/web/ui"
)

var newSubscription = ui.ButtonProps{Label: "New subscription", Href: "/subscriptions/new", Look: ui.Primary, Icon: "plus"}

// subscriptionWords are the states a list of subscriptions is viewed by.
var subscriptionWords = map[string]string{"active": "Running", "trial": "On trial", "paused": "Paused", "ending": "Cancelled, still running", "ahead": "Change ahead", "ended": "Ended"}

// subscriptions lists who is on which version of which plan, and what that brings in a month.
func (v *visit) subscriptions() error {
	f := contracts.SubscriptionFilter{
		On: v.Today(), Plan: v.query("plan"), Version: int(v.queryNumber("version")), State: v.chosen("state", append([]string{""}, contracts.SubscriptionStates...)...),
		Search: v.query("q"), Before: contracts.ID(v.queryNumber("after")), Limit: pageLength + 1,
	}
	var err error
	if f.Parties, err = v.partiesCalled(f.Search); err != nil {
		return err
	}
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		if v.query("format") == "csv" {
			return v.subscriptionsFile(t, f)
		}
		found, err := contracts.Subscriptions(v.ctx, t, f)
		if err != nil {
			return err
		}
		found, pager := paged(v, found, func(c contracts.Contract) string { return fmt.Sprint(c.ID) })
		sums, err := contracts.SubscriptionSums(v.ctx, t, f)
		if err != nil {
			return err
		}
		sold, err := catalog.Load(v.ctx, t)
		if err != nil {
			return err
		}
		called, err := customers.NamesOf(v.ctx, t, usersOf(found))
		if err != nil {
			return err
		}
		list := page.List{Head: ui.HeadProps{Title: "Subscriptions", Others: ui.Cells(v.csvButton())}, Stats: subscriptionStats(sums)}
		plans := []ui.Option{{Value: "", Label: "Any plan"}}
		for _, p := range sold.Newest().Plans {
			plans = append(plans, ui.Option{Value: p.Code, Label: p.Name})
		}
		list.Filter = v.narrowing("/subscriptions", "Number or customer",
			ui.FieldProps{Name: "plan", Label: "Plan", Kind: ui.SelectInput, Options: plans}, ui.FieldProps{Name: "version", Label: "Version", Kind: ui.NumberInput})
		views := []ui.Option{{Value: "", Label: "All"}}
		for _, s := range contracts.SubscriptionStates {
			views = append(views, ui.Option{Value: s, Label: subscriptionWords[s]})
		}
		list.Filter = v.views(list.Filter, "state", views)
		list.Tables = []ui.TableProps{v.subscriptionTable(found, sold, called, sums, pager)}
		if v.may(get, "/subscriptions/new") {
			list.Head.Action = ui.Button(newSubscription)
			list.Tables[0].Empty.Action = &newSubscription
		}
		if f.Plan != "" && v.may(get, "/subscriptions/plans/:code/migrate") {
			list.Head.Others = append(list.Head.Others, ui.Button(ui.ButtonProps{Label: "Move to the newest version", Href: migrateAddress(f.Plan)}))
		}
		return v.page(http.StatusOK, frame{Title: "Subscriptions", Room: "subscriptions"}, page.ListPage(list))
	})
}

func usersOf(all []contracts.Contract) (ids []customers.ID) {
	for _, c := range all {
		ids = append(ids, c.Customer)
	}
	return unique(ids)
}

func subscriptionStats(sums map[money.Currency]contracts.SubscriptionSum) []ui.StatProps {
	count := 0
	var all []money.Amount
	for _, c := range slices.Sorted(maps.Keys(sums)) {
		count, all = count+sums[c].Count, append(all, sums[c].MRR)
	}
	return []ui.StatProps{
		{Label: "Subscriptions", Value: ui.Count(int64(count)), Note: "that the list finds"},
		{Label: "Recurring a month", Value: page.Amounts(all), Note: "fees in force today; usage is none of it"},
	}
}

func (v *visit) subscriptionTable(found []contracts.Contract, sold *catalog.Catalog, called map[customers.ID]string, sums map[money.Currency]contracts.SubscriptionSum, pager ui.Pager) ui.TableProps {
	t := ui.TableProps{Caption: "Subscriptions", Pager: &pager,
		Columns: []ui.Column{{Label: "Number", Kind: ui.Tight}, {Label: "Customer"}, {Label: "Plan"}, {Label: "Version", Kind: ui.Figures}, {Label: "Quantity", Kind: ui.Figures}, {Label: "Status"}, {Label: "Next bill", Kind: ui.Tight}, {Label: "A month", Kind: ui.Figures}},
		Empty:   ui.EmptyProps{Title: "No subscription", Text: "Whoever signs up on a plan shows here, with what the plan brings in a month."}}
	for _, c := range found {
		s := v.subscription(c, sold)
		next := ui.Nothing()
		if !s.next.IsZero() {
			next = ui.Day(s.next)
		}
		t.Rows = append(t.Rows, ui.Row{Href: contractAddress(c.Number), Cells: ui.Cells(ui.Text(c.Number), ui.Text(called[c.Customer]), ui.TwoLines(s.plan, cmp.Or(s.ahead, s.trial)), ui.Count(int64(s.version)),
			ui.Text(s.quantity), ui.Status(s.status), next, ui.Money(s.mrr))})
	}
	for _, c := range slices.Sorted(maps.Keys(sums)) {
		t.Foot = append(t.Foot, ui.Row{Cells: ui.Cells(ui.Text(string(c)), ui.Text(howMany(sums[c].Count, "subscription")), ui.Text(""), ui.Text(""), ui.Text(""), ui.Text(""), ui.Text(""), ui.Money(sums[c].MRR))})
	}
	return t
}

// standing is a subscription as people look at it.
type standing struct {
	plan, quantity, status, ahead string
	trial                         string // until when
	version                       int
	next                          period.Date
	mrr                           money.Amount
	now                           contracts.Document
}

// subscription says where a contract on a plan stands today.
func (v *visit) subscription(c contracts.Contract, sold *catalog.Catalog) standing {
	now, ahead, ok := c.Subscription(v.Today())
	if !ok {
		return standing{}
	}
	s := standing{now: now, mrr: now.MRR(v.Today())}
	if now.Plan != nil { // it may have come onto its plan by an amendment ahead
		s.plan, s.version = planName(sold, *now.Plan), now.Plan.Version
		s.quantity = quantityOf(now, sold)
	}
	s.status = statusWord(c.Status(v.Today()))
	running := c.Status(v.Today()).Running()
	switch {
	case running && now.Paused:
		s.status = "Paused"
	case running && now.Trial != nil && !now.Trial.Through.Before(v.Today()):
		s.status, s.trial = "Trial", "Free through "+ui.DayText(now.Trial.Through)
	}
	if day, more := now.NextBill(v.Today()); more && !now.Paused {
		s.next = day
	}
	if ahead != nil && running {
		s.ahead = aheadWords(*ahead, sold)
	}
	return s
}

// aheadWords say what waits to take effect.
func aheadWords(d contracts.Document, sold *catalog.Catalog) string {
	if d.Ending != nil {
		return "Ends on " + ui.DayText(d.Term.Through)
	}
	return planName(sold, *d.Plan) + ", " + quantityOf(d, sold) + ", from " + ui.DayText(d.Start())
}

func planName(sold *catalog.Catalog, p contracts.Plan) string {
	for _, x := range sold.PlanVersions(p.Code) {
		if x.Version == p.Version {
			return x.Name
		}
	}
	return p.Code
}

// termsOf are those of the plan version a document is on.
func termsOf(sold *catalog.Catalog, p contracts.Plan) (contracts.Template, bool) {
	for _, x := range sold.PlanVersions(p.Code) {
		if x.Version == p.Version {
			t, err := contracts.TemplateOf(x)
			return t, err == nil
		}
	}
	return contracts.Template{}, false
}

func quantityOf(d contracts.Document, sold *catalog.Catalog) string {
	t, ok := termsOf(sold, *d.Plan)
	if !ok {
		return ""
	}
	return digits(d.Quantity(t))
}

func (v *visit) subscriptionsFile(t tx, f contracts.SubscriptionFilter) error {
	f.Limit, f.Before = 10000, 0
	found, err := contracts.Subscriptions(v.ctx, t, f)
	if err != nil {
		return err
	}
	sold, err := catalog.Load(v.ctx, t)
	if err != nil {
		return err
	}
	called, err := customers.NamesOf(v.ctx, t, usersOf(found))
	if err != nil {
		return err
	}
	head := []string{"number", "customer", "plan", "version", "quantity", "status", "ahead", "next_bill_on", "mrr", "currency"}
	return v.csvFile("subscriptions.csv", head, func(write func(cells ...string) error) error {
		for _, c := range found {
			s := v.subscription(c, sold)
			code := cmp.Or(s.now.Plan, &contracts.Plan{}).Code
			if err := write(c.Number, called[c.Customer], code, fmt.Sprint(s.version), s.quantity, s.status, s.ahead, s.next.String(), s.mrr.String(), string(c.Currency)); err != nil {
				return err
			}
		}
		return nil
	})
}
