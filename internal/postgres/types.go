package postgres

import (
	"context"
	"errors"
	"time"

	pgxdecimal "github.com/jackc/pgx-shopspring-decimal"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"ratable/internal/period"
)

// registerTypes teaches a new connection the types Ratable stores: decimal.Decimal as numeric, period.Date and
// period.Month as date, alone and in arrays. Without it dates would take the way through driver.Valuer,
// which pgx plans anew for every value of a COPY.
func registerTypes(_ context.Context, conn *pgx.Conn) error {
	m := conn.TypeMap()
	pgxdecimal.Register(m)
	m.TryWrapEncodePlanFuncs = append([]pgtype.TryWrapEncodePlanFunc{wrapCivilEncode}, m.TryWrapEncodePlanFuncs...)
	m.RegisterType(&pgtype.Type{Name: "numeric", OID: pgtype.NumericOID, Codec: numericCodec{}})
	m.RegisterType(&pgtype.Type{Name: "date", OID: pgtype.DateOID, Codec: dateCodec{}})
	return nil
}

// civilDate and civilMonth speak pgx's language for dates; the zero value is NULL.
type (
	civilDate  period.Date
	civilMonth period.Month
)

func (d civilDate) DateValue() (pgtype.Date, error) {
	day := period.Date(d)
	if day.IsZero() {
		return pgtype.Date{}, nil
	}
	return pgtype.Date{Time: time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC), Valid: true}, nil
}

func (d *civilDate) ScanDate(v pgtype.Date) error {
	if v.Valid && v.InfinityModifier != pgtype.Finite {
		return errors.New("an infinite date has no place in a civil calendar: an open end is null")
	}
	if !v.Valid {
		*d = civilDate{}
		return nil
	}
	return (*period.Date)(d).Scan(v.Time)
}

func (m civilMonth) DateValue() (pgtype.Date, error) {
	if period.Month(m).IsZero() {
		return pgtype.Date{}, nil
	}
	return civilDate(period.Month(m).First()).DateValue()
}

func (m *civilMonth) ScanDate(v pgtype.Date) error {
	var d civilDate
	if err := d.ScanDate(v); err != nil {
		return err
	}
	if !v.Valid {
		*m = civilMonth{}
		return nil
	}
	// Month's own Scan refuses another day than the first.
	return (*period.Month)(m).Scan(v.Time)
}

// civilPlan hands a wrapped value on; pgx sets next to the plan of its date codec.
type civilPlan[T, W any] struct {
	encode pgtype.EncodePlan
	wrap   func(T) W
}

func (p *civilPlan[T, W]) SetNext(next pgtype.EncodePlan) { p.encode = next }

func (p *civilPlan[T, W]) Encode(value any, buf []byte) ([]byte, error) {
	return p.encode.Encode(p.wrap(value.(T)), buf)
}

func wrapCivilEncode(value any) (pgtype.WrappedEncodePlanNextSetter, any, bool) {
	switch v := value.(type) {
	case period.Date:
		wrap := func(d period.Date) civilDate { return civilDate(d) }
		return &civilPlan[period.Date, civilDate]{wrap: wrap}, civilDate(v), true
	case period.Month:
		wrap := func(m period.Month) civilMonth { return civilMonth(m) }
		return &civilPlan[period.Month, civilMonth]{wrap: wrap}, civilMonth(v), true
	}
	return nil, nil, false
}
