package invoicing

import (
	"strings"
	"testing"
)

func lateBook(t *testing.T, policy string) *book {
	b := newBook(childWA)
	b.sign(t, strings.Replace(strings.NewReplacer("payer: PAR\n", "", "customer: CHI", "customer: CHI\nbilling: {late_usage: "+policy+"}").Replace(paidByParent), "  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 100.00, every: month}}\n", "", 1))
	b.use("CHI", "api.calls", "2026-01-20", 10_000)
	expectSummary(t, b.bill(t, "2026-02-01"), "invoice RTUS-2026-000001 to Child LLC: 100.00 + 10.55 [US-WA]")
	b.use("CHI", "api.calls", "2026-01-31", 2_000)
	return b
}

// texts are the lines of documents: "Late usage of January 2026: API calls 20.00".
func texts(documents []Document) string {
	var out []string
	for _, d := range documents {
		for _, l := range d.Lines {
			out = append(out, l.Description+" "+l.Span.String()+" "+l.Amount.String())
		}
	}
	return strings.Join(out, "; ")
}

func TestLateUsageWaitsForTheContractsNextRegularDay(t *testing.T) {
	b := lateBook(t, "next_invoice")
	for _, day := range []string{"2026-02-02", "2026-02-15", "2026-02-28"} {
		if made := b.bill(t, day); len(made) > 0 {
			t.Errorf("on %s it was billed: %s", day, texts(made))
		}
	}
	a := b.facts.Agreements[0]
	pieces, err := b.facts.pieces(b.world, a, date("2026-02-28"))
	if err != nil {
		t.Fatal(err)
	}
	if over := StandingOver(a, pieces, b.facts.Standing.Of(1), date("2026-02-28")); len(over) != 1 || over[0].Delta().String() != "20.00" {
		t.Errorf("20.00 stands over, told is %+v", over)
	}
	// February was without usage: its billing day is a regular one all the same.
	if got, want := texts(b.bill(t, "2026-03-01")), "Late usage of January 2026: API calls 2026-01-01..2026-01-31 20.00"; got != want {
		t.Errorf("the regular day bills %q, not %q", got, want)
	}
}

func TestLateUsageWaitsThirtyDaysAfterTheContractsEndAndNoLonger(t *testing.T) {
	b := lateBook(t, "next_invoice")
	b.bill(t, "2027-01-01")
	b.use("CHI", "api.calls", "2026-12-30", 500)
	b.bill(t, "2027-01-02")
	b.use("CHI", "api.calls", "2026-12-31", 700)
	if made := b.bill(t, "2027-01-30"); len(made) > 0 {
		t.Errorf("on the 29th day after the end it was billed: %s", texts(made))
	}
	// The first 500 calls of December were no addition: nothing had been billed for it yet.
	if got, want := texts(b.bill(t, "2027-01-31")), "Late usage of December 2026: API calls 2026-12-01..2026-12-31 7.00"; got != want {
		t.Errorf("the 30th day after the end bills %q, not %q", got, want)
	}
}

func TestLessUsageIsCreditedAtOnceAndTakesWaitingAdditionsAlong(t *testing.T) {
	b := lateBook(t, "next_invoice")
	b.use("CHI", "api.calls", "2026-02-10", 5_000)
	b.bill(t, "2026-02-20")
	b.use("CHI", "api.calls", "2026-01-31", -7_000)
	if got := b.bill(t, "2026-02-21"); len(got) != 1 || got[0].Net.String() != "-50.00" {
		t.Errorf("5,000 calls fewer than billed are to be credited at once; issued is %s", texts(got))
	}
}

func TestUsageBilledAtOnceMakesAnInvoiceOfItsOwn(t *testing.T) {
	b := lateBook(t, "at_once")
	if got, want := texts(b.bill(t, "2026-02-02")), "Addition: API calls 2026-01-01..2026-01-31 20.00"; got != want {
		t.Errorf("the next day bills %q, not %q", got, want)
	}
}

func TestAReissueCreditsThePeriodInFullAndBillsItAnew(t *testing.T) {
	b := lateBook(t, "reissue")
	made := b.bill(t, "2026-02-02")
	expectSummary(t, made,
		"credit_note RTUS-CN-2026-000001 to Child LLC: -100.00 + -10.55 [US-WA]",
		"invoice RTUS-2026-000002 to Child LLC: 120.00 + 12.66 [US-WA]")
	if open := b.open("RTUS-2026-000001"); !open.IsZero() {
		t.Errorf("%s is open on the invoice that was taken back", open)
	}
	if again := b.bill(t, "2026-02-03"); len(again) > 0 {
		t.Errorf("a further run issues %s", texts(again))
	}
	// And once more: the second bill is the one that is taken back.
	b.use("CHI", "api.calls", "2026-01-30", 1_000)
	if got := texts(b.bill(t, "2026-02-04")); !strings.HasPrefix(got, "Correction of RTUS-2026-000002") || !strings.Contains(got, " 130.00") {
		t.Errorf("the third bill of January reads %q", got)
	}
	if got := b.stands("calls"); got.String() != "130.00" {
		t.Errorf("13,000 calls stand billed at %s", got)
	}
}
