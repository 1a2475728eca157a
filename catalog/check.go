package catalog

import "ratable/internal/fault"

// Validate says what keeps a product version from being added, for those who hold
// one without a database.
func (p Product) Validate() []fault.Field { return p.validate() }

// Validate says what keeps a meter from being added.
func (m Meter) Validate() []fault.Field { return m.validate() }
