package contracts_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/fault"
)

func (o office) deliver(line, day string, by access.Actor) error {
	return o.tx(func(ctx context.Context, tx pgx.Tx) error {
		return contracts.Deliver(ctx, tx, "C-7", contracts.Delivery{Line: line, On: on(day), Note: " accepted by Ann "}, by)
	})
}

func TestAMilestoneIsDeliveredOnceByWhoMayAndOnADayOfTheContract(t *testing.T) {
	o := open(t)
	const source = `
contract: C-7
entity: rtus
customer: acme
currency: USD
term: {from: 2026-01-01, through: 2026-12-31}
lines:
  - {id: migration, product: platform, once: {unit_price: 900, milestone: data is moved}}
  - {id: training, product: platform, once: {unit_price: 900, on: 2026-02-01}}
`
	o.refused(o.deliver("migration", "2026-03-01", o.Sales), fault.NotFound, "C-7")
	_, err := o.prepare(source, o.Sales)
	o.must(err)
	o.refused(o.deliver("migration", "2026-03-01", o.Sales), fault.Conflict, "approved")
	o.must(o.take(contracts.Submit, "please", o.Sales))
	o.must(o.take(contracts.Approve, "", o.Finance))

	o.refused(o.deliver("migration", "2026-03-01", o.person("reader", access.Accountant)), fault.Denied, "")
	o.refused(o.deliver("training", "2026-03-01", o.Sales), fault.Invalid, "no milestone")
	o.refused(o.deliver("gift", "2026-03-01", o.Sales), fault.Invalid, "not a line")
	o.refused(o.deliver("migration", "2025-12-31", o.Sales), fault.Invalid, "before the contract's first day")
	o.refused(o.deliver("migration", "2062-03-01", o.Sales), fault.Invalid, "check the year")
	o.must(o.deliver("migration", "2026-03-01", o.Sales))
	o.refused(o.deliver("migration", "2026-04-01", o.Finance), fault.Conflict, "delivered on 2026-03-01")

	c := o.get()
	if len(c.Deliveries) != 1 || c.Deliveries[0] != (contracts.Delivery{Line: "migration", On: on("2026-03-01"), Note: "accepted by Ann"}) {
		t.Errorf("delivered is %v", c.Deliveries)
	}
	if a, ok := c.Agreement(); !ok || len(a.Deliveries) != 1 {
		t.Errorf("the agreement knows of %v", a.Deliveries)
	}
	// A fact is not taken back, in SQL neither.
	if _, err := o.DB.Exec(t.Context(), `delete from contracts.deliveries`); err == nil {
		t.Error("a delivery can be deleted")
	}
}

func TestAnEndedContractIsNotTakenUpAgainLater(t *testing.T) {
	o := open(t)
	o.Sign(t, document)
	version := func(effective, through string) string {
		return strings.Replace(document, "term: {from: 2026-01-01, through: 2026-12-31}", "effective: "+effective+"\nreason: other days\nterm: {from: 2026-01-01, through: "+through+"}", 1)
	}
	_, err := o.prepare(version("2027-02-01", "2027-12-31"), o.Sales)
	o.refused(err, fault.Invalid, "comes after the contract ended, on 2026-12-31")
	_, err = o.prepare(version("2027-01-01", "2027-12-31"), o.Sales)
	o.must(err)
}
