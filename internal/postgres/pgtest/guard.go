package pgtest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/postgres"
)

// The guard is a process of its own, the test binary run again, that holds the server for all test processes.
// So no test process needs to be the last one, and one that is killed or runs into its time limit leaves
// no server behind: its lock on the file "users" ends with it, and the guard sees that.
const guardVariable = "RATABLE_PGTEST_GUARD"

func init() {
	// Before any test runs, and without a TestMain: the guard is never to become a test run.
	if dir := os.Getenv(guardVariable); dir != "" {
		guard(dir)
	}
}

// linger is how long the server waits for the next test process of the same run.
const linger = 3 * time.Second

// startGuard runs the guard and returns when its server answers.
func startGuard(dir string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	report, theirs, err := os.Pipe()
	if err != nil {
		return err
	}
	defer report.Close()
	log, err := os.OpenFile(filepath.Join(dir, "guard.log"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	c := exec.Command(self)
	c.Dir = dir
	c.Env = append(os.Environ(), guardVariable+"="+dir)
	c.ExtraFiles = []*os.File{theirs}
	// Not our output: `go test` waits until everybody who holds it has ended.
	c.Stdout, c.Stderr = log, log
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := c.Start(); err != nil {
		return err
	}
	theirs.Close()
	go c.Wait() // it may well outlive us
	said, err := io.ReadAll(bufio.NewReader(report))
	if err != nil {
		return err
	}
	if message := strings.TrimSpace(string(said)); message != "ready" {
		text, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%s%s", message, text)
	}
	return nil
}

// guard runs the server until nobody has used it for a while, and does not return.
func guard(dir string) {
	report := os.NewFile(3, "report")
	syscall.CloseOnExec(3) // the server would hold it open, and whoever started us would wait for its end
	ctx := context.Background()
	server, err := postgres.Start(ctx, postgres.Options{Home: dir, Volatile: true, Settings: map[string]string{
		"max_connections": "400", "wal_level": "minimal", "max_wal_senders": "0",
	}})
	if err == nil {
		err = errors.Join(sweep(ctx, server.AdminURL("postgres")), writeAddresses(dir, server))
	}
	if err != nil {
		fmt.Fprint(report, err)
		os.Exit(1)
	}
	fmt.Fprint(report, "ready")
	report.Close()
	if err := awaitLast(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	// awaitLast has locked "users" for us alone, until we exit: whoever comes now waits for a new guard.
	os.Remove(filepath.Join(dir, "addresses"))
	if err := server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func writeAddresses(dir string, s *postgres.Server) error {
	text, err := json.Marshal(addresses{s.AdminURL("postgres"), s.OwnerURL("postgres"), s.URL("postgres")})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "addresses"), text, 0o600)
}

// awaitLast returns when no test process has been there for a while, with the lock that keeps new ones out.
func awaitLast(dir string) error {
	users, err := os.OpenFile(filepath.Join(dir, "users"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	for idle := time.Duration(0); ; {
		const pause = 200 * time.Millisecond
		time.Sleep(pause)
		err := flock(users, syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EWOULDBLOCK):
			idle = 0
			continue
		case err != nil:
			return err
		}
		idle += pause
		if idle >= linger && !kept(dir) {
			return nil
		}
		if err := flock(users, syscall.LOCK_UN); err != nil {
			return err
		}
	}
}

// kept tells whether somebody wants to look at the database of a failed test.
func kept(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, "keep"))
	return err == nil && time.Since(info.ModTime()) < 30*time.Minute
}

// sweep drops what killed test processes left behind, and all but the latest templates.
func sweep(ctx context.Context, admin string) error {
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `
		select datname from pg_database where datname like 't\_%'
		union all
		(select datname from pg_database where datname like 'tmpl\_%' order by oid desc offset 8)`)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := dropDatabase(ctx, conn, name); err != nil {
			return err
		}
	}
	return nil
}
