package usage

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func csvOf(rows int) string {
	var text strings.Builder
	text.WriteString(header + "\n")
	for i := range rows {
		fmt.Fprintf(&text, "test,%d,acme,calls,2026-03-01T10:00:00Z,1\n", i)
	}
	return text.String()
}

func TestAnImportedFileCountsOnceHoweverOftenItIsSent(t *testing.T) {
	w := newWorld(t)
	const rows = 2*csvBatch + 7
	for i, want := range []Receipt{{Accepted: rows}, {Repeated: rows}} {
		var told []int
		got, err := ImportCSV(context.Background(), w.db, strings.NewReader(csvOf(rows)), now, tester,
			func(r Receipt) { told = append(told, r.events()) })
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("import %d (-want +got):\n%s", i+1, diff)
		}
		if diff := cmp.Diff([]int{csvBatch, 2 * csvBatch, rows}, told); diff != "" {
			t.Errorf("progress of import %d (-want +got):\n%s", i+1, diff)
		}
	}
	w.proveRollups(t)
}

func TestAFileWithABadRowIsImportedUpToItAndAgainWhenCorrected(t *testing.T) {
	w := newWorld(t)
	bad := csvOf(csvBatch+5) + "test,bad,acme,calls,2026-03-01T10:00:00Z,-1\n"
	got, err := ImportCSV(context.Background(), w.db, strings.NewReader(bad), now, tester, nil)
	if want := fmt.Sprintf("line %d: quantity: is negative", csvBatch+7); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the file was answered: %v", err)
	}
	if got.Accepted != csvBatch {
		t.Errorf("whole batches before the bad row are in: %+v", got)
	}
	// An event from the future passes the parser and stops the import at Ingest.
	future := csvOf(csvBatch) + strings.Replace(csvOf(csvBatch*6), "2026-03-01", "2027-03-01", -1)[len(header)+1:]
	_, err = ImportCSV(context.Background(), w.db, strings.NewReader(future), now, tester, nil)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("import usage after %d events", csvBatch)) {
		t.Errorf("a file from the future was answered: %v", err)
	}
	got, err = ImportCSV(context.Background(), w.db, strings.NewReader(strings.Replace(bad, ",-1\n", ",1\n", 1)), now, tester, nil)
	if err != nil || got.Accepted != 6 || got.Repeated != csvBatch {
		t.Errorf("the corrected file: %+v, %v", got, err)
	}
	w.proveRollups(t)
}

// Batches are written two at a time; an id that comes again in the next batch
// must find the earlier content all the same.
func TestOfTwoContentsInOneFileTheFirstCountsHoweverFarApart(t *testing.T) {
	w := newWorld(t)
	var text strings.Builder
	text.WriteString(header + "\n")
	for i := range 4 * csvBatch {
		customer := "acme"
		if i%csvBatch == 1 {
			customer = "nobody" // waits in quarantine, four contents of one id
		}
		fmt.Fprintf(&text, "test,%d,%s,calls,2026-03-01T10:00:00Z,%d\n", i%csvBatch, customer, i/csvBatch+1)
	}
	got, err := ImportCSV(context.Background(), w.db, strings.NewReader(text.String()), now, tester, nil)
	if err != nil || got.Accepted != csvBatch-1 || got.Quarantined != 4 || len(got.Conflicts) != 3*(csvBatch-1) {
		t.Errorf("%d accepted, %d quarantined, %d conflicts, %v", got.Accepted, got.Quarantined, len(got.Conflicts), err)
	}
	for _, c := range got.Conflicts {
		if c.Kept.Quantity.String() != "1" {
			t.Fatalf("%s of the file counts for event %s, not the first", c.Kept.Quantity, c.Kept.ID)
		}
	}
	waiting, err := Quarantine(context.Background(), w.db, Cursor{}, 10)
	if err != nil || len(waiting) != 4 {
		t.Fatalf("%d events wait, %v", len(waiting), err)
	}
	for i, q := range waiting {
		if want := fmt.Sprint(i + 1); q.Quantity.String() != want {
			t.Errorf("content %s waits in place %s", q.Quantity, want)
		}
	}
	w.proveRollups(t)
}
