package tidy

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// clocked are the packages that may ask what time it is; everybody else is told.
var clocked = []string{"cmd/ratable", "internal/jobs"}

// waits are calls of time.Now that measure how long to wait, never what day it
// is.
var waits = map[string]string{
	"internal/postgres": "waits for its server with a deadline",
}

func TestOnlyCommandsAndJobsKnowTheClock(t *testing.T) {
	for _, f := range product(files(t)) {
		if slices.Contains(clocked, f.pkg) || waits[f.pkg] != "" {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Now" && isPackage(s.X, "time") {
				t.Errorf("%s: time.Now outside cmd and jobs; take the time as an argument", f.at(n.Pos()))
			}
			return true
		})
	}
}

// rounders is the written list of who may call money.Round, and why.
var rounders = map[string]string{
	"contracts/charges.go":      "a charge piece, after price, margin and factor",
	"internal/money":            "Allocate, Spread and their kin",
	"tax/rounding.go":           "a tax amount, by the regime's policy",
	"tax/determine.go":          "the taxable part of a line",
	"tax/reverse.go":            "the tax of what was credited so far",
	"entities/rate.go":          "an amount converted at a rate",
	"ledger/convert_split.go":   "an entry in a foreign currency, in the currency of its entity",
	"revrec/subledger/usage.go": "a quantity at its price, of documents billed elsewhere",
	"contracts/plan_figures.go": "monthly recurring revenue, a figure to look at, never booked",
	"partners/commission.go":    "a contract's commission, on all that was collected",
	"revrec/figure.go":          "an estimate, a discounted amount, a percentage of an amount",
	"invoicing/pdf_steps.go":    "a step printed between list price and amount, never booked",
}

func TestMoneyIsRoundedOnlyByThoseOnTheList(t *testing.T) {
	used := map[string]bool{}
	for _, f := range product(files(t)) {
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			s, selects := call.Fun.(*ast.SelectorExpr)
			if !selects || s.Sel.Name != "Round" || !isPackage(s.X, "money") {
				return true
			}
			used[f.path] = true
			if rounders[f.path] == "" && rounders[f.pkg] == "" {
				t.Errorf("%s: money is rounded here; it is rounded in one place per purpose, listed in rounders", f.at(n.Pos()))
			}
			return true
		})
	}
	for path := range rounders {
		if strings.HasSuffix(path, ".go") && !used[path] {
			t.Errorf("%s is listed as rounding money and does not", path)
		}
	}
}

func isPackage(x ast.Expr, name string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == name && id.Obj == nil
}

// The tail is what tires a reader: nothing has to be held in the head in pieces.
const (
	longestFile     = 500
	longestFunction = 80
)

func TestNoFileOrFunctionHasToBeHeldInPieces(t *testing.T) {
	for _, f := range product(files(t)) {
		if f.generated {
			continue
		}
		if lines := f.set.File(f.syntax.Pos()).LineCount(); lines > longestFile {
			t.Errorf("%s has %d lines; split it (at most %d)", f.path, lines, longestFile)
		}
		for _, d := range f.syntax.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			if lines := f.set.Position(fn.End()).Line - f.set.Position(fn.Pos()).Line + 1; lines > longestFunction {
				t.Errorf("%s: %s has %d lines; split it (at most %d)", f.at(fn.Pos()), fn.Name.Name, lines, longestFunction)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	said := map[string]bool{}
	for _, f := range product(files(t)) {
		said[f.pkg] = said[f.pkg] || f.syntax.Doc != nil && len(f.syntax.Doc.Text()) > 80
	}
	for pkg, ok := range said {
		if !ok {
			t.Errorf("package %s has no package comment that says what it owns", pkg)
		}
	}
}

// vague are names that say nothing of the business.
var vague = []string{"util", "utils", "common", "helper", "helpers", "models", "model", "service", "services", "manager", "misc", "base"}

func TestNoFolderOrFileHasAVagueName(t *testing.T) {
	for _, f := range files(t) {
		for _, part := range strings.FieldsFunc(strings.TrimSuffix(f.path, ".go"), func(r rune) bool { return r == '/' || r == '_' }) {
			if slices.Contains(vague, part) {
				t.Errorf("%s: %q says nothing; name it after what it does", f.path, part)
			}
		}
	}
}

func TestNothingIsLeftUndone(t *testing.T) {
	markers := []string{"TO" + "DO", "FIX" + "ME", "XX" + "X:", "not imple" + "mented"}
	for _, f := range product(files(t)) {
		if f.generated {
			continue
		}
		for _, group := range f.syntax.Comments {
			for _, m := range markers {
				if strings.Contains(group.Text(), m) {
					t.Errorf("%s: %q in a comment: do it, or leave it out", f.at(group.Pos()), m)
				}
			}
		}
	}
}

func TestTestsNeverSkip(t *testing.T) {
	for _, f := range files(t) {
		if !f.test {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, s.Sel.Name) && isPackage(s.X, "t") {
				t.Errorf("%s: a test that skips proves nothing; fail with the command that installs what is missing", f.at(n.Pos()))
			}
			return true
		})
	}
}
