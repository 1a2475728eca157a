package scenario

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"ratable/internal/strict"
)

var update = flag.Bool("update", false, "write the tables of keys in docs/scenario.md anew")

func TestEveryKeyIsSaidInWordsAndNoOther(t *testing.T) {
	texts := keyTexts()
	for _, s := range sections {
		keys := strict.Keys(s.of)
		for _, key := range keys {
			if texts[s.name][key].text == "" && len(texts[s.name][key].words) == 0 {
				t.Errorf("keys.yaml says nothing about %s.%s", s.name, key)
			}
			delete(texts[s.name], key)
		}
		for key := range texts[s.name] {
			t.Errorf("keys.yaml says something about %s.%s, which is no key", s.name, key)
		}
		delete(texts, s.name)
	}
	for name := range texts {
		t.Errorf("keys.yaml has a section %s that nothing reads", name)
	}
}

func TestTheSchemaAcceptsEveryStoryAndRefusesMistakes(t *testing.T) {
	schema := compiled(t)
	stories, err := filepath.Glob("../stories/*.story.yaml")
	if err != nil || len(stories) == 0 {
		t.Fatal("no stories", err)
	}
	for _, path := range stories {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(asJSON(t, source)); err != nil {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
	good := sellers + calls
	for name, c := range map[string]struct{ source, want string }{
		"unknown key":     {strings.Replace(good, "through:", "trough:", 1), "additional properties 'trough'"},
		"unknown word":    {strings.Replace(good, "every: month", "every: week", 1), "value must be one of 'month', 'quarter', 'half-year', 'year', 'term'"},
		"two facts":       {good + "facts:\n  - {void: {on: 2026-01-10, invoice: X, reason: Y}, close: {on: 2026-02-01, month: 2026-01}}\n", "maxProperties"},
		"required is out": {strings.Replace(good, "customer: acme", "title: acme", 1), "missing property 'customer'"},
	} {
		if err := schema.Validate(asJSON(t, []byte(c.source))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, should say %s", name, err, c.want)
		}
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("scenario.json", parsed); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("scenario.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// asJSON is a scenario as the schema's library wants it: aliases filled in, days
// as texts.
func asJSON(t *testing.T, source []byte) any {
	t.Helper()
	head, _, _ := split(source)
	root, err := strict.Tree(head, "scenario", maxHead)
	if err != nil {
		t.Fatal(err)
	}
	left := maxNodes
	var plain func(n *yaml.Node) any
	plain = func(n *yaml.Node) any {
		switch {
		case n.Kind == yaml.MappingNode:
			out := map[string]any{}
			for i := 0; i+1 < len(n.Content); i += 2 {
				out[n.Content[i].Value] = plain(n.Content[i+1])
			}
			return out
		case n.Kind == yaml.SequenceNode:
			out := []any{}
			for _, item := range n.Content {
				out = append(out, plain(item))
			}
			return out
		case n.ShortTag() == "!!int" || n.ShortTag() == "!!float":
			return json.Number(n.Value)
		case n.ShortTag() == "!!bool":
			return n.Value == "true"
		}
		return n.Value
	}
	return plain(unfold(root, &left))
}

// The tables of docs/scenario.md stand between two marks.
const tablesBegin, tablesEnd = "<!-- keys: made of scenario/keys.yaml by go test ./scenario -update -->\n", "<!-- end of keys -->\n"

func TestTheGuideHasEveryKey(t *testing.T) {
	const path = "../docs/scenario.md"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), tablesBegin)
	_, after, also := strings.Cut(rest, tablesEnd)
	if !ok || !also {
		t.Fatal("docs/scenario.md has lost the marks between which its tables stand")
	}
	want := before + tablesBegin + keyTables() + tablesEnd + after
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(page) {
		t.Error("docs/scenario.md is behind keys.yaml: run go test ./scenario -update")
	}
}

func keyTables() string {
	texts := keyTexts()
	var out strings.Builder
	for _, s := range sections {
		fmt.Fprintf(&out, "\n**%s**\n\n| key | what it says |\n|---|---|\n", s.name)
		for _, key := range strict.Keys(s.of) {
			x := texts[s.name][key]
			text := x.text
			if len(x.words) > 0 {
				text = strings.TrimSpace(text + " (`" + strings.Join(x.words, "`, `") + "`)")
			}
			field, _ := fieldOf(s.of, key)
			if target := about(field); target != "" {
				text += " → **" + target + "**"
			}
			if key = "`" + key + "`"; x.required {
				key += " *required*"
			}
			fmt.Fprintf(&out, "| %s | %s |\n", key, text)
		}
	}
	return out.String()
}

func fieldOf(t reflect.Type, key string) (reflect.StructField, bool) {
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); name == key {
			return t.Field(i), true
		}
	}
	return reflect.StructField{}, false
}

// about is the section that explains a key's own keys, empty for a plain value.
func about(f reflect.StructField) string {
	t := f.Type
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	for _, s := range sections {
		if s.of == t {
			return s.name
		}
	}
	return ""
}
