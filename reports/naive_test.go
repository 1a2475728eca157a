package reports_test

import (
	"strings"
	"testing"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
	"ratable/reports"
)

// journal is every entry of a book, read one by one: the reports are held against plain sums of it.
func journal(t *testing.T, q postgres.Querier, b book) (out []ledger.Entry) {
	t.Helper()
	for e, err := range ledger.Stream(ctx, q, ledger.Filter{Entity: b.entity.ID, Currency: b.currency}) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

// of adds up postings, credit positive, that a test wants.
func of(entries []ledger.Entry, c money.Currency, wants func(e ledger.Entry, p ledger.Posting) bool) money.Amount {
	sum := money.Zero(c)
	for _, e := range entries {
		for _, p := range e.Postings {
			if wants(e, p) {
				sum = sum.Sub(p.Amount)
			}
		}
	}
	return sum
}

func earns(p ledger.Posting) bool { return p.Account.Earns() }

// cell is a figure of a report by the first words of its row and the name of its column.
func cell(t *testing.T, d reports.Drawn, table, row, column string) money.Amount {
	t.Helper()
	grid, ok := d.Table(table)
	if !ok {
		t.Fatalf("%s has no table %s", d.Report.Code, table)
	}
	for i, c := range grid.Columns {
		if c.Name != column {
			continue
		}
		for _, r := range grid.Rows {
			if r.Cells[0].Text == row {
				return r.Cells[i].Amount
			}
		}
		return money.Zero(d.Scope.Currency)
	}
	t.Fatalf("%s/%s has no column %s", d.Report.Code, table, column)
	return money.Amount{}
}

func same(t *testing.T, what string, got, want money.Amount) {
	t.Helper()
	if got.Cmp(want) != 0 {
		t.Errorf("%s: the report says %s, the journal %s", what, got, want)
	}
}

func TestRevenueIsTheSameOnEveryReportAndInTheJournal(t *testing.T) {
	db := company.Clone(t)
	for _, b := range books(t, db) {
		entries := journal(t, db, b)
		income := draw(t, db, "income-statement", b.scope(over))
		waterfall := draw(t, db, "waterfall", b.scope(over))
		for _, m := range []period.Month{over.Add(-2), over.Add(-1), over} {
			booked := of(entries, b.currency, func(e ledger.Entry, p ledger.Posting) bool { return earns(p) && e.BookedOn.MonthOf() == m })
			passed := of(entries, b.currency, func(e ledger.Entry, p ledger.Posting) bool {
				return p.Account == ledger.PayableToPrincipal && p.Schedule != 0 && e.BookedOn.MonthOf() == m
			})
			same(t, b.String()+" income statement "+m.String(), cell(t, income, "income_statement", "Revenue, total", m.String()), booked)
			elsewhere := of(entries, b.currency, func(e ledger.Entry, p ledger.Posting) bool {
				return earns(p) && p.Contract == 0 && strings.HasPrefix(e.Source, "subledger:") && e.BookedOn.MonthOf() == m
			})
			same(t, b.String()+" waterfall "+m.String(), cell(t, waterfall, "waterfall", "Total", m.String()), booked.Sub(elsewhere).Add(passed))
			for _, by := range []string{"product", "customer", "country", "cohort", "billing", "account"} {
				s := b.scope(over)
				s.By = by
				same(t, b.String()+" revenue by "+by+" "+m.String(), cell(t, draw(t, db, "revenue", s), "revenue", "Total", m.String()), booked)
			}
		}
	}
}

func TestRevenueByProductIsWhatTheLinesOfTheContractsEarned(t *testing.T) {
	db := company.Clone(t)
	seen := 0
	for _, b := range books(t, db) {
		entries := journal(t, db, b)
		whole, _ := draw(t, db, "revenue", b.scope(over)).Table("")
		for _, r := range whole.Rows {
			key := productOf(r)
			if r.Kind != reports.Line || key == "" {
				continue
			}
			s := b.scope(over)
			s.By, s.Of = "product", key
			parts := draw(t, db, "revenue", s)
			same(t, "the contracts of "+key, cell(t, parts, "revenue", "Total", "total"), r.Cells[len(r.Cells)-1].Amount)
			table, _ := parts.Table("")
			for _, line := range table.Rows {
				if line.Kind != reports.Line {
					continue
				}
				seen++
				last := line.Cells[len(line.Cells)-1]
				contract, name := pair(last.Link, "contract"), pair(last.Link, "line")
				same(t, key+" of "+line.Cells[0].Text+" "+name, last.Amount, of(entries, b.currency, func(e ledger.Entry, p ledger.Posting) bool {
					return earns(p) && text(p.Contract) == contract && p.Line == name && !e.BookedOn.After(over.Last()) && !e.BookedOn.Before(over.Add(-11).First())
				}))
			}
		}
	}
	if seen < 40 {
		t.Errorf("only %d lines were held against the journal", seen)
	}
}

func TestTheRollForwardOfEveryContractClosesWhereTheNextOneOpens(t *testing.T) {
	db := company.Clone(t)
	for _, b := range books(t, db) {
		entries := journal(t, db, b)
		for _, report := range []struct {
			code     string
			sign     int64
			accounts []ledger.Account
		}{
			{"contract-liabilities", 1, []ledger.Account{ledger.DeferredRevenue, ledger.ContractLiability, ledger.AdjustmentLiability}},
			{"unbilled", -1, []ledger.Account{ledger.UnbilledReceivable, ledger.ContractAsset}},
			{"contract-costs", -1, []ledger.Account{ledger.CapitalizedCommission, ledger.CapitalizedFulfilment}},
		} {
			before := map[string]money.Amount{}
			for m := over.Add(-5); !m.After(over); m = m.Next() {
				d := draw(t, db, report.code, b.scope(m))
				grid, _ := d.Table("")
				closing := map[string]money.Amount{}
				for _, r := range grid.Rows {
					if r.Kind != reports.Line {
						continue
					}
					name, last := r.Cells[0].Text, len(r.Cells)-1
					sum := money.Zero(b.currency)
					for i, c := range grid.Columns[:last] {
						if c.Kind == reports.Figure {
							sum = sum.Add(r.Cells[i].Amount)
						}
					}
					if sum.Cmp(r.Cells[last].Amount) != 0 {
						t.Errorf("%s of %s, %s in %s: opening and moves come to %s, closing is %s", report.code, b, name, m, sum, r.Cells[last].Amount)
					}
					if was, ok := before[name]; ok && was.Cmp(cell(t, d, "by_contract", name, "opening")) != 0 && report.code != "contract-costs" {
						t.Errorf("%s of %s, %s: closed at %s and opens %s at %s", report.code, b, name, was, m, cell(t, d, "by_contract", name, "opening"))
					}
					closing[name] = closing[name].Add(r.Cells[last].Amount)
				}
				for name, was := range before {
					if _, ok := closing[name]; !ok && !was.IsZero() {
						t.Errorf("%s of %s: %s closed at %s and is missing in %s", report.code, b, name, was, m)
					}
				}
				stands := of(entries, b.currency, func(e ledger.Entry, p ledger.Posting) bool {
					return !e.BookedOn.After(m.Last()) && contains(report.accounts, p.Account)
				})
				if report.sign < 0 {
					stands = stands.Neg()
				}
				same(t, report.code+" of "+b.String()+" at the end of "+m.String(), cell(t, d, "by_contract", "Total", "closing"), stands)
				before = closing
			}
		}
	}
}

func TestLiabilitiesMoveByWhatWasBilledCreditedAndRecognized(t *testing.T) {
	db := company.Clone(t)
	for _, b := range books(t, db) {
		entries := journal(t, db, b)
		d := draw(t, db, "contract-liabilities", b.scope(over))
		by := func(words ...string) money.Amount {
			return of(entries, b.currency, func(e ledger.Entry, p ledger.Posting) bool {
				return p.Account == ledger.DeferredRevenue && e.BookedOn.MonthOf() == over && contains(words, firstWord(e.Source))
			})
		}
		total := func(column string) money.Amount { return cell(t, d, "by_contract", "Total", column) }
		same(t, b.String()+" billed", total("billings"), by("invoice"))
		same(t, b.String()+" credited", total("credits"), by("credit_note", "void"))
		same(t, b.String()+" recognized", total("recognized_opening").Add(total("recognized_additions")), by("revenue"))
		prior := draw(t, db, "prior-balances", b.scope(over))
		same(t, b.String()+" out of the opening liability", cell(t, prior, "by_contract", "Total", "from_opening"), total("recognized_opening").Neg())
		if opening := total("opening"); total("recognized_opening").Neg().Cmp(opening) > 0 {
			t.Errorf("%s: more is recognized of the opening balance than there was: %s of %s", b, total("recognized_opening"), opening)
		}
	}
}

func TestCorrectionsAreTheRevenueWhoseMonthIsEarlierThanItsDay(t *testing.T) {
	db := company.Clone(t)
	found := 0
	for _, b := range books(t, db) {
		entries := journal(t, db, b)
		late := func(from, through period.Month, before period.Month) money.Amount {
			return of(entries, b.currency, func(e ledger.Entry, p ledger.Posting) bool {
				m := e.BookedOn.MonthOf()
				return earns(p) && !p.Month.IsZero() && p.Month.Before(m) && !m.Before(from) && !m.After(through) && (before.IsZero() || p.Month.Before(before))
			})
		}
		d := draw(t, db, "corrections", b.scope(over))
		same(t, b.String(), cell(t, d, "corrections", "Total", "amount"), late(over.Add(-11), over, period.Month{}))
		grid, _ := d.Table("")
		found += len(grid.Rows)
		for m := over.Add(-3); !m.After(over); m = m.Next() {
			same(t, b.String()+" served before "+m.String(), cell(t, draw(t, db, "prior-balances", b.scope(m)), "by_contract", "Total", "earlier"), late(m, m, m))
		}
	}
	if found == 0 {
		t.Error("the demo has no correction to be found")
	}
}
