package revrec

import (
	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/money"
)

// SellingRole is in what role a line is sold (606-10-55-36 to 55-40).
type SellingRole string

const (
	AsPrincipal         SellingRole = "principal"             // we control it before the customer does: gross
	AsAgent             SellingRole = "agent"                 // we arrange that another provides it: what we keep
	PrincipalToReseller SellingRole = "principal to reseller" // who resells it is our customer: gross of the price to them
)

// ControlFacts are the facts of a line that decide its role. Unknown facts are nil.
type ControlFacts struct {
	Controls      *bool // we control what is specified before it is transferred (55-37): decides alone
	Primarily     *bool // indicator (a) of 55-39: we are primarily responsible that it is provided
	InventoryRisk *bool // (b): before it is transferred, or after, when it comes back
	PriceSetting  *bool // (c): we may say what it costs
	ToReseller    bool  // who buys from us sells it on, and controls it in between
}

// RoleMemo is a role with the reasons for it, as they are kept.
type RoleMemo struct {
	Role    SellingRole
	Reasons []Reason
}

// JudgeRole decides a line's role. Control decides; where nobody said who controls it, the indicators do that are known, if
// most of them point one way (55-39A: they support the judgement of control and are no list to be counted off, so what is
// decided by them is to be looked at by a person). Invalid: no fact decides.
func JudgeRole(f ControlFacts) (RoleMemo, error) {
	var m RoleMemo
	because := func(code, paragraph, text string) { m.Reasons = append(m.Reasons, Reason{code, paragraph, text}) }
	points := 0
	for _, i := range []struct {
		fact                     *bool
		code, paragraph, yes, no string
	}{
		{f.Primarily, "primarily_responsible", "606-10-55-39(a)", "We are primarily responsible for the promise.", "Another is primarily responsible for the promise."},
		{f.InventoryRisk, "inventory_risk", "606-10-55-39(b)", "We bear the inventory risk.", "We bear no inventory risk."},
		{f.PriceSetting, "price_discretion", "606-10-55-39(c)", "We set the price.", "We do not set the price."},
	} {
		switch {
		case i.fact == nil:
		case *i.fact:
			points++
			because(i.code, i.paragraph, i.yes)
		default:
			points--
			because("no_"+i.code, i.paragraph, i.no)
		}
	}
	switch {
	case f.ToReseller:
		because("reseller_is_customer", "606-10-55-37", "Who resells it controls it in between and is our customer.")
		m.Role = PrincipalToReseller
	case f.Controls != nil && *f.Controls:
		because("controls", "606-10-55-37", "We control it before it is transferred to the customer.")
		m.Role = AsPrincipal
	case f.Controls != nil:
		because("does_not_control", "606-10-55-38", "We do not control it before it is transferred to the customer.")
		m.Role = AsAgent
	case points > 0:
		because("indicators_of_control", "606-10-55-39", "The indicators point to control.")
		m.Role = AsPrincipal
	case points < 0:
		because("indicators_against_control", "606-10-55-39", "The indicators point against control.")
		m.Role = AsAgent
	default:
		return m, fault.New(fault.Invalid, "nothing decides who controls what is sold before it is transferred; say so, or name the indicators of 606-10-55-39")
	}
	return m, nil
}

// Sale is a line as it is sold: its price to who buys in the end, and what others get of it. One of them.
type Sale struct {
	Price      money.Amount
	Commission *decimal.Decimal // percent of the price that we keep as an agent; nil: not agreed so
	Supplier   money.Amount     // what who provides it asks of us
	Fee        decimal.Decimal  // percent of the price that a platform keeps of what it collects for us
	Margin     decimal.Decimal  // percent off the price for a reseller
}

// SaleFigures are a sale gross or net. Revenue and Payable are the price of an agent's sale; Cash is what reaches us when
// everything is paid.
type SaleFigures struct {
	Revenue money.Amount
	Cost    money.Amount // what who provides it gets of a principal
	Payable money.Amount // what who provides it gets of an agent
	Expense money.Amount // what a platform keeps
	Cash    money.Amount
}

// Figures books a sale in a role.
func (s Sale) Figures(role SellingRole) SaleFigures {
	zero := s.Price.Sub(s.Price)
	f := SaleFigures{Revenue: s.Price, Cost: zero, Payable: zero, Expense: PercentOf(s.Price, s.Fee)}
	others := s.Supplier
	if s.Commission != nil {
		others = s.Price.Sub(PercentOf(s.Price, *s.Commission))
	}
	switch role {
	case PrincipalToReseller:
		f.Revenue = PercentOf(s.Price, hundred.Sub(s.Margin).Sub(s.Fee))
		f.Expense = zero
		f.Cost = zero.Add(others)
	case AsAgent:
		f.Payable = zero.Add(others)
		f.Revenue = s.Price.Sub(f.Payable)
	default:
		f.Cost = zero.Add(others)
	}
	f.Cash = f.Revenue.Sub(f.Expense).Sub(f.Cost)
	return f
}
