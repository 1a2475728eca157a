package invoicing

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

func days(from, through string) period.Span { return period.Through(date(from), date(through)) }

func owed(kind contracts.Kind, s period.Span, minor int64) contracts.Piece {
	return contracts.Piece{Line: "a", Kind: kind, Span: s, Period: s, Amount: usd(minor), Closed: true}
}

func stood(kind contracts.Kind, s period.Span, minor int64) ledger.Stood {
	return ledger.Stood{Piece: ledger.Piece{LineKey: ledger.LineKey{Contract: 1, Line: "a"}, Kind: string(kind), Span: s}, Amount: usd(minor), Times: 1}
}

func TestThePlanIsDueLessBilled(t *testing.T) {
	q1, q2 := days("2026-01-01", "2026-03-31"), days("2026-04-01", "2026-06-30")
	early, late := days("2026-01-01", "2026-02-14"), days("2026-02-15", "2026-03-31")
	for _, c := range []struct {
		name   string
		due    []contracts.Piece
		booked []ledger.Stood
		want   string
	}{
		{"what is billed as owed is left alone", []contracts.Piece{owed(contracts.FixedFee, q1, 91000)}, []ledger.Stood{stood(contracts.FixedFee, q1, 91000)}, ""},
		{"a new period is charged", []contracts.Piece{owed(contracts.FixedFee, q1, 91000), owed(contracts.FixedFee, q2, 91000)}, []ledger.Stood{stood(contracts.FixedFee, q1, 91000)}, q2.String() + " 910.00"},
		{"a zero is shown once", []contracts.Piece{owed(contracts.Metered, q1, 0)}, nil, q1.String() + " 0.00"},
		{"and not again", []contracts.Piece{owed(contracts.Metered, q1, 0)}, []ledger.Stood{stood(contracts.Metered, q1, 0)}, ""},
		{"usage counted anew", []contracts.Piece{owed(contracts.Metered, q1, 8000)}, []ledger.Stood{stood(contracts.Metered, q1, 15000)}, q1.String() + " -70.00"},
		{"a cut whose first part is unchanged bills the second", []contracts.Piece{owed(contracts.FixedFee, early, 45500), owed(contracts.FixedFee, late, 68250)},
			[]ledger.Stood{stood(contracts.FixedFee, q1, 91000)}, late.String() + " 227.50"},
		{"a cut that changes no price changes nothing", []contracts.Piece{owed(contracts.FixedFee, early, 45500), owed(contracts.FixedFee, late, 45500)},
			[]ledger.Stood{stood(contracts.FixedFee, q1, 91000)}, ""},
		{"a cut taken back cancels what it brought", []contracts.Piece{owed(contracts.FixedFee, q1, 91000)},
			[]ledger.Stood{stood(contracts.FixedFee, q1, 91000), stood(contracts.FixedFee, late, 22750)}, late.String() + " -227.50"},
		{"usage of a cut period is taken back and charged anew", []contracts.Piece{owed(contracts.Metered, early, 700), owed(contracts.Metered, late, 900)},
			[]ledger.Stood{stood(contracts.Metered, q1, 1500)}, early.String() + " 7.00; " + q1.String() + " -15.00; " + late.String() + " 9.00"},
		{"a line that is gone is taken back", nil, []ledger.Stood{stood(contracts.FixedFee, q1, 91000)}, q1.String() + " -910.00"},
		{"a voided line is charged again as if for the first time", []contracts.Piece{owed(contracts.FixedFee, q1, 91000)},
			[]ledger.Stood{{Piece: stood(contracts.FixedFee, q1, 0).Piece, Amount: usd(0)}}, q1.String() + " 910.00"},
		{"concessions for the same days add up", []contracts.Piece{owed(contracts.Concession, q1, -500), owed(contracts.Concession, q1, -300)},
			[]ledger.Stood{stood(contracts.Concession, q1, -500)}, q1.String() + " -3.00"},
	} {
		var got []string
		for _, change := range Plan(c.due, c.booked) {
			got = append(got, fmt.Sprintf("%s %s", change.Piece.Span, change.Delta()))
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: planned %q, owed %q", c.name, strings.Join(got, "; "), c.want)
		}
	}
}

// printedLines writes a document's lines with the tax each brings.
func printedLines(d Document) string {
	var out []string
	for i, l := range d.Lines {
		tax := usd(0)
		for _, r := range d.TaxRows {
			if r.Line == i+1 {
				tax = tax.Add(r.Tax)
			}
		}
		text := fmt.Sprintf("%s %s+%s", l.Line, l.Amount, tax)
		if l.Corrects != nil {
			text += fmt.Sprintf(" on %s/%d", l.Corrects.Document, l.Corrects.Line)
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

const metered = `
contract: C-1
entity: rtus
customer: BRW-0417
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
reason: drawn
lines:
  - {id: calls, product: api, usage: {meter: api.calls, every: month, price: {model: per_unit, amount: 1.50}}}
`

// 150 billed and 80 owed gives -150 and +80, at the tax of the line they correct,
// even when the rate of the day is another.
func TestUsageThatIsRatedLowerIsTakenBackAndChargedAnewAtItsOwnTax(t *testing.T) {
	b := newBook(brandywine)
	b.sign(t, metered)
	b.use("BRW-0417", "api.calls", "2026-01-10", 100)
	first := last(b.bill(t, "2026-02-01"))
	if got := printedLines(first); got != "calls 150.00+13.31" {
		t.Fatalf("billed %s; 100 calls at 1.50 and 8.875%% are due", got)
	}
	b.sign(t, strings.Replace(metered, "amount: 1.50", "amount: 0.80", 1))
	note := last(b.bill(t, "2026-02-02"))
	const want = "calls -150.00+-13.31 on RTUS-2026-000001/1; calls 80.00+7.10 on RTUS-2026-000001/1"
	if got := printedLines(note); got != want {
		t.Errorf("corrected with %s; owed is %s", got, want)
	}
	if note.Kind != "credit_note" || b.open("RTUS-2026-000001") != usd(87_10) || b.open(note.Number) != (money.Amount{}) {
		t.Errorf("the %s %s leaves %s open on the invoice and %s on itself; 87.10 and nothing are", note.Kind, note.Number, b.open("RTUS-2026-000001"), b.open(note.Number))
	}
	if again := b.bill(t, "2026-02-02"); len(again) != 0 {
		t.Errorf("a second run issued %s", again[0].Number)
	}
}

// A fee billed before it is earned is deferred; one earned before it is billed
// comes out of the unbilled receivable first.
func TestAnInvoiceSettlesWhatWasEarnedBeforeIt(t *testing.T) {
	b := newBook(brandywine)
	b.sign(t, metered)
	b.use("BRW-0417", "api.calls", "2026-01-10", 100)
	earned := ledger.Entry{Account: 1, Seq: 1, Entity: 1, Source: "revenue:C-1:2026-01:1", BookedOn: date("2026-01-31"), Currency: "USD"}
	unbilled, revenue := ledger.Debit(ledger.UnbilledReceivable, usd(40_00)), ledger.Credit(ledger.Revenue, usd(40_00))
	unbilled.Contract, unbilled.Line, revenue.Contract, revenue.Line = 1, "calls", 1, "calls"
	earned.Postings = []ledger.Posting{unbilled, revenue}
	b.facts.Standing.Book(earned)
	b.bill(t, "2026-02-01")
	var got []string
	for _, p := range b.entries[0].Postings {
		got = append(got, fmt.Sprintf("%s %s", p.Account, p.Amount))
	}
	const want = "AccountsReceivable 163.31, TaxLiability -13.31, UnbilledReceivable -40.00, DeferredRevenue -110.00"
	if strings.Join(got, ", ") != want {
		t.Errorf("booked %s; owed is %s", strings.Join(got, ", "), want)
	}
	if b.entries[0].Seq != 2 || b.entries[0].Source != "invoice:RTUS-2026-000001" {
		t.Errorf("the entry is number %d of %s", b.entries[0].Seq, b.entries[0].Source)
	}
}

func TestACreditedLineThatIsCanceledGivesBackOnlyWhatItStillHeld(t *testing.T) {
	b := newBook(brandywine)
	seats := strings.Replace(metered, "  - {id: calls", "  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 100.00, every: year}}\n  - {id: calls", 1)
	b.sign(t, seats)
	invoice := last(b.bill(t, "2026-01-01"))
	a := &b.facts.Agreements[0]
	a.Concessions = append(a.Concessions, concede(invoice.Lines[0], invoice.Number, usd(30_00), "outage", "2026-01-10"))
	b.bill(t, "2026-01-10")
	b.sign(t, metered) // the line is gone, from its first day on
	b.bill(t, "2026-01-20")
	if open := b.open(invoice.Number); !open.IsZero() {
		t.Errorf("%s is open on an invoice whose only line was canceled", open)
	}
	if got := printedLines(last(b.documents)); !strings.HasPrefix(got, "seats 30.00+2.66 on") || !strings.Contains(got, "seats -100.00+-8.87 on") && !strings.Contains(got, "seats -100.00+-8.88 on") {
		t.Errorf("corrected with %s", got)
	}
}

func TestACreditOverTwoInvoicesGivesBackNoMoreThanItsChange(t *testing.T) {
	b := newBook(brandywine)
	b.sign(t, quarterly+"lines: [{id: seats, product: platform, fixed: {quantity: 1, unit_price: 310.00, every: month}}]")
	invoice := last(b.bill(t, "2026-01-01"))
	a := &b.facts.Agreements[0]
	a.Concessions = append(a.Concessions, concede(invoice.Lines[0], invoice.Number, usd(300_00), "outage", "2026-01-10"))
	for _, on := range []string{"2026-01-10", "2026-02-01", "2026-03-01"} {
		b.bill(t, on)
	}
	// January holds 10.00 and the credit of the quarter; what else comes back of it is on March's line, which happens
	// to hold as much as January did.
	b.sign(t, quarterly+"lines: [{id: seats, product: platform, fixed: {quantity: 1, unit_price: 90.00, every: quarter}}]")
	b.bill(t, "2026-03-10")
	if sum := b.stands("seats"); !sum.IsZero() {
		t.Errorf("90.00 less a concession of 300.00 is nothing, billed stands %s:\n%s", sum, printedLines(last(b.documents)))
	}
}

func TestCentsOfAPeriodTakenBackInPartsAreNotBilled(t *testing.T) {
	cells := []Change{{Piece: contracts.Piece{Span: period.NewSpan(date("2026-01-01"), date("2026-02-01"))}, Owed: usd(0), Booked: usd(1)},
		{Piece: contracts.Piece{Span: period.NewSpan(date("2026-02-01"), date("2026-03-01"))}, Owed: usd(0), Booked: usd(-1)}}
	if changes := absorb(cells); len(changes) > 0 {
		t.Errorf("a cent too many and one too few are %v", changes)
	}
	if changes := absorb(cells[:1]); len(changes) != 1 {
		t.Errorf("a fee of a cent that was canceled is not taken back")
	}
}

func TestACentThatACorrectionPutOnTheDaysBesideIsNotMovedBack(t *testing.T) {
	booked := []ledger.Stood{stood(contracts.FixedFee, days("2026-01-01", "2026-01-11"), 2), stood(contracts.FixedFee, days("2026-01-13", "2026-01-31"), 0)}
	due := []contracts.Piece{owed(contracts.FixedFee, days("2026-01-01", "2026-01-11"), 1), owed(contracts.FixedFee, days("2026-01-12", "2026-01-12"), 1)}
	for _, c := range Plan(due, booked) {
		t.Errorf("%s is charged with %s; together nothing has changed", c.Piece.Span, c.Delta())
	}
}

func TestAnInvoiceThatALaterOneCorrectsCannotBeVoided(t *testing.T) {
	b := newBook(brandywine)
	b.sign(t, quarterly+"lines: [{id: seats, product: platform, fixed: {quantity: 1, unit_price: 900.00, every: quarter}}]")
	first := last(b.bill(t, "2026-01-01"))
	b.sign(t, quarterly+"lines: [{id: seats, product: platform, fixed: {quantity: 1, unit_price: 800.00, every: quarter}}, {id: more, product: platform, fixed: {quantity: 1, unit_price: 500.00, every: quarter}}]")
	second := last(b.bill(t, "2026-01-10"))
	if err := first.Free(b.standing()); !errors.Is(err, fault.Conflict) {
		t.Errorf("%s may be voided, though %s gives back a part of it: %v", first.Number, second.Number, err)
	}
	if err := second.Free(b.standing()); err != nil {
		t.Errorf("the latest invoice may not be voided: %v", err)
	}
}
