package ui

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
)

// element is a start tag as the browser sees it.
type element struct {
	name  string
	attrs map[string]string
	text  string // what follows, up to the next tag
}

func (e element) String() string {
	names := []string{e.name}
	for name := range e.attrs {
		names = append(names, name)
	}
	slices.Sort(names[1:])
	return strings.Join(names, " ")
}

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var page strings.Builder
	if err := c.Render(t.Context(), &page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

var voidElements = strings.Fields("area base br col embed hr img input link meta source track wbr")

// elements reads a page strictly: every tag closed, in order, no attribute twice. A browser would repair it in silence.
func elements(t *testing.T, page string) []element {
	t.Helper()
	var found []element
	var open []string
	tokens := html.NewTokenizer(strings.NewReader(page))
	for {
		kind := tokens.Next()
		token := tokens.Token()
		switch kind {
		case html.ErrorToken:
			if tokens.Err() != io.EOF {
				t.Fatal(tokens.Err())
			}
			if len(open) > 0 {
				t.Errorf("never closed: %v", open)
			}
			return found
		case html.TextToken:
			if len(found) > 0 {
				found[len(found)-1].text += token.Data
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			e := element{name: token.Data, attrs: map[string]string{}}
			for _, attr := range token.Attr {
				if _, twice := e.attrs[attr.Key]; twice {
					t.Errorf("<%s> has %s twice", e.name, attr.Key)
				}
				e.attrs[attr.Key] = attr.Val
			}
			found = append(found, e)
			if kind == html.StartTagToken && !slices.Contains(voidElements, token.Data) {
				open = append(open, token.Data)
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				t.Fatalf("</%s> closes %v", token.Data, open)
			}
			open = open[:len(open)-1]
		}
	}
}

// checkPage holds what is true of every page: strict-CSP safe, ids unique, every reference answered, every field named.
func checkPage(t *testing.T, page string) {
	t.Helper()
	all := elements(t, page)
	ids, labeled := map[string]bool{}, map[string]bool{}
	for _, e := range all {
		if id, ok := e.attrs["id"]; ok {
			if ids[id] || id == "" {
				t.Errorf("id %q stands twice or is empty", id)
			}
			ids[id] = true
		}
		if e.name == "label" {
			labeled[e.attrs["for"]] = true
		}
	}
	for _, e := range all {
		checkPolicy(t, e)
		for _, attr := range []string{"for", "aria-describedby", "aria-labelledby", "popovertarget"} {
			for _, id := range strings.Fields(e.attrs[attr]) {
				if !ids[id] {
					t.Errorf("<%s %s=%q> points at nothing", e.name, attr, id)
				}
			}
		}
		control := e.name == "select" || e.name == "textarea" || e.name == "input" && e.attrs["type"] != "hidden"
		if control && !labeled[e.attrs["id"]] && e.attrs["aria-label"] == "" {
			t.Errorf("<%s name=%q> has no label", e.name, e.attrs["name"])
		}
	}
}

// checkPolicy refuses what a strict Content-Security-Policy would: inline styles, handlers, scripts; and foreign hosts.
func checkPolicy(t *testing.T, e element) {
	t.Helper()
	if e.name == "style" || e.name == "script" && (e.attrs["src"] == "" || strings.TrimSpace(e.text) != "") {
		t.Errorf("inline <%s>", e.name)
	}
	for name, value := range e.attrs {
		if name == "style" || strings.HasPrefix(name, "on") || strings.HasPrefix(name, "hx-on") {
			t.Errorf("<%s> has an inline %s", e.name, name)
		}
		if (name == "src" || e.name == "link" && name == "href") && !strings.HasPrefix(value, "/static/") {
			t.Errorf("<%s> loads %q", e.name, value)
		}
	}
}
