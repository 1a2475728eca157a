package scenario

import (
	"cmp"
	"io"
	"maps"
	"slices"

	"ratable/contracts"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/payments"
	"ratable/revrec"
	"ratable/usage"

	"github.com/shopspring/decimal"
)

// Outcome is everything a scenario led to.
type Outcome struct {
	Title, Story  string
	From, Through period.Date

	Documents []invoicing.Issued      // in order of issue
	Open      map[string]money.Amount // receivable by document
	Receipts  []payments.Receipt
	Refused   []RefusedUsage // usage that came later than its contract takes it
	Closings  []Closing
	Entries   []ledger.Entry // in order of the day they are booked on
	Books     []Book         // per legal entity and currency
	Home      []Home         // of legal entities that book in foreign currencies

	Names ledger.Names
}

// RefusedUsage is usage of a day that became known after the contract's last day for it: nobody is billed for it.
type RefusedUsage struct {
	Customer, Meter string
	Quantity        decimal.Decimal
	Why             usage.Refusal
}

// Book is the reports of one legal entity in one currency.
type Book struct {
	Entity    string
	Currency  money.Currency
	Contracts []Schedule
	Months    []Month
	Waterfall revrec.WaterfallTable
	Trial     ledger.Trial
}

// Home is where a legal entity stands in its own currency, whatever it billed in.
type Home struct {
	Entity   string
	Currency money.Currency
	Trial    ledger.Trial
}

// Schedule is the revenue schedule of one contract.
type Schedule struct {
	Contract string
	revrec.ScheduleTable
}

// Month is how the balances between billing and revenue moved in a month of the
// ledger.
type Month struct {
	Month    period.Month
	Deferred Roll // deferred revenue: credit positive
	Unbilled Roll // unbilled receivable: debit positive
	Revenue  money.Amount
	PassedOn money.Amount                    // earned as an agent for somebody else: in the waterfall, and no revenue
	Judged   map[ledger.Account]money.Amount // what assessments put beside, as it stands: debit positive
}

// judgedAccounts are those that only assessments move.
var judgedAccounts = []ledger.Account{ledger.ContractAsset, ledger.ContractLiability, ledger.RefundLiability, ledger.AdjustmentLiability, ledger.FinancingLiability}

// Roll carries a balance over a month: what billing did to it and what
// recognition did.
type Roll struct{ Opening, Billing, Earning, Closing money.Amount }

// Attribution is what months of booking earned, and to which month it belongs.
type Attribution struct {
	Booked, Month period.Month
	Amount        money.Amount
}

// Attributed adds revenue up by the month it is booked in, and the month it belongs to, from the journal's own postings.
func (o Outcome) Attributed() []Attribution {
	var out []Attribution
	for _, e := range o.Entries {
		for _, x := range e.Postings {
			if x.Account.Info().Type != ledger.Income {
				continue
			}
			booked := e.BookedOn.MonthOf()
			i := slices.IndexFunc(out, func(a Attribution) bool { return a.Booked == booked && a.Month == x.Month })
			if i < 0 {
				i, out = len(out), append(out, Attribution{Booked: booked, Month: x.Month})
			}
			out[i].Amount = out[i].Amount.Sub(x.Amount)
		}
	}
	slices.SortStableFunc(out, func(a, b Attribution) int { return cmp.Or(a.Booked.Compare(b.Booked), a.Month.Compare(b.Month)) })
	return out
}

func (p *playing) outcome() Outcome {
	o := Outcome{
		Title: p.s.Title, Story: p.s.Story, From: p.s.From, Through: p.s.Through,
		Open: p.book.open, Receipts: p.book.receipts, Closings: p.book.closed, Names: p.s.names,
	}
	for _, a := range p.accounts {
		o.Documents, o.Refused = append(o.Documents, a.documents...), append(o.Refused, a.refused...)
	}
	slices.SortStableFunc(o.Documents, func(x, y invoicing.Issued) int {
		return cmp.Or(x.IssuedOn.Compare(y.IssuedOn), cmp.Compare(x.Entity, y.Entity), cmp.Compare(x.Number, y.Number))
	})
	for e := range ledger.Each(p.book.entries) {
		o.Entries = append(o.Entries, e)
	}
	for _, e := range p.s.world.Entities.All() {
		for _, c := range p.currencies(e.ID) {
			o.Books = append(o.Books, p.report(e, c, o.Entries))
		}
		if slices.ContainsFunc(o.Entries, func(x ledger.Entry) bool { return x.Entity == e.ID && foreign(x) }) {
			trial, _ := ledger.Tally(ledger.Each(o.Entries), ledger.Filter{Entity: e.ID, Functional: true}) // entries in memory do not fail
			o.Home = append(o.Home, Home{e.Code, e.Currency, trial})
		}
	}
	return o
}

// foreign says whether an entry is in another currency than its entity's.
func foreign(e ledger.Entry) bool {
	return len(e.Postings) > 0 && e.Postings[0].Functional.Currency() != e.Currency
}

// currencies lists those an entity's contracts are in, in order of contract.
func (p *playing) currencies(entity entities.ID) []money.Currency {
	var out []money.Currency
	for _, f := range p.s.families {
		for _, a := range f.agreements {
			if a.Entity == entity && !slices.Contains(out, a.Currency) {
				out = append(out, a.Currency)
			}
		}
	}
	slices.Sort(out)
	return out
}

func (p *playing) report(e entities.Entity, currency money.Currency, entries []ledger.Entry) Book {
	b := Book{Entity: e.Code, Currency: currency}
	var all []revrec.Scheduled
	scheduled := p.book.scheduled()
	for _, a := range p.agreements(e.ID, currency) {
		var own []revrec.Scheduled
		for _, s := range scheduled {
			if s.Contract == a.Contract {
				own = append(own, s)
			}
		}
		all = append(all, own...)
		b.Contracts = append(b.Contracts, Schedule{a.Number, revrec.LayOut(own, currency)})
	}
	b.Months = months(entries, e.ID, currency)
	b.Trial, _ = ledger.Tally(ledger.Each(entries), ledger.Filter{Entity: e.ID, Currency: currency}) // entries in memory do not fail
	if first, columns := across(all); columns > 0 {
		b.Waterfall = revrec.DrawUp(all, p.book.billed(e.ID, currency), first, columns, currency)
	}
	return b
}

func (p *playing) agreements(entity entities.ID, currency money.Currency) []contracts.Agreement {
	var out []contracts.Agreement
	for _, f := range p.s.families {
		for _, a := range f.agreements {
			if a.Entity == entity && a.Currency == currency {
				out = append(out, a)
			}
		}
	}
	slices.SortFunc(out, func(x, y contracts.Agreement) int { return cmp.Compare(x.Contract, y.Contract) })
	return out
}

// across is the first month with revenue and how many there are to the last.
func across(scheduled []revrec.Scheduled) (first period.Month, columns int) {
	var last period.Month
	for _, s := range scheduled {
		if first.IsZero() || s.Column.Before(first) {
			first = s.Column
		}
		if s.Column.After(last) {
			last = s.Column
		}
	}
	if first.IsZero() {
		return first, 0
	}
	return first, last.Sub(first) + 1
}

// months rolls deferred revenue and unbilled receivable forward over the journal.
// A posting that belongs to a month of revenue is recognition's, others are
// billing's.
func months(entries []ledger.Entry, entity entities.ID, currency money.Currency) []Month {
	var out []Month
	zero := money.Zero(currency)
	for _, e := range entries {
		if e.Entity != entity || e.Currency != currency || !ledger.Primary.Shows(e.Book) {
			continue
		}
		for month := e.BookedOn.MonthOf(); len(out) == 0 || out[len(out)-1].Month.Before(month); {
			next := Month{Month: month, Deferred: Roll{zero, zero, zero, zero}, Unbilled: Roll{zero, zero, zero, zero}, Revenue: zero, PassedOn: zero, Judged: map[ledger.Account]money.Amount{}}
			if n := len(out); n > 0 {
				next.Month = out[n-1].Month.Next()
				next.Deferred.Opening, next.Deferred.Closing = out[n-1].Deferred.Closing, out[n-1].Deferred.Closing
				maps.Copy(next.Judged, out[n-1].Judged)
				next.Unbilled.Opening, next.Unbilled.Closing = out[n-1].Unbilled.Closing, out[n-1].Unbilled.Closing
			}
			out = append(out, next)
		}
		m := &out[len(out)-1]
		for _, p := range e.Postings {
			if p.Account.Earns() {
				m.Revenue = m.Revenue.Sub(p.Amount)
			}
			switch p.Account {
			case ledger.DeferredRevenue:
				m.Deferred.move(p.Amount.Neg(), !p.Month.IsZero())
			case ledger.UnbilledReceivable:
				m.Unbilled.move(p.Amount, !p.Month.IsZero())
			case ledger.ContractAsset, ledger.ContractLiability, ledger.RefundLiability, ledger.AdjustmentLiability, ledger.FinancingLiability:
				m.Judged[p.Account] = m.Judged[p.Account].Add(p.Amount)
			case ledger.PayableToPrincipal:
				if p.Contract != 0 {
					m.PassedOn = m.PassedOn.Sub(p.Amount)
				}
			}
		}
	}
	return out
}

func (r *Roll) move(amount money.Amount, earning bool) {
	if earning {
		r.Earning = r.Earning.Add(amount)
	} else {
		r.Billing = r.Billing.Add(amount)
	}
	r.Closing = r.Closing.Add(amount)
}

// WriteHledger writes the journal as the ledger's export does; `hledger check -s`
// accepts it.
func (o Outcome) WriteHledger(w io.Writer) error {
	return ledger.WriteHledger(w, o.Names, ledger.Each(o.Entries))
}
