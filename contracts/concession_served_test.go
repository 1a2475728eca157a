package contracts

import (
	"testing"

	"ratable/internal/money"
	"ratable/internal/period"
)

// A year was credited in part and ended in January: what is given back is earned less by the end of January, and not by December.
func TestACreditOfWhatEndedEarlierMakesNoLaterDayCheaper(t *testing.T) {
	year := period.NewSpan(period.NewDate(2026, 1, 1), period.NewDate(2027, 1, 1))
	january := period.NewSpan(period.NewDate(2026, 1, 1), period.NewDate(2026, 2, 1))
	given := Piece{Line: "seats", Kind: Concession, Span: year, Period: year, Amount: money.Of(-5000, "EUR"), Wanted: money.Of(5000, "EUR")}
	for _, c := range []struct {
		charge period.Span
		want   period.Date
	}{{january, january.End}, {year, year.End}} {
		out := LimitConcessions([]Piece{{Line: "seats", Kind: FixedFee, Span: c.charge, Period: c.charge, Amount: money.Of(10000, "EUR")}, given})
		if got := out[1].Served().End; got != c.want {
			t.Errorf("a credit of a charge through %s is earned through %s", c.charge.Last(), got.AddDays(-1))
		}
		if v := out[1].Values; len(v) != 1 || v[0].Before != c.want || v[0].Amount.Minor() != -5000 {
			t.Errorf("it comes about as %+v, all of it before %s", v, c.want)
		}
	}
}
