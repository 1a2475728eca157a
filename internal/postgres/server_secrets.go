package postgres

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// superuser is the role that initdb creates.
const superuser = "postgres"

// secrets are the passwords of the three login roles of a private server.
type secrets map[string]string

// loadSecrets reads the passwords, or makes new ones when there is no data yet that wants older ones.
func loadSecrets(path, data string) (secrets, error) {
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		if exists(data) {
			return nil, fmt.Errorf("%s is missing, and with it the passwords of the data beside it: put it back, or set DATABASE_URL or another RATABLE_HOME", path)
		}
		return makeSecrets(path)
	}
	if err != nil {
		return nil, err
	}
	s := secrets{}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		role, password, _ := strings.Cut(lines.Text(), ":")
		s[role] = password
	}
	for _, role := range []string{superuser, OwnerRole, ServingRole} {
		if s[role] == "" {
			return nil, fmt.Errorf("%s names no password of %s", path, role)
		}
	}
	return s, nil
}

func makeSecrets(path string) (secrets, error) {
	s := secrets{}
	var text strings.Builder
	for _, role := range []string{superuser, OwnerRole, ServingRole} {
		s[role] = rand.Text()
		fmt.Fprintf(&text, "%s:%s\n", role, s[role])
	}
	return s, writeWhole(path, text.String())
}

// writeWhole writes a private file so that it is there entirely or not at all.
func writeWhole(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if _, err := f.WriteString(text); err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
