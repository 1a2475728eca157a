package partners

import (
	"fmt"
	"strings"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// DecideSettlement completes a settlement against what the party is owed, or refuses it field by field (fault.Invalid).
// It is pure: Settle stores what it returns, simulate plays it.
func DecideSettlement(s Settlement, balances []ledger.PartyBalance, firstOpen func(entities.ID, period.Month) period.Month) (Settlement, error) {
	found := fault.Printable("reference", s.Reference, 100)
	if strings.TrimSpace(s.Reference) == "" {
		found = append(found, fault.Field{Path: "reference", Message: "is missing: write what the bank transfer says"})
	}
	if s.On.IsZero() {
		found = append(found, fault.Field{Path: "on", Message: "is missing: write the day of the bank transfer"})
	}
	if s.Owed != Commission && s.Owed != Supply {
		found = append(found, fault.Field{Path: "owed", Value: string(s.Owed), Message: "must be commission or supply"})
	}
	left := money.Zero(s.Amount.Currency())
	var owing []entities.ID
	for _, b := range balances {
		if b.Party == s.Party && b.Ledger == s.Owed.Ledger() && b.Earned.Currency() == s.Amount.Currency() && (s.Entity == 0 || b.Entity == s.Entity) && !b.Left().IsZero() {
			left, owing = left.Add(b.Left()), append(owing, b.Entity)
		}
	}
	switch {
	case len(owing) > 1:
		found = append(found, fault.Field{Path: "entity", Message: "is missing: several of our legal entities owe this party; say whose bank account paid"})
	case s.Amount.Sign() <= 0 || s.Amount.Cmp(left) > 0:
		found = append(found, fault.Field{Path: "amount", Value: s.Amount.String(), Message: fmt.Sprintf("must be more than zero and at most the %s %s that are owed", left.Display(), s.Amount.Currency())})
	}
	if len(found) > 0 {
		return s, fault.InvalidFields(found...)
	}
	s.Entity, s.BookedOn = owing[0], s.On
	if firstOpen != nil {
		s.BookedOn = period.MaxDate(s.On, firstOpen(s.Entity, s.On.MonthOf()).First())
	}
	return s, nil
}
