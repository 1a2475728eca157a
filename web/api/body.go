package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
	"gopkg.in/yaml.v3"

	"ratable/internal/fault"
	"ratable/internal/strict"
)

// maxBody bounds every request: ten thousand events with room to spare. usualBody bounds what is no batch and no document.
const (
	maxBody   = 16 << 20
	usualBody = 1 << 20
)

// jsonTree reads a body that is one JSON object into nodes that know their lines. What a decoder would let pass is refused:
// text that is no UTF-8, a key twice, something behind the object.
func jsonTree(body []byte) (*yaml.Node, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, whole(0, "is missing; send one JSON object")
	}
	if !utf8.Valid(body) {
		return nil, whole(0, "is not valid UTF-8")
	}
	var any json.RawMessage
	if err := json.Unmarshal(body, &any); err != nil {
		line := 0
		if wrong := (*json.SyntaxError)(nil); errors.As(err, &wrong) {
			line = 1 + bytes.Count(body[:min(int(wrong.Offset), len(body))], []byte("\n"))
		}
		return nil, whole(line, "must be one JSON object: %v", err)
	}
	if bytes.TrimSpace(body)[0] != '{' {
		return nil, whole(1, "must be one JSON object")
	}
	root, err := strict.Tree(body, "request", len(body))
	if err != nil {
		return nil, err
	}
	return root, fault.InvalidFields(twice(root, "", nil)...)
}

func whole(line int, format string, args ...any) error {
	return fault.InvalidFields(fault.Field{Path: "body", Line: line, Message: fmt.Sprintf(format, args...)})
}

// twice finds keys that stand more than once in one object.
func twice(n *yaml.Node, path string, found []fault.Field) []fault.Field {
	switch n.Kind {
	case yaml.MappingNode:
		seen := map[string]int{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			at := strings.TrimPrefix(path+"."+fault.Shown(key), ".")
			if first, again := seen[key]; again {
				found = append(found, fault.Field{Path: at, Line: n.Content[i].Line, Message: fmt.Sprintf("is given twice; it stands on line %d already", first)})
			}
			seen[key] = n.Content[i].Line
			found = twice(n.Content[i+1], at, found)
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			found = twice(item, fmt.Sprintf("%s[%d]", path, i), found)
		}
	}
	return found
}

// requires is how the message about a missing key begins, because huma names the key in it and nowhere else.
const requires = "requires "

// huma's own findings come in our words and our shape. The variables are the library's way to say so; nobody else in the
// program uses it.
func init() {
	huma.DefaultArrayNullable = false // a list is never null here, in either direction
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError { return found(status, msg, errs) }
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		p := found(status, msg, errs)
		if c, ok := ctx.Context().Value(callKey{}).(*call); ok {
			p.place(c)
		}
		return p
	}
	validation.MsgUnexpectedProperty = "is not a key known here; leave it out, or look its name up in the reference"
	validation.MsgExpectedRequiredProperty = requires + "%s"
	validation.MsgExpectedRFC3339Date = "is not a day such as 2026-03-31"
	validation.MsgExpectedRFC3339DateTime = "is not a time with a zone such as 2026-03-01T10:00:00Z (RFC 3339)"
	validation.MsgExpectedString = "must be a text, in quotes"
	validation.MsgExpectedBoolean = "must be true or false"
	validation.MsgExpectedInteger = "must be a whole number"
	validation.MsgExpectedNumber = "must be a number"
	validation.MsgExpectedArray = "must be a list"
	validation.MsgExpectedObject = "must be an object"
	validation.MsgExpectedOneOf = `must be one of "%s"`
	validation.MsgExpectedMinLength = "must have at least %d characters"
	validation.MsgExpectedMaxLength = "must have at most %d characters"
	validation.MsgExpectedMinItems = "must have at least %d entries"
	validation.MsgExpectedMaxItems = "must have at most %d entries"
	validation.MsgExpectedMinimumNumber = "must be at least %v"
	validation.MsgExpectedMaximumNumber = "must be at most %v"
	validation.MsgExpectedBePattern = "must be %s"
	validation.MsgExpectedMatchPattern = "must look like the pattern %s"
}

// found is a problem made of huma's findings.
func found(status int, msg string, errs []error) *problem {
	if status == http.StatusBadRequest {
		status = http.StatusUnprocessableEntity // the request could be read: what it says cannot be accepted
	}
	p := newProblem(status, msg)
	for _, err := range errs {
		var d *huma.ErrorDetail
		if errors.As(err, &d) {
			p.Errors = append(p.Errors, fieldOf(d))
		} else if err != nil {
			p.Errors = append(p.Errors, field{Message: err.Error()})
		}
	}
	if len(p.Errors) > 0 {
		p.Detail = detail(p.Errors)
	}
	return p
}

func fieldOf(d *huma.ErrorDetail) field {
	at := d.Location
	for _, where := range []string{"body", "query", "path", "header"} {
		if rest, ok := strings.CutPrefix(at, where); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			at = strings.TrimPrefix(rest, ".")
			break
		}
	}
	f := field{Path: at, Message: d.Message}
	if name, missing := strings.CutPrefix(d.Message, requires); missing {
		f.Path, f.Message = strings.TrimPrefix(at+"."+name, "."), "is missing"
		return f
	}
	switch d.Message {
	case "invalid integer":
		f.Message = "must be a whole number"
	case "invalid boolean":
		f.Message = "must be true or false"
	}
	f.Message = strings.TrimPrefix(f.Message, "invalid value: ")
	if strings.HasPrefix(f.Message, "required ") && strings.HasSuffix(f.Message, " parameter is missing") {
		f.Message = "is missing"
	}
	switch v := d.Value.(type) {
	case map[string]any, []any, nil:
	default:
		f.Value = fault.Shown(fmt.Sprint(v))
	}
	if f.Path == "" {
		f.Path = "body"
	}
	return f
}

// place gives findings about the body their line, in the order of the text.
func (p *problem) place(c *call) {
	if c.tree == nil {
		return
	}
	for i, f := range p.Errors {
		if f.Line == 0 && !slices.Contains(c.about.query, f.Path) {
			p.Errors[i].Line = strict.LineOf(c.tree, f.Path)
		}
	}
	slices.SortStableFunc(p.Errors, func(a, b field) int { return a.Line - b.Line })
	if p.Status == http.StatusUnprocessableEntity {
		p.Detail = detail(p.Errors)
	}
}
