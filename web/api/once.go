package api

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
)

// Header names of idempotency, as the draft of the IETF (draft-ietf-httpapi-idempotency-key-header) and others have them.
const (
	keyHeader      = "Idempotency-Key"
	replayedHeader = "Idempotency-Replayed"
)

// kept is how long an answer is kept under its key: longer than any sender tries again.
const kept = 35 * 24 * time.Hour

// once runs what changes something. With an Idempotency-Key the answer is written in the transaction of the effect, so
// that after a crash between both there are both or neither, and whoever does not know asks again with the same key. What
// was refused changed nothing and is not kept: sent again, it is judged anew.
func (c *call) once(act func(tx pgx.Tx) (answer, error)) (out answer, err error) {
	key, err := c.key()
	if err != nil {
		return answer{}, err
	}
	err = c.DB.Tx(c.ctx, func(tx pgx.Tx) error {
		if key == "" {
			out, err = act(tx)
			return err
		}
		request := c.digest()
		free, err := holdKey(c.ctx, tx, c.by.UserID, key)
		if err != nil {
			return err
		}
		if !free {
			return refusal{http.StatusConflict, keyHeader, key, "is being answered at this moment; send it again in a second"}
		}
		before, found, err := answerUnder(c.ctx, tx, c.by.UserID, key)
		switch {
		case err != nil:
			return err
		case found && before.request != request:
			return fault.InvalidFields(fault.Field{Path: keyHeader, Value: fault.Shown(key),
				Message: "named another request before (" + before.answeredAt.UTC().Format(time.RFC3339) + "); give each request a key of its own"})
		case found:
			out = before.answer
			out.replayed = true
			return nil
		}
		if out, err = act(tx); err != nil {
			return err
		}
		return keepAnswer(c.ctx, tx, c.by.UserID, key, request, out, c.Now())
	})
	return out, err
}

// key is what names the request, empty when the caller gave none.
func (c *call) key() (string, error) {
	values := c.echo.Request().Header.Values(keyHeader)
	if len(values) == 0 {
		return "", nil
	}
	refuse := func(message string) error {
		return fault.InvalidFields(fault.Field{Path: keyHeader, Value: fault.Shown(values[0]), Message: message})
	}
	switch key := values[0]; {
	case len(values) > 1:
		return "", refuse("is sent more than once; keep one")
	case key == "" || len(key) > 200:
		return "", refuse("must be 1 to 200 characters, such as a UUID: the same whenever this request is sent again")
	default:
		for _, r := range key {
			if r < '!' || r > '~' {
				return "", refuse("must be letters, digits and signs without blanks, such as a UUID")
			}
		}
		return key, nil
	}
}

// digest tells two requests under one key apart.
func (c *call) digest() [sha256.Size]byte {
	r := c.echo.Request()
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%s\n", r.Method, r.URL.EscapedPath(), r.URL.RawQuery)
	h.Write(c.raw)
	return [sha256.Size]byte(h.Sum(nil))
}

// Sweep deletes answers that nobody asks for again. It returns how many went.
func Sweep(ctx context.Context, tx pgx.Tx, now time.Time) (int64, error) {
	return sweepAnswers(ctx, tx, now.Add(-kept))
}
