package reconcile

import (
	"context"
	"strings"

	"ratable/internal/postgres"
	"ratable/ledger"
)

// byJournals sets what approved journals say beside the entries they became.
func byJournals(ctx context.Context, q postgres.Querier, b *books, spec Spec) (Result, error) {
	s := newSheet(b.Scope)
	for _, l := range b.written {
		if l.Amount.Sign() > 0 {
			s.left(Ref{Kind: Entry, Name: l.Number, Seq: l.Seq, Book: l.Book}, "Debits of journals", l.Amount)
		}
	}
	posted, err := ledger.PostedEntries(ctx, q, b.Entity, b.Currency, b.Month.Span())
	for _, e := range posted {
		if number, by := strings.CutPrefix(e.Source, "manual:"); by {
			s.right(Ref{Kind: Entry, Name: number, Seq: e.Seq, Book: e.Account}, "Debits of entries", e.Debit)
		}
	}
	return s.result(spec, sides("The journal was approved and posted, and its entry is gone", "The entry says it is a journal, and none of that number was approved",
		"The entry has other amounts than the journal that was approved")), err
}

// toldElsewhere sets what the facts of another billing system come to beside what is booked of them, by account.
func toldElsewhere(ctx context.Context, q postgres.Querier, b *books, spec Spec) (Result, error) {
	s := newSheet(b.Scope)
	for _, e := range b.told {
		for _, p := range e.Postings {
			s.left(accountRef(p.Account), "", p.Amount)
		}
	}
	booked, err := ledger.BookedBy(ctx, q, b.Entity, b.Currency, b.days(), "subledger")
	for account, amount := range booked {
		s.right(accountRef(account), "", amount)
	}
	r := s.result(spec, sides("What was told is not booked yet: run the booking of what was billed elsewhere", "It is booked, and nothing that was told says so",
		"Something was told after the month was booked, or an entry was changed"))
	s.debits(&r, "Debit balances owed", "Debit balances booked")
	return r, err
}

// debits tells a comparison of whole journals by its debit side: all accounts together come to nothing.
func (s *sheet) debits(r *Result, left, right string) {
	r.Left, r.Right = r.Left.Sub(r.Left), r.Right.Sub(r.Right)
	for _, i := range s.items {
		if i.Left.Sign() > 0 {
			r.Left = r.Left.Add(i.Left)
		}
		if i.Right.Sign() > 0 {
			r.Right = r.Right.Add(i.Right)
		}
	}
	r.Parts = []Part{{false, left, r.Left}, {true, right, r.Right}}
}
