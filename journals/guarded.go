package journals

import (
	"ratable/internal/fault"
	"ratable/ledger"
)

// guarded are the accounts whose balance a sub-ledger proves item by item (package reconcile): receivables by document,
// deferred and unbilled by contract line, costs by contract, charges between entities by pair. A journal by hand would be
// an item that none of them knows, so each is refused with the verb that moves account and sub-ledger together. Cash and
// tax may be booked by hand: reconciliations set approved journals beside them.
var guarded = map[ledger.Account]string{
	ledger.AccountsReceivable:      "an invoice, a credit note, a void or a payment moves it",
	ledger.ContraAR:                "a credit note moves it",
	ledger.DisputesReceivable:      "the dispute of a payment moves it",
	ledger.UnbilledReceivable:      "usage, a correction of it or an invoice moves it",
	ledger.ContractAsset:           "an assessment of the contract moves it",
	ledger.DeferredRevenue:         "an invoice, a credit note, a concession or an amendment of the contract moves it",
	ledger.ContractLiability:       "an assessment of the contract moves it",
	ledger.AdjustmentLiability:     "an assessment of the contract moves it",
	ledger.RefundLiability:         "an assessment of the contract moves it",
	ledger.FinancingLiability:      "an assessment of the contract moves it",
	ledger.CustomerBalance:         "a payment, its application or its refund moves it",
	ledger.ExternalCustomerBalance: "a payment, its application or its refund moves it",
	ledger.CapitalizedCommission:   "a cost of the contract moves it (Revenue, Contract costs)",
	ledger.CapitalizedFulfilment:   "a cost of the contract moves it (Revenue, Contract costs)",
	ledger.IntercompanyReceivable:  "a rule between the two entities moves it (Journals, Intercompany)",
	ledger.IntercompanyPayable:     "a rule between the two entities moves it (Journals, Intercompany)",
	ledger.IntercompanyIncome:      "a rule between the two entities moves it (Journals, Intercompany)",
	ledger.IntercompanyCost:        "a rule between the two entities moves it (Journals, Intercompany)",
	ledger.OpeningBalance:          "the import of opening balances moves it",
}

// Guarded says what moves an account that is not booked by hand; false when it may be.
func Guarded(a ledger.Account) (instead string, is bool) {
	instead, is = guarded[a]
	return instead, is
}

// ofParty are accounts that are paid party by party, or by payroll: a line that says neither would be owed to nobody.
func ofParty(a ledger.Account) bool {
	return a == ledger.CommissionPayable || a == ledger.PayableToPrincipal
}

// Free lists the accounts that may be booked by hand.
func Free() []ledger.Info {
	var out []ledger.Info
	for _, i := range ledger.Chart {
		if _, is := guarded[i.Account]; !is {
			out = append(out, i)
		}
	}
	return out
}

// guard refuses a line on an account that is not booked by hand.
func guard(path string, l Line) []fault.Field {
	info := l.Account.Info()
	if instead, is := Guarded(l.Account); is {
		return []fault.Field{{Path: path, Value: info.Code, Message: "is proved by a sub-ledger and not booked by hand; " + instead}}
	}
	if l.Contract != 0 && (l.Account.Earns() || l.Account == ledger.PayableToPrincipal) {
		return []fault.Field{{Path: path, Value: info.Code, Message: "of a contract line is proved by its schedule: a concession, an amendment or an assessment of the contract moves it; what is of no line names no contract"}}
	}
	if ofParty(l.Account) && l.Customer == 0 && l.Document == "" {
		return []fault.Field{{Path: path, Value: info.Code, Message: "is owed to somebody: name the partner or supplier as the customer, or the payroll run or paper as the document"}}
	}
	return nil
}
