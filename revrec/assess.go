package revrec

import (
	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/internal/period"
)

// Assessment is what an accountant judges about a contract under the five steps, as a document: the whole judgment, as of a
// day. A later document replaces it from its own day on, and the difference is caught up in the month of that day: that is
// what a re-estimate is (ASC 606-10-32-42 to 45). What it does not mention is earned as it is stated in the contract.
type Assessment struct {
	Contract   string              `yaml:"contract" json:"contract"`                         // number; of several that are combined, the first
	Effective  period.Date         `yaml:"effective" json:"effective"`                       // first day on which the judgment counts
	Reason     string              `yaml:"reason" json:"reason"`                             //
	Combined   []CombinedContract  `yaml:"combined,omitempty" json:"combined,omitempty"`     // others that are one contract with it (25-9)
	Allocation AllocationMethod    `yaml:"allocation,omitempty" json:"allocation,omitempty"` // default stated
	Promises   []AssessedPromise   `yaml:"promises,omitempty" json:"promises,omitempty"`     //
	Bundles    []AssessedBundle    `yaml:"bundles,omitempty" json:"bundles,omitempty"`       // whose discount is theirs alone (32-37)
	Variable   []AssessedEstimate  `yaml:"variable,omitempty" json:"variable,omitempty"`     // what is not fixed (32-5 to 14)
	Payable    []AssessedPayable   `yaml:"payable_to_customer,omitempty" json:"payable_to_customer,omitempty"`
	Leveling   []AssessedLevel     `yaml:"leveling,omitempty" json:"leveling,omitempty"`   // uneven prices of one service
	Progress   []AssessedProgress  `yaml:"progress,omitempty" json:"progress,omitempty"`   // of what is earned by progress
	Holds      []AssessedHold      `yaml:"holds,omitempty" json:"holds,omitempty"`         // nothing is recognized until they are gone
	Releases   []AssessedRelease   `yaml:"releases,omitempty" json:"releases,omitempty"`   // began later than the contract says
	Breakage   []AssessedBreakage  `yaml:"breakage,omitempty" json:"breakage,omitempty"`   // of what is paid ahead and not used (55-46 to 49)
	Minimums   []AssessedMinimum   `yaml:"minimums,omitempty" json:"minimums,omitempty"`   // when a shortfall of a commitment is earned
	Schedules  []AssessedSchedule  `yaml:"schedules,omitempty" json:"schedules,omitempty"` // percentages by month, given by hand
	Changed    *AssessedChange     `yaml:"modification,omitempty" json:"modification,omitempty"`
	Financing  []AssessedFinancing `yaml:"financing,omitempty" json:"financing,omitempty"` // significant (32-15 to 20)
	Books      []AssessedOtherwise `yaml:"books,omitempty" json:"books,omitempty"`         // estimates that another book makes otherwise
}

// CombinedContract is another contract of the same paying family that is accounted for with this one.
type CombinedContract struct {
	Contract string `yaml:"contract" json:"contract"`
	Reason   string `yaml:"reason" json:"reason"`
}

// AllocationMethod says how the transaction price is shared over the promises.
type AllocationMethod string

const (
	AsStated     AllocationMethod = "stated"   // each line is worth what the contract says
	ByStandalone AllocationMethod = "relative" // by what each sells for alone; a residual promise gets what is left
)

// Satisfied says how a promise is met.
type Satisfied string

const (
	OverDays    Satisfied = "ratable"
	AtOnce      Satisfied = "point_in_time"
	ByProgress  Satisfied = "percent"   // progress says how far
	AtMilestone Satisfied = "milestone" // progress says when
)

// AssessedPromise is a line of the contract as a performance obligation; or, without a charge of its own, a promise that is in
// no line: a material right, something free.
type AssessedPromise struct {
	Line       string           `yaml:"line" json:"line"`                                 // its id, or a name of its own
	Contract   string           `yaml:"contract,omitempty" json:"contract,omitempty"`     // default the document's
	Stated     *decimal.Decimal `yaml:"stated,omitempty" json:"stated,omitempty"`         // what the contract says of it; frozen when proposed
	Standalone *decimal.Decimal `yaml:"standalone,omitempty" json:"standalone,omitempty"` // of all of it; default the library's, frozen when proposed
	Library    *LibraryPrice    `yaml:"library,omitempty" json:"library,omitempty"`       // where standalone is from, when not given
	Point      Outside          `yaml:"outside,omitempty" json:"outside,omitempty"`       // which point of the library's range stands in for a price outside it
	Region     string           `yaml:"region,omitempty" json:"region,omitempty"`         // whose price of the library it is; empty: everybody's
	Segment    string           `yaml:"segment,omitempty" json:"segment,omitempty"`       //
	Residual   bool             `yaml:"residual,omitempty" json:"residual,omitempty"`     // gets what the others leave (32-34(c))
	Low        decimal.Decimal  `yaml:"low,omitempty" json:"low,omitzero"`                // where a residual has to lie to be believed
	High       decimal.Decimal  `yaml:"high,omitempty" json:"high,omitzero"`
	Satisfied  Satisfied        `yaml:"satisfied,omitempty" json:"satisfied,omitempty"` // default as its product is
	From       period.Date      `yaml:"from,omitempty" json:"from,omitzero"`            // over which days, or on which
	Through    period.Date      `yaml:"through,omitempty" json:"through,omitzero"`
	With       string           `yaml:"with,omitempty" json:"with,omitempty"` // not distinct: earned over the days of that line (55-51)
	Memo       string           `yaml:"memo,omitempty" json:"memo,omitempty"`
}

// LibraryPrice is where a stand-alone price was taken from when the document was proposed.
type LibraryPrice struct {
	Product string          `yaml:"product" json:"product"`
	Version int             `yaml:"version" json:"version"`
	Every   string          `yaml:"every,omitempty" json:"every,omitempty"`
	Unit    decimal.Decimal `yaml:"unit" json:"unit"` // of a unit and period
	Method  string          `yaml:"method" json:"method"`
}

// AssessedBundle are promises that are regularly sold together, and for what.
type AssessedBundle struct {
	Lines []string        `yaml:"lines" json:"lines"`
	Price decimal.Decimal `yaml:"price" json:"price"`
}

// Direction says what an uncertain amount does to the price.
type Direction string

const (
	Adds   Direction = "adds"   // a bonus, a fee that depends on something
	Lowers Direction = "lowers" // credits for outages, rebates, returns
)

// AssessedEstimate is one uncertain amount, as estimated now. A new document with another figure is the re-estimate.
type AssessedEstimate struct {
	Name        string            `yaml:"name" json:"name"`
	Direction   Direction         `yaml:"direction" json:"direction"`
	Method      EstimateMethod    `yaml:"method,omitempty" json:"method,omitempty"` // of the outcomes; default by their number
	Outcomes    []AssessedOutcome `yaml:"outcomes,omitempty" json:"outcomes,omitempty"`
	Amount      decimal.Decimal   `yaml:"amount,omitempty" json:"amount,omitzero"`            // the estimate, when given
	Percent     decimal.Decimal   `yaml:"percent,omitempty" json:"percent,omitzero"`          // or of what its lines earn
	Constrained *decimal.Decimal  `yaml:"constrained,omitempty" json:"constrained,omitempty"` // what of the estimate is in the price (32-11)
	Why         string            `yaml:"why,omitempty" json:"why,omitempty"`                 // of the constraint: the factors of 32-12
	Lines       []string          `yaml:"lines,omitempty" json:"lines,omitempty"`             // what it belongs to alone (32-40); default all promises
	Actual      []string          `yaml:"actual,omitempty" json:"actual,omitempty"`           // lines whose charges, or credits, it comes as; of credits, default its lines
	Until       period.Date       `yaml:"until,omitempty" json:"until,omitzero"`              // last day on which it may still come
}

// AssessedOutcome is one possible amount, with its probability in percent.
type AssessedOutcome struct {
	Probability decimal.Decimal `yaml:"probability" json:"probability"`
	Amount      decimal.Decimal `yaml:"amount" json:"amount"`
}

// AssessedPayable is what we pay a customer for nothing distinct (32-25): it lowers the price.
type AssessedPayable struct {
	Name   string          `yaml:"name" json:"name"`
	Amount decimal.Decimal `yaml:"amount" json:"amount"`
	Lines  []string        `yaml:"lines,omitempty" json:"lines,omitempty"`
	Reason string          `yaml:"reason" json:"reason"`
}

// AssessedLevel makes the fixed price of one service even over its committed days: free months, a discount at first, a ramp.
type AssessedLevel struct {
	Lines   []string    `yaml:"lines" json:"lines"` // several are steps of one ramp, each with days of its own
	From    period.Date `yaml:"from" json:"from"`
	Through period.Date `yaml:"through" json:"through"`
	Reason  string      `yaml:"reason,omitempty" json:"reason,omitempty"`
}

// AssessedProgress says how far a promise was met by the end of a day.
type AssessedProgress struct {
	Line    string          `yaml:"line" json:"line"`
	On      period.Date     `yaml:"on" json:"on"`
	Percent decimal.Decimal `yaml:"percent" json:"percent"`
	Note    string          `yaml:"note,omitempty" json:"note,omitempty"`
}

// AssessedHold keeps what would be earned from a day on until a later document is without it.
type AssessedHold struct {
	Line   string      `yaml:"line,omitempty" json:"line,omitempty"` // default every line of the contract
	From   period.Date `yaml:"from,omitempty" json:"from,omitzero"`  // default the effective day
	Reason string      `yaml:"reason" json:"reason"`
	Owner  string      `yaml:"owner" json:"owner"`
}

// AssessedRelease says that a line began to be met on a later day than the contract has.
type AssessedRelease struct {
	Line string      `yaml:"line" json:"line"`
	On   period.Date `yaml:"on" json:"on"`
	Late Late        `yaml:"late,omitempty" json:"late,omitempty"` // what becomes of the days before; default catch_up
}

// AssessedBreakage expects that not all of a prepaid balance is used, where we are entitled to keep the rest.
type AssessedBreakage struct {
	Line     string          `yaml:"line" json:"line"`
	Expected decimal.Decimal `yaml:"expected_use" json:"expected_use"` // of what was paid, in money; a new estimate is a new document
	Reason   string          `yaml:"reason" json:"reason"`
}

// MinimumPolicy says when what is committed and not used is earned, before the true-up is charged at the end of its period.
type MinimumPolicy string

const (
	UsageThenTrueUp MinimumPolicy = "usage"        // as it is used; the shortfall when it is charged
	AsExpectedUse   MinimumPolicy = "proportional" // the minimum in proportion of use, as far as a shortfall is expected
	MinimumByDays   MinimumPolicy = "ratable"      // the minimum by days, and what is used beyond it
)

// AssessedMinimum is a committed period of usage: its minimum is a floor of the price, estimated with it (FASB Q&A 59).
type AssessedMinimum struct {
	Commitment string          `yaml:"commitment" json:"commitment"` // its id
	Lines      []string        `yaml:"lines" json:"lines"`           // whose usage counts
	From       period.Date     `yaml:"from" json:"from"`
	Through    period.Date     `yaml:"through" json:"through"`
	Amount     decimal.Decimal `yaml:"amount" json:"amount"`
	Policy     MinimumPolicy   `yaml:"policy" json:"policy"`
	Expected   decimal.Decimal `yaml:"expected_use,omitempty" json:"expected_use,omitzero"` // in the whole period, in money; a new estimate is a new document
	Reason     string          `yaml:"reason" json:"reason"`
}

// AssessedSchedule are percentages of each charge of a line, by month from the first of its service.
type AssessedSchedule struct {
	Line     string            `yaml:"line" json:"line"`
	Percents []decimal.Decimal `yaml:"percents" json:"percents"`
	Reason   string            `yaml:"reason" json:"reason"`
}

// AssessedChange treats an amendment (25-10 to 13). Base is what had been recognized when it was approved: frozen, so that
// nothing that comes to light later moves what was settled.
type AssessedChange struct {
	Version   int                `yaml:"version" json:"version"` // of the contract
	Treatment Treatment          `yaml:"treatment" json:"treatment"`
	Override  string             `yaml:"override,omitempty" json:"override,omitempty"` // why it is another than the rule says
	Rule      Treatment          `yaml:"rule,omitempty" json:"rule,omitempty"`         // what the rule says; frozen when proposed
	Because   []string           `yaml:"because,omitempty" json:"because,omitempty"`   // its reasons, by code
	Base      []AssessedBaseline `yaml:"base,omitempty" json:"base,omitempty"`         // frozen when proposed
}

// AssessedBaseline is what a line had earned, and what was left of its price, when an amendment took effect.
type AssessedBaseline struct {
	Line       string           `yaml:"line" json:"line"`
	Contract   string           `yaml:"contract,omitempty" json:"contract,omitempty"`
	Treatment  Treatment        `yaml:"treatment,omitempty" json:"treatment,omitempty"` // of a mixed one
	Recognized *decimal.Decimal `yaml:"recognized,omitempty" json:"recognized,omitempty"`
}

// AssessedFinancing takes out of a line's price what is paid for time: the customer pays long before it is served, or long after.
type AssessedFinancing struct {
	Line        string          `yaml:"line" json:"line"`
	RatePercent decimal.Decimal `yaml:"rate_percent" json:"rate_percent"`          // a year, that a loan between the two would bear at inception
	PaidOn      period.Date     `yaml:"paid_on,omitempty" json:"paid_on,omitzero"` // all of it; default as it is billed
	Reason      string          `yaml:"reason" json:"reason"`
}

// AssessedOtherwise is an estimate that a book constrains otherwise: highly probable (IFRS 15.56) is not probable.
type AssessedOtherwise struct {
	Book        string          `yaml:"book" json:"book"`
	Variable    string          `yaml:"variable" json:"variable"` // by name
	Constrained decimal.Decimal `yaml:"constrained" json:"constrained"`
}

// Assessed is an assessment in force: approved, with its place among those of its contract.
type Assessed struct {
	Lead   contracts.ID
	Number int
	Assessment
}
