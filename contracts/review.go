package contracts

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"ratable/internal/access"
	"ratable/internal/period"
)

// Reviewed is a term of a document that somebody has to look at before it counts.
type Reviewed struct {
	Rule RuleKind
	Term string        // what is unusual: "Reseller's margin"
	Why  string        // with the figures: "30 % is above 20 %"
	Who  []access.Role // each of them; never who prepared it
}

// Required are the roles that must each approve: finance, and whoever the rules name.
func Required(all []Reviewed) []access.Role {
	out := []access.Role{access.Finance}
	for _, r := range all {
		for _, role := range r.Who {
			if !slices.Contains(out, role) {
				out = append(out, role)
			}
		}
	}
	return out
}

// proposal is what a rule looks at.
type proposal struct {
	Document
	before *Document // in force; nil for a new contract
	asOf   period.Date
}

// looks finds, for each kind of rule, what lies beyond a threshold: one sentence for each place.
var looks = map[RuleKind]func(p proposal, threshold decimal.Decimal) []string{
	MarginRule:    proposal.margins,
	TermRule:      proposal.long,
	NetDaysRule:   proposal.late,
	ValueRule:     proposal.worth,
	FreeRule:      proposal.free,
	ProgrammeRule: proposal.given,
	DiscountRule:  proposal.discounted,
	ArrearsRule:   proposal.afterwards,
	PrepaidRule:   proposal.paidAhead,
	OverageRule:   proposal.cheapOverage,
	RolloverRule:  proposal.unlimited,
	ResellerRule:  proposal.thirdParty,
	NoRefundRule:  proposal.kept,
	BackdatedRule: proposal.backdated,
	LowersRule:    proposal.lowers,
}

// Review says what is unusual about a document by the rules of a day, against the one in force where there is one.
func (d Document) Review(before *Document, rules Rules, asOf period.Date) []Reviewed {
	var out []Reviewed
	for _, kind := range RuleKinds {
		rule, active := rules.On(kind.Kind, asOf)
		if !active {
			continue
		}
		for _, why := range looks[kind.Kind](proposal{d, before, asOf}, rule.Threshold) {
			out = append(out, Reviewed{kind.Kind, kind.Term, why, rule.Roles})
		}
	}
	return out
}

func when(unusual bool, format string, args ...any) []string {
	if !unusual {
		return nil
	}
	return []string{fmt.Sprintf(format, args...)}
}
