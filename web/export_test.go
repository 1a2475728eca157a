package web

import (
	"net/url"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/access"
	"ratable/web/page"
)

// Differences says what a version changes, with a catalog that names nothing.
func Differences(before, after contracts.Document) []page.Change {
	return differences(catalog.New(nil, nil, nil), before, after)
}

// Address is a line of the route table, for the tests that walk it.
type Address struct {
	Method, Path string
	Roles        []access.Role
}

// Addresses is the whole table.
func Addresses() []Address {
	var out []Address
	for _, r := range (&Server{}).routes() {
		out = append(out, Address{r.method, r.path, r.roles})
	}
	return out
}

// FormFields are the paths of the contract form's fields.
func FormFields() []string {
	var out []string
	for _, f := range formFields {
		out = append(out, f.path)
	}
	return out
}

// Blank is the path that a field's name belongs to: "lines[2].product" is one of "lines[].product".
func Blank(name string) string { return rowNumber.ReplaceAllString(name, "[]") }

// Sheet is the form as a browser would send it for a document.
func Sheet(d contracts.Document) (url.Values, error) {
	s, err := written(d)
	out := url.Values{}
	for _, name := range s.names() {
		out.Set(name, s[name])
	}
	return out, err
}
