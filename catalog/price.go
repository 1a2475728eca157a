package catalog

import (
	"fmt"

	"github.com/shopspring/decimal"

	"ratable/internal/fault"
)

// Model names how a quantity becomes an amount.
type Model string

const (
	Flat      Model = "flat"      // Amount whatever the quantity, once per period
	PerUnit   Model = "per_unit"  // Amount for each unit
	Graduated Model = "graduated" // each unit at the rate of the tier it falls in
	Volume    Model = "volume"    // all units at the rate of the tier the whole quantity falls in
	Package   Model = "package"   // Amount for every started package of Size units
)

// Price turns a quantity into an amount. It has no currency: the agreement that uses it has one.
type Price struct {
	Model      Model           `json:"model" yaml:"model"`
	Amount     decimal.Decimal `json:"amount,omitzero" yaml:"amount,omitempty"`
	Size       decimal.Decimal `json:"size,omitzero" yaml:"size,omitempty"`
	Tiers      []Tier          `json:"tiers,omitempty" yaml:"tiers,omitempty"`
	FlatAtZero bool            `json:"flat_at_zero,omitempty" yaml:"flat_at_zero,omitempty"` // the first tier's flat fee is due even when nothing was used
}

// Tier prices the units above the tier before it, up to and including UpTo; nil means the rest, and only the last tier says so.
type Tier struct {
	UpTo *decimal.Decimal `json:"up_to,omitempty" yaml:"up_to,omitempty"`
	Unit decimal.Decimal  `json:"unit" yaml:"unit"`
	Flat decimal.Decimal  `json:"flat,omitzero" yaml:"flat,omitempty"`
}

// Bounds on the figures of a price. Twelve decimals price a byte by the terabyte; the ceiling keeps
// an exponent typed by accident (1e309) from becoming an invoice, or a very long number in memory.
const maxDecimals = 12

var maxFigure = decimal.New(1, 15)

// Validate returns what is wrong with the price, each finding at its place below path; nil when it can be rated.
func (p Price) Validate(path string) []fault.Field {
	var found []fault.Field
	switch p.Model {
	case Flat, PerUnit:
		found = p.validateSimple(path)
	case Package:
		found = p.validatePackage(path)
	case Graduated, Volume:
		found = p.validateTiered(path)
	default:
		return []fault.Field{field(path, "model", string(p.Model), "must be flat, per_unit, graduated, volume or package")}
	}
	return found
}

func (p Price) validateSimple(path string) []fault.Field {
	found := figure(path, "amount", p.Amount)
	if !p.Size.IsZero() {
		found = append(found, p.stray(path, "size", p.Size.String()))
	}
	return append(found, p.strayTiers(path)...)
}

func (p Price) validatePackage(path string) []fault.Field {
	found := append(figure(path, "amount", p.Amount), figure(path, "size", p.Size)...)
	if p.Size.IsZero() {
		found = append(found, field(path, "size", "", "a package price says how many units a package holds"))
	}
	return append(found, p.strayTiers(path)...)
}

func (p Price) validateTiered(path string) []fault.Field {
	var found []fault.Field
	if !p.Amount.IsZero() {
		found = append(found, p.stray(path, "amount", p.Amount.String()))
	}
	if !p.Size.IsZero() {
		found = append(found, p.stray(path, "size", p.Size.String()))
	}
	if len(p.Tiers) == 0 {
		return append(found, field(path, "tiers", "", fmt.Sprintf("a %s price needs at least one tier", p.Model)))
	}
	// Gaps and overlaps cannot be written down: a tier starts where the one before it ends. What can go wrong is the order.
	below := decimal.Zero
	for i, t := range p.Tiers {
		at := fmt.Sprintf("tiers[%d]", i)
		found = append(found, figure(path, at+".unit", t.Unit)...)
		found = append(found, figure(path, at+".flat", t.Flat)...)
		last := i == len(p.Tiers)-1
		switch {
		case t.UpTo == nil && !last:
			found = append(found, field(path, at+".up_to", "", "only the last tier may be open-ended"))
		case t.UpTo != nil && last:
			found = append(found, field(path, at+".up_to", t.UpTo.String(), "the last tier must be open-ended, or larger quantities would have no price"))
		case t.UpTo != nil:
			bound := figure(path, at+".up_to", *t.UpTo)
			if len(bound) == 0 && t.UpTo.Cmp(below) <= 0 {
				bound = append(bound, field(path, at+".up_to", t.UpTo.String(), "must be above "+below.String()+", where the tier before it ends"))
			}
			if found = append(found, bound...); len(bound) == 0 {
				below = *t.UpTo
			}
		}
	}
	return found
}

// strayTiers reports what only a tiered price may say: a figure that is silently ignored is a wrong invoice later.
func (p Price) strayTiers(path string) []fault.Field {
	var found []fault.Field
	if len(p.Tiers) > 0 {
		found = append(found, p.stray(path, "tiers", ""))
	}
	if p.FlatAtZero {
		found = append(found, p.stray(path, "flat_at_zero", "true"))
	}
	return found
}

func (p Price) stray(path, name, value string) fault.Field {
	return field(path, name, value, fmt.Sprintf("has no meaning for a %s price", p.Model))
}

// figure checks a price or bound: not negative, and of a size a person could have meant.
func figure(path, name string, d decimal.Decimal) []fault.Field {
	switch {
	case d.Sign() < 0:
		return []fault.Field{field(path, name, shown(d), "must not be negative")}
	case d.Exponent() > 15 || d.NumDigits() > 40 || d.Cmp(maxFigure) >= 0:
		return []fault.Field{field(path, name, shown(d), "is too large: figures stay below 1,000,000,000,000,000")}
	case d.Exponent() < -maxDecimals && !d.Equal(d.Truncate(maxDecimals)):
		return []fault.Field{field(path, name, shown(d), "has too many decimals: 12 at most")}
	}
	return nil
}

// shown writes a figure for an error message without expanding an absurd exponent into megabytes of zeros.
func shown(d decimal.Decimal) string {
	if e := d.Exponent(); e > 40 || e < -40 {
		return fmt.Sprintf("%se%d", d.Coefficient(), e)
	}
	return d.String()
}

func field(path, name, value, message string) fault.Field {
	if path != "" {
		name = path + "." + name
	}
	return fault.Field{Path: name, Value: value, Message: message}
}
