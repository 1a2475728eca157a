package reconcile

import (
	"bytes"
	"strings"
	"testing"

	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

func usd(minor int64) money.Amount { return money.Of(minor, "USD") }

var scope = Scope{Entity: 1, Currency: "USD", Month: period.NewMonth(2026, 10)}

func TestItemsThatMakeUpForEachOtherAreADifferenceAllTheSame(t *testing.T) {
	s := newSheet(scope)
	s.left(documentRef("A"), "Invoices", usd(100))
	s.left(documentRef("B"), "Invoices", usd(100))
	s.left(documentRef("C"), "Invoices", usd(0))
	s.right(documentRef("A"), "Booked", usd(150))
	s.right(documentRef("B"), "Booked", usd(50))
	r := s.result(Specs[0], sides("left", "right", "both"))
	if r.State != Difference || !r.Variance().IsZero() || r.Gross() != usd(50) || len(r.Items) != 2 || r.Compared != 3 || r.Items[0].Why != "both" {
		t.Errorf("the comparison is %+v", r)
	}
}

func TestWhatOneSideOnlyHasIsNamedUnlessItIsNothing(t *testing.T) {
	s := newSheet(scope)
	s.left(documentRef("A"), "", usd(7))
	s.right(documentRef("B"), "", usd(8))
	s.right(documentRef("C"), "", usd(0))
	r := s.result(Specs[0], sides("only left", "only right", "both"))
	if len(r.Items) != 2 || r.Items[0].Name != "B" || r.Items[0].Why != "only right" || r.Items[1].Why != "only left" || r.Variance() != usd(-1) {
		t.Errorf("the items are %+v", r.Items)
	}
}

func TestAMovementIsFoundByItsTransactionAndElseByAmountOnTheNearestDay(t *testing.T) {
	day := func(d int) period.Date { return period.NewDate(2026, 10, d) }
	moved := []ledger.CashEntry{{Seq: 1, BookedOn: day(1), Amount: usd(500)}, {Seq: 2, BookedOn: day(9), Amount: usd(500)}, {Seq: 3, BookedOn: day(20), Amount: usd(700)}, {Seq: 4, BookedOn: day(10), Amount: usd(500)}}
	named := func(c ledger.CashEntry) string { return map[int64]string{3: "T-3", 4: "T-4"}[c.Seq] }
	for want, r := range map[int]Row{
		1: {Amount: usd(500), On: day(8)}, 2: {Number: "T-3", Amount: usd(600), On: day(1)}, 0: {Number: "T-9", Amount: usd(500), On: day(2)}, -1: {Amount: usd(123), On: day(2)},
	} {
		if at := match(r, moved, make([]bool, 4), named); at != want {
			t.Errorf("%+v is matched with %d, it is %d", r, at, want)
		}
	}
	if at := match(Row{Amount: usd(500), On: day(8)}, moved, []bool{true, true, true, true}, named); at != -1 {
		t.Errorf("what is taken is matched again: %d", at)
	}
}

func TestWhatIsNotLoadedHasNoFiguresWhereverItIsWritten(t *testing.T) {
	s := newSheet(scope)
	s.left(documentRef("A"), "", usd(123_456))
	all := []Result{notLoaded(scope, Specs[12], "No file covers it"), s.result(Specs[3], sides("The document is open", "", ""))}
	name := func(entities.ID) string { return "nlus" }
	var text, wire bytes.Buffer
	if err := WriteText(&text, name, all); err != nil {
		t.Fatal(err)
	}
	if err := WriteJSON(&wire, name, all); err != nil {
		t.Fatal(err)
	}
	first, second, _ := strings.Cut(text.String(), "\n4 ")
	if strings.Contains(first, "0.00") || !strings.Contains(first, "not loaded") || !strings.Contains(second, "1,234.56") || !strings.Contains(second, "The document is open") {
		t.Errorf("people read\n%s", text.String())
	}
	if first, _, _ := strings.Cut(wire.String(), `"number": 4`); strings.Contains(first, `"left"`) || !strings.Contains(wire.String(), `"variance": "1234.56"`) {
		t.Errorf("programs read\n%s", wire.String())
	}
	if Differing(all) != 1 {
		t.Errorf("%d of them differ", Differing(all))
	}
}

func TestEveryComparisonIsDrawnUpAndExplained(t *testing.T) {
	seen := map[int]bool{}
	for _, s := range Specs {
		if drawUp[s.Code] == nil {
			t.Errorf("nothing draws up %s", s.Code)
		}
		if s.Name == "" || s.LeftIs == "" || s.RightIs == "" || s.Explains == "" {
			t.Errorf("%s does not say what it is: %+v", s.Code, s)
		}
		seen[s.Number] = true
	}
	for n := 1; n <= 14; n++ {
		if !seen[n] {
			t.Errorf("there is no reconciliation %d", n)
		}
	}
}
