package contracts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/period"
)

var one = decimal.NewFromInt(1)

func (d Document) validateCommits(f *findings) {
	for i, c := range d.Commits {
		at := fmt.Sprintf("commitments[%d]", i)
		f.key(at+".product", c.Product, "the product a true-up is sold as")
		f.text(at+".clause", c.Clause, 60)
		f.cadence(at+".every", c.Every)
		d.validateCommitSize(f, at, c)
		inner := slices.ContainsFunc(d.Commits, func(x Commit) bool { return x.Within == c.ID && x.ID != c.ID })
		if len(c.Lines) > 0 || !inner { // what counts may be that of commitments within
			d.refers(f, at+".lines", c.Lines, d.lineIDs(), d.prepaidIDs())
		}
		for _, id := range c.Lines {
			if every := d.everyOf(id); longer(every, c.Every) {
				f.add(at+".every", c.Every, "is shorter than the billing period of %s, %s; what is spent could not be told in time", id, every)
			}
			if l, ok := d.line(id); c.Units.IsPositive() && (!ok || l.Usage == nil) {
				f.add(at+".lines", id, "measures no units; name usage lines, or commit an amount")
			}
		}
		d.validateFlow(f, at, c)
		d.validateWithin(f, at, c)
	}
}

func (d Document) validateCommitSize(f *findings, at string, c Commit) {
	sane := f.figure(at+".amount", c.Amount)
	sane = f.figure(at+".units", c.Units) && sane
	if sane = f.figure(at+".unit_price", c.UnitPrice) && sane; !sane {
		return
	}
	f.charge(at+".amount", c.Amount, one, d.Currency)
	f.charge(at+".unit_price", c.UnitPrice, c.Units, d.Currency)
	money, units := c.Amount.IsPositive(), c.Units.IsPositive()
	switch {
	case !money && !units:
		f.add(at+".amount", "", "is missing or zero; give what is spent at least in each period, or units with their unit_price")
	case money && units:
		f.add(at+".units", c.Units.String(), "stands beside amount; commit money or units, not both")
	case units && !c.UnitPrice.IsPositive():
		f.add(at+".unit_price", "", "is missing: it is the price of each unit that was committed and not used")
	case money && !c.UnitPrice.IsZero():
		f.add(at+".unit_price", c.UnitPrice.String(), "belongs to a commitment in units; leave it out")
	}
}

// validateFlow holds that of commitments which flow over a line it is known which
// is filled first, and that they measure the same.
func (d Document) validateFlow(f *findings, at string, c Commit) {
	switch {
	case c.Flow != Each && c.Flow != Waterfall && c.Flow != "":
		f.add(at+".flow", fault.Shown(string(c.Flow)), "must be each or waterfall")
		return
	case c.Flow != Waterfall && c.Priority != 0:
		f.add(at+".priority", fmt.Sprint(c.Priority), "says which commitment of a waterfall is filled first; add flow: waterfall, or leave it out")
	case c.Flow != Waterfall:
		return
	case c.Within != "":
		f.add(at+".flow", string(c.Flow), "stands beside within, which counts charges in full; keep one of the two")
	}
	for _, x := range d.Commits {
		if x.ID == c.ID || x.Flow != Waterfall || !slices.ContainsFunc(c.Lines, func(id string) bool { return slices.Contains(x.Lines, id) }) {
			continue
		}
		if x.Priority == c.Priority {
			f.add(at+".priority", fmt.Sprint(c.Priority), "is that of %s too; in a waterfall over the same lines each needs its own", fault.Shown(x.ID))
		}
		if x.Units.IsPositive() != c.Units.IsPositive() {
			f.add(at+".flow", string(c.Flow), "flows between money and units (%s); commit the same for both", fault.Shown(x.ID))
		}
	}
}

func (d Document) validateWithin(f *findings, at string, c Commit) {
	if c.Within == "" {
		return
	}
	outer, ok := find(d.Commits, commitID, c.Within)
	switch {
	case !ok:
		f.add(at+".within", fault.Shown(c.Within), "is not the id of a commitment of this contract%s", known(d.commitIDs()))
		return
	case d.circular(c):
		f.add(at+".within", fault.Shown(c.Within), "makes a circle: a commitment cannot be a part of itself; take within off one of them")
	case outer.Units.IsPositive() != c.Units.IsPositive():
		f.add(at+".within", c.Within, "is a commitment in %s and this one in %s; commit the same for both", measure(outer), measure(c))
	case longer(c.Every, outer.Every):
		f.add(at+".within", c.Within, "is counted every %s, before this one is settled; count it every %s too", outer.Every, c.Every)
	}
}

// circular says that the way outwards from a commitment never ends.
func (d Document) circular(c Commit) bool {
	for range d.Commits {
		if c.Within == "" {
			return false
		}
		c, _ = find(d.Commits, commitID, c.Within)
	}
	return c.Within != ""
}

func measure(c Commit) string {
	if c.Units.IsPositive() {
		return "units"
	}
	return "money"
}

// longer says whether one billing period outlasts another, when both are known.
func longer(every, than string) bool {
	a, errA := period.ParseCadence(every)
	b, errB := period.ParseCadence(than)
	if errA != nil || errB != nil || b == period.Term {
		return false
	}
	return a == period.Term || a.Months() > b.Months()
}

func (l Line) every() string {
	switch {
	case l.Fixed != nil && len(l.Fixed.Installments) > 0:
		return "" // each on a day of its own
	case l.Fixed != nil:
		return l.Fixed.Every
	case l.Usage != nil:
		return l.Usage.Every
	}
	return ""
}

// everyOf is the billing period of a line or the access period of a prepaid amount.
func (d Document) everyOf(id string) string {
	if l, ok := d.line(id); ok {
		return l.every()
	}
	c, _ := find(d.Prepaid, prepaidID, id)
	return c.Every
}

func (d Document) line(id string) (Line, bool) { return find(d.Lines, lineID, id) }

func (d Document) lineIDs() []string    { return idsOf(d.Lines, lineID) }
func (d Document) prepaidIDs() []string { return idsOf(d.Prepaid, prepaidID) }
func (d Document) commitIDs() []string  { return idsOf(d.Commits, commitID) }

func idsOf[T any](list []T, id func(T) string) []string {
	var out []string
	for _, x := range list {
		out = append(out, id(x))
	}
	return out
}

// scope holds the ids a prepaid amount names against the lines there are.
func (d Document) scope(f *findings, path string, ids []string) { d.refers(f, path, ids, d.lineIDs()) }

// refers holds ids against those that may be named.
func (d Document) refers(f *findings, path string, ids []string, may ...[]string) {
	all := slices.Concat(may...)
	if len(ids) == 0 {
		f.add(path, "", "is empty: list the ids of the lines that count")
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if !slices.Contains(all, id) {
			f.add(path, fault.Shown(id), "is not the id of a line of this contract%s", known(all))
		} else if seen[id] {
			f.add(path, id, "is listed twice; once is enough")
		}
		seen[id] = true
	}
}

// known lists the ids there are, as far as a sentence can hold them.
func known(ids []string) string {
	const most = 8
	switch n := len(ids); {
	case n == 0:
		return ""
	case n > most:
		return fmt.Sprintf("; there are %s and %d more", fault.Shown(strings.Join(ids[:most], ", ")), n-most)
	}
	return "; there are " + fault.Shown(strings.Join(ids, ", "))
}
