package examples

import "ratable/ledger"

// choicesOf are the words of cases for the policies of the ledger, by key.
var choicesOf = map[string]map[string]func(*ledger.Policy){
	"void_presentation":        presentations(func(p *ledger.Policy) *ledger.Presentation { return &p.Voids }),
	"refund_presentation":      presentations(func(p *ledger.Policy) *ledger.Presentation { return &p.Refunds }),
	"credit_note_presentation": presentations(func(p *ledger.Policy) *ledger.Presentation { return &p.Credits }),
	"credit_presentation":      presentations(func(p *ledger.Policy) *ledger.Presentation { return &p.Credits }),
	"credit_policy":            splits, "credit_note_policy": splits, "credit_split": splits, "credit_treatment": splits, "credit_note_treatment": splits,
	"contract_account": {
		"single":                func(p *ledger.Policy) { p.Contract = ledger.OneAccount },
		"one_contract_account":  func(p *ledger.Policy) { p.Contract = ledger.OneAccount },
		"two_accounts":          func(p *ledger.Policy) { p.Contract = ledger.TwoLedgers },
		"deferred_and_unbilled": func(p *ledger.Policy) { p.Contract = ledger.TwoLedgers },
	},
	"bad_debt_presentation": {
		"expense":        func(p *ledger.Policy) { p.BadDebt = ledger.CreditLoss },
		"contra_revenue": func(p *ledger.Policy) { p.BadDebt = ledger.PriceConcession },
	},
	"dispute_policy": {
		"park_as_receivable": func(p *ledger.Policy) { p.Disputes = ledger.ParkAsReceivable },
		"as_refund":          func(p *ledger.Policy) { p.Disputes = ledger.AsRefund },
		"like_refund":        func(p *ledger.Policy) { p.Disputes = ledger.AsRefund },
		"contra_revenue":     func(p *ledger.Policy) { p.Disputes = ledger.AsRefund },
	},
	"breakage_policy": {
		"remote_until_expiry": func(p *ledger.Policy) { p.Breakage = ledger.AtExpiry },
		"proportional":        func(p *ledger.Policy) { p.Breakage = ledger.InPattern },
	},
	"gross_up": {
		"on_invoice":              func(p *ledger.Policy) { p.GrossUp = ledger.OnInvoice },
		"on_due_or_service_start": func(p *ledger.Policy) { p.GrossUp = ledger.OnDueOrService },
	},
	"bad_debt_tax_relief":     yesNo(func(p *ledger.Policy) *ledger.YesNo { return &p.BadDebtTax }),
	"right_to_bill":           yesNo(func(p *ledger.Policy) *ledger.YesNo { return &p.RightToBill }),
	"month_end_remeasurement": yesNo(func(p *ledger.Policy) *ledger.YesNo { return &p.Remeasure }),
	"catch_up": {
		"true":  func(p *ledger.Policy) { p.CatchUp = ledger.InMonthOfChange },
		"false": func(p *ledger.Policy) { p.CatchUp = ledger.InAttributed },
	},
}

// splitOf are the same words on a credit of its own: the policy may differ by its reason.
var splitOf = map[string]ledger.CreditSplit{"": "", "proportional": ledger.Proportional, "deferred_first": ledger.DeferredFirst,
	"recognized_first": ledger.RecognizedFirst, "recognised_first": ledger.RecognizedFirst}

var splits = map[string]func(*ledger.Policy){
	"proportional":     func(p *ledger.Policy) { p.CreditSplit = ledger.Proportional },
	"deferred_first":   func(p *ledger.Policy) { p.CreditSplit = ledger.DeferredFirst },
	"recognized_first": func(p *ledger.Policy) { p.CreditSplit = ledger.RecognizedFirst },
	"recognised_first": func(p *ledger.Policy) { p.CreditSplit = ledger.RecognizedFirst },
}

func presentations(of func(*ledger.Policy) *ledger.Presentation) map[string]func(*ledger.Policy) {
	reduce, contra := func(p *ledger.Policy) { *of(p) = ledger.ReduceRevenue }, func(p *ledger.Policy) { *of(p) = ledger.ContraAccount }
	return map[string]func(*ledger.Policy){"reverse_revenue": reduce, "reduce_revenue": reduce, "contra_revenue": contra, "contra_account": contra}
}

func yesNo(of func(*ledger.Policy) *ledger.YesNo) map[string]func(*ledger.Policy) {
	return map[string]func(*ledger.Policy){"true": func(p *ledger.Policy) { *of(p) = ledger.Yes }, "false": func(p *ledger.Policy) { *of(p) = ledger.No }}
}

var switches = map[string]string{"on": "true", "off": "false", "yes": "true", "no": "false"}

// policyOf is by what a case is booked. What it does not say is as billing systems publish it: accounts of their own for what
// is taken back, in proportion, disputes like refunds, everything on its day.
func policyOf(f *facts) ledger.Policy {
	p := ledger.DefaultPolicy()
	p.CreditSplit, p.Credits, p.Voids, p.Refunds = ledger.Proportional, ledger.ContraAccount, ledger.ContraAccount, ledger.ContraAccount
	p.BadDebt, p.BadDebtTax, p.Disputes, p.BreakageTo = ledger.PriceConcession, ledger.Yes, ledger.AsRefund, ledger.OwnAccount
	p.NegativeUsage, p.RecognitionDay = ledger.ToContraAR, ledger.OnTheDay
	for _, key := range f.keys {
		words, known := choicesOf[key]
		if !known {
			continue
		}
		choose, known := words[f.text(key)]
		if !known { // a switch
			choose, known = words[switches[f.text(key)]]
		}
		if !known {
			refuse("%s: %s", key, f.text(key))
		}
		choose(&p)
	}
	return p
}
