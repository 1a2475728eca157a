package tax

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/internal/money"
)

// taxUnder rounds one tax on some lines under a policy, and says what each line got.
func taxUnder(p Policy, rate string, nets ...string) (money.Amount, []money.Amount) {
	rows := make([]Row, len(nets))
	shares := make([]share, len(nets))
	for i, net := range nets {
		rows[i] = Row{Line: i, Policy: p}
		shares[i] = share{row: &rows[i], tax: "the tax", stack: "the stack", line: string(rune('a' + i)), exact: usd(net).Exact().Mul(decimal.RequireFromString(rate))}
	}
	round(shares)
	each := make([]money.Amount, len(rows))
	for i, r := range rows {
		each[i] = r.Tax
	}
	return money.Sum(each...), each
}

func TestEachRegimeRoundsItsOwnWay(t *testing.T) {
	for _, c := range []struct {
		policy           Policy
		rate, nets, want string
	}{
		{PerLine, "0.06", "1.77 1.77 1.77", "0.33"},     // Singapore's customs example, line method
		{PerCategory, "0.06", "1.77 1.77 1.77", "0.32"}, // the same, total method
		{PerLine, "0.0825", "30.00 30.00", "4.96"},
		{PerCategory, "0.0825", "30.00 30.00", "4.95"},
		{USAggregateItem, "0.0825", "30.00 30.00", "4.96"},
		{USAggregateInvoice, "0.0825", "30.00 30.00", "4.95"},
		{PerCategory, "0.08875", "100.00", "8.88"},  // SSUTA s.324: 8.875
		{PerCategory, "0.088749", "100.00", "8.87"}, // 8.8749 is carried to 8.874 and stays down
		{PerCategory, "0.05", "53.50", "2.68"},      // HMRC: half a penny goes up
		{PerCategory, "0.10", "1.05", "0.11"},       // GST Act s 9-90
		{JapanOnce, "0.10", "1.09 1.09 1.09", "0.32"},
		{JapanOnce, "0.10", "-1.09 -1.09 -1.09", "-0.32"},
	} {
		if got, each := taxUnder(c.policy, c.rate, strings.Fields(c.nets)...); got.String() != c.want {
			t.Errorf("%s of %s under %s: %s as %v, should be %s", c.rate, c.nets, c.policy, got, each, c.want)
		}
	}
}

func TestARoundedTotalIsSplitWithinAMinorUnitOfEachPart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var parts, mirrored []money.Exact
		for _, n := range rapid.SliceOfN(rapid.Int64Range(-9999, 9999), 1, 8).Draw(t, "thirds of a cent") {
			parts = append(parts, money.Of(n, "USD").Exact().MulRatio(1, 3))
			mirrored = append(mirrored, money.Of(-n, "USD").Exact().MulRatio(1, 3))
		}
		var exact money.Exact
		for _, p := range parts {
			exact = exact.Add(p)
		}
		total := money.Round(exact, money.HalfAwayFromZero)
		split, back := apportion(total, parts), apportion(total.Neg(), mirrored)
		if money.Sum(split...) != total {
			t.Fatalf("%v adds up to %s, not %s", split, money.Sum(split...), total)
		}
		for i := range split {
			if off := split[i].Exact().Sub(parts[i]); off.Cmp(usd("0.01").Exact()) >= 0 || off.Cmp(usd("-0.01").Exact()) <= 0 {
				t.Fatalf("part %d, %s, became %s", i, parts[i], split[i])
			}
			if back[i] != split[i].Neg() {
				t.Fatalf("the mirror of %s is %s", split[i], back[i])
			}
		}
	})
}
