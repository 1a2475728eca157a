package revrec

import (
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/formula"
	"ratable/internal/money"
	"ratable/internal/period"
)

func drawPiece(t *rapid.T) contracts.Piece {
	start := day("2026-01-01").AddDays(rapid.IntRange(0, 60).Draw(t, "start"))
	amount := money.Of(rapid.Int64Range(-2_000_000, 2_000_000).Draw(t, "amount"), "EUR")
	p := contracts.Piece{Line: "a", Kind: contracts.FixedFee, Span: period.NewSpan(start, start.AddDays(rapid.IntRange(1, 400).Draw(t, "days"))), Amount: amount}
	p.Recognition = rapid.SampledFrom([]catalog.Recognition{catalog.Ratable, catalog.Ratable, catalog.PointInTime, catalog.AsUsed}).Draw(t, "earned")
	p.PassOn = rapid.SampledFrom([]decimal.Decimal{{}, {}, decimal.RequireFromString("12.5")}).Draw(t, "passed on")
	switch p.Recognition {
	case catalog.AsUsed:
		p.Kind = contracts.Metered
		sum := money.Zero("EUR")
		for on := start.AddDays(1); !on.After(p.Span.End); on = on.AddDays(rapid.IntRange(1, 40).Draw(t, "then")) {
			sum = sum.Add(money.Of(rapid.Int64Range(-500, 9999).Draw(t, "used"), "EUR"))
			p.Values = append(p.Values, contracts.Value{Before: on, Amount: sum})
		}
		p.Amount = sum
	case catalog.Ratable:
		p.Spreading.Method = rapid.SampledFrom([]catalog.Method{"", catalog.Daily, catalog.BySecond, catalog.MonthlyEven, catalog.MonthlyFraction, catalog.MidMonth, catalog.NextMonth}).Draw(t, "method")
		p.Spreading.Rounding = rapid.SampledFrom([]catalog.Rounding{"", catalog.Cumulative, catalog.LastAbsorbs, catalog.LargestRemainder}).Draw(t, "rounding")
	}
	return p
}

// What stands beside a figure as its formula comes to it, for every row of the schedule of any charges; and every row has one.
func TestWhatExplainsAFigureComesToIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var pieces []contracts.Piece
		for range rapid.IntRange(1, 3).Draw(t, "charges") {
			pieces = append(pieces, drawPiece(t))
		}
		through := day("2027-12-31").MonthOf()
		want := map[period.Month]money.Amount{}
		for _, row := range Schedule(1, pieces, through) {
			want[row.Month] = want[row.Month].Add(row.Amount).Sub(row.PassedOn)
		}
		for month, amount := range want {
			got := money.Zero("EUR")
			for _, x := range Explain(pieces, "a", month) {
				figure, err := formula.Evaluate(x.Formula, "EUR")
				if err != nil || figure != x.Earned {
					t.Fatalf("%s: the formula %s comes to %s (%v), the charge earns %s", month, x.Formula, figure, err, x.Earned)
				}
				got = got.Add(figure)
			}
			if got != amount {
				t.Fatalf("%s: what is explained comes to %s, the schedule says %s", month, got, amount)
			}
		}
	})
}
