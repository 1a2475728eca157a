package catalog

import (
	"encoding/json"

	"ratable/internal/fault"
	"ratable/internal/period"
)

// Recognition says when revenue of a product is earned (ASC 606-10-25-23 ff.).
type Recognition string

const (
	Ratable     Recognition = "ratable"       // evenly over the service span, by day
	AsUsed      Recognition = "as_used"       // as the customer consumes it
	PointInTime Recognition = "point_in_time" // on delivery
)

// Product is one version of something sold. ID and Code are the product's own and shared by its versions.
type Product struct {
	ID              int64
	Code            string
	Version         int // 1, 2, ... in the order we learned of them; zero when not recorded
	StartsOn        period.Date
	Name            string
	TaxCode         string // what tax.Determine asks for, such as saas_b2b
	Unit            string // what a quantity counts, for people: "seat", "GB"
	Recognition     Recognition
	StandalonePrice *Price // observable stand-alone selling price; nil when it must be estimated
}

// Plan is one version of a pay-as-you-go offer. Document is the template of contract lines; only contracts reads it.
type Plan struct {
	Code     string
	Version  int
	StartsOn period.Date
	Name     string
	Document json.RawMessage
}

func (p Product) validate() []fault.Field {
	found := append(code("code", p.Code), name("name", p.Name)...)
	found = append(found, startsOn(p.StartsOn)...)
	found = append(found, code("tax_code", p.TaxCode)...)
	found = append(found, fault.Printable("unit", p.Unit, 40)...)
	switch p.Recognition {
	case Ratable, AsUsed, PointInTime:
	default:
		found = append(found, fault.Field{Path: "recognition", Value: string(p.Recognition), Message: "must be ratable, as_used or point_in_time"})
	}
	if p.StandalonePrice != nil {
		found = append(found, p.StandalonePrice.validateCell("", "standalone_price")...)
	}
	return found
}

func (p Plan) validate() []fault.Field {
	found := append(code("code", p.Code), name("name", p.Name)...)
	found = append(found, startsOn(p.StartsOn)...)
	if !json.Valid(p.Document) {
		found = append(found, fault.Field{Path: "document", Message: "must be valid JSON"})
	}
	return found
}

// code accepts what can stand in a document, a URL and a CSV cell without quoting.
func code(path, value string) []fault.Field {
	ok := value != "" && len(value) <= 64
	for _, r := range value {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		ok = ok && (letter || r == '-' || r == '_' || r == '.')
	}
	if ok {
		return nil
	}
	return []fault.Field{{Path: path, Value: fault.Shown(value), Message: "must be 1 to 64 letters, digits, dots, dashes or underscores"}}
}

func name(path, value string) []fault.Field {
	if value == "" {
		return []fault.Field{{Path: path, Message: "must not be empty"}}
	}
	return fault.Printable(path, value, 200)
}

func startsOn(d period.Date) []fault.Field {
	if d.IsZero() {
		return []fault.Field{{Path: "starts_on", Message: "must be a date"}}
	}
	return nil
}
