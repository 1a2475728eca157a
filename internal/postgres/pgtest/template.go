package pgtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"ratable/internal/postgres"
	"ratable/migrations"
)

// through is the last migration that the template gets.
func through() (int64, error) {
	text := os.Getenv("PGTEST_THROUGH")
	if text == "" {
		return math.MaxInt64, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("PGTEST_THROUGH: %w", err)
	}
	return n, nil
}

// templateName changes with everything that goes into a template: our files, and the extras by name and by the
// version of the library they come from.
func templateName(last int64) (string, error) {
	hash := sha256.New()
	fmt.Fprintln(hash, last)
	err := fs.WalkDir(migrations.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations.FS, path)
		fmt.Fprintf(hash, "%s %d\n%s\n", path, len(text), text)
		return err
	})
	for _, extra := range extras {
		fmt.Fprintln(hash, runtime.FuncForPC(reflect.ValueOf(extra).Pointer()).Name())
	}
	if info, ok := debug.ReadBuildInfo(); ok && len(extras) > 0 {
		for _, module := range info.Deps {
			if strings.Contains(module.Path, "river") {
				fmt.Fprintln(hash, module.Path, module.Version)
			}
		}
	}
	return fmt.Sprintf("%s%x", templatePrefix, hash.Sum(nil)[:8]), err
}

// prepareTemplate makes the template unless it is there. The first process makes it, the others wait. One that
// failed or was killed half way is never used: only a finished one is marked as a template.
func (c *cluster) prepareTemplate(ctx context.Context) error {
	last, err := through()
	if err != nil {
		return err
	}
	if c.template, err = templateName(last); err != nil {
		return err
	}
	conn, err := c.admin.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `select pg_advisory_lock(hashtext($1))`, c.template); err != nil {
		return err
	}
	defer conn.Exec(context.WithoutCancel(ctx), `select pg_advisory_unlock(hashtext($1))`, c.template)
	var ready bool
	err = conn.QueryRow(ctx, `select exists (select from pg_database where datname = $1 and datistemplate)`, c.template).Scan(&ready)
	if err != nil || ready {
		return err
	}
	if err := c.buildTemplate(ctx, conn.Conn(), last); err != nil {
		return fmt.Errorf("make the template database: %w", err)
	}
	return nil
}

func (c *cluster) buildTemplate(ctx context.Context, conn *pgx.Conn, last int64) error {
	if err := dropDatabase(ctx, conn, c.template); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "create database "+c.template); err != nil {
		return err
	}
	if _, err := postgres.MigrateTo(ctx, withDatabase(c.Admin, c.template), last, extras...); err != nil {
		dropDatabase(context.WithoutCancel(ctx), conn, c.template) // the failure to report is the migration's
		return err
	}
	for _, finish := range []string{" owner to " + postgres.OwnerRole, " allow_connections false", " is_template true"} {
		if _, err := conn.Exec(ctx, "alter database "+c.template+finish); err != nil {
			return err
		}
	}
	return nil
}

// dropDatabase also drops a template.
func dropDatabase(ctx context.Context, conn *pgx.Conn, name string) error {
	id := pgx.Identifier{name}.Sanitize()
	_, err := conn.Exec(ctx, "alter database "+id+" is_template false")
	var pg *pgconn.PgError
	if err != nil && errors.As(err, &pg) && pg.Code == "3D000" {
		return nil // there is none
	}
	if err == nil {
		_, err = conn.Exec(ctx, "drop database "+id+" with (force)")
	}
	return err
}
