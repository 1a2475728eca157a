package postgres_test

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ratable/internal/postgres"
)

func TestAPrivateServerLetsInNobodyWithoutAPassword(t *testing.T) {
	t.Parallel()
	home := newHome(t)
	s := start(t, home)
	for _, role := range []string{"postgres", postgres.OwnerRole, postgres.ServingRole} {
		for _, password := range []string{"", "wrong"} {
			u := url.URL{Scheme: "postgres", User: url.UserPassword(role, password), Host: "127.0.0.1:" + strconv.Itoa(s.Port()), Path: "/postgres"}
			if _, err := tryQuery(u.String(), `select 1`); err == nil {
				t.Errorf("%s logs in with the password %q", role, password)
			}
		}
	}
	for path, want := range map[string]fs.FileMode{"passwords": 0o600, "log": 0o600, "data": 0o700} {
		info, err := os.Stat(filepath.Join(home, "postgres", path))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
	}
	if got := query(t, s.AdminURL("postgres"), `select string_agg(rolname, ' ' order by rolname) from pg_roles where rolsuper and rolcanlogin`); got != "postgres" {
		t.Errorf("superusers are %s, want postgres alone", got)
	}
	if got := query(t, s.AdminURL("postgres"), `show listen_addresses`); got != "127.0.0.1" {
		t.Errorf("the server listens on %s", got)
	}
	if got := query(t, s.AdminURL("postgres"), `show fsync`) + query(t, s.AdminURL("postgres"), `show synchronous_commit`); got != "onon" {
		t.Errorf("a server that keeps data has fsync and synchronous_commit %s", got)
	}
}

func TestAMachineWithoutPostgresIsToldWhatToInstall(t *testing.T) {
	t.Parallel()
	empty := newHome(t)
	_, err := postgres.Start(t.Context(), postgres.Options{Home: newHome(t), BinDir: empty})
	if err == nil || !strings.Contains(err.Error(), "no PostgreSQL server in "+empty) {
		t.Errorf("an empty folder of programs: %v", err)
	}
	message := postgres.NoPrograms.Error()
	if !strings.Contains(message, "install") || !strings.Contains(message, "DATABASE_URL") {
		t.Errorf("a machine without programs is told %q: want the command and the way around", message)
	}
}

func TestTheDefaultHomeBelongsToTheClone(t *testing.T) {
	t.Setenv("RATABLE_HOME", "")
	clone := func(name string) string {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.MkdirAll(filepath.Join(dir, "deep", "down"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module ratable\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	homeAt := func(dir string) string {
		t.Chdir(dir)
		home, err := postgres.DefaultHome()
		if err != nil {
			t.Fatal(err)
		}
		return home
	}
	one, two := clone("ratable"), clone("ratable")
	if a, b := homeAt(one), homeAt(filepath.Join(one, "deep", "down")); a != b {
		t.Errorf("one clone has two homes, %s and %s", a, b)
	}
	if a, b := homeAt(one), homeAt(two); a == b {
		t.Errorf("two clones share %s", a)
	}
	t.Setenv("RATABLE_HOME", "/srv/ratable")
	if home := homeAt(one); home != "/srv/ratable" {
		t.Errorf("RATABLE_HOME=/srv/ratable gives %s", home)
	}
}

func TestAHomeThatTheServersUserCannotEnterIsExplained(t *testing.T) {
	t.Parallel()
	home := newHome(t)
	inside := filepath.Join(home, "inside")
	if err := os.Chmod(home, 0o700); err != nil {
		t.Fatal(err)
	}
	s, err := postgres.Start(t.Context(), postgres.Options{Home: inside})
	if os.Geteuid() != 0 {
		// Without root there is no other user: the same folder is fine.
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err == nil || !strings.Contains(err.Error(), "cannot enter "+home) {
		t.Errorf("a home below a private folder: %v, want to be told which", err)
	}
}
