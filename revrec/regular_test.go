package revrec

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"ratable/contracts"
	"ratable/entities"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/ledger"
)

// drawn are rows as a year might leave them, most of them regular and some not, for one legal entity.
type drawn struct {
	entity                        entities.ID
	schedule, recognized, entries [][]any
	billed                        [][]any
}

// drawBooks draws some contracts, each with its own account.
func drawBooks(t *rapid.T, entity entities.ID) (b drawn) {
	b.entity = entity
	for i := range rapid.IntRange(1, 8).Draw(t, "contracts") {
		account := int64(entity)*100 + int64(i)
		b.entries = append(b.entries, []any{account, int64(1), entity, "bench", day("2026-01-01"), "EUR", ""})
		odd := rapid.IntRange(0, 2).Draw(t, "odd") == 0
		for _, line := range []string{"seats", "calls"}[:rapid.IntRange(1, 2).Draw(t, "lines")] {
			kind := rapid.SampledFrom([]contracts.Kind{contracts.FixedFee, contracts.FixedFee, contracts.Metered, contracts.Prepayment, contracts.Concession, Variable}).Draw(t, "kind")
			for quarter := range rapid.IntRange(1, 3).Draw(t, "quarters") {
				b.quarter(t, account, line, kind, month("2026-01").Add(3*quarter), odd)
			}
		}
	}
	return b
}

// quarter draws one piece of service: what is scheduled of it, what of that is recognized, and how it was billed.
func (b *drawn) quarter(t *rapid.T, account int64, line string, kind contracts.Kind, first period.Month, odd bool) {
	span, sign := period.NewSpan(first.First(), first.Add(3).First()), int64(1)
	if kind == contracts.Concession {
		sign = -1
	}
	sum := int64(0)
	for n := range rapid.SampledFrom([]int{3, 3, 3, 1, 0}).Draw(t, "months") {
		amount := sign * 100
		if odd {
			amount = rapid.SampledFrom([]int64{100, 70, -100, 1}).Draw(t, "scheduled")
		}
		b.row(t, account, line, kind, span, first.Add(n), amount)
		if sum += amount; odd && rapid.IntRange(0, 4).Draw(t, "taken back") == 0 {
			b.row(t, account, line, kind, span, first.Add(n), -amount)
			sum -= amount
		}
	}
	bill := func(on period.Date, span period.Span, amount int64) {
		b.billed = append(b.billed, []any{account, int64(1), int16(len(b.billed) + 1), "issue", account, line, string(kind), span.Start, span.End, amount, "EUR", "I-1", int32(1), on})
	}
	if adjusted := kind == Variable; adjusted {
		return
	}
	switch rapid.IntRange(0, 9).Draw(t, "billed") {
	case 0: // not at all
	case 1:
		bill(first.First(), span, sum+rapid.Int64Range(-120, 120).Draw(t, "more"))
	case 2: // in two months, or twice in one
		part := rapid.Int64Range(-50, 150).Draw(t, "part")
		bill(first.First(), span, part)
		bill(first.Add(rapid.IntRange(0, 1).Draw(t, "later")).First(), span, sum-part)
	case 3: // days of it only
		bill(first.First(), period.NewSpan(span.Start.AddDays(10), span.End.AddDays(rapid.IntRange(-5, 20).Draw(t, "to"))), sum)
	case 4:
		bill(first.Add(rapid.IntRange(-1, 2).Draw(t, "month")).First(), span, sum)
	default:
		bill(first.First(), span, sum)
	}
}

func (b *drawn) row(t *rapid.T, account int64, line string, kind contracts.Kind, span period.Span, m period.Month, amount int64) {
	id := int64(len(b.schedule) + 1)
	recognition, book, passed := "ratable", "", int64(0)
	if kind == contracts.Metered || kind == contracts.Prepayment {
		recognition = "as_used"
	}
	if rapid.IntRange(0, 9).Draw(t, "in one book") == 0 {
		book = rapid.SampledFrom([]string{string(ledger.USGAAP), string(ledger.IFRS)}).Draw(t, "book")
	}
	if rapid.IntRange(0, 5).Draw(t, "agent") == 0 {
		passed = amount / 2
	}
	b.schedule = append(b.schedule, []any{account, id, b.entity, account, line, string(kind), span.Start, span.End, m.First(), amount, "EUR", recognition, int32(1), passed, int32(0), book})
	if late := rapid.SampledFrom([]int{-1, -1, 0, 0, 0, 1, 2}).Draw(t, "recognized late"); late >= 0 {
		b.recognized = append(b.recognized, []any{account, id, nil, m.Add(late).First(), late > 0})
	}
}

func (b drawn) write(t *rapid.T, tx pgx.Tx) {
	for _, c := range []struct {
		table   pgx.Identifier
		columns []string
		rows    [][]any
	}{
		{pgx.Identifier{"ledger", "entries"}, []string{"account_id", "seq", "entity_id", "source", "booked_on", "currency", "memo"}, b.entries},
		{pgx.Identifier{"ledger", "billed"}, []string{"account_id", "entry_seq", "n", "event", "contract_id", "line", "kind", "starts_on", "ends_on", "amount", "currency", "document", "document_line", "booked_on"}, b.billed},
		{pgx.Identifier{"revrec", "schedule"}, []string{"account_id", "id", "entity_id", "contract_id", "line", "kind", "starts_on", "ends_on", "month", "amount", "currency", "recognition", "version", "passed_on", "assessment", "book"}, b.schedule},
		{pgx.Identifier{"revrec", "recognitions"}, []string{"account_id", "schedule_id", "entry_seq", "month", "late"}, b.recognized},
	} {
		if _, err := tx.CopyFrom(ctx, c.table, c.columns, pgx.CopyFromRows(c.rows)); err != nil {
			t.Fatalf("write %s: %v", c.table.Sanitize(), err)
		}
	}
}

// What the database adds up is what comes out line by line: of any books, as of any month, as known at any place, in each book.
func TestTheWaterfallAddedUpIsTheWaterfallDrawnLineByLine(t *testing.T) {
	db := pgtest.New(t)
	admin := pgtest.Admin(t, db)
	if _, err := admin.Exec(ctx, `alter table revrec.schedule disable trigger schedule_have_a_contract`); err != nil {
		t.Fatal(err)
	}
	entity, regular := entities.ID(0), 0
	rapid.Check(t, func(t *rapid.T) {
		entity++
		b := drawBooks(t, entity)
		var before, after int64
		for _, at := range []*int64{&before, &after} {
			if err := db.QueryRow(ctx, `select nextval('known_order')`).Scan(at); err != nil {
				t.Fatal(err)
			}
			if at == &before {
				if err := admin.Tx(ctx, func(tx pgx.Tx) error { b.write(t, tx); return nil }); err != nil {
					t.Fatal(err)
				}
			}
		}
		f := Filter{Entity: entity, Currency: "EUR", AsOf: month("2026-01").Add(rapid.IntRange(0, 8).Draw(t, "as of")), Book: rapid.SampledFrom([]ledger.Book{"", ledger.IFRS}).Draw(t, "shown")}
		for _, f.Known = range []int64{0, rapid.Int64Range(before, after).Draw(t, "known")} {
			scheduled, billed, err := f.load(ctx, db)
			if err != nil {
				t.Fatal(err)
			}
			var shares []share
			for _, c := range cuts(scheduled, billed, f.AsOf) {
				shares = append(shares, allot(c.billed, c.earned)...)
			}
			got, err := Waterfall(ctx, db, f, month("2026-01"), 12)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(waterfall(shares, month("2026-01"), 12, "EUR"), got, exactly...); diff != "" {
				t.Fatalf("waterfall (-line by line +added up):\n%s", diff)
			}
			remaining, err := Remaining(ctx, db, f)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(obligations(scheduled, f.AsOf, "EUR"), remaining, exactly...); diff != "" {
				t.Fatalf("remaining obligations (-line by line +added up):\n%s", diff)
			}
		}
		regular += addedUp(t, db, f)
	})
	if regular == 0 {
		t.Error("no contract was added up: nothing was compared")
	}
}

// addedUp counts the contracts that are not drawn line by line.
func addedUp(t *rapid.T, db postgres.Querier, f Filter) int {
	scheduled, err := loadPlanned(ctx, db, f)
	if err != nil {
		t.Fatal(err)
	}
	all := map[holder]bool{}
	for _, p := range scheduled {
		all[p.holder] = true
	}
	var billed []asked
	if err := ledger.EachBilled(ctx, db, f.Entity, f.Currency, 0, f.AsOf, f.known(), func(b ledger.BilledSum) { billed = append(billed, askedOf(b)) }); err != nil {
		t.Fatal(err)
	}
	for h := range sortOut(scheduled, billed, f.Currency).irregular {
		delete(all, h)
	}
	return len(all)
}
