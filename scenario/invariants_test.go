package scenario

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand"
	"testing"

	"ratable/ledger"
)

var (
	histories = flag.Int64("histories", 8, "over how many random histories the invariants of the design are asked for")
	modified  = flag.Bool("modified", false, "judgments in the histories treat amendments too, by whatever treatment is drawn")
)

// invariant is one of the fifteen of the design (2.13): it says what is wrong with the books of a history as they stand. Some
// mean anything only once all is over.
type invariant struct {
	number int
	says   string
	atLast bool
	holds  func(*history) error
}

var invariants = []invariant{
	{1, "every entry balances, in its currency and in the entity's", false, (*history).entriesBalance},
	{2, "the schedule adds up to the allocated price, for every version", false, (*history).scheduleIsThePrice},
	{3, "what is allocated adds up to the transaction price", false, (*history).allocatedIsTheWhole},
	{4, "cumulative revenue is the posted revenue and the trial balance's", false, (*history).revenueIsPosted},
	{5, "billed and unbilled is recognized and deferred, obligation by obligation", false, (*history).obligationsBalance},
	{6, "canceled and reinstated, all accounts are where they were", true, (*history).leavesNothing},
	{7, "what is computed again from what was known then is the same to the byte", true, (*history).sameBytes},
	{8, "facts of the same days in another order leave the same balances", true, (*history).orderIsNothing},
	{9, "nothing is booked in a closed month", false, (*history).closedStaysClosed},
	{10, "a line split in two moves no month by more than one unit a line, and one turned over is its mirror", false, (*history).splitAndMirrored},
	{11, "tax is in no revenue and not deferred", false, (*history).taxIsApart},
	{12, "no contract is an asset and a liability", false, (*history).oneSided},
	{13, "the waterfall's rows are what was booked and its columns the income statement", false, (*history).waterfallAgrees},
	{14, "what is recognized stays between nothing and the price", false, (*history).withinThePrice},
	{15, "receivables by document add up to the control account, in each currency and in the entity's", false, (*history).subledgerAgrees},
}

// The invariants of the design hold in histories nobody wrote down. More of them, or another part of them, by
//
//	go test ./scenario -run Invariants -histories 500 -lives-from 1000
//	go test ./scenario -run Invariants -seed 17 -v
func TestInvariantsOfTheDesignHoldInRandomHistories(t *testing.T) {
	first, last := *from, *from+*histories-1
	if *seed != 0 {
		first, last = *seed, *seed
	}
	lived := make([]*history, last-first+1)
	t.Run("histories", func(t *testing.T) {
		for seed := first; seed <= last; seed++ {
			t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
				t.Parallel()
				h := newHistory(t, seed)
				if err := h.live(); err != nil {
					t.Errorf("seed %d: %v\n%s", seed, err, h.story())
				}
				lived[seed-first] = h
			})
		}
	})
	for _, inv := range invariants {
		t.Run(fmt.Sprintf("%02d %s", inv.number, inv.says), func(t *testing.T) { inv.report(t, first, lived) })
	}
}

// report tells the first histories in which the invariant was broken, and whether it ever had something to look at.
func (inv invariant) report(t *testing.T, first int64, lived []*history) {
	looked, told := 0, 0
	for i, h := range lived {
		if h == nil {
			continue
		}
		looked += h.checks[inv.number]
		if err := h.broken[inv.number]; err != nil {
			t.Errorf("invariant %d, seed %d: %v", inv.number, first+int64(i), err)
			if told++; told == 1 {
				t.Logf("what happened until then (again: go test ./scenario -run Invariants -v -seed %d):\n%s", first+int64(i), h.story())
			}
		}
	}
	if looked == 0 && *seed == 0 {
		t.Errorf("invariant %d was never asked for: this proves nothing", inv.number)
	}
}

// look asks for every invariant, and keeps the first breach of each.
func (h *history) look(last bool) {
	for _, inv := range invariants {
		if last || !inv.atLast {
			h.asked(inv.number, inv.holds(h))
		}
	}
}

func (h *history) asked(number int, err error) {
	h.checks[number]++
	if err != nil && h.broken[number] == nil {
		h.broken[number] = fmt.Errorf("on %s: %w", h.today, err)
	}
}

// 7: the same facts lived again are the same journal.
func (h *history) sameBytes() error {
	p, err := h.again(h.deeds, nil)
	if err != nil {
		return err
	}
	if first, second := journalOf(h.playing), journalOf(p); !bytes.Equal(first, second) {
		at := differs(first, second)
		return fmt.Errorf("the journals differ from byte %d on:\n%s\n%s", at, first[max(0, at-300):min(len(first), at+300)], second[max(0, at-300):min(len(second), at+300)])
	}
	return nil
}

// journalOf writes every entry with everything it says.
func journalOf(p *playing) []byte {
	var out bytes.Buffer
	for _, e := range p.book.entries {
		fmt.Fprintf(&out, "%+v\n", e)
	}
	return out.Bytes()
}

func differs(x, y []byte) int {
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			return i
		}
	}
	return len(x)
}

// 8: facts of a day that do not rest on each other change places.
func (h *history) orderIsNothing() error {
	p, err := h.again(h.deeds, rand.New(rand.NewSource(h.Int63())))
	if err != nil {
		return err
	}
	was, is := balancesOf(h.playing), balancesOf(p)
	for key, sums := range was {
		if is[key] != sums {
			return fmt.Errorf("%s of line %q in %s is %s, in another order of the facts %s", key.account, key.line, key.month, sums, is[key])
		}
		delete(is, key)
	}
	for key, sums := range is {
		return fmt.Errorf("%s of line %q in %s is nothing, in another order of the facts %s", key.account, key.line, key.month, sums)
	}
	return nil
}

// balance is where an account stands of a line, by the month it was booked in. What moved nothing is no balance.
type balance struct {
	customer string
	account  ledger.Account
	line     string
	month    string
	currency string
}

func balancesOf(p *playing) map[balance][2]string {
	amounts := map[balance]ledger.Posting{}
	for _, e := range p.book.entries {
		for _, x := range e.Postings {
			key := balance{fmt.Sprint(x.Customer), x.Account, x.Line, e.BookedOn.MonthOf().String(), string(e.Currency)}
			at := amounts[key]
			at.Amount, at.Functional = at.Amount.Add(x.Amount), at.Functional.Add(x.Functional)
			amounts[key] = at
		}
	}
	out := map[balance][2]string{}
	for key, at := range amounts {
		if !at.Amount.IsZero() || !at.Functional.IsZero() {
			out[key] = [2]string{at.Amount.String(), at.Functional.String()}
		}
	}
	return out
}
