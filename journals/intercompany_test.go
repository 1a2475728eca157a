package journals

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
)

func (w *world) recognize(through string) {
	w.Helper()
	r, err := revrec.Run(ctx, w.DB, revrec.Options{AsOf: month(through).Last()}, w.Accountant)
	if err != nil || len(r.Failures) > 0 {
		w.Fatal(err, r.Failures)
	}
}

// charge runs through a month and says what it booked.
func (w *world) charge(through string) string {
	w.Helper()
	r, err := ChargeEntities(ctx, w.DB, month(through).Last(), access.System("jobs"))
	if err != nil {
		w.Fatal(err)
	}
	return strings.TrimSpace(fmt.Sprint(r.Charges, " ", r.Amount["USD"]))
}

func transfer(code, percent, from string) Rule {
	return Rule{Kind: TransferRule, Code: code, StartsOn: day(from), Reason: "transfer pricing study 2025", Transfer: Transfer{Seller: "rtus", Serving: "rteu", Percent: percent}}
}

func (w *world) rule(r Rule) {
	w.Helper()
	w.tx(func(tx pgx.Tx) (err error) {
		if r, err = Propose(ctx, tx, r, w.Finance); err != nil {
			return err
		}
		return DecideRule(ctx, tx, r.ID, access.Approve, "", w.Accountant)
	})
}

// cancels fails the test unless every pair cancels out, and gives what the sellers bear in all.
func (w *world) cancels() string {
	w.Helper()
	all, err := Eliminations(ctx, w.DB, period.NewSpan(day("2020-01-01"), day("2030-01-01")))
	if err != nil {
		w.Fatal(err)
	}
	cost := money.Zero("USD")
	for _, e := range all {
		if cost = cost.Add(e.Cost); !e.Agrees() {
			w.Errorf("%s of %s does not cancel out: %+v", e.Document, e.Month, e)
		}
	}
	return cost.String()
}

func TestWhoServesIsPaidItsPartOfWhatTheSellerEarns(t *testing.T) {
	w := newWorld(t)
	w.Sign(t, seats)
	w.recognize("2026-02")
	if got := w.charge("2026-02"); got != "0 0" {
		t.Errorf("without a rule %s", got)
	}
	w.rule(transfer("eu-serves", "33.333", "2026-01-01"))
	if got := w.charge("2026-02"); got != "2 666.66" { // 333.33 and 666.66 in all, of 1,000.00 a month
		t.Errorf("January and February: %s", got)
	}
	if got := w.charge("2026-02") + w.charge("2026-01"); got != "0 00 0" {
		t.Errorf("again, and for an earlier month: %s", got)
	}
	w.tx(func(tx pgx.Tx) error { return ledger.CloseMonth(ctx, tx, w.US.ID, month("2026-01"), w.Accountant) })
	w.rule(transfer("eu-serves", "40", "2026-01-01"))
	w.recognize("2026-03")
	if got := w.charge("2026-03"); got != "3 533.34" {
		t.Errorf("at 40 percent from January on: %s", got)
	}
	if got := w.cancels(); got != "1200.00" {
		t.Errorf("three months bear %s", got)
	}
	charges, err := Charges(ctx, w.DB, period.NewSpan(day("2026-01-01"), day("2026-02-01")))
	if err != nil || len(charges) != 2 || charges[0].BookedOn != day("2026-02-28") || charges[0].Amount.String() != "66.67" {
		t.Errorf("January is closed for the seller: %+v %v", charges, err)
	}
	trial, err := ledger.TrialBalance(ctx, w.DB, ledger.Filter{Entity: w.EU.ID})
	if err != nil || trial.Row(ledger.IntercompanyIncome, "USD").Closing.String() != "-1200.00" || trial.Row(ledger.IntercompanyReceivable, "USD").Closing.String() != "1200.00" {
		t.Errorf("who serves has %v %v", trial.Rows, err)
	}
	pay := func(amount, on, reference string) error {
		return w.try(func(tx pgx.Tx) error {
			a, _ := money.ParseAmount(amount, "USD")
			return Pay(ctx, tx, Payment{Pair{w.US.ID, w.EU.ID}, a, day(on), reference}, w.Finance)
		})
	}
	w.refused(pay("1200.01", "2026-04-05", "TRF-1"), fault.Invalid, "at most the 1,200.00 USD")
	w.refused(pay("1", "2026-01-05", "TRF-1"), fault.Invalid, "2026-02-01 or later")
	w.refused(pay("1", "2026-04-05", " "), fault.Invalid, "what the bank transfer says")
	if err := pay("1000.00", "2026-04-05", "TRF-1"); err != nil {
		t.Fatal(err)
	}
	w.refused(pay("100.00", "2026-04-06", "TRF-1"), fault.Invalid, "is booked already")
	w.cancels()
	retired := transfer("eu-serves", "40", "2026-01-01")
	retired.Transfer.Retired = true
	w.rule(retired)
	if w.charge("2026-03"); w.cancels() != "0.00" {
		t.Errorf("the rule was wrong from the beginning and still %s stands", w.cancels())
	}
}

func TestTheRuleThatAsksForMostCounts(t *testing.T) {
	w := newWorld(t)
	w.Sign(t, seats, strings.NewReplacer("C-1", "C-2", "seats", "help", "platform", "support").Replace(seats))
	w.recognize("2026-01")
	w.rule(transfer("all", "10", "2026-01-01"))
	for code, change := range map[string]func(*Transfer){
		"support": func(x *Transfer) { x.Product, x.Percent = "support", "20" }, "c-1": func(x *Transfer) { x.Contract, x.Line, x.Percent = "C-1", "seats", "50" },
	} {
		r := transfer(code, "1", "2026-01-01")
		change(&r.Transfer)
		w.rule(r)
	}
	if got := w.charge("2026-01"); got != "1 700.00" {
		t.Errorf("half of 1,000.00 and a fifth of 1,000.00: %s", got)
	}
	w.cancels()
	for _, c := range []struct {
		change func(*Transfer)
		says   string
	}{
		{func(x *Transfer) { x.Seller = "none" }, "no legal entity"}, {func(x *Transfer) { x.Serving = "rtus" }, "another entity"}, {func(x *Transfer) { x.Percent = "101" }, "at most 100"},
		{func(x *Transfer) { x.Line = "seats" }, "needs the contract"}, {func(x *Transfer) { x.Contract, x.Product = "C-1", "platform" }, "not both"},
	} {
		r := transfer("bad", "10", "2026-01-01")
		c.change(&r.Transfer)
		w.refused(w.try(func(tx pgx.Tx) error { _, err := Propose(ctx, tx, r, w.Finance); return err }), fault.Invalid, c.says)
	}
}

func TestRunsAtOnceChargeOnceAndAPlantedEntryIsNamed(t *testing.T) {
	w := newWorld(t)
	w.Sign(t, seats)
	w.rule(transfer("eu-serves", "25", "2026-01-01"))
	w.recognize("2026-06")
	done := make(chan error, 4)
	for range 4 {
		go func() { _, err := ChargeEntities(ctx, w.DB, day("2026-06-30"), w.Finance); done <- err }()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got := w.cancels(); got != "1500.00" {
		t.Errorf("six months bear %s", got)
	}
	w.tx(func(tx pgx.Tx) error {
		house, err := customers.OpenHouseAccount(ctx, tx, w.EU.ID, w.Finance)
		if err != nil {
			return err
		}
		s, err := ledger.LoadStandings(ctx, tx, []customers.AccountID{house})
		if err != nil {
			return err
		}
		one := money.Of(1, "USD")
		e := ledger.Entry{Account: house, Seq: s[house].Next, Entity: w.EU.ID, Source: "planted", BookedOn: day("2026-06-30"), Currency: "USD", Postings: []ledger.Posting{ledger.Debit(ledger.IntercompanyReceivable, one), ledger.Credit(ledger.IntercompanyIncome, one)}}
		for i := range e.Postings {
			e.Postings[i].Document = "IC-RTUS-RTEU"
		}
		return ledger.Append(ctx, tx, []ledger.Entry{e})
	})
	all, err := Eliminations(ctx, w.DB, month("2026-06").Span())
	if err != nil || len(all) != 1 || all[0].Agrees() {
		t.Errorf("one side has a cent more in June and the report says %+v %v", all, err)
	}
}

// However revenue comes, goes back and is run month by month or at once, the months add up to the percentage of the whole.
func TestMonthsOfChargesAddUpToThePercentageOfTheWhole(t *testing.T) {
	directory := entities.NewDirectory([]entities.Entity{{ID: 1, Code: "rtus"}, {ID: 2, Code: "rteu"}})
	rapid.Check(t, func(t *rapid.T) {
		basis := rapid.Int64Range(1, 10_000).Draw(t, "basis points")
		r := transfer("x", fmt.Sprintf("%d.%02d", basis/100, basis%100), "2026-01-01")
		r.ID, r.Event = 1, "approved"
		trade := Trade{Entities: directory, Rules: []Rule{r}, Bookings: map[bookingKey]int{}, FirstOpen: ledger.NewMonths().FirstOpen,
			Agreements: map[int64]contracts.Agreement{7: {Contract: 7, Entity: 1, Number: "C-7", Versions: []contracts.Version{{Number: 1, EffectiveOn: day("2026-01-01")}}}}}
		whole := map[string]int64{}
		for m := range rapid.IntRange(1, 12).Draw(t, "months") {
			for _, line := range []string{"a", "b"} {
				amount := rapid.Int64Range(-100_000, 1_000_000).Draw(t, "revenue")
				whole[line] += amount
				trade.Earned = append(trade.Earned, ledger.EarnedLine{Account: 3, Contract: 7, Line: line, Month: month("2026-01").Add(m), Amount: money.Of(amount, "USD")})
			}
			if rapid.Bool().Draw(t, "runs") {
				trade.book()
			}
		}
		trade.book()
		if again := trade.Decide(); len(again) > 0 {
			t.Fatalf("a second run charges %+v", again)
		}
		booked := map[string]int64{}
		for _, b := range trade.Booked {
			booked[b.Line] += b.Amount.Minor()
		}
		for line, sum := range whole {
			if want := partOf(sum, basis); booked[line] != want {
				t.Fatalf("of %d on line %s %d is charged, should be %d", sum, line, booked[line], want)
			}
		}
	})
}

// book keeps what is decided, as appending it and loading again would.
func (t *Trade) book() {
	for _, c := range t.Decide() {
		t.Booked = append(t.Booked, c.Lines...)
		t.Bookings[bookingKey{c.Pair, c.Currency, c.Month}]++
	}
	sums := map[chargeKey]Charged{}
	for _, b := range t.Booked {
		k := chargeKey{b.Pair, b.Rule, b.Contract, b.Line, b.Amount.Currency(), b.Month}
		x, there := sums[k]
		if !there {
			x = b
		} else {
			x.Amount = x.Amount.Add(b.Amount)
		}
		sums[k] = x
	}
	t.Booked = nil
	for _, x := range sums {
		t.Booked = append(t.Booked, x)
	}
}

// partOf rounds half away from zero, with nothing but whole numbers.
func partOf(sum, basis int64) int64 {
	sign := int64(1)
	if sum < 0 {
		sign, sum = -1, -sum
	}
	n := new(big.Int).Mul(big.NewInt(2*sum), big.NewInt(basis))
	n.Add(n, big.NewInt(10_000))
	return sign * n.Div(n, big.NewInt(20_000)).Int64()
}
