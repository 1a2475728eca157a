package entities

import (
	"fmt"
	"slices"
	"sort"

	"github.com/shopspring/decimal"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
)

// Rate is one published exchange rate: one unit of Base costs Rate units of Quote on the day On.
type Rate struct {
	Base, Quote money.Currency
	On          period.Date
	Rate        decimal.Decimal
	Source      string // who published it: "ECB"
}

// Quote is the rate a conversion used, enough to print beside the amount and to check by hand.
type Quote struct {
	Rate   decimal.Decimal // units of the target for one unit of the source currency
	On     period.Date     // day of publication; of two rates, the older
	Source string
}

// MaxAge is how many days a rate may be carried forward: a week bridges every bank holiday, and more means the feed is down.
const MaxAge = 7

// ratePlaces is the precision of an inverse or cross rate. The rounded rate is the rate: it is what gets printed, and the
// amount follows from it. For a trillion it is off the unrounded fraction by less than a hundredth of a cent.
const ratePlaces = 16

// pivot is the currency the central bank quotes everything against.
const pivot money.Currency = "EUR"

type pair struct{ base, quote money.Currency }

// Rates answers conversions from rates in memory; it never changes.
type Rates struct {
	byPair map[pair][]Rate // ascending by day, one per day
}

// NewRates builds the table; of two rates for a pair and day the later in the slice wins.
func NewRates(rates []Rate) *Rates {
	t := &Rates{byPair: make(map[pair][]Rate)}
	for _, r := range rates {
		k := pair{r.Base, r.Quote}
		t.byPair[k] = append(t.byPair[k], r)
	}
	for k, all := range t.byPair {
		slices.SortStableFunc(all, func(a, b Rate) int { return a.On.Compare(b.On) })
		kept := all[:0]
		for i, r := range all {
			if i+1 == len(all) || all[i+1].On != r.On {
				kept = append(kept, r)
			}
		}
		t.byPair[k] = kept
	}
	return t
}

// Convert turns an amount into another currency at the last rate published on or before a day, at most seven days old,
// directly, by the inverse, or across the euro. The result is exactly Round(amount x Quote.Rate), half away from zero.
// No rate is fault.NotFound naming pair and day.
func (t *Rates) Convert(a money.Amount, to money.Currency, on period.Date) (money.Amount, Quote, error) {
	if a.Currency() == to {
		return a, Quote{Rate: decimal.NewFromInt(1), On: on, Source: "same currency"}, nil
	}
	q, err := t.Quote(a.Currency(), to, on)
	if err != nil {
		return money.Amount{}, Quote{}, err
	}
	return money.Round(a.Exact().Convert(q.Rate, to), money.HalfAwayFromZero), q, nil
}

// Quote is the rate that Convert uses.
func (t *Rates) Quote(from, to money.Currency, on period.Date) (Quote, error) {
	if from == to {
		return Quote{Rate: decimal.NewFromInt(1), On: on, Source: "same currency"}, nil
	}
	q, ok := t.quote(from, to, on)
	if !ok {
		return Quote{}, fault.New(fault.NotFound, "convert %s to %s: no exchange rate from the %d days through %s", from, to, MaxAge, on)
	}
	return q, nil
}

// Closing is the rate at the end of a month: the last one published in time.
func (t *Rates) Closing(from, to money.Currency, month period.Month) (Quote, error) {
	return t.Quote(from, to, month.Last())
}

// Average is the mean of the rates of the days of a month on which the pair was published, for translating what was
// earned in it (ASC 830-10-55-10). It is dated on the last of them.
func (t *Rates) Average(from, to money.Currency, month period.Month) (Quote, error) {
	sum, n, last := decimal.Zero, int64(0), Quote{}
	for on := month.First(); on.Before(month.End()); on = on.AddDays(1) {
		if q, ok := t.quote(from, to, on); ok && q.On == on {
			sum, n, last = sum.Add(q.Rate), n+1, q
		}
	}
	if from == to || n == 0 {
		return t.Quote(from, to, month.Last())
	}
	last.Rate, last.Source = sum.DivRound(decimal.NewFromInt(n), ratePlaces), fmt.Sprintf("mean of %d days", n)
	return last, nil
}

// quote prefers a published pair to one derived across the euro: fewer roundings, and it is what people compare with.
func (t *Rates) quote(from, to money.Currency, on period.Date) (Quote, bool) {
	if q, ok := t.direct(from, to, on); ok {
		return q, true
	}
	in, ok := t.direct(from, pivot, on)
	if !ok {
		return Quote{}, false
	}
	out, ok := t.direct(pivot, to, on)
	if !ok {
		return Quote{}, false
	}
	// Divide published figures once instead of multiplying two already rounded ones.
	rate := in.Rate.Mul(out.Rate)
	if a, ok := t.last(pair{pivot, from}, on); ok {
		rate = out.Rate.DivRound(a.Rate, ratePlaces)
	}
	return Quote{
		Rate:   rate,
		On:     period.MinDate(in.On, out.On),
		Source: fmt.Sprintf("%s %s, %s %s across %s", in.Source, in.On, out.Source, out.On, pivot),
	}, true
}

func (t *Rates) direct(from, to money.Currency, on period.Date) (Quote, bool) {
	if r, ok := t.last(pair{from, to}, on); ok {
		return Quote{Rate: r.Rate, On: r.On, Source: r.Source}, true
	}
	if r, ok := t.last(pair{to, from}, on); ok {
		return Quote{Rate: decimal.NewFromInt(1).DivRound(r.Rate, ratePlaces), On: r.On, Source: r.Source}, true
	}
	return Quote{}, false
}

// last finds the newest rate of a pair on or before a day, unless it is too old to trust.
func (t *Rates) last(p pair, on period.Date) (Rate, bool) {
	all := t.byPair[p]
	i := sort.Search(len(all), func(i int) bool { return all[i].On.After(on) })
	if i == 0 || on.Sub(all[i-1].On) > MaxAge {
		return Rate{}, false
	}
	return all[i-1], true
}

func (r Rate) validate(path string) []fault.Field {
	var found []fault.Field
	for _, c := range []struct {
		name string
		code money.Currency
	}{{"base", r.Base}, {"quote", r.Quote}} {
		if _, err := money.ParseCurrency(string(c.code)); err != nil {
			found = append(found, fault.Field{Path: path + "." + c.name, Value: fault.Shown(string(c.code)), Message: "is not an ISO 4217 currency"})
		}
	}
	if r.Base == r.Quote {
		found = append(found, fault.Field{Path: path + ".quote", Value: string(r.Quote), Message: "is the base currency itself"})
	}
	if r.On.IsZero() {
		found = append(found, fault.Field{Path: path + ".on", Message: "must be a date"})
	}
	// numeric(24,10) in the table: a finer figure would be rounded by the database without a word.
	if r.Rate.Sign() <= 0 || r.Rate.Cmp(decimal.New(1, 12)) >= 0 || !r.Rate.Equal(r.Rate.Truncate(10)) {
		found = append(found, fault.Field{Path: path + ".rate", Value: r.Rate.String(), Message: "must be above zero and below 1,000,000,000,000, with 10 decimals at most"})
	}
	if r.Source == "" {
		found = append(found, fault.Field{Path: path + ".source", Message: "must name who published the rate"})
	}
	return append(found, fault.Printable(path+".source", r.Source, 60)...)
}
