package scenario

import (
	"flag"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/payments"
	"ratable/usage"
)

var (
	seed = flag.Int64("seed", 0, "live only the contract life of this seed, and tell it")
	from = flag.Int64("lives-from", 1, "first seed of the contract lives")
	many = flag.Int64("lives", 24, "how many contract lives")
)

// Whatever is agreed and happens to a contract, and in whatever order: after the
// run of a day the books hold what the facts of that day say is owed, and the run
// after it finds nothing to do. At the end everything billed is earned. Nobody
// wrote these lives down, so nobody bent them to what the program can do. A seed
// is a life, the same one every time; a thousand of them are lived by
//
//	go test ./scenario -run EveryLife -lives 1000
func TestInEveryLifeOfAContractTheBooksHoldWhatIsOwedEveryDay(t *testing.T) {
	if *seed != 0 {
		l := newLife(t, *seed)
		err := l.live()
		t.Logf("the life of seed %d:\n%s", *seed, l.story())
		if err != nil {
			t.Errorf("seed %d: %v", *seed, err)
		}
		return
	}
	for seed := *from; seed < *from+*many; seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			l := newLife(t, seed)
			if err := l.live(); err != nil {
				t.Errorf("seed %d: %v\n\nwhat happened until then (again: go test ./scenario -run EveryLife -v -seed %d):\n%s", seed, err, seed, l.story())
			}
		})
	}
}

// life is one contract under way, told as it goes.
type life struct {
	*playing
	draw
	family     *account
	amendments int
	today      period.Date
	news       bool // something happened today that may change what is owed
	billed     bool // the run of today issued something
	everyDay   bool // look at every day, not only at those on which something can come due
	paid       map[string]bool
	events     int
	told       []string
	deeds      []deed          // what happened, to live it again
	rates      []entities.Rate // where all is in a foreign currency
}

func newLife(t *testing.T, seed int64) *life {
	t.Helper()
	l := &life{draw: newDraw(seed)}
	l.begin(t, seed, l.scenario())
	l.everyDay = l.oneIn(6)
	return l
}

// begin reads the world of a life. The family is that of the first contract.
func (l *life) begin(t *testing.T, seed int64, source string) {
	t.Helper()
	s, err := Parse([]byte(source))
	if err != nil {
		t.Fatalf("seed %d draws what cannot be read:\n%v\n%s", seed, err, source)
	}
	l.playing, l.today, l.paid = newPlaying(s), s.From, map[string]bool{}
	l.family = l.accounts[slices.IndexFunc(l.accounts, func(a *account) bool { return len(a.Agreements) > 0 })]
	l.tell("is agreed:\n%s", indented(source, "    "))
}

func (l *life) agreement() contracts.Agreement { return l.family.Agreements[0] }

func (l *life) tell(format string, args ...any) {
	l.told = append(l.told, fmt.Sprintf("%s  ", l.today)+fmt.Sprintf(format, args...))
}

func (l *life) story() string { return strings.Join(l.told, "\n") }

// live plays every day, and gives the first thing that is wrong.
func (l *life) live() (wrong error) {
	defer func() {
		if p := recover(); p != nil {
			wrong = fmt.Errorf("on %s the program panics: %v\n%s", l.today, p, debug.Stack())
		}
	}()
	for ; !l.today.After(l.over()); l.today = l.today.AddDays(1) {
		if err := l.liveDay(); err != nil {
			return fmt.Errorf("on %s %w", l.today, err)
		}
	}
	if err := l.recognizeAll(period.NewDate(2032, 1, 1)); err != nil {
		return fmt.Errorf("after the end %w", err)
	}
	for _, holds := range []func() error{l.receivable, l.balanced, l.caughtUp, l.earned, l.reported} {
		if err := holds(); err != nil {
			return fmt.Errorf("after the end %w", err)
		}
	}
	return nil
}

// over is the last day on which anything can be billed: a document may name one
// long after the contract's end.
func (l *life) over() period.Date {
	last := l.s.Through
	for on := range l.family.days {
		last = period.MaxDate(last, on)
	}
	return last
}

// liveDay does what Play does in a day, in the same order, and looks at the books.
func (l *life) liveDay() error {
	l.news, l.billed = false, false
	for _, step := range []func() error{
		l.use, l.useLate, l.renewPerhaps, l.amendPerhaps, l.deliverPerhaps,
		func() error { return l.recognize(l.today, false) },
		l.monthly,
		l.pay, l.voidPerhaps, l.creditPerhaps,
		l.settleDay,
		l.closeMonths,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// settleDay bills the day. Where nothing can have changed it looks only now and
// then: the facts are those of the day before.
func (l *life) settleDay() error {
	if !l.everyDay && !l.news && !l.family.changed && !l.family.days[l.today] && !l.oneIn(15) {
		return nil
	}
	for _, step := range []func() error{l.priced, l.run, l.owed, l.runAgain, l.credited} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// monthly looks at the reports when a month has been recognized.
func (l *life) monthly() error {
	if l.today.Day() != 1 || l.today == lifeBegins {
		return nil
	}
	for _, holds := range []func() error{l.receivable, l.balanced, l.reported} {
		if err := holds(); err != nil {
			return err
		}
	}
	return nil
}

// What happens to the contract.

func (l *life) use() error {
	if l.today.After(lastFact) {
		return nil
	}
	if l.oneIn(5) {
		l.count(l.today, l.between(1, 400))
	}
	if l.oneIn(8) {
		l.single("storage", l.today)
	}
	if l.oneIn(8) {
		l.single("payments", l.today)
	}
	return nil
}

// useLate learns of usage of days gone by, or takes some of it back.
func (l *life) useLate() error {
	if l.today.After(lastFact) || !l.oneIn(30) {
		return nil
	}
	on := period.MaxDate(lifeBegins, l.today.AddDays(-l.between(1, 90)))
	l.does(learning, "", func(p *playing) error { p.byID[l.family.Account].changed = true; return nil })
	if l.news = true; l.oneIn(3) {
		l.single(one(l.draw, "storage", "payments"), on)
		return nil
	}
	l.count(on, l.between(-100, 400))
	return nil
}

// count adds calls up, as the usage of a day is kept.
func (l *life) count(on period.Date, calls int) {
	key := usage.Key{Customer: l.user(), Meter: "calls"}
	region := one(l.draw, "", "eu", "us", "apac")
	dimensions := map[string]string{}
	if region != "" {
		dimensions["region"] = region
	}
	l.does(learning, "", func(p *playing) error {
		p.byID[l.family.Account].Usage.AddEvents(key, dimensions, on, decimal.NewFromInt(int64(calls)), 1)
		return nil
	})
	l.learned(on, fmt.Sprintf("%d calls (%s) of customer %d", calls, region, key.Customer))
}

// single keeps an event by itself.
func (l *life) single(code string, on period.Date) {
	meter, _ := l.s.world.Catalog.Meter(code)
	l.events++
	o := usage.Occurrence{
		Customer: l.user(), Day: on, At: on.Time(time.UTC).Add(time.Duration(l.Intn(86400)) * time.Second), ID: fmt.Sprintf("%06d", l.events),
		Quantity: decimal.NewFromInt(int64(l.between(0, 150))), Dimensions: map[string]string{"who": one(l.draw, "ann", "bob", "cyd", "dee")},
	}
	l.does(learning, "", func(p *playing) error {
		p.byID[l.family.Account].Usage.Record(meter, o)
		return nil
	})
	l.learned(on, fmt.Sprintf("%s of %s (%s) of customer %d", o.Quantity, code, o.Dimensions["who"], o.Customer))
}

// user is who used it: mostly the customer, now and then another of the family.
func (l *life) user() customers.ID {
	agreed := l.agreement()
	return one(l.draw, agreed.Customer, agreed.Customer, agreed.Customer, agreed.Users["branch"])
}

func (l *life) learned(on period.Date, what string) {
	if on == l.today {
		l.tell("%s are used", what)
	} else {
		l.tell("%s of %s become known", what, on)
	}
}

// pay pays an open invoice, every other time in part. What was paid and then
// credited is open below nothing: that is nothing to pay.
func (l *life) pay() error {
	open := slices.DeleteFunc(l.openInvoices(l.family), func(x payments.OpenInvoice) bool { return x.Open.Sign() < 0 })
	if len(open) == 0 || !l.oneIn(20) {
		return nil
	}
	x := one(l.draw, open...)
	amount := x.Open
	if l.oneIn(2) {
		amount = money.Of(1+l.Int63n(x.Open.Minor()), x.Open.Currency())
	}
	l.tell("%s of %s is paid on %s", amount, x.Open, x.Number)
	l.paid[x.Number] = true
	on := l.today
	if err := l.does(settling, x.Number, func(p *playing) error { return p.receive(on, payment{x.Entity, x.Payer, x.Account, amount, x.Number}) }); err != nil {
		return fmt.Errorf("the payment on %s is refused: %w", x.Number, err)
	}
	return nil
}

// voidPerhaps takes back an invoice that may be: nothing paid, nothing built on it.
func (l *life) voidPerhaps() error {
	if len(l.family.documents) == 0 || !l.oneIn(60) {
		return nil
	}
	d := one(l.draw, l.family.documents...)
	if d.Voidable(l.book.open[d.Number]) != nil || d.Free(standing(l.family.documents)) != nil {
		return nil
	}
	l.tell("%s is voided", d.Number)
	l.news = true
	on := l.today
	if err := l.does(settling, "", func(p *playing) error { return p.void(on, voiding{d.Number, "drawn", false}) }); err != nil {
		return fmt.Errorf("%s cannot be voided: %w", d.Number, err)
	}
	return nil
}

// closeMonths closes, on most 20ths, every month that is over.
func (l *life) closeMonths() error {
	if l.today.Day() != 20 || !l.today.After(lifeBegins.AddDays(20)) || l.oneIn(4) {
		return nil
	}
	entity := l.agreement().Entity
	month := l.book.firstMonth(entity, l.today.MonthOf().Prev())
	if closed := l.months.ClosedThrough(entity); !closed.IsZero() {
		month = closed.Next()
	}
	for ; month.Before(l.today.MonthOf()); month = month.Next() {
		on, over := l.today, closure{entity, month, false}
		if err := l.does(closes, "", func(p *playing) error { return p.close(on, over) }); err != nil {
			return err
		}
		l.tell("%s is closed", month)
	}
	return nil
}

// What must hold.

// run bills the day, and asks that there was a reason to.
func (l *life) run() error {
	made, err := l.bill()
	if err != nil {
		return err
	}
	for _, d := range made {
		if err := printed(d, l.agreement().Currency); err != nil {
			return err
		}
	}
	l.billed = len(made) > 0
	if !l.billed || l.news {
		return nil
	}
	if !l.family.days[l.today] {
		return fmt.Errorf("%s is issued on a day on which Play would not have looked", made[0].Number)
	}
	pieces, err := l.charges()
	if err != nil {
		return err
	}
	for _, p := range pieces {
		if p.BillOn == l.today {
			return nil
		}
	}
	if l.today == l.agreement().LateUsageEnds() {
		return nil // what waited for a regular invoice that does not come
	}
	return fmt.Errorf("%s is issued though nothing came due and nothing new is known", made[0].Number)
}

// runAgain runs the same day once more. Where the first run had nothing to do the
// second would look at the very same facts, so it is spared.
func (l *life) runAgain() error {
	if !l.billed {
		return nil
	}
	made, err := l.bill()
	if err != nil {
		return fmt.Errorf("the second run fails: %w", err)
	}
	if len(made) > 0 {
		return fmt.Errorf("the second run issues %s: the first did not settle what is owed", made[0].Number)
	}
	return nil
}

// bill runs invoicing as of today, and tells what it issues.
func (l *life) bill() ([]invoicing.Issued, error) {
	before := len(l.family.documents)
	err := l.invoice(l.today, true)
	made := l.family.documents[before:]
	for _, d := range made {
		l.tell("%s is issued, %s of %s:", d.Number, d.Kind, d.Total)
		for _, line := range d.Lines {
			corrects := ""
			if line.Corrects != nil {
				corrects = fmt.Sprintf(", corrects %s line %d", line.Corrects.Document, line.Corrects.Line)
			}
			l.told = append(l.told, fmt.Sprintf("    %s %s of %s: %s%s", line.Line, line.Kind, line.Span, line.Amount, corrects))
		}
	}
	return made, err
}

func (l *life) charges() ([]contracts.Piece, error) {
	return contracts.Charges(l.agreement(), l.s.world.Catalog, l.family.Usage, l.today)
}

// owed holds what stands billed against what should, by line and kind of charge.
func (l *life) owed() error {
	pieces, err := l.charges()
	if err != nil {
		return err
	}
	type column struct{ line, kind string }
	owed, booked := map[column]money.Amount{}, map[column]money.Amount{}
	stood := l.family.Standing.Of(int64(l.agreement().Contract))
	for _, p := range invoicing.Asked(pieces, stood, l.today) {
		c := column{p.Line, string(p.Kind)}
		owed[c] = owed[c].Add(p.Amount)
	}
	for _, s := range stood {
		c := column{s.Line, s.Kind}
		booked[c], owed[c] = booked[c].Add(s.Amount), owed[c].Add(money.Zero(s.Amount.Currency()))
	}
	for _, w := range invoicing.StandingOver(l.agreement(), pieces, stood, l.today) {
		c := column{w.Piece.Line, string(w.Piece.Kind)}
		owed[c] = owed[c].Sub(w.Delta())
	}
	for c, amount := range owed {
		if !amount.Sub(booked[c]).IsZero() {
			return fmt.Errorf("line %s, %s: %s is owed after the run, %s is booked", c.line, c.kind, amount, booked[c])
		}
	}
	return nil
}

// credited asks that no line was credited below nothing.
func (l *life) credited() error {
	if !l.billed {
		return nil
	}
	for _, o := range originals(l.family.documents) {
		if o.Left().Sign() < 0 || o.Credited.Sign() < 0 {
			return fmt.Errorf("%s line %d: %s is credited of %s", o.Document, o.Line, o.Credited, o.Amount)
		}
	}
	return nil
}
