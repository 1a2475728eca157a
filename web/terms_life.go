package web

import (
	"fmt"

	"ratable/contracts"
	"ratable/web/ui"
)

// This file says what holds for a contract as a whole: trial, third party, renewal, end.

func trialTerms(t *contracts.Trial) []string {
	if t == nil {
		return nil
	}
	out := []string{"Free through " + ui.DayText(t.Through) + ": " + over(t.Lines)}
	if t.Then == contracts.End {
		return append(out, "Then it ends")
	}
	return append(out, "Then it is charged")
}

func resellerTerms(r *contracts.Reseller) []string {
	if r == nil {
		return nil
	}
	var out []string
	switch r.Kind {
	case contracts.Referral:
		out = append(out, "Referral: "+digits(r.CommissionPercent)+" % commission on what the customer paid")
	case contracts.Marketplace:
		out = append(out, "Marketplace: pays what it collected less "+digits(r.FeePercent)+" %")
	default:
		out = append(out, "Wholesale: pays list price less "+digits(r.MarginPercent)+" %")
	}
	if r.Partner != "" {
		out = append(out, "Partner "+r.Partner)
	}
	return append(out, roleTerms(r.Role)...)
}

func roleTerms(r contracts.Role) []string {
	switch r {
	case contracts.Agent:
		return []string{"We are the agent: revenue is what we keep"}
	case contracts.Principal:
		return []string{"We are the principal: revenue is the price"}
	}
	return nil
}

// passOnTerms says who gets what of an agent's price.
func passOnTerms(l contracts.Line) []string {
	if l.Supplier == "" {
		return nil
	}
	return []string{digits(l.PassOnPercent) + " % of the price is passed on to " + l.Supplier}
}

func renewalTerms(r *contracts.Renewal) []string {
	if r == nil {
		return nil
	}
	out := []string{fmt.Sprintf("By hand, for %s", howMany(r.Months, "month"))}
	if r.Auto {
		out[0] = fmt.Sprintf("By itself, for %s", howMany(r.Months, "month"))
		notice := "Notice until the last day"
		if r.NoticeDays > 0 {
			notice = "Notice " + howMany(r.NoticeDays, "day") + " before the end"
		}
		out = append(out, notice)
	}
	if r.Cancellable == contracts.PeriodEnd {
		out = append(out, "The customer may end it after any billing period")
	}
	base := "the price agreed"
	if r.Price == contracts.CatalogPrice {
		base = "the catalog's price then"
	}
	if r.UpliftPercent.IsPositive() {
		return append(out, "At "+base+", raised by "+digits(r.UpliftPercent)+" %")
	}
	return append(out, "At "+base)
}

func endingTerms(e *contracts.Ending) []string {
	if e == nil {
		return nil
	}
	out := []string{"Ends before its term: " + causeWord(e.Cause)}
	if e.Refund == contracts.NoRefund {
		out = append(out, "What was paid for later days is kept")
	} else {
		out = append(out, "What was paid for later days is given back")
	}
	if e.Commitments == contracts.InFull {
		return append(out, "Commitments are due in full")
	}
	return append(out, "Commitments count by days")
}

var lateWords = map[contracts.LateUsage]string{
	contracts.NextInvoice: "on the next invoice", contracts.AtOnce: "on an invoice of its own, the next day", contracts.Reissue: "its period is credited and billed anew",
}

func lateTerms(b contracts.Billing) string {
	if days, refuses := b.RefusesLate(); refuses {
		return fmt.Sprintf("on the next invoice; refused more than %s after the end of its billing period", howMany(days, "day"))
	}
	return lateWords[b.LateUsage()]
}

func alignWord(a contracts.Align) string {
	if a == contracts.Calendar {
		return "Calendar months"
	}
	return "From the first day"
}

func pausedTerms(d contracts.Document) []string {
	if !d.Paused {
		return nil
	}
	return []string{"Nothing recurring is charged; what is used all the same has no allowance"}
}
