package onboarding

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/strict"
)

// readDocuments reads YAML or JSON: a list of rows, alone or under the name of its kind, or of contracts one document after another.
func readDocuments(k Kind, format Format, text []byte) (*sheet, error) {
	s := &sheet{kind: k, format: format}
	var roots []*yaml.Node
	if format == JSON {
		root, err := strict.Tree(text, string(k), MaxFile)
		if err != nil {
			return nil, err
		}
		roots = append(roots, root)
	} else {
		in := yaml.NewDecoder(bytes.NewReader(text))
		for {
			var doc yaml.Node
			err := in.Decode(&doc)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				line, what, _ := strict.Trouble(err)
				return nil, fault.InvalidFields(fault.Field{Path: "file", Line: line, Message: "is no YAML here: " + what})
			}
			roots = append(roots, &doc)
		}
	}
	for _, root := range roots {
		if root.Kind == yaml.DocumentNode && len(root.Content) == 1 {
			root = root.Content[0]
		}
		if err := s.take(root); err != nil {
			return nil, err
		}
	}
	if len(s.rows) == 0 {
		return nil, fault.InvalidFields(fault.Field{Path: "file", Message: "holds no rows"})
	}
	return s, nil
}

// take takes a document up: a row, or a list of them.
func (s *sheet) take(n *yaml.Node) error {
	switch {
	case n.Kind == yaml.SequenceNode:
		for _, item := range n.Content {
			if err := s.take(item); err != nil {
				return err
			}
		}
		return nil
	case n.Kind == yaml.MappingNode && len(n.Content) == 2 && n.Content[0].Value == string(s.kind):
		return s.take(n.Content[1])
	case n.Kind != yaml.MappingNode:
		return fault.InvalidFields(fault.Field{Path: "file", Line: n.Line, Message: fmt.Sprintf("must be a list of %s, each a group of keys", s.kind)})
	}
	g := given{line: n.Line, node: without(n, errorField, errorText), cells: map[string]string{}}
	if s.kind == Contracts {
		g.cells["contract"] = scalarOf(n, "contract")
	} else {
		s.flatten(&g)
	}
	s.rows = append(s.rows, g)
	return nil
}

// without is a group without some keys: what an error file added is read over.
func without(n *yaml.Node, keys ...string) *yaml.Node {
	out := *n
	out.Content = nil
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !slices.Contains(keys, n.Content[i].Value) {
			out.Content = append(out.Content, n.Content[i], n.Content[i+1])
		}
	}
	return &out
}

func scalarOf(n *yaml.Node, key string) string {
	if v := strict.NodeAt(n, key); v != nil && v.Kind == yaml.ScalarNode {
		return strings.TrimSpace(v.Value)
	}
	return ""
}

// flatten makes cells of keys: they are named as columns are.
func (s *sheet) flatten(g *given) {
	all := Columns(s.kind)
	for i := 0; i+1 < len(g.node.Content); i += 2 {
		key, value := g.node.Content[i], g.node.Content[i+1]
		name, known := columnOf(all, key.Value)
		switch {
		case !known || name == "":
			g.found = append(g.found, fault.Field{Path: fault.Shown(key.Value), Line: key.Line, Message: fmt.Sprintf("is no key of %s; the nearest is %s", s.kind, nearest(all, key.Value))})
		case g.cells[name] != "":
			g.found = append(g.found, fault.Field{Path: name, Line: key.Line, Message: "is given twice; keep one"})
		case value.Kind != yaml.ScalarNode:
			g.found = append(g.found, fault.Field{Path: name, Line: value.Line, Message: "must be a single value"})
		case value.ShortTag() != "!!null":
			g.set(name, value.Value)
		}
	}
}

// document reads the contract of a row.
func (g *given) document() (contracts.Document, bool) {
	d, err := contracts.ParseNode(g.node)
	if err != nil {
		g.found = append(g.found, fault.Fields(err)...)
	}
	return d, err == nil
}
