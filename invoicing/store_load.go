package invoicing

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
	"ratable/tax"
	"ratable/usage"
)

// LoadWorld reads what all accounts share.
func LoadWorld(ctx context.Context, q postgres.Querier, asOf period.Date) (World, error) {
	var w World
	var err error
	if w.Catalog, err = catalog.Load(ctx, q); err != nil {
		return w, err
	}
	if w.Entities, err = entities.Load(ctx, q); err != nil {
		return w, err
	}
	if w.Rates, err = entities.LoadRates(ctx, q, asOf); err != nil {
		return w, err
	}
	w.Tax, err = tax.Load(ctx, q)
	return w, err
}

// LoadFacts reads what decides the documents of some accounts, in a fixed number
// of set-based queries. Call it inside one snapshot. Drafts are what is to be
// priced besides what is agreed: usage is loaded as they need it.
func LoadFacts(ctx context.Context, q postgres.Querier, accounts []customers.AccountID, asOf period.Date, drafts ...contracts.Agreement) ([]Facts, error) {
	agreements, err := contracts.LoadAgreements(ctx, q, accounts)
	if err != nil {
		return nil, err
	}
	single := contracts.SingleEvents(append(slices.Collect(maps.Values(agreements)), drafts)...)
	days, err := usage.LoadDays(ctx, q, accounts, earliest(agreements), asOf, single...)
	if err != nil {
		return nil, err
	}
	parties, err := customers.LoadMany(ctx, q, everybody(agreements), asOf)
	if err != nil {
		return nil, err
	}
	standings, err := ledger.LoadStandings(ctx, q, accounts)
	if err != nil {
		return nil, err
	}
	documents, err := countDocuments(ctx, q, accounts)
	if err != nil {
		return nil, err
	}
	holds, err := holdsByAccount(ctx, q, accounts)
	if err != nil {
		return nil, err
	}
	out := make([]Facts, len(accounts))
	for i, a := range accounts {
		out[i] = Facts{
			Account: a, Agreements: agreements[a], Customers: parties, Usage: days[a],
			Standing: standings[a], Documents: documents[a], Holds: holds[a],
		}
	}
	return out, nil
}

func earliest(agreements map[customers.AccountID][]contracts.Agreement) period.Date {
	var first period.Date
	for _, list := range agreements {
		for _, a := range list {
			first = period.MinDate(first, a.Term().Start)
		}
	}
	return first
}

func everybody(agreements map[customers.AccountID][]contracts.Agreement) []customers.ID {
	seen := map[customers.ID]bool{}
	var out []customers.ID
	for _, list := range agreements {
		for _, a := range list {
			for _, id := range a.Parties() {
				if !seen[id] {
					seen[id], out = true, append(out, id)
				}
			}
		}
	}
	return out
}

func countDocuments(ctx context.Context, q postgres.Querier, accounts []customers.AccountID) (map[customers.AccountID]int64, error) {
	rows, err := q.Query(ctx, `
		select account_id, max(seq)
		from invoicing.documents
		where account_id = any(@accounts)
		group by account_id`, pgx.NamedArgs{"accounts": accounts})
	if err != nil {
		return nil, fmt.Errorf("count documents: %w", postgres.Fault(err))
	}
	out := make(map[customers.AccountID]int64)
	var account customers.AccountID
	var last int64
	_, err = pgx.ForEachRow(rows, []any{&account, &last}, func() error {
		out[account] = last
		return nil
	})
	return out, postgres.Fault(err)
}

// LoadOriginals reads the issued lines of an account that a correction may
// lower, with their tax and what was credited of them. Corrections are rare, so
// the run asks only for accounts that need one.
func LoadOriginals(ctx context.Context, q postgres.Querier, account customers.AccountID) ([]Original, error) {
	documents, err := loadStanding(ctx, q, account)
	return Originals(documents), err
}

// loadStanding reads an account's documents that are not voided, in order.
func loadStanding(ctx context.Context, q postgres.Querier, account customers.AccountID) ([]Document, error) {
	rows, err := q.Query(ctx, `
		select d.frozen
		from invoicing.documents d
		where d.account_id = @account
			and not exists (select 1 from invoicing.voids v where v.account_id = d.account_id and v.seq = d.seq)
		order by d.seq`, pgx.NamedArgs{"account": account})
	if err != nil {
		return nil, fmt.Errorf("load issued lines: %w", postgres.Fault(err))
	}
	documents, err := pgx.CollectRows(rows, scanFrozen)
	if err != nil {
		return nil, fmt.Errorf("load issued lines: %w", postgres.Fault(err))
	}
	return documents, nil
}

// Originals lists the lines of documents that a correction may lower: charges
// that correct nothing themselves, with what later lines credited of them.
func Originals(documents []Document) []Original {
	var out []Original
	place := map[Reference]int{}
	for _, d := range documents {
		for i, l := range d.Lines {
			switch {
			case l.Corrects == nil && l.Amount.Sign() > 0:
				ref := Reference{d.Number, i + 1}
				place[ref] = len(out)
				out = append(out, original(d, ref, l))
			case l.Corrects != nil:
				if at, ok := place[*l.Corrects]; ok {
					out[at].Credited = out[at].Credited.Sub(l.Amount)
				}
			}
		}
	}
	return out
}

func original(d Document, ref Reference, l Line) Original {
	o := Original{
		Reference: ref, seq: d.Seq, Payer: d.Payer, Contract: l.Contract, Amount: l.Amount, Credited: money.Zero(d.Currency),
		fee:   fee{l.Fee, l.FeePercent, l.FeeAccount},
		Piece: ledger.Piece{LineKey: ledger.LineKey{Contract: int64(l.Contract), Line: l.Line}, Kind: string(l.Kind), Span: l.Span},
	}
	for _, row := range d.TaxRows {
		if row.Line == ref.Line {
			row.Line = 1
			o.TaxRows = append(o.TaxRows, row)
		}
	}
	return o
}
