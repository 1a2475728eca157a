package scenario

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/period"
	"ratable/usage"

	"github.com/shopspring/decimal"
)

// usedKey is what usage is added up by while it is read: a million facts become
// a few thousand sums.
type usedKey struct {
	customer   int // place in the list
	meter      string
	on, known  period.Date
	dimensions string // those the meter declares, written one way
}

// sum is what events of one key come to.
type sum struct {
	quantity   decimal.Decimal
	events     int64
	dimensions map[string]string
}

// seen is a usage fact that was read.
type seen struct {
	customer   int
	meter      catalog.Meter
	on, known  period.Date
	at         time.Time // zero: some time on the day
	quantity   decimal.Decimal
	dimensions map[string]string
	id         string // told apart by it, so that it can be corrected
}

// take adds usage up, or keeps it by itself where a price or the meter looks at
// single events.
func (b *builder) take(x seen) {
	if x.id != "" || !x.meter.Additive() || b.singly[x.meter.Code] {
		b.events = append(b.events, b.event(x))
		return
	}
	b.addUp(x, 1)
}

// event is usage that is kept by itself.
func (b *builder) event(x seen) used {
	at := x.at
	if at.IsZero() {
		at = instantOf(x.on)
	}
	b.kept++
	return used{
		key: b.key(x.customer, x.meter.Code), on: x.on, known: x.known, meter: x.meter, event: x.id,
		single: &usage.Occurrence{
			Customer: b.customers[x.customer].ID, Day: x.on, At: at, ID: fmt.Sprintf("%09d", b.kept), Quantity: x.quantity, Dimensions: x.dimensions,
		},
	}
}

// instantOf is the instant of what is only known to be some time on a day.
func instantOf(on period.Date) time.Time { return on.Time(time.UTC) }

func (b *builder) addUp(x seen, events int64) {
	kept := x.meter.Combination(x.dimensions)
	k := usedKey{x.customer, x.meter.Code, x.on, x.known, written(kept)}
	s := b.used[k]
	if s == nil {
		s = &sum{dimensions: kept}
		b.used[k] = s
	}
	s.quantity, s.events = s.quantity.Add(x.quantity), s.events+events
}

// written is a set of dimensions as text, the same whatever its order.
func written(dimensions map[string]string) string {
	if len(dimensions) == 0 {
		return ""
	}
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(dimensions)) {
		fmt.Fprintf(&out, "%q=%q ", name, dimensions[name])
	}
	return out.String()
}

func (b *builder) key(customer int, meter string) usage.Key {
	return usage.Key{Customer: customers.ID(customer + 1), Meter: meter}
}

// use takes one usage fact of the document.
func (b *builder) use(x use, path string) {
	customer := b.party(path+".customer", x.Customer)
	m, ok := b.catalog.Meter(x.Meter)
	if !ok {
		b.refuse(path+".meter", x.Meter, "is not a meter of the catalog")
		return
	}
	quantity, err := x.Quantity.quantity()
	if err != nil {
		b.refuse(path+".quantity", x.Quantity.text, "%s", err)
		return
	}
	if customer < 0 {
		return
	}
	on := x.On
	if !x.At.IsZero() {
		if !on.IsZero() {
			b.refuse(path+".at", "", "stands beside on; keep one of the two")
			return
		}
		on = day{b.dayOf(customer, x.At), x.At.line}
	}
	known := x.Known
	if known.IsZero() {
		known = on
	}
	if !b.dated(on, path+".on") || !b.dated(known, path+".known") {
		return
	}
	if known.Before(on.Date) {
		b.refuse(path+".known", known.String(), "is before the day of the usage, %s", on)
		return
	}
	b.take(seen{customer, m, on.Date, known.Date, x.At.Time, quantity, x.Dimensions, x.ID})
	if x.ID != "" {
		b.name(b.events[len(b.events)-1], b.customers[customer].Account, path)
	}
}

// correct adds to a day's usage later, or takes back from it: the events stay as
// they came, and what corrects them is a fact of its own.
func (b *builder) correct(x correction, path string) {
	if x.Event != "" {
		b.amendUse(x, path)
		return
	}
	if !x.Quantity.absent() || !x.At.IsZero() {
		b.refuse(path+".event", "", "is missing: name the event that is to say something else, or say by how much a day changes")
		return
	}
	customer := b.party(path+".customer", x.Customer)
	m, ok := b.catalog.Meter(x.Meter)
	if !ok {
		b.refuse(path+".meter", x.Meter, "is not a meter of the catalog")
		return
	}
	if m.Aggregation != catalog.Sum || b.singly[m.Code] {
		b.refuse(path+".meter", x.Meter, "is priced by single events; a quantity cannot be taken back from them")
		return
	}
	b.required(path+".reason", x.Reason, "say why")
	by, err := x.By.decimal()
	if err != nil || by.IsZero() {
		b.refuse(path+".by", x.By.text, "is not a number other than zero, such as -12")
		return
	}
	if customer < 0 || !b.dated(x.On, path+".on") || !b.dated(x.Used, path+".used") {
		return
	}
	if x.On.Before(x.Used.Date) {
		b.refuse(path+".on", x.On.String(), "is before the day of the usage, %s", x.Used)
		return
	}
	b.addUp(seen{customer: customer, meter: m, on: x.Used.Date, known: x.On.Date, quantity: by, dimensions: x.Dimensions}, 0)
}

// csvColumns are those of the usage after the document. A row has a day or an
// instant, so one of the first two; known may be left out.
var csvColumns = []string{"on", "at", "known", "customer", "meter", "quantity"}

// maxComplaints bounds how many wrong rows are reported: the rest are alike.
const maxComplaints = 20

// csv reads usage that stands after the document. Its cells need no quotes, so a
// row is cut at the commas.
func (b *builder) csv(tail []byte, line int) {
	if len(tail) == 0 || len(b.found) > 0 {
		return
	}
	r := reading{builder: b, dims: map[string]int{}, days: map[string]period.Date{}}
	wrong := len(b.found)
	for ; len(tail) > 0 && len(b.found)-wrong < maxComplaints; line++ {
		row := tail
		if i := bytes.IndexByte(tail, '\n'); i >= 0 {
			row, tail = tail[:i], tail[i+1:]
		} else {
			tail = nil
		}
		row = bytes.TrimRight(row, "\r \t")
		switch {
		case len(row) == 0:
		case r.places == nil:
			if !r.header(string(row), line) {
				return
			}
		default:
			r.row(row, line)
		}
	}
}

// reading is usage being read row by row.
type reading struct {
	*builder
	places  []int          // of csvColumns in a row, -1 where there is none
	dims    map[string]int // places of dimensions, by name
	columns int            // of a row
	days    map[string]period.Date
	cells   [16][]byte
}

func (r *reading) refuseRow(line int, column, value, message string) {
	r.refuse("usage."+column, value, "%s", message)
	r.found[len(r.found)-1].Line = line
}

func (r *reading) header(row string, line int) bool {
	r.places = make([]int, len(csvColumns))
	for i := range r.places {
		r.places[i] = -1
	}
	names := strings.Split(row, ",")
	r.columns = len(names)
	for n, name := range names {
		known := false
		for i, c := range csvColumns {
			if c == strings.TrimSpace(name) {
				r.places[i], known = n, true
			}
		}
		if dimension, ok := strings.CutPrefix(strings.TrimSpace(name), "dim."); ok && dimension != "" && n < len(r.cells) {
			r.dims[dimension], known = n, true
		}
		if !known {
			r.refuseRow(line, "header", name, "is not a column; they are on (or at), known, customer, meter, quantity and dim.NAME for dimensions")
			return false
		}
	}
	if r.places[0] < 0 == (r.places[1] < 0) || r.places[3] < 0 || r.places[4] < 0 || r.places[5] < 0 {
		r.refuseRow(line, "header", row, "needs the columns on (or at), customer, meter, quantity")
		return false
	}
	return true
}

func (r *reading) row(row []byte, line int) {
	n := 0
	for ; n < len(r.cells); n++ {
		i := bytes.IndexByte(row, ',')
		if i < 0 {
			r.cells[n] = row
			n++
			break
		}
		r.cells[n], row = row[:i], row[i+1:]
	}
	if n != r.columns {
		r.refuseRow(line, "row", "", fmt.Sprintf("has %d cells; the header has %d", n, r.columns))
		return
	}
	customer, ok := r.byID[string(r.cells[r.places[3]])]
	if !ok {
		r.refuseRow(line, "customer", string(r.cells[r.places[3]]), "is not the id of a customer of this scenario")
		return
	}
	meter, ok := r.catalog.Meter(string(r.cells[r.places[4]]))
	if !ok {
		r.refuseRow(line, "meter", string(r.cells[r.places[4]]), "is not a meter of the catalog")
		return
	}
	quantity, err := usage.ParseQuantity(string(r.cells[r.places[5]]))
	if err != nil {
		r.refuseRow(line, "quantity", string(r.cells[r.places[5]]), err.Error())
		return
	}
	on, known, at, ok := r.dates(customer, line)
	if ok {
		r.take(seen{customer: customer, meter: meter, on: on, known: known, at: at, quantity: quantity, dimensions: r.dimensions()})
	}
}

// dimensions are the cells of the row's dim columns; an empty one says nothing.
func (r *reading) dimensions() map[string]string {
	if len(r.dims) == 0 {
		return nil
	}
	out := make(map[string]string, len(r.dims))
	for name, place := range r.dims {
		if cell := r.cells[place]; len(cell) > 0 {
			out[name] = string(cell)
		}
	}
	return out
}

// dates gives the day of the usage, the day it became known, and the instant where
// the row has one.
func (r *reading) dates(customer, line int) (on, known period.Date, at time.Time, ok bool) {
	if p := r.places[0]; p >= 0 {
		on, ok = r.date(r.cells[p], "on", line)
	} else {
		var err error
		at, err = time.Parse(time.RFC3339, string(r.cells[r.places[1]]))
		if ok = err == nil; !ok {
			r.refuseRow(line, "at", string(r.cells[r.places[1]]), "is not a time with its zone such as 2026-03-31T23:30:00Z")
		} else {
			on = r.dayOf(customer, moment{Time: at})
		}
	}
	known = on
	if p := r.places[2]; ok && p >= 0 && len(r.cells[p]) > 0 {
		if known, ok = r.date(r.cells[p], "known", line); ok && known.Before(on) {
			r.refuseRow(line, "known", known.String(), "is before the day of the usage, "+on.String())
			ok = false
		}
	}
	if ok && known.After(r.d.Through.Date) {
		r.refuseRow(line, "on", known.String(), "lies after the last day played, "+r.d.Through.String())
		ok = false
	}
	return on, known, at, ok
}

// date reads a day once and remembers it: a file names each day many times.
func (r *reading) date(cell []byte, column string, line int) (period.Date, bool) {
	if d, seen := r.days[string(cell)]; seen {
		return d, true
	}
	d, err := period.ParseDate(string(cell))
	if err != nil {
		r.refuseRow(line, column, string(cell), "is not a day such as 2026-03-31")
		return d, false
	}
	r.days[string(cell)] = d
	return d, true
}
