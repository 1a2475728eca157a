package api

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/usage"
)

// behindOperations hand over what is behind a line as a file. A million events pass one by one; nothing is kept in memory.
func (s *server) behindOperations() []operation {
	return []operation{
		bare[struct {
			InvoiceAt
			Line int `path:"line" minimum:"1" doc:"Its place on the document, from 1" example:"1"`
		}, file](about{
			id: "download-invoice-line-usage", method: http.MethodGet, path: "/v1/invoices/{number}/lines/{line}/usage.csv", tag: tagInvoices, scope: access.UsageRead,
			summary: "The usage events that a line counted, as CSV", streams: true, produces: []string{"text/csv"},
			details: "All of them, the earliest first: customer, meter, source, id, occurred_at, day, quantity, counted, dimensions (JSON), recorded_at. What is counted adds up to the quantity as it stands now, whatever the meter makes of its events: of a largest value the event that decided it has all.",
		}, (*call).downloadBehind),
	}
}

// downloadBehind writes nothing before the line is found, so that what is wrong with the question is a problem and no file.
func (c *call) downloadBehind() error {
	place, err := strconv.Atoi(c.echo.Param("line"))
	if err != nil {
		return fault.InvalidFields(fault.Field{Path: "line", Value: c.echo.Param("line"), Message: "is not a whole number"})
	}
	d, err := invoicing.Get(c.ctx, c.DB, c.echo.Param("number"))
	if err != nil {
		return err
	}
	b, err := invoicing.Behind(c.ctx, c.DB, d, place)
	if err != nil {
		return err
	}
	if !b.Counted {
		return fault.InvalidFields(fault.Field{Path: "line", Value: itoa(place), Message: "counts no usage. " + b.Made})
	}
	c.echo.Response().Header().Set("Content-Type", "text/csv; charset=utf-8")
	return writeBehind(c, c.DB, b.Usage)
}

func writeBehind(c *call, q postgres.Querier, b usage.Behind) error {
	out := csv.NewWriter(c.echo.Response())
	out.UseCRLF = true // RFC 4180
	if err := out.Write([]string{"customer", "meter", "source", "id", "occurred_at", "day", "quantity", "counted", "dimensions", "recorded_at"}); err != nil {
		return err
	}
	err := usage.EachBehind(c.ctx, q, b, func(e usage.CountedEvent) error {
		said := []byte{}
		if len(e.Dimensions) > 0 {
			var err error
			if said, err = json.Marshal(e.Dimensions); err != nil {
				return err
			}
		}
		return out.Write([]string{ledger.Cell(e.Customer), ledger.Cell(e.Meter), ledger.Cell(e.Source), ledger.Cell(e.ID), e.OccurredAt.Format(time.RFC3339Nano), e.Day.String(), e.Quantity.String(), e.Counts.String(), string(said), e.RecordedAt.UTC().Format(time.RFC3339Nano)})
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}
