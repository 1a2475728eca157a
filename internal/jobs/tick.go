package jobs

import (
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"ratable/internal/fault"
	"ratable/internal/period"
)

// schedule is a parsed spec line: when it is due.
type schedule struct {
	cron *cron.SpecSchedule // nil: by hand only
	zone *time.Location
	// everyHour: the hour field is a star, so the line means "each hour of
	// elapsed time" and not "at this time of the wall clock".
	everyHour bool
}

// The bit by which robfig/cron marks a field that was written as a plain star.
const starBit = 1 << 63

func parseSchedule(line string, zone *time.Location) (schedule, error) {
	if zone == nil {
		zone = time.UTC
	}
	if line == "" {
		return schedule{zone: zone}, nil
	}
	// No descriptors: "@daily" hides the hour, and "@every" has no due instants
	// that two processes would agree on.
	parsed, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(line)
	if err != nil {
		return schedule{}, fault.New(fault.Invalid, "cron line %q: %v", line, err)
	}
	spec := parsed.(*cron.SpecSchedule)
	if spec.Location != time.Local {
		return schedule{}, fault.New(fault.Invalid, "cron line %q: the zone belongs in Zone", line)
	}
	s := schedule{cron: spec, zone: zone, everyHour: spec.Hour&starBit != 0}
	if s.next(time.Date(2000, 1, 1, 0, 0, 0, 0, zone)).IsZero() {
		return schedule{}, fault.New(fault.Invalid, "cron line %q is never due", line)
	}
	return s, nil
}

// next returns the first tick after t, or the zero time when there is none within
// the five years robfig/cron looks ahead (29 February around 2100).
//
// A line with fixed hours is due once at each wall-clock time, on the days of a
// clock change too. robfig/cron alone skips 02:30 when the clock jumps from 02:00
// to 03:00, and is due twice when it goes back. Here the first becomes the
// instant after the jump, the second the first of the two:
//
//	spring  01:59 | 03:00      02:30 -> 03:00
//	autumn  01:00..01:59 | 01:00..01:59   01:30 -> the first
//
// A line with a star for the hour runs by elapsed time, as it does in cron(8).
func (s schedule) next(t time.Time) time.Time {
	if s.cron == nil {
		return time.Time{}
	}
	if s.everyHour {
		line := *s.cron
		line.Location = s.zone
		return line.Next(t).In(s.zone)
	}
	line := *s.cron
	line.Location = time.UTC
	for wall := asWall(t.In(s.zone)); ; {
		if wall = line.Next(wall); wall.IsZero() {
			return time.Time{}
		}
		// In the repeated hour of autumn the wall clock is behind what is done already.
		if due := instantOf(wall, s.zone); due.After(t) {
			return due
		}
	}
}

// ticks returns what is due in (after, through], at most limit of them, oldest
// first. LatestOnly keeps the last one.
func (s schedule) ticks(after, through time.Time, policy Policy, limit int) []time.Time {
	var due []time.Time
	for t := s.next(after); !t.IsZero() && !t.After(through); t = s.next(t) {
		if policy == LatestOnly {
			due = due[:0]
		}
		due = append(due, t)
		if len(due) == limit && policy == EachMissed {
			break
		}
	}
	return due
}

// asOf is the civil day a tick stands for.
func (s schedule) asOf(due time.Time) period.Date { return period.DateOf(due, s.zone) }

// asWall carries a wall-clock reading into UTC, where no hour is missing or double.
func asWall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// instantOf returns the instant the zone's clocks show the wall reading: the
// first one when they show it twice, the end of the gap when they never do.
func instantOf(wall time.Time, zone *time.Location) time.Time {
	t := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), zone)
	start, end := t.ZoneBounds()
	switch shown := asWall(t); {
	case shown.After(wall): // inside a gap, read with the offset before it
		return start.In(zone)
	case shown.Before(wall): // inside a gap, read with the offset after it
		return end.In(zone)
	}
	if start.IsZero() {
		return t
	}
	// Was the same reading shown before the last change of the clocks?
	_, offset := t.Zone()
	_, before := start.Add(-time.Nanosecond).Zone()
	if earlier := t.Add(time.Duration(offset-before) * time.Second); earlier.Before(start) {
		return earlier
	}
	return t
}

// describe is the schedule for people: the line and its zone.
func (s Spec) describe() string {
	if s.Cron == "" {
		return "by hand"
	}
	zone := s.Zone
	if zone == nil {
		zone = time.UTC
	}
	return fmt.Sprintf("%s (%s)", s.Cron, zone)
}
