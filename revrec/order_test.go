package revrec

import (
	"testing"

	"ratable/contracts"
	"ratable/internal/period"
	"ratable/ledger"
)

// A credit pays for usage first, in the order of lines: how much of it is left for
// the quarter's fee is known only when the quarter is over.
func TestARunForAnEarlierMonthTakesNothingBackOfWhatALaterOneFound(t *testing.T) {
	d := document(perCall("calls", "0.10", "quarter"), fixed("seats", "platform", "1", "300", "quarter", contracts.Arrears))
	d.Credits = []contracts.Credit{{ID: "welcome", Kind: contracts.Promotional, Amount: dec("100"), Reason: "welcome"}}
	l := begin(agreement(d))
	l.use("2026-01-10", "300")
	l.use("2026-02-10", "500")
	l.run(t, "2026-01")
	early := l.posted()["2026-01"]
	l.run(t, "2026-02")
	found := l.posted()["2026-01"]
	if early == found {
		t.Fatalf("January earned %s whatever is used in February: this proves nothing", found)
	}
	if p := l.run(t, "2026-01"); !p.Empty() {
		t.Errorf("after February January's run books %d more entries, January comes to %s again instead of %s", len(p.Entries), l.posted()["2026-01"], found)
	}
	for _, x := range l.facts.Exceptions(book, 1, month("2026-01")) {
		if x.Line == "calls" || x.Line == "seats" {
			t.Errorf("January does not close late: %s", x)
		}
	}
}

// The installment that was conceded became one that is asked for in July: what is
// left of the concession waits for it.
func TestAConcessionOnAnInstallmentThatMovedDoesNotHoldTheClose(t *testing.T) {
	l := begin(agreement(document(installments("license", contracts.Installment{On: day("2026-07-18"), Amount: dec("153")}))))
	l.agreement().Concessions = []contracts.Granted{{
		ID: 1, Line: "license", Span: period.NewSpan(day("2026-02-05"), day("2026-02-06")), Amount: eur("49.55"), Reason: "late", GrantedOn: day("2026-03-06"),
	}}
	l.run(t, "2026-03")
	for _, x := range l.facts.Exceptions(book, 1, month("2026-03")) {
		t.Errorf("March does not close: %s", x)
	}
}

// What is kept of a prepaid quarter that the contract's end cuts is what was drawn
// of it by then, which nobody knows in the month before.
func TestAPrepaidAmountOfAnEndedContractDoesNotHoldTheCloseOfTheMonthBefore(t *testing.T) {
	d := document(perCall("calls", "0.10", "month"))
	d.Prepaid = []contracts.Prepaid{{ID: "prepaid", Product: "prepaid", Lines: []string{"calls"}, Amount: dec("100"), Every: "quarter", Bill: &contracts.Bill{Every: "quarter", In: contracts.Advance}}}
	ended := d
	ended.Term.Through, ended.Effective, ended.Reason = day("2026-06-15"), day("2026-06-15"), "ended"
	ended.Ending = &contracts.Ending{Cause: contracts.Convenience, Refund: contracts.Unused}
	l := begin(agreement(d, ended))
	l.use("2026-06-10", "400")
	quarter := period.NewSpan(day("2026-04-01"), day("2026-07-01"))
	l.bill(day("2026-01-01"), "prepaid", contracts.Prepayment, period.NewSpan(day("2026-01-01"), day("2026-04-01")), eur("100"))
	l.bill(day("2026-06-16"), "prepaid", contracts.Prepayment, quarter, eur("40"))
	l.run(t, "2026-05")
	for _, x := range l.facts.Exceptions(book, 1, month("2026-05")) {
		if x.Line == "prepaid" {
			t.Errorf("May does not close: %s", x)
		}
	}
}

// A balance that outlives its month is undrawn until the contract ends: what the end in June gave back of May's price was
// owed at the end of May. (Lives 10550 and 10165.)
func TestAPrepaidAmountThatALaterEndGaveBackDoesNotHoldTheLateCloseOfItsMonth(t *testing.T) {
	d := document(perCall("calls", "0.10", "month"))
	d.Prepaid = []contracts.Prepaid{{ID: "prepaid", Product: "prepaid", Lines: []string{"calls"}, Amount: dec("100"), Every: "month", ExpiresAfterDays: 30}}
	ended := d
	ended.Term.Through, ended.Effective, ended.Reason = day("2026-06-15"), day("2026-06-15"), "ended"
	ended.Ending = &contracts.Ending{Cause: contracts.Convenience, Refund: contracts.Unused}
	holds := func(billedOfMay ...string) (held bool) {
		l := begin(agreement(d, ended))
		l.use("2026-05-10", "400")
		for m := month("2026-01"); m.Before(month("2026-05")); m = m.Next() {
			l.bill(m.First(), "prepaid", contracts.Prepayment, m.Span(), eur("100"))
		}
		for _, amount := range billedOfMay {
			l.bill(day("2026-06-16"), "prepaid", contracts.Prepayment, month("2026-05").Span(), eur(amount))
		}
		l.run(t, "2026-05")
		for _, x := range l.facts.Exceptions(book, 1, month("2026-05")) {
			if held = held || x.Line == "prepaid"; x.Line == "prepaid" {
				t.Logf("billed %v: %s", billedOfMay, x)
			}
		}
		return held
	}
	if holds("100", "-60") {
		t.Error("May does not close late: what the end of the contract gave back in June holds it")
	}
	if !holds() {
		t.Error("May closes though its prepaid amount was never billed")
	}
	if !holds("160") {
		t.Error("May closes though its prepaid amount is billed above its price")
	}
}

// What the days of a true-up make up for may be used in a window that ends after
// the month: billed in June, it is unknown to May's facts when May is closed late.
func TestATrueUpThatBecameKnownAfterTheMonthDoesNotHoldItsLateClose(t *testing.T) {
	billed := func(kind contracts.Kind) []ledger.Stood {
		span := period.NewSpan(day("2026-05-15"), day("2026-05-22"))
		return []ledger.Stood{{Piece: ledger.Piece{LineKey: ledger.LineKey{Contract: 1, Line: "minimum"}, Kind: string(kind), Span: span}, Amount: eur("108"), Times: 1}}
	}
	a := agreement(document(perCall("calls", "0.10", "month")))
	if found := unbilled(a, nil, billed(contracts.TrueUp), month("2026-05")); len(found) > 0 {
		t.Errorf("May does not close: %s", found[0])
	}
	if found := unbilled(a, nil, billed(contracts.FixedFee), month("2026-05")); len(found) != 1 {
		t.Errorf("a fee that is billed and not owed holds the close; found is %v", found)
	}
}
