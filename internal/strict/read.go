package strict

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
	"gopkg.in/yaml.v3"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// reader fills a document from its nodes by the `yaml` tags of its fields. It is
// stricter than yaml.v3, whose errors about scalars name neither key nor line:
// every finding here names both, and all of them are found in one go.
type reader struct{ found []fault.Field }

// Scalar is a value with a form of its own, written as a single word. Its error
// says what the text is not: "is not a day such as 2026-03-31".
type Scalar interface {
	ReadScalar(text string, line int) error
}

// Short is a group that may also be written as a single word, which says all that needs to be said.
type Short interface {
	ReadShort(text string) error
}

// Read fills a struct from the nodes of a document and returns all that is wrong
// with it, each finding with its path and line.
func Read(root *yaml.Node, into any) []fault.Field {
	var r reader
	r.read(root, "", reflect.ValueOf(into).Elem())
	if null(root) {
		r.blame(root, "", "is empty")
	}
	return r.found
}

func (r *reader) blame(n *yaml.Node, path, format string, args ...any) {
	if path == "" {
		path = "document"
	}
	f := fault.Field{Path: path, Line: n.Line, Message: fmt.Sprintf(format, args...)}
	if n.Kind == yaml.ScalarNode {
		f.Value = fault.Shown(n.Value)
	}
	r.found = append(r.found, f)
}

// read sets one value. What is null counts as not given.
func (r *reader) read(n *yaml.Node, path string, into reflect.Value) {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		r.blame(n, path, "uses a YAML anchor or alias; write the values out")
		return
	case n.Style&yaml.TaggedStyle != 0:
		r.blame(n, path, "uses the YAML tag %s; leave it out", fault.Shown(n.Tag))
		return
	case null(n):
		return
	}
	switch target := into.Addr().Interface().(type) {
	case *decimal.Decimal:
		readScalar(r, n, path, "a number such as 1250.50", target, money.ParseDecimal)
		return
	case *yaml.Node:
		*target = *n // somebody above reads it
		return
	case *period.Date:
		readScalar(r, n, path, "a day such as 2026-03-31", target, period.ParseDate)
		return
	case Scalar:
		if r.scalar(n, path, "a single value") {
			if err := target.ReadScalar(n.Value, n.Line); err != nil {
				r.blame(n, path, "%s", err)
			}
		}
		return
	}
	if target, ok := into.Addr().Interface().(Short); ok && n.Kind == yaml.ScalarNode {
		if err := target.ReadShort(n.Value); err != nil {
			r.blame(n, path, "%s", err)
		}
		return
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		r.read(n, path, into.Elem())
	case reflect.Struct:
		r.group(n, path, into)
	case reflect.Slice:
		r.list(n, path, into)
	case reflect.Map:
		r.names(n, path, into)
	case reflect.String:
		if r.scalar(n, path, "a text") {
			into.SetString(n.Value)
		}
	case reflect.Int:
		readScalar(r, n, path, "a whole number", into.Addr().Interface().(*int), wholeNumber)
	case reflect.Bool:
		readScalar(r, n, path, "true or false", into.Addr().Interface().(*bool), trueOrFalse)
	default:
		panic(fmt.Sprintf("strict: no way to read %s", into.Type()))
	}
}

func null(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// scalar holds against a list or group where a single value is meant.
func (r *reader) scalar(n *yaml.Node, path, what string) bool {
	if n.Kind != yaml.ScalarNode {
		r.blame(n, path, "is a %s; give %s", kindOf(n), what)
		return false
	}
	return true
}

func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "list"
	case yaml.MappingNode:
		return "group of keys"
	}
	return "single value"
}

func readScalar[T any](r *reader, n *yaml.Node, path, what string, into *T, parse func(string) (T, error)) {
	if !r.scalar(n, path, what) {
		return
	}
	v, err := parse(n.Value)
	if err != nil {
		// The parsers quote what they refuse; here it stands beside the message.
		r.blame(n, path, "%s", strings.TrimPrefix(err.Error(), fault.Quote(n.Value)+" "))
		return
	}
	*into = v
}

func wholeNumber(s string) (int, error) {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil {
		return 0, fault.New(fault.Invalid, "is not a whole number: write digits only, like 30")
	}
	return int(n), nil
}

func trueOrFalse(s string) (bool, error) {
	if s != "true" && s != "false" {
		return false, fault.New(fault.Invalid, "must be true or false")
	}
	return s == "true", nil
}

// names reads a group whose keys the writer chooses: values by name.
func (r *reader) names(n *yaml.Node, path string, into reflect.Value) {
	if n.Kind != yaml.MappingNode {
		r.blame(n, path, "is a %s; give a group of keys", kindOf(n))
		return
	}
	into.Set(reflect.MakeMap(into.Type()))
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		if value := reflect.ValueOf(name); into.MapIndex(value).IsValid() {
			r.blame(n.Content[i], path+"."+name, "is given twice; keep one")
			continue
		}
		value := reflect.New(into.Type().Elem()).Elem()
		r.read(n.Content[i+1], path+"."+name, value)
		into.SetMapIndex(reflect.ValueOf(name), value)
	}
}

func (r *reader) list(n *yaml.Node, path string, into reflect.Value) {
	if n.Kind != yaml.SequenceNode {
		r.blame(n, path, "is a %s; give a list, each item after a dash", kindOf(n))
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		at := fmt.Sprintf("%s[%d]", path, i)
		if null(item) {
			r.blame(item, at, "is empty; fill it in or remove the dash")
			continue
		}
		r.read(item, at, into.Index(i))
	}
	if len(n.Content) == 0 {
		into.SetZero() // an empty list says as much as none
	}
}

// group reads the keys of a struct: each is known, and stands once.
func (r *reader) group(n *yaml.Node, path string, into reflect.Value) {
	if n.Kind != yaml.MappingNode {
		r.blame(n, path, "is a %s; give a group of keys: %s", kindOf(n), strings.Join(Keys(into.Type()), ", "))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		name := key.Value
		at := strings.TrimPrefix(path+"."+fault.Shown(name), ".")
		field, known := fieldOf(into, name)
		switch {
		case key.Kind != yaml.ScalarNode:
			r.blame(key, path, "has a %s as a key; a key is a single word", kindOf(key))
		case seen[name] > 0:
			r.blame(key, at, "is given twice; it stands on line %d already", seen[name])
		case !known:
			r.blame(key, at, "is not a key known here; the keys are %s", strings.Join(Keys(into.Type()), ", "))
		default:
			r.read(value, at, field)
		}
		seen[name] = key.Line
	}
}

// Keys lists the keys of a struct, as documents write them.
func Keys(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		if key := keyOf(t.Field(i)); key != "-" { // what no document says
			keys = append(keys, key)
		}
	}
	return keys
}

func fieldOf(v reflect.Value, key string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if key != "-" && keyOf(v.Type().Field(i)) == key {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

func keyOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	return name
}
