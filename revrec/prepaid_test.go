package revrec

import (
	"testing"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/ledger"
)

// prepaidLife is 1000 a month for two months, of which the unused is carried.
func prepaidLife(change func(*contracts.Prepaid)) *life {
	d := document(perCall("calls", "1", "month"), fixed("seats", "platform", "1", "10", "month", contracts.Advance))
	d.Term.Through = day("2026-03-31")
	d.Prepaid = []contracts.Prepaid{{ID: "pre", Product: "prepaid", Lines: []string{"calls"}, Amount: dec("1000"), Every: "month"}}
	change(&d.Prepaid[0])
	return begin(agreement(d))
}

func (l *life) earnedIn(m string) money.Amount {
	sum := money.Zero("EUR")
	for key, amount := range l.recognized() {
		if key.Month == month(m) && key.Kind == contracts.Prepayment {
			sum = sum.Add(amount)
		}
	}
	return sum
}

func TestWhatIsCarriedIntoTheNextMonthIsEarnedThere(t *testing.T) {
	l := prepaidLife(func(p *contracts.Prepaid) { p.Rollover = &contracts.Rollover{} })
	l.use("2026-01-10", "800")
	l.use("2026-02-10", "1200")
	l.runTo(t, month("2026-06"))
	for m, want := range map[string]string{"2026-01": "800", "2026-02": "1200", "2026-03": "1000", "2026-04": "0"} {
		if got := l.earnedIn(m); got.Minor() != eur(want).Minor() {
			t.Errorf("%s earns %s, drawn or lapsed in it are %s", m, got, want)
		}
	}
}

func TestABalanceThatOutlivesItsContractIsEarnedWhenItLapses(t *testing.T) {
	l := prepaidLife(func(p *contracts.Prepaid) { p.ExpiresAfterDays = 60 })
	l.use("2026-01-10", "800")
	for _, m := range []string{"2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"} {
		l.runTo(t, month(m))
	}
	// January's 200 lapse on 2 April, February's balance on 30 April, March's on 31 May: sixty days after each month.
	for m, want := range map[string]string{"2026-01": "800", "2026-02": "0", "2026-03": "0", "2026-04": "1200", "2026-05": "1000"} {
		if got := l.earnedIn(m); got.Minor() != eur(want).Minor() {
			t.Errorf("%s earns %s, drawn or lapsed in it are %s", m, got, want)
		}
	}
}

func TestWhatIsLeftOfABalanceAfterItsPeriodStaysDeferred(t *testing.T) {
	l := prepaidLife(func(p *contracts.Prepaid) { p.ExpiresAfterDays = 60 })
	l.use("2026-01-10", "800")
	pieces, err := contracts.Charges(*l.agreement(), book, l.facts.Usage, day("2026-04-01"))
	if err != nil {
		t.Fatal(err)
	}
	var billed []ledger.BilledSum
	for _, p := range pieces {
		if p.Kind == contracts.Prepayment {
			billed = append(billed, ledger.BilledSum{Piece: ledger.Piece{LineKey: ledger.LineKey{Contract: 1, Line: p.Line}, Kind: string(p.Kind), Span: p.Span}, BookedIn: p.BillOn.MonthOf(), Amount: p.Amount})
		}
	}
	var scheduled []Scheduled
	for _, r := range Schedule(1, pieces, month("2026-03")) {
		scheduled = append(scheduled, Scheduled{Key: r.Key, Recognition: r.Recognition, Column: r.Month, Amount: r.Amount, Recognized: true})
	}
	for _, b := range balances(scheduled, billed, month("2026-03"), "EUR") {
		if b.Line == "pre" && (b.Remaining != eur("2200") || !b.Unbilled.IsZero()) {
			t.Errorf("remaining are %s and unbilled %s; of 3000.00 billed, 800.00 were drawn and nothing has lapsed", b.Remaining, b.Unbilled)
		}
	}
}
