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
	switch {
	case c.Kind == catalog.MeterKind:
		return nil // is new
	case c.Kind == catalog.PlanKind && c.Retires:
		return []string{fmt.Sprintf("%s on it and stay on it; nobody else signs up: %s", contractsAre(t.Contracts), numbers)}
	case c.Kind == catalog.PlanKind:
		return []string{fmt.Sprintf("%s on it and keep the version they signed, until they are migrated: %s", contractsAre(t.Contracts), numbers)}
	case c.Retires:
		return []string{fmt.Sprintf("%s with it and go on; no new contract sells it: %s", contractsAre(t.Contracts), numbers)}
	case t.Follow == 0:
		return []string{fmt.Sprintf("%s with it and keep the version of the day they took effect: %s", contractsAre(t.Contracts), numbers)}
	}
	return []string{
		fmt.Sprintf("%s with it: %s", contractsAre(t.Contracts), numbers),
		fmt.Sprintf("%d of them, named first, take effect on %s or later and follow the new version; the others keep theirs", t.Follow, c.StartsOn),
	}
}

func contractsAre(n int) string {
	if n == 1 {
		return "1 live contract is"
	}
	return fmt.Sprintf("%d live contracts are", n)
}
