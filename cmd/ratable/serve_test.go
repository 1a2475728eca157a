package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ratable/internal/postgres"
)

// home is a data folder that the account of the embedded server can reach.
func home(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "ratable-serve-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// serve starts the server and returns the address it prints.
func serve(t *testing.T, dir string, args ...string) (*exec.Cmd, string) {
	t.Helper()
	c := command(t, []string{"RATABLE_HOME=" + dir, "RATABLE_ADDR=127.0.0.1:0"}, append([]string{"serve"}, args...)...)
	c.Stdout = nil
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c.ProcessState == nil {
			_ = c.Process.Signal(syscall.SIGTERM) // and not a kill, so that it takes its PostgreSQL along
			_ = c.Wait()
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "Ratable is at ")
	if err != nil || !ok {
		t.Fatalf("serve says %q (%v):\n%s", line, err, c.Stderr)
	}
	return c, address
}

// interrupt is Ctrl-C; it must end cleanly.
func interrupt(t *testing.T, c *exec.Cmd) {
	t.Helper()
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Errorf("Ctrl-C: %v, want a clean end:\n%s", err, c.Stderr)
	}
}

func fetch(t *testing.T, address string) (int, string) {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestServeOnAnEmptyFolderStartsStopsAndFindsItsDataAgain(t *testing.T) {
	dir := home(t)
	c, address := serve(t, dir)
	for path, want := range map[string]string{"/healthz": "up", "/readyz": "ready", "/login": "Sign in"} {
		if status, text := fetch(t, address+path); status != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("%s answers %d: %s", path, status, text)
		}
	}
	plant := []string{"RATABLE_HOME=" + dir}
	scheduled := ratable(t, plant, "", "run", "revenue", "--as-of", "2026-01-31").want(t, 0, "revenue through 2026-01: 0 entries") // beside the server
	if scheduled.errors != "" {
		t.Errorf("a command beside a server complains: %s", scheduled.errors)
	}
	interrupt(t, c)
	if _, err := os.Stat(filepath.Join(dir, "postgres", "data", "postmaster.pid")); !os.IsNotExist(err) {
		t.Errorf("its PostgreSQL is still there after Ctrl-C (%v)", err)
	}

	c, _ = serve(t, dir, "--no-worker")
	server, err := postgres.Start(t.Context(), postgres.Options{Home: dir}) // finds the one that runs
	if err != nil {
		t.Fatal(err)
	}
	db, err := postgres.Open(t.Context(), server.URL(postgres.DatabaseName))
	if err != nil {
		t.Fatal(err)
	}
	if n := count(t, db, `select count(*) from jobs.runs where job = 'revenue'`); n != 1 {
		t.Errorf("%d runs are remembered after a restart, one was made", n)
	}
	db.Close()
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
	interrupt(t, c)
}

func TestHelpShowsExamplesAndVersionPrintsOne(t *testing.T) {
	for _, args := range []string{"", "run ", "simulate ", "export journal "} {
		a := ratable(t, nil, "", strings.Fields(args+"--help")...).want(t, 0, "Example", "ratable "+strings.TrimSpace(args))
		if a.errors != "" {
			t.Errorf("the help of %q complains: %s", args, a.errors)
		}
	}
	ratable(t, nil, "", "version").want(t, 0, "ratable ", "(go1")
}
