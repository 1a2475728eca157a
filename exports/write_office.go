package exports

import (
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// writeQuickBooks writes QuickBooks Online's journal entries: rows with one number are one entry; accounts go by name,
// "Parent:Sub"; debits and credits are positive, in their columns.
func writeQuickBooks(journals []Journal, o Options) ([]byte, error) {
	t := newTable(o, "Journal No.", "Journal Date", "Account Name", "Description", "Debits", "Credits", "Name", "Currency", "Exchange rate", "Class", "Location")
	for _, j := range journals {
		for _, l := range j.Lines {
			debit, credit := sides(l.Amount)
			t.row(guard(j.ID), o.Dates.write(j.On), guard(l.GL.Name), guard(l.Memo), debit, credit, guard(l.Customer.Name), string(j.Currency), rate(j.Rate), guard(l.GL.Class), guard(l.GL.Location))
		}
	}
	return t.bytes()
}

// writeXero writes manual journals: rows with one narration and day are one journal, so the number stands in the
// narration; amounts are signed, a credit negative.
func writeXero(journals []Journal, o Options) ([]byte, error) {
	t := newTable(o, "*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount", "TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2")
	for _, j := range journals {
		for _, l := range j.Lines {
			t.row(guard(j.ID+" "+j.Memo), o.Dates.write(j.On), guard(lineText(l)), guard(l.GL.Code), guard(o.TaxRate), l.Amount.String(),
				ifSet(l.GL.Class, "Class"), guard(l.GL.Class), ifSet(l.GL.Department, "Department"), guard(l.GL.Department))
		}
	}
	return t.bytes()
}

// lineText says whose posting it is, in a format without columns for that.
func lineText(l Line) string {
	return strings.Join(slices.DeleteFunc([]string{l.Customer.Name, contractLine(l), l.Document}, func(s string) bool { return s == "" }), ", ")
}

func contractLine(l Line) string {
	return strings.TrimSuffix(l.Contract+"/"+l.ContractLine, "/")
}

func ifSet(value, name string) string {
	if value == "" {
		return ""
	}
	return name
}

// writeNetSuite writes columns for the Import Assistant: the external id is on every line, and lines of a journal stand
// together.
func writeNetSuite(journals []Journal, o Options) ([]byte, error) {
	t := newTable(o, "External ID", "Entry No.", "Date", "Posting Period", "Subsidiary", "Currency", "Exchange Rate", "Memo", "Approved", "Reversal Date",
		"Account", "Debit", "Credit", "Line Memo", "Name", "Department", "Class", "Location")
	for _, j := range journals {
		for _, l := range j.Lines {
			debit, credit := sides(l.Amount)
			t.row(guard(j.ID), guard(j.ID), o.Dates.write(j.On), j.Month.Format("Jan 2006"), guard(j.Entity.Name), string(j.Currency), rate(j.Rate), guard(j.Memo), "F", "",
				guard(l.GL.Code), debit, credit, guard(lineText(l)), guard(l.Customer.Name), guard(l.GL.Department), guard(l.GL.Class), guard(l.GL.Location))
		}
	}
	return t.bytes()
}

// intacctColumns are the template's. Those of a journal are filled on its first line only; LINE_NO 1 begins the next.
var intacctColumns = []string{"DONOTIMPORT", "JOURNAL", "DATE", "REVERSEDATE", "DESCRIPTION", "REFERENCE_NO", "LINE_NO", "ACCT_NO", "LOCATION_ID", "DEPT_ID", "DOCUMENT", "MEMO",
	"DEBIT", "CREDIT", "SOURCEENTITY", "CURRENCY", "EXCH_RATE_DATE", "EXCH_RATE_TYPE_ID", "EXCHANGE_RATE", "STATE", "ALLOCATION_ID", "BILLABLE", "RPESENTRY",
	"GLENTRY_CUSTOMERID", "GLENTRY_VENDORID", "GLENTRY_ITEMID", "GLENTRY_CLASSID", "GLENTRY_PROJECTID", "GLENTRY_EMPLOYEEID"}

func writeIntacct(journals []Journal, o Options) ([]byte, error) {
	t := newTable(o, intacctColumns...)
	limits := Intacct.Spec()
	for _, j := range journals {
		for i, l := range j.Lines {
			debit, credit := sides(l.Amount)
			head := make([]string, 6)
			state := ""
			if i == 0 {
				head, state = []string{"", guard(o.Journal), o.Dates.write(j.On), "", guard(cut(j.Memo, limits.MemoLength)), guard(j.ID)}, "Draft"
			}
			place := l.GL.Location
			if place == "" {
				place = strings.ToUpper(j.Entity.Code)
			}
			row := slices.Concat(head, []string{strconv.Itoa(i + 1), guard(l.GL.Code), guard(place), guard(l.GL.Department), guard(l.Document), guard(l.Memo), debit, credit, "",
				string(j.Currency), o.Dates.write(j.On), "", rate(j.Rate), state, "", "", "", guard(l.Customer.ExternalID), "", guard(l.Product), guard(l.GL.Class), "", ""})
			t.row(row...)
		}
	}
	return t.bytes()
}

// writeSAP writes the columns of "Upload General Journal Entries" (F2548), the header's repeated on every line. The
// assignment keeps the way back: the document, else the contract line.
func writeSAP(journals []Journal, o Options) ([]byte, error) {
	t := newTable(o, "Batch ID", "Company Code", "Journal Entry Type", "Journal Entry Date", "Posting Date", "Fiscal Period", "Transaction Currency", "Exchange Rate", "Translation Date",
		"Reference", "Header Text", "Ledger Group", "Line", "G/L Account", "Item Text", "Debit", "Credit", "Debit in Company Code Currency", "Credit in Company Code Currency",
		"Tax Code", "Cost Center", "Profit Center", "WBS Element", "Segment", "Assignment", "Trading Partner")
	limits := SAP.Spec()
	for n, j := range journals {
		for i, l := range j.Lines {
			debit, credit := sides(l.Amount)
			homeDebit, homeCredit := sides(l.Functional)
			assignment := l.Document
			if assignment == "" {
				assignment = contractLine(l)
			}
			on := o.Dates.write(j.On)
			t.row(strconv.Itoa(n+1), guard(strings.ToUpper(j.Entity.Code)), guard(o.Journal), on, on, strconv.Itoa(int(j.Month.Month())), string(j.Currency), rate(j.Rate), on,
				guard(j.ID), guard(cut(j.Memo, limits.MemoLength)), "", strconv.Itoa(i+1), guard(l.GL.Code), guard(cut(l.Memo, limits.LineLength)), debit, credit, homeDebit, homeCredit,
				"", guard(l.GL.Department), guard(l.GL.Class), "", guard(l.GL.Location), guard(cut(assignment, 18)), "")
		}
	}
	return t.bytes()
}

// rate is empty when it is not known.
func rate(r decimal.Decimal) string {
	if r.IsZero() {
		return ""
	}
	return r.String()
}
