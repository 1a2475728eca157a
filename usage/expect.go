package usage

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/period"
)

// maxExpected bounds how many events one guess becomes.
const maxExpected = 10_000

// Expect adds a guess to what was used: that a meter comes to a quantity more
// by a day. It is for previews: what is guessed becomes as many events as the
// meter must see, one where one will do.
func (d *Days) Expect(customer customers.ID, meter catalog.Meter, day period.Date, quantity decimal.Decimal) {
	guess := Occurrence{Customer: customer, Day: day, At: day.Time(time.UTC), Source: "expected", Quantity: quantity}
	events := int64(1)
	if meter.Aggregation == catalog.Count || meter.Aggregation == catalog.Unique {
		events = min(quantity.IntPart(), maxExpected)
	}
	for i := range events {
		guess.ID = fmt.Sprint(i)
		if meter.Aggregation == catalog.Unique {
			guess.Dimensions = map[string]string{meter.UniqueBy: fmt.Sprintf("expected-%d", i)}
		}
		d.Record(meter, guess)
	}
}
