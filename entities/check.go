package entities

import "ratable/internal/fault"

// Validate says what keeps an entity from being created, for those who hold one
// without a database.
func (e Entity) Validate() []fault.Field { return e.validate() }

// Validate says what keeps a rate from being recorded.
func (r Rate) Validate() []fault.Field {
	found := r.validate("rate")
	for i := range found {
		found[i].Path = found[i].Path[len("rate."):]
	}
	return found
}
