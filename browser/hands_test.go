package browser

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// find is the script that a person's eye is: it finds what is visible and called so, marks it, and says how to reach it.
// A field is called by its label; a button or link by its text. Among equals the first one wins, and what is called
// exactly so wins over what only begins so. With a group, the fieldset of that legend or the section of that heading, the nth
// of equals is meant.
const find = `((kind, name, group, nth) => {
  const shown = (e) => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0;
  const says = (e) => (e.getAttribute("aria-label") || e.innerText || e.value || "").replace(/\s+/g, " ").trim();
  const pick = (all) => all.find((e) => says(e) === name) || all.find((e) => says(e).startsWith(name));
  const heading = (e) => says(e.querySelector("legend, h2") || e);
  const place = group ? [...document.querySelectorAll("fieldset, section")].find((e) => heading(e) === group) : document;
  if (!place) return "";
  let found;
  if (kind === "field") {
    const controls = [...place.querySelectorAll("input, select, textarea")].filter((e) => e.type === "file" || shown(e));
    const label = (e) => says({getAttribute: (n) => e.getAttribute(n), innerText: e.labels && e.labels[0] ? e.labels[0].innerText : ""});
    found = controls.filter((e) => label(e) === name)[(nth || 1) - 1] || controls.find((e) => label(e).startsWith(name));
  } else {
    found = group ? pick([...place.querySelectorAll("button, a[href], summary")].filter(shown)) : pick([...document.querySelectorAll("main button, main a[href], main summary, dialog[open] button")].filter(shown)) || pick([...document.querySelectorAll("button, a[href], summary")].filter(shown));
  }
  document.querySelectorAll("[data-hand]").forEach((e) => e.removeAttribute("data-hand"));
  if (!found) return "";
  found.setAttribute("data-hand", "");
  return found.tagName.toLowerCase() + (found.type ? ":" + found.type : "");
})`

const hand = chromedp.CSS("[data-hand]")

// reach finds a control or fails the test; it returns what it is, such as "input:date" or "a".
func (w *tab) reach(kind, name string) string {
	w.t.Helper()
	return w.reachIn("", kind, name, 1)
}

func (w *tab) reachIn(group, kind, name string, nth int) string {
	w.t.Helper()
	asked, _ := json.Marshal([]any{kind, name, group, nth})
	what := eval[string](w, fmt.Sprintf("%s(...%s)", find, asked))
	if what == "" {
		w.t.Fatalf("%s has no %s %q %s; it shows:\n%s", w.where(), kind, name, group, w.text())
	}
	return what
}

// fill types a value into the field with this label, in the place of what stands there; in a list it chooses.
func (w *tab) fill(label, value string) {
	w.t.Helper()
	w.enter(w.reach("field", label), label, value)
}

// fillIn is fill for the nth field with this label in a group: "line 2", "Renewal".
func (w *tab) fillIn(group, label string, nth int, value string) {
	w.t.Helper()
	w.enter(w.reachIn(group, "field", label, nth), label, value)
}

func (w *tab) enter(what, label, value string) {
	w.t.Helper()
	switch what {
	case "input:checkbox":
		w.do("tick "+label, chromedp.Click(hand))
	case "input:file":
		w.do("choose the file for "+label, chromedp.SetUploadFiles(hand, []string{value}))
	case "select:select-one", "input:date", "input:month":
		// A list and a calendar open windows of the system; the value and its events are what is left of them.
		w.do("choose "+label, chromedp.SetValue(hand, value))
		eval[bool](w, `(() => { const e = document.querySelector("[data-hand]"); e.dispatchEvent(new Event("input", {bubbles: true})); e.dispatchEvent(new Event("change", {bubbles: true})); return true })()`)
		if got := eval[string](w, `document.querySelector("[data-hand]").value`); got != value {
			w.t.Fatalf("%s: %q cannot be chosen for %q; it shows %q", w.where(), value, label, got)
		}
	case "textarea:textarea": // an empty one has no text to clear
		eval[bool](w, `document.querySelector("[data-hand]").value = "", true`)
		w.do("fill in "+label, chromedp.SendKeys(hand, value))
	default:
		w.do("fill in "+label, chromedp.Clear(hand), chromedp.SendKeys(hand, value))
	}
}

// press clicks what is called so and waits for the page that it leads to.
func (w *tab) press(name string) {
	w.t.Helper()
	w.reach("button", name)
	w.do("scroll to "+name, chromedp.ScrollIntoView(hand))
	w.arrived(run(w, "press "+name, func(ctx context.Context, _ *chromedp.Target) (*network.Response, error) {
		return chromedp.RunResponse(ctx, chromedp.Click(hand))
	}))
}

// touch clicks what leads nowhere else: a menu, a panel.
func (w *tab) touch(name string) {
	w.t.Helper()
	w.reach("button", name)
	w.do("touch "+name, chromedp.Click(hand))
}
