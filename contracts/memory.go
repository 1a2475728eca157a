package contracts

import (
	"gopkg.in/yaml.v3"

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

// Complaints rewrites what a strict YAML decoder found for people, each with its
// line and, for an unknown key, the key.
func Complaints(err error) []fault.Field { return complaints(err) }

// LineOf gives the line of the nearest node that a finding's path names, 0 when
// not even its first step is there.
func LineOf(root *yaml.Node, path string) int { return lineOf(root, path) }
