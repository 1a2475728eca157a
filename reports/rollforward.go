package reports

import (
	"cmp"
	"maps"
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// liable are the accounts that a contract's liability stands on. Refund liabilities stand for themselves (606-10-45).
var liable = []ledger.Account{ledger.DeferredRevenue, ledger.ContractLiability, ledger.AdjustmentLiability}

// accrued are those of what is earned and not billed.
var accrued = []ledger.Account{ledger.UnbilledReceivable, ledger.ContractAsset}

// step is why a balance moved, as roll-forwards tell it.
type step int

const (
	opened step = iota
	billed
	credited
	recognized
	exchanged // by a rate of exchange
	allocated // between promises of a contract
	impaired
	otherwise // manual journals, opening balances brought over
)

// stepOf tells it from the first word of an entry's source. What nobody knows is shown as such, never hidden in another column.
func stepOf(m ledger.Move) step {
	switch {
	case m.Cause == "":
		return opened
	case m.Ledger == ledger.AdjustmentLiability:
		return allocated
	}
	switch m.Cause {
	case "invoice":
		return billed
	case "credit_note", "void":
		return credited
	case "revenue":
		return recognized
	case "fx", "remeasure", "remeasurement", "revaluation":
		return exchanged
	case "impairment":
		return impaired
	}
	return otherwise
}

// rolled is how the balance of a contract moved, step by step, with its own sign.
type rolled struct {
	contract int64
	steps    map[step]money.Amount
	opening  money.Amount // of it, what was recognized out of the opening balance
}

// roll adds moves up by contract. Recognition is matched line by line: first with what the line opened with, and the rest
// with what was added since (how Zuora does it; the standard leaves the order open).
func roll(moves []ledger.Move, credit bool) []rolled {
	type line struct {
		contract int64
		line     string
	}
	lines := map[line]map[step]money.Amount{}
	for _, m := range moves {
		k := line{m.Contract, m.Line}
		if lines[k] == nil {
			lines[k] = map[step]money.Amount{}
		}
		amount := m.Amount
		if credit {
			amount = amount.Neg()
		}
		lines[k][stepOf(m)] = lines[k][stepOf(m)].Add(amount)
	}
	byContract := map[int64]*rolled{}
	for k, steps := range lines {
		r := byContract[k.contract]
		if r == nil {
			r = &rolled{contract: k.contract, steps: map[step]money.Amount{}}
			byContract[k.contract] = r
		}
		for s, a := range steps {
			r.steps[s] = r.steps[s].Add(a)
		}
		r.opening = r.opening.Add(fromOpening(steps[opened], steps[recognized]))
	}
	out := make([]rolled, 0, len(byContract))
	for _, id := range slices.SortedFunc(maps.Keys(byContract), cmp.Compare) {
		out = append(out, *byContract[id])
	}
	return out
}

// fromOpening is the part of a release (negative) that an opening balance (positive) covers, as a release: negative, and
// never more than the balance.
func fromOpening(opening, released money.Amount) money.Amount {
	if opening.Sign() <= 0 || released.Sign() >= 0 {
		return opening.Sub(opening)
	}
	if released.Neg().Cmp(opening) > 0 {
		return opening.Neg()
	}
	return released
}

// liabilities rolls contract liabilities forward.
func (d *drawing) liabilities() error {
	moves, err := ledger.Moves(d.ctx, d.q, d.stretch(), liable)
	if err != nil {
		return err
	}
	t := newTable("by_contract", "", code("contract", "Contract"), figure("opening", "Opening"), figure("billings", "Billings"), figure("credits", "Credits and voids"),
		figure("recognized_opening", "Recognized of opening"), figure("recognized_additions", "Recognized of additions"), figure("allocation", "Allocation and modification"),
		figure("fx", "Exchange rates"), figure("other", "Other"), figure("closing", "Closing"))
	t.Empty = "No contract has a liability"
	for _, r := range roll(moves, true) {
		cells := []money.Amount{r.steps[opened], r.steps[billed], r.steps[credited], r.opening, r.steps[recognized].Sub(r.opening), r.steps[allocated], r.steps[exchanged], r.steps[otherwise].Add(r.steps[impaired])}
		d.rollRow(t, r.contract, cells, ledger.DeferredRevenue)
	}
	d.rollTotal(t, ledger.DeferredRevenue)
	d.add(t)
	booked, err := d.booked(liable...)
	if err != nil {
		return err
	}
	d.check("Closing", "this report", t.of("closing", d.zero()), "trial balance", booked.Neg())
	d.note("Deferred revenue, contract liabilities and what allocation moved between promises, credit positive. What is recognized is matched with the opening balance of the contract line first, and then with what was billed since (606-10-50-8(b)).")
	d.bridge(t)
	return nil
}

// rollRow adds a contract: its steps, and their sum as the closing balance. A contract in which nothing stands or moves is no row.
func (d *drawing) rollRow(t *Table, id int64, steps []money.Amount, account ledger.Account) {
	closing, something := d.zero(), false
	narrowed := func() []any { return []any{"contract", id, "ledger", int(account)} }
	cells := []Cell{contract(id)}
	if id == 0 {
		cells[0] = says("Without a contract")
	}
	for i, a := range steps {
		closing, something = closing.Add(a), something || !a.IsZero()
		link := d.postings(period.Month{}, narrowed()...)
		if i == 0 {
			link = to(ToPostings, "", append([]any{"entity", d.Entity.ID, "currency", d.Currency, "through", d.From.First().AddDays(-1)}, narrowed()...)...)
		}
		cells = append(cells, is(d.zero().Add(a), link))
	}
	if something {
		t.line(append(cells, is(closing, d.standing(narrowed()...)))...)
	}
}

func (d *drawing) rollTotal(t *Table, account ledger.Account) {
	t.total(d.zero(), func(column int) Link {
		switch column {
		case 1:
			return to(ToPostings, "", "entity", d.Entity.ID, "currency", d.Currency, "ledger", int(account), "through", d.From.First().AddDays(-1))
		case len(t.Columns) - 1:
			return d.standing("ledger", int(account))
		}
		return d.postings(period.Month{}, "ledger", int(account))
	})
}

// bridge draws a roll-forward's totals: opening, every step, closing.
func (d *drawing) bridge(t *Table) {
	c := &Chart{Title: "From opening to closing", Head: "Step", Series: []Series{{Name: "Amount"}}}
	for _, column := range t.Columns[1:] {
		if a := t.of(column.Name, d.zero()); column.Kind == Figure && (!a.IsZero() || column.Name == "opening" || column.Name == "closing") {
			c.Labels = append(c.Labels, column.Label)
			c.Series[0].Values = append(c.Series[0].Values, a)
		}
	}
	d.out.Chart = c
}

// unbilled rolls unbilled receivables and contract assets forward, and ages what is left by the month it was earned for.
func (d *drawing) unbilled() error {
	moves, err := ledger.Moves(d.ctx, d.q, d.stretch(), accrued)
	if err != nil {
		return err
	}
	t := newTable("by_contract", "", code("contract", "Contract"), figure("opening", "Opening"), figure("accrued", "Accrued"), figure("invoiced", "Invoiced"), figure("credits", "Credits and voids"),
		figure("fx", "Exchange rates"), figure("impaired", "Impaired"), figure("other", "Other"), figure("closing", "Closing"))
	t.Empty = "Nothing is earned ahead of its bill"
	for _, r := range roll(moves, false) {
		d.rollRow(t, r.contract, []money.Amount{r.steps[opened], r.steps[recognized], r.steps[billed], r.steps[credited], r.steps[exchanged], r.steps[impaired], r.steps[otherwise].Add(r.steps[allocated])}, ledger.UnbilledReceivable)
	}
	d.rollTotal(t, ledger.UnbilledReceivable)
	d.add(t)
	booked, err := d.booked(accrued...)
	if err != nil {
		return err
	}
	d.check("Closing", "this report", t.of("closing", d.zero()), "trial balance", booked)
	d.bridge(t)
	return d.unbilledByAge(t.of("closing", d.zero()))
}

// Ages of what is not billed, in months before that of the report.
const oldest = 4

// unbilledByAge sorts what is not billed by the month it was earned for: bills take the oldest month first.
func (d *drawing) unbilledByAge(closing money.Amount) error {
	found, err := ledger.OpenAccruals(d.ctx, d.q, ledger.Filter{Entity: d.Entity.ID, Currency: d.Currency, Book: d.Book, Through: d.Month.Last()})
	if err != nil {
		return err
	}
	t := newTable("by_age", "By the month it was earned for", code("contract", "Contract"), figure("total", "Unbilled"))
	for i := range oldest {
		m := d.Month.Add(-i)
		t.Columns = append(t.Columns, figure(m.String(), m.First().Format("Jan 2006")))
	}
	t.Columns = append(t.Columns, figure("older", "Older"))
	t.Empty = "Nothing is earned ahead of its bill"
	sums := map[int64][]money.Amount{}
	for len(found) > 0 {
		n := slices.IndexFunc(found, func(a ledger.Accrual) bool { return a.LineKey != found[0].LineKey })
		if n < 0 {
			n = len(found)
		}
		id := found[0].Contract
		if sums[id] == nil {
			sums[id] = make([]money.Amount, oldest+1)
		}
		for month, left := range leftOf(found[:n]) {
			age := min(max(d.Month.Sub(month), 0), oldest)
			if month.IsZero() {
				age = oldest
			}
			sums[id][age] = sums[id][age].Add(left)
		}
		found = found[n:]
	}
	for _, id := range slices.Sorted(maps.Keys(sums)) {
		total := d.zero()
		cells := []Cell{contract(id), {}}
		for _, a := range sums[id] {
			total = total.Add(a)
			cells = append(cells, is(d.zero().Add(a)))
		}
		cells[1] = is(total, d.standing("contract", id, "ledger", int(ledger.UnbilledReceivable)))
		t.line(cells...)
	}
	t.total(d.zero())
	d.add(t)
	d.check("Ages", "by age", t.of("total", d.zero()), "closing", closing)
	d.note("Unbilled receivables and contract assets, debit positive. A bill takes the oldest month of its line first; what is older than " + d.Month.Add(1-oldest).First().Format("January 2006") + " deserves a look.")
	return nil
}

// leftOf says of which months a line's accruals are left, when bills took the oldest first: the balance is found in the
// newest months. What no month explains has none.
func leftOf(line []ledger.Accrual) map[period.Month]money.Amount {
	out := map[period.Month]money.Amount{}
	left := money.Amount{}
	byMonth := map[period.Month]money.Amount{}
	for _, a := range line {
		left = left.Add(a.Amount)
		if !a.Month.IsZero() {
			byMonth[a.Month] = byMonth[a.Month].Add(a.Amount)
		}
	}
	months := slices.SortedFunc(maps.Keys(byMonth), period.Month.Compare)
	slices.Reverse(months)
	for _, m := range months {
		part := byMonth[m]
		if part.Sign() != left.Sign() || left.IsZero() {
			continue
		}
		if part.Abs().Cmp(left.Abs()) > 0 {
			part = left
		}
		out[m], left = part, left.Sub(part)
	}
	if !left.IsZero() {
		out[period.Month{}] = left
	}
	return out
}

// priorBalances is the disclosure of revenue that came out of balances and of earlier service.
func (d *drawing) priorBalances() error {
	moves, err := ledger.Moves(d.ctx, d.q, d.stretch(), liable)
	if err != nil {
		return err
	}
	earned, err := ledger.EarnedByContract(d.ctx, d.q, d.stretch())
	if err != nil {
		return err
	}
	earlier, err := ledger.EarnedEarlier(d.ctx, d.q, d.stretch())
	if err != nil {
		return err
	}
	rows := map[int64]rolled{}
	for _, r := range roll(moves, true) {
		rows[r.contract] = r
	}
	served := map[int64]money.Amount{}
	for _, a := range earlier {
		if a.Month.Before(d.From) {
			served[a.Contract] = served[a.Contract].Add(a.Amount)
		}
	}
	ids := map[int64]bool{}
	for id := range earned {
		ids[id] = true
	}
	for id := range rows {
		ids[id] = true
	}
	t := newTable("by_contract", "", code("contract", "Contract"), figure("opening", "Opening liability"), figure("revenue", "Revenue"), figure("from_opening", "Of it out of the opening liability"),
		figure("otherwise", "Of it otherwise"), figure("earlier", "Of it served before the period"))
	t.Empty = "Nothing was earned"
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		released := rows[id].opening.Neg()
		if rows[id].steps[opened].IsZero() && earned[id].IsZero() {
			continue
		}
		cells := []Cell{contract(id), is(d.zero().Add(rows[id].steps[opened]), to(ToPostings, "", "contract", id, "ledger", int(ledger.DeferredRevenue), "through", d.From.First().AddDays(-1))),
			is(d.zero().Add(earned[id]), d.postings(period.Month{}, "contract", id, "ledger", ledger.Income)), is(d.zero().Add(released), d.postings(period.Month{}, "contract", id, "ledger", int(ledger.DeferredRevenue))),
			is(d.zero().Add(earned[id]).Sub(released)), is(d.zero().Add(served[id]), to(ToReport, "corrections", "entity", d.Entity.ID, "currency", d.Currency, "month", d.Month, "from", d.From))}
		if id == 0 {
			cells[0] = says("Without a contract")
		}
		t.line(cells...)
	}
	t.total(d.zero())
	d.add(t)
	d.note("Out of the opening liability: revenue that stood in the contract line's liability when the period began (606-10-50-8(b)); where we are an agent, the part of others that was released with it counts too. Served before the period: revenue booked in it that belongs to a month before it, such as late usage of a closed month (50-12A).")
	return d.revenueAgrees(t.of("revenue", d.zero()))
}
