package exports

import (
	"cmp"
	"fmt"
	"slices"

	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// Control is what keeps an account of a general ledger from being booked freely.
type Control string

const (
	Free       Control = ""
	Receivable Control = "receivable"
	Payable    Control = "payable"
	Bank       Control = "bank"
)

// GL is an account of the general ledger, with the segments its lines carry.
type GL struct {
	Code, Name                  string
	Type                        ledger.Type
	Control                     Control
	Class, Department, Location string
}

// When is what a posting must be for a rule to count; an empty field asks for nothing.
type When struct {
	Account         ledger.Account // never empty
	Target          Target
	Entity          string // code
	Currency        money.Currency
	Product         string // code, of the contract line
	Country, Region string // of the customer's billing address
	Contract        string // number
}

// asks counts the conditions: of rules with one priority the one that asks for more goes first.
func (w When) asks() (n int) {
	for _, asked := range []bool{w.Target != "", w.Entity != "", w.Currency != "", w.Product != "", w.Country != "", w.Region != "", w.Contract != ""} {
		if asked {
			n++
		}
	}
	return n
}

// Meets says whether a posting as described fulfills the conditions.
func (w When) Meets(f When) bool {
	return w.Account == f.Account && (w.Target == "" || w.Target == f.Target) && (w.Entity == "" || w.Entity == f.Entity) &&
		(w.Currency == "" || w.Currency == f.Currency) && (w.Product == "" || w.Product == f.Product) &&
		(w.Country == "" || w.Country == f.Country) && (w.Region == "" || w.Region == f.Region) && (w.Contract == "" || w.Contract == f.Contract)
}

// Rule is a revision of a rule: it replaces what the rule of its code said from StartsOn on.
type Rule struct {
	Code     string
	Priority int // the lowest that is met counts
	StartsOn period.Date
	Retired  bool // from StartsOn on there is no such rule
	When     When
	GL       GL

	Proposal int64       // that brought it
	EndsOn   period.Date // first day of the revision that replaces it; zero: none does
}

// Mapping is every approved revision up to a version. It never changes.
type Mapping struct {
	Version   int    // 0: nothing was ever approved
	revisions []Rule // in the order they were approved
	rules     []Rule // in the order they are tried
}

// NewMapping orders revisions, given in the order they were approved.
func NewMapping(version int, revisions []Rule) Mapping {
	byCode := map[string][]Rule{}
	var codes []string
	for _, r := range revisions {
		if len(byCode[r.Code]) == 0 {
			codes = append(codes, r.Code)
		}
		byCode[r.Code] = append(byCode[r.Code], r)
	}
	m := Mapping{Version: version, revisions: revisions}
	for _, code := range codes {
		all := byCode[code]
		slices.SortStableFunc(all, func(a, b Rule) int { return a.StartsOn.Compare(b.StartsOn) })
		for i := range all {
			if all[i].EndsOn = (period.Date{}); i+1 < len(all) {
				all[i].EndsOn = all[i+1].StartsOn // of equal starts the earlier approved is empty
			}
		}
		m.rules = append(m.rules, all...)
	}
	slices.SortStableFunc(m.rules, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(b.When.asks(), a.When.asks()), cmp.Compare(a.Code, b.Code), a.StartsOn.Compare(b.StartsOn))
	})
	return m
}

// With is the mapping as it would be with more revisions approved.
func (m Mapping) With(more []Rule) Mapping {
	return NewMapping(m.Version+1, slices.Concat(m.revisions, more))
}

// Rules are all revisions, in the order they are tried.
func (m Mapping) Rules() []Rule { return slices.Clone(m.rules) }

// On are the rules of a day, in the order they are tried.
func (m Mapping) On(day period.Date) (out []Rule) {
	for _, r := range m.rules {
		if r.on(day) {
			out = append(out, r)
		}
	}
	return out
}

// on says whether a revision is the one in force on a day.
func (r Rule) on(day period.Date) bool {
	return !r.Retired && !day.Before(r.StartsOn) && (r.EndsOn.IsZero() || day.Before(r.EndsOn))
}

// Of finds the rule for a posting of a day; false when no rule is met.
func (m Mapping) Of(f When, day period.Date) (Rule, bool) {
	for _, r := range m.rules {
		if r.When.Account == f.Account && r.on(day) && r.When.Meets(f) {
			return r, true
		}
	}
	return Rule{}, false
}

// conflicts finds accounts of one code that are two things at once on a day after which nothing changes any more.
func (m Mapping) conflicts() (out []fault.Field) {
	type place struct {
		target Target
		entity string
		code   string
	}
	seen := map[place]Rule{}
	for _, r := range m.rules {
		if r.Retired || !r.EndsOn.IsZero() {
			continue
		}
		k := place{r.When.Target, r.When.Entity, r.GL.Code}
		was, known := seen[k]
		if known && (was.GL.Name != r.GL.Name || was.GL.Type != r.GL.Type || was.GL.Control != r.GL.Control) {
			out = append(out, fault.Field{Path: "gl_code", Value: r.GL.Code, Message: fmt.Sprintf("is %q (%s) by rule %s and %q (%s) by rule %s: an account has one name, type and kind",
				was.GL.Name, was.GL.Type, was.Code, r.GL.Name, r.GL.Type, r.Code)})
		}
		seen[k] = r
	}
	return out
}
