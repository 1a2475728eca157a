package subledger

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
	"ratable/revrec"
)

func d(s string) period.Date {
	out, err := period.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return out
}

func n(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func a(s string) money.Amount {
	out, err := money.ParseAmount(s, usd)
	if err != nil {
		panic(err)
	}
	return out
}

func eur(s string) money.Amount {
	out, err := money.ParseAmount(s, "EUR")
	if err != nil {
		panic(err)
	}
	return out
}

func over(amount money.Amount, from, through string) []Line {
	return []Line{{Amount: amount, Service: revrec.Service{Days: period.Through(d(from), d(through))}}}
}

// told is a journal in short: a day, then debits and credits by account, in the order of the chart.
func short(entries []Entry) string {
	byDay := map[period.Date]map[ledger.Account]money.Amount{}
	var days []period.Date
	for _, e := range entries {
		if byDay[e.On] == nil {
			byDay[e.On], days = map[ledger.Account]money.Amount{}, append(days, e.On)
		}
		for _, p := range e.Postings {
			byDay[e.On][p.Account] = byDay[e.On][p.Account].Add(p.Amount)
		}
	}
	var out []string
	for _, on := range days {
		var accounts []ledger.Account
		for account, amount := range byDay[on] {
			if !amount.IsZero() {
				accounts = append(accounts, account)
			}
		}
		slices.SortFunc(accounts, func(x, y ledger.Account) int { return cmp.Compare(x, y) })
		line := on.String()
		for _, account := range accounts {
			line += fmt.Sprintf(" %s %s", account, byDay[on][account])
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func TestEachVariantOfAPolicyBooksAsItsRuleSays(t *testing.T) {
	rates := entities.NewRates([]entities.Rate{{Base: "EUR", Quote: usd, On: d("2026-01-05"), Rate: n("1.20")}, {Base: "EUR", Quote: usd, On: d("2026-01-31"), Rate: n("1.10")},
		{Base: "EUR", Quote: usd, On: d("2026-02-05"), Rate: n("1.30")}})
	advance := Fact{ID: "1", Kind: Invoice, On: d("2026-01-05"), Document: "A", Due: d("2026-02-04"), Lines: over(a("31"), "2026-02-15", "2026-03-17")}
	for _, c := range []struct {
		name   string
		policy func(*ledger.Policy)
		facts  []Fact
		want   string
	}{
		{"an invoice ahead of service is nothing until it is due", func(p *ledger.Policy) { p.GrossUp = ledger.OnDueOrService }, []Fact{advance},
			"2026-02-04 AccountsReceivable 31.00 DeferredRevenue -31.00\n2026-02-28 DeferredRevenue 14.00 Revenue -14.00\n2026-03-31 DeferredRevenue 17.00 Revenue -17.00"},
		{"or paid", func(p *ledger.Policy) { p.GrossUp = ledger.OnDueOrService }, []Fact{advance, {ID: "2", Kind: Payment, On: d("2026-01-20"), Document: "A"}},
			"2026-01-20 Cash 31.00 DeferredRevenue -31.00\n2026-02-28 DeferredRevenue 14.00 Revenue -14.00\n2026-03-31 DeferredRevenue 17.00 Revenue -17.00"},
		{"breakage that can be estimated is earned with use", func(p *ledger.Policy) { p.Breakage, p.BreakageTo = ledger.InPattern, ledger.OwnAccount }, []Fact{
			{ID: "1", Kind: Prepaid, On: d("2026-01-01"), Amount: a("100"), Until: d("2026-03-31"), Expected: n("80"), Paid: true}, {ID: "2", Kind: Draw, On: d("2026-01-15"), Amount: a("40")}},
			"2026-01-01 Cash 100.00 ContractLiability -100.00\n2026-01-15 ContractLiability 50.00 Revenue -40.00 BreakageRevenue -10.00\n2026-03-31 ContractLiability 50.00 BreakageRevenue -50.00"},
		{"credits given on top dilute those that were paid", nil, []Fact{
			{ID: "1", Kind: Prepaid, On: d("2026-01-01"), Amount: a("100"), Quantity: n("125"), Paid: true}, {ID: "2", Kind: Draw, On: d("2026-01-15"), Quantity: n("50")}},
			"2026-01-01 Cash 100.00 ContractLiability -100.00\n2026-01-15 ContractLiability 40.00 Revenue -40.00"},
		{"of two balances the one that lapses first is used first", nil, []Fact{
			{ID: "2", Kind: Prepaid, On: d("2026-01-01"), Document: "B", Amount: a("50"), Until: d("2026-06-30"), Paid: true},
			{ID: "1", Kind: Prepaid, On: d("2026-01-02"), Document: "A", Amount: a("50"), Until: d("2026-01-31"), Paid: true}, {ID: "3", Kind: Draw, On: d("2026-01-15"), Amount: a("60")}},
			"2026-01-01 Cash 50.00 ContractLiability -50.00\n2026-01-02 Cash 50.00 ContractLiability -50.00\n2026-01-15 ContractLiability 60.00 Revenue -60.00\n2026-06-30 ContractLiability 40.00 Revenue -40.00"},
		{"a pending payment bounces", nil, []Fact{{ID: "1", Kind: Sale, On: d("2026-01-01"), Document: "A", Amount: a("10")},
			{ID: "2", Kind: Payment, On: d("2026-01-03"), Document: "A", Means: ledger.Pending}, {ID: "3", Kind: Bounced, On: d("2026-01-09"), Document: "A"}},
			"2026-01-01 AccountsReceivable 10.00 Revenue -10.00\n2026-01-03 PendingCash 10.00 AccountsReceivable -10.00\n2026-01-09 PendingCash -10.00 AccountsReceivable 10.00"},
		{"a refund of what an agent sold is the supplier's, too", nil, []Fact{{ID: "1", Kind: Sale, On: d("2026-01-01"), Document: "A", Amount: a("100"), Cost: a("70"), Agent: true},
			{ID: "2", Kind: Payment, On: d("2026-01-02"), Document: "A"}, {ID: "3", Kind: Refund, On: d("2026-01-09"), Document: "A", Amount: a("10")}},
			"2026-01-01 AccountsReceivable 100.00 PayableToPrincipal -70.00 Revenue -30.00\n2026-01-02 Cash 100.00 AccountsReceivable -100.00\n2026-01-09 Cash -10.00 PayableToPrincipal 7.00 Revenue 3.00"},
		{"what is brought over is open, and earned over what remains", nil, []Fact{{ID: "1", Kind: Opening, On: d("2025-12-31"), Document: "OLD", Amount: a("20"), Lines: over(a("31"), "2026-01-15", "2026-02-14")},
			{ID: "2", Kind: Opening, On: d("2025-12-31"), Account: ledger.Cash, Amount: a("11")}, {ID: "3", Kind: Payment, On: d("2026-01-20"), Document: "OLD"}},
			"2025-12-31 Cash 11.00 AccountsReceivable 20.00 DeferredRevenue -31.00\n2026-01-20 Cash 20.00 AccountsReceivable -20.00\n2026-01-31 DeferredRevenue 17.00 Revenue -17.00\n2026-02-28 DeferredRevenue 14.00 Revenue -14.00"},
		{"what is paid beyond an invoice is the customer's", nil, []Fact{{ID: "1", Kind: Sale, On: d("2026-01-01"), Document: "A", Amount: a("10")}, {ID: "2", Kind: Payment, On: d("2026-01-03"), Document: "A", Amount: a("12")}},
			"2026-01-01 AccountsReceivable 10.00 Revenue -10.00\n2026-01-03 Cash 12.00 AccountsReceivable -10.00 CustomerBalance -2.00"},
		{"a dispute beyond what is left is a loss", func(p *ledger.Policy) { p.Disputes = ledger.AsRefund }, []Fact{{ID: "1", Kind: Sale, On: d("2026-01-01"), Document: "A", Amount: a("10")},
			{ID: "2", Kind: Payment, On: d("2026-01-01"), Document: "A"}, {ID: "3", Kind: Dispute, On: d("2026-01-09"), Document: "A", Amount: a("12"), Fee: a("3")}},
			"2026-01-01 Cash 10.00 Revenue -10.00\n2026-01-09 Cash -15.00 Disputes 10.00 Fees 3.00 OtherLoss 2.00"},
		{"a receivable in euro is credited at what stands for it", nil, []Fact{{ID: "1", Kind: Invoice, On: d("2026-01-05"), Document: "A", Currency: "EUR", Lines: []Line{{Amount: eur("100"), Earning: Immediately}}},
			{ID: "2", Kind: Credit, On: d("2026-02-05"), Document: "A", Currency: "EUR", Amount: eur("40"), To: ledger.ToReceivable}, {ID: "3", Kind: Payment, On: d("2026-02-05"), Document: "A", Currency: "EUR", Amount: eur("60")}},
			"2026-01-05 AccountsReceivable 120.00 DeferredRevenue -120.00\n2026-01-31 AccountsReceivable -10.00 DeferredRevenue 120.00 Revenue -120.00 FxLoss 10.00\n" +
				"2026-02-05 Cash 78.00 AccountsReceivable -110.00 Revenue 48.00 FxGain -16.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := ledger.DefaultPolicy()
			if c.policy != nil {
				c.policy(&p)
			}
			setup := Setup{Currency: usd, Policy: p}
			if strings.Contains(c.name, "euro") {
				setup.Rates = rates
			}
			entries, err := Journal(c.facts, setup, period.Date{})
			if err != nil {
				t.Fatal(err)
			}
			if got := short(entries); got != c.want {
				t.Errorf("is booked as\n%s\nand should be\n%s", got, c.want)
			}
		})
	}
}
