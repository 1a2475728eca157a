package web

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/a-h/templ"
	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/web/page"
	"ratable/web/ui"
)

// mover is what went up or down since the same day of the period before.
type mover struct {
	name, below, href string
	now, by           templ.Component
	size              decimal.Decimal // signed; movers are ranked by it
}

// moversShown is how many of each direction stand on the page.
const moversShown = 5

// inMoney ranks by what the bill came to. Amounts are compared where both periods ask for the same SKUs together: a price
// that was agreed otherwise in between says nothing about who used more.
func (o *overview) inMoney() []mover {
	type pair struct {
		skus         []int
		label        string
		now, earlier money.Amount
	}
	pairs, order := map[string]*pair{}, []string{}
	taken := make([][]string, len(o.skus))
	collect := func(all []asked, earlier bool) {
		for _, a := range all {
			if !a.whole || len(a.skus) == 0 || !o.answer(a.skus) {
				continue
			}
			key := fmt.Sprint(a.skus, a.amount.Currency())
			if pairs[key] == nil {
				pairs[key], order = &pair{skus: a.skus, label: a.label, now: money.Zero(a.amount.Currency()), earlier: money.Zero(a.amount.Currency())}, append(order, key)
				for _, i := range a.skus {
					taken[i] = append(taken[i], key)
				}
			}
			if p := pairs[key]; earlier {
				p.earlier = p.earlier.Add(a.amount)
			} else {
				p.now = p.now.Add(a.amount)
			}
		}
	}
	collect(o.priced, false)
	collect(o.earlier, true)
	var out []mover
	for _, key := range order {
		p := pairs[key]
		alone := !slices.ContainsFunc(p.skus, func(i int) bool { return len(taken[i]) > 1 })
		by := p.now.Sub(p.earlier)
		if !alone || by.IsZero() {
			continue
		}
		m := mover{name: p.label, below: howMany(len(p.skus), "SKU") + " charged together", now: ui.Money(p.now), by: page.MovedAmount(by), size: by.Decimal()}
		if len(p.skus) == 1 {
			m.name, m.below, m.href = o.skus[p.skus[0]].name(), o.userOf(p.skus[0]), o.day(o.skus[p.skus[0]])
		}
		out = append(out, m)
	}
	return out
}

// inUnits ranks by how much each SKU moved all that is used of its unit: hours and gigabytes cannot be compared, their
// parts can.
func (o *overview) inUnits() []mover {
	whole := map[string]decimal.Decimal{}
	for _, x := range o.skus {
		whole[x.unit()] = whole[x.unit()].Add(decimal.Max(x.now, x.before))
	}
	var out []mover
	for i, x := range o.skus {
		by := x.now.Sub(x.before)
		if by.IsZero() || !x.answers(o.search) {
			continue
		}
		sign := by.Sign()
		out = append(out, mover{name: x.name(), below: o.userOf(i), href: o.day(x), now: ui.Text(digits(x.now) + " " + x.unit()),
			by: page.Moved(digits(by.Abs())+" "+x.unit(), sign), size: by.DivRound(whole[x.unit()], 9)})
	}
	return out
}

func (o *overview) answer(all []int) bool {
	return !slices.ContainsFunc(all, func(i int) bool { return !o.skus[i].answers(o.search) })
}

func (o *overview) userOf(i int) string {
	if len(o.who) > 1 {
		return o.skus[i].user
	}
	return ""
}

// movers are the two lists, by what the address chooses: money where it is known, or units.
func (v *visit) movers(o *overview) (shown templ.Component, chips []ui.Chip) {
	if o.now.Empty() || len(o.skus) <= few { // a short list sorts by change
		return nil, nil
	}
	all, units := o.inMoney(), v.query("by") == "units"
	if len(all) > 0 {
		chips = []ui.Chip{{Label: "In money", Href: v.with("by", ""), On: !units}, {Label: "In units", Href: v.with("by", "units"), On: units}}
	}
	if units || len(all) == 0 {
		all = o.inUnits()
	}
	slices.SortStableFunc(all, func(a, b mover) int { return cmp.Or(b.size.Cmp(a.size), cmp.Compare(a.name, b.name)) })
	up, down := moverTables(all, "SKU")
	if len(up.Rows)+len(down.Rows) == 0 {
		return nil, nil
	}
	return page.Movers(up, down), chips
}

// moverTables are the first and the last of a ranking.
func moverTables(all []mover, what string) (up, down ui.TableProps) {
	table := func(title string) ui.TableProps {
		return ui.TableProps{Title: title, Columns: []ui.Column{{Label: what}, {Label: "Now", Kind: ui.Figures}, {Label: "Change", Kind: ui.Figures}}, Empty: ui.EmptyProps{Title: "Nothing"}}
	}
	up, down = table("Up the most"), table("Down the most")
	for _, m := range all[:min(moversShown, len(all))] {
		if m.size.IsPositive() {
			up.Rows = append(up.Rows, m.row())
		}
	}
	for i := len(all) - 1; i >= max(0, len(all)-moversShown); i-- {
		if all[i].size.IsNegative() {
			down.Rows = append(down.Rows, all[i].row())
		}
	}
	return up, down
}

func (m mover) row() ui.Row {
	var name templ.Component = ui.Text(m.name)
	if m.below != "" {
		name = ui.TwoLines(m.name, m.below)
	}
	return ui.Row{Href: m.href, Cells: ui.Cells(name, m.now, m.by)}
}
