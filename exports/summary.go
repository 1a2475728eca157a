package exports

import (
	"cmp"
	"fmt"
	"slices"

	"ratable/customers"
	"ratable/internal/money"
)

// Summarize adds journals up: one journal for each kind of entry, with a line per account and side. A journal that would
// have more lines than the target takes goes on as another: entries are never divided, so each balances. Where the target
// wants one line on receivables per journal, a customer's entries have journals of their own.
func Summarize(journals []Journal, s Scope, seq int) []Journal {
	limits := s.Target.Spec()
	var out []*summary
	open := map[summaryKey]*summary{}
	for _, j := range journals {
		k := summaryKey{kind: kind(j.Source), rate: j.Rate.String(), currency: j.Currency}
		if limits.OneControl {
			k.customer = j.controlled()
		}
		sum := open[k]
		if sum == nil || limits.JournalLines > 0 && sum.with(j) > limits.JournalLines {
			sum = &summary{key: k, at: map[summaryLine]int{}}
			open[k] = sum
			out = append(out, sum)
		}
		sum.add(j)
	}
	slices.SortStableFunc(out, func(a, b *summary) int {
		return cmp.Or(a.journal.On.Compare(b.journal.On), cmp.Compare(a.key.kind, b.key.kind), cmp.Compare(a.key.customer, b.key.customer), cmp.Compare(a.key.currency, b.key.currency), cmp.Compare(a.key.rate, b.key.rate))
	})
	done := make([]Journal, len(out))
	for i, sum := range out {
		done[i] = sum.finish(s, seq, i+1)
	}
	return done
}

type summaryKey struct {
	kind     string
	rate     string // of the day: a journal has one
	currency money.Currency
	customer customers.ID
}

// summaryLine is what postings must share to be added up.
type summaryLine struct {
	gl       GL
	credit   bool
	customer customers.ID
}

type summary struct {
	key     summaryKey
	journal Journal
	entries int
	at      map[summaryLine]int
}

func summaryLineOf(l Line) summaryLine {
	k := summaryLine{gl: l.GL, credit: l.Amount.Sign() < 0}
	if l.GL.Control.named() {
		k.customer = l.Customer.ID
	}
	return k
}

// with counts the lines there would be with another entry.
func (s *summary) with(j Journal) int {
	n := len(s.at)
	fresh := map[summaryLine]bool{}
	for _, l := range j.Lines {
		k := summaryLineOf(l)
		if _, known := s.at[k]; !known && !fresh[k] {
			fresh[k] = true
			n++
		}
	}
	return n
}

func (s *summary) add(j Journal) {
	if s.entries == 0 {
		s.journal = j
		s.journal.Lines = nil
	}
	s.entries++
	s.journal.On = j.On // entries come in order of day: the last one's
	for _, l := range j.Lines {
		k := summaryLineOf(l)
		i, known := s.at[k]
		if !known {
			i = len(s.journal.Lines)
			s.at[k] = i
			fresh := Line{Account: l.Account, GL: l.GL, needs: l.needs, Memo: s.key.kind}
			if k.customer != 0 {
				fresh.Customer = l.Customer
			}
			s.journal.Lines = append(s.journal.Lines, fresh)
		}
		sum := &s.journal.Lines[i]
		sum.Amount, sum.Functional = sum.Amount.Add(l.Amount), sum.Functional.Add(l.Functional)
	}
}

// finish names the journal and joins the two sides of receivables where the target takes one line of them.
func (s *summary) finish(scope Scope, seq, n int) Journal {
	j := s.journal
	if s.key.customer != 0 {
		j.Lines = joinControls(j.Lines)
	}
	slices.SortStableFunc(j.Lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.GL.Code, b.GL.Code), cmp.Compare(a.Customer.ID, b.Customer.ID), cmp.Compare(b.Amount.Sign(), a.Amount.Sign()))
	})
	j.ID = fmt.Sprintf("S%d%s%02d%02d-%d-%d", scope.Entity, scope.Currency, scope.Month.First().Year()%100, int(scope.Month.First().Month()), seq, n)
	j.Source = fmt.Sprintf("summary:%s", s.key.kind)
	j.Memo = fmt.Sprintf("%s of %s: %d entries", s.key.kind, scope.Month, s.entries)
	if s.entries == 1 {
		j.Memo = fmt.Sprintf("%s of %s: 1 entry", s.key.kind, scope.Month)
	}
	if s.key.customer != 0 {
		j.Memo += ", " + j.party(s.key.customer)
	}
	for i := range j.Lines {
		j.Lines[i].Memo = j.Memo
	}
	return j
}

// controlled is the customer of the journal's receivables; 0 when it has none.
func (j Journal) controlled() customers.ID {
	for _, l := range j.Lines {
		if l.GL.Control.named() {
			return l.Customer.ID
		}
	}
	return 0
}

func (j Journal) party(id customers.ID) string {
	for _, l := range j.Lines {
		if l.Customer.ID == id {
			return l.Customer.Name
		}
	}
	return ""
}
