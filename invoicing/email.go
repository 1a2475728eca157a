package invoicing

import (
	"fmt"
	"strings"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/mail"
)

// Email is the message that carries a document to the payer's people for
// payables (any contact where there is none). False when the payer has no
// contact at all: the document then shows as not sent.
func Email(d Document, payer customers.Customer, e *entities.Directory) (mail.Message, bool) {
	entity, _ := e.ByID(d.Entity)
	to := recipients(payer)
	if len(to) == 0 {
		return mail.Message{}, false
	}
	kind := kindName(d.Kind)
	return mail.Message{
		Key: MailKey(d.Number), Account: int64(d.Account),
		From:      mail.Address{Name: entity.Name, Email: entity.Email},
		To:        to,
		Subject:   fmt.Sprintf("%s %s from %s", kind, d.Number, entity.Name),
		Text:      emailText(d, kind, entity),
		Documents: []mail.Document{{Kind: "invoice", Ref: d.Number}},
	}, true
}

// MailKey is the natural key of a document's e-mail: it is sent once, however
// often a run is repeated.
func MailKey(number string) string { return "invoice:" + number + ":v1" }

func recipients(c customers.Customer) []mail.Address {
	var payable, any []mail.Address
	for _, contact := range c.Contacts {
		address := mail.Address{Name: contact.Name, Email: contact.Email}
		any = append(any, address)
		if contact.Role == customers.Payable {
			payable = append(payable, address)
		}
	}
	if len(payable) > 0 {
		return payable
	}
	return any
}

func emailText(d Document, kind string, e entities.Entity) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Dear %s,\n\n", d.Buyer.Name)
	if d.Kind == entities.CreditNote {
		fmt.Fprintf(&b, "Attached is credit note %s of %s %s.\n", d.Number, d.Total.Neg().Display(), d.Currency)
	} else {
		fmt.Fprintf(&b, "Attached is invoice %s of %s %s, due on %s.\n", d.Number, d.Total.Display(), d.Currency, d.DueOn.Format("2 January 2006"))
	}
	if d.PONumber != "" {
		fmt.Fprintf(&b, "Your purchase order: %s\n", d.PONumber)
	}
	if d.Kind == entities.Invoice && e.Bank.IBAN != "" {
		fmt.Fprintf(&b, "\nPlease pay to %s, IBAN %s, BIC %s, quoting %s.\n", e.Bank.Name, e.Bank.IBAN, e.Bank.BIC, d.Number)
	} else if d.Kind == entities.Invoice && e.Bank.Account != "" {
		fmt.Fprintf(&b, "\nPlease pay to %s, account %s, routing %s, quoting %s.\n", e.Bank.Name, e.Bank.Account, e.Bank.Routing, d.Number)
	}
	fmt.Fprintf(&b, "\nQuestions about this %s? Reply to this message.\n\n%s\n", strings.ToLower(kind), e.Name)
	return b.String()
}
