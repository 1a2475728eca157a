package ledger

import (
	"bytes"
	"encoding/csv"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/money"
)

// names try whatever a person may have typed.
func (b book) names() Names {
	return Names{
		Entities:  map[entities.ID]string{b.rus: "rus", b.rde: "rde"},
		Customers: map[customers.ID]string{40: "Acme, \"Inc.\"; date:2020-01-01 | [2020-01-01] 🚀"},
		Contracts: map[int64]string{7: "=cmd|'/c calc'!A1"},
	}
}

// exported is a book in several currencies with every trap an export can meet,
// and what was booked there, in the order of exports.
func exported(t *testing.T) (book, []Entry) {
	b := openBook(t)
	tricky := b.invoice(1, 3, "RUS-2", "2026-02-01", usd("1234.50"), usd("0.05"))
	tricky.Memo = "+1 ; not a comment | not a note\r\n2026-03-01 * not an entry"
	euro := b.revenue(2, 1, "2026-01-31", amount("1000000.01", "EUR"))
	euro.Entity = b.rde
	entries := []Entry{
		b.invoice(1, 1, "RUS-1", "2026-01-01", usd("100.00"), usd("7.00")),
		b.revenue(1, 2, "2026-01-31", usd("40.00")),
		euro,
		b.revenue(2, 2, "2026-01-31", amount("123456", "JPY")),
		tricky,
		b.revenue(2, 3, "2026-02-01", amount("1.005", "KWD")),
		b.paid(1, 4, "RUS-1", "2026-02-15", "107.00"),
	}
	b.append(t, entries...)
	bare := Entry{Account: 1, Seq: 5, Entity: b.rus, Source: "bare", BookedOn: day("2026-01-05"), Currency: "USD", Billed: entries[0].Billed}
	b.append(t, bare) // books no money: in no export
	return b, b.converted(entries...)
}

func TestTheStreamGivesWhatWasBookedInOrder(t *testing.T) {
	b, entries := exported(t)
	want := append([]Entry{}, entries...)
	for i := range want {
		want[i].Billed = nil
	}
	if diff := cmp.Diff(want, collect(t, Stream(ctx, b.db, Filter{}))); diff != "" {
		t.Errorf("streamed (-booked +streamed):\n%s", diff)
	}
	f := Filter{Entity: b.rus, Currency: "USD", From: day("2026-01-31"), Through: day("2026-02-01")}
	if diff := cmp.Diff([]Entry{want[1], want[4]}, collect(t, Stream(ctx, b.db, f))); diff != "" {
		t.Errorf("streamed by %+v (-want +got):\n%s", f, diff)
	}
	for e, err := range Stream(ctx, b.db, Filter{}) {
		if err != nil || e.Seq != 1 {
			t.Errorf("the first entry is %+v, %v", e, err)
		}
		break // must give the connection back; pgtest looks
	}
}

func TestExportsAreTheSameBytesFromMemoryAndFromTheDatabase(t *testing.T) {
	b, entries := exported(t)
	for what, write := range exports(b.names()) {
		var memory, streamed, again bytes.Buffer
		for out, source := range map[*bytes.Buffer]entrySource{&memory: Each(entries), &streamed: Stream(ctx, b.db, Filter{}), &again: Stream(ctx, b.db, Filter{})} {
			if err := write(out, source); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(memory.String(), streamed.String()); diff != "" {
			t.Errorf("%s (-memory +database):\n%s", what, diff)
		}
		if !bytes.Equal(streamed.Bytes(), again.Bytes()) {
			t.Errorf("%s differs the second time", what)
		}
	}
}

type entrySource = func(yield func(Entry, error) bool)

func exports(n Names) map[string]func(out *bytes.Buffer, entries entrySource) error {
	return map[string]func(out *bytes.Buffer, entries entrySource) error{
		"CSV":     func(out *bytes.Buffer, entries entrySource) error { return WriteJournalCSV(out, n, entries) },
		"hledger": func(out *bytes.Buffer, entries entrySource) error { return WriteHledger(out, n, entries) },
	}
}

func TestAnExportStopsAtTheFirstFailure(t *testing.T) {
	b := book{rus: 1}
	late, early := b.revenue(1, 1, "2026-02-28", usd("1.00")), b.revenue(1, 2, "2026-01-31", usd("1.00"))
	broken := errors.New("the connection is lost")
	for what, write := range exports(Names{}) {
		err := write(&bytes.Buffer{}, func(yield func(Entry, error) bool) { _ = yield(late, nil) && yield(early, nil) })
		if err == nil || !strings.Contains(err.Error(), "entry 1-2 of 2026-01-31 comes after entry 1-1 of 2026-02-28") {
			t.Errorf("%s of entries that go back in time: %v", what, err)
		}
		err = write(&bytes.Buffer{}, func(yield func(Entry, error) bool) { _ = yield(early, nil) && yield(Entry{}, broken) })
		if !errors.Is(err, broken) {
			t.Errorf("%s of a stream that breaks: %v", what, err)
		}
	}
}

func TestTheJournalCSVIsOneRowAPostingAndRunsNoFormula(t *testing.T) {
	b, entries := exported(t)
	var out bytes.Buffer
	if err := WriteJournalCSV(&out, b.names(), Each(entries)); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\r\n")
	if strings.Contains(strings.Join(lines, ""), "\n") {
		t.Error("a line does not end in CRLF, or a cell breaks the line")
	}
	head := "entry_id,entry_date,period,entity,line_no,account_number,account_type,debit,credit,currency," +
		"customer_id,customer,contract,contract_line,document,source_type,source_id,schedule_id,attribution_period,memo," +
		"book,fx_rate,functional_debit,functional_credit,functional_currency"
	name := `"Acme, ""Inc.""; date:2020-01-01 | [2020-01-01] 🚀"`
	for i, want := range []string{
		head,
		"1-1,2026-01-01,2026-01,rus,1,1100,AccountsReceivable,107.00,,USD,40," + name + ",,,RUS-1,invoice,RUS-1,,,Invoice RUS-1 to Acme,,,107.00,,USD",
		"1-1,2026-01-01,2026-01,rus,2,2200,TaxLiability,,7.00,USD,40," + name + ",,,RUS-1,invoice,RUS-1,,,Invoice RUS-1 to Acme,,,,7.00,USD",
		"1-1,2026-01-01,2026-01,rus,3,2100,DeferredRevenue,,100.00,USD,40," + name + ",'=cmd|'/c calc'!A1,seats,RUS-1,invoice,RUS-1,,,Invoice RUS-1 to Acme,,,,100.00,USD",
		"1-2,2026-01-31,2026-01,rus,1,1150,UnbilledReceivable,40.00,,USD,,,'=cmd|'/c calc'!A1,seats,,revenue,C-2:2026-01-31,,,Revenue of 2026-01-31,,,40.00,,USD",
		"1-2,2026-01-31,2026-01,rus,2,4000,Revenue,,40.00,USD,,,'=cmd|'/c calc'!A1,seats,,revenue,C-2:2026-01-31,72,2026-01,Revenue of 2026-01-31,,,,40.00,USD",
	} {
		if lines[i] != want {
			t.Errorf("line %d is\n%s, should be\n%s", i+1, lines[i], want)
		}
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]money.Amount{}
	for _, r := range rows[1:] {
		currency := money.Currency(r[9])
		side := amount(r[7]+r[8], currency)
		if r[8] != "" {
			side = side.Neg()
		}
		sums[r[6]+" "+r[9]] = sums[r[6]+" "+r[9]].Add(side)
		for _, c := range r {
			if strings.ContainsAny(c[:min(1, len(c))], "=+-@\t\r") {
				t.Errorf("the cell %q would run as a formula", c)
			}
		}
	}
	if diff := cmp.Diff(closings(t, b, Filter{}), sums); diff != "" {
		t.Errorf("the CSV adds up otherwise than the trial balance (-trial +CSV):\n%s", diff)
	}
}

// closings is the trial balance of the whole book by "account currency".
func closings(t *testing.T, b book, f Filter) map[string]money.Amount {
	t.Helper()
	trial, err := TrialBalance(ctx, b.db, f)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]money.Amount{}
	for _, r := range trial.Rows {
		out[r.Account.String()+" "+string(r.Currency)] = r.Closing
	}
	return out
}

func TestACellThatWouldBeAFormulaIsText(t *testing.T) {
	for given, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'=1", "\r\n=1": "'=1", "＝1": "'＝1",
		"Acme": "Acme", "": "", "a\nb\u2028c": "a b c", "1=1": "1=1", "'quoted'": "'quoted'",
	} {
		if got := Cell(given); got != want {
			t.Errorf("%q is written %q, should be %q", given, got, want)
		}
	}
}

// hledger runs the program over a journal. It comes from the distribution.
func hledger(t *testing.T, journal string, args ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath("hledger")
	if err != nil {
		t.Fatal("hledger is not installed, and exports are checked by it. Install it with:\n\n\tapt-get install -y hledger\n")
	}
	c := exec.Command(path, append([]string{"-f", "-"}, args...)...)
	c.Stdin = strings.NewReader(journal)
	c.Env = append(os.Environ(), "LC_ALL=C.UTF-8") // it reads in the locale's encoding
	out, err := c.CombinedOutput()
	return string(out), err
}

func exportHledger(t *testing.T) (book, string) {
	t.Helper()
	b, _ := exported(t)
	var out bytes.Buffer
	if err := WriteHledger(&out, b.names(), Stream(ctx, b.db, Filter{})); err != nil {
		t.Fatal(err)
	}
	return b, out.String()
}

func TestHledgerAcceptsTheExportAndFindsOurTrialBalance(t *testing.T) {
	b, journal := exportHledger(t)
	b.agrees(t, journal, closings(t, b, Filter{}))
}

// In the currency of the entity, whatever was billed in, the journal has gains and losses on exchange of its own.
func TestHledgerAcceptsTheExportInTheCurrencyOfTheEntity(t *testing.T) {
	b, _ := exported(t)
	b.append(t, Entry{Account: 2, Seq: 99, Entity: b.rde, Source: "application:1", BookedOn: day("2026-02-20"), Currency: "EUR", Memo: "settled",
		Postings: []Posting{Debit(Cash, amount("1000000.01", "EUR")), about(Credit(UnbilledReceivable, amount("1000000.01", "EUR")), "seats", "")}})
	var out bytes.Buffer
	f := Filter{Functional: true}
	if err := WriteHledger(&out, b.names(), Stream(ctx, b.db, f)); err != nil {
		t.Fatal(err)
	}
	want := closings(t, b, f)
	if want["FxGain USD"].IsZero() && want["FxLoss USD"].IsZero() {
		t.Errorf("nothing was gained or lost on exchange: this proves nothing\n%v", want)
	}
	b.agrees(t, out.String(), want)
}

// agrees holds hledger's balances against ours.
func (b book) agrees(t *testing.T, journal string, want map[string]money.Amount) {
	t.Helper()
	for _, args := range [][]string{{"check", "-s"}, {"check", "ordereddates"}, {"check", "-s", "ordereddates", "uniqueleafnames"}} {
		if out, err := hledger(t, journal, args...); err != nil {
			t.Errorf("hledger %s: %v\n%s\n%s", strings.Join(args, " "), err, out, journal)
		}
	}
	out, err := hledger(t, journal, "balance", "--flat", "--no-total", "--empty", "--layout=bare", "-O", "csv")
	if err != nil {
		t.Fatalf("hledger balance: %v\n%s", err, out)
	}
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]money.Amount{}
	for _, r := range rows[1:] {
		_, account, _ := strings.Cut(r[0], ":")
		got[account+" "+r[1]] = amount(r[2], money.Currency(r[1]))
	}
	for k, a := range want {
		if _, ok := got[k]; !ok && a.IsZero() {
			delete(want, k)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("hledger's balances differ (-trial balance +hledger):\n%s\n%s", diff, journal)
	}
}

var amountInJournal = regexp.MustCompile(`(?m)^    \w+:\w+  (-?[0-9.]+) ([A-Z]{3})(  ;.*)?$`)

func TestHledgerSeesEachAmountThatIsOffByOneMinorUnit(t *testing.T) {
	_, journal := exportHledger(t)
	places := amountInJournal.FindAllStringSubmatchIndex(journal, -1)
	if len(places) != 16 {
		t.Fatalf("the journal has %d postings, should have 16:\n%s", len(places), journal)
	}
	for _, at := range places {
		currency := money.Currency(journal[at[4]:at[5]])
		off := amount(journal[at[2]:at[3]], currency).Add(money.Of(1, currency))
		if out, err := hledger(t, journal[:at[2]]+off.String()+journal[at[3]:], "check", "-s"); err == nil {
			t.Errorf("%s became %s and hledger did not mind: %s", journal[at[0]:at[1]], off, out)
		}
	}
}

// An entry that was changed on both sides balances: only the assertion sees it.
func TestHledgerSeesAnEntryThatIsMissingOrChangedOnBothSides(t *testing.T) {
	_, journal := exportHledger(t)
	for what, changed := range map[string]string{
		"an entry changed":   strings.NewReplacer("Receivable  40.00", "Receivable  40.01", "Revenue  -40.00", "Revenue  -40.01").Replace(journal),
		"an entry missing":   regexp.MustCompile(`(?s)2026-01-31 \* \(1-2\).*?\n\n`).ReplaceAllString(journal, ""),
		"an entry twice":     regexp.MustCompile(`(?s)2026-01-31 \* \(1-2\).*?\n\n`).ReplaceAllString(journal, "$0$0"),
		"another account":    strings.Replace(journal, "Revenue:Revenue  -40.00", "Revenue:OverageRevenue  -40.00", 1),
		"an unknown account": strings.Replace(journal, "Revenue:Revenue  -40.00", "Revenue:Other  -40.00", 1),
	} {
		if changed == journal {
			t.Fatalf("%s: the journal was not changed", what)
		}
		if out, err := hledger(t, changed, "check", "-s"); err == nil {
			t.Errorf("%s and hledger did not mind: %s", what, out)
		}
	}
}

func TestWhatPeopleTypedMovesNothingInHledger(t *testing.T) {
	_, journal := exportHledger(t)
	out, err := hledger(t, journal, "print", "date:2020", "-O", "csv")
	if err != nil || strings.Count(out, "\n") > 1 {
		t.Errorf("a date in a customer's name moved postings to 2020 (%v):\n%s", err, out)
	}
	out, err = hledger(t, journal, "print", "tag:entity=^rde$")
	if err != nil || !strings.Contains(out, "1000000.01 EUR") || strings.Contains(out, "USD") {
		t.Errorf("the entries of rde are (%v):\n%s", err, out)
	}
}

func TestAnEmptyBookExportsToAJournalThatHledgerAccepts(t *testing.T) {
	var out bytes.Buffer
	if err := WriteHledger(&out, Names{}, Each(nil)); err != nil {
		t.Fatal(err)
	}
	if said, err := hledger(t, out.String(), "check", "-s"); err != nil {
		t.Errorf("hledger: %v\n%s", err, said)
	}
	if strings.Contains(out.String(), "account ") {
		t.Errorf("an account that nothing is booked to is declared:\n%s", out.String())
	}
}
