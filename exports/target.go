package exports

import (
	"ratable/internal/fault"
)

// Target is a program that imports journals, or a format that any may read.
type Target string

// The targets there are.
const (
	QuickBooks Target = "quickbooks"
	Xero       Target = "xero"
	NetSuite   Target = "netsuite"
	Intacct    Target = "intacct"
	SAP        Target = "sap"
	CSV        Target = "csv"
	JSONLines  Target = "jsonl"
	XLSX       Target = "xlsx"
	Hledger    Target = "hledger"
	Ledger     Target = "ledger"
	Beancount  Target = "beancount"
)

// Spec is what a target takes. A limit of 0 is none.
type Spec struct {
	Target Target
	Name   string // as its maker writes it
	Ext    string // of its files
	Media  string // MIME type

	FileLines    int       // postings in a file
	JournalLines int       // postings in a journal
	IDLength     int       // characters of a journal's number
	MemoLength   int       // of a journal's description; longer ones are cut
	LineLength   int       // of a line's description; longer ones are cut
	Refuses      []Control // accounts that its journals cannot touch
	NamesParty   bool      // a line on receivables or payables must name the customer
	OneControl   bool      // a journal has one line on receivables or payables
	OwnCurrency  bool      // journals are in the entity's functional currency only
	Functional   bool      // lines carry what they come to in the entity's currency beside their amount
	AsksRate     bool      // a foreign currency needs a rate, which the file carries
	AsksDates    bool      // reads days by a setting chosen at import
	CodeLength   int       // characters of our entity's code
	Excel        bool      // people open it in a spreadsheet, so the mark for UTF-8 is offered
}

// Specs are the targets in the order pages show them. Where a limit comes from: Intuit's, Xero's, Sage's, Oracle's and
// SAP's help pages as read in 2026; QuickBooks' rows are reported as about 1,000, hence 900.
var Specs = []Spec{
	{Target: QuickBooks, Name: "QuickBooks Online", Ext: "csv", Media: csvMedia, FileLines: 900, IDLength: 21, NamesParty: true, OneControl: true, AsksRate: true, AsksDates: true, Excel: true},
	{Target: Xero, Name: "Xero", Ext: "csv", Media: csvMedia, FileLines: 300, JournalLines: 300, Refuses: []Control{Receivable, Payable, Bank}, OwnCurrency: true, AsksDates: true, Excel: true},
	{Target: NetSuite, Name: "NetSuite", Ext: "csv", Media: csvMedia, FileLines: 25_000, JournalLines: 10_000, NamesParty: true, AsksRate: true, AsksDates: true, Excel: true},
	{Target: Intacct, Name: "Sage Intacct", Ext: "csv", Media: csvMedia, MemoLength: 80, NamesParty: true, AsksRate: true, AsksDates: true, Excel: true},
	{Target: SAP, Name: "SAP S/4HANA upload", Ext: "csv", Media: csvMedia, JournalLines: 999, IDLength: 16, MemoLength: 25, LineLength: 50, Functional: true, AsksRate: true, AsksDates: true, CodeLength: 4, Excel: true},
	{Target: CSV, Name: "Generic CSV", Ext: "csv", Media: csvMedia, Functional: true, Excel: true},
	{Target: JSONLines, Name: "JSON Lines", Ext: "jsonl", Media: "application/jsonl", Functional: true},
	{Target: XLSX, Name: "Excel workbook", Ext: "xlsx", Media: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", FileLines: 1_000_000, Functional: true},
	{Target: Hledger, Name: "hledger", Ext: "journal", Media: textMedia},
	{Target: Ledger, Name: "Ledger", Ext: "ledger", Media: textMedia},
	{Target: Beancount, Name: "Beancount", Ext: "beancount", Media: textMedia},
}

const (
	csvMedia  = "text/csv; charset=utf-8"
	textMedia = "text/plain; charset=utf-8"
)

// Spec looks a target up; asking for one that does not exist panics (see ParseTarget).
func (t Target) Spec() Spec {
	for _, s := range Specs {
		if s.Target == t {
			return s
		}
	}
	panic("there is no target " + string(t))
}

// ParseTarget reads a target's name.
func ParseTarget(s string) (Target, error) {
	for _, spec := range Specs {
		if string(spec.Target) == s {
			return spec.Target, nil
		}
	}
	return "", fault.InvalidFields(fault.Field{Path: "target", Value: fault.Shown(s), Message: "is none of quickbooks, xero, netsuite, intacct, sap, csv, jsonl, xlsx, hledger, ledger, beancount"})
}

// ParseLevel reads a level; empty is detailed.
func ParseLevel(s string) (Level, error) {
	switch Level(s) {
	case "", Detailed:
		return Detailed, nil
	case Summarized:
		return Summarized, nil
	}
	return "", fault.InvalidFields(fault.Field{Path: "level", Value: fault.Shown(s), Message: "is detailed or summarized"})
}
