package payments

import (
	"fmt"
	"strings"
	"testing"

	"ratable/internal/fault"
)

func (w *world) statement(dryRun bool, rows ...string) (Statement, error) {
	return ImportStatement(ctx, w.db, strings.NewReader(strings.Join(rows, "\n")), dryRun, day("2026-02-28"), w.finance)
}

// outcomes writes a statement's results as "line outcome amount left" or the refusal.
func outcomes(s Statement) string {
	var b strings.Builder
	for _, r := range s.Rows {
		if r.Err != nil {
			fmt.Fprintf(&b, "%d %s %s\n", r.Line, r.Outcome, r.Err)
			continue
		}
		fmt.Fprintf(&b, "%d %s %s left %s\n", r.Line, r.Outcome, r.Receipt.Amount, r.Receipt.Unapplied())
	}
	return b.String()
}

func (w *world) expectImport(dryRun bool, want string, rows ...string) {
	w.t.Helper()
	s, err := w.statement(dryRun, rows...)
	if err != nil {
		w.t.Fatal(err)
	}
	if got := outcomes(s); got != want {
		w.t.Errorf("the import says:\n%sit should say:\n%s", got, want)
	}
}

const header = "date,amount,currency,payer,reference"

func TestAStatementIsRehearsedImportedAndImportedAgain(t *testing.T) {
	w := newWorld(t)
	jan, feb := w.bill("2026-01-01"), w.bill("2026-02-01")
	file := []string{
		"\ufeff" + header,
		"2026-02-03,600.00,USD,acme,part of " + jan["acme"],
		"2026-02-03,600.00,USD,ACME ROCKETS,rest and more: " + jan["acme"] + "\r",
		"2026-02-04,324.00,USD,Somebody's Bank Account," + feb["bolt"],
		"2026-02-05,50.00,USD,bolt,",
		"2026-02-05,50.00,USD,bolt,",
	}
	want := "2 recorded 600.00 left 0.00\n3 recorded 600.00 left 120.00\n4 recorded 324.00 left 0.00\n5 recorded 50.00 left 50.00\n6 recorded 50.00 left 50.00\n"
	w.expectImport(true, want, file...)
	if n := len(w.audited()); n != 0 || w.open(jan["acme"]) != "1080.00" {
		t.Errorf("a dry run left traces: %v, %s open", w.audited(), w.open(jan["acme"]))
	}
	w.expectImport(false, want, file...)
	w.prove()
	before := fmt.Sprint(w.audited(), w.posted(1010, 1))
	w.expectImport(false, strings.ReplaceAll(want, "recorded", "repeated"), file...)
	w.expectImport(true, strings.ReplaceAll(want, "recorded", "repeated"), file...)
	if after := fmt.Sprint(w.audited(), w.posted(1010, 1)); after != before {
		t.Errorf("the second import changed %s\nto %s", before, after)
	}
	w.prove()
}

func TestABadRowIsNamedAndTheOthersAreRecorded(t *testing.T) {
	w := newWorld(t)
	jan := w.bill("2026-01-01")
	w.buyer("acme-east", "Bolt & Nut", 0)
	w.expectImport(false, strings.Join([]string{
		`2 refused line 2: date: "02/03/2026" is not a date: write it as year-month-day, like 2026-03-01`,
		`3 refused line 3: date: lies after today, 2026-02-28 (2026-03-01)`,
		`4 refused line 4: amount: "1,5" is not a plain number: write the decimal point as a point and leave out thousands separators, like 1234.50`,
		`5 refused line 5: amount: is no money received: leave out what was paid or charged (-5.00)`,
		`6 refused line 6: currency: "XYZ" is not a currency: write a code of ISO 4217 with a minor unit, like USD or EUR`,
		`7 refused line 7: payer: is not the external id or name of a customer, and the reference mentions no invoice of ours (nobody)`,
		`8 refused line 8: payer: is the name of 2 customers: write the external id (Bolt & Nut)`,
		`9 refused line 9: reference: mentions ` + jan["bolt"] + `, which is another customer's: record it by hand (` + jan["bolt"] + `)`,
		`10 refused line 10: row: has 3 cells where the header has 5`,
		`11 refused line 11: payer: is not valid UTF-8 (ac` + "\ufffd" + `me)`,
		`12 refused line 12: amount: is missing`,
		`13 refused line 13: amount: "1.234" has 3 decimals, but USD has 2: round it first, and write no thousands separators`,
		"14 recorded 1080.00 left 0.00\n",
	}, "\n"),
		header,
		"02/03/2026,5.00,USD,acme,x",
		"2026-03-01,5.00,USD,acme,x",
		`2026-02-01,"1,5",USD,acme,x`,
		"2026-02-01,-5.00,USD,acme,x",
		"2026-02-01,5.00,XYZ,acme,x",
		"2026-02-01,5.00,USD,nobody,x",
		"2026-02-01,5.00,USD,Bolt & Nut,x",
		"2026-02-01,5.00,USD,acme,"+jan["bolt"],
		"2026-02-01,5.00,USD",
		"2026-02-01,5.00,USD,ac\xffme,x",
		"2026-02-01,,USD,acme,x",
		"2026-02-01,1.234,USD,acme,x",
		"2026-02-01,1080.00,USD,acme,"+jan["acme"],
	)
	w.prove()
}

func TestAFileThatIsNoStatementIsRefusedWhole(t *testing.T) {
	w := newWorld(t)
	for text, says := range map[string]string{
		"":                                       "line 1: header: is missing, the file is empty",
		"date;amount;currency;payer;reference\n": "separated by commas (date;amount;currency;payer;reference)",
		"date,amount,currency,payer\n":           "line 1: header: lacks the column reference",
		header + ",iban\n":                       "has a column that is unknown",
		header + ",date\n":                       "has the column twice",
		header + "\n2026-02-01,5.00,USD,acme,\"open quote\nrow\n": "cannot be read",
	} {
		_, err := w.statement(false, text)
		wants(t, err, fault.Invalid, says)
	}
	_, err := ImportStatement(ctx, w.db, strings.NewReader(header), false, day("2026-02-28"), w.sales)
	wants(t, err, fault.Denied, "finance or accountant")
}

func TestTheBanksOwnNumberAndEntityAreKept(t *testing.T) {
	w := newWorld(t)
	w.bill("2026-01-01")
	full := header + ",transaction,entity"
	w.expectImport(false, "2 recorded 5.00 left 5.00\n3 recorded 5.00 left 5.00\n4 repeated 5.00 left 5.00\n5 refused line 5: entity: is not the code of one of our legal entities (rde)\n", full,
		"2026-02-01,5.00,USD,acme,x,T1,rus", "2026-02-01,5.00,USD,acme,x,T2,", "2026-02-01,5.00,USD,acme,x,T1,", "2026-02-01,5.00,USD,acme,x,T3,rde")
	s, err := w.statement(false, full, "2026-02-01,6.00,USD,acme,x,T1,")
	if err != nil || s.Count(Refused) != 1 {
		t.Fatalf("another amount under T1: %v %s", err, outcomes(s))
	}
	wants(t, s.Rows[0].Err, fault.Conflict, "bank transaction T1 is recorded as R-")
	w.prove()
}
