package demo

import (
	"context"

	"github.com/jackc/pgx/v5"

	"ratable/exports"
	"ratable/internal/access"
	"ratable/internal/period"
	"ratable/ledger"
)

// handOver gives the ledgers of both entities what they take: accounts are mapped by one person and approved by another,
// and the first month went out. Played again it finds everything done.
func (f *filling) handOver(ctx context.Context) error {
	m, err := exports.LoadMapping(ctx, f.db, 0)
	if err != nil {
		return err
	}
	if m.Version == 0 {
		if err := f.db.Tx(ctx, func(tx pgx.Tx) error { return f.mapAccounts(ctx, tx) }); err != nil {
			return err
		}
	}
	for _, e := range f.entities.All() {
		first, err := ledger.FirstMonth(ctx, f.db, e.ID)
		if err != nil {
			return err
		}
		target := map[string]exports.Target{"US": exports.NetSuite}[e.Country]
		if target == "" {
			target = exports.QuickBooks
		}
		if !first.IsZero() {
			if err := f.firstBatch(ctx, exports.Scope{Entity: e.ID, Currency: e.Currency, Month: first, Target: target}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *filling) mapAccounts(ctx context.Context, tx pgx.Tx) error {
	rules := exports.Default(period.NewDate(2000, 1, 1))
	for _, e := range f.entities.All() {
		rules = append(rules, exports.Rule{Code: "Cash-" + e.Code, Priority: 500, StartsOn: period.NewDate(2000, 1, 1), When: exports.When{Account: ledger.Cash, Entity: e.Code},
			GL: exports.GL{Code: "1011-" + string(e.Currency), Name: e.Bank.Name, Type: ledger.Asset, Control: exports.Bank}})
	}
	p, err := exports.Propose(ctx, tx, rules, "The accounts of our general ledgers", f.people["farah"])
	if err != nil {
		return err
	}
	return exports.Decide(ctx, tx, p.ID, access.Approve, "", f.people["alma"])
}

// firstBatch sends a month out; the American ledger has answered, the other not yet.
func (f *filling) firstBatch(ctx context.Context, s exports.Scope) error {
	alma := f.people["alma"]
	b, _, err := exports.Prepare(ctx, f.db, s, exports.Detailed, exports.Options{}, alma)
	if err != nil {
		return err
	}
	return f.db.Tx(ctx, func(tx pgx.Tx) error {
		given, err := exports.HandOver(ctx, tx, b.ID, alma)
		if err != nil || s.Target != exports.NetSuite || given.State() != exports.Exported {
			return err
		}
		return exports.Acknowledge(ctx, tx, b.ID, "JOB-1", alma)
	})
}
