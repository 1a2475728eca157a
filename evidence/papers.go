package evidence

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/payments"
	"ratable/revrec"
)

// What follows puts facts on paper. The words are for a reader who has the pack and nothing else.

func entryPaper(e ledger.Recorded, contract map[int64]string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "Entry %s\nBooked on %s\nFor %s\n%s\nCurrency %s\nKnown as number %d, recorded at %s\n\n",
		e.Number(), e.BookedOn, e.Source, e.Memo, e.Currency, e.KnownOrder, e.RecordedAt.UTC().Format("2006-01-02 15:04:05 UTC"))
	fmt.Fprintf(&b, "%-26s %18s %18s  %s\n", "Account", "Debit", "Credit", "Where it belongs")
	for _, p := range e.Postings {
		debit, credit := p.Amount.Display(), ""
		if p.Amount.Sign() < 0 {
			debit, credit = "", p.Amount.Neg().Display()
		}
		var belongs []string
		if p.Contract != 0 {
			belongs = append(belongs, "contract "+contract[p.Contract]+", line "+p.Line)
		}
		if !p.Month.IsZero() {
			belongs = append(belongs, "revenue of "+p.Month.String())
		}
		if p.Document != "" {
			belongs = append(belongs, "document "+p.Document)
		}
		fmt.Fprintf(&b, "%-26s %18s %18s  %s\n", p.Account, debit, credit, strings.Join(belongs, "; "))
	}
	return []byte(b.String())
}

// calculation explains a month of a line: formulas that come to it, what they rest on, and the schedule as it became known.
func calculation(number, line string, month period.Month, r revrec.Reasons) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "Revenue of contract %s, line %s, in %s, by what is known now\n", number, line, month)
	sum := money.Amount{}
	for _, x := range r.Explained {
		p := x.Piece
		sum = sum.Add(x.Earned)
		fmt.Fprintf(&b, "\n%s %s, version %d%s\n", p.Kind, p.Span, p.Version, clause(p.Clause))
		fmt.Fprintf(&b, "  %s = %s %s\n  %s: %s.\n", x.Formula, x.Earned.Display(), p.Amount.Currency(), x.Rule, x.Because)
		fmt.Fprintf(&b, "  The charge is %s", p.Amount.Display())
		for _, reduced := range p.Detail.Reduced {
			fmt.Fprintf(&b, ", after %s of %s", reduced.Label, reduced.Amount.Display())
		}
		b.WriteString(".\n")
	}
	fmt.Fprintf(&b, "\nIn all %s\n\nSchedule, as it became known\n", sum.Display())
	for _, row := range r.Rows {
		state := "to come"
		switch {
		case row.Entry != 0:
			state = fmt.Sprintf("recognized by entry %d, booked in %s", row.Entry, row.BookedIn)
		case row.Recognized:
			state = "cancelled by a later row"
		}
		fmt.Fprintf(&b, "  row %d: %s %s %s, contract version %d, %s\n", row.ID, row.Kind, row.Span, row.Amount.Sub(row.PassedOn).Display(), row.Version, state)
	}
	b.WriteString("\nBilled for these days\n")
	for _, x := range r.Billed {
		fmt.Fprintf(&b, "  %s line %d, %s: %s %s on %s\n", x.Document, x.DocumentLine, x.Span, x.Event, x.Amount.Display(), x.BookedOn)
	}
	return []byte(b.String())
}

func clause(said string) string {
	if said == "" {
		return ""
	}
	return ", clause " + said
}

// digest is the usage that was counted, day by day.
func digest(used []revrec.Used) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"customer_id", "meter", "day", "quantity"}}
	for _, u := range used {
		rows = append(rows, []string{fmt.Sprint(u.Customer), u.Meter, u.Day.String(), u.Quantity.String()})
	}
	err := w.WriteAll(rows)
	return b.Bytes(), err
}

// approvals says who prepared and who approved each version, and why.
func approvals(c contracts.Contract, people map[int64]string) []byte {
	var b strings.Builder
	for _, r := range c.History {
		fmt.Fprintf(&b, "Version %d, effective %s, prepared by %s: %s\n", r.Number, r.EffectiveOn, people[r.PreparedBy], r.Reason)
		for _, d := range r.Decisions {
			fmt.Fprintf(&b, "  %s by %s at %s %s\n", d.Event, people[d.By], d.At.UTC().Format("2006-01-02 15:04:05 UTC"), d.Reason)
		}
	}
	return []byte(b.String())
}

func receiptPaper(r payments.Receipt) []byte {
	return fmt.Appendf(nil, "Receipt %s\nReceived on %s\n%s %s\nReference %s\n", r.Number(), r.ReceivedOn, r.Amount.Display(), r.Amount.Currency(), r.Reference)
}

// receiptOf reads the receipt that an entry books or applies: "receipt:R-000012", "application:R-000012:3".
func receiptOf(source string) (int64, bool) {
	kind, key, _ := strings.Cut(source, ":")
	number, _, _ := strings.Cut(key, ":")
	digits, named := strings.CutPrefix(number, "R-")
	id, err := strconv.ParseInt(digits, 10, 64)
	return id, named && err == nil && (kind == "receipt" || kind == "application")
}
