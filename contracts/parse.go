package contracts

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"ratable/internal/fault"
)

// MaxDocument is the largest contract document accepted, in bytes.
const MaxDocument = 1 << 20

// Parse reads a contract document from YAML or JSON (which is YAML too). It is
// strict: an unknown key, a second document, or an impossible value is refused
// with fault.Invalid, each finding with its path and, where YAML gives one, its
// line. The result is normalized: exporting it and parsing again gives the same.
func Parse(source []byte) (Document, error) {
	var d Document
	if len(source) > MaxDocument {
		return d, fault.InvalidFields(fault.Field{Path: "document", Message: fmt.Sprintf("is %d bytes; at most %d are accepted", len(source), MaxDocument)})
	}
	if !utf8.Valid(source) {
		return d, fault.InvalidFields(fault.Field{Path: "document", Message: "is not valid UTF-8; save the file as UTF-8 and send it again"})
	}
	if err := decode(source, &d); err != nil {
		return Document{}, err
	}
	d.normalize()
	if found := d.Validate(); len(found) > 0 {
		return Document{}, fault.InvalidFields(placed(source, found)...)
	}
	return d, nil
}

// decode fills d and turns the decoder's complaints into named findings.
func decode(source []byte, d *Document) error {
	dec := yaml.NewDecoder(bytes.NewReader(source))
	dec.KnownFields(true)
	err := dec.Decode(d)
	if errors.Is(err, io.EOF) {
		return fault.InvalidFields(fault.Field{Path: "document", Message: "is empty"})
	}
	if err != nil {
		return fault.InvalidFields(complaints(err)...)
	}
	if dec.Decode(new(any)) != io.EOF {
		return fault.InvalidFields(fault.Field{Path: "document", Message: "holds more than one document; send one contract at a time"})
	}
	return nil
}

var (
	unknownKey  = regexp.MustCompile(`^line (\d+): field (\S+) not found in type`)
	wrongType   = regexp.MustCompile(`^line (\d+): (.*)$`)
	yamlTrouble = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)
)

// complaints rewrites yaml.v3's messages, which name Go types, for people.
func complaints(err error) []fault.Field {
	var typed *yaml.TypeError
	if !errors.As(err, &typed) {
		m := yamlTrouble.FindStringSubmatch(err.Error())
		if m == nil {
			return []fault.Field{{Path: "document", Message: err.Error()}}
		}
		return []fault.Field{{Path: "document", Line: number(m[1]), Message: "cannot be read as YAML: " + m[2]}}
	}
	var out []fault.Field
	for _, text := range typed.Errors {
		if m := unknownKey.FindStringSubmatch(text); m != nil {
			out = append(out, fault.Field{Path: m[2], Line: number(m[1]), Message: "is not a key known here; check its spelling and indentation"})
		} else if m := wrongType.FindStringSubmatch(text); m != nil {
			out = append(out, fault.Field{Path: "document", Line: number(m[1]), Message: plainType(m[2])})
		} else {
			out = append(out, fault.Field{Path: "document", Message: text})
		}
	}
	return out
}

var goTypes = strings.NewReplacer(
	"into decimal.Decimal", "as a number", "into period.Date", "as a day (2026-03-31)",
	"into int", "as a whole number", "into []contracts.Line", "as a list of lines",
	"into contracts.Document", "as a contract", "!!str ", "text ", "!!int ", "number ", "!!float ", "number ",
	"!!seq", "a list", "!!map", "a group of keys", "unmarshal", "read")

func plainType(message string) string { return goTypes.Replace(message) }

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// normalize writes defaults that have only one meaning, so that a document and
// its export are the same.
func (d *Document) normalize() {
	d.Currency = strings.ToUpper(strings.TrimSpace(d.Currency))
	if d.Payer == d.Customer {
		d.Payer = ""
	}
	if d.Effective == d.Term.From {
		d.Effective = d.Effective.AddDays(0)
	}
	if d.Billing.Align == "" {
		d.Billing.Align = Anniversary
	}
	for i := range d.Lines {
		if f := d.Lines[i].Fixed; f != nil && f.In == "" {
			f.In = Advance
		}
	}
}

// Export writes the document as normalized YAML; Parse(Export(d)) gives d.
func Export(d Document) ([]byte, error) {
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(d); err != nil {
		return nil, fmt.Errorf("export contract %s: %w", d.Contract, err)
	}
	return out.Bytes(), enc.Close()
}

// placed gives each finding the line of the nearest node its path names.
func placed(source []byte, found []fault.Field) []fault.Field {
	var root yaml.Node
	if yaml.Unmarshal(source, &root) != nil || len(root.Content) == 0 {
		return found
	}
	for i := range found {
		if found[i].Line == 0 {
			found[i].Line = lineOf(root.Content[0], found[i].Path)
		}
	}
	return found
}

// lineOf walks "lines[2].fixed.quantity" as far as it goes; the deepest node
// found gives the line, so that a missing key points at its parent.
func lineOf(n *yaml.Node, path string) int {
	line := 0
	for _, step := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		next := child(n, step)
		if next == nil {
			return line
		}
		n, line = next, next.Line
	}
	return line
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
