package reconcile

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"ratable/contracts"
	"ratable/exports"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
	"ratable/usage"
)

// cash matches the movements of a payout file with what was booked to cash: by the bank's word for the transaction, and
// where that says nothing, by amount, the nearest day first.
func cash(ctx context.Context, q postgres.Querier, b *books, spec Spec) (Result, error) {
	load, err := covering(ctx, q, Payouts, b.Entity, b.Month)
	if isMissing(err) {
		return notLoaded(b.Scope, spec, "No file of payouts or bank movements covers "+called(b.Month)+": load one to compare"), nil
	}
	if err != nil {
		return Result{}, err
	}
	rows, err := payoutsOf(ctx, q, load, b.Currency, b.Month)
	if err != nil {
		return Result{}, err
	}
	moved, err := ledger.CashEntries(ctx, q, b.Entity, b.Currency, b.Month.Span())
	if err != nil {
		return Result{}, err
	}
	s := newSheet(b.Scope)
	of := b.receiptsByEntry()
	taken := make([]bool, len(moved))
	for _, r := range rows {
		ref := Ref{Kind: Movement, Name: cmp.Or(r.Number, fmt.Sprintf("row %d, %s", r.Line, r.On)), Seq: int64(r.Line)}
		s.left(ref, "Movements of the file", r.Amount).Why = r.Party
		if at := match(r, moved, taken, func(c ledger.CashEntry) string { return of[Ref{Kind: Entry, Seq: c.Seq, Book: c.Account}].Transaction }); at >= 0 {
			taken[at] = true
			s.right(ref, "Cash booked", moved[at].Amount)
			s.at(ref).Document, s.at(ref).Customer = moved[at].Document, moved[at].Customer
		}
	}
	for i, c := range moved {
		if !taken[i] {
			s.right(Ref{Kind: Movement, Name: cmp.Or(c.Document, c.Source), Document: c.Document, Customer: c.Customer, Seq: -c.Seq, Book: c.Account}, "Cash booked", c.Amount).Why = b.whyCash(c)
		}
	}
	for _, i := range s.items {
		if i.OnlyLeft && i.Why != "" {
			i.Why = "Not booked: " + i.Why
		}
	}
	return s.result(spec, sides("The bank has the movement, and no cash was booked for it in the month", "Cash was booked, and the file has no such movement",
		"The file has another amount than was booked")), nil
}

// match finds the entry of a movement: the same transaction, or else the same amount without another transaction.
func match(r Row, moved []ledger.CashEntry, taken []bool, transaction func(ledger.CashEntry) string) int {
	best := -1
	for i, c := range moved {
		t := transaction(c)
		switch {
		case taken[i]:
		case r.Number != "" && t == r.Number:
			return i
		case (t == "" || r.Number == "") && c.Amount == r.Amount && (best < 0 || distance(c.BookedOn, r.On) < distance(moved[best].BookedOn, r.On)):
			best = i
		}
	}
	return best
}

func distance(a, b period.Date) int { return max(a.Sub(b), b.Sub(a)) }

func (b *books) whyCash(c ledger.CashEntry) string {
	if r, ok := b.receiptsByEntry()[Ref{Kind: Entry, Seq: c.Seq, Book: c.Account}]; ok && r.ReceivedOn.MonthOf() != b.Month {
		return fmt.Sprintf("It came in on %s and was booked on %s, as its month was closed", r.ReceivedOn, r.BookedOn)
	}
	return ""
}

// booked sets the bookings of a CRM beside contracts, by number.
func booked(ctx context.Context, q postgres.Querier, b *books, spec Spec) (Result, error) {
	load, err := covering(ctx, q, Bookings, b.Entity, b.Month)
	if isMissing(err) {
		return notLoaded(b.Scope, spec, "No file of bookings covers "+called(b.Month)+": load one to compare"), nil
	}
	if err != nil {
		return Result{}, err
	}
	rows, err := bookingsOf(ctx, q, load, b.Currency)
	if err != nil {
		return Result{}, err
	}
	signed, err := contracts.EnteredOn(ctx, q, b.Entity)
	if err != nil {
		return Result{}, err
	}
	contract, crm := map[string]agreed{}, map[string]Row{}
	for _, a := range b.agreed {
		contract[a.Number] = a
	}
	for _, r := range rows {
		crm[r.Number] = r
	}
	s := newSheet(b.Scope)
	for _, r := range rows {
		a, known := contract[r.Number]
		if r.On.MonthOf() != b.Month {
			continue
		}
		ref := Ref{Kind: Booking, Name: r.Number, Contract: int64(a.Contract)}
		i := s.left(ref, "Bookings", r.Amount)
		if !known {
			i.Why = "The CRM has it signed by " + r.Party + " on " + r.On.String() + ", and there is no approved contract of this number"
			continue
		}
		worth, err := a.worth()
		if err != nil {
			return Result{}, err
		}
		s.right(ref, "Contracts", worth)
		if on := signed[a.Contract]; on.MonthOf() != r.On.MonthOf() {
			i.Unequal, i.Why = true, fmt.Sprintf("Signed on %s by the CRM, entered on %s", r.On, on)
		}
	}
	for _, a := range b.agreed {
		if _, listed := crm[a.Number]; listed || signed[a.Contract].MonthOf() != b.Month {
			continue
		}
		worth, err := a.worth()
		if err != nil {
			return Result{}, err
		}
		s.right(Ref{Kind: Booking, Name: a.Number, Contract: int64(a.Contract)}, "Contracts", worth).Unequal = true
	}
	return s.result(spec, sides("", "The contract was entered in the month, and the CRM has no booking of this number", "CRM and contract have another value")), nil
}

// worth is what the first version of a contract charges over its term if nothing beyond minimums is used.
func (a agreed) worth() (money.Amount, error) {
	first := a.Agreement
	first.Versions, first.Concessions = a.Versions[:1], nil
	sum := money.Zero(a.Currency)
	pieces, err := contracts.Charges(first, a.book, &usage.Days{}, first.Term().End)
	for _, p := range pieces {
		sum = sum.Add(p.Amount)
	}
	return sum, err
}

// exported sets batches beside entries posted, target by target, entry by entry.
func exported(ctx context.Context, q postgres.Querier, b *books, spec Spec) (Result, error) {
	gone, err := exports.GoneIn(ctx, q, b.Entity, b.Currency, b.Month)
	if err != nil {
		return Result{}, err
	}
	posted, err := ledger.PostedEntries(ctx, q, b.Entity, b.Currency, b.Month.Span())
	if err != nil {
		return Result{}, err
	}
	if len(gone) == 0 && len(posted) > 0 {
		return notLoaded(b.Scope, spec, "Nothing of "+called(b.Month)+" was exported to another ledger"), nil
	}
	s := newSheet(b.Scope)
	worth := map[Ref]ledger.PostedEntry{}
	for _, e := range posted {
		worth[Ref{Seq: e.Seq, Book: e.Account}] = e
	}
	var targets []exports.Target
	sums := map[int64]money.Amount{}
	for _, g := range gone {
		if !slices.Contains(targets, g.Target) {
			targets = append(targets, g.Target)
		}
		e := worth[Ref{Seq: g.Seq, Book: g.Account}]
		sums[g.Batch] = sums[g.Batch].Add(e.Debit)
		s.left(entryRef(g.Target, e.Source, ledger.PostedEntry{Account: g.Account, Seq: g.Seq}), "In batches for "+g.Target.Spec().Name, e.Debit)
	}
	for _, t := range targets {
		for _, e := range posted {
			i := s.right(entryRef(t, e.Source, e), "Posted, for "+t.Spec().Name, e.Debit)
			i.Name = e.Source + ", " + t.Spec().Name
		}
	}
	if err := batchTotals(ctx, q, b, s, sums); err != nil {
		return Result{}, err
	}
	return s.result(spec, sides("The batch has an entry that is not posted in the month", "The entry was posted and stands in no batch that was not rejected: prepare another batch", "")), nil
}

func entryRef(t exports.Target, source string, e ledger.PostedEntry) Ref {
	return Ref{Kind: Entry, Name: source, Seq: e.Seq, Book: e.Account, Document: string(t)}
}

// batchTotals holds each batch's control total against its entries as they stand, and its files against their digests.
func batchTotals(ctx context.Context, q postgres.Querier, b *books, s *sheet, sums map[int64]money.Amount) error {
	changed, err := exports.FilesChanged(ctx, q, b.Entity, b.Currency, b.Month)
	if err != nil {
		return err
	}
	batches, err := exports.List(ctx, q, exports.Filter{Entity: b.Entity, Month: b.Month, Limit: 500})
	if err != nil {
		return err
	}
	for _, x := range batches {
		if x.Currency != b.Currency || x.State() == exports.Rejected {
			continue
		}
		name := fmt.Sprintf("%s, batch %d", x.Target.Spec().Name, x.Seq)
		if off := x.Debit.Sub(sums[x.ID]); !off.IsZero() {
			s.left(Ref{Kind: Batch, Name: name, Seq: x.ID}, "Control totals beyond the entries", off).Why =
				fmt.Sprintf("The batch went out with %s, and its entries come to %s now: a posting was changed afterwards", x.Debit.Display(), b.zero().Add(sums[x.ID]).Display())
		}
		if slices.Contains(changed, x.ID) {
			i := s.at(Ref{Kind: Batch, Name: name, Seq: x.ID})
			i.Unequal, i.Why = true, "A file of the batch no longer has the SHA-256 it was written with"
		}
		if x.State() != exports.Acknowledged {
			s.note(name + " was not acknowledged by the other ledger yet")
		}
	}
	return nil
}

// opening sets what every posting before the month adds up to beside what stood when the month before was closed.
func opening(ctx context.Context, q postgres.Querier, b *books, spec Spec) (Result, error) {
	before := b.Month.Prev()
	first, err := ledger.FirstMonth(ctx, q, b.Entity)
	if err != nil {
		return Result{}, err
	}
	trial, err := ledger.TrialBalance(ctx, q, ledger.Filter{Entity: b.Entity, Currency: b.Currency, From: b.Month.First(), Through: b.Month.Last()})
	if err != nil {
		return Result{}, err
	}
	s := newSheet(b.Scope)
	closing, kept, err := keptClosing(ctx, q, b.Scope, before)
	if err != nil {
		return Result{}, err
	}
	how := "Kept at the closing"
	if !kept {
		how = "Known at the closing"
		if closing, kept, err = ledger.ClosingKnown(ctx, q, b.Entity, b.Currency, before); err != nil {
			return Result{}, err
		}
	}
	switch {
	case !kept && !first.IsZero() && first.Before(b.Month):
		return notLoaded(b.Scope, spec, called(before)+" is not closed: nothing says yet what "+called(b.Month)+" opens with"), nil
	case !kept:
		s.note("The books begin in this month: everything opens with nothing")
	}
	for _, r := range trial.Rows {
		if !r.Opening.IsZero() {
			s.left(accountRef(r.Account), "", r.Opening)
		}
	}
	for account, amount := range closing {
		if !amount.IsZero() {
			s.right(accountRef(account), "", amount)
		}
	}
	r := s.result(spec, sides("The account opens with a balance it did not close with: something was posted into the closed month", "The account closed with a balance that is gone",
		"Something in or before the closed month was posted or changed afterwards"))
	s.debits(&r, "Debit balances at the beginning of the month", how+", debit balances")
	return r, nil
}

// called is a month in words.
func called(m period.Month) string { return m.Format("January 2006") }

func accountRef(a ledger.Account) Ref {
	return Ref{Kind: Account, Name: a.Info().Name, Ledger: a}
}

// balanced looks for entries whose sides differ.
func balanced(ctx context.Context, q postgres.Querier, b *books, spec Spec) (Result, error) {
	posted, err := ledger.PostedEntries(ctx, q, b.Entity, b.Currency, b.Month.Span())
	s := newSheet(b.Scope)
	for _, e := range posted {
		r := Ref{Kind: Entry, Name: e.Source, Seq: e.Seq, Book: e.Account}
		s.left(r, "Debits", e.Debit)
		s.right(r, "Credits", e.Credit)
	}
	return s.result(spec, sides("", "", "The debits of the entry are not its credits: a posting was changed or is missing")), err
}
