package contracts

import (
	"fmt"

	"ratable/internal/period"
	"ratable/internal/webhook"
)

// toldDecided is the event of a decision about a version; false when there is none: an approval by one of several roles changes nothing
// for anybody else. c is the contract as it was before.
func (c Contract) toldDecided(version int, d Document, event string) (webhook.Event, bool) {
	var t webhook.Type
	switch event {
	case "submitted":
		t = webhook.ContractSubmitted
	case "rejected":
		t = webhook.ContractRejected
	case "renewed":
		t = webhook.ContractRenewed
	case "approved", "signed":
		t = c.becomes(d)
	default:
		return webhook.Event{}, false
	}
	data := map[string]any{"version": fmt.Sprint(version), "entity": d.Entity, "currency": d.Currency, "effective_on": d.Start(), "starts_on": d.Term.From, "through": d.Term.Through}
	if d.Plan != nil {
		data["plan"] = d.Plan.PlanLabel()
	}
	if d.Ending != nil {
		data["cause"] = d.Ending.Cause
	}
	return c.told(t, fmt.Sprintf("v%d", version), d, data), true
}

func (c Contract) told(t webhook.Type, key string, d Document, data any) webhook.Event {
	return webhook.Event{Key: fmt.Sprintf("%s:%s/%s", t, c.Number, key), Type: t, Object: webhook.Object{Kind: webhook.Contract, ID: c.Number},
		Account: int64(c.Account), Customer: d.Customer, Data: data}
}

// becomes says what a version that counts from now on makes of the contract.
func (c Contract) becomes(d Document) webhook.Type {
	was := c.inForceBefore()
	switch {
	case was == nil:
		return webhook.ContractApproved
	case d.Ending != nil && was.Ending == nil:
		return webhook.ContractTerminated
	case len(d.Term.Renewed) > len(was.Term.Renewed):
		return webhook.ContractRenewed
	}
	return webhook.ContractAmended
}

// toldBy are the events that time alone brings about by a day: the end of a term that does not renew, and of a trial.
func (c Contract) toldBy(asOf period.Date) []webhook.Event {
	var out []webhook.Event
	a, agreed := c.Agreement()
	if !agreed {
		return nil
	}
	d := a.Latest().Document
	if t := d.Trial; t != nil && asOf.After(t.Through) && t.Through.Before(a.Term().End) {
		then := t.Then
		if then == "" {
			then = Convert
		}
		out = append(out, c.told(webhook.ContractTrialEnded, t.Through.String(), d, map[string]any{"through": t.Through, "then": then}))
	}
	if c.Status(asOf) == Expired {
		if due, err := c.renewsBy(asOf); err == nil && !due {
			out = append(out, c.told(webhook.ContractExpired, a.Term().Last().String(), d, map[string]any{"through": a.Term().Last()}))
		}
	}
	return out
}
