package contracts

import (
	"ratable/internal/fault"
)

// What a reader of contract documents needs that has no database: simulate holds
// documents inside a larger file.

// Refuses says why a document cannot be the next version of an agreement.
func (a Agreement) Refuses(d Document) []fault.Field {
	c := Contract{Number: a.Number}
	for _, v := range a.Versions {
		c.History = append(c.History, Revision{Version: v, Decisions: []Decided{{Event: "approved"}}})
	}
	return c.amendable(d)
}
