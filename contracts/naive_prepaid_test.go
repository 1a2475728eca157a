package contracts

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"ratable/catalog"
	"ratable/internal/period"
)

// pot is a balance as the naive rater keeps it: money in minor units, or units.
type pot struct {
	id       string
	nth      int // of its prepaid amount among all of them
	x        Prepaid
	days     period.Span // of access
	round    int         // which access period of its prepaid amount
	gone     period.Date
	rolls    bool // what is left at the end of its period goes on
	last     bool // of the parts of its period: whose terms count then
	rollEnds period.Date
	payer    *pot // of a carried one
	fee      *big.Int
	feeSpan  period.Span
	size     *big.Rat
	left     *big.Rat
	spent    *big.Rat // of what its fee paid for
	dead     bool
}

func (p *pot) paid() *pot {
	if p.payer != nil {
		return p.payer
	}
	return p
}

func (p *pot) inUnits() bool { return p.x.Units.IsPositive() }

// slip notes where some usage went.
type slip struct {
	on     period.Date
	pot    *pot
	rate   *Overage // when it lies above
	units  *big.Rat
	amount *big.Rat
}

// ledger of one meter: all slips, the last at the end.
type slips struct {
	m         *meter
	all       []slip
	used, val *big.Rat
	counted   bool // units matter
}

func plus(a, b *big.Rat) *big.Rat  { return new(big.Rat).Add(a, b) }
func minus(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }
func least(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

// nine rounds units to nine decimals, half up.
func nine(r *big.Rat) *big.Rat {
	r = new(big.Rat).Mul(r, ints(1_000_000_000))
	return new(big.Rat).Quo(new(big.Rat).SetInt(cents(r)), ints(1_000_000_000))
}

// pots lists every balance that was ever sold.
func (n *naive) pots(id string, nth int) []*pot {
	find := func(d Document) (Prepaid, bool) {
		i := slices.IndexFunc(d.Prepaid, func(c Prepaid) bool { return c.ID == id })
		if i < 0 {
			return Prepaid{}, false
		}
		return d.Prepaid[i], true
	}
	access := func(d Document, x Prepaid) period.Span { return lineDays(d, Line{From: x.From, Through: x.Through}) }
	cuts := n.cuts(func(d Document, on period.Date) (string, string, period.Span) {
		x, ok := find(d)
		if !ok || !access(d, x).Contains(on) {
			return "", "", period.Span{}
		}
		days := access(d, x)
		x.Lines, x.From, x.Through = nil, period.Date{}, period.Date{}
		return words(x, marginOf(d)), x.Every, days
	})
	var out []*pot
	var wholes, sold []period.Span // by round
	for _, c := range cuts {
		x, _ := find(c.terms)
		asked := c
		if x.Every == "term" { // paid for the days there were when it was agreed
			asked.whole = access(c.terms, x)
			asked.whole.Start = period.MaxDate(asked.whole.Start, cuts[0].Start)
			asked.End = period.MinDate(c.End, asked.whole.End)
		}
		price := x.Price
		if price.IsZero() {
			price = x.Amount
		}
		b := &pot{id: id, nth: nth, x: x, days: c.Span, spent: new(big.Rat), feeSpan: asked.Span}
		b.fee = share(cents(afterMargin(n.minor(price), c.terms)), asked)
		if b.size = free(x.Units, asked); !b.inUnits() {
			b.size = new(big.Rat).Quo(new(big.Rat).Mul(n.minor(x.Amount), ints(asked.Days())), ints(asked.whole.Days()))
		}
		b.left = b.size
		if l := len(out) - 1; l >= 0 && out[l].days.End == b.days.Start && out[l].x.Every == x.Every && wholes[out[l].round].Start == asked.whole.Start {
			b.round = out[l].round
			wholes[b.round], sold[b.round].End = asked.whole, asked.End
		} else {
			wholes, sold, b.round = append(wholes, asked.whole), append(sold, asked.Span), len(wholes)
		}
		out = append(out, b)
	}
	ends := map[int]period.Date{}
	starts := map[int]period.Date{}
	for i, b := range out {
		ends[b.round] = b.days.End
		if _, seen := starts[b.round]; !seen {
			starts[b.round] = b.days.Start
		}
		b.last = i+1 == len(out) || out[i+1].round != b.round
	}
	for i, b := range out {
		b.gone = ends[b.round].AddDays(b.x.ExpiresAfterDays)
		l := i
		for !out[l].last {
			l++
		}
		r := out[l].x.Rollover
		next := starts[b.round+1] == ends[b.round]
		b.rolls = r != nil && sold[b.round] == wholes[b.round] && next
		if b.rolls {
			to := b.round
			for range max(1, r.Periods) {
				if !starts[to+1].IsZero() && starts[to+1] == ends[to] {
					to++
				}
			}
			b.rollEnds = ends[to]
		}
	}
	return out
}

// replay goes through the days, one after the other, and notes what every unit
// was drawn from.
func (n *naive) replay(all []*meter) (pots []*pot, notes []*slips) {
	nth := 0
	var done []string
	counts := false
	for _, v := range n.agreement.Versions {
		for _, x := range v.Document.Prepaid {
			counts = counts || x.Units.IsPositive() || x.Overage.UnitPrice.IsPositive()
			if !slices.Contains(done, x.ID) {
				done = append(done, x.ID)
				pots = append(pots, n.pots(x.ID, nth)...)
				nth++
			}
		}
	}
	for _, m := range all {
		if m.cap != "" {
			model := m.line.Usage.Price.Model
			notes = append(notes, &slips{m: m, used: new(big.Rat), val: new(big.Rat),
				counted: counts && (model == catalog.PerUnit || model == catalog.Graduated || model == catalog.Package)})
		}
	}
	if len(pots) == 0 {
		return nil, notes
	}
	for on := n.agreement.Versions[0].Document.Term.From; !on.After(n.until); on = on.AddDays(1) {
		pots = n.morning(on, pots)
		if on == n.until {
			break
		}
		d, _ := n.law(on)
		var today []*slips
		for _, x := range d.Prepaid {
			for _, id := range x.Lines {
				for _, s := range notes {
					if s.m.line.ID == id && s.m.Contains(on) && !slices.Contains(today, s) {
						today = append(today, s)
					}
				}
			}
		}
		for _, s := range today {
			n.record(on, s, pots, notes)
		}
	}
	return pots, notes
}

func (p *pot) end() {
	p.paid().spent = plus(p.paid().spent, p.left)
	p.left, p.dead = new(big.Rat), true
}

// morning lets balances lapse and carries what is to be carried.
func (n *naive) morning(on period.Date, pots []*pot) []*pot {
	for _, p := range pots {
		if p.payer != nil && !p.dead && !on.Before(p.gone) {
			p.end()
		}
	}
	for _, closing := range pots {
		if !closing.last || !closing.rolls || closing.days.End != on || closing.payer != nil {
			continue
		}
		unused, carried := new(big.Rat), new(big.Rat)
		var parts []*pot
		for _, p := range pots {
			switch {
			case p.id != closing.id || p.dead || p.inUnits() != closing.inUnits():
			case p.payer != nil:
				carried = plus(carried, p.left)
			case p.round == closing.round:
				parts, unused = append(parts, p), plus(unused, p.left)
			}
		}
		r := closing.x.Rollover
		if r.Percent.IsPositive() {
			unused = new(big.Rat).Quo(new(big.Rat).Mul(unused, rat(r.Percent)), ints(100))
		}
		if r.Most.IsPositive() {
			most := rat(r.Most)
			if !closing.inUnits() {
				most = n.minor(r.Most)
			}
			unused = least(unused, minus(most, carried))
		}
		for _, p := range parts {
			if unused.Sign() <= 0 {
				break
			}
			some := least(unused, p.left)
			unused, p.left = minus(unused, some), minus(p.left, some)
			pots = append(pots, &pot{id: p.id, nth: p.nth, x: closing.x, days: period.NewSpan(on, p.rollEnds), gone: p.rollEnds, payer: p, left: some, size: some})
		}
	}
	for _, p := range pots {
		if !p.dead && !on.Before(p.gone) {
			p.end()
		}
	}
	return pots
}

// queue is who pays on a day: by priority, expiry and beginning; carried balance
// beside the balance of the day.
func queue(on period.Date, pots []*pot) []*pot {
	var own []*pot
	for _, p := range pots {
		if !p.dead && !on.Before(p.days.Start) && p.payer == nil {
			own = append(own, p)
		}
	}
	byDate := func(a, b *pot) int {
		return cmp.Or(cmp.Compare(a.x.Priority, b.x.Priority), a.gone.Compare(b.gone), a.days.Start.Compare(b.days.Start), cmp.Compare(a.nth, b.nth))
	}
	slices.SortStableFunc(own, byDate)
	var out []*pot
	for _, p := range own {
		var before, after []*pot
		for _, c := range pots {
			if c.payer != nil && !c.dead && c.id == p.id && p.days.Contains(on) {
				if c.x.Rollover.Used == UsedLast {
					after = append(after, c)
				} else {
					before = append(before, c)
				}
			}
		}
		age := func(a, b *pot) int {
			return cmp.Or(a.gone.Compare(b.gone), a.days.Start.Compare(b.days.Start), a.payer.days.Start.Compare(b.payer.days.Start))
		}
		slices.SortStableFunc(before, age)
		slices.SortStableFunc(after, age)
		out = append(append(append(out, before...), p), after...)
	}
	return out
}

func (n *naive) record(on period.Date, s *slips, pots []*pot, notes []*slips) {
	if flat := n.value(s.m, new(big.Rat)); on == s.m.Start && flat.Sign() > 0 { // due before anything is used
		n.spend(on, s, pots, new(big.Rat), flat)
		s.val = flat
	}
	used := n.usedBefore(s.m, on.AddDays(1))
	val := n.value(s.m, used)
	units, amount := minus(used, s.used), minus(val, s.val)
	was := s.used
	s.used, s.val = used, val
	if !s.counted {
		units = new(big.Rat)
	}
	if units.Sign() > 0 || units.Sign() == 0 && amount.Sign() > 0 {
		n.spend(on, s, pots, units, amount)
		return
	}
	back := amount.Sign() < 0 || units.Sign() < 0
	for i := len(s.all) - 1; i >= 0 && units.Sign() < 0; i-- {
		x := s.all[i]
		if neg := new(big.Rat).Neg(units); neg.Cmp(x.units) < 0 {
			worth := minus(n.value(s.m, was), n.value(s.m, minus(was, neg)))
			if worth.Sign() < 0 {
				worth = new(big.Rat)
			}
			x.units, x.amount = neg, least(worth, x.amount)
		}
		s.undo(i, x)
		was, units, amount = minus(was, x.units), plus(units, x.units), plus(amount, x.amount)
	}
	for i := len(s.all) - 1; i >= 0 && amount.Sign() < 0; i-- {
		x := s.all[i]
		x.units, x.amount = new(big.Rat), least(new(big.Rat).Neg(amount), x.amount)
		s.undo(i, x)
		amount = plus(amount, x.amount)
	}
	if amount.Sign() > 0 {
		n.spend(on, s, pots, new(big.Rat), amount)
	}
	if back {
		n.mend(on, pots, notes)
	}
}

// undo takes some of a slip back.
func (s *slips) undo(i int, some slip) {
	if some.pot != nil {
		some.pot.move(new(big.Rat).Neg(some.measure()))
	}
	s.all[i].units, s.all[i].amount = minus(s.all[i].units, some.units), minus(s.all[i].amount, some.amount)
}

func (x slip) measure() *big.Rat {
	if x.pot.inUnits() {
		return x.units
	}
	return x.amount
}

// move takes from a pot, or gives back while it lives.
func (p *pot) move(by *big.Rat) {
	if !p.dead {
		p.paid().spent, p.left = plus(p.paid().spent, by), minus(p.left, by)
	}
}

func (n *naive) covers(on period.Date, id, line string) bool {
	d, _ := n.law(on)
	return slices.ContainsFunc(d.Prepaid, func(x Prepaid) bool { return x.ID == id && slices.Contains(x.Lines, line) })
}

func (n *naive) spend(on period.Date, s *slips, pots []*pot, units, amount *big.Rat) {
	var rate *Overage
	add := func(p *pot, units, amount *big.Rat) {
		s.all = append(s.all, slip{on, p, nil, units, amount})
		p.move(s.all[len(s.all)-1].measure())
	}
	for _, p := range queue(on, pots) {
		if !n.covers(on, p.id, s.m.line.ID) {
			continue
		}
		if p.payer == nil && p.days.Contains(on) {
			rate = &p.x.Overage
		}
		switch {
		case units.Sign() == 0 && amount.Sign() == 0:
		case p.inUnits() && !s.counted:
		case p.inUnits() && units.Cmp(p.left) <= 0, !p.inUnits() && p.left.Sign() > 0 && amount.Cmp(p.left) <= 0:
			add(p, units, amount)
			units, amount = new(big.Rat), new(big.Rat)
		case p.left.Sign() == 0:
		case p.inUnits():
			rest := minus(units, p.left)
			dear := least(amount, minus(n.value(s.m, s.used), n.value(s.m, minus(s.used, rest))))
			add(p, p.left, minus(amount, dear))
			units, amount = rest, dear
		default:
			some := p.left
			share := nine(new(big.Rat).Quo(new(big.Rat).Mul(units, some), amount))
			units, amount = minus(units, share), minus(amount, some)
			add(p, share, some)
		}
	}
	if units.Sign() != 0 || amount.Sign() != 0 {
		s.all = append(s.all, slip{on, nil, rate, units, amount})
	}
}

// mend lets money that came back cover what lies above, the earliest first.
func (n *naive) mend(on period.Date, pots []*pot, notes []*slips) {
	for _, p := range queue(on, pots) {
		for !p.inUnits() && p.left.Sign() > 0 {
			var at *slips
			var nth int
			for _, s := range notes {
				for i, x := range s.all {
					if x.rate == nil || x.units.Sign() == 0 && x.amount.Sign() == 0 || !on.Before(s.m.End) || x.on.Before(p.days.Start) || !n.covers(x.on, p.id, s.m.line.ID) {
						continue
					}
					if at == nil || x.on.Before(at.all[nth].on) || x.on == at.all[nth].on && n.before(x.on, s.m.line.ID, at.m.line.ID) {
						at, nth = s, i
					}
					break
				}
			}
			if at == nil {
				break
			}
			x := at.all[nth]
			in := slip{x.on, p, nil, x.units, least(x.amount, p.left)}
			if p.left.Cmp(x.amount) < 0 {
				in.units = nine(new(big.Rat).Quo(new(big.Rat).Mul(x.units, p.left), x.amount))
			}
			p.move(in.amount)
			x.units, x.amount = minus(x.units, in.units), minus(x.amount, in.amount)
			at.all = slices.Replace(at.all, nth, nth+1, in, x)
		}
	}
}

// before says whether a line is drawn before another on a day.
func (n *naive) before(on period.Date, a, b string) bool {
	d, _ := n.law(on)
	for _, x := range d.Prepaid {
		for _, id := range x.Lines {
			switch id {
			case a:
				return a != b
			case b:
				return false
			}
		}
	}
	return false
}

// balances owes what was paid up front, and what usage came to beside it.
func (n *naive) balances(all []*meter) {
	pots, notes := n.replay(all)
	for _, p := range pots {
		if p.payer != nil {
			continue
		}
		key := fmt.Sprintf("%s %s %s", p.id, Prepayment, p.feeSpan)
		n.owe(p.id, Prepayment, p.feeSpan, p.fee)
		switch {
		case p.size.Sign() != 0:
			n.drawn[key] = cents(new(big.Rat).Quo(new(big.Rat).Mul(p.spent, new(big.Rat).SetInt(p.fee)), p.size))
		case p.dead:
			n.drawn[key] = p.fee
		default:
			n.drawn[key] = new(big.Int)
		}
	}
	for _, s := range notes {
		plain, over := new(big.Rat), new(big.Rat)
		for _, x := range s.all {
			switch {
			case x.pot != nil:
			case x.rate == nil:
				plain.Add(plain, x.amount)
			case x.rate.UnitPrice.IsPositive():
				over.Add(over, new(big.Rat).Mul(x.units, n.minor(x.rate.UnitPrice)))
			case x.rate.Factor.IsPositive():
				over.Add(over, new(big.Rat).Mul(x.amount, rat(x.rate.Factor)))
			default:
				over.Add(over, x.amount)
			}
		}
		n.owe(s.m.line.ID, Metered, s.m.Span, cents(afterMargin(plain, s.m.terms)))
		if owed := cents(afterMargin(over, s.m.terms)); owed.Sign() != 0 {
			n.owe(s.m.line.ID, OverCap, s.m.Span, owed)
		}
	}
}

// drawPrepaid adds up to three prepaid amounts, which may share lines.
func (d *Document) drawPrepaid(t *rapid.T) {
	ids := d.metered()
	if len(ids) == 0 {
		return
	}
	for i := range rapid.SampledFrom([]int{0, 0, 1, 1, 1, 2, 3}).Draw(t, "prepaid amounts") {
		x := Prepaid{
			ID: fmt.Sprintf("pre-%d", i), Product: rapid.SampledFrom([]string{"platform", "api"}).Draw(t, "prepaid product"),
			Every: rapid.SampledFrom(cadences).Draw(t, "every"), Overage: Overage{Factor: oneOf(t, "0", "1.5", "0.8")},
			Priority: rapid.IntRange(0, 2).Draw(t, "priority"),
		}
		if rapid.Bool().Draw(t, "access") {
			x.From, x.Through = within(t, *d)
		}
		if rapid.Bool().Draw(t, "lingers") {
			x.ExpiresAfterDays = rapid.SampledFrom([]int{3, 40}).Draw(t, "expires after")
		}
		line, _ := d.line(rapid.SampledFrom(ids).Draw(t, "line"))
		byUnits := sellsByUnits(line.Usage.Price.Model)
		if byUnits && rapid.Bool().Draw(t, "in units") {
			x.Lines, x.Units, x.Price = []string{line.ID}, oneOf(t, "10", "200", "0.000000000001"), oneOf(t, "50", "99.99")
		} else {
			// In another order than the document's, which is the order of drawing.
			x.Lines = slices.Clone(ids[:rapid.IntRange(1, len(ids)).Draw(t, "covered")])
			slices.Reverse(x.Lines)
			x.Amount = oneOf(t, "20", "150.5", "1000")
			if line, _ = d.line(x.Lines[0]); len(x.Lines) > 1 || !sellsByUnits(line.Usage.Price.Model) {
				byUnits = false
			}
		}
		if byUnits && rapid.Bool().Draw(t, "own rate") {
			x.Overage = Overage{UnitPrice: oneOf(t, "3", "0.25")}
		}
		if x.Every != "term" && rapid.Bool().Draw(t, "rolls") {
			x.Rollover = &Rollover{
				Percent: oneOf(t, "0", "50", "33.3"), Most: oneOf(t, "0", "15", "120"), Periods: rapid.IntRange(0, 3).Draw(t, "periods"),
				Used: rapid.SampledFrom([]RolloverOrder{"", UsedFirst, UsedLast}).Draw(t, "used"),
			}
		}
		d.Prepaid = append(d.Prepaid, x)
	}
}

// amendPrepaid changes what is paid up front from a day on.
func (d *Document) amendPrepaid(t *rapid.T) {
	d.Prepaid = slices.Clone(d.Prepaid)
	for i := range d.Prepaid {
		x := &d.Prepaid[i]
		switch rapid.IntRange(0, 5).Draw(t, "change of a prepaid amount") {
		case 0:
			if x.Units.IsZero() {
				x.Amount = x.Amount.Add(decimal.NewFromInt(10))
			} else {
				x.Units = x.Units.Add(decimal.NewFromInt(10))
			}
		case 1:
			x.Priority = 2 - x.Priority
		case 2:
			x.ExpiresAfterDays = 10
		case 3:
			if x.Every != "term" {
				x.Rollover = &Rollover{}
			}
		}
	}
}
