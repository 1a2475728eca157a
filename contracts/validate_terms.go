package contracts

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/period"
)

// Bounds of what can be meant by a renewal.
const (
	maxRenewalMonths = 120
	maxNoticeDays    = 365
)

var (
	minUplift = decimal.NewFromInt(-100)
	maxUplift = decimal.NewFromInt(1000)
)

// word refuses what is none of the words a key knows; empty is the default.
func word[T ~string](f *findings, path string, value T, known ...T) {
	if value == "" || slices.Contains(known, value) {
		return
	}
	text := ""
	for i, w := range known {
		switch {
		case i > 0 && i == len(known)-1:
			text += " or "
		case i > 0:
			text += ", "
		}
		text += string(w)
	}
	f.add(path, fault.Shown(string(value)), "must be %s", text)
}

// validateRenewed holds the days further terms began against the whole term.
func (d Document) validateRenewed(f *findings) {
	term, before := d.Term.Span(), d.Term.From
	for i, on := range d.Term.Renewed {
		at := fmt.Sprintf("term.renewed[%d]", i)
		switch {
		case on.IsZero():
			f.add(at, "", "is missing: the day a further term began")
		case !term.Contains(on) || on == term.Start:
			f.add(at, on.String(), "must be after the first day of the term and not after its last, %s", d.Term.Through)
		case !before.Before(on):
			f.add(at, on.String(), "is not after %s; list the days in order, each once", before)
		default:
			before = on
			continue
		}
		return
	}
}

func (d Document) validateTrial(f *findings, term period.Span) {
	t := d.Trial
	if t == nil {
		return
	}
	word(f, "trial.then", t.Then, Convert, End)
	switch {
	case t.Through.IsZero():
		f.add("trial.through", "", "is missing: the last free day, such as %s", term.Start.AddDays(13))
	case t.Through.Before(term.Start):
		f.add("trial.through", t.Through.String(), "is before the first day of the contract, %s", term.Start)
	case !t.Through.Before(term.End) && d.Ending == nil:
		f.add("trial.through", t.Through.String(), "is after the last day of the contract, %s; what is free for good is a discount", term.Last())
	}
	seen := map[string]bool{}
	for _, id := range t.Lines {
		_, line := d.line(id)
		_, prepaid := find(d.Prepaid, prepaidID, id)
		switch {
		case !line && !prepaid:
			f.add("trial.lines", fault.Shown(id), "is not the id of a line or prepaid amount of this contract")
		case seen[id]:
			f.add("trial.lines", id, "is listed twice; once is enough")
		}
		seen[id] = true
	}
	for _, l := range d.Lines {
		if t.covers(l.ID) && l.Fixed != nil && len(l.Fixed.Installments) > 0 {
			f.add("trial.lines", l.ID, "is paid in installments, which no trial makes free: list the lines on trial without it, and agree on smaller installments")
		}
	}
}

func (d Document) validateRenewal(f *findings) {
	r := d.Renewal
	if r == nil {
		return
	}
	if r.Months < 1 || r.Months > maxRenewalMonths {
		f.add("renewal.months", fmt.Sprint(r.Months), "must be from 1 to %d months", maxRenewalMonths)
	}
	if r.NoticeDays < 0 || r.NoticeDays > maxNoticeDays {
		f.add("renewal.notice_days", fmt.Sprint(r.NoticeDays), "must be from 0 to %d days", maxNoticeDays)
	}
	if u := r.UpliftPercent; f.figure("renewal.uplift_percent", u.Abs()) && (u.LessThan(minUplift) || u.GreaterThan(maxUplift)) {
		f.add("renewal.uplift_percent", u.String(), "must be from %s to %s percent", minUplift, maxUplift)
	}
	word(f, "renewal.price", r.Price, AgreedPrice, CatalogPrice)
	word(f, "renewal.cancellable", r.Cancellable, PeriodEnd)
}

func (d Document) validateEnding(f *findings) {
	e := d.Ending
	if e == nil {
		return
	}
	if e.Cause == "" {
		f.add("ending.cause", "", "is missing: convenience, breach or non_payment")
	}
	word(f, "ending.cause", e.Cause, Convenience, ForBreach, NonPayment)
	word(f, "ending.refund", e.Refund, Unused, NoRefund)
	word(f, "ending.commitments", e.Commitments, Prorated, InFull)
	if d.Reason == "" {
		f.add("reason", "", "is missing: say why the contract ends")
	}
}
