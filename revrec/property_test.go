package revrec

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// history draws what happens in a contract's life: versions, usage, credits,
// bills, closed months, and runs through any month in between.
func history(t *rapid.T) *life {
	first := drawDocument(t)
	l := begin(agreement(first))
	last := l.agreement().Term().End
	for i := range rapid.IntRange(1, 25).Draw(t, "steps") {
		on := drawDay(t, "day", last)
		switch step := rapid.SampledFrom([]string{"use", "use", "use", "amend", "credit", "bill", "close", "run", "run"}).Draw(t, fmt.Sprintf("step %d", i)); step {
		case "use":
			l.use(on.String(), fmt.Sprint(rapid.IntRange(1, 3000).Draw(t, "calls")))
		case "amend":
			amend(t, l, on)
			last = period.MaxDate(last, l.agreement().Term().End)
		case "credit":
			to := rapid.IntRange(1, 90).Draw(t, "days")
			l.agreement().Concessions = append(l.agreement().Concessions, contracts.Granted{
				ID: int64(i), Line: "seats", Span: period.NewSpan(on, on.AddDays(to)),
				Amount: money.Of(rapid.Int64Range(1, 9999).Draw(t, "credit"), "EUR"), Reason: "outage", GrantedOn: on,
			})
		case "bill":
			minor := rapid.Int64Range(-5000, 20000).Filter(func(n int64) bool { return n != 0 }).Draw(t, "billed")
			line := rapid.SampledFrom([]string{"seats", "calls"}).Draw(t, "line")
			l.bill(on, line, contracts.FixedFee, period.NewSpan(on, on.AddDays(30)), money.Of(minor, "EUR"))
		case "close":
			l.closed.Close(1, on.MonthOf())
		case "run":
			l.runTo(t, on.MonthOf())
		}
	}
	return l
}

func drawDay(t *rapid.T, label string, end period.Date) period.Date {
	return day("2026-01-01").AddDays(rapid.IntRange(0, end.Sub(day("2026-01-01"))-1).Draw(t, label))
}

func drawDocument(t *rapid.T) contracts.Document {
	every := rapid.SampledFrom([]string{"month", "quarter", "year"})
	fee := rapid.SampledFrom([]string{"month", "quarter", "year", "term"})
	d := document(
		fixed("seats", rapid.SampledFrom([]string{"platform", "platform", "setup"}).Draw(t, "earned"),
			fmt.Sprint(rapid.IntRange(1, 50).Draw(t, "seats")), "99.99", fee.Draw(t, "billed every"),
			rapid.SampledFrom([]contracts.Timing{contracts.Advance, contracts.Arrears}).Draw(t, "in")),
		perCall("calls", "0.0137", every.Draw(t, "usage every")))
	passOn(t, &d.Lines[0])
	switch rapid.IntRange(0, 5).Draw(t, "more") {
	case 1:
		d.Prepaid = []contracts.Prepaid{{ID: "cap", Product: "prepaid", Lines: []string{"calls"}, Amount: dec("50"), Every: "quarter"}}
		switch p := &d.Prepaid[0]; rapid.IntRange(0, 3).Draw(t, "unused") {
		case 1:
			p.Rollover = &contracts.Rollover{Percent: dec("50"), Periods: 2}
		case 2:
			p.ExpiresAfterDays = 45
		case 3:
			p.Bill = &contracts.Bill{Every: every.Draw(t, "prepaid billed every")}
		}
	case 2:
		d.Commits = []contracts.Commit{{ID: "commit", Product: "calls", Lines: []string{"calls"}, Amount: dec("40"), Every: "month"}}
		d.Lines[1].Usage.Every = "month"
	case 3:
		d.Lines = append(d.Lines, installments("license", contracts.Installment{On: day("2025-12-01"), Amount: dec("365")}, contracts.Installment{On: day("2026-07-01"), Amount: dec("729.99")}))
	case 4:
		d.Lines = append(d.Lines, contracts.Line{ID: "training", Product: "platform", Once: &contracts.Once{UnitPrice: dec("99.99"), On: drawDay(t, "training", d.Term.Through)}})
	case 5:
		d.Trial = &contracts.Trial{Through: drawDay(t, "trial", d.Term.Through), Then: rapid.SampledFrom([]contracts.TrialEnd{contracts.Convert, contracts.End}).Draw(t, "then")}
	}
	return d
}

// passOn makes us the agent of a line, or the principal again.
func passOn(t *rapid.T, l *contracts.Line) {
	l.Role, l.PassOnPercent, l.Supplier = "", decimal.Zero, ""
	if rapid.IntRange(0, 2).Draw(t, "agent") == 0 {
		l.Role, l.PassOnPercent, l.Supplier = contracts.Agent, dec(rapid.SampledFrom([]string{"70", "33.33", "99.9"}).Draw(t, "passed on")), "maker"
	}
}

// amend agrees a version that changes seats and end from a day on.
func amend(t *rapid.T, l *life, on period.Date) {
	a := l.agreement()
	d := a.Latest().Document
	d.Lines = append([]contracts.Line(nil), d.Lines...)
	fee := *d.Lines[0].Fixed
	fee.Quantity = dec(fmt.Sprint(rapid.IntRange(0, 60).Draw(t, "seats then")))
	d.Lines[0].Fixed = &fee
	passOn(t, &d.Lines[0])
	if last := &d.Lines[len(d.Lines)-1]; last.ID == "license" {
		*last = installments("license", last.Fixed.Installments[0], contracts.Installment{On: on, Amount: dec("100.01")})
	}
	if rapid.IntRange(0, 3).Draw(t, "ends") == 0 {
		d.Ending = &contracts.Ending{Cause: contracts.Convenience, Refund: rapid.SampledFrom([]contracts.Refund{contracts.Unused, contracts.NoRefund}).Draw(t, "refund")}
	}
	d.Term.Through = on.AddDays(rapid.IntRange(0, 500).Draw(t, "days left"))
	d.Effective, d.Reason = on, "amended"
	a.Versions = append(a.Versions[:len(a.Versions):len(a.Versions)], contracts.Version{Number: len(a.Versions) + 1, EffectiveOn: on, Document: d})
}

// end is the month by which everything is earned: beyond every term and credit.
var end = month("2029-12")

func TestWhateverHappensEverythingChargedIsEarnedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := history(t)
		l.runTo(t, end)
		pieces, err := contracts.Charges(*l.agreement(), book, l.facts.Usage, end.End())
		if err != nil {
			t.Fatal(err)
		}
		charged, earned := map[string]money.Amount{}, map[string]money.Amount{}
		owed, passed := map[string]money.Amount{}, map[string]money.Amount{}
		for _, p := range pieces {
			charged[p.Line] = charged[p.Line].Add(p.Amount)
			part := oracleRound(new(big.Rat).Mul(p.PassOn.Rat(), big.NewRat(p.Amount.Minor(), 100)))
			owed[p.Line] = owed[p.Line].Add(money.Of(part, "EUR"))
		}
		for _, e := range l.entries {
			for _, p := range e.Postings {
				switch p.Account {
				case ledger.PayableToPrincipal:
					if passed[p.Line] = passed[p.Line].Sub(p.Amount); p.Customer != maker {
						t.Errorf("%s passes %s on to customer %d", e.Source, p.Amount.Neg(), p.Customer)
					}
					fallthrough
				case ledger.Revenue, ledger.OverageRevenue:
					earned[p.Line] = earned[p.Line].Sub(p.Amount)
				}
			}
		}
		for line, amount := range owed {
			if passed[line].Minor() != amount.Minor() {
				t.Errorf("line %s: of %s charged %s should be passed on, and %s is", line, charged[line], amount, passed[line])
			}
		}
		for line, amount := range charged {
			if earned[line].Minor() != amount.Minor() {
				t.Errorf("line %s: charged in all %s, earned in all %s", line, amount, earned[line])
			}
		}
		if p := l.runTo(t, end); !p.Empty() {
			t.Errorf("a second run appends %d rows and %d entries", len(p.Rows), len(p.Entries))
		}
	})
}

func TestManyRunsEarnWhatOneCatchUpEarns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := history(t)
		through := month("2026-01").Add(rapid.IntRange(0, 30).Draw(t, "through"))
		l.runTo(t, through)
		once := begin(*l.agreement())
		once.facts.Usage = l.facts.Usage
		once.runTo(t, through)
		many, one := l.recognized(), once.recognized()
		for key := range many { // what earlier runs found beyond this month is not asked for
			if key.Month.After(through) {
				delete(many, key)
			}
		}
		if diff := cmp.Diff(one, many); diff != "" {
			t.Errorf("earned by key (-one run +many runs):\n%s", diff)
		}
	})
}

func TestNothingIsBookedInAClosedMonth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := history(t)
		closed := l.closed.ClosedThrough(1)
		p := l.runTo(t, end)
		seen := map[string]bool{}
		for _, e := range p.Entries {
			attributed := e.Postings[0].Month
			due := attributed
			if !closed.IsZero() && !attributed.After(closed) {
				due = closed.Next()
			}
			if e.BookedOn != due.Last() {
				t.Errorf("%s is booked on %s, due is %s: books are closed through %s", e.Source, e.BookedOn, due.Last(), closed)
			}
		}
		for _, e := range l.entries {
			if e.Source != "invoice" && seen[e.Source] {
				t.Errorf("source %s is used twice", e.Source)
			}
			seen[e.Source] = true
		}
	})
}

func TestALineIsDeferredOrUnbilledByTheDifferenceOfBilledAndEarned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := history(t)
		for key, p := range l.facts.Standing.Lines {
			if p.Deferred.Minor()-p.Unbilled.Minor() != p.Billed.Minor()-p.Earned.Minor() {
				t.Errorf("line %s: deferred %s less unbilled %s is not billed %s less earned %s", key.Line, p.Deferred, p.Unbilled, p.Billed, p.Earned)
			}
			if p.Deferred.Sign() < 0 || p.Unbilled.Sign() < 0 || p.Deferred.Sign() > 0 && p.Unbilled.Sign() > 0 {
				t.Errorf("line %s: deferred %s and unbilled %s", key.Line, p.Deferred, p.Unbilled)
			}
		}
	})
}

func TestEveryRowIsRecognizedOnceAndOneBookingPointsAtIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := begin(agreement(drawDocument(t)))
		rows, times := map[int64]Row{}, map[int64]int{}
		for range rapid.IntRange(1, 6).Draw(t, "runs") {
			amend(t, l, drawDay(t, "from", l.agreement().Term().End))
			l.use(drawDay(t, "used", l.agreement().Term().End).String(), "1000")
			p := l.runTo(t, drawDay(t, "through", l.agreement().Term().End).MonthOf())
			for _, r := range p.Rows {
				if _, twice := rows[r.ID]; twice {
					t.Errorf("two rows have the place %d", r.ID)
				}
				rows[r.ID] = r
			}
			for _, r := range p.Recognized {
				times[r.Row]++
			}
		}
		for id, n := range times {
			if n != 1 || rows[id].ID == 0 {
				t.Errorf("row %d is recognized %d times", id, n)
			}
		}
		for _, e := range l.entries {
			for _, p := range e.Postings {
				if row := rows[p.Schedule]; p.Schedule != 0 && (row.Line != p.Line || row.Month != p.Month || times[row.ID] != 1) {
					t.Errorf("%s posts line %s of %s and points at a row of line %s of %s", e.Source, p.Line, p.Month, row.Line, row.Month)
				}
			}
		}
	})
}

// The oracle knows nothing of cumulative rounding helpers or of Values: ratable
// pieces are spread over days with big.Rat, usage is rated from the raw days.
func TestTheScheduleAgreesWithAnIndependentOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := history(t)
		through := month("2026-01").Add(rapid.IntRange(0, 40).Draw(t, "through"))
		l.runTo(t, through)
		a := *l.agreement()
		pieces, err := contracts.Charges(a, book, l.facts.Usage, through.End())
		if err != nil {
			t.Fatal(err)
		}
		capped := len(a.Latest().Document.Prepaid) > 0 || a.Versions[0].Document.Trial != nil
		want := map[Key]int64{}
		for _, p := range pieces {
			for m := period.MinDate(p.Span.Start, p.Served().Start).MonthOf(); !m.After(through); m = m.Next() {
				key := Key{Contract: a.Contract, Line: p.Line, Kind: p.Kind, Span: p.Span, Month: m}
				switch {
				case p.Kind == contracts.Metered && !capped:
					want[key] += l.oracleUsed(p.Span, m.End()) - l.oracleUsed(p.Span, m.First())
				case p.Recognition == catalog.Ratable:
					want[key] += oracleDays(p, m.End()) - oracleDays(p, m.First())
				}
			}
		}
		got := l.recognized()
		for key, minor := range want {
			if got[key].Minor() != minor {
				t.Errorf("%s %s, service %s, in %s: the oracle earns %d minor units, booked are %d", key.Line, key.Kind, key.Span, key.Month, minor, got[key].Minor())
			}
		}
	})
}

// oracleDays is amount x days before / days, half away from zero.
func oracleDays(p contracts.Piece, before period.Date) int64 {
	done := 0
	for d := p.Served().Start; d.Before(p.Served().End); d = d.AddDays(1) {
		if d.Before(before) {
			done++
		}
	}
	return oracleRound(big.NewRat(p.Amount.Minor()*int64(done), int64(p.Served().Days())))
}

// oracleUsed is 0.0137 a call for the calls of a window before a day, in cents.
func (l *life) oracleUsed(window period.Span, before period.Date) int64 {
	sum := new(big.Rat)
	l.facts.Usage.Each(calls, window, func(on period.Date, quantity decimal.Decimal) {
		if on.Before(before) {
			sum.Add(sum, quantity.Rat())
		}
	})
	return oracleRound(sum.Mul(sum, big.NewRat(137, 100)))
}

func oracleRound(r *big.Rat) int64 {
	half := big.NewRat(1, 2)
	if r.Sign() < 0 {
		return -oracleRound(new(big.Rat).Neg(r))
	}
	sum := new(big.Rat).Add(r, half)
	return new(big.Int).Quo(sum.Num(), sum.Denom()).Int64()
}
