package contracts

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/internal/money"
	"ratable/internal/period"
)

// drawFees is a contract of fixed fees with the terms that cut them: trials,
// further terms, installments, fees asked for once, and amendments of all these.
func drawFees(t *rapid.T) Agreement {
	d := drawFeeDocument(t)
	a := Agreement{Account: 1, Contract: 1, Number: "C-1", Customer: 7, Payer: 7, Currency: d.Money(), Versions: []Version{{1, d.Start(), d}}}
	for range rapid.IntRange(0, 4).Draw(t, "amendments") {
		next := amendFees(t, a)
		a.Versions = append(a.Versions, Version{a.Latest().Number + 1, next.Start(), next})
	}
	for _, v := range a.Versions {
		if found := v.Document.Validate(); len(found) > 0 {
			t.Fatalf("the generator made a bad document: %v", found)
		}
	}
	return a
}

func drawFeeDocument(t *rapid.T) Document {
	from := day("2024-01-01").AddDays(rapid.IntRange(0, 400).Draw(t, "from"))
	d := Document{
		Contract: "C-1", Entity: "e", Customer: "c", Currency: rapid.SampledFrom([]string{"USD", "JPY", "BHD"}).Draw(t, "currency"),
		Term: Term{From: from, Through: from.AddDays(rapid.IntRange(5, 430).Draw(t, "days"))}, Reason: "drawn",
		Billing: Billing{Align: rapid.SampledFrom([]Align{Anniversary, Calendar}).Draw(t, "align")},
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "lines") {
		d.Lines = append(d.Lines, drawFeeLine(t, d, fmt.Sprintf("fee-%d", i)))
	}
	drawTrial(t, &d)
	return d
}

func drawFeeLine(t *rapid.T, d Document, id string) Line {
	l := Line{ID: id, Product: "platform"}
	switch rapid.IntRange(0, 3).Draw(t, "sort") {
	case 0:
		l.Fixed = &Fixed{Every: "term", Installments: drawInstallments(t, d)}
	case 1:
		l.Once = &Once{Quantity: one, UnitPrice: oneOf(t, "99.99", "1000"), On: d.Term.From.AddDays(rapid.IntRange(0, d.Term.Span().Days()-1).Draw(t, "on"))}
	default:
		l.Fixed = &Fixed{Quantity: oneOf(t, "1", "3", "2.5"), UnitPrice: oneOf(t, "9.99", "910", "0.333"),
			Every: rapid.SampledFrom(cadences).Draw(t, "every"), In: rapid.SampledFrom([]Timing{Advance, Arrears}).Draw(t, "in")}
	}
	return l
}

func drawInstallments(t *rapid.T, d Document) []Installment {
	var out []Installment
	on := d.Term.began().AddDays(rapid.IntRange(-60, 30).Draw(t, "first"))
	for range rapid.IntRange(1, 4).Draw(t, "installments") {
		out = append(out, Installment{on, oneOf(t, "100", "333.33", "0.01")})
		on = on.AddDays(rapid.IntRange(1, 200).Draw(t, "next"))
	}
	if last := &out[len(out)-1]; last.On.Before(d.Term.began()) {
		last.On = d.Term.began()
	}
	if d.Currency == "JPY" {
		for i := range out {
			out[i].Amount = out[i].Amount.Ceil()
		}
	}
	return out
}

func drawTrial(t *rapid.T, d *Document) {
	d.Trial = nil
	if rapid.IntRange(0, 2).Draw(t, "on trial") > 0 {
		return
	}
	tr := Trial{Through: d.Term.From.AddDays(rapid.IntRange(0, min(60, d.Term.Span().Days()-1)).Draw(t, "trial days")), Then: rapid.SampledFrom([]TrialEnd{Convert, Convert, End}).Draw(t, "then")}
	for _, l := range d.Lines {
		if l.Fixed == nil || len(l.Fixed.Installments) == 0 {
			tr.Lines = append(tr.Lines, l.ID)
		}
	}
	if len(tr.Lines) > 0 {
		d.Trial = &tr
	}
}

// amendFees changes prices, lists, trial and term, renews, or ends.
func amendFees(t *rapid.T, a Agreement) Document {
	d := a.Latest().Document
	ended := d.Ending != nil // who was let go is not renewed
	d.Lines, d.Reason, d.Ending = slices.Clone(d.Lines), "amended", nil
	latest := min(d.Term.Span().Days(), a.Term().End.Sub(d.Term.From))
	if renew := rapid.IntRange(0, 4).Draw(t, "sort"); renew == 0 && !ended {
		end := d.Term.Through.AddDays(1)
		d.Effective, d.Term.Renewed = end, append(slices.Clone(d.Term.Renewed), end)
		d.Term.Through = d.Term.Through.AddDays(rapid.IntRange(1, 400).Draw(t, "further term"))
		for i := range d.Lines {
			if f := d.Lines[i].Fixed; f != nil && len(f.Installments) > 0 {
				d.Lines[i].Fixed = &Fixed{Every: "term", Installments: drawInstallments(t, d)}
			}
		}
		return d
	}
	d.Effective = d.Term.From.AddDays(rapid.IntRange(0, latest-1).Draw(t, "effective"))
	d.Term.Through = period.MaxDate(d.Effective, d.Term.Through.AddDays(rapid.SampledFrom([]int{0, 0, -100, -20, 50, 365}).Draw(t, "moved")))
	d.Term.Renewed = slices.DeleteFunc(slices.Clone(d.Term.Renewed), func(on period.Date) bool { return d.Term.Through.Before(on) })
	for i := range d.Lines {
		l := &d.Lines[i]
		changed := rapid.Bool().Draw(t, "changed")
		switch {
		case l.Once != nil:
			once := *l.Once
			once.On = period.MinDate(once.On, d.Term.Through)
			l.Once = &once
		case !changed:
		case len(l.Fixed.Installments) > 0:
			l.Fixed = &Fixed{Every: "term", Installments: drawInstallments(t, d)}
		default:
			fixed := *l.Fixed
			fixed.Quantity = fixed.Quantity.Add(one)
			l.Fixed = &fixed
		}
	}
	drawTrial(t, &d)
	if rapid.IntRange(0, 3).Draw(t, "ends") == 0 {
		d.Ending = &Ending{Cause: Convenience, Refund: rapid.SampledFrom([]Refund{Unused, NoRefund}).Draw(t, "refund"), Commitments: Prorated}
	}
	return d
}

func chargeFees(t *rapid.T, a Agreement) []Piece {
	pieces, err := Charges(a, dealCatalog, nil, day("2030-01-01"))
	if err != nil {
		t.Fatal(err)
	}
	return pieces
}

func sum(pieces []Piece, amount func(Piece) money.Amount) int64 {
	var out int64
	for _, p := range pieces {
		out += amount(p).Minor()
	}
	return out
}

func net1(p Piece) money.Amount  { return p.Amount }
func gross(p Piece) money.Amount { return p.Gross }

func TestVersionsCoverTheTermWithoutOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawFees(t)
		next := a.Term().Start
		for _, g := range a.inForce() {
			if g.span.Start != next || g.span.Empty() {
				t.Fatalf("version %d governs %s; the days before end on %s", g.version.Number, g.span, next)
			}
			next = g.span.End
			for i := range a.Versions { // of those that had taken effect, the one agreed last
				if v := a.Versions[i]; v.Number > g.version.Number && v.EffectiveOn.Before(g.span.End) {
					t.Fatalf("version %d governs %s, version %d took effect on %s", g.version.Number, g.span, v.Number, v.EffectiveOn)
				}
			}
		}
		if next != a.Term().End {
			t.Fatalf("the versions cover the term to %s, it ends before %s", next, a.Term().End)
		}
	})
}

func TestFeesNeverOverlapAndShowWhatATrialTookOff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawFees(t)
		pieces := chargeFees(t, a)
		for i, p := range pieces {
			off := money.Zero(a.Currency)
			for _, r := range p.Detail.Reduced {
				off = off.Add(r.Amount)
			}
			free := a.free(p.Line, p.Span.Start)
			switch {
			case p.Gross != p.Amount.Add(off):
				t.Fatalf("%s is %s before reductions of %s and %s after", named(p), p.Gross, off, p.Amount)
			case free && !p.Amount.IsZero():
				t.Fatalf("%s is on trial and costs %s", named(p), p.Amount)
			case !free && !off.IsZero():
				t.Fatalf("%s is not on trial and lowered by %s", named(p), off)
			case p.Amount.Sign() < 0:
				t.Fatalf("%s costs %s", named(p), p.Amount)
			case !a.Term().Covers(p.Served()):
				t.Fatalf("%s serves %s, the contract ends with %s", named(p), p.Served(), a.Term())
			}
			for _, q := range pieces[:i] {
				if q.Line == p.Line && q.Kind == p.Kind && q.Span.Overlaps(p.Span) {
					t.Fatalf("%s and %s overlap", named(q), named(p))
				}
			}
		}
	})
}

func TestATrialCutsFeesAndChangesNoCentOfThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawFeeDocument(t)
		if d.Trial == nil || d.Trial.Then == End {
			return
		}
		a := Agreement{Currency: d.Money(), Versions: []Version{{1, d.Start(), d}}}
		tried := chargeFees(t, a)
		a.Versions[0].Document.Trial = nil
		if got, want := sum(tried, gross), sum(chargeFees(t, a), net1); got != want {
			t.Fatalf("with a trial the fees are worth %d, without %d", got, want)
		}
	})
}

func TestARenewedContractChargesWhatTwoContractsWould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawFeeDocument(t)
		d.Trial = nil
		d.Lines = slices.DeleteFunc(d.Lines, func(l Line) bool { return l.Once != nil || len(l.Fixed.Installments) > 0 })
		further := d
		further.Term.From = d.Term.Through.AddDays(1)
		further.Term.Through = further.Term.From.AddDays(rapid.IntRange(0, 400).Draw(t, "further"))
		renewed := d
		renewed.Term.Through, renewed.Term.Renewed = further.Term.Through, []period.Date{further.Term.From}
		if rapid.Bool().Draw(t, "as an amendment") {
			renewed.Effective = further.Term.From
		}
		of := func(documents ...Document) []Piece {
			a := Agreement{Currency: d.Money()}
			for i, x := range documents {
				a.Versions = append(a.Versions, Version{i + 1, x.Start(), x})
			}
			pieces := chargeFees(t, a)
			for i := range pieces {
				pieces[i].Version = 0
			}
			slices.SortStableFunc(pieces, func(p, q Piece) int { return p.Span.Start.Compare(q.Span.Start) })
			return pieces
		}
		two := append(of(d), of(further)...)
		together := of(d, renewed)
		if renewed.Effective.IsZero() {
			together = of(renewed)
		}
		if diff := cmp.Diff(two, together); diff != "" {
			t.Fatalf("one renewed contract charges otherwise (-two +one):\n%s", diff)
		}
	})
}

func TestWhatInstallmentsAskForIsTheirListOrThePartThatIsServed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawFeeDocument(t)
		d.Trial, d.Lines = nil, []Line{{ID: "fee", Product: "platform", Fixed: &Fixed{Every: "term", Installments: drawInstallments(t, d)}}}
		total := decimal.Zero
		for _, x := range d.Lines[0].Fixed.Installments {
			total = total.Add(x.Amount)
		}
		list := money.Round(money.Price(total, d.Money()), money.HalfAwayFromZero)
		a := Agreement{Currency: d.Money(), Versions: []Version{{1, d.Start(), d}}}
		if got := sum(chargeFees(t, a), net1); got != list.Minor() {
			t.Fatalf("the list comes to %s, asked for is %d minor units", list, got)
		}
		cut := d
		cut.Term.Through = d.Term.Through.AddDays(-rapid.IntRange(0, d.Term.Span().Days()-2).Draw(t, "shorter"))
		cut.Effective = d.Term.From.AddDays(1)
		a.Versions = append(a.Versions, Version{2, cut.Start(), cut})
		if got, want := sum(chargeFees(t, a), net1), part(list, cut.Term.Span(), d.Term.Span()); got != want.Minor() {
			t.Fatalf("%s of %s for %s: %s are due, asked for is %d minor units", cut.Term.Span(), list, d.Term.Span(), want, got)
		}
	})
}

func TestADocumentIsItsExport(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := amendFees(t, drawFees(t))
		if rapid.Bool().Draw(t, "renews") {
			d.Renewal = &Renewal{Auto: true, Months: 12, NoticeDays: 30, UpliftPercent: oneOf(t, "3.5", "-10", "0"), Price: rapid.SampledFrom([]RenewalPrice{AgreedPrice, CatalogPrice}).Draw(t, "price")}
		}
		switch rapid.IntRange(0, 3).Draw(t, "reseller") {
		case 1:
			d.Payer, d.Reseller = "partner", &Reseller{Kind: Wholesale, MarginPercent: oneOf(t, "12.5", "20")}
		case 2:
			d.Reseller = &Reseller{Kind: Referral, Partner: "partner", CommissionPercent: oneOf(t, "10"), Role: Principal}
		case 3:
			d.Payer, d.Reseller = "market", &Reseller{Kind: Marketplace, FeePercent: oneOf(t, "3"), Role: Agent}
		}
		d.Signer = rapid.SampledFrom([]string{"", "boss"}).Draw(t, "signer")
		d.Billing.Late = rapid.SampledFrom([]LateUsage{"", NextInvoice, AtOnce, Reissue}).Draw(t, "late")
		move := Line{ID: "move", Product: "platform", Role: Principal, Once: &Once{UnitPrice: oneOf(t, "5"), Milestone: "data is moved"}}
		if d.Deal() != Marketplace {
			move.Role, move.PassOnPercent, move.Supplier = Agent, oneOf(t, "70"), "maker"
		}
		d.Lines = append(d.Lines, move)
		d.normalize()
		text, err := Export(d)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(text)
		if err != nil {
			t.Fatalf("its export is refused: %v\n%s", err, text)
		}
		if diff := cmp.Diff(d, again); diff != "" {
			t.Fatalf("exported and read again (-before +after):\n%s\n%s", diff, text)
		}
		for _, quote := range []string{`"`, `'`} {
			if i := slices.Index([]rune(string(text)), rune(quote[0])); i >= 0 {
				t.Fatalf("a figure or day is quoted:\n%s", text)
			}
		}
	})
}
