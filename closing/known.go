package closing

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"ratable/entities"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Watermark reads what somebody names as "as known": a place in the known order ("48213"), or a closing of a month
// ("nlus/2026-03", or "2026-03" of the entity given): the latest, or the first with "#1" behind it.
func Watermark(ctx context.Context, q postgres.Querier, entity entities.ID, text string) (int64, error) {
	if place, err := strconv.ParseInt(text, 10, 64); err == nil {
		return place, nil
	}
	name, nth, counted := strings.Cut(text, "#")
	code, written, named := strings.Cut(name, "/")
	if !named {
		code, written = "", name
	}
	wrong := func(message string) error {
		return fault.InvalidFields(fault.Field{Path: "as-known", Value: text, Message: message})
	}
	month, err := period.ParseMonth(written)
	if err != nil {
		return 0, wrong("is a place in the known order, or a closed month such as nlus/2026-03")
	}
	if named {
		directory, err := entities.Load(ctx, q)
		if err != nil {
			return 0, err
		}
		e, ok := directory.ByCode(code)
		if !ok {
			return 0, wrong(fmt.Sprintf("names %q, which is not one of our legal entities", code))
		}
		entity = e.ID
	}
	if entity == 0 {
		return 0, wrong("needs the legal entity: nlus/" + month.String())
	}
	events, err := ledger.MonthEvents(ctx, q, entity)
	if err != nil {
		return 0, err
	}
	var closings []int64 // the latest first
	for _, e := range events {
		if e.Month == month && e.Event == ledger.MonthIsClosed {
			closings = append(closings, e.KnownOrder)
		}
	}
	if len(closings) == 0 {
		return 0, wrong("was never closed")
	}
	if !counted {
		return closings[0], nil
	}
	n, err := strconv.Atoi(nth)
	if err != nil || n < 1 || n > len(closings) {
		return 0, wrong(fmt.Sprintf("was closed %d times: say #1 to #%d", len(closings), len(closings)))
	}
	return closings[len(closings)-n], nil
}

// Causes are what entries are booked for, in words, by the first word of their source. Revenue of an earlier month is a
// catch-up: late usage, an amendment, a new estimate.
var causes = map[string]string{
	"invoice": "Invoices", "credit_note": "Credit notes", "void": "Voids", "revenue": "Recognition", "receipt": "Receipts", "application": "Applied cash",
	"refund": "Refunds", "remeasure": "Foreign exchange", "manual": "Manual journals", "cost": "Contract costs", "commission": "Commissions",
	"settlement": "Settlements", "breakage": "Breakage",
}

// Cause says in words what a difference between two watermarks comes from.
func Cause(b ledger.Became) string {
	word, known := causes[b.Cause]
	if !known {
		word = strings.ToUpper(b.Cause[:1]) + b.Cause[1:]
	}
	if b.Late {
		return word + " of earlier months"
	}
	return word
}
