// Package foresight runs the invoice runs of days to come in memory: what a contract will ask for and earn.
//
// It owns nothing that is kept: the very functions of the run decide, on a standing that is thrown away. It does not own
// what is shown of it (web, web/api). It is pure but for Load, which reads what decides a contract's documents.
package foresight

import (
	"cmp"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/revrec"
	"ratable/usage"
)

// Outlook is what a contract will ask for and earn if nothing else happens than what was expected.
type Outlook struct {
	Invoices []invoicing.Document // numbered in the order they will be issued; no real number is taken
	Months   []Earning            // of the term, without a gap
	Net, Tax money.Amount         // of the invoices
	Fee      money.Amount         // that a marketplace keeps of them
	Earned   money.Amount         // of the whole term
	Meters   []string             // that the contract prices
	TrueUps  []contracts.Piece    // what commitments ask for on top, in the order of days
}

// Earning is what one month earns: of what is agreed for sure, and of usage.
type Earning struct {
	Month       period.Month
	Sure, Usage money.Amount
}

// Expected is usage a month by meter, as somebody guesses it.
type Expected map[string]decimal.Decimal

// Foresee runs the invoice runs of the rest of a contract's term in memory: the very functions of the run, on a
// standing that is thrown away. It is pure. Days before `from` are billed on `from`, as the next run would.
func Foresee(w invoicing.World, f invoicing.Facts, a contracts.Agreement, guess Expected, from period.Date) (Outlook, error) {
	return ForeseeAs(w, f, a, a, guess, from)
}

// ForeseeAs foresees an agreement that is not the one agreed, such as a contract without its amendment: what was billed of lines
// that only the agreed one has is taken back, and described by it.
func ForeseeAs(w invoicing.World, f invoicing.Facts, a, agreed contracts.Agreement, guess Expected, from period.Date) (Outlook, error) {
	f.Holds = nil // a hold ends some day; the page says that there is one
	w.Entities = inCurrency(w.Entities, a)
	f.Agreements, f.Usage = []contracts.Agreement{agreed}, expectedDays(w.Catalog, f.Usage, a, guess, from)
	end := a.Term().End
	pieces, err := contracts.Charges(a, w.Catalog, f.Usage, end)
	if err != nil {
		return Outlook{}, err
	}
	f.Priced = map[contracts.ID][]contracts.Piece{a.Contract: pieces}
	out := Outlook{Net: money.Zero(a.Currency), Tax: money.Zero(a.Currency), Fee: money.Zero(a.Currency), Meters: Meters(a)}
	out.Months, out.Earned = Earnings(a, pieces, end)
	for _, p := range pieces {
		if p.Kind == contracts.TrueUp && !p.Zero() {
			out.TrueUps = append(out.TrueUps, p)
		}
	}
	before := f.Originals
	for _, on := range BillingDays(pieces, from) {
		drafts, err := invoicing.Decide(w, f, on)
		if err != nil {
			return Outlook{}, err
		}
		for _, d := range drafts {
			document, _ := invoicing.Issue(d, "preview", int64(len(out.Invoices)+1), f.Standing)
			out.Invoices = append(out.Invoices, document)
			out.Net, out.Tax, out.Fee = out.Net.Add(d.Net), out.Tax.Add(d.Tax), out.Fee.Add(d.Fee)
		}
		f.Originals = append(slices.Clone(before), invoicing.Originals(out.Invoices)...)
	}
	return out, nil
}

// inCurrency shows the seller as if its books were in the contract's currency: restating tax needs the rates of days to
// come, and nobody has those.
func inCurrency(d *entities.Directory, a contracts.Agreement) *entities.Directory {
	all := slices.Clone(d.All())
	for i := range all {
		all[i].Currency = a.Currency
	}
	return entities.NewDirectory(all)
}

// BillingDays are the days on which something of the contract becomes due, none before from.
func BillingDays(pieces []contracts.Piece, from period.Date) []period.Date {
	days := map[period.Date]bool{}
	for _, p := range pieces {
		days[period.MaxDate(p.BillOn, from)] = true
	}
	return slices.SortedFunc(maps.Keys(days), period.Date.Compare)
}

// Meters are what the contract as agreed last counts.
func Meters(a contracts.Agreement) []string {
	var out []string
	for _, l := range a.Latest().Document.Lines {
		if l.Usage != nil && !slices.Contains(out, l.Usage.Meter) {
			out = append(out, l.Usage.Meter)
		}
	}
	return out
}

// expectedDays adds the guess to what was really used: on the first day of each month to come.
func expectedDays(sold *catalog.Catalog, days *usage.Days, a contracts.Agreement, guess Expected, from period.Date) *usage.Days {
	if days == nil {
		days = &usage.Days{}
	}
	term := a.Term()
	for _, month := range term.Months() {
		day := period.MaxDate(month.First(), term.Start)
		if day.Before(from) {
			continue
		}
		for _, meter := range slices.Sorted(maps.Keys(guess)) {
			if counted, ok := sold.Meter(meter); ok {
				days.Expect(a.Customer, counted, day, guess[meter])
			}
		}
	}
	return days
}

// Earnings adds the schedule up by month.
func Earnings(a contracts.Agreement, pieces []contracts.Piece, end period.Date) ([]Earning, money.Amount) {
	sum := map[period.Month]Earning{}
	total := money.Zero(a.Currency)
	for _, row := range revrec.Schedule(a.Contract, pieces, end.AddDays(-1).MonthOf()) {
		e := sum[row.Month]
		if row.Kind == contracts.Metered || row.Kind == contracts.OverCap {
			e.Usage = e.Usage.Add(row.Amount)
		} else {
			e.Sure = e.Sure.Add(row.Amount)
		}
		sum[row.Month] = e
		total = total.Add(row.Amount)
	}
	var out []Earning
	for _, month := range a.Term().Months() {
		e := sum[month]
		out = append(out, Earning{month, money.Zero(a.Currency).Add(e.Sure), money.Zero(a.Currency).Add(e.Usage)})
	}
	slices.SortFunc(out, func(x, y Earning) int { return cmp.Compare(x.Month.Sub(y.Month), 0) })
	return out, total
}
