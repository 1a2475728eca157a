package revrec

import (
	"slices"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// Use is what was used of something paid ahead in a period, and what was then expected to be used in all.
type Use struct {
	Used, Expected money.Exact
	Lapsed         bool // at the end of the period
}

// Drawn is what a period of use earned.
type Drawn struct{ Earned, Cumulative, Liability money.Amount }

// Redeemed is what had been redeemed of points or credits by the end of a period, and what was then expected in all.
type Redeemed struct{ Cumulative, Expected money.Exact }

// Redeem earns what points or credits were sold for as they are redeemed (606-10-55-48).
func Redeem(paid money.Amount, periods []Redeemed) []Drawn {
	uses := make([]Use, len(periods))
	sofar := money.Price(decimal.Zero, paid.Currency())
	for i, p := range periods {
		uses[i], sofar = Use{Used: p.Cumulative.Sub(sofar), Expected: p.Expected}, p.Cumulative
	}
	return DrawDown(paid, uses)
}

// DrawDown earns what was paid ahead period by period, in proportion of its use.
func DrawDown(paid money.Amount, uses []Use) []Drawn {
	zero := paid.Sub(paid)
	at := ledger.Position{}.After(paid, zero)
	used := zero.Exact()
	var out []Drawn
	for _, u := range uses {
		used = used.Add(u.Used)
		more := Proportional(paid, used, u.Expected, u.Lapsed).Sub(at.Earned)
		at = at.After(zero, more)
		out = append(out, Drawn{more, at.Earned, at.Deferred})
	}
	return out
}

// Proportional earns what was paid ahead in proportion of its use (ASC 606-10-55-48, breakage expected): so much of it as was
// used of what is expected to be used, as estimated now. A new estimate trues up what was earned so far. What has lapsed is all
// earned. Expected is above zero.
func Proportional(paid money.Amount, used, expected money.Exact, lapsed bool) money.Amount {
	if lapsed || used.Cmp(expected) >= 0 {
		return paid
	}
	return money.SpreadToExact(paid, used, expected)
}

// Maturity splits what is earned after a day by when: within so many months of it (current), and later.
func Maturity(parts []Portion, asOf period.Date, months int) (current, later money.Amount) {
	standing := func(day period.Date) money.Amount { return Standing(parts, day) }
	from := asOf.AddDays(1)
	limit, end := from.AddMonths(months), from
	for _, p := range parts {
		end = period.MaxDate(end, p.Days.End)
	}
	return standing(limit).Sub(standing(from)), standing(end).Sub(standing(period.MinDate(limit, end)))
}

// LeftAfter is what of a schedule is still to be earned after a day.
func LeftAfter(parts []Portion, asOf period.Date) money.Amount {
	var sum money.Amount
	for _, p := range parts {
		sum = sum.Add(p.Amount)
	}
	return sum.Sub(Standing(parts, asOf.AddDays(1)))
}

// Netted is one contract on the balance sheet: an asset or a liability, never both (606-10-45-1).
type Netted struct {
	Net       money.Amount // credit positive
	Asset     money.Amount
	Liability money.Amount
	Entries   []Reclass // of a contract that is an asset: line by line, reversed when the next period begins
}

// Reclass moves a line's balance from contract liability to contract asset, or back.
type Reclass struct {
	Line          string
	Debit, Credit ledger.Account
	Amount        money.Amount
}

// LineNet is a balance of a line in a contract's liability accounts, credit positive.
type LineNet struct {
	Line   string
	Amount money.Amount
}

// NetContract nets the lines of a contract. Accounts are those of the reclassification.
func NetContract(lines []LineNet, asset, liability ledger.Account) Netted {
	var n Netted
	for _, l := range lines {
		n.Net = n.Net.Add(l.Amount)
	}
	n.Asset, n.Liability = n.Net.Sub(n.Net), n.Net.Sub(n.Net)
	if n.Net.Sign() >= 0 {
		n.Liability = n.Net
		return n
	}
	n.Asset = n.Net.Neg()
	for _, l := range lines {
		switch {
		case l.Amount.Sign() < 0:
			n.Entries = append(n.Entries, Reclass{l.Line, asset, liability, l.Amount.Neg()})
		case l.Amount.Sign() > 0:
			n.Entries = append(n.Entries, Reclass{l.Line, liability, asset, l.Amount})
		}
	}
	return n
}

// Sheet is how a contract is presented. Receivables, which only wait for time to pass, are never netted with what is owed in
// service (45-4).
type Sheet struct{ Receivables, ContractAssets, ContractLiabilities money.Amount }

// Present puts a contract's balances on the balance sheet. What is unbilled is a receivable where only the invoice is missing,
// and otherwise a contract asset, which is netted with the liability.
func Present(deferred, receivable, unbilled money.Amount, unconditional bool) Sheet {
	zero := deferred.Sub(deferred)
	if unconditional {
		return Sheet{receivable.Add(unbilled), zero, deferred}
	}
	n := NetContract([]LineNet{{"", deferred}, {"", unbilled.Neg()}}, 0, 0)
	return Sheet{receivable, n.Asset, n.Liability}
}

// Performed is a promise that was kept; what waits is paid for only when all that wait are.
type Performed struct {
	Name   string
	On     period.Date
	Amount money.Amount
	Waits  bool
}

// BilledTogether are the steps of promises whose payment waits for the last of them (Example 39); of any other the right to
// payment is unconditional as it is kept.
func BilledTogether(all []Performed) []Step {
	var out []Step
	var last period.Date
	var waits []money.Amount
	for _, p := range all {
		out = append(out, Step{On: p.On, Kind: Transferred, Amount: p.Amount})
		if !p.Waits {
			out = append(out, Step{On: p.On, Kind: Entitled, Amount: p.Amount})
			continue
		}
		last, waits = period.MaxDate(last, p.On), append(waits, p.Amount)
	}
	if len(waits) > 0 {
		out = append(out, Step{On: last, Kind: Entitled, Amount: money.Sum(waits...)})
	}
	return out
}

// NettingNextPeriod is what becomes of the entries of netting: they are of the balance sheet's day only.
const NettingNextPeriod = "entries are reversed and computed again"

// Committed is what a contract promised on a day: the schedule of what is not earned yet, and why it may be left out of the
// remaining performance obligations.
type Committed struct {
	ID      string
	Term    period.Span
	Parts   []Portion
	Invoice bool // billed as used, by right to invoice (606-10-50-14(b))
}

// Reasons for leaving a contract out of the remaining performance obligations.
const (
	OneYearExpedient = "one_year_expedient" // 50-14(a): it was to last a year or less
	RightToInvoice   = "right_to_invoice"
)

// Bands is a contract's remaining performance obligation by when it will be met: in the first, the second and later years.
type Bands struct {
	ID                  string
	Year1, Year2, Later money.Amount
	LeftOut             string       // the reason; its figures are then zero
	Besides             money.Amount // what they would come to
}

// RemainingNote is the note on remaining performance obligations, contract by contract and in all.
func RemainingNote(contracts []Committed, asOf period.Date, oneYear bool, currency money.Currency) (rows []Bands, sum Bands) {
	zero := money.Zero(currency)
	sum = Bands{Year1: zero, Year2: zero, Later: zero}
	for _, c := range contracts {
		b := Bands{ID: c.ID, Year1: zero, Year2: zero, Later: zero, Besides: zero}
		year1, after1 := Maturity(c.Parts, asOf, 12)
		both, later := Maturity(c.Parts, asOf, 24)
		switch {
		case c.Invoice:
			b.LeftOut = RightToInvoice
		case oneYear && !c.Term.Start.AddMonths(12).Before(c.Term.End):
			b.LeftOut, b.Besides = OneYearExpedient, year1.Add(after1)
		default:
			b.Year1, b.Year2, b.Later = zero.Add(year1), both.Sub(year1), zero.Add(later)
		}
		sum.Year1, sum.Year2, sum.Later = sum.Year1.Add(b.Year1), sum.Year2.Add(b.Year2), sum.Later.Add(b.Later)
		rows = append(rows, b)
	}
	return rows, sum
}

// Total is what remains in all.
func (b Bands) Total() money.Amount { return b.Year1.Add(b.Year2).Add(b.Later) }

// Level earns an uneven series of charges for one service evenly over its committed term (a free month, a discount at first, a
// ramp of the price): the fixed price is their sum, spread over all their days. Without commitment every charge is on its own.
func Level(charges []money.Amount, terms Terms) ([]Portion, error) {
	var price money.Amount
	for _, c := range charges {
		price = price.Add(c)
	}
	return terms.Spread(price)
}

// ByName finds a slot's part.
func ByName(parts []Portion, name string) (Portion, bool) {
	i := slices.IndexFunc(parts, func(p Portion) bool { return p.Period.Name == name })
	if i < 0 {
		return Portion{}, false
	}
	return parts[i], true
}
