package journals

import (
	"fmt"
	"slices"
	"strings"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// Written is a journal as a person types it: a form, or a file with the lines.
type Written struct {
	Entity     string // code
	Currency   string
	Book       string // empty: every book
	On         string
	Reason     string
	ReversesOn string
	Every      string // month, quarter, half-year, year
	Through    string
	Template   string
	Corrects   ID
	Lines      []WrittenLine
}

// WrittenLine is a line as typed: an amount in one of two columns, names instead of keys.
type WrittenLine struct {
	Account, Debit, Credit, Customer, Contract, Line, Document, Month string
}

func (l WrittenLine) empty() bool { return l == WrittenLine{} }

// maxLines is how many lines a journal may have.
const maxLines = 500

// known is what a written journal may name.
type known struct {
	entities  *entities.Directory
	customers map[string]customers.Placement // by external id
	contracts map[string]contracts.Contract  // by number
}

// reading is one Written on its way to a Journal; it collects every finding before it gives up.
type reading struct {
	known
	found []fault.Field
}

func (r *reading) add(path, value, format string, args ...any) {
	r.found = append(r.found, fault.Field{Path: path, Value: fault.Shown(value), Message: fmt.Sprintf(format, args...)})
}

// journal turns what was typed into what it means, or says field by field why it cannot.
func (k known) journal(w Written) (Journal, []fault.Field) {
	r := &reading{known: k}
	j := Journal{Reason: strings.TrimSpace(w.Reason), Corrects: w.Corrects, Template: w.Template}
	if e, ok := k.entities.ByCode(w.Entity); ok {
		j.Entity, j.Currency = e.ID, e.Currency
	} else {
		r.add("entity", w.Entity, "is no legal entity of ours")
	}
	if c, err := money.ParseCurrency(w.Currency); err == nil {
		j.Currency = c
	} else if w.Currency != "" || j.Currency == "" {
		r.add("currency", w.Currency, "is not an ISO 4217 currency")
	}
	switch j.Book = ledger.Book(w.Book); j.Book {
	case "", ledger.USGAAP, ledger.IFRS:
	default:
		r.add("book", w.Book, "is no book: leave it empty for every book, or write us_gaap or ifrs")
	}
	if j.Reason == "" {
		r.add("reason", "", "is missing: whoever approves it and the auditor want to know why")
	}
	r.found = append(r.found, fault.Printable("reason", j.Reason, 300)...)
	r.days(w, &j)
	if j.Currency != "" {
		r.lines(w.Lines, &j)
	}
	return j, r.found
}

func (r *reading) days(w Written, j *Journal) {
	j.On = r.day("on", w.On, true)
	j.ReversesOn = r.day("reverses_on", w.ReversesOn, false)
	if !j.ReversesOn.IsZero() && !j.ReversesOn.After(j.On) {
		r.add("reverses_on", w.ReversesOn, "must come after the journal's own day; usual is the first of the next month, %s", j.On.MonthOf().End())
	}
	switch every, err := period.ParseCadence(w.Every); {
	case w.Every == "" && w.Through == "":
	case w.Every == "":
		r.add("every", "", "is missing: say how often it repeats, or leave the last day empty")
	case err != nil || every == period.Term:
		r.add("every", w.Every, "must be month, quarter, half-year or year")
	default:
		j.Every = every
		if j.Through = r.day("through", w.Through, true); !j.Through.IsZero() && j.Through.Before(j.On) {
			r.add("through", w.Through, "must not come before the journal's own day, %s", j.On)
		}
		if !j.ReversesOn.IsZero() && !j.On.IsZero() && j.ReversesOn != j.On.MonthOf().End() {
			r.add("reverses_on", w.ReversesOn, "of a journal that repeats must be the first of the next month, %s", j.On.MonthOf().End())
		}
	}
}

func (r *reading) day(path, text string, required bool) period.Date {
	if text == "" && !required {
		return period.Date{}
	}
	d, err := period.ParseDate(text)
	if err != nil {
		r.add(path, text, "must be a day such as 2026-03-31")
	}
	return d
}

func (r *reading) lines(written []WrittenLine, j *Journal) {
	debits, credits := money.Zero(j.Currency), money.Zero(j.Currency)
	refused := false
	for i, w := range written {
		if w.empty() {
			continue
		}
		before := len(r.found)
		l := r.line(fmt.Sprintf("lines[%d].", i), w, j.Currency)
		refused = refused || len(r.found) > before
		if l.Amount.Sign() > 0 {
			debits = debits.Add(l.Amount)
		} else {
			credits = credits.Sub(l.Amount)
		}
		j.Lines = append(j.Lines, l)
	}
	switch {
	case len(j.Lines) < 2:
		r.add("lines", "", "are at least two: what is debited and what is credited")
	case len(j.Lines) > maxLines:
		r.add("lines", fmt.Sprint(len(j.Lines)), "are at most %d; split the journal", maxLines)
	case !refused && debits != credits:
		r.add("lines", "", "do not balance: debits are %s and credits %s %s, a difference of %s", debits.Display(), credits.Display(), j.Currency, debits.Sub(credits).Abs().Display())
	}
}

func (r *reading) line(at string, w WrittenLine, c money.Currency) Line {
	var l Line
	if i := slices.IndexFunc(ledger.Chart, func(i ledger.Info) bool { return w.Account == i.Code || w.Account == fmt.Sprint(int(i.Account)) }); i >= 0 {
		l.Account = ledger.Chart[i].Account
	} else {
		r.add(at+"account", w.Account, "is no account of the chart: write its code, such as BadDebtExpense, or its number")
	}
	l.Amount = r.amount(at, w, c)
	if w.Customer != "" {
		p, ok := r.customers[w.Customer]
		if l.Customer = p.ID; !ok {
			r.add(at+"customer", w.Customer, "is no customer: write the id the customer is known by, such as acme")
		}
	}
	r.contractLine(at, w, &l)
	l.Document = w.Document
	r.found = append(r.found, fault.Printable(at+"document", w.Document, 60)...)
	if w.Month != "" {
		m, err := period.ParseMonth(w.Month)
		if l.Month = m; err != nil {
			r.add(at+"month", w.Month, "must be a month such as 2026-03")
		}
	}
	if l.Account != 0 {
		r.found = append(r.found, guard(at+"account", l)...)
	}
	return l
}

func (r *reading) amount(at string, w WrittenLine, c money.Currency) money.Amount {
	field, text := "debit", w.Debit
	if w.Debit == "" {
		field, text = "credit", w.Credit
	}
	if (w.Debit == "") == (w.Credit == "") {
		r.add(at+"debit", w.Debit, "or credit must be filled in, and not both")
		return money.Zero(c)
	}
	a, err := money.ParseAmount(strings.ReplaceAll(text, ",", ""), c)
	if err != nil {
		r.add(at+field, text, "is no amount in %s, such as 1234.50", c)
		return money.Zero(c)
	}
	if a.Sign() <= 0 {
		r.add(at+field, text, "must be more than zero; what lowers an account goes to the other column")
	}
	if field == "credit" {
		return a.Neg()
	}
	return a
}

// contractLine resolves a contract and the line of it that an amount belongs to.
func (r *reading) contractLine(at string, w WrittenLine, l *Line) {
	if w.Contract == "" {
		if w.Line != "" {
			r.add(at+"line", w.Line, "needs the contract it is a line of")
		}
		return
	}
	c, ok := r.contracts[w.Contract]
	if !ok {
		r.add(at+"contract", w.Contract, "is no contract; write its number")
		return
	}
	for _, v := range c.History {
		if slices.ContainsFunc(v.Document.Lines, func(d contracts.Line) bool { return d.ID == w.Line }) {
			l.Contract, l.Line = int64(c.ID), w.Line
			return
		}
	}
	r.add(at+"line", w.Line, "is no line of contract %s", w.Contract)
}
