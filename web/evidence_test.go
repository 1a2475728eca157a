package web_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ratable/internal/access"
	"ratable/web"
	"ratable/web/webtest"
)

func TestAnAuditorDrawsASampleAndTakesThePapersOfEveryEntry(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Auditor)
	form := url.Values{"reason": {"Occurrence of revenue, first quarter"}, "entity": {"1"}, "currency": {"USD"}, "from": {"2026-01-01"}, "through": {"2026-04-30"},
		"source": {"revenue"}, "method": {"monetary_unit"}, "size": {"3"}, "seed": {"lighthouse"}}
	first := b.PostForm("/evidence/new", form).Want(200, "The same", "lighthouse")
	first.Check()
	again := b.PostForm("/evidence/new", form).Want(200)
	if a, z := first.Table("Entries drawn"), again.Table("Entries drawn"); len(a) < 2 || strings.Join(a[1], " ") != strings.Join(z[1], " ") {
		t.Errorf("the seed drew %v and then %v", a, z)
	}
	opened := 0
	for _, link := range first.Links() {
		if strings.HasPrefix(link, "/evidence/entries/") {
			papers := unpack(t, b.Get(link).Want(200))
			for _, folder := range []string{"calculation/", "contract/", "invoice/", "entry.txt"} {
				if !hasPaper(papers, folder) {
					t.Errorf("%s has no %s: %v", link, folder, names(papers))
				}
			}
			opened++
		}
	}
	if opened == 0 {
		t.Error("no entry of the sample has papers")
	}
	form.Set("size", "0")
	b.PostForm("/evidence/new", form).Want(422, "is a number of entries from 1 to 1000")
}

func hasPaper(papers map[string][]byte, prefix string) bool {
	for name, content := range papers {
		if strings.HasPrefix(name, prefix) && len(content) > 0 {
			return true
		}
	}
	return false
}

func names(papers map[string][]byte) (out []string) {
	for name := range papers {
		out = append(out, name)
	}
	return out
}

// unpack opens a pack and holds every paper to its hash in the manifest.
func unpack(t *testing.T, p *webtest.Page) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader([]byte(p.Body)), int64(len(p.Body)))
	if err != nil {
		t.Fatal(err)
	}
	papers := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if papers[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	var manifest struct {
		Papers []struct{ Name, SHA256 string }
	}
	if err := json.Unmarshal(papers["manifest.json"], &manifest); err != nil || len(manifest.Papers) != len(papers)-1 {
		t.Fatalf("the manifest lists %d of %d papers (%v)", len(manifest.Papers), len(papers)-1, err)
	}
	for _, x := range manifest.Papers {
		if sum := sha256.Sum256(papers[x.Name]); hex.EncodeToString(sum[:]) != x.SHA256 {
			t.Errorf("%s is not what the manifest says", x.Name)
		}
	}
	return papers
}

func TestAnAuditorReadsTheBooksAndWritesNothingButSamples(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Auditor)
	for _, path := range []string{"/", "/ledger", "/revenue", "/invoices", "/contracts", "/customers", "/payments", "/close", "/audit", "/exports", "/evidence"} {
		p := b.Get(path).Want(200)
		p.Check()
	}
	for _, a := range web.Addresses() {
		if a.Method == http.MethodPost && len(a.Roles) > 0 && (access.Actor{Roles: a.Roles}).Has(access.Auditor) && a.Path != "/evidence/new" && a.Path != "/logout" && !strings.HasPrefix(a.Path, "/session") {
			t.Errorf("%s may be posted to by an auditor", a.Path)
		}
	}
}

func TestAPackOfTheSameKnowledgeHasTheSameBytes(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Auditor)
	for _, link := range b.Get("/ledger/entries?kind=revenue&month=2026-02").Want(200).Links() {
		if strings.HasPrefix(link, "/ledger/entries/") {
			pack := strings.Replace(link, "/ledger/", "/evidence/", 1)
			if one, two := b.Get(pack).Want(200).Body, b.Get(pack).Want(200).Body; one != two {
				t.Errorf("%s is not the same twice", pack)
			}
			return
		}
	}
	t.Fatal("there is no revenue entry")
}

func TestTheWorkedCasesAreComputedOnThePage(t *testing.T) {
	h := newHouse(t)
	b := h.Login(access.Auditor)
	list := b.Get("/evidence/examples").Want(200, "Worked cases", "Passes").Lacks("Fails", "breaks")
	list.Check()
	for _, link := range list.Links() {
		if strings.HasPrefix(link, "/evidence/examples/") {
			one := b.Get(link).Want(200, "What the engine gives")
			one.Check()
			return
		}
	}
	t.Error("no case can be opened")
}
