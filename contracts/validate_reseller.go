package contracts

import (
	"github.com/shopspring/decimal"
)

// validateReseller holds each kind to the percentage that it is paid by.
func (d Document) validateReseller(f *findings) {
	r := d.Reseller
	if r == nil {
		return
	}
	word(f, "reseller.kind", r.Kind, Wholesale, Referral, Marketplace)
	word(f, "reseller.role", r.Role, Principal, Agent)
	if r.Partner != "" {
		f.key("reseller.partner", r.Partner, "the partner by external id")
	}
	percent := func(path string, v decimal.Decimal, kind ResellerKind, needed bool) {
		switch {
		case !f.figure(path, v):
		case r.kind() != kind && !v.IsZero():
			f.add(path, v.String(), "belongs to a %s deal; this one is %s", kind, r.kind())
		case v.GreaterThanOrEqual(hundred):
			f.add(path, v.String(), "must be from 0 to below 100")
		case r.kind() == kind && needed && v.IsZero():
			f.add(path, "", "is missing: a %s deal says what the partner gets of it", kind)
		}
	}
	percent("reseller.margin_percent", r.MarginPercent, Wholesale, false)
	percent("reseller.commission_percent", r.CommissionPercent, Referral, true)
	percent("reseller.fee_percent", r.FeePercent, Marketplace, true)
	switch {
	case r.kind() == Referral && r.Partner == "":
		f.add("reseller.partner", "", "is missing: name the partner who earns the commission")
	case r.kind() == Wholesale && d.Payer == "":
		f.add("payer", "", "is missing: a wholesale contract is paid by the reseller, so name it here")
	case r.kind() == Marketplace && d.Payer == "":
		f.add("payer", "", "is missing: a marketplace pays what it collected, so name it here")
	}
}

// kind is wholesale unless the document says so otherwise.
func (r Reseller) kind() ResellerKind {
	if r.Kind == "" {
		return Wholesale
	}
	return r.Kind
}
