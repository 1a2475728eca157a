package exports

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ratable/internal/money"
	"ratable/ledger"
)

// Plain-text accounting: programs by other people that add our entries up themselves. Debits are positive, credits
// negative; every amount has exactly its currency's decimals, because bean-check forgives half a cent and hledger what
// lies below the decimals it was told.

// path is an account in the plain-text formats: a root that all three know, then code and name in the signs that
// beancount allows.
func (g GL) path() string {
	root := plainRoots[g.Type]
	return root + ":" + plainWord(g.Code+" "+g.Name)
}

// plainWord keeps letters, digits and single dashes, and begins with a capital or a digit.
func plainWord(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
	})
	word := strings.Join(words, "-")
	if word == "" {
		return "X"
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

type plain struct{ out bytes.Buffer }

func (p *plain) line(format string, args ...any) { fmt.Fprintf(&p.out, format+"\n", args...) }

// used are the accounts and currencies of journals, in order.
func used(journals []Journal) (accounts []string, currencies []money.Currency) {
	paths, money_ := map[string]bool{}, map[money.Currency]bool{}
	for _, j := range journals {
		money_[j.Currency] = true
		for _, l := range j.Lines {
			paths[l.GL.path()] = true
		}
	}
	return slices.Sorted(maps.Keys(paths)), slices.Sorted(maps.Keys(money_))
}

type tag struct{ name, value string }

// tags are what a reader finds a posting by.
func (l Line) tags() []tag {
	month := ""
	if !l.Month.IsZero() {
		month = l.Month.String()
	}
	all := []tag{{"type", l.Account.String()}, {"customer", l.Customer.Name}, {"contract", l.Contract}, {"line", l.ContractLine}, {"document", l.Document}, {"month", month},
		{"class", l.GL.Class}, {"department", l.GL.Department}, {"location", l.GL.Location}}
	return slices.DeleteFunc(all, func(t tag) bool { return t.value == "" })
}

// writeHledger passes `hledger check -s`: every account and commodity is declared.
func writeHledger(journals []Journal, _ Options) ([]byte, error) {
	var p plain
	accounts, currencies := used(journals)
	p.line("; Ratable journal. Debits are positive, credits negative.")
	p.line("decimal-mark .")
	for _, c := range currencies {
		p.line("commodity 1000.%s %s", strings.Repeat("0", c.Exponent()), c)
	}
	for _, a := range accounts {
		p.line("account %s", a)
	}
	for _, j := range journals {
		p.line("")
		p.line("%s * (%s) %s", j.On, plainText(j.ID), plainText(j.Memo))
		p.line("    ; entity: %s, source: %s", plainText(j.Entity.Code), plainText(j.Source))
		for _, l := range j.Lines {
			var tags []string
			for _, t := range l.tags() {
				tags = append(tags, t.name+": "+plainText(t.value))
			}
			p.line("    %s  %s %s  ; %s", l.GL.path(), l.Amount, j.Currency, strings.Join(tags, ", ")) // two spaces end an account
		}
	}
	return p.out.Bytes(), nil
}

// writeLedger passes `ledger --pedantic`: tags are declared as well, and stand on lines of their own.
func writeLedger(journals []Journal, _ Options) ([]byte, error) {
	var p plain
	accounts, currencies := used(journals)
	p.line("; Ratable journal. Debits are positive, credits negative.")
	for _, c := range currencies {
		p.line("commodity %s", c)
	}
	for _, a := range accounts {
		p.line("account %s", a)
	}
	for _, name := range []string{"entity", "source", "type", "customer", "contract", "line", "document", "month", "class", "department", "location"} {
		p.line("tag %s", name)
	}
	for _, j := range journals {
		p.line("")
		p.line("%s * (%s) %s", j.On, plainText(j.ID), plainText(j.Memo))
		p.line("    ; entity: %s", plainText(j.Entity.Code))
		p.line("    ; source: %s", plainText(j.Source))
		for _, l := range j.Lines {
			p.line("    %s  %s %s", l.GL.path(), l.Amount, j.Currency)
			for _, t := range l.tags() {
				p.line("    ; %s: %s", t.name, plainText(t.value))
			}
		}
	}
	return p.out.Bytes(), nil
}

// plainText takes out of a text what hledger or Ledger would read: a semicolon begins a comment, a bar a note, a comma
// ends a tag's value, a date in brackets moves a posting, a colon makes a tag, and parentheses are for numbers.
func plainText(s string) string {
	text := ledger.OneLine(strings.NewReplacer(";", " ", "|", "/", ",", " ", "[", "<", "]", ">", "(", "<", ")", ">", ": ", " ", "\\", "/").Replace(s))
	return strings.TrimRight(text, ":")
}

// writeBeancount opens accounts on the first day, quotes texts, and keeps the way back as metadata and a link.
func writeBeancount(journals []Journal, _ Options) ([]byte, error) {
	var p plain
	accounts, currencies := used(journals)
	p.line("; Ratable journal. Debits are positive, credits negative.")
	if len(journals) == 0 {
		return p.out.Bytes(), nil
	}
	first := slices.MinFunc(journals, func(a, b Journal) int { return a.On.Compare(b.On) }).On
	names := make([]string, len(currencies))
	for i, c := range currencies {
		names[i] = string(c)
	}
	for _, a := range accounts {
		p.line("%s open %s %s", first, a, strings.Join(names, ","))
	}
	for _, j := range journals {
		p.line("")
		p.line("%s * %s ^%s", j.On, quoted(j.Memo), plainWord(j.ID))
		p.line("  entry: %s", quoted(j.ID))
		p.line("  entity: %s", quoted(j.Entity.Code))
		p.line("  source: %s", quoted(j.Source))
		for _, l := range j.Lines {
			p.line("  %s  %s %s", l.GL.path(), l.Amount, j.Currency)
			for _, t := range l.tags() {
				p.line("    %s: %s", t.name, quoted(t.value))
			}
		}
	}
	return p.out.Bytes(), nil
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(ledger.OneLine(s)) + `"`
}

// plainRoots are the five roots that beancount allows.
var plainRoots = map[ledger.Type]string{
	ledger.Asset: "Assets", ledger.Liability: "Liabilities", ledger.Equity: "Equity", ledger.Income: "Income", ledger.ContraRevenue: "Income",
	ledger.Gain: "Income", ledger.Expense: "Expenses", ledger.Loss: "Expenses",
}
