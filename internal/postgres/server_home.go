package postgres

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// rootHome holds the data folders when root runs Ratable: the server cannot run as root, and the user that it
// runs as cannot reach into /root, where root's clones live.
const rootHome = "/var/lib/ratable"

// DefaultHome is Ratable's data folder: RATABLE_HOME; else for root a folder of /var/lib/ratable named after
// the clone; else .ratable in the clone. The clone is the nearest folder upward with a go.mod, else the
// current one.
func DefaultHome() (string, error) {
	if home := os.Getenv("RATABLE_HOME"); home != "" {
		return filepath.Abs(home)
	}
	here, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the data folder: %w", err)
	}
	clone := here
	for dir := here; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if exists(filepath.Join(dir, "go.mod")) {
			clone = dir
			break
		}
	}
	if os.Geteuid() != 0 {
		return filepath.Join(clone, ".ratable"), nil
	}
	// Two clones of one name must not share data: the hash tells them apart, the name is for people.
	hash := sha256.Sum256([]byte(clone))
	return filepath.Join(rootHome, fmt.Sprintf("%s-%x", filepath.Base(clone), hash[:4])), nil
}

// account is the user that the server runs as; the zero value is our own.
type account struct {
	name       string
	credential *syscall.Credential
}

// serverAccount drops root: PostgreSQL refuses to run as root, with good reason.
func serverAccount() (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
		if errUID == nil && errGID == nil {
			return account{name, &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
		}
	}
	return account{}, fmt.Errorf("run by root, and there is no user postgres or nobody to run the server as: run Ratable as an ordinary user")
}

// give makes a path the server's own.
func (a account) give(path string) error {
	if a.credential == nil {
		return nil
	}
	return os.Lchown(path, int(a.credential.Uid), int(a.credential.Gid))
}

// prepareHome creates the folders. dir stays ours even when the server runs as somebody else: what we write
// there (passwords, lock, log) must not be replaceable by the server.
func prepareHome(home, dir string, runAs account) error {
	if err := os.MkdirAll(home, 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o711); err != nil && !os.IsExist(err) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	stat := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || int(stat.Uid) != os.Geteuid() || info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s is not a folder that only this user may write: remove it, or set RATABLE_HOME to another place", dir)
	}
	// A clone's own data folder must never be committed, whatever its .gitignore says.
	if ignore := filepath.Join(home, ".gitignore"); filepath.Base(home) == ".ratable" && !exists(ignore) {
		if err := os.WriteFile(ignore, []byte("*\n"), 0o644); err != nil {
			return err
		}
	}
	return reachable(dir, runAs)
}

// reachable finds the folder on the way that the server's user cannot pass, which PostgreSQL itself would only
// report as "Permission denied".
func reachable(dir string, runAs account) error {
	if runAs.credential == nil {
		return nil
	}
	for at := dir; at != filepath.Dir(at); at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil {
			return err
		}
		stat := info.Sys().(*syscall.Stat_t)
		mode := info.Mode().Perm()
		passable := mode&0o001 != 0 ||
			stat.Uid == runAs.credential.Uid && mode&0o100 != 0 || stat.Gid == runAs.credential.Gid && mode&0o010 != 0
		if !passable {
			return fmt.Errorf("user %s, who runs the server for root, cannot enter %s: set RATABLE_HOME to a folder outside it, such as %s/data", runAs.name, at, rootHome)
		}
	}
	return nil
}

// lockFile takes an exclusive lock that ends with the process at the latest.
func lockFile(ctx context.Context, path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if err != syscall.EWOULDBLOCK && err != syscall.EINTR {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			f.Close()
			return nil, fmt.Errorf("wait for another process that starts the server: %w", ctx.Err())
		}
	}
}
