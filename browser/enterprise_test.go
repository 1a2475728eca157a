package browser

import (
	"strings"
	"testing"
)

// TestAnEnterpriseDealIsEnteredApprovedAmendedAndRenewed is the largest deal that sales sees: seats on a ramp, usage paid
// up front with overage and rollover, a commitment over both, a partner with a margin, a renewal with an uplift. All of it
// is entered in one sitting, without a document and without a manual.
func TestAnEnterpriseDealIsEnteredApprovedAmendedAndRenewed(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := s.tab(t, chromium(t))

	w.signIn(person(t, "sofia"))
	w.press("Contracts")
	w.press("New contract")
	number := eval[string](w, `document.querySelector("[name=contract]").value`)
	w.fill("Title", "Orchard Foods, everything")
	w.fill("Customer", "orchard-foods")
	w.fill("Paid by", "cumulus-partners")
	w.fill("First day", "2026-10-01")
	w.fill("Last day", "2028-09-30")

	w.fillIn("line 1", "Kind", 1, "ramp")
	w.fillIn("line 1", "Product", 1, "platform-seats")
	w.grid("line 1", "Add a step", "lines[0].fixed.ramp[0].from")
	w.grid("line 1", "Add a step", "lines[0].fixed.ramp[1].from") // their days come filled in
	for i, step := range [][2]string{{"20", "40"}, {"40", "38"}} {
		w.fillIn("line 1", "Quantity", i+1, step[0])
		w.fillIn("line 1", "Unit price", i+1, step[1])
	}
	w.grid("", "Add a line", "lines[1].kind")
	w.fillIn("line 2", "Kind", 1, "usage")
	w.fillIn("line 2", "Product", 1, "api-calls")
	w.fillIn("line 2", "Meter", 1, "api.calls")
	w.fillIn("line 2", "Price", 1, "0.002")

	w.grid("More terms", "Prepaid amount", "prepaid[0].amount")
	w.fillIn("prepaid amount 1", "Sold as", 1, "prepaid-usage")
	w.fillIn("prepaid amount 1", "Worth, in money", 1, "900")
	w.fillIn("prepaid amount 1", "New each", 1, "quarter")
	w.fillIn("prepaid amount 1", "Beyond: list price ×", 1, "1.25")
	w.fillIn("prepaid amount 1", "api-calls", 1, "")
	w.unfold("prepaid amount 1", "More of this prepaid amount")
	w.fillIn("prepaid amount 1", "Carried over", 1, "50")

	w.grid("More terms", "Commitment", "commitments[0].amount")
	w.fillIn("commitment 1", "Spend at least", 1, "30000")
	w.fillIn("commitment 1", "Every", 1, "year")
	w.fillIn("commitment 1", "True-up sold as", 1, "commitment")
	for _, id := range []string{"platform-seats", "api-calls", "prepaid"} {
		w.fillIn("commitment 1", id, 1, "")
	}
	w.grid("More terms", "Partner", "reseller.margin_percent")
	w.fillIn("Partner", "Margin off list price", 1, "15")
	w.grid("More terms", "Renewal", "renewal.months")
	w.fillIn("Renewal", "Notice before the end", 1, "60")
	w.fillIn("Renewal", "Prices go up by", 1, "5")

	w.until("Total contract value")
	w.until("True-ups if usage is as expected")
	w.clean("the form with an enterprise deal in it")
	w.press("Submit for approval")
	w.sees(number, "waits for approval")
	w.approve(number)
	w.perform("Invoices")

	// Ten more seats than agreed, since the first of this month: the run of today asks for them.
	w.signIn(person(t, "sofia"))
	w.open("/contracts/" + number + "/amend")
	w.fill("Counts from", "2026-11-01")
	w.fill("Why it is amended", "Ten seats more since November")
	w.fillIn("line 1", "Quantity", 1, "30")
	w.until("The next run bills 340.00 USD more.") // 10 x 40.00 less 15 %
	w.clean("the form with an amendment in it")
	w.press("Submit for approval")
	w.approve(number)

	w.signIn(person(t, "sofia"))
	w.open("/contracts/" + number)
	w.press("Renew")
	w.fill("Reason", "Another year")
	w.press("Look at what it changes")
	w.until("Renewed on")
	w.press("Submit for approval")
	w.approve(number)
	w.open("/contracts/" + number)
	if text := w.text(); !strings.Contains(text, "2029") {
		t.Errorf("the contract should run a year longer:\n%s", text)
	}
}

// approve lets another person approve the version that waits.
func (w *tab) approve(number string) {
	w.t.Helper()
	w.signIn(person(w.t, "felix"))
	w.press("Approvals")
	w.press(number)
	w.press("Approve")
	w.sees(number, "approved")
}

// grid presses a button of the form that changes rows in place, and waits for the field that comes with it.
func (w *tab) grid(group, button, field string) {
	w.t.Helper()
	w.reachIn(group, "button", button, 1)
	eval[bool](w, `document.querySelector("[data-hand]").click(), true`)
	w.there(field)
}

// there waits for a field by its name.
func (w *tab) there(field string) {
	w.t.Helper()
	w.eventually("a field "+field, `!!document.querySelector("[name='`+field+`']")`)
}

// unfold opens what is folded away in a group.
func (w *tab) unfold(group, summary string) {
	w.t.Helper()
	w.reachIn(group, "button", summary, 1)
	eval[bool](w, `document.querySelector("[data-hand]").click(), true`)
}

// clean holds the page, as it stands, against axe in light and in dark.
func (w *tab) clean(what string) {
	w.t.Helper()
	w.settle()
	eval[bool](w, axe+";true")
	findings := w.violations("", "document", everything)
	w.media("dark", "")
	findings = append(findings, w.violations("dark: ", "document", contrast)...)
	w.media("light", "")
	for _, f := range findings {
		w.t.Errorf("%s: %s", what, f)
	}
}
