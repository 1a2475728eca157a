package ledger

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
)

// life is a drawn history of one account in several currencies, kept in memory, with a naive second set of books in
// exact fractions beside it.
type life struct {
	t        *rapid.T
	account  customers.AccountID
	seller   entities.Entity
	rates    *entities.Rates
	c        *Converter
	on       period.Date
	entries  []Entry
	steps    []step
	balances map[balanceOf]int64 // in the entry's currency: what may still be paid, earned, credited

	layers map[lineOf][]naive // advances, first in first out
	spot   *big.Rat           // cash, tax and income in dollars, by hand; what is missing to nothing are differences of exchange
	earned map[lineOf]*big.Rat
	count  int64

	books bool // now and then a fact is booked in one book alone
	book  Book
}

// step is an entry that was appended, or the remeasurement of a month.
type step struct {
	entry Entry
	month period.Month
}

type balanceOf struct {
	currency money.Currency
	account  Account
	of       string // a document or a line
}

type lineOf struct {
	currency money.Currency
	line     string
}

type naive struct{ minor, rate *big.Rat }

func newLife(t *rapid.T, account customers.AccountID, seller entities.Entity) *life {
	rates := entities.NewRates(published)
	return &life{t: t, account: account, seller: seller, rates: rates, c: NewConverter(entities.NewDirectory([]entities.Entity{seller}), rates), on: day("2025-11-20"),
		balances: map[balanceOf]int64{}, layers: map[lineOf][]naive{}, spot: new(big.Rat), earned: map[lineOf]*big.Rat{}}
}

// rate is dollars in cents for one minor unit, from the figures published.
func (l *life) rate(c money.Currency) *big.Rat {
	last := func(base, quote money.Currency) *big.Rat {
		var out *big.Rat
		for _, r := range published {
			if r.Base == base && r.Quote == quote && !r.On.After(l.on) {
				out = r.Rate.Rat()
			}
		}
		return out
	}
	switch c {
	case "USD":
		return big.NewRat(1, 1)
	case "JPY": // no decimals
		x := new(big.Rat).Quo(last("EUR", "USD"), last("EUR", "JPY"))
		return x.Mul(x, big.NewRat(100, 1))
	case "KWD": // three
		return new(big.Rat).Mul(last(c, "USD"), big.NewRat(1, 10))
	}
	return last(c, "USD")
}

func (l *life) worth(c money.Currency, minor int64) *big.Rat {
	return new(big.Rat).Mul(l.rate(c), big.NewRat(minor, 1))
}

// append books postings in memory and, by hand, in the naive books.
func (l *life) append(c money.Currency, what string, postings ...Posting) {
	e := Entry{Account: l.account, Seq: int64(len(l.entries) + 1), Entity: l.seller.ID, Source: fmt.Sprintf("%s:%d", what, len(l.entries)), BookedOn: l.on, Currency: c, Memo: what, Book: l.book}
	for _, p := range postings {
		if !p.Amount.IsZero() {
			e.Postings = append(e.Postings, p)
		}
	}
	if len(e.Postings) == 0 {
		return
	}
	l.steps = append(l.steps, step{entry: e})
	got, err := l.c.Convert(e)
	if err != nil {
		l.t.Fatal(err)
	}
	l.entries = append(l.entries, got)
	l.count += int64(len(got.Postings))
	if l.book != "" {
		return // the naive books are those that all share
	}
	for _, p := range e.Postings {
		of := p.Document
		if p.Line != "" {
			of = p.Line
		}
		l.balances[balanceOf{c, p.Account, of}] += p.Amount.Minor()
		switch p.Account {
		case Cash, TaxLiability:
			l.spot.Add(l.spot, l.worth(c, p.Amount.Minor()))
		case DeferredRevenue:
			if p.Amount.Sign() < 0 {
				k := lineOf{c, p.Line}
				l.layers[k] = append(l.layers[k], naive{big.NewRat(-p.Amount.Minor(), 1), l.rate(c)})
			}
		}
	}
}

// use takes an advance by hand, first in first out.
func (l *life) use(c money.Currency, line string, minor int64) *big.Rat {
	worth, want := new(big.Rat), big.NewRat(minor, 1)
	for k := (lineOf{c, line}); want.Sign() > 0; {
		first := &l.layers[k][0]
		part := new(big.Rat).Set(want)
		if first.minor.Cmp(part) < 0 {
			part.Set(first.minor)
		}
		worth.Add(worth, new(big.Rat).Mul(part, first.rate))
		want.Sub(want, part)
		if first.minor = new(big.Rat).Sub(first.minor, part); first.minor.Sign() == 0 {
			l.layers[k] = l.layers[k][1:]
		}
	}
	return worth
}

// earn is income by hand: credit positive.
func (l *life) earn(c money.Currency, line string, worth *big.Rat) {
	k := lineOf{c, line}
	if l.earned[k] == nil {
		l.earned[k] = new(big.Rat)
	}
	l.earned[k].Add(l.earned[k], worth)
	l.spot.Sub(l.spot, worth)
}

// remeasure ends months that are over.
func (l *life) remeasure(m period.Month) {
	got, err := l.c.Remeasure(l.account, l.seller, m, int64(len(l.entries)+1), l.entries)
	if err != nil {
		l.t.Fatal(err)
	}
	l.entries = append(l.entries, got...)
	l.steps = append(l.steps, step{month: m})
	again, err := l.c.Remeasure(l.account, l.seller, m, int64(len(l.entries)+1), l.entries)
	if err != nil || len(again) > 0 {
		l.t.Fatalf("remeasured %s again: %v, %v", m, again, err)
	}
	for _, e := range got {
		l.count += int64(len(e.Postings))
	}
}

// pass lets days go by; a month that ends is remeasured.
func (l *life) pass(days int) {
	for range days {
		if next := l.on.AddDays(1); next.Day() == 1 {
			l.remeasure(l.on.MonthOf())
		}
		l.on = l.on.AddDays(1)
	}
}

func (l *life) amount(c money.Currency, minor int64) money.Amount { return money.Of(minor, c) }

// some is a part of a balance, all of it now and then.
func (l *life) some(minor int64) int64 {
	if minor <= 0 || rapid.IntRange(0, 3).Draw(l.t, "all") == 0 {
		return max(minor, 0)
	}
	return rapid.Int64Range(1, minor).Draw(l.t, "part")
}

func (l *life) open(c money.Currency, a Account) []string {
	var out []string
	for k, minor := range l.balances {
		if k.currency == c && k.account == a && minor != 0 {
			out = append(out, k.of)
		}
	}
	slices.Sort(out)
	return out
}

// happen draws one fact.
func (l *life) happen() {
	c := rapid.SampledFrom([]money.Currency{"EUR", "JPY", "KWD", "USD"}).Draw(l.t, "currency")
	line := rapid.SampledFrom([]string{"seats", "api"}).Draw(l.t, "line")
	document := fmt.Sprint("INV-", len(l.entries))
	net := rapid.Int64Range(1, 500_000).Draw(l.t, "net")
	tax := rapid.Int64Range(0, net/5).Draw(l.t, "tax")
	facts := 5
	if l.books {
		facts = 6
	}
	switch rapid.IntRange(0, facts).Draw(l.t, "fact") {
	case 0: // billed in advance
		l.append(c, "invoice", about(Debit(AccountsReceivable, l.amount(c, net+tax)), "", document), about(Credit(TaxLiability, l.amount(c, tax)), "", document),
			about(Credit(DeferredRevenue, l.amount(c, net)), line, document))
	case 1: // earned in arrears
		l.earn(c, line, l.worth(c, net))
		l.append(c, "usage", about(Debit(UnbilledReceivable, l.amount(c, net)), line, ""), about(Credit(Revenue, l.amount(c, net)), line, ""))
	case 2: // what was earned is billed
		part := l.some(l.balances[balanceOf{c, UnbilledReceivable, line}])
		l.append(c, "invoice", about(Debit(AccountsReceivable, l.amount(c, part)), "", document), about(Credit(UnbilledReceivable, l.amount(c, part)), line, document))
	case 3:
		l.recognize(c, line, l.some(-l.balances[balanceOf{c, DeferredRevenue, line}]))
	case 4:
		l.pay(c, rapid.Int64Range(1, 600_000).Draw(l.t, "paid"))
	case 6: // something the rules of a book want: more earned, less deferred, and some of it taken back
		l.book = rapid.SampledFrom([]Book{USGAAP, IFRS}).Draw(l.t, "book")
		l.append(c, "rule", about(Debit(ContractAsset, l.amount(c, net)), line, ""), about(Credit(DeferredRevenue, l.amount(c, tax)), line, ""), about(Credit(Revenue, l.amount(c, net-tax)), line, ""))
		l.pass(rapid.IntRange(0, 20).Draw(l.t, "days"))
		part := l.some(net)
		l.append(c, "rule", about(Credit(ContractAsset, l.amount(c, part)), line, ""), about(Debit(Revenue, l.amount(c, part)), line, ""))
		l.book = ""
	case 5: // a credit note on what is not earned yet
		if open := l.open(c, AccountsReceivable); len(open) > 0 {
			document := open[0]
			part := min(l.some(-l.balances[balanceOf{c, DeferredRevenue, line}]), l.balances[balanceOf{c, AccountsReceivable, document}])
			if part > 0 {
				l.use(c, line, part)
				l.append(c, "credit_note", about(Credit(AccountsReceivable, l.amount(c, part)), "", document), about(Debit(DeferredRevenue, l.amount(c, part)), line, document))
			}
		}
	}
}

func (l *life) recognize(c money.Currency, line string, part int64) {
	if part > 0 {
		l.earn(c, line, l.use(c, line, part))
		l.append(c, "revenue", about(Debit(DeferredRevenue, l.amount(c, part)), line, ""), about(Credit(Revenue, l.amount(c, part)), line, ""))
	}
}

// pay brings cash: on what is open, the rest stays with the customer.
func (l *life) pay(c money.Currency, minor int64) {
	postings := []Posting{about(Debit(Cash, l.amount(c, minor)), "", "R-1")}
	for _, document := range l.open(c, AccountsReceivable) {
		part := min(minor, l.balances[balanceOf{c, AccountsReceivable, document}])
		postings = append(postings, about(Credit(AccountsReceivable, l.amount(c, part)), "", document))
		minor -= max(part, 0)
		if minor == 0 {
			break
		}
	}
	l.append(c, "receipt", append(postings, about(Credit(CustomerBalance, l.amount(c, minor)), "", "R-1"))...)
}

// settle brings everything to nothing: earned, billed, paid, refunded.
func (l *life) settle() {
	for _, c := range []money.Currency{"EUR", "JPY", "KWD", "USD"} {
		for _, line := range []string{"seats", "api"} {
			l.recognize(c, line, -l.balances[balanceOf{c, DeferredRevenue, line}])
			rest := l.balances[balanceOf{c, UnbilledReceivable, line}]
			l.append(c, "invoice", about(Debit(AccountsReceivable, l.amount(c, rest)), "", "LAST-"+line), about(Credit(UnbilledReceivable, l.amount(c, rest)), line, "LAST-"+line))
		}
		for _, document := range l.open(c, AccountsReceivable) {
			rest := l.balances[balanceOf{c, AccountsReceivable, document}]
			l.append(c, "receipt", about(Debit(Cash, l.amount(c, rest)), "", "R-2"), about(Credit(AccountsReceivable, l.amount(c, rest)), "", document))
		}
		held := -l.balances[balanceOf{c, CustomerBalance, "R-1"}]
		l.append(c, "application", about(Debit(CustomerBalance, l.amount(c, held)), "", "R-1"), about(Credit(Cash, l.amount(c, held)), "", "R-1"))
	}
}

// check holds what every moment must keep.
func (l *life) check() {
	for _, b := range []Book{USGAAP, IFRS} {
		l.checkBook(b)
	}
}

func (l *life) checkBook(b Book) {
	stands := map[Item][2]int64{}
	for _, e := range l.entries {
		if !b.Shows(e.Book) {
			continue
		}
		sum := money.Zero("USD")
		for _, p := range e.Postings {
			sum = sum.Add(p.Functional)
			k := itemOf(e, p)
			stands[k] = [2]int64{stands[k][0] + p.Amount.Minor(), stands[k][1] + p.Functional.Minor()}
		}
		if !sum.IsZero() {
			l.t.Fatalf("%s does not balance in dollars: %s", e.Source, sum)
		}
	}
	for k, s := range stands {
		if measures[k.Account] != atSpot && s[0] == 0 && s[1] != 0 {
			l.t.Fatalf("nothing is left of %+v, and it stands at %d cents", k, s[1])
		}
	}
}

func drawLife(t *rapid.T, account customers.AccountID, seller entities.Entity, books bool) *life {
	l := newLife(t, account, seller)
	l.books = books
	for range rapid.IntRange(3, 25).Draw(t, "facts") {
		l.pass(rapid.IntRange(0, 20).Draw(t, "days"))
		l.happen()
		l.check()
	}
	l.pass(3)
	l.settle()
	l.check()
	l.pass(31)
	return l
}

// Over any life everything that was gained or lost on exchange, and everything earned, is what a naive book in fractions
// says: cash and tax at the rates of their days, income at those of its advances or of its days.
func TestGainsAndLossesOnExchangeAreThoseOfANaiveBook(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawLife(t, 1, entities.Entity{ID: 1, Code: "rus", Currency: "USD"}, false)
		gained, earned := new(big.Rat), map[lineOf]*big.Rat{}
		for _, e := range l.entries {
			for _, p := range e.Postings {
				minor := big.NewRat(p.Functional.Minor(), 1)
				switch p.Account {
				case FxGain, FxLoss:
					gained.Sub(gained, minor)
				case Revenue:
					k := lineOf{e.Currency, p.Line}
					if earned[k] == nil {
						earned[k] = new(big.Rat)
					}
					earned[k].Sub(earned[k], minor)
				}
			}
		}
		near := func(what string, got, want *big.Rat) {
			// Each posting is rounded once: to half a cent, or a whole one where cents are handed out.
			if d := new(big.Rat).Sub(got, want); d.Abs(d).Cmp(big.NewRat(l.count, 1)) > 0 {
				t.Fatalf("%s is %s cents, the naive book says %s (%d postings)", what, got.FloatString(2), want.FloatString(2), l.count)
			}
		}
		near("the gain on exchange", gained, l.spot)
		for k, want := range l.earned {
			near(fmt.Sprintf("revenue of %v", k), earned[k], want)
		}
		if left := l.c.Of(1).Carried(""); len(left) > 0 {
			t.Fatalf("something is left when everything is settled: %+v", left)
		}
	})
}

// Appended to a database, in batches of any size, the same life has the same amounts, and its months' ends too.
func TestTheDatabaseConvertsAsMemoryDoes(t *testing.T) {
	b := openBook(t)
	account := customers.AccountID(0)
	rapid.Check(t, func(t *rapid.T) {
		account++
		l := drawLife(t, account, entities.Entity{ID: b.rus, Code: "rus", Currency: "USD"}, true)
		var batch []Entry
		flush := func() {
			if err := b.try(batch...); err != nil {
				t.Fatal(err)
			}
			batch = nil
		}
		for _, s := range l.steps {
			if s.month.IsZero() {
				if batch = append(batch, s.entry); rapid.Bool().Draw(t, "flush") {
					flush()
				}
				continue
			}
			flush()
			for _, want := range []bool{true, false} {
				done, err := RemeasureMonth(ctx, b.db, b.rus, s.month, anna)
				if err != nil {
					t.Fatal(err)
				}
				if !want && done.Entries > 0 {
					t.Fatalf("remeasured %s again: %+v", s.month, done)
				}
			}
		}
		flush()
		var got []Entry
		for _, book := range []Book{USGAAP, IFRS} {
			page, err := EntriesPage(ctx, b.db, EntryFilter{Account: account, Limit: 500, Book: book})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page {
				if !book.Shows(r.Book) {
					t.Fatalf("an entry of book %s shows in %s", r.Book, book)
				}
				if r.Book != "" || book == Primary {
					got = append(got, r.Entry)
				}
			}
		}
		slices.SortFunc(got, func(a, b Entry) int { return int(a.Seq - b.Seq) })
		want := slices.Clone(l.entries)
		for i := range want { // who adjusts is not told again
			want[i].Adjusting = false
		}
		for i := range got {
			got[i].Adjusting = false
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("memory (-) and database (+) differ:\n%s", diff)
		}
		for _, f := range []Filter{{Functional: true}, {Functional: true, Book: IFRS}, {}, {Book: IFRS}} {
			trial, err := TrialBalance(ctx, b.db, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, sum := range trial.Totals() {
				if !sum.Closing.IsZero() || f.Functional && sum.Currency != "USD" {
					t.Fatalf("the trial balance of %+v comes to %s %s", f, sum.Closing, sum.Currency)
				}
			}
			if f.Functional {
				explained(t, b, f, trial)
			}
		}
	})
}

// explained holds the report of what exchange rates gained and lost against the trial balance, and each of its lines to
// what it arose on.
func explained(t *rapid.T, b book, f Filter, trial Trial) {
	found, err := Differences(ctx, b.db, f)
	if err != nil {
		t.Fatal(err)
	}
	sum := money.Zero("USD")
	for _, d := range found {
		sum = sum.Add(d.Realized).Add(d.Unrealized)
		if measures[d.Account] != monetary && measures[d.Account] != historic {
			t.Fatalf("a difference arose on %s: %+v", d.Account, d)
		}
	}
	if want := trial.Row(FxGain, "USD").Closing.Add(trial.Row(FxLoss, "USD").Closing).Neg(); sum != want {
		t.Fatalf("differences come to %s, the trial balance says %s", sum, want)
	}
}
