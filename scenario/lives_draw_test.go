package scenario

import (
	"fmt"
	"math/rand"
	"strings"

	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// A life begins on a day that is no first of a month.
var (
	lifeBegins = period.NewDate(2026, 1, 15)
	lastFact   = period.NewDate(2026, 12, 30)
)

const lifeEnds = "2027-02-28"

// draw throws the dice of one life. What an amendment may not change is thrown
// once.
type draw struct {
	*rand.Rand
	currency string
	align    contracts.Align
	payer    string
	storage  string // how the meter of that name adds up
}

func newDraw(seed int64) draw {
	d := draw{Rand: rand.New(rand.NewSource(seed))}
	d.currency = one(d, "USD", "USD", "JPY")
	d.align = one(d, contracts.Anniversary, contracts.Calendar)
	d.payer = one(d, "", "", "", "boss")
	d.storage = one(d, "max", "last", "unique, unique_by: who", "count", "sum")
	return d
}

// between draws a number; both bounds may come up.
func (d draw) between(from, to int) int { return from + d.Intn(to-from+1) }

func (d draw) oneIn(n int) bool { return d.Intn(n) == 0 }

// one draws one of several; what stands twice comes up twice as often.
func one[T any](d draw, among ...T) T { return among[d.Intn(len(among))] }

// some draws a part of a list, perhaps nothing.
func some[T any](d draw, among []T) []T {
	var out []T
	for _, x := range among {
		if d.oneIn(2) {
			out = append(out, x)
		}
	}
	return out
}

// anyDay is one of the days of a span.
func (d draw) anyDay(s period.Span) period.Date { return s.Start.AddDays(d.Intn(max(1, s.Days()))) }

// money is an amount up to so much; yen have no hundredths.
func (d draw) money(most int) decimal.Decimal {
	if d.currency == "JPY" {
		return decimal.NewFromInt(int64(d.between(0, most)))
	}
	return decimal.New(int64(d.between(0, 100*most)), -2)
}

// sum is an amount above nothing.
func (d draw) sum(most int) decimal.Decimal { return decimal.NewFromInt(int64(d.between(1, most))) }

// small is a price per unit.
func (d draw) small() decimal.Decimal {
	return decimal.New(int64(d.between(0, 99)), -int32(d.between(2, 3)))
}

// scenario is the world of a life, with what is agreed on its first day.
func (d draw) scenario() string {
	first, err := contracts.Export(d.document())
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf(`entity: {code: us, name: Northwind, country: US, region: NY, city: New York, postcode: "10013", currency: %s, registrations: [{place: US-NY}]}
customers:
  - {id: boss, name: Boss, country: US, region: NY, city: New York, postcode: "10013"}
  - {id: acme, name: Acme, country: US, region: NY, city: New York, postcode: "10013", parent: boss}
  - {id: branch, name: Branch, country: US, region: NY, city: New York, postcode: "10013", parent: boss}
catalog:
  products:
    - {code: api, unit: calls, tax_code: api_usage, recognition: as_used}
    - {code: platform}
    - {code: support}
    - {code: setup, recognition: point_in_time}
    - {code: prepaid, recognition: as_used}
    - {code: minimum, recognition: as_used}
  meters:
    - {code: calls, dimensions: [region]}
    - {code: storage, aggregation: %s}
    - {code: payments}
through: %s
contracts:
  -
%s
`, d.currency, d.storage, lifeEnds, indented(string(first), "    "))
}

func indented(text, by string) string {
	return by + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n"+by)
}

// abroad moves the company to a country with a currency of its own: all it bills is in a foreign one.
func (l *life) abroad(through period.Date) {
	all := l.s.world.Entities.All()
	all[0].Currency = "CHF"
	days := []period.Date{lifeOver.AddDays(-2)}
	for on := lifeBegins.AddDays(-5); !on.After(through); on = on.AddDays(3) {
		days = append(days, on)
	}
	for _, on := range days {
		l.rates = append(l.rates, entities.Rate{Base: "EUR", Quote: "CHF", On: on, Rate: decimal.New(9200+l.Int63n(600), -4), Source: "ECB"})
		for _, c := range []money.Currency{"USD", "GBP", "JPY", "KWD"} {
			l.rates = append(l.rates, entities.Rate{Base: "EUR", Quote: c, On: on, Rate: decimal.New(10_500+l.Int63n(2000), -4), Source: "ECB"})
		}
	}
	l.s.world.Entities, l.s.world.Rates = entities.NewDirectory(all), entities.NewRates(l.rates)
	l.converter = ledger.NewConverter(l.s.world.Entities, l.s.world.Rates)
}
