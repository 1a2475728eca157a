package invoicing_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
)

// meet adds a customer under a parent, or of its own.
func meet(t *testing.T, c *invoicingtest.Company, external string, parent customers.ID) customers.Customer {
	t.Helper()
	var out customers.Customer
	err := c.DB.Tx(t.Context(), func(tx pgx.Tx) (err error) {
		out, err = customers.Create(t.Context(), tx, customers.New{
			ExternalID: external, Name: "Brandywine Robots", Entity: c.US.ID, Currency: "USD", Kind: customers.Business, Parent: parent,
			Billing:    customers.Address{City: "Austin", Region: "TX", Postcode: "78701", Country: "US"},
			SignedUpOn: invoicingtest.Day("2025-01-01"),
		}, access.System("test"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Customers[external] = out
	return out
}

func merge(c *invoicingtest.Company, duplicate, into customers.ID, on string) error {
	ctx := context.Background()
	return c.DB.Tx(ctx, func(tx pgx.Tx) error {
		return contracts.MergeCustomers(ctx, tx, duplicate, into, "the same company, says its purchasing", invoicingtest.Day(on), c.Finance)
	})
}

func unmerge(t *testing.T, c *invoicingtest.Company, duplicate customers.ID, on string) {
	t.Helper()
	err := c.DB.Tx(t.Context(), func(tx pgx.Tx) error {
		return customers.Unmerge(t.Context(), tx, duplicate, invoicingtest.Day(on), "they are two after all", c.Finance)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestUsageSentUnderADuplicatesNumberIsBilledToTheCustomerThatStays(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, acme)
	twice := meet(t, c, "acme-2", 0)
	c.Bill(t, "2026-01-01")
	c.Use(t, "acme", "api.calls", "2026-01-10", "2000")
	c.Use(t, "acme-2", "api.calls", "2026-01-12", "500") // nobody was billed for it
	if err := merge(c, twice.ID, c.Customers["acme"].ID, "2026-01-20"); err != nil {
		t.Fatal(err)
	}
	c.Use(t, "acme-2", "api.calls", "2026-01-25", "300") // still sent under the old number
	for range 2 {
		c.Bill(t, "2026-02-01")
	}
	// 2800 calls less 1000 that are free.
	expectLines(t, c.Documents(t, c.Account("acme"))[1:], "RTUS-2026-000002 calls 2026-01-01..2026-01-31 180.00")

	// Taken back, everything reads as if it had never been: what was billed for the other's calls is credited.
	unmerge(t, c, twice.ID, "2026-02-10")
	c.Bill(t, "2026-02-10")
	if got := c.Documents(t, c.Account("acme")); got[len(got)-1].Net.String() != "-80.00" {
		t.Errorf("800 calls at 0.10 were the other's, credited is %v", lines(got[2:]))
	}
	expectBalanced(t, c.DB)
}

func TestADuplicateWithAContractKeepsTheDaysBeforeTheMerge(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	partner := c.Customers["partner"]
	meet(t, c, "harbor-2", partner.ID)
	one := strings.NewReplacer("acme", "harbor", "included: 1000, ", "").Replace(acme)
	c.Sign(t, one)
	c.Sign(t, strings.NewReplacer("C-1", "C-2", "customer: harbor", "customer: harbor-2").Replace(one))
	c.Use(t, "harbor", "api.calls", "2026-01-05", "10")
	c.Use(t, "harbor-2", "api.calls", "2026-01-19", "200")
	if err := merge(c, c.Customers["harbor-2"].ID, c.Customers["harbor"].ID, "2026-01-20"); err != nil {
		t.Fatal(err)
	}
	c.Use(t, "harbor-2", "api.calls", "2026-01-20", "4000")
	c.Use(t, "harbor-2", "api.calls", "2026-01-18", "1000") // late, for a day before
	c.Bill(t, "2026-02-01")
	got := map[string]string{}
	for _, d := range c.Documents(t, c.Account("harbor")) {
		for _, l := range d.Lines {
			if l.Line == "calls" {
				got[l.ContractNumber] = l.Amount.String()
			}
		}
	}
	if got["C-1"] != "401.00" || got["C-2"] != "120.00" {
		t.Errorf("C-1 bills %s and C-2 %s; 4010 calls are the one's from the 20th on, 1200 the other's before: 401.00 and 120.00", got["C-1"], got["C-2"])
	}
}

func TestMergesThatCannotBeSayWhatToDoInstead(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, acme)
	c.Sign(t, strings.NewReplacer("acme", "lone", "C-1", "C-2").Replace(acme))
	a, lone, partner, rhein := c.Customers["acme"].ID, c.Customers["lone"].ID, c.Customers["partner"].ID, c.Customers["rhein"].ID
	twice := meet(t, c, "acme-2", 0).ID
	for name, try := range map[string]struct {
		duplicate, into customers.ID
		says            string
	}{
		"contracts in another family": {lone, a, "has contracts of its own (C-2)"},
		"a parent":                    {partner, a, "merge acme into it instead"},
		"itself":                      {a, a, "name the one that stays"},
		"another seller":              {rhein, a, "another of our entities"},
	} {
		if err := merge(c, try.duplicate, try.into, "2026-02-01"); fault.Kind(err) != fault.Invalid || !strings.Contains(err.Error(), try.says) {
			t.Errorf("merging %s is answered with %v, not with %q", name, err, try.says)
		}
	}
	if err := merge(c, twice, a, "2026-02-01"); err != nil {
		t.Fatal(err)
	}
	if err := merge(c, twice, lone, "2026-02-01"); err == nil || !strings.Contains(err.Error(), "was merged already") {
		t.Errorf("a duplicate was merged again: %v", err)
	}
	if err := merge(c, a, lone, "2026-02-01"); err == nil {
		t.Error("a customer with duplicates was merged on: that makes a chain")
	}
}

func TestADuplicateOfAnotherFamilyIsMergedWhenItsContractsAreOver(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, strings.Replace(acme, "included: 1000, ", "", 1))
	old := strings.NewReplacer("acme", "lone", "C-1", "C-2", "through: 2026-12-31", "through: 2026-01-31", "included: 1000, ", "").Replace(acme)
	c.Sign(t, strings.Replace(old, "  - {id: seats, product: platform, clause: \"§ 2.1\", fixed: {quantity: 10, unit_price: 91.00, every: quarter}}\n", "", 1))
	lone, stays := c.Customers["lone"].ID, c.Customers["acme"].ID
	if err := merge(c, lone, stays, "2026-01-31"); fault.Kind(err) != fault.Invalid {
		t.Errorf("its contract has a day to go, and the merge is answered with %v", err)
	}
	c.Use(t, "lone", "api.calls", "2026-01-31", "100")
	if err := merge(c, lone, stays, "2026-02-01"); err != nil {
		t.Fatal(err)
	}
	c.Use(t, "lone", "api.calls", "2026-02-01", "7000")
	c.Use(t, "lone", "api.calls", "2026-01-30", "20") // late, for the contract that is over
	c.Bill(t, "2026-03-01")
	own := c.Documents(t, c.Account("lone"))
	expectLines(t, own, own[0].Number+" calls 2026-01-01..2026-01-31 12.00")
	for _, d := range c.Documents(t, c.Account("acme")) {
		for _, l := range d.Lines {
			if l.Line == "calls" && l.Amount.String() != "700.00" {
				t.Errorf("%s bills %s for calls; 7,000 at 0.10 are 700.00", l.Span, l.Amount)
			}
		}
	}
}

// Signing for a customer and merging it away at the same moment: one waits for the other, so that no contract is signed
// for a duplicate whose usage is another's.
func TestACustomerIsNotMergedWhileAContractIsSignedForIt(t *testing.T) {
	for range 5 {
		c := invoicingtest.New(t, pgtest.New(t))
		twice := meet(t, c, "acme-2", 0)
		var both sync.WaitGroup
		var merged error
		both.Go(func() { merged = merge(c, twice.ID, c.Customers["acme"].ID, "2026-01-01") })
		both.Go(func() { c.Sign(t, strings.Replace(acme, "acme", "acme-2", 1)) })
		both.Wait()
		signed, err := contracts.Get(t.Context(), c.DB, "C-1")
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case merged == nil && signed.Customer != c.Customers["acme"].ID:
			t.Error("the contract was signed for a duplicate")
		case merged != nil && (fault.Kind(merged) != fault.Invalid || signed.Customer != twice.ID):
			t.Errorf("the merge was refused with %v", merged)
		}
	}
}

func TestAPayerChangesWithinTheFamilyFromTodayOn(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	own := strings.NewReplacer("acme", "harbor").Replace(acme)
	c.Sign(t, own)
	c.Bill(t, "2026-01-01")
	change := func(to, from, today string, by access.Actor) error {
		return c.DB.Tx(t.Context(), func(tx pgx.Tx) error {
			return contracts.ChangePayer(t.Context(), tx, "C-1", c.Customers[to].ID, invoicingtest.Day(from), "the parent takes it over", invoicingtest.Day(today), by)
		})
	}
	for _, try := range []struct{ to, from, says string }{
		{"lone", "2026-02-01", "belongs to another paying family"},
		{"harbor", "2026-02-01", "is who pays"},
		{"partner", "2026-01-15", "must be today, 2026-01-20, or later"},
	} {
		if err := change(try.to, try.from, "2026-01-20", c.Finance); fault.Kind(err) != fault.Invalid || !strings.Contains(err.Error(), try.says) {
			t.Errorf("%s from %s is answered with %v, not with %q", try.to, try.from, err, try.says)
		}
	}
	if err := change("partner", "2026-02-01", "2026-01-20", c.Sales); fault.Kind(err) != fault.Denied {
		t.Errorf("sales changed who pays: %v", err)
	}
	if err := change("partner", "2026-04-01", "2026-01-20", c.Finance); err != nil {
		t.Fatal(err)
	}
	c.Bill(t, "2026-04-01")
	documents := c.Documents(t, c.Account("harbor"))
	if documents[0].Payer != c.Customers["harbor"].ID || documents[1].Payer != c.Customers["partner"].ID {
		t.Errorf("the first quarter went to %s, the second to %s", documents[0].Buyer.Name, documents[1].Buyer.Name)
	}
	found, err := contracts.List(t.Context(), c.DB, contracts.Filter{Party: c.Customers["partner"].ID})
	if err != nil || len(found) != 1 {
		t.Errorf("the new payer's list of contracts holds %d (%v)", len(found), err)
	}
}
