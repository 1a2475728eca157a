package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/spend"
)

// runningBill is what the next invoices hold so far.
type runningBill struct {
	Customer string       `json:"customer" doc:"External id of who pays" example:"northwind"`
	AsOf     period.Date  `json:"as_of" format:"date" example:"2026-03-10"`
	Totals   []billTotal  `json:"totals" doc:"By day of invoicing"`
	Lines    []billLine   `json:"lines"`
	Limits   []spendLimit `json:"limits" doc:"Caps, prepaid balances, credits and commitments in the period around today"`
}

type billTotal struct {
	InvoicedOn period.Date `json:"invoiced_on" format:"date" example:"2026-04-01"`
	Currency   string      `json:"currency" example:"USD"`
	Net        string      `json:"net" example:"1250.00"`
	Tax        string      `json:"tax" doc:"As it would be determined today; an estimate" example:"103.13"`
	Total      string      `json:"total" example:"1353.13"`
}

type billLine struct {
	Contract    string      `json:"contract" example:"C-100"`
	Line        string      `json:"line" example:"calls"`
	Kind        string      `json:"kind" doc:"Such as fixed, once, usage, overage, prepayment, true_up, concession" example:"usage"`
	Description string      `json:"description" example:"API calls"`
	From        period.Date `json:"from" format:"date" example:"2026-03-01"`
	Through     period.Date `json:"through" format:"date" example:"2026-03-31"`
	InvoicedOn  period.Date `json:"invoiced_on" format:"date" example:"2026-04-01"`
	Open        bool        `json:"open" doc:"Its period is not over: more may come" example:"true"`
	Quantity    string      `json:"quantity" example:"120000"`
	Unit        string      `json:"unit,omitempty" example:"call"`
	Included    string      `json:"included" doc:"Free units" example:"1000"`
	Tier        int         `json:"tier" doc:"The tier that the quantity is in, from 1; 0 where the price has none" example:"2"`
	Drawn       []drawnFrom `json:"drawn" doc:"What prepaid balances cover of it"`
	Reduced     []reducedBy `json:"reduced" doc:"What caps, discounts and credits take off"`
	Amount      string      `json:"amount" doc:"Before tax" example:"1190.00"`
	Currency    string      `json:"currency" example:"USD"`
}

type drawnFrom struct {
	Balance   string `json:"balance" doc:"Id of the prepaid amount" example:"pot"`
	Amount    string `json:"amount" doc:"At list price" example:"50.00"`
	Left      string `json:"left" doc:"In money; of a balance in units 0.00" example:"450.00"`
	LeftUnits string `json:"left_units" example:"0"`
}

type reducedBy struct {
	Kind   string `json:"kind" enum:"trial,cap,discount,credit"`
	ID     string `json:"id,omitempty" example:"ceiling"`
	Label  string `json:"label" example:"Above the cap of 5,000.00 a month"`
	Amount string `json:"amount" example:"12.00"`
}

type spendLimit struct {
	Contract string      `json:"contract" example:"C-100"`
	Kind     string      `json:"kind" enum:"cap,prepaid,credit,commitment"`
	ID       string      `json:"id" example:"ceiling"`
	Label    string      `json:"label" example:"Cap of 5,000.00 a month"`
	From     period.Date `json:"from" format:"date" example:"2026-03-01"`
	Through  period.Date `json:"through" format:"date" doc:"Last day of the cap's or commitment's period; of a balance or credit the last day before it lapses" example:"2026-03-31"`
	Unit     string      `json:"unit" doc:"A currency, or what is counted" example:"USD"`
	Size     string      `json:"size" example:"5000.00"`
	Reached  string      `json:"reached" example:"4100.00"`
	Left     string      `json:"left" example:"900.00"`
	Percent  string      `json:"percent" example:"82"`
	Then     string      `json:"then,omitempty" enum:"continue,stop,throttle,warn" doc:"Of a cap: what happens above it"`
}

// spendForecast is where open periods will end at the pace so far.
type spendForecast struct {
	Customer  string             `json:"customer" example:"northwind"`
	AsOf      period.Date        `json:"as_of" format:"date" example:"2026-03-10"`
	Contracts []contractForecast `json:"contracts"`
}

type contractForecast struct {
	Contract string         `json:"contract" example:"C-100"`
	Currency string         `json:"currency" example:"USD"`
	Basis    string         `json:"basis" doc:"How it came about, or why nothing can be said" example:"At the pace of the last 28 days, by day of the week"`
	Said     bool           `json:"said" doc:"False: there is not enough to go by, and the lists are empty" example:"true"`
	LeftOut  []string       `json:"left_out" doc:"Meters taken as they stand: too little to go by, and too little to matter"`
	Bills    []expectedBill `json:"bills"`
	Limits   []reachedLimit `json:"limits"`
}

type expectedBill struct {
	InvoicedOn period.Date `json:"invoiced_on" format:"date" example:"2026-04-01"`
	SoFar      string      `json:"so_far" example:"1250.00"`
	Expected   string      `json:"expected" doc:"Before tax, rounded to three figures" example:"3870.00"`
	Low        string      `json:"low" doc:"At the slowest of the weeks it goes by" example:"3700.00"`
	High       string      `json:"high" doc:"At the busiest" example:"4010.00"`
}

type reachedLimit struct {
	Kind     string      `json:"kind" enum:"cap,prepaid,credit,commitment"`
	ID       string      `json:"id" example:"ceiling"`
	Reached  bool        `json:"reached" doc:"Already" example:"false"`
	On       period.Date `json:"on,omitzero" format:"date" doc:"Expected day; absent: not in this period" example:"2026-03-24"`
	Earliest period.Date `json:"earliest,omitzero" format:"date" example:"2026-03-23"`
	Latest   period.Date `json:"latest,omitzero" format:"date" example:"2026-03-26"`
	Percent  string      `json:"percent" doc:"Of the limit, expected at the end of its period" example:"118"`
}

// alertRule is an alert as it is set.
type alertRule struct {
	ID         int64    `json:"id" doc:"0: it comes with a contract; a rule set for the same limit takes its place" example:"7"`
	Version    int      `json:"version" example:"1"`
	Customer   string   `json:"customer" example:"northwind"`
	Kind       string   `json:"kind" enum:"amount,units,percent"`
	Contract   string   `json:"contract,omitempty" doc:"Number; absent: all that the customer pays" example:"C-100"`
	Meter      string   `json:"meter,omitempty" example:"api.calls"`
	Line       string   `json:"line,omitempty" example:"calls"`
	LimitKind  string   `json:"limit_kind,omitempty" example:"cap"`
	LimitID    string   `json:"limit_id,omitempty" example:"ceiling"`
	Thresholds []string `json:"thresholds" example:"[\"80\",\"100\"]"`
	Roles      []string `json:"roles" doc:"Contacts who are told"`
	Addresses  []string `json:"addresses" doc:"Other mailboxes that are told"`
	SetBy      string   `json:"set_by" enum:"staff,customer,contract"`
}

func (a alertRule) location() string {
	return fmt.Sprintf("/v1/customers/%s/alerts/%d", url.PathEscape(a.Customer), a.ID)
}

// newAlert is what is sent to set one, and whole to replace one.
type newAlert struct {
	Kind       string   `json:"kind" enum:"amount,units,percent" doc:"Of the running bill, of a meter or line, or of a limit"`
	Contract   string   `json:"contract,omitempty" maxLength:"64" doc:"Number; required for a line or limit" example:"C-100"`
	Meter      string   `json:"meter,omitempty" maxLength:"200" example:"api.calls"`
	Line       string   `json:"line,omitempty" maxLength:"200" example:"calls"`
	LimitKind  string   `json:"limit_kind,omitempty" maxLength:"20" doc:"cap, prepaid, credit or commitment" example:"cap"`
	LimitID    string   `json:"limit_id,omitempty" maxLength:"200" example:"ceiling"`
	Thresholds []string `json:"thresholds" minItems:"1" maxItems:"10" example:"[\"80\",\"100\"]"`
	Roles      []string `json:"roles,omitempty" doc:"payable, procurement, technical. Without roles and addresses the alert is a webhook only"`
	Addresses  []string `json:"addresses,omitempty" maxItems:"10"`
}

// alertList is short: nobody sets hundreds.
type alertList struct {
	Alerts []alertRule `json:"alerts"`
}

// firedAlert is an alert that fired. It stays, whatever is corrected later.
type firedAlert struct {
	Alert     string      `json:"alert" doc:"The rule, as in the webhook" example:"rule:7"`
	Subject   string      `json:"subject" example:"Cap of 5,000.00 a month"`
	From      period.Date `json:"from" format:"date" example:"2026-03-01"`
	Through   period.Date `json:"through" format:"date" example:"2026-03-31"`
	Threshold string      `json:"threshold" example:"80"`
	Value     string      `json:"value" doc:"When it fired" example:"82.5"`
	Unit      string      `json:"unit" doc:"A currency, what is counted, or %" example:"%"`
	FiredOn   period.Date `json:"fired_on" format:"date" example:"2026-03-19"`
}

type firedList struct {
	Fired []firedAlert `json:"fired" doc:"The latest first, at most 100"`
}

// AlertAt names an alert of a customer.
type AlertAt struct {
	CustomerAt
	Alert int64 `path:"alert" minimum:"1" doc:"The alert's id" example:"7"`
}

type firedAt struct {
	Alert string `path:"alert" maxLength:"200" doc:"The rule, as in the webhook's object" example:"rule:7"`
}

func (s *server) spendOperations() []operation {
	usage, customer := "/v1/usage", "/v1/customers/{customer}"
	rule := alertRule{ID: 7, Version: 1, Customer: "northwind", Kind: "percent", Contract: "C-100", LimitKind: "cap", LimitID: "ceiling", Thresholds: []string{"80", "100"}, Roles: []string{"technical"}, Addresses: []string{}, SetBy: "staff"}
	asked := newAlert{Kind: "percent", Contract: "C-100", LimitKind: "cap", LimitID: "ceiling", Thresholds: []string{"80", "100"}, Roles: []string{"technical"}}
	desks := []access.Role{access.Sales, access.Finance, access.Support}
	return []operation{
		read(about{
			id: "get-running-bill", method: http.MethodGet, path: customer + "/running-bill", tag: tagUsage, scope: access.UsageRead,
			summary: "The running bill", details: "What the next invoices hold so far, priced as they will be, with usage as it arrived until now. Asked on the day of invoicing before the run, it is the invoice. The tax is an estimate.",
			answer: exampleRunning,
		}, s.giveRunning),
		read(about{
			id: "get-forecast", method: http.MethodGet, path: customer + "/forecast", tag: tagUsage, scope: access.UsageRead,
			summary: "Where the running bill will end", details: "At the pace of the last 28 days, by day of the week; no growth is guessed. Where there is too little to go by, `said` is false and `basis` tells why.",
			answer: spendForecast{Customer: "northwind", AsOf: period.NewDate(2026, 3, 10), Contracts: []contractForecast{{Contract: "C-100", Currency: "USD", Basis: "At the pace of the last 28 days, by day of the week", Said: true, LeftOut: []string{},
				Bills:  []expectedBill{{period.NewDate(2026, 4, 1), "1250.00", "3870.00", "3700.00", "4010.00"}},
				Limits: []reachedLimit{{Kind: "cap", ID: "ceiling", On: period.NewDate(2026, 3, 24), Earliest: period.NewDate(2026, 3, 23), Latest: period.NewDate(2026, 3, 26), Percent: "118"}}}}},
		}, s.giveForecast),
		read(about{
			id: "list-customer-alerts", method: http.MethodGet, path: customer + "/alerts", tag: tagUsage, scope: access.UsageRead,
			summary: "Alerts set for a customer, and those that come with its contracts", answer: alertList{[]alertRule{rule}},
		}, s.giveAlerts),
		write(about{
			id: "set-alert", method: http.MethodPost, path: customer + "/alerts", tag: tagUsage, scope: access.UsageWrite, roles: desks, status: http.StatusCreated,
			summary: "Set an alert", details: "It fires once for each threshold in each period of what it looks at, as an e-mail and the webhook `usage.alert`. What a later correction takes away does not take it back.", request: asked, answer: rule,
		}, s.setAlert),
		write(about{
			id: "replace-alert", method: http.MethodPut, path: customer + "/alerts/{alert}", tag: tagUsage, scope: access.UsageWrite, roles: desks,
			summary: "Replace an alert", details: "Another version of it: what fired under the one before stays fired.", request: asked, answer: rule,
		}, s.replaceAlert),
		write(about{
			id: "remove-alert", method: http.MethodDelete, path: customer + "/alerts/{alert}", tag: tagUsage, scope: access.UsageWrite, roles: desks, status: http.StatusNoContent,
			summary: "Remove an alert", answer: none{},
		}, s.removeAlert),
		read(about{
			id: "list-fired-alerts", method: http.MethodGet, path: usage + "/alerts/{alert}", tag: tagUsage, scope: access.UsageRead,
			summary: "What an alert fired", details: "The address that webhooks of alerts lead to.",
			answer: firedList{[]firedAlert{{"rule:7", "Cap of 5,000.00 a month", period.NewDate(2026, 3, 1), period.NewDate(2026, 3, 31), "80", "82.5", "%", period.NewDate(2026, 3, 19)}}},
		}, s.giveFired),
	}
}

var exampleRunning = runningBill{
	Customer: "northwind", AsOf: period.NewDate(2026, 3, 10),
	Totals: []billTotal{{period.NewDate(2026, 4, 1), "USD", "1250.00", "103.13", "1353.13"}},
	Lines: []billLine{{Contract: "C-100", Line: "calls", Kind: "usage", Description: "API calls", From: period.NewDate(2026, 3, 1), Through: period.NewDate(2026, 3, 31), InvoicedOn: period.NewDate(2026, 4, 1), Open: true,
		Quantity: "120000", Unit: "call", Included: "1000", Tier: 2, Drawn: []drawnFrom{}, Reduced: []reducedBy{}, Amount: "1250.00", Currency: "USD"}},
	Limits: []spendLimit{{Contract: "C-100", Kind: "cap", ID: "ceiling", Label: "Cap of 5,000.00 a month", From: period.NewDate(2026, 3, 1), Through: period.NewDate(2026, 3, 31), Unit: "USD", Size: "5000.00", Reached: "1250.00", Left: "3750.00", Percent: "25", Then: "warn"}},
}

// spender loads a customer's account in one snapshot and prices it.
func (c *call) spender(external string) (customers.Customer, *spend.Account, error) {
	found, err := customers.ByExternalID(c.ctx, c.DB, external, c.Today())
	if err != nil {
		return found, nil, err
	}
	var x *spend.Account
	err = c.DB.Snapshot(c.ctx, func(tx pgx.Tx) (err error) {
		x, err = spend.Load(c.ctx, tx, found.Account, c.Today())
		return err
	})
	return found, x, err
}

func (s *server) giveRunning(c *call, in *CustomerAt) (runningBill, error) {
	who, x, err := c.spender(in.Customer)
	if err != nil {
		return runningBill{}, err
	}
	whole, err := x.Running()
	if err != nil {
		return runningBill{}, err
	}
	bill := whole.Of(who.ID)
	out := runningBill{Customer: who.ExternalID, AsOf: bill.AsOf, Totals: []billTotal{}, Lines: []billLine{}, Limits: []spendLimit{}}
	for _, t := range bill.Totals() {
		out.Totals = append(out.Totals, billTotal{t.On, string(t.Currency), t.Net.String(), t.Tax.String(), t.Gross().String()})
	}
	for _, l := range bill.Lines {
		out.Lines = append(out.Lines, billLineOf(l))
	}
	for _, l := range bill.Limits {
		out.Limits = append(out.Limits, limitOf(l))
	}
	return out, nil
}

func billLineOf(l spend.Line) billLine {
	d := l.Detail
	out := billLine{
		Contract: l.ContractNumber, Line: l.Line.Line, Kind: string(l.Kind), Description: l.Description, From: l.Span.Start, Through: l.Span.Last(), InvoicedOn: l.On, Open: l.Open,
		Quantity: d.Quantity.String(), Unit: d.Unit, Included: d.Included.String(), Tier: len(d.Tiers), Drawn: []drawnFrom{}, Reduced: []reducedBy{}, Amount: l.Amount.String(), Currency: string(l.Amount.Currency()),
	}
	for _, x := range d.Draws {
		out.Drawn = append(out.Drawn, drawnFrom{x.From, x.Amount.String(), x.Left.String(), x.LeftUnits.String()})
	}
	for _, r := range d.Reduced {
		out.Reduced = append(out.Reduced, reducedBy{string(r.Kind), r.ID, r.Label, r.Amount.String()})
	}
	return out
}

func limitOf(l spend.Limit) spendLimit {
	last := l.Period.Last()
	if !l.Expires.IsZero() {
		last = l.Expires.AddDays(-1)
	}
	amount, rest := l.Left()
	out := spendLimit{Contract: l.Number, Kind: string(l.Kind), ID: l.ID, Label: l.Label, From: l.Period.Start, Through: last, Unit: string(l.Currency),
		Size: l.Size.String(), Reached: l.Reached.String(), Left: amount.String(), Percent: l.Percent().String(), Then: string(l.Then)}
	if l.InUnits {
		out.Unit, out.Size, out.Reached, out.Left = l.Unit, l.SizeUnits.String(), l.ReachedUnits.String(), rest.String()
	}
	return out
}

func (s *server) giveForecast(c *call, in *CustomerAt) (spendForecast, error) {
	who, x, err := c.spender(in.Customer)
	if err != nil {
		return spendForecast{}, err
	}
	whole, err := x.Forecast()
	if err != nil {
		return spendForecast{}, err
	}
	out := spendForecast{Customer: who.ExternalID, AsOf: whole.AsOf, Contracts: []contractForecast{}}
	for _, o := range whole.Of(who.ID).Contracts {
		one := contractForecast{Contract: o.Number, Currency: string(o.Currency), Basis: o.Basis, Said: o.Unsaid == "", LeftOut: append([]string{}, o.LeftOut...), Bills: []expectedBill{}, Limits: []reachedLimit{}}
		for _, b := range o.Bills {
			one.Bills = append(one.Bills, expectedBill{b.On, b.SoFar.String(), b.Amount.String(), b.Low.String(), b.High.String()})
		}
		for _, r := range o.Limits {
			one.Limits = append(one.Limits, reachedLimit{string(r.Kind), r.ID, r.Reached, r.On, r.Earliest, r.Latest, r.Percent.Round(0).String()})
		}
		out.Contracts = append(out.Contracts, one)
	}
	return out, nil
}

func (s *server) giveAlerts(c *call, in *CustomerAt) (alertList, error) {
	who, x, err := c.spender(in.Customer)
	if err != nil {
		return alertList{}, err
	}
	set, err := spend.Rules(c.ctx, c.DB, who.Account)
	if err != nil {
		return alertList{}, err
	}
	out := alertList{[]alertRule{}}
	for _, r := range x.Rules(set) {
		if r.Customer == who.ID {
			out.Alerts = append(out.Alerts, alertOf(r, who, x.Facts.Agreements))
		}
	}
	return out, nil
}

func alertOf(r spend.Rule, who customers.Customer, agreed []contracts.Agreement) alertRule {
	out := alertRule{ID: r.ID, Version: r.Revision, Customer: who.ExternalID, Kind: string(r.Kind), Meter: r.Meter, Line: r.Line, LimitKind: string(r.Limit), LimitID: r.LimitID,
		Thresholds: []string{}, Roles: []string{}, Addresses: append([]string{}, r.Addresses...), SetBy: string(r.SetBy)}
	for _, a := range agreed {
		if a.Contract == r.Contract {
			out.Contract = a.Number
		}
	}
	for _, t := range r.Thresholds {
		out.Thresholds = append(out.Thresholds, t.String())
	}
	for _, role := range r.Roles {
		out.Roles = append(out.Roles, string(role))
	}
	return out
}

func (s *server) setAlert(c *call, tx pgx.Tx, in *struct {
	CustomerAt
	Body newAlert
}) (alertRule, error) {
	return c.alert(tx, in.Customer, 0, in.Body)
}

func (s *server) replaceAlert(c *call, tx pgx.Tx, in *struct {
	AlertAt
	Body newAlert
}) (alertRule, error) {
	return c.alert(tx, in.Customer, in.Alert, in.Body)
}

// alert sets a rule, or another version of the one with the id.
func (c *call) alert(tx pgx.Tx, external string, id int64, b newAlert) (alertRule, error) {
	who, err := customers.ByExternalID(c.ctx, tx, external, c.Today())
	if err != nil {
		return alertRule{}, err
	}
	r := spend.Rule{ID: id, Customer: who.ID, Kind: spend.Kind(b.Kind), Meter: b.Meter, Line: b.Line, Limit: contracts.LimitKind(b.LimitKind), LimitID: b.LimitID, Addresses: b.Addresses}
	for i, t := range b.Thresholds {
		d, err := spend.Threshold(t)
		if err != nil {
			return alertRule{}, fault.InvalidFields(fault.Field{Path: "thresholds[" + strconv.Itoa(i) + "]", Value: fault.Shown(t), Message: "is not a plain decimal number, such as 80 or 2500.50"})
		}
		r.Thresholds = append(r.Thresholds, d)
	}
	for _, role := range b.Roles {
		r.Roles = append(r.Roles, customers.ContactRole(role))
	}
	agreed, err := contracts.LoadAgreements(c.ctx, tx, []customers.AccountID{who.Account})
	if err != nil {
		return alertRule{}, err
	}
	if r.Contract, err = contractCalled(agreed[who.Account], b.Contract); err != nil {
		return alertRule{}, err
	}
	if r, err = spend.Set(c.ctx, tx, r, c.Today(), c.by); err != nil {
		return alertRule{}, err
	}
	return alertOf(r, who, agreed[who.Account]), nil
}

func contractCalled(agreed []contracts.Agreement, number string) (contracts.ID, error) {
	if number == "" {
		return 0, nil
	}
	for _, a := range agreed {
		if a.Number == number {
			return a.Contract, nil
		}
	}
	return 0, fault.InvalidFields(fault.Field{Path: "contract", Value: fault.Shown(number), Message: "is not the number of a contract of this customer's account"})
}

func (s *server) removeAlert(c *call, tx pgx.Tx, in *AlertAt) (none, error) {
	who, err := customers.ByExternalID(c.ctx, tx, in.Customer, c.Today())
	if err != nil {
		return none{}, err
	}
	return none{}, spend.Remove(c.ctx, tx, who.ID, in.Alert, c.Today(), c.by)
}

func (s *server) giveFired(c *call, in *firedAt) (firedList, error) {
	found, err := spend.FiredBy(c.ctx, postgres.Querier(c.DB), in.Alert, 100)
	if err != nil {
		return firedList{}, err
	}
	out := firedList{[]firedAlert{}}
	for _, f := range found {
		out.Fired = append(out.Fired, firedAlert{f.Rule, f.Subject, f.Period.Start, f.Period.Last(), f.Threshold.String(), f.Value.String(), f.Unit, f.FiredOn})
	}
	return out, nil
}
