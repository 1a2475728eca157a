package contracts

import (
	"fmt"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// MaxTermYears bounds a contract's term; longer ones are entered as renewals.
const MaxTermYears = 20

// The years a contract can lie in: outside them a date is a slip of the pen.
const firstYear, lastYear = 1990, 2150

// Validate says everything that is wrong with the document by itself; an empty
// result means that Charges can price it. Whether its products, meters and
// parties exist is CheckCatalog's and Prepare's question.
func (d Document) Validate() []fault.Field {
	var f findings
	d.validateHead(&f)
	term, ok := d.validateTerm(&f)
	d.validateReseller(&f)
	d.validateRenewal(&f)
	d.validateEnding(&f)
	d.validatePause(&f)
	d.validateLines(&f)
	if ok { // else every day would be blamed for the term's mistake
		d.validateRenewed(&f)
		d.validateDays(&f, term)
		d.validateTrial(&f, term)
		d.validateSpendDays(&f, term)
	}
	d.validateCommits(&f)
	d.validateReductions(&f)
	d.validatePrepaid(&f)
	return f
}

func (d Document) validateHead(f *findings) {
	f.key("contract", d.Contract, "the contract by its number")
	f.text("title", d.Title, 200)
	f.key("entity", d.Entity, "the selling legal entity")
	f.key("customer", d.Customer, "the customer by external id")
	if d.Payer != "" {
		f.key("payer", d.Payer, "the payer by external id")
	}
	if d.Signer != "" {
		f.key("signer", d.Signer, "who signed by external id")
	}
	if d.Currency == "" {
		f.add("currency", "", "is missing: an ISO 4217 code such as USD or EUR")
	} else if _, err := money.ParseCurrency(d.Currency); err != nil {
		f.add("currency", fault.Shown(d.Currency), "is not an ISO 4217 currency code such as USD or EUR")
	}
	f.prose("reason", d.Reason, 1000)
	f.text("billing.po_number", d.Billing.PONumber, 60)
	if d.Billing.NetDays < 0 || d.Billing.NetDays > 365 {
		f.add("billing.net_days", fmt.Sprint(d.Billing.NetDays), "must be from 0 to 365 days")
	}
	word(f, "billing.align", d.Billing.Align, Anniversary, Calendar)
	d.Billing.validateLate(f)
	if d.Plan != nil {
		f.key("plan.code", d.Plan.Code, "the catalog plan")
		if d.Plan.Version < 1 {
			f.add("plan.version", fmt.Sprint(d.Plan.Version), "must be 1 or more")
		}
	}
}

// validateTerm gives the term's days when there is nothing wrong with them.
func (d Document) validateTerm(f *findings) (period.Span, bool) {
	from, through := d.Term.From, d.Term.Through
	switch {
	case from.IsZero():
		f.add("term.from", "", "is missing: the first day of the contract, such as 2026-01-01")
	case through.IsZero():
		f.add("term.through", "", "is missing: the last day of the contract, such as 2026-12-31")
	case from.Year() < firstYear || from.Year() > lastYear:
		f.add("term.from", from.String(), "lies outside the years %d to %d; check the year", firstYear, lastYear)
	case through.Before(from):
		f.add("term.through", through.String(), "is before term.from %s; the last day cannot precede the first", from)
	case through.Year() > lastYear:
		f.add("term.through", through.String(), "lies outside the years %d to %d; check the year", firstYear, lastYear)
	case !through.Before(d.Term.began().AddMonths(12 * MaxTermYears)):
		f.add("term.through", through.String(), "makes a term of more than %d years; enter the rest as a renewal", MaxTermYears)
	case d.Start().Before(from) || through.Before(d.Start()):
		f.add("effective", d.Effective.String(), "lies outside the term %s", d.Term.Span())
	default:
		return d.Term.Span(), true
	}
	return period.Span{}, false
}
