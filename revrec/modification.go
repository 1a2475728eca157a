package revrec

import (
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"

	"github.com/shopspring/decimal"
)

// Treatment is how a change of a contract is accounted for (606-10-25-10 to 25-13; IFRS 15.18 to 21).
type Treatment string

const (
	NoChange          Treatment = "none"                // not approved yet: the contract stands as it was (25-10, 25-11)
	SeparateContract  Treatment = "separate_contract"   // 25-12
	Prospective       Treatment = "prospective"         // 25-13(a): as if the old contract ended and a new one began
	CumulativeCatchUp Treatment = "cumulative_catch_up" // 25-13(b): as if it had always been so
	MixedTreatment    Treatment = "mixed"               // 25-13(c): promise by promise
)

// Treatments lists those that can be chosen between.
var Treatments = []Treatment{SeparateContract, Prospective, CumulativeCatchUp}

// Left says whether what is still to come of a contract is distinct from what was transferred.
type Left string

const (
	LeftDistinct    Left = "distinct" // also a series of days: the days to come are distinct from those that passed
	LeftNotDistinct Left = "not_distinct"
	LeftBoth        Left = "both" // some of it
)

// Change is what is judged of a modification.
type Change struct {
	Unapproved   bool // rights and obligations are not enforceable yet
	Adds         bool // goods or services
	Distinct     bool // those that are added are (25-12(a))
	AtStandalone bool // the price rises by their stand-alone prices, as adjusted for this contract (25-12(b))
	Left         Left // empty: distinct
}

// Reason is one step of a judgement, with the paragraph it rests on.
type Reason struct {
	Code      string // "added_goods_distinct"
	Paragraph string // "606-10-25-12(a)"
	Text      string
}

// Judgement is the outcome of a judgement, with its reasons in order.
type Judgement struct {
	Treatment Treatment
	Reasons   []Reason
}

// Classify decides how a modification is accounted for. Invalid: what is left is described by another word.
func Classify(c Change) (Judgement, error) {
	var j Judgement
	because := func(code, paragraph, text string) { j.Reasons = append(j.Reasons, Reason{code, paragraph, text}) }
	if c.Unapproved {
		because("not_approved", "606-10-25-11", "The change is not approved: the contract is accounted for as it stands.")
		j.Treatment = NoChange
		return j, nil
	}
	switch {
	case !c.Adds:
		because("nothing_added", "606-10-25-12", "Nothing is added, so it is no contract of its own.")
	case !c.Distinct:
		because("added_not_distinct", "606-10-25-12(a)", "What is added is not distinct.")
	case !c.AtStandalone:
		because("not_at_standalone_price", "606-10-25-12(b)", "The price does not rise by the stand-alone price of what is added.")
	default:
		because("added_distinct", "606-10-25-12(a)", "What is added is distinct.")
		because("at_standalone_price", "606-10-25-12(b)", "The price rises by its stand-alone price.")
		j.Treatment = SeparateContract
		return j, nil
	}
	switch c.Left {
	case LeftDistinct, "":
		because("remaining_distinct", "606-10-25-13(a)", "What is left is distinct from what was transferred.")
		j.Treatment = Prospective
	case LeftNotDistinct:
		because("remaining_not_distinct", "606-10-25-13(b)", "What is left is part of a promise that is partly satisfied.")
		j.Treatment = CumulativeCatchUp
	case LeftBoth:
		because("remaining_mixed", "606-10-25-13(c)", "Some of what is left is distinct, some is part of a promise that is partly satisfied.")
		j.Treatment = MixedTreatment
	default:
		return j, fault.New(fault.Invalid, "what is left is %s, %s or %s, not %q", LeftDistinct, LeftNotDistinct, LeftBoth, c.Left)
	}
	return j, nil
}

// AtStandalone says whether a price reflects a stand-alone price. Within is a policy, in percent of it: how far selling costs
// that are saved, or a discount any customer would get, explain a difference (25-12(b)); zero: not at all.
func AtStandalone(added money.Amount, standalone, within decimal.Decimal) bool {
	alone := money.Price(standalone, added.Currency())
	off := added.Exact().Sub(alone)
	if off.Sign() < 0 {
		off = off.Neg()
	}
	room := alone.Mul(within.Shift(-2))
	if room.Sign() < 0 {
		room = room.Neg()
	}
	return off.Cmp(room) <= 0
}

// Modified is one promise of a contract with a change to it.
type Modified struct {
	Terms Terms        // as first agreed
	Price money.Amount // as first agreed
	On    period.Date  // from when on the change counts
	Added money.Amount // to the price; negative: taken off
	Ends  period.Date  // first day after the service as changed; zero: as before

	Before     []Portion    // what was recognized before; nil: what Terms gives
	Credit     money.Amount // for faults of what was delivered: lowers revenue at once, whatever the treatment (Example 5B)
	AddedTerms Terms        // of a separate contract; no service: from On to the end
	Left       []Promise    // still to come, at stand-alone prices of the day of the change; nil: one promise
}

// Replan is how a change is earned under a treatment.
type Replan struct {
	Treatment  Treatment
	Price      money.Amount // of everything, as changed: the sum of Parts and Adjustment
	Recognized money.Amount // before the change
	Remaining  money.Amount // from the change on; Price less Recognized and Adjustment
	Adjustment money.Amount // on the day of the change, for what was done before: catch-up less credit
	Parts      []Portion    // without the adjustment. A period in which the change falls has two
	Lines      []Allocated  // Remaining by promise
}

// Plan plans a change under a treatment. Invalid: less is left than was recognized (a person has to look at it: what was
// recognized may have to come back), no service left to earn over.
func (m Modified) Plan(t Treatment) (Replan, error) {
	agreed, err := m.Terms.Spread(m.Price)
	if err != nil {
		return Replan{}, err
	}
	frozen := m.Before != nil
	if !frozen {
		m.Before, _ = m.Terms.cut(agreed, m.On)
	}
	if m.Ends.IsZero() {
		m.Ends = m.Terms.Service.Days.End
	}
	p := Replan{Treatment: t, Price: m.Price.Add(m.Added).Sub(m.Credit), Recognized: m.Price.Sub(m.Price), Adjustment: m.Price.Sub(m.Price).Sub(m.Credit)}
	for _, b := range m.Before {
		p.Recognized = p.Recognized.Add(b.Amount)
	}
	switch t {
	case NoChange:
		p.Price, p.Adjustment = m.Price, m.Price.Sub(m.Price)
		err = p.stay(m, agreed, frozen)
	case SeparateContract:
		if err = p.stay(m, agreed, frozen); err == nil {
			err = p.separate(m)
		}
	case Prospective:
		terms := m.Terms
		terms.Service.Days.End = m.Ends
		err = p.resume(m, terms, m.Price.Add(m.Added))
	case CumulativeCatchUp:
		err = p.catchUp(m)
	default:
		err = fault.New(fault.Invalid, "a promise is changed by %s, %s or %s, not by %q; of a mixed change plan each promise apart", SeparateContract, Prospective, CumulativeCatchUp, t)
	}
	if err != nil {
		return Replan{}, err
	}
	p.Remaining = p.Price.Sub(p.Recognized).Sub(p.Adjustment)
	if m.Left != nil {
		p.Lines, err = AllocatePrice(p.Remaining, m.Left)
	}
	return p, err
}

// resume keeps what was recognized and earns the rest of a price over the rest of the service.
func (p *Replan) resume(m Modified, terms Terms, price money.Amount) error {
	left := price.Sub(p.Recognized)
	if left.Sign()*price.Sign() < 0 || price.Sign()*m.Price.Sign() < 0 {
		return fault.New(fault.Invalid, "a price of %s is less than the %s that was recognized before %s; review what has to come back", price, p.Recognized, m.On)
	}
	rest, err := terms.Rest(left, m.On)
	p.Parts = append(append(p.Parts, m.Before...), rest...)
	return err
}

// stay leaves the contract as it was: to the cent, unless something else was recognized than agreed.
func (p *Replan) stay(m Modified, agreed []Portion, frozen bool) error {
	if frozen {
		return p.resume(m, m.Terms, m.Price)
	}
	_, rest := m.Terms.cut(agreed, m.On)
	p.Parts = append(append(p.Parts, m.Before...), rest...)
	return nil
}

func (p *Replan) separate(m Modified) error {
	if m.AddedTerms.Service.Days.Start.IsZero() {
		m.AddedTerms = m.Terms
		m.AddedTerms.Service = Service{Days: period.NewSpan(m.On, m.Ends)}
	}
	added, err := m.AddedTerms.Spread(m.Added)
	p.Parts = append(p.Parts, added...)
	return err
}

// catchUp measures progress on the new whole: what was done before is worth its share of the new price.
func (p *Replan) catchUp(m Modified) error {
	terms := m.Terms
	terms.Service.Days.End = m.Ends
	price := m.Price.Add(m.Added)
	parts, err := terms.Spread(price)
	if err != nil {
		return err
	}
	done, rest := terms.cut(parts, m.On)
	stands := price.Sub(price)
	for _, d := range done {
		stands = stands.Add(d.Amount)
	}
	p.Adjustment = p.Adjustment.Add(stands.Sub(p.Recognized))
	p.Parts = append(append(p.Parts, m.Before...), rest...)
	return nil
}

// Mixed plans promise by promise, for what is mixed (25-13(c)); each has its part of the new price in Added.
func Mixed(promises []Modified, treatments []Treatment) ([]Replan, error) {
	out := make([]Replan, len(promises))
	for i, m := range promises {
		p, err := m.Plan(treatments[i])
		if err != nil {
			return nil, err
		}
		out[i] = p
	}
	return out, nil
}

// Alternative is a treatment with what it gives, or why it cannot be.
type Alternative struct {
	Replan
	Err error
}

// Alternatives plans a change under every treatment, side by side.
func (m Modified) Alternatives() []Alternative {
	out := make([]Alternative, len(Treatments))
	for i, t := range Treatments {
		p, err := m.Plan(t)
		p.Treatment = t
		out[i] = Alternative{p, err}
	}
	return out
}

// Schedule is the plan by period, with the adjustment in the one the change falls in.
func (p Replan) Schedule(m Modified) ([]Portion, error) {
	in, err := m.Terms.Calendar.PeriodOf(m.On)
	if err != nil {
		return nil, err
	}
	adjustment := Portion{Slot: Slot{Period: in, Days: period.NewSpan(m.On, in.Span.End)}, Amount: p.Adjustment}
	if p.Adjustment.IsZero() {
		return ByPeriod(p.Parts), nil
	}
	return ByPeriod(p.Parts, []Portion{adjustment}), nil
}
