package contracts_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/contracts"
	"ratable/internal/access"
	"ratable/internal/fault"
)

var renewing = document + "renewal: {auto: true, months: 12, notice_days: 30, uplift_percent: 5}\n"

func (o office) notice(day string, by access.Actor) error {
	return o.tx(func(ctx context.Context, tx pgx.Tx) error {
		return contracts.GiveNotice(ctx, tx, "C-7", contracts.CustomerSays, on(day), "moves in-house", on("2026-12-20"), by)
	})
}

func (o office) renew(day string) contracts.Renewals {
	o.Helper()
	r, err := contracts.RenewDue(o.Context(), o.DB, on(day))
	o.must(err)
	for _, f := range r.Failures {
		o.Errorf("%s: %v", f.Contract, f.Err)
	}
	return r
}

func TestAContractRenewsByItselfOnTheDayAfterItsTermAndOnce(t *testing.T) {
	o := open(t)
	o.Sign(t, renewing)
	if r := o.renew("2026-12-31"); len(r.Renewed) > 0 {
		t.Errorf("renewed on the last day of the term: %v", r.Renewed)
	}
	results := make([]contracts.Renewals, 2)
	var both sync.WaitGroup
	for i := range results {
		both.Go(func() { results[i], _ = contracts.RenewDue(t.Context(), o.DB, on("2027-01-01")) })
	}
	both.Wait()
	if all := slices.Concat(results[0].Renewed, results[1].Renewed); !slices.Equal(all, []string{"C-7"}) || len(results[0].Failures)+len(results[1].Failures) > 0 {
		t.Errorf("two runs at the same moment renewed %v: %v", all, results)
	}
	if r := o.renew("2027-01-01"); len(r.Renewed) > 0 {
		t.Errorf("a third run renews again: %v", r.Renewed)
	}
	c := o.get()
	last := c.Latest()
	if len(c.History) != 2 || !last.Approved() || last.Decisions[0].Event != "renewed" || last.Decisions[0].Under != 1 || last.PreparedBy != 0 {
		t.Fatalf("the further term is version %d, decided %+v", last.Number, last.Decisions)
	}
	if want := "Renewed automatically under the renewal clause of version 1: 12 further months, prices raised by 5 %; no notice by 2026-12-01"; last.Reason != want || last.Decisions[0].Reason != want {
		t.Errorf("the reason is %q", last.Reason)
	}
	if got := last.Document.Lines[0].Fixed.UnitPrice.String(); got != "42" {
		t.Errorf("40 and 5 %% are %s", got)
	}
	if got := c.Status(on("2027-01-01")); got != contracts.Renewed || !got.Running() {
		t.Errorf("in its further term the contract is %s", got)
	}
	audited, err := access.AuditPage(t.Context(), o.DB, access.AuditFilter{Subject: access.Subject{Kind: "contract", Key: "C-7/v2"}})
	o.must(err)
	if len(audited) != 1 || audited[0].Action != "contract.renew" || audited[0].Reason != last.Reason {
		t.Errorf("audited is %v", audited)
	}
}

func TestAfterALongSilenceEveryFurtherTermBegins(t *testing.T) {
	o := open(t)
	o.Sign(t, strings.Replace(renewing, "months: 12", "months: 1", 1))
	if r := o.renew("2027-03-15"); len(r.Renewed) != 3 {
		t.Errorf("renewed are %v, want January to March", r.Renewed)
	}
	if c := o.get(); c.Latest().Decisions[0].Under != 1 || c.Latest().Document.Term.Through != on("2027-03-31") {
		t.Errorf("the last version is %+v", c.Latest().Document.Term)
	}
}

func TestNoticeInTimeStopsTheRenewalAndLaterIsRefused(t *testing.T) {
	o := open(t)
	o.Sign(t, renewing)
	o.refused(o.notice("2026-12-02", o.Sales), fault.Invalid, "the last day for notice was 2026-12-01, and the contract renews on 2027-01-01")
	o.refused(o.notice("2026-12-25", o.Sales), fault.Invalid, "lies ahead")
	o.refused(o.notice("2026-12-01", o.Accountant), fault.Denied, "sales, finance or support")
	o.must(o.notice("2026-12-01", o.Sales))
	o.refused(o.notice("2026-12-01", o.Sales), fault.Conflict, "given already")
	withdraw := func(day, reason string) error {
		return o.tx(func(ctx context.Context, tx pgx.Tx) error {
			return contracts.WithdrawNotice(ctx, tx, "C-7", reason, on(day), o.Sales)
		})
	}
	o.refused(withdraw("2026-12-05", " "), fault.Invalid, "is missing")
	o.must(withdraw("2026-12-05", "they stay"))
	o.refused(withdraw("2026-12-05", "again"), fault.Conflict, "no notice stands")
	o.must(o.notice("2026-11-30", o.Sales))
	if r := o.renew("2027-01-01"); len(r.Renewed) > 0 {
		t.Errorf("renewed against notice: %v", r)
	}
	o.refused(withdraw("2027-01-02", "too late"), fault.Conflict, "ended on 2026-12-31")
	if got := o.get().Status(on("2027-01-01")); got != contracts.Expired {
		t.Errorf("the contract is %s", got)
	}
	if _, err := o.DB.Exec(t.Context(), `update contracts.notices set event = 'withdrawn'`); err == nil {
		t.Error("notice can be rewritten")
	}
}

func TestAVersionThatWaitsHoldsTheRenewalUntilItIsDecided(t *testing.T) {
	o := open(t)
	o.Sign(t, renewing)
	_, err := o.prepare(strings.Replace(renewing, "quantity: 10", "quantity: 20", 1)+"effective: 2026-12-01\nreason: more\n", o.Sales)
	o.must(err)
	o.must(o.take(contracts.Submit, "", o.Sales))
	if r := o.renew("2027-01-01"); !slices.Equal(r.Held, []string{"C-7"}) || len(r.Renewed) > 0 {
		t.Errorf("beside an offer that waits: %+v", r)
	}
	o.must(o.take(contracts.Reject, "no", o.Finance))
	if r := o.renew("2027-01-02"); len(r.Renewed) != 1 {
		t.Errorf("after it was sent back: %+v", r)
	}
	if c := o.get(); len(c.History) != 3 || c.Latest().Document.Lines[0].Fixed.Quantity.String() != "10" {
		t.Errorf("renewed is version %d", c.Latest().Number)
	}
	forgets := strings.Replace(document, "through: 2026-12-31", "through: 2027-12-31", 1) + "effective: 2027-02-01\nreason: r\n"
	_, err = o.prepare(forgets, o.Sales)
	o.refused(err, fault.Invalid, "must keep 2027-01-01")
}

// Nothing but the program's own renewal counts without a second person, in SQL too.
func TestNobodyRenewsInTheProgramsName(t *testing.T) {
	o := open(t)
	o.Sign(t, renewing)
	c := o.get()
	for what, sql := range map[string]string{
		"a person's version": `insert into contracts.decisions (account_id, contract_id, version, seq, event, prepared_by, by_user, reason, under_version)
			values (@account, @contract, 1, 3, 'renewed', @sales, @sales, 'r', 1)`,
		"under nothing": `insert into contracts.decisions (account_id, contract_id, version, seq, event, prepared_by, by_user, reason)
			values (@account, @contract, 1, 3, 'renewed', @sales, 0, 'r')`,
	} {
		if _, err := o.DB.Exec(t.Context(), sql, pgx.NamedArgs{"account": c.Account, "contract": c.ID, "sales": o.Sales.UserID}); err == nil || !strings.Contains(err.Error(), "decisions_renew_under_an_approval") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestTwoRolesMustEachApproveWhatTheirRuleNames(t *testing.T) {
	o := open(t)
	rule := contracts.Rule{Kind: contracts.NetDaysRule, StartsOn: on("2026-01-01"), Threshold: decimal.Zero, Active: true,
		Roles: []access.Role{access.Finance, access.Accountant}, Reason: "cash is short"}
	propose := func(r contracts.Rule, by access.Actor) error {
		return o.tx(func(ctx context.Context, tx pgx.Tx) error {
			_, err := contracts.ProposeRule(ctx, tx, r, on("2026-01-01"), by)
			return err
		})
	}
	decide := func(d access.Decision, by access.Actor) error {
		return o.tx(func(ctx context.Context, tx pgx.Tx) error {
			return contracts.DecideRule(ctx, tx, rule.Kind, d, "seen", by)
		})
	}
	o.refused(propose(rule, o.Sales), fault.Denied, "finance or admin")
	bad := rule
	bad.StartsOn, bad.Reason = on("2025-12-31"), ""
	o.refused(propose(bad, o.Finance), fault.Invalid, "must be today")
	bad = rule
	bad.Roles = []access.Role{access.Sales}
	o.refused(propose(bad, o.Finance), fault.Invalid, "does not decide about contracts")
	o.must(propose(rule, o.Finance))
	o.refused(propose(rule, o.Finance), fault.Conflict, "waits for a decision")
	o.refused(decide(access.Approve, o.Finance), fault.Denied, "another person")
	all, err := contracts.LoadRules(t.Context(), o.DB)
	o.must(err)
	if r, _ := all.On(rule.Kind, on("2026-01-01")); r.Version != 1 {
		t.Error("a change counts before it is approved")
	}
	o.must(decide(access.Approve, o.Accountant))
	o.refused(decide(access.Approve, o.Accountant), fault.Conflict, "no change of it waits")

	_, err = o.prepare(document, o.Sales) // pays in 30 days: more than none
	o.must(err)
	o.must(o.take(contracts.Submit, "please", o.Sales))
	o.must(o.take(contracts.Approve, "fine", o.Finance))
	if c := o.get(); c.Latest().Approved() || c.Status(on("2026-01-01")) != contracts.InApproval || !slices.Equal(c.Latest().Missing(), []access.Role{access.Accountant}) {
		t.Fatalf("after finance alone the contract is %s, missing %v", c.Status(on("2026-01-01")), c.Latest().Missing())
	}
	o.refused(o.take(contracts.Approve, "again", o.Finance), fault.Denied, "another person")
	o.refused(o.take(contracts.Approve, "me too", o.person("more", access.Finance)), fault.Denied, "takes the role accountant")
	_, err = o.prepare(strings.Replace(document, "quantity: 10", "quantity: 12", 1), o.Sales)
	o.refused(err, fault.Conflict, "waits for a decision")
	o.must(o.take(contracts.Approve, "seen", o.Accountant))
	if c := o.get(); !c.Latest().Approved() || len(c.Latest().Decisions) != 3 {
		t.Errorf("after both the decisions are %+v", c.Latest().Decisions)
	}
	if _, err := o.DB.Exec(t.Context(), `update contracts.rules set threshold = 1000`); err == nil {
		t.Error("a rule can be rewritten")
	}
}

func TestTheRulesTheDatabaseBeginsWithAreTheHouses(t *testing.T) {
	o := open(t)
	all, err := contracts.LoadRules(t.Context(), o.DB)
	o.must(err)
	house := contracts.HouseRules()
	if len(all) != len(house) {
		t.Fatalf("%d rules are seeded, the house has %d", len(all), len(house))
	}
	for i, want := range house {
		got := all[i]
		if got.Kind != want.Kind || !got.Threshold.Equal(want.Threshold) || !slices.Equal(got.Roles, want.Roles) || got.StartsOn != want.StartsOn || !got.Active || !got.Counts() {
			t.Errorf("seeded is %+v, the house's is %+v", got, want)
		}
	}
}

func TestAFileIsKeptByteForByteAndOnlyWhatItSaysItIs(t *testing.T) {
	o := open(t)
	o.Sign(t, document)
	attach := func(name, about string, version int, content string, by access.Actor) (a contracts.Attachment, err error) {
		err = o.tx(func(ctx context.Context, tx pgx.Tx) error {
			a, err = contracts.Attach(ctx, tx, "C-7", version, name, about, []byte(content), by)
			return err
		})
		return a, err
	}
	for _, bad := range []struct {
		name, content, saying string
		version               int
	}{
		{"", "", "choose a file", 1},
		{"a.exe", "MZ", "must be a .pdf", 1},
		{"a.pdf", "<html>", "is no .pdf file", 1},
		{"a.docx", "PK\x03\x04 and nothing", "is no .docx file", 1},
		{"a.eml", "no header", "is no .eml file", 1},
		{"a.pdf", "%PDF-1.7", "must be a version there is: 1 to 1", 2},
		{"a\x00.pdf", "%PDF-1.7", "control character", 1},
		{"a.pdf", "%PDF-" + strings.Repeat("x", contracts.MaxAttachment), "larger than 10 MB", 1},
	} {
		_, err := attach(bad.name, "", bad.version, bad.content, o.Sales)
		o.refused(err, fault.Invalid, bad.saying)
	}
	_, err := attach("a.pdf", "", 1, "%PDF-1.7", o.Accountant)
	o.refused(err, fault.Denied, "sales or finance")
	kept, err := attach(`C:\Deals\signed paper.PDF`, "§ 2.1", 1, "%PDF-1.7 signed", o.Sales)
	o.must(err)
	_, err = attach("copy.pdf", "", 1, "%PDF-1.7 signed", o.Sales)
	o.refused(err, fault.Conflict, "as signed paper.PDF")
	_, err = attach("agreed.eml", "", 1, "From: a@b.example\r\nDate: Thu, 1 Jan 2026 10:00:00 +0000\r\n\r\nyes", o.Sales)
	o.must(err)
	read, err := contracts.LoadAttachment(t.Context(), o.DB, o.get(), kept.ID)
	o.must(err)
	if string(read.Content) != "%PDF-1.7 signed" || read.Name != "signed paper.PDF" || read.MediaType != "application/pdf" || read.About != "§ 2.1" || read.Hash() != kept.Hash() || len(read.Hash()) != 64 {
		t.Errorf("read back is %+v", read)
	}
	if _, err := contracts.LoadAttachment(t.Context(), o.DB, o.get(), 999); !errors.Is(err, fault.NotFound) {
		t.Errorf("a file nobody attached: %v", err)
	}
	if _, err := o.DB.Exec(t.Context(), `update contracts.attachments set content = 'x'`); err == nil {
		t.Error("a file can be rewritten")
	}
}
