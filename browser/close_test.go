package browser

import (
	"archive/zip"
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
)

// TestWhatComesAfterTheCloseIsBookedLaterForTheMonthItBelongsTo is what a subledger is for. October is opened again by two
// people and closed by its checklist. Then usage of October arrives, and an amendment from the first of October is approved.
// The next run books both in November, for October; what was known at the close stays as it was, to the byte.
func TestWhatComesAfterTheCloseIsBookedLaterForTheMonthItBelongsTo(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := s.tab(t, chromium(t))

	reopened(w)
	closed(w)
	waterfall, trial := w.asClosed()

	s.late(t, `{"specversion":"1.0","id":"late-1","source":"/edge/recovered","type":"api.calls","subject":"helios-robotics","time":"2026-10-20T11:00:00Z","data":{"quantity":"500000"}}`)
	backdated(w)
	w.signIn(person(t, "felix"))
	w.perform("Revenue")

	w.signIn(person(t, "alma"))
	corrected(w)
	again, since := w.asClosed()
	if again != waterfall {
		t.Errorf("the waterfall as known when October was closed was\n%s\nand is now\n%s", waterfall, again)
	}
	if since != trial {
		t.Errorf("October's trial balance was\n%s\nand is now\n%s", trial, since)
	}
	w.sees("Recognition of earlier months", "Nov 2026", "1,400.00") // 950.00 of usage and 450.00 of seats
	w.press("Waterfall then and now, USD")
	w.sees("Difference by cause", "Late and corrected usage", "Amendments")
	balances(w)
	audited(w)
}

// reopened has October asked for by one and answered by another; who asked cannot answer.
func reopened(w *tab) {
	w.signIn(person(w.t, "alma"))
	w.press("Close")
	w.touch("Reopen Oct 2026")
	w.fill("Reason", "Usage of a data center is missing, its clocks were wrong")
	w.press("Ask for it")
	w.sees("Alma Castillo asks to reopen Oct 2026", "Somebody else answers")
	w.signIn(person(w.t, "felix"))
	w.press("Approvals")
	w.press("Reopening of month nlus/2026-10")
	w.touch("Open it again")
	w.press("Open Oct 2026")
	w.sees("Oct 2026 is open again", "Reopened")
}

// closed goes through the checklist: the finding is opened, the month is closed for new facts first, and then for good.
func closed(w *tab) {
	w.signIn(person(w.t, "alma"))
	w.press("Close")
	w.press("Checklist of Oct 2026")
	w.sees("Wants a note", "Everything earned is recognized")
	w.press("R-0") // the receipt that is applied to nothing
	w.sees("120.00")
	for _, button := range []string{"Soft-close: adjustments only", "Close Oct 2026"} {
		w.press("Close")
		w.press("Checklist of Oct 2026")
		w.fill("Unapplied cash is reviewed", "Paid twice; the customer was asked whether to keep it")
		w.fill("Prices lie within the library of stand-alone prices", "Agreed before the library was kept; looked at one by one")
		w.press(button)
	}
	w.sees("Oct 2026 is closed")
}

// asClosed is the waterfall and the trial balance of October as they were known when it was closed. The tab is left on that page.
func (w *tab) asClosed() (waterfall, trial string) {
	w.t.Helper()
	w.open("/reports/waterfall?entity=1&currency=USD&month=2026-10&since=2026-10")
	waterfall = w.table("As known when Oct 2026 was closed")
	w.open("/close/known?entity=1&month=2026-10")
	w.sees("What was known when the month was closed", "Unapplied cash is reviewed")
	trial = w.table("Trial balance through 31 Oct 2026")
	for row := range strings.Lines(trial) {
		if cells := strings.Split(strings.TrimSpace(row), "\t"); len(cells) == 5 && strings.Trim(cells[4], "0.") != "" && cells[0] != "Account" {
			w.t.Errorf("a closed month has another trial balance now: %q", row)
		}
	}
	return waterfall, trial
}

// table is what a table shows, by its heading or caption.
func (w *tab) table(called string) string {
	w.t.Helper()
	text := eval[string](w, `(() => {
		const t = [...document.querySelectorAll("table")].find((t) => t.caption && t.caption.innerText.trim() === `+"`"+called+"`"+`);
		return t ? [...t.rows].map((r) => [...r.cells].map((c) => c.innerText.replace(/\s+/g, " ").trim()).join("\t")).join("\n") : "";
	})()`)
	if text == "" {
		w.t.Fatalf("%s has no table %q; it shows:\n%s", w.where(), called, w.text())
	}
	return text
}

// pressIn follows a link of the row that says so.
func (w *tab) pressIn(table, row, name string) {
	w.t.Helper()
	at := eval[string](w, `(() => {
		const t = [...document.querySelectorAll("table")].find((t) => t.caption && t.caption.innerText.trim() === `+"`"+table+"`"+`);
		const r = [...t.rows].find((r) => [...r.cells].map((c) => c.innerText.trim()).join(" ").includes(`+"`"+row+"`"+`));
		const a = r && [...r.querySelectorAll("a")].find((a) => a.innerText.trim() === `+"`"+name+"`"+`);
		return a ? a.getAttribute("href") : "";
	})()`)
	if at == "" {
		w.t.Fatalf("%s has no link %q in a row %q; it shows:\n%s", w.where(), name, row, w.text())
	}
	w.open(at)
}

// late sends usage as a machine does: with a token, as a CloudEvent.
func (s *site) late(t *testing.T, event string) {
	t.Helper()
	var token string
	err := s.db.Tx(t.Context(), func(tx pgx.Tx) error {
		users, err := access.ListUsers(t.Context(), tx)
		if err != nil {
			return err
		}
		id := map[string]int64{}
		for _, u := range users {
			id[u.Email] = u.ID
		}
		admin, err := access.ActorByID(t.Context(), tx, id[person(t, "admin").Email])
		if err != nil {
			return err
		}
		token, _, err = access.IssueToken(t.Context(), tx, access.NewToken{User: id[person(t, "finance").Email], Name: "meter", Scopes: []access.Scope{access.UsageWrite}}, admin)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.url+"/v1/events", strings.NewReader(event))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/cloudevents+json")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if got.StatusCode != http.StatusAccepted {
		t.Fatalf("the late event is answered %s", got.Status)
	}
}

// backdated enters ten seats more from a day of the closed month; another person approves.
func backdated(w *tab) {
	w.signIn(person(w.t, "sofia"))
	w.open("/contracts/C-1001/amend")
	w.fill("Counts from", "2026-10-01")
	w.fill("Why it is amended", "Ten seats more since October; the order form was found late")
	w.fillIn("line 1", "Quantity", 1, "70")
	w.until("450.00") // 10 x 45.00 for October
	w.press("Submit for approval")
	w.approve("C-1001")
}

// corrected follows the two corrections from the report to why, where what was booked before stands beside them.
func corrected(w *tab) {
	w.press("Reports")
	w.press("Corrections of closed months")
	w.press("Nov 2026")
	rows := w.table("Corrections of closed months")
	for _, want := range []string{`Nov 2026\tOct 2026\tC-1001\tapi\tusage\tLate and corrected usage`, `Nov 2026\tOct 2026\tC-1001\tseats\tfixed\tAmendments`} {
		if !regexp.MustCompile(want).MatchString(rows) {
			w.t.Errorf("no correction is %q among\n%s", want, rows)
		}
	}
	w.press("C-1001")
	w.sees("booked Nov 2026")
	w.press("Reports")
	w.press("Corrections of closed months")
	w.press("Nov 2026")
	w.pressIn("Corrections of closed months", "C-1001 seats", "Oct 2026")
	w.sees("Schedule, as it became known", "Ten seats more since October", "Oct 2026", "Nov 2026", "Contract version")
	schedule := w.table("Schedule, as it became known")
	if got := strings.Count(schedule, "2700.00") + strings.Count(schedule, "2,700.00"); got != 1 || !strings.Contains(schedule, "450.00") {
		w.t.Errorf("the two entries do not stand side by side:\n%s", schedule)
	}
}

// balances wants the books in balance after it all.
func balances(w *tab) {
	w.press("Ledger")
	sums := 0
	for row := range strings.Lines(w.table("Trial balance")) {
		cells := strings.Split(strings.TrimSpace(row), "\t")
		if cells[0] == "Sum" {
			sums++
			if strings.Trim(cells[len(cells)-1], "0.") != "" || cells[3] != cells[4] {
				w.t.Errorf("the trial balance does not tie: %q", row)
			}
		}
	}
	if sums < 3 {
		w.t.Errorf("the trial balance has %d sums", sums)
	}
}

// audited draws a sample that has the corrections in it and opens the papers of one.
func audited(w *tab) {
	w.signIn(person(w.t, "auditor"))
	w.press("Evidence")
	w.press("Draw a sample")
	w.fill("What for", "Cut-off: what was booked for months that were closed")
	w.fill("Currency", "USD")
	w.fill("Booked from", "2026-11-01")
	w.fill("Booked through", "2026-11-30")
	w.fill("Booked for", "revenue")
	w.fill("Entries", "100")
	w.fill("Seed", "cut-off")
	w.press("Draw")
	w.sees("Drawn again", "The same", "Revenue of 2026-10, contract C-1001")
	pack := w.download("Evidence pack")
	files, err := zip.NewReader(strings.NewReader(pack), int64(len(pack)))
	if err != nil {
		w.t.Fatalf("the evidence pack does not open: %v", err)
	}
	for _, want := range []string{"entry", "contract"} {
		if !slices.ContainsFunc(files.File, func(f *zip.File) bool { return strings.Contains(f.Name, want) }) {
			w.t.Errorf("the evidence pack has nothing called %s", want)
		}
	}
}
