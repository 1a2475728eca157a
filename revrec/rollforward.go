package revrec

import (
	"ratable/internal/money"
	"ratable/internal/period"
)

// Billed is what a contract was billed on a day; a credit is negative.
type Billed struct {
	On     period.Date
	Amount money.Amount
}

// Rolled is a contract by what it was billed and what it earns.
type Rolled struct {
	ID     string
	Billed []Billed
	Parts  []Portion
}

// Rollforward says how a contract's liability and asset came from one balance sheet to the next (606-10-50-8 to 50-10):
//
//	Opening + Billings - FromOpening - FromNew            = Closing
//	AssetOpening + Accrued - Transferred                  = AssetClosing
//
// All figures are positive but for what was credited or taken back.
type Rollforward struct {
	ID                                 string
	Opening, Billings                  money.Amount // Billings: what raised the liability
	FromOpening                        money.Amount // revenue that was in the opening liability (50-8(b))
	FromNew                            money.Amount // revenue from what was billed since
	Closing                            money.Amount
	AssetOpening, Accrued, Transferred money.Amount // Accrued: revenue ahead of its bills; Transferred: to receivables
	AssetClosing                       money.Amount
	Revenue                            money.Amount // FromOpening + FromNew + Accrued
}

// RollForward rolls a contract forward over a span of days.
func (r Rolled) RollForward(span period.Span, c money.Currency) Rollforward {
	zero := money.Zero(c)
	billed := func(before period.Date) money.Amount {
		sum := zero
		for _, b := range r.Billed {
			if b.On.Before(before) {
				sum = sum.Add(b.Amount)
			}
		}
		return sum
	}
	earned := func(before period.Date) money.Amount { return zero.Add(Standing(r.Parts, before)) }
	out := Rollforward{ID: r.ID}
	out.Opening, out.AssetOpening = sides(billed(span.Start).Sub(earned(span.Start)))
	out.Closing, out.AssetClosing = sides(billed(span.End).Sub(earned(span.End)))
	out.Revenue = earned(span.End).Sub(earned(span.Start))
	bills := billed(span.End).Sub(billed(span.Start))
	// A bill for what was earned before is a receivable in place of the asset; the rest is owed in service.
	out.Transferred = least(positive(bills), out.AssetOpening)
	out.Billings = bills.Sub(out.Transferred)
	out.FromOpening = least(positive(out.Revenue), out.Opening)
	// What the liability has left of new bills was not earned; what revenue has left was earned ahead of them.
	out.FromNew = out.Opening.Add(out.Billings).Sub(out.FromOpening).Sub(out.Closing)
	out.Accrued = out.Revenue.Sub(out.FromOpening).Sub(out.FromNew)
	return out
}

// sides are a contract's position as a liability or as an asset, never both.
func sides(position money.Amount) (liability, asset money.Amount) {
	zero := position.Sub(position)
	if position.Sign() < 0 {
		return zero, position.Neg()
	}
	return position, zero
}

func positive(a money.Amount) money.Amount {
	if a.Sign() < 0 {
		return a.Sub(a)
	}
	return a
}

func least(a, b money.Amount) money.Amount {
	if b.Cmp(a) < 0 {
		return b
	}
	return a
}

// RollForwardAll rolls contracts forward, and adds them up.
func RollForwardAll(contracts []Rolled, span period.Span, c money.Currency) (rows []Rollforward, sum Rollforward) {
	zero := money.Zero(c)
	sum = Rollforward{Opening: zero, Billings: zero, FromOpening: zero, FromNew: zero, Closing: zero, AssetOpening: zero, Accrued: zero,
		Transferred: zero, AssetClosing: zero, Revenue: zero}
	for _, r := range contracts {
		x := r.RollForward(span, c)
		rows = append(rows, x)
		sum.Opening, sum.Billings, sum.FromOpening = sum.Opening.Add(x.Opening), sum.Billings.Add(x.Billings), sum.FromOpening.Add(x.FromOpening)
		sum.FromNew, sum.Closing, sum.Revenue = sum.FromNew.Add(x.FromNew), sum.Closing.Add(x.Closing), sum.Revenue.Add(x.Revenue)
		sum.AssetOpening, sum.Accrued = sum.AssetOpening.Add(x.AssetOpening), sum.Accrued.Add(x.Accrued)
		sum.Transferred, sum.AssetClosing = sum.Transferred.Add(x.Transferred), sum.AssetClosing.Add(x.AssetClosing)
	}
	return rows, sum
}

// Released is a period's release of a contract's balance by where it came from. Assets are negative when the release is.
type Released struct {
	PriorLiability, PriorAsset, CurrentLiability, CurrentAsset money.Amount
}

// SplitRelease splits what a contract released in a period, as Zuora Revenue's report on prior and current balances does
// (liability positive, asset negative):
//
//   - first against the opening balance, where both are on the same side, as far as it goes;
//   - a rest on the asset's side is current asset;
//   - a rest on the liability's side is current liability as far as the period's additions go, and beyond them current asset.
//     In a period without additions nothing bounds it and it stays current liability.
//
// The last sentence is what the published cases show (opening 200, nothing added, 400 released: 200 and 200), although such a
// contract ends as an asset; six published cases and the worked contract follow this one rule.
func SplitRelease(opening, additions, release money.Amount) Released {
	zero := release.Sub(release)
	out := Released{zero, zero, zero, zero}
	rest := release
	switch {
	case release.Sign() > 0 && opening.Sign() > 0:
		out.PriorLiability = least(release, opening)
		rest = rest.Sub(out.PriorLiability)
	case release.Sign() < 0 && opening.Sign() < 0:
		out.PriorAsset = least(release.Neg(), opening.Neg()).Neg()
		rest = rest.Sub(out.PriorAsset)
	}
	switch {
	case rest.Sign() <= 0:
		out.CurrentAsset = rest
	case additions.IsZero():
		out.CurrentLiability = rest
	default:
		out.CurrentLiability = least(rest, positive(additions))
		out.CurrentAsset = rest.Sub(out.CurrentLiability)
	}
	return out
}
