package invoicing

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/ledger"
)

var feeCatalog = catalog.New([]catalog.Product{
	{ID: 1, Code: "platform", Version: 1, StartsOn: date("2020-01-01"), Name: "Platform", Recognition: catalog.Ratable},
}, nil, nil)

// billing is a contract as it becomes known, and what has been billed of it.
type billing struct {
	*testing.T
	agreement contracts.Agreement
	stood     []ledger.Stood
}

func (b *billing) agree(source string) {
	b.Helper()
	d, err := contracts.Parse([]byte("contract: C-1\nentity: rtus\ncustomer: acme\ncurrency: USD\nreason: drawn\n" + source))
	if err != nil {
		b.Fatal(err)
	}
	b.agreement.Currency = d.Money()
	b.agreement.Versions = append(b.agreement.Versions, contracts.Version{Number: len(b.agreement.Versions) + 1, EffectiveOn: d.Start(), Document: d})
}

// run bills what is due on a day, and compares it with "2026-01-01 +6000.00".
func (b *billing) run(on, want string) {
	b.Helper()
	pieces, err := contracts.Charges(b.agreement, feeCatalog, nil, date(on))
	if err != nil {
		b.Fatal(err)
	}
	var got []string
	for _, c := range Plan(Asked(pieces, b.stood, date(on)), b.stood) {
		got = append(got, fmt.Sprintf("%s %s", c.Piece.Span, c.Delta()))
		i := slices.IndexFunc(b.stood, func(s ledger.Stood) bool { return s.Span == c.Piece.Span })
		if i < 0 {
			b.stood = append(b.stood, ledger.Stood{Piece: ledger.Piece{LineKey: ledger.LineKey{Contract: 1, Line: c.Piece.Line}, Kind: string(c.Piece.Kind), Span: c.Piece.Span}, Amount: usd(0)})
			i = len(b.stood) - 1
		}
		b.stood[i].Amount, b.stood[i].Times = b.stood[i].Amount.Add(c.Delta()), b.stood[i].Times+1
	}
	if strings.Join(got, "; ") != want {
		b.Errorf("on %s %q is billed, due is %q", on, strings.Join(got, "; "), want)
	}
}

func (b *billing) installments(head, list string) {
	b.Helper()
	b.agree(head + "\nlines:\n  - {id: license, product: platform, fixed: {every: term, installments: [" + list + "]}}\n")
}

const all2026 = "term: {from: 2026-01-01, through: 2026-12-31}"

func TestInstallmentsAreBilledOnTheirDaysAndAmendedOneByOne(t *testing.T) {
	b := billing{T: t}
	b.installments(all2026, "{on: 2026-01-01, amount: 6000}, {on: 2026-07-01, amount: 6000}")
	b.run("2026-01-01", "2026-01-01..2026-01-01 6000.00")
	b.run("2026-06-30", "")
	b.installments(all2026+"\neffective: 2026-03-01", "{on: 2026-01-01, amount: 6000}, {on: 2026-04-01, amount: 500}, {on: 2026-07-01, amount: 7000}")
	b.run("2026-03-01", "")
	b.run("2026-04-01", "2026-04-01..2026-04-01 500.00")
	b.run("2026-07-01", "2026-07-01..2026-07-01 7000.00")
	// What was billed already is lowered: a credit of that installment and no other.
	b.installments(all2026+"\neffective: 2026-03-01", "{on: 2026-01-01, amount: 5500}, {on: 2026-04-01, amount: 500}, {on: 2026-07-01, amount: 7000}")
	b.run("2026-08-01", "2026-01-01..2026-01-01 -500.00")
	// One is left out.
	b.installments(all2026+"\neffective: 2026-03-01", "{on: 2026-01-01, amount: 5500}, {on: 2026-07-01, amount: 7000}")
	b.run("2026-08-02", "2026-04-01..2026-04-01 -500.00")
	b.run("2026-12-31", "")
}

func TestAnEndCreditsWhatInstallmentsPaidBeyondIt(t *testing.T) {
	list := "{on: 2025-12-01, amount: 9000}, {on: 2026-07-01, amount: 3000}"
	b := billing{T: t}
	b.installments(all2026, list)
	b.run("2025-11-30", "")
	b.run("2025-12-01", "2026-01-01..2026-01-01 9000.00")
	b.installments("term: {from: 2026-01-01, through: 2026-06-30}\neffective: 2026-06-01\nending: {cause: convenience}", list)
	b.run("2026-06-01", "2026-01-01..2026-01-01 -3049.32") // 5950.68 for 181 of 365 days of 12000
	b.run("2026-12-31", "")
}

func TestALongerTermAsksForNothingAndAShorterOneGivesBack(t *testing.T) {
	license := "\nlines:\n  - {id: license, product: platform, fixed: {quantity: 1, unit_price: 1000, every: term}}\n"
	b := billing{T: t}
	b.agree(all2026 + license)
	b.run("2026-01-01", "2026-01-01..2026-12-31 1000.00")
	b.agree("term: {from: 2026-01-01, through: 2027-12-31}\neffective: 2026-07-01" + license)
	for _, on := range []string{"2026-02-01", "2026-07-01", "2027-01-01", "2027-12-31"} {
		b.run(on, "")
	}
	b.agree("term: {from: 2026-01-01, through: 2027-06-30}\neffective: 2027-03-01" + license)
	b.run("2027-03-01", "2026-07-01..2026-12-31 -168.95")
	b.run("2027-12-31", "")

	b = billing{T: t}
	b.agree(all2026 + license)
	b.run("2026-01-01", "2026-01-01..2026-12-31 1000.00")
	b.agree("term: {from: 2026-01-01, through: 2026-09-30}\neffective: 2026-07-01" + license)
	b.run("2026-07-01", "2026-10-01..2026-12-31 -252.05")
	b.agree(all2026 + "\neffective: 2026-08-01" + license)
	b.run("2026-08-01", "2026-10-01..2026-12-31 252.05")
}

func TestAnEndWithoutRefundCreditsNothing(t *testing.T) {
	seats := "\nlines:\n  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 910, every: quarter}}\n"
	b := billing{T: t}
	b.agree(all2026 + seats)
	b.run("2026-01-01", "2026-01-01..2026-03-31 910.00")
	b.run("2026-04-01", "2026-04-01..2026-06-30 910.00")
	b.agree("term: {from: 2026-01-01, through: 2026-05-02}\neffective: 2026-04-20\nending: {cause: breach, refund: none}" + seats)
	b.run("2026-04-20", "")
	b.agree("term: {from: 2026-01-01, through: 2026-05-02}\neffective: 2026-04-20\nending: {cause: breach, refund: unused}" + seats)
	b.run("2026-04-21", "2026-05-03..2026-06-30 -590.00")
}

func TestATrialConvertedEarlyBillsItsDaysFromThen(t *testing.T) {
	seats := "\nlines:\n  - {id: seats, product: platform, fixed: {quantity: 1, unit_price: 310, every: month}}\n"
	b := billing{T: t}
	b.agree("term: {from: 2026-01-01, through: 2026-01-31}\ntrial: {through: 2026-01-20}" + seats)
	b.run("2026-01-01", "2026-01-01..2026-01-20 0.00")
	b.agree("term: {from: 2026-01-01, through: 2026-01-31}\neffective: 2026-01-11" + seats)
	b.run("2026-01-11", "2026-01-11..2026-01-20 100.00; 2026-01-21..2026-01-31 110.00") // the days that had been free, and the rest
	b.run("2026-01-31", "")
}
