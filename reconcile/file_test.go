package reconcile

import (
	"strings"
	"testing"

	"ratable/internal/fault"
	"ratable/internal/period"
)

var october = period.NewMonth(2026, 10).Span()

func TestAFileIsReadInAnyOrderOfColumnsAndOtherColumnsArePassedOver(t *testing.T) {
	rows, err := Parse(Bookings, october, strings.NewReader("\xef\xbb\xbfSigned_On,Owner,number,currency,amount,customer\n2026-10-31,Sam,C-1,JPY,1200,Sakura\n"))
	if err != nil || len(rows) != 1 || len(rows[0].Wrong) > 0 {
		t.Fatalf("%+v, %v", rows, err)
	}
	if r := rows[0]; r.Number != "C-1" || r.Party != "Sakura" || r.Amount.String() != "1200" || r.On != period.NewDate(2026, 10, 31) || r.Line != 2 {
		t.Errorf("the row is read as %+v", r)
	}
}

func TestAPayoutMayBeMoneyOutAndABookingMayBeWorthNothing(t *testing.T) {
	payouts, err := Parse(Payouts, october, strings.NewReader("date,transaction,amount,currency,reference\n2026-10-01,,-12.00,USD,refund\n2026-10-01,T-1,0.00,USD,\n"))
	if err != nil || len(payouts[0].Wrong) > 0 || payouts[0].Amount.String() != "-12.00" {
		t.Errorf("money out is read as %+v, %v", payouts, err)
	}
	if len(payouts[1].Wrong) != 1 || payouts[1].Wrong[0].Message != "is no movement: leave the row out" {
		t.Errorf("a movement of nothing is read as %+v", payouts[1])
	}
	free, err := Parse(Bookings, october, strings.NewReader("number,customer,amount,currency,signed_on\nC-2,Acme,0.00,USD,2026-10-05\n"))
	if err != nil || len(free[0].Wrong) > 0 {
		t.Errorf("a free deal is read as %+v, %v", free, err)
	}
}

func TestWhatCannotBeReadSaysLineColumnAndWayOut(t *testing.T) {
	const head = "number,customer,amount,currency,signed_on\n"
	for row, want := range map[string]string{
		"C-1,Acme,12.345,USD,2026-10-01\n":                            "amount",
		"C-1,Acme,12.00,USD,31.10.2026\n":                             "signed_on is no day: write it as 2026-10-31",
		"C-1,Acme,12.00,USD,2026-11-01\n":                             "lies outside the days the file is said to cover, 2026-10-01..2026-10-31",
		"C-1,Acme,12.00,XXY,2026-10-01\n":                             "currency",
		",Acme,12.00,USD,2026-10-01\n":                                "number is missing: write the contract's number",
		"C-1,Acme,12.00,USD\n":                                        "row has 4 cells where the header has 5",
		"C-1,A\x01me,12.00,USD,2026-10-01\n":                          "customer",
		"C-0,,1,USD,2026-10-01\nC-0,,1,USD,2026-10-02\n":              "number stands in line 2 already: list a contract once",
		"C-1," + strings.Repeat("x", 301) + ",12.00,USD,2026-10-01\n": "customer",
	} {
		rows, err := Parse(Bookings, october, strings.NewReader(head+row))
		if err != nil {
			t.Fatal(err)
		}
		last := rows[len(rows)-1]
		said := ""
		for _, f := range last.Wrong {
			said += f.Path + " " + f.Message + "\n"
			if f.Line != last.Line {
				t.Errorf("%q is complained about in line %d", row, f.Line)
			}
		}
		if !strings.Contains(said, want) {
			t.Errorf("%q is complained about as %q", row, said)
		}
	}
	for file, want := range map[string]string{
		"":                         "is missing, the file is empty: write number,customer,amount,currency,signed_on",
		"number,customer\n":        "lacks the column amount",
		head + "\"C-1,Acme\nC-2\n": "cannot be read",
	} {
		if _, err := Parse(Bookings, october, strings.NewReader(file)); fault.Kind(err) != fault.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is refused as %v", file, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("number,customer,amount,currency,signed_on\nC-1,Acme,12.00,USD,2026-10-01\n")
	f.Add("date,transaction,amount,currency,reference\n2026-10-01,T,-1,USD,\"x\n")
	f.Fuzz(func(t *testing.T, file string) {
		for _, source := range []Source{Bookings, Payouts} {
			rows, err := Parse(source, october, strings.NewReader(file))
			if err != nil && fault.Kind(err) != fault.Invalid {
				t.Errorf("%q is our failure: %v", file, err)
			}
			for _, r := range rows {
				if len(r.Wrong) == 0 && (!october.Contains(r.On) || r.Amount.Currency() == "") {
					t.Errorf("%q is read as %+v", file, r)
				}
			}
		}
	})
}
