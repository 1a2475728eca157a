package subledger

import (
	"fmt"
	"slices"
	"strings"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
)

// document is an invoice as it stands. Open and left are in its own currency, everything else in the functional one, at the
// rate of the day it was issued: what is deferred is no money, and keeps it (830-10-45-18).
type document struct {
	name     string
	currency money.Currency
	policy   ledger.Policy
	lines    []*line
	passed   money.Amount  // collected for others
	open     money.Amount  // not paid
	carrying money.Amount  // what stands as receivable for it
	left     money.Amount  // not taken back
	parked   money.Amount  // withdrawn, not decided
	pending  money.Amount  // on its way
	lost     ledger.Share  // written off
	lostOpen money.Amount  // of it, what was not recovered, in its own currency
	lostBy   ledger.Policy // by which it was
	heldBy   ledger.Policy // by which money was withdrawn
	usage    string        // a meter's, when it bills usage
	metered  bool
	agent    bool // what was collected for others is a supplier's
}

// line is a part of a document that is earned in one way.
type line struct {
	key      string
	document string
	policy   ledger.Policy
	net, tax money.Amount // what is left of it
	taken    money.Amount // of what was earned, taken back
	parts    []revrec.Portion
	points   []point
	account  ledger.Account
	billed   period.Date // zero: not yet
	earning  Earning
	expires  period.Date // of what is earned on fulfilment
	pack     *pack
	running  *ledger.Running // of usage: what was billed ahead
}

// point is what was earned at once.
type point struct {
	on, booked period.Date
	amount     money.Amount
	entered    bool // with the entry of its document
}

// earned is what was earned on the days before one; what is earned at once counts on its day.
func (l *line) earned(on period.Date) money.Amount {
	sum := l.net.Sub(l.net).Add(revrec.Standing(l.parts, on))
	for _, p := range l.points {
		if !p.on.After(on) {
			sum = sum.Add(p.amount)
		}
	}
	return sum.Sub(l.taken)
}

// share is where the line stands on a day.
func (l *line) share(on period.Date) ledger.Share {
	r := l.earned(on)
	if l.running != nil {
		r = l.net.Sub(l.running.Deferred)
		if r.Sign() < 0 {
			r = r.Sub(r)
		}
	}
	return ledger.Share{Recognized: r, Deferred: l.net.Sub(r), Tax: l.tax}
}

// take takes a share off: what is left is earned over the rest of its service.
func (l *line) take(on period.Date, s ledger.Share) {
	rest := l.share(on).Deferred.Sub(s.Deferred)
	l.net, l.tax, l.taken = l.net.Sub(s.Net()), l.tax.Sub(s.Tax), l.taken.Add(s.Recognized)
	switch {
	case l.running != nil:
		l.running.Deferred = l.running.Deferred.Sub(s.Deferred)
	case l.pack != nil:
		l.pack.amount = l.pack.amount.Sub(s.Deferred)
	case l.earning == OverTime:
		l.parts = revrec.Respread(l.parts, on, rest)
	}
}

// before is what was booked as earned before the line was billed: at the end of months, so far.
func (l *line) before(on period.Date) money.Amount {
	sum := l.net.Sub(l.net)
	for _, p := range l.parts {
		if p.Period.Span.Last().Before(on) {
			sum = sum.Add(p.Amount)
		}
	}
	return sum
}

// document finds what a fact is about.
func (b *book) document(e event) (*document, error) {
	if e.Document == "" && len(b.names) != 1 {
		return nil, wrong("document", "", "must say which of %d documents is meant: %s", len(b.names), strings.Join(b.names[:min(len(b.names), 5)], ", "))
	}
	name := e.Document
	if name == "" {
		name = b.names[0]
	}
	d := b.documents[name]
	switch {
	case d == nil:
		return nil, wrong("document", name, "is no document there is on %s: bring the invoice first, or write its number as it was issued", e.On)
	case e.Amount.Currency() != "" && e.Amount.Currency() != d.currency:
		return nil, wrong("amount", string(e.Amount.Currency()), "is in another currency than %s, which is in %s", name, d.currency)
	}
	return d, nil
}

// add takes a document up under its name; without one it is named after its place.
func (b *book) add(e event, d *document) error {
	if d.name = e.Document; d.name == "" {
		d.name = fmt.Sprintf("document %d", len(b.names)+1)
	}
	if b.documents[d.name] != nil {
		return wrong("document", d.name, "was issued already: a number is used once; credit or void it instead")
	}
	for _, m := range []*money.Amount{&d.open, &d.left, &d.parked, &d.pending, &d.lostOpen} {
		*m = m.Add(money.Zero(d.currency))
	}
	d.carrying, d.passed = b.zero().Add(d.carrying), b.zero().Add(d.passed)
	d.lost = ledger.Share{Recognized: b.zero(), Deferred: b.zero(), Tax: b.zero()}
	b.documents[d.name], b.names = d, append(b.names, d.name)
	return nil
}

// shares are where the lines of a document stand.
func (d *document) shares(on period.Date) []ledger.Share {
	out := make([]ledger.Share, len(d.lines))
	for i, l := range d.lines {
		out[i] = l.share(on)
	}
	return out
}

// worth is what is left of a document in the functional currency.
func (d *document) worth(on period.Date) money.Amount {
	return ledger.Sums(d.shares(on)).Gross().Add(d.passed)
}

// portion is that part of a functional amount which an amount in the document's currency is of a whole.
func portion(of, part, whole money.Amount) money.Amount {
	if part == whole || whole.IsZero() {
		return of
	}
	return money.SpreadToExact(of, part.Exact(), whole.Exact())
}

// relieve takes an amount off what is open, and says what stood as receivable for it.
func (d *document) relieve(amount money.Amount) money.Amount {
	out := portion(d.carrying, amount, d.open)
	d.open, d.carrying = d.open.Sub(amount), d.carrying.Sub(out)
	return out
}

// at replaces what is booked on an account by what stands there; the difference is of exchange.
func (b *book) at(list []ledger.Posting, account ledger.Account, amount money.Amount) []ledger.Posting {
	i := slices.IndexFunc(list, func(p ledger.Posting) bool { return p.Account == account })
	if i >= 0 {
		list[i].Amount = amount
	} else {
		list = append(list, ledger.Debit(account, amount))
	}
	return ledger.Exchange(list, b.Currency)
}
