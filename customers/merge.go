package customers

import (
	"fmt"
	"slices"
	"strings"

	"ratable/internal/fault"
	"ratable/internal/period"
)

// Merger is the fact that a customer was entered twice. Nothing of the duplicate is moved: usage reported for it goes on
// being kept under its name and counts for the other in every reading, contracts and invoices stay where they are.
//
// Each day's usage counts for one of the two, never for both. A duplicate that nobody was billed for gives all of it;
// one with contracts keeps the days before the merge, which these bill, and whatever still arrives for them.
type Merger struct {
	Duplicate  ID
	Into       ID
	On         period.Date
	TakesUsage bool // all of the duplicate's days count for the other, not only those from On
	Reason     string
}

// Mergers says for whom the usage of duplicates counts. The zero value knows of none.
type Mergers map[ID]merged

type merged struct {
	from, account AccountID // of the duplicate and of the other
	into          ID
	on            period.Date // zero: every day
}

// CountsFor is the customer, with its account, that a customer's usage of a day counts for.
func (m Mergers) CountsFor(account AccountID, c ID, day period.Date) (AccountID, ID) {
	if x, ok := m[c]; ok && !day.Before(x.on) {
		return x.account, x.into
	}
	return account, c
}

// Reading adds to some accounts those of the duplicates whose usage counts in them.
func (m Mergers) Reading(accounts []AccountID) []AccountID {
	seen := make(map[AccountID]bool, len(accounts))
	for _, a := range accounts {
		seen[a] = true
	}
	out := accounts[:len(accounts):len(accounts)]
	for _, x := range m {
		if seen[x.account] && !seen[x.from] {
			seen[x.from], out = true, append(out, x.from)
		}
	}
	return out
}

// CountedIn adds to some accounts those in which usage of their duplicates counts, some of it or all.
func (m Mergers) CountedIn(accounts []AccountID) []AccountID {
	out := slices.Clone(accounts)
	for _, x := range m {
		if slices.Contains(accounts, x.from) && !slices.Contains(out, x.account) {
			out = append(out, x.account)
		}
	}
	return out
}

// refusals says why two customers cannot be merged, as far as the customers themselves tell.
func (m Merger) refusals(duplicate, into Customer, children, duplicates int) []fault.Field {
	var found []fault.Field
	add := func(path, value, format string, args ...any) {
		found = append(found, fault.Field{Path: path, Value: fault.Shown(value), Message: fmt.Sprintf(format, args...)})
	}
	switch {
	case m.Duplicate == m.Into:
		add("into", into.ExternalID, "is the same customer; name the one that stays")
	case into.DuplicateOf != 0:
		add("into", into.ExternalID, "is a duplicate itself; name the customer it was merged into")
	case duplicate.DuplicateOf != 0:
		add("duplicate", duplicate.ExternalID, "was merged already; take that back first")
	case duplicates > 0:
		add("duplicate", duplicate.ExternalID, "has %d duplicates of its own; take those merges back, and merge each into %s", duplicates, into.ExternalID)
	case children > 0:
		add("duplicate", duplicate.ExternalID, "is the parent of %d customers, and a parent stays; merge %s into it instead", children, into.ExternalID)
	case duplicate.Entity != into.Entity:
		add("into", into.ExternalID, "is sold to by another of our entities, whose days begin at another hour; have its usage sent under the right number instead")
	}
	if strings.TrimSpace(m.Reason) == "" {
		add("reason", "", "is missing: say how it is known that they are one")
	}
	return append(found, fault.Printable("reason", strings.ReplaceAll(m.Reason, "\n", " "), 1000)...)
}
