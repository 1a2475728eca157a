package payments

import (
	"context"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
)

// loadKnown reads what the rows of a statement may refer to: all external ids and
// invoice numbers at once, and each other name by a search.
func loadKnown(ctx context.Context, q postgres.Querier, rows []statementRow, asOf period.Date) (known, error) {
	k := known{asOf: asOf, namesakes: map[string][]customers.Placement{}}
	var err error
	if k.entities, err = entities.Load(ctx, q); err != nil {
		return k, err
	}
	names := texts(rows, func(row statementRow) []string { return []string{row.cells["payer"]} })
	if k.payers, err = customers.Resolve(ctx, q, names); err != nil {
		return k, err
	}
	for _, name := range names {
		if _, ok := k.payers[name]; ok {
			continue
		}
		if k.namesakes[name], err = namesakes(ctx, q, name, asOf); err != nil {
			return k, err
		}
	}
	numbers := texts(rows, func(row statementRow) []string { return Mentioned(maskCards(row.cells["reference"])) })
	k.invoices, err = invoicing.Rows(ctx, q, numbers)
	return k, err
}

// namesakes are the customers with exactly this name. The search finds parts of
// names as well, so it is asked page by page.
func namesakes(ctx context.Context, q postgres.Querier, name string, asOf period.Date) ([]customers.Placement, error) {
	if len([]rune(name)) > 200 { // longer than any name, and than a search may be
		return nil, nil
	}
	var out []customers.Placement
	f := customers.Filter{Search: name, Limit: 500}
	for {
		page, err := customers.List(ctx, q, f, asOf)
		if err != nil {
			return nil, err
		}
		for _, c := range page {
			if sameName(c, name) {
				out = append(out, customers.Placement{ID: c.ID, Account: c.Account, ExternalID: c.ExternalID, Entity: c.Entity})
			}
		}
		if len(page) < f.Limit {
			return out, nil
		}
		f.After = page[len(page)-1].ID
	}
}
