package invoicing

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/usage"
)

// A life is the history of one contract: signed, used, amended, billed, voided,
// credited, in any order.
type life struct {
	*book
	t     *rapid.T
	today period.Date
}

var parties = []customers.Customer{brandywine}

func newLife(t *rapid.T) *life {
	l := &life{newBook(parties...), t, date("2026-01-01")}
	l.amend(l.document("first", date("2026-01-01")))
	return l
}

// document draws a valid contract whose terms hold from a day.
func (l *life) document(name string, effective period.Date) contracts.Document {
	n := func(what string, from, to int) int { return rapid.IntRange(from, to).Draw(l.t, name+" "+what) }
	every := []string{"month", "quarter", "year"}
	source := fmt.Sprintf(`
contract: C-1
entity: rtus
customer: BRW-0417
currency: USD
term: {from: 2026-01-01, through: %s}
effective: %s
reason: drawn
lines:
  - {id: calls, product: api, usage: {meter: api.calls, included: %d, every: month, price: {model: per_unit, amount: 0.%02d}}}
`, []string{"2026-12-31", "2026-09-17", "2027-01-31"}[n("term", 0, 2)], effective, n("included", 0, 2)*50, n("price", 1, 99))
	if n("has seats", 0, 4) > 0 {
		source += fmt.Sprintf("  - {id: seats, product: platform, fixed: {quantity: %d, unit_price: %d.%02d, every: %s}}\n", n("seats", 1, 30), n("seat price", 0, 200), n("cents", 0, 99), every[n("every", 0, 2)])
	}
	if n("has support", 0, 1) > 0 {
		source += fmt.Sprintf("  - {id: support, product: support, fixed: {quantity: 1, unit_price: %d.%02d, every: month, in: arrears}}\n", n("support price", 0, 900), n("support cents", 0, 99))
	}
	if n("has cap", 0, 1) > 0 {
		source += fmt.Sprintf("prepaid:\n  - {id: prepaid, product: prepaid, lines: [calls], amount: %d, every: quarter, overage: {factor: 1.5}}\n", n("cap", 1, 300))
	}
	if n("has minimum", 0, 2) > 0 {
		source += fmt.Sprintf("commitments:\n  - {id: minimum, product: minimum, lines: [calls], amount: %d, every: quarter}\n", n("minimum", 1, 400))
	}
	d, err := contracts.Parse([]byte(source))
	if err != nil {
		l.t.Fatalf("%v in %s", err, source)
	}
	return d
}

// step lets one thing happen on a later day, or on the same.
func (l *life) step(i int) {
	l.today = l.today.AddDays(rapid.IntRange(0, 25).Draw(l.t, "days on"))
	switch what := rapid.SampledFrom([]string{"run", "run", "use", "use", "late use", "amend", "void", "credit"}).Draw(l.t, "what"); what {
	case "run":
		l.mustRun(l.today)
	case "use":
		l.consume(l.today)
	case "late use":
		l.consume(l.today.AddDays(-rapid.IntRange(1, 90).Draw(l.t, "days late")))
	case "amend":
		effective := period.MaxDate(date("2026-01-01"), period.MinDate(date("2026-09-10"), l.today.AddDays(rapid.IntRange(-70, 40).Draw(l.t, "effective"))))
		l.amend(l.document(fmt.Sprintf("amendment %d", i), effective))
	case "void":
		if len(l.documents) > 0 {
			if err := l.takeBack(rapid.SampledFrom(l.documents).Draw(l.t, "document"), l.today); err != nil && err != errNotVoidable {
				l.t.Fatal(err)
			}
		}
	case "credit":
		l.credit()
	}
}

func (l *life) consume(on period.Date) {
	if on = period.MaxDate(on, date("2026-01-01")); on.Before(date("2026-09-18")) {
		l.facts.Usage.Add(usage.Key{Customer: brandywine.ID, Meter: "api.calls"}, on, decimal.NewFromInt(int64(rapid.IntRange(1, 400).Draw(l.t, "calls"))))
	}
}

// credit gives back part of a line that still holds something.
func (l *life) credit() {
	var open []Original
	for _, o := range Originals(l.standing()) {
		if o.Left().Sign() > 0 {
			open = append(open, o)
		}
	}
	if len(open) == 0 {
		return
	}
	o := rapid.SampledFrom(open).Draw(l.t, "line")
	amount := usd(rapid.Int64Range(1, o.Left().Minor()).Draw(l.t, "credit"))
	for _, d := range l.documents {
		if d.Number == o.Document {
			a := &l.facts.Agreements[0]
			a.Concessions = append(a.Concessions, concede(d.Lines[o.Line-1], d.Number, amount, "drawn", l.today.String()))
		}
	}
}

func (l *life) mustRun(on period.Date) []Document {
	out, err := l.run(on)
	if err != nil {
		l.t.Fatalf("run of %s: %v", on, err)
	}
	return out
}

// lineSums adds up money by line and kind.
type lineSums map[lineKind]money.Amount

func (s lineSums) add(line, kind string, a money.Amount) {
	key := lineKind{line, contracts.Kind(kind)}
	if s[key] = s[key].Add(a); s[key].IsZero() {
		delete(s, key)
	}
}

func (l *life) owed(asOf period.Date) lineSums {
	out := lineSums{}
	pieces, err := contracts.Charges(l.facts.Agreements[0], l.world.Catalog, l.facts.Usage, asOf)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, p := range Due(pieces, asOf) {
		out.add(p.Line, string(p.Kind), p.Amount)
	}
	return out
}

func (l *life) booked() lineSums {
	out := lineSums{}
	for _, s := range l.facts.Standing.Of(1) {
		out.add(s.Line, s.Kind, s.Amount)
	}
	return out
}

// equal compares two columns and says where they differ.
func equal(t *rapid.T, what string, got, want lineSums) {
	for _, side := range []lineSums{got, want} {
		for key := range side {
			if got[key] != want[key] {
				t.Errorf("%s: line %s (%s) stands at %s and should at %s", what, key.line, key.kind, got[key], want[key])
			}
		}
	}
}

func TestAfterAnyHistoryWhatStandsBilledIsWhatIsOwed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLife(t)
		for i := range rapid.IntRange(1, 14).Draw(t, "steps") {
			l.step(i)
		}
		end := period.MaxDate(l.today, date("2027-02-01"))
		l.mustRun(end)
		equal(t, "after the last run", l.booked(), l.owed(end))
		if again := l.mustRun(end); len(again) > 0 {
			t.Errorf("a second run issued %s of %s", again[0].Number, again[0].Total)
		}
		l.checkBooks()
	})
}

// checkBooks holds the ledger against the documents, added up anew.
func (l *life) checkBooks() {
	receivable, net, taxes := usd(0), usd(0), usd(0)
	balance := map[ledger.Account]money.Amount{}
	for _, a := range []ledger.Account{ledger.AccountsReceivable, ledger.TaxLiability, ledger.DeferredRevenue, ledger.UnbilledReceivable} {
		balance[a] = usd(0)
	}
	for _, d := range l.standing() {
		receivable, net, taxes = receivable.Add(d.Total), net.Add(d.Net), taxes.Add(d.Tax)
		if (d.Total.Sign() < 0) != (d.Kind == "credit_note") {
			l.t.Errorf("%s is %s %s", d.Number, d.Kind, d.Total)
		}
	}
	for _, e := range l.entries {
		for _, p := range e.Postings {
			balance[p.Account] = balance[p.Account].Add(p.Amount)
		}
	}
	if balance[ledger.AccountsReceivable] != receivable || balance[ledger.TaxLiability] != taxes.Neg() {
		l.t.Errorf("receivable %s and tax %s in the ledger, %s and %s on the documents", balance[ledger.AccountsReceivable], balance[ledger.TaxLiability], receivable, taxes)
	}
	if deferred := balance[ledger.DeferredRevenue].Add(balance[ledger.UnbilledReceivable]); deferred != net.Neg() {
		l.t.Errorf("nothing is earned, so all net %s is deferred; the ledger has %s", net, deferred)
	}
	for _, o := range Originals(l.standing()) {
		if o.Left().Sign() < 0 {
			l.t.Errorf("%s line %d: more was credited than charged (%s of %s)", o.Document, o.Line, o.Credited, o.Amount)
		}
	}
}

func TestMonthlyRunsAreOneCatchUpRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		monthly := newLife(t)
		catchUp := &life{newBook(parties...), t, monthly.today}
		catchUp.facts.Agreements = monthly.facts.Agreements
		for range rapid.IntRange(0, 20).Draw(t, "events") {
			monthly.consume(date("2026-01-01").AddDays(rapid.IntRange(0, 250).Draw(t, "on")))
		}
		catchUp.facts.Usage = monthly.facts.Usage
		end := date("2027-03-01")
		for on := date("2026-01-01"); !on.After(end); on = on.AddMonths(1) {
			monthly.mustRun(on)
		}
		catchUp.mustRun(end)
		for _, s := range monthly.facts.Standing.Of(1) {
			if other := catchUp.facts.Standing.Stood[s.Piece]; other.Amount != s.Amount {
				t.Errorf("%s %s %s: month by month %s, in one run %s", s.Line, s.Kind, s.Span, s.Amount, other.Amount)
			}
		}
		equal(t, "in one run", catchUp.booked(), monthly.booked())
	})
}
