package contracts

import (
	"fmt"
	"strings"

	"ratable/catalog"
)

// Says puts what a change means for the contracts that use what it is about in sentences; none when there are none.
func (t Touch) Says(c catalog.Change) []string {
	if t.Contracts == 0 {
		return nil
	}
	numbers := strings.Join(t.Numbers, ", ")
	if more := t.Contracts - len(t.Numbers); more > 0 {
		numbers += fmt.Sprintf(" and %d more", more)
	}
	one := t.Contracts == 1
	verb := func(singular, plural string) string {
		if one {
			return singular
		}
		return plural
	}
	count := fmt.Sprintf("%d live %s", t.Contracts, verb("contract", "contracts"))
	switch {
	case c.Kind == catalog.MeterKind:
		return nil // is new
	case c.Kind == catalog.PlanKind && c.Retires:
		return []string{fmt.Sprintf("%s on the plan %s on it; nobody else signs up: %s", count, verb("stays", "stay"), numbers)}
	case c.Kind == catalog.PlanKind:
		return []string{fmt.Sprintf("%s on the plan %s until migrated: %s", count, verb("keeps the version it signed", "keep the versions they signed"), numbers)}
	case c.Retires:
		return []string{fmt.Sprintf("%s %s it and %s on; no new contract does: %s", count, verb("sells", "sell"), verb("goes", "go"), numbers)}
	case t.Follow == 0:
		return []string{fmt.Sprintf("%s %s it and %s of the day it took effect: %s", count, verb("sells", "sell"), verb("keeps the version", "keep the versions, each"), numbers)}
	}
	return []string{
		fmt.Sprintf("%s %s it: %s", count, verb("sells", "sell"), numbers),
		fmt.Sprintf("%d of them, named first, %s on %s or later and so under the new version; the others keep theirs", t.Follow, map[bool]string{true: "takes effect", false: "take effect"}[t.Follow == 1], c.StartsOn),
	}
}
