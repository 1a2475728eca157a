package reports

// All lists the reports in the order of the list on the page: by group, and in a group the one asked for most first.
var All = []Report{
	{Code: "revenue", Title: "Revenue by month", Group: OfRevenue, From: 12, Columns: true, draw: (*drawing).revenueBy,
		Question: "What was earned in each month, and with whom, with what, where?",
		ByName:   "By", By: []Choice{{"product", "Product"}, {"customer", "Customer"}, {"country", "Country"}, {"cohort", "Month signed"}, {"entity", "Legal entity"}, {"billing", "Billed or not"}, {"account", "Account"}}},
	{Code: "waterfall", Title: "Deferred waterfall", Group: OfRevenue, Since: true, draw: (*drawing).waterfall,
		Question: "What was billed in a month, when is it earned, and what changed since an earlier close?"},
	{Code: "income-statement", Title: "Income statement", Group: OfRevenue, From: 12, Columns: true, draw: (*drawing).incomeStatement,
		Question: "What is left of revenue after what lowers it, month by month?"},
	{Code: "prior-balances", Title: "Revenue from prior balances", Group: OfRevenue, From: 1, draw: (*drawing).priorBalances,
		Question: "How much of the revenue stood in contract liabilities when the period began (50-8(b)), and how much was served in earlier periods (50-12A)?"},

	{Code: "trial-balance", Title: "Trial balance", Group: OfBalances, From: 1, draw: (*drawing).trialBalance,
		Question: "Where does every account stand, and does it all come to zero?"},
	{Code: "balance-sheet", Title: "Balance sheet extract", Group: OfBalances, draw: (*drawing).balanceSheet,
		Question: "What of the contracts stands on the balance sheet, netted contract by contract, short and long term?",
		ByName:   "Unbilled", By: []Choice{{"receivable", "Unbilled as a receivable"}, {"asset", "Unbilled as a contract asset"}}},
	{Code: "contract-liabilities", Title: "Contract liability roll-forward", Group: OfBalances, From: 1, draw: (*drawing).liabilities,
		Question: "How did deferred revenue come from its opening to its closing balance?"},
	{Code: "unbilled", Title: "Unbilled and contract asset roll-forward", Group: OfBalances, From: 1, draw: (*drawing).unbilled,
		Question: "What was earned ahead of its bill, when was it billed, and how old is the rest?"},
	{Code: "obligations", Title: "Remaining performance obligations", Group: OfBalances, draw: (*drawing).obligations,
		Question: "What is promised and not served, when will it be, and how does it come out of deferred revenue?",
		ByName:   "Show", By: []Choice{{"bands", "By 12 months"}, {"years", "By calendar year"}, {"expedient", "Without contracts of a year"}}},
	{Code: "contract-costs", Title: "Contract cost roll-forward", Group: OfBalances, From: 1, draw: (*drawing).costs,
		Question: "What of commissions and set-up is capitalized, and how is it used up?"},

	{Code: "ageing", Title: "Receivables by age", Group: OfReceivables, draw: (*drawing).ageing,
		Question: "Who owes how much, and how late is it?"},
	{Code: "tax", Title: "Tax liability", Group: OfReceivables, From: 3, draw: (*drawing).tax,
		Question: "Which tax was charged and credited, where and at which rate, and is it what the ledger owes?"},

	{Code: "corrections", Title: "Corrections of closed months", Group: OfControl, From: 12, draw: (*drawing).corrections,
		Question: "What was booked later than the month it belongs to, and why?"},
	{Code: "modifications", Title: "Modifications", Group: OfControl, From: 12, draw: (*drawing).modifications,
		Question: "Which contracts were changed, who approved it, and what did it do to revenue?"},
	{Code: "unreleased", Title: "Unreleased and held", Group: OfControl, draw: (*drawing).unreleased,
		Question: "What should have been earned by now and is not, and what is held?"},
	{Code: "standalone-prices", Title: "Stand-alone price exceptions", Group: OfControl, draw: (*drawing).standalone,
		Question: "Which lines are sold without a stand-alone price, or outside its range?"},
}
