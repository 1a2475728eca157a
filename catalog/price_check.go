package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"ratable/internal/fault"
)

// Bounds on how long a price may be: rating takes time with each.
const (
	maxTiers = 100
	maxCells = 100
)

// Bounds on the figures of a price. Twelve decimals price a byte by the terabyte; the ceiling keeps
// an exponent typed by accident (1e309) from becoming an invoice, or a very long number in memory.
const maxDecimals = 12

var maxFigure = decimal.New(1, 15)

// keys are what each model says besides its name.
var keys = map[Model][]string{
	Flat:       {"amount"},
	PerUnit:    {"amount"},
	Package:    {"amount", "size"},
	Graduated:  {"tiers", "flat_at_zero"},
	Volume:     {"tiers", "flat_at_zero"},
	Stairstep:  {"tiers", "flat_at_zero"},
	Percentage: {"percent", "per_event", "free_events", "free_units", "minimum", "maximum"},
	Matrix:     {"by", "prices", "other"},
}

// Validate returns what is wrong with the price, each finding at its place below path; nil when it can be rated.
func (p Price) Validate(path string) []fault.Field {
	if keys[p.Model] == nil {
		return []fault.Field{field(path, "model", string(p.Model), "must be flat, per_unit, graduated, volume, package, stairstep, percentage or matrix")}
	}
	found := p.strays(path)
	switch p.Model {
	case Flat, PerUnit:
		return append(found, figure(path, "amount", p.Amount)...)
	case Package:
		return append(found, p.validatePackage(path)...)
	case Percentage:
		return append(found, p.validatePercentage(path)...)
	case Matrix:
		return append(found, p.validateMatrix(path)...)
	}
	return append(found, p.validateTiers(path)...)
}

// strays reports what this model does not know: a figure that is silently ignored is a wrong invoice later.
func (p Price) strays(path string) []fault.Field {
	var found []fault.Field
	for _, x := range []struct {
		key, value string
		given      bool
	}{
		{"amount", shown(p.Amount), !p.Amount.IsZero()}, {"size", shown(p.Size), !p.Size.IsZero()},
		{"tiers", "", len(p.Tiers) > 0}, {"flat_at_zero", "true", p.FlatAtZero},
		{"percent", shown(p.Percent), !p.Percent.IsZero()}, {"per_event", shown(p.PerEvent), !p.PerEvent.IsZero()},
		{"free_events", strconv.Itoa(p.FreeEvents), p.FreeEvents != 0}, {"free_units", shown(p.FreeUnits), !p.FreeUnits.IsZero()},
		{"minimum", shown(p.Minimum), !p.Minimum.IsZero()}, {"maximum", shown(p.Maximum), !p.Maximum.IsZero()},
		{"by", fault.Shown(p.By), p.By != ""}, {"prices", "", len(p.Prices) > 0}, {"other", "", p.Other != nil},
	} {
		if x.given && !slices.Contains(keys[p.Model], x.key) {
			found = append(found, field(path, x.key, x.value, fmt.Sprintf("has no meaning for a %s price", p.Model)))
		}
	}
	return found
}

func (p Price) validatePackage(path string) []fault.Field {
	found := append(figure(path, "amount", p.Amount), figure(path, "size", p.Size)...)
	if p.Size.IsZero() {
		found = append(found, field(path, "size", "", "a package price says how many units a package holds"))
	}
	return found
}

func (p Price) validateTiers(path string) []fault.Field {
	switch n := len(p.Tiers); {
	case n == 0:
		return []fault.Field{field(path, "tiers", "", fmt.Sprintf("a %s price needs at least one tier", p.Model))}
	case n > maxTiers:
		return []fault.Field{field(path, "tiers", "", fmt.Sprintf("has %d tiers; at most %d are accepted", n, maxTiers))}
	}
	var found []fault.Field
	// Gaps and overlaps cannot be written down: a tier starts where the one before it ends. What can go wrong is the order.
	below := decimal.Zero
	for i, t := range p.Tiers {
		at := fmt.Sprintf("tiers[%d]", i)
		found = append(found, figure(path, at+".unit", t.Unit)...)
		found = append(found, figure(path, at+".flat", t.Flat)...)
		if p.Model == Stairstep && !t.Unit.IsZero() {
			found = append(found, field(path, at+".unit", shown(t.Unit), "has no meaning for a stairstep price: a step costs its flat, whatever the quantity"))
		}
		last := i == len(p.Tiers)-1
		switch {
		case t.UpTo == nil && !last:
			found = append(found, field(path, at+".up_to", "", "only the last tier may be open-ended"))
		case t.UpTo != nil && last:
			found = append(found, field(path, at+".up_to", shown(*t.UpTo), "the last tier must be open-ended, or larger quantities would have no price"))
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

func (p Price) validatePercentage(path string) []fault.Field {
	var found []fault.Field
	sane := true
	for _, x := range []struct {
		key    string
		figure decimal.Decimal
	}{{"percent", p.Percent}, {"per_event", p.PerEvent}, {"free_units", p.FreeUnits}, {"minimum", p.Minimum}, {"maximum", p.Maximum}} {
		wrong := figure(path, x.key, x.figure)
		found, sane = append(found, wrong...), sane && len(wrong) == 0
	}
	if p.FreeEvents < 0 {
		found = append(found, field(path, "free_events", strconv.Itoa(p.FreeEvents), "must not be negative"))
	}
	switch {
	case !sane:
	case p.Percent.IsZero() && p.PerEvent.IsZero():
		found = append(found, field(path, "percent", "", "is missing: give percent, per_event or both"))
	case p.Percent.Cmp(hundred) > 0:
		found = append(found, field(path, "percent", p.Percent.String(), "is more than the whole; 1.3 means 1.3 %"))
	case p.Maximum.IsPositive() && p.Maximum.Cmp(p.Minimum) < 0:
		found = append(found, field(path, "maximum", p.Maximum.String(), "is below the minimum, "+p.Minimum.String()))
	}
	return found
}

var hundred = decimal.NewFromInt(100)

func (p Price) validateMatrix(path string) []fault.Field {
	var found []fault.Field
	if p.By == "" {
		found = append(found, field(path, "by", "", "is missing: the dimension of the meter whose value decides the price, such as region"))
	} else if wrong := code("by", p.By); len(wrong) > 0 {
		found = append(found, field(path, "by", fault.Shown(p.By), wrong[0].Message))
	}
	switch n := len(p.Prices); {
	case n == 0:
		found = append(found, field(path, "prices", "", "is empty: give each value of the dimension its price, such as eu: {model: per_unit, amount: 0.02}"))
	case n > maxCells:
		return append(found, field(path, "prices", "", fmt.Sprintf("has %d prices; at most %d are accepted", n, maxCells)))
	}
	for _, value := range slices.Sorted(maps.Keys(p.Prices)) {
		at := "prices." + fault.Shown(value)
		if value == "" {
			found = append(found, field(path, "prices", "", "has an empty value; what has none is priced by other"))
		}
		found = append(found, fault.Printable(below(path, at), value, 255)...)
		found = append(found, p.Prices[value].validateCell(path, at)...)
	}
	if p.Other == nil {
		return append(found, field(path, "other", "", "is missing, and other values would have no price; to give them away, say {model: per_unit, amount: 0}"))
	}
	return append(found, p.Other.validateCell(path, "other")...)
}

// validateCell accepts a price that needs no more than a quantity: in a matrix, or of a product standing alone.
func (p Price) validateCell(path, at string) []fault.Field {
	if keys[p.Model] != nil && !p.Model.Simple() {
		return []fault.Field{field(path, at+".model", string(p.Model), "prices more than a quantity; here use flat, per_unit, graduated, volume, package or stairstep")}
	}
	return p.Validate(below(path, at))
}

func below(path, at string) string {
	if path == "" {
		return at
	}
	return path + "." + at
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
	return fault.Field{Path: below(path, name), Value: value, Message: message}
}
