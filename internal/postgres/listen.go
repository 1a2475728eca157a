package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Listener hears what is said on channels (NOTIFY) over a connection of its own. What was said while nobody listened is not
// heard: whoever depends on it looks at everything when the line is up.
type Listener struct {
	Channels []string
	Up       func()                        // the line stands; what happens from here on is heard
	Heard    func(channel, payload string) // in the order of commits
	Down     func(err error)               // the line is lost, or could not be had; called once until it is up again
}

// listenBeat is how often a silent line is tried: a connection can be gone without a word.
const listenBeat = 5 * time.Second

// The pause before another attempt grows from the first to the second.
const (
	listenRetry    = 50 * time.Millisecond
	listenPatience = time.Second
)

// Listen hears until ctx ends, and connects again whenever the line is lost.
func (db *DB) Listen(ctx context.Context, l Listener) {
	pause, up := listenRetry, true // so that a first failure is told
	for ctx.Err() == nil {
		err := db.listen(ctx, l, func() { pause, up = listenRetry, true })
		if ctx.Err() != nil {
			return
		}
		if up {
			up = false
			l.Down(err)
		}
		select {
		case <-time.After(pause/2 + jitter(pause)):
		case <-ctx.Done():
		}
		pause = min(2*pause, listenPatience)
	}
}

func (db *DB) listen(ctx context.Context, l Listener, stands func()) error {
	pooled, err := db.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("connect to listen: %w", err)
	}
	conn := pooled.Hijack() // the pool makes another: listening takes no place of those who work
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		conn.Close(closing) // the server ends it anyway
	}()
	for _, channel := range l.Channels {
		if _, err := conn.Exec(ctx, "listen "+pgx.Identifier{channel}.Sanitize()); err != nil {
			return fmt.Errorf("listen on %s: %w", channel, err)
		}
	}
	stands()
	l.Up()
	for {
		wait, cancel := context.WithTimeout(ctx, listenBeat)
		said, err := conn.WaitForNotification(wait)
		cancel()
		switch {
		case err == nil:
			l.Heard(said.Channel, said.Payload)
		case ctx.Err() != nil:
			return ctx.Err()
		case !errors.Is(err, context.DeadlineExceeded):
			return fmt.Errorf("listen: %w", err)
		default:
			if err := beat(ctx, conn); err != nil {
				return fmt.Errorf("listen: %w", err)
			}
		}
	}
}

func beat(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, listenBeat)
	defer cancel()
	return conn.Ping(ctx)
}
