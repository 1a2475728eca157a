package invoicing_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing"
	"ratable/invoicing/invoicingtest"
)

// holdOn is a hold of a payer's bills from a day on, in the name of sales.
func holdOn(c *invoicingtest.Company, payer, from string) invoicing.Hold {
	return invoicing.Hold{
		Account: c.Account(payer), Payer: c.Customers[payer].ID, StartsOn: invoicingtest.Day(from),
		Reason: "The order is disputed", Owner: c.Sales.UserID,
	}
}

func place(t *testing.T, c *invoicingtest.Company, h invoicing.Hold) invoicing.Hold {
	t.Helper()
	err := c.DB.Tx(t.Context(), func(tx pgx.Tx) (err error) {
		h, err = invoicing.PlaceHold(t.Context(), tx, h, c.Sales)
		return err
	})
	if err != nil {
		t.Fatalf("hold the bills of %d: %v", h.Account, err)
	}
	return h
}

func release(c *invoicingtest.Company, h invoicing.Hold, on string, by access.Actor) error {
	ctx := context.Background()
	return c.DB.Tx(ctx, func(tx pgx.Tx) error {
		return invoicing.ReleaseHold(ctx, tx, h.Account, h.ID, invoicingtest.Day(on), "settled", by)
	})
}

func runOn(t *testing.T, c *invoicingtest.Company, asOf string) invoicing.Result {
	t.Helper()
	r, err := invoicing.Run(t.Context(), c.DB, invoicing.Options{AsOf: invoicingtest.Day(asOf)}, c.Finance)
	if err != nil || len(r.Failures) > 0 || r.Held != "" {
		t.Fatalf("the run of %s ended with %v, failures %v, held %q", asOf, err, r.Failures, r.Held)
	}
	return r
}

func TestAHeldPayerIsLeftOutWhileTheOthersAreBilledAndGetsAllThatIsDueWhenReleased(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, acme)
	c.Sign(t, strings.NewReplacer("acme", "lone", "C-1", "C-2").Replace(acme))
	c.Use(t, "acme", "api.calls", "2026-01-20", "2500")
	h := place(t, c, holdOn(c, "acme", "2025-12-30"))

	preview, err := invoicing.Preview(t.Context(), c.DB, invoicing.Options{AsOf: invoicingtest.Day("2026-01-01")})
	if err != nil || preview.Totals.Documents != 1 || len(preview.LeftOut) != 1 {
		t.Errorf("the preview shows %d documents and leaves out %+v (%v); one and one are due", preview.Totals.Documents, preview.LeftOut, err)
	}
	for range 2 {
		r := runOn(t, c, "2026-01-01")
		if len(r.LeftOut) != 1 || r.LeftOut[0].Hold.ID != h.ID || r.LeftOut[0].Net.String() != "910.00" || r.LeftOut[0].Documents != 1 {
			t.Errorf("the run says it left out %+v; it was one document of 910.00", r.LeftOut)
		}
	}
	runOn(t, c, "2026-02-01")
	expectLines(t, c.Documents(t, c.Account("acme")))
	if n := len(c.Documents(t, c.Account("lone"))); n != 1 {
		t.Errorf("%d documents went to the payer nobody holds; one was due", n)
	}
	record, err := invoicing.RunOf(t.Context(), c.DB, invoicingtest.Day("2026-01-01"))
	if err != nil {
		t.Fatal(err)
	}
	if left, err := invoicing.RunHolds(t.Context(), c.DB, record.ID); err != nil || len(left) != 1 || left[0].Hold.Reason != "The order is disputed" || left[0].Hold.Owner != c.Sales.UserID {
		t.Errorf("the record of the run says it left out %+v (%v)", left, err)
	}

	if err := release(c, h, "2026-02-03", c.Finance); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		runOn(t, c, "2026-02-03")
	}
	expectLines(t, c.Documents(t, c.Account("acme")),
		"RTUS-2026-000002 seats 2026-01-01..2026-03-31 910.00",
		"RTUS-2026-000002 calls 2026-01-01..2026-01-31 150.00")
	expectBalanced(t, c.DB)
}

func TestAHoldOfOneContractLeavesThePayersOthersAlone(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, acme)
	c.Sign(t, strings.Replace(acme, "C-1", "C-2", 1))
	held, err := contracts.Get(t.Context(), c.DB, "C-1")
	if err != nil {
		t.Fatal(err)
	}
	h := holdOn(c, "acme", "2026-01-01")
	h.Payer, h.Contract = 0, held.ID
	h.EndsOn = invoicingtest.Day("2026-01-15")
	place(t, c, h)
	runOn(t, c, "2026-01-01")
	runOn(t, c, "2026-01-14")
	documents := c.Documents(t, c.Account("acme"))
	if len(documents) != 1 || documents[0].Lines[0].ContractNumber != "C-2" {
		t.Errorf("issued %v; only C-2 may be billed", lines(documents))
	}
	runOn(t, c, "2026-01-15") // it ends by itself
	documents = c.Documents(t, c.Account("acme"))
	if len(documents) != 2 || documents[1].Lines[0].ContractNumber != "C-1" {
		t.Errorf("issued %v; C-1 was to follow on the day its hold ended", lines(documents))
	}
	if err := release(c, place(t, c, h), "2026-01-15", c.Finance); fault.Kind(err) != fault.Conflict {
		t.Errorf("a hold that ended by itself was released: %v", err)
	}
}

// The hold is placed while a run has decided to bill and not yet done so.
func TestAHoldPlacedBetweenLoadAndAppendIsHonored(t *testing.T) {
	db := pgtest.New(t)
	c := invoicingtest.New(t, db)
	c.Sign(t, acme)
	tx, err := db.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.Background()) }()
	if _, err := invoicing.PlaceHold(t.Context(), tx, holdOn(c, "acme", "2026-01-01"), c.Sales); err != nil {
		t.Fatal(err)
	}
	run := start(t, db, c, "2026-01-01", 0) // sees no hold when it loads
	waitFor(t, db, 1)
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := run(); r.Issued.Documents != 0 || len(r.LeftOut) != 1 {
		t.Errorf("the run issued %d documents and left out %+v, though the hold stood before it appended", r.Issued.Documents, r.LeftOut)
	}
	expectLines(t, c.Documents(t, c.Account("acme")))
}

func TestOfTwoWhoReleaseAHoldAtOnceOneIsToldItIsDone(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	c.Sign(t, acme)
	h := place(t, c, holdOn(c, "acme", "2026-01-01"))
	errs := make(chan error, 2)
	for range 2 {
		go func() { errs <- release(c, h, "2026-01-05", c.Finance) }()
	}
	done, refused := 0, 0
	for range 2 {
		switch err := <-errs; {
		case err == nil:
			done++
		case fault.Kind(err) == fault.Conflict:
			refused++
		default:
			t.Error(err)
		}
	}
	if done != 1 || refused != 1 {
		t.Errorf("%d released it and %d were refused; one each is right", done, refused)
	}
}

func TestOnlyFinanceReleasesAndAHoldSaysWhyAndWhose(t *testing.T) {
	c := invoicingtest.New(t, pgtest.New(t))
	h := place(t, c, holdOn(c, "acme", "2026-01-01"))
	if err := release(c, h, "2026-01-02", c.Sales); fault.Kind(err) != fault.Denied {
		t.Errorf("sales released a hold: %v", err)
	}
	for path, spoil := range map[string]func(*invoicing.Hold){
		"reason":  func(h *invoicing.Hold) { h.Reason = "  " },
		"owner":   func(h *invoicing.Hold) { h.Owner = 4711 },
		"ends_on": func(h *invoicing.Hold) { h.EndsOn = h.StartsOn },
		"payer":   func(h *invoicing.Hold) { h.Payer = customers.ID(0) },
	} {
		bad := holdOn(c, "acme", "2026-01-01")
		spoil(&bad)
		err := c.DB.Tx(t.Context(), func(tx pgx.Tx) error {
			_, err := invoicing.PlaceHold(t.Context(), tx, bad, c.Finance)
			return err
		})
		if found := fault.Fields(err); len(found) != 1 || found[0].Path != path {
			t.Errorf("a hold without a right %s is answered with %v", path, err)
		}
	}
	err := c.DB.Tx(t.Context(), func(tx pgx.Tx) error {
		_, err := invoicing.PlaceHold(t.Context(), tx, holdOn(c, "acme", "2026-01-01"), c.Accountant)
		return err
	})
	if fault.Kind(err) != fault.Denied {
		t.Errorf("an accountant held bills: %v", err)
	}
}
