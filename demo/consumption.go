package demo

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"ratable/internal/period"
	"ratable/usage"
)

// meteringSource is who measured.
const meteringSource = "northlight/metering"

// The shape of a business: how much of a weekday's use falls on each day of the
// week and each hour of the day.
var (
	byWeekday = [7]float64{time.Sunday: 0.25, time.Monday: 1.05, time.Tuesday: 1.1, time.Wednesday: 1.1, time.Thursday: 1.05, time.Friday: 0.9, time.Saturday: 0.35}
	byHour    = [24]float64{1, 0, 0, 0, 1, 1, 2, 4, 7, 10, 11, 11, 8, 9, 11, 11, 10, 8, 5, 3, 2, 2, 1, 0}
)

// consume is all a customer used from its first day to the day before end,
// measured in the seller's zone. Chance depends on customer and meter alone, so
// that a longer year begins like a shorter one.
func (c customer) consume(from, end period.Date, zone *time.Location) (out []usage.Event) {
	for _, meter := range slices.Sorted(maps.Keys(c.Uses)) {
		chance := rand.New(rand.NewPCG(seed(c.ID), seed(meter)))
		for day := from; day.Before(end); day = day.AddDays(1) {
			months := float64(day.Sub(from)) / 30.4
			quantity := float64(c.Uses[meter]) * math.Pow(1+c.Growth/100, months) * (0.85 + 0.3*chance.Float64())
			switch {
			case strings.HasPrefix(meter, "storage"): // a reading each night, the same at weekends
				out = append(out, c.event(meter, day, 23, quantity, zone))
			case len(c.Split[meter].Parts) > 0:
				out = append(out, c.parted(meter, day, quantity*byWeekday[day.Weekday()], zone)...)
			case c.Hourly:
				out = append(out, c.hours(meter, day, quantity*byWeekday[day.Weekday()], chance, zone)...)
			default:
				out = append(out, c.event(meter, day, 21, quantity*byWeekday[day.Weekday()], zone))
			}
		}
	}
	return out
}

// hours spreads a day's use over its hours, unevenly.
func (c customer) hours(meter string, day period.Date, quantity float64, chance *rand.Rand, zone *time.Location) (out []usage.Event) {
	var sum float64
	for _, w := range byHour {
		sum += w
	}
	weekend := byWeekday[day.Weekday()] < 0.5
	for hour, w := range byHour {
		if w == 0 || weekend && hour%3 != 0 {
			continue
		}
		if weekend {
			w *= 3
		}
		out = append(out, c.event(meter, day, hour, quantity*w/sum*(0.8+0.4*chance.Float64()), zone))
	}
	return out
}

// parted spreads a day's use over the values of a dimension, one event each.
func (c customer) parted(meter string, day period.Date, quantity float64, zone *time.Location) (out []usage.Event) {
	x := c.Split[meter]
	for _, value := range slices.Sorted(maps.Keys(x.Parts)) {
		e := c.event(meter, day, 21, quantity*float64(x.Parts[value])/100, zone)
		e.ID += "/" + value
		e.Dimensions = map[string]string{x.By: value}
		out = append(out, e)
	}
	return out
}

func (c customer) event(meter string, day period.Date, hour int, quantity float64, zone *time.Location) usage.Event {
	at := time.Date(day.Year(), day.Month(), day.Day(), hour, 59, 0, 0, zone)
	return usage.Event{
		Source: meteringSource, ID: fmt.Sprintf("%s/%s/%s-%02d", c.ID, meter, day, hour),
		Customer: c.ID, Meter: meter, OccurredAt: at.UTC(), Quantity: dec(int64(math.Round(quantity))),
	}
}

func seed(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return h.Sum64()
}

// strays are events of yesterday that nobody can place: a misspelled customer
// and a misspelled meter; they wait in quarantine.
func strays(yesterday period.Date, zone *time.Location) (out []usage.Event) {
	misspelled := customer{ID: "helios-robotix"}
	for hour := 9; hour < 12; hour++ {
		out = append(out, misspelled.event("api.calls", yesterday, hour, 4100, zone))
	}
	ember := customer{ID: "ember-ai"}
	return append(out, ember.event("api.cals", yesterday, 13, 950, zone), ember.event("api.cals", yesterday, 14, 1020, zone))
}

// contradiction is an event sent again with another quantity: the first stands,
// and a person has to see it.
func contradiction(events []usage.Event, yesterday period.Date) (usage.Event, bool) {
	id := fmt.Sprintf("ember-ai/api.calls/%s-21", yesterday)
	i := slices.IndexFunc(events, func(e usage.Event) bool { return e.ID == id })
	if i < 0 {
		return usage.Event{}, false
	}
	again := events[i]
	again.Quantity = again.Quantity.Add(dec(5000))
	return again, true
}
