package checklist

import (
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"

	"ratable/revrec"
)

// judge proposes a judgment, and approves it where somebody is given.
func (j *january) judge(text string, approved bool) {
	j.t.Helper()
	x, err := revrec.ParseAssessment([]byte(text))
	if err != nil {
		j.t.Fatal(err)
	}
	j.do(func(tx pgx.Tx) error {
		made, err := revrec.ProposeAssessment(ctx, tx, x, j.Accountant)
		if err != nil || !approved {
			return err
		}
		return revrec.ApproveAssessment(ctx, tx, made.Contract, made.Number, "", j.Finance)
	})
	j.recognize("2026-01-31")
}

const alone = "contract: C-7\neffective: 2026-01-01\nreason: bundle\nallocation: relative\npromises: [{line: platform, standalone: 12000}]\n"

func init() {
	type plant = struct {
		plant func(j *january)
		says  string
	}
	planted["judged"] = plant{func(j *january) { j.judge(alone, false) }, "C-7: assessment 1, effective 2026-01-01, waits for approval: bundle"}
	planted["held_revenue"] = plant{func(j *january) {
		j.judge("contract: C-7\neffective: 2026-01-15\nreason: not accepted\nholds: [{line: platform, reason: not accepted, owner: Alma}]\n", true)
	}, "C-7: line platform is held from 2026-01-15: not accepted; it waits for Alma"}
	planted["stale"] = plant{func(j *january) {
		j.judge(alone, true)
		j.Sign(j.t, strings.NewReplacer("contract: C-7", "contract: C-7\neffective: 2026-01-20\nreason: more", "quantity: 10", "quantity: 12").Replace(deal))
		j.recognize("2026-01-31")
	}, "C-7: version 2 counts from 2026-01-20, after assessment 1 shared the price"}
	planted["standalone"] = plant{func(j *january) {
		j.do(func(tx pgx.Tx) error {
			p, _ := j.sold(tx).Product("platform", day("2026-01-01"))
			low, mid, high := decimal.RequireFromString("110"), decimal.RequireFromString("120"), decimal.RequireFromString("130")
			p.StartsOn, p.Standalone = day("2026-01-01"), []catalog.Standalone{{Currency: "USD", Every: "month", Low: low, Mid: mid, High: high}}
			_, err := catalog.AddProductVersion(ctx, tx, p, j.Finance)
			return err
		})
	}, "C-7: line platform sells platform at 100 USD: Below the range"}
	planted["overbilled"] = plant{func(j *january) {
		j.sql("ledger.billed", `update ledger.billed set amount = 1300000 where line = 'platform' and contract_id = (select id from contracts.contracts where number = 'C-7')`)
	}, "C-7: line platform is billed for 13000.00 USD, its price is 12000.00"}
}

func (j *january) sold(tx pgx.Tx) *catalog.Catalog {
	j.t.Helper()
	c, err := catalog.Load(ctx, tx)
	if err != nil {
		j.t.Fatal(err)
	}
	return c
}
