package reports

import (
	"maps"
	"slices"
	"strconv"

	"ratable/internal/money"
	"ratable/ledger"
	"ratable/revrec"
)

func number(a ledger.Account) string { return strconv.Itoa(int(a)) }

// trialBalance is where every account stands.
func (d *drawing) trialBalance() error {
	f := d.stretch()
	trial, err := ledger.TrialBalance(d.ctx, d.q, f)
	if err != nil {
		return err
	}
	t := newTable("trial_balance", "", words("account", "Account"), code("number", "Number"), words("type", "Type"), figure("opening", "Opening"), figure("debit", "Debit"), figure("credit", "Credit"), figure("closing", "Closing"))
	t.Empty = "Nothing is booked"
	for _, r := range trial.Rows {
		before := to(ToPostings, "", "entity", d.Entity.ID, "currency", d.Currency, "ledger", int(r.Account), "through", f.From.AddDays(-1))
		within := to(ToPostings, "", "entity", d.Entity.ID, "currency", d.Currency, "ledger", int(r.Account), "from", f.From, "through", f.Through)
		t.line(says(r.Account.Info().Name), says(number(r.Account)), says(string(r.Account.Info().Type)), is(r.Opening, before), is(r.Debit, within), is(r.Credit, within), is(r.Closing, d.standing("ledger", int(r.Account))))
	}
	t.total(d.zero())
	d.add(t)
	d.check("Sum", "closing balances", t.of("closing", d.zero()), "nothing", d.zero())
	d.check("Sides", "debits", t.of("debit", d.zero()), "credits", t.of("credit", d.zero()))
	d.note("Debits are positive, credits stand in parentheses.")
	return nil
}

// balanceSheet extracts what contracts left on the balance sheet.
func (d *drawing) balanceSheet() error {
	asset := d.By == "asset"
	positions, err := d.positions(asset)
	if err != nil {
		return err
	}
	trial, err := ledger.TrialBalance(d.ctx, d.q, ledger.Filter{Entity: d.Entity.ID, Currency: d.Currency, Book: d.Book, Through: d.Month.Last()})
	if err != nil {
		return err
	}
	short, long, err := d.maturity(positions)
	if err != nil {
		return err
	}
	t := newTable("balance_sheet", "", words("item", "Item"), figure("amount", "Amount"))
	t.heading("Assets")
	var assets []int
	for _, a := range ledger.Of(ledger.Asset) {
		switch {
		case a == ledger.ContractAsset:
			assets = append(assets, t.line(says("Contract assets, netted by contract"), is(positions.assets)))
		case a != ledger.UnbilledReceivable || !asset:
			assets = d.balance(t, assets, a, trial.Row(a, d.Currency).Closing)
		}
	}
	left := t.sum(Subtotal, "Assets", assets)
	t.heading("Liabilities and what is left")
	owed := []int{t.line(says("Contract liabilities, earned within 12 months"), is(short)), t.line(says("Contract liabilities, earned later"), is(long))}
	for _, a := range ledger.Of(ledger.Liability, ledger.Equity) {
		if !slices.Contains(liable, a) {
			owed = d.balance(t, owed, a, trial.Row(a, d.Currency).Closing.Neg())
		}
	}
	result := d.zero()
	for _, a := range ledger.Of(ledger.Income, ledger.ContraRevenue, ledger.Expense, ledger.Gain, ledger.Loss) {
		result = result.Sub(trial.Row(a, d.Currency).Closing)
	}
	owed = append(owed, t.line(says("Earned in these books since they began"), is(result)))
	right := t.sum(Subtotal, "Liabilities and what is left", owed)
	d.add(t)
	d.add(positions.table)
	d.check("Both sides", "assets", t.Rows[left].Cells[1].Amount, "liabilities and what is left", t.Rows[right].Cells[1].Amount)
	d.note("A contract is an asset or a liability, never both (606-10-45-1): what stands on its liability and contract asset accounts is netted at the end of the month, for presentation; nothing is booked. Receivables, which wait for nothing but time, are not netted.")
	d.note("Within 12 months: what is billed and by the schedule earned in the 12 months after " + d.Month.First().Format("January 2006") + "; the rest of a netted liability is later.")
	return nil
}

// balance adds an account with anything on it.
func (d *drawing) balance(t *Table, rows []int, a ledger.Account, amount money.Amount) []int {
	if amount.IsZero() {
		return rows
	}
	return append(rows, t.line(says(a.Info().Name), is(amount, d.standing("ledger", int(a)))))
}

// netted are the contracts' positions at the end of the month.
type netted struct {
	table               *Table
	assets, liabilities money.Amount
	liability           map[int64]money.Amount // of each contract that is one
}

// positions nets every contract. Unbilled amounts are receivables unless the report says otherwise.
func (d *drawing) positions(unbilledIsAsset bool) (netted, error) {
	accounts := append(slices.Clone(liable), ledger.ContractAsset)
	if unbilledIsAsset {
		accounts = append(accounts, ledger.UnbilledReceivable)
	}
	sums, err := ledger.ContractSums(d.ctx, d.q, ledger.Filter{Entity: d.Entity.ID, Currency: d.Currency, Book: d.Book, Through: d.Month.Last()}, accounts)
	if err != nil {
		return netted{}, err
	}
	lines := map[int64][]revrec.LineNet{}
	gross := map[int64][2]money.Amount{}
	for _, s := range sums {
		lines[s.Contract] = append(lines[s.Contract], revrec.LineNet{Line: s.Ledger.String(), Amount: s.Amount.Neg()})
		g := gross[s.Contract]
		if s.Ledger.Info().Type == ledger.Asset {
			g[1] = g[1].Add(s.Amount)
		} else {
			g[0] = g[0].Sub(s.Amount)
		}
		gross[s.Contract] = g
	}
	t := newTable("by_contract", "Contract by contract", code("contract", "Contract"), figure("liability_accounts", "On liability accounts"), figure("asset_accounts", "On asset accounts"),
		figure("asset", "Contract asset"), figure("liability", "Contract liability"))
	t.Empty = "Nothing stands on any contract"
	out := netted{table: t, assets: d.zero(), liabilities: d.zero(), liability: map[int64]money.Amount{}}
	for _, id := range slices.Sorted(maps.Keys(lines)) {
		n := revrec.NetContract(lines[id], ledger.ContractAsset, ledger.ContractLiability)
		name := contract(id)
		if id == 0 {
			name = says("Without a contract")
		}
		t.line(name, is(d.zero().Add(gross[id][0]), d.standing("contract", id, "ledger", int(ledger.DeferredRevenue))), is(d.zero().Add(gross[id][1]), d.standing("contract", id, "ledger", int(ledger.UnbilledReceivable))),
			is(d.zero().Add(n.Asset), schedule), is(d.zero().Add(n.Liability), schedule))
		out.assets, out.liabilities = out.assets.Add(n.Asset), out.liabilities.Add(n.Liability)
		out.liability[id] = n.Liability
	}
	t.total(d.zero())
	return out, nil
}

// shortTerm is how many months after the end of the month are current.
const shortTerm = 12

// maturity splits the netted liabilities by when they are earned: what the schedule says is earned within a year is short,
// as far as the contract's liability goes.
func (d *drawing) maturity(p netted) (short, long money.Amount, err error) {
	shares, err := revrec.Shares(d.ctx, d.q, d.revenue())
	if err != nil {
		return short, long, err
	}
	later := map[int64]money.Amount{}
	for _, s := range shares {
		if !s.Billed.IsZero() && s.Earned.Sub(d.Month) > shortTerm {
			later[int64(s.Contract)] = later[int64(s.Contract)].Add(s.Amount)
		}
	}
	short, long = p.liabilities, d.zero()
	for id, amount := range later {
		if amount.Cmp(d.zero().Add(p.liability[id])) > 0 {
			amount = p.liability[id]
		}
		if amount.Sign() > 0 {
			short, long = short.Sub(amount), long.Add(amount)
		}
	}
	return short, long, nil
}
