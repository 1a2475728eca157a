package strict

import (
	"fmt"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"ratable/internal/fault"
)

// maxFindings bounds how much is said about one document: whoever sends the
// wrong file learns it from the first lines.
const maxFindings = 50

// Placed gives each finding the line of the nearest node its path names.
func Placed(root *yaml.Node, found []fault.Field) []fault.Field {
	if more := len(found) - maxFindings; more > 0 {
		found = append(found[:maxFindings:maxFindings], fault.Field{Path: "document", Message: fmt.Sprintf("has %d more mistakes", more)})
	}
	for i := range found {
		if found[i].Line == 0 {
			found[i].Line = LineOf(root, found[i].Path)
		}
	}
	return found
}

// LineOf walks "lines[2].fixed.quantity" as far as it goes; the deepest node
// found gives the line, so that a missing key points at its parent.
func LineOf(n *yaml.Node, path string) int {
	line := 0
	for _, step := range steps(path) {
		if n = child(n, step); n == nil {
			return line
		}
		line = n.Line
	}
	return line
}

// NodeAt is the node a path names, nil when there is none.
func NodeAt(n *yaml.Node, path string) *yaml.Node {
	for _, step := range steps(path) {
		if n = child(n, step); n == nil {
			return nil
		}
	}
	return n
}

func steps(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
}

func child(n *yaml.Node, step string) *yaml.Node {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i < len(n.Content) {
			return n.Content[i]
		}
	}
	return nil
}
