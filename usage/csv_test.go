package usage

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"ratable/internal/fault"
)

const header = "source,id,customer,meter,occurred_at,quantity"

// readCSV collects what ParseCSV hands over, copied as it asks for.
func readCSV(text string) (all []Event, err error) {
	err = ParseCSV(strings.NewReader(text), func(batch []Event) error {
		all = append(all, batch...)
		return nil
	})
	return all, err
}

func TestACSVRowBecomesAUsageEvent(t *testing.T) {
	want := []Event{
		{Source: "edge", ID: "1", Customer: "acme, \"inc\"", Meter: "calls", OccurredAt: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC),
			Quantity: decimal.RequireFromString("2.5"), Dimensions: map[string]string{"region": "eu"}},
		{Source: "edge", ID: "2", Customer: "Ünïted", Meter: "calls", OccurredAt: time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC),
			Quantity: decimal.RequireFromString("3")},
	}
	text := "\xef\xbb\xbf" + header + ",dim.region\r\n" +
		`edge,1,"acme, ""inc""",calls,2026-03-01T10:00:00+01:00,2.50,eu` + "\r\n" +
		"edge,2,Ünïted,calls,2026-03-01T09:30:00Z,3,\r\n"
	got, err := readCSV(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, equalDecimals); diff != "" {
		t.Errorf("the file reads differently (-written +read):\n%s", diff)
	}
}

func TestTheColumnsOfACSVFileMayStandInAnyOrder(t *testing.T) {
	got, err := readCSV("quantity,id,source,dim.a,meter,customer,occurred_at\n1,i,s,x,m,c,2026-03-01T09:00:00Z\n")
	want := []Event{{Source: "s", ID: "i", Customer: "c", Meter: "m", OccurredAt: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC),
		Quantity: decimal.New(1, 0), Dimensions: map[string]string{"a": "x"}}}
	if diff := cmp.Diff(want, got, equalDecimals); diff != "" || err != nil {
		t.Errorf("the file reads differently, error %v (-written +read):\n%s", err, diff)
	}
}

func TestAWrongCSVHeaderIsRefusedWithTheRightOne(t *testing.T) {
	for text, want := range map[string]string{
		"": "line 1: header: the file is empty: its first row must be source,id,customer,meter,occurred_at,quantity[,dim.*]",
		"source,id,customer,meter,time,quantity\n":        "line 1: header: the column is unknown: the header must be source,id,customer,meter,occurred_at,quantity[,dim.*] (time)",
		"source,id,customer,meter,occurred_at\n":          "line 1: header: the column quantity is missing: the header must be source,id,customer,meter,occurred_at,quantity[,dim.*]",
		header + ",id\n":                                  "line 1: header: the column stands twice (id)",
		header + ",dim.\n":                                "line 1: header: the column is unknown",
		strings.ReplaceAll(header, ",", ";") + "\n":       "separated by commas, not semicolons",
		"\xff\xfes\x00o\x00":                              "line 1: header: the file is UTF-16: save it as CSV UTF-8",
		"Source,ID,Customer,Meter,Occurred_At,Quantity\n": "the column is unknown",
	} {
		_, err := readCSV(text)
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q was answered:\n%v\ninstead of:\n%s", text, err, want)
		}
	}
}

func TestABadCSVRowIsNamedByItsLineAndNothingOfItsBatchIsHandedOver(t *testing.T) {
	for row, want := range map[string]string{
		"edge,1,acme,calls,2026-03-01T10:00:00Z,-1":      "line 3: quantity: is negative: usage is never taken back by a negative event (-1)",
		"edge,1,acme,calls,2026-03-01T10:00:00Z,1e309":   "line 3: quantity: is too large: at most 18 digits before the point (1e309)",
		"edge,1,acme,calls,2026-03-01T10:00:00Z,NaN":     `line 3: quantity: is not a decimal number such as "12.5" (NaN)`,
		`edge,1,acme,calls,2026-03-01T10:00:00Z,"1,5"`:   "line 3: quantity: has a comma: write the decimals after a point and leave out thousands separators (1,5)",
		"edge,1,acme,calls,2026-03-01T10:00:00Z,１２":      "line 3: quantity: is not a decimal number",
		"edge,1,acme,calls,2026-03-01T10:00:00Z,":        "line 3: quantity: is missing",
		"edge,1,acme,calls,2026-03-01 10:00,1":           "line 3: occurred_at: is not a time with a zone such as 2026-03-01T10:00:00Z (RFC 3339) (2026-03-01 10:00)",
		"edge,1,acme,calls,,1":                           "line 3: occurred_at: is missing",
		"edge,,acme,calls,2026-03-01T10:00:00Z,1":        "line 3: id: is missing",
		"edge,a\xff,acme,calls,2026-03-01T10:00:00Z,1":   "line 3: id: is not valid UTF-8 (a\uFFFD)",
		"edge,a\x00b,acme,calls,2026-03-01T10:00:00Z,1":  "line 3: id: holds the control character U+0000",
		"edge, 1,acme,calls,2026-03-01T10:00:00Z,1":      "line 3: id: begins or ends with a space ( 1)",
		"edge,1,acme,calls,2026-03-01T10:00:00Z,1,extra": "line 3: row: has 7 cells where the header has 6",
		"edge,1": "line 3: row: has 2 cells where the header has 6",
		`edge,"1,acme,calls,2026-03-01T10:00:00Z,1`:                               `row: is not CSV: extraneous or missing " in quoted-field`,
		`edge,1"2,acme,calls,2026-03-01T10:00:00Z,1`:                              `line 3: row: is not CSV: bare " in non-quoted-field`,
		"edge," + strings.Repeat("x", 256) + ",acme,calls,2026-03-01T10:00:00Z,1": "line 3: id: is longer than 255 bytes",
	} {
		got, err := readCSV(header + "\nedge,0,acme,calls,2026-03-01T10:00:00Z,1\n" + row + "\n")
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q was answered:\n%v\ninstead of:\n%s", row, err, want)
		}
		if len(got) != 0 {
			t.Errorf("%q: %d events of a refused file were handed over", row, len(got))
		}
	}
}

func TestABadCSVFileNamesUpToTwentyRowsAtOnce(t *testing.T) {
	var text strings.Builder
	text.WriteString(header + "\n")
	for i := range 100 {
		fmt.Fprintf(&text, "edge,%d,acme,calls,2026-03-01T10:00:00Z,-1\n", i)
	}
	_, err := readCSV(text.String())
	fields := fault.Fields(err)
	if len(fields) != 20 || fields[0].Line != 2 || fields[19].Line != 21 {
		t.Errorf("100 bad rows were named as %d, from %v", len(fields), err)
	}
}

func TestALargeCSVFileComesInBatchesWithoutLossOrRepeat(t *testing.T) {
	const rows = 2*csvBatch + 7
	var text strings.Builder
	text.WriteString(header + "\n")
	for i := range rows {
		fmt.Fprintf(&text, "edge,%d,acme,calls,2026-03-01T10:00:00Z,1\n", i)
	}
	var sizes []int
	next := 0
	err := ParseCSV(strings.NewReader(text.String()), func(batch []Event) error {
		sizes = append(sizes, len(batch))
		for _, e := range batch {
			if e.ID != fmt.Sprint(next) {
				t.Fatalf("event %s came where %d should", e.ID, next)
			}
			next++
		}
		return nil
	})
	if diff := cmp.Diff([]int{csvBatch, csvBatch, 7}, sizes); diff != "" || err != nil {
		t.Errorf("batches (error %v):\n%s", err, diff)
	}
}

// Whatever the bytes, an event that is handed over can be written, and a refusal is
// the file's fault and not ours.
func FuzzParseCSV(f *testing.F) {
	f.Add([]byte(header + "\nedge,1,acme,calls,2026-03-01T10:00:00Z,1\n"))
	f.Add([]byte("\xef\xbb\xbf" + header + ",dim.x\r\n\"a\",b,c,d,2026-03-01T10:00:00Z,1e3,y\r\n"))
	f.Add([]byte(header + "\nedge,1,acme,calls,2026-03-01T10:00:00Z,\"1,5\"\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := readCSV(string(text))
		if err != nil && !errors.Is(err, fault.Invalid) {
			t.Fatalf("a bad file is not fault.Invalid: %v", err)
		}
		if err := Check(all, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)); err != nil {
			t.Fatalf("the parser accepted what Check refuses: %v", err)
		}
	})
}
