package revrec

import (
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
)

// Step is something that happens between a contract and its balance sheet.
type Step struct {
	On     period.Date
	Kind   StepKind
	Amount money.Amount
}

// StepKind says what.
type StepKind int

const (
	Entitled    StepKind = iota // the right to payment became unconditional (606-10-45-4)
	Paid                        // cash came
	Transferred                 // goods or services went over
)

// Side is an account of a contract on one account for asset and liability.
type Side string

const (
	CashSide       Side = "Cash"
	ReceivableSide Side = "AccountsReceivable"
	AssetSide      Side = "ContractAsset"
	LiabilitySide  Side = "ContractLiability"
	RevenueSide    Side = "Revenue"
)

// Move is a posting, debit positive.
type Move struct {
	On     period.Date
	Side   Side
	Amount money.Amount
}

// PresentSteps books a contract's steps as Example 38 to 40 do: a receivable only from the day the right is unconditional, a
// contract asset or a contract liability until then, never both. The moves of a day come to one for every account.
func PresentSteps(steps []Step) []Move {
	steps = slices.Clone(steps)
	slices.SortStableFunc(steps, func(a, b Step) int { return a.On.Compare(b.On) })
	var moves []Move
	balance := map[Side]money.Amount{}
	put := func(on period.Date, side Side, amount money.Amount) {
		balance[side] = balance[side].Add(amount)
		i := slices.IndexFunc(moves, func(m Move) bool { return m.On == on && m.Side == side })
		if i < 0 {
			moves = append(moves, Move{on, side, amount})
		} else {
			moves[i].Amount = moves[i].Amount.Add(amount)
		}
	}
	// against takes an amount off a balance as far as it goes and puts the rest to another account.
	against := func(s Step, first, rest Side, sign func(money.Amount) money.Amount) {
		stands := sign(balance[first]).Neg()
		part := s.Amount.Sub(s.Amount)
		if stands.Sign() > 0 {
			if part = stands; part.Cmp(s.Amount) > 0 {
				part = s.Amount
			}
		}
		put(s.On, first, sign(part))
		put(s.On, rest, sign(s.Amount.Sub(part)))
	}
	debit, credit := func(a money.Amount) money.Amount { return a }, money.Amount.Neg
	for _, s := range steps {
		switch s.Kind {
		case Entitled:
			put(s.On, ReceivableSide, s.Amount)
			against(s, AssetSide, LiabilitySide, credit)
		case Paid:
			put(s.On, CashSide, s.Amount)
			against(s, ReceivableSide, LiabilitySide, credit)
		case Transferred:
			against(s, LiabilitySide, AssetSide, debit)
			put(s.On, RevenueSide, s.Amount.Neg())
		}
	}
	return slices.DeleteFunc(moves, func(m Move) bool { return m.Amount.IsZero() })
}
