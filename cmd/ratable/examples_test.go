package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestExamplesExitWithOneWhenACaseFails(t *testing.T) {
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "cases.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const right = `[{"id": "A", "kind": "ssp_range", "inputs": {"range": ["1.00", "3.00"], "prices": ["5.00"]}, "expected": {"nearest_bound": ["3.00"]}}]`
	const wrong = `[{"id": "A", "kind": "ssp_range", "inputs": {"range": ["1.00", "3.00"], "prices": ["5.00"]}, "expected": {"nearest_bound": ["3.01"]}}]`
	for _, c := range []struct {
		what string
		args []string
		want int
	}{
		{"the cases that are shipped", []string{"examples", "../../revrec/examples/testdata/examples.json"}, 0},
		{"a case that passes, as JSON", []string{"examples", write(right), "--format", "json"}, 0},
		{"a case a cent off", []string{"examples", write(wrong)}, exitFailure},
		{"no JSON", []string{"examples", write("hello")}, exitBadInput},
		{"no list", []string{"examples", write(`{"title": "none"}`)}, exitBadInput},
		{"no file", []string{"examples", "nowhere.json"}, exitBadInput},
	} {
		if got := run(c.args); got != c.want {
			t.Errorf("%s: exit code %d, want %d", c.what, got, c.want)
		}
	}
}
