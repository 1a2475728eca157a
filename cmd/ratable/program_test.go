package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// built is the program as `make build` makes it, once for all tests.
var built struct {
	once sync.Once
	dir  string
	err  error
}

// patience ends a program that hangs; no test depends on how fast one is.
const patience = 2 * time.Minute

// program is the static binary under test.
func program(t testing.TB) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "ratable-program-"); built.err != nil {
			return
		}
		c := exec.Command("go", "build", "-o", filepath.Join(built.dir, "ratable"), ".")
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := c.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatalf("build ratable: %v", built.err)
	}
	return filepath.Join(built.dir, "ratable")
}

// surroundings are the environment of a program: what the test says, and nothing of whoever runs it.
func surroundings(settings ...string) []string {
	var env []string
	for _, line := range os.Environ() {
		name, _, _ := strings.Cut(line, "=")
		if !strings.HasPrefix(name, "RATABLE_") && name != "DATABASE_URL" && name != "SMTP_URL" {
			env = append(env, line)
		}
	}
	return append(env, settings...)
}

// command prepares the program; what it says is kept apart.
func command(t testing.TB, settings []string, args ...string) *exec.Cmd {
	t.Helper()
	path := program(t) // building it may take longer than it may run
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, path, args...)
	c.Env = surroundings(settings...)
	c.Stdout, c.Stderr = &bytes.Buffer{}, &bytes.Buffer{}
	return c
}

// answer is how a program ended.
type answer struct {
	command     string
	code        int
	out, errors string
}

// ended reads the answer of a command whose Wait returned err.
func ended(t testing.TB, c *exec.Cmd, err error) answer {
	t.Helper()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("run %v: %v", c.Args, err)
	}
	return answer{strings.Join(c.Args[1:], " "), c.ProcessState.ExitCode(), c.Stdout.(*bytes.Buffer).String(), c.Stderr.(*bytes.Buffer).String()}
}

// ratable runs the program to its end; input is its standard input.
func ratable(t testing.TB, settings []string, input string, args ...string) answer {
	t.Helper()
	c := command(t, settings, args...)
	c.Stdin = strings.NewReader(input)
	return ended(t, c, c.Run())
}

// want fails the test unless the program ended with the code and said every text, on either stream.
func (a answer) want(t testing.TB, code int, texts ...string) answer {
	t.Helper()
	if a.code != code {
		t.Fatalf("ratable %s ended with %d, want %d:\n%s%s", a.command, a.code, code, a.out, a.errors)
	}
	for _, text := range texts {
		if !strings.Contains(a.out+a.errors, text) {
			t.Errorf("ratable %s does not say %q:\n%s%s", a.command, text, a.out, a.errors)
		}
	}
	return a
}

// settings point a program at a test's database, and its mail at a folder that ends with the test.
func settings(t testing.TB, db *postgres.DB) []string {
	t.Helper()
	return []string{"DATABASE_URL=" + pgtest.LoginURL(t, db), "RATABLE_HOME=" + t.TempDir()}
}
