package ledger

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"ratable/internal/money"
)

// WriteHledger writes entries as a journal of hledger (hledger.org/hledger.html),
// an accounting program by other people that checks our sums: `hledger check -s`
// declares every account and commodity, and the last transaction asserts the
// closing balance of each account in each currency. A currency is a commodity
// with exactly its decimals, an entity is a tag.
//
// Entries must come in order of day (Stream, Each). The balances are those of
// the entries in the file: the trial balance, when the file begins where the
// books do.
func WriteHledger(w io.Writer, names Names, entries iter.Seq2[Entry, error]) error {
	j := journal{out: bufio.NewWriter(w), names: names, sums: map[balance]money.Amount{}, used: map[Account]bool{}}
	j.line("; Ratable journal. Debits are positive, credits negative.")
	j.line("decimal-mark .")
	for e, err := range entries {
		if err == nil {
			err = inOrder(&j.last, e)
		}
		if err != nil {
			return fmt.Errorf("write the hledger journal: %w", err)
		}
		j.entry(e)
	}
	j.assert()
	if err := j.out.Flush(); err != nil {
		return fmt.Errorf("write the hledger journal: %w", err)
	}
	return nil
}

// journal is a file being written. A failed write shows at the last Flush.
type journal struct {
	out   *bufio.Writer
	names Names
	last  Entry
	sums  map[balance]money.Amount
	known []money.Currency
	used  map[Account]bool
}

type balance struct {
	currency money.Currency
	account  Account
}

func (j *journal) line(format string, args ...any) { fmt.Fprintf(j.out, format+"\n", args...) }

func (j *journal) entry(e Entry) {
	if e = (Filter{}).shown(e); len(e.Postings) == 0 {
		return
	}
	j.declare(e.Currency)
	j.open(e.Postings)
	j.line("")
	j.line("%s * (%s) %s", e.BookedOn, e.Number(), hledgerText(e.Memo))
	j.line("    ; entity: %s, source: %s", hledgerText(j.names.entity(e.Entity)), hledgerText(e.Source))
	for _, p := range e.Postings {
		k := balance{e.Currency, p.Account}
		j.sums[k] = j.sums[k].Add(p.Amount)
		// Two spaces end the name of an account.
		j.line("    %s  %s %s%s", hledgerAccount(p.Account.Info()), p.Amount, e.Currency, j.tags(p))
	}
}

// open declares accounts before their first use: a reader sees those that the books use, not the whole chart.
func (j *journal) open(postings []Posting) {
	var fresh []Account
	for _, p := range postings {
		if !j.used[p.Account] {
			j.used[p.Account] = true
			fresh = append(fresh, p.Account)
		}
	}
	slices.Sort(fresh)
	for i, a := range fresh {
		if i == 0 {
			j.line("")
		}
		j.line("account %s  ; %d %s", hledgerAccount(a.Info()), a, a.Info().Name)
	}
}

// declare writes a currency's directive before its first use: only then is it
// known, as entries are streamed. The decimal mark is there even for yen, as
// hledger wants it.
func (j *journal) declare(c money.Currency) {
	if slices.Contains(j.known, c) {
		return
	}
	j.known = append(j.known, c)
	j.line("")
	j.line("commodity 1000.%s %s", strings.Repeat("0", c.Exponent()), c)
}

func (j *journal) tags(p Posting) string {
	var tags []string
	for _, t := range []struct{ name, value string }{
		{"customer", j.names.customer(p.Customer)}, {"contract", j.names.contract(p.Contract)}, {"line", p.Line},
		{"document", p.Document}, {"month", p.Month.String()},
	} {
		if t.value != "" {
			tags = append(tags, t.name+": "+hledgerText(t.value))
		}
	}
	if len(tags) == 0 {
		return ""
	}
	return "  ; " + strings.Join(tags, ", ")
}

// assert states the closing balances in a transaction that moves nothing. hledger
// asserts in order of day and then of file, so it is true after all entries.
func (j *journal) assert() {
	if len(j.sums) == 0 {
		return
	}
	keys := make([]balance, 0, len(j.sums))
	for k := range j.sums {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b balance) int {
		return cmp.Or(cmp.Compare(a.currency, b.currency), cmp.Compare(a.account, b.account))
	})
	j.line("")
	j.line("%s * Closing balances", j.last.BookedOn)
	for _, k := range keys {
		j.line("    %s  %s %s = %s %s", hledgerAccount(k.account.Info()), money.Zero(k.currency), k.currency, j.sums[k], k.currency)
	}
}

// roots are where accounts of a type stand in plain-text books.
var roots = map[Type]string{Asset: "Assets", Liability: "Liabilities", Equity: "Equity", Income: "Revenue", ContraRevenue: "Revenue", Gain: "Revenue", Expense: "Expenses", Loss: "Expenses"}

func hledgerAccount(i Info) string {
	return roots[i.Type] + ":" + i.Code
}

// hledgerText takes the signs out of a text that mean something to hledger: a
// semicolon begins a comment, a bar divides payee and note, a comma ends a tag's
// value, and a date in brackets would move the posting to another day.
func hledgerText(s string) string {
	return OneLine(strings.NewReplacer(";", " ", "|", "/", ",", " ", "[", "(", "]", ")").Replace(s))
}
