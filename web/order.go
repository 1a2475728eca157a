package web

import (
	"cmp"
	"slices"
	"strings"

	"ratable/customers"
	"ratable/internal/money"
	"ratable/internal/postgres"
	"ratable/web/ui"
)

// order is how a list stands: by one of its columns, forward or turned round. The zero order is the list's own.
type order struct {
	key  string
	down bool
}

// order reads it from the address, "due" or "-due"; a column that the list cannot be sorted by is none.
func (v *visit) order(keys ...string) order {
	key, down := strings.CutPrefix(v.query("sort"), "-")
	if key == "" || !slices.Contains(keys, key) {
		return order{}
	}
	return order{key, down}
}

// String is the order as the address and the stores' filters spell it.
func (o order) String() string {
	if o.down {
		return "-" + o.key
	}
	return o.key
}

// column is a head that sorts. The first press brings what people look for first to the top: the earliest day and the
// first name, but the largest figure. The second turns it round.
func (v *visit) column(o order, key, label string, kind ui.Kind) ui.Column {
	up, down := v.with("sort", key), v.with("sort", "-"+key)
	c := ui.Column{Label: label, Kind: kind, SortHref: up}
	switch {
	case o.key == key && o.down:
		c.Sorted = ui.Descending
	case o.key == key:
		c.Sorted, c.SortHref = ui.Ascending, down
	case kind == ui.Figures:
		c.SortHref = down
	}
	return c
}

// sortBy puts a list that is whole in memory in order. What is equal keeps its place.
func sortBy[T any](o order, all []T, columns map[string]func(a, b T) int) {
	compare, ok := columns[o.key]
	if !ok {
		return
	}
	slices.SortStableFunc(all, func(a, b T) int {
		if o.down {
			return compare(b, a)
		}
		return compare(a, b)
	})
}

// byAmount compares amounts; those of another currency stand apart, as no rate is meant.
func byAmount[T any](amount func(T) money.Amount) func(a, b T) int {
	return func(a, b T) int {
		x, y := amount(a), amount(b)
		return cmp.Or(cmp.Compare(x.Currency(), y.Currency()), cmp.Compare(x.Minor(), y.Minor()))
	}
}

// byText compares as people file: without case.
func byText[T any](text func(T) string) func(a, b T) int {
	return func(a, b T) int { return cmp.Compare(strings.ToLower(text(a)), strings.ToLower(text(b))) }
}

// from drops what a reader has seen: everything up to the line that the address's cursor names. A cursor that names
// none is the beginning.
func from[T any](after string, all []T, key func(T) string) []T {
	if i := slices.IndexFunc(all, func(one T) bool { return key(one) == after }); i >= 0 && after != "" {
		return all[i+1:]
	}
	return all
}

// ranked is every customer in the order of names, for lists of other packages that are sorted by them; nil for any
// other order.
func (v *visit) ranked(q postgres.Querier, o order) ([]customers.ID, error) {
	if o.key != "customer" {
		return nil, nil
	}
	return customers.InOrderOfNames(v.ctx, q)
}

// calledLike keeps what a search means: any part of a name, without case.
func calledLike[T any](text string, all []T, name func(T) string) []T {
	text = strings.ToLower(text)
	return slices.DeleteFunc(all, func(one T) bool { return !strings.Contains(strings.ToLower(name(one)), text) })
}
