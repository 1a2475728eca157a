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
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" && plain.MatchString(n.Value) {
		n.Tag = ""
	}
}

// Write is a document as normalized YAML. The values of the keys that are figures
// or days stand without quotes, as people write them.
func Write(document any, figures, days []string) ([]byte, error) {
	var root yaml.Node
	if err := root.Encode(document); err != nil {
		return nil, err
	}
	unquote(&root, figures, days)
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(&root); err != nil {
		return nil, err
	}
	return out.Bytes(), enc.Close()
}

// unquote lets figures and days stand as sales would type them; the encoder
// quotes them, because to Go they are texts.
func unquote(n *yaml.Node, figures, days []string) {
	for i, child := range n.Content {
		unquote(child, figures, days)
		if n.Kind != yaml.MappingNode || i%2 == 0 || child.Kind != yaml.ScalarNode {
			continue
		}
		switch key := n.Content[i-1].Value; {
		case slices.Contains(days, key):
			child.Tag, child.Style = "!!timestamp", 0
		case slices.Contains(figures, key) && strings.Contains(child.Value, "."):
			child.Tag, child.Style = "!!float", 0
		case slices.Contains(figures, key):
			child.Tag, child.Style = "!!int", 0
		}
	}
}
