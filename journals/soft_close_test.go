package journals

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/internal/fault"
	"ratable/ledger"
)

func TestAJournalIsBookedInASoftClosedMonthAndNotInAClosedOne(t *testing.T) {
	w := newWorld(t)
	written := bonus()
	m := day(written.On).MonthOf()
	w.tx(func(tx pgx.Tx) error { return ledger.SoftCloseMonth(ctx, tx, w.US.ID, m, w.Accountant) })
	j := w.post(written)
	page, err := ledger.EntriesPage(ctx, w.DB, ledger.EntryFilter{Entity: w.US.ID, Month: m})
	if err != nil || len(page) != 1 || !page[0].Adjusting {
		t.Fatalf("journal %d is booked as %+v (%v)", j.ID, page, err)
	}
	w.close(m.String())
	w.refused(w.try(func(tx pgx.Tx) error { _, err := Enter(ctx, tx, written, w.Finance); return err }), fault.Invalid, "which is closed")
}
