package browser

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// patterns are the addresses of the route table that a browser can open, read off its source, whichever file of the
// package a row stands in: a new row is walked without a word here.
func patterns(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("../web/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^\t+\{get, "([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
			out = append(out, m[1])
		}
	}
	if len(out) < 90 {
		t.Fatalf("only %d addresses read off the route table: the test looks for the wrong thing", len(out))
	}
	return out
}

// matches says whether a path is one of a pattern's.
func matches(pattern, path string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != got[i] && (!strings.HasPrefix(want[i], ":") || got[i] == "") {
			return false
		}
	}
	return true
}

// patternOf is the pattern of an address; one without parameters wins, as in the server.
func patternOf(all []string, path string) string {
	found := ""
	for _, p := range all {
		if matches(p, path) && (found == "" || strings.Count(p, ":") < strings.Count(found, ":")) {
			found = p
		}
	}
	return found
}

// shape is what two addresses have in common when their pages look alike: the pattern and what is asked.
func shape(all []string, address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	p := patternOf(all, u.Path)
	if p == "" {
		return ""
	}
	var asked []string
	for name, values := range u.Query() {
		if slices.Contains([]string{"view", "tab", "job", "format", "state"}, name) {
			name += "=" + values[0] // these change the page and not only its rows
		}
		asked = append(asked, name)
	}
	slices.Sort(asked)
	return p + "?" + strings.Join(asked, "&")
}

// ways are the addresses that a page leads to: its links, what its script asks for, and its forms that only
// ask, as they stand filled in.
func ways(t testing.TB, at, page string) []string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatalf("%s: %v", at, err)
	}
	here, _ := url.Parse(at)
	var out []string
	add := func(href string) {
		u, err := here.Parse(href)
		if err == nil && u.Host == "" && u.Scheme == "" && strings.HasPrefix(u.Path, "/") {
			u.Fragment = ""
			out = append(out, u.String())
		}
	}
	for n := range root.Descendants() {
		if to := attr(n, "data-search"); to != "" {
			add(to + "?q=a")
		}
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "a" && attr(n, "href") != "":
			add(attr(n, "href"))
		case n.Data == "form" && attr(n, "method") == "get" && attr(n, "role") != "search":
			add(attr(n, "action") + "?" + asked(n).Encode())
		}
	}
	return out
}

// asked is what a form sends as it stands.
func asked(form *html.Node) url.Values {
	sent := url.Values{}
	for n := range form.Descendants() {
		name := attr(n, "name")
		switch {
		case n.Type != html.ElementNode || name == "" || has(n, "disabled"):
		case n.Data == "input" && (attr(n, "type") != "checkbox" && attr(n, "type") != "radio" || has(n, "checked")):
			sent.Set(name, attr(n, "value"))
		case n.Data == "select":
			first := true
			for option := range n.Descendants() {
				if option.Data == "option" && (first || has(option, "selected")) {
					sent.Set(name, attr(option, "value"))
					first = false
				}
			}
		}
	}
	return sent
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// visited is a page as somebody found it.
type visited struct {
	answer
	address, shape string
	from           string // the page with the link
}

// whole says that it is a page, neither a file nor a part of one.
func (v visited) whole() bool {
	return strings.HasPrefix(v.kind, "text/html") && strings.Contains(v.body, "<html")
}

// way leads from a page to an address.
type way struct{ from, to string }

// varied are pages that differ in what they lead to: contracts and plans, by what was agreed. Whoever may do most opens
// all of them, everybody else two like any other page.
var varied = []string{"/contracts/:number?", "/catalog/plans/:code?", "/my/plan?"}

// crawl opens what c can reach from a start by links alone, one or two addresses of each shape.
func (c client) crawl(t testing.TB, all []string, thorough bool, start ...string) []visited {
	t.Helper()
	seen, shapes := map[string]bool{}, map[string]int{}
	var out []visited
	var queue []way
	for _, address := range start {
		queue = append(queue, way{"nothing", address})
	}
	for len(queue) > 0 {
		next := queue[0]
		address := next.to
		queue = queue[1:]
		s := shape(all, address)
		few := 2
		if strings.Contains(s, "?") && !strings.HasSuffix(s, "?") {
			few = 1 // filters of one page
		}
		if thorough && slices.Contains(varied, s) {
			few = 100
		}
		if s == "" || seen[address] || shapes[s] >= few {
			continue
		}
		if strings.Count(s, "&") > 1 {
			continue // filters of filters
		}
		seen[address], shapes[s] = true, shapes[s]+1
		a := c.get(address)
		out = append(out, visited{a, address, s, next.from})
		if strings.HasPrefix(a.kind, "text/html") {
			for _, to := range ways(t, address, a.body) {
				queue = append(queue, way{address, to})
			}
		}
	}
	return out
}
