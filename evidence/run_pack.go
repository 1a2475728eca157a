package evidence

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/payments"
	"ratable/revrec"
)

// Collect gathers what an entry rests on: the entry itself, the calculation of the revenue it books, usage day by day, every
// version of the contracts with who approved it and the papers that were signed, and the invoices as they were sent.
// NotFound: there is no such entry.
func Collect(ctx context.Context, q postgres.Querier, account customers.AccountID, seq int64) (Pack, error) {
	e, err := ledger.Get(ctx, q, account, seq)
	if err != nil {
		return Pack{}, err
	}
	c := collecting{ctx: ctx, q: q, entry: e, pack: Pack{Entry: e.Number(), Source: e.Source}}
	for _, step := range []func() error{c.names, c.calculations, c.agreements, c.documents, c.receipt} {
		if err := step(); err != nil {
			return Pack{}, fmt.Errorf("collect the evidence of entry %s: %w", e.Number(), err)
		}
	}
	return c.pack, nil
}

// collecting is one Collect under way.
type collecting struct {
	ctx     context.Context
	q       postgres.Querier
	entry   ledger.Recorded
	numbers map[int64]string // of contracts
	people  map[int64]string
	billed  []string // documents, in order
	pack    Pack
}

func (c *collecting) names() (err error) {
	var ids []int64
	for _, p := range c.entry.Postings {
		if p.Contract != 0 && !slices.Contains(ids, p.Contract) {
			ids = append(ids, p.Contract)
		}
		c.bill(p.Document)
	}
	for _, b := range c.entry.Billed {
		c.bill(b.Document)
	}
	if c.numbers, err = contracts.NumbersOf(c.ctx, c.q, ids); err != nil {
		return err
	}
	users, err := access.ListUsers(c.ctx, c.q)
	if err != nil {
		return err
	}
	c.people = map[int64]string{0: "Ratable"}
	for _, u := range users {
		c.people[u.ID] = u.Name
	}
	c.pack.add("entry.txt", "the entry", entryPaper(c.entry, c.numbers))
	return nil
}

func (c *collecting) bill(document string) {
	if document != "" && !slices.Contains(c.billed, document) {
		c.billed = append(c.billed, document)
	}
}

// calculations explains every month of a line that the entry books revenue of.
func (c *collecting) calculations() error {
	type earned struct {
		contract int64
		line     string
		month    period.Month
	}
	var done []earned
	for _, p := range c.entry.Postings {
		x := earned{p.Contract, p.Line, p.Month}
		if p.Contract == 0 || p.Month.IsZero() || slices.Contains(done, x) {
			continue
		}
		done = append(done, x)
		r, err := revrec.Why(c.ctx, c.q, c.entry.Account, contracts.ID(p.Contract), p.Line, p.Month)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("%s-%s-%s", c.numbers[p.Contract], p.Line, p.Month)
		c.pack.add("calculation/"+name+".txt", "how the revenue of the line and month comes about", calculation(c.numbers[p.Contract], p.Line, p.Month, r))
		if len(r.Used) > 0 {
			used, err := digest(r.Used)
			if err != nil {
				return err
			}
			c.pack.add("usage/"+name+".csv", "usage counted for the line, day by day", used)
		}
		for _, b := range r.Billed {
			c.bill(b.Document)
		}
	}
	return nil
}

// agreements adds every version of the contracts, who approved it, and what was signed.
func (c *collecting) agreements() error {
	for _, p := range c.entry.Postings {
		number := c.numbers[p.Contract]
		if number == "" || slices.ContainsFunc(c.pack.Papers, func(x Paper) bool { return x.Name == tame("contract/"+number+"-approvals.txt") }) {
			continue
		}
		agreed, err := contracts.Get(c.ctx, c.q, number)
		if err != nil {
			return err
		}
		c.pack.add("contract/"+number+"-approvals.txt", "who prepared and approved each version", approvals(agreed, c.people))
		for _, r := range agreed.History {
			document, err := contracts.Export(r.Document)
			if err != nil {
				return err
			}
			c.pack.add(fmt.Sprintf("contract/%s-v%d.yaml", number, r.Number), "the contract as agreed, with its clauses", document)
		}
		if err := c.signed(agreed); err != nil {
			return err
		}
	}
	return nil
}

func (c *collecting) signed(agreed contracts.Contract) error {
	files, err := contracts.Attachments(c.ctx, c.q, agreed)
	if err != nil {
		return err
	}
	for _, f := range files {
		a, err := contracts.LoadAttachment(c.ctx, c.q, agreed, f.ID)
		if err != nil {
			return err
		}
		c.pack.add(fmt.Sprintf("signed/%d-%s", a.ID, a.Name), fmt.Sprintf("attached to version %d %s", a.Version, a.About), a.Content)
	}
	return nil
}

// documents adds invoices and credit notes as the customer has them.
func (c *collecting) documents() error {
	for _, number := range c.billed {
		d, err := invoicing.Get(c.ctx, c.q, number)
		if errors.Is(err, fault.NotFound) {
			continue // the number of a receipt
		}
		if err != nil {
			return err
		}
		content, err := invoicing.PDF(d.Document)
		if err != nil {
			return err
		}
		c.pack.add("invoice/"+number+".pdf", "as it was sent", content)
	}
	return nil
}

// receipt adds the money that came in, where the entry books some.
func (c *collecting) receipt() error {
	id, ok := receiptOf(c.entry.Source)
	if !ok {
		return nil
	}
	r, err := payments.ReceiptByID(c.ctx, c.q, id)
	if err != nil {
		return err
	}
	c.pack.add("payment/"+r.Number()+".txt", "the money that came in", receiptPaper(r))
	return nil
}
