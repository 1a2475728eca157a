package tidy

import (
	"context"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// statement is an SQL text found in the product.
type statement struct {
	file file
	pos  token.Pos
	text string
}

var verb = regexp.MustCompile(`(?i)^\s*(select|insert|update|delete|with|merge)\s`)

// statements finds the texts handed to Query, QueryRow, Exec and Queue, putting
// together constants of the package.
func statements(t *testing.T) []statement {
	t.Helper()
	all := product(files(t))
	constants := map[string]map[string]ast.Expr{} // by package and name
	for _, f := range all {
		if constants[f.pkg] == nil {
			constants[f.pkg] = map[string]ast.Expr{}
		}
		for _, d := range f.syntax.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST {
				for _, s := range g.Specs {
					v := s.(*ast.ValueSpec)
					for i, name := range v.Names {
						if i < len(v.Values) {
							constants[f.pkg][name.Name] = v.Values[i]
						}
					}
				}
			}
		}
	}
	var out []statement
	for _, f := range all {
		if f.generated || strings.HasPrefix(f.pkg, "internal/postgres") {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			s, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !slices.Contains([]string{"Query", "QueryRow", "Exec", "Queue"}, s.Sel.Name) {
				return true
			}
			for _, arg := range call.Args {
				if text, ok := evaluate(arg, constants[f.pkg], 0); ok && verb.MatchString(text) {
					out = append(out, statement{f, arg.Pos(), text})
				}
			}
			return true
		})
	}
	return out
}

// evaluate works out a string made of literals and constants.
func evaluate(x ast.Expr, constants map[string]ast.Expr, depth int) (string, bool) {
	if depth > 10 {
		return "", false
	}
	switch e := x.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.BinaryExpr:
		left, okLeft := evaluate(e.X, constants, depth+1)
		right, okRight := evaluate(e.Y, constants, depth+1)
		return left + right, okLeft && okRight && e.Op == token.ADD
	case *ast.ParenExpr:
		return evaluate(e.X, constants, depth+1)
	case *ast.Ident:
		if value, ok := constants[e.Name]; ok {
			return evaluate(value, constants, depth+1)
		}
	}
	return "", false
}

func TestSQLLivesInStoreAndRunFiles(t *testing.T) {
	found := statements(t)
	if len(found) < 60 {
		t.Fatalf("only %d statements found: the test no longer sees them", len(found))
	}
	for _, s := range found {
		if !strings.HasPrefix(s.file.base(), "store") && !strings.HasPrefix(s.file.base(), "run") {
			t.Errorf("%s: SQL outside store*.go and run*.go", s.file.at(s.pos))
		}
	}
}

// schemas are the Postgres schemas, one per package.
var schemas = []string{"access", "api", "catalog", "closing", "contracts", "customers", "entities", "exports", "invoicing", "jobs", "ledger", "mail", "payments", "reconcile", "revrec", "tax", "usage", "webhook"}

var table = regexp.MustCompile(`(?i)\b(?:from|join|into|update|table)\s+([a-z_]+)\.[a-z_]+`)

func TestSQLTouchesOnlyThePackagesOwnTables(t *testing.T) {
	for _, s := range statements(t) {
		own := s.file.pkg[strings.LastIndex(s.file.pkg, "/")+1:]
		for _, m := range table.FindAllStringSubmatch(s.text, -1) {
			if slices.Contains(schemas, m[1]) && m[1] != own {
				t.Errorf("%s: package %s reads or writes a table of schema %s; ask that package instead", s.file.at(s.pos), own, m[1])
			}
		}
	}
}

func TestEveryStatementPreparesOnTheMigratedDatabase(t *testing.T) {
	db := pgtest.New(t)
	ctx := context.Background()
	for _, s := range statements(t) {
		text, _, err := pgx.NamedArgs{}.RewriteQuery(ctx, nil, s.text, nil)
		if err != nil {
			t.Errorf("%s: %v", s.file.at(s.pos), err)
			continue
		}
		conn, err := db.Pool().Acquire(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Conn().Prepare(ctx, "", text); err != nil {
			t.Errorf("%s: does not prepare: %v", s.file.at(s.pos), err)
		}
		conn.Release()
	}
}
