package demo_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"ratable/internal/money"
	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
	"ratable/ledger"
	"ratable/revrec"
)

// aPosting is one row that a test can spoil: of the receivable of an invoice.
const aPosting = `(account_id, entry_seq, n) = (select account_id, entry_seq, n from ledger.postings where document = 'NLEU-2026-000007' and ledger_account = 1100 order by entry_seq limit 1)`

func TestTheTrialBalanceIsZeroPerEntityAndCurrency(t *testing.T) {
	proof{trialBalance, []plant{
		{"ledger.postings", `update ledger.postings set amount = amount + 1 where ` + aPosting, "nleu EUR: debits and credits differ by 1"},
	}}.hold(t)
}

func trialBalance(t *testing.T, db *postgres.DB) (out []string) {
	t.Helper()
	balances := sums(t, db, `
		select e.code || ' ' || p.currency, sum(p.amount)::bigint
		from ledger.postings p join entities.entities e on e.id = p.entity_id
		group by e.code, p.currency`)
	if len(balances) < 4 {
		out = append(out, fmt.Sprintf("only %v are booked", balances))
	}
	for key, sum := range balances {
		if sum != 0 {
			out = append(out, fmt.Sprintf("%s: debits and credits differ by %d", key, sum))
		}
	}
	return out
}

func TestTaxPayableIsTheTaxOfTheDocuments(t *testing.T) {
	proof{taxPayable, []plant{
		{"invoicing.tax_lines", `update invoicing.tax_lines set tax = tax + 1 where (account_id, seq, n) = (
			select account_id, seq, n from invoicing.tax_lines join invoicing.documents using (account_id, seq) where number = 'NLUS-2026-000019' order by n limit 1)`,
			"tax payable of nlus NLUS-2026-000019 USD"},
		{"ledger.postings", `update ledger.postings set ledger_account = 2300 where ledger_account = 2200 and document = 'NLUS-CN-2026-000001'`,
			"tax payable of nlus NLUS-CN-2026-000001 USD"},
	}}.hold(t)
}

func taxPayable(t *testing.T, db *postgres.DB) []string {
	t.Helper()
	rows := sums(t, db, `
		select e.code || ' ' || d.number || ' ' || d.currency, l.tax
		from invoicing.tax_lines l
		join invoicing.documents d on d.account_id = l.account_id and d.seq = l.seq
		join entities.entities e on e.id = d.entity_id
		where not exists (select 1 from invoicing.voids v where v.account_id = d.account_id and v.seq = d.seq)`)
	booked := sums(t, db, `
		select e.code || ' ' || p.document || ' ' || p.currency, -sum(p.amount)::bigint
		from ledger.postings p join entities.entities e on e.id = p.entity_id
		where p.ledger_account = 2200 group by e.code, p.document, p.currency`)
	if len(rows) < 100 {
		t.Errorf("only %d documents carry tax", len(rows))
	}
	return differences("tax payable", rows, booked)
}

// hledger is an accounting program by other people: it adds our export up itself.
func TestHledgerAddsTheWholeLedgerUpToOurTrialBalance(t *testing.T) {
	t.Parallel()
	db := company.Clone(t)
	journal := exported(t, db)
	for _, finding := range hledgerAgrees(t, journal, db) {
		t.Error(finding)
	}
	// A journal of which an entry lost a cent on both sides still balances: only the sums differ.
	pgtest.Plant(t, db, "ledger.postings", `update ledger.postings set amount = amount + sign(amount)
		where (account_id, entry_seq) = (select account_id, entry_seq from ledger.postings where ledger_account = 1010 and currency = 'JPY' order by entry_seq limit 1)
		  and ledger_account in (1010, 1100)`)
	both := plant{sql: "a yen more on both sides of a receipt", named: " JPY"}
	expectNamed(t, both, hledgerAgrees(t, journal, db))
	if found := hledgerAgrees(t, exported(t, db), db); len(found) > 0 {
		t.Errorf("the export of the same ledger differs: %v", found)
	}
	pgtest.Plant(t, db, "ledger.postings", `update ledger.postings set amount = amount + 1 where `+aPosting)
	if out, err := hledger(t, exported(t, db), "check", "-s"); err == nil || !strings.Contains(out, "NLEU-2026-000007") {
		t.Errorf("hledger takes an entry that does not balance, or does not name it: %v\n%s", err, out)
	}
}

func exported(t *testing.T, db *postgres.DB) string {
	t.Helper()
	var out bytes.Buffer
	if err := revrec.Export(context.Background(), db, &out, revrec.Hledger, ledger.Filter{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func hledgerAgrees(t *testing.T, journal string, db *postgres.DB) (out []string) {
	t.Helper()
	for _, check := range [][]string{{"check", "-s"}, {"check", "ordereddates"}} {
		if said, err := hledger(t, journal, check...); err != nil {
			out = append(out, fmt.Sprintf("hledger %s: %v\n%s", strings.Join(check, " "), err, said))
		}
	}
	said, err := hledger(t, journal, "balance", "--flat", "--no-total", "--empty", "--layout=bare", "-O", "csv")
	if err != nil {
		t.Fatalf("hledger balance: %v\n%s", err, said)
	}
	cells, err := csv.NewReader(strings.NewReader(said)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	theirs, ours := map[string]int64{}, map[string]int64{}
	for _, row := range cells[1:] {
		_, account, _ := strings.Cut(row[0], ":")
		amount, err := money.ParseAmount(row[2], money.Currency(row[1]))
		if err != nil {
			t.Fatal(err)
		}
		theirs[account+" "+row[1]] = amount.Minor()
	}
	trial, err := ledger.TrialBalance(context.Background(), db, ledger.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range trial.Rows {
		ours[row.Account.String()+" "+string(row.Currency)] = row.Closing.Minor()
	}
	if len(trial.Rows) < 20 {
		out = append(out, fmt.Sprintf("the trial balance has %d rows only", len(trial.Rows)))
	}
	return append(out, differences("hledger's balance", ours, theirs)...)
}

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
