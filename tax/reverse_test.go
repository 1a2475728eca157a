package tax

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
)

func TestACreditReturnsTaxAtTheOriginalRateCumulatively(t *testing.T) {
	for _, c := range []struct{ net, rate, tax, credits, want, authority string }{
		{"200.00", "0.08875", "17.75", "50.00", "-4.44", "NY TSB-A-09(29): only the tax on the part refunded"},
		{"29.95", "0.19", "5.69", "9.99 9.98 9.98", "-1.90 -1.89 -1.90", "each on its own would return 5.70"},
		{"10.00", "0.0725", "0.73", "5.00 5.00", "-0.36 -0.37", "each on its own would return 0.72"},
		{"1000.00", "0.055", "55.00", "1000.00", "-55.00", "Milwaukee, credited after the rate rose to 7.9%"},
		{"-10.00", "0.0725", "-0.73", "-5.00 -5.00", "0.36 0.37", "a correction line is credited the other way round"},
	} {
		row := Row{Line: 1, Rate: decimal.RequireFromString(c.rate), Net: usd(c.net), Taxable: usd(c.net), Tax: usd(c.tax), WouldBe: usd("0.00")}
		before := map[int]money.Amount{}
		var got []string
		for _, part := range strings.Fields(c.credits) {
			got = append(got, Reverse([]Row{row}, before, map[int]money.Amount{1: usd(part)})[0].Tax.String())
			before[1] = before[1].Add(usd(part))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s of tax credited for %s: %v, should be %s (%s)", c.tax, c.credits, got, c.want, c.authority)
		}
	}
}

func TestMoreThanTheLineHeldCannotBeCredited(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("11.00 of a line of 10.00 was credited")
		}
	}()
	row := Row{Line: 1, Net: usd("10.00"), Taxable: usd("10.00"), Tax: usd("1.00"), Rate: decimal.RequireFromString("0.1")}
	Reverse([]Row{row}, map[int]money.Amount{1: usd("6.00")}, map[int]money.Amount{1: usd("5.00")})
}
