package scenario

import (
	"fmt"
	"runtime/debug"
	"strings"
	"testing"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/payments"
	"ratable/revrec"
)

// history is a life in which, beside what is agreed, used, billed and paid, accountants have their say: judgments, journals by
// hand, invoices given up, payments withdrawn, months closed softly, for good and opened again; half of them are booked by a
// company that has another currency, and beside a second customer who pays in a third. What the invariants say is looked at
// at the end of each month and of the history; the first breach of each is kept.
type history struct {
	*life
	other    *account             // the second customer
	judged   []revrec.Assessment  // that were taken
	locked   map[period.Month]int // closed months, with how many entries there were
	journals int64
	detours  []int         // places of the deeds that were detours
	broken   map[int]error // by number of the invariant
	checks   map[int]int   // how often each had something to look at
}

const second = `  - contract: C-2
    entity: us
    customer: other
    currency: EUR
    term: {from: 2026-02-03, through: 2027-01-31}
    lines:
      - {id: seats, product: platform, fixed: {quantity: 3, unit_price: 33.35, every: quarter}}
      - {id: help, product: support, fixed: {quantity: 1, unit_price: 10.01, every: month, in: arrears}}
`

func newHistory(t *testing.T, seed int64) *history {
	t.Helper()
	h := &history{life: &life{draw: newDraw(seed)}, locked: map[period.Month]int{}, broken: map[int]error{}, checks: map[int]int{}}
	source := h.scenario()
	several := h.oneIn(2)
	if several {
		source = strings.Replace(source, "catalog:\n", "  - {id: other, name: Other, country: DE, city: Berlin, postcode: \"10119\"}\ncatalog:\n", 1)
		source = strings.TrimRight(source, "\n") + "\n" + second
	}
	if several || h.oneIn(2) {
		source += "rates: [{base: EUR, quote: USD, on: 2025-12-01, rate: 1.1}]\n"
	}
	h.begin(t, seed, source)
	if h.oneIn(3) { // books otherwise than by default
		v := ledger.PolicyVersion{Entity: h.agreement().Entity, Book: ledger.USGAAP, Effective: lifeBegins, Policy: ledger.DefaultPolicy(), Reason: "the group's manual"}
		v.Policy.Credits, v.Policy.CatchUp, v.Policy.CreditSplit = ledger.ContraAccount, one(h.draw, ledger.InMonthOfChange, ledger.InAttributed), one(h.draw, ledger.DeferredFirst, v.Policy.CreditSplit)
		v.Policy.BreakageTo, v.Policy.Overage = ledger.OwnAccount, ledger.InRevenue
		h.s.policies = h.s.policies.With(v)
	}
	for _, a := range h.accounts {
		if several && a != h.family && len(a.Agreements) > 0 {
			h.other = a
		}
	}
	if several || h.oneIn(2) {
		h.abroad(period.NewDate(2027, 12, 31))
	}
	return h
}

// live plays every day; what stops it is an error of its own.
func (h *history) live() (wrong error) {
	defer func() {
		if p := recover(); p != nil {
			wrong = fmt.Errorf("on %s the program panics: %v\n%s", h.today, p, debug.Stack())
		}
	}()
	over := period.MaxDate(h.over(), period.NewDate(2027, 3, 1))
	for ; !h.today.After(over); h.today = h.today.AddDays(1) {
		if err := h.day(); err != nil {
			return fmt.Errorf("on %s %w", h.today, err)
		}
	}
	for _, step := range []func() error{h.judgeAtLast, func() error { return h.recognize(h.today, false) }, func() error { return h.invoice(h.today, false) }} {
		if err := step(); err != nil {
			return fmt.Errorf("at last %w", err)
		}
	}
	if err := h.recognizeAll(lifeOver); err != nil {
		return fmt.Errorf("after the end %w", err)
	}
	h.look(true)
	return nil
}

func (h *history) day() error {
	for _, step := range []func() error{
		h.use, h.useLate, h.renewPerhaps, h.amendPerhaps, h.deliverPerhaps, h.judgePerhaps,
		func() error { return h.recognize(h.today, false) },
		h.month,
		h.pay, h.payMore, h.giveUp, h.withdraw, h.byHand, h.voidPerhaps, h.creditPerhaps,
		func() error { return h.invoice(h.today, false) },
		h.detour,
		h.seal,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (h *history) month() error {
	if h.today.Day() == 1 {
		h.look(false)
	}
	return nil
}

// payMore lets several payments come on one day, of either customer.
func (h *history) payMore() error {
	if !h.oneIn(15) {
		return nil
	}
	for range h.between(1, 3) {
		a := h.family
		if h.other != nil && h.oneIn(2) {
			a = h.other
		}
		open := h.openInvoices(a)
		if len(open) == 0 {
			return nil
		}
		x := one(h.draw, open...)
		if x.Open.Sign() <= 0 {
			continue
		}
		amount := money.Of(1+h.Int63n(x.Open.Minor()), x.Open.Currency())
		h.tell("%s of %s is paid on %s", amount, x.Open, x.Number)
		h.paid[x.Number] = true
		on := h.today
		if err := h.does(settling, x.Number, func(p *playing) error { return p.receive(on, payment{x.Entity, x.Payer, x.Account, amount, x.Number}) }); err != nil {
			return err
		}
	}
	return nil
}

// giveUp writes a part of an invoice off, by one policy or the other.
func (h *history) giveUp() error {
	open := h.openInvoices(h.family)
	if len(open) == 0 || !h.oneIn(80) {
		return nil
	}
	x := one(h.draw, open...)
	if x.Open.Sign() <= 0 {
		return nil
	}
	amount := money.Of(1+h.Int63n(x.Open.Minor()), x.Open.Currency())
	_, d, err := h.find(x.Number)
	if err != nil {
		return err
	}
	policy := ledger.DefaultPolicy()
	policy.BadDebt = one(h.draw, ledger.CreditLoss, ledger.PriceConcession)
	tax := money.SpreadToExact(amount, d.Tax.Exact(), d.Total.Exact())
	h.tell("%s of %s is written off", amount, x.Number)
	h.paid[x.Number] = true
	return h.enters(fmt.Sprintf("loss:%s:%d", x.Number, len(h.book.entries)), x, policy.WriteOff(ledger.Share{Recognized: amount.Sub(tax), Deferred: money.Zero(amount.Currency()), Tax: tax}))
}

// withdraw lets a card network take a payment back, and decide.
func (h *history) withdraw() error {
	if len(h.book.receipts) == 0 || !h.oneIn(80) {
		return nil
	}
	r := one(h.draw, h.book.receipts...)
	policy, zero := ledger.DefaultPolicy(), money.Zero(r.Currency())
	amount := money.Of(1+h.Int63n(r.Amount.Minor()), r.Currency())
	about := payments.OpenInvoice{Number: r.Number(), Account: r.Account, Entity: r.Entity, Payer: r.Payer}
	h.tell("%s of %s is disputed, and decided", amount, r.Number())
	if err := h.enters(fmt.Sprintf("loss:%s:%d", r.Number(), len(h.book.entries)), about, policy.Dispute(ledger.Share{Recognized: amount, Deferred: zero, Tax: zero}, zero, money.Of(15, r.Currency()))); err != nil {
		return err
	}
	decided := policy.WinDispute(amount)
	if h.oneIn(2) {
		decided = policy.LoseDispute(amount)
	}
	return h.enters(fmt.Sprintf("loss:%s:%d", r.Number(), len(h.book.entries)), about, decided)
}

// byHand books a journal of an accountant that says nothing of a contract, now and then in the softly closed month.
func (h *history) byHand() error {
	if !h.oneIn(40) {
		return nil
	}
	h.journals++
	a, agreed := h.family, h.agreement()
	amount := money.Of(1+h.Int63n(10_000), agreed.Currency)
	on := h.today
	if soft := h.months.SoftThrough(agreed.Entity); soft.After(h.months.ClosedThrough(agreed.Entity)) {
		on = soft.Last()
	}
	e := ledger.Entry{Account: a.Account, Entity: agreed.Entity, Source: fmt.Sprintf("manual:%d", h.journals), BookedOn: on, Currency: agreed.Currency, Memo: "Accrued by hand", Adjusting: true,
		Postings: []ledger.Posting{ledger.Debit(ledger.COGS, amount), ledger.Credit(ledger.PayableToSupplier, amount)}}
	h.tell("%s are booked by hand on %s", amount, on)
	return h.does(settling, e.Source, func(p *playing) error { return p.put(e) })
}

func (h *history) enters(source string, about payments.OpenInvoice, list []ledger.Posting) error {
	e := ledger.Entry{Account: about.Account, Entity: about.Entity, Source: source, BookedOn: h.today, Memo: "Lost"}
	for _, p := range list {
		p.Customer, p.Document, e.Currency = about.Payer, about.Number, p.Amount.Currency()
		e.Postings = append(e.Postings, p)
	}
	return h.does(settling, about.Number, func(p *playing) error { return p.put(e) })
}

// put books an entry at the next place of its account.
func (p *playing) put(e ledger.Entry) error {
	a := p.byID[e.Account]
	e.Seq = a.Standing.Next
	a.Standing.Book(e)
	return p.append(e)
}

// seal closes months: softly on most 10ths, for good on most 20ths; now and then the last one is opened again.
func (h *history) seal() error {
	entity := h.agreement().Entity
	last := h.today.MonthOf().Prev()
	switch {
	case h.today.Day() == 10 && h.today.After(lifeBegins.AddDays(30)) && !h.oneIn(3):
		h.tell("%s is closed softly", last)
		return h.does(closes, "", func(p *playing) error { p.months.SoftClose(entity, last); return nil })
	case h.today.Day() == 25 && h.oneIn(8) && !h.months.ClosedThrough(entity).IsZero():
		through := h.months.ClosedThrough(entity)
		h.tell("%s is opened again", through)
		delete(h.locked, through)
		return h.does(closes, "", func(p *playing) error {
			p.months = ledger.NewMonths()
			p.months.Close(entity, through.Prev())
			return nil
		})
	}
	before := h.months.ClosedThrough(entity)
	if err := h.closeMonths(); err != nil {
		return err
	}
	for m := h.book.firstMonth(entity, last); !m.After(h.months.ClosedThrough(entity)); m = m.Next() {
		if before.IsZero() || m.After(before) {
			h.locked[m] = len(h.book.entries)
		}
	}
	return nil
}

// Whether a document of the family says what is not so: a mistake of the draw and not of the program.
func refused(err error) bool {
	return fault.Kind(err) == fault.Invalid || fault.Kind(err) == fault.Conflict
}
