package ledger

// Account is an account type the engine posts to. The chart in the database
// carries the same rows; a test holds the two equal. Finance maps account types
// to its own general ledger (package exports).
type Account int16

// The chart. Numbers follow the usual order: assets 1, liabilities 2, equity 3, revenue and what lowers it 4, cost of
// sales 5, expenses 6, gains and losses 7.
const (
	Cash                    Account = 1010
	PendingCash             Account = 1020 // on its way: a debit that may still bounce
	ExternalAsset           Account = 1030 // paid outside the system, by word of a person
	AccountsReceivable      Account = 1100
	ContraAR                Account = 1110 // will be credited: billed for what was taken back since
	DisputesReceivable      Account = 1120 // withdrawn by a card network until it has decided
	UnbilledReceivable      Account = 1150 // earned, not billed yet, and only the bill is missing
	ContractAsset           Account = 1160 // earned, and something else than time must happen before it can be asked for
	RightToRecoverGoods     Account = 1200
	Inventory               Account = 1210
	CapitalizedCommission   Account = 1300 // cost of obtaining a contract (340-40-25-1)
	CapitalizedFulfilment   Account = 1310 // cost of fulfilling one (340-40-25-5)
	IntercompanyReceivable  Account = 1400
	DeferredRevenue         Account = 2100 // billed, not earned yet
	ContractLiability       Account = 2110 // where a book keeps a contract on one account
	AdjustmentLiability     Account = 2120 // moved between promises by allocation, nothing over a contract
	RefundLiability         Account = 2130
	FinancingLiability      Account = 2140
	TaxLiability            Account = 2200
	CustomerBalance         Account = 2300 // cash received and not applied
	ExternalCustomerBalance Account = 2310
	CommissionPayable       Account = 2400 // what partners and sellers have earned and not been paid
	PayableToPrincipal      Account = 2450 // what we collect as an agent for somebody else
	PassthroughFees         Account = 2460
	PayableToSupplier       Account = 2470
	IntercompanyPayable     Account = 2480
	EscheatLiability        Account = 2490
	OpeningBalance          Account = 3900 // the other side of what is brought over at cut-over; nothing once all is brought
	Revenue                 Account = 4000
	OverageRevenue          Account = 4100
	BreakageRevenue         Account = 4200
	TerminationRevenue      Account = 4300
	AdjustmentRevenue       Account = 4400
	Refunds                 Account = 4810
	Disputes                Account = 4820
	Voids                   Account = 4830
	UnbilledVoids           Account = 4840
	CreditNotes             Account = 4850
	BadDebt                 Account = 4860 // a price nobody expected to be paid whole (606-10-32-7)
	Discounts               Account = 4870
	PromotionalCredits      Account = 4880
	COGS                    Account = 5000
	CommissionExpense       Account = 6100
	ChannelFees             Account = 6200 // what a marketplace keeps of what it collects
	Fees                    Account = 6300 // what a payment processor keeps
	DisputeExpense          Account = 6310
	BadDebtExpense          Account = 6320 // a credit loss (ASC 326)
	CommissionImpairment    Account = 6330
	ContractImpairment      Account = 6340
	IntercompanyCost        Account = 6400
	FxGain                  Account = 7000
	InterestIncome          Account = 7010
	Recoverables            Account = 7020 // came back after it was given up
	Exclusion               Account = 7030
	IntercompanyIncome      Account = 7040
	FxLoss                  Account = 7100
	InterestExpense         Account = 7110
	OtherLoss               Account = 7120
)

// Type sorts accounts into the statements.
type Type string

const (
	Asset         Type = "asset"
	Liability     Type = "liability"
	Equity        Type = "equity"
	Income        Type = "revenue"
	ContraRevenue Type = "contra_revenue"
	Expense       Type = "expense"
	Gain          Type = "gain"
	Loss          Type = "loss"
)

// Types lists them in the order of the statements.
var Types = []Type{Asset, Liability, Equity, Income, ContraRevenue, Expense, Gain, Loss}

// Info describes an account for people and exports.
type Info struct {
	Account Account
	Code    string // as the exports write it: "AccountsReceivable"
	Name    string
	Type    Type
}

// Chart lists the accounts in order of number.
var Chart = []Info{
	{Cash, "Cash", "Cash at bank", Asset},
	{PendingCash, "PendingCash", "Cash under way", Asset},
	{ExternalAsset, "ExternalAsset", "Paid outside the system", Asset},
	{AccountsReceivable, "AccountsReceivable", "Accounts receivable", Asset},
	{ContraAR, "ContraAR", "Receivables to be credited", Asset},
	{DisputesReceivable, "DisputesReceivable", "Disputed payments", Asset},
	{UnbilledReceivable, "UnbilledReceivable", "Unbilled receivable", Asset},
	{ContractAsset, "ContractAsset", "Contract assets", Asset},
	{RightToRecoverGoods, "RightToRecoverGoods", "Right to recover goods", Asset},
	{Inventory, "Inventory", "Inventory", Asset},
	{CapitalizedCommission, "CapitalizedCommission", "Costs to obtain contracts", Asset},
	{CapitalizedFulfilment, "CapitalizedFulfilmentCost", "Costs to fulfil contracts", Asset},
	{IntercompanyReceivable, "IntercompanyReceivable", "Receivable from group companies", Asset},
	{DeferredRevenue, "DeferredRevenue", "Deferred revenue", Liability},
	{ContractLiability, "ContractLiability", "Contract liabilities", Liability},
	{AdjustmentLiability, "AdjustmentLiability", "Allocation between promises", Liability},
	{RefundLiability, "RefundLiability", "Refund liabilities", Liability},
	{FinancingLiability, "FinancingLiability", "Financing liabilities", Liability},
	{TaxLiability, "TaxLiability", "Tax payable", Liability},
	{CustomerBalance, "CustomerBalance", "Customer balances (unapplied cash)", Liability},
	{ExternalCustomerBalance, "ExternalCustomerBalance", "Customer balances kept elsewhere", Liability},
	{CommissionPayable, "CommissionPayable", "Commissions payable", Liability},
	{PayableToPrincipal, "PayableToPrincipal", "Payable to suppliers (we are the agent)", Liability},
	{PassthroughFees, "PassthroughFees", "Fees collected for others", Liability},
	{PayableToSupplier, "PayableToSupplier", "Payable to suppliers", Liability},
	{IntercompanyPayable, "IntercompanyPayable", "Payable to group companies", Liability},
	{EscheatLiability, "EscheatLiability", "Unclaimed property", Liability},
	{OpeningBalance, "OpeningBalance", "Opening balances brought over", Equity},
	{Revenue, "Revenue", "Revenue", Income},
	{OverageRevenue, "OverageRevenue", "Overage revenue", Income},
	{BreakageRevenue, "BreakageRevenue", "Breakage revenue", Income},
	{TerminationRevenue, "TerminationRevenue", "Termination fees", Income},
	{AdjustmentRevenue, "AdjustmentRevenue", "Revenue moved by allocation", Income},
	{Refunds, "Refunds", "Refunds", ContraRevenue},
	{Disputes, "Disputes", "Disputes", ContraRevenue},
	{Voids, "Voids", "Voided invoices", ContraRevenue},
	{UnbilledVoids, "UnbilledVoids", "Voided unbilled charges", ContraRevenue},
	{CreditNotes, "CreditNotes", "Credit notes", ContraRevenue},
	{BadDebt, "BadDebt", "Bad debt (price concessions)", ContraRevenue},
	{Discounts, "Discounts", "Discounts", ContraRevenue},
	{PromotionalCredits, "PromotionalCredits", "Promotional credits", ContraRevenue},
	{COGS, "COGS", "Cost of sales", Expense},
	{CommissionExpense, "CommissionExpense", "Commission expense", Expense},
	{ChannelFees, "ChannelFees", "Marketplace fees", Expense},
	{Fees, "Fees", "Payment processing fees", Expense},
	{DisputeExpense, "DisputeExpense", "Dispute losses and fees", Expense},
	{BadDebtExpense, "BadDebtExpense", "Credit losses", Expense},
	{CommissionImpairment, "CommissionImpairment", "Impairment of contract costs", Expense},
	{ContractImpairment, "ContractImpairment", "Impairment of contract assets", Loss},
	{IntercompanyCost, "IntercompanyCost", "Charged by group companies", Expense},
	{FxGain, "FxGain", "Foreign exchange gains", Gain},
	{InterestIncome, "InterestIncome", "Interest income", Gain},
	{Recoverables, "Recoverables", "Recovered after write-off", Gain},
	{Exclusion, "Exclusion", "Excluded from revenue", Gain},
	{IntercompanyIncome, "IntercompanyIncome", "Charged to group companies", Gain},
	{FxLoss, "FxLoss", "Foreign exchange losses", Loss},
	{InterestExpense, "InterestExpense", "Interest expense", Expense},
	{OtherLoss, "OtherLoss", "Other losses", Loss},
}

// Info looks the account up in the chart. An account outside it cannot be
// posted to, so asking for one is a bug and panics.
func (a Account) Info() Info {
	for _, i := range Chart {
		if i.Account == a {
			return i
		}
	}
	panic("account is not in the chart")
}

// Earns says whether an account is revenue, or shows what lowers it.
func (a Account) Earns() bool {
	t := a.Info().Type
	return t == Income || t == ContraRevenue
}

// NetRevenue lists the accounts that come to what was earned. What is taken back on an account of its own (Presentation) lowers
// it all the same, so that no total of revenue depends on where a policy shows it.
func NetRevenue() []Account { return Of(Income, ContraRevenue) }

// String is the account's code, or "" for no account.
func (a Account) String() string {
	if a == 0 {
		return ""
	}
	return a.Info().Code
}
