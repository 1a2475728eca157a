package examples

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// spoken are keys of what is expected that say something about it, or repeat it as it was printed.
var spoken = []string{"sum_must_be_exact", "per_period_tolerance_if_engine_uses_other_rounding", "published_rounded", "published_whole_dollars", "notes", "note"}

// sampled are figures that a case asks for on days of its choice; the engine gives them for every month's end.
var sampled = []string{"deferred_balance", "contract_asset_month_end", "trial_balance"}

// compare says whether the engine gives what is expected: every figure of it, to the last minor unit.
func compare(r *Result, expected object) {
	if len(expected.keys) == 0 {
		return
	}
	r.Status = Pass
	var silent []string
	for _, key := range expected.keys {
		given, ok := r.Gives.values[key]
		switch {
		case slices.Contains(spoken, key) || strings.HasSuffix(key, "_published"):
		case !ok:
			silent = append(silent, key)
		case key == "journal":
			journal, bare := withoutDays(given, expected.values[key])
			if bare {
				r.Notes = append(r.Notes, "the case does not say when it happens; the journal is compared without days")
			}
			r.Differences = append(r.Differences, sameJournal(r, given, journal)...)
		default:
			r.Differences = append(r.Differences, differ(key, given, expected.values[key], slices.Contains(sampled, key))...)
		}
	}
	switch {
	case len(r.Differences) > 0:
		r.Status = Fail
	case len(silent) > 0:
		r.Status, r.Missing = Unsupported, "says nothing of "+strings.Join(silent, ", ")
	}
}

// differ lists where two values are not the same. Amounts are compared as numbers, and a month without an amount has none.
func differ(path string, given, expected any, some bool) []string {
	switch e := expected.(type) {
	case object:
		g, ok := given.(object)
		if !ok {
			return []string{fmt.Sprintf("%s: gives %s, expected %s", path, shown(given), shown(expected))}
		}
		keys := slices.Clone(e.keys)
		for _, key := range g.keys {
			if _, asked := e.values[key]; !asked && !some {
				keys = append(keys, key)
			}
		}
		var out []string
		for _, key := range keys {
			out = append(out, differ(path+"."+key, g.values[key], e.values[key], some)...)
		}
		return out
	case []any:
		g, ok := given.([]any)
		if !ok || len(g) != len(e) {
			return []string{fmt.Sprintf("%s: gives %s, expected %s", path, shown(given), shown(expected))}
		}
		var out []string
		for i := range e {
			out = append(out, differ(fmt.Sprintf("%s[%d]", path, i), g[i], e[i], some)...)
		}
		return out
	}
	if !same(given, expected) {
		return []string{fmt.Sprintf("%s: gives %s, expected %s", path, shown(given), shown(expected))}
	}
	return nil
}

func same(given, expected any) bool {
	g, gOK := number(given)
	e, eOK := number(expected)
	if gOK && eOK {
		return g.Equal(e)
	}
	return fmt.Sprint(given) == fmt.Sprint(expected)
}

// number reads a figure; nothing is zero.
func number(value any) (decimal.Decimal, bool) {
	if value == nil {
		return decimal.Zero, true
	}
	text := fmt.Sprint(value)
	if len(text) > 40 || strings.ContainsAny(text, "eE") {
		return decimal.Zero, false
	}
	d, err := decimal.NewFromString(text)
	return d, err == nil
}
