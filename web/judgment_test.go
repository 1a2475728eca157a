package web_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/ledger"
	"ratable/revrec"
	"ratable/web/webtest"
)

// filled posts the form of a page with some of its fields typed over.
func filled(t *testing.T, p *webtest.Page, action string, over map[string]string) url.Values {
	t.Helper()
	form, ok := p.Form(action)
	if !ok {
		t.Fatalf("no form to %s:\n%s", action, p.Text())
	}
	for name, value := range over {
		form.Set(name, value)
	}
	return form
}

var outages = map[string]string{
	"effective": "2026-01-01", "reason": "Outages are to be expected", "variable[0].name": "outages", "variable[0].direction": "lowers",
	"variable[0].outcomes": "80 0, 20 1200", "variable[0].method": "expected_value", "variable[0].constrained": "240.00", "variable[0].why": "few months of experience", "variable[0].lines": "seats",
}

func TestAJudgmentIsProposedPreviewedAndBookedExactlySoOnceAnotherPersonApprovesIt(t *testing.T) {
	h := newHouse(t)
	h.recognize(t, "2026-05-01")
	anna, bert := h.LoginAs(h.User("Anna", access.Accountant)), h.LoginAs(h.User("Bert", access.Accountant))
	at := "/contracts/C-100/judgment"
	anna.Get(at).Want(200, "Nobody has judged this contract").Check()
	form := anna.Get(at+"/propose").Want(200, "Promises and their stand-alone prices")
	form.Check()
	typed := filled(t, form, at+"/propose", outages)

	typed.Set("do", "preview")
	p := anna.PostForm(at+"/propose", typed).Want(200, "Revenue this quarter", "Journal it would book")
	p.Check()
	table := p.Table("Journal it would book through Apr 2026")
	if len(table) < 3 || len(h.judgments(t)) != 0 {
		t.Fatalf("the preview books %q and keeps %d judgments", table, len(h.judgments(t)))
	}
	typed.Set("do", "propose")
	anna.PostForm(at+"/propose", typed).Want(200, "waits for approval by another person", "Outages is constrained to 240.00 USD", "expected value; 80 % 0.00 USD; 20 % 1,200.00 USD")
	anna.PostForm(at+"/approve", url.Values{}).Want(403)
	anna.Get("/approvals").Want(200, "Assessment C-100/1")
	before := h.bookedBy(t)
	q := bert.Get(at).Want(200, "Approve", "the next revenue run books what the preview below shows")
	q.Check()
	if again := q.Table("Journal it would book through Apr 2026"); !slices.EqualFunc(table, again, slices.Equal) {
		t.Errorf("what waits shows %q, proposed was %q", again, table)
	}
	bert.PostForm(at+"/approve", url.Values{}).Want(200, "is approved", "In force")
	h.recognize(t, "2026-05-01")
	shown := map[string]int64{}
	for _, row := range table {
		shown[row[1]] += minorOf(t, row[3]) - minorOf(t, row[4])
	}
	for account, now := range h.bookedBy(t) {
		if moved := now - before[account]; moved != shown[account] {
			t.Errorf("%s: the preview shows %d, booked is %d", account, shown[account], moved)
		}
	}
	done := bert.Get(at).Want(200, "What judgments put beside the stated price")
	done.Check()
	memo := bert.Get(at + "?nth=1&format=md")
	for _, says := range []string{"# Assessment 1 of contract C-100", "Proposed by Anna", "Approved by Bert", "## 3. The transaction price", "few months of experience", "```yaml"} {
		if !strings.Contains(memo.Body, says) {
			t.Errorf("the memo lacks %q:\n%s", says, memo.Body)
		}
	}
	why := done.LinkTo("Jan 2026")
	r := bert.Get(why).Want(200, "Charged, and expected to be given back", "Assessment 1")
	r.Check()
	explains(t, r)
}

func (h house) judgments(t *testing.T) []revrec.Judgment {
	t.Helper()
	found, err := revrec.WaitingAssessments(t.Context(), h.Site.DB)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// bookedBy is what stands on each account of the US entity.
func (h house) bookedBy(t *testing.T) map[string]int64 {
	t.Helper()
	trial, err := ledger.TrialBalance(t.Context(), h.Site.DB, ledger.Filter{Entity: h.US.ID, Currency: "USD"})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int64{}
	for _, r := range trial.Rows {
		out[r.Account.Info().Name] = r.Closing.Minor()
	}
	return out
}

// minorOf reads a figure of a page.
func minorOf(t *testing.T, text string) (n int64) {
	t.Helper()
	for _, digit := range text {
		if digit >= '0' && digit <= '9' {
			n = n*10 + int64(digit-'0')
		}
	}
	return n
}

func TestWhatIsWrongWithAJudgmentStandsAtItsFieldOrItsLine(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Accountant)
	at := "/contracts/C-100/judgment/propose"
	typed := filled(t, b.Get(at).Want(200), at, outages)
	typed.Set("variable[0].lines", "chairs")
	typed.Set("do", "preview")
	p := b.PostForm(at, typed).Want(422, "is no line of the contract")
	p.Check()
	if p.Message("variable[0].lines") == "" || p.Field("reason") != "Outages are to be expected" {
		t.Errorf("the finding stands at no field, or what was typed is gone:\n%s", p.Text())
	}
	typed.Set("variable[0].lines", "seats")
	typed.Set("do", "document")
	whole := b.PostForm(at, typed).Want(200, "Judgment as YAML or JSON")
	text := whole.Field("document")
	if !strings.Contains(text, "name: outages") {
		t.Fatalf("the document is\n%s", text)
	}
	b.PostForm(at, url.Values{"document": {strings.Replace(text, "lowers", "sinks", 1)}, "do": {"preview"}}).Want(422, "variable[0].direction", "sinks").Check()
	back := b.PostForm(at, url.Values{"document": {text}, "do": {"form"}}).Want(200)
	if back.Field("variable[0].outcomes") != "80 0, 20 1200" {
		t.Errorf("back in the form the outcomes are %q", back.Field("variable[0].outcomes"))
	}
	b.PostForm(at, url.Values{"document": {text}, "do": {"preview"}}).Want(200, "Journal it would book")
	if len(h.judgments(t)) != 0 {
		t.Error("a preview kept a judgment")
	}
}

func TestAnAmendmentIsTreatedBeforeItIsSignedAndAgainstTheRuleOnlyWithAReason(t *testing.T) {
	h := newHouse(t)
	h.Tx(func(ctx context.Context, tx pgx.Tx) error {
		text := strings.NewReplacer("plan: {code: team, version: 1}\n", "", "quantity: 10", "quantity: 15", "contract: C-100", "contract: C-100\neffective: 2026-07-01\nreason: more seats").Replace(acme)
		d, err := contracts.Parse([]byte(text))
		if err != nil {
			return err
		}
		_, err = contracts.Prepare(ctx, tx, d, webtest.Today, h.Sales)
		return err
	})
	anna, bert := h.LoginAs(h.User("Anna", access.Accountant)), h.LoginAs(h.User("Bert", access.Accountant))
	at := "/contracts/C-100/treatment"
	h.Login(access.Sales).Get(at).Want(200, "By the rule: ", "Side by side").Lacks("Propose it with the amendment").Check()
	p := anna.Get(at).Want(200, "By the rule: prospective", "remaining_distinct", "606-10-25-13(a)", "Propose it with the amendment")
	p.Check()
	head := p.Table("Side by side")
	if len(head) < 6 {
		t.Fatalf("side by side stands %q", head)
	}
	anna.PostForm(at, url.Values{"treatment": {"cumulative_catch_up"}}).Want(422, "by the rule it is prospective")
	anna.PostForm(at, url.Values{"treatment": {"cumulative_catch_up"}, "reason": {"One service"}}).Want(200, "waits for approval", "Against the rule, because: One service", "decide about the version first").Lacks("Approve").Check()
	bert.PostForm("/contracts/C-100/judgment/approve", url.Values{}).Want(409, "decide about the version first")
	finance := h.Login(access.Finance)
	h.Login(access.Sales).PostForm("/contracts/C-100/submit", url.Values{}).Want(200)
	finance.PostForm("/contracts/C-100/approve", url.Values{}).Want(200)
	bert.PostForm("/contracts/C-100/judgment/approve", url.Values{}).Want(200, "Assessment 1 is approved")
	finance.Get("/reports/modifications?month=2026-12").Want(200, "the rule says prospective", "against the rule: One service")
	if memo := anna.Get(at + "?format=md").Body; !strings.Contains(memo, "## By the rule: prospective") || !strings.Contains(memo, "| Catch-up ") {
		t.Errorf("the memo says\n%s", memo)
	}
}

func TestTheLibraryOfStandAlonePricesIsChangedByTwoPeopleAndNamesWhoWasSoldOtherwise(t *testing.T) {
	h := newHouse(t)
	anna, finn := h.LoginAs(h.User("Anna", access.Product)), h.Login(access.Finance)
	at := "/catalog/products/platform/edit"
	anna.Get("/catalog").Want(200).LinkTo("Stand-alone prices")
	before := anna.Get("/catalog/standalone-prices").Want(200, "Library", "Sold otherwise")
	before.Check()
	typed := filled(t, anna.Get(at).Want(200), at, map[string]string{"starts_on": "2026-04-15", "reason": "Price study", "do": "submit", "standalone[0].currency": "USD", "standalone[0].every": "month",
		"standalone[0].segment": "", "standalone[0].low": "110", "standalone[0].mid": "120", "standalone[0].high": "130", "standalone[0].price": "", "standalone[0].method": "cost_plus"})
	change := anna.PostForm(at, typed).Want(200, "waits for approval by another person")
	anna.Get("/catalog/standalone-prices").Lacks("Cost plus a margin")
	finn.PostForm(change.Path+"/approve", url.Values{}).Want(200)
	h.Sign(t, strings.NewReplacer("C-100", "C-500", "plan: {code: team, version: 1}\n", "", "from: 2026-01-01, through: 2026-12-31", "from: 2026-05-01, through: 2027-04-30", "PO-7", "PO-9").Replace(acme))
	p := finn.Get("/catalog/standalone-prices?on=2026-06-01").Want(200, "Cost plus a margin", "Below the range", "C-500")
	p.Check()
	if csv := finn.Get("/catalog/standalone-prices?format=csv").Body; !strings.Contains(csv, "platform,2,2026-04-15,USD,month,,,cost_plus,0,110,120,130") {
		t.Errorf("the file says\n%s", csv)
	}
	accountant := h.Login(access.Accountant)
	form := "/contracts/C-500/judgment/propose"
	shared := filled(t, accountant.Get(form), form, map[string]string{"effective": "2026-05-01", "allocation": "relative", "reason": "By the library", "do": "propose"})
	accountant.PostForm(form, shared).Want(200, "platform, version 2: cost plus a margin of 110 a month", "In all").Check()
}
