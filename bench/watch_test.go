package bench

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// watch adds up the time spent waiting for the database.
type watch struct{ spent atomic.Int64 }

type began struct{}

func (w *watch) start(ctx context.Context) context.Context {
	return context.WithValue(ctx, began{}, time.Now())
}

func (w *watch) stop(ctx context.Context) {
	w.spent.Add(int64(time.Since(ctx.Value(began{}).(time.Time))))
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

// reset starts counting anew and returns what had been counted.
func (w *watch) reset() time.Duration { return time.Duration(w.spent.Swap(0)) }
