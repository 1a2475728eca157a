package exports

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// loadBook reads what naming and mapping some entries takes. Customers are named as they are on asOf.
func loadBook(ctx context.Context, q postgres.Querier, entries []ledger.Entry, t Target, m Mapping, asOf period.Date) (Book, error) {
	b := Book{Mapping: m, Target: t, Customers: map[customers.ID]Party{}, Products: map[ProductKey]string{}, Buyers: map[int64]customers.ID{}}
	var err error
	if b.Entities, err = entities.Load(ctx, q); err != nil {
		return b, err
	}
	people, agreed, accounts := map[customers.ID]bool{}, map[int64]bool{}, map[customers.AccountID]bool{}
	for _, e := range entries {
		accounts[e.Account] = true
		for _, p := range e.Postings {
			people[p.Customer], agreed[p.Contract] = true, true
		}
	}
	if b.Contracts, err = contracts.NumbersOf(ctx, q, slices.Sorted(maps.Keys(agreed))); err != nil {
		return b, err
	}
	if err := b.loadLines(ctx, q, slices.Sorted(maps.Keys(accounts))); err != nil {
		return b, err
	}
	for contract := range agreed {
		people[b.Buyers[contract]] = true
	}
	found, err := customers.LoadMany(ctx, q, slices.Sorted(maps.Keys(people)), asOf)
	for id, c := range found {
		b.Customers[id] = Party{ID: id, ExternalID: c.ExternalID, Name: c.Name, Country: c.Billing.Country, Region: c.Billing.Region}
	}
	return b, err
}

// loadLines reads who bought what, a few hundred accounts at a time. A line keeps its product through amendments.
func (b *Book) loadLines(ctx context.Context, q postgres.Querier, accounts []customers.AccountID) error {
	for some := range slices.Chunk(accounts, 500) {
		agreements, err := contracts.LoadAgreements(ctx, q, some)
		if err != nil {
			return err
		}
		for _, all := range agreements {
			for _, a := range all {
				b.Buyers[int64(a.Contract)] = a.Customer
				for _, v := range a.Versions {
					for _, l := range v.Document.Lines {
						b.Products[ProductKey{int64(a.Contract), l.ID}] = l.Product
					}
				}
			}
		}
	}
	return nil
}

// collect reads entries that want says yes to.
func collect(ctx context.Context, q postgres.Querier, f ledger.Filter, want func(ledger.Entry) bool) ([]ledger.Entry, error) {
	var out []ledger.Entry
	for e, err := range ledger.Stream(ctx, q, f) {
		if err != nil {
			return nil, err
		}
		if want(e) {
			out = append(out, e)
		}
	}
	return out, nil
}

// nameReversed says which entry each void takes back.
func nameReversed(ctx context.Context, q postgres.Querier, journals []Journal, entries []ledger.Entry) error {
	at := make(map[string]int, len(journals))
	for i, j := range journals {
		at[j.ID] = i
	}
	for _, e := range entries {
		i, written := at[journalID(e)]
		if kind(e.Source) != "void" || !written {
			continue
		}
		of := "invoice" + e.Source[len("void"):]
		found, err := ledger.EntriesPage(ctx, q, ledger.EntryFilter{Account: e.Account, Source: of, Limit: 1})
		if err != nil {
			return fmt.Errorf("find what %s takes back: %w", e.Source, err)
		}
		if len(found) == 1 && found[0].Source == of {
			journals[i].Reverses = journalID(found[0].Entry)
		}
	}
	return nil
}
