package ledger

// Account is an account type the engine posts to. The chart in the database
// carries the same rows; a test holds the two equal.
type Account int16

// The chart. Numbers follow the usual order: assets 1, liabilities 2, revenue 4, expenses 6.
const (
	Cash               Account = 1010
	AccountsReceivable Account = 1100
	UnbilledReceivable Account = 1150 // earned, not billed yet
	DeferredRevenue    Account = 2100 // billed, not earned yet
	TaxLiability       Account = 2200
	CustomerBalance    Account = 2300 // cash received and not applied
	CommissionPayable  Account = 2400 // what partners have earned and not been paid
	PayableToPrincipal Account = 2450 // what we collect as an agent for somebody else
	Revenue            Account = 4000
	OverageRevenue     Account = 4100
	CommissionExpense  Account = 6100
	ChannelFees        Account = 6200 // what a marketplace keeps of what it collects
)

// Type sorts accounts into the statements.
type Type string

const (
	Asset     Type = "asset"
	Liability Type = "liability"
	Income    Type = "revenue"
	Expense   Type = "expense"
)

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
	{AccountsReceivable, "AccountsReceivable", "Accounts receivable", Asset},
	{UnbilledReceivable, "UnbilledReceivable", "Unbilled receivable", Asset},
	{DeferredRevenue, "DeferredRevenue", "Deferred revenue", Liability},
	{TaxLiability, "TaxLiability", "Tax payable", Liability},
	{CustomerBalance, "CustomerBalance", "Customer balances (unapplied cash)", Liability},
	{CommissionPayable, "CommissionPayable", "Commissions payable", Liability},
	{PayableToPrincipal, "PayableToPrincipal", "Payable to suppliers (we are the agent)", Liability},
	{Revenue, "Revenue", "Revenue", Income},
	{OverageRevenue, "OverageRevenue", "Overage revenue", Income},
	{CommissionExpense, "CommissionExpense", "Commission expense", Expense},
	{ChannelFees, "ChannelFees", "Marketplace fees", Expense},
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

// String is the account's code, or "" for no account.
func (a Account) String() string {
	if a == 0 {
		return ""
	}
	return a.Info().Code
}
