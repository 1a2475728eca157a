package invoicing

import (
	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/ledger"
)

// A marketplace pays what it collected less its fee: its document shows the lines at their price, then the fee, and asks
// for the rest. The fee is of the amounts before tax; a tax that the document asks for is remitted whole.

// fee is what a marketplace keeps of a line.
type fee struct {
	amount  money.Amount
	percent decimal.Decimal
	account ledger.Account
}

// back is what of a line's fee comes back with a credit of it: the difference of two parts of the sum, so that a line
// credited in full gives back exactly its fee.
func (f fee) back(amount, before, credit money.Amount) fee {
	if f.amount.IsZero() {
		return f
	}
	part := func(credited money.Amount) money.Amount {
		return money.SpreadToExact(f.amount, credited.Exact(), amount.Exact())
	}
	f.amount = part(before).Sub(part(before.Add(credit)))
	return f
}

func (l *Line) keep(f fee) { l.Fee, l.FeePercent, l.FeeAccount = f.amount, f.percent, f.account }

// fees takes the marketplace's part of each new line. The parts of one percentage are the steps of their sum, so that the
// document's fee is that part of its net, rounded once. Corrections have brought theirs along.
func (d *drafting) fees(draft *Draft) {
	sums := map[string]money.Amount{}
	for i := range draft.Lines {
		l := &draft.Lines[i]
		percent, account := d.feeOf(*l)
		if percent.IsZero() || l.Corrects != nil {
			continue
		}
		before := sums[percent.String()]
		after := before.Add(l.Amount)
		sums[percent.String()] = after
		l.keep(fee{partOf(after, percent).Sub(partOf(before, percent)), percent, account})
	}
}

// feeOf is the fee agreed by the version that priced a line, and what it is to us: an expense where we are the principal,
// and a part of the price that was never ours where we are the agent.
func (d *drafting) feeOf(l Line) (decimal.Decimal, ledger.Account) {
	for _, a := range d.facts.Agreements {
		if a.Contract != l.Contract {
			continue
		}
		for _, v := range a.Versions {
			if v.Number == l.Version && v.Document.RoleOf(l.Line) == contracts.Agent {
				return v.Document.FeePercent(), ledger.PayableToPrincipal
			} else if v.Number == l.Version {
				return v.Document.FeePercent(), ledger.ChannelFees
			}
		}
	}
	return decimal.Zero, 0
}

func partOf(amount money.Amount, percent decimal.Decimal) money.Amount {
	if amount.IsZero() {
		return amount
	}
	c := amount.Currency()
	return money.SpreadToExact(amount, money.Price(percent, c), money.Price(decimal.NewFromInt(100), c))
}

// kept debits what the marketplace keeps. As an agent's it names no line of the contract: on the lines stands what is
// passed on as it is earned, and here what of it the marketplace has already.
func (d Document) kept() []ledger.Posting {
	var out []ledger.Posting
	sums := map[ledger.LineKey]money.Amount{}
	var order []ledger.LineKey
	agents := money.Zero(d.Currency)
	for _, l := range d.Lines {
		switch {
		case l.Fee.IsZero():
		case l.FeeAccount == ledger.PayableToPrincipal:
			agents = agents.Add(l.Fee)
		default:
			key := ledger.LineKey{Contract: int64(l.Contract), Line: l.Line}
			if _, seen := sums[key]; !seen {
				order = append(order, key)
			}
			sums[key] = sums[key].Add(l.Fee)
		}
	}
	for _, key := range order {
		for _, p := range d.open(ledger.Debit(ledger.ChannelFees, sums[key]), d.Number) {
			p.Contract, p.Line = key.Contract, key.Line
			out = append(out, p)
		}
	}
	return append(out, d.open(ledger.Debit(ledger.PayableToPrincipal, agents), d.Number)...)
}

// feePercents are the percentages of a document's fee, in the order of its lines; usually one.
func (d Document) feePercents() []decimal.Decimal {
	var out []decimal.Decimal
	for _, l := range d.Lines {
		if l.Fee.IsZero() {
			continue
		}
		if n := len(out); n == 0 || !out[n-1].Equal(l.FeePercent) {
			out = append(out, l.FeePercent)
		}
	}
	return out
}

// feeLabel is how the fee is printed: "Less marketplace fee, 3%".
func (d Document) feeLabel() string {
	if p := d.feePercents(); len(p) == 1 {
		return "Less marketplace fee, " + figure(p[0], 0) + "%"
	}
	return "Less marketplace fees"
}
