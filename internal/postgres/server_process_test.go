package postgres_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
	"ratable/internal/postgres/pgtest"
)

// helperVariable turns the test binary into a process that starts a server and waits to be killed.
const helperVariable = "RATABLE_TEST_SERVER_HOME"

func TestMain(m *testing.M) {
	if home := os.Getenv(helperVariable); home != "" {
		holdServer(home)
	}
	pgtest.Main(m)
}

func holdServer(home string) {
	s, err := postgres.Start(context.Background(), postgres.Options{Home: home})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	fmt.Println("port", s.Port(), s.Adopted())
	io.Copy(io.Discard, os.Stdin) // until the test closes it, or kills us
	if err := s.Stop(); err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// helper is such a process.
type helper struct {
	cmd     *exec.Cmd
	stdin   io.Closer
	port    string
	adopted bool
}

func startHelper(t *testing.T, home string, as *syscall.Credential) *helper {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if as != nil {
		self = copyProgram(t, self)
	}
	h := &helper{cmd: exec.Command(self)}
	h.cmd.Env = append(os.Environ(), helperVariable+"="+home, "HOME="+home)
	h.cmd.Dir = home
	h.cmd.Stderr = os.Stderr
	h.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	if h.stdin, err = h.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := h.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.kill)
	line, _ := bufio.NewReader(out).ReadString('\n')
	if n, _ := fmt.Sscanf(line, "port %s %t", &h.port, &h.adopted); n != 2 {
		t.Fatalf("the helper process says %q", line)
	}
	return h
}

func (h *helper) kill() {
	h.cmd.Process.Kill()
	h.cmd.Wait()
}

// copyProgram puts the test binary where every user can run it.
func copyProgram(t *testing.T, program string) string {
	t.Helper()
	text, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(newHome(t), "helper")
	if err := os.WriteFile(path, text, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// newHome is a folder that also the server's user can enter, which t.TempDir is not.
func newHome(t *testing.T) string {
	t.Helper()
	home, err := os.MkdirTemp("", "ratable-home-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	if err := os.Chmod(home, 0o755); err != nil {
		t.Fatal(err)
	}
	return home
}

func start(t *testing.T, home string) *postgres.Server {
	t.Helper()
	s, err := postgres.Start(t.Context(), postgres.Options{Home: home})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Stop() })
	return s
}

// note writes a row that every later server on the same data must find.
func note(t *testing.T, url, text string) {
	t.Helper()
	query(t, url, `create table if not exists public.notes (text text); insert into public.notes values ('`+text+`')`)
}

func notes(t *testing.T, url string) string {
	t.Helper()
	return query(t, url, `select string_agg(text, ' ' order by text) from public.notes`)
}

// query runs SQL in a connection of its own and returns the first value.
func query(t *testing.T, url, sql string) string {
	t.Helper()
	value, err := tryQuery(url, sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

func tryQuery(url, sql string) (string, error) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	results, err := conn.PgConn().Exec(ctx, sql).ReadAll()
	if err != nil || len(results[0].Rows) == 0 {
		return "", err
	}
	return string(results[0].Rows[0][0]), nil
}

// postmaster reads the server's process from its pid file.
func postmaster(t *testing.T, home string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(home, "postgres", "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.SplitN(string(text), "\n", 2)[0])
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// eventually waits for what another process does in its own time; the limit only ends a test that hangs.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
	}
}

func listing(t *testing.T, home string) string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(home, "postgres", "data"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}
