package ledger

import (
	"cmp"
	"maps"
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
)

// LineKey names a line of a contract.
type LineKey struct {
	Contract int64
	Line     string
}

// Piece names what was billed: a line, the contract's word for the charge, and
// the span it was for.
type Piece struct {
	LineKey
	Kind string
	Span period.Span
}

// Stood is what stands billed for a piece, credits and voids taken off, and the
// document line it was first asked on: a correction names that line.
type Stood struct {
	Piece
	Amount       money.Amount
	Times        int    // how often it was billed; a zero that was shown once is not shown again
	Document     string // latest that issued it and was not voided
	DocumentLine int
}

// Standing is everything booked for one paying account that a writer must know:
// the next free place, and where each line stands. A standing that was appended
// to (by Book) is what the next loader would see.
type Standing struct {
	Next  int64 // place of the next entry
	Lines map[LineKey]Position
	Stood map[Piece]Stood
}

// NewStanding is an account with nothing booked.
func NewStanding() *Standing {
	return &Standing{Next: 1, Lines: map[LineKey]Position{}, Stood: map[Piece]Stood{}}
}

// Clone is a copy to try an entry on.
func (s *Standing) Clone() *Standing {
	return &Standing{Next: s.Next, Lines: maps.Clone(s.Lines), Stood: maps.Clone(s.Stood)}
}

// Book moves the standing on by an entry, as loading it again would: simulate
// and a batch that books twice for one account go on from here.
func (s *Standing) Book(e Entry) {
	s.Next = e.Seq + 1
	for _, p := range e.Postings {
		if p.Contract != 0 && Primary.Shows(e.Book) { // the engines go by the primary book
			s.post(LineKey{p.Contract, p.Line}, p)
		}
	}
	for _, b := range e.Billed {
		key := LineKey{b.Contract, b.Line}
		at := s.Lines[key]
		at.Billed = at.Billed.Add(b.Amount)
		s.Lines[key] = at
		s.stand(Piece{key, b.Kind, b.Span}, b)
	}
}

func (s *Standing) post(key LineKey, p Posting) {
	at := s.Lines[key]
	switch p.Account {
	case Revenue, OverageRevenue, BreakageRevenue, TerminationRevenue, CreditNotes, Voids, Refunds, // what is taken back is earned less
		PayableToPrincipal, // an agent earns the price, and keeps a part of it
		OpeningBalance:     // of a line it is what another system had earned of it before we kept its books
		at.Earned = at.Earned.Sub(p.Amount)
	case DeferredRevenue:
		at.Deferred = at.Deferred.Sub(p.Amount)
	case UnbilledReceivable:
		at.Unbilled = at.Unbilled.Add(p.Amount)
	case ContractAsset, ContractLiability, RefundLiability, FinancingLiability, InterestExpense, InterestIncome:
		// Revenue that an assessment moves is beside what is stated: its other side, which follows the same row of the
		// schedule, takes it out again. What else is booked there is none of what the line has earned.
		if p.Schedule == 0 {
			return
		}
		at.Earned = at.Earned.Sub(p.Amount)
	default: // a fee or a commission says nothing about where the line stands
		return
	}
	s.Lines[key] = at
}

func (s *Standing) stand(piece Piece, b Billed) {
	at := s.Stood[piece]
	at.Piece, at.Amount, at.Times = piece, at.Amount.Add(b.Amount), at.Times+1
	if b.Event == Void {
		at.Times -= 2 // neither the void nor what it voids counts as billed
	} else if b.Event == Issue {
		at.Document, at.DocumentLine = b.Document, b.DocumentLine
	}
	s.Stood[piece] = at
}

// Of lists what stands billed for a contract, by line and span.
func (s *Standing) Of(contract int64) []Stood {
	var out []Stood
	for piece, stood := range s.Stood {
		if piece.Contract == contract {
			out = append(out, stood)
		}
	}
	slices.SortFunc(out, func(a, b Stood) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Kind, b.Kind), a.Span.Start.Compare(b.Span.Start), a.Span.End.Compare(b.Span.End))
	})
	return out
}

// Position is where a line stands; the zero position when nothing is booked.
func (s *Standing) Position(contract int64, line string) Position {
	return s.Lines[LineKey{contract, line}]
}
