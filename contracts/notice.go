package contracts

import (
	"time"

	"ratable/internal/fault"
	"ratable/internal/period"
)

// Party is a side of the contract.
type Party string

const (
	CustomerSays Party = "customer"
	WeSay        Party = "us"
)

// Notice is the fact that one side said the contract shall not renew, or took that back. It is about one end of a
// term: a further term has a notice of its own.
type Notice struct {
	EndsOn period.Date // first day after the term that shall be the last
	Event  string      // given, withdrawn
	Party  Party
	On     period.Date // the day it reached the other side
	Reason string
	By     int64
	At     time.Time
}

// LastNotice is the last day on which either side can say that the contract shall not renew: the term's last day less
// the days of notice. False when it does not renew by itself.
func (d Document) LastNotice() (period.Date, bool) {
	if d.Renewal == nil || !d.Renewal.Auto || d.Ending != nil {
		return period.Date{}, false
	}
	return d.Term.Through.AddDays(-d.Renewal.NoticeDays), true
}

// Notice gives the notice that stands against the end of the present term.
func (c Contract) Notice() (Notice, bool) {
	a, agreed := c.Agreement()
	if !agreed {
		return Notice{}, false
	}
	var last Notice
	for _, n := range c.Notices {
		if n.EndsOn == a.Term().End {
			last = n
		}
	}
	return last, last.Event == "given"
}

// noticeable refuses a notice that is too late, or about nothing.
func (c Contract) noticeable(n Notice, today period.Date) error {
	a, agreed := c.Agreement()
	if !agreed {
		return fault.New(fault.Conflict, "nothing is agreed yet")
	}
	last, renews := a.Latest().Document.LastNotice()
	if !renews {
		return fault.New(fault.Conflict, "it does not renew by itself: it ends on %s without notice", a.Term().Last())
	}
	if _, given := c.Notice(); given {
		return fault.New(fault.Conflict, "notice is given already")
	}
	var f findings
	if n.Party != CustomerSays && n.Party != WeSay {
		f.add("party", fault.Shown(string(n.Party)), "must be customer or us: who gave notice")
	}
	switch {
	case n.On.IsZero():
		f.add("on", "", "is missing: the day notice reached the other side")
	case today.Before(n.On):
		f.add("on", n.On.String(), "lies ahead; record notice once it is given")
	case n.On.Before(a.Term().Start):
		f.add("on", n.On.String(), "is before the contract began on %s", a.Term().Start)
	case last.Before(n.On):
		f.add("on", n.On.String(), "is too late: the last day for notice was %s, and the contract renews on %s. It can be ended by an amendment that both sides agree", last, a.Term().End)
	}
	f.reason(n.Reason, "why notice is given")
	if len(f) > 0 {
		return fault.InvalidFields(f...)
	}
	return nil
}

func (f *findings) reason(reason, what string) {
	if reason == "" {
		f.add("reason", "", "is missing: say %s", what)
	}
	f.prose("reason", reason, 1000)
}
