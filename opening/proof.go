package opening

import (
	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/ledger"
)

// ProofRow is an account type of the proof: the old general ledger, the rows of the file and what stands booked, debit positive.
type ProofRow struct {
	Account ledger.Account
	Control money.Amount // by the old general ledger
	Rows    money.Amount // by the rows of the file
	Booked  money.Amount // in our ledger, on the eve
}

func (r ProofRow) ties() bool { return r.Control.Sub(r.Rows).IsZero() }

// Proved says that all three agree.
func (r ProofRow) Proved() bool { return r.ties() && r.Rows.Sub(r.Booked).IsZero() }

// proofRows set the control totals beside what rows come to. OpeningBalance is the other side of all that is brought over: the old
// general ledger has the same in all its other accounts, so that with it nothing is left.
func (f File) proofRows(total map[ledger.Account]money.Amount) []ProofRow {
	c := f.money()
	f.Control = f.controls()
	var out []ProofRow
	rest := money.Zero(c)
	for _, a := range controlled {
		row := ProofRow{Account: a, Control: f.control(a), Rows: money.Zero(c).Add(total[a]), Booked: money.Zero(c)}
		rest = rest.Sub(row.Control)
		out = append(out, row)
	}
	if given, ok := f.Control[ledger.OpeningBalance.String()]; ok {
		rest = must(money.ParseAmount(given.String(), c))
	}
	return append(out, ProofRow{Account: ledger.OpeningBalance, Control: rest, Rows: money.Zero(c).Add(total[ledger.OpeningBalance]), Booked: money.Zero(c)})
}

// controls are the totals of the old general ledger. A part that gives none is its own control.
func (f File) controls() map[string]decimal.Decimal {
	if f.Part == "" || len(f.Control) > 0 {
		return f.Control
	}
	out := map[string]decimal.Decimal{}
	for account, sum := range f.total() {
		if account != ledger.OpeningBalance {
			out[account.String()] = sum.Decimal()
		}
	}
	return out
}

func (f File) control(a ledger.Account) money.Amount {
	d, ok := f.Control[a.String()]
	if !ok {
		return money.Zero(f.money())
	}
	return must(money.ParseAmount(d.String(), f.money()))
}

// must is for figures that check has read before.
func must(a money.Amount, err error) money.Amount {
	if err != nil {
		panic(err)
	}
	return a
}

// taxChange is what has to be debited to tax payable for it to stand as the file says; nothing where the file does not say.
func (f File) taxChange(booked map[ledger.Account]money.Amount) money.Amount {
	if f.Tax == nil {
		return money.Zero(f.money())
	}
	payable := must(money.ParseAmount(f.Tax.String(), f.money()))
	return payable.Neg().Sub(money.Zero(f.money()).Add(booked[ledger.TaxLiability]))
}

// remitted adds to sums what remit will book.
func (f File) remitted(total map[ledger.Account]money.Amount) {
	change := f.taxChange(total)
	total[ledger.TaxLiability] = total[ledger.TaxLiability].Add(change)
	total[ledger.OpeningBalance] = total[ledger.OpeningBalance].Sub(change)
}

// lineOf names a line of a contract in the file.
type lineOf struct{ contract, line string }

// stands is what the file says of every line: billed less earned.
func (f File) stands() map[lineOf]money.Amount {
	c := f.money()
	out := map[lineOf]money.Amount{}
	for _, d := range f.Invoices {
		for _, l := range d.Lines {
			key := lineOf{l.Contract, l.Line}
			out[key] = out[key].Add(must(money.ParseAmount(l.Amount.String(), c)))
		}
	}
	for _, x := range f.Contracts {
		for _, l := range x.Lines {
			key := lineOf{x.Contract, l.Line}
			out[key] = out[key].Sub(must(money.ParseAmount(l.Recognized.String(), c)))
		}
	}
	return out
}

// total adds the rows of the file up by account type, from the file alone: what was booked has no say in it.
func (f File) total() map[ledger.Account]money.Amount {
	c := f.money()
	out := map[ledger.Account]money.Amount{}
	add := func(a ledger.Account, debit money.Amount) {
		out[a] = out[a].Add(debit)
		out[ledger.OpeningBalance] = out[ledger.OpeningBalance].Sub(debit)
	}
	payable := money.Zero(c)
	for _, d := range f.Invoices {
		add(ledger.AccountsReceivable, must(money.ParseAmount(d.Open.String(), c)))
		payable = payable.Add(must(money.ParseAmount(d.Tax.String(), c)))
	}
	if f.Tax != nil {
		payable = must(money.ParseAmount(f.Tax.String(), c))
	}
	add(ledger.TaxLiability, payable.Neg())
	for _, net := range f.stands() {
		if net.Sign() > 0 {
			add(ledger.DeferredRevenue, net.Neg())
		} else {
			add(ledger.UnbilledReceivable, net.Neg())
		}
	}
	for _, b := range f.Balances {
		add(ledger.CustomerBalance, must(money.ParseAmount(b.Amount.String(), c)).Neg())
	}
	return out
}
