package entitlements

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"

	"ratable/customers"
	"ratable/internal/period"
)

// Answer is what is said about a customer, ready to be sent. It never changes: another one takes its place.
type Answer struct {
	Said
	Customer customers.Placement

	Entitlements Entitlements
	features     map[string]Said
	terms        string      // what is announced of it
	next         period.Date // first day on which something of it is over or begins, by itself
	replaced     chan struct{}
}

// Said is a body with the version of what it says: equal facts give equal versions, on every node and at any time.
type Said struct {
	Version string
	ETag    string
	Body    []byte // JSON, an object
	Headers Headers
}

// Headers are what goes with a body, as net/http keeps headers: made once, so that sending them costs nothing.
type Headers struct{ ETag, Version, Length []string }

// Replaced is closed when another answer has taken the place of this one.
func (a *Answer) Replaced() <-chan struct{} { return a.replaced }

// Feature is what is said about one feature; false when nothing the customer has, had or will have gives it.
func (a *Answer) Feature(code string) (Said, bool) {
	s, ok := a.features[code]
	return s, ok
}

// answer renders what was derived.
func answer(who customers.Placement, e Entitlements, today period.Date) *Answer {
	a := &Answer{Customer: who, Entitlements: e, features: make(map[string]Said, len(e.Features)), replaced: make(chan struct{}), next: e.next(today), terms: termsText(e.terms())}
	list := e.Features
	if list == nil {
		list = []Feature{}
	}
	a.Said = say(who.ExternalID, "features", list)
	for _, f := range e.Features {
		a.features[f.Code] = say(who.ExternalID, "", f)
	}
	return a
}

// nothing is what is said about a feature that the catalog knows and the customer never had.
func nothing(customer, code string) Said {
	return say(customer, "", struct {
		Feature string    `json:"feature"`
		Allowed bool      `json:"allowed"`
		State   string    `json:"state"`
		Because []Because `json:"because"`
	}{code, false, "none", []Because{}})
}

// say writes {"customer": ..., "version": ..., and what there is}, under a key or, without one, as keys of its own.
func say(customer, key string, what any) Said {
	text, err := json.Marshal(what)
	if err != nil {
		panic(err) // structs of ours
	}
	sum := sha256.Sum256(text)
	s := Said{Version: hex.EncodeToString(sum[:8])}
	s.ETag = `"` + s.Version + `"`
	name, err := json.Marshal(customer)
	if err != nil {
		panic(err)
	}
	body := slices.Concat([]byte(`{"customer":`), name, []byte(`,"version":"`), []byte(s.Version), []byte(`",`))
	if key != "" {
		body = slices.Concat(body, []byte(`"`), []byte(key), []byte(`":`), text, []byte(`}`))
	} else {
		body = append(body, text[1:]...)
	}
	s.Body = slices.Clip(body)
	s.Headers = Headers{[]string{s.ETag}, []string{s.Version}, []string{strconv.Itoa(len(s.Body))}}
	return s
}

// next is the first day after today on which time alone changes something.
func (e Entitlements) next(today period.Date) period.Date {
	var out period.Date
	at := func(days ...period.Date) {
		for _, d := range days {
			if d.After(today) && (out.IsZero() || d.Before(out)) {
				out = d
			}
		}
	}
	for _, f := range e.Features {
		at(f.Until, f.ResetsOn)
		for _, b := range f.Because {
			at(b.Since, b.Until, b.Renews, b.TrialUntil, b.Programmed)
		}
	}
	return out
}
