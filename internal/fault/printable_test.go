package fault_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"ratable/internal/fault"
)

func TestTextThatCannotBeStoredOrPrintedIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"broken \xff":           "is not valid UTF-8",
		"nul \x00":              "holds the control character U+0000",
		"line\nbreak":           "holds the control character U+000A",
		"line\u2028separator":   "holds the control character U+2028",
		strings.Repeat("é", 21): "is 21 characters long, at most 20 fit",
		strings.Repeat("🚀", 20): "",
		"":                      "",
	} {
		found := fault.Printable("name", text, 20)
		if want == "" && len(found) == 0 {
			continue
		}
		if len(found) != 1 || found[0].Message != want || found[0].Path != "name" {
			t.Errorf("%q gives %v, should be %q", text, found, want)
		}
		if len(found) == 1 && (!utf8.ValidString(found[0].Value) || strings.ContainsAny(found[0].Value, "\x00\n\u2028")) {
			t.Errorf("%q is shown as %q, which cannot be shown", text, found[0].Value)
		}
	}
}
