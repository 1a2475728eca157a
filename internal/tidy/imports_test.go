package tidy

import (
	"slices"
	"strings"
	"testing"
)

// floor is where a package stands. It may import only from lower floors, so
// packages on one floor are strangers to each other.
var floor = map[string]int{
	"migrations": 0, "internal/fault": 0, "web/static": 0, "client": 0,
	"internal/period": 1, "internal/money": 2, "internal/strict": 3,
	"internal/pdf": 10, "internal/postgres": 10, "internal/tidy": 10, "web/ui": 10,
	"internal/access": 20, "internal/mail": 21, "internal/jobs": 21, "internal/webhook": 22,
	"entities": 30, "customers": 31, "catalog": 31,
	"usage": 35, "tax": 35, "ledger": 35,
	"contracts": 40, "closing": 45,
	"invoicing": 50, "revrec": 50, "entitlements": 50,
	"revrec/subledger": 55, "foresight": 56,
	"journals": 53, "revrec/cost": 55,
	"payments": 60, "exports": 60,
	"internal/formula": 3,
	"partners":         62, "evidence": 62, "reports": 62, "opening": 62,
	"spend":      61,
	"onboarding": 63, "reconcile": 63, "closing/checklist": 64, "privacy": 64,
	"scenario": 65, "revrec/examples": 66,
	"web/page": 70, "web/api": 71, "web": 72,
	"demo":        80,
	"cmd/ratable": 90, "stories": 90, "bench": 90, "browser": 90,
}

// denied are edges that the floors would allow and the design does not.
var denied = map[string][]string{
	"contracts": {"tax", "ledger"},                     // a price knows neither tax nor books
	"web/ui":    {"internal/postgres", "internal/pdf"}, // atoms know nothing above period and money
}

func TestPackagesImportOnlyFromLowerFloors(t *testing.T) {
	for _, f := range product(files(t)) {
		from, known := floor[f.pkg]
		if !known {
			t.Errorf("%s: package %s has no floor; say in imports_test.go where it stands", f.path, f.pkg)
			continue
		}
		for _, to := range f.imports() {
			target, known := floor[to]
			switch {
			case !known:
				t.Errorf("%s imports %s, which has no floor", f.path, to)
			case target >= from:
				t.Errorf("%s (floor %d) imports %s (floor %d): import only from lower floors", f.path, from, to, target)
			case slices.Contains(denied[f.pkg], to):
				t.Errorf("%s imports %s, which the design denies", f.path, to)
			}
		}
	}
}

// confined are libraries with one home, so that another can take their place.
var confined = []struct {
	library string
	homes   []string
}{
	{"github.com/jung-kurt/gofpdf", []string{"internal/pdf"}},
	{"github.com/robfig/cron", []string{"internal/jobs"}},
	{"github.com/labstack/echo", []string{"web", "web/api"}},
	{"github.com/wneessen/go-mail", []string{"internal/mail"}},
	{"github.com/alexedwards/scs", []string{"internal/access"}},
	{"github.com/pressly/goose", []string{"internal/postgres"}},
	{"github.com/alecthomas/kong", []string{"cmd/ratable"}},
	{"github.com/standard-webhooks/", []string{"internal/webhook"}},
	{"github.com/xuri/excelize", []string{"exports", "reports"}},
	{"github.com/danielgtaylor/huma", []string{"web/api"}},
	{"golang.org/x/time", []string{"web/api"}},
	{"github.com/oapi-codegen/runtime", []string{"client"}},
}

func TestLibrariesStayInTheirHomes(t *testing.T) {
	for _, f := range product(files(t)) {
		for _, c := range confined {
			if f.importsAny(c.library) && !slices.Contains(c.homes, f.pkg) {
				t.Errorf("%s imports %s, which only %s may", f.path, c.library, strings.Join(c.homes, " and "))
			}
		}
	}
}

func TestPgxIsImportedOnlyWhereSQLOrATransactionIs(t *testing.T) {
	for _, f := range product(files(t)) {
		if !f.importsAny("github.com/jackc/") || strings.HasPrefix(f.pkg, "internal/postgres") {
			continue
		}
		// web and cmd open the transaction around a verb; they hold no SQL (see sql_test.go).
		if f.pkg == "web" || f.pkg == "web/api" || f.pkg == "cmd/ratable" || f.pkg == "demo" {
			continue
		}
		if !strings.HasPrefix(f.base(), "store") && !strings.HasPrefix(f.base(), "run") {
			t.Errorf("%s imports pgx; SQL lives in store*.go, transactions in run*.go", f.path)
		}
	}
}
