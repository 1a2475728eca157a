package api_test

import (
	"net/http"

	"ratable/internal/access"
)

// Usage put right, as far as the walk over events has sent it: w1 and w2 count, another content of w1 was refused.
func init() {
	const replace = `{"customer":"northwind","meter":"api.calls","from":"2026-03-01T00:00:00Z","until":"2026-03-02T00:00:00Z","reason":"the log was read again","events":[],"dry_run":true}`
	walks["more"] = append(walks["more"],
		walk{op: "send-events", role: access.Product, address: "/v1/events", body: "[" + called("walked", "northwind", "5") + "," + called("lost", "nobody", "5") + "]", status: http.StatusAccepted},
		walk{op: "list-usage-events", role: access.Support, address: march, status: http.StatusOK},
		walk{op: "list-usage-events", role: access.Support, address: "/v1/usage/events?customer=northwind", status: http.StatusUnprocessableEntity},
		walk{op: "correct-usage", role: access.Support, address: "/v1/usage/corrections", body: fix("walked", "amend", `,"quantity":"6"`), status: http.StatusOK},
		walk{op: "correct-usage", role: access.Support, address: "/v1/usage/corrections", body: fix("unheard", "retract", ""), status: http.StatusNotFound},
		walk{op: "backfill-usage", role: access.Support, address: "/v1/usage/backfills", body: replace, status: http.StatusOK},
		walk{op: "backfill-usage", role: access.Sales, address: "/v1/usage/backfills", body: replace, status: http.StatusForbidden, unsaid: true},
		walk{op: "list-quarantine", role: access.Support, address: "/v1/usage/quarantine?customer=nobody", status: http.StatusOK},
		walk{op: "list-quarantine", role: access.Support, address: "/v1/usage/quarantine?limit=0", status: http.StatusUnprocessableEntity},
		walk{op: "replay-quarantine", role: access.Support, address: "/v1/usage/quarantine/replay", body: `{"customer":"nobody"}`, status: http.StatusOK},
		walk{op: "replay-quarantine", role: access.Sales, address: "/v1/usage/quarantine/replay", body: `{}`, status: http.StatusForbidden, unsaid: true},
		walk{op: "list-usage-conflicts", role: access.Support, address: "/v1/usage/conflicts?state=open", status: http.StatusOK},
		walk{op: "list-usage-conflicts", role: access.Support, address: "/v1/usage/conflicts?state=closed", status: http.StatusUnprocessableEntity},
		walk{op: "download-invoice-line-usage", role: access.Support, address: "{metered}/usage.csv", status: http.StatusOK},
		walk{op: "download-invoice-line-usage", role: access.Support, address: "/v1/invoices/NONE-1/lines/1/usage.csv", status: http.StatusNotFound},
	)
}
