package postgres_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
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

func TestAServerEndsWithItsKilledParentAndItsDataIsThereAgain(t *testing.T) {
	t.Parallel()
	home := newHome(t)
	h := startHelper(t, home, nil)
	pid := postmaster(t, home)
	h.kill() // kill -9: it has no chance to stop anything
	s := start(t, home)
	if s.Adopted() {
		t.Error("the server of a killed process was adopted: it should have ended")
	}
	if now := postmaster(t, home); now == pid {
		t.Errorf("postmaster %d still runs", pid)
	}
	note(t, s.OwnerURL(""), "kept")
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if got := notes(t, start(t, home).OwnerURL("")); got != "kept" {
		t.Errorf("after a stop and a start the data says %q", got)
	}
}

func TestAKilledServerComesBackOnItsPortWithWhatWasCommitted(t *testing.T) {
	t.Parallel()
	home := newHome(t)
	s := start(t, home)
	url := s.OwnerURL("")
	note(t, url, "committed")
	pid := postmaster(t, home)
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server answers again under the same URL", func() bool {
		text, err := tryQuery(url, `select text from public.notes`)
		return err == nil && text == "committed"
	})
	if now := postmaster(t, home); now == pid {
		t.Errorf("postmaster %d was never killed", pid)
	}
}

func TestAPostmasterThatIsAZombieDoesNotKeepTheNextFromStarting(t *testing.T) {
	t.Parallel()
	home := newHome(t)
	h := startHelper(t, home, nil)
	pid := postmaster(t, home)
	// A stopped parent cannot wait for its child: the child stays a zombie, whose number looks alive.
	if err := h.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s := start(t, home)
	if s.Adopted() || postmaster(t, home) == pid {
		t.Errorf("adopted %t, postmaster %d: want a new server", s.Adopted(), pid)
	}
	note(t, s.OwnerURL(""), "alive")
}

func TestAPidFileThatNamesAStrangerIsRemoved(t *testing.T) {
	t.Parallel()
	home := newHome(t)
	s := start(t, home)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(home, "postgres", "data")
	stranger := exec.Command("sleep", "600") // alive, and no PostgreSQL
	if os.Geteuid() == 0 {
		// A process of the server's own user is the one that PostgreSQL cannot tell from a server.
		info, err := os.Stat(data)
		if err != nil {
			t.Fatal(err)
		}
		owner := info.Sys().(*syscall.Stat_t)
		stranger.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}}
	}
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { stranger.Process.Kill(); stranger.Wait() }()
	text := fmt.Sprintf("%d\n%s\n1700000000\n%d\n\n127.0.0.1\n", stranger.Process.Pid, data, s.Port())
	if err := os.WriteFile(filepath.Join(data, "postmaster.pid"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	note(t, start(t, home).OwnerURL(""), "started")
}

func TestATakenPortIsGivenUpForAnother(t *testing.T) {
	t.Parallel()
	home := newHome(t)
	s := start(t, home)
	note(t, s.OwnerURL(""), "before")
	port := s.Port()
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	again := start(t, home)
	if again.Port() == port {
		t.Errorf("the server says it is on port %d, which is taken", port)
	}
	if got := notes(t, again.OwnerURL("")); got != "before" {
		t.Errorf("on another port the data says %q", got)
	}
}

func TestTheSecondStarterAdoptsTheServerAndInheritsIt(t *testing.T) {
	t.Parallel()
	home := newHome(t)
	h := startHelper(t, home, nil)
	s := start(t, home)
	if !s.Adopted() || strconv.Itoa(s.Port()) != h.port {
		t.Fatalf("adopted %t on port %d, the first is on %s", s.Adopted(), s.Port(), h.port)
	}
	url := s.OwnerURL("")
	note(t, url, "shared")
	h.kill()
	eventually(t, "the second process runs the server itself", func() bool { return !s.Adopted() })
	if got := notes(t, url); got != "shared" {
		t.Errorf("under the same URL the data says %q", got)
	}
}

func TestStoppingAnAdoptedServerLeavesItToItsOwner(t *testing.T) {
	t.Parallel()
	home := newHome(t)
	owner := start(t, home)
	second, err := postgres.Start(t.Context(), postgres.Options{Home: home})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Stop(); err != nil {
		t.Fatal(err)
	}
	note(t, owner.OwnerURL(""), "still there")
}

func TestDataOfAnotherVersionIsRefusedAndNotTouched(t *testing.T) {
	t.Parallel()
	home := newHome(t)
	if err := start(t, home).Stop(); err != nil {
		t.Fatal(err)
	}
	version := filepath.Join(home, "postgres", "data", "PG_VERSION")
	if err := os.WriteFile(version, []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := listing(t, home)
	_, err := postgres.Start(t.Context(), postgres.Options{Home: home})
	if err == nil || !strings.Contains(err.Error(), "is of PostgreSQL 9") || !strings.Contains(err.Error(), "nothing was changed") {
		t.Errorf("data of version 9: %v, want it refused", err)
	}
	if after := listing(t, home); after != before {
		t.Errorf("the data folder held\n%s\nand now holds\n%s", before, after)
	}
}

func TestAFolderThatIsNoDataIsRefusedAndNotTouched(t *testing.T) {
	t.Parallel()
	home := newHome(t)
	if err := start(t, home).Stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(home, "postgres", "data", "PG_VERSION")); err != nil {
		t.Fatal(err)
	}
	before := listing(t, home)
	_, err := postgres.Start(t.Context(), postgres.Options{Home: home})
	if err == nil || !strings.Contains(err.Error(), "holds no PostgreSQL data") {
		t.Errorf("data without a version: %v, want it refused", err)
	}
	if after := listing(t, home); after != before {
		t.Errorf("the data folder held\n%s\nand now holds\n%s", before, after)
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

func TestAnInitdbThatWasKilledHalfWayIsStartedOver(t *testing.T) {
	t.Parallel()
	home := newHome(t)
	left := filepath.Join(home, "postgres", "data.new")
	if err := os.MkdirAll(filepath.Join(left, "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(home, "postgres"), 0o711); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(left, "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	note(t, start(t, home).OwnerURL(""), "whole")
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", left, err)
	}
}

func TestAnOrdinaryUserRunsAServerToo(t *testing.T) {
	t.Parallel()
	home := newHome(t)
	var as *syscall.Credential
	if os.Geteuid() == 0 {
		const nobody = 65534
		as = &syscall.Credential{Uid: nobody, Gid: nobody}
		if err := os.Chown(home, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	h := startHelper(t, home, as)
	if h.adopted {
		t.Error("a new home has a server already")
	}
	h.stdin.Close()
	if err := h.cmd.Wait(); err != nil {
		t.Errorf("stop as an ordinary user: %v", err)
	}
}
