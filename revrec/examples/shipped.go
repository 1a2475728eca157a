package examples

import (
	_ "embed"
	"encoding/json"
)

//go:embed testdata/examples.json
var shipped []byte

// Shipped are the cases that come with the product: anybody can put them to the engine, an auditor on a page.
func Shipped() []Case {
	cases, err := Read(shipped)
	if err != nil {
		panic(err) // they are compiled in, and a test reads them
	}
	return cases
}

// Inputs are a case's facts and policies as it states them, indented JSON.
func (c Case) Inputs() string { return indented(c.inputs) }

// Figures are what the engine gives, indented JSON in the shape of what a case expects.
func (r Result) Figures() string { return indented(r.Gives) }

func indented(o object) string {
	text, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		panic(err) // texts and numbers that were read from JSON, or written by us
	}
	return string(text)
}
