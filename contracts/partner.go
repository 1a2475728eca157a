package contracts

import (
	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/period"
)

// On is the version agreed last of those that are in effect on a day; before the first one it is the first.
func (a Agreement) On(day period.Date) Version {
	for i := len(a.Versions) - 1; i > 0; i-- {
		if !day.Before(a.Versions[i].EffectiveOn) {
			return a.Versions[i]
		}
	}
	return a.Versions[0]
}

// Deal is the kind of the third party's deal, empty where there is none.
func (d Document) Deal() ResellerKind {
	if d.Reseller == nil {
		return ""
	}
	return d.Reseller.kind()
}

// PartnerOn is the third party of the deal on a day: who is named, else who pays. 0 where there is no deal.
func (a Agreement) PartnerOn(day period.Date) customers.ID {
	d := a.On(day).Document
	switch {
	case d.Reseller == nil:
		return 0
	case d.Reseller.Partner != "":
		return a.Users[d.Reseller.Partner]
	}
	return a.PayerOn(day)
}

// RoleOf is our role in what a line, commitment or prepaid amount sells: its own, else the deal's.
func (d Document) RoleOf(id string) Role {
	if l, ok := d.line(id); ok && l.Role != "" {
		return l.Role
	}
	if d.Reseller != nil && d.Reseller.Role != "" {
		return d.Reseller.Role
	}
	return Principal
}

// PassOn is what of the price is not our revenue, in percent: the supplier's part of an agent's line, and on a marketplace
// that we are the agent of its fee. Prepaid amounts and commitments have no supplier.
func (d Document) PassOn(id string) decimal.Decimal {
	if d.RoleOf(id) != Agent {
		return decimal.Zero
	}
	if d.Deal() == Marketplace {
		return d.Reseller.FeePercent
	}
	l, _ := d.line(id)
	return l.PassOnPercent
}

// FeePercent is what a marketplace keeps of what it collects; zero for other deals.
func (d Document) FeePercent() decimal.Decimal {
	if d.Deal() != Marketplace {
		return decimal.Zero
	}
	return d.Reseller.FeePercent
}

// PassedTo is who gets what is passed on of a line: the supplier, or the marketplace. The version agreed last that says so
// counts, so that what was booked before an amendment is taken back from nobody else.
func (a Agreement) PassedTo(id string) customers.ID {
	for i := len(a.Versions) - 1; i >= 0; i-- {
		v := a.Versions[i]
		if v.Document.PassOn(id).IsZero() {
			continue
		}
		if l, ok := v.Document.line(id); ok && l.Supplier != "" {
			return a.Users[l.Supplier]
		}
		return a.PayerOn(v.EffectiveOn) // the marketplace, which has taken it already
	}
	return 0
}

// passOn says of each piece what of it is not our revenue, as the version that priced it has it.
func (p *pricing) passOn() {
	documents := map[int]Document{}
	for _, v := range p.agreement.Versions {
		documents[v.Number] = v.Document
	}
	for i, x := range p.pieces {
		p.pieces[i].PassOn = documents[x.Version].PassOn(x.Line)
	}
}

// named is everybody that the document names besides customer and payer.
func (d Document) named() []string {
	out := d.users()
	for _, p := range d.thirdParties() {
		out = append(out, p.external)
	}
	return out
}

// ThirdParties are the partner and the suppliers that the document names, by the path of the key that does.
func (d Document) ThirdParties() map[string]string {
	out := map[string]string{}
	for _, p := range d.thirdParties() {
		out[p.path] = p.external
	}
	return out
}

type thirdParty struct{ path, external string }
