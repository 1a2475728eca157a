package browser

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ratable/demo"
	"ratable/internal/access"
)

// axe is axe-core 4.14.1 as npm has it (Mozilla Public License 2.0): it finds what keeps people out of a page.
//
//go:embed testdata/axe.min.js
var axe string

// swift is how fast a page of the demo should be on a quiet machine; it is reported, never asserted.
const swift = 300 * time.Millisecond

// heaviest is what a page may weigh before it is compressed.
const heaviest = 100 << 10

// TestEveryPageIsFoundByLinksIsLightAndKeepsNobodyOut walks the site as everybody of the demo. A page that two people
// see alike is looked at once.
func TestEveryPageIsFoundByLinksIsLightAndKeepsNobodyOut(t *testing.T) {
	s := open(t)
	all := patterns(t)
	began := time.Now()
	tours := tour(t, s, all)
	t.Logf("walked in %s", time.Since(began).Round(time.Millisecond))
	reached(t, all, tours)
	weigh(t, tours)
	rank(t, s, tours)
	look(t, s, tours)
}

// tours are what each person found, by e-mail; "" is somebody who is not signed in.
type tours map[string][]visited

func tour(t *testing.T, s *site, all []string) tours {
	out := tours{"": s.signIn(demo.Login{}).crawl(t, all, false, "/login")}
	var examples []string // of every shape, by whoever found it
	found := map[string]bool{}
	for _, l := range demo.Logins {
		starts := []string{"/", "/search?q=helios"}
		if l.Role == access.Customer {
			starts = starts[:1] // nothing to search in
		}
		if l.Role == access.Finance {
			// No other invoice can be reinstated, and only the judgment of an amended contract leads to what its change does.
			starts = append(starts, "/invoices/"+givenUp(t, s), "/contracts/C-1004/judgment")
		}
		out[l.Email] = s.signIn(l).crawl(t, all, l.Role == access.Finance, starts...)
		for _, v := range out[l.Email] {
			if v.status == http.StatusOK && !found[v.shape] {
				found[v.shape] = true
				examples = append(examples, v.address)
			}
		}
	}
	// What no link showed somebody may still be opened by its address.
	for _, l := range demo.Logins {
		known := map[string]bool{}
		for _, v := range out[l.Email] {
			known[v.shape] = true
		}
		c := s.signIn(l)
		for _, address := range examples {
			if known[shape(all, address)] || !strings.HasSuffix(shape(all, address), "?") {
				continue
			}
			if a := c.get(address); a.status != http.StatusForbidden {
				out[l.Email] = append(out[l.Email], visited{a, address, shape(all, address), "its address"})
			}
		}
	}
	return out
}

// givenUp is the invoice of the demo that was written off.
func givenUp(t *testing.T, s *site) (number string) {
	t.Helper()
	if err := s.db.QueryRow(t.Context(), `select document from payments.losses where kind = 'write_off' order by id limit 1`).Scan(&number); err != nil {
		t.Fatal(err)
	}
	return number
}

// reached wants every page of the route table found, and nobody led to a page that fails or is closed to them.
func reached(t *testing.T, all []string, by tours) {
	t.Helper()
	for _, p := range all {
		somebody := false
		for _, pages := range by {
			somebody = somebody || slices.ContainsFunc(pages, func(v visited) bool { return strings.HasPrefix(v.shape, p+"?") && v.status == http.StatusOK })
		}
		if !somebody {
			t.Errorf("no link leads anybody to %s", p)
		}
	}
	for who, pages := range by {
		for _, v := range pages {
			if v.status != http.StatusOK {
				t.Errorf("%s leads %s to %s, which answers %d", v.from, who, v.address, v.status)
			}
		}
	}
}

// weigh reports the heaviest pages and fails for those that are too heavy.
func weigh(t *testing.T, by tours) {
	t.Helper()
	weights := map[string]int{}
	for _, pages := range by {
		for _, v := range pages {
			if v.whole() {
				weights[v.address] = max(weights[v.address], len(v.body))
			}
		}
	}
	heavy := slices.SortedFunc(maps.Keys(weights), func(a, b string) int { return weights[b] - weights[a] })
	for i, address := range heavy {
		if i < 8 {
			t.Logf("%6.1f KB  %s", float64(weights[address])/1024, address)
		}
		if weights[address] > heaviest {
			t.Errorf("%s weighs %d KB, want at most %d", address, weights[address]/1024, heaviest/1024)
		}
	}
}

// rank reports the slowest pages, by the median of five requests where the first was not quick. It is a report: how fast a page is
// depends on the machine and what else it does.
func rank(t *testing.T, s *site, by tours) {
	t.Helper()
	took := map[string]time.Duration{}
	for _, l := range demo.Logins {
		c := s.signIn(l)
		for _, v := range by[l.Email] {
			if took[v.shape] > 0 || v.status != http.StatusOK || !v.whole() {
				continue
			}
			five := []time.Duration{v.took}
			for v.took > 10*time.Millisecond && len(five) < 5 {
				five = append(five, c.get(v.address).took)
			}
			slices.Sort(five)
			took[v.shape] = five[len(five)/2]
		}
	}
	slow := slices.SortedFunc(maps.Keys(took), func(a, b string) int { return int(took[b] - took[a]) })
	late := len(slices.DeleteFunc(slices.Clone(slow), func(s string) bool { return took[s] <= swift }))
	t.Logf("%d shapes of pages, %d of them slower than %s; the slowest, median of five requests:", len(slow), late, swift)
	for _, shape := range slow[:min(15, len(slow))] {
		t.Logf("%8s  %s", took[shape].Round(100*time.Microsecond), shape)
	}
}

// look opens each distinct page in the browser, a few at a time.
func look(t *testing.T, s *site, by tours) {
	t.Helper()
	queue := distinct(t, by)
	browser := chromium(t)
	began := time.Now()
	var mu sync.Mutex
	findings := map[string][]string{} // what is wrong -> where
	t.Run("in the browser", func(t *testing.T) {
		for part := range slices.Chunk(queue, 12) {
			t.Run(fmt.Sprintf("%s from %s on", part[0].who.Role, part[0].address), func(t *testing.T) {
				t.Parallel()
				w := s.tab(t, browser)
				w.expects(http.StatusForbidden, http.StatusNotFound)
				var who demo.Login
				for _, g := range part {
					if g.who != who {
						who = g.who
						w.signIn(who)
					}
					wrong := w.inspect(g.address)
					mu.Lock()
					for _, f := range wrong {
						findings[f] = append(findings[f], g.address)
					}
					mu.Unlock()
				}
			})
		}
	})
	t.Logf("%d pages looked at in %s", len(queue), time.Since(began).Round(time.Millisecond))
	for _, what := range slices.Sorted(maps.Keys(findings)) {
		where := findings[what]
		t.Errorf("%s\n\ton %d pages: %s", what, len(where), strings.Join(where[:min(4, len(where))], " "))
	}
}

// inspect looks at one page: light, dark, narrow, and with everything unfolded.
func (w *tab) inspect(address string) (findings []string) {
	w.t.Helper()
	w.window(1280, 900)
	w.media("light", "")
	w.open(address)
	w.settle()
	eval[bool](w, axe+";true")
	findings = append(findings, w.violations("", "document", everything)...)
	w.media("dark", "")
	findings = append(findings, w.violations("dark: ", "document", contrast)...)
	w.media("light", "")
	w.window(390, 844)
	findings = append(findings, w.overflow("at 390 pixels")...)
	w.window(1280, 900)
	if eval[int](w, `(() => { const all = document.querySelectorAll("main details:not([open])"); all.forEach((d) => d.open = true); return all.length })()`) > 0 {
		findings = append(findings, w.violations("open menus: ", `{include: ["details"]}`, everything)...)
	}
	return findings
}

// The rules of axe: WCAG 2.1 A and AA and what axe calls best practice; colors change with the scheme, nothing else does.
const (
	everything = `{runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}, resultTypes: ["violations"], preload: false}`
	contrast   = `{runOnly: {type: "rule", values: ["color-contrast"]}, resultTypes: ["violations"], preload: false}`
)

// violations runs axe on a part of the page.
func (w *tab) violations(when, part, rules string) (out []string) {
	w.t.Helper()
	report := eval[string](w, `axe.run(`+part+`, `+rules+`).then((r) => JSON.stringify(r.violations.map((v) => ({ID: v.id, Help: v.help, Count: v.nodes.length, Node: v.nodes[0].html.slice(0, 240), Why: v.nodes[0].failureSummary || ""}))))`)
	var found []struct {
		ID, Help, Node, Why string
		Count               int
	}
	if err := json.Unmarshal([]byte(report), &found); err != nil {
		w.t.Fatalf("axe on %s: %v", w.where(), err)
	}
	for _, f := range found {
		out = append(out, fmt.Sprintf("%saxe %s: %s\n\t%s\n\t%s", when, f.ID, f.Help, f.Node, strings.Join(strings.Fields(f.Why), " ")))
	}
	return out
}

// overflow finds a page that scrolls sideways, and what sticks out of it.
func (w *tab) overflow(when string) []string {
	w.t.Helper()
	out := eval[string](w, `(() => {
		const wide = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth <= wide) return "";
		const out = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > wide + 1);
		const last = out[out.length - 1];
		return document.documentElement.scrollWidth + " of " + wide + " pixels" + (last ? ", such as " + last.outerHTML.slice(0, 160) : "");
	})()`)
	if out == "" {
		return nil
	}
	return []string{"scrolls sideways " + when + ": " + out}
}
