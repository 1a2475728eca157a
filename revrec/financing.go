package revrec

import (
	"math/big"

	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// FinancingMayBeIgnored says whether the expedient of 606-10-32-18 is open: a year or less between what is transferred and when
// it is paid.
func FinancingMayBeIgnored(transferred, paid period.Date) bool {
	from, to := period.MinDate(transferred, paid), period.MaxDate(transferred, paid)
	return !from.AddMonths(12).Before(to)
}

// Financing is money that one side lends the other by paying early or late (606-10-32-15 to 32-20; Examples 26 to 30).
//
// It grows at an effective yearly rate: by (1 + rate) for each whole year from the first day, and within a year by the days of
// it, as 1 + rate x days / days of the year. The whole is an exact fraction: nothing is rounded but what stands on a day.
type Financing struct {
	Rate decimal.Decimal // a year: 0.06 is 6 %; discount rate of a separate financing at inception (32-19), not revised later
	From period.Date
	To   period.Date // of a receivable: when it is paid
}

// Interest is what an amount grew by until a day, since the day before it in the list, and what stands then.
type Interest struct {
	On       period.Date
	Interest money.Amount
	Balance  money.Amount
}

// growth is what 1 has become on a day.
func (f Financing) growth(on period.Date) *big.Rat {
	years := 0
	for !f.From.AddMonths(12 * (years + 1)).After(on) {
		years++
	}
	start := f.From.AddMonths(12 * years)
	rate := f.Rate.Rat()
	part := big.NewRat(int64(on.Sub(start)), int64(f.From.AddMonths(12*(years+1)).Sub(start)))
	out := part.Mul(part, rate)
	out.Add(out, big.NewRat(1, 1))
	year := new(big.Rat).Add(rate, big.NewRat(1, 1))
	for range years {
		out.Mul(out, year)
	}
	return out
}

func (f Financing) check(days ...period.Date) error {
	if f.Rate.LessThanOrEqual(decimal.NewFromInt(-1)) || f.From.IsZero() {
		return fault.New(fault.Invalid, "an amount is financed from a day at a yearly rate above -1, not from %q at %s", f.From, f.Rate)
	}
	last := f.From
	for _, d := range days {
		if d.Before(last) || f.From.AddMonths(longestFinancing).Before(d) {
			return fault.New(fault.Invalid, "interest until %s: list days in order, from %s on and within 100 years", d, f.From)
		}
		last = d
	}
	return nil
}

const longestFinancing = 1200 // months

// Accrete grows an amount paid ahead to what it stands at on each day: interest expense, and with the last day the revenue that
// is recognized when the goods are transferred (Example 29). Invalid: days out of order, a rate of -100 % or less.
func (f Financing) Accrete(paid money.Amount, days ...period.Date) ([]Interest, error) {
	if err := f.check(days...); err != nil {
		return nil, err
	}
	for _, on := range days {
		if f.growth(on).Cmp(new(big.Rat).Quo(mostBooked, big.NewRat(max(1, paid.Abs().Minor()), 1))) > 0 {
			return nil, fault.New(fault.Invalid, "%s at %s a year grows to more than can be booked by %s", paid, f.Rate, on)
		}
	}
	return f.grow(paid, days, func(on period.Date) (money.Exact, money.Exact) { return ratio(f.growth(on), paid.Currency()) }), nil
}

// mostBooked is what a balance may grow to, in minor units.
var mostBooked = big.NewRat(1e18, 1)

// Discount is what an amount paid on To is worth on From: the revenue, and what the receivable stands at. Invalid: as for
// Accrete.
func (f Financing) Discount(nominal money.Amount) (money.Amount, error) {
	if err := f.check(f.To); err != nil {
		return money.Amount{}, err
	}
	whole, part := ratio(f.growth(f.To), nominal.Currency())
	return money.SpreadToExact(nominal, part, whole), nil
}

// Unwind grows a receivable from what it is worth on From to its nominal amount on To: interest income. Invalid: as for Accrete.
func (f Financing) Unwind(nominal money.Amount, days ...period.Date) ([]Interest, error) {
	if err := f.check(append(days[:len(days):len(days)], f.To)...); err != nil {
		return nil, err
	}
	worth, err := f.Discount(nominal)
	if err != nil {
		return nil, err
	}
	whole := f.growth(f.To)
	out := f.grow(nominal, days, func(on period.Date) (money.Exact, money.Exact) {
		return ratio(new(big.Rat).Quo(f.growth(on), whole), nominal.Currency())
	})
	if len(out) > 0 { // what stood at first is the worth, not the nominal amount
		out[0].Interest = out[0].Balance.Sub(worth)
	}
	return out, nil
}

// grow takes the balance on each day as a share of an amount.
func (f Financing) grow(amount money.Amount, days []period.Date, share func(period.Date) (part, whole money.Exact)) []Interest {
	out, stood := make([]Interest, len(days)), amount
	for i, on := range days {
		part, whole := share(on)
		stands := money.SpreadToExact(amount, part, whole)
		out[i], stood = Interest{on, stands.Sub(stood), stands}, stands
	}
	return out
}

// ratio is a fraction as two figures that can be divided.
func ratio(r *big.Rat, c money.Currency) (part, whole money.Exact) {
	figure := func(i *big.Int) money.Exact { return money.Price(decimal.NewFromBigInt(i, 0), c) }
	return figure(r.Num()), figure(r.Denom())
}

// FinancedEntry is one booking of a financed price.
type FinancedEntry struct {
	On       period.Date
	Event    string // "advance", "interest", "transfer", "payment"
	Postings []ledger.Posting
}

// BookAdvance books a price that is paid on From and earned on the last of the days: interest accrues to the contract liability
// and is no revenue, but raises it (32-20). Days are the first ones after a span of interest; it is booked on the last day of
// its span, as is the transfer. Invalid: as for Accrete.
func (f Financing) BookAdvance(paid money.Amount, days ...period.Date) ([]FinancedEntry, error) {
	list, err := f.Accrete(paid, days...)
	if err != nil {
		return nil, err
	}
	out := []FinancedEntry{{f.From, "advance", move(ledger.Cash, ledger.ContractLiability, paid)}}
	for _, i := range list {
		out = append(out, FinancedEntry{i.On.AddDays(-1), "interest", move(ledger.InterestExpense, ledger.ContractLiability, i.Interest)})
	}
	if len(list) > 0 {
		last := list[len(list)-1]
		out = append(out, FinancedEntry{last.On.AddDays(-1), "transfer", move(ledger.ContractLiability, ledger.Revenue, last.Balance)})
	}
	return out, nil
}

// BookDeferred books a price that is earned on From and paid on To: revenue is what the payment is worth on From, the receivable
// grows to it by interest income. Days as for BookAdvance, the last of them To. Invalid: as for Unwind.
func (f Financing) BookDeferred(nominal money.Amount, days ...period.Date) ([]FinancedEntry, error) {
	worth, err := f.Discount(nominal)
	if err != nil {
		return nil, err
	}
	list, err := f.Unwind(nominal, days...)
	if err != nil {
		return nil, err
	}
	out := []FinancedEntry{{f.From, "transfer", move(ledger.AccountsReceivable, ledger.Revenue, worth)}}
	for _, i := range list {
		out = append(out, FinancedEntry{i.On.AddDays(-1), "interest", move(ledger.AccountsReceivable, ledger.InterestIncome, i.Interest)})
	}
	return append(out, FinancedEntry{f.To.AddDays(-1), "payment", move(ledger.Cash, ledger.AccountsReceivable, nominal)}), nil
}

// move is an amount from the credit to the debit side; none, when there is nothing to move.
func move(debit, credit ledger.Account, amount money.Amount) []ledger.Posting {
	return nonzero(ledger.Posting{Account: debit, Amount: amount}, ledger.Posting{Account: credit, Amount: amount.Neg()})
}
