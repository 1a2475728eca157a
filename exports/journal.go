package exports

import (
	"strings"

	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// Journal is what a target books as one: an entry, or a summary of entries.
type Journal struct {
	ID       string // unique among all we ever hand over, so that a second import is noticed
	On       period.Date
	Month    period.Month
	Entity   entities.Entity
	Currency money.Currency
	Rate     decimal.Decimal // units of the entity's currency for one; zero: unknown
	Memo     string
	Source   string
	Reverses string // the number of the entry it takes back
	Book     ledger.Book
	Lines    []Line
}

// Line is a posting as mapped. Amount is signed, debit positive.
type Line struct {
	Account                         ledger.Account
	GL                              GL // Code empty: unmapped
	Amount                          money.Amount
	Functional                      money.Amount // in the entity's currency, when the journal has a rate
	Customer                        Party
	Contract, ContractLine, Product string
	Document                        string
	Schedule                        int64
	Month                           period.Month
	Memo                            string

	needs When // what it was looked up by
}

// Party is a customer as the target knows it.
type Party struct {
	ID              customers.ID
	ExternalID      string
	Name            string
	Country, Region string
}

// sides are the columns of an amount: one of them is filled.
func sides(a money.Amount) (debit, credit string) {
	if a.Sign() < 0 {
		return "", a.Neg().String()
	}
	return a.String(), ""
}

// Book is everything that naming and mapping entries takes.
type Book struct {
	Entities  *entities.Directory
	Customers map[customers.ID]Party
	Contracts map[int64]string
	Buyers    map[int64]customers.ID // by contract: of postings that name no customer
	Products  map[ProductKey]string
	Mapping   Mapping
	Target    Target
}

// ProductKey is a line of a contract.
type ProductKey struct {
	Contract int64
	Line     string
}

// Journals maps entries: each is a journal, but where the target takes one rate a journal and no functional amounts, what
// an entry moves beyond that rate is a second one. Entries without postings are left out.
func (b Book) Journals(entries []ledger.Entry) []Journal {
	var out []Journal
	for _, e := range entries {
		j := b.journal(e)
		parts := []Journal{j}
		switch s := b.Target.Spec(); {
		case s.Functional:
		case s.Media == textMedia:
			parts[0] = j.inItsCurrency()
			for i := range parts[0].Lines { // is not written, and without what was left out would not balance
				parts[0].Lines[i].Functional = money.Amount{}
			}
		default:
			parts = j.atOneRate()
		}
		for _, p := range parts {
			if b.Target.Spec().OneControl {
				p.Lines = joinControls(p.Lines)
			}
			if len(p.Lines) > 0 {
				out = append(out, p)
			}
		}
	}
	return out
}

func (b Book) journal(e ledger.Entry) Journal {
	entity, _ := b.Entities.ByID(e.Entity)
	j := Journal{ID: journalID(e), On: e.BookedOn, Month: e.BookedOn.MonthOf(), Entity: entity, Currency: e.Currency, Rate: e.Rate, Memo: ledger.OneLine(e.Memo), Source: e.Source, Book: e.Book}
	if e.Currency == entity.Currency {
		j.Rate = decimal.NewFromInt(1)
	}
	for _, p := range e.Postings {
		j.Lines = append(j.Lines, b.line(j, p))
	}
	return j
}

// inItsCurrency leaves out what moves nothing in the journal's own currency.
func (j Journal) inItsCurrency() Journal {
	lines := make([]Line, 0, len(j.Lines))
	for _, l := range j.Lines {
		if !l.Amount.IsZero() {
			lines = append(lines, l)
		}
	}
	j.Lines = lines
	return j
}

// atOneRate is the journal as a target converts it, at the one rate it is given, and beside it in the entity's currency
// what the book says otherwise: advances at the rates they came in, receivables at what they stand at, gains and losses
// on exchange. Together they are the entry.
func (j Journal) atOneRate() []Journal {
	if j.Currency == j.Entity.Currency || j.Rate.IsZero() {
		return []Journal{j.inItsCurrency()}
	}
	amounts := make([]money.Amount, len(j.Lines))
	for i, l := range j.Lines {
		amounts[i] = l.Amount
	}
	beside := j
	beside.ID, beside.Currency, beside.Rate, beside.Lines = j.ID+"-FX", j.Entity.Currency, decimal.NewFromInt(1), nil
	lines := make([]Line, len(j.Lines))
	for i, worth := range ledger.ConvertTogether(amounts, j.Rate, j.Entity.Currency) {
		l := j.Lines[i]
		rest := l
		rest.Amount = l.Functional.Sub(worth)
		if rest.Functional = rest.Amount; !rest.Amount.IsZero() {
			beside.Lines = append(beside.Lines, rest)
		}
		l.Functional = worth
		lines[i] = l
	}
	j.Lines = lines
	return []Journal{j.inItsCurrency(), beside}
}

// journalID names an entry for others. A letter comes first: a spreadsheet takes "1-2" for a day.
func journalID(e ledger.Entry) string { return "E" + e.Number() }

func (b Book) line(j Journal, p ledger.Posting) Line {
	l := Line{Account: p.Account, Amount: p.Amount, Functional: p.Functional, Customer: b.party(p), Contract: b.Contracts[p.Contract], ContractLine: p.Line,
		Product: b.Products[ProductKey{p.Contract, p.Line}], Document: p.Document, Schedule: p.Schedule, Month: p.Month, Memo: j.Memo}
	l.needs = b.facts(j.Entity, j.Currency, p)
	if r, ok := b.Mapping.Of(l.needs, j.On); ok {
		l.GL = r.GL
	}
	return l
}

// party is who a posting is with: the payer it names, else who bought under the contract.
func (b Book) party(p ledger.Posting) Party {
	if p.Customer != 0 {
		return b.Customers[p.Customer]
	}
	return b.Customers[b.Buyers[p.Contract]]
}

// facts describe a posting as rules look at it.
func (b Book) facts(e entities.Entity, c money.Currency, p ledger.Posting) When {
	party := b.party(p)
	return When{Account: p.Account, Target: b.Target, Entity: e.Code, Currency: c, Product: b.Products[ProductKey{p.Contract, p.Line}],
		Country: party.Country, Region: party.Region, Contract: b.Contracts[p.Contract]}
}

// joinControls adds up lines on receivables or payables with one customer: some targets take a single one a journal.
func joinControls(lines []Line) []Line {
	type key struct {
		gl       GL
		customer customers.ID
	}
	at := map[key]int{}
	var out []Line
	for _, l := range lines {
		k := key{l.GL, l.Customer.ID}
		i, joined := at[k]
		if !l.GL.Control.named() || !joined {
			at[k] = len(out)
			out = append(out, l)
			continue
		}
		out[i].Amount, out[i].Functional = out[i].Amount.Add(l.Amount), out[i].Functional.Add(l.Functional)
		if out[i].Document != l.Document {
			out[i].Document = ""
		}
	}
	kept, cents := out[:0], money.Amount{}
	for _, l := range out {
		if l.Amount.IsZero() {
			cents = cents.Add(l.Functional) // two conversions of one amount may differ by a cent
			continue
		}
		kept = append(kept, l)
	}
	if len(kept) > 0 {
		kept[0].Functional = kept[0].Functional.Add(cents)
	}
	return kept
}

// named says whether lines on such an account are kept per customer.
func (c Control) named() bool { return c == Receivable || c == Payable }

// kind is what happened, in the ledger's word: "invoice" of "invoice:RUS-1".
func kind(source string) string {
	word, _, _ := strings.Cut(source, ":")
	return word
}
