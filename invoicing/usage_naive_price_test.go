package invoicing_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// meterTerms are what a version of a deal says.
type meterTerms struct {
	effective        string
	refuse, included int
	price, volume    string
}

func (v meterTerms) String() string {
	return fmt.Sprintf("from %s at %s and %s, %d included, refuses after %d", v.effective, v.price, v.volume, v.included, v.refuse)
}

type meterDeal struct {
	number, entity, customer string
	versions                 []meterTerms
}

type meterLine struct {
	id, meter, region string
	users             []string
	quarter           bool
}

func (d *meterDeal) lines() []meterLine {
	all, one := []string{d.customer}, []string{d.customer}
	if d.customer == "acme" {
		all = append(all, "lab")
	}
	return []meterLine{{"data", "traffic", "eu", one, false}, {"all", "traffic", "", one, true}, {"reqs", "requests", "", all, false}, {"peak", "peak", "", all, false},
		{"level", "level", "", one, false}, {"paid", "paid", "", one, false}, {"people", "people", "us", one, false}}
}

func (l meterLine) period(day string) (start, end string) {
	t, _ := time.Parse(time.DateOnly, day)
	first, months := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC), 1
	if l.quarter {
		first, months = time.Date(t.Year(), (t.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC), 3
	}
	return first.Format(time.DateOnly), first.AddDate(0, months, 0).Format(time.DateOnly)
}

// law is what holds on a day: of the versions in effect the one agreed last.
func (d *meterDeal) law(day string) meterTerms {
	for _, v := range slices.Backward(d.versions) {
		if v.effective <= day {
			return v
		}
	}
	panic("no version holds on " + day)
}

func (d *meterDeal) draw(r *rand.Rand, effective string) meterTerms {
	return meterTerms{effective, pick(r, 0, 3, 10, 30), pick(r, 0, 7, 100), pick(r, "0.1", "0.013", "1.5"), pick(r, "0.07", "0.2")}
}

// amendment draws new prices from the first of a month on, or new terms for late usage from any day on.
func (d *meterDeal) amendment(r *rand.Rand, now time.Time) (meterTerms, bool) {
	on := now.AddDate(0, 0, r.IntN(40)-20).Format(time.DateOnly)
	prices := r.IntN(2) == 0
	if prices {
		on = time.Date(now.Year(), now.Month()+time.Month(r.IntN(4)-2), 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	}
	if on <= "2026-01-01" || on >= "2026-07-01" {
		return meterTerms{}, false
	}
	v, next := d.law(on), d.draw(r, on)
	v.effective, v.refuse = on, next.refuse
	if prices {
		if v.included, v.price = next.included, next.price; on == "2026-04-01" {
			v.volume = next.volume
		}
	}
	return v, v != d.versions[len(d.versions)-1] // the same again is no amendment
}

func (d *meterDeal) document(v meterTerms) string {
	var s strings.Builder
	fmt.Fprintf(&s, "contract: %s\nentity: %s\ncustomer: %s\ncurrency: USD\nterm: {from: 2026-01-01, through: 2026-06-30}\n", d.number, d.entity, d.customer)
	if len(d.versions) > 0 {
		fmt.Fprintf(&s, "effective: %s\nreason: agreed anew\n", v.effective)
	}
	if v.refuse > 0 {
		fmt.Fprintf(&s, "billing: {late_usage: refuse, refuse_after_days: %d}\n", v.refuse)
	}
	s.WriteString("lines:\n")
	for _, l := range d.lines() {
		every, where, users := "month", "", ""
		if l.quarter {
			every = "quarter"
		}
		if l.region != "" {
			where = ", where: {region: " + l.region + "}"
		}
		if len(l.users) > 1 {
			users = ", users: [" + strings.Join(l.users, ", ") + "]"
		}
		price := map[string]string{
			"data":   fmt.Sprintf("included: %d, price: {model: per_unit, amount: %s}", v.included, v.price),
			"all":    fmt.Sprintf("price: {model: volume, tiers: [{up_to: 100, unit: %s}, {unit: 0.01}]}", v.volume),
			"reqs":   fmt.Sprintf("price: {model: graduated, tiers: [{up_to: 3, unit: %s, flat: 5}, {unit: 0.011}]}", v.price),
			"peak":   fmt.Sprintf("price: {model: per_unit, amount: %s}", v.price),
			"level":  fmt.Sprintf("price: {model: per_unit, amount: %s}", v.price),
			"paid":   "price: {model: percentage, percent: 1.5, per_event: 0.10}",
			"people": fmt.Sprintf("price: {model: volume, tiers: [{up_to: 1, unit: 3}, {unit: %s}]}", v.price),
		}[l.id]
		fmt.Fprintf(&s, "  - {id: %s, product: api%s, usage: {meter: %s, every: %s%s, %s}}\n", l.id, users, l.meter, every, where, price)
	}
	return s.String()
}

// rate gives what every period of every line comes to, in cents; nothing is left out.
func (b *meterBook) rate() map[string]int64 {
	out := map[string]int64{}
	for _, d := range b.deals {
		for _, line := range d.lines() {
			periods := map[string][]*metered{}
			for _, x := range b.order {
				day := dayOf(x.customer, x.at)
				if !x.retracted && x.meter == line.meter && slices.Contains(line.users, b.countsFor(x.customer)) && (line.region == "" || x.dimensions["region"] == line.region) && day >= "2026-01-01" && day < "2026-07-01" {
					start, _ := line.period(day)
					periods[start] = append(periods[start], x)
				}
			}
			for start, events := range periods {
				if cents := b.cost(line.id, d.law(start), events); cents != 0 {
					out[fmt.Sprintf("%s %s %s", d.number, line.id, start)] = cents
				}
			}
		}
	}
	return out
}

func (b *meterBook) cost(id string, v meterTerms, events []*metered) int64 {
	units, total, price := b.units(events), new(big.Rat), fraction(v.price)
	times := func(u, p *big.Rat) *big.Rat { return new(big.Rat).Mul(u, p) }
	switch id {
	case "data":
		if units.Sub(units, big.NewRat(int64(v.included), 1)); units.Sign() > 0 {
			total = times(units, price)
		}
	case "all":
		if total = times(units, fraction(v.volume)); units.Cmp(big.NewRat(100, 1)) > 0 {
			total = times(units, fraction("0.01"))
		}
	case "reqs":
		total = new(big.Rat).Add(big.NewRat(5, 1), times(units, price))
		if three := big.NewRat(3, 1); units.Cmp(three) > 0 {
			total = times(three, price)
			total.Add(total, times(new(big.Rat).Sub(units, three), fraction("0.011"))).Add(total, big.NewRat(5, 1))
		}
	case "paid":
		total = new(big.Rat).Add(times(units, fraction("0.015")), big.NewRat(int64(len(events)), 10))
	case "people":
		if total = times(units, price); units.Cmp(big.NewRat(1, 1)) <= 0 {
			total = times(units, big.NewRat(3, 1))
		}
	default:
		total = times(units, price)
	}
	half := total.Mul(total, big.NewRat(100, 1)).Add(total, big.NewRat(1, 2)) // nothing here is below zero
	return new(big.Int).Quo(half.Num(), half.Denom()).Int64()
}

// units are what the meter makes of the events of a period, of one user after the other.
func (b *meterBook) units(events []*metered) *big.Rat {
	byUser := map[string][]*metered{}
	for _, x := range events {
		byUser[b.countsFor(x.customer)] = append(byUser[b.countsFor(x.customer)], x)
	}
	total := new(big.Rat)
	for _, own := range byUser {
		slices.SortFunc(own, func(x, y *metered) int {
			if c := x.at.Compare(y.at); c != 0 {
				return c
			}
			if c := strings.Compare(x.id, y.id); c != 0 {
				return c
			}
			return strings.Compare(x.source, y.source)
		})
		reads, people := new(big.Rat), map[string]bool{}
		for _, x := range own {
			switch x.meter {
			case "requests":
				reads = big.NewRat(int64(len(own)), 1)
			case "peak":
				if x.quantity.Cmp(reads) > 0 {
					reads = x.quantity
				}
			case "level":
				reads = x.quantity
			case "people":
				if user, ok := x.dimensions["user"]; ok {
					people[user] = true
				}
				reads = big.NewRat(int64(len(people)), 1)
			default:
				reads = new(big.Rat).Add(reads, x.quantity)
			}
		}
		total.Add(total, reads)
	}
	return total
}
