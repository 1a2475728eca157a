package entitlements

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"ratable/customers"
	"ratable/internal/period"
	"ratable/internal/webhook"
)

// term is what is announced of a feature when it changes. What was used is no part of it: that changes all the time, and whoever
// wants to know asks.
type term struct {
	Allowed bool        `json:"allowed"`
	State   State       `json:"state"`
	Limit   string      `json:"limit,omitempty"`
	Until   period.Date `json:"until,omitzero"`
}

// terms are those of an answer, by feature.
func (e Entitlements) terms() map[string]term {
	out := make(map[string]term, len(e.Features))
	for _, f := range e.Features {
		t := term{Allowed: f.Allowed, State: f.State, Until: f.Until}
		if f.Limit != nil {
			t.Limit = f.Limit.String()
		}
		out[f.Code] = t
	}
	return out
}

// termsText is how terms are kept and compared: maps are written in the order of their keys.
func termsText(t map[string]term) string {
	text, err := json.Marshal(t)
	if err != nil {
		panic(err) // texts and days
	}
	return string(text)
}

// changedTerm is one feature of an event.
type changedTerm struct {
	Feature string `json:"feature"`
	Was     *term  `json:"was"` // null: nothing gave it
	Is      *term  `json:"is"`  // null: nothing gives it any more, nor did
}

// changes lists what differs, by feature.
func changes(was, is map[string]term) []changedTerm {
	codes := map[string]bool{}
	for code := range was {
		codes[code] = true
	}
	for code := range is {
		codes[code] = true
	}
	var out []changedTerm
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		w, had := was[code]
		i, has := is[code]
		if had && has && w == i {
			continue
		}
		c := changedTerm{Feature: code}
		if had {
			c.Was = &w
		}
		if has {
			c.Is = &i
		}
		out = append(out, c)
	}
	return out
}

// event tells what changed, the nth time for a customer.
func event(who customers.Placement, version string, nth int64, what []changedTerm) webhook.Event {
	return webhook.Event{
		Key: fmt.Sprintf("entitlement.changed:%s:%d", who.ExternalID, nth), Type: webhook.EntitlementChanged,
		Object: webhook.Object{Kind: webhook.Entitlements, ID: who.ExternalID}, Account: int64(who.Account), Customer: who.ExternalID,
		Data: struct {
			Version string        `json:"version"`
			Changed []changedTerm `json:"changed"`
		}{version, what},
	}
}
