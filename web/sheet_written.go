package web

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"ratable/contracts"
)

// This file is the way from a document to the form.

// written fills a sheet from a document.
func written(d contracts.Document) (sheet, error) {
	text, err := contracts.Export(d)
	if err != nil {
		return nil, err
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, fmt.Errorf("read back contract %s: %w", d.Contract, err)
	}
	s := sheet{}
	s.take(root.Content[0], "")
	for i, l := range d.Lines {
		s[fmt.Sprintf("lines[%d].kind", i)] = kindOf(l)
	}
	return s, nil
}

// kindOf is the kind that the form has for a line.
func kindOf(l contracts.Line) string {
	switch {
	case l.Usage != nil:
		return "usage"
	case l.Once != nil:
		return "once"
	case l.Fixed != nil && len(l.Fixed.Ramp) > 0:
		return "ramp"
	case l.Fixed != nil && len(l.Fixed.Installments) > 0:
		return "installments"
	}
	return "fixed"
}

func (s sheet) take(n *yaml.Node, path string) {
	switch n.Kind {
	case yaml.MappingNode:
		if _, whole := fieldNamed(path + ".used"); whole && len(n.Content) == 0 { // a rollover by its defaults, said aloud
			s[path+".used"] = string(contracts.UsedFirst)
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if key := keyField(path); key != "" {
				row := fmt.Sprintf("%s[%d]", path, i/2)
				s[row+"."+key] = n.Content[i].Value
				if n.Content[i+1].Kind == yaml.ScalarNode {
					s[row+".value"] = n.Content[i+1].Value
				} else {
					s.take(n.Content[i+1], row)
				}
				continue
			}
			s.take(n.Content[i+1], strings.TrimPrefix(path+"."+n.Content[i].Value, "."))
		}
	case yaml.SequenceNode:
		if f, ok := fieldNamed(path); ok && separators[f.shape] != "" {
			var ids []string
			for _, item := range n.Content {
				ids = append(ids, item.Value)
			}
			s[path] = strings.Join(ids, ", ")
			return
		}
		for i, item := range n.Content {
			s.take(item, fmt.Sprintf("%s[%d]", path, i))
		}
	case yaml.ScalarNode:
		s[path] = n.Value
	}
}

// copied is the sheet of a new deal made from an old one: the same terms for the time after it.
func (s sheet) copied(number string) sheet {
	out := sheet{}
	for name, value := range s {
		out[name] = value
	}
	out["contract"] = number
	for _, name := range []string{"effective", "reason", "billing.po_number"} {
		delete(out, name)
	}
	return out
}

// keyField is the field that a row of a map stands under; empty when the name is of no map.
func keyField(path string) string {
	pattern := rowNumber.ReplaceAllString(path, "[]") + "[]."
	for _, f := range formFields {
		if name, inside := strings.CutPrefix(f.path, pattern); inside && f.key {
			return name
		}
	}
	return ""
}
