package revrec

import "ratable/internal/fault"

// PromiseFacts are the facts of promised goods or services that decide what is a performance obligation and when it is
// satisfied (606-10-25-14 to 25-30).
type PromiseFacts struct {
	Count       int  // of them; zero: one
	Capable     bool // the customer can benefit from each on its own (25-19(a))
	Separate    bool // each is separately identifiable: none is an input to, changes or depends on another (25-19(b), 25-21)
	Series      bool // distinct services that are substantially the same, in one pattern of transfer (25-14(b), 25-15)
	Consumed    bool // the customer receives and consumes the benefit as we perform (25-27(a))
	Enhances    bool // an asset the customer controls is created or improved (25-27(b))
	NoOtherUse  bool // what is created has no alternative use to us (25-27(c), 25-28)
	PaidToDate  bool // and we have an enforceable right to be paid for what was done so far (25-29)
	StandsReady bool // the promise is to be there; it is consumed as time passes
}

// Pattern is when an obligation is satisfied.
type Pattern string

const (
	OverTime    Pattern = "over_time"
	PointInTime Pattern = "point_in_time"
)

// ObligationMemo says how many obligations promises are, and when they are satisfied.
type ObligationMemo struct {
	Obligations int
	Timing      Pattern
	Reasons     []Reason
}

// JudgeObligation decides. Invalid: a series of what is not transferred over time.
func JudgeObligation(f PromiseFacts) (ObligationMemo, error) {
	m := ObligationMemo{Obligations: max(1, f.Count), Timing: OverTime}
	because := func(code, paragraph, text string) { m.Reasons = append(m.Reasons, Reason{code, paragraph, text}) }
	switch {
	case f.Consumed || f.StandsReady:
		because("consumed_as_performed", "606-10-25-27(a)", "The customer receives and consumes the benefit as we perform.")
	case f.Enhances:
		because("customer_controls_asset", "606-10-25-27(b)", "We create or improve an asset that the customer controls.")
	case f.NoOtherUse && f.PaidToDate:
		because("no_alternative_use", "606-10-25-27(c)", "What we create has no alternative use to us, and what is done so far has to be paid.")
	default:
		because("control_passes_once", "606-10-25-30", "None of the three criteria is met: it is satisfied at the point in time at which control passes.")
		m.Timing = PointInTime
	}
	switch {
	case f.Series && m.Timing == PointInTime:
		return m, fault.New(fault.Invalid, "a series is transferred over time (606-10-25-15); say which criterion of 25-27 each service meets")
	case f.Series:
		because("series", "606-10-25-14(b)", "Distinct services that are substantially the same, in the same pattern: one obligation.")
		m.Obligations = 1
	case m.Obligations == 1:
	case f.Capable && f.Separate:
		because("distinct", "606-10-25-19", "Each is of use on its own and separately identifiable.")
	default:
		because("not_distinct", "606-10-25-22", "They are not distinct from each other: one obligation.")
		m.Obligations = 1
	}
	return m, nil
}
