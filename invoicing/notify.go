package invoicing

import (
	"strings"

	"ratable/entities"
	"ratable/internal/money"
	"ratable/internal/webhook"
)

// said is what events tell of a document: enough to decide whether to fetch it. Credit notes are below zero, as everywhere.
type said struct {
	Entity   string   `json:"entity"`
	Total    string   `json:"total"`
	Net      string   `json:"net"`
	Tax      string   `json:"tax"`
	Currency string   `json:"currency"`
	IssuedOn string   `json:"issued_on"`
	DueOn    string   `json:"due_on,omitempty"`
	PONumber string   `json:"po_number,omitempty"`
	Corrects []string `json:"corrects,omitempty"` // the documents a credit note lowers
}

// toldIssued is the event of a document that was issued; payer is the external id of who owes it.
func toldIssued(d Document, payer string, e *entities.Directory) webhook.Event {
	entity, _ := e.ByID(d.Entity)
	data := said{Entity: entity.Code, Total: d.Total.String(), Net: d.Net.String(), Tax: d.Tax.String(), Currency: string(d.Currency),
		IssuedOn: d.IssuedOn.String(), PONumber: d.PONumber}
	t := webhook.InvoiceIssued
	if d.Kind == entities.CreditNote {
		t, data.Corrects = webhook.CreditNoteIssued, d.corrected()
	} else {
		data.DueOn = d.DueOn.String()
	}
	return webhook.Event{Key: string(t) + ":" + d.Number, Type: t, Object: d.object(), Account: int64(d.Account), Customer: payer, Data: data}
}

// object is the document as events name it.
func (d Document) object() webhook.Object {
	if d.Kind == entities.CreditNote {
		return webhook.Object{Kind: webhook.CreditNote, ID: d.Number}
	}
	return webhook.Object{Kind: webhook.Invoice, ID: d.Number}
}

// corrected lists the documents that lines correct, each once.
func (d Document) corrected() []string {
	var out []string
	seen := map[string]bool{}
	for _, l := range d.Lines {
		if l.Corrects != nil && !seen[l.Corrects.Document] {
			seen[l.Corrects.Document] = true
			out = append(out, l.Corrects.Document)
		}
	}
	return out
}

// toldOf is an event about a document that was issued before.
func (d Document) toldOf(t webhook.Type, key, payer string, data any) webhook.Event {
	return webhook.Event{Key: string(t) + ":" + key, Type: t, Object: d.object(), Account: int64(d.Account), Customer: payer, Data: data}
}

// mailed is the number of the document that a message carries, by the key of the message.
func mailed(key string) (number string, ok bool) {
	kind, rest, _ := strings.Cut(key, ":")
	number, edition, whole := strings.Cut(rest, ":")
	return number, kind == "invoice" && whole && strings.HasPrefix(edition, "v")
}

func amountOf(a money.Amount) webhook.Money {
	return webhook.Money{Amount: a.String(), Currency: string(a.Currency())}
}
