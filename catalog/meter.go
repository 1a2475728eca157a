package catalog

import (
	"fmt"
	"slices"
	"strings"

	"ratable/internal/fault"
)

// Meter is something counted. How it adds up is part of its meaning and never changes: another way is another meter.
type Meter struct {
	ID          int64    `yaml:"-" json:"id,omitempty"`
	Code        string   `yaml:"code" json:"code"`
	Name        string   `yaml:"name" json:"name"`
	Unit        string   `yaml:"unit,omitempty" json:"unit,omitempty"`
	Aggregation string   `yaml:"aggregation,omitempty" json:"aggregation,omitempty"` // how the events of a period become one quantity
	UniqueBy    string   `yaml:"unique_by,omitempty" json:"unique_by,omitempty"`     // of a unique meter: the dimension of events whose distinct values are counted
	Dimensions  []string `yaml:"dimensions,omitempty" json:"dimensions,omitempty"`   // those that may be filtered and priced by, sorted; usage is added up by each combination of their values
}

// How the events of a period become one quantity.
const (
	Sum    = "sum"    // of their quantities
	Count  = "count"  // how many there are
	Max    = "max"    // the largest quantity
	Last   = "last"   // the quantity of the last one; nothing is carried over into a period without events
	Unique = "unique" // how many distinct values of a dimension there are; events without it do not count
)

// maxDimensions keeps the combinations of a meter in one index entry, and few enough to read.
const maxDimensions = 5

// Additive says that quantities of days, and of combinations of dimensions, add up to that of a period.
// What is not additive is read from single events.
func (m Meter) Additive() bool {
	return m.Aggregation != Max && m.Aggregation != Last && m.Aggregation != Unique
}

// Combination gives those dimensions of an event that the meter declares; nil when it declares none.
func (m Meter) Combination(dimensions map[string]string) map[string]string {
	if len(m.Dimensions) == 0 {
		return nil
	}
	kept := make(map[string]string, len(m.Dimensions))
	for _, name := range m.Dimensions {
		if value, given := dimensions[name]; given {
			kept[name] = value
		}
	}
	return kept
}

// Declares says whether usage may be filtered and priced by a dimension.
func (m Meter) Declares(dimension string) bool { return slices.Contains(m.Dimensions, dimension) }

func (m Meter) validate() []fault.Field {
	found := append(code("code", m.Code), name("name", m.Name)...)
	found = append(found, fault.Printable("unit", m.Unit, 40)...)
	switch m.Aggregation {
	case Sum, Count, Max, Last:
		if m.UniqueBy != "" {
			found = append(found, fault.Field{Path: "unique_by", Value: fault.Shown(m.UniqueBy), Message: "has no meaning for a meter that is not unique"})
		}
	case Unique:
		found = append(found, code("unique_by", m.UniqueBy)...)
	default:
		found = append(found, fault.Field{Path: "aggregation", Value: fault.Shown(m.Aggregation), Message: "must be sum, count, max, last or unique"})
	}
	if n := len(m.Dimensions); n > maxDimensions {
		return append(found, fault.Field{Path: "dimensions", Message: fmt.Sprintf("names %d dimensions; a meter declares at most %d, those that prices depend on", n, maxDimensions)})
	}
	for i, d := range m.Dimensions {
		at := fmt.Sprintf("dimensions[%d]", i)
		if found = append(found, code(at, d)...); slices.Contains(m.Dimensions[:i], d) {
			found = append(found, fault.Field{Path: at, Value: fault.Shown(d), Message: "is named twice; once is enough"})
		}
	}
	return found
}

// same compares what two meters count.
func (m Meter) same(n Meter) bool {
	return m.ID == n.ID && m.Code == n.Code && m.Name == n.Name && m.Unit == n.Unit &&
		m.Aggregation == n.Aggregation && m.UniqueBy == n.UniqueBy && slices.Equal(m.Dimensions, n.Dimensions)
}

// text says what a meter counts, for whoever meant another one.
func (m Meter) text() string {
	how := m.Aggregation
	if m.UniqueBy != "" {
		how += " " + m.UniqueBy
	}
	if len(m.Dimensions) > 0 {
		how += " by " + strings.Join(m.Dimensions, ", ")
	}
	return fmt.Sprintf("%s (%s, %s)", m.Name, m.Unit, how)
}
