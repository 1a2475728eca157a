package exports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/xuri/excelize/v2"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// booked is a line as whoever imports a file books it: which journal, when, which account, how much.
type booked struct{ id, on, account, amount string }

// want is what a file of journals must come back as; name says how the format calls an account.
func want(journals []Journal, name func(GL) string) (out []booked) {
	for _, j := range journals {
		for _, l := range j.Lines {
			out = append(out, booked{j.ID, j.On.String(), name(l.GL), l.Amount.String()})
		}
	}
	return out
}

func byCode(g GL) string { return g.Code }

// rows reads a CSV file by the names of its columns.
func rows(content []byte) ([]map[string]string, error) {
	all, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\ufeff")))).ReadAll()
	if err != nil {
		return nil, err
	}
	var out []map[string]string
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = unguard(cells[i])
		}
		out = append(out, row)
	}
	return out, nil
}

// unguard takes off the apostrophe that a spreadsheet does not show.
func unguard(s string) string {
	if strings.HasPrefix(s, "'") && guard(s[1:]) != s[1:] {
		return s[1:]
	}
	return s
}

func onDay(layout Dates, s string) string {
	switch layout {
	case MonthFirst:
		return s[6:] + "-" + s[:2] + "-" + s[3:5]
	case DayFirst:
		return s[6:] + "-" + s[3:5] + "-" + s[:2]
	}
	return s
}

// signed puts the two columns of an amount together; both or none filled is a mistake.
func signed(debit, credit string) string {
	switch {
	case (debit == "") == (credit == ""):
		return fmt.Sprintf("debit %q and credit %q", debit, credit)
	case credit != "":
		return "-" + credit
	}
	return debit
}

// readers give back what a file says, format by format.
var readers = map[Target]func(content []byte, o Options) ([]booked, error){
	QuickBooks: columns("Journal No.", "Journal Date", "Account Name", "Debits", "Credits"),
	NetSuite:   columns("External ID", "Date", "Account", "Debit", "Credit"),
	SAP:        columns("Reference", "Posting Date", "G/L Account", "Debit", "Credit"),
	CSV:        columns("entry_id", "entry_date", "gl_account", "debit", "credit"),
	Xero: func(content []byte, o Options) (out []booked, err error) {
		all, err := rows(content)
		for _, r := range all {
			id, _, _ := strings.Cut(r["*Narration"], " ")
			out = append(out, booked{id, onDay(o.Dates, r["*Date"]), r["*AccountCode"], r["*Amount"]})
		}
		return out, err
	},
	Intacct: func(content []byte, o Options) (out []booked, err error) {
		all, err := rows(content)
		id, on := "", ""
		for _, r := range all {
			if r["LINE_NO"] == "1" { // a journal begins
				id, on = r["REFERENCE_NO"], onDay(o.Dates, r["DATE"])
			} else if r["REFERENCE_NO"]+r["DATE"]+r["JOURNAL"]+r["STATE"] != "" {
				return nil, fmt.Errorf("line %s repeats the head of %s", r["LINE_NO"], id)
			}
			out = append(out, booked{id, on, r["ACCT_NO"], signed(r["DEBIT"], r["CREDIT"])})
		}
		return out, err
	},
	JSONLines: func(content []byte, _ Options) (out []booked, err error) {
		for line := range strings.Lines(string(content)) {
			r := map[string]string{}
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				return nil, err
			}
			out = append(out, booked{r["entry_id"], r["entry_date"], r["gl_account"], signed(r["debit"], r["credit"])})
		}
		return out, nil
	},
	XLSX:      readXLSX,
	Hledger:   readPlain,
	Ledger:    readPlain,
	Beancount: readPlain,
}

func columns(id, on, account, debit, credit string) func([]byte, Options) ([]booked, error) {
	return func(content []byte, o Options) (out []booked, err error) {
		all, err := rows(content)
		for _, r := range all {
			out = append(out, booked{r[id], onDay(o.Dates, r[on]), r[account], signed(r[debit], r[credit])})
		}
		return out, err
	}
}

func readXLSX(content []byte, _ Options) (out []booked, err error) {
	f, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all, err := f.GetRows("Journal", excelize.Options{RawCellValue: true})
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for i, name := range all[0] {
		at[name] = i
	}
	for _, cells := range all[1:] {
		cell := func(name string) string {
			if at[name] < len(cells) {
				return cells[at[name]]
			}
			return ""
		}
		c := money.Currency(cell("currency"))
		for _, column := range []string{"debit", "credit"} {
			if s := cell(column); s != "" {
				a, err := money.ParseAmount(s, c) // a number lost its trailing zeros
				if err != nil {
					return nil, err
				}
				if column == "credit" {
					a = a.Neg()
				}
				out = append(out, booked{cell("entry_id"), cell("entry_date"), cell("gl_account"), a.String()})
			}
		}
	}
	return out, nil
}

var (
	plainHead = regexp.MustCompile(`^(\d{4}-\d\d-\d\d) \* (?:\(([^)]+)\)|".*" \^(\S+)$)`)
	plainLine = regexp.MustCompile(`^ +((?:Assets|Liabilities|Equity|Income|Expenses):\S+)  (-?[0-9.]+) [A-Z]{3}(?:  ;.*)?$`)
)

// readPlain reads what hledger, Ledger and beancount have in common.
func readPlain(content []byte, _ Options) (out []booked, err error) {
	id, on := "", ""
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSuffix(line, "\n")
		if m := plainHead.FindStringSubmatch(line); m != nil {
			if _, err := period.ParseDate(m[1]); err != nil {
				return nil, err
			}
			id, on = m[2]+m[3], m[1]
		} else if m := plainLine.FindStringSubmatch(line); m != nil {
			out = append(out, booked{id, on, m[1], m[2]})
		}
	}
	return out, nil
}

// called is how each format names an account.
func called(t Target) func(GL) string {
	switch t {
	case QuickBooks:
		return func(g GL) string { return ledger.OneLine(g.Name) }
	case Hledger, Ledger, Beancount:
		return GL.path
	}
	return byCode
}
