package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Standard Webhooks 0.0.1 (https://www.standardwebhooks.com): the signature is HMAC-SHA256 over "id.timestamp.body". With two secrets
// valid there are two signatures, and a receiver accepts either.

// newSecret are 32 random bytes: the specification asks for 24 to 64.
func newSecret() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return b
}

// spelled is a secret as receivers enter it. It leaves this package once, when it is made.
func spelled(secret []byte) string { return "whsec_" + base64.StdEncoding.EncodeToString(secret) }

func sign(secrets [][]byte, id string, at time.Time, body []byte) string {
	var out []string
	for _, s := range secrets {
		h := hmac.New(sha256.New, s)
		h.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
		h.Write(body)
		out = append(out, "v1,"+base64.StdEncoding.EncodeToString(h.Sum(nil)))
	}
	return strings.Join(out, " ")
}

// The headers of a request beside those of HTTP.
const (
	headerID        = "Webhook-Id"
	headerTimestamp = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"
	// headerGivenUp names the latest event of the same object that never arrived: what this one says may rest on it.
	headerGivenUp = "Ratable-Given-Up"
)

func headersOf(c claim, at time.Time, body []byte) http.Header {
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	h.Set("User-Agent", "Ratable-Webhooks/"+APIVersion)
	id := eventID(c.event.key)
	h.Set(headerID, id)
	h.Set(headerTimestamp, strconv.FormatInt(at.Unix(), 10))
	h.Set(headerSignature, sign(c.secrets, id, at, body))
	if c.givenUp != nil {
		h.Set(headerGivenUp, eventID(*c.givenUp))
	}
	return h
}
