package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// oldestMajor is the first PostgreSQL that our SQL runs on.
const oldestMajor = 15

// programs is a folder with the server programs of one major version.
type programs struct {
	dir   string
	major int
}

func (p programs) path(name string) string { return filepath.Join(p.dir, name) }

// findPrograms chooses the programs for the data: those of its own version, else (no data yet) the newest. When
// the machine has none at all it installs them if that takes no question. bin, or PGBIN, ends the search.
func findPrograms(ctx context.Context, bin, data string, log *slog.Logger) (programs, error) {
	if bin == "" {
		bin = os.Getenv("PGBIN")
	}
	if bin != "" {
		p, err := programsIn(ctx, bin)
		if err != nil {
			return programs{}, err
		}
		return choose([]programs{p}, data)
	}
	found := search(ctx)
	if len(found) == 0 {
		if err := install(ctx, log); err != nil {
			return programs{}, err
		}
		found = search(ctx)
	}
	return choose(found, data)
}

// choose takes the version of the data, or the newest when there is none.
func choose(found []programs, data string) (programs, error) {
	if len(found) == 0 {
		return programs{}, errNoPrograms
	}
	have, err := dataMajor(data)
	if err != nil {
		return programs{}, err
	}
	var versions []string
	for _, p := range found {
		if p.major == have || have == 0 && p.major >= oldestMajor {
			return p, nil
		}
		versions = append(versions, fmt.Sprintf("%d in %s", p.major, p.dir))
	}
	if have == 0 {
		return programs{}, fmt.Errorf("PostgreSQL %d or newer is needed, found %s: %s", oldestMajor, strings.Join(versions, ", "), installCommand())
	}
	return programs{}, fmt.Errorf("the data in %s is of PostgreSQL %d and the programs found are %s: install version %d or set PGBIN to it, or move the data with pg_upgrade, or set another RATABLE_HOME; nothing was changed",
		data, have, strings.Join(versions, ", "), have)
}

// dataMajor reads the version of a data folder; 0 when there is none yet.
func dataMajor(data string) (int, error) {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	switch {
	case err == nil:
		major, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			return 0, fmt.Errorf("%s/PG_VERSION is no version: %w", data, err)
		}
		return major, nil
	case !errors.Is(err, os.ErrNotExist):
		return 0, err
	case exists(data):
		return 0, fmt.Errorf("%s is there but holds no PostgreSQL data: move it away, or set another RATABLE_HOME; nothing was changed", data)
	}
	return 0, nil
}

// search lists the programs on this machine, newest first. A folder found in two ways is listed twice, which
// does no harm.
func search(ctx context.Context) []programs {
	var dirs []string
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/usr/libexec/postgresql*",
		"/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin",
		"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin", "/Applications/Postgres.app/Contents/Versions/*/bin",
		filepath.Join(npmHome(), "bin"),
	} {
		matches, _ := filepath.Glob(pattern) // errs only on a bad pattern
		dirs = append(dirs, matches...)
	}
	var found []programs
	for _, dir := range dirs {
		if p, err := programsIn(ctx, dir); err == nil {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, func(a, b programs) int { return b.major - a.major })
	return found
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// programsIn looks into one folder. It must hold both programs: a client-only installation is of no use.
func programsIn(ctx context.Context, dir string) (programs, error) {
	for _, name := range []string{"initdb", "postgres"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode()&0o111 == 0 {
			return programs{}, fmt.Errorf("no PostgreSQL server in %s: %s is missing", dir, name)
		}
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return programs{}, fmt.Errorf("ask %s/postgres for its version: %w", dir, err)
	}
	m := versionPattern.FindSubmatch(out)
	if m == nil {
		return programs{}, fmt.Errorf("%s/postgres says its version is %q", dir, out)
	}
	major, err := strconv.Atoi(string(m[1]))
	return programs{dir, major}, err
}
