package exports

import (
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratable/internal/money"
	"ratable/ledger"
)

// checkers are accounting programs by other people; each must take the file without a word.
var checkers = map[Target]struct {
	debian string
	check  [][]string
	sums   []string
}{
	Hledger: {"hledger", [][]string{{"hledger", "-f", "FILE", "check", "-s"}, {"hledger", "-f", "FILE", "check", "ordereddates"}},
		[]string{"hledger", "-f", "FILE", "balance", "--flat", "--no-total", "--empty", "--layout=bare", "-O", "csv"}},
	Ledger: {"ledger", [][]string{{"ledger", "--pedantic", "--args-only", "-f", "FILE", "balance"}},
		[]string{"ledger", "--args-only", "-f", "FILE", "balance", "--flat", "--no-total", "--empty", "--balance-format", "%(quoted(account)),%(quoted(strip(display_total)))\n"}},
	Beancount: {"beancount", [][]string{{"bean-check", "FILE"}},
		[]string{"bean-query", "-q", "-f", "csv", "FILE", "select account, currency, sum(number) group by account, currency order by account, currency"}},
}

func run(t *testing.T, args []string, path string) (string, error) {
	t.Helper()
	args = append([]string{}, args...)
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "FILE", path)
	}
	program, err := exec.LookPath(args[0])
	if err != nil {
		t.Fatalf("%s is not installed, and exports are checked by it. Install it with:\n\n\tapt-get install -y hledger ledger beancount\n", args[0])
	}
	c := exec.Command(program, args[1:]...)
	c.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "HOME="+t.TempDir())
	out, err := c.CombinedOutput()
	return string(out), err
}

// checkedBy holds a file against a program: it must take it, and add it up to our sums ("path currency" → amount).
func checkedBy(t *testing.T, target Target, content []byte, sums map[string]string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "book."+target.Spec().Ext)
	write := func(content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(content)
	for _, check := range checkers[target].check {
		if said, err := run(t, check, path); err != nil {
			t.Errorf("%v refuses the file: %v\n%s", check, err, said)
		}
	}
	if diff := cmp.Diff(sums, theirSums(t, target, path)); diff != "" {
		t.Errorf("%s adds up differently (-ours +theirs):\n%s", target, diff)
	}
	write(spoiled(t, content))
	if said, err := run(t, checkers[target].check[0], path); err == nil {
		t.Errorf("%s takes a copy with one amount changed by 0.01\n%s", target, said)
	}
}

var lastAmount = regexp.MustCompile(`(?m)^( +(?:Assets|Liabilities|Equity|Income|Expenses):\S+  )(-?[0-9.]+) ([A-Z]{3})`)

// spoiled is a copy of a file with the last amount off by the currency's smallest unit.
func spoiled(t *testing.T, content []byte) []byte {
	t.Helper()
	all := lastAmount.FindAllSubmatchIndex(content, -1)
	m := all[len(all)-1]
	c := money.Currency(content[m[6]:m[7]])
	a, err := money.ParseAmount(string(content[m[4]:m[5]]), c)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(string(content[:m[4]]) + a.Add(money.Of(1, c)).String() + string(content[m[5]:]))
}

func theirSums(t *testing.T, target Target, path string) map[string]string {
	t.Helper()
	said, err := run(t, checkers[target].sums, path)
	if err != nil {
		t.Fatalf("%s: %v\n%s", target, err, said)
	}
	cells, err := csv.NewReader(strings.NewReader(said)).ReadAll()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	out := map[string]string{}
	for _, row := range cells {
		account := strings.TrimSpace(row[0])
		var amounts []string
		switch {
		case target == Ledger: // one cell, a line per currency: "107.00 USD"
			amounts = strings.Split(strings.TrimSpace(row[1]), "\n")
		case account == "account":
			continue
		case target == Hledger:
			amounts = []string{row[2] + " " + row[1]}
		default:
			amounts = []string{strings.TrimSpace(row[2]) + " " + strings.TrimSpace(row[1])}
		}
		for _, text := range amounts {
			number, currency, _ := strings.Cut(strings.TrimSpace(text), " ")
			if number == "0" {
				continue
			}
			a, err := money.ParseAmount(number, money.Currency(currency))
			if err != nil {
				t.Fatalf("%s: %q: %v", account, text, err)
			}
			if !a.IsZero() {
				out[account+" "+currency] = a.String()
			}
		}
	}
	return out
}

func ourSums(journals []Journal) map[string]string {
	sums := map[string]money.Amount{}
	for _, j := range journals {
		for _, l := range j.Lines {
			k := l.GL.path() + " " + string(j.Currency)
			sums[k] = sums[k].Add(l.Amount)
		}
	}
	out := map[string]string{}
	for k, a := range sums {
		if !a.IsZero() {
			out[k] = a.String()
		}
	}
	return out
}

func TestThreeAccountingProgramsAddOurFilesUpAndNoticeACent(t *testing.T) {
	for target, checker := range checkers {
		t.Run(string(target), func(t *testing.T) {
			t.Parallel()
			var entries []ledger.Entry
			for n, c := range []money.Currency{"USD", "EUR", "JPY", "KWD"} {
				for i, e := range fewEntries() {
					e.Seq, e.Currency, e.Postings = int64(10*n+i+1), c, append([]ledger.Posting{}, e.Postings...)
					for p := range e.Postings {
						e.Postings[p].Amount = money.Of(e.Postings[p].Amount.Minor(), c)
					}
					for _, text := range []string{"; comment", "a | b", `"quoted" \ back`, "x  y", "[=2020-01-01]", "(code) * ! @ 5 USD", "tag: value", ":key:"} {
						traps := e
						traps.Account, traps.Memo = 1000+traps.Account, text
						traps.Seq = int64(len(entries) + 1)
						entries = append(entries, traps)
					}
				}
			}
			journals := small(target).Journals(sorted(entries))
			content, err := Write(journals, target, Options{})
			if err != nil {
				t.Fatal(err)
			}
			checkedBy(t, target, content, ourSums(journals))
			if checker.debian == "" {
				t.Error(fmt.Sprint("which Debian package has ", target))
			}
		})
	}
}

func sorted(entries []ledger.Entry) (out []ledger.Entry) {
	for e := range ledger.Each(entries) {
		out = append(out, e)
	}
	return out
}
