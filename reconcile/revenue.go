package reconcile

import (
	"context"
	"fmt"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
	"ratable/revrec"
)

// deferred sets what the schedule earns later of what is billed beside the balance of each line.
func deferred(_ context.Context, _ postgres.Querier, b *books, spec Spec) (Result, error) {
	s := newSheet(b.Scope)
	for _, l := range b.position.Lines {
		if l.Net().Sign() > 0 {
			s.left(b.lineRef(keyOf(l.Contract, l.Line)), "Scheduled after the month and billed", l.Net())
		}
	}
	for _, l := range b.lines {
		if !l.Deferred.IsZero() {
			s.right(b.lineRef(lineKey{l.Contract, l.Line}), "Deferred revenue", l.Deferred)
		}
	}
	return s.result(spec, b.whyLine()), nil
}

// unbilled is the other side of the same lines: earned, and no document asks for it.
func unbilled(_ context.Context, _ postgres.Querier, b *books, spec Spec) (Result, error) {
	s := newSheet(b.Scope)
	for _, l := range b.position.Lines {
		if l.Net().Sign() < 0 {
			s.left(b.lineRef(keyOf(l.Contract, l.Line)), "Earned and not billed", l.Net().Neg())
		}
	}
	for _, l := range b.lines {
		if !l.Unbilled.IsZero() {
			s.right(b.lineRef(lineKey{l.Contract, l.Line}), "Unbilled receivable", l.Unbilled)
		}
	}
	return s.result(spec, b.whyLine()), nil
}

// whyLine looks for what makes a line's balance differ: what is due and not recognized, what the ledger earned without
// the schedule, what documents ask and the record of billing does not have.
func (b *books) whyLine() func(Item) string {
	due, schedule, book := map[lineKey]money.Amount{}, map[lineKey]revrec.LineBalance{}, map[lineKey]ledger.BookedLine{}
	for _, s := range b.position.Scheduled {
		if !s.Recognized && !s.Month.After(b.Month) && !revrec.Adjusts(s.Kind) {
			k := keyOf(s.Contract, s.Line)
			due[k] = due[k].Add(s.Amount)
		}
	}
	for _, l := range b.position.Lines {
		schedule[keyOf(l.Contract, l.Line)] = l
	}
	for _, l := range b.lines {
		book[lineKey{l.Contract, l.Line}] = l
	}
	return func(i Item) string {
		k := lineKey{i.Contract, i.Line}
		recognized, earned := schedule[k].Recognized.Add(schedule[k].PassedOn), book[k].Earned
		switch {
		case !due[k].IsZero():
			return fmt.Sprintf("%s of the schedule through the month is not recognized: run recognition", due[k].Display())
		case !recognized.Sub(earned).IsZero():
			return fmt.Sprintf("The schedule has %s recognized, the ledger has earned %s", recognized.Display(), earned.Display())
		case b.position.LastRecognized().Before(b.Month):
			return called(b.Month) + " has not been recognized yet"
		case !schedule[k].Billed.Sub(b.nets[k]).IsZero():
			return fmt.Sprintf("Documents ask for %s, the record of what was billed says %s", b.nets[k].Display(), schedule[k].Billed.Display())
		}
		return "A posting to the balance that neither a document nor the schedule explains"
	}
}

// used sets usage, rated again, beside the revenue that belongs to the month.
func used(_ context.Context, _ postgres.Querier, b *books, spec Spec) (Result, error) {
	s := newSheet(b.Scope)
	metered, priced := map[lineKey]bool{}, map[lineKey]bool{}
	plain, engine, judged := 0, 0, 0
	for _, a := range b.agreed {
		lines := a.asUsed()
		for line := range lines {
			if k := keyOf(a.Contract, line); b.patterned(a.Contract, line) {
				s.left(b.lineRef(k), "In the pattern of an assessment", b.of[k])
				judged++
			}
		}
		for _, p := range a.pieces {
			k := keyOf(a.Contract, p.Line)
			priced[k] = true
			if metered[k] = metered[k] || lines[p.Line]; !lines[p.Line] || b.patterned(a.Contract, p.Line) {
				continue
			}
			if p.Kind == contracts.Concession && b.policies.Chosen() {
				continue // the accounting policy says in which months: the schedule speaks for it, below
			}
			of := earnedBy(p, b.Month.End()).Sub(earnedBy(p, b.Month.First()))
			if again, ok := a.plainly(p, b.Month); ok {
				of = again
				plain++
			} else if p.Kind == contracts.Metered && p.Span.Overlaps(b.Month.Span()) {
				engine++
			}
			if !of.IsZero() {
				s.left(b.lineRef(k), usedAs(p.Kind), of)
			}
		}
	}
	for _, x := range b.position.Scheduled {
		if k := keyOf(x.Contract, x.Line); b.policies.Chosen() && revrec.GivenBack(x.Kind) && x.Month == b.Month && metered[k] && !b.patterned(x.Contract, x.Line) {
			s.left(b.lineRef(k), usedAs(contracts.Concession), x.Amount)
		}
	}
	for _, l := range b.lines {
		k := lineKey{l.Contract, l.Line}
		if (metered[k] || !priced[k]) && !l.OfMonth.IsZero() {
			s.right(b.lineRef(k), "Revenue of the month", l.OfMonth)
		}
	}
	if plain+engine > 0 {
		s.note(fmt.Sprintf("%s rated by the second calculation, %d by the engine's own prices", counted(plain, "usage charge was", "usage charges were"), engine))
	}
	if judged > 0 {
		s.note(counted(judged, "line earns", "lines earn") + " as an assessment says and not as usage comes: the schedule speaks for them")
	}
	none := "There is usage to charge, and no revenue of the month was posted for the line: it came after the month was recognized, or an entry is missing"
	if b.position.LastRecognized().Before(b.Month) {
		none = called(b.Month) + " has not been recognized yet"
		s.note(none)
	}
	return s.result(spec, sides(none,
		"Revenue was posted for usage that the daily counts do not have",
		"Usage came or was corrected after the month was recognized, or a posting was changed")), nil
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func usedAs(k contracts.Kind) string {
	switch k {
	case contracts.Metered:
		return "Usage"
	case contracts.OverCap:
		return "Usage above prepaid amounts"
	case contracts.Prepayment:
		return "Drawn or lapsed of prepaid amounts"
	case contracts.TrueUp:
		return "Minimums not reached"
	}
	return "Credits and fees on usage lines"
}

// prepaid sets the burn-down of balances paid ahead beside their deferred revenue.
func prepaid(_ context.Context, _ postgres.Querier, b *books, spec Spec) (Result, error) {
	s := newSheet(b.Scope)
	of := map[lineKey]bool{}
	for _, a := range b.agreed {
		lines := a.paidAhead()
		for line := range lines {
			k := keyOf(a.Contract, line)
			of[k] = true
			r := b.lineRef(k)
			s.left(r, "Asked for by documents", b.nets[k])
			s.left(r, "Used, lapsed or given back", b.usedUp(a, line).Neg())
		}
	}
	for _, l := range b.lines {
		if k := (lineKey{l.Contract, l.Line}); of[k] {
			r := b.lineRef(k)
			s.right(r, "Deferred revenue", l.Deferred)
			s.right(r, "Unbilled receivable", l.Unbilled.Neg())
			s.right(r, "Booked later for months through this one", l.Later.Neg())
		}
	}
	return s.result(spec, sides("The balance has no deferred revenue in the ledger", "The ledger has deferred revenue for a balance that no contract has",
		"What was drawn of the balance and what the ledger released differ: usage came late, or a posting was changed")), nil
}

// column sets what the schedule has recognized in the month beside what the ledger has, line by line, and the waterfall's
// column beside both.
func column(_ context.Context, _ postgres.Querier, b *books, spec Spec) (Result, error) {
	s := newSheet(b.Scope)
	sum := b.zero()
	for _, x := range b.position.Scheduled {
		if x.Recognized && x.Column == b.Month {
			s.left(b.lineRef(keyOf(x.Contract, x.Line)), "Recognized in the month", x.Amount)
			sum = sum.Add(x.Amount)
		}
	}
	for _, l := range b.lines {
		if !l.InMonth.IsZero() {
			s.right(b.lineRef(lineKey{l.Contract, l.Line}), "Revenue and passed on", l.InMonth)
		}
	}
	if cell := b.position.Waterfall.Sum.Cells[0]; !cell.Sub(sum).IsZero() {
		s.left(monthRef(b.Month), "Shown by the waterfall besides", cell.Sub(sum)).Why = "The waterfall shows revenue of the month that is not recognized yet"
	}
	return s.result(spec, sides("The schedule has it recognized, and the ledger has no revenue of the line in the month",
		"Revenue was posted to the line, and no row of the schedule was recognized", "The entry posts another amount than the rows of the schedule it recognizes")), nil
}

// rollForward begins with the ledger's opening, adds documents and takes off recognized rows, and looks where it ends.
func rollForward(_ context.Context, _ postgres.Querier, b *books, spec Spec) (Result, error) {
	s := newSheet(b.Scope)
	for _, l := range b.opening {
		if net := l.Deferred.Sub(l.Unbilled); !net.IsZero() {
			s.left(b.lineRef(lineKey{l.Contract, l.Line}), "Opening, deferred less unbilled", net)
		}
	}
	for k, amount := range b.nets {
		if of := amount.Sub(b.before[k]); !of.IsZero() {
			s.left(b.lineRef(k), "Billed in the month", of)
		}
	}
	for k, amount := range b.before {
		if _, still := b.nets[k]; !still && !amount.IsZero() {
			s.left(b.lineRef(k), "Billed in the month", amount.Neg()) // everything was voided since
		}
	}
	for _, x := range b.position.Scheduled {
		if x.Recognized && x.Column == b.Month && !revrec.Adjusts(x.Kind) {
			s.left(b.lineRef(keyOf(x.Contract, x.Line)), "Recognized in the month", x.Amount.Neg())
		}
	}
	for _, l := range b.lines {
		if net := l.Deferred.Sub(l.Unbilled); !net.IsZero() {
			s.right(b.lineRef(lineKey{l.Contract, l.Line}), "Closing, deferred less unbilled", net)
		}
	}
	return s.result(spec, b.whyLine()), nil
}

// netting looks for lines that are liability and asset at once, and for postings to these accounts that name no line.
func netting(ctx context.Context, q postgres.Querier, b *books, spec Spec) (Result, error) {
	s := newSheet(b.Scope)
	sum := b.zero()
	for _, l := range b.lines {
		k := lineKey{l.Contract, l.Line}
		net := l.Deferred.Sub(l.Unbilled)
		if net.IsZero() && l.Deferred.IsZero() {
			continue
		}
		s.left(b.lineRef(k), "Liabilities less assets", net)
		i := s.right(b.lineRef(k), "Deferred less unbilled, by line", net)
		sum = sum.Add(net)
		if l.Deferred.Sign() < 0 || l.Unbilled.Sign() < 0 || l.Deferred.Sign() > 0 && l.Unbilled.Sign() > 0 {
			i.Unequal = true
			i.Why = fmt.Sprintf("The line has %s deferred and %s unbilled at once: its next entry nets them", l.Deferred.Display(), l.Unbilled.Display())
		}
	}
	for _, account := range []ledger.Account{ledger.DeferredRevenue, ledger.UnbilledReceivable} {
		b.elsewhere(account, dawn, func(p ledger.Posting) {
			if p.Contract == 0 {
				r := Ref{Kind: Account, Name: billedElsewhere, Ledger: ledger.DeferredRevenue}
				s.left(r, billedElsewhere, p.Amount.Neg())
			}
		})
	}
	trial, err := ledger.TrialBalance(ctx, q, ledger.Filter{Entity: b.Entity, Currency: b.Currency, Through: b.Month.Last()})
	if err != nil {
		return Result{}, err
	}
	total := trial.Row(ledger.DeferredRevenue, b.Currency).Closing.Add(trial.Row(ledger.UnbilledReceivable, b.Currency).Closing).Neg()
	if rest := total.Sub(sum); !rest.IsZero() {
		i := s.right(Ref{Kind: Account, Name: ledger.DeferredRevenue.Info().Name, Ledger: ledger.DeferredRevenue}, "Posted without a contract line", rest)
		i.Why = "Postings to deferred revenue or unbilled receivable that name no contract line, beyond what was billed elsewhere"
	}
	return s.result(spec, sides("", "", "")), nil
}

// asUsed says that a piece is earned as usage comes, not by days. A fee for something that is otherwise earned so has no
// usage of its own.
func asUsed(p contracts.Piece) bool {
	return p.Recognition == catalog.AsUsed && p.Kind != contracts.FixedFee && p.Kind != contracts.OneTime
}

// earnedBy is what a piece had earned before a day. What is earned as used is read off its own course; the rest is spread.
func earnedBy(p contracts.Piece, before period.Date) money.Amount {
	if !asUsed(p) {
		return revrec.Earned(p, before)
	}
	earned := money.Zero(p.Amount.Currency())
	for _, v := range p.Values {
		if !v.Before.After(before) {
			earned = v.Amount
		}
	}
	return earned
}
