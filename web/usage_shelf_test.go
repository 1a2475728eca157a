package web_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/access"
	"ratable/invoicing/invoicingtest"
	"ratable/usage"
)

// regions are enough for a list that wants groups.
var regions = []string{"af", "ap", "au", "br", "ca", "cn", "de", "eu", "in", "jp", "kr", "mx", "sg", "uk", "us"}

const spread = `
contract: C-700
entity: rtus
customer: lone
currency: USD
term: {from: 2026-03-01, through: 2026-12-31}
billing: {align: calendar}
lines:
  - id: traffic
    product: api
    usage: {meter: net.traffic, every: month, price: {model: matrix, by: region, prices: {eu: {model: per_unit, amount: 2.00}, us: {model: per_unit, amount: 1.00}}, other: {model: per_unit, amount: 0.50}}}
  - {id: peaks, product: api, usage: {meter: net.peak, every: month, price: {model: per_unit, amount: 3.00}}}
`

// spread has lone use fifteen regions in March and, till the fourteenth, April: eu five times as much, us a fifth.
func (h house) spread(t *testing.T) {
	t.Helper()
	h.Tx(func(ctx context.Context, tx pgx.Tx) error {
		for _, m := range []catalog.Meter{
			{Code: "net.traffic", Name: "Traffic", Unit: "GB", Aggregation: catalog.Sum, Dimensions: []string{"region"}},
			{Code: "net.peak", Name: "Peak", Unit: "Mbit/s", Aggregation: catalog.Max},
		} {
			if _, err := catalog.AddMeter(ctx, tx, m, h.Finance); err != nil {
				return err
			}
		}
		return nil
	})
	h.Sign(t, spread)
	var events []usage.Event
	add := func(meter, on, id string, quantity int64, dimensions map[string]string) {
		at := invoicingtest.Day(on).Time(h.US.Location()).Add(9 * time.Hour)
		events = append(events, usage.Event{Source: "net", ID: fmt.Sprintf("%s/%s/%s", meter, on, id), Customer: "lone", Meter: meter, OccurredAt: at, Quantity: decimal.NewFromInt(quantity), Dimensions: dimensions})
	}
	for _, on := range []string{"2026-03-02", "2026-03-10", "2026-03-20", "2026-04-02", "2026-04-10"} {
		for i, region := range regions {
			quantity := int64(100 + i)
			if april := on > "2026-04"; april && region == "eu" {
				quantity *= 5
			} else if april && region == "us" {
				quantity = 20
			}
			add("net.traffic", on, region, quantity, map[string]string{"region": region})
		}
		add("net.peak", on, "a", int64(len(events)), nil)
	}
	if _, err := usage.Ingest(t.Context(), h.Site.DB, events, time.Date(2026, 4, 15, 12, 0, 0, 0, time.UTC), access.System("test")); err != nil {
		t.Fatal(err)
	}
}

func (h house) lone() string { return fmt.Sprintf("/usage/customers/%d", h.Customers["lone"].ID) }

func TestManySKUsAreGroupedSearchedAndPricedByTheContract(t *testing.T) {
	h := newHouse(t)
	h.spread(t)
	b := h.Login(access.Support)
	p := b.Get(h.lone()).Want(200, "Up the most", "Down the most", "Whole days, through 14 Apr 2026", "1 Mar – 14 Mar 2026")
	p.Check()
	if rows := p.Table("Up the most"); rows[0][0] != "Traffic · eu" || rows[0][1] != "2,140.00 USD" || rows[0][2] != "up 1,712.00 USD" {
		t.Errorf("what made the bill rise is %q", rows)
	}
	if rows := p.Table("Down the most"); rows[0][0] != "Traffic · us" || rows[0][2] != "down 188.00 USD" {
		t.Errorf("what made it fall is %q", rows)
	}
	// One family: 40 of us, 1,070 of eu and the other thirteen in two readings; the peak is the highest of two.
	rows := p.Table("Usage")
	if len(rows) != 18 || !strings.HasPrefix(rows[0][0], "Net 16 SKUs") || !strings.Contains(rows[0][2], "GB") {
		t.Fatalf("the family unfolds to %d rows: %q", len(rows), rows)
	}
	if foot := rows[len(rows)-1]; foot[6] != rows[0][6] || foot[0] != "In all, 16 SKUs" {
		t.Errorf("the family comes to %q, all to %q", rows[0], foot)
	}
	// The thirteen are charged together: none has an amount of its own, both of them and the peak are in the total.
	p = b.Get(h.lone()+"?group=by:region&sort=-used").Want(200, "Without region")
	p.Check()
	found := map[string][]string{}
	for _, row := range p.Table("Usage") {
		found[row[0]] = row
	}
	if got := found["eu 1 SKU"]; got[2] != "1,070 GB" || got[3] != "214" || got[4] != "up 400 %" || got[6] != "2,140.00 USD" {
		t.Errorf("eu is %q", got)
	}
	if got := found["jp 1 SKU"]; got[6] != "–" {
		t.Errorf("jp is charged with twelve others and shows %q", got)
	}
	if rows := b.Get(h.lone() + "?q=traffic+eu").Want(200).Table("Usage"); len(rows) != 3 || rows[1][0] != "Traffic · eu" {
		t.Errorf("the search finds %q", rows)
	}
	b.Get(h.lone()+"?q=nothing-like-it").Want(200, "Nothing used in this period")
	p = b.Get(h.lone()+"?sku=net.traffic%7Bregion%3Deu%7D").Want(200, "Traffic · eu by day", "535")
	p.Check()
	if rows := p.Table("Days"); len(rows) != 3 || rows[2][1] != "1,070" {
		t.Errorf("the days of eu are %q", rows)
	}
	p = b.Get(p.LinkTo("2 Apr 2026")).Want(200, "Traffic · eu on 2 Apr 2026", "region=eu", "net.traffic/2026-04-02/eu")
	p.Check()
	if rows := p.Table("Events"); len(rows) != 1 || rows[0][1] != "535" {
		t.Errorf("the events of eu that day are %q", rows)
	}
}

func TestTheFileOfSKUsIsWhatThePageShows(t *testing.T) {
	h := newHouse(t)
	h.spread(t)
	b := h.Login(access.Finance)
	rows, err := csv.NewReader(strings.NewReader(b.Get(h.lone() + "?q=traffic&format=csv").Body)).ReadAll()
	if err != nil || len(rows) != 16 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		if row[4] == "region=eu" && (row[8] != "1070" || row[9] != "214" || row[11] != "2140.00" || row[12] != "428.00") {
			t.Errorf("eu is %q", row)
		}
		if row[4] == "region=jp" && row[11] != "" {
			t.Errorf("jp has the amount %q, which it shares", row[11])
		}
	}
}

func TestALineOpensTheEventsItCounted(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Support)
	p := b.Get("/invoices/"+h.invoice+"/lines/2").Want(200, "Billed", "18,001", "the sum of quantities", "Clause")
	p.Check()
	rows := p.Table("By day")
	if last := rows[len(rows)-1]; len(rows) != 3 || last[1] != "2" || last[2] != "18,001 call" {
		t.Errorf("the days are %q", rows)
	}
	file, err := csv.NewReader(strings.NewReader(b.Get("/invoices/" + h.invoice + "/lines/2?format=csv").Body)).ReadAll()
	if err != nil || len(file) != 3 || file[1][6] != "9000.5" || file[1][7] != "9000.5" {
		t.Errorf("the file is %q (%v)", file, err)
	}
	b.Get("/invoices/"+h.invoice+"/lines/1").Want(200, "This line counts no usage", "A recurring fee for 1 – 28 Feb 2026: 10 at 100.00 each")
	b.Get("/invoices/" + h.invoice + "/lines/99").Want(404)
	b.Get("/invoices/" + h.invoice + "/lines/1?format=csv").Want(404)
}

func TestWhatCameAfterTheInvoiceIsToldApart(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Support)
	b.Get("/invoices/" + h.invoice + "/lines/2").Lacks("More is known today")
	h.Use(t, "acme", "api.calls", "2026-01-25", "99.5")
	p := b.Get("/invoices/"+h.invoice+"/lines/2").Want(200, "More is known today", "1 event came", "+99.5 call", "18,100.5").Lacks("Counted otherwise")
	p.Check()
	if dana := h.dana(t, "acme"); dana.Get("/my/invoices/"+h.invoice+"/lines/2").Want(200, "+99.5").Status != 200 {
		t.Error("who pays does not see it")
	}
}

// The event that decided a largest value has all of it, so that what counts adds up to the line.
func TestALargestValueSaysWhichEventDecided(t *testing.T) {
	h := newHouse(t)
	h.spread(t)
	h.Bill(t, "2026-04-15")
	number := h.numberOf(t, "lone", "2026-04-15")
	b := h.Login(access.Finance)
	line := 0
	for i, l := range h.Documents(t, h.Account("lone"))[0].Lines {
		if l.Line == "peaks" {
			line = i + 1
		}
	}
	p := b.Get(fmt.Sprintf("/invoices/%s/lines/%d", number, line)).Want(200, "the largest quantity")
	p.Check()
	counted := []string{}
	for _, row := range p.Table("Events") {
		counted = append(counted, row[1]+"="+row[2])
	}
	if strings.Join(counted, " ") != "15=– 31=– 47=47" {
		t.Errorf("of a largest value count %q", counted)
	}
}
