package scenario

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"ratable/customers"
	"ratable/internal/period"
	"ratable/usage"
)

// usedKey is what usage is added up by while it is read: a million facts become
// a few thousand sums.
type usedKey struct {
	customer  int // place in the list
	meter     string
	on, known period.Date
}

func (b *builder) key(k usedKey) usage.Key {
	return usage.Key{Customer: customers.ID(k.customer + 1), Meter: k.meter}
}

// use takes one usage fact of the document.
func (b *builder) use(x use, path string) {
	customer := b.party(path+".customer", x.Customer)
	if _, ok := b.catalog.Meter(x.Meter); !ok {
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
	k := usedKey{customer, x.Meter, on.Date, known.Date}
	b.used[k] = b.used[k].Add(quantity)
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
	r := reading{builder: b, days: map[string]period.Date{}}
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
	places []int // of csvColumns in a row, -1 where there is none
	days   map[string]period.Date
	cells  [8][]byte
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
	for n, name := range names {
		known := false
		for i, c := range csvColumns {
			if c == strings.TrimSpace(name) {
				r.places[i], known = n, true
			}
		}
		if !known {
			r.refuseRow(line, "header", name, "is not a column; they are on (or at), known, customer, meter, quantity")
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
	want := 0
	for _, p := range r.places {
		want = max(want, p+1)
	}
	if n != want {
		r.refuseRow(line, "row", "", fmt.Sprintf("has %d cells; the header has %d", n, want))
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
	on, known, ok := r.dates(customer, line)
	if ok {
		k := usedKey{customer, meter.Code, on, known}
		r.used[k] = r.used[k].Add(quantity)
	}
}

// dates gives the day of the usage and the day it became known.
func (r *reading) dates(customer, line int) (on, known period.Date, ok bool) {
	if p := r.places[0]; p >= 0 {
		on, ok = r.date(r.cells[p], "on", line)
	} else {
		at, err := time.Parse(time.RFC3339, string(r.cells[r.places[1]]))
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
	return on, known, ok
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
