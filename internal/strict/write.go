package strict

import (
	"bytes"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

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
