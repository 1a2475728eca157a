package scenario

import (
	"cmp"
	"fmt"
	"slices"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/partners"
)

// settlement is a payment to a partner or supplier.
type settlement struct {
	party     customers.ID
	account   customers.AccountID
	owed      partners.Owed
	entity    entities.ID
	amount    money.Amount
	reference string
}

// settle reads that a partner was paid.
func (b *builder) settle(x settle, path string) {
	i := b.party(path+".partner", x.Partner)
	if i < 0 {
		return
	}
	c := b.customers[i]
	amount, err := x.Amount.amount(cmp.Or(money.Currency(x.Currency), c.Currency))
	if err != nil || amount.Sign() <= 0 {
		b.refuse(path+".amount", x.Amount.text, "is not an amount of %s above zero, such as 1234.50", cmp.Or(x.Currency, string(c.Currency)))
		return
	}
	var entity entities.ID
	if x.Entity != "" {
		e, ok := b.directory.ByCode(x.Entity)
		if !ok {
			b.refuse(path+".entity", x.Entity, "is not the code of an entity of this scenario")
		}
		entity = e.ID
	}
	owed := cmp.Or(partners.Owed(x.Owed), partners.Commission)
	if owed != partners.Commission && owed != partners.Supply {
		b.refuse(path+".owed", x.Owed, "must be commission or supply")
		return
	}
	b.happen(x.On, path, settlement{c.ID, c.Account, owed, entity, amount, cmp.Or(x.Reference, "Bank transfer")})
}

// settle pays a partner, as partners.Settle does.
func (p *playing) settle(on period.Date, x settlement) error {
	p.settled++
	s := partners.Settlement{ID: p.settled, Account: x.account, Party: x.party, Owed: x.owed, Entity: x.entity, Amount: x.amount, On: on, Reference: x.reference}
	s, err := partners.DecideSettlement(s, ledger.PartyBalancesOf(p.book.entries, x.party, on), p.months.FirstOpen)
	if err != nil {
		return err
	}
	a := p.byID[x.account]
	s.Entry = a.Standing.Next
	entry := s.Book()
	a.Standing.Book(entry)
	return p.append(entry)
}

// accrue books what referral partners earned, as the daily run does after the invoices.
func (p *playing) accrue(on period.Date) error {
	for _, a := range p.accounts {
		if !a.refers() || a.seen == a.Standing.Next {
			continue
		}
		var own []ledger.Entry
		for _, e := range p.book.entries {
			if e.Account == a.Account {
				own = append(own, e)
			}
		}
		entries := partners.Decide(partners.Of(a.Account, a.Agreements, a.documents, own, a.Standing.Next, p.months.FirstOpen, on), on)
		for _, e := range entries {
			a.Standing.Book(e)
		}
		a.seen = a.Standing.Next
		if err := p.append(entries...); err != nil {
			return fmt.Errorf("accrue commissions on %s: %w", on, err)
		}
	}
	return nil
}

// refers says whether some version of a contract has a referral partner.
func (a *account) refers() bool {
	return slices.ContainsFunc(a.Agreements, func(g contracts.Agreement) bool {
		return slices.ContainsFunc(g.Versions, func(v contracts.Version) bool { return v.Document.Deal() == contracts.Referral })
	})
}
