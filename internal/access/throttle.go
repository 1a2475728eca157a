package access

import (
	"crypto/sha256"
	"time"
)

// Guessing is limited twice: per account, against a patient guesser, and per
// address, against one who tries a common password on every account. The second
// bound is wider, because an office often shares one address.
const (
	throttleWindow   = 15 * time.Minute
	failuresPerLogin = 5
	failuresPerIP    = 50
)

// tooMany reports whether an attempt is refused unseen. The counts include the
// attempt itself, which is recorded before it is judged: guesses sent all at
// once cannot overtake their own counting.
func tooMany(forLogin, forIP int) bool {
	return forLogin > failuresPerLogin || forIP > failuresPerIP
}

// accountKey is what an attempt is counted under: a hash of what was typed, so
// that a name nobody has is throttled like one that exists, and a password typed
// into the wrong field is not kept.
func accountKey(email string) []byte {
	sum := sha256.Sum256([]byte("sign-in:" + email))
	return sum[:]
}
