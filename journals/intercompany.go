package journals

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// Pair is who sells and who serves.
type Pair struct {
	Seller, Serving entities.ID
}

// Charged is what stands charged for a contract line in a month under a rule.
type Charged struct {
	Pair
	Rule     string
	Contract int64
	Line     string
	Month    period.Month
	Revenue  money.Amount // what the seller has earned by then that month, as it was looked at
	Amount   money.Amount
}

// chargeKey is what a charge is kept by.
type chargeKey struct {
	Pair
	rule     string
	contract int64
	line     string
	currency money.Currency
	month    period.Month
}

// Charge is a booking between two entities: one entry in each house account, under one reference.
type Charge struct {
	Pair
	Currency  money.Currency
	Month     period.Month // the revenue belongs to it
	N         int          // of the pair's bookings in the currency for the month, from 1
	Reference string
	BookedOn  period.Date
	Amount    money.Amount // negative takes back
	Lines     []Charged

	SellerAccount, ServingAccount customers.AccountID
	SellerSeq, ServingSeq         int64
}

// Trade is everything that decides what entities owe each other.
type Trade struct {
	Entities   *entities.Directory
	Rules      []Rule // all of them, in the order they were approved
	Agreements map[int64]contracts.Agreement
	Earned     []ledger.EarnedLine // through the month that is decided
	Booked     []Charged
	Bookings   map[bookingKey]int // how many there are
	FirstOpen  func(entities.ID, period.Month) period.Month
}

type bookingKey struct {
	Pair
	currency money.Currency
	month    period.Month
}

// Decide says what is to be charged: of what each line has earned, month by month, the percentage that the rule in force at
// the end of the month says, less what stands charged. Under one rule the percentage is taken of all that was earned so far,
// so that the months add up to the percentage of the whole. It is pure; the run gives the places.
func (t Trade) Decide() []Charge {
	due := map[chargeKey]Charged{}
	sofar := map[chargeKey]money.Amount{} // by rule and line: what was earned under the rule, in the order of months
	for _, e := range merged(t.Earned) {
		a, ok := t.Agreements[e.Contract]
		if !ok {
			continue
		}
		r, pair, ok := t.rule(a, e.Line, e.Month)
		if !ok {
			continue
		}
		k := chargeKey{pair, ruleKey(r), e.Contract, e.Line, e.Amount.Currency(), period.Month{}}
		before, known := sofar[k]
		if !known {
			before = money.Zero(e.Amount.Currency())
		}
		after := before.Add(e.Amount)
		sofar[k] = after
		k.month = e.Month
		due[k] = Charged{pair, ruleKey(r), e.Contract, e.Line, e.Month, e.Amount, share(after, r).Sub(share(before, r))}
	}
	for _, b := range t.Booked {
		k := chargeKey{b.Pair, b.Rule, b.Contract, b.Line, b.Amount.Currency(), b.Month}
		x, there := due[k]
		if !there { // nothing was earned after all, or another rule counts
			x = b
			x.Revenue, x.Amount = money.Zero(k.currency), money.Zero(k.currency)
		}
		x.Amount = x.Amount.Sub(b.Amount)
		due[k] = x
	}
	return t.bookings(due)
}

// merged puts what a line has earned in several books together, in the order of months: a journal by hand stands in the
// house account, and the months before decide what is rounded.
func merged(all []ledger.EarnedLine) []ledger.EarnedLine {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(x, y ledger.EarnedLine) int {
		return cmp.Or(cmp.Compare(x.Contract, y.Contract), cmp.Compare(x.Line, y.Line), cmp.Compare(x.Amount.Currency(), y.Amount.Currency()), x.Month.Compare(y.Month))
	})
	var out []ledger.EarnedLine
	for _, e := range sorted {
		if n := len(out) - 1; n >= 0 && out[n].Contract == e.Contract && out[n].Line == e.Line && out[n].Month == e.Month && out[n].Amount.Currency() == e.Amount.Currency() {
			out[n].Amount = out[n].Amount.Add(e.Amount)
			continue
		}
		out = append(out, e)
	}
	return out
}

// share is the rule's part of an amount.
func share(of money.Amount, r Rule) money.Amount {
	c := of.Currency()
	if of.IsZero() {
		return of
	}
	return money.SpreadToExact(of, money.Price(r.Transfer.percent(), c), money.Price(hundred, c))
}

// ruleKey tells revisions of a rule apart: another percentage begins to count anew.
func ruleKey(r Rule) string { return fmt.Sprintf("%s/%d", r.Code, r.ID) }

// rule finds what counts for a line at the end of a month: of the rules about it the one that asks for most, then by code.
func (t Trade) rule(a contracts.Agreement, line string, m period.Month) (Rule, Pair, bool) {
	seller, ok := t.Entities.ByID(a.Entity)
	if !ok {
		return Rule{}, Pair{}, false
	}
	product := ""
	for _, l := range a.On(m.Last()).Document.Lines {
		if l.ID == line {
			product = l.Product
		}
	}
	found := slices.DeleteFunc(Counting(t.Rules, TransferRule, m.Last()), func(r Rule) bool {
		x := r.Transfer
		return x.Seller != seller.Code || x.Product != "" && x.Product != product || x.Contract != "" && x.Contract != a.Number || x.Line != "" && x.Line != line
	})
	if len(found) == 0 {
		return Rule{}, Pair{}, false
	}
	slices.SortStableFunc(found, func(x, y Rule) int {
		return cmp.Or(cmp.Compare(y.Transfer.asks(), x.Transfer.asks()), cmp.Compare(x.Code, y.Code))
	})
	serving, ok := t.Entities.ByCode(found[0].Transfer.Serving)
	return found[0], Pair{seller.ID, serving.ID}, ok
}

// bookings puts what is due together: one booking for each pair, currency and month.
func (t Trade) bookings(due map[chargeKey]Charged) []Charge {
	at := map[bookingKey]*Charge{}
	for k, x := range due {
		if x.Amount.IsZero() {
			continue
		}
		b := bookingKey{k.Pair, k.currency, k.month}
		if at[b] == nil {
			at[b] = &Charge{Pair: k.Pair, Currency: k.currency, Month: k.month, N: t.Bookings[b] + 1, Amount: money.Zero(k.currency)}
		}
		at[b].Lines, at[b].Amount = append(at[b].Lines, x), at[b].Amount.Add(x.Amount)
	}
	out := make([]Charge, 0, len(at))
	for _, c := range at {
		slices.SortFunc(c.Lines, func(x, y Charged) int {
			return cmp.Or(cmp.Compare(x.Contract, y.Contract), cmp.Compare(x.Line, y.Line), cmp.Compare(x.Rule, y.Rule))
		})
		c.Reference, c.BookedOn = fmt.Sprintf("%s:%s:%s:%d", t.document(c.Pair), c.Currency, c.Month, c.N), t.day(*c)
		out = append(out, *c)
	}
	slices.SortFunc(out, func(x, y Charge) int {
		return cmp.Or(x.Month.Compare(y.Month), cmp.Compare(x.Seller, y.Seller), cmp.Compare(x.Serving, y.Serving), cmp.Compare(x.Currency, y.Currency))
	})
	return out
}

// ChargePrefix begins the documents of what our entities owe each other.
const ChargePrefix = "IC-"

// document names a pair on the postings of both sides: what is under it must cancel out.
func (t Trade) document(p Pair) string {
	seller, _ := t.Entities.ByID(p.Seller)
	serving, _ := t.Entities.ByID(p.Serving)
	return ChargePrefix + strings.ToUpper(seller.Code) + "-" + strings.ToUpper(serving.Code)
}

// day is the last of the first month that is open for both: the two sides never stand in different months.
func (t Trade) day(c Charge) period.Date {
	month := c.Month
	for {
		next := t.FirstOpen(c.Seller, t.FirstOpen(c.Serving, month))
		if next == month {
			return month.Last()
		}
		month = next
	}
}

// entries are the two sides. The seller bears a cost and owes it; who serves has earned it and will be paid.
func (t Trade) entries(c Charge) []ledger.Entry {
	document := t.document(c.Pair)
	seller, _ := t.Entities.ByID(c.Seller)
	serving, _ := t.Entities.ByID(c.Serving)
	bears := ledger.Entry{Account: c.SellerAccount, Seq: c.SellerSeq, Entity: c.Seller, Memo: fmt.Sprintf("Charged by %s for %s", serving.Name, c.Month)}
	earns := ledger.Entry{Account: c.ServingAccount, Seq: c.ServingSeq, Entity: c.Serving, Memo: fmt.Sprintf("Charged to %s for %s", seller.Name, c.Month)}
	for _, side := range []struct {
		e             *ledger.Entry
		debit, credit ledger.Account
	}{{&bears, ledger.IntercompanyCost, ledger.IntercompanyPayable}, {&earns, ledger.IntercompanyReceivable, ledger.IntercompanyIncome}} {
		side.e.Source, side.e.BookedOn, side.e.Currency = "intercompany:"+c.Reference, c.BookedOn, c.Currency
		for _, l := range c.Lines {
			for _, p := range []ledger.Posting{ledger.Debit(side.debit, l.Amount), ledger.Credit(side.credit, l.Amount)} {
				p.Contract, p.Line, p.Month, p.Document = l.Contract, l.Line, l.Month, document
				side.e.Postings = append(side.e.Postings, p)
			}
		}
	}
	return []ledger.Entry{bears, earns}
}

// Eliminated is one pair in a month of booking: what each side has. Off is what does not cancel out, by income and by balance.
type Eliminated struct {
	Document                          string
	Month                             period.Month
	Currency                          money.Currency
	Cost, Income, Payable, Receivable money.Amount // each as it stands, debit positive
}

// Agrees says that the pair cancels out to the cent when a group is consolidated.
func (e Eliminated) Agrees() bool {
	return e.Cost.Add(e.Income).IsZero() && e.Payable.Add(e.Receivable).IsZero()
}

// eliminate puts both sides of each pair together.
func eliminate(sums []ledger.DocumentSum) []Eliminated {
	type key struct {
		document string
		month    period.Month
		currency money.Currency
	}
	at := map[key]*Eliminated{}
	for _, s := range sums {
		c := s.Amount.Currency()
		k := key{s.Document, s.Month, c}
		if at[k] == nil {
			at[k] = &Eliminated{s.Document, s.Month, c, money.Zero(c), money.Zero(c), money.Zero(c), money.Zero(c)}
		}
		into := map[ledger.Account]*money.Amount{ledger.IntercompanyCost: &at[k].Cost, ledger.IntercompanyIncome: &at[k].Income,
			ledger.IntercompanyPayable: &at[k].Payable, ledger.IntercompanyReceivable: &at[k].Receivable}[s.Ledger]
		*into = into.Add(s.Amount)
	}
	out := make([]Eliminated, 0, len(at))
	for _, e := range at {
		out = append(out, *e)
	}
	slices.SortFunc(out, func(a, b Eliminated) int {
		return cmp.Or(b.Month.Compare(a.Month), cmp.Compare(a.Document, b.Document), cmp.Compare(a.Currency, b.Currency))
	})
	return out
}
