package examples

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestTheExamplesThatAreShippedPassAndCoverEveryKind(t *testing.T) {
	source, err := os.ReadFile("testdata/examples.json")
	if err != nil {
		t.Fatal(err)
	}
	cases, err := Read(source)
	if err != nil {
		t.Fatal(err)
	}
	covered, results := map[string]bool{}, []Result{}
	for _, c := range cases {
		r := Run(c)
		if r.Status != Pass {
			t.Errorf("%s ends as %s: %s %q", c.ID, r.Status, r.Missing, r.Differences)
		}
		covered[c.Kind] = true
		results = append(results, r)
	}
	for kind := range solvers {
		if !covered[kind] {
			t.Errorf("no example of the kind %s is shipped", kind)
		}
	}
	var text, program bytes.Buffer
	if err := WriteText(&text, results); err != nil || !strings.Contains(text.String(), "0 fail, 0 unsupported") {
		t.Errorf("the text has no totals: %v\n%s", err, text.String())
	}
	if err := WriteJSON(&program, results); err != nil || !json.Valid(program.Bytes()) {
		t.Errorf("the JSON is none: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	shipped, err := os.ReadFile("testdata/examples.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, line := range bytes.Split(shipped, []byte("\n")) {
		if bytes.HasPrefix(line, []byte(`{"id"`)) {
			f.Add(slices.Concat([]byte("["), bytes.TrimSuffix(line, []byte(",")), []byte("]")))
		}
	}
	f.Add([]byte(`{"vectors": [{"kind": "ratable_schedule", "inputs": {"amount": "1", "service_start": "2026-01-01", "service_end_inclusive": "2026-01-31"}}]}`))
	f.Fuzz(func(t *testing.T, source []byte) {
		cases, err := Read(source)
		if err != nil {
			return
		}
		for _, c := range cases {
			Run(c) // does not panic, whatever a case says
		}
	})
}
