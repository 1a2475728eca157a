package ui

import "context"

type doorsKey struct{}

// WithDoors tells the atoms which addresses the reader may open. A link to another one is its text alone, and a button
// to it is left out: a page shows no door that is locked. Without it every door is open.
func WithDoors(ctx context.Context, open func(href string) bool) context.Context {
	return context.WithValue(ctx, doorsKey{}, open)
}

// leads says whether an address is one, and one that the reader may open.
func leads(ctx context.Context, href string) bool {
	open, told := ctx.Value(doorsKey{}).(func(string) bool)
	return href != "" && (!told || open(href))
}
