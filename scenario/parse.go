package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"ratable/contracts"
	"ratable/internal/fault"
)

// Parse reads a scenario: YAML (or JSON, which is YAML too), and after a line of
// three dashes, optionally, usage as CSV. It is strict: an unknown key, a code
// that nothing explains or an impossible value is refused with fault.Invalid,
// each finding with its line and field.
func Parse(source []byte) (Scenario, error) {
	if !utf8.Valid(source) {
		return Scenario{}, fault.InvalidFields(fault.Field{Path: "document", Message: "is not valid UTF-8; save the file as UTF-8 and try again"})
	}
	head, tail, line := split(source)
	var d document
	if err := decode(head, &d); err != nil {
		return Scenario{}, err
	}
	b := newBuilder(d)
	b.build()
	b.csv(tail, line)
	if len(b.found) > 0 {
		return Scenario{}, fault.InvalidFields(placed(head, b.found)...)
	}
	return b.scenario(), nil
}

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

func decode(source []byte, d *document) error {
	dec := yaml.NewDecoder(bytes.NewReader(source))
	dec.KnownFields(true)
	err := dec.Decode(d)
	if errors.Is(err, io.EOF) {
		return fault.InvalidFields(fault.Field{Path: "document", Message: "is empty; docs/scenario.md begins with one to copy"})
	}
	if err == nil {
		return nil
	}
	found := contracts.Complaints(err)
	var root yaml.Node
	_ = yaml.Unmarshal(source, &root) // where it cannot be read at all, the complaint says so
	for i := range found {
		found[i].Message = plain.Replace(found[i].Message)
		if path := pathOf(&root, found[i].Line, found[i].Message); found[i].Path == "document" && path != "" {
			found[i].Path = path
		}
	}
	return fault.InvalidFields(found...)
}

// pathOf names the key whose value a complaint quotes: the decoder knows only the
// line.
func pathOf(n *yaml.Node, line int, message string) string {
	for i, child := range n.Content {
		step := ""
		switch {
		case n.Kind == yaml.MappingNode && i%2 == 0:
			continue
		case n.Kind == yaml.MappingNode:
			step = "." + n.Content[i-1].Value
		case n.Kind == yaml.SequenceNode:
			step = fmt.Sprintf("[%d]", i)
		}
		if child.Kind == yaml.ScalarNode && child.Line == line && strings.HasPrefix(message, fault.Quote(child.Value)) {
			return strings.TrimPrefix(step, ".")
		}
		if below := pathOf(child, line, message); below != "" {
			if below[0] != '[' && step != "" {
				step += "."
			}
			return strings.TrimPrefix(step, ".") + below
		}
	}
	return ""
}

// plain takes Go's names out of the decoder's messages.
var plain = strings.NewReplacer("as a whole number", "as a whole number",
	"into scenario.document", "as a scenario", "into scenario.fact", "as a fact such as use: {...}",
	"into []scenario.fact", "as a list of facts", "into []yaml.Node", "as a list of contracts",
	"into scenario.", "as ", "into []scenario.", "as a list of ", "into string", "as text", "into []string", "as a list of texts")

// placed gives each finding the line of the nearest key its path names.
func placed(source []byte, found []fault.Field) []fault.Field {
	var root yaml.Node
	if yaml.Unmarshal(source, &root) != nil || len(root.Content) == 0 {
		return found
	}
	for i := range found {
		if found[i].Line == 0 {
			found[i].Line = contracts.LineOf(root.Content[0], found[i].Path)
		}
	}
	return found
}

// agreed reads one contract document out of the scenario. It is handed to the
// contract's own parser as text of its own; its findings get their lines back.
func agreed(n yaml.Node, path string) (contracts.Document, []fault.Field) {
	left := maxNodes
	own := unfold(&n, &left)
	if left < 0 {
		return contracts.Document{}, []fault.Field{{Path: path, Line: n.Line, Message: "is too large, or an alias (*name) in it holds itself"}}
	}
	source, err := yaml.Marshal(own)
	if err != nil {
		return contracts.Document{}, []fault.Field{{Path: path, Line: n.Line, Message: err.Error()}}
	}
	d, err := contracts.Parse(source)
	found := fault.Fields(err)
	if err != nil && len(found) == 0 {
		found = []fault.Field{{Path: path, Line: n.Line, Message: err.Error()}}
	}
	if len(found) > 0 {
		lines := lineMap(source, own)
		for i := range found {
			found[i].Line = lines(found[i].Line)
			found[i].Path = path + "." + strings.TrimPrefix(strings.TrimPrefix(found[i].Path, "document"), ".")
			found[i].Path = strings.TrimSuffix(found[i].Path, ".")
		}
	}
	return d, found
}

// maxNodes bounds a contract document once its aliases are filled in: a few lines
// of aliases can stand for more text than there is memory.
const maxNodes = 100_000

// unfold copies a node with aliases and merges (<<: *first) filled in and one key
// per line: documents of one scenario may share terms, a contract stands alone.
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
	c.Style &^= yaml.FlowStyle
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

// lineMap says on which line of the scenario a line of the extracted document
// stood. Both trees have the same shape.
func lineMap(source []byte, original *yaml.Node) func(int) int {
	lines := map[int]int{}
	var copied yaml.Node
	if yaml.Unmarshal(source, &copied) == nil && len(copied.Content) == 1 {
		pair(copied.Content[0], original, lines)
	}
	return func(line int) int {
		for ; line > 0; line-- {
			if at, ok := lines[line]; ok {
				return at
			}
		}
		return original.Line
	}
}

func pair(copied, original *yaml.Node, lines map[int]int) {
	if _, ok := lines[copied.Line]; !ok {
		lines[copied.Line] = original.Line
	}
	for i := range copied.Content {
		if i < len(original.Content) {
			pair(copied.Content[i], original.Content[i], lines)
		}
	}
}

func at(list string, i int, key string) string {
	path := fmt.Sprintf("%s[%d]", list, i)
	if key != "" {
		path += "." + key
	}
	return path
}
