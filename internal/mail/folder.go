package mail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Folder is a transport that writes each message as an .eml file named after its key: what a machine without SMTP uses. A message
// delivered twice overwrites itself.
func Folder(dir string) Transport { return folder{dir} }

type folder struct{ dir string }

func (f folder) Name() string { return "folder " + f.dir }
func (f folder) Close() error { return nil }

func (f folder) Send(_ context.Context, e Email) (string, error) {
	for _, a := range slices.Concat(e.To, e.Cc) {
		if nowhere(a) {
			return "", &Refusal{Code: 550, Reply: "550 5.1.2 " + a.Email + ": the domain .invalid is nobody's (RFC 2606)"}
		}
	}
	m, err := compose(e)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	if _, err := m.WriteTo(&out); err != nil {
		return "", fmt.Errorf("compose %s: %w", e.Key, err)
	}
	name := fileName(e.Key) + ".eml"
	if err := writeWhole(f.dir, name, out.Bytes()); err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return "written to " + filepath.Join(f.dir, name), nil
}

// nowhere tells an address that no server would take: on a machine without one, too, such a message must be seen to fail.
func nowhere(a Address) bool { return strings.HasSuffix(strings.ToLower(a.Email), ".invalid") }

// fileName is the key where that is a harmless file name, else a readable part of it with a hash, so that two keys never share a file.
func fileName(key string) string {
	safe := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		}
		return '-'
	}, key)
	safe = strings.TrimLeft(safe, ".-")
	if safe == key && len(safe) <= 120 {
		return safe
	}
	return fmt.Sprintf("%.100s-%x", safe, sha256.Sum256([]byte(key)))[:min(len(safe), 100)+13]
}

// writeWhole leaves either the old file or the whole new one, also after a crash.
func writeWhole(dir, name string, b []byte) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".writing-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // gone already when all went well
	if _, err = tmp.Write(b); err == nil {
		err = tmp.Sync()
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), filepath.Join(dir, name))
	}
	return err
}
