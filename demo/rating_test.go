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
}

// invoiceLinesEqualANaiveRating rates the raw events again, with fractions and
// loops, and compares with what was billed: usage lines to the cent, overage of a
// cap in sum, true-ups of commitments.
func invoiceLinesEqualANaiveRating(t *testing.T, db *postgres.DB) {
	t.Helper()
	events := rawEvents(t, db)
	var metered, over, trueUps int
	spent := map[string]*big.Rat{} // contract, line, first day of the span -> billed
	lines := billedLines(t, db)
	for _, b := range lines {
		spent[b.contract+" "+b.line+" "+string(b.kind)+" "+b.span.Start.String()] = rat(b.amount.Decimal())
	}
	for _, b := range lines {
		what := fmt.Sprintf("contract %s line %s %s %s", b.contract, b.line, b.kind, b.span)
		switch b.kind {
		case contracts.Metered:
			if capOf(b.document, b.line) == nil {
				metered++
				expectCents(t, what, b.amount, b.naive(events))
			}
		case contracts.OverCap:
			over++
			c := capOf(b.document, b.line)
			sum, list := new(big.Rat), new(big.Rat)
			for _, id := range c.Lines {
				other := b
				other.line = id
				list.Add(list, other.naive(events))
				if n := spent[b.contract+" "+id+" overage "+b.span.Start.String()]; n != nil {
					sum.Add(sum, n)
				}
			}
			owed := new(big.Rat).Mul(new(big.Rat).Sub(list, rat(c.Amount)), rat(c.Overage.Factor))
			if d := new(big.Rat).Sub(sum, owed); d.Abs(d).Cmp(big.NewRat(1, 100)) > 0 {
				t.Errorf("%s: overage of all lines billed is %s, owed is %s", what, sum.FloatString(2), owed.FloatString(4))
			}
		case contracts.TrueUp:
			trueUps++
			expectCents(t, what, b.amount, b.missing(spent))
		}
	}
	if metered < 200 || over < 4 || trueUps < 1 {
		t.Errorf("only %d usage lines, %d overages and %d true-ups were compared", metered, over, trueUps)
	}
}

// naive is the list value of a line's usage in its span, less the margin.
func (b billedUsage) naive(events map[string]map[period.Date]*big.Rat) *big.Rat {
	at := slices.IndexFunc(b.document.Lines, func(l contracts.Line) bool { return l.ID == b.line })
	u := b.document.Lines[at].Usage
	used := new(big.Rat)
	for day := b.span.Start; day.Before(b.span.End); day = day.AddDays(1) {
		if q := events[b.document.Customer+" "+u.Meter][day]; q != nil {
			used.Add(used, q)
		}
	}
	if used.Sub(used, rat(u.Included)).Sign() < 0 {
		used = new(big.Rat)
	}
	value := ratePrice(u.Price, used)
	if b.document.Reseller != nil {
		value.Mul(value, new(big.Rat).Sub(big.NewRat(1, 1), new(big.Rat).Quo(rat(b.document.Reseller.MarginPercent), big.NewRat(100, 1))))
	}
	return value
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

func capOf(d contracts.Document, line string) *contracts.Prepaid {
	for i := range d.Prepaid {
		if slices.Contains(d.Prepaid[i].Lines, line) {
			return &d.Prepaid[i]
		}
	}
	return nil
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
					document: c.History[l.Version-1].Document, amount: money.Zero(d.Currency)})
			}
			b := &out[place[key]]
			b.amount = b.amount.Add(l.Amount)
		}
	}
	return out
}

// rawEvents adds events up by customer, meter and the day in the seller's zone.
func rawEvents(t *testing.T, db *postgres.DB) map[string]map[period.Date]*big.Rat {
	t.Helper()
	found, err := db.Query(context.Background(), `
		select c.external_id || ' ' || m.code, n.time_zone, e.occurred_at, e.quantity
		from usage.events e
		join customers.customers c on c.id = e.customer_id
		join entities.entities n on n.id = c.entity_id
		join catalog.meters m on m.id = e.meter_id`)
	if err != nil {
		t.Fatal(err)
	}
	zones, out := map[string]*time.Location{}, map[string]map[period.Date]*big.Rat{}
	var key, zone string
	var at time.Time
	var quantity decimal.Decimal
	_, err = pgx.ForEachRow(found, []any{&key, &zone, &at, &quantity}, func() (err error) {
		if zones[zone] == nil {
			if zones[zone], err = time.LoadLocation(zone); err != nil {
				return err
			}
		}
		if out[key] == nil {
			out[key] = map[period.Date]*big.Rat{}
		}
		day := period.DateOf(at, zones[zone])
		if out[key][day] == nil {
			out[key][day] = new(big.Rat)
		}
		out[key][day].Add(out[key][day], rat(quantity))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
