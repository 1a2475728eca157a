package entities

import (
	"fmt"
	"strings"
)

// Document is a kind of numbered document; each kind has a series of its own in each entity and year.
type Document string

const (
	Invoice    Document = "invoice"
	CreditNote Document = "credit_note"
	Journal    Document = "journal" // booked by hand
)

// Prefix begins the numbers of an entity's documents of a kind: "RUS", "RUS-CN", "RUS-JE".
func Prefix(code string, kind Document) string {
	switch kind {
	case CreditNote:
		return strings.ToUpper(code) + "-CN"
	case Journal:
		return strings.ToUpper(code) + "-JE"
	}
	return strings.ToUpper(code)
}

// NumberRange is what TakeNumbers took: Count numbers in a row, yours for ever once the transaction commits.
type NumberRange struct {
	Prefix string // "RUS", "RUS-CN"
	Year   int
	First  int64
	Count  int
}

// Number writes the i-th number of the range, counted from zero: "RUS-2026-000123". It panics outside the range,
// because a number nobody took would be a repeat waiting to happen.
func (r NumberRange) Number(i int) string {
	if i < 0 || i >= r.Count {
		panic(fmt.Sprintf("entities: number %d of a range of %d", i, r.Count))
	}
	return fmt.Sprintf("%s-%04d-%06d", r.Prefix, r.Year, r.First+int64(i))
}
