package payments

import "ratable/ledger"

// Allot says what a new receipt pays, given its account's open invoices: its
// wishes, else what Match finds. Record stores the outcome; simulate keeps it in
// memory.
func (r Receipt) Allot(open []OpenInvoice, months *ledger.Months) ([]Application, error) {
	return r.allot(open, months)
}
