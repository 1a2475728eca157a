package tax

import "ratable/internal/money"

// Policy is how a regime rounds. It is law, not taste: most wrong cents come from mixing two of these.
type Policy string

const (
	// USAggregateInvoice rounds state and local tax together, once per invoice and combined rate, half up (SSUTA s.324).
	USAggregateInvoice Policy = "us_sst_aggregate_invoice"
	// USAggregateItem is the same per line, the other election of SSUTA s.324.
	USAggregateItem Policy = "us_sst_aggregate_item"
	// USPerJurisdiction rounds each jurisdiction once per invoice ("computed for each taxing jurisdiction separately", Ohio).
	USPerJurisdiction Policy = "us_per_jurisdiction"
	// PerCategory rounds once per tax and rate of the document (EN 16931 BT-117).
	PerCategory Policy = "en16931_category"
	// PerLine rounds every row of every line.
	PerLine Policy = "per_line"
	// JapanOnce rounds once per rate and invoice, towards zero.
	JapanOnce Policy = "jp_once_floor"
)

// share is the unrounded tax of one row.
type share struct {
	row   *Row
	tax   string // place, tax and class: the component
	stack string // all components of the line: what makes its combined rate
	line  string
	exact money.Exact
}

// group names the shares that are rounded together.
func (p Policy) group(s share) string {
	switch p {
	case USAggregateInvoice:
		return s.stack
	case USAggregateItem:
		return s.line + " " + s.stack
	case PerLine:
		return s.line + " " + s.tax
	default:
		return s.tax
	}
}

// round gives every share its amount: each group is rounded once, then the total is split over the components and
// each component over the lines, so that whatever is printed adds up.
func round(shares []share) {
	groups := groupBy(shares, func(s share) string { return string(s.row.Policy) + " " + s.row.Policy.group(s) })
	for _, group := range groups {
		mode := money.HalfAwayFromZero // half up, and the same for a negative line
		if group[0].row.Policy == JapanOnce {
			mode = money.Down
		}
		components := groupBy(group, func(s share) string { return s.tax })
		totals := make([]money.Exact, len(components))
		for i, c := range components {
			totals[i] = sum(c)
		}
		for i, amount := range apportion(money.Round(sum(group), mode), totals) {
			exact := make([]money.Exact, len(components[i]))
			for k, s := range components[i] {
				exact[k] = s.exact
			}
			for k, part := range apportion(amount, exact) {
				components[i][k].row.Tax = part
			}
		}
	}
}

// apportion splits a rounded total over exact parts by largest remainder, earliest first on ties. Unlike
// money.Allocate the parts may differ in sign: an invoice holds charges and corrections of one rate. The mirrored
// parts get the mirrored amounts, and no part moves by a minor unit or more.
func apportion(total money.Amount, parts []money.Exact) []money.Amount {
	amounts := make([]money.Amount, len(parts))
	rest := total
	for i, p := range parts {
		amounts[i] = money.Round(p, money.Down)
		rest = rest.Sub(amounts[i])
	}
	unit := money.Of(int64(rest.Sign()), total.Currency())
	given := make([]bool, len(parts))
	for ; !rest.IsZero(); rest = rest.Sub(unit) {
		best := -1
		for i := range parts {
			if !given[i] && (best < 0 || remainder(parts[i], amounts[i], unit).Cmp(remainder(parts[best], amounts[best], unit)) > 0) {
				best = i
			}
		}
		given[best] = true
		amounts[best] = amounts[best].Add(unit)
	}
	return amounts
}

// remainder is what a part is still owed in the direction of unit.
func remainder(exact money.Exact, given, unit money.Amount) money.Exact {
	return exact.Sub(given.Exact()).MulRatio(unit.Minor(), 1)
}

func sum(shares []share) (total money.Exact) {
	for _, s := range shares {
		total = total.Add(s.exact)
	}
	return total
}

// groupBy keeps the order of first appearance, so that ties fall the same way every time.
func groupBy(shares []share, key func(share) string) (groups [][]share) {
	at := map[string]int{}
	for _, s := range shares {
		k := key(s)
		i, ok := at[k]
		if !ok {
			i = len(groups)
			at[k] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], s)
	}
	return groups
}
