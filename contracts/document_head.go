package contracts

import (
	"github.com/shopspring/decimal"

	"ratable/internal/period"
)

// Term is the time both sides are bound, first and last day included.
type Term struct {
	From    period.Date `yaml:"from" json:"from"`
	Through period.Date `yaml:"through" json:"through"`
	// Renewed lists the days on which a further term began, in order. Billing
	// periods, "every: term" and commitments are counted anew from each of them.
	Renewed []period.Date `yaml:"renewed,omitempty" json:"renewed,omitempty"`
}

// Span is the term as half-open days.
func (t Term) Span() period.Span { return period.Through(t.From, t.Through) }

// Plan says which version of a catalog plan the lines came from, so that its
// customers can be found when the plan changes. The lines stand in the document:
// a later plan version never reprices them.
type Plan struct {
	Code    string `yaml:"code" json:"code"`
	Version int    `yaml:"version" json:"version"`
}

// Align says where billing periods begin.
type Align string

const (
	Anniversary Align = "anniversary" // on the day of the month the term began
	Calendar    Align = "calendar"    // on the first of a month; a partial first period is prorated
)

// Billing is how and when the payer is asked.
type Billing struct {
	NetDays  int       `yaml:"net_days,omitempty" json:"net_days,omitempty"` // days from invoice to due; 0 means due on receipt
	PONumber string    `yaml:"po_number,omitempty" json:"po_number,omitempty"`
	Align    Align     `yaml:"align,omitempty" json:"align,omitempty"` // default anniversary
	Late     LateUsage `yaml:"late_usage,omitempty" json:"late_usage,omitempty"`
	// RefuseAfterDays goes with late_usage: refuse: how long after its billing period usage is still taken.
	RefuseAfterDays int `yaml:"refuse_after_days,omitempty" json:"refuse_after_days,omitempty"`
}

// LateUsage says what becomes of usage that arrives after its period was billed.
type LateUsage string

const (
	NextInvoice LateUsage = "next_invoice" // the default: it waits for the contract's next regular day and shows its old span; less usage is credited at once
	AtOnce      LateUsage = "at_once"      // an additional invoice on the next day
	Reissue     LateUsage = "reissue"      // the period is credited in full and billed anew on the next day
	Refuse      LateUsage = "refuse"       // it waits as next_invoice, and what comes more than refuse_after_days after its period is not taken: it goes to quarantine
)

// Trial is a time without charge that ends by itself.
type Trial struct {
	Through period.Date `yaml:"through" json:"through"`                 // last free day
	Lines   []string    `yaml:"lines,omitempty" json:"lines,omitempty"` // ids of lines and prepaid amounts; empty: all of them. A commitment all of whose lines are tried is not owed for the trial
	Then    TrialEnd    `yaml:"then,omitempty" json:"then,omitempty"`   // default convert
}

// TrialEnd says what follows a trial unless the contract is amended before.
type TrialEnd string

const (
	Convert TrialEnd = "convert" // the lines are charged from the next day
	End     TrialEnd = "end"     // the lines end with the trial, and so does what they entitle to
)

// ResellerKind says what the partner is paid for.
type ResellerKind string

const (
	Wholesale   ResellerKind = "wholesale"   // the payer is the partner and pays list less the margin
	Referral    ResellerKind = "referral"    // the customer pays; the partner earns a commission on what was collected
	Marketplace ResellerKind = "marketplace" // the marketplace pays what it collected less its fee
)

// Role says whether we control what is sold before the customer gets it (ASC 606-10-55-36 ff.).
type Role string

const (
	Principal Role = "principal" // revenue is the price
	Agent     Role = "agent"     // revenue is what we keep of it
)

// Reseller is the third party of a deal.
type Reseller struct {
	Kind              ResellerKind    `yaml:"kind,omitempty" json:"kind,omitempty"`                            // default wholesale
	Partner           string          `yaml:"partner,omitempty" json:"partner,omitempty"`                      // external id; default the payer (wholesale, marketplace)
	MarginPercent     decimal.Decimal `yaml:"margin_percent,omitempty" json:"margin_percent,omitzero"`         // wholesale: off list, rounded once per charge
	CommissionPercent decimal.Decimal `yaml:"commission_percent,omitempty" json:"commission_percent,omitzero"` // referral: of what was collected before tax
	FeePercent        decimal.Decimal `yaml:"fee_percent,omitempty" json:"fee_percent,omitzero"`               // marketplace: of what it collected
	Role              Role            `yaml:"role,omitempty" json:"role,omitempty"`                            // ours, for lines that do not say; default principal
}

// Renewal is what happens when the term runs out.
type Renewal struct {
	Auto          bool            `yaml:"auto,omitempty" json:"auto,omitempty"`                    // without notice a further term begins
	Months        int             `yaml:"months" json:"months"`                                    // length of each further term
	NoticeDays    int             `yaml:"notice_days,omitempty" json:"notice_days,omitempty"`      // last day to say no: the term's last day less these
	UpliftPercent decimal.Decimal `yaml:"uplift_percent,omitempty" json:"uplift_percent,omitzero"` // on unit prices, on the last step of a ramp
	Price         RenewalPrice    `yaml:"price,omitempty" json:"price,omitempty"`                  // default agreed
	Cancellable   Cancellable     `yaml:"cancellable,omitempty" json:"cancellable,omitempty"`      // default: at the end of the term only
}

// Cancellable says when the customer may end the contract without giving a reason and without cost. What lies after
// such a day is no promise of theirs (ASC 606-10-25-3): it is no remaining obligation of ours either.
type Cancellable string

// PeriodEnd is the last day of any billing period.
const PeriodEnd Cancellable = "period_end"

// RenewalPrice says what the uplift is put on.
type RenewalPrice string

const (
	AgreedPrice  RenewalPrice = "agreed"  // what was paid last
	CatalogPrice RenewalPrice = "catalog" // the product's stand-alone price on the day the further term begins
)

// Ending ends a contract before its term does: its last day is the term's.
type Ending struct {
	Cause       Cause  `yaml:"cause" json:"cause"`
	Refund      Refund `yaml:"refund,omitempty" json:"refund,omitempty"`           // of what was paid for days after the end; default unused
	Commitments Due    `yaml:"commitments,omitempty" json:"commitments,omitempty"` // default prorated
}

// Cause says why a contract ended.
type Cause string

const (
	Convenience Cause = "convenience" // one side wanted to and was allowed to
	ForBreach   Cause = "breach"      // for cause
	NonPayment  Cause = "non_payment"
)

// Refund says what is given back of periods that were paid in advance and cut.
type Refund string

const (
	Unused   Refund = "unused" // by days, or the part of a prepaid amount that was not drawn
	NoRefund Refund = "none"   // what was paid is kept, and earned by the end
)

// Due says how much of a commitment's period counts when the end cuts it.
type Due string

const (
	Prorated Due = "prorated" // its days
	InFull   Due = "full"
)
