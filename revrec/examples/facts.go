package examples

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"ratable/internal/money"
	"ratable/internal/period"
)

// facts reads the inputs of a case. It knows what was read: what was not is a fact or policy that nobody here understands, and
// a figure that passes it over would be worth nothing.
type facts struct {
	object
	at    string // path of the object in the case
	read  map[string]bool
	inner []*facts
	money money.Currency
}

// allRead refuses a case that says more than was understood.
func (f *facts) allRead() {
	for _, key := range f.keys {
		if !f.read[key] {
			refuse("%s%s: %s", f.at, key, shown(f.values[key]))
		}
	}
	for _, x := range f.inner {
		x.allRead()
	}
}

func shown(value any) string {
	text, err := json.Marshal(value)
	if err != nil || len(text) > 60 {
		return "..."
	}
	return string(text)
}

// tells are keys that explain a case and change nothing in it.
func (f *facts) tells(keys ...string) {
	for _, key := range keys {
		f.read[key] = true
	}
}

func (f *facts) has(key string) bool {
	value, ok := f.values[key]
	f.read[key] = true
	return ok && value != nil
}

func (f *facts) value(key string) any {
	if !f.has(key) {
		refuse("%s%s is missing", f.at, key)
	}
	return f.values[key]
}

func (f *facts) text(key string) string { return fmt.Sprint(f.value(key)) }

func (f *facts) textOr(key, otherwise string) string {
	if !f.has(key) {
		return otherwise
	}
	return f.text(key)
}

// only refuses every policy but those named; absent is the first.
func (f *facts) only(key string, known ...string) string {
	said := f.textOr(key, known[0])
	for _, k := range known {
		if said == k {
			return said
		}
	}
	refuse("%s%s: %s", f.at, key, said)
	return ""
}

func (f *facts) yes(key string) bool {
	return f.has(key) && f.only(key, "false", "true") == "true"
}

func (f *facts) currency() money.Currency {
	if f.money == "" {
		f.money = solved(money.ParseCurrency(f.textOr("currency", "USD")))
	}
	f.read["currency"] = true
	return f.money
}

func (f *facts) amount(key string) money.Amount { return f.amountOf(f.text(key)) }

func (f *facts) amountOf(text string) money.Amount {
	if whole, rest, point := strings.Cut(text, "."); point { // 1000.0 is as exact as 1000
		text = whole + "." + strings.TrimRight(rest, "0")
		text = strings.TrimSuffix(text, ".")
	}
	a := solved(money.ParseAmount(text, f.currency()))
	if a.Minor() > largest || a.Minor() < -largest {
		refuse("%san amount of %.30s: more than ten trillion", f.at, text)
	}
	return a
}

// Bounds of what a case may say: hundreds of such figures still add up to what can be booked.
const (
	largest  = 1e15 // minor units
	longest  = 1200 // months, items
	earliest = 1970
	latest   = 2199
)

// sane refuses days of other ages.
func (f *facts) sane(d period.Date) period.Date {
	if d.Year() < earliest || d.Year() > latest {
		refuse("%sa day in the year %d", f.at, d.Year())
	}
	return d
}

func (f *facts) amountOr(key, otherwise string) money.Amount {
	return f.amountOf(f.textOr(key, otherwise))
}

func (f *facts) decimal(key string) decimal.Decimal { return decimalOf(f.text(key)) }

func decimalOf(text string) decimal.Decimal {
	if len(text) > 40 || strings.ContainsAny(text, "eE") {
		refuse("a figure of %.20s...", text)
	}
	d := solved(decimal.NewFromString(text))
	if d.Exponent() < -12 || d.Abs().Cmp(decimal.NewFromInt(largest)) > 0 {
		refuse("a figure of %.40s: too large or too fine", text)
	}
	return d
}

func (f *facts) count(key string) int {
	n := f.decimal(key)
	if !n.IsInteger() || n.Cmp(decimal.NewFromInt(longest)) > 0 || n.Sign() < 0 {
		refuse("%s%s: %s is no count up to 1200", f.at, key, n)
	}
	return int(n.IntPart())
}

func (f *facts) date(key string) period.Date {
	return f.sane(solved(period.ParseDate(f.text(key))))
}

// percent is a share in percent.
func (f *facts) percent(key string) decimal.Decimal {
	d := f.decimal(key)
	if d.Sign() < 0 || d.Cmp(decimal.NewFromInt(100)) > 0 {
		refuse("%s%s: %s is no percentage from 0 to 100", f.at, key, d)
	}
	return d
}

// dateOr is a day that a case need not tell: zero, where it does not.
func (f *facts) dateOr(key string) period.Date {
	if !f.has(key) {
		return period.Date{}
	}
	return f.date(key)
}

// days are those from one through another.
func (f *facts) days(from, through string) period.Span {
	first, last := f.date(from), f.date(through)
	if last.Before(first) {
		refuse("%s%s: before %s", f.at, through, from)
	}
	return period.Through(first, last)
}

func (f *facts) month(key string) period.Month {
	m := solved(period.ParseMonth(f.text(key)))
	f.sane(m.First())
	return m
}

// moment is a day, or an instant of one: its day in the case's own zone, and the seconds that had passed of it.
func (f *facts) moment(key string) (period.Date, int64) {
	text := f.text(key)
	if !strings.Contains(text, "T") {
		return f.date(key), 0
	}
	at := solved(time.Parse(time.RFC3339Nano, text))
	midnight := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
	if at.Nanosecond() != 0 {
		refuse("%s%s: a part of a second", f.at, key)
	}
	return f.sane(period.DateOf(at, at.Location())), int64(at.Sub(midnight) / time.Second)
}

// under are the facts of an object within.
func (f *facts) under(key string) *facts {
	o, ok := f.value(key).(object)
	if !ok {
		refuse("%s%s is no object", f.at, key)
	}
	return f.within(o, key)
}

func (f *facts) within(o object, key string) *facts {
	x := &facts{object: o, at: f.at + key + ".", read: map[string]bool{"note": true, "notes": true}, money: f.currency()}
	f.inner = append(f.inner, x)
	return x
}

// list is a list of objects.
func (f *facts) list(key string) []*facts {
	var out []*facts
	for i, item := range f.items(key) {
		o, ok := item.(object)
		if !ok {
			refuse("%s%s is no list of objects", f.at, key)
		}
		out = append(out, f.within(o, fmt.Sprintf("%s[%d]", key, i)))
	}
	return out
}

func (f *facts) items(key string) []any {
	list, ok := f.value(key).([]any)
	if !ok || len(list) > longest {
		refuse("%s%s is no list", f.at, key)
	}
	return list
}

func (f *facts) texts(key string) []string {
	var out []string
	for _, item := range f.items(key) {
		out = append(out, fmt.Sprint(item))
	}
	return out
}
