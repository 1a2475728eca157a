package tax

import (
	"fmt"

	"ratable/internal/money"
)

// Reverse gives the rows of a credit: the original rows with the sign turned, at the original rates, never at
// today's (NY TSB-A-09(29): the tax refunded is the tax collected).
//
// original are the rows of the invoice as issued; creditedBefore and credit are net amounts by line id, with the
// sign of the line they lower. Each row is rounded cumulatively: credited after minus credited before. So any
// number of partial credits of a line adds up to exactly its tax, row by row, and no credit ever raises a tax.
// Lines not named in credit get no rows. To credit more than the line held is a mistake of the caller and panics.
func Reverse(original []Row, creditedBefore, credit map[int]money.Amount) []Row {
	var rows []Row
	for _, row := range original {
		part, named := credit[row.Line]
		if !named || part.IsZero() {
			continue
		}
		before := creditedBefore[row.Line]
		after := before.Add(part)
		mustLieWithin(row, before)
		mustLieWithin(row, after)
		back := row
		back.Net = part.Neg()
		back.Taxable = row.basisOf(before).Sub(row.basisOf(after))
		back.Tax = row.taxOf(before).Sub(row.taxOf(after))
		back.WouldBe = row.inProportion(row.WouldBe, before).Sub(row.inProportion(row.WouldBe, after))
		rows = append(rows, back)
	}
	return rows
}

func mustLieWithin(row Row, credited money.Amount) {
	if credited.Sign()*row.Net.Sign() < 0 || credited.Abs().Cmp(row.Net.Abs()) > 0 {
		panic(fmt.Sprintf("tax: line %d holds %s and cannot have %s of it credited", row.Line, row.Net, credited))
	}
}

// basisOf is the taxable part of the first `credited` of the line.
func (r Row) basisOf(credited money.Amount) money.Amount { return r.inProportion(r.Taxable, credited) }

func (r Row) inProportion(whole, credited money.Amount) money.Amount {
	if credited.IsZero() {
		return money.Zero(whole.Currency())
	}
	return money.SpreadToExact(whole, credited.Exact(), r.Net.Exact())
}

// taxOf is the tax on the first `credited` of the line: base times rate, as on an invoice of that size, but never
// beyond what was charged, and all of it when all is credited. (What was charged may differ from base times rate by
// a minor unit: the document's rounding was split over its lines.)
func (r Row) taxOf(credited money.Amount) money.Amount {
	switch {
	case credited.IsZero():
		return money.Zero(r.Tax.Currency())
	case credited == r.Net:
		return r.Tax
	}
	exact := r.Taxable.Exact().Mul(r.Rate).MulRatio(credited.Minor(), r.Net.Minor())
	part := money.Round(exact, money.HalfAwayFromZero)
	if part.Abs().Cmp(r.Tax.Abs()) > 0 || part.Sign()*r.Tax.Sign() < 0 {
		return r.Tax
	}
	return part
}
