package pdf_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"testing"

	"ratable/internal/pdf"
)

var flate = regexp.MustCompile(`(?s)/Filter /FlateDecode[^>]*?/Length (\d+)>>\nstream\n`)

func TestThePackedFileIsWhole(t *testing.T) {
	for _, name := range names {
		b := sample{name, 40, pdf.A4}.bytes(t)
		at := bytes.LastIndex(b, []byte("startxref\n"))
		var table int
		if _, err := fmt.Sscanf(string(b[at:]), "startxref\n%d\n%%%%EOF\n", &table); err != nil {
			t.Fatal(err)
		}
		var count int
		if _, err := fmt.Sscanf(string(b[table:table+30]), "xref\n0 %d\n", &count); err != nil {
			t.Fatalf("%q: startxref does not point at the table: %v", name, err)
		}
		rows := b[table+len(fmt.Sprintf("xref\n0 %d\n", count)):]
		for n := 1; n < count; n++ {
			offset, err := strconv.Atoi(string(rows[20*n : 20*n+10]))
			if want := fmt.Sprintf("%d 0 obj\n", n); err != nil || !bytes.HasPrefix(b[offset:], []byte(want)) {
				t.Errorf("%q: entry %d points at %q, %v", name, n, b[offset:offset+12], err)
			}
		}
		found, text := flate.FindAllSubmatchIndex(b, -1), 0
		for _, m := range found {
			length, _ := strconv.Atoi(string(b[m[2]:m[3]]))
			r, err := zlib.NewReader(bytes.NewReader(b[m[1] : m[1]+length]))
			if err != nil || !bytes.HasPrefix(b[m[1]+length:], []byte("\nendstream\nendobj\n")) {
				t.Fatalf("%q: a stream does not end where it says: %v", name, err)
			}
			plain, err := io.ReadAll(r)
			if err != nil {
				t.Errorf("%q: a stream cannot be inflated: %v", name, err)
			}
			text += bytes.Count(plain, []byte(") Tj ET"))
		}
		if text < 40*4 {
			t.Errorf("%q: only %d texts are in the packed pages", name, text)
		}
	}
}
