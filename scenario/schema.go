package scenario

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
	"gopkg.in/yaml.v3"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
)

//go:embed keys.yaml
var keysText []byte

type keySection struct {
	name string
	of   reflect.Type
}

// sections names each group of keys in keys.yaml after the Go type that reads it.
var sections = []keySection{
	{"scenario", reflect.TypeFor[document]()},
	{"entity", reflect.TypeFor[entity]()},
	{"registration", reflect.TypeFor[registration]()},
	{"tax_id", reflect.TypeFor[taxID]()},
	{"customer", reflect.TypeFor[customer]()},
	{"exemption", reflect.TypeFor[exemption]()},
	{"goods", reflect.TypeFor[goods]()},
	{"product", reflect.TypeFor[product]()},
	{"meter", reflect.TypeFor[meter]()},
	{"standalone", reflect.TypeFor[catalog.Standalone]()},
	{"rate", reflect.TypeFor[rate]()},
	{"policy", reflect.TypeFor[policy]()},
	{"choices", reflect.TypeFor[ledger.Policy]()},
	{"fact", reflect.TypeFor[fact]()},
	{"use", reflect.TypeFor[use]()},
	{"correction", reflect.TypeFor[correction]()},
	{"retraction", reflect.TypeFor[retraction]()},
	{"backfill", reflect.TypeFor[backfill]()},
	{"replaced", reflect.TypeFor[replaced]()},
	{"pay", reflect.TypeFor[pay]()},
	{"refund", reflect.TypeFor[refund]()},
	{"credit", reflect.TypeFor[credit]()},
	{"void", reflect.TypeFor[void]()},
	{"closing", reflect.TypeFor[closing]()},
	{"amend", reflect.TypeFor[amend]()},
	{"assess", reflect.TypeFor[assess]()},
	{"assessment", reflect.TypeFor[revrec.Assessment]()},
	{"combined", reflect.TypeFor[revrec.CombinedContract]()},
	{"promise", reflect.TypeFor[revrec.AssessedPromise]()},
	{"library", reflect.TypeFor[revrec.LibraryPrice]()},
	{"bundle", reflect.TypeFor[revrec.AssessedBundle]()},
	{"variable", reflect.TypeFor[revrec.AssessedEstimate]()},
	{"outcome", reflect.TypeFor[revrec.AssessedOutcome]()},
	{"payable", reflect.TypeFor[revrec.AssessedPayable]()},
	{"leveling", reflect.TypeFor[revrec.AssessedLevel]()},
	{"progress", reflect.TypeFor[revrec.AssessedProgress]()},
	{"held_back", reflect.TypeFor[revrec.AssessedHold]()},
	{"late_release", reflect.TypeFor[revrec.AssessedRelease]()},
	{"breakage", reflect.TypeFor[revrec.AssessedBreakage]()},
	{"minimum", reflect.TypeFor[revrec.AssessedMinimum]()},
	{"financing", reflect.TypeFor[revrec.AssessedFinancing]()},
	{"schedule", reflect.TypeFor[revrec.AssessedSchedule]()},
	{"modification", reflect.TypeFor[revrec.AssessedChange]()},
	{"baseline", reflect.TypeFor[revrec.AssessedBaseline]()},
	{"other_book", reflect.TypeFor[revrec.AssessedOtherwise]()},
	{"renew", reflect.TypeFor[renew]()},
	{"notice", reflect.TypeFor[notice]()},
	{"cancel", reflect.TypeFor[cancel]()},
	{"deliver", reflect.TypeFor[deliver]()},
	{"settle", reflect.TypeFor[settle]()},
	{"hold", reflect.TypeFor[hold]()},
	{"release", reflect.TypeFor[release]()},
	{"payer", reflect.TypeFor[payer]()},
	{"contract", reflect.TypeFor[contracts.Document]()},
	{"term", reflect.TypeFor[contracts.Term]()},
	{"plan", reflect.TypeFor[contracts.Plan]()},
	{"billing", reflect.TypeFor[contracts.Billing]()},
	{"trial", reflect.TypeFor[contracts.Trial]()},
	{"reseller", reflect.TypeFor[contracts.Reseller]()},
	{"renewal", reflect.TypeFor[contracts.Renewal]()},
	{"ending", reflect.TypeFor[contracts.Ending]()},
	{"line", reflect.TypeFor[contracts.Line]()},
	{"fixed", reflect.TypeFor[contracts.Fixed]()},
	{"step", reflect.TypeFor[contracts.Step]()},
	{"installment", reflect.TypeFor[contracts.Installment]()},
	{"once", reflect.TypeFor[contracts.Once]()},
	{"usage", reflect.TypeFor[contracts.Usage]()},
	{"price", reflect.TypeFor[catalog.Price]()},
	{"tier", reflect.TypeFor[catalog.Tier]()},
	{"prepaid", reflect.TypeFor[contracts.Prepaid]()},
	{"bill", reflect.TypeFor[contracts.Bill]()},
	{"rollover", reflect.TypeFor[contracts.Rollover]()},
	{"overage", reflect.TypeFor[contracts.Overage]()},
	{"commit", reflect.TypeFor[contracts.Commit]()},
	{"cap", reflect.TypeFor[contracts.Cap]()},
	{"discount", reflect.TypeFor[contracts.Discount]()},
	{"promo", reflect.TypeFor[contracts.Credit]()},
}

// explained is a key in words.
type explained struct {
	text     string
	required bool
	words    []string // the only values there are; none: any
}

var oneOf = regexp.MustCompile(`\s*\(([a-z_-]+(?: \| [a-z_-]+)+)\)$`)

// keyTexts reads keys.yaml. It is part of the program: what is wrong with it
// panics.
func keyTexts() map[string]map[string]explained {
	var raw map[string]map[string]string
	if err := yaml.Unmarshal(keysText, &raw); err != nil {
		panic(fmt.Sprintf("scenario: keys.yaml: %v", err))
	}
	out := map[string]map[string]explained{}
	for section, keys := range raw {
		out[section] = map[string]explained{}
		for key, text := range keys {
			var x explained
			x.text, x.required = strings.CutPrefix(text, "! ")
			if m := oneOf.FindStringSubmatch(x.text); m != nil {
				x.words, x.text = strings.Split(m[1], " | "), oneOf.ReplaceAllString(x.text, "")
			}
			out[section][key] = x
		}
	}
	return out
}

// node is a piece of a JSON Schema (draft 2020-12); encoding/json writes its keys
// in order of the alphabet.
type node = map[string]any

// Schema is the JSON Schema of a scenario, for editors that complete and check
// while one types. What it accepts may still be refused by Parse, which also
// knows what keys mean together.
func Schema() ([]byte, error) {
	texts := keyTexts()
	defs := node{}
	for _, s := range sections {
		properties, required := node{}, []string{}
		for i := range s.of.NumField() {
			name, _, _ := strings.Cut(s.of.Field(i).Tag.Get("yaml"), ",")
			if name == "" {
				continue
			}
			x := texts[s.name][name]
			property := schemaOf(s.of.Field(i).Type, name)
			if x.text != "" {
				property["description"] = x.text
			}
			if len(x.words) > 0 {
				property["enum"] = x.words
			}
			if x.required {
				required = append(required, name)
			}
			properties[name] = property
		}
		def := node{"type": "object", "additionalProperties": false, "properties": properties}
		if len(required) > 0 {
			def["required"] = required
		}
		defs[s.name] = def
	}
	defs["fact"].(node)["minProperties"], defs["fact"].(node)["maxProperties"] = 1, 1
	return json.MarshalIndent(node{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   "Ratable scenario",
		"$ref":    "#/$defs/scenario",
		"$defs":   defs,
	}, "", "  ")
}

// schemaOf says how a value of a type is written.
func schemaOf(t reflect.Type, key string) node {
	switch t {
	case reflect.TypeFor[period.Date](), reflect.TypeFor[day]():
		return node{"type": "string", "format": "date"}
	case reflect.TypeFor[moment]():
		return node{"type": "string", "format": "date-time"}
	case reflect.TypeFor[decimal.Decimal](), reflect.TypeFor[number]():
		return node{"type": []string{"number", "string"}}
	case reflect.TypeFor[yaml.Node]():
		if key == "assessment" {
			return node{"$ref": "#/$defs/assessment"}
		}
		return node{"$ref": "#/$defs/contract"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return schemaOf(t.Elem(), key)
	case reflect.Slice:
		return node{"type": "array", "items": schemaOf(t.Elem(), key)}
	case reflect.Map:
		return node{"type": "object", "additionalProperties": schemaOf(t.Elem(), key)}
	case reflect.String:
		return node{"type": "string"}
	case reflect.Int:
		return node{"type": "integer"}
	case reflect.Bool:
		return node{"type": "boolean"}
	}
	return node{"$ref": "#/$defs/" + section(t)}
}

// section is the name of a type's group of keys.
func section(t reflect.Type) string {
	i := slices.IndexFunc(sections, func(s keySection) bool { return s.of == t })
	if i < 0 {
		panic(fmt.Sprintf("scenario: no section of keys.yaml is about %s", t))
	}
	return sections[i].name
}
