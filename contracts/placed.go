package contracts

import (
	"gopkg.in/yaml.v3"

	"ratable/internal/fault"
	"ratable/internal/period"
)

// Placed gives the findings of an error about a document the lines of its source, as Parse does for its own; other
// errors come back as they are.
func Placed(source []byte, err error) error {
	var root yaml.Node
	found := fault.Fields(err)
	if len(found) == 0 || yaml.Unmarshal(source, &root) != nil || len(root.Content) == 0 {
		return err
	}
	return fault.InvalidFields(placed(root.Content[0], found)...)
}

// DaysOf are the days a line is in force, inside the term.
func (d Document) DaysOf(l Line) period.Span { return d.days(l) }
