package browser

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"ratable/demo"
)

// glance is one page that somebody has to look at.
type glance struct {
	order   int // of the person
	who     demo.Login
	address string
}

// distinct chooses pages that together show each part of each pattern: of pages that look alike the longest. Pages of a
// person stand together.
func distinct(t *testing.T, by tours) (out []glance) {
	t.Helper()
	known := map[string]bool{}
	var open []candidate
	for i, l := range append([]demo.Login{{}}, demo.Logins...) {
		for _, v := range by[l.Email] {
			if v.whole() {
				open = append(open, candidate{glance{i, l, v.address}, parts(t, v), len(v.body)})
			}
		}
	}
	for len(open) > 0 {
		for i := range open {
			open[i].parts = slices.DeleteFunc(open[i].parts, func(part string) bool { return known[part] })
		}
		open = slices.DeleteFunc(open, func(c candidate) bool { return len(c.parts) == 0 })
		if len(open) == 0 {
			break
		}
		best := slices.MaxFunc(open, func(a, b candidate) int {
			return cmp.Or(len(a.parts)-len(b.parts), a.length-b.length, strings.Compare(a.address, b.address))
		})
		for _, part := range best.parts {
			known[part] = true
		}
		out = append(out, best.glance)
	}
	sales := person(t, "sales")
	out = append(out, glance{1, sales, "/nowhere"}, glance{1, sales, "/users"}) // errors are pages, too
	slices.SortFunc(out, func(a, b glance) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.address, b.address))
	})
	return out
}

// candidate is a page with the parts that no chosen page shows.
type candidate struct {
	glance
	parts  []string
	length int
}

// parts names what a page is made of: each kind of element once, with the pattern of its address.
func parts(t *testing.T, v visited) []string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(v.body))
	if err != nil {
		t.Fatalf("%s: %v", v.address, err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "main" && v.address != "/" {
			root = n // the frame around it is looked at with everybody's home
			break
		}
	}
	pattern, _, _ := strings.Cut(v.shape, "?")
	kinds := map[string]bool{}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			kinds[pattern+" "+n.Data+" "+attr(n, "class")] = true
		}
	}
	return slices.Collect(maps.Keys(kinds))
}
