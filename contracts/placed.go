package contracts

import (
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/strict"
)

// Placed gives the findings of an error about a document the lines of its source, as Parse does for its own; other
// errors come back as they are.
func Placed(source []byte, err error) error {
	found := fault.Fields(err)
	root, unreadable := strict.Tree(source, "contract", MaxDocument)
	if len(found) == 0 || unreadable != nil {
		return err
	}
	return fault.InvalidFields(strict.Placed(root, found)...)
}

// DaysOf are the days a line is in force, inside the term.
func (d Document) DaysOf(l Line) period.Span { return d.days(l) }

// MaxDocument is the largest contract document accepted, in bytes.
const MaxDocument = 1 << 20
