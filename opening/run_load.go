package opening

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/revrec"
)

// placed is a file whose accounts are known.
type placed struct {
	file     File
	entity   entities.Entity
	world    invoicing.World
	parties  map[string]customers.Placement
	accounts []customers.AccountID // in order
	shares   map[customers.AccountID]share
	found    []fault.Field
}

func (p *placed) blame(path, value, format string, args ...any) {
	p.found = append(p.found, fault.Field{Path: path, Value: fault.Shown(value), Message: fmt.Sprintf(format, args...)})
}

// place finds whose each row of a file is.
func place(ctx context.Context, q postgres.Querier, f File) (*placed, error) {
	p := &placed{file: f, shares: map[customers.AccountID]share{}}
	var err error
	if p.world, err = invoicing.LoadWorld(ctx, q, f.CutOver); err != nil {
		return p, err
	}
	var ok bool
	if p.entity, ok = p.world.Entities.ByCode(f.Entity); !ok {
		p.blame("entity", f.Entity, "is not the code of one of our legal entities")
		return p, nil
	}
	if err := p.months(ctx, q); err != nil {
		return p, err
	}
	if err := p.documents(ctx, q); err != nil {
		return p, err
	}
	return p, p.divide(ctx, q)
}

// months asks for an eve that can be booked on.
func (p *placed) months(ctx context.Context, q postgres.Querier) error {
	months, err := ledger.LoadMonths(ctx, q)
	if err != nil {
		return err
	}
	for _, m := range []struct {
		path string
		open bool
	}{{"cut_over", months.State(p.entity.ID, p.file.CutOver.MonthOf()).Takes(false)}, {"cut_over", months.State(p.entity.ID, p.file.lastMonth()).Takes(false)}} {
		if !m.open {
			p.blame(m.path, p.file.CutOver.String(), "does not lie in an open month that follows an open one: balances are booked on the day before; choose a later day, or reopen %s", p.file.lastMonth())
			return nil
		}
	}
	return nil
}

// documents refuses numbers that are taken.
func (p *placed) documents(ctx context.Context, q postgres.Querier) error {
	var numbers []string
	for _, d := range p.file.Invoices {
		numbers = append(numbers, d.Document)
	}
	taken, err := invoicing.Rows(ctx, q, numbers)
	if err != nil || len(taken) == 0 {
		return err
	}
	k, again, err := p.kept(ctx, q)
	if err != nil {
		return err
	}
	var brought map[customers.AccountID]bool
	if again { // of accounts that this opening has brought over, the documents are there
		if brought, err = done(ctx, q, k.ID); err != nil {
			return err
		}
	}
	for i, d := range p.file.Invoices {
		if row, ok := taken[d.Document]; ok && !brought[row.Account] {
			p.blame(fmt.Sprintf("invoices[%d].document", i), d.Document, "is the number of a document that is there already: give it a prefix of the old system")
		}
	}
	return nil
}

func (p *placed) divide(ctx context.Context, q postgres.Querier) error {
	var numbers, names []string
	for _, c := range p.file.Contracts {
		numbers = append(numbers, c.Contract)
	}
	for _, d := range p.file.Invoices {
		names = append(names, d.Customer)
	}
	for _, b := range p.file.Balances {
		names = append(names, b.Customer)
	}
	holders, err := contracts.Holders(ctx, q, numbers)
	if err != nil {
		return err
	}
	if p.parties, err = customers.Resolve(ctx, q, names); err != nil {
		return err
	}
	for i, c := range p.file.Contracts {
		p.give(fmt.Sprintf("contracts[%d].contract", i), c.Contract, holders[c.Contract], func(s *share) { s.contracts = append(s.contracts, i) })
	}
	for i, d := range p.file.Invoices {
		account := holders[d.Lines[0].Contract]
		for j, l := range d.Lines {
			if holders[l.Contract] != account {
				p.blame(fmt.Sprintf("invoices[%d].lines[%d].contract", i, j), l.Contract, "is another paying family's than the first line's: split the invoice")
			}
		}
		if account != 0 {
			p.give("", "", account, func(s *share) { s.invoices = append(s.invoices, i) })
		}
	}
	for i, b := range p.file.Balances {
		p.give(fmt.Sprintf("balances[%d].customer", i), b.Customer, p.parties[b.Customer].Account, func(s *share) { s.balances = append(s.balances, i) })
	}
	slices.Sort(p.accounts)
	return nil
}

func (p *placed) give(path, value string, account customers.AccountID, add func(*share)) {
	if account == 0 {
		p.blame(path, value, "is not known here: enter it first")
		return
	}
	s, seen := p.shares[account]
	if !seen {
		p.accounts = append(p.accounts, account)
	}
	add(&s)
	p.shares[account] = s
}

// load reads what decides about some accounts. Call it inside one snapshot or transaction.
func (p *placed) load(ctx context.Context, q postgres.Querier, accounts []customers.AccountID, nextID func() (int64, error)) ([]known, error) {
	revenue, err := revrec.LoadFacts(ctx, q, accounts, p.file.lastMonth())
	if err != nil {
		return nil, err
	}
	billing, err := invoicing.LoadFacts(ctx, q, accounts, p.file.eve())
	if err != nil {
		return nil, err
	}
	extra, err := p.customers(ctx, q)
	if err != nil {
		return nil, err
	}
	out := make([]known, len(accounts))
	for i := range accounts {
		for id, c := range extra {
			billing[i].Customers[id] = c
		}
		out[i] = known{file: p.file, entity: p.entity.ID, world: p.world, revenue: revenue[i], billing: billing[i], parties: p.parties, nextID: nextID}
	}
	return out, nil
}

// customers are those the file names, who need not be parties of a contract.
func (p *placed) customers(ctx context.Context, q postgres.Querier) (map[customers.ID]customers.Customer, error) {
	var ids []customers.ID
	for _, x := range p.parties {
		ids = append(ids, x.ID)
	}
	return customers.LoadMany(ctx, q, ids, p.file.CutOver)
}

// rehearse decides about every account that is not done, in one snapshot, and books nothing.
func (p *placed) rehearse(ctx context.Context, db *postgres.DB, except map[customers.AccountID]bool) ([]Brought, error) {
	var todo []customers.AccountID
	for _, a := range p.accounts {
		if !except[a] {
			todo = append(todo, a)
		}
	}
	receipts := int64(0)
	var out []Brought
	for batch := range slices.Chunk(todo, 250) {
		err := db.Snapshot(ctx, func(tx pgx.Tx) error {
			facts, err := p.load(ctx, tx, batch, func() (int64, error) { receipts++; return receipts, nil })
			if err != nil {
				return err
			}
			for _, k := range facts {
				b, err := decide(k, p.shares[k.revenue.Account])
				if err != nil {
					return err
				}
				out = append(out, b)
				p.found = append(p.found, b.found...)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
