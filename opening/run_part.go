package opening

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/payments"
	"ratable/revrec"
)

// ImportPart brings one part of a company over inside a transaction of the caller's: whole, or with the caller's work not at all.
// Invalid: all that is wrong with it, and every difference that has no treatment.
func ImportPart(ctx context.Context, tx pgx.Tx, source []byte, by access.Actor) (Result, error) {
	const doing = "bring a part over"
	if err := by.Require(desks...); err != nil {
		return Result{}, fmt.Errorf("%s: %w", doing, err)
	}
	f, err := Parse(source)
	if err == nil && f.Part == "" {
		err = fault.InvalidFields(fault.Field{Path: "part", Message: "is missing: name the part"})
	}
	r := Result{File: f}
	if err != nil {
		return r, err
	}
	p, all, err := decided(ctx, tx, f)
	if err == nil && len(p.found) == 0 {
		r.Accounts = len(all)
		err = r.add(ctx, tx, p, all, false)
	}
	switch {
	case err != nil:
		return r, fmt.Errorf("%s: %w", doing, err)
	case len(p.found) > 0:
		return r, located(source, p.found)
	}
	if _, there, err := p.kept(ctx, tx); err != nil || there {
		return r, fmt.Errorf("%s: %w", doing, orThere(err, f.Part))
	}
	if err := insertFile(ctx, tx, p.entity.ID, f, source, by); err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	k, _, err := p.kept(ctx, tx)
	if err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	for _, account := range p.accounts {
		if err := p.bring(ctx, tx, k, account, by); err != nil {
			return r, fmt.Errorf("%s: account %d: %w", doing, account, err)
		}
	}
	return r, nil
}

func orThere(err error, part string) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "part %s was brought over already", part)
}

// decided places a file and decides about all its accounts, as they stand in a transaction.
func decided(ctx context.Context, tx pgx.Tx, f File) (*placed, []Brought, error) {
	p, err := place(ctx, tx, f)
	if err != nil || len(p.found) > 0 {
		return p, nil, err
	}
	receipts := int64(0)
	facts, err := p.load(ctx, tx, p.accounts, func() (int64, error) { receipts++; return receipts, nil })
	if err != nil {
		return p, nil, err
	}
	var all []Brought
	for _, k := range facts {
		b, err := decide(k, p.shares[k.revenue.Account])
		if err != nil {
			return p, nil, err
		}
		all, p.found = append(all, b), append(p.found, b.found...)
	}
	return p, all, nil
}

// Computed says what our engine has as earned through the eve of each line of the contracts of a file, by contract and line: what a
// file gives that has no other figure.
func Computed(ctx context.Context, q postgres.Querier, f File) (map[string]map[string]money.Amount, error) {
	out := map[string]map[string]money.Amount{}
	p, err := place(ctx, q, f)
	if err != nil || len(p.found) > 0 {
		return out, orInvalid(err, p.found)
	}
	facts, err := p.load(ctx, q, p.accounts, func() (int64, error) { return 1, nil })
	if err != nil {
		return out, err
	}
	for _, k := range facts {
		d := &deciding{known: k, share: p.shares[k.revenue.Account], out: Brought{Account: k.revenue.Account}, pieces: map[contracts.ID][]contracts.Piece{}}
		if d.contracts_(); d.err != nil || len(d.out.found) > 0 {
			return out, orInvalid(d.err, d.out.found)
		}
		schedules, err := d.revenue.ScheduleOf(d.world.Catalog, f.lastMonth())
		if err != nil {
			return out, err
		}
		for _, i := range d.contracts {
			a, _ := d.agreement(f.Contracts[i].Contract)
			lines := map[string]money.Amount{}
			for _, line := range d.linesOf(i, schedules[a.Contract]) {
				past, _ := divide(schedules[a.Contract], line, f.lastMonth())
				lines[line] = money.Zero(a.Currency).Add(ours(past, a.Currency))
			}
			out[a.Number] = lines
		}
	}
	return out, nil
}

func orInvalid(err error, found []fault.Field) error {
	if err != nil || len(found) == 0 {
		return err
	}
	return fault.InvalidFields(found...)
}

// Continue books invoices that another system issued for contracts which run here already, because they had gone back to it: their
// lines stand billed here from then on, and what was paid of them is received. What was earned meanwhile was earned here. The file
// names the contracts without figures; nothing of it is kept but what it books.
func Continue(ctx context.Context, tx pgx.Tx, f File, by access.Actor) (Result, error) {
	const doing = "bring invoices over for contracts that run here"
	r := Result{File: f}
	if err := by.Require(desks...); err != nil {
		return r, fmt.Errorf("%s: %w", doing, err)
	}
	f.Part = orText(f.Part, "continued")
	if found := f.check(); len(found) > 0 {
		return r, fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	p, err := place(ctx, tx, f)
	if err != nil || len(p.found) > 0 {
		return r, fmt.Errorf("%s: %w", doing, orInvalid(err, p.found))
	}
	for _, account := range p.accounts {
		b, err := p.goOn(ctx, tx, account, by)
		if err != nil {
			return r, fmt.Errorf("%s: %w", doing, err)
		}
		r.Accounts, r.Invoices, r.Receipts, r.Entries = r.Accounts+1, r.Invoices+len(b.Documents), r.Receipts+len(b.Receipts), r.Entries+len(b.Plan.Entries)
	}
	return r, nil
}

func orText(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// goOn books one account of invoices for contracts that run here.
func (p *placed) goOn(ctx context.Context, tx pgx.Tx, account customers.AccountID, by access.Actor) (Brought, error) {
	facts, err := p.load(ctx, tx, []customers.AccountID{account}, func() (int64, error) { return payments.NextID(ctx, tx) })
	if err != nil {
		return Brought{}, err
	}
	d := &deciding{known: facts[0], share: p.shares[account], out: Brought{Account: account}, pieces: map[contracts.ID][]contracts.Piece{}}
	d.billing.Standing = d.revenue.Standing
	for _, step := range []func(){d.running, d.invoices_, d.balances_, d.charges} {
		if step(); d.err != nil || len(d.out.found) > 0 {
			return d.out, orInvalid(d.err, d.out.found)
		}
	}
	for _, x := range d.out.Differences {
		if x.Refused != "" {
			p.blame(p.pathOf(x), x.Old.String(), "is not what we compute for %s, %s: %s, difference %s; %s", x.Line, x.Span, x.Ours.Display(), x.By().Display(), x.Refused)
		}
	}
	if len(p.found) > 0 {
		return d.out, fault.InvalidFields(p.found...)
	}
	for i := range d.out.Plan.Entries { // apart from what an opening booked on the same day
		e := &d.out.Plan.Entries[i]
		e.Source = "continued:" + e.Source[len("opening:"):]
	}
	if err := invoicing.AppendBrought(ctx, tx, d.out.Documents); err != nil {
		return d.out, err
	}
	if err := revrec.AppendBrought(ctx, tx, account, d.out.Plan, nil); err != nil {
		return d.out, err
	}
	if err := payments.AppendBrought(ctx, tx, d.out.Receipts, by); err != nil {
		return d.out, err
	}
	return d.out, access.Audit(ctx, tx, by, "opening.continue", access.Subject{Kind: "account", Key: fmt.Sprint(account), Account: int64(account)}, nil,
		map[string]int{"invoices": len(d.out.Documents), "receipts": len(d.out.Receipts)}, "cut-over "+p.file.CutOver.String())
}

// running prices the contracts through the eve; unlike contracts_, it wants them to run here.
func (d *deciding) running() {
	for _, i := range d.contracts {
		number := d.file.Contracts[i].Contract
		at := fmt.Sprintf("contracts[%d].contract", i)
		a, ok := d.agreement(number)
		switch {
		case !ok:
			d.blame(at, number, "has no approved version")
			continue
		case a.Entity != d.entity || a.Currency != d.file.money():
			d.blame(at, number, "is another legal entity's, or in %s", a.Currency)
		}
		pieces, err := contracts.Charges(a, d.world.Catalog, d.revenue.Usage, d.file.CutOver)
		if err != nil {
			d.err = err
			return
		}
		d.pieces[a.Contract] = slices.Clone(pieces)
	}
}
