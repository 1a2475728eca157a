package postgres

import (
	pgxdecimal "github.com/jackc/pgx-shopspring-decimal"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/shopspring/decimal"

	"ratable/internal/period"
)

// Our types have a Scan method for database/sql, and pgx prefers it to any wrapper: every number would be printed
// and parsed on its way in. A codec is asked before that, so these two hand our types to pgx's binary plans.
type (
	numericCodec struct{ pgxdecimal.NumericCodec }
	dateCodec    struct{ pgtype.DateCodec }
)

func (c numericCodec) PlanScan(m *pgtype.Map, oid uint32, format int16, target any) pgtype.ScanPlan {
	if d, ok := target.(*decimal.Decimal); ok {
		return scanAs(c.NumericCodec.PlanScan(m, oid, format, (*pgxdecimal.Decimal)(d)),
			func(dst *decimal.Decimal) any { return (*pgxdecimal.Decimal)(dst) })
	}
	return c.NumericCodec.PlanScan(m, oid, format, target)
}

func (c dateCodec) PlanScan(m *pgtype.Map, oid uint32, format int16, target any) pgtype.ScanPlan {
	switch d := target.(type) {
	case *period.Date:
		return scanAs(c.DateCodec.PlanScan(m, oid, format, (*civilDate)(d)), func(dst *period.Date) any { return (*civilDate)(dst) })
	case *period.Month:
		return scanAs(c.DateCodec.PlanScan(m, oid, format, (*civilMonth)(d)), func(dst *period.Month) any { return (*civilMonth)(dst) })
	}
	return c.DateCodec.PlanScan(m, oid, format, target)
}

// scanPlan scans into a type as if it were the one that pgx knows.
type scanPlan[T any] struct {
	next pgtype.ScanPlan
	as   func(*T) any
}

func (p scanPlan[T]) Scan(src []byte, dst any) error { return p.next.Scan(src, p.as(dst.(*T))) }

func scanAs[T any](next pgtype.ScanPlan, as func(*T) any) pgtype.ScanPlan {
	if next == nil {
		return nil
	}
	return scanPlan[T]{next, as}
}
