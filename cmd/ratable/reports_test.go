package main

import (
	"testing"

	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
)

func TestAReportIsWrittenAsTextCSVAndWorkbookAndABadQuestionIsBadInput(t *testing.T) {
	db := pgtest.New(t)
	company := invoicingtest.New(t, db)
	company.Sign(t, deal)
	company.Bill(t, "2026-01-01")
	env := settings(t, db)
	ask := []string{"report", "contract-liabilities", "--entity", "rtus", "--month", "2026-01"}
	ratable(t, env, "", "report").want(t, 0, "income-statement", "What is left of revenue")
	ratable(t, env, "", ask...).want(t, 0, "Contract liability roll-forward", "Recognized of opening", "Closing: this report", ": agrees")
	ratable(t, env, "", append(ask, "--format", "csv")...).want(t, 0, "contract,opening,billings,credits")
	ratable(t, env, "", append(ask, "--format", "xlsx")...).want(t, 0, "PK")
	ratable(t, env, "", append(ask, "--format", "csv", "--table", "by_moon")...).want(t, exitBadInput, "table: is none of the report's: by_contract")
	ratable(t, env, "", "report", "profit").want(t, exitBadInput, `there is no report "profit"`)
	ratable(t, env, "", "report", "revenue").want(t, exitBadInput, "entity: must be one of our legal entities: rtus")
	ratable(t, env, "", "report", "revenue", "--entity", "rtus", "--by", "color").want(t, exitBadInput, "by: is no way this report can be laid out")
	ratable(t, env, "", "report", "revenue", "--entity", "rtus", "--from", "last").want(t, exitBadInput, "from: is not a month such as 2026-03")
	ratable(t, env, "", "report", "waterfall", "--entity", "rtus", "--month", "2026-01", "--since", "2025-12").want(t, exitBadInput, "since: was not closed")
}
