package usage

import (
	"strconv"

	"ratable/internal/webhook"
)

// toldCause is why some events of a batch wait, as webhooks spell it.
type toldCause struct {
	Reason   string `json:"reason"`
	Customer string `json:"customer,omitempty"` // as the sender wrote it
	Meter    string `json:"meter,omitempty"`
	Contract string `json:"contract,omitempty"` // that refuses late ones
	Events   int64  `json:"events"`
}

// maxTold bounds how many causes an event spells out: a sender that makes up a customer for each of ten thousand events has ten
// thousand of them.
const maxTold = 20

// toldStrays is the event of a batch that left something in quarantine: one however many events wait, and none when all of them
// waited before.
func toldStrays(order int64, causes []Cause) []webhook.Event {
	if len(causes) == 0 {
		return nil
	}
	batch := strconv.FormatInt(order, 10)
	var events int64
	reasons := map[string]int64{}
	for _, c := range causes {
		events += c.Events
		reasons[c.Reason] += c.Events
	}
	told := make([]toldCause, 0, min(len(causes), maxTold))
	for _, c := range causes[:cap(told)] {
		told = append(told, toldCause{c.Reason, c.Customer, c.Meter, c.Contract, c.Events})
	}
	return []webhook.Event{{
		Key: string(webhook.UsageQuarantined) + ":" + batch, Type: webhook.UsageQuarantined, Object: webhook.Object{Kind: webhook.UsageBatch, ID: batch},
		Data: struct {
			Batch   string           `json:"batch"`
			Events  int64            `json:"events"`
			Reasons map[string]int64 `json:"reasons"`
			Causes  []toldCause      `json:"causes"` // most events first
			Unnamed int              `json:"more_causes,omitempty"`
		}{batch, events, reasons, told, len(causes) - len(told)},
	}}
}
