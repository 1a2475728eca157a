package web

import (
	"net/http"
	"slices"

	"ratable/internal/access"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Desks: who may open a door. The verbs behind it check again.
var (
	anybody  []access.Role // nobody needs to be signed in
	staff    = []access.Role{access.Sales, access.Finance, access.Accountant, access.Support, access.Product, access.Admin}
	sellers  = []access.Role{access.Sales, access.Finance}
	noticers = []access.Role{access.Sales, access.Finance, access.Support}
	rulers   = []access.Role{access.Finance, access.Admin}
	deciders = []access.Role{access.Finance, access.Accountant}
	admins   = []access.Role{access.Admin}
	// whoever prepares a change of the catalog, and another of them approves it
	catalogers = []access.Role{access.Product, access.Finance}
	books      = deciders // the ledger, revenue, runs
	billers    = []access.Role{access.Finance}
	closers    = []access.Role{access.Accountant}
	helpers    = []access.Role{access.Finance, access.Accountant, access.Support}
	granters   = []access.Role{access.Finance, access.Support}
	meterers   = []access.Role{access.Finance, access.Product, access.Support}
	auditors   = []access.Role{access.Finance, access.Accountant, access.Admin}
	dealers    = []access.Role{access.Sales, access.Finance, access.Accountant}
	givers     = []access.Role{access.Finance, access.Product}
	drawers    = []access.Role{access.Accountant, access.Auditor}
	witnesses  = []access.Role{access.Finance, access.Accountant, access.Auditor}
	payers     = []access.Role{access.Customer} // each handler besides: of their own papers only
	everyone   = access.Roles
)

// route is an address, who may open it and what answers.
type route struct {
	method, path string
	roles        []access.Role
	handle       handler
}

// routes is every page and every form there is: first what sells, then what asks for money, then what keeps the books.
func (s *Server) routes() []route {
	return readers(slices.Concat(salesRoutes(), judgmentRoutes(), subscriptionRoutes(), catalogRoutes(), billingRoutes(), behindRoutes(), intakeRoutes(), correctionRoutes(), bookRoutes(), openingRoutes(), onboardingRoutes(), journalRoutes(), reportRoutes(), evidenceRoutes(), privacyRoutes(), myRoutes(), spendRoutes(), webhookRoutes(), entitlementRoutes(), developerRoutes()))
}

func salesRoutes() []route {
	return []route{
		{get, "/login", anybody, (*visit).loginForm},
		{post, "/login", anybody, (*visit).login},
		{post, "/logout", anybody, (*visit).logout},

		{get, "/", everyone, (*visit).home},
		{get, "/search", staff, (*visit).search},
		{get, "/approvals", staff, (*visit).approvals},
		{get, "/customers", staff, (*visit).customers},
		{get, "/customers/:id", staff, (*visit).customer},
		{get, "/customers/:id/hold", noticers, (*visit).holdForm},
		{post, "/customers/:id/hold", noticers, (*visit).placeHold},
		{get, "/customers/:id/merge", billers, (*visit).mergeForm},
		{post, "/customers/:id/merge", billers, (*visit).merge},
		{post, "/customers/:id/unmerge", billers, (*visit).unmerge},
		{post, "/customers/:id/own-invoice", billers, (*visit).ownInvoice},
		{get, "/holds", staff, (*visit).holds},
		{post, "/holds/:account/:id/release", billers, (*visit).releaseHold},
		{get, "/contracts", staff, (*visit).contracts},
		{get, "/contracts/new", sellers, (*visit).newContract},
		{post, "/contracts/new", sellers, (*visit).enterNew},
		{post, "/contracts/preview", sellers, (*visit).previewTyped},
		{get, "/contracts/parties", sellers, (*visit).suggestParties},
		{get, "/contracts/document", sellers, (*visit).documentForm},
		{post, "/contracts/document", sellers, (*visit).enterDocument},
		{get, "/contracts/:number", staff, (*visit).contract},
		{get, "/contracts/:number/amend", sellers, (*visit).amendContract},
		{post, "/contracts/:number/amend", sellers, (*visit).enterAmendment},
		{get, "/contracts/:number/outlook", staff, (*visit).contractOutlook},
		{get, "/contracts/:number/document", staff, (*visit).contractDocument},
		{get, "/contracts/:number/history", staff, (*visit).contractHistory},
		{get, "/contracts/:number/extend", sellers, reviseForm("extend")},
		{post, "/contracts/:number/extend", sellers, revise("extend")},
		{get, "/contracts/:number/blend", sellers, reviseForm("blend")},
		{post, "/contracts/:number/blend", sellers, revise("blend")},
		{get, "/contracts/:number/renew", sellers, reviseForm("renew")},
		{post, "/contracts/:number/renew", sellers, revise("renew")},
		{get, "/contracts/:number/terminate", sellers, reviseForm("terminate")},
		{post, "/contracts/:number/terminate", sellers, revise("terminate")},
		{get, "/contracts/:number/payer", billers, (*visit).payerForm},
		{post, "/contracts/:number/payer", billers, (*visit).changePayer},
		{get, "/contracts/:number/notice", noticers, (*visit).noticeForm},
		{post, "/contracts/:number/notice", noticers, (*visit).giveNotice},
		{get, "/contracts/:number/deliver", sellers, (*visit).deliverForm},
		{post, "/contracts/:number/deliver", sellers, (*visit).deliver},
		{get, "/contracts/:number/attach", sellers, (*visit).attachForm},
		{post, "/contracts/:number/attach", sellers, (*visit).attach},
		{get, "/contracts/:number/files/:file", staff, (*visit).contractFile},
		{post, "/contracts/:number/submit", sellers, (*visit).submitContract},
		{post, "/contracts/:number/approve", deciders, (*visit).approveContract},
		{post, "/contracts/:number/reject", deciders, (*visit).rejectContract},

		{get, "/settings/approval-rules", staff, (*visit).rules},
		{get, "/settings/approval-rules/:kind", rulers, (*visit).ruleForm},
		{post, "/settings/approval-rules/:kind", rulers, (*visit).changeRule},
		{post, "/settings/approval-rules/:kind/approve", deciders, (*visit).approveRule},
		{post, "/settings/approval-rules/:kind/reject", deciders, (*visit).rejectRule},

		{get, "/programmes", staff, (*visit).programmes},
		{post, "/programmes", givers, (*visit).addProgramme},
		{get, "/programmes/:code", staff, (*visit).programme},
		{post, "/programmes/:code", givers, (*visit).reviseProgramme},

		{get, "/partners", dealers, (*visit).partners},
		{get, "/partners/:id", dealers, (*visit).partner},
		{get, "/partners/:id/customers/:customer", dealers, (*visit).partnerCustomer},
		{post, "/partners/:id/settle", deciders, (*visit).settlePartner},

		{get, "/users", admins, (*visit).users},
		{post, "/users", admins, (*visit).addUser},
		{post, "/users/:id/disable", admins, (*visit).disableUser},
		{post, "/users/:id/enable", admins, (*visit).enableUser},
	}
}

func subscriptionRoutes() []route {
	return []route{
		{get, "/subscriptions", staff, (*visit).subscriptions},
		{get, "/subscriptions/new", noticers, (*visit).subscribeForm},
		{post, "/subscriptions/new", noticers, (*visit).subscribe},
		{get, "/subscriptions/plans/:code/migrate", catalogers, (*visit).migrateForm},
		{post, "/subscriptions/plans/:code/migrate", catalogers, (*visit).migrate},
		{get, "/contracts/:number/change", noticers, (*visit).changeForm},
		{post, "/contracts/:number/change", noticers, (*visit).change},
		{get, "/screening", auditors, (*visit).screening},
		{get, "/screening/:id", auditors, (*visit).match},
		{post, "/screening/:id", rulers, (*visit).decideMatch},
	}
}

func catalogRoutes() []route {
	return []route{
		{get, "/catalog", staff, (*visit).catalogPage},
		{get, "/catalog/standalone-prices", staff, (*visit).standalonePrices},
		{get, "/catalog/document", staff, (*visit).downloadCatalog},
		{get, "/catalog/upload", catalogers, (*visit).uploadForm},
		{post, "/catalog/upload", catalogers, (*visit).uploadCatalog},
		{post, "/catalog/preview", catalogers, (*visit).previewCatalog},
		{get, "/catalog/new/product", catalogers, (*visit).newProduct},
		{post, "/catalog/new/product", catalogers, (*visit).enterProduct},
		{get, "/catalog/new/plan", catalogers, (*visit).newPlan},
		{post, "/catalog/new/plan", catalogers, (*visit).enterPlan},
		{get, "/catalog/new/meter", catalogers, (*visit).newMeter},
		{post, "/catalog/new/meter", catalogers, (*visit).enterMeter},
		{get, "/catalog/products/:code", staff, (*visit).productPage},
		{get, "/catalog/products/:code/edit", catalogers, (*visit).editProduct},
		{post, "/catalog/products/:code/edit", catalogers, (*visit).enterProductEdit},
		{get, "/catalog/plans/:code", staff, (*visit).planPage},
		{get, "/catalog/plans/:code/edit", catalogers, (*visit).editPlan},
		{post, "/catalog/plans/:code/edit", catalogers, (*visit).enterPlanEdit},
		{get, "/catalog/meters/:code", staff, (*visit).meterPage},
		{get, "/catalog/changes/:id", staff, (*visit).catalogChange},
		{post, "/catalog/changes/:id/submit", catalogers, (*visit).submitChange},
		{post, "/catalog/changes/:id/approve", catalogers, (*visit).approveChange},
		{post, "/catalog/changes/:id/reject", catalogers, (*visit).rejectChange},
	}
}

func billingRoutes() []route {
	return []route{
		{get, "/invoices", staff, (*visit).invoices},
		{get, "/invoices/:number", staff, (*visit).invoice},
		{get, "/invoices/:number/pdf", staff, (*visit).invoicePDF},
		{post, "/invoices/:number/send", helpers, (*visit).sendInvoice},
		{get, "/invoices/:number/void", billers, (*visit).voidForm},
		{post, "/invoices/:number/void", billers, (*visit).voidInvoice},
		{get, "/invoices/:number/write-off", books, (*visit).writeOffForm},
		{post, "/invoices/:number/write-off", books, (*visit).writeOffInvoice},
		{get, "/invoices/:number/reinstate", books, (*visit).reinstateForm},
		{post, "/invoices/:number/reinstate", books, (*visit).reinstateInvoice},
		{post, "/payments/:id/fee", books, (*visit).feeReceipt},
		{post, "/payments/:id/dispute", books, (*visit).disputeReceipt},
		{post, "/payments/:id/dispute/decide", books, (*visit).decideDispute},
		{get, "/invoices/:number/credit", granters, (*visit).creditForm},
		{post, "/invoices/:number/credit", granters, (*visit).creditInvoice},
		{post, "/invoices/:number/credit/decline", billers, (*visit).declineCredit},
		{post, "/invoices/:number/release", books, (*visit).releaseInvoice},

		{get, "/payments", helpers, (*visit).payments},
		{get, "/payments/ageing", helpers, (*visit).ageing},
		{get, "/payments/new", books, (*visit).receiptForm},
		{post, "/payments/new", books, (*visit).recordReceipt},
		{get, "/payments/statement", books, (*visit).statementForm},
		{post, "/payments/statement", books, (*visit).importStatement},
		{get, "/payments/:id", helpers, (*visit).receipt},
		{post, "/payments/:id/apply", books, (*visit).applyReceipt},
		{post, "/payments/:id/unapply", books, (*visit).unapplyReceipt},
		{post, "/payments/:id/refund", books, (*visit).refundReceipt},

		{get, "/outbox", helpers, (*visit).outbox},
		{get, "/outbox/:id", helpers, (*visit).message},
		{get, "/outbox/:id/attachments/:position", helpers, (*visit).attachment},
		{post, "/outbox/:id/requeue", helpers, (*visit).requeue},
	}
}

func bookRoutes() []route {
	return []route{
		{get, "/ledger", books, (*visit).trialBalance},
		{get, "/ledger/postings", books, (*visit).postings},
		{get, "/ledger/entries", books, (*visit).entries},
		{get, "/ledger/entries/:account/:seq", books, (*visit).entry},
		{get, "/ledger/exchange", books, (*visit).exchange},
		{post, "/ledger/exchange", closers, (*visit).remeasure},
		{get, "/ledger/export", books, (*visit).exportLedger},
		{get, "/imports", books, (*visit).imports},
		{get, "/imports/rows", books, (*visit).importRows},
		{get, "/imports/new", books, (*visit).importForm},
		{post, "/imports/new", books, (*visit).importBilling},
		{get, "/settings/accounting-policies", books, (*visit).policies},
		{get, "/settings/accounting-policies/change", books, (*visit).policyForm},
		{post, "/settings/accounting-policies/change", books, (*visit).changePolicy},
		{get, "/settings/accounting-policies/:entity/:book/:number", books, (*visit).policy},
		{post, "/settings/accounting-policies/:entity/:book/:number/approve", books, (*visit).approvePolicy},
		{post, "/settings/accounting-policies/:entity/:book/:number/reject", books, (*visit).rejectPolicy},
		{get, "/settings/rates", books, (*visit).rates},
		{get, "/settings/rates/import", books, (*visit).ratesForm},
		{post, "/settings/rates/import", books, (*visit).importRates},
		{get, "/exports", books, (*visit).exportList},
		{get, "/exports/new", books, (*visit).newExport},
		{post, "/exports/new", books, (*visit).prepareExport},
		{get, "/exports/mapping", books, (*visit).mapping},
		{get, "/exports/mapping/change", books, (*visit).mappingForm},
		{post, "/exports/mapping/change", books, (*visit).changeMapping},
		{get, "/exports/mapping/changes/:id", books, (*visit).mappingChange},
		{post, "/exports/mapping/changes/:id/approve", books, (*visit).approveMapping},
		{post, "/exports/mapping/changes/:id/reject", books, (*visit).rejectMapping},
		{get, "/exports/:id", books, (*visit).exportBatch},
		{post, "/exports/:id/download", books, (*visit).downloadExport},
		{post, "/exports/:id/acknowledge", books, (*visit).acknowledgeExport},
		{post, "/exports/:id/reject", books, (*visit).rejectExport},
		{get, "/revenue", books, (*visit).waterfall},
		{get, "/revenue/cells/:billed/:earned", books, (*visit).waterfallCell},
		{get, "/revenue/deferred", books, (*visit).deferred},
		{get, "/revenue/obligations", books, (*visit).obligations},
		{get, "/revenue/contracts/:number", books, (*visit).schedule},
		{get, "/revenue/contracts/:number/lines/:line/months/:month", books, (*visit).why},
		{get, "/reconciliations", books, (*visit).reconciliations},
		{get, "/reconciliations/load", books, (*visit).sourceForm},
		{post, "/reconciliations/load", books, (*visit).loadSource},
		{get, "/reconciliations/:code", books, (*visit).reconciliation},
		{get, "/close", books, (*visit).months},
		{post, "/close", closers, (*visit).closeMonth},
		{get, "/close/checklist", books, (*visit).checklist},
		{get, "/close/known", books, (*visit).knownAt},
		{post, "/close/open", closers, (*visit).openMonth},
		{post, "/close/soft", closers, (*visit).softCloseMonth},
		{post, "/close/lift", closers, (*visit).liftMonth},
		{post, "/close/catch-up", closers, (*visit).catchUp},
		{post, "/close/due", closers, (*visit).dueMonth},
		{post, "/close/reopen", closers, (*visit).reopenMonth},
		{post, "/close/reopen/decide", deciders, (*visit).decideReopen},

		{get, "/runs", auditors, (*visit).runs},
		{get, "/runs/new", books, (*visit).runForm},
		{post, "/runs", books, (*visit).startRun},
		{get, "/runs/invoices", books, (*visit).invoiceRuns},
		{get, "/runs/invoices/:day", books, (*visit).invoiceRun},
		{post, "/runs/invoices/:day/release", billers, (*visit).releaseRun},
		{post, "/runs/invoices/:day/retry", billers, (*visit).retryRun},
		{get, "/runs/:id", auditors, (*visit).jobRun},
		{get, "/usage", staff, (*visit).usage},
		{get, "/usage/customers/:id", staff, (*visit).customerUsage},
		{get, "/usage/customers/:id/events", staff, (*visit).dayEvents},
		{get, "/audit", auditors, (*visit).audit},
	}
}

// evidenceRoutes are the auditor's own room; what else an auditor reads is in readers.
func evidenceRoutes() []route {
	return []route{
		{get, "/evidence", witnesses, (*visit).samples},
		{get, "/evidence/new", drawers, (*visit).sampleForm},
		{post, "/evidence/new", drawers, (*visit).drawSample},
		{get, "/evidence/examples", witnesses, (*visit).worked},
		{get, "/evidence/examples/:id", witnesses, (*visit).workedCase},
		{get, "/evidence/:id", witnesses, (*visit).sample},
		{get, "/evidence/entries/:account/:seq", witnesses, (*visit).evidencePack},
	}
}

// myRoutes are a customer's own rooms. No address names a customer: whose papers they are comes from the sign-in.
func myRoutes() []route {
	return []route{
		{get, "/my", payers, (*visit).myHome},
		{get, "/my/invoices", payers, (*visit).myInvoices},
		{get, "/my/invoices/:number", payers, (*visit).myInvoice},
		{get, "/my/invoices/:number/pdf", payers, (*visit).myPDF},
		{get, "/my/payments", payers, (*visit).myPayments},
		{get, "/my/payments/:id", payers, (*visit).myPayment},
		{get, "/my/usage", payers, (*visit).myUsage},
		{get, "/my/plan", payers, (*visit).myPlan},
		{get, "/my/plan/:contract", payers, (*visit).myChangeForm},
		{post, "/my/plan/:contract", payers, (*visit).myChange},
	}
}
