package browser

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// stop is a place where Tab stops.
type stop struct {
	ID     int    // in the order of the document, from 1; 0 is the page itself, -1 what had none
	What   string // how it begins in HTML
	Ring   bool   // something marks it
	Seen   bool   // inside the window
	Inside bool   // a control of the main part
	Top    float64
	Bottom float64 // in the document
}

// number gives everything that can be focused a number in the order of the document, and counts the controls of main.
const number = `(() => {
	const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter((e) => e.checkVisibility({visibilityProperty: true}) && !e.disabled && e.tabIndex >= 0 && e.type !== "hidden");
	all.forEach((e, i) => { e.dataset.stop = i + 1 });
	all[0].focus();
	return all.filter((e) => e.matches("main input, main select, main textarea, main button")).map((e) => e.outerHTML.slice(0, 90) + " #" + e.dataset.stop);
})()`

// focused describes what has the focus.
const focused = `(() => {
	const e = document.activeElement;
	if (!e || e === document.body) return JSON.stringify({});
	const box = e.getBoundingClientRect();
	const marked = (s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== "none";
	return JSON.stringify({
		ID: Number(e.dataset.stop || -1), What: e.outerHTML.slice(0, 120),
		Ring: marked(getComputedStyle(e)) || marked(getComputedStyle(e, "::after")) || (e.type === "file" && marked(getComputedStyle(e, "::file-selector-button"))),
		Seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && box.width > 0,
		Inside: e.matches("main input, main select, main textarea, main button"), Top: box.top + scrollY, Bottom: box.bottom + scrollY,
	});
})()`

func (w *tab) focus() stop {
	w.t.Helper()
	var s stop
	if err := json.Unmarshal([]byte(eval[string](w, focused)), &s); err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *tab) key(name string) {
	w.t.Helper()
	w.do("press a key", chromedp.KeyEvent(name))
}

func TestTheFirstTabSkipsToTheContent(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := s.tab(t, chromium(t))
	w.signIn(person(t, "finance"))
	w.open("/invoices")
	w.key(kb.Tab)
	if got := eval[string](w, `document.activeElement.className + " " + document.activeElement.getAttribute("href")`); got != "skip #main" {
		t.Fatalf("the first Tab goes to %q, want the link to the content", got)
	}
	if at := w.focus(); !at.Seen || !at.Ring {
		t.Errorf("the link to the content is not seen when it has the focus: %+v", at)
	}
	w.key(kb.Enter)
	w.key(kb.Tab)
	if !eval[bool](w, `document.activeElement.closest("main") !== null`) {
		t.Errorf("after it, Tab goes to %s, which is outside the content", w.focus().What)
	}
	w.key("/")
	if got := eval[string](w, `document.activeElement.id`); got != "search" {
		t.Errorf("the key / leads to %q, want the search", got)
	}
}

func TestTabReachesEveryControlOfAFormInOrderAndShowsWhereItIs(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := s.tab(t, chromium(t))
	w.open("/login")
	w.tabThrough()
	for _, desk := range []struct {
		who   string
		pages []string
	}{
		{"sales", []string{"/contracts/new?customer=1", "/contracts/document", "/contracts?q=helios"}},
		{"finance", []string{"/runs/new?job=invoices&as_of=2026-11-21", "/payments/new", "/ledger/export", "/invoices"}},
		{"admin", []string{"/users"}},
	} {
		w.signIn(person(t, desk.who))
		for _, page := range desk.pages {
			w.open(page)
			w.tabThrough()
		}
	}
}

// tabThrough goes from the first thing on the page to the last one by Tab alone.
func (w *tab) tabThrough() {
	w.t.Helper()
	controls := eval[[]string](w, number)
	reached := map[string]bool{}
	last, page := stop{}, w.where()
	for steps := 0; ; steps++ {
		at := w.focus()
		if at.ID == 0 || at.ID == 1 && steps > 0 {
			break // around
		}
		if steps > 600 {
			w.t.Fatalf("%s: Tab never leaves the page; it is at %s", page, at.What)
		}
		if at.ID < 0 { // came to the page after its places were numbered: the preview of what was typed
			w.key(kb.Tab)
			continue
		}
		if at.ID != last.ID {
			reached[fmt.Sprint(at.ID)] = true
			switch {
			case steps == 0: // not reached by a key
			case at.ID < last.ID:
				w.t.Errorf("%s: Tab goes back from %s to %s", page, last.What, at.What)
			case !at.Ring:
				w.t.Errorf("%s: nothing shows that the focus is on %s", page, at.What)
			case !at.Seen:
				w.t.Errorf("%s: the focus is out of sight, on %s", page, at.What)
			case at.Inside && last.Inside && at.Bottom < last.Top:
				w.t.Errorf("%s: Tab goes up from %s to %s", page, last.What, at.What)
			}
		}
		last = at
		w.key(kb.Tab)
	}
	for _, c := range controls {
		if id := c[strings.LastIndexByte(c, '#')+1:]; !reached[id] {
			w.t.Errorf("%s: Tab never comes to %s", page, c)
		}
	}
}
