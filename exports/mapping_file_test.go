package exports

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/ledger"
)

func TestAMappingReadsBackFromItsFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := func(label string) string {
			return rapid.StringOf(rapid.SampledFrom([]rune("aZ09 =+-@',\"é日"))).Filter(func(s string) bool {
				return strings.TrimSpace(s) == s && ledger.OneLine(s) == s && !strings.HasPrefix(s, "'")
			}).Draw(t, label)
		}
		var rules []Rule
		for range rapid.IntRange(1, 4).Draw(t, "rules") {
			info := rapid.SampledFrom(ledger.Chart).Draw(t, "account")
			rules = append(rules, Rule{Code: text("code"), Priority: rapid.IntRange(1, 99).Draw(t, "priority"), StartsOn: day("2026-01-01").AddDays(rapid.IntRange(0, 400).Draw(t, "day")),
				Retired: rapid.Bool().Draw(t, "retired"), When: When{Account: info.Account, Entity: text("entity"), Product: text("product"), Contract: text("contract"), Currency: money.Currency(rapid.SampledFrom([]string{"", "USD"}).Draw(t, "currency"))},
				GL: GL{Code: text("gl"), Name: text("name"), Type: info.Type, Class: text("class"), Department: text("department"), Location: text("location")}})
		}
		back, err := ParseRules(WriteRules(rules))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(rules, back); diff != "" {
			t.Fatalf("rules (-written +read back):\n%s", diff)
		}
	})
}

func TestAMappingFileSaysWhichRowIsWrong(t *testing.T) {
	for _, c := range []struct{ text, path, says string }{
		{"", "rules", "need a first line"},
		{"code,colour\na,red\n", "rules", "is no column of a mapping"},
		{"code,priority\na\n", "rules", "cannot be read as CSV"},
		{"code,priority,starts_on,account\na,first,2026-01-01,Revenue\n", "rules[0].priority", "is a whole number"},
		{"code,priority,starts_on,account\na,1,soon,Revenue\n", "rules[0].starts_on", "is a day such as"},
		{"code,priority,starts_on,account\na,1,2026-01-01,Revenue\nb,1,2026-01-01,Sales\n", "rules[1].account", "is no account of our chart"},
	} {
		_, err := ParseRules([]byte(c.text))
		fields := fault.Fields(err)
		if len(fields) != 1 || fields[0].Path != c.path || !strings.Contains(fields[0].Message, c.says) {
			t.Errorf("%q: %v", c.text, err)
		}
	}
}
