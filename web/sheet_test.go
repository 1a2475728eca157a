package web

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"ratable/contracts"
)

// everyDocument is each contract of the demo and of the stories.
func everyDocument(t *testing.T) map[string]contracts.Document {
	t.Helper()
	out := map[string]contracts.Document{}
	read := func(pattern string, documents func(name string, source []byte)) {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			documents(filepath.Base(file), source)
		}
	}
	read("../demo/contracts/*.yaml", func(name string, source []byte) {
		d, err := contracts.Parse(source)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = d
	})
	read("../stories/*.story.yaml", func(name string, source []byte) {
		var story struct {
			Contracts []yaml.Node `yaml:"contracts"`
			Facts     []struct {
				Amend struct {
					Document yaml.Node `yaml:"document"`
				} `yaml:"amend"`
			} `yaml:"facts"`
		}
		if err := yaml.Unmarshal(source, &story); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, f := range story.Facts {
			if f.Amend.Document.Kind != 0 {
				story.Contracts = append(story.Contracts, f.Amend.Document)
			}
		}
		for i, n := range story.Contracts {
			d, err := contracts.ParseNode(plain(&n))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			out[fmt.Sprintf("%s, document %d", name, i+1)] = d
		}
	})
	return out
}

// plain writes out the merges (<<: *first) that a story may use and a contract may not.
func plain(n *yaml.Node) *yaml.Node {
	out := *n
	out.Anchor, out.Content = "", nil
	said := map[string]bool{}
	for i := 0; i < len(n.Content); i++ {
		if n.Kind == yaml.MappingNode && n.Content[i].Value == "<<" {
			continue
		}
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			said[n.Content[i].Value] = true
		}
		if i == 0 || n.Content[i-1].Value != "<<" {
			out.Content = append(out.Content, plain(n.Content[i]))
		}
	}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != "<<" {
			continue
		}
		merged := plain(n.Content[i+1].Alias)
		for k := 0; k+1 < len(merged.Content); k += 2 {
			if !said[merged.Content[k].Value] {
				out.Content = append(out.Content, merged.Content[k], merged.Content[k+1])
			}
		}
	}
	return &out
}

func TestEveryDocumentGoesThroughTheFormAndBack(t *testing.T) {
	for name, d := range everyDocument(t) {
		s, err := written(d)
		if err != nil {
			t.Fatal(err)
		}
		for field := range s {
			if _, known := fieldNamed(field); !known {
				t.Errorf("%s: the form has no field for %s", name, field)
			}
		}
		j := s.judge()
		back, err := j.document()
		if err != nil {
			t.Fatalf("%s does not come back from the form:\n%v", name, err)
		}
		if !back.Equal(d) {
			t.Errorf("%s comes back from the form as another contract:\n%s", name, j.text())
		}
		again, err := contracts.Parse([]byte(j.text()))
		if err != nil || !again.Equal(d) {
			t.Errorf("%s: the form's document says something else: %v\n%s", name, err, j.text())
		}
	}
}

func TestARowLeftBlankIsNoRowAndFindingsStillMeetTheirField(t *testing.T) {
	s := sheet{"contract": "C-1", "entity": "rus", "customer": "x", "currency": "USD", "term.from": "2026-01-01", "term.through": "2026-12-31"}
	for range 3 {
		s.add("lines")
	}
	s["lines[1].product"], s["lines[1].fixed.quantity"], s["lines[1].fixed.unit_price"] = "platform", "10", "40"
	s["lines[2].kind"], s["lines[2].product"], s["lines[2].usage.meter"] = "usage", "api", "api.calls"
	s["lines[2].usage.price.model"], s["lines[2].usage.price.amount"] = "graduated", "a lot" // of another model: not asked
	s.add("lines[2].usage.price.tiers")
	s.add("lines[2].usage.price.tiers")
	s["lines[2].usage.price.tiers[1].unit"] = "-1"
	_, err := s.judge().document()
	if err == nil || !strings.Contains(err.Error(), "lines[2].usage.price.tiers[1].unit") {
		t.Errorf("the finding should stand at the second tier of the third line: %v", err)
	}
	s["lines[2].usage.price.tiers[1].unit"] = "0.01"
	d, err := s.judge().document()
	if err != nil || len(d.Lines) != 2 || d.Lines[0].ID != "platform" || d.Lines[1].ID != "api" {
		t.Fatalf("two lines were filled in: %v %+v", err, d.Lines)
	}
}

func TestRowsAreAddedAndRemovedWithWhatWasTyped(t *testing.T) {
	s := sheet{}
	for _, product := range []string{"a", "b", "c"} {
		row, _ := s.press("add-line")
		s[row+".product"] = product
	}
	s["lines[2].kind"] = "usage"
	s.press("add:lines[2].usage.price.tiers")
	s["lines[2].usage.price.tiers[0].unit"] = "7"
	if row, pressed := s.press("remove-line-0"); !pressed || row != "lines[0]" {
		t.Errorf("after the first row is gone one goes on in %q", row)
	}
	if s.rows("lines") != 2 || s["lines[0].product"] != "b" || s["lines[1].product"] != "c" || s["lines[1].usage.price.tiers[0].unit"] != "7" || s["lines[1].kind"] != "usage" {
		t.Errorf("the rows behind should have moved up whole: %v", s)
	}
	for _, button := range []string{"remove-line-9", "remove-line--1", "remove:title:0", "add:title", "add:lines[999].fixed.ramp", "remove-line-x"} {
		before := len(s)
		if s.press(button); len(s) != before {
			t.Errorf("%s changed the form", button)
		}
	}
	if _, pressed := s.press("preview"); pressed {
		t.Error("preview is no button of the grid")
	}
}

func TestIdsAreMadeOfProductsAndNeverTwice(t *testing.T) {
	s := sheet{}
	for i, product := range []string{"seats", "seats", "api calls", ""} {
		row := s.add("lines")
		s[row+".product"] = product
		if i == 3 {
			s[row+".clause"] = "§ 4"
		}
	}
	s["lines[2].id"] = "seats-2"
	if got := strings.Join(s.idsOf("lines"), " "); got != "seats seats-3 seats-2 line" {
		t.Errorf("the ids are %q", got)
	}
}
