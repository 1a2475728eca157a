package invoicing

import (
	"fmt"
	"strings"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
)

// supportLimit is what support gives back on one invoice without asking, before tax, in the currency of the seller's
// books or its worth in another.
const supportLimit = "1000"

// BeyondSupport says whether a credit, together with what was credited on the same invoice before, needs a person of
// finance, and above which amount that begins. What cannot be valued for want of a rate needs one too.
func BeyondSupport(w World, f Facts, d Issued, c Credit) (limit money.Amount, beyond bool, err error) {
	seller, ok := w.Entities.ByID(d.Entity)
	if !ok {
		return limit, false, fault.New(fault.NotFound, "there is no entity %d", d.Entity)
	}
	if limit, err = money.ParseAmount(supportLimit, seller.Currency); err != nil {
		return limit, false, err
	}
	asked := c.Amount
	for _, a := range f.Agreements {
		for _, g := range a.Concessions {
			if g.Invoice == d.Number {
				asked = asked.Add(g.Amount)
			}
		}
	}
	if asked.Currency() == seller.Currency {
		return limit, asked.Cmp(limit) > 0, nil
	}
	worth, _, err := w.Rates.Convert(asked, seller.Currency, c.On)
	return limit, err != nil || worth.Cmp(limit) > 0, nil
}

// guardCredit lets finance grant anything and support what is within its limit.
func guardCredit(w World, f Facts, d Issued, c Credit, by access.Actor) error {
	if by.Has(access.Finance) {
		return nil
	}
	limit, beyond, err := BeyondSupport(w, f, d, c)
	if err != nil || !beyond {
		return err
	}
	return fault.New(fault.Denied, "credits above %s %s on one invoice are granted by finance", limit.Currency(), limit.Display())
}

// CreditSubject is how a credit that somebody asks for is named in the list of approvals: "RUS-2026-000123/2/1500.00".
func CreditSubject(d Issued, c Credit) access.Subject {
	return access.Subject{Kind: "concession", Key: fmt.Sprintf("%s/%d/%s", c.Invoice, c.Line, c.Amount), Account: int64(d.Account)}
}

// AskedCredit reads what CreditSubject wrote.
func AskedCredit(s access.Subject) (invoice, line, amount string, ok bool) {
	parts := strings.Split(s.Key, "/")
	if s.Kind != "concession" || len(parts) < 3 {
		return "", "", "", false
	}
	n := len(parts)
	return strings.Join(parts[:n-2], "/"), parts[n-2], parts[n-1], true
}
