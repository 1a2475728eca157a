package web

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/strict"
)

// features reads what was typed about a product's features, a line each as in a file: "seats: {per_unit: 1, unit: seat}". A
// word alone is a switch that is on, and several may stand on one line with commas between.
func (e catalogEntry) features() (*yaml.Node, []fault.Field) {
	group := &yaml.Node{Kind: yaml.MappingNode}
	for i, line := range strings.Split(e.typed["features"], "\n") {
		if !strings.Contains(line, ":") {
			for _, word := range words(line).Content {
				group.Content = append(group.Content, word, scalar("true"))
			}
			continue
		}
		said, err := strict.Tree([]byte(line), "feature", catalog.MaxDocument)
		if err == nil && said.Kind != yaml.MappingNode {
			err = fault.New(fault.Invalid, "is no feature with what it gives, such as seats: 25")
		}
		if err != nil {
			message := err.Error()
			if found := fault.Fields(err); len(found) > 0 {
				message = found[0].Message
			}
			return nil, []fault.Field{{Path: "features", Value: fault.Shown(line), Message: fmt.Sprintf("line %d: %s", i+1, message)}}
		}
		group.Content = append(group.Content, said.Content...)
	}
	return group, nil
}

// featureText is what features reads, of a product as it stands.
func featureText(p catalog.Product) string {
	var lines []string
	for _, code := range p.FeatureCodes() {
		f := p.Features[code]
		switch f.Kind() {
		case catalog.SwitchFeature:
			lines = append(lines, fmt.Sprintf("%s: %t", code, f.On))
		case catalog.MeteredFeature:
			lines = append(lines, fmt.Sprintf("%s: {meter: %s%s}", code, f.Meter, unitKey(f)))
		default:
			var keys []string
			if f.Limit != nil {
				keys = append(keys, "limit: "+f.Limit.String())
			}
			if f.PerUnit != nil {
				keys = append(keys, "per_unit: "+f.PerUnit.String())
			}
			lines = append(lines, fmt.Sprintf("%s: {%s%s}", code, strings.Join(keys, ", "), unitKey(f)))
		}
	}
	return strings.Join(lines, "\n")
}

func unitKey(f catalog.Feature) string {
	if f.Unit == "" {
		return ""
	}
	return ", unit: " + strings.ReplaceAll(fmt.Sprintf("%q", f.Unit), "\\\"", "")
}

// featureLines are a product's features for people.
func featureLines(p catalog.Product) []string {
	var out []string
	for _, code := range p.FeatureCodes() {
		f := p.Features[code]
		if f.Kind() == catalog.SwitchFeature && f.On {
			out = append(out, code)
			continue
		}
		out = append(out, code+": "+f.Text())
	}
	return out
}
