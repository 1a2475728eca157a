package usage

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"ratable/internal/access"
	"ratable/internal/postgres"
)

// ImportCSV reads a file as ParseCSV does and ingests its batches, reading the
// next one while the last is written. progress, which may be nil, is told the
// receipt so far after each. An error comes with the receipt of what was taken in
// before it: the corrected file may be sent again from its beginning.
func ImportCSV(ctx context.Context, db *postgres.DB, r io.Reader, now time.Time, by access.Actor, progress func(Receipt)) (Receipt, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	batches := make(chan []Event, 1)
	var unreadable error // written before batches is closed, read after
	go func() {
		defer close(batches)
		unreadable = ParseCSV(r, func(batch []Event) error {
			select {
			case batches <- slices.Clone(batch):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	var total Receipt
	var failed error
	for batch := range batches {
		if failed != nil {
			continue // until the reader has noticed
		}
		receipt, err := Ingest(ctx, db, batch, now, by)
		total.add(receipt)
		if err != nil {
			failed = fmt.Errorf("import usage after %d events: %w", total.events(), err)
			stop()
			continue
		}
		if progress != nil {
			progress(total)
		}
	}
	if failed != nil {
		return total, failed
	}
	return total, unreadable
}

func (r *Receipt) events() int { return r.Accepted + r.Repeated + r.Quarantined + len(r.Conflicts) }
