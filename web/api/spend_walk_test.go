package api_test

import (
	"net/http"

	"ratable/internal/access"
)

func init() {
	const customer, alert = "/v1/customers/northwind", `{"kind":"units","meter":"api.calls","thresholds":["80000"],"roles":["technical"],"addresses":["ops@northwind.example"]}`
	walks["more"] = append(walks["more"],
		walk{op: "get-running-bill", role: access.Finance, address: customer + "/running-bill", status: http.StatusOK},
		walk{op: "get-running-bill", role: access.Finance, address: "/v1/customers/nobody/running-bill", status: http.StatusNotFound},
		walk{op: "get-forecast", role: access.Finance, address: customer + "/forecast", status: http.StatusOK},
		walk{op: "get-forecast", role: access.Finance, address: "/v1/customers/nobody/forecast", status: http.StatusNotFound},
		walk{op: "set-alert", role: access.Finance, address: customer + "/alerts", body: alert, status: http.StatusCreated},
		walk{op: "set-alert", role: access.Finance, address: customer + "/alerts", body: `{"kind":"amount","thresholds":["-5"]}`, status: http.StatusUnprocessableEntity, path: "thresholds[0]", unsaid: true},
		walk{op: "list-customer-alerts", role: access.Finance, address: customer + "/alerts", status: http.StatusOK},
		walk{op: "list-customer-alerts", role: access.Finance, address: "/v1/customers/nobody/alerts", status: http.StatusNotFound},
		walk{op: "replace-alert", role: access.Finance, address: customer + "/alerts/1", body: alert, status: http.StatusOK},
		walk{op: "replace-alert", role: access.Finance, address: customer + "/alerts/99", body: alert, status: http.StatusNotFound},
		walk{op: "list-fired-alerts", role: access.Finance, address: "/v1/usage/alerts/rule:1", status: http.StatusOK},
		walk{op: "list-fired-alerts", role: access.Finance, address: "/v1/usage/alerts/rule:99", status: http.StatusNotFound},
		walk{op: "remove-alert", role: access.Finance, address: customer + "/alerts/1", status: http.StatusNoContent},
		walk{op: "remove-alert", role: access.Finance, address: customer + "/alerts/1", status: http.StatusNotFound},
	)
}
