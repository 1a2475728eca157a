package api

import (
	"net/http"
	"strconv"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/payments"
)

// payment is money that came in, with what it pays.
type payment struct {
	Number      string      `json:"number" example:"R-000007"`
	ID          int64       `json:"id" example:"7"`
	Payer       string      `json:"payer" doc:"External id" example:"northwind"`
	Entity      string      `json:"entity" doc:"Code of whose bank account" example:"nlus"`
	Currency    string      `json:"currency" example:"USD"`
	Amount      string      `json:"amount" example:"1040.00"`
	Unapplied   string      `json:"unapplied" doc:"What of it pays nothing yet" example:"0.00"`
	ReceivedOn  period.Date `json:"received_on" format:"date" example:"2026-01-20"`
	BookedOn    period.Date `json:"booked_on" format:"date" doc:"Later than received where the month was closed" example:"2026-01-20"`
	Reference   string      `json:"reference" doc:"What the payer wrote" example:"NLUS-2026-000001"`
	Transaction string      `json:"transaction,omitempty" doc:"What the bank calls it" example:"2026012000017"`
	Applied     []paid      `json:"applied"`
	Repeated    bool        `json:"repeated,omitempty" doc:"It stood recorded already; nothing was booked"`
}

func (p payment) location() string { return "/v1/payments/" + strconv.FormatInt(p.ID, 10) }
func (p payment) code() int {
	if p.Repeated {
		return http.StatusOK
	}
	return 0
}

type paid struct {
	Document string `json:"document" example:"NLUS-2026-000001"`
	Amount   string `json:"amount" doc:"Negative: taken back" example:"1040.00"`
}

// newPayment is what is sent to record a transfer.
type newPayment struct {
	Payer       string      `json:"payer" minLength:"1" maxLength:"200" doc:"External id" example:"northwind"`
	Entity      string      `json:"entity,omitempty" maxLength:"20" doc:"Code of whose bank account; default: the payer's seller" example:"nlus"`
	Currency    string      `json:"currency" minLength:"3" maxLength:"3" example:"USD"`
	Amount      string      `json:"amount" minLength:"1" maxLength:"30" example:"1040.00"`
	ReceivedOn  period.Date `json:"received_on" format:"date" example:"2026-01-20"`
	Reference   string      `json:"reference" minLength:"1" maxLength:"500" doc:"What the payer wrote; invoice numbers in it are found" example:"NLUS-2026-000001"`
	Transaction string      `json:"transaction,omitempty" maxLength:"200" doc:"What the bank calls it: keeps the same movement from being booked twice" example:"2026012000017"`
	ApplyTo     []wish      `json:"apply_to,omitempty" doc:"What to pay with it; default: what the reference names, or what is open in this amount"`
	Unmatched   bool        `json:"unmatched,omitempty" doc:"Apply it to nothing, whatever the reference says"`
}

type wish struct {
	Document string `json:"document" minLength:"1" maxLength:"64" example:"NLUS-2026-000001"`
	Amount   string `json:"amount,omitempty" maxLength:"30" doc:"Default: as much as fits" example:"1040.00"`
}

var examplePayment = payment{Number: "R-000007", ID: 7, Payer: "northwind", Entity: "nlus", Currency: "USD", Amount: "1040.00", Unapplied: "0.00", ReceivedOn: period.NewDate(2026, 1, 20),
	BookedOn: period.NewDate(2026, 1, 20), Reference: "NLUS-2026-000001", Transaction: "2026012000017", Applied: []paid{{"NLUS-2026-000001", "1040.00"}}}

type paymentQuery struct {
	Paged
	Search    string      `query:"search" maxLength:"200" doc:"Part of the reference, of the bank's name for it, or of the number" example:"NLUS-2026"`
	Customer  string      `query:"customer" maxLength:"200" doc:"External id of the payer" example:"northwind"`
	Entity    string      `query:"entity" maxLength:"20" example:"nlus"`
	Currency  string      `query:"currency" maxLength:"3" example:"USD"`
	Unapplied bool        `query:"unapplied" doc:"Only those with something left"`
	From      period.Date `query:"from" format:"date" doc:"Received on or after" example:"2026-01-01"`
	Through   period.Date `query:"through" format:"date" doc:"Received on or before" example:"2026-12-31"`
}

// payReaders are those who may read what was paid, in the browser as here.
var payReaders = []access.Role{access.Finance, access.Accountant, access.Support, access.Auditor}

func (s *server) paymentOperations() []operation {
	cash := []access.Role{access.Finance, access.Accountant}
	return []operation{
		list(about{
			id: "list-payments", method: http.MethodGet, path: "/v1/payments", tag: tagPayments, scope: access.PaymentRead, roles: payReaders,
			summary: "Payments, the newest first", answer: page[payment]{Items: []payment{examplePayment}},
		}, payments.Receipt.Cursor, s.listPayments, (*call).payments),
		read(about{
			id: "get-payment", method: http.MethodGet, path: "/v1/payments/{id}", tag: tagPayments, scope: access.PaymentRead, roles: payReaders,
			summary: "One payment with what it pays", answer: examplePayment,
		}, s.givePayment),
		write(about{
			id: "record-payment", method: http.MethodPost, path: "/v1/payments", tag: tagPayments, scope: access.PaymentWrite, roles: cash, status: http.StatusCreated,
			summary: "Record money that came in", details: "It is booked and applied: to what apply_to says, else to the invoices that the reference names, else to nothing. The bank's transaction counts once, with or without an Idempotency-Key: sent again it is answered with 200 and booked no second time.",
			request: newPayment{Payer: "northwind", Currency: "USD", Amount: "1040.00", ReceivedOn: period.NewDate(2026, 1, 20), Reference: "NLUS-2026-000001", Transaction: "2026012000017"},
			answer:  examplePayment, also: map[int]any{http.StatusOK: examplePayment},
		}, s.recordPayment),
		read(about{
			id: "get-balance", method: http.MethodGet, path: "/v1/customers/{customer}/balance", tag: tagPayments, scope: access.CustomerRead,
			summary: "What a customer owes today, by age", answer: exampleBalance,
		}, s.giveBalance),
		read(about{
			id: "get-ageing", method: http.MethodGet, path: "/v1/ageing", tag: tagPayments, scope: access.CustomerRead, roles: books,
			summary: "What all customers owe on a day, by age", details: "Sums by currency, without the payers: each customer's own balance lists the documents.", answer: ageing{period.NewDate(2026, 4, 15), exampleBalance.Owed},
		}, s.giveAgeing),
	}
}

func (s *server) listPayments(c *call, in *paymentQuery, after *payments.Cursor, limit int) ([]payments.Receipt, error) {
	f := payments.Filter{Search: in.Search, Currency: money.Currency(in.Currency), Unapplied: in.Unapplied, From: in.From, Through: in.Through, Limit: limit}
	var err error
	if f.Entity, err = c.entityCalled(c.DB, "entity", in.Entity); err != nil {
		return nil, err
	}
	if in.Customer != "" {
		payer, err := c.customerCalled(c.DB, "customer", in.Customer)
		if err != nil {
			return nil, err
		}
		f.Payer = payer.ID
	}
	if after != nil {
		f.Before = *after
	}
	return payments.ListReceipts(c.ctx, c.DB, f)
}

func (c *call) payments(q postgres.Querier, found []payments.Receipt) ([]payment, error) {
	directory, err := entities.Load(c.ctx, q)
	if err != nil {
		return nil, err
	}
	var payers []customers.ID
	for _, r := range found {
		payers = append(payers, r.Payer)
	}
	named, err := customers.Placements(c.ctx, q, payers)
	if err != nil {
		return nil, err
	}
	out := make([]payment, len(found))
	for i, r := range found {
		ours, _ := directory.ByID(r.Entity)
		out[i] = payment{Number: r.Number(), ID: r.ID, Payer: named[r.Payer].ExternalID, Entity: ours.Code, Currency: string(r.Currency()), Amount: r.Amount.String(),
			Unapplied: r.Unapplied().String(), ReceivedOn: r.ReceivedOn, BookedOn: r.BookedOn, Reference: r.Reference, Transaction: r.Transaction, Applied: []paid{}, Repeated: r.Repeated}
		for _, a := range r.Applications {
			out[i].Applied = append(out[i].Applied, paid{a.Document, a.Amount.String()})
		}
	}
	return out, nil
}

func (c *call) payment(q postgres.Querier, r payments.Receipt) (payment, error) {
	views, err := c.payments(q, []payments.Receipt{r})
	if err != nil {
		return payment{}, err
	}
	return views[0], nil
}

// PaymentAt names a payment by its address.
type PaymentAt struct {
	ID int64 `path:"id" minimum:"1" example:"7"`
}

func (s *server) givePayment(c *call, in *PaymentAt) (payment, error) {
	r, err := payments.ReceiptByID(c.ctx, c.DB, in.ID)
	if err != nil {
		return payment{}, err
	}
	return c.payment(c.DB, r)
}

func (s *server) recordPayment(c *call, tx pgx.Tx, in *struct{ Body newPayment }) (payment, error) {
	r, err := c.receipt(tx, in.Body)
	if err != nil {
		return payment{}, err
	}
	kept, err := payments.Record(c.ctx, tx, r, c.by)
	if err != nil {
		return payment{}, err
	}
	return c.payment(tx, kept)
}

// receipt reads what was sent; everything wrong with it comes in one go.
func (c *call) receipt(q postgres.Querier, b newPayment) (payments.Receipt, error) {
	r := payments.Receipt{ReceivedOn: b.ReceivedOn, Reference: b.Reference, Transaction: b.Transaction, Unmatched: b.Unmatched}
	var wrong []fault.Field
	payer, err := c.customerCalled(q, "payer", b.Payer)
	wrong = append(wrong, fault.Fields(err)...)
	if err != nil && len(wrong) == 0 {
		return r, err
	}
	r.Payer = payer.ID
	if r.Entity, err = c.entityCalled(q, "entity", b.Entity); err != nil {
		wrong = append(wrong, fault.Fields(err)...)
	}
	if b.ReceivedOn.After(c.Today()) {
		wrong = append(wrong, fault.Field{Path: "received_on", Value: b.ReceivedOn.String(), Message: "lies after today"})
	}
	currency, err := money.ParseCurrency(b.Currency)
	if err != nil {
		return r, fault.InvalidFields(append(wrong, fault.Field{Path: "currency", Value: fault.Shown(b.Currency), Message: "is no currency code, such as EUR"})...)
	}
	r.Amount, err = amountOf("amount", b.Amount, currency)
	wrong = append(wrong, fault.Fields(err)...)
	for i, w := range b.ApplyTo {
		part := payments.Part{Document: w.Document, Amount: money.Zero(currency)}
		if w.Amount != "" {
			part.Amount, err = amountOf("apply_to["+itoa(i)+"].amount", w.Amount, currency)
			wrong = append(wrong, fault.Fields(err)...)
		}
		r.Wishes = append(r.Wishes, part)
	}
	return r, fault.InvalidFields(wrong...)
}

// balance is what a customer owes.
type balance struct {
	Customer string `json:"customer" example:"northwind"`
	AsOf     string `json:"as_of" format:"date" example:"2026-04-15"`
	Owed     []owed `json:"owed" doc:"By our entity and currency; currencies are never added up"`
	Open     []aged `json:"open" doc:"Documents with something to pay, the earliest due first"`
}

type ageing struct {
	AsOf period.Date `json:"as_of" format:"date" example:"2026-04-15"`
	Owed []owed      `json:"owed"`
}

type owed struct {
	Entity    string            `json:"entity,omitempty" example:"nlus"`
	Currency  string            `json:"currency" example:"USD"`
	Open      string            `json:"open" example:"1040.00"`
	Unapplied string            `json:"unapplied" doc:"Money that came in and pays nothing yet" example:"0.00"`
	ByAge     map[string]string `json:"by_age" doc:"What is open by the days it is late"`
}

type aged struct {
	Number   string      `json:"number" example:"NLUS-2026-000001"`
	DueOn    period.Date `json:"due_on,omitzero" format:"date" example:"2026-01-31"`
	DaysLate int         `json:"days_late" example:"74"`
	Currency string      `json:"currency" example:"USD"`
	Open     string      `json:"open" example:"1040.00"`
}

var exampleBalance = balance{"northwind", "2026-04-15", []owed{{"nlus", "USD", "1040.00", "0.00", map[string]string{"61 to 90 days": "1040.00"}}},
	[]aged{{"NLUS-2026-000001", period.NewDate(2026, 1, 31), 74, "USD", "1040.00"}}}

func (s *server) giveBalance(c *call, in *CustomerAt) (balance, error) {
	payer, err := customers.ByExternalID(c.ctx, c.DB, in.Customer, c.Today())
	if err != nil {
		return balance{}, err
	}
	report, directory, err := c.ageing(payments.Scope{Payer: payer.ID}, c.Today())
	if err != nil {
		return balance{}, err
	}
	out := balance{Customer: payer.ExternalID, AsOf: c.Today().String(), Owed: owedBy(report.Rows, directory), Open: []aged{}}
	for _, r := range report.Rows {
		for _, d := range r.Documents {
			out.Open = append(out.Open, aged{Number: d.Number, DueOn: d.DueOn, DaysLate: d.DaysLate, Currency: string(d.Open.Currency()), Open: d.Open.String()})
		}
	}
	return out, nil
}

type ageingQuery struct {
	AsOf     period.Date `query:"as_of" format:"date" doc:"Default: today" example:"2026-04-15"`
	Entity   string      `query:"entity" maxLength:"20" example:"nlus"`
	Currency string      `query:"currency" maxLength:"3" example:"USD"`
}

func (s *server) giveAgeing(c *call, in *ageingQuery) (ageing, error) {
	entity, err := c.entityCalled(c.DB, "entity", in.Entity)
	if err != nil {
		return ageing{}, err
	}
	on := in.AsOf
	if on.IsZero() {
		on = c.Today()
	}
	report, directory, err := c.ageing(payments.Scope{Entity: entity, Currency: money.Currency(in.Currency)}, on)
	if err != nil {
		return ageing{}, err
	}
	return ageing{on, owedBy(report.Totals, directory)}, nil
}

func (c *call) ageing(s payments.Scope, on period.Date) (payments.AgeingReport, *entities.Directory, error) {
	directory, err := entities.Load(c.ctx, c.DB)
	if err != nil {
		return payments.AgeingReport{}, nil, err
	}
	report, err := payments.Ageing(c.ctx, c.DB, on, s)
	return report, directory, err
}

func owedBy(rows []payments.AgeingRow, directory *entities.Directory) []owed {
	out := []owed{}
	for _, r := range rows {
		ours, _ := directory.ByID(r.Entity)
		o := owed{Entity: ours.Code, Currency: string(r.Currency), Open: r.Open.String(), Unapplied: money.Zero(r.Currency).Add(r.Unapplied).String(), ByAge: map[string]string{}}
		for bucket, amount := range r.Buckets {
			if !amount.IsZero() {
				o.ByAge[payments.Bucket(bucket).String()] = amount.String()
			}
		}
		out = append(out, o)
	}
	return out
}
