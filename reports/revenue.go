package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// byMonth is a table with a column for each month of the stretch and their sum.
type byMonth struct {
	*Table
	d     *drawing
	first period.Month
	lead  int // columns before the months
}

func (d *drawing) byMonth(name, title string, lead ...Column) byMonth {
	t := newTable(name, title, lead...)
	for _, m := range d.months() {
		t.Columns = append(t.Columns, figure(m.String(), m.First().Format("Jan 2006")))
	}
	t.Columns = append(t.Columns, figure("total", "Total"))
	return byMonth{t, d, d.From, len(lead)}
}

// row adds a line of figures by month; link says where a month leads, the zero month being their sum.
func (b byMonth) row(lead []Cell, amounts map[period.Month]money.Amount, link func(m period.Month) Link) int {
	sum := b.d.zero()
	cells := slices.Clone(lead)
	for _, m := range b.d.months() {
		a := b.d.zero().Add(amounts[m])
		sum = sum.Add(a)
		cells = append(cells, is(a, link(m)))
	}
	return b.line(append(cells, is(sum, link(period.Month{})))...)
}

// postings is where the figures of some accounts in a month of the stretch were booked; no month is all of it.
func (d *drawing) postings(m period.Month, pairs ...any) Link {
	from, through := d.From.First(), d.Month.Last()
	if !m.IsZero() {
		from, through = m.First(), m.Last()
	}
	return to(ToPostings, "", append([]any{"entity", d.Entity.ID, "currency", d.Currency, "from", from, "through", through}, pairs...)...)
}

// standing is where a balance at the end of the month was booked.
func (d *drawing) standing(pairs ...any) Link {
	return to(ToPostings, "", append([]any{"entity", d.Entity.ID, "currency", d.Currency, "through", d.Month.Last()}, pairs...)...)
}

// group is a row of revenue by something.
type group struct {
	name    Cell
	sort    string
	amounts map[period.Month]money.Amount
	total   money.Amount
	link    func(m period.Month) Link
}

// revenueBy lays revenue out by month and by what was asked for.
func (d *drawing) revenueBy() error {
	var groups []group
	var err error
	switch d.By {
	case "entity":
		groups, err = d.revenueByEntity()
	case "billing":
		return d.revenueByBilling()
	case "account":
		groups, err = d.revenueByAccount()
	default:
		groups, err = d.revenueByLine()
	}
	if err != nil {
		return err
	}
	label := ""
	for _, c := range d.out.Report.By {
		if c.Value == d.By {
			label = c.Label
		}
	}
	if d.By == "cohort" {
		slices.SortStableFunc(groups, func(a, b group) int { return cmp.Compare(a.sort, b.sort) })
	} else { // the largest first: who looks at revenue by customer looks for those
		slices.SortStableFunc(groups, func(a, b group) int {
			return cmp.Or(cmp.Compare(b.total.Minor(), a.total.Minor()), cmp.Compare(a.sort, b.sort))
		})
	}
	if d.Of != "" {
		label = "Contract"
	}
	t := d.byMonth("revenue", "", words(d.By, label))
	for _, g := range groups {
		t.row([]Cell{g.name}, g.amounts, g.link)
	}
	if d.Of == "" {
		t.total(d.zero(), t.totalLink(ledger.Income))
	} else {
		t.total(d.zero())
	}
	t.Empty = "Nothing was earned in these months"
	d.add(t.Table)
	switch {
	case d.Of != "":
		d.note("Of one " + d.By + ": " + d.Of + ".")
	case d.By == "entity":
		d.out.Chart = d.stack("Earned, by "+strings.ToLower(label), groups)
		d.note("Revenue of all legal entities in " + string(d.Currency) + ".")
	default:
		d.out.Chart = d.stack("Earned, by "+strings.ToLower(label), groups)
		if err := d.revenueAgrees(t.of("total", d.zero())); err != nil {
			return err
		}
	}
	d.note("Revenue as booked, by the month it was booked in: what belongs to a month that was closed stands in the first open one (see Corrections). What we collect as an agent for somebody else is not in it. What lowers revenue (refunds, credit losses by policy) stands on the income statement.")
	return nil
}

// totalLink leads from a total's month to the postings of all of it.
func (b byMonth) totalLink(kind ledger.Type) func(column int) Link {
	months := b.d.months()
	return func(column int) Link {
		pairs := []any{"ledger", kind}
		if b.d.By == "entity" {
			return Link{} // the list of postings knows one entity or all currencies
		}
		if i := column - b.lead; i < len(months) {
			return b.d.postings(months[i], pairs...)
		}
		return b.d.postings(period.Month{}, pairs...)
	}
}

// revenueAgrees holds a sum of revenue against the ledger's.
func (d *drawing) revenueAgrees(sum money.Amount) error {
	trial, err := d.balances()
	if err != nil {
		return err
	}
	booked := d.zero()
	for _, a := range ledger.NetRevenue() {
		row := trial.Row(a, d.Currency)
		booked = booked.Add(row.Credit).Sub(row.Debit)
	}
	d.check("Revenue", "this report", sum, "trial balance", booked)
	return nil
}

// grouped collects groups by key in the order they come.
type grouped struct {
	list  []group
	index map[string]int
}

func (g *grouped) of(key string, name Cell) int {
	if g.index == nil {
		g.index = map[string]int{}
	}
	if i, ok := g.index[key]; ok {
		return i
	}
	g.index[key] = len(g.list)
	g.list = append(g.list, group{name: name, sort: key, amounts: map[period.Month]money.Amount{}})
	return len(g.list) - 1
}

// placed is a contract line and the group it belongs to.
type placed struct {
	contract contracts.ID
	line     string // empty: the whole contract
	key      string // of the group, as an address spells it
	name     Cell
}

// revenueByLine puts every contract line into a group and has the database add the groups up. With Of it is one group, laid
// out by contract: the step between a product's figure and its postings.
func (d *drawing) revenueByLine() ([]group, error) {
	sort := d.parties
	if d.By == "product" {
		sort = d.products
	}
	all, err := sort()
	if err != nil {
		return nil, err
	}
	var g grouped
	var by ledger.Grouping
	for _, p := range all {
		switch {
		case d.Of == "":
			by.Add(int64(p.contract), p.line, d.within(&g, p))
		case d.Of == p.key:
			by.Add(int64(p.contract), p.line, d.deeper(&g, p))
		}
	}
	sums, err := ledger.EarnedBy(d.ctx, d.q, d.stretch(), by)
	if err != nil {
		return nil, err
	}
	for _, s := range sums {
		if s.Group < 0 && d.Of != "" {
			continue
		}
		if s.Group < 0 {
			s.Group = g.of("~", says("None of these"))
			g.list[s.Group].link = func(period.Month) Link { return Link{} }
		}
		at := &g.list[s.Group]
		at.amounts[s.Month] = s.Amount
		at.total = at.total.Add(s.Amount)
	}
	return slices.DeleteFunc(g.list, func(g group) bool { return len(g.amounts) == 0 }), nil
}

// within is the group of a line; its figures lead to the contracts in it.
func (d *drawing) within(g *grouped, p placed) int {
	n := g.of(p.key, p.name)
	g.list[n].link = func(m period.Month) Link {
		from, through := d.From, d.Month
		if !m.IsZero() {
			from, through = m, m
		}
		return to(ToReport, "revenue", "entity", d.Entity.ID, "currency", d.Currency, "by", d.By, "of", p.key, "from", from, "month", through)
	}
	return n
}

// deeper is the row of a line by itself; its figures lead to its postings.
func (d *drawing) deeper(g *grouped, p placed) int {
	n := g.of(fmt.Sprintf("%09d %s", p.contract, p.line), contract(int64(p.contract)))
	g.list[n].link = func(m period.Month) Link {
		return d.postings(m, "contract", p.contract, "line", p.line, "ledger", ledger.Income)
	}
	return n
}

// products groups lines by the product they are sold as.
func (d *drawing) products() ([]placed, error) {
	lines, err := contracts.ProductLines(d.ctx, d.q, d.Entity.ID)
	if err != nil {
		return nil, err
	}
	sold, err := catalog.Load(d.ctx, d.q)
	if err != nil {
		return nil, err
	}
	var out []placed
	for _, l := range lines {
		name := says(l.Product)
		if p, ok := sold.Product(l.Product, d.Month.Last()); ok {
			name = Cell{Text: p.Name, Link: to(ToProduct, l.Product)}
		}
		out = append(out, placed{l.Contract, l.Line, l.Product, name})
	}
	return out, nil
}

// parties groups whole contracts: by who uses, where they are, or when it was signed.
func (d *drawing) parties() ([]placed, error) {
	sales, err := contracts.Sales(d.ctx, d.q, d.Entity.ID)
	if err != nil {
		return nil, err
	}
	ids := make([]customers.ID, len(sales))
	for i, s := range sales {
		ids[i] = s.Customer
	}
	called, err := customers.NamesOf(d.ctx, d.q, ids)
	if err != nil {
		return nil, err
	}
	countries, err := customers.Countries(d.ctx, d.q, ids, d.Month.Last())
	if err != nil {
		return nil, err
	}
	out := make([]placed, len(sales))
	for i, s := range sales {
		id := fmt.Sprint(s.Customer)
		switch d.By {
		case "customer":
			out[i] = placed{s.Contract, "", id, Cell{Text: called[s.Customer], Link: to(ToCustomer, id)}}
		case "country":
			key := cmp.Or(countries[s.Customer], "unknown")
			out[i] = placed{s.Contract, "", key, says(key)}
		default:
			out[i] = placed{s.Contract, "", s.SignedIn.String(), says(s.SignedIn.String())}
		}
	}
	return out, nil
}

func (d *drawing) revenueByEntity() ([]group, error) {
	directory, err := entities.Load(d.ctx, d.q)
	if err != nil {
		return nil, err
	}
	sums, err := ledger.EarnedByEntity(d.ctx, d.q, d.stretch())
	if err != nil {
		return nil, err
	}
	var g grouped
	for _, s := range sums {
		e, _ := directory.ByID(s.Entity)
		at := &g.list[g.of(e.Code, says(e.Name))]
		at.amounts[s.Month], at.total = s.Amount, at.total.Add(s.Amount)
		at.link = func(m period.Month) Link {
			from, through := d.From.First(), d.Month.Last()
			if !m.IsZero() {
				from, through = m.First(), m.Last()
			}
			return to(ToPostings, "", "entity", s.Entity, "currency", d.Currency, "ledger", ledger.Income, "from", from, "through", through)
		}
	}
	return g.list, nil
}

func (d *drawing) revenueByAccount() ([]group, error) {
	sums, err := ledger.MonthSums(d.ctx, d.q, d.stretch(), ledger.NetRevenue())
	if err != nil {
		return nil, err
	}
	var g grouped
	for _, s := range sums {
		at := &g.list[g.of(s.Account.String(), says(s.Account.Info().Name))]
		at.amounts[s.Month], at.total = s.Amount.Neg(), at.total.Sub(s.Amount)
		at.link = func(m period.Month) Link { return d.postings(m, "ledger", int(s.Account)) }
	}
	return g.list, nil
}

// revenueByBilling splits what was earned by where it came from: billed before, or not billed yet.
func (d *drawing) revenueByBilling() error {
	found, err := ledger.ReleasedByMonth(d.ctx, d.q, d.stretch())
	if err != nil {
		return err
	}
	t := d.byMonth("revenue", "", words("billing", "Billed or not"))
	amounts := make([]map[period.Month]money.Amount, 4)
	for i := range amounts {
		amounts[i] = map[period.Month]money.Amount{}
	}
	for _, r := range found {
		amounts[0][r.Month], amounts[1][r.Month], amounts[2][r.Month] = r.Deferred, r.Unbilled, r.Passed.Neg()
		amounts[3][r.Month] = r.Revenue.Sub(r.Deferred).Sub(r.Unbilled).Add(r.Passed)
	}
	at := func(pairs ...any) func(period.Month) Link {
		return func(m period.Month) Link { return d.postings(m, pairs...) }
	}
	t.row([]Cell{says("Billed before: out of deferred revenue")}, amounts[0], at("ledger", int(ledger.DeferredRevenue)))
	t.row([]Cell{says("Not billed yet: into unbilled receivables")}, amounts[1], at("ledger", int(ledger.UnbilledReceivable)))
	t.row([]Cell{says("Less what is passed on as an agent")}, amounts[2], at("ledger", int(ledger.PayableToPrincipal)))
	t.row([]Cell{says("Booked otherwise")}, amounts[3], at("ledger", ledger.Income))
	t.total(d.zero(), t.totalLink(ledger.Income))
	d.add(t.Table)
	chart := &Chart{Title: "Earned, by whether it was billed", Stacked: true, Head: "Month", Series: []Series{{Name: "Billed before"}, {Name: "Not billed yet"}}}
	for _, m := range d.months() {
		chart.Labels = append(chart.Labels, m.First().Format("Jan 2006"))
		for i := range chart.Series {
			chart.Series[i].Values = append(chart.Series[i].Values, d.zero().Add(amounts[i][m]))
		}
	}
	d.out.Chart = chart
	d.note("As it stood when it was recognized: what was not billed then may have been billed since (see the unbilled roll-forward).")
	return d.revenueAgrees(t.of("total", d.zero()))
}

// mostColors is how many series a drawing tells apart.
const mostColors = 6

// stack draws groups on top of each other, the smaller ones together.
func (d *drawing) stack(title string, groups []group) *Chart {
	c := &Chart{Title: title, Stacked: true, Head: "Month"}
	for _, m := range d.months() {
		c.Labels = append(c.Labels, m.First().Format("Jan 2006"))
	}
	ranked := slices.Clone(groups)
	slices.SortStableFunc(ranked, func(a, b group) int { return cmp.Compare(b.total.Abs().Minor(), a.total.Abs().Minor()) })
	for i, g := range ranked {
		if i < mostColors-1 || len(ranked) <= mostColors {
			c.Series = append(c.Series, Series{Name: g.name.Text, Values: d.zeros()})
		} else if i == mostColors-1 {
			c.Series = append(c.Series, Series{Name: "Others", Values: d.zeros()})
		}
		at := &c.Series[min(i, mostColors-1)]
		for j, m := range d.months() {
			at.Values[j] = at.Values[j].Add(g.amounts[m])
		}
	}
	return c
}

func (d *drawing) zeros() []money.Amount {
	out := make([]money.Amount, len(d.months()))
	for i := range out {
		out[i] = d.zero()
	}
	return out
}
