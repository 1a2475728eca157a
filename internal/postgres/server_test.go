package postgres_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"ratable/internal/postgres"
)

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
