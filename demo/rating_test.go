package demo_test

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
)

// billedUsage is what stands billed for usage of a line in a span, and the line
// that says so.
type billedUsage struct {
	contract, line string
	kind           contracts.Kind
	span, whole    period.Span
	document       contracts.Document
	amount         money.Amount
	reduced        money.Amount // what the newest of the lines takes off
}

// invoiceLinesEqualANaiveRating rates the raw events again, with fractions and
// loops, and compares with what was billed before reductions: usage lines to the
// cent, overage of prepaid amounts in sum, true-ups of commitments.
func invoiceLinesEqualANaiveRating(t *testing.T, db *postgres.DB) {
	t.Helper()
	events := rawEvents(t, db)
	var metered, over, reduced, trueUps int
	spent := map[string]*big.Rat{} // contract, line, first day of the span -> billed
	lines := billedLines(t, db)
	for _, b := range lines {
		spent[b.contract+" "+b.line+" "+string(b.kind)+" "+b.span.Start.String()] = rat(b.amount.Decimal())
	}
	for _, b := range lines {
		what := fmt.Sprintf("contract %s line %s %s %s", b.contract, b.line, b.kind, b.span)
		switch b.kind {
		case contracts.Metered:
			if waits := b.contract == "C-1006" && b.span.Contains(tardyOn); waits { // what came late asks for more, with the next invoice
				if b.amount.Decimal().Rat().Cmp(b.naive(events)) >= 0 {
					t.Errorf("%s: nothing waits for the next invoice", what)
				}
			} else if len(prepaidOf(b.document, b.line)) == 0 {
				metered++
				expectCents(t, what, b.amount.Add(b.reduced), b.naive(events))
			}
			if !b.reduced.IsZero() {
				reduced++
			}
		case contracts.OverCap:
			over++
			sum := new(big.Rat)
			for _, id := range prepaidOf(b.document, b.line)[0].Lines {
				if n := spent[b.contract+" "+id+" overage "+b.span.Start.String()]; n != nil {
					sum.Add(sum, n)
				}
			}
			owed := b.above(events)
			if d := new(big.Rat).Sub(sum, owed); d.Abs(d).Cmp(big.NewRat(1, 100)) > 0 {
				t.Errorf("%s: overage of all lines billed is %s, owed is %s", what, sum.FloatString(2), owed.FloatString(4))
			}
		case contracts.TrueUp:
			trueUps++
			expectCents(t, what, b.amount, b.missing(spent))
		}
	}
	if metered < 200 || over < 15 || reduced < 15 || trueUps < 2 {
		t.Errorf("only %d usage lines, %d overages, %d reductions and %d true-ups were compared", metered, over, reduced, trueUps)
	}
}

// tardyOn is a day whose usage came after its month was billed.
var tardyOn = period.NewDate(2026, 10, 28)

// naive is the list value of a line's usage in its span, less the margin.
func (b billedUsage) naive(events map[string]map[period.Date]*used) *big.Rat {
	at := slices.IndexFunc(b.document.Lines, func(l contracts.Line) bool { return l.ID == b.line })
	u, users := b.document.Lines[at].Usage, b.document.Lines[at].Users
	if len(users) == 0 {
		users = []string{b.document.Customer}
	}
	all := &used{sum: new(big.Rat)}
	for day := b.span.Start; day.Before(b.span.End); day = day.AddDays(1) {
		for _, user := range users {
			if x := events[user+" "+u.Meter][day]; x != nil {
				for _, e := range x.events {
					if e.says(u.Where) {
						all.add(e)
					}
				}
			}
		}
	}
	included := rat(u.Included)
	if len(b.document.Prepaid) == 0 { // a version that cuts a period leaves free what its days have of it
		included.Mul(included, big.NewRat(int64(b.span.Days()), int64(b.whole.Days())))
	}
	value := rateEvents(u.Price, all, included)
	if b.document.Reseller != nil {
		value.Mul(value, new(big.Rat).Sub(big.NewRat(1, 1), new(big.Rat).Quo(rat(b.document.Reseller.MarginPercent), big.NewRat(100, 1))))
	}
	return value
}

// rateEvents prices single events where the model looks at them: by the value of
// a dimension, or each one's amount.
func rateEvents(p catalog.Price, all *used, included *big.Rat) *big.Rat {
	value := new(big.Rat)
	switch p.Model {
	case catalog.Matrix:
		cells := map[string]*used{}
		for _, e := range all.events {
			cell := e.dimensions[p.By]
			if _, priced := p.Prices[cell]; !priced {
				cell = "other"
			}
			if cells[cell] == nil {
				cells[cell] = &used{sum: new(big.Rat)}
			}
			cells[cell].add(e)
		}
		for cell, some := range cells {
			price, priced := p.Prices[cell]
			if !priced {
				price = *p.Other
			}
			value.Add(value, rateEvents(price, some, new(big.Rat)))
		}
		return value
	case catalog.Percentage:
		slices.SortFunc(all.events, func(a, b event) int { return a.at.Compare(b.at) })
		for _, e := range all.events[min(p.FreeEvents, len(all.events)):] {
			fee := new(big.Rat).Mul(e.quantity, new(big.Rat).Quo(rat(p.Percent), big.NewRat(100, 1)))
			if fee.Add(fee, rat(p.PerEvent)); fee.Cmp(rat(p.Minimum)) < 0 {
				fee = rat(p.Minimum)
			}
			value.Add(value, fee)
		}
		return value
	}
	above := new(big.Rat).Sub(all.sum, included)
	if above.Sign() < 0 {
		above = new(big.Rat)
	}
	return ratePrice(p, above)
}

// above is what lies above the prepaid amounts of a line in a span: each month
// since the contract began draws from what is carried on, what covers the whole
// term, and what is new, in the order of their priorities.
func (b billedUsage) above(events map[string]map[period.Date]*used) *big.Rat {
	all := prepaidOf(b.document, b.line)
	slices.SortFunc(all, func(p, q contracts.Prepaid) int { return p.Priority - q.Priority })
	carried, term := make([]*big.Rat, len(all)), make([]*big.Rat, len(all))
	for i, p := range all {
		carried[i], term[i] = new(big.Rat), rat(p.Amount)
	}
	left, month := new(big.Rat), b
	for k := range b.months() + 1 {
		month.span = period.Span{Start: b.document.Term.From.AddMonths(k), End: b.document.Term.From.AddMonths(k + 1)}
		left.SetInt64(0)
		for _, id := range all[0].Lines {
			month.line = id
			left.Add(left, month.naive(events))
		}
		for i, p := range all {
			if p.Every == "term" {
				draw(left, term[i])
				continue
			}
			fresh := rat(p.Amount)
			draw(left, carried[i])
			draw(left, fresh)
			carried[i] = carriedOn(p.Rollover, fresh)
		}
	}
	return left.Mul(left, rat(all[len(all)-1].Overage.Factor))
}

// carriedOn is what of an unused balance the next month begins with.
func carriedOn(r *contracts.Rollover, unused *big.Rat) *big.Rat {
	if r == nil {
		return new(big.Rat)
	}
	out := new(big.Rat).Mul(unused, new(big.Rat).Quo(rat(r.Percent), big.NewRat(100, 1)))
	if most := rat(r.Most); out.Cmp(most) > 0 {
		return most
	}
	return out
}

// months counts from the contract's first day to the span.
func (b billedUsage) months() (n int) {
	for b.document.Term.From.AddMonths(n).Before(b.span.Start) {
		n++
	}
	return n
}

// draw takes as much of a need from a balance as there is.
func draw(need, balance *big.Rat) {
	part := new(big.Rat).Set(need)
	if part.Cmp(balance) > 0 {
		part.Set(balance)
	}
	need.Sub(need, part)
	balance.Sub(balance, part)
}

func ratePrice(p catalog.Price, used *big.Rat) *big.Rat {
	value := new(big.Rat)
	if used.Sign() == 0 {
		return value
	}
	switch p.Model {
	case catalog.PerUnit:
		return value.Mul(used, rat(p.Amount))
	case catalog.Package:
		for left := new(big.Rat).Set(used); left.Sign() > 0; left.Sub(left, rat(p.Size)) {
			value.Add(value, rat(p.Amount))
		}
		return value
	}
	from := new(big.Rat)
	for _, tier := range p.Tiers {
		reached := used
		if tier.UpTo != nil && rat(*tier.UpTo).Cmp(used) < 0 {
			reached = rat(*tier.UpTo)
		}
		last := reached.Cmp(used) == 0
		switch {
		case p.Model == catalog.Graduated:
			value.Add(value, rat(tier.Flat)).Add(value, new(big.Rat).Mul(new(big.Rat).Sub(reached, from), rat(tier.Unit)))
		case last:
			value.Add(rat(tier.Flat), new(big.Rat).Mul(used, rat(tier.Unit)))
		}
		if last {
			break
		}
		from = reached
	}
	return value
}

// missing is what a commitment asks for its days less what its lines billed in
// them.
func (b billedUsage) missing(spent map[string]*big.Rat) *big.Rat {
	at := slices.IndexFunc(b.document.Commits, func(c contracts.Commit) bool { return c.ID == b.line })
	c := b.document.Commits[at]
	owed := new(big.Rat).Mul(rat(c.Amount), big.NewRat(int64(b.span.Days()), int64(b.whole.Days())))
	owed, _ = new(big.Rat).SetString(owed.FloatString(2))
	for _, id := range c.Lines {
		for day := b.span.Start; day.Before(b.span.End); day = day.AddDays(1) {
			if n := spent[b.contract+" "+id+" usage "+day.String()]; n != nil {
				owed.Sub(owed, n)
			}
		}
	}
	return owed
}

// prepaidOf are the prepaid amounts that cover a line.
func prepaidOf(d contracts.Document, line string) (out []contracts.Prepaid) {
	for _, p := range d.Prepaid {
		if slices.Contains(p.Lines, line) {
			out = append(out, p)
		}
	}
	return out
}

// expectCents compares with the value rounded half away from zero, as FloatString
// rounds, to the currency's minor unit.
func expectCents(t *testing.T, what string, billed money.Amount, owed *big.Rat) {
	t.Helper()
	if want := owed.FloatString(billed.Currency().Exponent()); billed.String() != want {
		t.Errorf("%s: billed is %s, a naive rating gives %s", what, billed, want)
	}
}

func rat(d decimal.Decimal) *big.Rat { return d.Rat() }

// billedLines adds up the lines of all standing documents by contract, line, kind
// and span.
func billedLines(t *testing.T, db *postgres.DB) []billedUsage {
	t.Helper()
	ctx := context.Background()
	found, err := invoicing.List(ctx, db, invoicing.Filter{Limit: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	place, out := map[string]int{}, []billedUsage{}
	for _, row := range found {
		if row.Voided {
			continue
		}
		d, err := invoicing.Get(ctx, db, row.Number)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range d.Lines {
			key := fmt.Sprint(l.ContractNumber, l.Line, l.Kind, l.Span)
			if _, known := place[key]; !known {
				c, err := contracts.Get(ctx, db, l.ContractNumber)
				if err != nil {
					t.Fatal(err)
				}
				place[key] = len(out)
				out = append(out, billedUsage{contract: l.ContractNumber, line: l.Line, kind: l.Kind, span: l.Span, whole: l.Period,
					document: c.History[l.Version-1].Document, amount: money.Zero(d.Currency), reduced: money.Zero(d.Currency)})
				for _, r := range l.Detail.Reduced { // the list begins with the newest document
					out[place[key]].reduced = out[place[key]].reduced.Add(r.Amount)
				}
			}
			b := &out[place[key]]
			b.amount = b.amount.Add(l.Amount)
		}
	}
	return out
}

// event is one as it was sent.
type event struct {
	at         time.Time
	quantity   *big.Rat
	dimensions map[string]string
}

// says tells whether the event has the values that a line filters by.
func (e event) says(where map[string]string) bool {
	for name, value := range where {
		if e.dimensions[name] != value {
			return false
		}
	}
	return true
}

// used are the events of some time, and their sum.
type used struct {
	events []event
	sum    *big.Rat
}

func (u *used) add(e event) {
	u.events = append(u.events, e)
	u.sum.Add(u.sum, e.quantity)
}

// rawEvents are all events by customer, meter and the day in the seller's zone.
func rawEvents(t *testing.T, db *postgres.DB) map[string]map[period.Date]*used {
	t.Helper()
	found, err := db.Query(context.Background(), `
		select c.external_id || ' ' || m.code, n.time_zone, e.occurred_at, e.quantity, coalesce(e.dimensions, '{}')
		from usage.events e
		join customers.customers c on c.id = e.customer_id
		join entities.entities n on n.id = c.entity_id
		join catalog.meters m on m.id = e.meter_id`)
	if err != nil {
		t.Fatal(err)
	}
	zones, out := map[string]*time.Location{}, map[string]map[period.Date]*used{}
	var key, zone string
	var at time.Time
	var quantity decimal.Decimal
	var dimensions map[string]string
	_, err = pgx.ForEachRow(found, []any{&key, &zone, &at, &quantity, &dimensions}, func() (err error) {
		if zones[zone] == nil {
			if zones[zone], err = time.LoadLocation(zone); err != nil {
				return err
			}
		}
		if out[key] == nil {
			out[key] = map[period.Date]*used{}
		}
		day := period.DateOf(at, zones[zone])
		if out[key][day] == nil {
			out[key][day] = &used{sum: new(big.Rat)}
		}
		out[key][day].add(event{at, rat(quantity), dimensions})
		dimensions = nil
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
