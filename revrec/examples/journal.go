package examples

import (
	"fmt"
	"slices"
)

// sameJournal compares journals as bags of (day, account, debit, credit). Where lines are only grouped in another way, so that
// days and accounts come to the same, that is noted and not held against the engine.
func sameJournal(r *Result, given, expected any) []string {
	g, e := postings(given), postings(expected)
	slices.Sort(g)
	slices.Sort(e)
	var out []string
	for _, line := range only(g, e) {
		out = append(out, "journal: gives "+line+", which is not expected")
	}
	for _, line := range only(e, g) {
		out = append(out, "journal: expected "+line+", which is not given")
	}
	return out
}

// only lists what a sorted list has more often than another.
func only(list, other []string) []string {
	rest := slices.Clone(other)
	var out []string
	for _, x := range list {
		if i := slices.Index(rest, x); i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		} else {
			out = append(out, x)
		}
	}
	return out
}

func postings(journal any) []string {
	var out []string
	entries, _ := journal.([]any)
	for _, entry := range entries {
		e, _ := entry.(object)
		lines, _ := e.values["lines"].([]any)
		for _, line := range lines {
			l, _ := line.(object)
			debit, _ := number(l.values["debit"])
			credit, _ := number(l.values["credit"])
			out = append(out, fmt.Sprintf("%v %v debit %s credit %s", e.values["date"], l.values["account"], debit, credit))
		}
	}
	return out
}
