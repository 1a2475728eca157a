package usage

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// OpenAhead opens a month and the ones after it, so that no sender has to wait
// for that on the first of a month.
func OpenAhead(ctx context.Context, q postgres.Querier, from period.Month, more int) error {
	var months []period.Month
	for i := range more + 1 {
		months = append(months, from.Add(i))
	}
	return openMonths(ctx, q, months)
}

// ArchiveBefore moves the events of all months before one into files, oldest
// first; done, which may be nil, is told of each. Events of meters that do not
// add up, and of those named in single, stay in the database besides. Of two
// processes with one folder the second is refused.
func ArchiveBefore(ctx context.Context, db *postgres.DB, before period.Month, folder string, single []string, by access.Actor, done func(Archive)) ([]Archive, error) {
	unlock, err := lockFolder(folder)
	if err != nil {
		return nil, err
	}
	defer unlock()
	months, err := openMonthsNow(ctx, db)
	if err != nil {
		return nil, err
	}
	var all []Archive
	for _, m := range months {
		if !m.Before(before) {
			break
		}
		a, err := archiveMonth(ctx, db, m, folder, single, by)
		if err != nil {
			return all, fmt.Errorf("archive usage of %s: %w", m, err)
		}
		if a.Events == 0 {
			continue // opened, and nothing came
		}
		if all = append(all, a); done != nil {
			done(a)
		}
	}
	return all, nil
}

// archiveAttempts bounds how often a month is written again because events came
// for it meanwhile: for an old month they are rare.
const archiveAttempts = 3

// archiveMonth writes a month to a file, proves that the file is what the rollups
// say, and only then, in one transaction, drops it. Killed at any point it leaves
// the month as it was, or the month archived: a file that no row of
// usage.archives names is none, and is put aside the next time.
func archiveMonth(ctx context.Context, db *postgres.DB, m period.Month, folder string, single []string, by access.Actor) (Archive, error) {
	for attempt := 1; ; attempt++ {
		a, err := writeArchive(ctx, db, m, folder, single)
		if err != nil || a.Events == 0 {
			return a, err
		}
		var again bool
		err = db.Tx(ctx, func(tx pgx.Tx) (err error) {
			if again, err = retire(ctx, tx, a); err != nil {
				return err
			}
			subject := access.Subject{Kind: "usage archive", Key: a.File}
			return access.Audit(ctx, tx, by, "usage.archive", subject, nil, struct {
				Month  period.Month
				Events int64
				SHA256 string
			}{m, a.Events, hex.EncodeToString(a.SHA256)}, "")
		})
		if err == nil || !again || attempt == archiveAttempts {
			return a, err
		}
	}
}

// writeArchive puts the events of a month that are not archived, with their
// manifest, on the disk, recounted. Without any there is no file.
func writeArchive(ctx context.Context, db *postgres.DB, m period.Month, folder string, single []string) (a Archive, err error) {
	// Everything up to this place is in the snapshot; what comes later stops retire.
	if a.Through, err = finalOrder(ctx, db); err != nil {
		return a, err
	}
	err = db.Snapshot(ctx, func(tx pgx.Tx) error {
		w, err := newArchiving(ctx, tx, m, folder, single)
		if err != nil {
			return err
		}
		through := a.Through
		a = w.Archive
		a.Through = through
		if err := w.lines(ctx, tx); err != nil || w.Events == 0 {
			return err
		}
		a.Events, a.SHA256 = w.Events, w.SHA256
		return w.prove(ctx, tx, through)
	})
	if err != nil || a.Events == 0 {
		return a, err
	}
	return a, settle(folder, manifestName(a.File), a.File)
}

// archiving is the work on one file.
type archiving struct {
	Archive
	folder  string
	earlier []Archive // parts of the same month
	meters  *catalog.Catalog
	parties map[customers.ID]customers.Placement
	sums    utcDays // of the events as they came
}

func newArchiving(ctx context.Context, q postgres.Querier, m period.Month, folder string, single []string) (*archiving, error) {
	w := &archiving{Archive: Archive{Month: m, Meters: []int64{}}, folder: folder, sums: utcDays{}}
	var err error
	if w.earlier, err = archivesOf(ctx, q, m); err != nil {
		return nil, err
	}
	w.Part = len(w.earlier) + 1
	w.File = archiveName(m, w.Part)
	if w.meters, err = catalog.LoadMeters(ctx, q); err != nil {
		return nil, err
	}
	for _, meter := range w.meters.Meters() {
		if !meter.Additive() || slices.Contains(single, meter.Code) {
			w.Meters = append(w.Meters, meter.ID)
		}
	}
	users, err := usersOf(ctx, q, m)
	if err != nil {
		return nil, err
	}
	w.parties, err = customers.Placements(ctx, q, users)
	return w, err
}

// lines writes the events.
func (w *archiving) lines(ctx context.Context, q postgres.Querier) (err error) {
	out, err := createArchive(filepath.Join(w.folder, w.File+".part"))
	if err != nil {
		return err
	}
	err = eachLine(ctx, q, w.Month, func(l archiveLine) error {
		meter, _ := w.meters.MeterByID(l.MeterID)
		l.Subject, l.Type = w.parties[customers.ID(l.CustomerID)].ExternalID, meter.Code
		w.sums.add(series{l.Account, l.CustomerID, l.MeterID}, l.Time, l.Data.Quantity, 1)
		w.Events++
		return out.json.Encode(l)
	})
	if closing := out.close(); err == nil {
		err = closing
	}
	w.SHA256 = out.hash.Sum(nil)
	return err
}

// prove reads the file back, holds it to the database, and writes the manifest.
func (w *archiving) prove(ctx context.Context, q postgres.Querier, through int64) error {
	corrected, corrections, err := correctedIn(ctx, q, w.Month)
	if err != nil {
		return err
	}
	counted, read := utcDays{}, utcDays{}
	path := filepath.Join(w.folder, w.File+".part")
	sum, err := readArchive(path, func(a archived) error {
		read.add(a.series, a.event.OccurredAt, a.event.Quantity, 1)
		if !corrected[a.key] {
			counted.add(a.series, a.event.OccurredAt, a.event.Quantity, 1)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if wrong := read.differences("the file", w.sums, "the table"); len(wrong) > 0 || !bytes.Equal(sum, w.SHA256) {
		return fault.New(fault.Conflict, "%s does not read back as it was written: %v", path, wrong)
	}
	for _, part := range w.earlier {
		if err := addArchived(w.folder, part, corrected, counted); err != nil {
			return err
		}
	}
	if wrong, err := againstRollups(ctx, q, w.Month, counted); err != nil || len(wrong) > 0 {
		return cmp.Or(err, unequal(w.Month, wrong))
	}
	return writeManifest(filepath.Join(w.folder, manifestName(w.File)+".part"), w.manifest(corrections, through))
}

// addArchived adds what counts of a part that was archived before.
func addArchived(folder string, part Archive, corrected map[eventKey]bool, to utcDays) error {
	sum, err := readArchive(filepath.Join(folder, part.File), func(a archived) error {
		if !corrected[a.key] {
			to.add(a.series, a.event.OccurredAt, a.event.Quantity, 1)
		}
		return nil
	})
	if err == nil && !bytes.Equal(sum, part.SHA256) {
		err = fault.New(fault.Conflict, "it is not the file that was archived: its SHA-256 is %x, not %x", sum, part.SHA256)
	}
	if err != nil {
		return fmt.Errorf("recount with %s: %w", part.File, err)
	}
	return nil
}

// againstRollups adds corrections to what counts and lists where the rollups of
// the month are something else.
func againstRollups(ctx context.Context, q postgres.Querier, m period.Month, counted utcDays) ([]string, error) {
	rolled := utcDays{}
	if err := addCorrected(ctx, q, m, counted); err != nil {
		return nil, fmt.Errorf("recount %s: %w", m, err)
	}
	if err := addRolled(ctx, q, m, rolled); err != nil {
		return nil, fmt.Errorf("recount %s: %w", m, err)
	}
	return counted.differences("a recount", rolled, "the rollup"), nil
}

func (w *archiving) manifest(corrections []ArchivedCorrection, through int64) Manifest {
	m := Manifest{Format: archiveFormat, Month: w.Month, Part: w.Part, File: w.File, SHA256: hex.EncodeToString(w.SHA256), Events: w.Events,
		KnownThrough: through, Meters: []string{}, Corrections: corrections}
	for _, id := range w.Meters {
		meter, _ := w.meters.MeterByID(id)
		m.Meters = append(m.Meters, meter.Code)
	}
	for _, k := range slices.SortedFunc(maps.Keys(w.sums), func(a, b sumKey) int { return cmp.Or(a.compare(b.series), a.day.Compare(b.day)) }) {
		meter, _ := w.meters.MeterByID(k.meter)
		m.Sums = append(m.Sums, ArchivedSum{Account: customers.AccountID(k.account), Customer: customers.ID(k.customer),
			ExternalID: w.parties[customers.ID(k.customer)].ExternalID, MeterID: k.meter, Meter: meter.Code, Day: k.day,
			Events: w.sums[k].events, Quantity: w.sums[k].quantity})
	}
	return m
}

// Verified is what VerifyArchive found.
type Verified struct {
	Archive
	Differences []string // none: file, manifest, database and rollups say the same
}

// VerifyArchive reads an archive again: the file is the one that was archived,
// its lines add up to its manifest, and the month's rollups equal a recount of
// all its parts, which must lie in the same folder, with what came since.
func VerifyArchive(ctx context.Context, db *postgres.DB, path string) (v Verified, err error) {
	folder, file := filepath.Dir(path), filepath.Base(path)
	manifest, err := readManifest(folder, file)
	if err != nil {
		return v, err
	}
	err = db.Snapshot(ctx, func(tx pgx.Tx) error {
		parts, err := archivesOf(ctx, tx, manifest.Month)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(parts, func(a Archive) bool { return a.File == file })
		if at < 0 {
			return fault.New(fault.NotFound, "%s is of no archive of this database", file)
		}
		v.Archive = parts[at]
		return v.recount(ctx, tx, folder, manifest, parts)
	})
	if err != nil {
		return v, fmt.Errorf("verify %s: %w", file, err)
	}
	return v, nil
}

func (v *Verified) recount(ctx context.Context, q postgres.Querier, folder string, manifest Manifest, parts []Archive) error {
	corrected, _, err := correctedIn(ctx, q, v.Month)
	if err != nil {
		return err
	}
	counted, own, said := utcDays{}, utcDays{}, utcDays{}
	for _, part := range parts {
		if err := addArchived(folder, part, corrected, counted); err != nil {
			return err
		}
	}
	if err := addArchived(folder, v.Archive, nil, own); err != nil {
		return err
	}
	for _, s := range manifest.Sums {
		said.add(series{int64(s.Account), int64(s.Customer), s.MeterID}, s.Day.Time(time.UTC), s.Quantity, s.Events)
	}
	v.Differences = append(v.Differences, own.differences("the file", said, "the manifest")...)
	if hex.EncodeToString(v.SHA256) != manifest.SHA256 || v.Events != manifest.Events {
		v.Differences = append(v.Differences, "the manifest names another file")
	}
	if err := addOpen(ctx, q, v.Month, counted); err != nil {
		return err
	}
	wrong, err := againstRollups(ctx, q, v.Month, counted)
	v.Differences = append(v.Differences, wrong...)
	return err
}

// Hold keeps the events of some meters of an archive in the database again, for
// prices that came to need them one by one.
func Hold(ctx context.Context, db *postgres.DB, path string, meters []string, by access.Actor) (held int64, err error) {
	parts, err := Archives(ctx, db)
	if err != nil {
		return 0, err
	}
	at := slices.IndexFunc(parts, func(a Archive) bool { return a.File == filepath.Base(path) })
	if at < 0 {
		return 0, fault.New(fault.NotFound, "%s is of no archive of this database", filepath.Base(path))
	}
	err = db.Tx(ctx, func(tx pgx.Tx) error {
		held = 0
		var some []archived
		flush := func() error {
			n, err := holdEvents(ctx, tx, some)
			held, some = held+n, some[:0]
			return err
		}
		sum, err := readArchive(path, func(a archived) error {
			if slices.Contains(meters, a.event.Meter) {
				some = append(some, a)
			}
			if len(some) == maxBatch {
				return flush()
			}
			return nil
		})
		if err == nil {
			err = flush()
		}
		if err == nil && !bytes.Equal(sum, parts[at].SHA256) {
			err = fault.New(fault.Conflict, "it is not the file that was archived: its SHA-256 is %x, not %x", sum, parts[at].SHA256)
		}
		if err != nil {
			return err
		}
		subject := access.Subject{Kind: "usage archive", Key: parts[at].File}
		return access.Audit(ctx, tx, by, "usage.hold", subject, nil, struct {
			Meters []string
			Events int64
		}{meters, held}, "")
	})
	if err != nil {
		return 0, fmt.Errorf("keep events of %s: %w", filepath.Base(path), err)
	}
	return held, nil
}
