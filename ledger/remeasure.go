package ledger

import (
	"fmt"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
)

// mostPostings bounds an entry of remeasurement: the place of a posting is a smallint.
const mostPostings = 10_000

// Remeasuring is one account of an entity at the end of a month.
type Remeasuring struct {
	Account customers.AccountID
	Entity  entities.Entity
	Month   period.Month
	Next    int64     // place of the next entry
	At      *Carrying // as booked through the last day of the month; moves on
}

// Entries brings what is monetary to the closing rate (ASC 830-20-35-1; IAS 21.23): for each currency and book an entry
// that moves only what things stand at, with the gain or loss beside each item. It is what should stand minus what does:
// once more it is nothing, and after a rate was corrected it is the difference. What no longer is there stands at
// nothing. Advances are not monetary and are left alone.
func (r Remeasuring) Entries(rates *entities.Rates) ([]Entry, error) {
	var out []Entry
	for _, book := range []Book{"", USGAAP, IFRS} {
		if r.At.books[book] == nil { // has no entries of its own: what is in every book is done
			continue
		}
		var e Entry
		for _, s := range r.At.Carried(book) {
			if s.Item.Entity != r.Entity.ID || measures[s.Item.Account] != monetary {
				continue
			}
			worth, quote, err := r.worth(rates, s.Amount)
			if err != nil {
				return nil, err
			}
			if worth == s.Functional {
				continue
			}
			if e.Currency != s.Currency || len(e.Postings)+2 > mostPostings {
				out = r.finish(out, e)
				e = r.entry(book, s.Currency, r.Next+int64(len(out)))
			}
			if !quote.Rate.IsZero() {
				e.Rate, e.RateOn = quote.Rate, quote.On
			}
			e.Postings = append(e.Postings, s.difference(worth.Sub(s.Functional))...)
		}
		out = r.finish(out, e) // before the next book looks: what is in every book is in its own as well
	}
	return out, nil
}

// worth is what an amount stands at on the last day. Nothing is worth nothing, whether there is a rate or not.
func (r Remeasuring) worth(rates *entities.Rates, a money.Amount) (money.Amount, entities.Quote, error) {
	if a.IsZero() {
		return money.Zero(r.Entity.Currency), entities.Quote{}, nil
	}
	worth, quote, err := rates.Convert(a, r.Entity.Currency, r.Month.Last())
	if err != nil {
		err = missingRate(a.Currency(), r.Entity.Currency, r.Month.Last())
	}
	return worth, quote, err
}

// finish books an entry that holds something.
func (r Remeasuring) finish(out []Entry, e Entry) []Entry {
	if len(e.Postings) == 0 {
		return out
	}
	r.At.Book(e)
	return append(out, e)
}

func (r Remeasuring) entry(book Book, currency money.Currency, seq int64) Entry {
	of := string(currency)
	if book != "" {
		of += ":" + string(book)
	}
	return Entry{
		Account: r.Account, Seq: seq, Entity: r.Entity.ID, Book: book, Currency: currency, BookedOn: r.Month.Last(), Adjusting: true,
		Source: fmt.Sprintf("remeasure:%s:%s:%s:%d", r.Entity.Code, of, r.Month, seq),
		Memo:   fmt.Sprintf("Remeasure %s at the end of %s", currency, r.Month),
	}
}

// difference moves what an item stands at, and the gain or loss beside it.
func (s Standpoint) difference(by money.Amount) []Posting {
	none := money.Zero(s.Currency)
	p := Posting{Account: s.Item.Account, Amount: none, Functional: by, Customer: s.Customer, Contract: s.Contract, Line: s.Line, Document: s.Document}
	other := p
	if other.Account, other.Functional = FxGain, by.Neg(); by.Sign() < 0 {
		other.Account = FxLoss
	}
	return []Posting{p, other}
}

// Remeasure is what a month's end owes an account in memory, of whose entries the converter has converted all. The
// entries come back as they are to be appended; next is the first one's place.
func (c *Converter) Remeasure(account customers.AccountID, entity entities.Entity, month period.Month, next int64, booked []Entry) ([]Entry, error) {
	if !c.Of(account).foreign(entity.ID) {
		return nil, nil
	}
	at := NewCarrying()
	for _, e := range booked {
		if e.Account == account && c.home(e.Entity) != e.Currency && !e.BookedOn.After(month.Last()) {
			at.Book(e)
		}
	}
	out, err := Remeasuring{Account: account, Entity: entity, Month: month, Next: next, At: at}.Entries(c.rates)
	for _, e := range out {
		c.Of(account).Book(e)
	}
	return out, err
}

// foreign says whether there is anything to follow for an entity.
func (c *Carrying) foreign(entity entities.ID) bool {
	for _, at := range c.books {
		for key := range at.items {
			if key.Entity == entity {
				return true
			}
		}
	}
	return false
}
