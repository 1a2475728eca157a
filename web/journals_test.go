package web_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/journals"
	"ratable/revrec/cost"
	"ratable/web/webtest"
)

// typed is a journal as the form sends it.
func typed(step string, more ...string) url.Values {
	form := url.Values{"step": {step}, "entity": {"rtus"}, "on": {"2026-04-30"}, "reason": {"Accrue the audit"}, "reverses_on": {"2026-05-01"},
		"lines[0].account": {"Fees"}, "lines[0].debit": {"1,200.00"}, "lines[0].document": {"MEMO-7"}, "lines[1].account": {"PayableToSupplier"}, "lines[1].credit": {"1200"}, "lines[2].account": {""}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

// at is the id that a page's address ends with.
func at(p *webtest.Page) string { return p.Path[strings.LastIndex(p.Path, "/")+1:] }

func TestAJournalIsWrittenCorrectedApprovedAndReversed(t *testing.T) {
	h := newHouse(t)
	fay, ada := h.Login(access.Finance), h.Login(access.Accountant)
	fay.Get("/journals").Want(200, "Journals").Check()
	fay.Get("/journals/new").Want(200, "Ask for approval", "Repeats through").Check()
	p := fay.PostForm("/journals/new", typed("submit", "lines[1].credit", "1200.01", "reason", "", "lines[0].month", "March")).Want(422, "is missing", "such as 2026-03")
	p.Check()
	if p.Field("lines[0].debit") != "1,200.00" || p.Field("lines[0].document") != "MEMO-7" || p.Field("reverses_on") != "2026-05-01" {
		t.Error("the form forgets what was typed")
	}
	fay.PostForm("/journals/new", typed("submit", "lines[1].credit", "1200.01")).Want(422, "a difference of 0.01")
	fay.PostForm("/journals/new", typed("submit", "lines[0].account", "DeferredRevenue")).Want(422, "not booked by hand")
	fay.PostForm("/journals/new", typed("preview")).Want(200, "2026-04-30 * Draft", "Expense:Fees", "-1200.00 USD", "Reversal of Draft").Check()
	if got := fay.PostForm("/journals/new", typed("more")).Want(200).Field("lines[6].account"); got != "" {
		t.Errorf("the seventh line has %q", got)
	}
	draft := fay.PostForm("/journals/new", typed("draft")).Want(200, "The draft is kept", "Draft", "Withdraw", "What approving it posts")
	draft.Check()
	fay.Get("/journals/new?corrects="+at(draft)).Want(200, "Correct journal").Check()
	sent := fay.PostForm("/journals/new", typed("submit", "corrects", at(draft))).Want(200, "waits for approval by another person").Lacks("Approve and post")
	id := at(sent)
	fay.Get("/journals/"+at(draft)).Want(200, "Withdrawn")
	fay.PostForm("/journals/"+id+"/approve", nil).Want(403)
	ada.Get("/approvals").Want(200, "Journal "+id)
	ada.Get("/journals/"+id).Want(200, "Approve and post", "Send back").Check()
	ada.PostForm("/journals/"+id+"/reject", url.Values{"reason": {" "}}).Want(422, "say why")
	posted := ada.PostForm("/journals/"+id+"/approve", nil).Want(200, "The journal is posted", "RTUS-JE-2026-000002", "Takes it back")
	posted.Check()
	ada.Get("/journals/RTUS-JE-2026-000002").Want(200, "Accrue the audit", "MEMO-7")
	ada.Get("/journals/RTUS-JE-2026-000009").Want(404)
	ada.Get("/journals?state=posted&month=2026-04&entity=1").Want(200, "RTUS-JE-2026-000002").Check()
	ada.Get("/ledger/entries?kind=manual").Want(200, "RTUS-JE-2026-000002")
	ada.Get("/journals/" + id + "/reverse").Want(200)
	ada.PostForm("/journals/"+id+"/reverse", url.Values{"on": {"2026-06-01"}, "reason": {"wrong"}}).Want(409)
	plain := fay.PostForm("/journals/new", typed("submit", "reverses_on", ""))
	ada.PostForm("/journals/"+at(plain)+"/approve", nil).Want(200)
	fay.Get("/journals/"+at(plain)+"/reverse").Want(200, "Reverse RTUS-JE-2026-000004").Check()
	fay.PostForm("/journals/"+at(plain)+"/reverse", url.Values{"on": {"2026-01-01"}, "reason": {""}}).Want(422, "say what was wrong with it").Check()
	fay.PostForm("/journals/"+at(plain)+"/reverse", url.Values{"on": {"2026-06-01"}, "reason": {"wrong account"}}).Want(200, "Takes back", "waits for approval")
	fay.Get("/journals/"+at(plain)).Want(200, "The journal that takes it back")
	if got := fay.Get("/journals/new?like=" + at(plain)).Want(200).Field("reason"); got != "Accrue the audit" {
		t.Errorf("one like it is for %q", got)
	}
	fay.Get("/journals/77").Want(404)
}

// sendFile posts the form with a file, as a browser does.
func sendFile(b *webtest.Browser, path string, form url.Values, name, content string) *webtest.Page {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for key, values := range form {
		_ = w.WriteField(key, values[0])
	}
	part, _ := w.CreateFormFile("file", name)
	_, _ = part.Write([]byte(content))
	_ = w.Close()
	return b.Do("POST", path, &body, map[string]string{"Content-Type": w.FormDataContentType(), "Sec-Fetch-Site": "same-origin"})
}

func TestLinesComeFromAFileOrATemplateAndAPaperIsAttached(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Finance)
	p := sendFile(b, "/journals/new", typed("read"), "lines.csv", "account,debit,credit,customer\nFees,10.00,,acme\nGifts,,x,\n").Want(422, "is no account of the chart", "is no amount in USD")
	if p.Field("lines[0].customer") != "acme" || p.Field("lines[0].debit") != "10.00" {
		t.Error("the rows of the file are not in the form")
	}
	sendFile(b, "/journals/new", typed("read"), "lines.csv", "account,sum\n").Want(422, "is no column")
	b.PostForm("/journals/templates/edit", url.Values{"code": {"rent"}, "name": {"Rent"}, "lines": {"side,account\n"}}).Want(422, "must be rows of 8 columns").Check()
	lines := "side,account,amount,percent,customer,contract,line,document\ndebit,Fees,,%s,,,,\ndebit,COGS,,30,,,,\ncredit,PayableToSupplier,,100,,,,LEASE\n"
	b.PostForm("/journals/templates/edit", url.Values{"code": {"rent"}, "name": {"Rent"}, "lines": {fmt.Sprintf(lines, "60")}}).Want(422, "must add up to 100")
	b.PostForm("/journals/templates/edit", url.Values{"code": {"rent"}, "name": {"Rent"}, "lines": {fmt.Sprintf(lines, "70")}}).Want(200, "The template is saved", "rent").Check()
	b.Get("/journals/templates/edit?code=rent").Want(200, "Template rent", "LEASE").Check()
	b.Get("/journals/new?template=rent").Want(200, "Split the total").Check()
	p = b.PostForm("/journals/new", url.Values{"step": {"split"}, "template": {"rent"}, "entity": {"rtus"}, "total": {"1000.01"}}).Want(200)
	if p.Field("lines[0].debit") != "700.01" || p.Field("lines[1].debit") != "300.00" || p.Field("lines[2].credit") != "1000.01" {
		t.Errorf("1,000.01 is split into %s and %s", p.Field("lines[0].debit"), p.Field("lines[1].debit"))
	}
	b.PostForm("/journals/new", url.Values{"step": {"split"}, "template": {"rent"}, "entity": {"rtus"}, "total": {"much"}}).Want(422, "above zero")
	j := b.PostForm("/journals/new", typed("draft"))
	sendFile(b, "/journals/"+at(j)+"/attach", nil, "fee.exe", "MZ").Want(422, "must be a .pdf")
	if p := sendFile(b, "/journals/"+at(j)+"/attach", nil, "fee.pdf", "%PDF-1.7"); p.Status != 303 {
		t.Errorf("attaching answers %d", p.Status)
	}
	sendFile(b, "/journals/"+at(j)+"/attach", nil, "fee.pdf", "%PDF-1.7").Want(409, "The very same file")
	b.Get("/journals/"+at(j)).Want(200, "fee.pdf").Check()
	if f := b.Get("/journals/" + at(j) + "/files/2"); f.Body != "%PDF-1.7" {
		t.Errorf("the file comes as %q", f.Body)
	}
	b.PostForm("/journals/"+at(j)+"/withdraw", nil).Want(200, "The journal is withdrawn")
}

func TestRulesAreProposedAndApprovedByAnotherAndEntitiesChargeEachOther(t *testing.T) {
	h := newHouse(t)
	fay, ada := h.Login(access.Finance), h.Login(access.Accountant)
	fay.Get("/journals/rules").Want(200, "Rules of journals").Check()
	fay.Get("/journals/rules/new/limit").Want(200, "Approves up to").Check()
	fay.Get("/journals/rules/new/other").Want(404)
	fay.PostForm("/journals/rules/new/limit", url.Values{"code": {"x"}, "currency": {"usd"}, "most": {"a lot"}, "role": {"finance"}, "starts_on": {"2026-01-01"}}).Want(422, "must be an amount", "is missing").Check()
	limit := fay.PostForm("/journals/rules/new/limit", url.Values{"code": {"acc"}, "currency": {"usd"}, "most": {"1,000.00"}, "role": {"accountant"}, "starts_on": {"2026-01-01"}, "reason": {"policy"}}).Want(200, "accountant approves journals of up to 1000.00 USD", "Waiting").Lacks("Approve")
	ada.Get("/journals/rules/"+at(limit)).Want(200, "Approve", "Send back").Check()
	ada.PostForm("/journals/rules/"+at(limit)+"/reject", url.Values{"reason": {""}}).Want(422, "say why")
	ada.PostForm("/journals/rules/"+at(limit)+"/approve", nil).Want(200, "The rule was approved")
	big := fay.PostForm("/journals/new", typed("submit"))
	ada.PostForm("/journals/"+at(big)+"/approve", nil).Want(403)
	fay.Get("/journals/rules/new/intercompany").Want(200, "Who serves").Check()
	rule := fay.PostForm("/journals/rules/new/intercompany", url.Values{"code": {"eu"}, "seller": {"rtus"}, "serving": {"rteu"}, "percent": {"40"}, "starts_on": {"2026-01-01"}, "reason": {"study"}}).Want(200, "RTEU charges RTUS 40%")
	ada.PostForm("/journals/rules/"+at(rule)+"/approve", nil).Want(200)
	fay.Get("/journals/intercompany").Want(200, "No entity has charged another").Check()
	if _, err := journals.ChargeEntities(t.Context(), h.Site.DB, webtest.Today, h.Finance); err != nil {
		t.Fatal(err)
	}
	fay.Get("/journals/intercompany").Want(200, "Every pair cancels out to the cent", "IC-RTUS-RTEU", "Agrees").Check()
	pay := url.Values{"seller": {"1"}, "serving": {"2"}, "currency": {"USD"}, "amount": {"10.00"}, "on": {"2026-04-30"}, "reference": {"TRF"}}
	fay.PostForm("/journals/intercompany/pay", url.Values{"seller": {"1"}, "serving": {"2"}, "currency": {"?"}}).Want(422, "ISO 4217")
	fay.PostForm("/journals/intercompany/pay", pay).Want(200, "The payment is booked on both sides", "Every pair cancels out")
	fay.PostForm("/journals/intercompany/pay", pay).Want(422, "is booked already").Check()
}

func TestACostIsEnteredApprovedAmortizedAndTested(t *testing.T) {
	h := newHouse(t)
	fay, ada := h.Login(access.Finance), h.Login(access.Accountant)
	fay.Get("/revenue/costs").Want(200, "Contract costs").Check()
	fay.Get("/revenue/costs/new").Want(200, "Amortized by").Check()
	form := url.Values{"contract": {"C-100"}, "purpose": {"obtain"}, "nature": {"commission"}, "payee": {"Sara"}, "amount": {"1,200.00"}, "incurred_on": {"2026-01-01"}, "by": {"monthly_even"}, "benefit": {"24"}, "reason": {"plan"}}
	bad := url.Values{"contract": {"C-100"}, "amount": {"none"}, "payee": {"Sara"}, "incurred_on": {"2026-01-01"}}
	if p := fay.PostForm("/revenue/costs/new", bad).Want(422, "must be an amount in USD", "obtain or fulfil"); p.Field("payee") != "Sara" {
		t.Error("the form forgets what was typed")
	}
	p := fay.PostForm("/revenue/costs/new", form).Want(200, "waits for approval", "340-40-25-1", "an asset").Lacks("Approve")
	p.Check()
	ada.Get("/approvals").Want(200, "Contract cost "+at(p))
	ada.PostForm("/revenue/costs/"+at(p)+"/reject", url.Values{"reason": {""}}).Want(422, "say why")
	ada.PostForm("/revenue/costs/"+at(p)+"/approve", nil).Want(200, "It counts from now on").Check()
	if r, err := cost.Run(t.Context(), h.Site.DB, webtest.Today, h.Finance); err != nil || len(r.Failures) > 0 {
		t.Fatal(err, r.Failures)
	}
	ada.Get("/revenue/costs/"+at(p)).Want(200, "Capitalized", "Amortized", "50.00").Check()
	ada.Get("/revenue/costs?month=2026-02").Want(200, "Roll-forward of Feb 2026", "C-100").Check()
	ada.PostForm("/revenue/costs/"+at(p)+"/test", url.Values{"month": {"2020-01"}}).Want(422, "must be a month of the cost")
	test := ada.PostForm("/revenue/costs/"+at(p)+"/test", url.Values{"month": {"2026-04"}, "consideration": {"100"}, "costs": {"20"}, "reason": {"half the seats went"}}).Want(200, "Test of cost", "100.00")
	test.Check()
	fay.PostForm("/revenue/costs/"+at(test)+"/approve", nil).Want(200)
	fay.Get("/revenue/costs/policy").Want(200, "an expense at once").Check()
	fay.PostForm("/revenue/costs/policy", url.Values{"entity": {"1"}, "starts_on": {"2026-05-01"}, "benefit": {"many"}}).Want(422, "1 to 360", "is missing").Check()
	policy := fay.PostForm("/revenue/costs/policy", url.Values{"entity": {"1"}, "starts_on": {"2026-05-01"}, "referral": {"on"}, "reason": {"they are incremental"}}).Want(200, "Policy from 2026-05-01")
	policy.Check()
	ada.PostForm("/revenue/costs/"+at(policy)+"/approve", nil).Want(200)
	fay.Get("/revenue/costs/77").Want(404)
}

// journalize puts a journal, a rule and a cost behind the doors that name one.
func (h house) journalize(t *testing.T) {
	t.Helper()
	h.Tx(func(ctx context.Context, tx pgx.Tx) error {
		j, err := journals.Enter(ctx, tx, journals.Written{Entity: "rtus", On: "2026-04-30", Reason: "Accrue the audit",
			Lines: []journals.WrittenLine{{Account: "Fees", Debit: "10"}, {Account: "PayableToSupplier", Credit: "10"}}}, h.Finance)
		if err != nil {
			return err
		}
		if err := journals.Attach(ctx, tx, j.ID, "fee.pdf", []byte("%PDF-1.7"), h.Finance); err != nil {
			return err
		}
		if err := journals.Submit(ctx, tx, j.ID, h.Finance); err != nil {
			return err
		}
		if _, err := journals.Decide(ctx, tx, j.ID, access.Approve, "", h.Accountant); err != nil {
			return err
		}
		if _, err := journals.Propose(ctx, tx, journals.Rule{Kind: journals.LimitRule, Code: "finance-usd", StartsOn: webtest.Today, Reason: "policy", Limit: journals.Limit{Role: access.Finance, Currency: "USD", Most: "1000"}}, h.Finance); err != nil {
			return err
		}
		_, err = cost.Enter(ctx, tx, cost.Written{Contract: "C-100", Purpose: "fulfil", Payee: "Setup Ltd.", Amount: "100", IncurredOn: "2026-02-01", Reason: "setup"}, h.Finance)
		return err
	})
}
