package bench

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// watch adds up the time in which something was waiting for the database, on whatever connection.
type watch struct {
	mu      sync.Mutex
	waiting int
	since   time.Time
	spent   time.Duration
}

func (w *watch) start(ctx context.Context) context.Context {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting == 0 {
		w.since = time.Now()
	}
	w.waiting++
	return ctx
}

func (w *watch) stop(context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting--; w.waiting == 0 {
		w.spent += time.Since(w.since)
	}
}

// TraceQueryStart and its kin make the watch a tracer of queries and COPY.
func (w *watch) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return w.start(ctx)
}
func (w *watch) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) { w.stop(ctx) }
func (w *watch) TraceCopyFromStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceCopyFromStartData) context.Context {
	return w.start(ctx)
}
func (w *watch) TraceCopyFromEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceCopyFromEndData) {
	w.stop(ctx)
}

// reset starts counting anew and returns what had been counted. Nothing is waiting when it is called.
func (w *watch) reset() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	spent := w.spent
	w.spent = 0
	return spent
}
