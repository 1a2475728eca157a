package contracts

import (
	"cmp"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
)

// RuleKind names what a rule looks at.
type RuleKind string

// What can be ruled on. How each is found in a document is in review.go.
const (
	MarginRule    RuleKind = "margin"    // reseller's margin above, percent
	TermRule      RuleKind = "term"      // length of the term above, months
	NetDaysRule   RuleKind = "net_days"  // days to pay above
	ValueRule     RuleKind = "value"     // list value of what is fixed above, in the contract's currency
	FreeRule      RuleKind = "free"      // a line without a price
	ProgrammeRule RuleKind = "programme" // given under a programme, or with a discount of all of it
	DiscountRule  RuleKind = "discount"  // a discount above, percent
	ArrearsRule   RuleKind = "arrears"   // a fee asked for after its period
	PrepaidRule   RuleKind = "prepaid"   // a prepaid amount: overage is charged afterwards
	OverageRule   RuleKind = "overage"   // overage below this factor of the list price
	RolloverRule  RuleKind = "rollover"  // unused balance carried on without a ceiling
	ResellerRule  RuleKind = "reseller"  // a deal by referral or marketplace
	NoRefundRule  RuleKind = "no_refund" // an end that keeps what was paid for later days
	BackdatedRule RuleKind = "backdated" // counts from more than so many days ago
	LowersRule    RuleKind = "lowers"    // an amendment that takes back what was agreed
)

// Rule is one version of an approval rule: from StartsOn on, where it is active, a document with what it looks at
// beyond Threshold takes the approval of each of Roles, besides finance, who approves every contract.
type Rule struct {
	Kind      RuleKind
	Version   int
	StartsOn  period.Date
	Threshold decimal.Decimal // zero where the kind has no figure
	Roles     []access.Role
	Active    bool

	Reason     string
	PreparedBy int64
	RecordedAt time.Time
	Event      string // "" it waits, approved, rejected
	DecidedBy  int64
	DecidedAt  time.Time
	Decision   string // the reason of whoever decided
}

// Counts says whether the version was approved. The first one of each kind is what the house began with.
func (r Rule) Counts() bool { return r.Version == 1 || r.Event == "approved" }

// Rules are all versions of all rules, by kind in the order of the pages, then by version.
type Rules []Rule

// On gives the rule of a kind that counts on a day; false when none is active.
func (all Rules) On(kind RuleKind, day period.Date) (Rule, bool) {
	var out Rule
	for _, r := range all {
		if r.Kind == kind && r.Counts() && !day.Before(r.StartsOn) {
			out = r
		}
	}
	return out, out.Active
}

// Latest gives the version of a kind that was entered last.
func (all Rules) Latest(kind RuleKind) (Rule, bool) {
	at := -1
	for i, r := range all {
		if r.Kind == kind {
			at = i
		}
	}
	if at < 0 {
		return Rule{}, false
	}
	return all[at], true
}

// Deciders are the roles a rule may ask for.
var Deciders = []access.Role{access.Finance, access.Accountant}

// RuleKinds lists what can be ruled on: what people call it, and the unit of its figure, "" where it has none.
var RuleKinds = []struct {
	Kind       RuleKind
	Term, Unit string
}{
	{MarginRule, "Reseller's margin", "%"},
	{TermRule, "Length of the term", "months"},
	{NetDaysRule, "Time to pay", "days"},
	{ValueRule, "Value of the contract", "in its currency"},
	{FreeRule, "Free of charge", ""},
	{ProgrammeRule, "Given under a programme", ""},
	{DiscountRule, "Discount", "%"},
	{ArrearsRule, "Fee in arrears", ""},
	{PrepaidRule, "Prepaid amount", ""},
	{OverageRule, "Overage below list price", "× list price"},
	{RolloverRule, "Rollover without a ceiling", ""},
	{ResellerRule, "Kind of reseller", ""},
	{NoRefundRule, "No refund", ""},
	{BackdatedRule, "Begins in the past", "days"},
	{LowersRule, "Less than agreed", ""},
}

// termOfRule is what people call a kind, and the unit of its figure.
func termOfRule(kind RuleKind) (term, unit string, known bool) {
	for _, k := range RuleKinds {
		if k.Kind == kind {
			return k.Term, k.Unit, true
		}
	}
	return "", "", false
}

// HouseRules are the rules a new house begins with, as the database is seeded with them.
func HouseRules() Rules {
	figures := map[RuleKind]int64{MarginRule: 20, TermRule: 36, NetDaysRule: 45, ValueRule: 1_000_000, DiscountRule: 20, OverageRule: 1, BackdatedRule: 31}
	var out Rules
	for _, k := range RuleKinds {
		out = append(out, Rule{Kind: k.Kind, Version: 1, StartsOn: period.NewDate(1990, time.January, 1), Threshold: decimal.NewFromInt(figures[k.Kind]),
			Roles: []access.Role{access.Finance}, Active: true, Reason: "As the house began"})
	}
	return out
}

// sort puts rules in the order of RuleKinds.
func (all Rules) sort() {
	place := map[RuleKind]int{}
	for i, k := range RuleKinds {
		place[k.Kind] = i
	}
	slices.SortStableFunc(all, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(place[a.Kind], place[b.Kind]), cmp.Compare(a.Version, b.Version))
	})
}

// validate says what is wrong with a new version of a rule.
func (r Rule) validate(was Rule, today period.Date) []fault.Field {
	var f findings
	_, unit, known := termOfRule(r.Kind)
	switch {
	case !known:
		f.add("kind", fault.Shown(string(r.Kind)), "is not a rule there is")
	case unit == "" && !r.Threshold.IsZero():
		f.add("threshold", shown(r.Threshold), "has no meaning here: this rule has no figure")
	case unit != "":
		f.figure("threshold", r.Threshold)
	}
	if r.StartsOn.Before(today) {
		f.add("starts_on", r.StartsOn.String(), "must be today, %s, or later: what was approved was approved under the rules of its day", today)
	}
	if len(r.Roles) == 0 {
		f.add("roles", "", "is empty: say who must approve")
	}
	for _, role := range r.Roles {
		if !slices.Contains(Deciders, role) {
			f.add("roles", fault.Shown(string(role)), "does not decide about contracts: finance and accountants do")
		}
	}
	if r.Reason == "" {
		f.add("reason", "", "is missing: say why the rule changes")
	}
	f.prose("reason", r.Reason, 1000)
	if len(f) == 0 && was.Counts() && r.Threshold.Equal(was.Threshold) && r.Active == was.Active && slices.Equal(r.Roles, was.Roles) {
		f.add("threshold", r.Threshold.String(), "says what the rule says already")
	}
	return f
}
