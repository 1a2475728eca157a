package tax

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ratable/internal/money"
)

var anywhere = []struct{ seller, registered, country, region, postcode, id string }{
	{"US", "US-NY", "US", "NY", "10001", ""}, {"US", "US-TX", "US", "TX", "77002", ""}, {"US", "US-WA", "US", "WA", "98101", ""},
	{"US", "US-CA", "US", "CA", "94105", ""}, {"US", "US-PA", "US", "PA", "15222", ""}, {"US", "US-NY", "US", "MN", "55401", ""},
	{"US", "", "US", "IL", "60601", ""}, {"US", "US-NY", "US", "OR", "97201", ""}, {"US", "US-NY", "JP", "", "", ""},
	{"NL", "NL EU", "NL", "", "1012", ""}, {"NL", "NL EU", "DE", "", "10115", "DE"}, {"NL", "NL EU", "FR", "", "75001", ""},
	{"NL", "NL", "FI", "", "", ""}, {"NL", "NL EU", "GB", "", "", ""}, {"US", "CA CA-QC", "CA", "QC", "", ""}, {"US", "CA", "CA", "NS", "", ""},
}

var products = []string{"saas_b2b", "saas_b2c", "api_usage", "support", "professional_services", "training", "download", "custom_software", "data_processing"}

// anySale draws a sale with lines of every product and sign, and the tables it is taxed by.
func anySale(t *rapid.T, tables []*Tables) (*Tables, Sale) {
	i := rapid.IntRange(0, len(anywhere)-1).Draw(t, "where")
	w := anywhere[i]
	kind := rapid.SampledFrom([]string{"business", "consumer", "government", "nonprofit"}).Draw(t, "kind")
	on := rapid.SampledFrom([]string{"2026-12-31", "2027-01-01", "2025-10-15"}).Draw(t, "tax point")
	s := saleTo(w.seller, w.country, w.region, w.postcode, kind, "", on)
	if w.id != "" {
		s.Buyer.TaxIDs = verified(w.id)
	}
	for id := range rapid.IntRange(1, 7).Draw(t, "lines") {
		s.Lines = append(s.Lines, Line{ID: id, TaxCode: rapid.SampledFrom(products).Draw(t, "product"),
			Net: money.Of(rapid.Int64Range(-200_000, 1_000_000).Draw(t, "net"), "USD")})
	}
	return tables[i], s
}

func everywhere(t *testing.T) (all []*Tables) {
	for _, w := range anywhere {
		all = append(all, testTables(t, w.seller, w.registered))
	}
	return all
}

func TestEveryLineHasARowAndEveryZeroAReason(t *testing.T) {
	tables := everywhere(t)
	rapid.Check(t, func(t *rapid.T) {
		tables, s := anySale(t, tables)
		found, err := Determine(tables, s)
		if err != nil {
			t.Fatal(err)
		}
		rows := map[int]int{}
		for _, r := range found.Rows {
			rows[r.Line]++
			if r.Reason == "" || r.Source == "" || r.Name == "" || r.Precision == "" || r.Policy == "" {
				t.Fatalf("line %d: a row without a reason, source, name, precision or policy: %+v", r.Line, r)
			}
			charged := r.Reason == StandardRated || r.Reason == ReducedRated
			if !charged && !(r.Tax.IsZero() && r.Taxable.IsZero()) {
				t.Fatalf("line %d: %s and yet %s on %s", r.Line, r.Reason, r.Tax, r.Taxable)
			}
		}
		for _, line := range s.Lines {
			if rows[line.ID] == 0 {
				t.Fatalf("line %d has no row", line.ID)
			}
		}
	})
}

var dataProcessing = map[string]bool{"saas_b2b": true, "saas_b2c": true, "api_usage": true, "data_processing": true}

// Rounding may be split over rows as it likes: per group of rows that the regime rounds together, the sum is the
// rounded tax. Here recomputed naively from the printed rows alone.
func TestTheRowsAddUpToTheTaxOfTheDocument(t *testing.T) {
	tables := everywhere(t)
	rapid.Check(t, func(t *rapid.T) {
		tables, s := anySale(t, tables)
		found, err := Determine(tables, s)
		if err != nil {
			t.Fatal(err)
		}
		exact, rounded := map[string]money.Exact{}, map[string]money.Amount{}
		for _, r := range found.Rows {
			key := fmt.Sprint(r.Place, " ", r.Rate)
			if r.Policy == USAggregateInvoice { // state and local together, per taxable share and combined rate
				key = "aggregate"
				for _, other := range found.Rows {
					if other.Line == r.Line && !other.Rate.IsZero() {
						key += fmt.Sprint(" ", other.Place, " ", other.Rate)
					}
				}
			}
			base := r.Taxable.Exact()
			if s.Buyer.Address.Region == "TX" && dataProcessing[s.Lines[r.Line].TaxCode] && !r.Rate.IsZero() {
				base = r.Net.Exact().MulRatio(4, 5) // Rule 3.330; the printed base is rounded, the tax is not computed from it
			}
			exact[key], rounded[key] = exact[key].Add(base.Mul(r.Rate)), rounded[key].Add(r.Tax)
		}
		for key, e := range exact {
			if want := money.Round(e, money.HalfAwayFromZero); s.Buyer.Address.Country != "JP" && rounded[key].Minor() != want.Minor() {
				t.Fatalf("%s: the rows add up to %s, the tax is %s", key, rounded[key], want)
			}
		}
	})
}

func TestTheMirroredSaleHasMirroredRows(t *testing.T) {
	tables := everywhere(t)
	rapid.Check(t, func(t *rapid.T) {
		tables, s := anySale(t, tables)
		found, err := Determine(tables, s)
		if err != nil {
			t.Fatal(err)
		}
		lines := s.Lines
		s.Lines = nil
		for _, line := range lines {
			line.Net = line.Net.Neg()
			s.Lines = append(s.Lines, line)
		}
		mirror, err := Determine(tables, s)
		if err != nil {
			t.Fatal(err)
		}
		for i := range mirror.Rows {
			r := &mirror.Rows[i]
			r.Net, r.Taxable, r.Tax, r.WouldBe = r.Net.Neg(), r.Taxable.Neg(), r.Tax.Neg(), r.WouldBe.Neg()
		}
		if diff := cmp.Diff(found.Rows, mirror.Rows); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestPartialCreditsAddUpToExactlyTheTaxChargedRowByRow(t *testing.T) {
	tables := everywhere(t)
	rapid.Check(t, func(t *rapid.T) {
		tables, s := anySale(t, tables)
		found, err := Determine(tables, s)
		if err != nil {
			t.Fatal(err)
		}
		left := append([]Row(nil), found.Rows...)
		credited := map[int]money.Amount{}
		parts := rapid.IntRange(1, 5).Draw(t, "credits")
		for k := 1; k <= parts; k++ {
			credit := map[int]money.Amount{}
			for _, line := range s.Lines {
				rest := line.Net.Sub(credited[line.ID])
				part := rest
				if k < parts {
					part = money.SpreadTo(rest, rapid.Int64Range(0, 10).Draw(t, "tenths"), 10)
				}
				credit[line.ID] = part
			}
			settleCredits(t, left, Reverse(found.Rows, credited, credit))
			for id, part := range credit {
				credited[id] = credited[id].Add(part)
			}
		}
		for _, r := range left {
			if !r.Net.IsZero() || !r.Taxable.IsZero() || !r.Tax.IsZero() || !r.WouldBe.IsZero() {
				t.Fatalf("line %d in %s: %d credits leave net %s, taxable %s, tax %s", r.Line, r.Place, parts, r.Net, r.Taxable, r.Tax)
			}
		}
	})
}

// settleCredits takes the credits off what is left, and sees that none raises a tax.
func settleCredits(t *rapid.T, left, credits []Row) {
	for _, c := range credits {
		for i := range left {
			r := &left[i]
			if r.Line != c.Line || r.Place != c.Place || r.Name != c.Name {
				continue
			}
			if c.Tax.Sign()*r.Tax.Sign() > 0 {
				t.Fatalf("line %d in %s: a credit raises the tax %s by %s", r.Line, r.Place, r.Tax, c.Tax)
			}
			r.Net, r.Taxable, r.Tax, r.WouldBe = r.Net.Add(c.Net), r.Taxable.Add(c.Taxable), r.Tax.Add(c.Tax), r.WouldBe.Add(c.WouldBe)
		}
	}
}
