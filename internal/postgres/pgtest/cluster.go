package pgtest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Databases of tests and templates are told apart by their names' beginnings.
const (
	testPrefix     = "t_"
	templatePrefix = "tmpl_"
)

// dirVariable puts the server elsewhere, for the tests of this package.
const dirVariable = "RATABLE_PGTEST_DIR"

// cluster is the server that the tests of this process share with those of others.
type cluster struct {
	addresses
	dir      string
	admin    *pgxpool.Pool
	template string
	users    *os.File // held shared for as long as this process lives
}

// addresses are the ways to log in; the database in them is to be replaced.
type addresses struct{ Admin, Owner, Serving string }

var theCluster = sync.OnceValues(func() (*cluster, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	c, err := connect(ctx)
	if err != nil {
		return nil, err
	}
	config, err := pgxpool.ParseConfig(c.Admin)
	if err != nil {
		return nil, err
	}
	config.MaxConns = 4
	if c.admin, err = pgxpool.NewWithConfig(context.Background(), config); err != nil {
		return nil, err
	}
	return c, c.prepareTemplate(ctx)
})

// connect finds or starts the server.
func connect(ctx context.Context) (*cluster, error) {
	if given := os.Getenv("TEST_DATABASE_URL"); given != "" {
		return &cluster{addresses: addresses{given, given, given}, dir: os.TempDir()}, nil
	}
	c := &cluster{dir: clusterDir()}
	err := prepareDir(c.dir)
	if err != nil {
		return nil, err
	}
	if c.users, err = os.OpenFile(filepath.Join(c.dir, "users"), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, err
	}
	if err := flock(c.users, syscall.LOCK_SH); err != nil {
		return nil, err
	}
	// One process at a time finds out whether there is a server, and starts it if not.
	starting, err := os.OpenFile(filepath.Join(c.dir, "starting"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	defer starting.Close()
	if err := flock(starting, syscall.LOCK_EX); err != nil {
		return nil, err
	}
	if c.addresses, err = readAddresses(ctx, c.dir); err == nil {
		return c, nil
	}
	if err := startGuard(c.dir); err != nil {
		return nil, err
	}
	c.addresses, err = readAddresses(ctx, c.dir)
	return c, err
}

// prepareDir creates the folder, or refuses one that somebody else has put there: what we read in it are
// addresses to log in to.
func prepareDir(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if stat := info.Sys().(*syscall.Stat_t); !info.IsDir() || int(stat.Uid) != os.Geteuid() || info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s is not a folder that only this user may write: remove it", dir)
	}
	return nil
}

// clusterDir is in memory where there is plenty, else with the other temporary files. One per user: the server
// is theirs.
func clusterDir() string {
	if dir := os.Getenv(dirVariable); dir != "" {
		return dir
	}
	name := "ratable-pgtest-" + strconv.Itoa(os.Geteuid())
	var fs syscall.Statfs_t
	if syscall.Statfs("/dev/shm", &fs) == nil && uint64(fs.Bavail)*uint64(fs.Bsize) > 4<<30 {
		return filepath.Join("/dev/shm", name)
	}
	return filepath.Join(os.TempDir(), name)
}

// readAddresses returns what the guard wrote down, if the server is still there.
func readAddresses(ctx context.Context, dir string) (a addresses, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "addresses"))
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(text, &a); err != nil {
		return a, err
	}
	pool, err := pgxpool.New(ctx, a.Admin)
	if err != nil {
		return a, err
	}
	defer pool.Close()
	return a, pool.Ping(ctx)
}

func withDatabase(address, database string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(fmt.Sprintf("pgtest: the server's address is no URL: %v", err))
	}
	u.Path = "/" + database
	return u.String()
}

// flock waits for a lock; a signal that interrupts the wait is no reason to give up.
func flock(f *os.File, how int) error {
	for {
		if err := syscall.Flock(int(f.Fd()), how); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// keep asks the guard to leave the server running for a while.
func (c *cluster) keep() {
	path := filepath.Join(c.dir, "keep")
	if err := cmp.Or(os.WriteFile(path, nil, 0o600), os.Chtimes(path, time.Now(), time.Now())); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest: the database will not be kept:", err)
	}
}
