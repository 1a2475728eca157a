package customers

import (
	"fmt"

	"ratable/entities"
	"ratable/internal/fault"
)

// Address is a postal address, and the place tax is determined for.
type Address struct {
	Lines    []string // street lines, 6 at most
	City     string
	Region   string // ISO 3166-2 part after the dash: "CA", "NY"; required in the US and Canada
	Postcode string
	Country  string // ISO 3166-1 alpha-2
}

// IsZero reports an address that was never given.
func (a Address) IsZero() bool {
	return len(a.Lines) == 0 && a.City == "" && a.Region == "" && a.Postcode == "" && a.Country == ""
}

// Validate returns what is wrong with the address, each finding at its place below path ("" for none).
func (a Address) Validate(path string) []fault.Field {
	dot := path
	if path != "" {
		dot = path + "."
	}
	found := entities.ValidatePlace(path, a.Country, a.Region)
	if len(a.Lines) > 6 {
		found = append(found, fault.Field{Path: dot + "lines", Value: fmt.Sprint(len(a.Lines)), Message: "may have 6 lines at most"})
	}
	for i, line := range a.Lines {
		found = append(found, fault.Printable(fmt.Sprintf("%slines[%d]", dot, i), line, 100)...)
	}
	found = append(found, fault.Printable(dot+"city", a.City, 100)...)
	found = append(found, fault.Printable(dot+"postcode", a.Postcode, 12)...)
	if a.Country == "US" && a.Postcode != "" && !zipShaped(a.Postcode) {
		found = append(found, fault.Field{Path: dot + "postcode", Value: fault.Shown(a.Postcode), Message: "is not a ZIP code: 5 digits, or 5, a dash and 4"})
	}
	return found
}

// zipShaped accepts 94105 and 94105-1234: the state's and the locality's tax hang on it.
func zipShaped(s string) bool {
	if len(s) != 5 && len(s) != 10 {
		return false
	}
	for i, r := range s {
		if i == 5 {
			if r != '-' {
				return false
			}
			continue
		}
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}
