package contracts

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/internal/period"
)

// The naive reckoner of reductions: it reads what the comments of Cap, Discount,
// Credit and Commit say, over charges that it prices itself. Its deals are small:
// one version or two, calendar months, fees and usage at one price each.
type reckoner struct {
	deal
	until   period.Date
	charges []*charge1
}

// charge1 is a charge of the naive reckoner, in minor units.
type charge1 struct {
	line       string
	kind       Kind
	start, end period.Date
	asked      period.Date
	gross      int64
	units      decimal.Decimal
	left       int64
	taken      []string
}

func (c *charge1) String() string {
	return fmt.Sprintf("%s %s %s %d", c.line, c.kind, c.start, c.left)
}

// law is the document of a day, which may be none.
func (n *reckoner) law(on period.Date) (Document, bool) { return (&naive{deal: n.deal}).law(on) }

func (n *reckoner) months() []period.Span {
	var out []period.Span
	term := n.agreement.Term()
	for m := term.Start; m.Before(term.End); m = m.AddMonths(1) {
		out = append(out, period.NewSpan(m, m.AddMonths(1)))
	}
	return out
}

// price lists fees and usage of every month; lines never change in these deals.
func (n *reckoner) price() {
	for _, m := range n.months() {
		for _, l := range n.agreement.Versions[0].Document.Lines {
			if l.Fixed != nil {
				n.charges = append(n.charges, &charge1{line: l.ID, kind: FixedFee, start: m.Start, end: m.End, asked: m.Start,
					gross: cents(n.minorOf(l.Fixed.UnitPrice)).Int64()})
				continue
			}
			if !m.Start.Before(n.until) {
				continue
			}
			used := decimal.Zero
			for _, e := range n.events {
				if e.meter == l.Usage.Meter && m.Contains(e.on) && e.on.Before(n.until) {
					used = used.Add(e.quantity)
				}
			}
			amount := new(big.Rat).Mul(n.minorOf(l.Usage.Price.Amount), used.Rat())
			n.charges = append(n.charges, &charge1{line: l.ID, kind: Metered, start: m.Start, end: m.End, asked: m.End,
				gross: cents(amount).Int64(), units: used})
		}
	}
	n.order()
}

func (n *reckoner) minorOf(d decimal.Decimal) *big.Rat { return (&naive{deal: n.deal}).minor(d) }

func (n *reckoner) order() {
	rank := map[string]int{"min": len(n.agreement.Versions[0].Document.Lines)}
	for i, l := range n.agreement.Versions[0].Document.Lines {
		rank[l.ID] = i
	}
	slices.SortStableFunc(n.charges, func(a, b *charge1) int {
		return cmp.Or(a.asked.Compare(b.asked), a.start.Compare(b.start), cmp.Compare(rank[a.line], rank[b.line]))
	})
}

// years are the periods of a cadence, counted from the first of the term.
func (n *reckoner) spans(every string) []period.Span {
	term := n.agreement.Term()
	months := map[string]int{"month": 1, "quarter": 3}[every]
	if months == 0 {
		return []period.Span{term}
	}
	var out []period.Span
	for at := term.Start; at.Before(term.End); at = at.AddMonths(months) {
		out = append(out, period.NewSpan(at, at.AddMonths(months)))
	}
	return out
}

// worth adds up, day by day, what a period's amount comes to: each day brings its
// share of the period, of the amount that is law on that day. Where the law never
// changes in a period it is the amount itself.
func (n *reckoner) worth(whole period.Span, amount func(Document) (decimal.Decimal, bool)) int64 {
	term := n.agreement.Term()
	var sum int64
	for on := whole.Start; on.Before(whole.End) && on.Before(term.End); {
		d, _ := n.law(on)
		a, ok := amount(d)
		end := on
		for ; end.Before(whole.End) && end.Before(term.End); end = end.AddDays(1) {
			e, _ := n.law(end)
			if b, same := amount(e); same != ok || ok && !a.Equal(b) {
				break
			}
		}
		if ok {
			total := cents(n.minorOf(a))
			sum += share(total, cut{Span: period.NewSpan(on, end), whole: whole}).Int64()
		}
		on = end
	}
	return sum
}

func (c *charge1) off(kind, id string, amount int64) {
	if amount != 0 {
		c.left -= amount
		c.taken = append(c.taken, fmt.Sprintf("%s %s %d", kind, id, amount))
	}
}

// caps: what the lines of a cap come to in each of its periods is never above it.
func (n *reckoner) caps() {
	for _, first := range n.agreement.Latest().Document.Caps {
		for _, whole := range n.spans(first.Every) {
			room := n.worth(whole, func(d Document) (decimal.Decimal, bool) {
				c, ok := find(d.Caps, capID, first.ID)
				return c.Amount, ok
			})
			for _, x := range n.charges {
				if whole.Contains(x.start) && slices.Contains(first.Lines, x.line) && x.left > 0 {
					keep := min(room, x.left)
					room -= keep
					x.off("cap", first.ID, x.left-keep)
				}
			}
		}
	}
}

// minimums: what is missing when a period is over, of charges before reductions.
func (n *reckoner) minimums() {
	var found []*charge1
	for _, c := range n.agreement.Latest().Document.Commits {
		for _, whole := range n.spans(c.Every) {
			if n.until.Before(whole.End) {
				continue
			}
			missing := n.worth(whole, func(d Document) (decimal.Decimal, bool) {
				x, ok := find(d.Commits, commitID, c.ID)
				return x.Amount, ok
			})
			for _, x := range n.charges {
				if whole.Contains(x.start) && slices.Contains(c.Lines, x.line) {
					missing -= x.gross
				}
			}
			if missing > 0 {
				found = append(found, &charge1{line: c.ID, kind: TrueUp, start: whole.Start, end: whole.End, asked: whole.End, gross: missing, left: missing})
			}
		}
	}
	n.charges = append(n.charges, found...)
	n.order()
}

func named1(lines []string, x *charge1) bool {
	if len(lines) > 0 {
		return slices.Contains(lines, x.line)
	}
	return x.kind != TrueUp
}

// percent takes a percentage off: usage when its first day is a day of the
// discount, fees for each of their days that is.
func (n *reckoner) percent(id string) {
	for _, x := range n.charges {
		if x.left <= 0 {
			continue
		}
		sum := new(big.Rat)
		days := ints(x.end.Sub(x.start))
		for on := x.start; on.Before(x.end); on = on.AddDays(1) {
			at := on
			if x.kind != FixedFee {
				at = x.start
			}
			d, _ := n.law(at)
			if p, ok := find(d.Discounts, discountID, id); ok && named1(p.Lines, x) && n.runs(d, p.From, p.Through, at) {
				part := new(big.Rat).Quo(p.Percent.Rat(), ints(100))
				sum.Add(sum, part.Quo(part, days))
			}
		}
		x.off("discount", id, cents(sum.Mul(sum, new(big.Rat).SetInt64(x.left))).Int64())
	}
}

func (n *reckoner) runs(d Document, from, through, on period.Date) bool {
	return !on.Before(d.Term.From) && !d.Term.Through.Before(on) && (from.IsZero() || !on.Before(from)) && (through.IsZero() || !through.Before(on))
}

// amounts takes an amount off each period: those that are asked for together share
// it by what is left of them, by largest remainder; the rest waits for later ones.
func (n *reckoner) amounts(x Discount) {
	for _, whole := range n.spans(x.Every) {
		rest := n.worth(whole, func(d Document) (decimal.Decimal, bool) {
			y, ok := find(d.Discounts, discountID, x.ID)
			return y.Amount, ok
		})
		var of []*charge1
		for _, c := range n.charges {
			if whole.Contains(c.start) && named1(x.Lines, c) && c.left > 0 {
				of = append(of, c)
			}
		}
		for len(of) > 0 && rest > 0 {
			k := 1
			for k < len(of) && of[k].asked == of[0].asked {
				k++
			}
			rest -= n.together(x.ID, of[:k], rest)
			of = of[k:]
		}
	}
}

func (n *reckoner) together(id string, of []*charge1, rest int64) int64 {
	var sum int64
	for _, c := range of {
		sum += c.left
	}
	total := min(rest, sum)
	type cutOff struct {
		at   int
		left *big.Rat
	}
	parts, over, given := make([]int64, len(of)), []cutOff{}, int64(0)
	for i, c := range of {
		exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(total), big.NewInt(c.left)), big.NewInt(sum))
		parts[i] = new(big.Int).Quo(exact.Num(), exact.Denom()).Int64()
		given += parts[i]
		over = append(over, cutOff{i, exact.Sub(exact, new(big.Rat).SetInt64(parts[i]))})
	}
	slices.SortStableFunc(over, func(a, b cutOff) int { return b.left.Cmp(a.left) })
	for i := 0; given < total; i, given = i+1, given+1 {
		parts[over[i].at]++
	}
	for i, c := range of {
		c.off("discount", id, parts[i])
	}
	return total
}

// credits are used by charges in the order in which these are asked for.
func (n *reckoner) credits() {
	used := map[string]int64{}
	for _, x := range n.charges {
		d, _ := n.law(x.start)
		var open []Credit
		for _, c := range d.Credits {
			if named1(c.Lines, x) && n.runs(d, c.From, c.Through, x.start) {
				open = append(open, c)
			}
		}
		for len(open) > 0 {
			best := 0
			for i, c := range open {
				if b := open[best]; c.Priority < b.Priority || c.Priority == b.Priority && expires(c, d).Before(expires(b, d)) {
					best = i
				}
			}
			c := open[best]
			open = slices.Delete(open, best, best+1)
			if part := min(x.left, cents(n.minorOf(c.Amount)).Int64()-used[c.ID]); part > 0 {
				used[c.ID] += part
				x.off("credit", c.ID, part)
			}
		}
	}
}

func expires(c Credit, d Document) period.Date {
	if c.Through.IsZero() {
		return d.Term.Through
	}
	return c.Through
}

func reckon(d deal, until period.Date) []*charge1 {
	n := &reckoner{deal: d, until: until}
	n.price()
	for _, x := range n.charges {
		x.left = x.gross
	}
	n.caps()
	n.minimums()
	for _, x := range d.agreement.Latest().Document.Discounts {
		if x.Percent.IsPositive() {
			n.percent(x.ID)
		} else {
			n.amounts(x)
		}
	}
	n.credits()
	return n.charges
}

// drawReduced is a small deal with caps, discounts, credits and minimums.
func drawReduced(t *rapid.T) deal {
	begun := day(rapid.SampledFrom([]string{"2025-01-01", "2025-01-15"}).Draw(t, "begun"))
	d := Document{
		Contract: "C-1", Entity: "e", Customer: "c", Currency: rapid.SampledFrom([]string{"USD", "JPY", "BHD"}).Draw(t, "currency"),
		Term: Term{From: begun, Through: begun.AddMonths(6).AddDays(-1)}, Billing: Billing{Align: Anniversary},
		Lines: []Line{
			{ID: "fee", Product: "platform", Fixed: &Fixed{Quantity: one, UnitPrice: oneOf(t, "0", "50", "99"), Every: "month", In: Advance}},
			{ID: "m1", Product: "api", Usage: &Usage{Meter: "m1", Every: "month", Price: catalog.Price{Model: catalog.PerUnit, Amount: oneOf(t, "0.013", "1")}}},
			{ID: "m2", Product: "api", Usage: &Usage{Meter: "m2", Every: "month", Price: catalog.Price{Model: catalog.PerUnit, Amount: oneOf(t, "0.5", "3")}}},
		},
	}
	lines := func(more ...string) []string {
		all := append([]string{"fee", "m1", "m2"}, more...)
		return slices.DeleteFunc(all, func(string) bool { return rapid.IntRange(0, 2).Draw(t, "left out") == 0 })
	}
	every := func() string { return rapid.SampledFrom([]string{"month", "quarter", "term"}).Draw(t, "every") }
	bounds := func() (from, through period.Date) {
		if rapid.Bool().Draw(t, "bounded") {
			from = d.Term.From.AddDays(rapid.IntRange(0, 90).Draw(t, "from"))
			through = from.AddDays(rapid.IntRange(0, 90).Draw(t, "through"))
		}
		return from, through
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "caps") {
		if of := lines(); len(of) > 0 {
			d.Caps = append(d.Caps, Cap{ID: fmt.Sprintf("cap-%d", i), Kind: HardCap, Lines: of, Amount: oneOf(t, "20", "150", "600"), Every: every()})
		}
	}
	if of := lines(); len(of) > 0 && rapid.Bool().Draw(t, "minimum") {
		d.Commits = []Commit{{ID: "min", Product: "api", Lines: of, Amount: oneOf(t, "100", "900"), Every: every()}}
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "discounts") {
		x := Discount{ID: fmt.Sprintf("off-%d", i), Lines: lines()}
		if rapid.Bool().Draw(t, "percent") {
			x.Percent = oneOf(t, "10", "33.3", "100")
			x.From, x.Through = bounds()
		} else {
			x.Amount, x.Every = oneOf(t, "7", "80"), every()
		}
		if len(d.Commits) > 0 && len(x.Lines) > 0 && rapid.Bool().Draw(t, "true-up too") {
			x.Lines = append(x.Lines, "min")
		}
		d.Discounts = append(d.Discounts, x)
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "credits") {
		c := Credit{ID: fmt.Sprintf("credit-%d", i), Kind: Goodwill, Lines: lines(), Amount: oneOf(t, "30", "400"), Priority: rapid.IntRange(0, 1).Draw(t, "priority"), Reason: "x", Programme: "staff"}
		c.From, c.Through = bounds()
		d.Credits = append(d.Credits, c)
	}
	out := deal{agreement: Agreement{Number: "C-1", Customer: 7, Payer: 7, Currency: d.Money(), Versions: []Version{{1, d.Start(), d}}}}
	if rapid.Bool().Draw(t, "amended") {
		out.agreement.Versions = append(out.agreement.Versions, drawOther(t, d))
	}
	for range rapid.IntRange(0, 25).Draw(t, "events") {
		out.events = append(out.events, event{rapid.SampledFrom([]string{"m1", "m2"}).Draw(t, "meter"), d.Term.From.AddDays(rapid.IntRange(0, 180).Draw(t, "on")), oneOf(t, "1", "10", "100", "12.5")})
	}
	return out
}

// drawOther changes figures of a document from a day on.
func drawOther(t *rapid.T, d Document) Version {
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var next Document
	if err := json.Unmarshal(raw, &next); err != nil {
		t.Fatal(err)
	}
	next.Effective, next.Reason = d.Term.From.AddDays(rapid.IntRange(1, 150).Draw(t, "effective")), "amended"
	for i := range next.Caps {
		next.Caps[i].Amount = oneOf(t, "20", "300")
	}
	for i := range next.Commits {
		next.Commits[i].Amount = oneOf(t, "100", "500")
	}
	for i := range next.Discounts {
		if x := &next.Discounts[i]; x.Percent.IsPositive() {
			x.Percent = oneOf(t, "10", "50")
		} else {
			x.Amount = oneOf(t, "7", "40")
		}
	}
	for i := range next.Credits {
		next.Credits[i].Amount = oneOf(t, "30", "200")
	}
	return Version{2, next.Start(), next}
}

func TestReductionsEqualANaiveReckoning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawReduced(t)
		for _, v := range d.agreement.Versions {
			if found := v.Document.Validate(); len(found) > 0 {
				t.Fatalf("the generator made a bad document: %v", found)
			}
		}
		until := drawUntil(t, d)
		want, got := map[string]string{}, map[string]string{}
		for _, x := range reckon(d, until) {
			want[fmt.Sprintf("%s %s %s", x.line, x.kind, x.start)] = fmt.Sprint(x.left, x.taken)
		}
		for _, p := range chargeDeal(t, d, until) {
			got[fmt.Sprintf("%s %s %s", p.Line, p.Kind, p.Span.Start)] = fmt.Sprint(p.Amount.Minor(), oneRowEach(p))
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			var documents string
			for _, v := range d.agreement.Versions {
				out, _ := Export(v.Document)
				documents += string(out) + "---\n"
			}
			t.Fatalf("until %s (-owed +charged):\n%s\n%s%v", until, diff, documents, d.events)
		}
	})
}

// oneRowEach adds up rows of one term: a discount that an amendment changed has
// one for each percentage.
func oneRowEach(p Piece) []string {
	var out, keys []string
	sums := map[string]int64{}
	for _, r := range p.Detail.Reduced {
		key := fmt.Sprintf("%s %s", r.Kind, r.ID)
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
		sums[key] += r.Amount.Minor()
	}
	for _, key := range keys {
		out = append(out, fmt.Sprintf("%s %d", key, sums[key]))
	}
	return out
}
