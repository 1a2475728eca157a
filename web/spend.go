package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/spend"
	"ratable/web/page"
	"ratable/web/ui"
)

// spendRoutes are what is about to be charged, its forecast, and the alerts about it: for the house and for the customer.
func spendRoutes() []route {
	return []route{
		{get, "/customers/:id/spending", staff, (*visit).spendingPage},
		{get, "/customers/:id/alerts/new", noticers, (*visit).alertForm},
		{post, "/customers/:id/alerts/new", noticers, (*visit).setAlert},
		{get, "/customers/:id/alerts/:alert", noticers, (*visit).alertForm},
		{post, "/customers/:id/alerts/:alert", noticers, (*visit).setAlert},
		{get, "/my/spending", payers, (*visit).spendingPage},
		{get, "/my/alerts/new", payers, (*visit).alertForm},
		{post, "/my/alerts/new", payers, (*visit).setAlert},
		{get, "/my/alerts/:alert", payers, (*visit).alertForm},
		{post, "/my/alerts/:alert", payers, (*visit).setAlert},
	}
}

// spender is whose spending a page is about: the customer in the address, or the one who is signed in.
func (v *visit) spender(q postgres.Querier) (customers.Customer, error) {
	if v.visiting() {
		return v.me(q)
	}
	id, err := v.number("id")
	if err != nil {
		return customers.Customer{}, err
	}
	return customers.Get(v.ctx, q, customers.ID(id), v.Today())
}

// spendingAddress is the page of a customer's spending, for whoever looks.
func (v *visit) spendingAddress(c customers.Customer) string {
	if v.visiting() {
		return "/my/spending"
	}
	return customerAddress(c.ID) + "/spending"
}

func (v *visit) alertsAddress(c customers.Customer) string {
	if v.visiting() {
		return "/my/alerts"
	}
	return customerAddress(c.ID) + "/alerts"
}

// spent is all that the pages of one customer's spending are made of.
type spent struct {
	customer customers.Customer
	account  *spend.Account
	bill     spend.Bill
	forecast spend.Forecast
	rules    []spend.Measured // where what they look at stands
	idle     []spend.Rule     // with nothing to look at today
	told     []spend.Fired
}

// toldShown is how many fired alerts a page lists.
const toldShown = 30

// load prices the customer's account once, and keeps what it pays.
func (v *visit) spent(q postgres.Querier, c customers.Customer) (spent, error) {
	s := spent{customer: c}
	var err error
	if s.account, err = spend.Load(v.ctx, q, c.Account, v.Today()); err != nil {
		return s, err
	}
	bill, err := s.account.Running()
	if err != nil {
		return s, err
	}
	forecast, err := s.account.Forecast()
	if err != nil {
		return s, err
	}
	s.bill, s.forecast = bill.Of(c.ID), forecast.Of(c.ID)
	set, err := spend.Rules(v.ctx, q, c.Account)
	if err != nil {
		return s, err
	}
	for _, r := range s.account.Rules(set) {
		if r.Customer != c.ID {
			continue
		}
		at := s.account.Measure([]spend.Rule{r})
		if s.rules = append(s.rules, at...); len(at) == 0 {
			s.idle = append(s.idle, r)
		}
	}
	s.told, err = spend.History(v.ctx, q, c.ID, toldShown)
	return s, err
}

// spendingPage is the running bill line by line, where it will end, and the alerts about it.
func (v *visit) spendingPage() error {
	return v.DB.Snapshot(v.ctx, func(t tx) error {
		c, err := v.spender(t)
		if err != nil {
			return err
		}
		s, err := v.spent(t, c)
		if err != nil {
			return err
		}
		list := page.List{Head: ui.HeadProps{Title: "Spending", Sub: c.Name + ", as of " + ui.DayText(v.Today())}, Stats: s.stats(), Parts: s.says()}
		if !v.visiting() {
			list.Head.Crumbs = []ui.Anchor{{Label: "Customers", Href: "/customers"}, {Label: c.Name, Href: customerAddress(c.ID)}}
		}
		if at := v.alertsAddress(c); v.visiting() || v.may(get, "/customers/:id/alerts/new") {
			list.Head.Action = ui.Button(ui.ButtonProps{Label: "Add an alert", Href: at + "/new", Look: ui.Primary, Icon: "plus"})
		}
		chart, err := s.chart(v.Today())
		if err != nil {
			return err
		}
		if len(chart.Labels) > 0 {
			list.Parts = append(list.Parts, ui.Chart(chart))
		}
		if len(s.bill.Limits) > 0 {
			list.Tables = append(list.Tables, s.limitTable("", v.Today()))
		}
		list.Tables = append(list.Tables, s.billTable(v), v.alertTable(s), s.toldTable())
		list.Notes = []string{"The running bill is priced as the invoice will be, with usage as it arrived so far. Tax is an estimate. The invoice decides.",
			"A forecast goes by whole days that are over; it is rounded to three figures and guesses no growth. The range is that of the slowest and the busiest of its weeks."}
		room := "customers"
		if v.visiting() {
			room = "spending"
		}
		return v.page(http.StatusOK, frame{Title: "Spending of " + c.Name, Room: room}, page.ListPage(list))
	})
}

// stats are one glance: what the next invoice comes to, where it will end, and what is nearest to its limit.
func (s spent) stats() []ui.StatProps {
	var out []ui.StatProps
	for _, t := range s.bill.Totals() {
		if !t.On.After(s.bill.AsOf) && t.Net.IsZero() {
			continue
		}
		label := runningBill
		if !t.On.After(s.bill.AsOf) { // what a correction changes of bills that are out
			label = "Due to be issued"
		}
		out = append(out, ui.StatProps{Label: label, Value: ui.Money(t.Net), Note: fmt.Sprintf("%s with tax; invoiced on %s", ui.AmountText(t.Gross()), ui.DayText(t.On))})
		if e, ok := s.expected(t); ok {
			out = append(out, ui.StatProps{Label: "Expected by then", Value: ui.Money(e.Amount), Note: rangeOf(e)})
		}
		if len(out) >= 4 {
			break
		}
	}
	if len(out) == 0 {
		out = append(out, ui.StatProps{Label: runningBill, Value: ui.Nothing(), Note: "Nothing to be invoiced so far"})
	}
	if l, ok := s.nearest(); ok {
		out = append(out, ui.StatProps{Label: "Nearest to its limit", Value: ui.Text(wholePercent(l.Percent())), Note: l.Label, Tone: toneOf(l.Percent())})
	}
	return out
}

const runningBill = "Running bill"

// running is the one figure for pages that are about more: the bill of the period that runs, not the credit that waits for today.
func (s spent) running() ui.StatProps {
	all := s.stats()
	for _, x := range all {
		if x.Label == runningBill {
			return x
		}
	}
	return all[0]
}

func rangeOf(e spend.Expected) string {
	if e.Low == e.High {
		return "At the pace so far"
	}
	return fmt.Sprintf("%s to %s", e.Low.Display(), e.High.Display())
}

// expected adds up what the forecasts of a total's contracts say; false when one of them says nothing.
func (s spent) expected(t spend.Total) (spend.Expected, bool) {
	none := money.Zero(t.Currency)
	sum, found := spend.Expected{On: t.On, SoFar: none, Amount: none, Low: none, High: none, Advance: none}, false
	for _, o := range s.forecast.Contracts {
		if o.Currency != t.Currency {
			continue
		}
		if o.Unsaid != "" && s.asks(o.Contract, t) {
			return sum, false
		}
		for _, b := range o.Bills {
			if b.On == t.On {
				sum.SoFar, sum.Amount, sum.Low, sum.High = sum.SoFar.Add(b.SoFar), sum.Amount.Add(b.Amount), sum.Low.Add(b.Low), sum.High.Add(b.High)
				found = true
			}
		}
	}
	return sum, found
}

func (s spent) asks(id contracts.ID, t spend.Total) bool {
	for _, l := range s.bill.Lines {
		if l.Contract == id && l.On == t.On {
			return true
		}
	}
	return false
}

func (s spent) nearest() (spend.Limit, bool) {
	var out spend.Limit
	found := false
	for _, l := range s.bill.Limits {
		if l.Kind != contracts.CommitmentLimit && (!found || l.Percent().Cmp(out.Percent()) > 0) {
			out, found = l, true
		}
	}
	return out, found
}

// says is where the forecast comes from, contract by contract where they differ.
func (s spent) says() []templ.Component {
	var out []templ.Component
	seen := map[string]bool{}
	for _, o := range s.forecast.Contracts {
		if len(o.Lines) == 0 && o.Unsaid == "" && len(s.forecast.Contracts) > 1 {
			continue // fees only
		}
		text := o.Basis + "."
		if len(o.LeftOut) > 0 {
			text += " " + strings.Join(o.LeftOut, ", ") + " is taken as it stands: too little to go by."
		}
		if len(s.forecast.Contracts) > 1 {
			text = o.Number + ": " + text
		}
		if !seen[text] {
			seen[text] = true
			out = append(out, page.Saying(text))
		}
	}
	return out
}

func wholePercent(d decimal.Decimal) string { return d.Round(0).String() + " %" }

func toneOf(percent decimal.Decimal) ui.Tone {
	switch {
	case percent.Cmp(decimal.NewFromInt(100)) >= 0:
		return ui.Bad
	case percent.Cmp(decimal.NewFromInt(80)) >= 0:
		return ui.Warn
	}
	return ""
}

// limitTable is what is left of caps, balances, credits and commitments, and when each is expected to be reached.
func (s spent) limitTable(id string, today period.Date) ui.TableProps {
	t := ui.TableProps{Title: "Caps and balances", Columns: []ui.Column{{Label: "Limit"}, {Label: "Reached"}, {Label: "So far", Kind: ui.Figures}, {Label: "Left", Kind: ui.Figures}, {Label: "Until", Kind: ui.Tight}, {Label: "Expected"}}}
	for _, l := range s.bill.Limits {
		if id != "" && l.Number != id {
			continue
		}
		tone := toneOf(l.Percent())
		if l.Kind == contracts.CommitmentLimit {
			tone = "" // to reach it is what was promised
		}
		last := l.Period.End.AddDays(-1)
		if !l.Expires.IsZero() {
			last = l.Expires.AddDays(-1)
		}
		sofar, left := limitFigures(l)
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.TwoLines(l.Label, l.Number+whatAbove(l)), page.GaugeBar(page.Gauge{Label: l.Label, Percent: l.Percent().Round(0).IntPart(), Tone: tone}),
			ui.Text(sofar), ui.Text(left), ui.Day(last), ui.Text(s.reaching(l, today)))})
	}
	return t
}

func limitFigures(l spend.Limit) (sofar, left string) {
	amount, rest := l.Left()
	if l.InUnits {
		return digits(l.ReachedUnits) + " " + units(l.Unit), digits(rest) + " " + units(l.Unit)
	}
	return ui.AmountText(l.Reached), ui.AmountText(amount)
}

func whatAbove(l spend.Limit) string {
	switch {
	case l.Kind != contracts.CapLimit:
		return ""
	case l.Bites && !l.Charged && l.Then == contracts.Continue:
		return ", nothing above is billed"
	}
	return map[contracts.Above]string{contracts.Stop: ", then the service stops", contracts.Throttle: ", then the service slows down", contracts.Warn: ", a warning", contracts.Continue: ", then as agreed"}[l.Then]
}

func (s spent) reaching(l spend.Limit, today period.Date) string {
	for _, o := range s.forecast.Contracts {
		for _, r := range o.Limits {
			if r.Contract == l.Contract && r.Kind == l.Kind && r.ID == l.ID && r.Period == l.Period {
				return reachedWhen(r)
			}
		}
		if o.Contract == l.Contract && o.Unsaid != "" && !l.Full() {
			return "Not enough to say"
		}
	}
	if l.Full() {
		return "Reached"
	}
	return "–"
}

func reachedWhen(r spend.Reaching) string {
	switch {
	case r.Reached:
		return "Reached"
	case r.On.IsZero() && r.Earliest.IsZero():
		return fmt.Sprintf("Not in this period: about %s at its end", wholePercent(r.Percent))
	case r.On.IsZero():
		return "Not in this period; in busy weeks from " + ui.DayText(r.Earliest)
	case !r.Latest.IsZero() && r.Latest != r.Earliest:
		return fmt.Sprintf("Around %s (%s to %s)", ui.DayText(r.On), r.Earliest.Format("2 Jan"), r.Latest.Format("2 Jan"))
	case r.Latest.IsZero():
		return fmt.Sprintf("Around %s, in slow weeks not at all", ui.DayText(r.On))
	}
	return "Around " + ui.DayText(r.On)
}

// linesShown is how many lines of a bill stand on the page; a bill with a few more than that is shown whole.
const linesShown = 30

// billTable is the running bill, a group for each day of invoicing: its largest lines where there are many, unless all are asked for.
func (s spent) billTable(v *visit) ui.TableProps {
	t := ui.TableProps{Title: "Running bill, an estimate", Columns: []ui.Column{{Label: "For"}, {Label: "Period", Kind: ui.Tight}, {Label: "Counted", Kind: ui.Figures}, {Label: "How", Kind: ui.Words}, {Label: "So far", Kind: ui.Figures}},
		Empty: ui.EmptyProps{Title: "Nothing yet", Text: "What is used or served and not yet invoiced shows here as it comes about."}}
	sum := func(label string, a money.Amount) ui.Row {
		return ui.Row{Cells: ui.Cells(ui.Text(label), ui.Text(""), ui.Text(""), ui.Text(""), ui.Money(a))}
	}
	for _, total := range s.bill.Totals() {
		lines := slices.DeleteFunc(slices.Clone(s.bill.Lines), func(l spend.Line) bool {
			return l.On != total.On || l.Payer != total.Payer || l.Amount.Currency() != total.Currency
		})
		shown, rest := lines, money.Zero(total.Currency)
		if len(lines) > linesShown*3/2 && v.query("lines") != "all" {
			shown, rest = largest(lines, linesShown)
		}
		group, one := "Invoiced on "+ui.DayText(total.On), true
		for _, l := range lines {
			one = one && l.ContractNumber == lines[0].ContractNumber
		}
		if one && len(lines) > 0 {
			group += ", contract " + lines[0].ContractNumber
		}
		t.Rows = append(t.Rows, ui.Row{Group: group})
		for _, l := range shown {
			t.Rows = append(t.Rows, ui.Row{Cells: s.billCells(l, v.visiting(), one)})
		}
		if n := len(lines) - len(shown); n > 0 {
			more := sum(howMany(n, "smaller line"), rest)
			more.Href = v.with("lines", "all")
			t.Rows = append(t.Rows, more)
		}
		tax := sum("Tax, as it would be today", total.Tax)
		tax.Muted = true
		t.Rows = append(t.Rows, sum("Before tax", total.Net), tax)
	}
	return t
}

// largest keeps the n lines that ask for or give back the most, in their order, and what the others come to.
func largest(lines []spend.Line, n int) (kept []spend.Line, rest money.Amount) {
	at := make([]int, len(lines))
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, func(a, b int) int { return lines[b].Amount.Abs().Cmp(lines[a].Amount.Abs()) })
	for _, i := range at[n:] {
		rest = rest.Add(lines[i].Amount)
	}
	top := at[:n]
	slices.Sort(top)
	for _, i := range top {
		kept = append(kept, lines[i])
	}
	return kept, rest
}

// billCells is one line; where all are of one contract, its number stands above them.
func (s spent) billCells(l spend.Line, mine, one bool) []templ.Component {
	name := l.Description
	if !mine && l.Customer != s.customer.ID {
		name += ", " + l.CustomerName
	}
	what, counted := ui.TwoLines(name, l.ContractNumber), ui.Nothing()
	if one {
		what = ui.Text(name)
	}
	if !l.Detail.Quantity.IsZero() {
		counted = ui.Text(digits(l.Detail.Quantity) + " " + units(l.Detail.Unit))
	}
	return ui.Cells(what, ui.Span(l.Span), counted, page.Lines(howCharged(l.Line)), ui.Money(l.Amount))
}

// howCharged says what came between what was counted and the amount.
func howCharged(l invoicing.Line) []string {
	var out []string
	d := l.Detail
	if d.Included.IsPositive() {
		out = append(out, digits(d.Included)+" "+units(d.Unit)+" included")
	}
	switch n := len(d.Tiers); {
	case n > 1 && d.Tiers[n-1].Label != "": // priced by what the events say: no tier comes after another
		low, high := d.Tiers[0].Unit, d.Tiers[0].Unit
		for _, t := range d.Tiers {
			low, high = decimal.Min(low, t.Unit), decimal.Max(high, t.Unit)
		}
		out = append(out, fmt.Sprintf("at %d prices, %s to %s each", n, price(low), price(high)))
	case n > 1:
		out = append(out, fmt.Sprintf("in tier %d: %s each", n, price(d.Tiers[n-1].Unit)))
	}
	for _, x := range d.Draws {
		left := ui.AmountText(x.Left)
		if !x.LeftUnits.IsZero() || !x.Units.IsZero() {
			left = digits(x.LeftUnits) + " " + units(d.Unit)
		}
		out = append(out, fmt.Sprintf("%s from %s, %s left", ui.AmountText(x.Amount), x.From, left))
	}
	for _, r := range d.Reduced {
		if r.Amount.Sign() >= 0 {
			out = append(out, r.Label+": −"+ui.AmountText(r.Amount))
		} else {
			out = append(out, r.Label+": "+ui.AmountText(r.Amount.Neg()))
		}
	}
	if l.Corrects != nil {
		out = append(out, "corrects "+l.Corrects.Document)
	}
	if l.Follows != nil {
		out = append(out, "added to "+l.Follows.Document)
	}
	return out
}

// chart draws how the next bill came about and how it is expected to go on.
func (s spent) chart(today period.Date) (ui.ChartProps, error) {
	var t spend.Total
	for _, one := range s.bill.Totals() {
		if t.On.IsZero() && one.On.After(today) && !one.Net.IsZero() {
			t = one
		}
	}
	if t.On.IsZero() {
		return ui.ChartProps{}, nil
	}
	course, err := s.account.Course(t)
	if err != nil {
		return ui.ChartProps{}, err
	}
	c := ui.ChartProps{Title: "Running bill to be invoiced on " + ui.DayText(t.On) + ", " + string(t.Currency), Kind: ui.Stacked, Head: "By the end of", Digits: t.Currency.Exponent(), Series: []ui.Series{{Name: "So far"}}}
	none := money.Zero(t.Currency)
	var sofar, expected []money.Amount
	for _, p := range course {
		c.Labels = append(c.Labels, p.Day.Format("2 Jan"))
		if p.Expected {
			sofar, expected = append(sofar, none), append(expected, p.Amount)
		} else {
			sofar, expected = append(sofar, p.Amount), append(expected, none)
		}
	}
	c.Series[0].Marks = ui.AmountMarks(sofar...)
	if n := len(course); n > 0 && course[n-1].Expected {
		c.Series = append(c.Series, ui.Series{Name: "Expected", Marks: ui.AmountMarks(expected...)})
	}
	return c, nil
}
