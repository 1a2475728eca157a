package api_test

import (
	"net/http"
	"strings"

	"ratable/internal/access"
	"ratable/web/webtest"
)

const acme = `{"external_id":"acme","name":"Acme","entity":"rus","currency":"USD","billing":{"lines":["1 Main St"],"city":"New York","region":"NY","postcode":"10001","country":"US"},"contacts":[{"role":"payable","email":"ap@acme.example"}]}`

func init() {
	bearer := func(kind string) map[string]string { return map[string]string{"Content-Type": kind} }
	json := map[string]string{"Accept": jsonKind}
	deal := strings.Replace(webtest.Document, "C-2026-001", "C-2026-060", 1)
	asJSON := `{"contract":"C-2026-061","entity":"rus","customer":"northwind","currency":"USD","term":{"from":"2026-01-01","through":"2026-12-31"},"billing":{"net_days":30},"lines":[{"id":"seats","product":"platform","fixed":{"quantity":25,"unit_price":"40.00","every":"month"}}]}`

	walks["customers"] = []walk{
		{op: "create-customer", role: access.Sales, address: "/v1/customers", body: acme, status: http.StatusCreated},
		{op: "create-customer", role: access.Sales, address: "/v1/customers", body: acme, status: http.StatusConflict},
		{op: "create-customer", role: access.Sales, address: "/v1/customers", body: strings.Replace(acme, `"name":"Acme"`, `"name":""`, 1), status: 422, path: "name"},
		{op: "create-customer", role: access.Sales, address: "/v1/customers", body: strings.Replace(acme, `"entity":"rus"`, `"entity":"xyz"`, 1), status: 422, path: "entity", unsaid: true},
		{op: "create-customer", role: access.Product, address: "/v1/customers", body: acme, status: http.StatusForbidden},
		{op: "list-customers", role: access.Support, address: "/v1/customers?limit=1&search=a", status: 200},
		{op: "list-customers", role: access.Support, address: "/v1/customers?limit=0", status: 422, path: "limit"},
		{op: "list-customers", role: access.Support, address: "/v1/customers?limit=many", status: 422, path: "limit"},
		{op: "list-customers", role: access.Support, address: "/v1/customers?cursor=zzz", status: 422, path: "cursor", unsaid: true},
		{op: "list-customers", role: access.Support, address: "/v1/customers?serach=a", status: 422, path: "serach", unsaid: true},
		{op: "get-customer", role: access.Support, address: "/v1/customers/acme", status: 200},
		{op: "get-customer", role: access.Support, address: "/v1/customers/nobody", status: 404},
		{op: "amend-customer", role: access.Finance, address: "/v1/customers/acme", body: `{"name":"Acme Corp","reason":"rebranded","set_tax_ids":[{"kind":"us_ein","value":"12-3456780","country":"US"}]}`, status: 200},
		{op: "amend-customer", role: access.Finance, address: "/v1/customers/acme", body: `{"nmae":"Acme"}`, status: 422, path: "nmae"},
		{op: "amend-customer", role: access.Finance, address: "/v1/customers/nobody", body: `{"name":"Acme"}`, status: 404},
		{op: "get-balance", role: access.Support, address: "/v1/customers/northwind/balance", status: 200},
		{op: "get-balance", role: access.Support, address: "/v1/customers/nobody/balance", status: 404},
	}
	walks["catalog"] = []walk{
		{op: "list-products", role: access.Support, address: "/v1/catalog/products", status: 200},
		{op: "list-products", role: access.Support, address: "/v1/catalog/products?on=yesterday", status: 422, path: "on"},
		{op: "list-plans", role: access.Support, address: "/v1/catalog/plans?on=2026-04-01", status: 200},
		{op: "list-plans", role: "", address: "/v1/catalog/plans", status: 401},
		{op: "list-meters", role: access.Support, address: "/v1/catalog/meters", status: 200},
		{op: "list-meters", role: "", address: "/v1/catalog/meters", status: 401},
		{op: "propose-catalog-change", role: access.Product, address: "/v1/catalog/proposals?reason=storage", body: "meters:\n  - {code: storage.gb, name: Storage, unit: GB, aggregation: max}\n", header: bearer(yamlKind), status: http.StatusCreated},
		{op: "propose-catalog-change", role: access.Product, address: "/v1/catalog/proposals", body: `{"meters":[{"code":"storage gb","name":"Storage"}]}`, status: 422, unsaid: true},
		{op: "propose-catalog-change", role: access.Sales, address: "/v1/catalog/proposals", body: `{"meters":[]}`, status: 403},
	}
	walks["contracts"] = []walk{
		{op: "enter-contract", role: access.Sales, address: "/v1/contracts", body: deal, header: bearer(yamlKind), status: http.StatusCreated},
		{op: "enter-contract", role: access.Sales, address: "/v1/contracts", body: asJSON, status: http.StatusCreated},
		{op: "enter-contract", role: access.Sales, address: "/v1/contracts", body: strings.Replace(asJSON, `"quantity":25`, `"quantity":-25`, 1), status: 422, path: "lines[0].fixed.quantity", unsaid: true},
		{op: "enter-contract", role: access.Sales, address: "/v1/contracts", body: strings.Replace(asJSON, `"billing"`, `"biling"`, 1), status: 422, path: "biling"},
		{op: "enter-contract", role: access.Sales, address: "/v1/contracts", body: deal, header: bearer("text/plain"), status: http.StatusUnsupportedMediaType, path: "Content-Type"},
		{op: "preview-contract", role: access.Sales, address: "/v1/contracts/preview?expect=api.calls:20000", body: strings.Replace(deal, "C-2026-060", "C-2026-062", 1), header: bearer(yamlKind), status: 200},
		{op: "preview-contract", role: access.Sales, address: "/v1/contracts/preview?expect=api.calls", body: strings.Replace(deal, "C-2026-060", "C-2026-062", 1), header: bearer(yamlKind), status: 422, path: "expect", unsaid: true},
		{op: "list-contracts", role: access.Support, address: "/v1/contracts?customer=northwind&limit=2", status: 200},
		{op: "list-contracts", role: access.Support, address: "/v1/contracts?customer=nobody", status: 422, path: "customer", unsaid: true},
		{op: "get-contract", role: access.Support, address: "/v1/contracts/C-2026-060", status: 200},
		{op: "get-contract", role: access.Support, address: "/v1/contracts/C-2026-060", header: json, status: 200},
		{op: "get-contract", role: access.Support, address: "/v1/contracts/C-0", status: 404},
		{op: "get-contract", role: access.Support, address: "/v1/contracts/C-2026-060", header: map[string]string{"Accept": "text/html"}, status: http.StatusNotAcceptable, path: "Accept"},
		{op: "get-contract-summary", role: access.Support, address: "/v1/contracts/C-2026-060/summary", status: 200},
		{op: "get-contract-summary", role: access.Support, address: "/v1/contracts/C-0/summary", status: 404},
		{op: "list-contract-versions", role: access.Support, address: "/v1/contracts/C-2026-001/versions", status: 200},
		{op: "list-contract-versions", role: access.Support, address: "/v1/contracts/C-0/versions", status: 404},
		{op: "get-contract-version", role: access.Support, address: "/v1/contracts/C-2026-001/versions/1", header: json, status: 200},
		{op: "get-contract-version", role: access.Support, address: "/v1/contracts/C-2026-001/versions/7", status: 404},
		{op: "submit-contract", role: access.Sales, address: "/v1/contracts/C-2026-060/submit", body: `{}`, status: 200},
		{op: "submit-contract", role: access.Sales, address: "/v1/contracts/C-2026-060/submit", body: `{"reason":7}`, status: 422, path: "reason"},
		{op: "approve-contract", role: access.Finance, address: "/v1/contracts/C-2026-060/approve", body: `{"reason":"as on the order form"}`, status: 200},
		{op: "approve-contract", role: access.Finance, address: "/v1/contracts/C-2026-060/approve", body: `{}`, status: 409},
		{op: "approve-contract", role: access.Sales, address: "/v1/contracts/C-2026-002/approve", body: `{}`, status: 403},
		{op: "reject-contract", role: access.Finance, address: "/v1/contracts/C-2026-002/reject", body: `{}`, status: 422, path: "reason", unsaid: true},
		{op: "reject-contract", role: access.Finance, address: "/v1/contracts/C-2026-002/reject", body: `{"reason":"no such price"}`, status: 200},
		{op: "get-revenue-schedule", role: access.Finance, address: "/v1/contracts/C-2026-001/revenue", status: 200},
		{op: "get-revenue-schedule", role: access.Finance, address: "/v1/contracts/C-0/revenue", status: 404},
	}
	walks["subscriptions"] = []walk{
		{op: "sign-up", role: access.Sales, address: "/v1/subscriptions", body: signUp, header: map[string]string{"Idempotency-Key": "walk-1"}, status: http.StatusCreated},
		{op: "sign-up", role: access.Sales, address: "/v1/subscriptions", body: signUp, header: map[string]string{"Idempotency-Key": "walk-1"}, status: 200},
		{op: "sign-up", role: access.Sales, address: "/v1/subscriptions", body: signUp, status: 422, path: "Idempotency-Key"},
		{op: "change-subscription", role: access.Sales, address: "/v1/subscriptions/S-000001/changes", body: `{"change":"plan","plan":"pro"}`, status: http.StatusCreated},
		{op: "change-subscription", role: access.Sales, address: "/v1/subscriptions/S-000001/changes", body: `{"chnage":"plan"}`, status: 422, path: "chnage"},
	}
	walks["usage"] = []walk{
		{op: "send-events", role: access.Product, address: "/v1/events", body: "[" + measured("w1", "5") + "," + measured("w2", "7") + "]", status: http.StatusAccepted},
		{op: "send-events", role: access.Product, address: "/v1/events", body: measured("w1", "5"), header: bearer("application/cloudevents+json"), status: http.StatusAccepted},
		{op: "send-events", role: access.Product, address: "/v1/events", body: "[" + measured("w3", "5") + "]", header: bearer("application/cloudevents-batch+json"), status: http.StatusAccepted},
		{op: "send-events", role: access.Product, address: "/v1/events", body: measured("w1", "6"), status: http.StatusConflict},
		{op: "send-events", role: access.Product, address: "/v1/events", body: "[" + measured("w4", "-1") + "]", status: 422, path: "events[0].data.quantity", unsaid: true},
		{op: "send-events", role: access.Product, address: "/v1/events", body: measured("w1", "6"), header: bearer("text/csv"), status: http.StatusUnsupportedMediaType},
		{op: "get-usage", role: access.Support, address: "/v1/customers/northwind/usage?from=2026-04-01&through=2026-04-30", status: 200},
		{op: "get-usage", role: access.Support, address: "/v1/customers/northwind/usage?from=2026-04-01", status: 422, path: "through"},
		{op: "get-usage", role: access.Support, address: "/v1/customers/northwind/usage?from=2026-04-30&through=2026-04-01", status: 422, path: "through", unsaid: true},
		{op: "get-usage-days", role: access.Support, address: "/v1/customers/northwind/usage/api.calls/days?from=2026-04-01&through=2026-04-30", status: 200},
		{op: "get-usage-days", role: access.Support, address: "/v1/customers/northwind/usage/none/days?from=2026-04-01&through=2026-04-30", status: 404},
	}
	walks["entitlements"] = []walk{
		{op: "get-entitlements", role: access.Support, address: "/v1/entitlements/northwind", status: 200},
		{op: "get-entitlements", role: access.Support, address: "/v1/entitlements/nobody", status: 404},
		{op: "get-entitlement", role: access.Support, address: "/v1/entitlements/northwind/seats", status: 200},
		{op: "get-entitlement", role: access.Support, address: "/v1/entitlements/northwind/nothing", status: 404},
		{op: "check-entitlements", role: access.Support, address: "/v1/entitlements", body: `{"checks":[{"customer":"northwind","feature":"seats"},{"customer":"nobody","feature":"seats"}]}`, status: 200},
		{op: "check-entitlements", role: access.Support, address: "/v1/entitlements", body: `{"checks":[]}`, status: 422},
	}
	walks["invoices"] = []walk{
		{op: "list-invoices", role: access.Support, address: "/v1/invoices?limit=2&kind=invoice", status: 200},
		{op: "list-invoices", role: access.Support, address: "/v1/invoices?kind=bill", status: 422, path: "kind"},
		{op: "get-invoice", role: access.Support, address: "/v1/invoices/RUS-2026-000001", status: 200},
		{op: "get-invoice", role: access.Support, address: "/v1/invoices/RUS-0", status: 404},
		{op: "get-invoice-pdf", role: access.Support, address: "/v1/invoices/RUS-2026-000001/pdf", status: 200},
		{op: "get-invoice-pdf", role: access.Support, address: "/v1/invoices/RUS-2026-000001/pdf", header: json, status: http.StatusNotAcceptable},
		{op: "list-invoice-line-usage", role: access.Support, address: "{metered}/usage?limit=5", status: 200},
		{op: "list-invoice-line-usage", role: access.Support, address: "/v1/invoices/RUS-2026-000001/lines/1/usage", status: 422, path: "line", unsaid: true},
		{op: "request-credit", role: access.Support, address: "/v1/invoices/RUS-2026-000001/credits", body: `{"line":1,"amount":"900.00","reason":"An outage"}`, status: http.StatusAccepted},
		{op: "request-credit", role: access.Support, address: "/v1/invoices/RUS-2026-000001/credits", body: `{"line":1,"amount":"-5","reason":"An outage"}`, status: 422, path: "amount", unsaid: true},
		{op: "request-credit", role: access.Support, address: "/v1/invoices/RUS-2026-000001/credits", body: `{"line":1,"amount":"5"}`, status: 422, path: "reason"},
	}
	transfer := `{"payer":"northwind","currency":"USD","amount":"1000.00","received_on":"2026-04-10","reference":"RUS-2026-000001","transaction":"T-1"}`
	walks["payments"] = []walk{
		{op: "record-payment", role: access.Finance, address: "/v1/payments", body: transfer, status: http.StatusCreated},
		{op: "record-payment", role: access.Finance, address: "/v1/payments", body: transfer, status: 200},
		{op: "record-payment", role: access.Finance, address: "/v1/payments", body: strings.Replace(transfer, "1000.00", "1000.005", 1), status: 422, path: "amount", unsaid: true},
		{op: "record-payment", role: access.Finance, address: "/v1/payments", body: strings.Replace(transfer, `"1000.00"`, `1000.00`, 1), status: 422, path: "amount"},
		{op: "list-payments", role: access.Finance, address: "/v1/payments?customer=northwind", status: 200},
		{op: "list-payments", role: access.Finance, address: "/v1/payments?unapplied=perhaps", status: 422, path: "unapplied"},
		{op: "get-payment", role: access.Finance, address: "/v1/payments/1", status: 200},
		{op: "get-payment", role: access.Finance, address: "/v1/payments/99", status: 404},
		{op: "get-ageing", role: access.Finance, address: "/v1/ageing?entity=rus", status: 200},
		{op: "get-ageing", role: access.Sales, address: "/v1/ageing", status: 403},
	}
	walks["books"] = []walk{
		{op: "list-journal-entries", role: access.Accountant, address: "/v1/journal-entries?limit=2&source=invoice", status: 200},
		{op: "list-journal-entries", role: access.Accountant, address: "/v1/journal-entries?month=now", status: 422, path: "month"},
		{op: "list-journal-entries", role: access.Sales, address: "/v1/journal-entries", status: 403},
		{op: "get-trial-balance", role: access.Accountant, address: "/v1/trial-balance?month=2026-04", status: 200},
		{op: "get-trial-balance", role: access.Accountant, address: "/v1/trial-balance?entity=xyz", status: 422, path: "entity", unsaid: true},
		{op: "list-periods", role: access.Accountant, address: "/v1/periods?entity=rus", status: 200},
		{op: "list-periods", role: access.Accountant, address: "/v1/periods", status: 422, path: "entity"},
	}
	walks["state"] = []walk{
		{op: "get-health", address: "/healthz", status: 200},
		{op: "get-readiness", address: "/readyz", status: 200},
		{op: "get-openapi", address: "/v1/openapi.json", status: 200},
		{op: "get-openapi-yaml", address: "/v1/openapi.yaml", status: 200},
		{op: "get-openapi-3-0", address: "/v1/openapi-3.0.json", status: 200},
		{op: "get-openapi-3-0-yaml", address: "/v1/openapi-3.0.yaml", status: 200},
	}
}
