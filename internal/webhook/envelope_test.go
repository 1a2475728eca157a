package webhook

import "testing"

func TestAnEventSaysWhereTheRestIsFetched(t *testing.T) {
	for _, c := range []struct {
		object Object
		want   string
	}{
		{Object{Customer, "Ä/1"}, "/v1/customers/%C3%84%2F1"}, {Object{Contract, "C-100"}, "/v1/contracts/C-100"}, {Object{Invoice, "NLUS-2026-000001"}, "/v1/invoices/NLUS-2026-000001"},
		{Object{CreditNote, "NLUS-2026-000002"}, "/v1/invoices/NLUS-2026-000002"}, {Object{Payment, "R-000120"}, "/v1/payments/120"}, {Object{Period, "nlus/2026-03"}, "/v1/periods?entity=nlus"},
		{Object{UsageAlert, "7"}, "/v1/usage/alerts/7"}, {Object{UsageBatch, "1"}, "/v1/usage/quarantine"}, {Object{Entitlements, "helios"}, "/v1/entitlements/helios"},
		{Object{endpointKind, "3"}, "/v1/webhooks/endpoints/3"},
	} {
		if got := c.object.href(); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.object.Kind, c.object.ID, got, c.want)
		}
	}
}

// A receiver keeps ids for ever: the id of an event follows from its key alone.
func TestTheIDOfAnEventFollowsFromItsKey(t *testing.T) {
	id := eventID(half([]byte("invoice.issued:NLUS-2026-000001")))
	if id != "evt_217fbe6bec1fe68bb7da677af7e2a1d4" {
		t.Errorf("the id is %s: a change would send every receiver what it has seen", id)
	}
	if key, ok := keyOf(id); !ok || eventID(key) != id {
		t.Error("the id is not read back")
	}
	for _, bad := range []string{"", "evt_", id + "0", "evt_" + id[4:35] + "g"} {
		if _, ok := keyOf(bad); ok {
			t.Errorf("%q is taken for an id", bad)
		}
	}
}
