package onboarding

import (
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/invoicing"
	"ratable/opening"
	"ratable/payments"
)

// planted is what is made wrong in the other system's export of a customer, and what it must be told as.
type planted struct {
	class Class
	by    string // ours less theirs with tax
	spoil func(row map[string]string) []map[string]string
}

func change(column string, value func(string) string) func(map[string]string) []map[string]string {
	return func(row map[string]string) []map[string]string {
		row[column] = value(row[column])
		return []map[string]string{row}
	}
}

func to(value string) func(string) string { return func(string) string { return value } }

// The planted rows are the first of their customer, of January: 2 seats at 100.00, 200.00 and 13.20 of tax (80% of 8.25%).
var plants = map[string]planted{
	"m-0": {Rounding, "0.01", change("amount", to("199.99"))},
	"m-4": {TaxDiffers, "13.20", change("tax", to("0"))},
	"m-8": {PriceDiffers, "-20.00", func(row map[string]string) []map[string]string {
		row["unit_price"], row["amount"] = "110.00", "220.00"
		return []map[string]string{row}
	}},
	"m-12": {DiscountGone, "20.00", func(row map[string]string) []map[string]string {
		row["discount"], row["amount"] = "20.00", "180.00"
		return []map[string]string{row}
	}},
	"m-16": {Proration, "100.00", func(row map[string]string) []map[string]string {
		row["through"], row["amount"] = "2026-01-15", "100.00"
		return []map[string]string{row}
	}},
	"m-20": {ExtraLine, "-45.00", func(row map[string]string) []map[string]string {
		more := maps.Clone(row)
		more["line"], more["amount"], more["tax"], more["unit_price"] = "", "45.00", "0", ""
		more["product"] = "setup"
		return []map[string]string{row, more}
	}},
	"m-24": {MissingLine, "213.20", func(row map[string]string) []map[string]string { return nil }},
	"used": {UsageMissing, "-10.66", func(row map[string]string) []map[string]string {
		row["quantity"], row["amount"], row["tax"] = "300", "30.00", "1.98"
		return []map[string]string{row}
	}},
}

func TestEveryPlantedDifferenceBetweenTheSystemsIsNamedToTheCent(t *testing.T) {
	o := &other{house: begin(t), billed: map[string]bool{}}
	names := o.settle(28)
	o.send(Customers, "external_id,name,entity,currency,city,region,postcode,country\nused,Used,rtus,USD,Austin,TX,78701,US\n", at("2026-01-01"))
	o.counted(o.send(Contracts, "contract,customer,entity,currency,from,through,line,product,meter,unit_price,every\nM-28,used,rtus,USD,2026-01-01,2026-12-31,api,platform,api.calls,0.10,month\n", at("2026-01-01")), 1, 0, 0, 0)
	names = append(names, "used")
	o.Use(t, "used", "api.calls", "2026-01-10", "200")
	head := strings.TrimSuffix(invoiceHead, "\n") + ",product,discount"
	columns := strings.Split(head, ",")
	var file strings.Builder
	file.WriteString(head + "\n")
	for i, name := range names {
		rows, err := csv.NewReader(strings.NewReader(o.bill(name, fmt.Sprintf("M-%d", i), day("2026-04-01")))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for n, cells := range rows {
			row := map[string]string{}
			for c, cell := range cells {
				row[columns[c]] = cell
			}
			kept := []map[string]string{row}
			if x, is := plants[name]; is && row["type"] == "line" && (n == 0 || name == "m-24" && row["from"] == "2026-02-01") {
				if name == "m-24" && n == 0 {
					kept = []map[string]string{row}
				} else {
					kept = x.spoil(row)
				}
			}
			if row["type"] == "payment" {
				continue
			}
			for _, k := range kept {
				var cells []string
				for _, c := range columns {
					cells = append(cells, k[c])
				}
				file.WriteString(strings.Join(cells, ",") + "\n")
			}
		}
	}
	if r := o.send(Invoices, file.String(), at("2026-04-02")); r.Count(Refused) > 0 {
		t.Fatal(first(r))
	}
	c := o.compare(day("2026-04-02"))
	if len(c.Without) > 0 || len(c.Totals) != 1 || c.Totals[0].Differ() != len(plants)-1 || c.Totals[0].Lines[Rounding] != 1 {
		t.Errorf("without %v, totals %+v", c.Without, c.Totals)
	}
	for _, p := range c.Pairs {
		x, is := plants[p.Customer]
		if p.Class == Equal {
			continue
		}
		if !is || p.Class != x.class || p.Gross().String() != x.by {
			t.Errorf("%s %s %s is told as %s, %s with tax: %s", p.Customer, p.Contract, p.Span(), p.Class, p.Gross(), p.Why)
		}
		delete(plants, p.Customer)
	}
	for _, name := range slices.Sorted(maps.Keys(plants)) {
		t.Errorf("the difference planted with %s is not found", name)
	}
	var b strings.Builder
	if err := c.WriteCSV(&b); err != nil || strings.Count(b.String(), "\r\n") != len(c.Pairs)+1 {
		t.Errorf("the file of the comparison has %d lines for %d pairs: %v", strings.Count(b.String(), "\r\n"), len(c.Pairs), err)
	}
}

func TestAMoveTakesTwoPeopleAndADifferenceIsNeverTakenSilently(t *testing.T) {
	o := &other{house: begin(t), billed: map[string]bool{}}
	o.settle(2)
	on := day("2026-07-01")
	rows := o.bill("m-0", "M-0", on.AddDays(-1))
	o.tell(strings.Replace(rows, "200.00", "190.00", 1), on) // of January, ten less
	if err := o.ask([]string{"m-0"}, "2026-07-01", on); fault.Kind(err) != fault.Conflict || !strings.Contains(err.Error(), "compare it first") {
		t.Errorf("asked before anybody compared: %v", err)
	}
	if c := o.compare(on); c.Totals[0].Differ() != 1 {
		t.Fatalf("compared: %+v", c.Totals)
	}
	if r := o.Bill(t, "2026-07-01"); r.Issued.Documents != 0 {
		t.Errorf("%d documents are issued for customers who have not moved", r.Issued.Documents)
	}
	if err := o.ask([]string{"m-0"}, "2026-07-01", on); err != nil {
		t.Fatal(err)
	}
	if m, err := ApproveMove(ctx, o.DB, "spring", nil, "go", false, on, o.Accountant); fault.Kind(err) != fault.Denied {
		t.Errorf("approved by who asked: %v %v", m, err)
	}
	m, err := ApproveMove(ctx, o.DB, "spring", nil, "go", false, on, o.Finance)
	if err != nil || m[0].Err == nil || !strings.Contains(m[0].Err.Error(), "choose correct") {
		t.Fatalf("moved with a difference that nobody decided about: %v %v", m, err)
	}
	if k, err := contracts.Get(ctx, o.DB, "M-0"); err != nil || k.Status(on) != contracts.Draft {
		t.Errorf("a move that failed left the contract %s: %v", k.Status(on), err)
	}
	err = o.DB.Tx(ctx, func(tx pgx.Tx) error {
		if err := DeclineMove(ctx, tx, "spring", nil, "ten less in January", on, o.Finance); err != nil {
			return err
		}
		_, err := AskMove(ctx, tx, Ask{Cohort: "spring", Customers: []string{"m-0"}, CutOver: on, Treatment: "correct", Reason: "we catch up"}, on, o.Accountant)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err = ApproveMove(ctx, o.DB, "spring", nil, "seen", true, on, o.Finance)
	if err != nil || m[0].Err != nil || len(m[0].First) != 1 || m[0].First[0].Net.String() != "210.00" {
		t.Fatalf("rehearsed: %+v %v", m, err)
	}
	if m, err = ApproveMove(ctx, o.DB, "spring", nil, "go", false, on, o.Finance); err != nil || m[0].Err != nil {
		t.Fatalf("moved: %+v %v", m, err)
	}
	r := o.Bill(t, "2026-07-01")
	if r.Issued.Documents != 1 {
		t.Errorf("%d documents are issued on the day of the move", r.Issued.Documents)
	}
}

func TestGoingBackNamesWhatWasIssuedAndStopsAtWhatWasPaid(t *testing.T) {
	o := &other{house: begin(t), billed: map[string]bool{}}
	o.settle(2)
	on := day("2026-07-01")
	o.tell(o.bill("m-0", "M-0", on.AddDays(-1)), on)
	o.tell(o.bill("m-1", "M-1", on.AddDays(-1)), on)
	o.compare(on)
	if err := o.ask(nil, "2026-07-01", on); err != nil {
		t.Fatal(err)
	}
	if m, err := ApproveMove(ctx, o.DB, "spring", nil, "go", false, on, o.Finance); err != nil || m[0].Err != nil {
		t.Fatalf("moved: %+v %v", m, err)
	}
	kept, err := opening.List(ctx, o.DB, 0)
	if err != nil || len(kept) != 2 {
		t.Fatalf("the move brought over %d parts: %v", len(kept), err)
	}
	for _, k := range kept { // of one day: both together are what stands booked
		if p, err := opening.Prove(ctx, o.DB, k); err != nil || !p.Ties() {
			t.Errorf("part %s does not tie: %+v %v", k.Part, p, err)
		}
	}
	o.Bill(t, "2026-07-01")
	back := func(reverse bool) error {
		m, err := TakeBack(ctx, o.DB, "spring", []string{"m-0"}, "the mails bounce", reverse, on.AddDays(1), o.Finance)
		if err != nil {
			t.Fatal(err)
		}
		return m[0].Err
	}
	if err := back(false); err == nil || !strings.Contains(err.Error(), "RTUS-2026-000001") || !strings.Contains(err.Error(), "choose to void") {
		t.Errorf("taken back without a word about what was issued: %v", err)
	}
	d, err := invoicing.Get(ctx, o.DB, "RTUS-2026-000001")
	if err != nil {
		t.Fatal(err)
	}
	var receipt payments.Receipt
	pay := func(tx pgx.Tx) error {
		receipt, err = payments.Record(ctx, tx, payments.Receipt{Payer: d.Payer, Entity: o.US.ID, Amount: d.Total, ReceivedOn: on, Reference: "wire", Wishes: []payments.Part{{Document: d.Number}}}, o.Finance)
		return err
	}
	if err := o.DB.Tx(ctx, pay); err != nil {
		t.Fatal(err)
	}
	if err := back(true); err == nil || !strings.Contains(err.Error(), "take the payment off it") {
		t.Errorf("taken back although an invoice was paid: %v", err)
	}
	held, err := invoicing.Holds(ctx, o.DB, invoicing.HoldFilter{On: on.AddDays(1)})
	if err != nil || len(held) != 0 {
		t.Errorf("what was refused left %d holds: %v", len(held), err)
	}
	if err := o.DB.Tx(ctx, func(tx pgx.Tx) error {
		_, err := payments.Unapply(ctx, tx, receipt.ID, d.Number, d.Total, on.AddDays(1), "goes back", o.Finance)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := back(true); err != nil {
		t.Errorf("taken back after the payment was taken off: %v", err)
	}
	if r := o.Bill(t, "2026-08-01"); r.Issued.Documents != 0 {
		t.Errorf("%d documents are issued for who was taken back", r.Issued.Documents)
	}
}
