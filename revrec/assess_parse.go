package revrec

import (
	"encoding/json"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"ratable/internal/fault"
	"ratable/internal/strict"
)

// maxAssessment bounds a document: one of a contract with hundreds of lines is far shorter.
const maxAssessment = 1 << 20

// ParseAssessment reads an assessment from YAML or JSON. It is strict: what is unknown, repeated or impossible is refused with
// fault.Invalid, each finding with its path and line.
func ParseAssessment(source []byte) (Assessment, error) {
	root, err := strict.Tree(source, "assessment", maxAssessment)
	if err != nil {
		return Assessment{}, err
	}
	return ParseAssessmentNode(root)
}

// ParseAssessmentNode is ParseAssessment for a document that stands inside a larger one.
func ParseAssessmentNode(root *yaml.Node) (Assessment, error) {
	var x Assessment
	found := strict.Read(root, &x)
	if len(found) == 0 {
		x.Reason = strings.TrimSpace(x.Reason)
		found = x.Validate()
	}
	if len(found) > 0 {
		return Assessment{}, fault.InvalidFields(strict.Placed(root, found)...)
	}
	return x, nil
}

// ExportAssessment writes a document as it would be entered, with what was frozen when it was proposed.
func ExportAssessment(x Assessment) ([]byte, error) {
	text, err := json.Marshal(x)
	if err != nil {
		return nil, fmt.Errorf("export assessment of contract %s: %w", x.Contract, err)
	}
	root, err := strict.FromJSON(text)
	if err != nil {
		return nil, fmt.Errorf("export assessment of contract %s: %w", x.Contract, err)
	}
	out, err := strict.Write(root, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("export assessment of contract %s: %w", x.Contract, err)
	}
	return out, nil
}
