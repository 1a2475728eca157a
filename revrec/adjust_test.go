package revrec

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/ledger"
)

// assess proposes and approves an assessment of the life's contract.
func (l *life) assess(t fataler, text string) Assessed {
	t.Helper()
	x, err := ParseAssessment([]byte(text))
	if err == nil {
		x, err = Fill(x, book, l.facts)
	}
	if err != nil {
		t.Fatalf("assess: %v", err)
	}
	a := Assessed{1, len(l.facts.Assessed) + 1, x}
	l.facts.Assessed = append(l.facts.Assessed, a)
	return a
}

func once(id, product, price, on string) contracts.Line {
	return contracts.Line{ID: id, Product: product, Once: &contracts.Once{UnitPrice: dec(price), On: day(on)}}
}

// side adds up what an account moved, debit positive, by the month it belongs to.
func (l *life) side(account ledger.Account) map[string]string {
	sums := map[string]money.Amount{}
	for _, e := range l.entries {
		for _, p := range e.Postings {
			if p.Account == account {
				sums[p.Month.String()] = sums[p.Month.String()].Add(p.Amount)
			}
		}
	}
	out := map[string]string{}
	for m, sum := range sums {
		if !sum.IsZero() {
			out[m] = sum.String()
		}
	}
	return out
}

// A setup of 600 when done and seats of 1,200 over the year, which sell alone for 500 and 1,500: 1,800 are shared 450 and 1,350.
// 150 of the setup's price are the seats': 12.74 in January (31/365), 150 in all.
func TestTheBundlesDiscountIsSharedByWhatEachSellsForAlone(t *testing.T) {
	l := begin(agreement(document(once("setup", "setup", "600", "2026-01-15"), fixed("seats", "platform", "1", "1200", "year", contracts.Advance))))
	l.assess(t, `
contract: C-1
effective: 2026-01-01
reason: sold together below what they sell for alone
allocation: relative
promises:
  - {line: setup, standalone: 500}
  - {line: seats, standalone: 1500}
`)
	l.bill(day("2026-01-01"), "seats", contracts.FixedFee, document().Term.Span(), eur("1200"))
	l.run(t, "2026-02")
	want := map[string]string{"2026-01": "137.26", "2026-02": "-11.51"} // 150.00 - 12.74; 150 x 28/365
	if diff := cmp.Diff(want, l.side(ledger.AdjustmentRevenue)); diff != "" {
		t.Errorf("moved between the promises, debit positive (-by hand +booked):\n%s", diff)
	}
	at := l.facts.Standing.Lines[ledger.LineKey{Contract: 1, Line: "seats"}]
	if at.Deferred != eur("1006.03") || !at.Unbilled.IsZero() { // 1,200 x 306/365
		t.Errorf("seats stand at %s deferred and %s unbilled; what is allocated must not move them from 1,006.03", at.Deferred, at.Unbilled)
	}
	l.run(t, "2026-12")
	if sum := balance(l.entries, ledger.AdjustmentLiability); !sum.IsZero() {
		t.Errorf("when all is earned %s is left between the promises", sum)
	}
	if earned := l.total("setup"); earned != eur("450") {
		t.Errorf("the setup earned %s of its 450.00", earned)
	}
	if earned := l.total("seats"); earned != eur("1350") {
		t.Errorf("the seats earned %s of their 1,350.00", earned)
	}
}

// total is the revenue of a line, whatever account it is in.
func (l *life) total(line string) (sum money.Amount) {
	sum = eur("0")
	for _, e := range l.entries {
		for _, p := range e.Postings {
			if p.Line == line && isRevenue(p.Account) {
				sum = sum.Sub(p.Amount)
			}
		}
	}
	return sum
}

// Three years at 1,200, 2,400 and 3,600 come to 7,200 over 1,096 days (2028 is a leap year): 2026 earns 365/1,096 of it, 2,397.81.
// The asset rises to 1,197.81 at the end of 2026 and 1,195.62 a year later, and is gone at the end.
func TestARampIsEarnedEvenlyAndStandsAsAContractAsset(t *testing.T) {
	d := document(contracts.Line{ID: "seats", Product: "platform", Fixed: &contracts.Fixed{Every: "year", In: contracts.Advance, Ramp: []contracts.Step{
		{From: day("2026-01-01"), Through: day("2026-12-31"), Quantity: dec("1"), UnitPrice: dec("1200")},
		{From: day("2027-01-01"), Through: day("2027-12-31"), Quantity: dec("1"), UnitPrice: dec("2400")},
		{From: day("2028-01-01"), Through: day("2028-12-31"), Quantity: dec("1"), UnitPrice: dec("3600")},
	}}})
	d.Term.Through = day("2028-12-31")
	l := begin(agreement(d))
	l.assess(t, `
contract: C-1
effective: 2026-01-01
reason: one service, committed for three years
leveling:
  - {lines: [seats], from: 2026-01-01, through: 2028-12-31}
`)
	for _, step := range []struct{ through, asset, earned string }{
		{"2026-12", "1197.81", "2397.81"}, {"2027-12", "1195.62", "4795.62"}, {"2028-12", "0.00", "7200.00"},
	} {
		l.run(t, step.through)
		if got := balance(l.entries, ledger.ContractAsset); got != eur(step.asset) {
			t.Errorf("at the end of %s the contract asset is %s, by hand %s", step.through, got, step.asset)
		}
		if got := l.total("seats"); got != eur(step.earned) {
			t.Errorf("by the end of %s %s is earned, by hand %s", step.through, got, step.earned)
		}
	}
}

// Credits of 120 are expected in the year, 9 of them for 2026-01 x ... by days: 10.19 in January. One of 30 is granted for March
// outages: from then on 30 less is expected.
func TestExpectedCreditsStandAsARefundLiabilityUntilTheyCome(t *testing.T) {
	l := begin(agreement(document(fixed("seats", "platform", "1", "1200", "year", contracts.Advance))))
	l.assess(t, `
contract: C-1
effective: 2026-01-01
reason: service levels
variable:
  - {name: outages, direction: lowers, amount: 120, lines: [seats]}
`)
	l.run(t, "2026-02")
	if got := balance(l.entries, ledger.RefundLiability); got != eur("-19.40") { // 120 x 59/365
		t.Errorf("after two months %s is expected to be given back, by hand 19.40", got.Neg())
	}
	l.agreement().Concessions = append(l.agreement().Concessions, contracts.Granted{
		ID: 1, Line: "seats", Span: document().Term.Span(), Amount: eur("15"), Reason: "outage", GrantedOn: day("2026-03-05")})
	l.agreement().Concessions[0].Span.Start, l.agreement().Concessions[0].Span.End = day("2026-02-01"), day("2026-03-01")
	l.run(t, "2026-02")
	if got := balance(l.entries, ledger.RefundLiability); got != eur("-4.40") {
		t.Errorf("of 19.40 expected 15.00 was granted, and %s is left", got.Neg())
	}
	if got := l.total("seats"); got != eur("174.57") { // 193.97 - 19.40: a credit that was expected earns nothing less
		t.Errorf("two months earned %s, by hand 174.57", got)
	}
	l.assess(t, `
contract: C-1
effective: 2026-06-01
reason: no more outages are expected
variable:
  - {name: outages, direction: lowers, amount: 15, lines: [seats]}
`)
	l.run(t, "2026-12")
	if got := l.total("seats"); got != eur("1185") || !balance(l.entries, ledger.RefundLiability).IsZero() {
		t.Errorf("the year earned %s and leaves %s to be given back; 1,200 less the 15 that were granted", got, balance(l.entries, ledger.RefundLiability))
	}
}

// A bonus of 365 at 80 % is in the price from the start: 1 a day over the year. It is charged in July and is not earned again.
func TestABonusIsEarnedWithItsPromisesAndNotAgainWhenItIsCharged(t *testing.T) {
	l := begin(agreement(document(fixed("seats", "platform", "1", "730", "year", contracts.Advance), once("bonus", "setup", "365", "2026-07-01"))))
	l.assess(t, `
contract: C-1
effective: 2026-01-01
reason: the bonus depends on an audit in June
variable:
  - {name: audit bonus, direction: adds, method: most_likely_amount, lines: [seats], actual: [bonus],
     outcomes: [{probability: 80, amount: 365}, {probability: 20, amount: 0}]}
`)
	l.run(t, "2026-01")
	if got := l.total("seats"); got != eur("93") { // 31 x (2 + 1)
		t.Errorf("January earned %s, by hand 31 days at 3.00", got)
	}
	l.run(t, "2026-06")
	if got := balance(l.entries, ledger.ContractAsset); got != eur("181") {
		t.Errorf("half a year of the bonus stands at %s, by hand 181.00", got)
	}
	l.run(t, "2026-07")
	if asset, liability := balance(l.entries, ledger.ContractAsset), balance(l.entries, ledger.ContractLiability); !asset.IsZero() || liability != eur("-153") {
		t.Errorf("the bonus is charged: asset %s and liability %s; by hand no asset, and 153 days to come", asset, liability.Neg())
	}
	l.run(t, "2026-12")
	if sum := l.total("seats").Add(l.total("bonus")); sum != eur("1095") || !balance(l.entries, ledger.ContractLiability).IsZero() {
		t.Errorf("earned in all %s, by hand 1,095.00", sum)
	}
}

func TestAHoldEarnsNothingAndLiftingItCatchesUp(t *testing.T) {
	l := begin(agreement(document(fixed("seats", "platform", "1", "365", "year", contracts.Advance))))
	hold := "contract: C-1\neffective: 2026-02-01\nreason: not accepted\nholds:\n  - {line: seats, reason: not accepted, owner: Anna}\n"
	l.assess(t, hold)
	l.run(t, "2026-04")
	if diff := cmp.Diff(map[string]string{"2026-01": "31.00"}, l.posted()); diff != "" {
		t.Errorf("held from February (-by hand +booked):\n%s", diff)
	}
	l.assess(t, "contract: C-1\neffective: 2026-05-10\nreason: accepted\n")
	l.run(t, "2026-06")
	if diff := cmp.Diff(map[string]string{"2026-01": "31.00", "2026-05": "120.00", "2026-06": "30.00"}, l.posted()); diff != "" {
		t.Errorf("lifted in May (-by hand +booked):\n%s", diff)
	}
}

// A bonus of 365 may reverse: 292 of it is probable, 182.50 highly probable. January has 31 x 0.80 in one book and 31 x 0.50 in the
// other; what is stated is in both.
func TestABookOfItsOwnHasOnlyWhatItSeesOtherwise(t *testing.T) {
	l := begin(agreement(document(fixed("seats", "platform", "1", "730", "year", contracts.Advance))))
	l.assess(t, `
contract: C-1
effective: 2026-01-01
reason: bonus
variable:
  - {name: bonus, direction: adds, amount: 365, constrained: 292, why: out of our hands, lines: [seats]}
books:
  - {book: ifrs, variable: bonus, constrained: 182.50}
`)
	l.run(t, "2026-01")
	got := map[ledger.Book]string{}
	for _, e := range l.entries {
		sum := eur("0")
		for _, p := range e.Postings {
			if isRevenue(p.Account) {
				sum = sum.Sub(p.Amount)
			}
		}
		got[e.Book] = sum.String()
	}
	if diff := cmp.Diff(map[ledger.Book]string{"": "62.00", ledger.USGAAP: "24.80", ledger.IFRS: "15.50"}, got); diff != "" {
		t.Errorf("January by book (-by hand +booked):\n%s", diff)
	}
	l.assess(t, "contract: C-1\neffective: 2026-02-01\nreason: both books agree\nvariable:\n  - {name: bonus, direction: adds, amount: 365, lines: [seats]}\n")
	l.run(t, "2026-12")
	for book, sum := range map[ledger.Book]string{ledger.USGAAP: "1095.00", ledger.IFRS: "1095.00"} {
		total := eur("0")
		for _, e := range l.entries {
			for _, p := range e.Postings {
				if isRevenue(p.Account) && (e.Book == "" || e.Book == book) {
					total = total.Sub(p.Amount)
				}
			}
		}
		if total.String() != sum {
			t.Errorf("the year earned %s in %s, by hand %s", total, book, sum)
		}
	}
}

// 900 for a study are earned as it goes: 0.2 by the end of March, 1/3 more exactly by July, all in September.
func TestProgressIsKeptAsItIsAndOnlyWhatIsEarnedIsRounded(t *testing.T) {
	l := begin(agreement(document(once("study", "setup", "900", "2026-02-01"))))
	l.assess(t, `
contract: C-1
effective: 2026-01-01
reason: measured by hours
promises: [{line: study, satisfied: percent}]
progress:
  - {line: study, on: 2026-03-31, percent: 20}
  - {line: study, on: 2026-07-10, percent: 53.333333}
  - {line: study, on: 2026-09-01, percent: 100}
`)
	l.run(t, "2026-12")
	if diff := cmp.Diff(map[string]string{"2026-03": "180.00", "2026-07": "300.00", "2026-09": "420.00"}, l.posted()); diff != "" {
		t.Errorf("earned (-by hand +booked):\n%s", diff)
	}
}

// A setup fee of 365 that is no promise of its own is earned over the days of the seats; over the life of a customer where it
// buys a cheaper renewal.
func TestASetupThatIsNotDistinctIsEarnedWithWhatItSetsUp(t *testing.T) {
	l := begin(agreement(document(once("setup", "setup", "365", "2026-01-01"), fixed("seats", "platform", "1", "730", "year", contracts.Advance))))
	l.assess(t, "contract: C-1\neffective: 2026-01-01\nreason: no use without the seats\npromises: [{line: setup, with: seats}]\n")
	l.run(t, "2026-02")
	if diff := cmp.Diff(map[string]string{"2026-01": "93.00", "2026-02": "84.00"}, l.posted()); diff != "" {
		t.Errorf("earned (-by hand +booked):\n%s", diff)
	}
	l.assess(t, "contract: C-1\neffective: 2026-03-01\nreason: renewals are free of it\npromises: [{line: setup, with: seats, from: 2026-01-01, through: 2027-12-31}]\n")
	l.run(t, "2027-12") // by the end of March 365 x 90/730 = 45.00 of it, of which 59.00 are booked
	got := l.posted()
	if got["2026-03"] != "48.00" || got["2026-04"] != "75.00" || got["2027-01"] != "15.50" || l.total("setup") != eur("365") {
		t.Errorf("earned %v", got)
	}
}

// Began three months late: at once, or over the nine that are left, or a year from then on.
func TestALateStartIsCaughtUpCondensedOrMoved(t *testing.T) {
	for late, want := range map[string]map[string]string{
		"catch_up": {"2026-03": "", "2026-04": "120.00", "2026-12": "31.00"},
		"condense": {"2026-03": "", "2026-04": "40.56", "2026-12": "40.56"},
		"sliding":  {"2026-03": "", "2026-04": "30.00", "2026-12": "31.00"},
	} {
		l := begin(agreement(document(fixed("seats", "platform", "1", "365", "year", contracts.Advance))))
		l.assess(t, "contract: C-1\neffective: 2026-01-01\nreason: late\nreleases: [{line: seats, on: 2026-04-01, late: "+late+"}]\n")
		l.run(t, "2027-06")
		got := l.posted()
		for m, amount := range want {
			if got[m] != amount {
				t.Errorf("%s earns %q in %s, by hand %q", late, got[m], m, amount)
			}
		}
		if sum := l.total("seats"); sum != eur("365") {
			t.Errorf("%s earns %s in all", late, sum)
		}
	}
}

// 1,000 paid for a year, 800 expected to be used: what is used counts 1.25 times, and nothing is left to lapse.
func TestBreakageIsEarnedInProportionOfWhatIsUsed(t *testing.T) {
	d := document(perCall("calls", "0.01", "month"))
	d.Prepaid = []contracts.Prepaid{{ID: "pack", Product: "prepaid", Lines: []string{"calls"}, Amount: dec("1000"), Every: "year"}}
	l := begin(agreement(d))
	l.assess(t, "contract: C-1\neffective: 2026-01-01\nreason: history\nbreakage: [{line: pack, expected_use: 800, reason: three years of packs}]\n")
	l.use("2026-01-10", "20000")
	l.use("2026-05-10", "60000")
	l.run(t, "2026-12")
	if diff := cmp.Diff(map[string]string{"2026-01": "250.00", "2026-05": "750.00"}, l.posted()); diff != "" {
		t.Errorf("earned (-by hand +booked):\n%s", diff)
	}
}

// A right to renew at half price is worth 200 of its own beside seats of 1,825: of 730 paid, 658 and 72 come out by largest remainder
// of 730 x 1825/2025 = 657.90 and 72.10. It is met when it lapses.
func TestAMaterialRightIsAPromiseNothingIsChargedFor(t *testing.T) {
	l := begin(agreement(document(fixed("seats", "platform", "1", "730", "year", contracts.Advance))))
	l.assess(t, `
contract: C-1
effective: 2026-01-01
reason: renewal at half price
allocation: relative
promises:
  - {line: seats, standalone: 1825}
  - {line: renewal right, standalone: 200, satisfied: point_in_time, from: 2027-01-31, memo: exercised or lapsed by then}
`)
	l.run(t, "2027-06")
	if got := l.posted(); got["2027-01"] != "" || l.total("seats") != eur("657.90") || l.total("renewal right") != eur("72.10") {
		t.Errorf("seats earn %s and the right %s; by hand 657.90 and 72.10 (%v)", l.total("seats"), l.total("renewal right"), got)
	}
	if !balance(l.entries, ledger.AdjustmentLiability).IsZero() {
		t.Error("the right has lapsed and something is left between the promises")
	}
}

// Two contracts signed together, 600 for a setup and 1,200 for seats, are one: 450 and 1,350.
func TestContractsSignedTogetherAreAllocatedAsOne(t *testing.T) {
	l := begin(agreement(document(once("setup", "setup", "600", "2026-01-15"))))
	second := agreement(document(fixed("seats", "platform", "1", "1200", "year", contracts.Advance)))
	second.Contract, second.Number = 2, "C-2"
	l.facts.Agreements = append(l.facts.Agreements, second)
	l.assess(t, `
contract: C-1
effective: 2026-01-01
reason: negotiated together
combined: [{contract: C-2, reason: one price}]
allocation: relative
promises:
  - {line: setup, standalone: 500}
  - {line: seats, contract: C-2, standalone: 1500}
`)
	l.run(t, "2026-12")
	if l.total("setup") != eur("450") || l.total("seats") != eur("1350") || !balance(l.entries, ledger.AdjustmentLiability).IsZero() {
		t.Errorf("setup %s, seats %s, left between them %s", l.total("setup"), l.total("seats"), balance(l.entries, ledger.AdjustmentLiability))
	}
	x, err := ParseAssessment([]byte("contract: C-2\neffective: 2026-02-01\nreason: alone\n"))
	if err == nil {
		_, err = Fill(x, book, l.facts)
	}
	if err == nil || !strings.Contains(err.Error(), "is judged by an assessment of contract C-1") {
		t.Errorf("the second contract is judged alone: %v", err)
	}
}

// amend agrees a further version of the life's contract.
func (l *life) amend(from string, change func(*contracts.Document)) {
	a := l.agreement()
	d := a.Latest().Document
	d.Lines = append([]contracts.Line(nil), d.Lines...)
	for i := range d.Lines {
		if fee := d.Lines[i].Fixed; fee != nil {
			copied := *fee
			d.Lines[i].Fixed = &copied
		}
	}
	change(&d)
	d.Effective, d.Reason = day(from), "amended"
	a.Versions = append(a.Versions[:len(a.Versions):len(a.Versions)], contracts.Version{Number: len(a.Versions) + 1, EffectiveOn: day(from), Document: d})
}

// A ramp of 730 and 1,460 over two years is 3.00 a day: 91 days into it 273.00 are earned and 182.00 of it are stated. From 1 July the
// second year costs 1,095: 181 days at 3.00 are kept, 543.00, and as a series what is left, 1,825 - 543, is spread over what is
// left: 1,282.00. As if it had always been so the half year would have earned 1,825 x 181/730 = 452.50.
func ramped(t *testing.T) *life {
	d := document(contracts.Line{ID: "seats", Product: "platform", Fixed: &contracts.Fixed{Every: "year", In: contracts.Advance, Ramp: []contracts.Step{
		{From: day("2026-01-01"), Through: day("2026-12-31"), Quantity: dec("1"), UnitPrice: dec("730")},
		{From: day("2027-01-01"), Through: day("2027-12-31"), Quantity: dec("1"), UnitPrice: dec("1460")},
	}}})
	d.Term.Through = day("2027-12-31")
	l := begin(agreement(d))
	l.assess(t, "contract: C-1\neffective: 2026-01-01\nreason: one service\nleveling: [{lines: [seats], from: 2026-01-01, through: 2027-12-31}]\n")
	return l
}

func cheaper(d *contracts.Document) {
	d.Lines[0].Fixed.Ramp = []contracts.Step{
		{From: day("2026-01-01"), Through: day("2026-12-31"), Quantity: dec("1"), UnitPrice: dec("730")},
		{From: day("2027-01-01"), Through: day("2027-12-31"), Quantity: dec("1"), UnitPrice: dec("1095")},
	}
}

func TestAnAmendmentChangesNoMonthBeforeItAndIsCaughtUpInItsOwn(t *testing.T) {
	l := ramped(t)
	l.run(t, "2026-06")
	if got := l.total("seats"); got != eur("543") {
		t.Fatalf("half a year earned %s", got)
	}
	l.amend("2026-07-01", cheaper)
	l.run(t, "2026-06")
	if got := l.total("seats"); got != eur("543") {
		t.Errorf("an amendment of July makes it %s by June", got)
	}
	l.run(t, "2026-07")
	if got := l.total("seats"); got != eur("530") { // 1,825 x 212/730
		t.Errorf("made even anew %s is earned by July, by hand 530.00", got)
	}
	l.run(t, "2027-12")
	if got := l.total("seats"); got != eur("1825") || !balance(l.entries, ledger.ContractAsset).IsZero() {
		t.Errorf("in all %s", got)
	}
}

func TestAnAmendmentAsANewContractKeepsWhatWasEarned(t *testing.T) {
	l := ramped(t)
	l.run(t, "2026-05")
	l.amend("2026-07-01", cheaper)
	a := l.assess(t, `
contract: C-1
effective: 2026-07-01
reason: the days to come are distinct
modification: {version: 2, treatment: prospective}
leveling: [{lines: [seats], from: 2026-01-01, through: 2027-12-31}]
`)
	if base := a.Changed.Base; len(base) != 1 || base[0].Recognized.String() != "543" {
		t.Fatalf("frozen as recognized: %+v", base)
	}
	l.run(t, "2026-07")
	if got := l.total("seats"); got != eur("615.39") { // 543 + 1,282 x 31/549
		t.Errorf("by July %s is earned, by hand 615.39", got)
	}
	l.run(t, "2027-12")
	if got := l.total("seats"); got != eur("1825") {
		t.Errorf("in all %s, by hand 1,825.00", got)
	}
	for _, account := range []ledger.Account{ledger.ContractAsset, ledger.ContractLiability} {
		if sum := balance(l.entries, account); !sum.IsZero() {
			t.Errorf("%s is left on %s", sum, account)
		}
	}
}

// A minimum of 1,200 a year; 100 are used in January, 200 in May, and 600 are expected in all. As used, the shortfall comes in
// December; in proportion each euro of use earns two; by days the minimum is earned as the year goes.
func TestAnAnnualMinimumIsEarnedAsItsPolicySays(t *testing.T) {
	for policy, want := range map[string]map[string]string{
		"usage":        {"2026-01": "100.00", "2026-05": "200.00", "2026-12": "900.00"},
		"proportional": {"2026-01": "200.00", "2026-05": "400.00", "2026-12": "600.00"},
		"ratable":      {"2026-01": "101.92", "2026-02": "92.05", "2026-05": "101.92", "2026-12": "101.92"},
	} {
		d := document(perCall("calls", "0.01", "month"))
		d.Commits = []contracts.Commit{{ID: "commit", Product: "calls", Lines: []string{"calls"}, Amount: dec("1200"), Every: "year"}}
		l := begin(agreement(d))
		l.assess(t, "contract: C-1\neffective: 2026-01-01\nreason: annual minimum\nminimums:\n"+
			"  - {commitment: commit, lines: [calls], from: 2026-01-01, through: 2026-12-31, amount: 1200, expected_use: 600, reason: forecast, policy: "+policy+"}\n")
		l.use("2026-01-10", "10000")
		l.run(t, "2026-03")
		l.use("2026-05-10", "20000")
		l.run(t, "2026-12")
		got := l.posted()
		for m, amount := range want {
			if got[m] != amount {
				t.Errorf("%s earns %q in %s, by hand %q", policy, got[m], m, amount)
			}
		}
		if policy != "ratable" && len(got) != len(want) {
			t.Errorf("%s earns %v", policy, got)
		}
		if sum := l.total("calls").Add(l.total("commit")); sum != eur("1200") || !balance(l.entries, ledger.ContractAsset).IsZero() || !balance(l.entries, ledger.ContractLiability).IsZero() {
			t.Errorf("%s earns %s in all", policy, sum)
		}
	}
}

func TestPercentagesGivenByHandAreEarned(t *testing.T) {
	l := begin(agreement(document(fixed("seats", "platform", "1", "1000", "year", contracts.Advance))))
	l.assess(t, "contract: C-1\neffective: 2026-01-01\nreason: effort\nschedules: [{line: seats, percents: [50, 30, 12.5, 7.5], reason: rollout}]\n")
	l.run(t, "2026-12")
	if diff := cmp.Diff(map[string]string{"2026-01": "500.00", "2026-02": "300.00", "2026-03": "125.00", "2026-04": "75.00"}, l.posted()); diff != "" {
		t.Errorf("earned (-by hand +booked):\n%s", diff)
	}
}

// The standard's Example 29: 4,000 are paid two years before the machine is delivered, at 6 %: 240.00 and 254.40 of interest (232.79 of it by the end of November), and
// 4,494.40 of revenue. Paid two years after instead, 5,000 at 10 % are worth 4,132.23, and 867.77 are interest income.
func TestWhatIsPaidForTimeIsInterest(t *testing.T) {
	l := begin(agreement(document(once("machine", "setup", "4000", "2026-01-01"))))
	text := "contract: C-1\neffective: 2026-01-01\nreason: r\npromises: [{line: machine, satisfied: point_in_time, from: %s}]\nfinancing: [{line: machine, rate_percent: %s, paid_on: %s, reason: r}]\n"
	l.assess(t, fmt.Sprintf(text, "2027-12-31", "6", "2026-01-01"))
	for _, step := range []struct{ through, interest, loan, revenue string }{
		{"2026-12", "240.00", "-240.00", "0.00"}, {"2027-11", "472.79", "-472.79", "0.00"}, {"2027-12", "494.40", "0.00", "4494.40"},
	} {
		l.run(t, step.through)
		interest, loan := balance(l.entries, ledger.InterestExpense), balance(l.entries, ledger.FinancingLiability)
		if interest != eur(step.interest) || loan != eur(step.loan) || l.total("machine") != eur(step.revenue) {
			t.Errorf("by %s: interest %s, owed %s, revenue %s; by hand %s, %s and %s", step.through, interest, loan, l.total("machine"), step.interest, step.loan, step.revenue)
		}
	}
	if p := l.facts.Standing.Lines[ledger.LineKey{Contract: 1, Line: "machine"}]; p.Earned != eur("4000") {
		t.Errorf("of what is stated %s is earned", p.Earned)
	}
	l = begin(agreement(document(once("machine", "setup", "5000", "2026-01-01"))))
	l.assess(t, fmt.Sprintf(text, "2026-01-01", "10", "2028-01-02"))
	l.run(t, "2026-12")
	if got := l.total("machine"); got != eur("4132.23") {
		t.Errorf("on delivery %s is earned, by hand 5,000 / 1.21 = 4,132.23", got)
	}
	if got := balance(l.entries, ledger.InterestIncome); got != eur("-412.09") { // from 2 January, the day after delivery: 364 of 365 days
		t.Errorf("by the end of the year interest income is %s, by hand 412.09", got.Neg())
	}
	l.run(t, "2028-02")
	if got := balance(l.entries, ledger.InterestIncome); got != eur("-867.77") || !balance(l.entries, ledger.FinancingLiability).IsZero() || !balance(l.entries, ledger.InterestExpense).IsZero() {
		t.Errorf("in all interest income is %s, by hand 867.77", got.Neg())
	}
}

// Three years paid ahead at 5 %: each month's service is worth the same, so that revenue is even, and what is owed bears interest
// as it runs off.
func TestATermPaidAheadEarnsEvenlyMoreThanWasPaid(t *testing.T) {
	d := document(fixed("seats", "platform", "1", "36000", "term", contracts.Advance))
	d.Term.Through = day("2028-12-31")
	l := begin(agreement(d))
	l.assess(t, "contract: C-1\neffective: 2026-01-01\nreason: r\nfinancing: [{line: seats, rate_percent: 5, reason: r}]\n")
	l.run(t, "2028-12")
	interest, loan := balance(l.entries, ledger.InterestExpense), balance(l.entries, ledger.FinancingLiability)
	if !loan.IsZero() || interest.Sign() <= 0 || l.total("seats") != eur("36000").Add(interest) {
		t.Errorf("interest %s, owed %s, revenue %s", interest, loan, l.total("seats"))
	}
	january, december := dec(l.posted()["2026-01"]), dec(l.posted()["2028-12"])
	if january.Sub(december).Abs().GreaterThan(dec("0.01")) {
		t.Errorf("31 days earn %s at first and %s at last", january, december)
	}
	// By a loan's own arithmetic: the present value of 36 payments of service is what was paid.
	if got, err := l.facts.Explain(book, 1, "seats", month("2026-01")); err != nil || len(got) != 2 {
		t.Errorf("January is explained by %v (%v)", got, err)
	}
}
