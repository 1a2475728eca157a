package catalog

import "github.com/shopspring/decimal"

// Model names how a quantity becomes an amount.
type Model string

const (
	Flat       Model = "flat"       // Amount whatever the quantity, once per period
	PerUnit    Model = "per_unit"   // Amount for each unit
	Graduated  Model = "graduated"  // each unit at the rate of the tier it falls in
	Volume     Model = "volume"     // all units at the rate of the tier the whole quantity falls in
	Package    Model = "package"    // Amount for every started package of Size units
	Stairstep  Model = "stairstep"  // the flat of the tier the whole quantity falls in
	Percentage Model = "percentage" // Percent of each event's amount, and PerEvent
	Matrix     Model = "matrix"     // by the value of a dimension, each at a price of its own
)

// Simple says that the model needs to know no more than a quantity: a price Rate rates alone, a cell of a matrix.
func (m Model) Simple() bool { return m != Percentage && m != Matrix }

// Price turns what was used into an amount. It has no currency: the agreement that uses it has one.
type Price struct {
	Model      Model           `json:"model" yaml:"model"`
	Amount     decimal.Decimal `json:"amount,omitzero" yaml:"amount,omitempty"`
	Size       decimal.Decimal `json:"size,omitzero" yaml:"size,omitempty"`
	Tiers      []Tier          `json:"tiers,omitempty" yaml:"tiers,omitempty"`
	FlatAtZero bool            `json:"flat_at_zero,omitempty" yaml:"flat_at_zero,omitempty"` // the first tier's flat fee is due even when nothing was used

	// Of a percentage price. Free are the first events, as long as no allowance that is given is exceeded: 3 events or
	// 250 units, whichever is exhausted first. An event that exceeds the units pays for its rest, and the fee per event.
	Percent    decimal.Decimal `json:"percent,omitzero" yaml:"percent,omitempty"`
	PerEvent   decimal.Decimal `json:"per_event,omitzero" yaml:"per_event,omitempty"`
	FreeEvents int             `json:"free_events,omitempty" yaml:"free_events,omitempty"` // of a period
	FreeUnits  decimal.Decimal `json:"free_units,omitzero" yaml:"free_units,omitempty"`    // of a period, counted in the amounts of events
	Minimum    decimal.Decimal `json:"minimum,omitzero" yaml:"minimum,omitempty"`          // of what an event that is not free costs
	Maximum    decimal.Decimal `json:"maximum,omitzero" yaml:"maximum,omitempty"`          // zero: none

	// Of a matrix price.
	By     string           `json:"by,omitempty" yaml:"by,omitempty"`         // a dimension of the meter
	Prices map[string]Price `json:"prices,omitempty" yaml:"prices,omitempty"` // by the dimension's value
	Other  *Price           `json:"other,omitempty" yaml:"other,omitempty"`   // of all other values together, and of events without one
}

// Tier prices the units above the tier before it, up to and including UpTo; nil means the rest, and only the last tier says so.
type Tier struct {
	UpTo *decimal.Decimal `json:"up_to,omitempty" yaml:"up_to,omitempty"`
	Unit decimal.Decimal  `json:"unit" yaml:"unit"`
	Flat decimal.Decimal  `json:"flat,omitzero" yaml:"flat,omitempty"`
}
