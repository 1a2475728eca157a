package api_test

import "ratable/internal/access"

func init() {
	csvKind := map[string]string{"Content-Type": "text/csv"}
	walks["more"] = append(walks["more"], []walk{
		{op: "import-file", role: access.Sales, address: "/v1/imports/customers?cohort=walked&partial=true", body: "external_id,name,entity,currency,country\nwalker,Walker,nobody,USD,US\n", header: csvKind, status: 200},
		{op: "import-file", role: access.Sales, address: "/v1/imports/customers?cohort=walked&dry_run=true", body: "nmae\nWalker\n", header: csvKind, status: 422, path: "nmae", unsaid: true},
		{op: "import-file", role: access.Sales, address: "/v1/imports/customers?cohort=Walked+2", body: "external_id\nx\n", header: csvKind, status: 422, path: "cohort", unsaid: true},
		{op: "import-file", role: access.Sales, address: "/v1/imports/balances?cohort=walked", body: "type\nx\n", header: csvKind, status: 403, unsaid: true},
		{op: "get-cohort", role: access.Sales, address: "/v1/imports/cohorts/walked", status: 200},
		{op: "get-cohort", role: access.Sales, address: "/v1/imports/cohorts/nobody", status: 404},
		{op: "compare-cohort", role: access.Finance, address: "/v1/imports/cohorts/walked/comparison?all=true", status: 200},
		{op: "compare-cohort", role: access.Finance, address: "/v1/imports/cohorts/nobody/comparison", status: 404},
	}...)
}
