package usage

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"ratable/catalog"
)

// place is where an event belongs: found by the names it carries.
type place struct {
	account, customer int64
	zone              *time.Location // of the selling entity: decides the day
}

// directory knows the customers a batch names, and all meters.
type directory struct {
	places map[string]place // by external id
	meters *catalog.Catalog

	aliases map[string]string // of meters: the code by the name that was sent
}

// meter finds a meter by its code, or by a name that means it.
func (d directory) meter(name string) (catalog.Meter, bool) {
	if m, known := d.meters.Meter(name); known {
		return m, true
	}
	return d.meters.Meter(d.aliases[name])
}

// staged is an event with its keys, ready to be compared and written.
type staged struct {
	*Event
	place
	meter        int64
	combination  map[string]string // of the dimensions by which the meter is added up; nil: by none
	key, content digest
	part         int // of a batch that is several requests
	position     int // in the request: the earlier of two contents wins
}

// stray is an event whose customer or meter is not known, or that comes too late.
type stray struct {
	staged
	reason  string
	refusal Refusal // of a late one
}

// stage gives every event its keys and its place. The known ones come sorted by
// (account, key): every writer takes its locks in that order, so two of them
// wait for each other but never in a circle.
func stage(events []Event, d directory) (known []staged, strays []stray) {
	known = make([]staged, 0, len(events))
	var h hasher
	for i := range events {
		s := staged{Event: &events[i], position: i}
		s.key, s.content = h.digests(s.Event)
		var hasPlace bool
		s.place, hasPlace = d.places[s.Customer]
		meter, hasMeter := d.meter(s.Meter)
		s.meter = meter.ID
		if hasMeter && meter.Additive() {
			s.combination = meter.Combination(s.Dimensions)
		}
		if reason := strayReason(hasPlace, hasMeter); reason != "" {
			strays = append(strays, stray{staged: s, reason: reason})
			continue
		}
		known = append(known, s)
	}
	sortStaged(known)
	slices.SortFunc(strays, func(a, b stray) int { return compareStaged(a.staged, b.staged) })
	return known, strays
}

func strayReason(hasPlace, hasMeter bool) string {
	switch {
	case hasPlace && hasMeter:
		return ""
	case hasPlace:
		return "unknown meter"
	case hasMeter:
		return "unknown customer"
	}
	return "unknown customer and meter"
}

func sortStaged(all []staged) {
	slices.SortFunc(all, compareStaged)
}

func compareStaged(a, b staged) int {
	if c := cmp.Compare(a.account, b.account); c != 0 {
		return c
	}
	if c := bytes.Compare(a.key[:], b.key[:]); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(a.part, b.part), cmp.Compare(a.position, b.position))
}

// eventKey is what makes an event one event, for ever.
type eventKey struct {
	account int64
	key     digest
}

func (s *staged) eventKey() eventKey { return eventKey{s.account, s.key} }

// verdict is what is to be done with a batch.
type verdict struct {
	fresh     []staged // still sorted
	repeated  []staged
	conflicts []clash
}

// clash is a conflict. kept is nil when it stands in the database, unread as yet.
type clash struct {
	offered  staged
	kept     *Event
	archived string // the file that holds it
}

// judge compares a sorted batch with what is stored, and with itself: of two
// events with one key the stored one stands, else the first of the batch.
//
//	stored   a1          b1
//	batch    a1  a2      b1   c1  c1  c2
//	         |   |       |    |   |   conflict with c1
//	         |   |       |    |   repeated
//	         |   |       |    fresh
//	         |   |       repeated
//	         |   conflict with the stored a1
//	         repeated
func judge(batch []staged, stored map[eventKey]digest) verdict {
	v := verdict{fresh: make([]staged, 0, len(batch))}
	for i := 0; i < len(batch); {
		key := batch[i].eventKey()
		content, found := stored[key]
		var first *Event
		if !found {
			first, content = batch[i].Event, batch[i].content
			v.fresh = append(v.fresh, batch[i])
			i++
		}
		for ; i < len(batch) && batch[i].eventKey() == key; i++ {
			if batch[i].content == content {
				v.repeated = append(v.repeated, batch[i])
			} else {
				v.conflicts = append(v.conflicts, clash{offered: batch[i], kept: first})
			}
		}
	}
	return v
}
