package closing

import (
	"bytes"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/entities"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// seal takes the hash of a month that was just closed and keeps it.
func seal(ctx context.Context, tx pgx.Tx, at At, inputs int64) (Seal, error) {
	event, err := ledger.LastEvent(ctx, tx, at.Entity.ID, at.Month)
	if err != nil {
		return Seal{}, err
	}
	s := Seal{Entity: at.Entity.ID, Month: at.Month, Event: event.Seq, Known: event.KnownOrder, ClosedOn: at.AsOf, InputsOrder: inputs}
	before, err := Seals(ctx, tx, at.Entity.ID)
	if err != nil {
		return s, err
	}
	// Months reopen in reverse: the seal of the month before is of its latest closing, and that still holds.
	if last, ok := Of(before, at.Month.Prev()); ok {
		s.Previous, s.InputsAfter = last.Hash, last.InputsOrder
	}
	if s.Columns, err = ledger.SealedColumns(ctx, tx); err != nil {
		return s, err
	}
	digests, err := ledger.Digests(ctx, tx, s.Entity, s.Month, s.Columns)
	if err != nil {
		return s, err
	}
	if s.Inputs, err = inputsNow(ctx, tx, s.InputsAfter, s.InputsOrder); err != nil {
		return s, err
	}
	s.Entries, s.LedgerHash, s.InputsHash = len(digests), ledgerHash(digests), inputsHash(s.Inputs)
	s.Hash = s.sum(at.Entity.Code)
	return s, insertSeal(ctx, tx, s, digests)
}

// Of is the latest seal of a month.
func Of(seals []Seal, month period.Month) (Seal, bool) {
	for i := len(seals) - 1; i >= 0; i-- {
		if seals[i].Month == month {
			return seals[i], true
		}
	}
	return Seal{}, false
}

// Verified is what Verify looked at.
type Verified struct {
	Months   int
	Entries  int
	Unsealed []string // closed months without a seal, "nlus 2026-01": closed before there were seals
	Broken   []Broken // per entity the first month that differs, and the first entry in it
}

// Verify computes the seals of closed months again, from the books and the facts as they stand, and says what differs.
// Entity 0 is all of them; with a month only that one (and its place in the chain).
func Verify(ctx context.Context, q postgres.Querier, entity entities.ID, month period.Month) (Verified, error) {
	var out Verified
	directory, err := entities.Load(ctx, q)
	if err != nil {
		return out, err
	}
	months, err := ledger.LoadMonths(ctx, q)
	if err != nil {
		return out, err
	}
	for _, e := range directory.All() {
		if entity != 0 && e.ID != entity {
			continue
		}
		if err := out.entity(ctx, q, e, months.ClosedThrough(e.ID), month); err != nil {
			return out, fmt.Errorf("verify the seals of %s: %w", e.Code, err)
		}
	}
	return out, nil
}

// entity goes through the closed months of an entity in order, up to the first that differs.
func (v *Verified) entity(ctx context.Context, q postgres.Querier, e entities.Entity, through, only period.Month) error {
	first, err := ledger.FirstMonth(ctx, q, e.ID)
	if err != nil || first.IsZero() || through.IsZero() {
		return err
	}
	seals, err := Seals(ctx, q, e.ID)
	if err != nil {
		return err
	}
	var previous []byte
	for m := first; !m.After(through); m = m.Next() {
		s, sealed := Of(seals, m)
		if !only.IsZero() && m != only {
			previous = s.Hash
			continue
		}
		if !sealed {
			v.Unsealed, previous = append(v.Unsealed, e.Code+" "+m.String()), nil
			continue
		}
		broken, err := v.month(ctx, q, e, s, previous)
		if err != nil {
			return err
		}
		if broken != nil {
			v.Broken = append(v.Broken, *broken)
			return nil
		}
		v.Months, v.Entries, previous = v.Months+1, v.Entries+s.Entries, s.Hash
	}
	return nil
}

// month compares one seal with what stands, the entries first: they say most.
func (v *Verified) month(ctx context.Context, q postgres.Querier, e entities.Entity, s Seal, previous []byte) (*Broken, error) {
	stands, err := ledger.Digests(ctx, q, s.Entity, s.Month, s.Columns)
	if err != nil {
		return nil, err
	}
	sealed, err := sealedEntries(ctx, q, s)
	if err != nil {
		return nil, err
	}
	broken := &Broken{Entity: e.Code, Month: s.Month}
	if broken.Entry, broken.Text = firstDifference(sealed, stands); broken.Entry != nil {
		return broken, nil
	}
	if !bytes.Equal(ledgerHash(stands), s.LedgerHash) {
		broken.Text = "the list of sealed entries was changed, and the entries with it"
		return broken, nil
	}
	stood, err := Inputs(ctx, q, s)
	if err != nil {
		return nil, err
	}
	for _, was := range stood {
		is, err := fingerprint(ctx, q, was.Table, was.Columns, s.InputsAfter, s.InputsOrder)
		if err != nil {
			return nil, err
		}
		if is.Facts != was.Facts || is.Digest != was.Digest {
			broken.Text = fmt.Sprintf("facts of %s were changed: %d were known then, %d stand now", was.Table, was.Facts, is.Facts)
			return broken, nil
		}
	}
	switch {
	case !bytes.Equal(inputsHash(stood), s.InputsHash):
		broken.Text = "the list of facts was changed"
	case !bytes.Equal(s.Previous, previous):
		broken.Text = "it was sealed upon another hash of the month before"
	case !bytes.Equal(s.sum(e.Code), s.Hash):
		broken.Text = "its hash was changed"
	default:
		return nil, nil
	}
	return broken, nil
}
