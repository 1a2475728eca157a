package ledger

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"ratable/internal/money"
)

// journalColumns are the generic journal's (one row per posting). Amounts are
// positive, in debit or in credit.
var journalColumns = []string{
	"entry_id", "entry_date", "period", "entity", "line_no", "account_number", "account_type", "debit", "credit", "currency",
	"customer_id", "customer", "contract", "contract_line", "document", "source_type", "source_id", "schedule_id",
	"attribution_period", "memo", "book", "fx_rate", "functional_debit", "functional_credit", "functional_currency",
}

// WriteJournalCSV writes entries as RFC 4180 says: CRLF, quotes where needed, no
// separator of thousands. Entries must come in order of day (Stream, Each).
func WriteJournalCSV(w io.Writer, names Names, entries iter.Seq2[Entry, error]) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(journalColumns); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	var last Entry
	for e, err := range entries {
		if err == nil {
			err = inOrder(&last, e)
		}
		for i := 0; err == nil && i < len(e.Postings); i++ {
			err = out.Write(names.journalRow(e, i))
		}
		if err != nil {
			return fmt.Errorf("write the journal: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	return nil
}

func (n Names) journalRow(e Entry, i int) []string {
	p := e.Postings[i]
	debit, credit := columnsOf(p.Amount)
	homeDebit, homeCredit := columnsOf(p.Functional)
	rate := ""
	if !e.Rate.IsZero() {
		rate = e.Rate.String()
	}
	kind, id, _ := strings.Cut(e.Source, ":")
	return []string{
		e.Number(), e.BookedOn.String(), e.BookedOn.MonthOf().String(), Cell(n.entity(e.Entity)), strconv.Itoa(i + 1),
		strconv.Itoa(int(p.Account)), p.Account.String(), debit, credit, string(e.Currency),
		number(int64(p.Customer)), Cell(n.customer(p.Customer)), Cell(n.contract(p.Contract)), Cell(p.Line), Cell(p.Document),
		Cell(kind), Cell(id), number(p.Schedule), p.Month.String(), Cell(e.Memo),
		string(e.Book), rate, homeDebit, homeCredit, string(p.Functional.Currency()),
	}
}

// columnsOf fills one of two columns; what is nothing fills none.
func columnsOf(a money.Amount) (debit, credit string) {
	switch a.Sign() {
	case 1:
		return a.String(), ""
	case -1:
		return "", a.Neg().String()
	}
	return "", ""
}

// number is empty for none.
func number(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// Cell keeps a text from being run as a formula when a spreadsheet opens the file
// (OWASP, CSV injection): it begins with an apostrophe then, which spreadsheets
// do not show. The full-width signs count, as some locales read them so.
func Cell(s string) string {
	s = OneLine(s)
	for _, sign := range []string{"=", "+", "-", "@", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(s, sign) {
			return "'" + s
		}
	}
	return s
}
