package subledger

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
)

// invoice issues a document.
func (b *book) invoice(e event) error {
	switch e.Kind {
	case Sale:
		return b.sale(e)
	case Terminate:
		return b.terminate(e)
	}
	if len(e.Lines) == 0 && !e.Unbilled {
		return wrong("lines", "", "has nothing to ask for: an invoice has lines; one of usage is a usage_invoice")
	}
	d := &document{currency: e.currency(b.Currency), policy: b.Policy}
	if err := b.add(e, d); err != nil {
		return err
	}
	e.Document = d.name
	on := b.receivableFrom(e)
	bill, err := b.ask(e, d, on)
	if err != nil {
		return err
	}
	if e.Unbilled {
		b.askUnbilled(e, d, on)
	}
	gross := bill.Gross()
	d.carrying = d.carrying.Add(gross)
	if !e.Paid {
		b.enter(e.key("invoice"), "invoice_finalized", on, d.name, d.policy.Bill(bill))
		return nil
	}
	fee, err := b.convert(e.Fee, e.On)
	if err != nil {
		return err
	}
	b.enter(e.key("invoice"), "invoice_paid", on, d.name, d.policy.CashSale(bill, ledger.Receive(e.Means, gross, fee)))
	d.relieve(d.open)
	return nil
}

// ask takes the lines up and says what is billed by them.
func (b *book) ask(e event, d *document, on period.Date) (ledger.Billing, error) {
	zero := b.zero()
	bill := ledger.Billing{Unbilled: zero, Deferred: zero, Earned: zero, Passed: zero, Tax: zero}
	n := len(e.Lines)
	parts := make([]money.Amount, 3*n) // in the document's currency: nets, taxes, what is collected for others
	for i, l := range e.Lines {
		passed := l.Amount.Sub(l.Amount)
		if !l.Pass.IsZero() {
			passed = ledger.PassThrough(l.Amount, l.Pass)
		}
		parts[i], parts[n+i], parts[2*n+i] = l.Amount.Sub(passed), passed.Sub(passed).Add(l.Tax), passed
	}
	total := money.Zero(d.currency).Add(money.Sum(parts...))
	d.left, d.open = d.left.Add(total), d.open.Add(total)
	worth, err := b.worth(parts, total, e.On)
	if err != nil {
		return bill, err
	}
	for i, l := range e.Lines {
		x, err := b.line(fmt.Sprintf("%s:%d", d.name, i+1), d, l, worth[i], worth[n+i])
		if err != nil {
			return bill, fmt.Errorf("lines[%d]: %w", i, err)
		}
		x.billed, d.passed = on, d.passed.Add(worth[2*n+i])
		d.lines = append(d.lines, x)
		b.bill(&bill, x, on)
		bill.Passed = bill.Passed.Add(worth[2*n+i])
	}
	return bill, nil
}

// worth converts parts of a total, so that they come to what the total does.
func (b *book) worth(parts []money.Amount, total money.Amount, on period.Date) ([]money.Amount, error) {
	if total.Currency() == b.Currency {
		return parts, nil
	}
	whole, err := b.convert(total, on)
	if err != nil {
		return nil, err
	}
	if total.IsZero() {
		return nil, fmt.Errorf("an invoice of nothing in %s has no parts to convert", total.Currency())
	}
	weights := make([]decimal.Decimal, len(parts))
	for i, p := range parts {
		weights[i] = p.Decimal()
	}
	return money.AllocateSigned(whole, weights), nil
}

// line takes up one line: how it is earned is settled here, when is left to recognize.
func (b *book) line(key string, d *document, l Line, net, tax money.Amount) (*line, error) {
	x := &line{key: key, document: d.name, policy: d.policy, net: net, tax: tax, taken: b.zero(), account: ledger.Revenue, earning: l.Earning, expires: l.Expires}
	if l.Earning == OverTime {
		parts, err := revrec.Terms{Spreading: l.Spreading, Service: l.Service}.Spread(net)
		if err != nil {
			return nil, err
		}
		x.parts = parts
	}
	return x, nil
}

// bill adds what a line is asked for to a bill: what was earned by the end of months past clears the unbilled receivable.
func (b *book) bill(to *ledger.Billing, x *line, on period.Date) {
	to.Tax = to.Tax.Add(x.tax)
	switch {
	case x.earning == Immediately:
		x.earn(on, x.net, b.Policy.RecognitionDay == ledger.OnTheDay)
		if b.Policy.RecognitionDay == ledger.OnTheDay {
			to.Earned = to.Earned.Add(x.net)
			return
		}
	case x.early(on):
		before := x.before(on)
		to.Unbilled, to.Deferred = to.Unbilled.Add(before), to.Deferred.Sub(before)
	}
	to.Deferred = to.Deferred.Add(x.net)
}

// early says that what was earned before the bill is booked in its own months.
func (l *line) early(on period.Date) bool {
	return len(l.parts) > 0 && l.policy.CatchUp == ledger.InAttributed && l.parts[0].Period.Span.Last().Before(on)
}

// earn earns an amount at once; entered says that its document's own entry did.
func (l *line) earn(on period.Date, amount money.Amount, entered bool) {
	booked := on
	if l.policy.RecognitionDay == ledger.AtMonthEnd {
		booked = on.MonthOf().Last()
	}
	l.points = append(l.points, point{on, booked, amount, entered})
}

// receivableFrom is the day from which an invoice is a receivable: in advance of service and before it is due it may be none.
func (b *book) receivableFrom(e event) period.Date {
	if b.Policy.GrossUp != ledger.OnDueOrService || e.Paid || e.Due.IsZero() {
		return e.On
	}
	from := e.Due
	for _, l := range e.Lines {
		if l.Earning != OverTime {
			return e.On
		}
		from = period.MinDate(from, l.Service.Days.Start)
	}
	for _, day := range slices.Concat(b.paidOn[""], b.paidOn[e.Document]) {
		from = period.MinDate(from, day)
	}
	return period.MaxDate(from, e.On)
}

// unbilled takes up charges that the next invoice will ask for: they are earned over their service all the same.
func (b *book) unbilled(e event) error {
	d := &document{name: "", currency: b.Currency, policy: b.Policy}
	d.policy.CatchUp = ledger.InAttributed
	for i, l := range e.Lines {
		x, err := b.line(fmt.Sprintf("%s:%d", e.key("unbilled"), i+1), d, l, b.zero().Add(l.Amount), b.zero().Add(l.Tax))
		if err != nil {
			return fmt.Errorf("lines[%d]: %w", i, err)
		}
		b.pending = append(b.pending, x)
	}
	return nil
}

// askUnbilled asks for the items that wait, in an entry of its own.
func (b *book) askUnbilled(e event, d *document, on period.Date) {
	zero := b.zero()
	bill := ledger.Billing{Unbilled: zero, Deferred: zero, Earned: zero, Passed: zero, Tax: zero}
	for _, x := range b.pending {
		x.billed, x.document = on, d.name
		b.bill(&bill, x, on)
	}
	d.lines, b.pending = append(d.lines, b.pending...), nil
	gross := bill.Gross()
	d.left, d.open, d.carrying = d.left.Add(gross), d.open.Add(gross), d.carrying.Add(gross)
	b.enter(e.key("items"), "unbilled_items_invoiced", on, d.name, d.policy.Bill(bill))
}

// sale is a sale through or for somebody else.
func (b *book) sale(e event) error {
	d := &document{currency: b.Currency, policy: b.Policy, open: e.Amount, left: e.Amount, carrying: e.Amount}
	if err := b.add(e, d); err != nil {
		return err
	}
	e.Document = d.name
	net := e.Amount
	if e.Agent {
		net, d.passed, d.agent = e.Amount.Sub(e.Cost), b.zero().Add(e.Cost), true
	}
	x := &line{key: d.name, document: d.name, policy: d.policy, net: net, tax: b.zero(), taken: b.zero(), account: ledger.Revenue, earning: Immediately, billed: e.On}
	x.points = []point{{e.On, e.On, net, true}}
	d.lines = []*line{x}
	b.of(e, "sale", ledger.Sell(e.Amount, b.zero().Add(e.Cost), e.Agent))
	if !e.Agent {
		b.of(e, "supplier", ledger.Supply(b.zero().Add(e.Cost)))
	}
	return nil
}

// terminate bills a fee for ending early: revenue at once where the service ends now, over the notice otherwise.
func (b *book) terminate(e event) error {
	if e.Amount.IsZero() {
		return nil
	}
	d := &document{currency: b.Currency, policy: b.Policy, open: e.Amount.Add(e.Tax), left: e.Amount.Add(e.Tax), carrying: e.Amount.Add(e.Tax)}
	from := b.noticeFrom(e)
	e.Document = "fee:" + e.Document
	if err := b.add(e, d); err != nil {
		return err
	}
	now := !e.Until.After(e.On)
	l := Line{Amount: e.Amount, Tax: e.Tax, Earning: Immediately}
	if !now {
		l.Earning, l.Service.Days = OverTime, period.Through(from, e.Until)
		l.Spreading.Method = catalog.MonthlyFraction // as the months of the agreement: each whole one is as much
	}
	x, err := b.line(d.name, d, l, b.zero().Add(e.Amount), b.zero().Add(e.Tax))
	if err != nil {
		return err
	}
	x.account, x.billed = ledger.TerminationRevenue, e.On
	if now {
		x.points = []point{{e.On, e.On, x.net, true}}
	}
	d.lines = []*line{x}
	b.of(e, "termination_fee", b.Policy.Fee(x.net, x.tax, now))
	return nil
}

// noticeFrom is the first day of a notice: the day after it was given, or that day where a billed period begins with it.
func (b *book) noticeFrom(e event) period.Date {
	for _, name := range b.names {
		if strings.HasPrefix(name, e.Document+"-") && b.documents[name].lines[0].billed == e.On {
			return e.On
		}
	}
	return e.On.AddDays(1)
}

// open brings a balance over, or a document with what is left of it: open to be paid, and deferred over what remains of its
// service.
func (b *book) open(e event) error {
	if len(e.Lines) == 0 {
		if e.Account == 0 {
			return wrong("account", "", "must say which balance is brought over, as AccountsReceivable or CustomerBalance")
		}
		b.of(e, "opening", ledger.BringOver(e.Account, e.Amount))
		b.brought()
		return nil
	}
	d := &document{currency: b.Currency, policy: b.Policy, open: e.Amount, left: e.Amount, carrying: e.Amount}
	if err := b.add(e, d); err != nil {
		return err
	}
	list := ledger.BringOver(ledger.AccountsReceivable, b.zero().Add(e.Amount))
	d.left = b.zero()
	for i, l := range e.Lines {
		x, err := b.line(fmt.Sprintf("%s:%d", d.name, i+1), d, l, l.Amount, b.zero().Add(l.Tax))
		if err != nil {
			return fmt.Errorf("lines[%d]: %w", i, err)
		}
		x.billed, d.left = e.On, d.left.Add(l.Amount).Add(l.Tax)
		d.lines = append(d.lines, x)
		list = append(list, ledger.BringOver(d.policy.ContractAccount(), l.Amount.Neg())...)
	}
	b.enter(e.key("opening"), "opening", e.On, d.name, list)
	b.brought()
	return nil
}

func (b *book) brought() {
	if n := len(b.entries); n > 0 {
		b.entries[n-1].Brought = true
	}
}
