package pdf_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ratable/internal/pdf"
)

// Names for the 8-bit faces and for the UTF-8 ones.
var names = []string{"Brandywine Robotics, Inc. – Café “Zoë” €", "Łódź Systemy Ωmega Привет Nguyễn", "Emoji 😀 👩‍👩‍👧 株式会社"}

func (s sample) bytes(t testing.TB) []byte {
	t.Helper()
	b, err := s.draw().Bytes()
	if err != nil {
		t.Fatalf("draw for %q: %v", s.customer, err)
	}
	return b
}

func TestTheSameDocumentHasTheSameBytesAlsoWhenManyAreDrawnAtOnce(t *testing.T) {
	for _, name := range names {
		s := sample{name, 30, pdf.A4}
		want := s.bytes(t)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 3 {
					if !bytes.Equal(s.bytes(t), want) {
						t.Errorf("%q: drawn again, the file differs", name)
					}
				}
			})
		}
		wg.Wait()
	}
}

func TestDifferentCustomersDrawnAtOnceDoNotMix(t *testing.T) {
	want := map[string][]byte{}
	for i := range 20 {
		s := sample{fmt.Sprintf("Kunde Ñ %d", i), 3, pdf.Letter}
		want[s.customer] = s.bytes(t)
	}
	var wg sync.WaitGroup
	for name, b := range want {
		wg.Go(func() {
			if !bytes.Equal(sample{name, 3, pdf.Letter}.bytes(t), b) {
				t.Errorf("%s got another file when drawn beside others", name)
			}
		})
	}
	wg.Wait()
}

func TestACharacterWithoutAGlyphIsReplacedVisiblyAndReported(t *testing.T) {
	d := sample{"Emoji 😀 株", 1, pdf.A4}.draw()
	if _, err := d.Bytes(); err != nil {
		t.Fatal(err)
	}
	if got := string(d.Replaced()); got != "株😀" {
		t.Errorf("replaced %q, want the two characters Noto Sans lacks", got)
	}
	for in, want := range map[string]string{
		"plain":                  "plain",
		"Cafe\u0301":             "Café",
		"broken \xff\xfe byte":   "broken \uFFFD byte",
		"tab\there\x00":          "tab here ",
		"１２３":                    "123",
		"a\u200Bb\uFEFF":         "ab",
		"−5 → 6":                 "-5 -> 6",
		"👩‍👩‍👧 family":           "\uFFFD family",
		"👍🏽 ok":                  "\uFFFD ok",
		"line\r\nnext\u2028last": "line \nnext\nlast",
	} {
		if got, _ := pdf.Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNoTextMakesDrawingPanicAndEveryLineFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		width := rapid.Float64Range(20, 300).Draw(t, "width")
		st := pdf.Style{Size: 9, Bold: rapid.Bool().Draw(t, "bold")}
		for _, l := range st.Wrap(text, width) {
			if w := st.Width(l); w > width+0.02 && len([]rune(l)) > 1 {
				t.Fatalf("line %q is %.2f wide, the column %.2f", l, w, width)
			}
		}
		d := pdf.New(pdf.Options{Title: text, Created: time.Unix(0, 0)})
		d.Paragraph(st, text)
		if _, err := d.Bytes(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestFiguresHaveEqualWidths(t *testing.T) {
	for _, bold := range []bool{false, true} {
		st := pdf.Style{Size: 1000, Bold: bold}
		for _, digit := range "123456789" {
			if st.Width(string(digit)) != st.Width("0") {
				t.Errorf("bold %v: %c is %.0f wide, 0 is %.0f", bold, digit, st.Width(string(digit)), st.Width("0"))
			}
		}
	}
}

func TestALongTableContinuesOnPagesWithItsHeadAndKeepsItsTotalsTogether(t *testing.T) {
	for lines := range 60 {
		d := sample{"Brandywine", lines + 1, pdf.A4}.draw()
		texts := d.Texts()
		if len(texts) != d.Pages() {
			t.Fatalf("%d pages, %d drawn", d.Pages(), len(texts))
		}
		rows := 0
		for page, on := range texts {
			all := strings.Join(on, "\n")
			n := strings.Count(all, "API requests")
			rows += n
			if (n > 0 || strings.Contains(all, "Total due")) && !strings.Contains(all, "Unit price") {
				t.Errorf("%d lines: page %d shows rows without the head of the table", lines+1, page+1)
			}
			if strings.Contains(all, "Subtotal") != strings.Contains(all, "Total due") {
				t.Errorf("%d lines: the totals are torn apart at page %d", lines+1, page+1)
			}
		}
		if rows != lines+1 {
			t.Errorf("%d lines were drawn as %d", lines+1, rows)
		}
	}
}

func TestEveryPageSaysWhichOfHowManyItIs(t *testing.T) {
	d := sample{"Brandywine", 45, pdf.Letter}.draw()
	b, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	pages := d.Pages()
	if pages < 3 || bytes.Count(b, []byte("/Type /Page\n")) != pages || !bytes.Contains(b, []byte(fmt.Sprintf("/Count %d", pages))) {
		t.Fatalf("%d pages drawn; the file has %d", pages, bytes.Count(b, []byte("/Type /Page\n")))
	}
	for i, on := range d.Texts() {
		if want := fmt.Sprintf("Page %d of %d", i+1, pages); !strings.Contains(strings.Join(on, "\n"), want) {
			t.Errorf("page %d does not say %q", i+1, want)
		}
	}
}

func TestARowHigherThanAPageIsContinuedWithoutLosingALine(t *testing.T) {
	var words []string
	for i := range 3000 {
		words = append(words, fmt.Sprintf("w%d", i))
	}
	d := pdf.New(pdf.Options{Created: time.Unix(0, 0)})
	d.Table(pdf.Table{Columns: []pdf.Column{{Title: "Terms", Flex: 1}, {Title: "n", Align: pdf.AlignRight}}, Body: body, Head: small, Note: small, Pad: 3,
		Rows: []pdf.Row{{Cells: []pdf.Cell{{Text: strings.Join(words, " ")}, {Text: "1"}}}}})
	var got []string
	for _, page := range d.Texts() {
		for _, s := range page {
			if s != "Terms" && s != "n" && s != "1" {
				got = append(got, strings.Fields(s)...)
			}
		}
	}
	if d.Pages() < 3 || strings.Join(got, " ") != strings.Join(words, " ") {
		t.Errorf("%d pages hold %d of %d words", d.Pages(), len(got), len(words))
	}
}

func TestMoneyStandsAtTheRightEdge(t *testing.T) {
	d := pdf.New(pdf.Options{Created: time.Unix(0, 0)})
	w := d.Text(d.Right(), 100, body, pdf.AlignRight, "1,234.50")
	if math.Abs(w-body.Width("1,234.50")) > 0.001 || w <= 0 {
		t.Errorf("the amount is %.2f wide, measured %.2f", w, body.Width("1,234.50"))
	}
}
