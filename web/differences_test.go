package web_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ratable/contracts"
	"ratable/web"
)

// unsaid are the keys that no difference is said about: what cannot change in an amendment, and what the amendment
// itself says.
var unsaid = []string{".contract", ".entity", ".customer", ".payer", ".currency", ".effective", ".reason"}

// Whatever key of a contract changes, an approver reads it: every value of a document that uses every key is changed,
// one at a time.
func TestEveryKeyThatAVersionChangesIsSaidInWords(t *testing.T) {
	d, err := contracts.Parse([]byte(wholeDocument))
	if err != nil {
		t.Fatal(err)
	}
	if found := web.Differences(d, d); len(found) > 0 {
		t.Errorf("a document differs from itself: %v", found)
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	tried := 0
	vary(tree, "", func(path string) {
		if slices.Contains(unsaid, path) || strings.HasSuffix(path, ".id") {
			return
		}
		changed, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		var other contracts.Document
		if err := json.Unmarshal(changed, &other); err != nil {
			return // no value of its kind, such as half a month
		}
		tried++
		if found := web.Differences(d, other); len(found) == 0 {
			t.Errorf("%s changes and nothing is said", path)
		}
	})
	if tried < 100 {
		t.Errorf("only %d values were changed", tried)
	}
}

// vary changes each value of a tree in turn and puts it back after it was looked at.
func vary(n any, path string, look func(path string)) {
	visit := func(value any, at string, set func(any)) {
		switch value.(type) {
		case map[string]any, []any:
			vary(value, at, look)
			return
		}
		set(otherThan(value))
		look(at)
		set(value)
	}
	switch n := n.(type) {
	case map[string]any:
		for key, value := range n {
			visit(value, path+"."+key, func(x any) { n[key] = x })
		}
	case []any:
		for i, value := range n {
			visit(value, fmt.Sprintf("%s[%d]", path, i), func(x any) { n[i] = x })
		}
	}
}

var others = map[string]string{"month": "quarter", "quarter": "month", "year": "month", "term": "month", "half-year": "month", "advance": "arrears", "arrears": "advance"}

func otherThan(value any) any {
	switch value := value.(type) {
	case bool:
		return !value
	case float64:
		return value + 1
	case string:
		switch {
		case others[value] != "":
			return others[value]
		case len(value) == 10 && value[4] == '-' && value[7] == '-':
			return value[:8] + map[bool]string{true: "02", false: "01"}[value[8:] == "01"]
		case strings.Trim(value, "0123456789.") == "":
			return value + "1"
		}
		return choiceBeside(value)
	}
	return value
}

// choiceBeside is another word of the same choice, or another text.
func choiceBeside(value string) string {
	for _, choice := range [][]string{
		{"wholesale", "referral"}, {"referral", "marketplace"}, {"marketplace", "wholesale"}, {"principal", "agent"}, {"agent", "principal"}, {"agreed", "catalog"}, {"catalog", "agreed"}, {"breach", "convenience"}, {"convenience", "breach"}, {"non_payment", "breach"},
		{"unused", "none"}, {"none", "unused"}, {"prorated", "full"}, {"full", "prorated"}, {"convert", "end"}, {"end", "convert"}, {"first", "last"}, {"last", "first"}, {"waterfall", "each"}, {"each", "waterfall"},
		{"hard", "customer"}, {"customer", "hard"}, {"stop", "throttle"}, {"throttle", "stop"}, {"warn", "stop"}, {"continue", "stop"}, {"promotional", "goodwill"}, {"goodwill", "promotional"},
		{"anniversary", "calendar"}, {"calendar", "anniversary"}, {"at_once", "reissue"}, {"reissue", "at_once"}, {"next_invoice", "at_once"}, {"graduated", "volume"}, {"volume", "stairstep"}, {"stairstep", "volume"}, {"per_unit", "flat"}, {"flat", "per_unit"}, {"package", "flat"}, {"percentage", "flat"}, {"matrix", "flat"},
	} {
		if value == choice[0] {
			return choice[1]
		}
	}
	return value + "x"
}
