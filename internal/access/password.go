package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"ratable/internal/fault"
)

// argon2id at 19 MiB and two passes: the first choice of OWASP's Password Storage
// Cheat Sheet. A change here applies to new hashes; old ones carry their own figures.
const (
	argonMemory  = 19 * 1024 // KiB
	argonPasses  = 2
	argonThreads = 1
	saltBytes    = 16
	keyBytes     = 32
)

// A password has 12 to 128 characters. The upper bound keeps a megabyte-long
// "password" from costing us anything.
const minPassword, maxPassword = 12, 128

// argonSlots bounds how many hashes run at once, so that a flood of sign-ins
// cannot take all memory and every core.
var argonSlots = make(chan struct{}, max(2, runtime.NumCPU()/2))

//go:embed weak_passwords.txt
var weakPasswords string

// checkPassword returns what is wrong with a new password, by NIST SP 800-63B
// (length and a list of known ones; no rules about character classes).
func checkPassword(password, email string) []fault.Field {
	refuse := func(message string) []fault.Field {
		// The value is left out on purpose: errors are logged and shown.
		return []fault.Field{{Path: "password", Message: message}}
	}
	p := norm.NFKC.String(password)
	lower := strings.ToLower(p)
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	switch n := utf8.RuneCountInString(p); {
	case n < minPassword:
		return refuse(fmt.Sprintf("has %d characters, needs at least %d", n, minPassword))
	case n > maxPassword:
		return refuse(fmt.Sprintf("has %d characters, may have %d", n, maxPassword))
	}
	if local != "" && len(local) >= 4 && strings.Contains(lower, local) {
		return refuse("contains the e-mail address")
	}
	if strings.Count(p, p[:1]) == len(p) {
		return refuse("is one character repeated")
	}
	for weak := range strings.Lines(weakPasswords) {
		if weak = strings.TrimSpace(weak); weak != "" && strings.Contains(lower, weak) && len(lower) <= len(weak)+minPassword/2 {
			return refuse("is among the passwords that are tried first")
		}
	}
	return nil
}

// hashPassword returns the PHC string of a password with a fresh salt.
func hashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails: crypto/rand crashes the program instead
	key, err := argonKey(ctx, password, salt, argonPasses, argonMemory, argonThreads)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonThreads,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// verifyPassword reports whether the password matches the PHC string. It takes
// the same time for a wrong password as for the right one.
func verifyPassword(ctx context.Context, password, phc string) (bool, error) {
	var version int
	var memory, passes uint32
	var threads uint8
	var rest string
	if _, err := fmt.Sscanf(phc, "$argon2id$v=%d$m=%d,t=%d,p=%d$%s", &version, &memory, &passes, &threads, &rest); err != nil {
		return false, fmt.Errorf("read the stored password hash: %w", err)
	}
	saltText, keyText, _ := strings.Cut(rest, "$")
	salt, err1 := base64.RawStdEncoding.DecodeString(saltText)
	want, err2 := base64.RawStdEncoding.DecodeString(keyText)
	if err1 != nil || err2 != nil || version != argon2.Version || len(want) != keyBytes {
		return false, fmt.Errorf("read the stored password hash: it is not argon2id version %d", argon2.Version)
	}
	key, err := argonKey(ctx, password, salt, passes, memory, threads)
	return err == nil && subtle.ConstantTimeCompare(key, want) == 1, err
}

func argonKey(ctx context.Context, password string, salt []byte, passes, memory uint32, threads uint8) ([]byte, error) {
	select {
	case argonSlots <- struct{}{}:
		defer func() { <-argonSlots }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a free password check: %w", context.Cause(ctx))
	}
	// NFKC: the same password typed on another keyboard is the same bytes.
	return argon2.IDKey([]byte(norm.NFKC.String(password)), salt, passes, memory, threads, keyBytes), nil
}
