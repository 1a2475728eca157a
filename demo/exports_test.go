package demo_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratable/entities"
	"ratable/exports"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// adders add up what we write: hledger, Ledger and beancount, each by its own code.
var adders = map[exports.Target]struct{ checks, sums []string }{
	exports.Hledger:   {[]string{"hledger", "-f", "FILE", "check", "-s"}, []string{"hledger", "-f", "FILE", "balance", "--flat", "--no-total", "--layout=bare", "-O", "csv"}},
	exports.Ledger:    {[]string{"ledger", "--pedantic", "--args-only", "-f", "FILE", "balance"}, []string{"ledger", "--args-only", "-f", "FILE", "balance", "--flat", "--no-total", "--balance-format", "%(quoted(account)),%(quoted(strip(display_total)))\n"}},
	exports.Beancount: {[]string{"bean-check", "FILE"}, []string{"bean-query", "-q", "-f", "csv", "FILE", "select account, currency, sum(number) group by account, currency"}},
}

func TestThreeProgramsAddTheDemosYearUpToOurTrialBalanceAndNoticeACent(t *testing.T) {
	t.Parallel()
	db := company.Clone(t)
	for target, adder := range adders {
		for _, e := range []string{"nlus", "nleu"} {
			t.Run(fmt.Sprint(target, " ", e), func(t *testing.T) {
				t.Parallel()
				f := ledger.Filter{Entity: entityOf(t, db, e)}
				content, err := exports.Whole(context.Background(), db, target, f, exports.Options{})
				if err != nil {
					t.Fatal(err)
				}
				path := filepath.Join(t.TempDir(), "book")
				put(t, path, content)
				if said, err := command(t, adder.checks, path); err != nil {
					t.Fatalf("it refuses our file: %v\n%.2000s", err, said)
				}
				said, err := command(t, adder.sums, path)
				if err != nil {
					t.Fatalf("%v\n%s", err, said)
				}
				if diff := cmp.Diff(trialByMapping(t, db, f), addedUp(t, target, said)); diff != "" {
					t.Errorf("the sums differ (-trial balance +theirs):\n%s", diff)
				}
				put(t, path, aCentOff(t, content))
				if said, err := command(t, adder.checks, path); err == nil {
					t.Errorf("it takes a copy with one amount changed by 0.01\n%.500s", said)
				}
			})
		}
	}
}

func put(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func command(t *testing.T, args []string, path string) (string, error) {
	t.Helper()
	program, err := exec.LookPath(args[0])
	if err != nil {
		t.Fatalf("%s is not installed, and exports are checked by it. Install it with:\n\n\tapt-get install -y hledger ledger beancount\n", args[0])
	}
	c := exec.Command(program, strings.Split(strings.ReplaceAll(strings.Join(args[1:], "\x00"), "FILE", path), "\x00")...)
	c.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "HOME="+t.TempDir())
	out, err := c.CombinedOutput()
	return string(out), err
}

// trialByMapping is the trial balance, an account of ours under the number it is mapped to. Two of ours may be one there.
func trialByMapping(t *testing.T, db *postgres.DB, f ledger.Filter) map[string]string {
	t.Helper()
	trial, err := ledger.TrialBalance(context.Background(), db, f)
	if err != nil {
		t.Fatal(err)
	}
	m, err := exports.LoadMapping(context.Background(), db, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, row := range trial.Rows {
		code := ""
		for _, e := range []string{"nlus", "nleu"} {
			if f.Entity == entityOf(t, db, e) {
				r, _ := m.Of(exports.When{Account: row.Account, Entity: e, Currency: row.Currency}, period.NewDate(2026, 11, 1))
				code = r.GL.Code
			}
		}
		if !row.Closing.IsZero() {
			out[code+" "+string(row.Currency)] = row.Closing.String()
		}
	}
	if len(out) < 10 {
		t.Errorf("the trial balance has %d rows only", len(out))
	}
	return out
}

var numbered = regexp.MustCompile(`^[A-Za-z]+:(1011-[A-Z]{3}|\d{4})-`)

// addedUp reads a program's balances: by the account's number, which its name begins with, and currency.
func addedUp(t *testing.T, target exports.Target, said string) map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(said)).ReadAll()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	out := map[string]string{}
	for _, row := range rows {
		m := numbered.FindStringSubmatch(strings.TrimSpace(row[0]))
		if m == nil {
			continue // the head
		}
		amounts := strings.Split(strings.TrimSpace(row[1]), "\n")
		switch target {
		case exports.Hledger:
			amounts = []string{row[2] + " " + row[1]}
		case exports.Beancount:
			amounts = []string{strings.TrimSpace(row[2]) + " " + strings.TrimSpace(row[1])}
		}
		for _, text := range amounts {
			number, currency, _ := strings.Cut(strings.TrimSpace(text), " ")
			if number == "0" {
				continue
			}
			a, err := money.ParseAmount(number, money.Currency(currency))
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			if !a.IsZero() {
				out[m[1]+" "+currency] = a.String()
			}
		}
	}
	return out
}

var anAmount = regexp.MustCompile(`(?m)^( +[A-Z][a-z]+:\S+  )(-?[0-9]+\.[0-9]{2}) (USD|EUR)`)

// aCentOff is a copy with an amount in the middle of it changed by 0.01.
func aCentOff(t *testing.T, content []byte) []byte {
	t.Helper()
	all := anAmount.FindAllSubmatchIndex(content, -1)
	at := all[len(all)/2]
	c := money.Currency(content[at[6]:at[7]])
	a, err := money.ParseAmount(string(content[at[4]:at[5]]), c)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(string(content[:at[4]]) + a.Add(money.Of(1, c)).String() + string(content[at[5]:]))
}

func entityOf(t *testing.T, db *postgres.DB, code string) entities.ID {
	t.Helper()
	d, err := entities.Load(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	e, known := d.ByCode(code)
	if !known {
		t.Fatalf("there is no entity %s", code)
	}
	return e.ID
}
