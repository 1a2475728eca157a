package webtest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"ratable/web/ui"
)

// Page is an answer.
type Page struct {
	T      testing.TB
	Status int
	Path   string // where it was found in the end, with its query
	Header http.Header
	Body   string

	tree *html.Node // parsed once: a form of a hundred fields is asked for each
}

// Want fails the test unless the page has the status and shows every text.
func (p *Page) Want(status int, texts ...string) *Page {
	p.T.Helper()
	if p.Status != status {
		p.T.Fatalf("%s answers %d, want %d; it shows:\n%s", p.Path, p.Status, status, p.Text())
	}
	shown := p.Text()
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			p.T.Errorf("%s does not show %q; it shows:\n%s", p.Path, text, shown)
		}
	}
	return p
}

// Lacks fails the test when the page shows a text.
func (p *Page) Lacks(texts ...string) *Page {
	p.T.Helper()
	shown := p.Text()
	for _, text := range texts {
		if strings.Contains(shown, text) {
			p.T.Errorf("%s shows %q and should not", p.Path, text)
		}
	}
	return p
}

// Text is what a reader sees, one line a block, blanks collapsed.
func (p *Page) Text() string {
	var out strings.Builder
	walk(p.root(), func(n *html.Node) {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "title" {
			if text := strings.Join(strings.Fields(n.Data), " "); text != "" {
				out.WriteString(text + "\n")
			}
		}
	})
	return out.String()
}

// Table reads a table by its caption: one slice of cells a row, without the head.
func (p *Page) Table(caption string) [][]string {
	p.T.Helper()
	for _, table := range p.all("table") {
		heads := find(table, "caption")
		if len(heads) != 1 || flat(heads[0]) != caption {
			continue
		}
		var rows [][]string
		for _, body := range append(find(table, "tbody"), find(table, "tfoot")...) {
			for _, tr := range find(body, "tr") {
				var cells []string
				walk(tr, func(n *html.Node) {
					if n.Type == html.ElementNode && (n.Data == "td" || n.Data == "th") {
						cells = append(cells, flat(n))
					}
				})
				rows = append(rows, cells)
			}
		}
		return rows
	}
	p.T.Fatalf("%s has no table %q", p.Path, caption)
	return nil
}

// Links lists the addresses that the page's links lead to.
func (p *Page) Links() []string {
	var out []string
	for _, a := range p.all("a") {
		out = append(out, attr(a, "href"))
	}
	return out
}

// Field is what stands in a control of a form: the value of an input, the text of a textarea, the chosen option, the boxes
// that are ticked.
func (p *Page) Field(name string) string {
	p.T.Helper()
	var value string
	var ticked []string
	found, there := false, false
	walk(p.root(), func(n *html.Node) {
		if n.Type != html.ElementNode || attr(n, "name") != name || found {
			return
		}
		switch {
		case attr(n, "type") == "checkbox": // several of one name are ticked one by one
			there = true
			if slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "checked" }) {
				ticked = append(ticked, attr(n, "value"))
			}
		case n.Data == "input":
			value, found = attr(n, "value"), true
		case n.Data == "textarea":
			value, found = raw(n), true
		case n.Data == "select":
			found = true
			for _, option := range find(n, "option") {
				for _, a := range option.Attr {
					if a.Key == "selected" {
						value = attr(option, "value")
					}
				}
			}
		}
	})
	if there {
		return strings.Join(ticked, ", ")
	}
	if !found {
		p.T.Errorf("%s has no field %q", p.Path, name)
	}
	return value
}

func (p *Page) root() *html.Node {
	if p.tree != nil {
		return p.tree
	}
	root, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		p.T.Fatalf("%s cannot be parsed: %v", p.Path, err)
	}
	p.tree = root
	return root
}

func (p *Page) all(element string) []*html.Node { return find(p.root(), element) }

func find(n *html.Node, element string) []*html.Node {
	var out []*html.Node
	walk(n, func(n *html.Node) {
		if n.Type == html.ElementNode && n.Data == element {
			out = append(out, n)
		}
	})
	return out
}

func walk(n *html.Node, visit func(*html.Node)) {
	visit(n)
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		walk(child, visit)
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func raw(n *html.Node) string {
	var out strings.Builder
	walk(n, func(n *html.Node) {
		if n.Type == html.TextNode {
			out.WriteString(n.Data)
		}
	})
	return out.String()
}

// flat is an element's text in one line. What only a screen reader hears counts; what it should not hear does not.
func flat(n *html.Node) string {
	var out []string
	var gather func(*html.Node)
	gather = func(n *html.Node) {
		if n.Type == html.ElementNode && attr(n, "aria-hidden") == "true" {
			return
		}
		if n.Type == html.TextNode {
			out = append(out, strings.Fields(n.Data)...)
		}
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			gather(child)
		}
	}
	gather(n)
	return strings.Join(out, " ")
}

// Message is what stands beside a field because of what was typed into it; empty when nothing does.
func (p *Page) Message(name string) string {
	p.T.Helper()
	var said string
	walk(p.root(), func(n *html.Node) {
		if n.Type == html.ElementNode && attr(n, "id") == ui.FieldID(name)+"-error" {
			said = flat(n)
		}
	})
	return said
}

// LinkTo is where the first link with a text leads; empty when there is none.
func (p *Page) LinkTo(text string) string {
	for _, a := range p.all("a") {
		if flat(a) == text {
			return attr(a, "href")
		}
	}
	return ""
}

// Footers counts the lines of sums below a table.
func (p *Page) Footers(caption string) int {
	n := 0
	for _, table := range p.all("table") {
		if heads := find(table, "caption"); len(heads) == 1 && flat(heads[0]) == caption {
			for _, foot := range find(table, "tfoot") {
				n += len(find(foot, "tr"))
			}
		}
	}
	return n
}

// Figures are the links whose address begins so, with the text that each shows.
func (p *Page) Figures(prefix string) map[string]string {
	out := map[string]string{}
	for _, a := range p.all("a") {
		if href := attr(a, "href"); strings.HasPrefix(href, prefix) {
			out[href] = flat(a)
		}
	}
	return out
}

// Form is what a browser would send of the form that posts or leads to an address: every control as it stands.
func (p *Page) Form(action string) (url.Values, bool) { return p.Nth(action, 0) }

// Nth is Form where several forms of a page go to one address; the first is 0.
func (p *Page) Nth(action string, n int) (url.Values, bool) {
	for _, form := range p.all("form") {
		if attr(form, "action") != action {
			continue
		}
		if n--; n >= 0 {
			continue
		}
		out := url.Values{}
		walk(form, func(n *html.Node) {
			name, kind := attr(n, "name"), attr(n, "type")
			switch {
			case n.Type != html.ElementNode || name == "" || n.Data == "button" || kind == "submit":
			case (kind == "checkbox" || kind == "radio") && !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "checked" }):
			case n.Data == "input":
				out.Add(name, attr(n, "value"))
			case n.Data == "textarea":
				out.Add(name, raw(n))
			case n.Data == "select":
				out.Add(name, chosen(n))
			}
		})
		return out, true
	}
	return nil, false
}

// chosen is the option that a select sends: the selected one, else the first.
func chosen(n *html.Node) string {
	options := find(n, "option")
	for _, option := range options {
		if slices.ContainsFunc(option.Attr, func(a html.Attribute) bool { return a.Key == "selected" }) {
			return attr(option, "value")
		}
	}
	if len(options) == 0 {
		return ""
	}
	return attr(options[0], "value")
}
