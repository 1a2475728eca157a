package journals

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/ledger"
)

func TestARepeatingJournalIsPostedOnceForEachOfItsDaysAndStops(t *testing.T) {
	w := newWorld(t)
	rent := bonus()
	rent.On, rent.Every, rent.Through = "2026-01-31", "month", "2026-06-30"
	j := w.post(rent)
	run := func(on string) int {
		r, err := PostDue(ctx, w.DB, day(on), access.System("jobs"))
		if err != nil || len(r.Failures) > 0 {
			t.Fatalf("as of %s: %v %v", on, err, r.Failures)
		}
		return r.Entries
	}
	if pending, err := Pending(ctx, w.DB, w.US.ID, month("2026-02")); err != nil || len(pending) != 1 {
		t.Errorf("February waits for %v %v", pending, err)
	}
	var got []int
	for _, on := range []string{"2026-02-27", "2026-02-28", "2026-02-28", "2026-04-30"} {
		got = append(got, run(on))
	}
	if diff := cmp.Diff([]int{0, 1, 0, 2}, got); diff != "" {
		t.Errorf("entries by run (-want +got):\n%s", diff)
	}
	for _, m := range []string{"2026-01", "2026-02", "2026-03", "2026-04", "2026-05"} {
		w.close(m)
	}
	if run("2026-06-30") != 2 {
		t.Error("May and June came round")
	}
	var posted []string
	for _, p := range w.get(j.ID).Posted {
		posted = append(posted, p.On.String()+" "+p.Number)
	}
	want := []string{"2026-01-31 RTUS-JE-2026-000001", "2026-02-28 RTUS-JE-2026-000002", "2026-03-31 RTUS-JE-2026-000003", "2026-04-30 RTUS-JE-2026-000004", "2026-06-01 RTUS-JE-2026-000005", "2026-06-30 RTUS-JE-2026-000006"}
	if diff := cmp.Diff(want, posted); diff != "" {
		t.Errorf("posted (-want +got): May is closed and stands in June\n%s", diff)
	}
	if run("2027-12-31") != 0 {
		t.Error("it repeats after its last day")
	}
	late, err := ledger.EntriesPage(ctx, w.DB, ledger.EntryFilter{Source: "manual:RTUS-JE-2026-000005"})
	if err != nil || late[0].Postings[0].Month != month("2026-05") {
		t.Errorf("the amount of May belongs to %v (%v)", late, err)
	}
	w.refused(w.try(func(tx pgx.Tx) error { _, err := Reverse(ctx, tx, j.ID, day("2026-07-01"), "x", w.Finance); return err }), fault.Conflict, "posted 6 times")
	w.refused(w.try(func(tx pgx.Tx) error { return Stop(ctx, tx, j.ID, " ", w.Finance) }), fault.Invalid, "say why")
	w.tx(func(tx pgx.Tx) error { return Stop(ctx, tx, j.ID, "moved out", w.Finance) })
	w.refused(w.try(func(tx pgx.Tx) error { return Stop(ctx, tx, j.ID, "again", w.Finance) }), fault.Conflict, "does not repeat")
}

func TestTwoRunsAtOncePostAnOccurrenceOnce(t *testing.T) {
	w := newWorld(t)
	rent := bonus()
	rent.On, rent.Every, rent.Through, rent.ReversesOn = "2026-01-31", "month", "2026-12-31", "2026-02-01"
	j := w.post(rent)
	done := make(chan error, 3)
	for range 3 {
		go func() {
			r, err := PostDue(ctx, w.DB, day("2026-12-31"), access.System("jobs"))
			if err == nil && len(r.Failures) > 0 {
				err = r.Failures[0].Err
			}
			done <- err
		}()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if posted := w.get(j.ID).Posted; len(posted) != 24 {
		t.Errorf("12 months and their reversals are %d entries", len(posted))
	}
	if got := w.balance(ledger.Fees, "2027-01-01"); got != "0.00" {
		t.Errorf("all taken back, %s is left", got)
	}
}

func TestALimitSaysWhoMayApprove(t *testing.T) {
	w := newWorld(t)
	limit := func(code string, role access.Role, most string) Rule {
		return Rule{Kind: LimitRule, Code: code, StartsOn: day("2026-01-01"), Reason: "policy 4", Limit: Limit{Role: role, Currency: "USD", Most: most}}
	}
	decide := func(r Rule, d access.Decision, reason string, by access.Actor) error {
		return w.try(func(tx pgx.Tx) error { return DecideRule(ctx, tx, r.ID, d, reason, by) })
	}
	propose := func(r Rule) (out Rule) {
		w.tx(func(tx pgx.Tx) (err error) { out, err = Propose(ctx, tx, r, w.Finance); return err })
		return out
	}
	for _, c := range []struct {
		change func(*Rule)
		says   string
	}{
		{func(r *Rule) { r.Limit.Role = access.Sales }, "they approve journals"}, {func(r *Rule) { r.Limit.Most = "much" }, "must be an amount"},
		{func(r *Rule) { r.Limit.Currency = "?" }, "ISO 4217"}, {func(r *Rule) { r.Reason = "" }, "is missing"}, {func(r *Rule) { r.Code = "A b" }, "lower-case"},
	} {
		r := limit("finance-usd", access.Finance, "1000")
		c.change(&r)
		w.refused(w.try(func(tx pgx.Tx) error { _, err := Propose(ctx, tx, r, w.Finance); return err }), fault.Invalid, c.says)
	}
	r := propose(limit("accountant-usd", access.Accountant, "1000"))
	j := w.post(bonus()) // a proposal does not count
	w.refused(decide(r, access.Approve, "", w.Finance), fault.Denied, "another person")
	w.refused(decide(r, access.Reject, " ", w.Accountant), fault.Invalid, "say why")
	if err := decide(r, access.Approve, "", w.Accountant); err != nil {
		t.Fatal(err)
	}
	w.refused(decide(r, access.Approve, "", w.Accountant), fault.Conflict, "approved already")
	j = w.enter(bonus())
	w.tx(func(tx pgx.Tx) error { return Submit(ctx, tx, j.ID, w.Finance) })
	w.refused(w.try(func(tx pgx.Tx) error { _, err := Decide(ctx, tx, j.ID, access.Approve, "", w.Accountant); return err }), fault.Denied, "it takes the role finance")
	r = propose(limit("finance-usd", access.Finance, "1100"))
	if err := decide(r, access.Approve, "", w.Accountant); err != nil {
		t.Fatal(err)
	}
	third := w.enter(bonus())
	w.refused(w.try(func(tx pgx.Tx) error { return Submit(ctx, tx, third.ID, w.Finance) }), fault.Invalid, "more than anybody may approve")
	small := bonus()
	small.Lines[0].Debit, small.Lines[1].Credit = "999", "999"
	w.post(small)
	retired := limit("finance-usd", access.Finance, "0")
	retired.Limit.Retired = true
	if err := decide(propose(retired), access.Approve, "", w.Accountant); err != nil {
		t.Fatal(err)
	}
	w.tx(func(tx pgx.Tx) error { return Submit(ctx, tx, third.ID, w.Finance) })
}

func TestWhatWaitsStandsInTheWayOfItsMonth(t *testing.T) {
	w := newWorld(t)
	j := w.enter(bonus())
	for m, want := range map[string]int{"2026-02": 0, "2026-03": 1, "2026-04": 1} {
		if got, err := Pending(ctx, w.DB, w.US.ID, month(m)); err != nil || len(got) != want {
			t.Errorf("%s waits for %d journals (%v), should be %d", m, len(got), err, want)
		}
	}
	w.tx(func(tx pgx.Tx) error { return Withdraw(ctx, tx, j.ID, "", w.Finance) })
	if got, err := Pending(ctx, w.DB, w.US.ID, month("2026-03")); err != nil || len(got) != 0 {
		t.Errorf("withdrawn, it still waits: %v %v", got, err)
	}
	w.refused(w.try(func(tx pgx.Tx) error { return Withdraw(ctx, tx, j.ID, "", w.Finance) }), fault.Conflict, "withdrawn")
}

func TestAFileIsKeptByteForByte(t *testing.T) {
	w := newWorld(t)
	j := w.enter(bonus())
	attach := func(name, content string) error {
		return w.try(func(tx pgx.Tx) error { return Attach(ctx, tx, j.ID, name, []byte(content), w.Finance) })
	}
	if err := attach(`C:\books\fee.pdf`, "%PDF-1.7 fee"); err != nil {
		t.Fatal(err)
	}
	w.refused(attach("fee.pdf", "%PDF-1.7 fee"), fault.Conflict, "")
	w.refused(attach("fee.exe", "MZ"), fault.Invalid, "must be a .pdf")
	all, err := Attachments(ctx, w.DB, j.ID)
	if err != nil || len(all) != 1 || all[0].Name != "fee.pdf" {
		t.Fatalf("kept: %v %v", all, err)
	}
	if a, err := LoadAttachment(ctx, w.DB, j.ID, all[0].ID); err != nil || string(a.Content) != "%PDF-1.7 fee" {
		t.Errorf("it comes back as %q, %v", a.Content, err)
	}
	_, err = LoadAttachment(ctx, w.DB, j.ID+1, all[0].ID)
	w.refused(err, fault.NotFound, "")
}

func TestATemplateSplitsATotalWithoutARest(t *testing.T) {
	tpl := Template{Code: "rent", Name: "Rent of the office", Lines: []TemplateLine{
		{Account: "Fees", Percent: "33.3"}, {Account: "COGS", Percent: "33.3"}, {Account: "OtherLoss", Percent: "33.4"}, {Account: "PayableToSupplier", Credit: true, Percent: "100"}}}
	if found := tpl.check(); len(found) > 0 {
		t.Fatal(found)
	}
	rapid.Check(t, func(t *rapid.T) {
		total := money.Of(rapid.Int64Range(1, 1_000_000_00).Draw(t, "total"), "USD")
		debits, credits := money.Zero("USD"), money.Zero("USD")
		for _, l := range tpl.Fill(total) {
			for text, into := range map[string]*money.Amount{l.Debit: &debits, l.Credit: &credits} {
				if text != "" {
					a, err := money.ParseAmount(text, "USD")
					if err != nil {
						t.Fatal(err)
					}
					*into = into.Add(a)
				}
			}
		}
		if debits != total || credits != total {
			t.Fatalf("of %s the debits are %s and the credits %s", total, debits, credits)
		}
	})
	for _, c := range []struct {
		lines []TemplateLine
		says  string
	}{
		{[]TemplateLine{{Account: "Fees", Percent: "50"}, {Account: "PayableToSupplier", Credit: true, Percent: "100"}}, "add up to 100"},
		{[]TemplateLine{{Account: "Gifts", Amount: "1"}, {Account: "PayableToSupplier", Credit: true, Amount: "1"}}, "no account"},
		{[]TemplateLine{{Account: "DeferredRevenue", Amount: "1"}, {Account: "PayableToSupplier", Credit: true, Amount: "1"}}, "sub-ledger"},
		{[]TemplateLine{{Account: "Fees", Amount: "1", Percent: "2"}, {Account: "PayableToSupplier", Credit: true, Amount: "x"}}, "not both"},
		{[]TemplateLine{{Account: "Fees", Amount: "1"}}, "at least two"},
	} {
		if found := fmt.Sprint(Template{Code: "x", Name: "x", Lines: c.lines}.check()); !strings.Contains(found, c.says) {
			t.Errorf("%v: %s, should say %q", c.lines, found, c.says)
		}
	}
	w := newWorld(t)
	w.tx(func(tx pgx.Tx) error { return SaveTemplate(ctx, tx, tpl, w.Finance) })
	tpl.Name, tpl.Retired = "Rent", true
	w.tx(func(tx pgx.Tx) error { return SaveTemplate(ctx, tx, tpl, w.Finance) })
	used, err := Templates(ctx, w.DB, false)
	all, err2 := Templates(ctx, w.DB, true)
	if err != nil || err2 != nil || len(used) != 0 || len(all) != 1 || all[0].Name != "Rent" || len(all[0].Lines) != 4 {
		t.Errorf("templates: %v %v, %v %v", used, err, all, err2)
	}
	_, err = FindTemplate(ctx, w.DB, "none")
	w.refused(err, fault.NotFound, "no template")
}

func TestAFileOfLinesIsReadOrRefusedRowByRow(t *testing.T) {
	lines, err := ReadCSV([]byte("\xef\xbb\xbfAccount;Debit;Credit;Month\r\nFees;1,200.00;;2026-02\r\n\"PayableToSupplier\";;1200\r\n"))
	want := []WrittenLine{{Account: "Fees", Debit: "1,200.00", Month: "2026-02"}, {Account: "PayableToSupplier", Credit: "1200"}}
	if diff := cmp.Diff(want, lines); diff != "" || err != nil {
		t.Errorf("read as (%v):\n%s", err, diff)
	}
	w := newWorld(t)
	for file, says := range map[string]string{
		"":                                    "is empty",
		"account,debit\n":                     "credit is missing",
		"account,debit,credit,colour\n":       "is no column",
		"account,debit,credit,debit\n":        "twice",
		"account,debit,credit\na,1,2,3\n":     "row 2 has 4 columns",
		"account,debit,credit\n\"a,1,2\n":     "row 2 cannot be read",
		strings.Repeat("x", maxCSV) + "xxxxx": "larger than 1 MB",
	} {
		_, err := ReadCSV([]byte(file))
		if fault.Kind(err) != fault.Invalid || !strings.Contains(strings.ReplaceAll(err.Error(), ": ", " "), strings.ReplaceAll(says, ": ", " ")) && !strings.Contains(err.Error(), "is missing in the first row") {
			t.Errorf("%.40q: %v, should say %q", file, err, says)
		}
	}
	written := bonus()
	written.Lines, _ = ReadCSV([]byte("account,debit,credit\nFees,10,\nGifts,,x\n"))
	_, err = Read(ctx, w.DB, written)
	if got := fmt.Sprint(fault.Fields(err)); !strings.Contains(got, "lines[1].account") || !strings.Contains(got, "lines[1].credit") {
		t.Errorf("the rows are judged as %s", got)
	}
}
