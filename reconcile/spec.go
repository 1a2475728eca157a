package reconcile

import (
	"slices"

	"ratable/internal/fault"
)

// Spec is a reconciliation as an accountant knows it.
type Spec struct {
	Number   int // 1 to 14; 0 for a rule between reports
	Code     string
	Name     string
	LeftIs   string
	RightIs  string
	Explains string // how it is drawn up, for the page
}

// Specs lists the reconciliations in their order, then the rules that reports keep among each other.
var Specs = []Spec{
	{1, "billing", "Billing and ledger", "Documents issued less voids, net of tax", "Added to deferred revenue and taken off unbilled receivables",
		"Lines of the documents of the month, document by document, against what the entries of these documents moved on balances of contract lines."},
	{2, "usage", "Usage and revenue", "Usage of the month, rated", "Usage revenue that belongs to the month",
		"The month's usage is rated again from the daily counts. Simple prices are rated by a second, plain calculation; the note says how many lines. The other side is revenue posted for the month, whenever it was booked."},
	{3, "cash", "Payouts and cash", "Movements by the bank or payment processor", "Cash booked",
		"Rows of a loaded payout file against what was booked to cash, matched by the bank's transaction, then by amount. Money booked in a later month than it came in shows in both months."},
	{4, "receivables", "Receivables by document", "Documents less credits, voids and payments applied", "Accounts receivable",
		"What documents ask, less what receipts were applied to them, against postings to receivables by document and customer."},
	{5, "deferred", "Deferred revenue", "Schedule still to come of what is billed", "Deferred revenue",
		"Revenue scheduled after the month, as far as it is billed, against the balance of each contract line."},
	{6, "unbilled", "Unbilled receivables", "Earned by the schedule and not billed", "Unbilled receivable",
		"Revenue of the schedule through the month that no document asks for, against the balance of each contract line."},
	{7, "prepaid", "Prepaid balances", "Paid ahead less the value used", "Deferred revenue of prepaid amounts",
		"What documents asked for balances paid ahead, less what the usage drew of them at the price paid, against the ledger. What was booked later for months through this one is taken off the ledger's side."},
	{8, "balances", "Customer balances", "Receipts less what was applied and refunded", "Customer balances",
		"Receipt by receipt: money that pays no invoice, against postings to customer balances."},
	{9, "tax", "Tax", "Tax rows of documents less voids", "Tax payable, movement of the month",
		"Tax rows of each document of the month against postings to tax payable by document."},
	{10, "price", "Transaction price", "Price of live contracts", "Recognized, deferred and backlog",
		"What contracts charge over their terms (usage as far as it happened, balances as far as they are billed), against revenue recognized, deferred revenue and what is scheduled and not billed."},
	{11, "obligations", "Remaining obligations", "Remaining performance obligations as reported", "Deferred revenue and contracted backlog, less what is left out",
		"The report of remaining obligations by contract, against the ledger's deferred revenue and what contracts charge beyond what is billed. Left out are prepaid balances, periods the customer may leave, and what is passed on as an agent."},
	{12, "exports", "Exports and ledger", "Entries in batches", "Entries posted",
		"For every target that got anything of the month: entries in batches that were not rejected, one by one, against entries posted; each batch's control total and the digest of its files."},
	{13, "bookings", "Bookings and contracts", "Bookings by the CRM", "Contracts in the engine",
		"A loaded file of bookings against contracts by number: value at list over the first term, without usage beyond what is committed, and the month of signing."},
	{14, "opening", "Opening and closing", "Opening balances", "Closing balances of the month before",
		"Every posting before the month by account, against the balances kept when the month before was closed, or else the entries known at that moment."},
	{0, "balanced", "Entries balance", "Debits", "Credits", "The two sides of every entry of the month."},
	{0, "billed", "Record of what is billed", "Lines of documents", "Record of what was billed, in the ledger",
		"The record that billing and recognition share, against the documents, by contract line through the month."},
	{0, "journals", "Journals and ledger", "Approved journals", "Entries of journals", "Lines of journals that were approved, against the debits of the entries they became."},
	{0, "elsewhere", "Billed elsewhere", "Owed by the documents told", "Booked of them",
		"The journal that follows from documents of another billing system, worked out again from what was told, against entries booked, by account."},
	{0, "receipts", "Receipts and cash", "Receipts less refunds", "Cash, by receipt", "Receipts recorded in the month, less refunds, against cash booked for each."},
	{0, "column", "Waterfall and trial balance", "Column of the month in the waterfall", "Revenue on the trial balance",
		"The waterfall's column and the schedule rows recognized in the month, against revenue posted in the month by contract line."},
	{0, "rows", "Waterfall and billing", "Rows of the waterfall", "Documents of each month, net of tax", "What each row of the waterfall adds up to, before, in and after the month, against what documents asked in it."},
	{0, "rollforward", "Contract liability roll-forward", "Opening, billings and revenue", "Closing",
		"Balance at the end of the month before by the ledger, with the documents and the recognized schedule of the month, against the balance at the end of the month, by contract line."},
	{0, "netting", "One side per contract line", "Contract liabilities less assets by line", "Deferred less unbilled on the trial balance",
		"A contract line is a liability or an asset, never both, and neither is below zero."},
}

// Find looks a reconciliation up by its code.
func Find(code string) (Spec, error) {
	if i := slices.IndexFunc(Specs, func(s Spec) bool { return s.Code == code }); i >= 0 {
		return Specs[i], nil
	}
	return Spec{}, fault.New(fault.NotFound, "there is no reconciliation %q", code)
}
