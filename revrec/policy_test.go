package revrec

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ratable/contracts"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/ledger"
)

// under is a policy of the seller from a day on.
func under(from string, choose func(*ledger.Policy)) *ledger.Policies {
	p := ledger.DefaultPolicy()
	choose(&p)
	return (*ledger.Policies)(nil).With(ledger.PolicyVersion{Entity: 1, Book: ledger.USGAAP, Effective: day(from), Policy: p})
}

// credited is a year of 1,200.00 from January, billed ahead, of which 120.00 are credited on 1 April: 90 of 365 days are served.
func credited(t *testing.T, policies *ledger.Policies, reason string) *life {
	d := document(fixed("seats", "platform", "1", "1200", "year", contracts.Advance))
	l := begin(agreement(d))
	l.facts.Policies = policies
	l.bill(day("2026-01-01"), "seats", contracts.FixedFee, d.Term.Span(), eur("1200"))
	l.run(t, "2026-03")
	l.agreement().Concessions = []contracts.Granted{{Line: "seats", Span: d.Term.Span(), Amount: eur("120"), Reason: reason, GrantedOn: day("2026-04-01")}}
	l.bill(day("2026-04-01"), "seats", contracts.Concession, d.Term.Span(), eur("-120"))
	return l
}

// booked adds up an account by the month it belongs to, credit positive.
func (l *life) booked(account ledger.Account) map[string]string {
	sums := map[period.Month]money.Amount{}
	for _, e := range l.entries {
		for _, p := range e.Postings {
			if p.Account == account && !p.Month.IsZero() {
				sums[p.Month] = sums[p.Month].Sub(p.Amount)
			}
		}
	}
	out := map[string]string{}
	for m, a := range sums {
		if !a.IsZero() {
			out[m.String()] = a.String()
		}
	}
	return out
}

func TestAPolicySaysWhereAndWhenTheEarnedShareOfACreditShows(t *testing.T) {
	// 120.00 x 90/365 = 29.59 were earned by 31 March: 120 x 31/365 = 10.19, 120 x 59/365 = 19.40.
	for name, c := range map[string]struct {
		choose        func(*ledger.Policy)
		reason        string
		contra        ledger.Account
		shown, future map[string]string // of the credit, by month; future: April's revenue
	}{
		"contra account, month of change": {func(p *ledger.Policy) { p.Credits, p.CatchUp = ledger.ContraAccount, ledger.InMonthOfChange }, "outage", ledger.CreditNotes,
			map[string]string{"2026-04": "-29.59"}, nil},
		"contra account, attributed months": {func(p *ledger.Policy) { p.Credits = ledger.ContraAccount }, "outage", ledger.CreditNotes,
			map[string]string{"2026-01": "-10.19", "2026-02": "-9.21", "2026-03": "-10.19"}, nil},
		"a void that is not billed again": {func(p *ledger.Policy) { p.Voids, p.CatchUp = ledger.ContraAccount, ledger.InMonthOfChange }, "void: ordered twice", ledger.Voids,
			map[string]string{"2026-04": "-29.59"}, nil},
		"deferred first leaves what was earned": {func(p *ledger.Policy) { p.Credits, p.CreditSplit = ledger.ContraAccount, ledger.DeferredFirst }, "outage", ledger.CreditNotes,
			map[string]string{}, nil},
		"earned first leaves what is to come": {func(p *ledger.Policy) {
			p.Credits, p.CatchUp, p.CreditSplit = ledger.ContraAccount, ledger.InMonthOfChange, ledger.RecognizedFirst
		}, "outage", ledger.CreditNotes, map[string]string{"2026-04": "-120.00"}, nil},
	} {
		l := credited(t, under("2026-01-01", c.choose), c.reason)
		l.run(t, "2026-12")
		if diff := cmp.Diff(c.shown, l.booked(c.contra)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		l.endsInNothing(t, name)
	}
}

func TestAPolicyCountsForWhatIsGrantedFromItsDayOn(t *testing.T) {
	l := credited(t, under("2026-04-02", func(p *ledger.Policy) { p.Credits = ledger.ContraAccount }), "outage")
	l.run(t, "2026-12")
	if shown := l.booked(ledger.CreditNotes); len(shown) > 0 {
		t.Errorf("a credit of the day before the policy shows as %v", shown)
	}
}

// endsInNothing holds that a contract at its end has earned what was billed, and holds nothing.
func (l *life) endsInNothing(t *testing.T, name string) {
	t.Helper()
	for line, at := range l.facts.Standing.Lines {
		if at.Billed != at.Earned || !at.Deferred.IsZero() || !at.Unbilled.IsZero() {
			t.Errorf("%s: at its end %s stands at %+v", name, line.Line, at)
		}
	}
}

// anyPolicy draws one.
func anyPolicy(t *rapid.T) ledger.Policy {
	words := map[string]string{}
	for _, c := range ledger.PolicyChoices() {
		var all []string
		for _, w := range c.Words {
			all = append(all, w.Word)
		}
		words[c.Key] = rapid.SampledFrom(all).Draw(t, c.Key)
	}
	p, err := ledger.PolicyOf(func(key string) string { return words[key] })
	if err != nil {
		t.Fatalf("a drawn policy is refused: %v", err)
	}
	return p
}

// again lives a history's facts anew, in one run, by policies.
func (l *life) again(t fataler, by *ledger.Policies, through period.Month) *life {
	out := begin(*l.agreement())
	out.facts.Usage, out.facts.Policies = l.facts.Usage, by
	out.runTo(t, through)
	return out
}

func TestAPolicyChangesNoTotalOfRevenueAndTheDefaultChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := history(t)
		through := l.agreement().Term().End.MonthOf().Add(6)
		plain := l.again(t, nil, through)
		from := day("2026-01-01").AddDays(rapid.IntRange(0, 300).Draw(t, "from"))
		version := ledger.PolicyVersion{Entity: 1, Book: ledger.USGAAP, Effective: from, Policy: ledger.DefaultPolicy()}
		if diff := cmp.Diff(told(plain.entries), told(l.again(t, (*ledger.Policies)(nil).With(version), through).entries)); diff != "" {
			t.Fatalf("the default policy, chosen by hand, books otherwise (-nobody chose +chosen):\n%s", diff)
		}
		version.Policy = anyPolicy(t)
		by := (*ledger.Policies)(nil).With(version)
		chosen := l.again(t, by, through)
		for key, was := range plain.facts.Standing.Lines {
			if is := chosen.facts.Standing.Lines[key]; is != was {
				t.Fatalf("%s stands at %+v, and by the policy at %+v", key.Line, was, is)
			}
		}
		shown := version
		shown.Policy.CreditSplit, shown.Policy.CatchUp = ledger.Proportional, ledger.InAttributed
		if diff := cmp.Diff(net(plain), net(l.again(t, (*ledger.Policies)(nil).With(shown), through))); diff != "" {
			t.Fatalf("where revenue shows changes its total of a month (-default +policy):\n%s", diff)
		}
		monthly := begin(*l.agreement())
		monthly.facts.Usage, monthly.facts.Policies = l.facts.Usage, by
		for m := month("2026-01"); !m.After(through); m = m.Next() {
			monthly.runTo(t, m)
		}
		if diff := cmp.Diff(net(chosen), net(monthly)); diff != "" {
			t.Fatalf("month by month it is otherwise than at once (-once +monthly):\n%s", diff)
		}
	})
}

// net is revenue less what lowers it, by line and the month it belongs to.
func net(l *life) map[string]money.Amount {
	out := map[string]money.Amount{}
	for _, e := range l.entries {
		for _, p := range e.Postings {
			if p.Account.Earns() {
				key := fmt.Sprintf("%s %s", p.Line, p.Month)
				if out[key] = out[key].Sub(p.Amount); out[key].IsZero() {
					delete(out, key)
				}
			}
		}
	}
	return out
}

func told(entries []ledger.Entry) []string {
	var out []string
	for _, e := range entries {
		for _, p := range e.Postings {
			out = append(out, fmt.Sprintf("%s %s %s %s %s", e.Source, e.BookedOn, p.Account, p.Line, p.Amount))
		}
	}
	return out
}

func TestAProposedPolicyIsWeighedWithoutBookingAnything(t *testing.T) {
	l := credited(t, nil, "outage")
	l.run(t, "2026-04")
	for m := month("2026-01"); !m.After(month("2026-03")); m = m.Next() {
		l.closed.Close(1, m)
	}
	weigh := func(effective string) PolicyImpact {
		p := ledger.DefaultPolicy()
		p.Credits, p.CatchUp = ledger.ContraAccount, ledger.InMonthOfChange
		w := weighing{catalog: book, through: month("2026-04"), closed: period.NewSpan(day("2026-01-01"), day("2026-04-01")), booked: moving{}, would: moving{},
			policy: ledger.PolicyVersion{Entity: 1, Book: ledger.USGAAP, Effective: day(effective), Policy: p}}
		if err := w.weigh(l.facts); err != nil {
			t.Fatal(err)
		}
		w.out.Booked, w.out.Closed = w.booked.list(), w.would.list()
		return w.out
	}
	entries := len(l.entries)
	// Booked by default: 10.19, 9.21 and 10.19 of the credit belong to the first quarter. With the policy they belong to April.
	x := weigh("2026-04-01")
	if x.Lines != 1 || len(x.Contracts) != 1 || len(l.entries) != entries {
		t.Errorf("it changes %d schedules of %v", x.Lines, x.Contracts)
	}
	if got := x.Net(x.Booked, month("2026-04"), "EUR"); !got.IsZero() {
		t.Errorf("April's net revenue changes by %s: the credit was booked in it before, too", got)
	}
	shown := map[ledger.Account]string{}
	for _, m := range x.Booked {
		shown[m.Account] = m.Change().String()
	}
	if shown[ledger.CreditNotes] != "-29.59" || shown[ledger.Revenue] != "29.59" {
		t.Errorf("it moves %v, should move 29.59 from revenue to credit notes", shown)
	}
	if got := x.Net(x.Closed, month("2026-02"), "EUR"); got.String() != "9.21" {
		t.Errorf("had it counted, February would have shown %s more, not 9.21", got)
	}
	if x = weigh("2026-04-02"); x.Lines != 0 || len(x.Booked) != 0 {
		t.Errorf("a policy of the day after the credit changes %d schedules, %v", x.Lines, x.Booked)
	}
}
