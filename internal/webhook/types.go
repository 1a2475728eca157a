package webhook

// Type says what happened.
type Type string

// The types there are. Nothing else is emitted.
const (
	CustomerCreated Type = "customer.created"
	CustomerChanged Type = "customer.changed"

	ContractSubmitted  Type = "contract.submitted"
	ContractApproved   Type = "contract.approved"
	ContractRejected   Type = "contract.rejected"
	ContractAmended    Type = "contract.amended"
	ContractRenewed    Type = "contract.renewed"
	ContractTerminated Type = "contract.terminated"
	ContractExpired    Type = "contract.expired"
	ContractTrialEnded Type = "contract.trial_ended"

	InvoiceIssued     Type = "invoice.issued"
	InvoiceSent       Type = "invoice.sent"
	InvoicePaid       Type = "invoice.paid"
	InvoiceVoided     Type = "invoice.voided"
	InvoiceWrittenOff Type = "invoice.written_off"
	CreditNoteIssued  Type = "credit_note.issued"

	PaymentReceived Type = "payment.received"
	PaymentRefunded Type = "payment.refunded"
	PaymentDisputed Type = "payment.disputed"
	PaymentReversed Type = "payment.reversed"

	UsageAlertFired  Type = "usage.alert"
	UsageQuarantined Type = "usage.quarantined"

	PeriodSoftClosed Type = "period.soft_closed"
	PeriodClosed     Type = "period.closed"
	PeriodReopened   Type = "period.reopened"

	EntitlementChanged Type = "entitlement.changed"

	// Test is sent by hand to one endpoint; nobody subscribes to it.
	Test Type = "webhook.test"
)

// Described is a type with the kind of object it is about and a sentence for people.
type Described struct {
	Type Type
	Kind Kind
	Says string
	// first: the object cannot have an earlier event, as this one is its beginning. Such events need no lock to be in order, and a run
	// that issues thousands of invoices takes none.
	first bool
}

// Types is the closed list: pages and the API reference show it in this order.
var Types = []Described{
	{CustomerCreated, Customer, "A customer was entered, by a person, an import or a sign-up.", true},
	{CustomerChanged, Customer, "What is known of a customer changed: name, address, contacts, tax identities, how it is billed, or it was merged.", false},
	{ContractSubmitted, Contract, "A version of a contract waits for approval.", false},
	{ContractApproved, Contract, "A contract counts: its first version was approved, or signed as a published plan.", false},
	{ContractRejected, Contract, "A version of a contract was sent back.", false},
	{ContractAmended, Contract, "A further version of a contract counts, from the day it names.", false},
	{ContractRenewed, Contract, "A further term of a contract begins.", false},
	{ContractTerminated, Contract, "A version that ends a contract early counts.", false},
	{ContractExpired, Contract, "A contract's term is over and it did not renew.", false},
	{ContractTrialEnded, Contract, "The trial of a contract is over: its lines are charged from the next day, or ended with it, as its data says (then: convert or end).", false},
	{InvoiceIssued, Invoice, "An invoice was issued and booked.", true},
	{InvoiceSent, Invoice, "The e-mail with a document was taken by the receiving mail server.", false},
	{InvoicePaid, Invoice, "A payment left nothing of an invoice open.", false},
	{InvoiceVoided, Invoice, "An unpaid invoice was taken back.", false},
	{InvoiceWrittenOff, Invoice, "What is open of an invoice was given up, wholly or in part, or is asked for again (reinstated).", false},
	{CreditNoteIssued, CreditNote, "A credit note was issued and booked.", true},
	{PaymentReceived, Payment, "Money came in and was recorded.", true},
	{PaymentRefunded, Payment, "Money of a receipt was sent back to its payer.", false},
	{PaymentDisputed, Payment, "A card network withdrew a payment, or a dispute was decided.", false},
	{PaymentReversed, Payment, "Money of a receipt that paid an invoice was taken back from it.", false},
	{UsageAlertFired, UsageAlert, "Usage or its cost passed a threshold that somebody set.", false},
	{UsageQuarantined, UsageBatch, "Usage events of one batch could not be counted and wait for a person.", true},
	{PeriodSoftClosed, Period, "A month of a legal entity takes adjustments only from now on.", false},
	{PeriodClosed, Period, "A month of a legal entity is closed: nothing is booked in it any more.", false},
	{PeriodReopened, Period, "A closed or soft-closed month takes bookings again.", false},
	{EntitlementChanged, Entitlements, "What a customer may use changed.", false},
}

var described = func() map[Type]Described {
	all := map[Type]Described{Test: {Type: Test, Kind: endpointKind, Says: "A test that a person sent to one endpoint."}}
	for _, d := range Types {
		all[d.Type] = d
	}
	return all
}()
