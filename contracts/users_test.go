package contracts_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/invoicing"
	"ratable/invoicing/invoicingtest"
	"ratable/usage"
)

// family is a contract on which the partner pays for both clinics' payments, by
// region and by event.
const family = `
contract: C-7
entity: rtus
customer: harbor
payer: partner
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: eu, product: api, users: [harbor, summit], usage: {meter: payments, where: {region: eu}, every: month, price: {model: percentage, percent: 1, per_event: 1, free_events: 1}}}
  - {id: people, product: api, users: [summit], usage: {meter: people, every: month, price: {model: per_unit, amount: 5}}}
`

// measure adds two meters and what the clinics used of them in January.
func (o office) measure() {
	o.Helper()
	o.must(o.tx(func(ctx context.Context, tx pgx.Tx) error {
		for _, m := range []catalog.Meter{
			{Code: "payments", Name: "Payments", Aggregation: catalog.Sum, Dimensions: []string{"region"}},
			{Code: "people", Name: "People", Aggregation: catalog.Unique, UniqueBy: "user"},
		} {
			if _, err := catalog.AddMeter(ctx, tx, m, access.System("test")); err != nil {
				return err
			}
		}
		return nil
	}))
	var events []usage.Event
	use := func(customer, meter, at string, quantity int64, dimension, value string) {
		when, err := time.Parse(time.RFC3339, at)
		o.must(err)
		events = append(events, usage.Event{
			Source: "test", ID: at + customer, Customer: customer, Meter: meter, OccurredAt: when,
			Quantity: decimal.NewFromInt(quantity), Dimensions: map[string]string{dimension: value},
		})
	}
	use("harbor", "payments", "2026-01-10T12:00:00Z", 1000, "region", "eu")
	use("summit", "payments", "2026-01-09T12:00:00Z", 400, "region", "eu") // the first: free
	use("summit", "payments", "2026-01-11T12:00:00Z", 9000, "region", "us")
	use("acme", "payments", "2026-01-11T12:00:00Z", 9000, "region", "eu")
	for _, who := range []string{"ann", "bob", "ann"} {
		use("summit", "people", "2026-01-1"+string(rune('2'+len(events)-4))+"T12:00:00Z", 1, "user", who)
	}
	_, err := usage.Ingest(o.Context(), o.DB, events, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), access.System("test"))
	o.must(err)
}

func TestALineOfSeveralUsersIsChargedFromTheDatabase(t *testing.T) {
	o := open(t)
	o.measure()
	_, err := o.prepare(family, o.Sales)
	o.must(err)
	o.must(o.take(contracts.Submit, "please", o.Sales))
	o.must(o.take(contracts.Approve, "", o.Finance))
	account := o.Account("partner")
	facts, err := invoicing.LoadFacts(t.Context(), o.DB, []customers.AccountID{account}, on("2026-02-01"))
	o.must(err)
	sold, err := catalog.Load(t.Context(), o.DB)
	o.must(err)
	a := facts[0].Agreements[0]
	want := map[string]customers.ID{"harbor": o.Customers["harbor"].ID, "summit": o.Customers["summit"].ID}
	if diff := cmp.Diff(want, a.Users); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
	pieces, err := contracts.Charges(a, sold, facts[0].Usage, on("2026-02-01"))
	o.must(err)
	// 1 % of 1,000 and one event at 1.00; two people at 5.00.
	if len(pieces) != 2 || pieces[0].Amount.String() != "11.00" || pieces[1].Amount.String() != "10.00" {
		t.Errorf("charged is %+v, owed are 11.00 and 10.00", pieces)
	}
}

func TestUsersOutsideThePayingFamilyAreRefused(t *testing.T) {
	o := open(t)
	o.measure()
	source := func(users string) string {
		return `
contract: C-7
entity: rtus
customer: harbor
payer: partner
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: eu, product: api, users: ` + users + `, usage: {meter: people, where: {region: eu}, every: month, price: {model: matrix, by: tier, prices: {gold: {model: flat, amount: 1}}, other: {model: flat, amount: 2}}}}
`
	}
	_, err := o.prepare(source("[harbor, acme, ghost]"), o.Sales)
	for _, saying := range []string{
		"lines[0].users[1]: does not belong to the paying family of partner (acme)",
		"lines[0].users[2]: is not the external id of a customer; create the customer first (ghost)",
		"lines[0].usage.where.region: is not a dimension that meter people declares; it declares none",
		"lines[0].usage.price.by: is not a dimension that meter people declares",
	} {
		o.refused(err, fault.Invalid, saying)
	}
}

func TestAProposalHasItsUsers(t *testing.T) {
	o := open(t)
	o.measure()
	d, err := contracts.Parse([]byte(family))
	o.must(err)
	o.must(o.DB.Snapshot(t.Context(), func(tx pgx.Tx) error {
		c, err := contracts.Propose(t.Context(), tx, d, invoicingtest.Day("2026-01-01"))
		if len(c.Users) != 2 {
			t.Errorf("the proposal knows %v of its two users", c.Users)
		}
		return err
	}))
}
