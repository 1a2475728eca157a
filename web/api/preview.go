package api

import (
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/foresight"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/invoicing"
)

// previewQuery only describes the operation: a document is read by its own reader.
type previewQuery struct {
	Expect []string `query:"expect,explode" doc:"Expected usage a month by meter, such as api.calls:120000; once for each meter" example:"[\"api.calls:120000\"]"`
	Body   contracts.Document
}

// preview is what a contract would ask for and earn.
type preview struct {
	Contract string           `json:"contract" example:"C-2026-001"`
	Currency string           `json:"currency" example:"USD"`
	Net      string           `json:"net" doc:"Of the invoices to come" example:"12000.00"`
	Tax      string           `json:"tax" example:"0.00"`
	Earned   string           `json:"earned" doc:"Of the whole term" example:"12000.00"`
	Meters   []string         `json:"meters" doc:"What the contract counts"`
	Invoices []previewInvoice `json:"invoices" doc:"In the order they would be issued"`
	Revenue  []monthEarned    `json:"revenue" doc:"Month by month of the term"`
}

type previewInvoice struct {
	IssuedOn period.Date   `json:"issued_on" format:"date" example:"2026-01-01"`
	DueOn    period.Date   `json:"due_on,omitzero" format:"date" example:"2026-01-31"`
	Kind     string        `json:"kind" enum:"invoice,credit_note"`
	Net      string        `json:"net" example:"1000.00"`
	Tax      string        `json:"tax" example:"0.00"`
	Total    string        `json:"total" example:"1000.00"`
	Lines    []invoiceLine `json:"lines"`
}

type monthEarned struct {
	Month period.Month `json:"month" doc:"Such as 2026-01" example:"2026-01"`
	Sure  string       `json:"sure" doc:"Of what is agreed for sure" example:"1000.00"`
	Usage string       `json:"usage" doc:"Of usage" example:"0.00"`
}

var examplePreview = preview{Contract: "C-2026-001", Currency: "USD", Net: "12000.00", Tax: "0.00", Earned: "12000.00", Meters: []string{},
	Invoices: []previewInvoice{{IssuedOn: period.NewDate(2026, 1, 1), DueOn: period.NewDate(2026, 1, 31), Kind: "invoice", Net: "1000.00", Tax: "0.00", Total: "1000.00", Lines: []invoiceLine{exampleLine}}},
	Revenue:  []monthEarned{{period.NewMonth(2026, 1), "1000.00", "0.00"}}}

// previewContract holds a document against the books and foresees its invoices and revenue; nothing is kept.
func (s *server) previewContract(c *call) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	d, err := contracts.Parse(body)
	if err != nil {
		return err
	}
	out, err := c.foresee(d)
	if err != nil {
		return contracts.Placed(body, err)
	}
	got, err := c.encode(out)
	if err != nil {
		return err
	}
	return c.reply(got)
}

func (c *call) foresee(d contracts.Document) (out preview, err error) {
	var w invoicing.World
	var f invoicing.Facts
	var found contracts.Contract
	err = c.DB.Snapshot(c.ctx, func(tx pgx.Tx) error {
		if found, err = contracts.Propose(c.ctx, tx, d, c.Today()); err != nil {
			return err
		}
		w, f, err = foresight.Load(c.ctx, tx, found, c.Today())
		return err
	})
	if err != nil {
		return out, err
	}
	guess, err := expectedUsage(w.Catalog, c.echo.QueryParams()["expect"])
	if err != nil {
		return out, err
	}
	a := foresight.AgreedOrProposed(found)
	ahead, err := foresight.Foresee(w, f, a, guess, c.Today())
	if err != nil {
		return out, err
	}
	out = preview{Contract: found.Number, Currency: string(a.Currency), Net: ahead.Net.String(), Tax: ahead.Tax.String(), Earned: ahead.Earned.String(),
		Meters: append([]string{}, ahead.Meters...), Invoices: []previewInvoice{}, Revenue: []monthEarned{}}
	for _, i := range ahead.Invoices {
		out.Invoices = append(out.Invoices, previewInvoice{IssuedOn: i.IssuedOn, DueOn: i.DueOn, Kind: string(i.Kind), Net: i.Net.String(), Tax: i.Tax.String(), Total: i.Total.String(), Lines: linesOf(i)})
	}
	for _, m := range ahead.Months {
		out.Revenue = append(out.Revenue, monthEarned{m.Month, m.Sure.String(), m.Usage.String()})
	}
	return out, nil
}

// expectedUsage reads "api.calls:120000", once for each meter.
func expectedUsage(sold *catalog.Catalog, sent []string) (foresight.Expected, error) {
	guess := foresight.Expected{}
	var wrong []fault.Field
	for _, text := range sent {
		refuse := func(message string) {
			wrong = append(wrong, fault.Field{Path: "expect", Value: fault.Shown(text), Message: message})
		}
		code, figure, _ := strings.Cut(text, ":")
		quantity, err := decimal.NewFromString(figure)
		switch _, known := sold.Meter(code); {
		case !known:
			refuse("is not a meter and a quantity, such as api.calls:120000")
		case err != nil || quantity.IsNegative() || len(figure) > 24 || strings.ContainsAny(figure, "eE"):
			refuse("must have a quantity behind the colon, such as api.calls:120000")
		default:
			guess[code] = quantity
		}
	}
	return guess, fault.InvalidFields(wrong...)
}

func itoa(n int) string { return strconv.Itoa(n) }
