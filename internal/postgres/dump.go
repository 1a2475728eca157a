package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Dump describes a migrated database in SQL, for migrations/schema.sql: tables, constraints, functions, grants.
// It holds nothing that differs between two machines or two versions of pg_dump, so that a diff of it is
// a change of ours. It needs pg_dump of at least the server's version.
func Dump(ctx context.Context, url string) (string, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return "", fmt.Errorf("dump the schema: %w", err)
	}
	program := ""
	for _, p := range search(ctx) {
		if exists(p.path("pg_dump")) {
			program = p.path("pg_dump")
			break
		}
	}
	if program == "" {
		return "", fmt.Errorf("dump the schema: pg_dump is missing: %s", installCommand())
	}
	c := exec.CommandContext(ctx, program, "--schema-only", "--no-owner", "--exclude-table=public.goose_db_version*", "--encoding=UTF8")
	// By environment: arguments can be read by every user of the machine.
	c.Env = append(os.Environ(), "PGHOST="+config.Host, "PGPORT="+strconv.Itoa(int(config.Port)), "PGUSER="+config.User,
		"PGPASSWORD="+config.Password, "PGDATABASE="+config.Database, "LC_ALL=C")
	out, err := c.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return "", fmt.Errorf("dump the schema: %w: %s", err, bytes.TrimSpace(exit.Stderr))
		}
		return "", fmt.Errorf("dump the schema: %w", err)
	}
	return normalizeDump(string(out)), nil
}

// volatile lines name versions, session settings, or (\restrict, since August 2025) a random token.
var volatile = regexp.MustCompile(`(?m)^(--.*|SET .*|SELECT pg_catalog\.set_config\(.*|\\(un)?restrict.*)\n`)

var blankLines = regexp.MustCompile(`\n{3,}`)

func normalizeDump(text string) string {
	text = volatile.ReplaceAllString(text, "")
	return strings.TrimLeft(blankLines.ReplaceAllString(text, "\n\n"), "\n")
}
