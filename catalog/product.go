package catalog

import (
	"encoding/json"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Recognition says when revenue of a product is earned (ASC 606-10-25-23 ff.).
type Recognition string

const (
	Ratable     Recognition = "ratable"       // over the service span, by the product's method
	AsUsed      Recognition = "as_used"       // as the customer consumes it
	PointInTime Recognition = "point_in_time" // on delivery
)

// Product is one version of something sold. ID and Code are the product's own and shared by its versions. The yaml keys are
// those of a catalog document.
type Product struct {
	ID          int64              `yaml:"-" json:"id,omitempty"`
	Version     int                `yaml:"-" json:"version,omitempty"` // 1, 2, ... in the order we learned of them; zero when not recorded
	Code        string             `yaml:"code" json:"code"`
	Name        string             `yaml:"name" json:"name"`
	Unit        string             `yaml:"unit,omitempty" json:"unit,omitempty"` // what a quantity counts, for people: "seat", "GB"
	TaxCode     string             `yaml:"tax_code" json:"tax_code"`             // what tax.Determine asks for, such as saas_b2b
	Recognition Recognition        `yaml:"recognition" json:"recognition"`
	Method      Method             `yaml:"method,omitempty" json:"method,omitempty"`         // of what is ratable: how months weigh; empty: by day
	Rounding    Rounding           `yaml:"rounding,omitempty" json:"rounding,omitempty"`     // empty: cumulative
	Standalone  []Standalone       `yaml:"standalone,omitempty" json:"standalone,omitempty"` // what it sells for on its own; empty when it must be estimated
	Features    map[string]Feature `yaml:"features,omitempty" json:"features,omitempty"`     // what whoever bought it may use, by code
	Retired     bool               `yaml:"retired,omitempty" json:"retired,omitempty"`       // from StartsOn on no new contract may sell it
	StartsOn    period.Date        `yaml:"starts_on,omitempty" json:"starts_on,omitzero"`
}

// Plan is one version of a pay-as-you-go offer. Document is the template of contract terms, JSON; only contracts reads it.
type Plan struct {
	Code     string          `json:"code"`
	Version  int             `json:"version,omitempty"`
	StartsOn period.Date     `json:"starts_on,omitzero"`
	Name     string          `json:"name"`
	Currency string          `json:"currency,omitempty"` // its prices are in; empty: whatever the customer signs in
	Retired  bool            `json:"retired,omitempty"`  // from StartsOn on nobody signs up to it
	Document json.RawMessage `json:"terms"`
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
	found = append(found, p.validateSpreading()...)
	found = append(found, validateStandalone(p.Standalone)...)
	return append(found, p.validateFeatures()...)
}

func (p Plan) validate() []fault.Field {
	found := append(code("code", p.Code), name("name", p.Name)...)
	found = append(found, startsOn(p.StartsOn)...)
	if _, err := money.ParseCurrency(p.Currency); p.Currency != "" && err != nil {
		found = append(found, fault.Field{Path: "currency", Value: fault.Shown(p.Currency), Message: "is not an ISO 4217 currency code such as USD or EUR"})
	}
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
