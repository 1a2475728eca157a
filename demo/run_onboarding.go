package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/onboarding"
)

// bought are the customers of a small company that was bought: they move from its billing system, which bills them until then.
const bought = `external_id,name,legal_name,entity,currency,address_1,city,region,postcode,country,email,contact,signed_up_on
cascade-maps,Cascade Maps,Cascade Maps LLC,nlus,USD,811 SW Sixth Avenue,Portland,OR,97204,US,ap@cascade-maps.example,Accounts payable,2023-04-01
ferry-lane,Ferry Lane Books,Ferry Lane Books Inc.,nlus,USD,15 Ferry Street SE,Salem,OR,97301,US,billing@ferry-lane.example,Office,2023-09-01
wheatfield,Wheatfield Radio,Wheatfield Radio Cooperative,nlus,USD,240 Main Street,Pendleton,OR,97801,US,office@wheatfield.example,Office,2024-02-01
`

// cohort is what they are called on their way.
const cohort = "tidewater"

// takeOver brings a cohort to the middle of its move: compared, with two lines that differ, and one customer's move asked for.
func (f *filling) takeOver(ctx context.Context, on period.Date) error {
	members, err := onboarding.Members(ctx, f.db, cohort)
	if err != nil || slices.ContainsFunc(members, func(m onboarding.Step) bool { return m.State == onboarding.Asked }) {
		return err
	}
	seller, books := f.people["sofia"], f.people["alma"]
	from := f.Today.MonthOf().Add(-2).First()
	for _, file := range []struct {
		kind onboarding.Kind
		name string
		text string
		by   access.Actor
	}{{onboarding.Customers, "tidewater-customers.csv", bought, seller}, {onboarding.Contracts, "tidewater-contracts.csv", boughtContracts(from), seller}, {onboarding.Invoices, "tidewater-invoices.csv", boughtInvoices(f.Today.MonthOf()), books}} {
		r, err := onboarding.Import(ctx, f.db, file.kind, []byte(file.text), onboarding.Options{Cohort: cohort, Name: file.name, Today: on}, file.by)
		if err != nil {
			return err
		}
		for _, row := range r.Rows {
			if len(row.Fields) > 0 {
				return fmt.Errorf("%s line %d: %w", file.name, row.Line, fault.InvalidFields(row.Fields...))
			}
		}
	}
	if _, err := onboarding.RecordComparison(ctx, f.db, cohort, nil, "First look at three months", on, books); err != nil {
		return err
	}
	return f.db.Tx(ctx, func(tx pgx.Tx) error {
		_, err := onboarding.AskMove(ctx, tx, onboarding.Ask{Cohort: cohort, Customers: []string{"cascade-maps"}, CutOver: f.Today.MonthOf().Next().First(), Reason: "Every line agrees for three months"}, on, books)
		return err
	})
}

func boughtContracts(from period.Date) string {
	through := from.AddMonths(24).AddDays(-1)
	head := "contract,customer,entity,currency,from,through,line,product,quantity,unit_price,every,net_days\n"
	return head + fmt.Sprintf("T-101,cascade-maps,nlus,USD,%s,%s,seats,platform-seats,12,18.00,month,30\n", from, through) +
		fmt.Sprintf("T-102,ferry-lane,nlus,USD,%s,%s,seats,platform-seats,5,20.00,month,14\n", from, through) +
		fmt.Sprintf("T-103,wheatfield,nlus,USD,%s,%s,platform,platform,1,49.00,month,30\n", from, through)
}

// boughtInvoices are the last three months. In the last one Ferry Lane still has the price of the year before, and Wheatfield pays for
// letters that its contract does not know.
func boughtInvoices(now period.Month) string {
	var b strings.Builder
	b.WriteString("type,invoice,customer,currency,issued_on,due_on,contract,line,description,from,through,quantity,unit_price,amount,tax\n")
	for n := 2; n >= 0; n-- {
		m := now.Add(-n)
		line := func(invoice, customer, contract, id, text string, quantity int, price, amount string) {
			fmt.Fprintf(&b, "line,%s-%s,%s,USD,%s,,%s,%s,%s,%s,%s,%d,%s,%s,0\n", invoice, m, customer, m.First(), contract, id, text, m.First(), m.Last(), quantity, price, amount)
		}
		line("TW-1", "cascade-maps", "T-101", "seats", "Seats", 12, "18.00", "216.00")
		if n == 0 {
			line("TW-2", "ferry-lane", "T-102", "seats", "Seats", 5, "19.00", "95.00")
			line("TW-3", "wheatfield", "T-103", "", "Invoice by letter", 1, "4.50", "4.50")
		} else {
			line("TW-2", "ferry-lane", "T-102", "seats", "Seats", 5, "20.00", "100.00")
		}
		line("TW-3", "wheatfield", "T-103", "platform", "Platform", 1, "49.00", "49.00")
	}
	return b.String()
}
