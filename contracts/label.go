package contracts

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// grouped writes a figure with its thousands apart.
func grouped(d decimal.Decimal) string {
	whole, fraction, _ := strings.Cut(d.String(), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		return whole + "." + fraction
	}
	return whole
}

// units names what is counted: "call", "calls".
func units(unit string, n decimal.Decimal) string {
	unit = first(unit, "unit")
	if n.Equal(one) || strings.HasSuffix(unit, "s") {
		return unit
	}
	return unit + "s"
}

// each reads " a month" behind an amount.
func each(every string) string {
	if every == "term" {
		return " for the term"
	}
	return " a " + every
}

// among says whether a charge's line is one of those listed.
func among(ids []string, x Piece) bool { return slices.Contains(ids, x.Line) }

// sameWords says whether two terms say the same, however their figures are
// written: 2 and 2.00 are one.
func sameWords[T any](a, b T) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && string(x) == string(y)
}
