package reports_test

import (
	"testing"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/reports"
	"ratable/revrec"
)

func TestFixedObligationsAreThoseOfEachContractAndNothingIsCountedTwice(t *testing.T) {
	db := company.Clone(t)
	for _, b := range books(t, db) {
		f := revrec.Filter{Entity: b.entity.ID, Currency: b.currency, AsOf: over}
		found, err := revrec.Remaining(ctx, db, f)
		if err != nil {
			t.Fatal(err)
		}
		numbers, err := contracts.Numbers(ctx, db)
		if err != nil {
			t.Fatal(err)
		}
		d := draw(t, db, "obligations", b.scope(over))
		years := b.scope(over)
		years.By = "years"
		sum := money.Zero(b.currency)
		for _, o := range found {
			number := numbers[int64(o.Contract)]
			same(t, number+" within a year", cell(t, d, "obligations", number, "within_12_months"), o.Year1)
			same(t, number+" in the second", cell(t, d, "obligations", number, "in_13_to_24"), o.Year2)
			same(t, number+" later", cell(t, d, "obligations", number, "later"), o.Later)
			sum = sum.Add(o.Total())
		}
		same(t, b.String()+" in all", cell(t, d, "obligations", "Total", "fixed"), sum)
		same(t, b.String()+" by calendar year", cell(t, draw(t, db, "obligations", years), "obligations", "Total", "fixed"), sum)
		short := b.scope(over)
		short.By = "expedient"
		left := draw(t, db, "obligations", short)
		same(t, b.String()+" with and without contracts of a year", cell(t, left, "obligations", "Total", "total").Sub(cell(t, left, "bridge", "Less contracts of a year or less", "amount")), cell(t, d, "obligations", "Total", "total"))
	}
}

func TestTaxIsWhatTheJournalBookedByInvoicesAndCredits(t *testing.T) {
	db := company.Clone(t)
	for _, b := range books(t, db) {
		entries := journal(t, db, b)
		for _, m := range []period.Month{over.Add(-1), over} {
			s := b.scope(m)
			s.From = m
			d := draw(t, db, "tax", s)
			for column, word := range map[string]string{"charged": "invoice", "credited": "credit_note", "voided": "void"} {
				same(t, b.String()+" "+column+" in "+m.String(), cell(t, d, "by_jurisdiction", "Total", column), of(entries, b.currency, func(e ledger.Entry, p ledger.Posting) bool {
					return p.Account == ledger.TaxLiability && firstWord(e.Source) == word && e.BookedOn.MonthOf() == m
				}))
			}
		}
	}
}

// TestAPriceOutsideItsRangeIsFoundInTheDocument walks every document instead of asking the database.
func TestAPriceOutsideItsRangeIsFoundInTheDocument(t *testing.T) {
	db := company.Clone(t)
	accounts, err := contracts.Accounts(ctx, db, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	agreed, err := contracts.LoadAgreements(ctx, db, accounts)
	if err != nil {
		t.Fatal(err)
	}
	sold, err := catalog.Load(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range books(t, db) {
		want := map[string]bool{}
		for _, all := range agreed {
			for _, a := range all {
				doc := a.Latest().Document
				if a.Entity != b.entity.ID || a.Currency != b.currency || !a.Term().Contains(over.Last()) {
					continue
				}
				for _, l := range doc.Lines {
					if l.Fixed == nil || len(l.Fixed.Ramp) > 0 || len(l.Fixed.Installments) > 0 {
						continue
					}
					p, _ := sold.Product(l.Product, doc.Term.From)
					s, ok := p.StandaloneIn(b.currency, l.Fixed.Every)
					if !ok || s.Ranged() && (l.Fixed.UnitPrice.LessThan(s.Low) || l.Fixed.UnitPrice.GreaterThan(s.High)) {
						want[a.Number+"/"+l.ID] = true
					}
				}
			}
		}
		grid, _ := draw(t, db, "standalone-prices", b.scope(over)).Table("")
		got := map[string]bool{}
		for _, r := range grid.Rows {
			if r.Kind == reports.Line {
				got[r.Cells[0].Text+"/"+r.Cells[1].Text] = true
			}
		}
		for line := range want {
			if !got[line] {
				t.Errorf("%s: %s is sold without a stand-alone price or outside its range, and is not on the report", b, line)
			}
		}
	}
}
