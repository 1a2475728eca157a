package api

import (
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/usage"
)

// counted is a usage event as it counts.
type counted struct {
	Source     string            `json:"source" example:"/edge/fra1"`
	ID         string            `json:"id" example:"a-1"`
	Customer   string            `json:"customer" doc:"External id" example:"northwind"`
	Meter      string            `json:"meter" example:"api.calls"`
	OccurredAt time.Time         `json:"occurred_at"`
	Day        period.Date       `json:"day" format:"date" doc:"In the time zone of the seller" example:"2026-03-01"`
	Quantity   string            `json:"quantity" example:"12.5"`
	Counts     string            `json:"counts" doc:"What of the whole quantity it decides: these add up to it, whatever the meter makes of its events" example:"12.5"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
	Revision   int               `json:"revision" doc:"How often it was corrected"`
}

var exampleCounted = counted{Source: "/edge/fra1", ID: "a-1", Customer: "northwind", Meter: "api.calls", OccurredAt: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC),
	Day: period.NewDate(2026, 3, 1), Quantity: "12.5", Counts: "12.5"}

func (c *call) counted(_ postgres.Querier, found []usage.CountedEvent) ([]counted, error) {
	out := make([]counted, len(found))
	for i, e := range found {
		out[i] = counted{Source: e.Source, ID: e.ID, Customer: e.Customer, Meter: e.Meter, OccurredAt: e.OccurredAt.UTC(), Day: e.Day,
			Quantity: e.Quantity.String(), Counts: e.Counts.String(), Dimensions: e.Dimensions, Revision: e.Revision}
	}
	return out, nil
}

// DaysQuery is a customer and some days.
type DaysQuery struct {
	CustomerAt
	From    period.Date `query:"from" required:"true" format:"date" doc:"First day" example:"2026-03-01"`
	Through period.Date `query:"through" required:"true" format:"date" doc:"Last day, at most 400 days on" example:"2026-03-31"`
}

type meterDaysQuery struct {
	DaysQuery
	Meter string `path:"meter" maxLength:"200" doc:"The meter's code" example:"api.calls"`
}

// readings is what a customer used.
type readings struct {
	Customer string    `json:"customer" example:"northwind"`
	From     string    `json:"from" format:"date" example:"2026-03-01"`
	Through  string    `json:"through" format:"date" example:"2026-03-31"`
	Zone     string    `json:"zone" doc:"Days are those of the seller's time zone" example:"Europe/Amsterdam"`
	Meters   []reading `json:"meters" doc:"With anything used, by code"`
}

type reading struct {
	Meter    string `json:"meter" example:"api.calls"`
	Unit     string `json:"unit,omitempty" example:"call"`
	Quantity string `json:"quantity" doc:"As the meter adds up: a sum, a count, the largest, the last, how many different ones" example:"120000"`
}

// Reading is reading under a name that the document's maker looks into where it is embedded.
type Reading = reading

// meterDays is what a customer used of a meter, day by day.
type meterDays struct {
	Reading
	Customer string    `json:"customer" example:"northwind"`
	Zone     string    `json:"zone" example:"Europe/Amsterdam"`
	Days     []usedDay `json:"days" doc:"Those with anything used"`
}

type usedDay struct {
	Day      period.Date `json:"day" format:"date" example:"2026-03-01"`
	Quantity string      `json:"quantity" example:"4000"`
}

func (s *server) readingOperations() []operation {
	return []operation{
		read(about{
			id: "get-usage", method: http.MethodGet, path: "/v1/customers/{customer}/usage", tag: tagUsage, scope: access.UsageRead,
			summary: "What a customer used, by meter", details: "Exactly what billing counts for these days.",
			answer: readings{"northwind", "2026-03-01", "2026-03-31", "Europe/Amsterdam", []reading{{"api.calls", "call", "120000"}}},
		}, s.giveUsage),
		read(about{
			id: "get-usage-days", method: http.MethodGet, path: "/v1/customers/{customer}/usage/{meter}/days", tag: tagUsage, scope: access.UsageRead,
			summary: "What a customer used of a meter, day by day", details: "The quantity above is that of all the days together: the largest or the distinct use of days does not add up.",
			answer: meterDays{reading{"api.calls", "call", "120000"}, "northwind", "Europe/Amsterdam", []usedDay{{period.NewDate(2026, 3, 1), "4000"}}},
		}, s.giveUsageDays),
	}
}

// used is what a customer's days are read from.
type used struct {
	customer customers.Customer
	days     *usage.Days
	span     period.Span
	sold     *catalog.Catalog
	zone     string
}

const mostDays = 400

func (c *call) used(q postgres.Querier, in DaysQuery) (u used, err error) {
	if in.Through.Before(in.From) {
		return u, fault.InvalidFields(fault.Field{Path: "through", Value: in.Through.String(), Message: "lies before from"})
	}
	if in.Through.Year() > 9998 { // the day behind it could not be named
		return u, fault.InvalidFields(fault.Field{Path: "through", Value: in.Through.String(), Message: "lies too far ahead"})
	}
	if u.span = period.Through(in.From, in.Through); u.span.Days() > mostDays {
		return u, fault.InvalidFields(fault.Field{Path: "through", Value: in.Through.String(), Message: "is more than 400 days on; ask for fewer at a time"})
	}
	if u.customer, err = customers.ByExternalID(c.ctx, q, in.Customer, c.Today()); err != nil {
		return u, err
	}
	if u.sold, err = catalog.LoadMeters(c.ctx, q); err != nil {
		return u, err
	}
	if u.zone, err = c.zoneOf(q, u.customer.Entity); err != nil {
		return u, err
	}
	all, err := usage.LoadDays(c.ctx, q, []customers.AccountID{u.customer.Account}, u.span.Start, u.span.End)
	if u.days = all[u.customer.Account]; u.days == nil {
		u.days = &usage.Days{}
	}
	return u, err
}

func (u used) reading(m catalog.Meter) usage.Reading {
	return usage.Reading{Customers: []customers.ID{u.customer.ID}, Meter: m}
}

func (s *server) giveUsage(c *call, in *struct{ DaysQuery }) (out readings, err error) {
	err = c.DB.Snapshot(c.ctx, func(tx pgx.Tx) error {
		u, err := c.used(tx, in.DaysQuery)
		if err != nil {
			return err
		}
		out = readings{Customer: u.customer.ExternalID, From: in.From.String(), Through: in.Through.String(), Zone: u.zone, Meters: []reading{}}
		for _, m := range u.sold.Meters() {
			total, err := u.days.Total(u.reading(m), u.span)
			if err != nil {
				return err
			}
			if !total.IsZero() {
				out.Meters = append(out.Meters, reading{m.Code, m.Unit, total.String()})
			}
		}
		return nil
	})
	return out, err
}

func (s *server) giveUsageDays(c *call, in *meterDaysQuery) (out meterDays, err error) {
	err = c.DB.Snapshot(c.ctx, func(tx pgx.Tx) error {
		u, err := c.used(tx, in.DaysQuery)
		if err != nil {
			return err
		}
		m, ok := u.sold.Meter(in.Meter)
		if !ok {
			return fault.New(fault.NotFound, "there is no meter %s", fault.Shown(in.Meter))
		}
		total, err := u.days.Total(u.reading(m), u.span)
		if err != nil {
			return err
		}
		out = meterDays{reading{m.Code, m.Unit, total.String()}, u.customer.ExternalID, u.zone, []usedDay{}}
		return u.days.Daily(u.reading(m), u.span, func(day period.Date, quantity decimal.Decimal) {
			out.Days = append(out.Days, usedDay{day, quantity.String()})
		})
	})
	return out, err
}
