package spend

import (
	"fmt"

	"github.com/shopspring/decimal"

	"ratable/customers"
	"ratable/internal/period"
	"ratable/internal/webhook"
)

// told is what a webhook says of an alert that fired.
type told struct {
	Alert     string          `json:"alert"` // the rule's key
	Kind      Kind            `json:"kind"`
	Subject   string          `json:"subject"`
	Contract  string          `json:"contract,omitempty"` // number
	Threshold decimal.Decimal `json:"threshold"`
	Value     decimal.Decimal `json:"value"`
	Unit      string          `json:"unit"` // of both: a currency, what is counted, or %
	From      period.Date     `json:"period_from"`
	Through   period.Date     `json:"period_through"`
	Limit     *toldLimit      `json:"limit,omitempty"`
}

type toldLimit struct {
	Kind    string          `json:"kind"`
	ID      string          `json:"id"`
	Reached decimal.Decimal `json:"reached"`
	Size    decimal.Decimal `json:"size"`
	Unit    string          `json:"unit"`
}

// name is the natural key of a fired threshold, in messages and events alike.
func (f Fired) name() string {
	return fmt.Sprintf("%d:%s:%s:%s:%s", f.Account, f.Rule, f.Mark, f.Unit, f.Threshold)
}

func (f Fired) event(c customers.Customer, m Measured) webhook.Event {
	data := told{
		Alert: f.Rule, Kind: f.Kind, Subject: f.Subject, Contract: m.Number, Threshold: f.Threshold, Value: f.Value, Unit: f.Unit,
		From: f.Period.Start, Through: f.Period.End.AddDays(-1),
	}
	if l := m.Limit; l != nil {
		data.Limit = &toldLimit{string(l.Kind), l.ID, l.ReachedUnits, l.SizeUnits, l.Unit}
		if !l.InUnits {
			data.Limit.Reached, data.Limit.Size, data.Limit.Unit = l.Reached.Decimal(), l.Size.Decimal(), string(l.Currency)
		}
	}
	return webhook.Event{
		Key: "usage.alert:" + f.name(), Type: webhook.UsageAlertFired, Object: webhook.Object{Kind: webhook.UsageAlert, ID: f.Rule},
		Account: int64(f.Account), Customer: c.ExternalID, Data: data,
	}
}
