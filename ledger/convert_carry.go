package ledger

import (
	"cmp"
	"maps"
	"slices"

	"ratable/internal/money"
)

// Carrying is what one account carries in foreign currencies: of each item how much, and what it stands at in the
// entity's currency. Each book sees what is in every book and what is in it alone.
type Carrying struct{ books map[Book]*carried }

// NewCarrying is an account with nothing booked.
func NewCarrying() *Carrying { return &Carrying{books: map[Book]*carried{"": newCarried()}} }

type carried struct{ items map[Item]*item }

func newCarried() *carried { return &carried{items: map[Item]*item{}} }

// of is what a book sees. A book of its own begins with what is in every book.
func (c *Carrying) of(b Book) *carried {
	if c.books[b] == nil {
		at := newCarried()
		for key, i := range c.books[""].items {
			at.items[key] = i.clone()
		}
		c.books[b] = at
	}
	return c.books[b]
}

// Book moves on by an entry that has its functional amounts.
func (c *Carrying) Book(e Entry) {
	c.of(e.Book)
	for book, at := range c.books {
		if e.Book != "" && e.Book != book {
			continue
		}
		for _, p := range e.Postings {
			if measures[p.Account] != atSpot {
				at.item(itemOf(e, p), p.Functional.Currency()).book(p)
			}
		}
	}
}

func (c *carried) item(key Item, home money.Currency) *item {
	if c.items[key] == nil {
		c.items[key] = &item{historic: measures[key.Account] == historic, amount: money.Zero(key.Currency), worth: money.Zero(home), off: money.Zero(home)}
	}
	return c.items[key]
}

// item is where an item stands, debit positive. What is historic remembers its layers: those that are open, and those
// that were used, for what is given back.
type item struct {
	historic      bool
	amount, worth money.Amount
	open, used    []layer
	off           money.Amount // what it stands at beyond its layers: of history converted otherwise
}

// layer is an advance: what it was, and is worth for good.
type layer struct{ amount, worth money.Amount }

func (i *item) clone() *item {
	x := *i
	x.open, x.used = slices.Clone(i.open), slices.Clone(i.used)
	return &x
}

// restores says whether a posting that adds to an advance gives back what was earned of it: what bills names its
// document, recognition does not.
func (p Posting) restores() bool {
	return (p.Account == DeferredRevenue || p.Account == ContractLiability) && p.Document == ""
}

// take lowers the item by an amount as far as there is something to lower, and says by how much and at what worth. What
// gives back raises it, at what was used last.
func (i *item) take(amount money.Amount, restores bool) (moved, worth money.Amount) {
	moved, worth = money.Zero(amount.Currency()), i.worth.Sub(i.worth)
	switch {
	case amount.Sign()*i.amount.Sign() >= 0:
		if restores && i.historic {
			return i.giveBack(amount)
		}
		return moved, worth
	case amount.Abs().Cmp(i.amount.Abs()) >= 0: // all of it
		moved, worth = i.amount.Neg(), i.worth.Neg()
		i.used, i.open, i.off = append(i.used, i.open...), nil, i.off.Sub(i.off)
	case i.historic:
		moved, worth = i.firstIn(amount)
	default:
		moved, worth = amount, money.SpreadToExact(i.worth, amount.Exact(), i.amount.Exact())
	}
	i.amount, i.worth = i.amount.Add(moved), i.worth.Add(worth)
	return moved, worth
}

// firstIn uses up layers in order. There is more in them than the amount.
func (i *item) firstIn(amount money.Amount) (moved, worth money.Amount) {
	moved, worth = money.Zero(amount.Currency()), i.worth.Sub(i.worth)
	for want := amount.Neg(); !want.IsZero(); want = amount.Neg().Add(moved) {
		use, left := i.open[0].cut(want)
		if i.open = i.open[1:]; !left.amount.IsZero() {
			i.open = append([]layer{left}, i.open...)
		}
		i.used = append(i.used, use)
		moved, worth = moved.Sub(use.amount), worth.Sub(use.worth)
	}
	return moved, worth
}

// giveBack opens used layers again, the latest first.
func (i *item) giveBack(amount money.Amount) (moved, worth money.Amount) {
	moved, worth = money.Zero(amount.Currency()), i.worth.Sub(i.worth)
	for want := amount; !want.IsZero() && len(i.used) > 0; want = amount.Sub(moved) {
		last := i.used[len(i.used)-1]
		if last.amount.Sign() != amount.Sign() {
			break
		}
		i.used = i.used[:len(i.used)-1]
		back, left := last.cut(want)
		if !left.amount.IsZero() {
			i.used = append(i.used, left)
		}
		i.open = append([]layer{back}, i.open...)
		moved, worth = moved.Add(back.amount), worth.Add(back.worth)
	}
	i.amount, i.worth = i.amount.Add(moved), i.worth.Add(worth)
	return moved, worth
}

// cut divides a layer: as much as is wanted, and the rest.
func (l layer) cut(want money.Amount) (cut, left layer) {
	if want.Abs().Cmp(l.amount.Abs()) >= 0 {
		return l, layer{l.amount.Sub(l.amount), l.worth.Sub(l.worth)}
	}
	worth := money.SpreadToExact(l.worth, want.Exact(), l.amount.Exact())
	return layer{want, worth}, layer{l.amount.Sub(want), l.worth.Sub(worth)}
}

// book moves the item on by a posting as it was booked. What its layers do not explain is kept beside them, so that an
// advance that is used up is worth nothing.
func (i *item) book(p Posting) {
	moved, worth := i.take(p.Amount, p.restores())
	rest, restWorth := p.Amount.Sub(moved), p.Functional.Sub(worth)
	i.amount, i.worth = i.amount.Add(rest), i.worth.Add(restWorth)
	switch {
	case !i.historic:
	case rest.IsZero():
		i.off = i.off.Add(restWorth)
	default:
		i.open = append(i.open, layer{rest, restWorth})
	}
}

// Carried lists the items that stand at something in a book, in order.
func (c *Carrying) Carried(b Book) []Standpoint {
	var out []Standpoint
	at := c.of(b)
	for _, key := range slices.SortedFunc(maps.Keys(at.items), Item.compare) {
		if i := at.items[key]; !i.amount.IsZero() || !i.worth.IsZero() {
			out = append(out, Standpoint{key, i.amount, i.worth})
		}
	}
	return out
}

func (i Item) compare(j Item) int {
	return cmp.Or(cmp.Compare(i.Entity, j.Entity), cmp.Compare(i.Currency, j.Currency), cmp.Compare(i.Account, j.Account), cmp.Compare(i.Document, j.Document),
		cmp.Compare(i.Contract, j.Contract), cmp.Compare(i.Line, j.Line), cmp.Compare(i.Customer, j.Customer))
}

// Standpoint is an item with how much there is of it and what it stands at in the entity's currency.
type Standpoint struct {
	Item
	Amount, Functional money.Amount
}
