package revrec

import (
	"maps"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Stored is an account's schedule as it stands in the books. What a run decided
// moves it on (Facts.Book), as loading it again would.
type Stored struct {
	Next    int64 // place of the next row
	cells   map[Key]cell
	entries map[booking]map[int64]bool
}

// booking counts the entries that recognize one month of a contract, so that the
// next one has a name of its own.
type booking struct {
	contract contracts.ID
	month    period.Month
}

// cell is one key of the schedule.
type cell struct {
	planned     income
	recognized  income
	recognition catalog.Recognition
	open        []int64 // rows that are not recognized
	last        int64   // the latest row
}

// due is what is scheduled and not recognized.
func (c cell) due() income {
	return income{c.planned.amount.Sub(c.recognized.amount), c.planned.passed.Sub(c.recognized.passed)}
}

// income are what is earned of a price, and of it what is passed on.
type income struct{ amount, passed money.Amount }

func (e income) add(o income) income { return income{e.amount.Add(o.amount), e.passed.Add(o.passed)} }
func (e income) zero() bool          { return e.amount.IsZero() && e.passed.IsZero() }
func (r Row) income() income         { return income{r.Amount, r.PassedOn} }

// NewStored is an account without a schedule.
func NewStored() *Stored {
	return &Stored{Next: 1, cells: map[Key]cell{}, entries: map[booking]map[int64]bool{}}
}

// clone is a copy to plan on. Lists of open rows are only ever replaced or grown
// into new memory, so they may be shared; entries are read, not written.
func (s *Stored) clone() *Stored {
	return &Stored{Next: s.Next, cells: maps.Clone(s.cells), entries: s.entries}
}

// lastRecognized is the latest month of which anything was recognized.
func (s *Stored) lastRecognized() period.Month {
	var last period.Month
	for b := range s.entries {
		last = later(last, b.month)
	}
	return last
}

// byContract lists the keys of each contract: a reseller's account can have
// thousands of contracts, and each is compared with its own keys only.
func (s *Stored) byContract() map[contracts.ID][]Key {
	out := make(map[contracts.ID][]Key)
	for key := range s.cells {
		out[key.Contract] = append(out[key.Contract], key)
	}
	return out
}

// adjusted adds up what is recognized beside what is stated.
func (s *Stored) adjusted() map[adjustedKey]money.Amount {
	out := map[adjustedKey]money.Amount{}
	for key, c := range s.cells {
		if Adjusts(key.Kind) {
			at := adjustedKeyOf(key)
			out[at] = out[at].Add(c.recognized.amount)
			interest := adjustedKey{key.Contract, key.Book, interestOf}
			out[interest] = out[interest].Sub(c.recognized.passed)
		}
	}
	return out
}

// add takes a row in.
func (s *Stored) add(r Row) {
	c := s.cells[r.Key]
	c.planned, c.recognition, c.last = c.planned.add(r.income()), r.Recognition, r.ID
	c.open = append(c.open[:len(c.open):len(c.open)], r.ID)
	s.cells[r.Key] = c
	s.Next = max(s.Next, r.ID+1)
}

// recognize takes in that every open row of a key is recognized.
func (s *Stored) recognize(key Key, entry int64) {
	c := s.cells[key]
	c.recognized, c.open = c.planned, nil
	s.cells[key] = c
	s.enter(booking{key.Contract, key.Month}, entry)
}

func (s *Stored) enter(b booking, entry int64) {
	if entry == 0 {
		return
	}
	if s.entries[b] == nil {
		s.entries[b] = map[int64]bool{}
	}
	s.entries[b][entry] = true
}

// load takes in a row as it was found in the database.
func (s *Stored) load(r Row, recognized bool, entry int64) {
	c := s.cells[r.Key]
	c.planned, c.recognition, c.last = c.planned.add(r.income()), r.Recognition, r.ID
	if recognized {
		c.recognized = c.recognized.add(r.income())
		s.enter(booking{r.Contract, r.Month}, entry)
	} else {
		c.open = append(c.open, r.ID)
	}
	s.cells[r.Key] = c
	s.Next = max(s.Next, r.ID+1)
}
