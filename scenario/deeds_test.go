package scenario

import (
	"fmt"
	"math/rand"

	"ratable/internal/period"
)

// phase is when in a day something happens, in the order of Play: what is learned and agreed before revenue is recognized, what
// moves money after it, what closes months last.
type phase int

const (
	learning phase = iota // usage
	agreeing              // amendments, deliveries, assessments: each rests on those before it
	settling              // payments, credits, voids and the like
	closes
)

// deed is something that happened, so that it can happen again.
type deed struct {
	on    period.Date
	phase phase
	free  string // settling: may change places with those that are about something else; empty: keeps its place
	do    func(*playing) error
}

// does lets something happen, and remembers it unless it could not be.
func (l *life) does(p phase, free string, do func(*playing) error) error {
	if err := do(l.playing); err != nil {
		return err
	}
	l.deeds = append(l.deeds, deed{l.today, p, free, do})
	return nil
}

// again lives facts once more, until today. Shuffled, those of a day that do not rest on each other change places.
func (l *life) again(deeds []deed, shuffle *rand.Rand) (*playing, error) {
	p, next := newPlaying(l.s), 0
	for on := lifeBegins; !on.After(l.today); on = on.AddDays(1) {
		var day [closes + 1][]deed
		for ; next < len(deeds) && deeds[next].on == on; next++ {
			day[deeds[next].phase] = append(day[deeds[next].phase], deeds[next])
		}
		if shuffle != nil {
			day[learning], day[settling] = shuffled(shuffle, day[learning]), shuffled(shuffle, day[settling])
			if shuffle.Intn(2) == 0 {
				day[agreeing], day[learning] = day[learning], day[agreeing] // neither looks at the other
			}
		}
		for ph, deeds := range day {
			switch phase(ph) {
			case settling:
				if err := p.recognize(on, false); err != nil {
					return nil, err
				}
			case closes:
				if err := p.invoice(on, false); err != nil {
					return nil, err
				}
			}
			for _, d := range deeds {
				if err := d.do(p); err != nil {
					return nil, fmt.Errorf("again on %s: %w", on, err)
				}
			}
		}
	}
	return p, p.recognizeAll(lifeOver)
}

// shuffled lets deeds change places; settling ones that are not free keep theirs, and those about one document their order.
func shuffled(r *rand.Rand, deeds []deed) []deed {
	out := append([]deed(nil), deeds...)
	for n := 4 * len(out); n > 0 && len(out) > 1; n-- {
		i := r.Intn(len(out) - 1)
		x, y := out[i], out[i+1]
		if x.phase == learning || x.free != "" && y.free != "" && x.free != y.free {
			out[i], out[i+1] = y, x
		}
	}
	return out
}

// lifeOver is long after anything can be earned.
var lifeOver = period.NewDate(2032, 1, 1)
