package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
)

// spoilt is the deal with one thing changed.
func spoilt(from, to string) string { return strings.Replace(deal, from, to, 1) }

const usageHeader = "source,id,customer,meter,occurred_at,quantity\n"

// badInput is what a person may type or send that nobody can act on: the command, what the file (or standard input)
// holds, and the message.
var badInput = []struct {
	what, command, file, says string
}{
	{"an unknown command", "bill", "", "unexpected argument bill"},
	{"no command", "", "", "expected one of"},
	{"an unknown flag", "serve --port 80", "", "unknown flag --port"},
	{"an unknown job", "run dunning", "", `<job> must be one of "billing","invoices","revenue","remeasure","mail","sweep","usage-months" but got "dunning"`},
	{"a day that is none", "run invoices --as-of 2026-02-30", "", `--as-of: "2026-02-30" is not in the calendar: check the month and the day`},
	{"a day in words", "run invoices --as-of tomorrow", "", `--as-of: "tomorrow" is not a date: write it as year-month-day, like 2026-03-01`},
	{"a day to come", "run invoices --as-of 2999-01-01", "", "--as-of: is still to come; choose today or a day before (2999-01-01)"},
	{"an unknown entity", "export journal --entity nowhere", "", "entity: is not one of our legal entities (nowhere)"},
	{"an unknown format", "export journal --format xml", "", `--format must be one of "csv","hledger" but got "xml"`},
	{"an unknown export", "export customers", "", "unexpected argument customers"},
	{"a month that is none", "export trial --month 2026-13", "", "2026-13"},
	{"a contract nobody knows", "export contract C-404", "", "C-404"},
	{"a version nobody made", "export contract C-7 --version 9", "", "version: contract C-7 has versions 1 to 1 (9)"},
	{"a file that is not there", "import usage nowhere.csv", "", "there is no file nowhere.csv"},
	{"a contract file that is not there", "import contract nowhere.yaml", "", "there is no file nowhere.yaml"},
	{"a scenario that is not there", "simulate nowhere.yaml", "", "there is no file nowhere.yaml"},

	{"an empty usage file", "import usage -", "", "line 1: header: the file is empty: its first row must be source,id,customer,meter,occurred_at,quantity[,dim.*]"},
	{"a wrong header", "import usage -", "source,id,client,meter,occurred_at,quantity\n", "line 1: header: the column is unknown: the header must be source,id,customer,meter,occurred_at,quantity[,dim.*] (client)"},
	{"semicolons", "import usage -", strings.ReplaceAll(usageHeader, ",", ";"), "separated by commas, not semicolons"},
	{"usage in Latin-1", "import usage -", usageHeader + "gw,1,caf\xe9,api.calls,2026-01-05T10:00:00Z,1\n", "line 2: customer:"},
	{"a negative count", "import usage -", usageHeader + "gw,1,acme,api.calls,2026-01-05T10:00:00Z,-1\n", "line 2: quantity:"},
	{"a time without a zone", "import usage -", usageHeader + "gw,1,acme,api.calls,2026-01-05 10:00,1\n", "line 2: occurred_at:"},
	{"a statement with a wrong header", "import statement -", "day,amount\n", "line 1"},

	{"a scenario that is none", "simulate -", "hello\n", "line 1"},
	{"a scenario with an unknown key", "simulate -", "throug: 2026-12-31\n", "throug"},
}

// badContracts are documents that no entry point takes, with the finding each of them shows.
var badContracts = []struct {
	what, document string
	line           int
	path, says     string
}{
	{"an empty contract", " ", 0, "document", "is empty"},
	{"an unknown key", spoilt("title:", "tilte:"), 2, "tilte", "is not a key known here; the keys are contract, title,"},
	{"an overlapping ramp", spoilt("quantity: 10, unit_price: 100.00,", "ramp: [{from: 2026-01-01, through: 2026-06-30, quantity: 5, unit_price: 100.00}, {from: 2026-06-30, through: 2026-12-31, quantity: 10, unit_price: 100.00}],"),
		9, "lines[0].fixed.ramp[1].from", "overlaps the step before, which runs through 2026-06-30"},
	{"an end before the start", spoilt("through: 2026-12-31", "through: 2025-12-31"), 6, "term.through", "is before term.from 2026-01-01; the last day cannot precede the first"},
	{"a negative quantity", spoilt("quantity: 10", "quantity: -10"), 9, "lines[0].fixed.quantity", "is negative; give zero or more"},
	{"an unknown currency", spoilt("currency: USD", "currency: XBT"), 5, "currency", "is not an ISO 4217 currency code such as USD or EUR"},
	{"a contract in Latin-1", spoilt("Platform and calls", "Caf\xe9"), 2, "document", "is not valid UTF-8; save the file as UTF-8 and send it again"},
	{"a customer nobody knows", spoilt("customer: acme", "customer: acne"), 4, "customer", "is not the external id of a customer"},
	{"a product nobody sells", spoilt("product: api", "product: apl"), 10, "lines[1].product", "is not a product of the catalog"},
}

func TestBadInputIsToldWhatIsWrongAndEndsWith2(t *testing.T) {
	db := pgtest.New(t)
	invoicingtest.New(t, db).Sign(t, deal)
	env := settings(t, db)
	before := rowsOf(t, db)
	var page strings.Builder
	for _, b := range badInput {
		a := ratable(t, env, b.file, strings.Fields(b.command)...)
		page.WriteString(b.what + "\n    ratable " + b.command + "\n    " + strings.ReplaceAll(strings.TrimSpace(a.errors), "\n", "\n    ") + "\n")
		if a.code != exitBadInput || !strings.Contains(a.errors, b.says) || strings.Contains(a.errors, "goroutine") {
			t.Errorf("%s: ratable %s ends with %d, want %d and %q:\n%s%s", b.what, b.command, a.code, exitBadInput, b.says, a.out, a.errors)
		}
	}
	for _, b := range badContracts {
		a := ratable(t, env, b.document, "import", "contract", "-")
		page.WriteString(b.what + "\n    ratable import contract -\n    " + strings.ReplaceAll(strings.TrimSpace(a.errors), "\n", "\n    ") + "\n")
		finding := b.path + ": " + b.says
		if b.line > 0 {
			finding = fmt.Sprintf("line %d: %s", b.line, finding)
		}
		if a.code != exitBadInput || !strings.Contains(a.errors, finding) {
			t.Errorf("%s: ratable import contract ends with %d, want %d and %q:\n%s%s", b.what, a.code, exitBadInput, finding, a.out, a.errors)
		}
	}
	expectSame(t, "bad input", before, rowsOf(t, db))
	golden(t, "testdata/bad_input.golden", page.String())
}

func TestWhatMayGoAwayEndsWith1(t *testing.T) {
	db := pgtest.New(t)
	c := invoicingtest.New(t, db)
	c.Sign(t, deal)
	c.Bill(t, "2026-01-01")
	c.Use(t, "acme", "api.calls", "2026-01-20", "900000")
	env := settings(t, db)
	ratable(t, env, "", "run", "invoices", "--as-of", "2026-02-01").want(t, exitFailure, "held before anything was issued", "USD")
	away := append(env, "DATABASE_URL=postgres://nobody@127.0.0.1:1/nothing")
	ratable(t, away, "", "export", "trial").want(t, exitFailure, "connect to PostgreSQL", "connection refused")
	ratable(t, append(env, "RATABLE_ADDR=127.0.0.1:99999"), "", "serve", "--no-worker").want(t, exitFailure, "listen on 127.0.0.1:99999", "RATABLE_ADDR or --addr chooses another address")
	unwritable := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(unwritable, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	ratable(t, append(env, "RATABLE_HOME="+unwritable, "DATABASE_URL="), "", "migrate").want(t, exitFailure, unwritable)
}

func TestAnEventKnownWithOtherContentIsReportedAndTheFirstStays(t *testing.T) {
	db := pgtest.New(t)
	invoicingtest.New(t, db)
	env := settings(t, db)
	row := func(quantity string) string {
		return usageHeader + "gw,1,acme,api.calls,2026-01-05T10:00:00Z," + quantity + "\n"
	}
	ratable(t, env, row("5"), "import", "usage", "-").want(t, 0, "1 accepted, 0 known already")
	ratable(t, env, row("5"), "import", "usage", "-").want(t, 0, "0 accepted, 1 known already")
	ratable(t, env, row("6"), "import", "usage", "-").want(t, exitFailure, "event 1 of gw is known with quantity 5, not 6: the first stays", "some events are known with other content")
}
