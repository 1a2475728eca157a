package revrec

import (
	"cmp"
	"slices"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// lineKind is a line of a contract and the kind of charge: what billed and
// scheduled are compared within.
type lineKind struct {
	contract contracts.ID
	line     string
	kind     contracts.Kind
}

func (l lineKind) compare(o lineKind) int {
	return cmp.Or(cmp.Compare(l.contract, o.contract), cmp.Compare(l.line, o.line), cmp.Compare(l.kind, o.kind))
}

// clusters groups spans that share days, directly or through others, and returns
// their places in the list. What was billed and what is scheduled may be cut
// differently, but never across a cluster.
//
//	scheduled  |-------)[---------)   |-------)
//	billed     |------------------)   |-------)
//	           [    a cluster     )   [another)
func clusters(spans []period.Span) [][]int {
	order := make([]int, len(spans))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(spans[a].Start.Compare(spans[b].Start), spans[a].End.Compare(spans[b].End), a-b)
	})
	var out [][]int
	var end period.Date
	for _, i := range order {
		if last := len(out) - 1; last >= 0 && spans[i].Start.Before(end) {
			out[last] = append(out[last], i)
			end = period.MaxDate(end, spans[i].End)
			continue
		}
		out, end = append(out, []int{i}), spans[i].End
	}
	return out
}

// group is a cluster of what may be asked for and what stands billed.
type group struct {
	lineKind
	span         period.Span
	owed, billed money.Amount
	due          bool // every owed span in it may be billed by now
	asked        bool // some owed piece is in it, if only one of zero
}

// touching compares a contract's pieces with what stands billed, cluster by
// cluster, in order.
func touching(contract contracts.ID, pieces []contracts.Piece, stood []ledger.Stood, due func(contracts.Piece) bool) []group {
	sides := map[lineKind][]group{}
	for _, p := range pieces {
		key := lineKind{contract, p.Line, p.Kind}
		sides[key] = append(sides[key], group{key, p.Span, p.Amount, money.Zero(p.Amount.Currency()), due(p), true})
	}
	for _, b := range stood {
		key := lineKind{contract, b.Line, contracts.Kind(b.Kind)}
		sides[key] = append(sides[key], group{key, b.Span, money.Zero(b.Amount.Currency()), b.Amount, true, false})
	}
	var out []group
	for key, list := range sides {
		spans := make([]period.Span, len(list))
		for i, g := range list {
			spans[i] = g.span
		}
		for _, members := range clusters(spans) {
			sum := group{lineKind: key, span: spans[members[0]], due: true}
			for _, i := range members {
				sum.owed, sum.billed = sum.owed.Add(list[i].owed), sum.billed.Add(list[i].billed)
				sum.due, sum.asked = sum.due && list[i].due, sum.asked || list[i].asked
				sum.span.End = period.MaxDate(sum.span.End, spans[i].End)
			}
			out = append(out, sum)
		}
	}
	slices.SortFunc(out, func(a, b group) int { return cmp.Or(a.compare(b.lineKind), a.span.Start.Compare(b.span.Start)) })
	return out
}
