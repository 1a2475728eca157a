package catalog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
	"gopkg.in/yaml.v3"

	"ratable/internal/fault"
	"ratable/internal/money"
)

// Feature says what whoever bought a product may use: one of three kinds. How much a customer may use right now follows from what
// was agreed (package entitlements); this is what the product promises.
type Feature struct {
	On      bool             `yaml:"-" json:"-"`                                   // of a switch: it is part of the product
	Limit   *decimal.Decimal `yaml:"limit,omitempty" json:"limit,omitempty"`       // so many, however much was bought
	PerUnit *decimal.Decimal `yaml:"per_unit,omitempty" json:"per_unit,omitempty"` // and so many for each unit of the quantity sold
	Unit    string           `yaml:"unit,omitempty" json:"unit,omitempty"`         // what the limit counts, for people: "seat"
	Meter   string           `yaml:"meter,omitempty" json:"meter,omitempty"`       // what counts it; the limit is what the contract includes, prepays and caps
}

// FeatureKind says what can be asked of a feature.
type FeatureKind string

const (
	SwitchFeature  FeatureKind = "switch"  // yes or no
	LimitFeature   FeatureKind = "limit"   // so many at a time; who asks counts them
	MeteredFeature FeatureKind = "metered" // so many in a period, counted here
)

// Kind tells the three apart.
func (f Feature) Kind() FeatureKind {
	switch {
	case f.Meter != "":
		return MeteredFeature
	case f.Limit != nil || f.PerUnit != nil:
		return LimitFeature
	}
	return SwitchFeature
}

// For is the limit that a quantity of the product gives.
func (f Feature) For(quantity decimal.Decimal) decimal.Decimal {
	var sum decimal.Decimal
	if f.Limit != nil {
		sum = *f.Limit
	}
	if f.PerUnit != nil {
		sum = sum.Add(f.PerUnit.Mul(quantity))
	}
	return sum
}

// Text says it in words: "25 seats", "1 seat for each one sold", "as api.calls counts".
func (f Feature) Text() string {
	switch f.Kind() {
	case MeteredFeature:
		return "as " + f.Meter + " counts"
	case SwitchFeature:
		if f.On {
			return "yes"
		}
		return "no"
	}
	var parts []string
	if f.Limit != nil {
		parts = append(parts, strings.TrimSpace(f.Limit.String()+" "+f.Unit))
	}
	if f.PerUnit != nil {
		parts = append(parts, strings.TrimSpace(f.PerUnit.String()+" "+f.Unit)+" for each one sold")
	}
	return strings.Join(parts, " and ")
}

// maxFeatures bounds what one product can promise: an answer lists all of them.
const maxFeatures = 100

// FeatureCodes are a product's features in order.
func (p Product) FeatureCodes() []string { return slices.Sorted(maps.Keys(p.Features)) }

func (p Product) validateFeatures() []fault.Field {
	if n := len(p.Features); n > maxFeatures {
		return []fault.Field{field("", "features", "", fmt.Sprintf("names %d features; at most %d are accepted", n, maxFeatures))}
	}
	var found []fault.Field
	for _, name := range p.FeatureCodes() {
		f, at := p.Features[name], "features."+fault.Shown(name)
		found = append(found, code(at, name)...)
		found = append(found, fault.Printable(at+".unit", f.Unit, 40)...)
		for _, x := range []struct {
			key    string
			figure *decimal.Decimal
		}{{"limit", f.Limit}, {"per_unit", f.PerUnit}} {
			if x.figure != nil {
				found = append(found, figure(at, x.key, *x.figure)...)
			}
			if x.figure != nil && f.Meter != "" {
				found = append(found, field(at, x.key, shown(*x.figure), "has no meaning beside meter: what may be used of it is what the contract includes, prepays and caps"))
			}
		}
		switch {
		case f.Meter != "":
			found = append(found, code(at+".meter", f.Meter)...)
		case f.Kind() == SwitchFeature && f.Unit != "":
			found = append(found, field(at, "unit", fault.Shown(f.Unit), "counts nothing here: give limit, per_unit or meter, or say true"))
		}
	}
	return found
}

// featureMeters refuses features that are metered by what is no meter.
func (x *comparing) featureMeters(at string, p Product, after *Catalog) {
	for _, name := range p.FeatureCodes() {
		if meter := p.Features[name].Meter; meter != "" {
			if _, known := after.Meter(meter); !known {
				x.found = append(x.found, field(at, "features."+name+".meter", fault.Shown(meter), "is not a meter of the catalog, nor of this document"))
			}
		}
	}
}

// ReadShort reads a feature that is written as a single word: true, false or a limit.
func (f *Feature) ReadShort(text string) error {
	switch text {
	case "true", "on":
		f.On = true
		return nil
	case "false", "off":
		return nil
	}
	limit, err := money.ParseDecimal(text)
	if err != nil {
		return fault.New(fault.Invalid, "must be true, false, a limit such as 25, or a group: {per_unit: 1, unit: seat} or {meter: api.calls}")
	}
	f.Limit = &limit
	return nil
}

// short is the single word for a feature that needs no more.
func (f Feature) short() (word, tag string, ok bool) {
	switch {
	case f.Kind() == SwitchFeature && f.On:
		return "true", "!!bool", true
	case f.Kind() == SwitchFeature:
		return "false", "!!bool", true
	case f.Limit != nil && f.PerUnit == nil && f.Unit == "" && f.Meter == "":
		return f.Limit.String(), "!!float", true
	}
	return "", "", false
}

// grouped is a feature without its single word.
type grouped Feature

// MarshalYAML writes the single word where one will do.
func (f Feature) MarshalYAML() (any, error) {
	word, _, ok := f.short()
	if !ok {
		return grouped(f), nil
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: word}, nil
}

// MarshalJSON is how versions are kept and compared. A switch is a word: false would say what a missing key says.
func (f Feature) MarshalJSON() ([]byte, error) {
	word, tag, ok := f.short()
	switch {
	case !ok:
		return json.Marshal(grouped(f))
	case tag == "!!bool" && f.On:
		word = "on"
	case tag == "!!bool":
		word = "off"
	}
	return json.Marshal(word)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (f *Feature) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte("{")) {
		return json.Unmarshal(text, (*grouped)(f))
	}
	return f.ReadShort(strings.Trim(string(text), `"`))
}

// UnmarshalJSON reads a version, also one proposed when features were a list of switches called entitlements.
func (p *Product) UnmarshalJSON(text []byte) error {
	type plain Product
	was := struct {
		*plain
		Entitlements []string `json:"entitlements"`
	}{plain: (*plain)(p)}
	if err := json.Unmarshal(text, &was); err != nil {
		return err
	}
	for _, name := range was.Entitlements {
		if p.Features == nil {
			p.Features = map[string]Feature{}
		}
		p.Features[name] = Feature{On: true}
	}
	return nil
}
