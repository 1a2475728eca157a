package web

import (
	"net/url"
	"strconv"
	"strings"

	"ratable/catalog"
	"ratable/closing"
	"ratable/contracts"
	"ratable/exports"
	"ratable/internal/access"
	"ratable/invoicing"
	"ratable/journals"
	"ratable/ledger"
	"ratable/privacy"
	"ratable/revrec/cost"
	"ratable/web/ui"
)

// deeds says in words what an audited action was; an action that is not listed is shown by its name.
var deeds = map[string]string{
	"contract.prepare":   "Contract %s entered",
	"contract.credit":    "Credit granted on contract %s",
	"contract.renew":     "%s renewed by itself",
	"contract.attach":    "File attached to %s",
	"contract.notice":    "Notice recorded on contract %s",
	"contract.deliver":   "Milestone delivered under contract %s",
	"approval.requested": "Approval of %s requested",
	"approval.approved":  "%s approved",
	"approval.rejected":  "%s sent back",
	"customer.create":    "Customer %s created",
	"customer.amend":     "Customer %s changed",
	"invoice.issue":      "Invoice %s issued",
	"invoice.void":       "Invoice %s voided",
	"credit_note.issue":  "Credit note %s issued",
	"receipt.record":     "Payment %s recorded",
	"receipt.apply":      "Payment %s applied",
	"revenue.recognize":  "Revenue recognized",

	"contract.withdraw_notice": "Notice on contract %s withdrawn",
	"contract.change_payer":    "Payer of contract %s changed",
	"approval_rule.propose":    "Change of %s proposed",

	"assessment.propose":          "%s proposed",
	"catalog.propose":             "%s prepared",
	"catalog.add_product_version": "Product %s has a new version",
	"catalog.add_plan_version":    "Plan %s has a new version",
	"catalog.add_meter":           "Meter %s added",

	"receipt.unapply":         "Payment %s taken back",
	"receipt.refund":          "Payment %s refunded",
	"invoice.resend":          "Invoice %s sent again",
	"credit_note.resend":      "Credit note %s sent again",
	"invoice.release":         "Overpayment of invoice %s released",
	"customer.merge":          "Customer %s merged into another",
	"customer.unmerge":        "Merge of customer %s taken back",
	"hold.place":              "Bills held",
	"hold.release":            "Held bills released",
	"account_mapping.propose": "Change of %s proposed",
	"export.prepare":          "%s prepared",
	"export.hand_over":        "%s handed over",
	"export.acknowledge":      "%s acknowledged",
	"export.reject":           "%s rejected",
	"invoice_run.release":     "Invoice run of %s released",
	"statement.import":        "Bank statement imported",
	"month.close":             "Month %s closed",
	"month.reopen":            "Month %s opened again",
	"month.open":              "Month %s opened",
	"month.soft-close":        "Month %s soft-closed",
	"month.lift":              "Soft close of month %s lifted",
	"month.ask-to-reopen":     "Asked to open month %s again",
	"month.refuse-to-reopen":  "Month %s stays closed",
	"subscription.sign_up":    "%s signed up",
	"subscription.plan":       "Plan changed: %s",
	"subscription.quantity":   "Quantity changed: %s",
	"subscription.pause":      "%s paused",
	"subscription.resume":     "%s resumed",
	"subscription.cancel":     "%s cancelled at the end of its period",
	"subscription.keep":       "Change ahead of %s withdrawn",
	"screening.import":        "Screening list %s imported",
	"screening.match":         "Possible match of %s with the screening list",
	"screening.cleared":       "Match of %s cleared",
	"screening.confirmed":     "Match of %s confirmed",
	"requeue":                 "Mail %s put back to be sent",
	"user.sign_in":            "Signed in",
}

var deedTones = map[string]ui.Tone{"approval.approved": ui.Good, "approval.rejected": ui.Bad, "approval.requested": ui.Info, "invoice.void": ui.Warn}

// trailEvent is an audit line as a timeline shows it.
func trailEvent(r access.AuditRow) ui.Event {
	subject := subjectText(r.Subject)
	what, known := deeds[r.Action]
	if !known {
		what = capital(strings.NewReplacer(".", ": ", "_", " ").Replace(r.Action)) + " %s"
	}
	return ui.Event{At: r.At, By: r.Actor.Name, What: capital(strings.Replace(what, "%s", subject, 1)), Href: subjectAddress(r.Subject), Why: r.Reason, Tone: deedTones[r.Action]}
}

// subjectText names what was acted on: "C-2026-014, version 2".
func subjectText(s access.Subject) string {
	if number, version, ok := contractVersion(s); ok {
		return number + ", version " + version
	}
	if s.Kind == "approval_rule" {
		return "the approval rule " + lowered(termOf(contracts.RuleKind(kindOfRule(s))))
	}
	if invoice, line, amount, ok := invoicing.AskedCredit(s); ok {
		return "Credit of " + amount + " on " + invoice + ", line " + line
	}
	if s.Kind == catalog.ProposalKind {
		return "Catalog change " + s.Key
	}
	if s.Kind == exports.MappingKind {
		return "the account mapping, change " + s.Key
	}
	if parts := strings.Split(s.Key, "/"); s.Kind == ledger.PolicyKind && len(parts) == 3 { // entity, book, number
		return "the accounting policy, version " + parts[2] + " for " + bookName(ledger.Book(parts[1]))
	}
	if s.Kind == "export" {
		return "Export " + s.Key
	}
	if s.Kind == closing.SubjectKind {
		return "Reopening of month " + s.Key
	}
	if s.Kind == moveKind {
		cohort, _, _ := strings.Cut(s.Key, "/")
		return "Move of cohort " + cohort
	}
	if text := bookSubjectText(s); text != "" {
		return text
	}
	return s.Key
}

// subjectAddress is the page of what was acted on; empty when it has none.
func subjectAddress(s access.Subject) string {
	if number, _, ok := contractVersion(s); ok {
		return contractAddress(number)
	}
	switch s.Kind {
	case "assessment":
		return assessmentAddress(s.Key)
	case "contract":
		return contractAddress(s.Key)
	case "invoice", "credit_note":
		return invoiceAddress(s.Key)
	case "receipt":
		return receiptAddress(s.Key)
	case "concession":
		return creditAddress(s)
	case "approval_rule":
		return "/settings/approval-rules#" + kindOfRule(s)
	case catalog.ProposalKind:
		return "/catalog/changes/" + url.PathEscape(s.Key)
	case string(catalog.ProductKind), string(catalog.PlanKind), string(catalog.MeterKind):
		return catalogAddress(catalog.Kind(s.Kind), url.PathEscape(s.Key))
	case ledger.PolicyKind:
		return policySubject(s)
	case exports.MappingKind:
		return "/exports/mapping/changes/" + url.PathEscape(s.Key)
	case "export":
		return "/exports/" + url.PathEscape(s.Key)
	case journals.Kind:
		return "/journals/" + url.PathEscape(s.Key)
	case journals.RuleSubject:
		return "/journals/rules/" + url.PathEscape(s.Key)
	case cost.SubjectKind:
		return "/revenue/costs/" + url.PathEscape(s.Key)
	case "hold":
		return "/holds"
	case "cohort", moveKind:
		cohort, _, _ := strings.Cut(s.Key, "/")
		return cohortAddress(url.PathEscape(cohort))
	case privacy.SubjectKind:
		return privacyAt + "/" + url.PathEscape(s.Key)
	case closing.SubjectKind:
		code, _, _ := strings.Cut(s.Key, "/")
		return "/close?code=" + escape(code)
	case "invoice_run":
		return "/runs/invoices/" + url.PathEscape(s.Key)
	}
	return ""
}

// contractVersion splits the key of a contract's version, "C-1/v2". A number may hold a slash itself: the last counts.
func contractVersion(s access.Subject) (number, version string, ok bool) {
	at := strings.LastIndex(s.Key, "/v")
	if s.Kind != "contract" || at < 0 {
		return "", "", false
	}
	return s.Key[:at], s.Key[at+2:], true
}

func contractAddress(number string) string { return "/contracts/" + url.PathEscape(number) }
func invoiceAddress(number string) string  { return "/invoices/" + url.PathEscape(number) }

func escape(text string) string { return url.QueryEscape(text) }

// contractKey is how a version is named as a subject.
func contractKey(number string, version int) string { return number + "/v" + strconv.Itoa(version) }

// subjectKind writes "credit_note" for people.
func subjectKind(kind string) string { return capital(strings.ReplaceAll(kind, "_", " ")) }
