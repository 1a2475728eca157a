package revrec

import (
	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/ledger"
)

// ReturnableSale are goods sold with a right to bring them back (606-10-55-22 to 55-29, Example 22).
type ReturnableSale struct {
	Units, Kept         decimal.Decimal // sold; and of them, as estimated now, not brought back
	UnitPrice, UnitCost decimal.Decimal
	RecoveryCost        decimal.Decimal // per unit brought back: what it costs, or what it is then worth less (55-27)
	Currency            money.Currency
}

// ReturnableFigures are what a sale with a right of return comes to. Revenue and Refund add up to the price, Cost and Recover to
// the cost of the goods.
type ReturnableFigures struct {
	Price, Revenue, Refund money.Amount // Refund: liability
	Goods, Cost, ToRecover money.Amount // Goods: left inventory; ToRecover: asset, apart from the liability (55-27)
}

// Expect splits a sale into what is kept and what is expected back. To re-estimate, take the difference to what it gave before.
// Invalid: more kept than sold, or fewer than none.
func (s ReturnableSale) Expect() (ReturnableFigures, error) {
	if s.Units.Sign() <= 0 || s.Kept.Sign() < 0 || s.Kept.GreaterThan(s.Units) {
		return ReturnableFigures{}, fault.New(fault.Invalid, "of %s units %s are expected to be kept; it is a number from 0 to all of them", s.Units, s.Kept)
	}
	f := ReturnableFigures{Price: units(s.Units, s.UnitPrice, s.Currency), Goods: units(s.Units, s.UnitCost, s.Currency)}
	f.Revenue = ByUnits(f.Price, s.Units, s.Kept)[0]
	f.Refund = f.Price.Sub(f.Revenue)
	back := s.Units.Sub(s.Kept)
	f.ToRecover = f.Goods.Sub(ByUnits(f.Goods, s.Units, s.Kept)[0]).Sub(units(back, s.RecoveryCost, s.Currency))
	if f.ToRecover.Sign() < 0 { // what costs more to fetch than it is worth is no asset
		f.ToRecover = money.Zero(s.Currency)
	}
	f.Cost = f.Goods.Sub(f.ToRecover)
	return f, nil
}

// Sold books the sale: what is expected back is a refund liability, not revenue.
func (f ReturnableFigures) Sold() []ledger.Posting {
	return nonzero(ledger.Posting{Account: ledger.AccountsReceivable, Amount: f.Price},
		ledger.Posting{Account: ledger.Revenue, Amount: f.Revenue.Neg()},
		ledger.Posting{Account: ledger.RefundLiability, Amount: f.Refund.Neg()})
}

// Left books the goods: what is expected back is an asset, not cost of sales.
func (f ReturnableFigures) Left() []ledger.Posting {
	return nonzero(ledger.Posting{Account: ledger.COGS, Amount: f.Cost},
		ledger.Posting{Account: ledger.RightToRecoverGoods, Amount: f.ToRecover},
		ledger.Posting{Account: ledger.Inventory, Amount: f.Goods.Neg()})
}
