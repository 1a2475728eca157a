package ledger

// Policy is how a legal entity books, in one of its books, what the rules leave to it: the variants of the event table. It is
// dated data (store_policies.go), proposed by one person and approved by another; entries name nothing of it, since an entry
// is booked by the policy of its day and stands.
type Policy struct {
	CreditSplit    CreditSplit    `yaml:"credit_split" json:"credit_split"`
	Credits        Presentation   `yaml:"credits" json:"credits"`
	Voids          Presentation   `yaml:"voids" json:"voids"`
	Refunds        Presentation   `yaml:"refunds" json:"refunds"`
	BadDebt        BadDebtPolicy  `yaml:"bad_debt" json:"bad_debt"`
	BadDebtTax     YesNo          `yaml:"bad_debt_tax_relief" json:"bad_debt_tax_relief"`
	Disputes       DisputePolicy  `yaml:"disputes" json:"disputes"`
	Breakage       BreakagePolicy `yaml:"breakage" json:"breakage"`
	BreakageTo     Separately     `yaml:"breakage_account" json:"breakage_account"`
	Overage        Separately     `yaml:"overage_account" json:"overage_account"`
	Contract       ContractPolicy `yaml:"contract_account" json:"contract_account"`
	NegativeUsage  NegativePolicy `yaml:"negative_unbilled" json:"negative_unbilled"`
	RightToBill    YesNo          `yaml:"right_to_bill" json:"right_to_bill"`
	RecognitionDay DayPolicy      `yaml:"recognition_day" json:"recognition_day"`
	GrossUp        GrossUpPolicy  `yaml:"gross_up" json:"gross_up"`
	CatchUp        CatchUpPolicy  `yaml:"catch_up" json:"catch_up"`
	Remeasure      YesNo          `yaml:"remeasure_at_month_end" json:"remeasure_at_month_end"`
}

// The choices. Each is a word of its own, so that a document, an audit record and a page say the same.
type (
	// CreditSplit says which part of a line a credit takes back first.
	CreditSplit string
	// Presentation says where revenue that is taken back shows.
	Presentation string
	// BadDebtPolicy says what an invoice nobody will pay is: a price never expected whole (606-10-32-7), or a credit loss (326).
	BadDebtPolicy string
	// DisputePolicy says what money withdrawn by a card network is until it is decided.
	DisputePolicy string
	// BreakagePolicy says when what is paid ahead and not used is earned (606-10-55-48).
	BreakagePolicy string
	// Separately says whether a kind of revenue has an account of its own.
	Separately string
	// ContractPolicy says whether billed and earned are kept apart by line, or on one account that may stand in debit.
	ContractPolicy string
	// NegativePolicy says what a correction below what was billed makes.
	NegativePolicy string
	// DayPolicy says on which day what is earned at a point in time is booked.
	DayPolicy string
	// GrossUpPolicy says from when an unpaid invoice in advance is a receivable and a liability (Example 38).
	GrossUpPolicy string
	// CatchUpPolicy says in which month the part of a service before its invoice, or before its credit, is booked, while its
	// months are open.
	CatchUpPolicy string
	// YesNo is a choice without a third way.
	YesNo string
)

// What there is to choose.
const (
	Proportional    CreditSplit = "proportional"
	DeferredFirst   CreditSplit = "deferred_first"
	RecognizedFirst CreditSplit = "recognized_first"

	ReduceRevenue Presentation = "reduce_revenue"
	ContraAccount Presentation = "contra_account"

	PriceConcession BadDebtPolicy = "price_concession" // contra revenue
	CreditLoss      BadDebtPolicy = "credit_loss"      // an expense

	AsRefund         DisputePolicy = "as_refund"
	ParkAsReceivable DisputePolicy = "park_as_receivable"

	AtExpiry  BreakagePolicy = "at_expiry"     // when it is remote that the rest is used
	InPattern BreakagePolicy = "in_proportion" // as the rest is used, where it can be estimated

	OwnAccount Separately = "own_account"
	InRevenue  Separately = "revenue"

	TwoLedgers ContractPolicy = "deferred_and_unbilled"
	OneAccount ContractPolicy = "one_contract_account"

	ToDeferred NegativePolicy = "deferred"
	ToContraAR NegativePolicy = "contra_receivable"

	AtMonthEnd DayPolicy = "month_end"
	OnTheDay   DayPolicy = "the_day"

	OnInvoice       GrossUpPolicy = "on_invoice"
	OnDueOrService  GrossUpPolicy = "on_due_or_service_start"
	InAttributed    CatchUpPolicy = "attributed_months"
	InMonthOfChange CatchUpPolicy = "month_of_change"
	Yes             YesNo         = "yes"
	No              YesNo         = "no"
)

// DefaultPolicy is what is booked where nobody has chosen.
func DefaultPolicy() Policy {
	return Policy{
		CreditSplit: Proportional, Credits: ReduceRevenue, Voids: ReduceRevenue, Refunds: ReduceRevenue,
		BadDebt: CreditLoss, BadDebtTax: No, Disputes: ParkAsReceivable, Breakage: AtExpiry, BreakageTo: InRevenue, Overage: OwnAccount,
		Contract: TwoLedgers, NegativeUsage: ToDeferred, RightToBill: No, RecognitionDay: AtMonthEnd, GrossUp: OnInvoice,
		CatchUp: InAttributed, Remeasure: Yes,
	}
}

// contra is the account that shows what is taken back.
func (p Presentation) contra(own Account) Account {
	if p == ContraAccount {
		return own
	}
	return Revenue
}

func (s Separately) account(own Account) Account {
	if s == OwnAccount {
		return own
	}
	return Revenue
}

// BreakageAccount is where breakage is earned.
func (p Policy) BreakageAccount() Account { return p.BreakageTo.account(BreakageRevenue) }

// OverageAccount is where usage beyond what was committed is earned.
func (p Policy) OverageAccount() Account { return p.Overage.account(OverageRevenue) }

// ContractAccount is where what was billed ahead stands.
func (p Policy) ContractAccount() Account {
	if p.Contract == OneAccount {
		return ContractLiability
	}
	return DeferredRevenue
}
