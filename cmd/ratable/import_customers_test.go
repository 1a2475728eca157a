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

func TestAFileOfCustomersIsFixedInTheErrorFileThatItsImportWrote(t *testing.T) {
	db := pgtest.New(t)
	invoicingtest.New(t, db)
	env := settings(t, db)
	errors := filepath.Join(t.TempDir(), "errors.csv")
	var b strings.Builder
	b.WriteString("\ufeffexternal_id;name;entity;currency;country;region;postcode\r\n")
	for i := range 40 {
		country := "US"
		if i%10 == 3 {
			country = "Vereinigte Staaten"
		}
		fmt.Fprintf(&b, "cli-%02d;Customer %02d;rtus;USD;%s;TX;78701\r\n", i, i, country)
	}
	send := func(input string, more ...string) answer {
		return ratable(t, env, input, append([]string{"import", "customers", "-", "--cohort", "spring"}, more...)...)
	}
	send(b.String(), "--dry-run").want(t, exitBadInput, "36 new, 0 changed, 0 unchanged, 4 refused", "line 5: country: is not an ISO 3166-1 country code")
	send(b.String()).want(t, exitBadInput, "nothing was taken up", "--partial")
	send(b.String(), "--partial", "--errors", errors).want(t, exitBadInput, "36 new, 0 changed, 0 unchanged, 4 refused", errors)
	text, err := os.ReadFile(errors)
	if err != nil {
		t.Fatal(err)
	}
	fixed := strings.ReplaceAll(string(text), ";Vereinigte Staaten;", ";US;")
	send(fixed).want(t, 0, "4 new, 0 changed, 0 unchanged, 0 refused")
	for _, again := range []string{fixed, strings.ReplaceAll(b.String(), "Vereinigte Staaten", "US")} {
		send(again).want(t, 0, "0 new, 0 changed", "0 refused")
	}
	folder := t.TempDir()
	for i := range 3 {
		document := fmt.Sprintf("contract: F-%d\nentity: rtus\ncustomer: cli-%02d\ncurrency: USD\nterm: {from: 2026-01-01, through: 2026-12-31}\nlines:\n  - {id: platform, product: platform, fixed: {quantity: 1, unit_price: 10.00, every: month}}\n", i, i)
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("f-%d.yaml", i)), []byte(document), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ratable(t, env, "", "import", "contracts", folder, "--cohort", "spring").want(t, 0, "3 new")
	ratable(t, env, "", "import", "contracts", folder, "--cohort", "spring").want(t, 0, "0 new, 0 changed, 3 unchanged")
	ratable(t, env, "", "cohort", "spring").want(t, 0, "cli-00", "imported")
	ratable(t, env, "", "cohort", "spring", "compare").want(t, 0)
	ratable(t, env, "", "cohort", "autumn", "compare").want(t, exitBadInput, "there is no cohort autumn")
	ratable(t, env, "", "import", "balances", "--template").want(t, 0, "unapplied", "earned")
}
