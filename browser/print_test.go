package browser

import (
	"bytes"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestARecordPrintsWithoutTheFrameAroundIt prints what people print: the content stays, the frame goes, and nothing is
// wider than the sheet.
func TestARecordPrintsWithoutTheFrameAroundIt(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := s.tab(t, chromium(t))
	w.signIn(person(t, "finance"))
	for _, page := range []string{"/", "/invoices/NLUS-2026-000200", "/contracts/C-1001", "/contracts/C-1001/document", "/customers/1", "/ledger"} {
		w.media("light", "print")
		w.window(718, 1020) // an A4 sheet between its margins, in CSS pixels
		w.open(page)
		if left := eval[[]string](w, `[".side", ".top", ".skip", ".head-actions", ".tabs", ".filters"].filter((s) => [...document.querySelectorAll(s)].some((e) => e.checkVisibility()))`); len(left) > 0 {
			t.Errorf("%s prints what is for the screen: %v", page, left)
		}
		if !eval[bool](w, `document.querySelector("h1").checkVisibility()`) {
			t.Errorf("%s prints without its title", page)
		}
		for _, wide := range w.overflow("on paper") {
			t.Errorf("%s %s", page, wide)
		}
		if sheet := run(w, "print", chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize())); !bytes.HasPrefix(sheet, []byte("%PDF-")) {
			t.Errorf("%s prints %.20q", page, sheet)
		}
	}
}
