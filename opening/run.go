package opening

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/postgres"
	"ratable/internal/strict"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/payments"
	"ratable/revrec"
)

var desks = []access.Role{access.Accountant, access.Finance}

// attempts bounds how often an account is loaded again after somebody else appended to it in between.
const attempts = 5

// Result is what a file brings over, or brought.
type Result struct {
	File        File
	DryRun      bool
	Accounts    int // brought over by this call, or to be
	Repeated    int // were there already
	Invoices    int
	Receipts    int
	Entries     int
	Differences []Difference
	Rows        []ProofRow // the file against its control totals, before anything is booked
}

// Preview says what a file would bring over, line by line what differs from what we compute, and how it ties to its control
// totals. Invalid: all that is wrong with the file. It changes nothing.
func Preview(ctx context.Context, db *postgres.DB, source []byte, by access.Actor) (Result, error) {
	r, _, err := rehearsed(ctx, db, source, by)
	r.DryRun = true
	return r, err
}

// rehearsed reads, places and decides a whole file.
func rehearsed(ctx context.Context, db *postgres.DB, source []byte, by access.Actor) (Result, *placed, error) {
	const doing = "bring opening balances over"
	if err := by.Require(desks...); err != nil {
		return Result{}, nil, fmt.Errorf("%s: %w", doing, err)
	}
	f, err := Parse(source)
	if err != nil {
		return Result{File: f}, nil, err
	}
	p, err := place(ctx, db, f)
	r := Result{File: f}
	var except map[customers.AccountID]bool
	if err == nil && len(p.found) == 0 {
		except, err = p.already(ctx, db, source)
	}
	if err == nil && len(p.found) == 0 {
		var all []Brought
		if all, err = p.rehearse(ctx, db, except); err == nil {
			r.Accounts, r.Repeated = len(all), len(except)
			err = r.add(ctx, db, p, all, len(except) > 0)
		}
	}
	if err != nil {
		return r, p, fmt.Errorf("%s: %w", doing, err)
	}
	if len(p.found) > 0 {
		return r, p, located(source, p.found)
	}
	return r, p, nil
}

// located gives findings the lines of the file.
func located(source []byte, found []fault.Field) error {
	root, err := strict.Tree(source, "opening", maxFile)
	if err != nil {
		return err
	}
	return fault.InvalidFields(strict.Placed(root, found)...)
}

// already lists the accounts that this very file has brought over, and refuses another file for the same day.
func (p *placed) already(ctx context.Context, q postgres.Querier, source []byte) (map[customers.AccountID]bool, error) {
	k, ok, err := p.kept(ctx, q)
	if err != nil || !ok {
		return nil, err
	}
	if !bytes.Equal(k.Source, source) {
		p.blame("cut_over", p.file.CutOver.String(), "was brought over for %s in %s by another file (SHA-256 %x): what was booked stays; correct it by credits, payments or journals", p.file.Entity, p.file.Currency, k.Hash())
		return nil, nil
	}
	return done(ctx, q, k.ID)
}

func (p *placed) kept(ctx context.Context, q postgres.Querier) (Kept, bool, error) {
	all, err := List(ctx, q, p.entity.ID)
	i := slices.IndexFunc(all, func(k Kept) bool {
		return k.Currency == p.file.money() && k.CutOver == p.file.CutOver && k.Part == p.file.Part
	})
	if err != nil || i < 0 {
		return Kept{}, false, err
	}
	return all[i], true, nil
}

// add sums up what was decided, and refuses differences without a treatment and totals that do not tie.
func (r *Result) add(ctx context.Context, q postgres.Querier, p *placed, all []Brought, partly bool) error {
	total := map[ledger.Account]money.Amount{}
	for _, b := range all {
		r.Invoices, r.Receipts, r.Entries = r.Invoices+len(b.Documents), r.Receipts+len(b.Receipts), r.Entries+len(b.Plan.Entries)
		r.Differences = append(r.Differences, b.Differences...)
		for account, sum := range sums(b.Plan.Entries, r.File) {
			total[account] = total[account].Add(sum)
		}
	}
	if partly && r.File.Part != "" {
		total = r.File.total() // other parts are booked on the same day
	} else if partly { // what is booked already counts with the rest
		booked, err := bookedOn(ctx, q, p.entity.ID, r.File)
		if err != nil {
			return err
		}
		for account, sum := range booked {
			total[account] = total[account].Add(sum)
		}
	}
	r.File.remitted(total)
	for _, d := range r.Differences {
		if d.Refused != "" {
			p.blame(p.pathOf(d), d.Old.String(), "is not what we compute for %s: %s %s, difference %s; %s", d.Line, d.What, d.Ours.Display(), d.By().Display(), d.Refused)
		}
	}
	if len(p.found) > 0 {
		return nil
	}
	r.Rows = r.File.proofRows(total)
	for _, row := range r.Rows {
		if !row.ties() {
			p.blame("control."+row.Account.String(), row.Control.String(), "is not what the rows of the file come to, %s: difference %s; find the rows that are missing or twice", row.Rows.Display(), row.Control.Sub(row.Rows).Display())
		}
	}
	return nil
}

func (p *placed) pathOf(d Difference) string {
	i := slices.IndexFunc(p.file.Contracts, func(c Contract) bool { return c.Contract == d.Contract })
	if i < 0 {
		return "contracts"
	}
	if j := slices.IndexFunc(p.file.Contracts[i].Lines, func(l Line) bool { return l.Line == d.Line }); j >= 0 {
		return fmt.Sprintf("contracts[%d].lines[%d].recognized", i, j)
	}
	return fmt.Sprintf("contracts[%d].lines", i)
}

// Import brings a file over: whole or not at all as far as its rows are wrong, account by account as far as it is killed; sent
// again it goes on with what is missing.
func Import(ctx context.Context, db *postgres.DB, source []byte, by access.Actor) (Result, error) {
	r, p, err := rehearsed(ctx, db, source, by)
	if err != nil {
		return r, err
	}
	var k Kept
	err = db.Tx(ctx, func(tx pgx.Tx) (err error) {
		if err = insertFile(ctx, tx, p.entity.ID, r.File, source, by); err != nil {
			return err
		}
		if k, _, err = p.kept(ctx, tx); err == nil && !bytes.Equal(k.Source, source) {
			err = fault.New(fault.Conflict, "somebody else brought %s over at this moment", r.File.CutOver)
		}
		return err
	})
	if err != nil {
		return r, fmt.Errorf("keep the opening of %s: %w", r.File.CutOver, err)
	}
	for _, account := range p.accounts {
		for n := range attempts {
			err = db.Tx(ctx, func(tx pgx.Tx) error { return p.bring(ctx, tx, k, account, by) })
			if !errors.Is(err, fault.Conflict) || n == attempts-1 {
				break
			}
		}
		if err != nil {
			return r, fmt.Errorf("bring account %d over: %w", account, err)
		}
	}
	return r, db.Tx(ctx, func(tx pgx.Tx) error { return p.remit(ctx, tx, k, by) })
}

// bring books one account.
func (p *placed) bring(ctx context.Context, tx pgx.Tx, k Kept, account customers.AccountID, by access.Actor) error {
	before, err := done(ctx, tx, k.ID)
	if err != nil || before[account] {
		return err
	}
	facts, err := p.load(ctx, tx, []customers.AccountID{account}, func() (int64, error) { return payments.NextID(ctx, tx) })
	if err != nil {
		return err
	}
	b, err := decide(facts[0], p.shares[account])
	if err == nil && len(b.found) > 0 {
		err = fault.InvalidFields(b.found...)
	}
	if err != nil {
		return err
	}
	if err := invoicing.AppendBrought(ctx, tx, b.Documents); err != nil {
		return err
	}
	if err := revrec.AppendBrought(ctx, tx, account, b.Plan, b.Carried); err != nil {
		return err
	}
	if err := payments.AppendBrought(ctx, tx, b.Receipts, by); err != nil {
		return err
	}
	if err := insertBrought(ctx, tx, account, k.ID, len(b.Plan.Entries)); err != nil {
		return err
	}
	if err := p.freeze(ctx, tx, p.shares[account], by); err != nil {
		return err
	}
	return access.Audit(ctx, tx, by, "opening.import", access.Subject{Kind: "account", Key: fmt.Sprint(account), Account: int64(account)}, nil,
		map[string]int{"invoices": len(b.Documents), "receipts": len(b.Receipts), "entries": len(b.Plan.Entries)}, "cut-over "+k.CutOver.String())
}

// freeze proposes assessments with the stand-alone prices of inception.
func (p *placed) freeze(ctx context.Context, tx pgx.Tx, s share, by access.Actor) error {
	for _, i := range s.contracts {
		x := revrec.Assessment{Contract: p.file.Contracts[i].Contract, Effective: p.file.CutOver, Allocation: revrec.ByStandalone,
			Reason: "Stand-alone prices as they were frozen at inception, brought over"}
		for _, l := range p.file.Contracts[i].Lines {
			if l.Standalone != nil {
				x.Promises = append(x.Promises, revrec.AssessedPromise{Line: l.Line, Standalone: l.Standalone})
			}
		}
		if len(x.Promises) == 0 {
			continue
		}
		if _, err := revrec.ProposeAssessment(ctx, tx, x, by); err != nil {
			return fmt.Errorf("contracts[%d].lines: %w", i, err)
		}
	}
	return nil
}

// remit books what of the tax on the invoices had been paid to the state, in the house account of the entity.
func (p *placed) remit(ctx context.Context, tx pgx.Tx, k Kept, by access.Actor) error {
	booked, err := bookedOn(ctx, tx, k.Entity, p.file)
	if err != nil {
		return err
	}
	change := p.file.taxChange(booked)
	if change.IsZero() {
		return nil
	}
	house, err := customers.OpenHouseAccount(ctx, tx, k.Entity, by)
	if err != nil {
		return err
	}
	standings, err := ledger.LoadStandings(ctx, tx, []customers.AccountID{house})
	if err != nil {
		return err
	}
	return ledger.Append(ctx, tx, []ledger.Entry{{
		Account: house, Seq: standings[house].Next, Entity: k.Entity, Currency: k.Currency, BookedOn: p.file.eve(),
		Source: fmt.Sprintf("opening:tax:%s:%s", k.Currency, k.CutOver), Memo: "Tax payable brought over: of the tax on invoices what had been paid before",
		Postings: ledger.BringOver(ledger.TaxLiability, change),
	}})
}
