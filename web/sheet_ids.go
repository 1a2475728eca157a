package web

import (
	"fmt"
	"regexp"
	"strings"
)

// promises are the lists whose rows have an id, in the order in which ids are given. Ids are one namespace over them all.
var promises = []struct{ list, called string }{
	{"lines", "line"}, {"prepaid", "prepaid"}, {"commitments", "commitment"}, {"caps", "cap"}, {"discounts", "discount"}, {"credits", "credit"},
}

var notOfAnID = regexp.MustCompile(`[^A-Za-z0-9._/-]+`)

// ids are those of all rows as the document will have them: what was typed; else a line's is made of its product, and any
// other's of what it is.
func (s sheet) ids() map[string]string {
	taken := map[string]bool{}
	for name, value := range s {
		if strings.HasSuffix(name, "].id") {
			taken[strings.TrimSpace(value)] = true
		}
	}
	out := map[string]string{}
	for _, p := range promises {
		for i := range s.rows(p.list) {
			row := fmt.Sprintf("%s[%d]", p.list, i)
			if id := strings.TrimSpace(s[row+".id"]); id != "" || s.blank(row) {
				out[row] = id
				continue
			}
			base := p.called
			if p.list == "lines" {
				if made := strings.Trim(notOfAnID.ReplaceAllString(strings.TrimSpace(s[row+".product"]), "-"), "-"); made != "" {
					base = made
				}
			}
			id := base
			for n := 2; taken[id]; n++ {
				id = fmt.Sprintf("%s-%d", base, n)
			}
			out[row], taken[id] = id, true
		}
	}
	return out
}

// usageLines is the name of those lines that a prepaid amount can cover, where a list is asked for.
const usageLines = "usage"

// idsOf lists the ids of one list in the order of its rows; rows without one are left out.
func (s sheet) idsOf(list string) []string {
	var out []string
	all := s.ids()
	only := list == usageLines
	if only {
		list = "lines"
	}
	for i := range s.rows(list) {
		row := fmt.Sprintf("%s[%d]", list, i)
		if id := all[row]; id != "" && (!only || s[row+".kind"] == "usage") {
			out = append(out, id)
		}
	}
	return out
}
