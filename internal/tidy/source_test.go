package tidy

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// root is the top of the checkout, seen from this package.
const root = "../.."

// module is the import path of the top.
const module = "ratable"

// file is one parsed Go file of the product (tests and generated code too).
type file struct {
	path      string // from the top: "ledger/settle.go"
	pkg       string // folder: "ledger"
	syntax    *ast.File
	set       *token.FileSet
	test      bool
	generated bool
}

// at says where something is, as editors understand it.
func (f file) at(pos token.Pos) string {
	p := f.set.Position(pos)
	return strings.TrimPrefix(p.String(), root+"/")
}

// base is the file's own name.
func (f file) base() string { return filepath.Base(f.path) }

// imports lists the packages of this module that the file imports, as folders.
func (f file) imports() []string {
	var out []string
	for _, spec := range f.syntax.Imports {
		if path := strings.Trim(spec.Path.Value, `"`); strings.HasPrefix(path, module+"/") {
			out = append(out, strings.TrimPrefix(path, module+"/"))
		}
	}
	return out
}

// importsAny says whether the file imports a package outside the module whose
// path begins so.
func (f file) importsAny(prefix string) bool {
	for _, spec := range f.syntax.Imports {
		if strings.HasPrefix(strings.Trim(spec.Path.Value, `"`), prefix) {
			return true
		}
	}
	return false
}

// files parses every Go file of the checkout.
func files(t *testing.T) []file {
	t.Helper()
	var out []file
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "bin") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(set, path, source, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		rel = filepath.ToSlash(rel)
		out = append(out, file{
			path: rel, pkg: filepath.ToSlash(filepath.Dir(rel)), syntax: syntax, set: set,
			test: strings.HasSuffix(rel, "_test.go"), generated: strings.HasSuffix(rel, "_templ.go") || strings.HasSuffix(rel, ".gen.go"),
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 50 {
		t.Fatalf("only %d files found: the test looks in the wrong place", len(out))
	}
	return out
}

// product leaves tests and test helpers out.
func product(all []file) []file {
	var out []file
	for _, f := range all {
		if !f.test && !strings.HasSuffix(f.pkg, "test") {
			out = append(out, f)
		}
	}
	return out
}
