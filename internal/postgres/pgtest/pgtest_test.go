package pgtest_test

import (
	"bufio"
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

// holdVariable turns this test binary into another test process, which uses a database until it is killed.
const holdVariable = "RATABLE_TEST_HOLD"

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestEveryTestHasADatabaseOfItsOwn(t *testing.T) {
	var wait sync.WaitGroup
	for n := range 6 {
		db := pgtest.New(t)
		owner := pgtest.Admin(t, db)
		wait.Go(func() {
			if _, err := owner.Exec(t.Context(), fmt.Sprintf("create table mine as select %d as n", n)); err != nil {
				t.Errorf("database %d is not its own: %v", n, err)
			}
		})
	}
	wait.Wait()
}

func TestATestServesAsTheServingRoleAndPlantsAsTheOwner(t *testing.T) {
	db := pgtest.New(t)
	for want, q := range map[string]postgres.Querier{postgres.ServingRole: db, postgres.OwnerRole: pgtest.Admin(t, db)} {
		var role, version string
		if err := q.QueryRow(t.Context(), `select current_user::text, current_setting('server_version')`).Scan(&role, &version); err != nil {
			t.Fatal(err)
		}
		if role != want {
			t.Errorf("acts as %s, want %s", role, want)
		}
	}
}

func TestHold(t *testing.T) {
	if os.Getenv(holdVariable) == "" {
		return // only the process below holds
	}
	pgtest.New(t)
	fmt.Println("\nholding")
	select {}
}

func TestTheServerEndsAfterTheLastTestProcessWasKilled(t *testing.T) {
	dir, err := os.MkdirTemp("", "ratable-pgtest-of-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var processes []*exec.Cmd
	for range 2 {
		c := exec.Command(self, "-test.run=^TestHold$", "-test.v")
		c.Env = append(os.Environ(), holdVariable+"=1", "TEST_DATABASE_URL=", "RATABLE_PGTEST_DIR="+dir)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Process.Kill(); c.Wait() })
		processes = append(processes, c)
		text := ""
		for lines := bufio.NewScanner(out); !strings.Contains(text, "holding"); {
			if !lines.Scan() {
				t.Fatalf("a test process ended: %s", text)
			}
			text += lines.Text() + "\n"
		}
	}
	pidFile := filepath.Join(dir, "postgres", "data", "postmaster.pid")
	first, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	kill := func(c *exec.Cmd) {
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		c.Wait()
	}
	kill(processes[0])
	// The one that started the server is gone; longer than the server lingers, the other still has it.
	time.Sleep(4 * time.Second)
	if still, err := os.ReadFile(pidFile); err != nil || string(still) != string(first) {
		t.Errorf("the server ended while a test process used it: %v", err)
	}
	kill(processes[1])
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if _, err := os.Stat(pidFile); errors.Is(err, os.ErrNotExist) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the server outlives the last test process")
		}
	}
}
