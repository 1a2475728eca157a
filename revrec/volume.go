package revrec

import (
	"slices"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/ledger"
)

// VolumePrice is a price per unit that falls (or rises) for all units once more than a threshold of them was bought
// (606-10-55-216 ff., Example 24; a refund liability until then, 32-10).
type VolumePrice struct {
	Price, Beyond decimal.Decimal // per unit: as invoiced, and retrospectively for all units beyond the threshold
	Threshold     decimal.Decimal // units; zero: nothing is passed but by expectation
	Currency      money.Currency
}

// VolumeUse is what was bought in a period, and whether at its end the threshold was expected to be passed.
type VolumeUse struct {
	Units    decimal.Decimal
	Expected bool
}

// VolumeEarned is what a period earned, and where the price stands at its end.
type VolumeEarned struct {
	Revenue    money.Amount // with the catch-up for units of earlier periods
	CatchUp    money.Amount // of it
	Cumulative money.Amount
	Billed     money.Amount // in the period, at the price before the threshold
	Invoiced   money.Amount // so far
	Refund     money.Amount // liability: invoiced, and expected to be given back; negative: still to be asked for (contract asset)
}

// Earn recognizes units at the price that is expected for all of them. A threshold that was passed is no longer a matter of
// expectation.
func (v VolumePrice) Earn(periods []VolumeUse) []VolumeEarned {
	var out []VolumeEarned
	bought := decimal.Zero
	at := VolumeEarned{Cumulative: money.Zero(v.Currency), Invoiced: money.Zero(v.Currency)}
	for _, p := range periods {
		before := bought
		bought = bought.Add(p.Units)
		price := v.Price
		if p.Expected || v.Threshold.Sign() > 0 && bought.GreaterThan(v.Threshold) {
			price = v.Beyond
		}
		stands, earlier := units(bought, price, v.Currency), units(before, price, v.Currency)
		invoiced := units(bought, v.Price, v.Currency)
		at = VolumeEarned{
			Revenue: stands.Sub(at.Cumulative), CatchUp: earlier.Sub(at.Cumulative), Cumulative: stands,
			Billed: invoiced.Sub(at.Invoiced), Invoiced: invoiced,
		}
		at.Refund = at.Invoiced.Sub(at.Cumulative)
		out = append(out, at)
	}
	return out
}

// Postings books what a period was billed and earned.
func (e VolumeEarned) Postings() []ledger.Posting {
	return nonzero(ledger.Posting{Account: ledger.AccountsReceivable, Amount: e.Billed},
		ledger.Posting{Account: ledger.Revenue, Amount: e.Revenue.Neg()},
		ledger.Posting{Account: ledger.RefundLiability, Amount: e.Revenue.Sub(e.Billed)})
}

// nonzero leaves out postings that come to nothing.
func nonzero(postings ...ledger.Posting) []ledger.Posting {
	return slices.DeleteFunc(postings, func(p ledger.Posting) bool { return p.Amount.IsZero() })
}

// SpreadPayable is what each sale is lowered by, when something is paid to a customer that commits to buy (606-10-32-25 to
// 32-27): the payment in proportion of the sales, cumulatively, and never more than it.
func SpreadPayable(payment, committed money.Amount, sales ...money.Amount) []money.Amount {
	out := make([]money.Amount, len(sales))
	sold, stood := committed.Sub(committed), payment.Sub(payment)
	for i, s := range sales {
		sold = sold.Add(s)
		stands := payment
		if sold.Abs().Cmp(committed.Abs()) < 0 {
			stands = money.SpreadToExact(payment, sold.Exact(), committed.Exact())
		}
		out[i], stood = stands.Sub(stood), stands
	}
	return out
}

// PayableReduction is what of a payment to a customer lowers the price: what exceeds the fair value of something distinct that
// is got for it; all of it, where nothing distinct is got or nobody knows what it is worth (32-26).
func PayableReduction(payment, fairValue money.Amount, distinct, known bool) money.Amount {
	zero := payment.Sub(payment)
	switch {
	case !distinct || !known:
		return payment
	case payment.Cmp(fairValue) > 0:
		return payment.Sub(fairValue)
	}
	return zero
}

// ShareInPercent is what one amount is of another, in percent, to six decimals: a figure to look at, never to compute with.
func ShareInPercent(part, whole money.Amount) decimal.Decimal {
	return part.Decimal().Shift(2).DivRound(whole.Decimal(), 6)
}
