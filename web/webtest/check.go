package webtest

import (
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

var voidElements = strings.Fields("area base br col embed hr img input link meta source track wbr")

// Check holds what is true of every page: well formed, ids unique, every reference answered, every control named, one
// first heading, and nothing that the Content-Security-Policy would refuse.
func (p *Page) Check() {
	p.T.Helper()
	elements := p.elements()
	ids, labeled, headings := map[string]bool{}, map[string]bool{}, 0
	for _, e := range elements {
		if e.Data == "h1" {
			headings++
		}
		if id := attrOf(e, "id"); id != "" {
			if ids[id] {
				p.T.Errorf("%s: id %q stands twice", p.Path, id)
			}
			ids[id] = true
		}
		if e.Data == "label" {
			labeled[attrOf(e, "for")] = true
		}
	}
	if headings != 1 {
		p.T.Errorf("%s has %d first headings, want 1", p.Path, headings)
	}
	for _, e := range elements {
		p.checkPolicy(e)
		for _, name := range []string{"for", "aria-describedby", "aria-labelledby", "popovertarget"} {
			for _, id := range strings.Fields(attrOf(e, name)) {
				if !ids[id] {
					p.T.Errorf("%s: <%s %s=%q> points at nothing", p.Path, e.Data, name, id)
				}
			}
		}
		control := e.Data == "select" || e.Data == "textarea" || e.Data == "input" && attrOf(e, "type") != "hidden"
		if control && !labeled[attrOf(e, "id")] && attrOf(e, "aria-label") == "" {
			p.T.Errorf("%s: <%s name=%q> has no label", p.Path, e.Data, attrOf(e, "name"))
		}
	}
}

// elements reads the page strictly: every tag closed, in order, no attribute twice. A browser would repair it in silence.
func (p *Page) elements() []html.Token {
	p.T.Helper()
	var found []html.Token
	var open []string
	tokens := html.NewTokenizer(strings.NewReader(p.Body))
	for {
		kind := tokens.Next()
		token := tokens.Token()
		switch kind {
		case html.ErrorToken:
			if tokens.Err() != io.EOF {
				p.T.Fatalf("%s: %v", p.Path, tokens.Err())
			}
			if len(open) > 0 {
				p.T.Errorf("%s: never closed: %v", p.Path, open)
			}
			return found
		case html.StartTagToken, html.SelfClosingTagToken:
			seen := map[string]bool{}
			for _, a := range token.Attr {
				if seen[a.Key] {
					p.T.Errorf("%s: <%s> has %s twice", p.Path, token.Data, a.Key)
				}
				seen[a.Key] = true
			}
			found = append(found, token)
			if kind == html.StartTagToken && !slices.Contains(voidElements, token.Data) {
				open = append(open, token.Data)
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				p.T.Fatalf("%s: </%s> closes %v", p.Path, token.Data, open)
			}
			open = open[:len(open)-1]
		}
	}
}

// checkPolicy refuses inline styles, handlers and scripts, and foreign hosts.
func (p *Page) checkPolicy(e html.Token) {
	p.T.Helper()
	if e.Data == "style" || e.Data == "script" && attrOf(e, "src") == "" {
		p.T.Errorf("%s: inline <%s>", p.Path, e.Data)
	}
	for _, a := range e.Attr {
		if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") {
			p.T.Errorf("%s: <%s> has an inline %s", p.Path, e.Data, a.Key)
		}
		if (a.Key == "src" || e.Data == "link" && a.Key == "href") && !strings.HasPrefix(a.Val, "/static/") {
			p.T.Errorf("%s: <%s> loads %q", p.Path, e.Data, a.Val)
		}
	}
}

func attrOf(e html.Token, name string) string {
	for _, a := range e.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
