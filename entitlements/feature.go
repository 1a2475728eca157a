package entitlements

import (
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
)

// State says how a feature, or one reason for it, is served.
type State string

// From what lets a customer go on to what does not.
const (
	Active    State = "active"
	Grace     State = "grace"     // the contract renews by itself and its further term is not recorded yet
	Throttled State = "throttled" // a cap is reached that slows the service down
	Stopped   State = "stopped"   // a cap is reached that stops it
	Paused    State = "paused"    // the contract is
	Upcoming  State = "upcoming"  // it begins later
	Over      State = "ended"     // the trial, the line or the contract is over
	Off       State = "off"       // what was bought says that it is not part of it
)

var states = []State{Active, Grace, Throttled, Stopped, Paused, Upcoming, Over, Off}

// Allows says whether the customer may use it.
func (s State) Allows() bool { return s == Active || s == Grace || s == Throttled }

// rank puts states in order: of several reasons the best one counts.
func (s State) rank() int {
	for i, x := range states {
		if x == s {
			return i
		}
	}
	return len(states)
}

// Bound says what happens at a limit.
type Bound string

const (
	Hard Bound = "hard" // nothing more
	Slow Bound = "slow" // more, throttled
	Soft Bound = "soft" // more, and it costs extra
)

// Feature is what a customer may use of one feature.
type Feature struct {
	Code    string              `json:"feature"`
	Kind    catalog.FeatureKind `json:"kind"`
	Allowed bool                `json:"allowed"`
	State   State               `json:"state"`

	// Of a limit and of what is metered. A limit that is missing is none: as much as one likes. Who asks for a limit counts
	// by itself; what is metered is counted here.
	Limit     *decimal.Decimal `json:"limit,omitempty"`
	Used      *decimal.Decimal `json:"used,omitempty"`
	Remaining *decimal.Decimal `json:"remaining,omitempty"`
	Unit      string           `json:"unit,omitempty"`
	Bound     Bound            `json:"bound,omitempty"`
	Overage   bool             `json:"overage,omitempty"`  // nothing is left of what was included or prepaid: what is used now costs extra
	ResetsOn  period.Date      `json:"resets_on,omitzero"` // first day on which the count begins anew

	Until   period.Date `json:"until,omitzero"` // first day on which it may no longer be used
	Why     string      `json:"until_because,omitempty"`
	Budgets []Budget    `json:"budgets,omitempty"`
	Because []Because   `json:"because"`
}

// Budget is a cap or balance in money that bounds the use of a feature.
type Budget struct {
	Contract  string              `json:"contract"`
	ID        string              `json:"id"`
	Kind      contracts.LimitKind `json:"kind"` // cap or prepaid
	Label     string              `json:"label"`
	Limit     string              `json:"limit"`
	Used      string              `json:"used"`
	Remaining string              `json:"remaining"`
	Currency  money.Currency      `json:"currency"`
	Then      contracts.Above     `json:"then,omitempty"` // of a cap
	ResetsOn  period.Date         `json:"resets_on,omitzero"`
}

// Because is one reason why a feature may be used, or may not any more: a line of a contract.
type Because struct {
	Contract   string           `json:"contract"`
	Version    int              `json:"version"` // of the contract, that says so
	Line       string           `json:"line"`
	Clause     string           `json:"clause,omitempty"`
	Product    string           `json:"product"`
	Plan       string           `json:"plan,omitempty"`
	State      State            `json:"state"`
	Limit      *decimal.Decimal `json:"limit,omitempty"`
	Since      period.Date      `json:"since"`
	Until      period.Date      `json:"until,omitzero"`
	Why        string           `json:"until_because,omitempty"`
	Renews     period.Date      `json:"renews_on,omitzero"`   // the day a further term begins by itself
	TrialUntil period.Date      `json:"trial_until,omitzero"` // first day it costs something
	Programme  string           `json:"programme,omitempty"`
	Programmed period.Date      `json:"programme_until,omitzero"`
	Cap        string           `json:"cap,omitempty"`    // that is reached, in words
	Shared     int              `json:"shared,omitempty"` // with so many members of the family, who use one limit together
}

// Entitlements are all features of a customer, by code: those that may be used, and those that could be once or will be.
type Entitlements struct {
	Features []Feature
}

// Feature finds one of them.
func (e Entitlements) Feature(code string) (Feature, bool) {
	for _, f := range e.Features {
		if f.Code == code {
			return f, true
		}
	}
	return Feature{}, false
}
