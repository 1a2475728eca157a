package exports

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ratable/internal/money"
	"ratable/ledger"
)

var january = Scope{Entity: 1, Currency: "USD", Month: month("2026-01")}

func options(t Target) Options {
	e, _ := small(t).Entities.ByID(1)
	return Options{}.Defaults(t, e)
}

func TestEveryFormatIsWhatItsTargetImports(t *testing.T) {
	for _, spec := range Specs {
		for _, level := range []Level{Detailed, Summarized} {
			s := january
			s.Target = spec.Target
			journals := small(spec.Target).Journals(fewEntries())
			if level == Summarized {
				journals = Summarize(journals, s, 1)
			}
			if found := Check(journals, spec.Target, options(spec.Target)); Blocked(found) {
				t.Errorf("%s %s is blocked: %+v", spec.Target, level, found)
			}
			files, err := Files(journals, s, level, 1, options(spec.Target))
			if err != nil || len(files) != 1 {
				t.Fatalf("%s: %d files, %v", spec.Target, len(files), err)
			}
			if spec.Target == XLSX {
				continue // a zip; see TestEveryFormatReadsBackAsTheSameEntries
			}
			golden(t, files[0].Name, files[0].Content)
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	was, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(was), string(got)); diff != "" {
		t.Errorf("%s (-golden +written):\n%s", name, diff)
	}
}

func TestEveryFormatReadsBackAsTheSameEntries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := anyEntries(t, rapid.SampledFrom([]money.Currency{"USD", "EUR", "JPY", "KWD"}).Draw(t, "currency"))
		for _, spec := range Specs {
			s := january
			s.Target = spec.Target
			b := small(spec.Target)
			journals := b.Journals(entries)
			if rapid.Bool().Draw(t, "summarized") {
				journals = Summarize(journals, s, 1)
			}
			for _, j := range journals {
				balances(t, j)
			}
			o := options(spec.Target)
			content, err := Write(journals, spec.Target, o)
			if err != nil {
				t.Fatal(err)
			}
			again, _ := Write(journals, spec.Target, o)
			if !bytes.Equal(content, again) {
				t.Fatalf("%s differs the second time", spec.Target)
			}
			got, err := readers[spec.Target](content, o)
			if err != nil {
				t.Fatalf("%s: %v\n%s", spec.Target, err, content)
			}
			if diff := cmp.Diff(want(journals, called(spec.Target)), got, cmp.AllowUnexported(booked{})); diff != "" {
				t.Fatalf("%s (-entries +read back):\n%s\n%s", spec.Target, diff, content)
			}
		}
	})
}

// balances holds a journal to zero, in both currencies.
func balances(t *rapid.T, j Journal) {
	sum, home := money.Zero(j.Currency), money.Zero(j.Entity.Currency)
	for _, l := range j.Lines {
		sum, home = sum.Add(l.Amount), home.Add(l.Functional)
	}
	if !sum.IsZero() || !home.IsZero() {
		t.Fatalf("journal %s is off by %s, and by %s in its entity's currency", j.ID, sum, home)
	}
}

func TestASummaryAddsUpToItsEntriesPerAccountAndSide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := january
		s.Target = rapid.SampledFrom([]Target{Xero, SAP, NetSuite, CSV}).Draw(t, "target")
		detailed := small(s.Target).Journals(anyEntries(t, "USD"))
		summary := Summarize(detailed, s, 1)
		if diff := cmp.Diff(sides1(detailed), sides1(summary)); diff != "" {
			t.Fatalf("sums per account (-entries +summary):\n%s", diff)
		}
		for i, j := range summary {
			if i > 0 && j.On.Before(summary[i-1].On) {
				t.Fatalf("journal %s of %s comes after one of %s", j.ID, j.On, summary[i-1].On)
			}
		}
	})
}

func sides1(journals []Journal) map[string]string {
	sums := map[string]money.Amount{}
	for _, j := range journals {
		for _, l := range j.Lines {
			side := " debit"
			if l.Amount.Sign() < 0 {
				side = " credit"
			}
			sums[l.GL.Code+side] = sums[l.GL.Code+side].Add(l.Amount)
		}
	}
	out := map[string]string{}
	for k, a := range sums {
		out[k] = a.String()
	}
	return out
}

func TestNoCellIsRunAsAFormula(t *testing.T) {
	b := small(CSV)
	entries := fewEntries()
	entries[1].Memo = "=1+1"
	for _, target := range []Target{QuickBooks, Xero, NetSuite, Intacct, SAP, CSV} {
		b.Target = target
		content, err := Write(b.Journals(entries), target, options(target))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(strings.ReplaceAll(string(content), `"`, "")) {
			for _, cell := range strings.Split(strings.TrimRight(line, "\r\n"), ",") {
				if strings.HasPrefix(cell, "=") || strings.HasPrefix(cell, "+") || strings.HasPrefix(cell, "@") {
					t.Errorf("%s has the cell %q", target, cell)
				}
			}
		}
	}
	content, err := Write(b.Journals(entries), XLSX, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(content, []byte("<f>")) {
		t.Error("the workbook holds a formula")
	}
}

func TestFilesAreSplitWhereTheTargetsLimitIsAndNoJournalIsDivided(t *testing.T) {
	var journals []Journal
	s := january
	s.Target = QuickBooks
	for range 700 {
		journals = append(journals, small(QuickBooks).Journals(fewEntries()[2:])...)
	}
	files, err := Files(journals, s, Detailed, 1, options(QuickBooks))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 2 || files[0].Lines != 900 || files[1].Lines != 500 || files[0].Name != "quickbooks-nlus-USD-2026-01-detailed-1-part1.csv" {
		t.Errorf("1,400 rows became %d files: %d rows in %s", len(files), files[0].Lines, files[0].Name)
	}
	var total money.Amount
	for _, f := range files {
		if f.Debit != f.Credit {
			t.Errorf("%s: debits %s, credits %s", f.Name, f.Debit, f.Credit)
		}
		total = total.Add(f.Debit)
	}
	if total != usd("28000.00") {
		t.Errorf("the control totals come to %s", total)
	}
}

// A target that takes one rate a journal gets what the book says otherwise as a journal beside it: both together are the
// entry, account by account.
func TestAJournalAtOneRateAndWhatStandsBesideItAreTheEntry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := anyEntries(t, rapid.SampledFrom([]money.Currency{"USD", "EUR", "JPY", "KWD"}).Draw(t, "currency"))
		want := map[ledger.Account]money.Amount{}
		for _, e := range entries {
			for _, p := range e.Postings {
				want[p.Account] = want[p.Account].Add(p.Functional)
			}
		}
		for _, target := range []Target{QuickBooks, NetSuite, Intacct, CSV, SAP} {
			b := small(target)
			got := map[ledger.Account]money.Amount{}
			for _, j := range b.Journals(entries) {
				balances(t, j)
				if j.Rate.IsZero() {
					t.Fatalf("%s: journal %s has no rate", target, j.ID)
				}
				for _, l := range j.Lines {
					got[l.Account] = got[l.Account].Add(l.Functional)
				}
			}
			for account, sum := range want {
				if !target.Spec().OneControl && got[account].Minor() != sum.Minor() {
					t.Fatalf("%s: %s comes to %s, is booked at %s", target, account, got[account], sum)
				}
			}
		}
	})
}
