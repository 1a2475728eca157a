package exports

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/ledger"
)

var (
	clerk = access.System("exports test")
	anna  = access.Actor{UserID: 1, Name: "Anna", Roles: []access.Role{access.Accountant}}
	fritz = access.Actor{UserID: 2, Name: "Fritz", Roles: []access.Role{access.Finance}}
	sofia = access.Actor{UserID: 3, Name: "Sofia", Roles: []access.Role{access.Sales}}
)

// books is a database with an entity, a customer and what was booked.
type books struct {
	*testing.T
	db       *postgres.DB
	entity   entities.Entity
	customer customers.Customer
	seq      int64
}

func open(t *testing.T) *books {
	t.Helper()
	b := &books{T: t, db: pgtest.New(t)}
	b.do(func(tx pgx.Tx) (err error) {
		for _, who := range []access.Actor{anna, fritz, sofia} {
			made, err := access.CreateUser(ctx, tx, access.NewUser{Email: who.Name + "@northlight.example", Name: who.Name, Roles: who.Roles}, clerk)
			if err != nil || made.ID != who.UserID {
				return fmt.Errorf("%s is user %d: %w", who.Name, made.ID, err)
			}
		}
		b.entity, err = entities.Create(ctx, tx, entities.Entity{Code: "nlus", Name: "Northlight", Country: "US", Region: "NY", City: "New York", Postcode: "10001", TimeZone: "UTC", Currency: "USD"}, clerk)
		if err != nil {
			return err
		}
		b.customer, err = customers.Create(ctx, tx, customers.New{Entity: b.entity.ID, ExternalID: "acme", Name: "Acme", LegalName: "Acme, Inc.", Kind: customers.Business, Currency: "USD",
			Billing: customers.Address{Lines: []string{"1 Main St"}, City: "New York", Region: "NY", Postcode: "10001", Country: "US"}, SignedUpOn: day("2025-01-01")}, clerk)
		return err
	})
	return b
}

func (b *books) do(fn func(tx pgx.Tx) error) {
	b.Helper()
	if err := b.db.Tx(ctx, fn); err != nil {
		b.Fatal(err)
	}
}

// book appends an invoice of a day and returns it.
func (b *books) book(on string) ledger.Entry {
	b.Helper()
	b.seq++
	e := fewEntries()[0]
	e.Account, e.Seq, e.Entity, e.BookedOn, e.Source = b.customer.Account, b.seq, b.entity.ID, day(on), fmt.Sprintf("invoice:NLUS-2026-%06d", b.seq)
	for i := range e.Postings {
		p := &e.Postings[i]
		p.Customer, p.Contract, p.Line, p.Document = b.customer.ID, 0, "", fmt.Sprintf("NLUS-2026-%06d", b.seq)
	}
	b.do(func(tx pgx.Tx) error { return ledger.Append(ctx, tx, []ledger.Entry{e}) })
	return e
}

// approve proposes rules as Anna and approves them as Fritz.
func (b *books) approve(rules ...Rule) {
	b.Helper()
	b.do(func(tx pgx.Tx) error {
		p, err := Propose(ctx, tx, rules, "test", anna)
		if err != nil {
			return err
		}
		return Decide(ctx, tx, p.ID, access.Approve, "", fritz)
	})
}

func (b *books) scope(t Target) Scope {
	return Scope{Entity: b.entity.ID, Currency: "USD", Month: month("2026-01"), Target: t}
}

func (b *books) prepare(t Target) (Batch, bool) {
	b.Helper()
	batch, isNew, err := Prepare(ctx, b.db, b.scope(t), Detailed, Options{}, anna)
	if err != nil {
		b.Fatal(err)
	}
	return batch, isNew
}

func (b *books) handOver(id int64) (out Batch) {
	b.Helper()
	b.do(func(tx pgx.Tx) (err error) { out, err = HandOver(ctx, tx, id, anna); return err })
	return out
}

func TestEveryPostedEntryGoesToATargetOnceAndALaterOneWithAFurtherBatch(t *testing.T) {
	b := open(t)
	b.approve(Default(day("2020-01-01"))...)
	b.book("2025-12-31")
	b.book("2026-01-01")
	b.book("2026-01-31")
	first, isNew := b.prepare(CSV)
	if !isNew || first.Entries != 2 || first.Debit != usd("214.00") || first.State() != Prepared || first.Files[0].Lines != 6 {
		t.Fatalf("the first batch is %+v", first)
	}
	if again, isNew := b.prepare(CSV); isNew || again.ID != first.ID {
		t.Errorf("prepared again with nothing new: batch %d (new: %v)", again.ID, isNew)
	}
	b.book("2026-01-15") // the month is open
	second, isNew := b.prepare(CSV)
	if !isNew || second.Seq != 2 || second.Entries != 1 {
		t.Errorf("the second batch is %+v", second)
	}
	if other, _ := b.prepare(JSONLines); other.Entries != 3 || other.Seq != 1 {
		t.Errorf("another target gets %d entries", other.Entries)
	}
	all := map[string]int{}
	for _, batch := range []Batch{first, second} {
		got, err := readers[CSV](b.handOver(batch.ID).Files[0].Content, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range got {
			all[line.id]++
		}
	}
	if len(all) != 3 || all["E1-2"] != 3 || all["E1-3"] != 3 || all["E1-4"] != 3 {
		t.Errorf("the two batches hold %v", all)
	}
}

func TestABatchIsTheSameBytesForEver(t *testing.T) {
	b := open(t)
	b.approve(Default(day("2020-01-01"))...)
	b.book("2026-01-01")
	for _, spec := range Specs {
		batch, _ := b.prepare(spec.Target)
		before := b.handOver(batch.ID)
		if before.State() != Exported {
			t.Errorf("%s: handed over and %s", spec.Target, before.State())
		}
		b.approve(rule("Revenue", 1, "2020-01-01", "4999"), rule("Cash", 1, "2020-01-01", fmt.Sprint(9000+batch.ID), func(r *Rule) { r.When.Account, r.GL.Type = ledger.AccountsReceivable, ledger.Asset }))
		b.do(func(tx pgx.Tx) error {
			return customers.Amend(ctx, tx, b.customer.ID, customers.Amendment{StartsOn: day("2026-01-01"), Profile: &customers.Profile{Name: "Other " + string(spec.Target), LegalName: "Other", Kind: customers.Business}}, clerk)
		})
		after := b.handOver(batch.ID)
		if !bytes.Equal(before.Files[0].Content, after.Files[0].Content) || before.Files[0].Digest != after.Files[0].Digest || after.MappingVersion != before.MappingVersion {
			t.Errorf("%s: the files changed with the mapping or a name", spec.Target)
		}
		if len(after.Events) != 2 {
			t.Errorf("%s: handed over twice it has %d events", spec.Target, len(after.Events))
		}
		now, err := Preview(ctx, b.db, b.scope(spec.Target), Detailed, Options{})
		if err != nil || now.Entries != 0 {
			t.Errorf("%s: %d entries left, %v", spec.Target, now.Entries, err)
		}
	}
}

func TestWhatWasRejectedGoesAgainWithTheNextBatch(t *testing.T) {
	b := open(t)
	b.approve(Default(day("2020-01-01"))...)
	b.book("2026-01-01")
	first, _ := b.prepare(Xero)
	expect(t, b.db.Tx(ctx, func(tx pgx.Tx) error { return Acknowledge(ctx, tx, first.ID, "", anna) }), fault.Conflict)
	b.handOver(first.ID)
	expect(t, b.db.Tx(ctx, func(tx pgx.Tx) error { return Reject(ctx, tx, first.ID, " ", anna) }), fault.Invalid)
	b.do(func(tx pgx.Tx) error { return Reject(ctx, tx, first.ID, "the tax rate has another name", anna) })
	expect(t, b.db.Tx(ctx, func(tx pgx.Tx) error { return Acknowledge(ctx, tx, first.ID, "", anna) }), fault.Conflict)
	expect(t, b.db.Tx(ctx, func(tx pgx.Tx) error { return Reject(ctx, tx, first.ID, "again", anna) }), fault.Conflict)
	second, isNew := b.prepare(Xero)
	if !isNew || second.Entries != 1 || second.Seq != 2 {
		t.Fatalf("after a rejection the batch is %+v", second)
	}
	b.handOver(second.ID)
	b.do(func(tx pgx.Tx) error { return Acknowledge(ctx, tx, second.ID, "MJ-17", fritz) })
	got, err := Get(ctx, b.db, second.ID)
	if err != nil || got.State() != Acknowledged || got.Events[2].Reference != "MJ-17" || got.Events[2].By != fritz.UserID {
		t.Errorf("acknowledged it is %+v, %v", got.Events, err)
	}
	if again, isNew := b.prepare(Xero); isNew || again.ID != second.ID {
		t.Errorf("there is a batch %d after all went", again.ID)
	}
}

func TestOfTwoWhoPrepareAtOnceBothGetTheOneBatch(t *testing.T) {
	b := open(t)
	b.approve(Default(day("2020-01-01"))...)
	for range 20 {
		b.book("2026-01-01")
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	ids, fresh := map[int64]bool{}, 0
	for range 8 {
		wg.Go(func() {
			batch, isNew, err := Prepare(ctx, b.db, b.scope(CSV), Detailed, Options{}, anna)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			ids[batch.ID] = true
			if isNew {
				fresh++
			}
		})
	}
	wg.Wait()
	if len(ids) != 1 || fresh != 1 {
		t.Errorf("eight who prepared at once got %d batches, %d new ones", len(ids), fresh)
	}
}

func TestAnUnmappedAccountKeepsABatchFromBeingPrepared(t *testing.T) {
	b := open(t)
	b.book("2026-01-01")
	_, _, err := Prepare(ctx, b.db, b.scope(CSV), Detailed, Options{}, anna)
	expect(t, err, fault.Invalid)
	if fields := fault.Fields(err); len(fields) != 3 || fields[0].Path != "unmapped" {
		t.Errorf("refused with %v", err)
	}
	if found, err := List(ctx, b.db, Filter{}); err != nil || len(found) > 0 {
		t.Errorf("a refused batch was recorded: %v, %v", found, err)
	}
	_, _, err = Prepare(ctx, b.db, Scope{Entity: b.entity.ID, Currency: "USD", Month: month("2031-01"), Target: CSV}, Detailed, Options{}, anna)
	expect(t, err, fault.NotFound)
	_, _, err = Prepare(ctx, b.db, b.scope(CSV), Detailed, Options{Dates: "ymd"}, anna)
	expect(t, err, fault.Invalid)
}

func TestTheMappingTakesASecondPerson(t *testing.T) {
	b := open(t)
	var p Proposal
	b.do(func(tx pgx.Tx) (err error) {
		p, err = Propose(ctx, tx, Default(day("2026-01-01")), "Begin", anna)
		return err
	})
	decide := func(by access.Actor, d access.Decision, reason string) error {
		return b.db.Tx(ctx, func(tx pgx.Tx) error { return Decide(ctx, tx, p.ID, d, reason, by) })
	}
	expect(t, decide(anna, access.Approve, ""), fault.Denied)
	expect(t, decide(sofia, access.Approve, ""), fault.Denied)
	expect(t, decide(clerk, access.Approve, ""), fault.Denied)
	expect(t, decide(fritz, access.Reject, ""), fault.Invalid)
	if m, err := LoadMapping(ctx, b.db, 0); err != nil || m.Version != 0 || len(m.Rules()) > 0 {
		t.Errorf("before approval the mapping is version %d with %d rules, %v", m.Version, len(m.Rules()), err)
	}
	if err := decide(fritz, access.Approve, ""); err != nil {
		t.Fatal(err)
	}
	expect(t, decide(fritz, access.Approve, ""), fault.Conflict)
	m, err := LoadMapping(ctx, b.db, 0)
	if err != nil || m.Version != 1 || len(m.Rules()) != len(Default(day("2026-01-01"))) {
		t.Errorf("approved, the mapping is version %d with %d rules, %v", m.Version, len(m.Rules()), err)
	}
	if _, err := LoadMapping(ctx, b.db, 2); !errors.Is(err, fault.NotFound) {
		t.Errorf("version 2: %v", err)
	}
	expect(t, b.db.Tx(ctx, func(tx pgx.Tx) error {
		_, err := Propose(ctx, tx, []Rule{rule("more", 1, "2026-01-01", "1010")}, "A bank that earns", anna)
		return err
	}), fault.Invalid)
	b.do(func(tx pgx.Tx) (err error) {
		p, err = Propose(ctx, tx, []Rule{rule("more", 1, "2026-01-01", "4711")}, "New", anna)
		return err
	})
	if err := decide(fritz, access.Reject, "not yet"); err != nil {
		t.Fatal(err)
	}
	if m, _ := LoadMapping(ctx, b.db, 0); m.Version != 1 {
		t.Errorf("a change sent back made version %d", m.Version)
	}
	for role, by := range map[string]access.Actor{"sales": sofia} {
		err := b.db.Tx(ctx, func(tx pgx.Tx) error { _, err := Propose(ctx, tx, Default(day("2026-01-01")), "x", by); return err })
		if !errors.Is(err, fault.Denied) {
			t.Errorf("%s proposes: %v", role, err)
		}
		_, _, err = Prepare(ctx, b.db, b.scope(CSV), Detailed, Options{}, by)
		expect(t, err, fault.Denied)
		expect(t, b.db.Tx(ctx, func(tx pgx.Tx) error { _, err := HandOver(ctx, tx, 1, by); return err }), fault.Denied)
	}
}

func TestThePreviewOfAMappingCountsPostingsOfOpenMonthsOnly(t *testing.T) {
	b := open(t)
	b.approve(Default(day("2020-01-01"))...)
	b.book("2025-12-31")
	b.do(func(tx pgx.Tx) error { return ledger.CloseMonth(ctx, tx, b.entity.ID, month("2025-12"), anna) })
	b.book("2026-01-01")
	b.book("2026-02-01")
	change := rule("ny", 1, "2026-01-15", "2101", func(r *Rule) {
		r.When.Account, r.When.Country, r.When.Region, r.GL.Type = ledger.DeferredRevenue, "US", "NY", ledger.Liability
	})
	moves, err := Impact(ctx, b.db, []Rule{change})
	if err != nil {
		t.Fatal(err)
	}
	if len(moves) != 1 || moves[0].Postings != 1 || moves[0].From.Code != "2100" || moves[0].To.Code != "2101" || moves[0].Credit != usd("100.00") || !moves[0].Debit.IsZero() {
		t.Errorf("from 15 January on it moves %+v", moves)
	}
	change.StartsOn = day("2020-01-01")
	if moves, err = Impact(ctx, b.db, []Rule{change}); err != nil || len(moves) != 1 || moves[0].Postings != 2 {
		t.Errorf("from ever on it moves %+v, %v", moves, err)
	}
	change.When.Target = Xero
	if moves, err = Impact(ctx, b.db, []Rule{change}); err != nil || len(moves) != 1 || moves[0].Target != Xero {
		t.Errorf("for Xero it moves %+v, %v", moves, err)
	}
}

func TestABatchCannotBeChangedNorSkipAState(t *testing.T) {
	b := open(t)
	b.approve(Default(day("2020-01-01"))...)
	b.book("2026-01-01")
	batch, _ := b.prepare(CSV)
	owner := pgtest.Admin(t, b.db)
	for _, sql := range []string{
		`update exports.batch_files set content = 'x'`,
		`delete from exports.batch_entries`,
		`insert into exports.batch_events (batch_id, seq, event, after, by_user) values (1, 2, 'acknowledged', 'prepared', 1)`,
		`insert into exports.batch_events (batch_id, seq, event, after, by_user) values (1, 2, 'acknowledged', 'exported', 1)`,
		`insert into exports.batch_events (batch_id, seq, event, after, by_user) values (1, 3, 'exported', 'prepared', 1)`,
		`insert into exports.batch_entries (account_id, entry_seq, target, round, batch_id) select account_id, entry_seq, target, round, batch_id from exports.batch_entries`,
		`insert into exports.mapping_decisions (proposal_id, event, version, prepared_by, by_user) values (1, 'approved', 2, 1, 1)`,
	} {
		if _, err := owner.Exec(context.Background(), sql); err == nil {
			t.Errorf("taken: %s", sql)
		}
	}
	if got := b.handOver(batch.ID); got.State() != Exported {
		t.Errorf("it is %s", got.State())
	}
}

func expect(t *testing.T, err, kind error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("got %v, want something %v", err, kind)
	}
}

func TestAVoidNamesTheEntryItTakesBackAndTheControlFileItsTotals(t *testing.T) {
	b := open(t)
	b.approve(Default(day("2020-01-01"))...)
	invoice := b.book("2025-12-31")
	void := invoice
	void.Seq, void.BookedOn, void.Source, void.Billed, void.Postings = 2, day("2026-01-02"), "void:NLUS-2026-000001", nil, nil
	for _, p := range invoice.Postings {
		p.Amount, p.Functional = p.Amount.Neg(), p.Functional.Neg()
		void.Postings = append(void.Postings, p)
	}
	b.do(func(tx pgx.Tx) error { return ledger.Append(ctx, tx, []ledger.Entry{void}) })
	batch, _ := b.prepare(CSV)
	given := b.handOver(batch.ID)
	all, err := rows(given.Files[0].Content)
	if err != nil || len(all) != 3 || all[0]["entry_id"] != "E1-2" || all[0]["reverses_entry_id"] != "E1-1" || all[0]["customer_id"] != "acme" {
		t.Errorf("the void is %v, %v", all, err)
	}
	control, err := rows(ControlFile(given).Content)
	if err != nil || len(control) != 1 || control[0]["debit"] != "107.00" || control[0]["credit"] != "107.00" || control[0]["lines"] != "3" || control[0]["sha256"] != fmt.Sprintf("%x", given.Files[0].Digest) {
		t.Errorf("the control file says %v, %v", control, err)
	}
	left, err := Left(ctx, b.db, b.scope(CSV))
	if err != nil || !left.IsZero() {
		t.Errorf("left is %s, %v", left, err)
	}
	if left, err = Left(ctx, b.db, b.scope(Xero)); err != nil || left != usd("107.00") {
		t.Errorf("for another target left is %s, %v", left, err)
	}
}
