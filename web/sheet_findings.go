package web

import (
	"fmt"
	"slices"
	"strings"

	"ratable/contracts"
	"ratable/internal/fault"
)

// This file is the way of findings back from the document to the fields of the form.

// document reads what the sheet says; findings name fields. What the form itself finds wrong goes first.
func (j judged) document() (contracts.Document, error) {
	d, err := contracts.ParseNode(j.root)
	found := append(slices.Clone(*j.odd), j.unkind()...)
	if len(found) == 0 {
		return d, j.toFields(err)
	}
	for _, f := range fault.Fields(j.toFields(err)) {
		if !said(found, f.Path) && !said(found, f.Path+".kind") { // a line of no kind has no price either
			found = append(found, f)
		}
	}
	return contracts.Document{}, fault.InvalidFields(found...)
}

// unkind finds the lines whose kind is none or has nothing to it, which the document has no word for.
func (j judged) unkind() (found []fault.Field) {
	for i := range j.sheet.rows("lines") {
		row := fmt.Sprintf("lines[%d]", i)
		if j.sheet.blank(row) {
			continue
		}
		kind := j.sheet[row+".kind"]
		switch {
		case kind == "" || slices.Contains(kindChoices, kind):
		default:
			found = append(found, fault.Field{Path: row + ".kind", Value: fault.Shown(kind), Message: "must be fixed, ramp, installments, once or usage"})
		}
		for _, list := range []string{"ramp", "installments"} {
			typed := func(name string) bool { return j.sheet[name] != "" }
			if kind == list && !slices.ContainsFunc(j.sheet.under(row+".fixed."+list+"["), typed) {
				found = append(found, fault.Field{Path: row + ".fixed." + list, Message: emptyLists[list]})
			}
		}
	}
	return found
}

var emptyLists = map[string]string{
	"ramp":         "is empty: a ramp has a step for each quantity and price",
	"installments": "is empty: give each day on which a part of the total is asked for",
}

// toFields moves findings from the document's paths to the form's; other errors come back as they are.
func (j judged) toFields(err error) error {
	found := fault.Fields(err)
	if len(found) == 0 {
		return err
	}
	out := make([]fault.Field, len(found))
	for i, f := range found {
		out[i] = fault.Field{Path: j.fieldOf(f.Path), Value: f.Value, Message: f.Message}
	}
	return fault.InvalidFields(out...)
}

func (j judged) fieldOf(doc string) string {
	path := doc
	for end := len(doc); end > 0; end = strings.LastIndexAny(doc[:end], ".[") {
		if row, ok := j.placed[doc[:end]]; ok {
			path = row + doc[end:]
			break
		}
	}
	if _, known := fieldNamed(path); !known { // "commitments[0].lines[1]" is said of the field that lists them
		if at := strings.LastIndex(path, "["); at > 0 {
			if _, known := fieldNamed(path[:at]); known {
				return path[:at]
			}
		}
	}
	return path
}
