package scenario

import (
	"bytes"
	"fmt"

	"gopkg.in/yaml.v3"

	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/strict"
)

// Parse reads a scenario: YAML (or JSON, which is YAML too), and after a line of
// three dashes, optionally, usage as CSV. It is strict: an unknown key, a code
// that nothing explains or an impossible value is refused with fault.Invalid,
// each finding with its line and field.
func Parse(source []byte) (Scenario, error) {
	head, tail, line := split(source)
	root, err := strict.Tree(head, "scenario", maxHead)
	if err != nil {
		return Scenario{}, err
	}
	left := maxNodes
	if root = unfold(root, &left); left < 0 {
		return Scenario{}, fault.InvalidFields(fault.Field{Path: "document", Message: "is too large, or an alias (*name) in it holds itself"})
	}
	b := newBuilder()
	if b.found = strict.Read(root, &b.d); len(b.found) == 0 {
		b.build()
		b.csv(tail, line)
	}
	if len(b.found) > 0 {
		return Scenario{}, fault.InvalidFields(strict.Placed(root, b.found)...)
	}
	return b.scenario(), nil
}

// maxHead is the largest scenario accepted, in bytes; the usage after it does not
// count.
const maxHead = 16 << 20

// split takes the usage off the end of the document and says on which line it
// begins. Three dashes before any content begin a YAML document, as usual.
func split(source []byte) (head, tail []byte, line int) {
	content := false
	for at, n := 0, 1; at < len(source); n++ {
		end := len(source)
		if i := bytes.IndexByte(source[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		text := bytes.TrimRight(source[at:end], " \t\r\n")
		if string(text) == "---" && content {
			return source[:at], source[end:], n + 1
		}
		content = content || len(text) > 0 && text[0] != '#' && string(text) != "---"
		at = end
	}
	return source, nil, 0
}

// agreed reads one contract document out of the scenario.
func agreed(n yaml.Node, path string) (contracts.Document, []fault.Field) {
	d, err := contracts.ParseNode(&n)
	found := fault.Fields(err)
	for i, f := range found {
		if found[i].Path = path; f.Path != "document" {
			found[i].Path += "." + f.Path
		}
	}
	return d, found
}

// maxNodes bounds a scenario once its aliases are filled in: a few lines of
// aliases can stand for more text than there is memory.
const maxNodes = 500_000

// unfold copies a node with aliases and merges (<<: *first) filled in: documents
// of one scenario may share terms, a contract stands alone.
// It stops when left runs out, as an alias that holds itself makes it.
func unfold(n *yaml.Node, left *int) *yaml.Node {
	if *left--; *left < 0 {
		return &yaml.Node{Kind: yaml.ScalarNode}
	}
	if n.Kind == yaml.AliasNode {
		return unfold(n.Alias, left)
	}
	c := *n
	c.Anchor, c.HeadComment, c.LineComment, c.FootComment = "", "", "", ""
	c.Content = nil
	var merged []*yaml.Node
	for i, child := range n.Content {
		switch {
		case n.Kind == yaml.MappingNode && i%2 == 0 && child.Tag == "!!merge":
		case n.Kind == yaml.MappingNode && i%2 == 1 && n.Content[i-1].Tag == "!!merge":
			merged = append(merged, unfold(child, left))
		default:
			c.Content = append(c.Content, unfold(child, left))
		}
	}
	for _, m := range merged {
		c.Content = fill(c.Content, m)
	}
	return &c
}

// fill adds the keys of a merged group that the group itself does not set.
func fill(keys []*yaml.Node, from *yaml.Node) []*yaml.Node {
	for i := 0; i+1 < len(from.Content); i += 2 {
		set := false
		for j := 0; j+1 < len(keys); j += 2 {
			set = set || keys[j].Value == from.Content[i].Value
		}
		if !set {
			keys = append(keys, from.Content[i], from.Content[i+1])
		}
	}
	return keys
}

func at(list string, i int, key string) string {
	path := fmt.Sprintf("%s[%d]", list, i)
	if key != "" {
		path += "." + key
	}
	return path
}
