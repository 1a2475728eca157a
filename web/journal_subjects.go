package web

import (
	"ratable/internal/access"
	"ratable/journals"
	"ratable/revrec"
	"ratable/revrec/cost"
)

// bookSubjectText is what approvals and the trail call what people book; empty for anything else.
func bookSubjectText(s access.Subject) string {
	switch s.Kind {
	case revrec.AssessmentKind:
		return "Assessment " + s.Key
	case journals.Kind:
		return "Journal " + s.Key
	case journals.RuleSubject:
		return "the rule " + s.Key + " of journals"
	case cost.SubjectKind:
		return "Contract cost " + s.Key
	}
	return ""
}
