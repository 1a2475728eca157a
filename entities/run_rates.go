package entities

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// RatesImport is what importing a file of rates did, or would do.
type RatesImport struct {
	New, Changed, Known int // rates by what stood recorded before
	First, Last         period.Date
	Currencies          []money.Currency
	LeftOut             []string      // columns of currencies that are none any more
	Corrections         []RateChanged // a few of those Changed

	fresh []Rate // New and Changed
}

// RateChanged is a rate that was recorded otherwise.
type RateChanged struct {
	Rate
	Was Rate
}

// correctionsShown bounds the list of an import.
const correctionsShown = 20

// ImportRates reads a file of the European Central Bank (ParseECB) and records its rates; a dry run only says what would
// be. A file may be read any number of times. A rate that differs from the one recorded for its day is a correction: it
// counts from now on, the other stays, and the next remeasurement books the difference. A day to come is refused: its
// rate cannot be known.
func ImportRates(ctx context.Context, db *postgres.DB, file io.Reader, dryRun bool, today period.Date, by access.Actor) (RatesImport, error) {
	if err := by.Require(access.Finance, access.Accountant); err != nil {
		return RatesImport{}, fmt.Errorf("import exchange rates: %w", err)
	}
	read, err := ParseECB(file)
	if err != nil {
		return RatesImport{}, err
	}
	out, err := importing(read, today)
	if err != nil {
		return RatesImport{}, fmt.Errorf("import exchange rates: %w", err)
	}
	err = db.Tx(ctx, func(tx pgx.Tx) error {
		stand, err := ratesAsRecorded(ctx, tx, ECB, out.First, out.Last)
		if err != nil {
			return err
		}
		out = out.compare(read.Rates, stand)
		if dryRun || out.New+out.Changed == 0 {
			return nil
		}
		return RecordRates(ctx, tx, out.fresh, by)
	})
	if err != nil {
		return RatesImport{}, fmt.Errorf("import exchange rates: %w", err)
	}
	return out, nil
}

// importing is what a file spans.
func importing(read RatesFile, today period.Date) (RatesImport, error) {
	out := RatesImport{First: read.Rates[0].On, Last: read.Rates[0].On, LeftOut: read.LeftOut}
	for _, r := range read.Rates {
		out.First, out.Last = period.MinDate(out.First, r.On), period.MaxDate(out.Last, r.On)
		if !slices.Contains(out.Currencies, r.Quote) {
			out.Currencies = append(out.Currencies, r.Quote)
		}
	}
	slices.Sort(out.Currencies)
	if out.Last.After(today) {
		return out, fault.InvalidFields(fault.Field{Path: "Date", Value: out.Last.String(), Message: "is still to come: no rate of it can be known"})
	}
	return out, nil
}

// compare counts rates by what stands recorded.
func (i RatesImport) compare(rates []Rate, stand map[rateKey]Rate) RatesImport {
	i.New, i.Changed, i.Known, i.Corrections, i.fresh = 0, 0, 0, nil, nil
	for _, r := range rates {
		was, known := stand[rateKey{pair{r.Base, r.Quote}, r.On}]
		switch {
		case !known:
			i.New, i.fresh = i.New+1, append(i.fresh, r)
		case was.Rate.Equal(r.Rate):
			i.Known++
		default:
			i.fresh = append(i.fresh, r)
			if i.Changed++; len(i.Corrections) < correctionsShown {
				i.Corrections = append(i.Corrections, RateChanged{r, was})
			}
		}
	}
	return i
}

type rateKey struct {
	pair
	on period.Date
}
