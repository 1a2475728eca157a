// Package stories holds contracts' lives as text: what was agreed and what
// happened (*.story.yaml), what an accountant should see (*.txt), and the journal
// (*.journal), which hledger, a program by other people, checks as well.
package stories

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ratable/scenario"
)

var update = flag.Bool("update", false, "write what is played as the new goldens; read the difference before committing it")

func TestEveryStoryEndsAsTold(t *testing.T) {
	stories, err := filepath.Glob("*.story.yaml")
	if err != nil || len(stories) == 0 {
		t.Fatalf("no stories found: %v", err)
	}
	for _, file := range stories {
		name := strings.TrimSuffix(file, ".story.yaml")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := play(t, file)
			var text, journal bytes.Buffer
			if err := o.WriteText(&text); err != nil {
				t.Fatal(err)
			}
			if err := o.WriteHledger(&journal); err != nil {
				t.Fatal(err)
			}
			compare(t, name+".txt", text.Bytes())
			compare(t, name+".journal", journal.Bytes())
			hledger(t, name+".journal")
		})
	}
}

func play(t *testing.T, file string) scenario.Outcome {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenario.Parse(source)
	if err != nil {
		t.Fatalf("%s cannot be read:\n%v", file, err)
	}
	o, err := scenario.Play(s)
	if err != nil {
		t.Fatalf("%s cannot be played:\n%v", file, err)
	}
	return o
}

func compare(t *testing.T, golden string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatalf("%v (go test ./stories -update writes it)", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: told (-) and played (+) differ:\n%s", golden, diff)
	}
}

// hledger holds the journal against somebody else's idea of bookkeeping.
func hledger(t *testing.T, journal string) {
	t.Helper()
	path, err := exec.LookPath("hledger")
	if err != nil {
		t.Fatal("hledger is not installed: sudo apt-get install -y hledger")
	}
	for _, args := range [][]string{{"check", "-s"}, {"check", "ordereddates"}} {
		out, err := exec.Command(path, append([]string{"-f", journal}, args...)...).CombinedOutput()
		if err != nil {
			t.Errorf("hledger %s refuses %s:\n%s", strings.Join(args, " "), journal, out)
		}
	}
}

func TestTheExampleInTheDocumentationPlays(t *testing.T) {
	page, err := os.ReadFile("../docs/scenario.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	example, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/scenario.md has no example")
	}
	s, err := scenario.Parse([]byte(example))
	if err != nil {
		t.Fatalf("the example cannot be read:\n%v", err)
	}
	o, err := scenario.Play(s)
	if err != nil || len(o.Documents) != 2 || !o.Open["US-2026-000001"].IsZero() || o.Documents[1].Total.String() != "910.00" {
		t.Errorf("the example should give two invoices of 910.00, the first of them paid: %v, %v", o.Documents, err)
	}
}
