package onboarding

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// mistake is what is wrong in a row of a file with a thousand, how it is found, and how a person puts it right in the error file.
type mistake struct {
	name   string
	column string // to be named
	spoil  func(row map[string]string)
	mend   func(row map[string]string)
	says   string // part of the message
}

// customerNumber is in the name of every row, so that a rule can put the others right.
func customerNumber(row map[string]string) string {
	return row["legal_name"][strings.LastIndexByte(row["legal_name"], ' ')+1:]
}

func set(column, value string) func(map[string]string) {
	return func(row map[string]string) { row[column] = value }
}

var customerMistakes = []mistake{
	{"country", "country", set("country", "Germany"), set("country", "DE"), "not an ISO 3166-1 country"},
	{"vat number", "vat_number", set("vat_number", "DE136695975"), set("vat_number", "DE136695976"), "not a VAT number of DE"},
	{"currency", "currency", set("currency", "US$"), set("currency", "USD"), "write a code of ISO 4217"},
	{"missing value", "name", set("name", ""), func(row map[string]string) { row["name"] = "Customer " + customerNumber(row) }, "is missing"},
	{"impossible date", "signed_up_on", set("signed_up_on", "2025-02-30"), set("signed_up_on", "2025-02-28"), "not in the calendar"},
	{"ambiguous date", "signed_up_on", set("signed_up_on", "03/04/2025"), set("signed_up_on", "2025-04-03"), "year-month-day"},
	{"encoding", "name", func(row map[string]string) { row["name"] = "M\xfcller " + customerNumber(row) }, func(row map[string]string) { row["name"] = "Müller " + customerNumber(row) }, "not UTF-8"},
	{"formula", "name", set("name", "=HYPERLINK(\"http://evil.example\")"), func(row map[string]string) { row["name"] = "Customer " + customerNumber(row) }, "formula"},
	{"mailbox", "email", set("email", "ap at example"), func(row map[string]string) { row["email"] = "ap@" + row["external_id"] + ".example" }, "e-mail"},
	{"entity", "entity", set("entity", "rtxx"), set("entity", "rtus"), "rtus, rteu"},
	{"region", "region", func(row map[string]string) { row["country"], row["region"] = "US", "Texas" }, set("region", "TX"), "not a region of US"},
	{"yes or no", "po_required", set("po_required", "perhaps"), set("po_required", "yes"), "yes or no"},
	{"unknown parent", "parent", set("parent", "nobody"), set("parent", ""), "import the parent first"},
	{"kind", "kind", set("kind", "company"), set("kind", "business"), "business, consumer"},
}

var customerHead = []string{"Customer ID", "Name", "legal_name", "kind", "entity", "currency", "parent", "Street", "city", "State", "zip", "country", "email", "vat_number", "po_required", "Customer since"}

// canonical are the columns that those headers mean.
var canonical = []string{"external_id", "name", "legal_name", "kind", "entity", "currency", "parent", "address_1", "city", "region", "postcode", "country", "email", "vat_number", "po_required", "signed_up_on"}

// table writes rows as a spreadsheet of Central Europe does: a byte order mark, semicolons, CRLF.
func table(head []string, columns []string, rows []map[string]string) string {
	var b strings.Builder
	b.WriteString("\ufeff")
	out := csv.NewWriter(&b)
	out.Comma, out.UseCRLF = ';', true
	_ = out.Write(head)
	for _, row := range rows {
		var cells []string
		for _, c := range columns {
			cells = append(cells, row[c])
		}
		_ = out.Write(cells)
	}
	out.Flush()
	return b.String()
}

// mended is an error file with what a person does to it: in each row, what its error columns ask for.
func mended(t *testing.T, file string, columns []string, mend func(row map[string]string, field, text string)) string {
	t.Helper()
	in := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff")))
	in.Comma = ';'
	all, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	head := all[0]
	if !strings.HasPrefix(file, "\ufeff") || !strings.Contains(file, "\r\n") || !slices.Equal(head[len(head)-2:], []string{"error_field", "error"}) {
		t.Fatalf("the error file is not in the format of the file: %q", file[:80])
	}
	columns = append(slices.Clone(columns), "error_field", "error")
	var rows []map[string]string
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, c := range columns {
			row[c] = cells[i]
		}
		mend(row, row["error_field"], row["error"])
		rows = append(rows, row)
	}
	return table(head, columns, rows) // the error columns stay: they are read over
}

// thousand makes customers, and spoils some of them.
func thousand(n int, spoiled bool) (file string, wrong map[string]mistake) {
	var rows []map[string]string
	wrong = map[string]mistake{}
	for i := range n {
		id := fmt.Sprintf("c-%04d", i)
		row := map[string]string{"external_id": id, "name": fmt.Sprintf("Customer %04d", i), "legal_name": fmt.Sprintf("Customer Company %04d", i), "kind": "business", "entity": "rtus", "currency": "USD",
			"address_1": fmt.Sprintf("%d Elm Street", i+1), "city": "Austin", "region": "TX", "postcode": "78701", "country": "US", "email": "ap@" + id + ".example", "po_required": "no", "signed_up_on": "2025-03-01"}
		if i%10 == 7 && i >= 10 {
			row["parent"] = fmt.Sprintf("c-%04d", i-7)
		}
		if i%20 == 3 {
			x := customerMistakes[i/20%len(customerMistakes)]
			if x.name != "region" {
				row["region"], row["country"], row["city"], row["postcode"] = "", "DE", "Düsseldorf", "40221"
			}
			right := map[string]string{}
			for k, v := range row {
				right[k] = v
			}
			x.spoil(row)
			if !spoiled {
				x.mend(row)
			} else {
				wrong[id] = x
			}
		}
		if i%100 == 50 && spoiled { // the row before it has the same id
			row["external_id"] = fmt.Sprintf("c-%04d", i-1)
			same := mistake{name: "duplicate id", column: "external_id", says: "rows of the file"}
			wrong[row["external_id"]] = same
		}
		if i%100 == 57 && spoiled { // its parent has another's id: right itself, it waits
			wrong[id] = mistake{name: "refused parent", column: "parent", says: "import the parent first"}
		}
		rows = append(rows, row)
	}
	return table(customerHead, canonical, rows), wrong
}

var contractHead = []string{"Subscription", "customer", "seller", "currency", "start", "end", "plan", "sku", "quantity", "price", "interval", "net", "PO"}
var contractNames = []string{"contract", "customer", "entity", "currency", "from", "through", "plan", "product", "quantity", "unit_price", "every", "net_days", "po_number"}

var contractMistakes = []mistake{
	{"unknown plan", "plan", func(row map[string]string) {
		row["plan"], row["product"], row["unit_price"], row["every"], row["through"] = "platinum", "", "", "", ""
	}, set("plan", "starter"), "the plans are starter"},
	{"negative price", "unit_price", set("unit_price", "-12.00"), set("unit_price", "12.00"), "below zero"},
	{"decimal comma", "unit_price", set("unit_price", "12,50"), set("unit_price", "12.50"), "point"},
	{"unknown product", "product", set("product", "spaceship"), set("product", "platform"), "not a product of the catalog"},
	{"impossible date", "from", set("from", "2026-02-31"), set("from", "2026-02-28"), "not in the calendar"},
	{"backwards", "through", set("through", "2025-01-01"), set("through", "2026-12-31"), "before"},
	{"unknown customer", "customer", set("customer", "c-9999"), func(row map[string]string) { row["customer"] = "c-" + row["contract"][2:] }, "import the customers of cohort spring first"},
	{"unknown period", "every", set("every", "fortnight"), set("every", "month"), "month"},
}

func thousandContracts(n int, spoiled bool) (file string, wrong map[string]mistake) {
	var rows []map[string]string
	wrong = map[string]mistake{}
	for i := range n {
		row := map[string]string{"contract": fmt.Sprintf("S-%04d", i), "customer": fmt.Sprintf("c-%04d", i), "entity": "rtus", "currency": "USD", "from": "2026-01-01", "through": "2026-12-31",
			"product": "platform", "quantity": "2", "unit_price": "19.90", "every": "month", "net_days": "30", "po_number": "PO-1"}
		if i%25 == 11 {
			x := contractMistakes[i/25%len(contractMistakes)]
			x.spoil(row)
			if !spoiled {
				x.mend(row)
			} else {
				wrong[row["contract"]] = x
			}
		}
		rows = append(rows, row)
	}
	return table(contractHead, contractNames, rows), wrong
}

func TestAThousandCustomersWithMistakesOfEveryKindAreFixedInTheirOwnErrorFile(t *testing.T) {
	h, clean := begin(t), begin(t)
	const n = 1000
	for _, step := range []struct {
		kind    Kind
		files   func(int, bool) (string, map[string]mistake)
		columns []string
		all     []mistake
	}{{Customers, thousand, canonical, customerMistakes}, {Contracts, thousandContracts, contractNames, contractMistakes}} {
		file, wrong := step.files(n, true)
		right, _ := step.files(n, false)
		tried := h.send(step.kind, file, dry)
		refused := h.named(tried, wrong)
		h.counted(tried, n-refused, 0, 0, refused)
		if step.kind == Customers {
			if all := h.send(step.kind, file); all.Written || all.Count(Refused) != refused {
				t.Fatalf("without --partial something was written: %v", all.Written)
			}
		}
		took := h.send(step.kind, file, partial)
		h.counted(took, n-refused, 0, 0, refused)

		again := mended(t, errorsOf(t, took), step.columns, func(row map[string]string, field, text string) {
			if strings.Contains(text, "rows of the file") {
				row["external_id"] = "c-" + customerNumber(row)
				return
			}
			if field == "parent" && row["parent"] != "nobody" {
				return // its parent comes along in this very file
			}
			for _, x := range step.all {
				if strings.Contains(text, x.says) && strings.Contains(field, x.column) {
					x.mend(row)
					return
				}
			}
			t.Errorf("no rule mends %s: %s", field, text)
		})
		fixed := h.send(step.kind, again)
		h.counted(fixed, refused, 0, 0, 0)
		h.counted(clean.send(step.kind, right), n, 0, 0, 0)
		for _, repeated := range []string{right, again} {
			if r := h.send(step.kind, repeated); r.Count(Unchanged) != len(r.Rows) {
				t.Errorf("sent again, %d of %d rows change something: %s", len(r.Rows)-r.Count(Unchanged), len(r.Rows), first(r))
			}
		}
	}
	if diff := cmp.Diff(clean.state(), h.state()); diff != "" {
		t.Errorf("a clean import, and one that was mended:\n%s", diff[:min(len(diff), 4000)])
	}
}

// named holds every mistake against the row that has it: the column and a way out. It gives how many rows are refused.
func (h *house) named(r Report, wrong map[string]mistake) int {
	h.t.Helper()
	n := 0
	for _, row := range r.Rows {
		x, is := wrong[row.Key]
		if (row.Outcome == Refused) != is {
			h.t.Errorf("line %d (%s) is %s: %v", row.Line, row.Key, row.Outcome, row.Fields)
			continue
		}
		if !is {
			continue
		}
		n++
		if !slices.ContainsFunc(row.Fields, func(f faultField) bool { return f.Path == x.column && strings.Contains(f.String(), x.says) }) {
			h.t.Errorf("%s in line %d is told as %v", x.name, row.Line, row.Fields)
		}
	}
	return n
}
