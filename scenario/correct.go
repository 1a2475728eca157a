package scenario

import (
	"cmp"
	"fmt"
	"slices"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/usage"
)

// held is an event that was told apart by an id, as it stands.
type held struct {
	used
	retracted bool
	refused   bool // it came after its last day: nobody has accepted it
}

// fix is a correction of one event: a new fact, the event stays as it came.
type fix struct {
	account customers.AccountID
	event   string
	action  usage.Action
	into    func(used) used // what it is to say
}

// replacement is a backfill: a stretch of days counts what is given, and nothing else.
type replacement struct {
	account customers.AccountID
	key     usage.Key
	days    period.Span
	events  []used
}

// count takes an event in that was accepted, under its id where it has one.
func (a *account) count(u used) {
	u.count(a.Usage)
	if u.event != "" {
		a.events[u.event] = held{used: u}
	}
}

// correct lets one of the facts take place that are about usage known before.
func (p *playing) correct(does any) error {
	switch x := does.(type) {
	case fix:
		return p.fix(x)
	case replacement:
		p.replace(x)
	}
	return nil
}

// fix corrects an event as usage.Correct does, and refuses what that refuses. What was too late is not there to be corrected.
func (p *playing) fix(x fix) error {
	a := p.byID[x.account]
	e := a.events[x.event]
	switch {
	case e.refused:
		return fault.InvalidFields(fault.Field{Path: "event", Value: x.event, Message: "was refused as too late: it counts nowhere, so there is nothing to correct"})
	case x.action == usage.Restore && !e.retracted:
		return fault.InvalidFields(fault.Field{Path: "event", Value: x.event, Message: "is not retracted; correct it"})
	case x.action == usage.Amend && e.retracted:
		return fault.InvalidFields(fault.Field{Path: "event", Value: x.event, Message: "is retracted; restore it, with what it is to say"})
	}
	if !e.retracted {
		a.Usage.Withdraw(e.meter, *e.single)
	}
	e.used, e.retracted = x.into(e.used), x.action == usage.Retract
	if !e.retracted {
		e.used.count(a.Usage)
	}
	a.events[x.event], a.changed = e, true
	return nil
}

// replace leaves exactly the given events in a stretch. Those that are known under the same id are the same events.
func (p *playing) replace(x replacement) {
	a := p.byID[x.account]
	for id, e := range a.events {
		if e.key == x.key && x.days.Contains(e.on) && !e.refused {
			e.retracted = true
			a.events[id] = e
		}
	}
	a.Usage.Clear(x.key, x.days)
	for _, u := range x.events {
		if e, known := a.events[u.event]; known && !e.retracted && !e.refused { // it stood outside of the stretch
			a.Usage.Withdraw(e.meter, *e.single)
		}
		a.count(u)
	}
	a.changed = true
}

// named is an event that a fact may correct: whose it is, and since when it can be.
type named struct {
	account customers.AccountID
	known   period.Date
	used    used
}

// name keeps an event under its id.
func (b *builder) name(u used, account customers.AccountID, path string) {
	if _, twice := b.named[u.event]; twice {
		b.refuse(path+".id", u.event, "is used twice")
		return
	}
	b.named[u.event] = named{account, u.known, u}
}

// corrected finds the event that a fact of a day corrects.
func (b *builder) corrected(id string, on day, reason, path string) (named, bool) {
	b.required(path+".reason", reason, "say why the event is corrected")
	e, ok := b.named[id]
	switch {
	case !ok:
		b.refuse(path+".event", id, "is not the id of usage of this scenario; give the use an id")
	case !b.dated(on, path+".on"):
		ok = false
	case on.Before(e.known):
		b.refuse(path+".on", on.String(), "is before the day the event is known, %s", e.known)
		ok = false
	}
	return e, ok
}

// amendUse lets an event say something else from a day on.
func (b *builder) amendUse(x correction, path string) {
	if x.Quantity.absent() && x.Used.IsZero() && x.At.IsZero() && x.Customer == "" && x.Meter == "" && x.Dimensions == nil {
		b.refuse(path, "", "needs what the event is to say: quantity, used, at, customer, meter or dimensions")
		return
	}
	b.fixes(x, usage.Amend, path)
}

// fixes dates a correction of an event, whatever it does to it.
func (b *builder) fixes(x correction, action usage.Action, path string) {
	if !x.By.absent() {
		b.refuse(path+".by", x.By.text, "stands beside event; say what the event is to say: quantity, used, at, customer, meter or dimensions")
		return
	}
	e, ok := b.corrected(x.Event, x.On, x.Reason, path)
	if !ok {
		return
	}
	if into, valid := b.says(x, e, path); valid {
		b.happen(x.On, path, fix{e.account, x.Event, action, into})
	}
}

// says makes of a correction what the event says after it. What is not given stays as it is.
func (b *builder) says(x correction, e named, path string) (into func(used) used, valid bool) {
	who, meter := -1, catalog.Meter{}
	if x.Customer != "" {
		if who = b.party(path+".customer", x.Customer); who < 0 {
			return nil, false
		}
		if b.customers[who].Account != e.account {
			b.refuse(path+".customer", x.Customer, "belongs to another paying family; retract the event and send it there")
			return nil, false
		}
	}
	if x.Meter != "" {
		if meter, valid = b.catalog.Meter(x.Meter); !valid {
			b.refuse(path+".meter", x.Meter, "is not a meter of the catalog")
			return nil, false
		}
	}
	quantity, err := x.Quantity.quantity()
	if err != nil && !x.Quantity.absent() {
		b.refuse(path+".quantity", x.Quantity.text, "%s", err)
		return nil, false
	}
	on, at := x.Used.Date, x.At.Time
	if !at.IsZero() {
		on = b.dayOf(int(e.used.key.Customer)-1, x.At)
	} else if !on.IsZero() {
		at = instantOf(on)
	}
	if on.After(x.On.Date) {
		b.refuse(path+".used", on.String(), "is after the day of the correction, %s", x.On)
		return nil, false
	}
	return func(u used) used {
		o := *u.single
		if who >= 0 {
			u.key = b.key(who, u.key.Meter)
			o.Customer = u.key.Customer
		}
		if meter.Code != "" {
			u.meter, u.key.Meter = meter, meter.Code
		}
		if !x.Quantity.absent() {
			o.Quantity = quantity
		}
		if !on.IsZero() {
			u.on, o.Day, o.At = on, on, at
		}
		if x.Dimensions != nil {
			o.Dimensions = x.Dimensions
		}
		u.single = &o
		return u
	}, true
}

// backfill replaces a stretch of somebody's use by what is given.
func (b *builder) backfill(x backfill, path string) {
	b.required(path+".reason", x.Reason, "say why the days are replaced")
	who := b.party(path+".customer", x.Customer)
	meter, known := b.catalog.Meter(x.Meter)
	if !known {
		b.refuse(path+".meter", x.Meter, "is not a meter of the catalog")
	}
	if who < 0 || !known || !b.dated(x.On, path+".on") || !b.dated(x.From, path+".from") || !b.dated(x.Through, path+".through") {
		return
	}
	days := period.Through(x.From.Date, x.Through.Date)
	switch {
	case x.Through.Before(x.From.Date):
		b.refuse(path+".through", x.Through.String(), "is before from, %s", x.From)
		return
	case x.On.Before(x.Through.Date):
		b.refuse(path+".through", x.Through.String(), "is after the day of the backfill, %s: what is not over cannot be replaced", x.On)
		return
	}
	made := replacement{account: b.customers[who].Account, key: b.key(who, meter.Code), days: days}
	for i, e := range x.Events {
		at := fmt.Sprintf("%s.events[%d]", path, i)
		quantity, err := e.Quantity.quantity()
		switch {
		case err != nil:
			b.refuse(at+".quantity", e.Quantity.text, "%s", err)
		case !days.Contains(e.On.Date):
			b.refuse(at+".on", e.On.String(), "is not within the days that are replaced, %s through %s", x.From, x.Through)
		case slices.ContainsFunc(made.events, func(u used) bool { return e.ID != "" && u.event == e.ID }):
			b.refuse(at+".id", e.ID, "stands twice in the set")
		}
		u := b.event(seen{customer: who, meter: meter, on: e.On.Date, known: x.On.Date, quantity: quantity, dimensions: e.Dimensions, id: cmp.Or(e.ID, at)})
		made.events = append(made.events, u)
		if n, again := b.named[e.ID]; !again && e.ID != "" {
			b.name(u, made.account, at)
		} else if again && n.account != made.account {
			b.refuse(at+".id", e.ID, "is of another paying family")
		}
	}
	b.happen(x.On, path, made)
}
