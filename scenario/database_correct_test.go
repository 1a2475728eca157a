package scenario

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"ratable/internal/period"
	"ratable/usage"
)

// correctPerhaps lets an event that both know be corrected in both, or a stretch of days be replaced.
func (x *twin) correctPerhaps(on period.Date) {
	x.t.Helper()
	if ids := slices.Sorted(maps.Keys(x.family.events)); len(ids) > 0 && x.oneIn(10) {
		x.correctOne(one(x.draw, ids...))
		x.news = true
	}
	if on.Sub(lifeBegins) > 20 && x.oneIn(45) {
		x.replaceSome(on)
		x.news = true
	}
}

// correctOne retracts an event or restores it, or lets it say something else: how much, of which day, where, of what, by whom.
func (x *twin) correctOne(id string) {
	x.t.Helper()
	e := x.family.events[id]
	by := usage.Correction{Customer: x.calledID(e.key), Source: "life", ID: id, Action: usage.Amend, Reason: "drawn"}
	switch {
	case e.retracted:
		by.Action = usage.Restore
	case x.oneIn(3):
		by.Action = usage.Retract
	}
	if by.Action != usage.Retract {
		quantity := decimal.NewFromInt(int64(x.between(0, 300)))
		by.Quantity = &quantity
		if x.oneIn(2) {
			by.OccurredAt = x.anyDay(period.NewSpan(lifeBegins, x.today.AddDays(1))).Time(time.UTC).Add(time.Duration(x.Intn(86400)) * time.Second)
		}
		if x.oneIn(2) {
			by.Dimensions = map[string]string{"who": one(x.draw, "ann", "bob"), "region": one(x.draw, "eu", "us")}
		}
		if x.oneIn(3) {
			by.Meter, by.User = one(x.draw, "calls", "storage", "payments"), one(x.draw, "acme", "branch")
		}
	}
	if err := x.fix(fix{x.family.Account, id, by.Action, func(u used) used { return x.says(u, by) }}); err != nil {
		x.t.Fatalf("%v\n%s", err, x.story())
	}
	if _, err := usage.Correct(x.t.Context(), x.db, []usage.Correction{by}, x.tomorrow(), fixture); err != nil {
		x.t.Fatalf("%v\n%s", err, x.story())
	}
	x.tell("event %s: %s %v %v %v %s %s", id, by.Action, by.Quantity, by.OccurredAt, by.Dimensions, by.Meter, by.User)
}

// says is what an event says after a correction.
func (x *twin) says(u used, by usage.Correction) used {
	o := *u.single
	if by.Quantity != nil {
		o.Quantity = *by.Quantity
	}
	if !by.OccurredAt.IsZero() {
		o.At, o.Day = by.OccurredAt, period.DateOf(by.OccurredAt, time.UTC)
	}
	if by.Dimensions != nil {
		o.Dimensions = by.Dimensions
	}
	if by.Meter != "" {
		u.meter, _ = x.s.world.Catalog.Meter(by.Meter)
		o.Customer = x.agreement().Users[by.User]
	}
	u.on, u.key, u.single = o.Day, usage.Key{Customer: o.Customer, Meter: u.meter.Code}, &o
	return u
}

// replaceSome backfills up to three weeks of one meter of one customer: a part of what was there, otherwise, and some that was not.
func (x *twin) replaceSome(on period.Date) {
	x.t.Helper()
	who, code := one(x.draw, "acme", "branch"), one(x.draw, "calls", "storage", "payments")
	meter, _ := x.s.world.Catalog.Meter(code)
	from := x.anyDay(period.NewSpan(lifeBegins, on.AddDays(-1)))
	days := period.NewSpan(from, period.MinDate(on, from.AddDays(x.between(1, 21))))
	made := replacement{account: x.family.Account, key: usage.Key{Customer: x.agreement().Users[who], Meter: code}, days: days}
	sent := usage.Backfill{Stretch: usage.Stretch{Customer: who, Meter: code, From: days.Start.Time(time.UTC), Until: days.End.Time(time.UTC)}, Reason: "drawn"}
	var known []string
	for id, e := range x.family.events {
		if e.key == made.key && days.Contains(e.on) {
			known = append(known, id)
		}
	}
	slices.Sort(known)
	for _, id := range append(some(x.draw, known), fmt.Sprintf("b%05d", x.events+1), fmt.Sprintf("b%05d", x.events+2)) {
		x.events++
		day := x.anyDay(days)
		o := usage.Occurrence{
			Customer: made.key.Customer, Day: day, At: day.Time(time.UTC).Add(time.Duration(x.Intn(86400)) * time.Second), ID: id,
			Quantity: decimal.NewFromInt(int64(x.between(1, 300))), Dimensions: map[string]string{"who": one(x.draw, "ann", "bob", "cyd")},
		}
		made.events = append(made.events, used{event: id, key: made.key, meter: meter, on: day, known: on, single: &o})
		sent.Events = append(sent.Events, usage.Event{Source: "life", ID: id, Customer: who, Meter: code, OccurredAt: o.At, Quantity: o.Quantity, Dimensions: o.Dimensions})
	}
	x.replace(made)
	if _, _, err := usage.ReplaceStretch(x.t.Context(), x.db, sent, x.tomorrow(), fixture); err != nil {
		x.t.Fatalf("%v\n%s", err, x.story())
	}
	x.tell("%s of %s of %s is replaced by %d events", code, who, days, len(sent.Events))
}

// calledID is the id by which others know who used something.
func (x *twin) calledID(k usage.Key) string { return x.family.Customers[k.Customer].ExternalID }

func (x *twin) tomorrow() time.Time { return x.today.Time(time.UTC).Add(25 * time.Hour) }
