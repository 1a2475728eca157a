package usage

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"ratable/internal/fault"
)

const oneCloudEvent = `{"specversion": "1.0", "source": "/edge/fra1", "id": "a-1", "type": "api-calls", "subject": "acme",
	"time": "2026-03-01T11:00:00.123456789+01:00", "datacontenttype": "application/json", "traceparent": "00-aa", "partition": 7,
	"data": {"quantity": "12.50", "dimensions": {"region": "eu", "tier": ""}}}`

func oneEvent() Event {
	return Event{
		Source: "/edge/fra1", ID: "a-1", Customer: "acme", Meter: "api-calls",
		OccurredAt: time.Date(2026, 3, 1, 10, 0, 0, 123456000, time.UTC),
		Quantity:   decimal.RequireFromString("12.5"),
		Dimensions: map[string]string{"region": "eu", "tier": ""},
	}
}

var equalDecimals = cmp.Comparer(func(a, b decimal.Decimal) bool { return a.Equal(b) })

func TestACloudEventBecomesAUsageEvent(t *testing.T) {
	got, err := ParseCloudEvents([]byte(oneCloudEvent))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Event{oneEvent()}, got, equalDecimals); diff != "" {
		t.Errorf("the event reads differently (-sent +read):\n%s", diff)
	}
}

func TestABatchOfCloudEventsKeepsItsOrder(t *testing.T) {
	second := strings.Replace(strings.Replace(oneCloudEvent, `"a-1"`, `"\u00e4\ud83d\ude00"`, 1), `"12.50"`, `1.25e1`, 1)
	got, err := ParseCloudEvents([]byte("\n[" + oneCloudEvent + " , " + second + "]\n"))
	if err != nil {
		t.Fatal(err)
	}
	other := oneEvent()
	other.ID = "ä😀"
	if diff := cmp.Diff([]Event{oneEvent(), other}, got, equalDecimals); diff != "" {
		t.Errorf("the batch reads differently (-sent +read):\n%s", diff)
	}
	if none, err := ParseCloudEvents([]byte("[]")); err != nil || len(none) != 0 {
		t.Errorf("an empty batch gave %v, %v", none, err)
	}
}

// swap changes one piece of the good event; a piece that is not there fails.
func swap(t *testing.T, from, to string) string {
	t.Helper()
	if !strings.Contains(oneCloudEvent, from) {
		t.Fatalf("the sample does not hold %s", from)
	}
	return strings.Replace(oneCloudEvent, from, to, 1)
}

func TestABadCloudEventIsRefusedWithItsFieldAndAReason(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{swap(t, `"specversion": "1.0"`, `"specversion": "0.3"`), `specversion: is not "1.0" (0.3)`},
		{swap(t, `"specversion": "1.0", `, ``), `specversion: is not "1.0"`},
		{swap(t, `"source": "/edge/fra1", `, ``), `source: is missing`},
		{swap(t, `"id": "a-1"`, `"id": ""`), `id: is missing`},
		{swap(t, `"id": "a-1"`, `"id": 17`), `id: is not a text`},
		{swap(t, `"id": "a-1"`, `"id": "a-1 "`), `id: begins or ends with a space (a-1 )`},
		{swap(t, `"id": "a-1"`, `"id": "a\u0000b"`), `id: holds the control character U+0000`},
		{swap(t, `"type": "api-calls"`, `"type": null`), `type: is not a text`},
		{swap(t, `"subject": "acme"`, `"topic": "acme"`), `subject: is missing`},
		{swap(t, `"2026-03-01T11:00:00.123456789+01:00"`, `"yesterday"`), `time: is not a time with a zone such as 2026-03-01T10:00:00Z (RFC 3339) (yesterday)`},
		{swap(t, `"2026-03-01T11:00:00.123456789+01:00"`, `"2026-03-01T11:00:00"`), `time: is not a time with a zone`},
		{swap(t, `"2026-03-01T11:00:00.123456789+01:00"`, `"0001-01-01T00:00:00Z"`), `time: 0001-01-01T00:00:00Z is before the year 2000: check the sender's clock`},
		{swap(t, `"application/json"`, `"text/plain"`), `datacontenttype: is not application/json (text/plain)`},
		{swap(t, `"12.50"`, `"-3"`), `data.quantity: is negative: usage is never taken back by a negative event (-3)`},
		{swap(t, `"12.50"`, `-3`), `data.quantity: is negative`},
		{swap(t, `"12.50"`, `1e309`), `data.quantity: is too large: at most 18 digits before the point (1e309)`},
		{swap(t, `"12.50"`, `"NaN"`), `data.quantity: is not a decimal number such as "12.5" (NaN)`},
		{swap(t, `"12.50"`, `"1,5"`), `data.quantity: has a comma`},
		{swap(t, `"12.50"`, `"１２"`), `data.quantity: is not a decimal number`},
		{swap(t, `"12.50"`, `true`), `data.quantity: is not a number or a text with a number`},
		{swap(t, `"quantity": "12.50", `, ``), `data.quantity: is missing`},
		{swap(t, `"quantity"`, `"qty"`), `data.qty: is unknown: data holds quantity and dimensions`},
		{swap(t, `"eu"`, `5`), `data.dimensions.region: is not a text`},
		{swap(t, `"eu"`, `"a\tb"`), `data.dimensions.region: holds the control character U+0009`},
		{swap(t, `"data": {`, `"data_base64": "aGk=", "data": {`), `data_base64: is not accepted: send data as a JSON object`},
		{swap(t, `"id": "a-1"`, `"id": "a-1", "id": "a-2"`), `"id" stands twice in one object`},
		{swap(t, `"a-1"`, `"`+"a\xff"+`"`), `the text is not valid UTF-8`},
		{swap(t, `"a-1"`, `"\ud800"`), `half a surrogate pair is not a character`},
		{swap(t, `"12.50"`, `007`), `'0' stands where a number should be`},
		{oneCloudEvent + oneCloudEvent, `'{' stands where the end of the document should be`},
		{oneCloudEvent + "\x00", `should be`},
		{oneCloudEvent[:40], `the document ends`},
		{`"hello"`, `'"' stands where a CloudEvent or an array of them should be`},
		{``, `event: line 1, column 1: the document ends where a CloudEvent or an array of them should be`},
		{strings.Repeat("[", 100_000), `stands where a CloudEvent should be`},
		{swap(t, `"partition": 7`, `"partition": `+strings.Repeat("[", 100_000)), `the document nests deeper than 32 levels`},
	} {
		_, err := ParseCloudEvents([]byte(c.body))
		if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.120s\n   was answered: %v\n   instead of:   %s", c.body, err, c.want)
		}
	}
}

func TestEveryBadEventOfABatchIsNamedByItsIndex(t *testing.T) {
	body := "[" + oneCloudEvent + "," + swap(t, `"12.50"`, `"-1"`) + "," + swap(t, `"source": "/edge/fra1", `, "") + "]"
	_, err := ParseCloudEvents([]byte(body))
	want := "events[1].data.quantity: is negative: usage is never taken back by a negative event (-1)\nevents[2].source: is missing"
	if err == nil || err.Error() != want {
		t.Errorf("the batch was answered:\n%v\ninstead of:\n%s", err, want)
	}
}

// What we accept, encoding/json accepts too and reads the same: we are stricter, never different.
func FuzzParseCloudEvents(f *testing.F) {
	f.Add([]byte(oneCloudEvent))
	f.Add([]byte("[" + oneCloudEvent + "]"))
	f.Add([]byte(`[{"specversion":"1.0","id":"\ud83d\ude00","data":{"quantity":1e-7}}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := ParseCloudEvents(body)
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Fatalf("a bad document is not fault.Invalid: %v", err)
			}
			return
		}
		// Maps, not structs: those would match names in any case.
		var all []map[string]any
		if body[strings.IndexAny(string(body), "[{")] == '{' {
			all = make([]map[string]any, 1)
			err = json.Unmarshal(body, &all[0])
		} else {
			err = json.Unmarshal(body, &all)
		}
		if err != nil || len(all) != len(events) {
			t.Fatalf("we read %d events, encoding/json %d (%v)", len(events), len(all), err)
		}
		if err := Check(events, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)); err != nil {
			t.Fatalf("the parser accepted what Check refuses: %v", err)
		}
		for i, e := range events {
			theirs := []any{all[i]["source"], all[i]["id"], all[i]["type"], all[i]["subject"]}
			ours := []any{e.Source, e.ID, e.Meter, e.Customer}
			if diff := cmp.Diff(theirs, ours); diff != "" {
				t.Fatalf("event %d reads differently (-encoding/json +ours):\n%s", i, diff)
			}
		}
	})
}
