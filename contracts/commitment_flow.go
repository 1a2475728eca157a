package contracts

import (
	"github.com/shopspring/decimal"

	"ratable/internal/money"
)

// flowing keeps what charges have been counted for, place by place, by
// commitments that flow: only the rest counts for the next of them.
type flowing struct {
	*pricing
	spent map[int]money.Amount
	used  map[int]decimal.Decimal
}

// money adds up charges for a commitment, before reductions. One that flows
// takes no more than it needs, whether or not its period is over.
func (f flowing) money(c committed, agreed money.Amount, of []int) money.Amount {
	sum := money.Zero(agreed.Currency())
	for _, i := range of {
		gross := f.pieces[i].Gross
		if c.Flow == Waterfall {
			gross = lesser(gross.Sub(f.spent[i]), agreed.Sub(sum))
			f.spent[i] = f.spent[i].Add(gross)
		}
		sum = sum.Add(gross)
	}
	return sum
}

// units adds up what was measured, and the units that a commitment within this
// one was charged for.
func (f flowing) units(c committed, agreed decimal.Decimal, of []int) decimal.Decimal {
	sum := decimal.Zero
	for _, i := range of {
		x := f.pieces[i]
		if x.Kind != Metered && x.Kind != TrueUp {
			continue
		}
		n := x.Detail.Quantity
		if c.Flow == Waterfall {
			n = decimal.Min(n.Sub(f.used[i]), agreed.Sub(sum))
			f.used[i] = f.used[i].Add(n)
		}
		sum = sum.Add(n)
	}
	return sum
}
