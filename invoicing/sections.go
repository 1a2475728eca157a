package invoicing

import (
	"cmp"
	"slices"

	"ratable/customers"
	"ratable/internal/money"
)

// section is the part of a document that one end customer used, as it is printed under a heading where there are several.
type section struct {
	customer customers.ID
	name     string
	parts    []part // by contract
	sum      money.Amount
}

// part is what one contract asks for in a section, under a heading of its own where the section has several.
type part struct {
	contract string
	lines    []int // places in the document, from 0
	sum      money.Amount
}

// sections groups lines by end customer and contract, each in the order in which it first appears.
func (d Draft) sections() []section {
	var out []section
	for i, l := range d.Lines {
		at := slices.IndexFunc(out, func(s section) bool { return s.customer == l.Customer })
		if at < 0 {
			at, out = len(out), append(out, section{customer: l.Customer, name: l.CustomerName, sum: money.Zero(d.Currency)})
		}
		out[at].add(i, l, money.Zero(d.Currency))
	}
	return out
}

func (s *section) add(place int, l Line, zero money.Amount) {
	s.sum = s.sum.Add(l.Amount)
	at := slices.IndexFunc(s.parts, func(p part) bool { return p.contract == l.ContractNumber })
	if at < 0 {
		at, s.parts = len(s.parts), append(s.parts, part{contract: l.ContractNumber, sum: zero})
	}
	s.parts[at].lines = append(s.parts[at].lines, place)
	s.parts[at].sum = s.parts[at].sum.Add(l.Amount)
}

// bySection puts changes in the order in which they are printed, so that the lines of a consolidated document are counted
// through from top to bottom: by end customer as their first contract was signed, then by contract.
func bySection(changes []agreed) []agreed {
	order := map[customers.ID]int{}
	for _, c := range changes {
		if _, seen := order[c.agreement.Customer]; !seen {
			order[c.agreement.Customer] = len(order)
		}
	}
	slices.SortStableFunc(changes, func(a, b agreed) int {
		return cmp.Compare(order[a.agreement.Customer], order[b.agreement.Customer])
	})
	return changes
}
