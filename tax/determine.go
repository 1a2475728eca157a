package tax

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/money"
)

// Determine taxes a sale. It is pure: the same tables and sale give the same rows, in the order of the lines.
//
// Read it aloud: check, locate the buyer, then for each line find the place of supply, and there in each jurisdiction
// ask for registration, taxability, certificate and rate; at the end round the document as its regimes prescribe.
func Determine(t *Tables, s Sale) (Result, error) {
	if err := s.check(t); err != nil {
		return Result{}, fmt.Errorf("determine tax: %w", err)
	}
	dest, err := t.locate(s.Buyer.Address)
	if err != nil {
		return Result{}, fmt.Errorf("determine tax: %w", err)
	}
	home := t.home(s.Seller)
	var all []component
	for _, line := range s.Lines {
		found, err := t.tax(s, line, home, dest)
		if err != nil {
			return Result{}, fmt.Errorf("determine tax of line %d on %s: %w", line.ID, s.On, err)
		}
		all = append(all, found...)
	}
	return Result{Rows: settle(all, s.Currency), Warnings: warnings(dest)}, nil
}

// home is the seller's country as a place of supply (art. 45).
func (t *Tables) home(s Seller) locus {
	place, ok := t.places[s.Country]
	if !ok {
		place = Place{Code: s.Country, Level: Country, Name: s.Country, Country: s.Country}
	}
	return locus{country: s.Country, union: t.within(s.Country, "EU"), places: []Place{place}, precision: ByCountry}
}

// component is a row before rounding.
type component struct {
	row     Row
	tax     string // kind of tax and class, "" for a zero
	exact   money.Exact
	wouldBe money.Exact
}

func (t *Tables) tax(s Sale, line Line, home, dest locus) ([]component, error) {
	product := t.products[line.TaxCode]
	where := t.place(s, product, home, dest)
	if where.reason == "" {
		return t.stack(s, line, product, where.at, false)
	}
	zero := t.zero(line, where.at, where.at.head(), where.reason, where.note, where.source)
	// A sale beyond our registrations still counts toward nexus. Where the rules leave it undecided there is no figure.
	if asIf, err := t.stack(s, line, product, where.at, true); err == nil && where.reason == OutsideScope && !where.at.union {
		zero.wouldBe = exactTax(asIf)
	}
	return []component{zero}, nil
}

// stack taxes a line in every jurisdiction of a place. A zero below the head that has the head's reason says nothing
// new: it is folded into the head's row.
func (t *Tables) stack(s Sale, line Line, product ProductCode, at locus, asIf bool) (all []component, err error) {
	for _, place := range at.places {
		found, err := t.levy(s, line, product, at, place, asIf)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			if len(all) > 0 && c.tax == "" && all[0].tax == "" && c.row.Reason == all[0].row.Reason {
				all[0].wouldBe = all[0].wouldBe.Add(c.wouldBe)
				continue
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// levy is one jurisdiction's answer for one line.
func (t *Tables) levy(s Sale, line Line, product ProductCode, at locus, place Place, asIf bool) ([]component, error) {
	rule, known := t.rule(place.Code, product, s.Buyer.Kind, s.On)
	zero := func(reason Reason, note string) []component {
		return []component{t.zero(line, at, place, reason, note, rule.cited())}
	}
	switch {
	case known && rule.Treatment == NoTax:
		return zero(NotSubjectToTax, ""), nil
	case !asIf && !t.isRegistered(s.Seller, place.Code, s.On):
		row := zero(NotCollecting, "")
		row[0].row.Source = fmt.Sprintf("%s is not registered in %s on %s; %s", s.Seller.Code, place.Name, s.On, rule.cited())
		if charged, err := t.charge(s, line, at, place, rule); err == nil {
			row[0].wouldBe = exactTax(charged)
		}
		return row, nil
	case !known || rule.Treatment == Undecided:
		return nil, fault.New(fault.Invalid, "whether %s is taxable in %s is not decided: record a taxability rule", product.Code, place.Name)
	case rule.Treatment == Exempt:
		return zero(ProductExempt, ""), nil
	}
	if e, ok := t.exemption(s.Buyer.Customer, place.Code, line.TaxCode, s.On); ok && !asIf {
		return zero(CustomerExempt, strings.TrimSpace(fmt.Sprintf("Exempt: %s, certificate %s", e.Reason, e.Number))), nil
	}
	return t.charge(s, line, at, place, rule)
}

// charge applies the rates of a place. A state or country that taxes without a rate is a hole in the tables; a local
// place may well not have levied anything yet.
func (t *Tables) charge(s Sale, line Line, at locus, place Place, rule Rule) ([]component, error) {
	if rule.Treatment != Taxable {
		return nil, nil
	}
	rates := t.ratesOn(place.Code, rule.Class, s.On)
	if len(rates) == 0 && rule.Class != "standard" {
		rates = t.ratesOn(place.Code, "standard", s.On)
	}
	if len(rates) == 0 && place.Code == at.head().Code {
		return nil, fault.New(fault.NotFound, "no %s rate of %s is held", rule.Class, place.Name)
	}
	base := line.Net.Exact().Mul(rule.Share)
	all := make([]component, len(rates))
	for i, r := range rates {
		c := t.zero(line, at, place, StandardRated, "", r.Source+" ("+r.Confidence+"); "+rule.cited())
		if r.Class != "standard" {
			c.row.Reason = ReducedRated
		}
		c.row.Name = place.Name + " " + taxNames[r.Tax]
		c.row.Rate, c.row.Taxable = r.Rate, money.Round(base, money.HalfAwayFromZero)
		c.tax, c.exact = r.Tax+" "+r.Class+" "+r.Rate.String(), base.Mul(r.Rate)
		all[i] = c
	}
	return all, nil
}

func (t *Tables) zero(line Line, at locus, place Place, reason Reason, note, source string) component {
	none := money.Zero(line.Net.Currency())
	return component{row: Row{Line: line.ID, Place: place.Code, Level: place.Level, Name: place.Name, Rate: decimal.Zero,
		Net: line.Net, Taxable: none, Tax: none, WouldBe: none, Reason: reason, Note: note, Source: source,
		Precision: at.precision, Policy: t.policy(place.Code)}}
}

var taxNames = map[string]string{"sales": "sales tax", "lease": "lease transaction tax", "vat": "VAT", "gst": "GST", "hst": "HST",
	"pst": "PST", "qst": "QST", "rst": "RST", "jct": "consumption tax"}

func (r Rule) cited() string {
	if r.Place == "" {
		return "no taxability rule is held"
	}
	return fmt.Sprintf("%s: %s (%s)", r.Place, r.Citation, r.Confidence)
}

func exactTax(all []component) (total money.Exact) {
	for _, c := range all {
		total = total.Add(c.exact)
	}
	return total
}

// settle rounds the document and lets go of what rounding needed.
func settle(all []component, c money.Currency) []Row {
	rows := make([]Row, len(all))
	var shares []share
	for i := range all {
		rows[i] = all[i].row
		rows[i].WouldBe = money.Zero(c).Add(money.Round(all[i].wouldBe, money.HalfAwayFromZero))
		if all[i].tax != "" {
			shares = append(shares, share{row: &rows[i], tax: all[i].row.Place + " " + all[i].tax, line: strconv.Itoa(all[i].row.Line), exact: all[i].exact})
		}
	}
	nameStacks(shares)
	round(shares)
	return rows
}

// nameStacks tells each share what its line's combined rate is made of: lines of one stack are rounded together.
func nameStacks(shares []share) {
	stacks := map[string]string{}
	for _, s := range shares {
		if s.row.Policy == USAggregateInvoice || s.row.Policy == USAggregateItem {
			stacks[s.line] += s.tax + "; "
		}
	}
	for i := range shares {
		shares[i].stack = stacks[shares[i].line]
	}
}

func warnings(dest locus) []string {
	head := dest.head()
	switch dest.precision {
	case StateOnly:
		return []string{head.Name + ": no local rates are held for this address; only the state rate is applied"}
	case ByCity:
		return []string{head.Name + ": local rates were chosen by the city's name, because the postcode is not in our ranges"}
	case NotHeld:
		return []string{head.Code + ": no tax rules are held for this country"}
	}
	return nil
}
