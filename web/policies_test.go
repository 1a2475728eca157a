package web_test

import (
	"net/url"
	"testing"

	"ratable/internal/access"
)

func TestAnAccountingPolicyIsWeighedProposedAndApprovedByAnotherPerson(t *testing.T) {
	h := newHouse(t) // finance has proposed to show credits apart
	finance, accountant := h.Login(access.Finance), h.Login(access.Accountant)
	finance.Get("/settings/accounting-policies").Want(200, "A credit takes back", "606-10-32-43", "Waiting", "as by default").Check()
	finance.Get("/settings/accounting-policies/change?entity=1&book=us_gaap").Want(200, "An account of its own that lowers revenue").Check()
	form := url.Values{"entity": {"1"}, "book": {"us_gaap"}, "effective": {"2026-05-01"}, "catch_up": {"month_of_change"}, "step": {"preview"}}
	finance.PostForm("/settings/accounting-policies/change", form).Want(200, "What it changes", "In the month of the invoice or credit (606-10-32-43)", "closed months").Check()
	form.Set("catch_up", "sometimes")
	finance.PostForm("/settings/accounting-policies/change", form).Want(422, "must be attributed_months or month_of_change")
	form.Set("catch_up", "month_of_change")
	form.Set("step", "propose")
	finance.PostForm("/settings/accounting-policies/change", form).Want(422, "say why the policy is chosen")
	form.Set("reason", "As the auditors ask")
	finance.PostForm("/settings/accounting-policies/change", form).Want(422, "still waits for a decision")

	one, two := "/settings/accounting-policies/1/us_gaap/1", "/settings/accounting-policies/1/us_gaap/2"
	accountant.Get("/approvals").Want(200, "The group shows credits apart")
	accountant.Get(one).Want(200, "The group shows credits apart", "Waiting", "Approve", "Earned revenue that is credited shows as").Check()
	accountant.PostForm(one+"/reject", url.Values{"reason": {""}}).Want(422)
	accountant.PostForm(one+"/approve", url.Values{}).Want(200, "The policy was approved")
	accountant.PostForm(one+"/approve", url.Values{}).Want(409)
	finance.PostForm("/settings/accounting-policies/change", form).Want(200, "waits for approval by another person", "Waiting").Lacks("Approve")
	finance.PostForm(two+"/approve", url.Values{}).Want(403)
	accountant.PostForm(two+"/reject", url.Values{"reason": {"Not this year"}}).Want(200, "The policy was sent back")
	accountant.Get("/settings/accounting-policies/1/us_gaap/9").Want(404)
	h.Login(access.Sales).Get("/settings/accounting-policies").Want(403)
}

func TestAnInvoiceIsGivenUpAndReinstatedAndAReceiptIsDisputed(t *testing.T) {
	h := newHouse(t)
	finance := h.Login(access.Finance)
	at := "/invoices/" + h.unpaid
	finance.Get(at).Want(200, "Write off").Lacks("Reinstate")
	finance.Get(at+"/write-off").Want(200, "606-10-32-7").Check()
	finance.PostForm(at+"/write-off", url.Values{"amount": {""}, "reason": {""}}).Want(422, "is missing: say why")
	finance.PostForm(at+"/write-off", url.Values{"amount": {"999999"}, "reason": {"bankrupt"}}).Want(422, "must be more than zero and at most")
	finance.PostForm(at+"/write-off", url.Values{"amount": {"10"}, "reason": {"bankrupt"}}).Want(200, "was written off", "Written off", "bankrupt", "Reinstate").Check()
	finance.PostForm(at+"/reinstate", url.Values{"amount": {"11"}, "reason": {"paid after all"}}).Want(422, "at most 10.00")
	finance.PostForm(at+"/reinstate", url.Values{"reason": {"paid after all"}}).Want(200, "is open again", "Reinstated")
	finance.PostForm(at+"/write-off", url.Values{"amount": {""}, "reason": {"bankrupt after all"}}).Want(200, "was written off")
	for _, row := range finance.Get("/invoices?q=" + h.unpaid).Want(200).Table("Invoices")[1:] {
		if row[0] == h.unpaid && row[2] != "Written off" {
			t.Errorf("the list says %q of an invoice that nobody paid", row[2])
		}
	}
	finance.PostForm(at+"/reinstate", url.Values{"reason": {"paid after all"}}).Want(200, "is open again")

	receipt := "/payments/1"
	finance.Get(receipt).Want(200, "Record what the processor kept", "Open dispute").Check()
	finance.PostForm(receipt+"/fee", url.Values{"fee_amount": {"x"}, "fee_reason": {"card"}}).Want(422, "is no amount")
	finance.PostForm(receipt+"/fee", url.Values{"fee_amount": {"1.50"}, "fee_reason": {"card"}}).Want(200, "The fee was recorded", "1.50")
	finance.PostForm(receipt+"/dispute", url.Values{"dispute_amount": {"5"}, "dispute_fee": {"15"}, "dispute_reason": {"not as ordered"}}).Want(200, "The dispute was recorded", "Won: the money came back").Check()
	finance.PostForm(receipt+"/dispute", url.Values{"dispute_amount": {"5"}, "dispute_reason": {"again"}}).Want(422, "is not decided yet")
	finance.PostForm(receipt+"/dispute/decide", url.Values{"dispute_won": {"yes"}, "dispute_reason": {"they took it back"}}).Want(200, "Dispute won")
	finance.Get("/ledger/entries?kind=loss").Want(200, h.unpaid, "R-000001")
	h.Login(access.Sales).PostForm(at+"/write-off", url.Values{"reason": {"x"}}).Want(403)
}

func TestWhatWasBilledElsewhereIsTriedOutRowByRowAndTakenUpOnce(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Accountant)
	b.Get("/imports").Want(200, "Nothing was imported yet").Check()
	rows := `{"id":"in_1","kind":"invoice","customer":"acme","entity":"rtus","on":"2026-01-01","currency":"USD","document":"A-1","lines":[{"amount":90,"tax":9,"from":"2026-01-01","through":"2026-03-31"}]}
{"id":"p_1","kind":"payment","customer":"nobody","entity":"rtus","on":"2026-01-20","currency":"USD","document":"A-1","amount":99}
`
	form := url.Values{"source": {"stripe"}, "rows": {rows}}
	b.PostForm("/imports/new", url.Values{"source": {"stripe"}}).Want(422, "choose a file, or paste its rows")
	b.PostForm("/imports/new", url.Values{"source": {"a/b"}, "rows": {rows}}).Want(422, "needs a short name of the billing system")
	b.PostForm("/imports/new", form).Want(200, "Would be recorded", "is the external id of none of our customers", "Record these rows").Check()
	b.Get("/imports").Want(200, "Nothing was imported yet")
	form.Set("step", "commit")
	b.PostForm("/imports/new", form).Want(200, "Recorded", "is the external id of none of our customers").Lacks("Record these rows")
	b.Get("/imports").Want(200, "stripe").Check()
	b.PostForm("/imports/new", form).Want(200, "Known already")
}
