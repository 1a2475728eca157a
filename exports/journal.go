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
	Rates     *entities.Rates
	Mapping   Mapping
	Target    Target
}

// ProductKey is a line of a contract.
type ProductKey struct {
	Contract int64
	Line     string
}

// Journals maps entries one to one; entries without postings are left out.
func (b Book) Journals(entries []ledger.Entry) []Journal {
	var out []Journal
	for _, e := range entries {
		if len(e.Postings) > 0 {
			out = append(out, b.journal(e))
		}
	}
	return out
}

func (b Book) journal(e ledger.Entry) Journal {
	entity, _ := b.Entities.ByID(e.Entity)
	j := Journal{ID: journalID(e), On: e.BookedOn, Month: e.BookedOn.MonthOf(), Entity: entity, Currency: e.Currency, Memo: ledger.OneLine(e.Memo), Source: e.Source}
	for _, p := range e.Postings {
		j.Lines = append(j.Lines, b.line(j, p))
	}
	if b.Target.Spec().OneControl {
		j.Lines = joinControls(j.Lines)
	}
	b.convert(&j)
	return j
}

// journalID names an entry for others. A letter comes first: a spreadsheet takes "1-2" for a day.
func journalID(e ledger.Entry) string { return "E" + e.Number() }

func (b Book) line(j Journal, p ledger.Posting) Line {
	l := Line{Account: p.Account, Amount: p.Amount, Customer: b.party(p), Contract: b.Contracts[p.Contract], ContractLine: p.Line,
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

// convert gives each line its amount in the entity's currency at the rate of the day. The debits are converted as one sum
// and split, and the credits the same, so that the journal balances in both currencies.
func (b Book) convert(j *Journal) {
	home := j.Entity.Currency
	total := j.total()
	if total.IsZero() || home == "" {
		return
	}
	converted, quote, err := b.Rates.Convert(total, home, j.On)
	if err != nil {
		return // no rate: the findings say so where it matters
	}
	j.Rate = quote.Rate
	for _, sign := range []int{1, -1} {
		var at []int
		var weights []int64
		for i, l := range j.Lines {
			if l.Amount.Sign() == sign {
				at, weights = append(at, i), append(weights, l.Amount.Abs().Minor())
			}
		}
		for n, share := range money.AllocateInts(converted, weights) {
			if sign < 0 {
				share = share.Neg()
			}
			j.Lines[at[n]].Functional = share
		}
	}
}

// total is the sum of the debits.
func (j Journal) total() money.Amount {
	sum := money.Zero(j.Currency)
	for _, l := range j.Lines {
		if l.Amount.Sign() > 0 {
			sum = sum.Add(l.Amount)
		}
	}
	return sum
}

// kind is what happened, in the ledger's word: "invoice" of "invoice:RUS-1".
func kind(source string) string {
	word, _, _ := strings.Cut(source, ":")
	return word
}
