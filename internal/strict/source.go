package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"ratable/internal/fault"
)

// Tree reads the text of one document of at most `most` bytes into nodes that
// know their lines; what is the trade's word for it ("contract"). It refuses with fault.Invalid. JSON is
// told from YAML because YAML, which contains it on paper, does not read the
// \ud83d\ude00 that many programs write for an emoji.
func Tree(source []byte, what string, most int) (*yaml.Node, error) {
	if len(source) > most {
		return nil, whole(0, "is %d bytes; at most %d are accepted", len(source), most)
	}
	if bad := brokenAt(source); bad >= 0 {
		return nil, whole(lineAt(source, bad), "is not valid UTF-8; save the file as UTF-8 and send it again")
	}
	source = bytes.TrimPrefix(source, []byte("\uFEFF"))
	if start := bytes.TrimLeft(source, " \t\r\n"); len(start) > 0 && start[0] == '{' && json.Valid(source) {
		return (&jsonTree{Decoder: json.NewDecoder(bytes.NewReader(source)), source: source, line: 1}).document()
	}
	return yamlTree(source, what)
}

// whole is a finding about the document and no key of it.
func whole(line int, format string, args ...any) error {
	return fault.InvalidFields(fault.Field{Path: "document", Line: line, Message: fmt.Sprintf(format, args...)})
}

func brokenAt(source []byte) int {
	for i := 0; i < len(source); {
		r, size := utf8.DecodeRune(source[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

func lineAt(source []byte, offset int) int { return 1 + bytes.Count(source[:offset], []byte("\n")) }

func yamlTree(source []byte, what string) (*yaml.Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(source))
	var n yaml.Node
	if err := dec.Decode(&n); errors.Is(err, io.EOF) {
		return nil, whole(0, "is empty")
	} else if err != nil {
		return nil, unreadable(source, err)
	}
	if dec.Decode(new(yaml.Node)) != io.EOF {
		return nil, whole(0, "holds more than one document; send one %s at a time", what)
	}
	return n.Content[0], nil
}

var yamlTrouble = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// Trouble takes a message of the YAML library apart: the line, 0 when it says
// none, and what is wrong there.
func Trouble(err error) (line int, what string, ok bool) {
	m := yamlTrouble.FindStringSubmatch(err.Error())
	if m == nil {
		return 0, "", false
	}
	line, _ = strconv.Atoi(m[1])
	return line, m[2], true
}

// unreadable says where the text stops being YAML. The usual reason is a tab,
// which the parser names by its effect only.
func unreadable(source []byte, err error) error {
	line, trouble, ok := Trouble(err)
	if !ok {
		return whole(0, "cannot be read as YAML: %v", err)
	}
	if tab := tabbed.FindIndex(source); tab != nil {
		return whole(lineAt(source, tab[1]-1), "is indented with a tab, which YAML does not allow; indent with spaces")
	}
	return whole(line, "cannot be read as YAML: %s; look around this line", trouble)
}

var tabbed = regexp.MustCompile(`(?m)^ *\t`)

// jsonTree builds the nodes YAML would have given. Unlike decoding into a
// struct, it keeps duplicate keys and lines.
type jsonTree struct {
	*json.Decoder
	source []byte
	line   int // on which offset lies
	offset int
}

// at counts on from the token before: from the start each time would take hours
// for a megabyte of short tokens.
func (t *jsonTree) at() int {
	next := int(t.InputOffset())
	t.line += bytes.Count(t.source[t.offset:next], []byte("\n"))
	t.offset = next
	return t.line
}

func (t *jsonTree) document() (*yaml.Node, error) {
	t.UseNumber()
	return t.value()
}

// value reads one value. The text was checked to be JSON, so that the only
// errors left are those of a broken reader.
func (t *jsonTree) value() (*yaml.Node, error) {
	token, err := t.Token()
	if err != nil {
		return nil, whole(0, "cannot be read as JSON: %v", err)
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Line: t.at()}
	switch v := token.(type) {
	case json.Delim:
		n.Kind = yaml.SequenceNode
		if v == '{' {
			n.Kind = yaml.MappingNode
		}
		for t.More() {
			item, err := t.value()
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, item)
		}
		_, err = t.Token() // the closing bracket
		return n, err
	case string:
		n.Tag, n.Value = "!!str", v
	case json.Number:
		n.Tag, n.Value = "!!float", v.String()
	case bool:
		n.Tag, n.Value = "!!bool", strconv.FormatBool(v)
	case nil:
		n.Tag = "!!null"
	}
	return n, nil
}
