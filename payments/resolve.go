package payments

import (
	"fmt"
	"strings"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/invoicing"
)

// known is what a statement's rows are held against.
type known struct {
	asOf      period.Date
	entities  *entities.Directory
	payers    map[string]customers.Placement   // by external id
	namesakes map[string][]customers.Placement // by name as the statement writes it
	invoices  map[string]invoicing.Row         // those any reference mentions
}

// resolvedRow is a row with the receipt it stands for.
type resolvedRow struct {
	statementRow
	receipt Receipt
	known   Receipt // the same, with the entity only when the row names it: to find it again
}

// resolveAll turns rows into receipts, counting those that are alike.
func (k known) resolveAll(rows []statementRow) []resolvedRow {
	alike := map[string]int{}
	out := make([]resolvedRow, len(rows))
	for i, row := range rows {
		out[i].statementRow = row
		if len(row.wrong) > 0 {
			continue
		}
		out[i].resolve(k)
		if len(out[i].wrong) > 0 {
			continue
		}
		// A movement the bank names is one movement however often it is listed.
		if out[i].receipt.Transaction == "" {
			key := fmt.Sprint(out[i].receipt.Entity, out[i].receipt.key())
			alike[key]++
			out[i].receipt.Nth, out[i].known.Nth = alike[key], alike[key]
		}
	}
	return out
}

func (row *resolvedRow) resolve(k known) {
	r := Receipt{
		Amount: row.amount, ReceivedOn: row.received, Nth: 1,
		Reference: maskCards(row.cells["reference"]), Transaction: maskCards(row.cells["transaction"]),
	}
	if row.received.After(k.asOf) {
		row.refuse("date", row.received.String(), "lies after today, "+k.asOf.String())
	}
	if code := row.cells["entity"]; code != "" {
		e, ok := k.entities.ByCode(code)
		if !ok {
			row.refuse("entity", code, "is not the code of one of our legal entities")
		}
		r.Entity = e.ID
	}
	mentioned := k.mentioned(r.Reference)
	payer, ok := row.payer(k, mentioned)
	if !ok {
		return
	}
	for _, d := range mentioned {
		if d.Account != payer.Account {
			row.refuse("reference", r.Reference, fmt.Sprintf("mentions %s, which is another customer's: record it by hand", d.Number))
			return
		}
	}
	r.Payer, r.Account = payer.ID, payer.Account
	row.known, row.receipt = r, r
	if r.Entity == 0 {
		row.receipt.Entity = payer.Entity
		if len(mentioned) > 0 {
			row.receipt.Entity = mentioned[0].Entity
		}
	}
}

func (k known) mentioned(reference string) []invoicing.Row {
	var out []invoicing.Row
	for _, n := range Mentioned(reference) {
		if d, ok := k.invoices[n]; ok {
			out = append(out, d)
		}
	}
	return out
}

// payer finds who paid: by external id, by a name that only one customer has, by
// the invoice mentioned.
func (row *resolvedRow) payer(k known, mentioned []invoicing.Row) (customers.Placement, bool) {
	text := row.cells["payer"]
	if p, ok := k.payers[text]; ok {
		return p, true
	}
	namesakes := k.namesakes[text]
	if len(namesakes) == 1 {
		return namesakes[0], true
	}
	if len(mentioned) > 0 {
		d := mentioned[0]
		return customers.Placement{ID: d.Payer, Account: d.Account, Entity: d.Entity}, true
	}
	if len(namesakes) > 1 {
		row.refuse("payer", text, fmt.Sprintf("is the name of %d customers: write the external id", len(namesakes)))
	} else {
		row.refuse("payer", text, "is not the external id or name of a customer, and the reference mentions no invoice of ours")
	}
	return customers.Placement{}, false
}

// sameName compares names as people write them on a transfer: in any case.
func sameName(c customers.Customer, text string) bool {
	return strings.EqualFold(c.Name, text) || strings.EqualFold(c.LegalName, text)
}

// texts collects one thing from each readable row, once.
func texts(rows []statementRow, of func(statementRow) []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, row := range rows {
		if len(row.wrong) > 0 {
			continue
		}
		for _, text := range of(row) {
			if text != "" && !seen[text] {
				seen[text] = true
				out = append(out, text)
			}
		}
	}
	return out
}

// Fields lists what was wrong with a row, for a page that shows cells.
func (r RowResult) Fields() []fault.Field { return fault.Fields(r.Err) }
