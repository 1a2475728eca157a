package postgres

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// initialize creates the data folder when there is none. initdb works under another name that is then
// renamed, so a folder called data is always complete; what a killed initdb left behind is removed.
func (s *Server) initialize(ctx context.Context, p programs) error {
	if exists(s.data) {
		return nil
	}
	fresh := s.data + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return err
	}
	if err := s.runAs.give(fresh); err != nil {
		return err
	}
	password := filepath.Join(s.dir, "initdb-password")
	if err := writeWhole(password, s.secrets[superuser]+"\n"); err != nil {
		return err
	}
	defer os.Remove(password)
	if err := s.runAs.give(password); err != nil {
		return err
	}
	args := []string{"-D", fresh, "-U", superuser, "--auth=scram-sha-256", "--pwfile=" + password,
		"--encoding=UTF8", "--locale=C", "--data-checksums"}
	if s.options.Volatile {
		args = append(args, "--no-sync")
	}
	if out, err := s.command(ctx, p, "initdb", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return os.Rename(fresh, s.data)
}

// command runs a server program as the server's user, with nothing of our environment that could change what
// it does (PGDATA, PGPORT, a locale) or that is none of its business.
func (s *Server) command(ctx context.Context, p programs, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, p.path(name), args...)
	c.Dir = s.dir
	c.Env = []string{"LC_ALL=C", "TZ=UTC", "HOME=" + s.dir, "PATH=" + p.dir + ":/usr/local/bin:/usr/bin:/bin"}
	if path := os.Getenv("LD_LIBRARY_PATH"); path != "" {
		c.Env = append(c.Env, "LD_LIBRARY_PATH="+path)
	}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: s.runAs.credential}
	return c
}

// bootstrap is the superuser's whole work: two login roles without privileges, and a database that one of them
// owns.
func (s *Server) bootstrap(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.AdminURL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, role := range []string{OwnerRole, ServingRole} {
		var there bool
		if err := conn.QueryRow(ctx, `select exists (select from pg_roles where rolname = $1)`, role).Scan(&there); err != nil {
			return err
		}
		// The password is random base32, so it needs no quoting; a role's password cannot be a parameter.
		if !there {
			if _, err := conn.Exec(ctx, fmt.Sprintf("create role %s login password '%s'", role, s.secrets[role])); err != nil {
				return fmt.Errorf("create role %s: %w", role, err)
			}
		}
	}
	return createDatabase(ctx, conn, DatabaseName)
}

func createDatabase(ctx context.Context, conn *pgx.Conn, name string) error {
	var there bool
	if err := conn.QueryRow(ctx, `select exists (select from pg_database where datname = $1)`, name).Scan(&there); err != nil {
		return err
	}
	if there {
		return nil
	}
	if _, err := conn.Exec(ctx, fmt.Sprintf("create database %s owner %s", pgx.Identifier{name}.Sanitize(), OwnerRole)); err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}
