package scenario

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// agreeable says what stands against a document, read back as a person would
// have entered it.
func agreeable(doc contracts.Document) []fault.Field {
	source, err := contracts.Export(doc)
	if err != nil {
		return []fault.Field{{Message: err.Error()}}
	}
	if _, err := contracts.Parse(source); err != nil {
		return append(fault.Fields(err), fault.Field{Message: err.Error()})
	}
	return nil
}

// copied is a document that shares nothing with the one it was copied from.
func copied(doc contracts.Document) contracts.Document {
	source, err := contracts.Export(doc)
	if err != nil {
		panic(err)
	}
	out, err := contracts.Parse(source)
	if err != nil {
		panic(fmt.Sprintf("what was agreed is not read back: %v\n%s", err, source))
	}
	return out
}

// amendment draws another document, effective from a day: all of it anew, or a
// few of its terms. None when what was drawn cannot be agreed.
func (d draw) amendment(was contracts.Document, effective period.Date) (contracts.Document, bool) {
	for range 20 {
		doc := copied(was)
		doc.Effective, doc.Reason = effective, "drawn"
		if d.oneIn(5) {
			d.fill(&doc)
		} else {
			for n := d.between(1, 3); n > 0 && len(doc.Lines) > 0; n-- {
				d.change(&doc)
			}
		}
		if len(agreeable(doc)) == 0 {
			return copied(doc), true
		}
	}
	return was, false
}

// change draws one change of a document. It may leave it such that it cannot be
// agreed.
func (d draw) change(doc *contracts.Document) {
	at := d.Intn(len(doc.Lines))
	switch d.Intn(12) {
	case 0: // a line more
		id := one(d, lineNames...)
		if !slices.ContainsFunc(doc.Lines, func(l contracts.Line) bool { return l.ID == id }) {
			doc.Lines = append(doc.Lines, d.line(*doc, id))
		}
	case 1: // one less
		d.without(doc, doc.Lines[at].ID)
	case 2: // other terms for it
		doc.Lines[at] = d.line(*doc, doc.Lines[at].ID)
	case 3, 4: // another figure
		d.figure(&doc.Lines[at])
	case 5:
		doc.Billing.Late = one(d, contracts.NextInvoice, contracts.AtOnce, contracts.Reissue)
	case 6: // a shorter or longer term
		doc.Term.Through = doc.Term.Through.AddDays(d.between(-60, 60))
	case 7, 8:
		d.addTerm(doc)
	case 9: // terms are given up
		switch d.Intn(6) {
		case 0:
			doc.Prepaid = some(d, doc.Prepaid)
		case 1:
			doc.Commits = some(d, doc.Commits)
		case 2:
			doc.Caps = some(d, doc.Caps)
		case 3:
			doc.Discounts = some(d, doc.Discounts)
		case 4:
			doc.Credits = some(d, doc.Credits)
		case 5:
			doc.Trial = nil
		}
	case 10: // or become others
		d.retouch(doc)
	case 11:
		doc.Lines[at].From, doc.Lines[at].Through = d.bounds(*doc)
	}
}

func (d draw) figure(l *contracts.Line) {
	switch {
	case l.Fixed != nil && len(l.Fixed.Ramp) > 0:
		l.Fixed.Ramp[d.Intn(len(l.Fixed.Ramp))].UnitPrice = d.money(100)
	case l.Fixed != nil && len(l.Fixed.Installments) > 0:
		l.Fixed.Installments[d.Intn(len(l.Fixed.Installments))].Amount = d.sum(300)
	case l.Fixed != nil && d.oneIn(3):
		l.Fixed.Every = d.every()
	case l.Fixed != nil && d.oneIn(2):
		l.Fixed.UnitPrice = d.money(200)
	case l.Fixed != nil:
		l.Fixed.Quantity = d.sum(30)
	case l.Usage != nil && d.oneIn(2):
		l.Usage.Every = one(d, "month", "quarter", "year")
	case l.Usage != nil && l.ID != "fees":
		l.Usage.Price = d.price(false)
	case l.Once != nil:
		l.Once.UnitPrice = d.money(500)
	}
}

// retouch changes a term that is not a line.
func (d draw) retouch(doc *contracts.Document) {
	for i := range doc.Prepaid {
		switch x := &doc.Prepaid[i]; d.Intn(6) {
		case 0:
			x.Amount = x.Amount.Mul(decimal.NewFromInt(int64(d.between(1, 3))))
		case 1:
			x.Every = d.every()
		case 2:
			x.Rollover, x.ExpiresAfterDays = nil, d.between(0, 50)
		case 3:
			x.Bill = nil
		case 4:
			x.From, x.Through = d.bounds(*doc)
		}
	}
	for i := range doc.Commits {
		if x := &doc.Commits[i]; d.oneIn(2) {
			x.Amount = x.Amount.Mul(decimal.NewFromInt(int64(d.between(1, 3))))
		} else {
			x.Every = d.every()
		}
	}
	for i := range doc.Caps {
		doc.Caps[i].Every = d.every()
	}
	for i := range doc.Discounts {
		doc.Discounts[i].From, doc.Discounts[i].Through = d.bounds(*doc)
	}
	for i := range doc.Credits {
		doc.Credits[i].Amount = d.sum(500)
	}
	if doc.Trial != nil {
		doc.Trial.Through = doc.Trial.Through.AddDays(d.between(-30, 30))
	}
}

// without takes a line out, and its name out of what is about it.
func (d draw) without(doc *contracts.Document, id string) {
	gone := func(x string) bool { return x == id }
	doc.Lines = slices.DeleteFunc(doc.Lines, func(l contracts.Line) bool { return l.ID == id })
	for i := range doc.Prepaid {
		doc.Prepaid[i].Lines = slices.DeleteFunc(doc.Prepaid[i].Lines, gone)
	}
	doc.Prepaid = slices.DeleteFunc(doc.Prepaid, func(p contracts.Prepaid) bool { return len(p.Lines) == 0 })
	for i := range doc.Commits {
		doc.Commits[i].Lines = slices.DeleteFunc(doc.Commits[i].Lines, gone)
	}
	for i := range doc.Caps {
		doc.Caps[i].Lines = slices.DeleteFunc(doc.Caps[i].Lines, gone)
	}
	doc.Caps = slices.DeleteFunc(doc.Caps, func(c contracts.Cap) bool { return len(c.Lines) == 0 })
	for i := range doc.Discounts {
		doc.Discounts[i].Lines = slices.DeleteFunc(doc.Discounts[i].Lines, gone)
	}
	for i := range doc.Credits {
		doc.Credits[i].Lines = slices.DeleteFunc(doc.Credits[i].Lines, gone)
	}
	if doc.Trial != nil {
		doc.Trial.Lines = slices.DeleteFunc(doc.Trial.Lines, gone)
	}
}

// revision draws what the program makes of a contract by itself: a longer term,
// a further one, an early end, a blend.
func (l *life) revision(was contracts.Document) (contracts.Document, string, error) {
	term := was.Term.Span()
	why := contracts.Why{On: l.effective(), Reason: "drawn"}
	switch l.Intn(4) {
	case 0:
		through := was.Term.Through.AddDays(l.between(1, 100))
		next, err := contracts.Extend(was, through, why)
		return next, fmt.Sprintf("is extended from %s through %s", why.On, through), err
	case 1:
		why.On = term.End
		next, err := contracts.Renew(was, l.s.world.Catalog, why)
		return next, fmt.Sprintf("is renewed from %s", why.On), err
	case 2:
		last := l.anyDay(period.NewSpan(period.MinDate(term.Last(), period.MaxDate(term.Start, l.today.AddDays(-40))), term.End))
		e := contracts.Ending{Cause: contracts.Convenience, Refund: one(l.draw, contracts.Unused, contracts.NoRefund), Commitments: one(l.draw, contracts.Prorated, contracts.InFull)}
		next, err := contracts.Terminate(was, last, e, contracts.Why{On: last, Reason: "drawn"})
		return next, fmt.Sprintf("is ended on %s, refund %s, commitments %s", last, e.Refund, e.Commitments), err
	}
	prices := map[string]decimal.Decimal{"seats": l.money(200)}
	through := was.Term.Through.AddDays(l.between(1, 100))
	next, _, err := contracts.BlendAndExtend(was, through, prices, why)
	return next, fmt.Sprintf("is blended from %s and extended through %s", why.On, through), err
}

// effective is a day up to 100 days ago or 60 ahead on which an amendment may
// begin.
func (l *life) effective() period.Date {
	term := l.agreement().Latest().Document.Term
	on := l.today.AddDays(l.between(-100, 60))
	return period.MinDate(term.Through, period.MaxDate(lifeBegins, on))
}

// amendPerhaps agrees on another document.
func (l *life) amendPerhaps() error {
	if l.today.After(lastFact) || l.amendments == 4 || !l.oneIn(60) {
		return nil
	}
	was := l.agreement().Latest().Document
	if l.oneIn(4) {
		next, told, err := l.revision(was)
		if fault.Kind(err) != nil {
			return nil // it cannot be extended, renewed or ended like that
		}
		if err != nil {
			return err
		}
		return l.agree(next, told)
	}
	next, ok := l.amendment(was, l.effective())
	if !ok {
		return nil
	}
	return l.agree(next, fmt.Sprintf("is amended from %s", next.Start()))
}

// renewPerhaps begins the further term of a contract that renews by itself.
func (l *life) renewPerhaps() error {
	was := l.agreement().Latest().Document
	if was.Renewal == nil || !was.Renewal.Auto || l.today != l.agreement().Term().End || l.today.After(lastFact) {
		return nil
	}
	next, err := contracts.Renew(was, l.s.world.Catalog, contracts.Why{On: l.today, Reason: "Renewed"})
	if fault.Kind(err) != nil {
		return nil
	}
	if err != nil {
		return err
	}
	return l.agree(next, "renews by itself")
}

// agree makes a document the next version.
func (l *life) agree(next contracts.Document, told string) error {
	agreed := l.agreement()
	if found := agreed.Refuses(next); len(found) > 0 {
		return nil // such as a version that begins after the end
	}
	source, err := contracts.Export(next)
	if err != nil {
		return err
	}
	again, err := contracts.Parse(source)
	if err != nil {
		return fmt.Errorf("the version that %s is not read back: %w\n%s", told, err, source)
	}
	if !again.Equal(next) {
		return fmt.Errorf("the version that %s reads back as another:\n%s", told, source)
	}
	l.tell("%s:\n%s", told, indented(string(source), "    "))
	version := contracts.Version{Number: len(agreed.Versions) + 1, EffectiveOn: next.Start(), Document: next}
	l.does(agreeing, "", func(p *playing) error { p.amend(amendment{l.family.Account, agreed.Contract, version}); return nil })
	l.amendments, l.news = l.amendments+1, true
	return nil
}

// deliverPerhaps reaches a milestone.
func (l *life) deliverPerhaps() error {
	doc := l.agreement().Latest().Document
	waits := slices.ContainsFunc(doc.Lines, func(x contracts.Line) bool { return x.Once != nil && x.Once.Milestone != "" })
	if !waits || len(l.agreement().Deliveries) > 0 || !l.oneIn(90) {
		return nil
	}
	l.tell("golive is delivered")
	golive := delivery{l.family.Account, l.agreement().Contract, contracts.Delivery{Line: "golive", On: l.today}}
	l.does(agreeing, "", func(p *playing) error { p.deliver(golive); return nil })
	l.news = true
	return nil
}

// creditPerhaps gives back part of a line that was billed.
func (l *life) creditPerhaps() error {
	open := originals(l.family.documents)
	if len(open) == 0 || !l.oneIn(50) {
		return nil
	}
	o := one(l.draw, open...)
	if o.Left().Sign() <= 0 {
		return nil
	}
	amount := money.Of(1+l.Int63n(o.Left().Minor()), o.Left().Currency())
	on := l.today
	err := l.does(settling, "", func(p *playing) error {
		return p.credit(on, creditNote{o.Document, o.Line, number{text: amount.String()}, "drawn"})
	})
	if fault.Kind(err) == fault.Invalid {
		return nil // more than is charged for these days after changes
	}
	l.tell("%s of %s line %d is credited", amount, o.Document, o.Line)
	l.news = true
	return err
}
