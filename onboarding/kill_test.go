package onboarding

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a kill leaves is what was committed before it: the context ends while transactions are on their way.
func TestAnImportKilledInTheMiddleAndSentAgainEndsAsOneThatWasNot(t *testing.T) {
	h, clean := begin(t), begin(t)
	file, _ := thousand(400, false)
	contracts, _ := thousandContracts(400, false)
	for _, x := range []struct {
		kind Kind
		file string
	}{{Customers, file}, {Contracts, contracts}} {
		clean.send(x.kind, x.file)
		killed, kill := context.WithCancel(ctx)
		batches := 0
		_, err := Import(killed, h.DB, x.kind, []byte(x.file), Options{Cohort: "spring", Today: day("2026-06-15"), Progress: func(done, total int) {
			if batches++; done < total && batches > (total+together-1)/together+2 { // the rehearsal goes through once before
				kill()
			}
		}}, h.Sales)
		kill()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("it was not killed: %v", err)
		}
		r := h.send(x.kind, x.file)
		if r.Count(Unchanged) == 0 || r.Count(Made) == 0 || r.Count(Refused) != 0 {
			t.Errorf("sent again after a kill: %d new, %d unchanged: it was not in the middle: %s", r.Count(Made), r.Count(Unchanged), first(r))
		}
	}
	if diff := cmp.Diff(clean.state(), h.state()); diff != "" {
		t.Errorf("never killed, and killed and sent again:\n%s", diff[:min(len(diff), 4000)])
	}
}

func TestChangedRowsAmendFromTheirDayAndWhatWasAgreedIsNeverChangedByAFile(t *testing.T) {
	h := begin(t)
	head := "external_id,name,entity,currency,country,region,postcode,city,email,starts_on\n"
	h.counted(h.send(Customers, head+"a-1,Alpha,rtus,USD,US,TX,78701,Austin,ap@a.example,\n"), 1, 0, 0, 0)
	moved := head + "a-1,Alpha,rtus,USD,US,OR,97204,Portland,ap@b.example,2026-08-01\n"
	h.counted(h.send(Customers, moved), 0, 1, 0, 0)
	h.counted(h.send(Customers, moved), 0, 0, 1, 0)
	h.counted(h.send(Customers, head+"a-1,Alpha,rteu,EUR,US,TX,78701,Austin,ap@a.example,\n"), 0, 0, 0, 1)
	r := h.send(Customers, head+"a-1,Alpha,rtus,USD,US,TX,78701,Austin,ap@a.example,\n", func(o *Options) { o.Cohort = "autumn" })
	if r.Count(Refused) != 1 || blamed(r.Rows[0])[0] != "external_id" {
		t.Errorf("a customer moves with two cohorts: %s", first(r))
	}
	row := "contract,customer,entity,currency,from,through,product,unit_price,every\nA-1,a-1,rtus,USD,2026-01-01,2026-12-31,platform,%s,month\n"
	with := func(price string) string { return row[:len(row)-len("%s,month\n")] + price + ",month\n" }
	h.counted(h.send(Contracts, with("10.00")), 1, 0, 0, 0)
	h.counted(h.send(Contracts, with("11.00")), 0, 1, 0, 0)
	h.counted(h.send(Contracts, with("11.00")), 0, 0, 1, 0)
	h.Sign(t, "contract: A-1\nentity: rtus\ncustomer: a-1\ncurrency: USD\nterm: {from: 2026-01-01, through: 2026-12-31}\nlines:\n  - {id: platform, product: platform, fixed: {quantity: 1, unit_price: 12.00, every: month}}\n")
	if r := h.Bill(t, "2026-07-01"); r.Issued.Documents != 0 {
		t.Errorf("%d documents are issued for a customer who has not moved, whose contract somebody approved by hand", r.Issued.Documents)
	}
	r = h.send(Contracts, with("13.00"))
	if r.Count(Refused) != 1 || !isInvalidRow(r, "a file changes no contract that was agreed") {
		t.Errorf("an agreed contract: %s", first(r))
	}
}
