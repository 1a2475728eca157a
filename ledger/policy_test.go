package ledger

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ratable/internal/fault"
	"ratable/internal/money"
)

func TestAPolicyIsReadByKeyAndWhatIsWrongNamesKeyValueAndWayOut(t *testing.T) {
	p, err := ReadPolicy([]byte("credit_split: deferred_first\nvoids: contra_account\n"))
	if err != nil || p.CreditSplit != DeferredFirst || p.Voids != ContraAccount || p.Credits != DefaultPolicy().Credits {
		t.Errorf("two keys read as %+v, %v", p, err)
	}
	if p, err := ReadPolicy([]byte(`{"bad_debt": "price_concession", "bad_debt_tax_relief": "yes"}`)); err != nil || p.BadDebt != PriceConcession || p.BadDebtTax != Yes {
		t.Errorf("JSON reads as %+v, %v", p, err)
	}
	for text, want := range map[string]string{
		"credit_split: all":        "credit_split: must be proportional or deferred_first or recognized_first (all)",
		"credit_spilt: all":        "credit_spilt",
		"disputes: [as_refund]":    "disputes",
		"remeasure_at_month_end: ": "",
	} {
		_, err := ReadPolicy([]byte(text))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q is refused as %v, should say %q", text, err, want)
		}
		if f := fault.Fields(err); want != "" && (len(f) == 0 || f[0].Line != 1) {
			t.Errorf("%q: the line is not named: %+v", text, f)
		}
	}
}

func TestWhatAPolicyChangesIsSaidInWords(t *testing.T) {
	to := DefaultPolicy()
	to.CreditSplit, to.Remeasure = DeferredFirst, No
	got := DefaultPolicy().Changes(to)
	if len(got) != 2 || got[0].String() != "A credit takes back: what is deferred first (so far: earned and deferred in proportion)" {
		t.Errorf("changes are %v", got)
	}
	if none := to.Changes(to); len(none) != 0 {
		t.Errorf("no change is %v", none)
	}
	if got := len(DefaultPolicy().Describe()); got != len(choices) {
		t.Errorf("%d of %d keys are described", got, len(choices))
	}
}

func TestEveryRuleBalancesAndWhatIsTakenInPartsIsTakenInAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := func(label string) money.Amount { return money.Of(rapid.Int64Range(0, 1e8).Draw(t, label), "USD") }
		s := Share{amount("recognized"), amount("deferred"), amount("tax")}
		p := DefaultPolicy()
		p.CreditSplit = rapid.SampledFrom([]CreditSplit{Proportional, DeferredFirst, RecognizedFirst}).Draw(t, "split")
		p.BadDebtTax, p.Disputes = rapid.SampledFrom([]YesNo{Yes, No}).Draw(t, "relief"), rapid.SampledFrom([]DisputePolicy{AsRefund, ParkAsReceivable}).Draw(t, "disputes")
		some := money.Of(rapid.Int64Range(0, s.Gross().Minor()).Draw(t, "some"), "USD")
		one := p.TakeGross([]Share{s}, some)[0]
		two := p.TakeGross([]Share{s.Sub(one)}, s.Gross().Sub(some))[0]
		if one.Gross() != some || one.Add(two) != s {
			t.Fatalf("of %+v, %s is %+v and the rest %+v", s, some, one, two)
		}
		for _, part := range []money.Amount{one.Recognized, one.Deferred, one.Tax, two.Recognized, two.Deferred, two.Tax} {
			if part.Sign() < 0 {
				t.Fatalf("of %+v, %s takes more than there is of a part: %+v, then %+v", s, some, one, two)
			}
		}
		fee := amount("fee")
		for name, list := range map[string][]Posting{
			"void": p.Void(s), "credit": p.Credit(s, ToBalance), "refund": p.Refund(s), "write-off": p.WriteOff(s), "recovery": p.Recover(s, ByCash, fee),
			"dispute": p.Dispute(s, fee, fee), "won": p.WinDispute(fee), "lost": p.LoseDispute(fee), "payment": Pay(ByCash, s.Gross(), fee),
			"bill": p.Bill(Billing{s.Recognized, s.Deferred, fee, fee, s.Tax}), "sale": Sell(s.Gross(), s.Tax, true), "prepaid": Prepay(s.Deferred, s.Tax, true),
		} {
			sum := money.Zero("USD")
			for _, x := range list {
				sum = sum.Add(x.Amount)
			}
			if !sum.IsZero() {
				t.Fatalf("%s of %+v is out by %s: %v", name, s, sum, list)
			}
		}
	})
}
