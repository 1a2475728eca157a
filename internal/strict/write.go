package strict

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// plain is a text that YAML reads as a number or a day and that means the same written back.
var plain = regexp.MustCompile(`^((0|[1-9]\d*)(\.\d+)?|\d{4}-\d{2}-\d{2})$`)

// FromJSON gives the nodes of a JSON text, to stand inside a document. Figures and
// days stand without quotes, as people write them.
func FromJSON(text []byte) (*yaml.Node, error) {
	root, err := Tree(text, "text", len(text))
	if err == nil {
		loosen(root)
	}
	return root, err
}

func loosen(n *yaml.Node) {
	for _, child := range n.Content {
		loosen(child)
	}
	if n.Kind == yaml.ScalarNode && (n.Tag != "!!str" || plain.MatchString(n.Value)) {
		n.Tag = "" // what it looks like is what it is
	}
}

// Write is a document as normalized YAML. The values of the keys that are figures
// or days stand without quotes, as people write them.
func Write(document any, figures, days []string) ([]byte, error) {
	var root yaml.Node
	if err := root.Encode(document); err != nil {
		return nil, err
	}
	unquote(&root, "", figures, days)
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(&root); err != nil {
		return nil, err
	}
	return out.Bytes(), enc.Close()
}

// unquote lets figures and days stand as sales would type them; the encoder
// quotes them, because to Go they are texts. A word stays one, whatever its key.
func unquote(n *yaml.Node, key string, figures, days []string) {
	for i, child := range n.Content {
		switch {
		case n.Kind != yaml.MappingNode:
			unquote(child, key, figures, days)
		case i%2 == 1:
			unquote(child, n.Content[i-1].Value, figures, days)
		case slices.Contains(days, child.Value):
			child.Style = 0 // "on" was a boolean in older YAML; nobody writes it in quotes
		}
	}
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
		return
	}
	switch {
	case slices.Contains(days, key) && day.MatchString(n.Value):
		n.Tag, n.Style = "!!timestamp", 0
	case slices.Contains(figures, key) && figure.MatchString(n.Value) && strings.Contains(n.Value, "."):
		n.Tag, n.Style = "!!float", 0
	case slices.Contains(figures, key) && figure.MatchString(n.Value):
		n.Tag, n.Style = "!!int", 0
	}
}

var (
	day    = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	figure = regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?$`)
)
