package contracts

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/usage"
)

// Charges says what an agreement lets us charge, piece by piece, given the usage
// of all days before until. Fixed fees are listed for the whole term, because
// they are known; usage and what follows from it only as far as it has happened.
// It is pure: the invoice run, recognition, preview and simulate all call it,
// and the same facts give the same pieces.
//
// The order is that of the design: fees, usage and what prepaid balances cover of
// it, trials, then commitments over the gross of all these, then what caps,
// discounts and credits take off, then concessions. Errors name the product or
// meter that the catalog does not have.
func Charges(a Agreement, c *catalog.Catalog, days *usage.Days, until period.Date) ([]Piece, error) {
	p, err := price(a, c, days, until)
	if err != nil {
		return nil, err
	}
	return LimitConcessions(p.pieces), nil
}

// price is Charges with all that it worked out on the way.
func price(a Agreement, c *catalog.Catalog, days *usage.Days, until period.Date) (*pricing, error) {
	p := &pricing{agreement: a, catalog: c, days: days, until: until}
	for _, step := range []func(){p.fixedFees, p.onceFees, p.usage, p.prepaid, p.trials, p.commitments, p.reductions, p.concessions} {
		if step(); p.err != nil {
			return nil, fmt.Errorf("price contract %s: %w", a.Number, p.err)
		}
	}
	p.sort()
	p.passOn()
	p.spreadings()
	if p.err != nil {
		return nil, fmt.Errorf("price contract %s: %w", a.Number, p.err)
	}
	return p, nil
}

// pricing is one call of Charges under way.
type pricing struct {
	agreement Agreement
	catalog   *catalog.Catalog
	days      *usage.Days
	until     period.Date

	windows []*window // usage of a line in a billing period
	granted []stretchGrants
	met     []met // each period of a commitment, met or not
	pieces  []Piece
	err     error
}

// fail keeps the first thing that went wrong.
func (p *pricing) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// lineages are the ids of all lines that any version had, in document order.
func lineages[T any](a Agreement, list func(Document) []T, id func(T) string) []string {
	var out []string
	for _, v := range a.Versions {
		for _, x := range list(v.Document) {
			if !slices.Contains(out, id(x)) {
				out = append(out, id(x))
			}
		}
	}
	return out
}

func find[T any](list []T, id func(T) string, want string) (T, bool) {
	for _, x := range list {
		if id(x) == want {
			return x, true
		}
	}
	var none T
	return none, false
}

func lineID(l Line) string       { return l.ID }
func commitID(c Commit) string   { return c.ID }
func prepaidID(c Prepaid) string { return c.ID }

func documentLines(d Document) []Line      { return d.Lines }
func documentCommits(d Document) []Commit  { return d.Commits }
func documentPrepaid(d Document) []Prepaid { return d.Prepaid }

// product looks a product up as it was sold when the version took effect: later
// catalog versions never reach into a signed contract.
func (p *pricing) product(code string, v *Version) catalog.Product {
	product, ok := p.catalog.Product(code, v.EffectiveOn)
	if !ok {
		p.fail(fault.New(fault.NotFound, "product %q is not in the catalog on %s", code, v.EffectiveOn))
	}
	return product
}

// net takes the reseller's margin off a list value. Nothing is rounded here.
func net(list money.Exact, d *Document) money.Exact {
	if d.Reseller == nil {
		return list
	}
	return list.Mul(hundred.Sub(d.Reseller.MarginPercent)).MulRatio(1, 100)
}

var hundred = decimal.NewFromInt(100)

func margin(d *Document) decimal.Decimal {
	if d.Reseller == nil {
		return decimal.Zero
	}
	return d.Reseller.MarginPercent
}

func sameMargin(a, b *Document) bool { return margin(a).Equal(margin(b)) }

// round is the one place where a charge becomes money.
func (p *pricing) round(e money.Exact) money.Amount {
	if !bookable(e) {
		p.fail(fault.New(fault.Invalid, "a charge of %s %s is more than can be booked; check the usage reported", p.agreement.Currency, e))
		return money.Zero(p.agreement.Currency)
	}
	return money.Round(e, money.HalfAwayFromZero)
}

// most is the largest single charge, in minor units. Hundreds of them still add
// up to what can be booked.
const most = 1e16

// bookable says whether a charge stays below that.
func bookable(e money.Exact) bool {
	return e.Max(e.Neg()).Cmp(money.Of(most, e.Currency()).Exact()) < 0
}

func first(choices ...string) string { return cmp.Or(choices...) }

// sort puts pieces in the order of the document, then of time.
func (p *pricing) sort() {
	order := map[string]int{}
	for _, ids := range [][]string{
		lineages(p.agreement, documentLines, lineID),
		lineages(p.agreement, documentPrepaid, prepaidID),
		lineages(p.agreement, documentCommits, commitID),
	} {
		for _, id := range ids {
			order[id] = len(order)
		}
	}
	places := make([]place, len(p.pieces))
	for i := range p.pieces {
		places[i] = place{i, order[p.pieces[i].Line], &p.pieces[i]}
	}
	if slices.IsSortedFunc(places, place.compare) {
		return // as mostly, after the first time
	}
	slices.SortFunc(places, place.compare)
	sorted := make([]Piece, len(places))
	for i, at := range places {
		sorted[i] = *at.piece
	}
	p.pieces = sorted
}

// place is where a piece stood and where its line stands in the document: pieces
// are large, so that places are sorted in their stead.
type place struct {
	at, line int
	piece    *Piece
}

func (x place) compare(y place) int {
	a, b := x.piece, y.piece
	return cmp.Or(
		cmp.Compare(x.line, y.line), a.Span.Start.Compare(b.Span.Start), cmp.Compare(a.Kind, b.Kind), a.Span.End.Compare(b.Span.End),
		cmp.Compare(x.at, y.at))
}
