package customers

import (
	"crypto/rand"

	"ratable/internal/webhook"
)

// told is an event about a customer. No name, address or contact stands in it: who asks the API for them has the right to.
func told(t webhook.Type, c Customer, key string, data any) webhook.Event {
	return webhook.Event{Key: string(t) + ":" + key, Type: t, Object: webhook.Object{Kind: webhook.Customer, ID: c.ExternalID},
		Account: int64(c.Account), Customer: c.ExternalID, Data: data}
}

func toldCreated(c Customer) webhook.Event {
	return told(webhook.CustomerCreated, c, c.ExternalID, map[string]string{"currency": string(c.Currency), "signed_up_on": c.SignedUpOn.String()})
}

// toldChanged says which parts changed. An amendment has no number of its own, and each is a fact of its own.
func toldChanged(c Customer, parts []string, startsOn string) webhook.Event {
	return told(webhook.CustomerChanged, c, c.ExternalID+":"+rand.Text(), map[string]any{"changed": parts, "starts_on": startsOn})
}

// parts are what an amendment is about, in the words of the API.
func (a Amendment) parts() []string {
	out := []string{}
	for _, p := range []struct {
		name    string
		changed bool
	}{
		{"profile", a.Profile != nil}, {"billing_address", a.Billing != nil}, {"service_address", a.Service != nil}, {"own_invoice", a.OwnInvoice != nil},
		{"contacts", len(a.SetContacts)+len(a.RemoveContacts) > 0}, {"tax_ids", len(a.SetTaxIDs)+len(a.RemoveTaxIDs) > 0},
	} {
		if p.changed {
			out = append(out, p.name)
		}
	}
	return out
}
