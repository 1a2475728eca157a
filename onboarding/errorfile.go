package onboarding

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"ratable/internal/fault"
	"ratable/reports"
)

// WriteErrors writes the refused rows as they came, with what is wrong in two columns more, in the format of the file: whoever corrects
// it there sends that very file again. A cell that a spreadsheet would run gets an apostrophe before it, which reading takes off.
func (r Report) WriteErrors(w io.Writer) error {
	if r.sheet == nil {
		return fault.New(fault.Invalid, "the file could not be read, so that there are no rows to give back")
	}
	if r.sheet.format == CSV {
		return r.writeCSV(w)
	}
	return r.writeDocuments(w)
}

// refused gives each refused row with why.
func (r Report) refused(each func(g given, row Row) error) error {
	for i, row := range r.Rows {
		if row.Outcome != Refused {
			continue
		}
		if err := each(r.sheet.rows[i], row); err != nil {
			return err
		}
	}
	return nil
}

func (r Report) writeCSV(w io.Writer) error {
	s := r.sheet
	if s.bom { // Excel reads UTF-8 by it
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return err
		}
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = s.comma, s.crlf
	// The file may be an error file itself: its old columns make way.
	keep := func(raw []string) []string {
		var cells []string
		for i, c := range raw {
			if i >= len(s.columns) || s.columns[i] != "" {
				cells = append(cells, guarded(c))
			}
		}
		for wide := s.width(); len(cells) < wide; {
			cells = append(cells, "")
		}
		return cells
	}
	if err := out.Write(append(keep(s.header), errorField, errorText)); err != nil {
		return err
	}
	err := r.refused(func(g given, row Row) error {
		return out.Write(append(keep(g.raw), reports.Guarded(paths(row.Fields)), reports.Guarded(texts(row.Fields))))
	})
	out.Flush()
	if err != nil {
		return err
	}
	return out.Error()
}

// width is how many columns of the header are kept.
func (s *sheet) width() int {
	return len(slices.DeleteFunc(slices.Clone(s.columns), func(c string) bool { return c == "" }))
}

// guarded puts an apostrophe before what a spreadsheet would run. All else of a cell stays, byte for byte.
func guarded(cell string) string {
	if runs(cell) {
		return "'" + cell
	}
	return cell
}

func paths(found []fault.Field) string {
	var out []string
	for _, f := range found {
		if !slices.Contains(out, f.Path) {
			out = append(out, f.Path)
		}
	}
	return strings.Join(out, "; ")
}

func texts(found []fault.Field) string {
	var out []string
	for _, f := range found {
		text := f.Message
		if f.Value != "" {
			text = fmt.Sprintf("%q %s", f.Value, f.Message)
		}
		if len(found) > 1 {
			text = f.Path + ": " + text
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

func (r Report) writeDocuments(w io.Writer) error {
	var all []*yaml.Node
	err := r.refused(func(g given, row Row) error {
		n := *g.node
		n.Content = append(slices.Clone(n.Content), text(errorField), text(paths(row.Fields)), text(errorText), text(texts(row.Fields)))
		all = append(all, &n)
		return nil
	})
	if err != nil {
		return err
	}
	if r.sheet.format == JSON {
		return writeJSON(w, all)
	}
	out := yaml.NewEncoder(w)
	out.SetIndent(2)
	if r.sheet.kind == Contracts { // one document after another
		for _, n := range all {
			if err := out.Encode(n); err != nil {
				return err
			}
		}
		return out.Close()
	}
	if err := out.Encode(&yaml.Node{Kind: yaml.SequenceNode, Content: all}); err != nil {
		return err
	}
	return out.Close()
}

func text(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Style: yaml.DoubleQuotedStyle}
}

// writeJSON keeps the digits of numbers: a price is not read into a float on the way.
func writeJSON(w io.Writer, all []*yaml.Node) error {
	var b bytes.Buffer
	jsonOf(&b, &yaml.Node{Kind: yaml.SequenceNode, Content: all})
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, b.Bytes(), "", "  "); err != nil {
		return err
	}
	pretty.WriteByte('\n')
	_, err := pretty.WriteTo(w)
	return err
}

func jsonOf(b *bytes.Buffer, n *yaml.Node) {
	quote := func(s string) {
		text, err := json.Marshal(s)
		if err != nil {
			panic(err) // a string
		}
		b.Write(text)
	}
	switch n.Kind {
	case yaml.MappingNode:
		b.WriteByte('{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				b.WriteByte(',')
			}
			quote(n.Content[i].Value)
			b.WriteByte(':')
			jsonOf(b, n.Content[i+1])
		}
		b.WriteByte('}')
	case yaml.SequenceNode:
		b.WriteByte('[')
		for i, c := range n.Content {
			if i > 0 {
				b.WriteByte(',')
			}
			jsonOf(b, c)
		}
		b.WriteByte(']')
	default:
		if tag := n.ShortTag(); n.Style == 0 && (tag == "!!int" || tag == "!!float" || tag == "!!bool" || tag == "!!null") && json.Valid([]byte(n.Value)) {
			b.WriteString(n.Value)
			return
		}
		quote(n.Value)
	}
}
