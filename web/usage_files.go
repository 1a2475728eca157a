package web

import (
	"fmt"
	"strings"
)

// This file hands the lists of usage over as files: exactly what is shown, all pages of it.

// overviewFile is every SKU that the search leaves, in the order of the page. Amounts stand where they are for the one SKU.
func (v *visit) overviewFile(o *overview, name string) error {
	head := []string{"group", "customer", "meter", "name", "dimensions", "unit", "from", "through", "quantity", "quantity_before", "currency", "amount", "amount_before"}
	return v.csvFile(strings.Map(plainName, fmt.Sprintf("usage-%s-%s.csv", name, o.whole.Start)), head, func(write func(cells ...string) error) error {
		for _, b := range o.singles(o.total()) {
			x := o.skus[b.skus[0]]
			_, place := o.place(x, o.by)
			currency, amount, before := "", "", ""
			if len(b.amounts) == 1 {
				currency, amount = string(b.amounts[0].Currency()), b.amounts[0].String()
			}
			if len(b.earlier) == 1 && currency != "" {
				before = b.earlier[0].String()
			}
			if err := write(place, o.who[x.Customer].ExternalID, x.Meter.Code, x.name(), dimensions(x.Dimensions), x.Meter.Unit,
				o.now.Start.String(), o.now.Last().String(), x.now.String(), x.before.String(), currency, amount, before); err != nil {
				return err
			}
		}
		return nil
	})
}
