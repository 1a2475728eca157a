package scenario

import (
	"encoding/json"
	"io"
	"slices"

	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/invoicing"
	"ratable/ledger"
)

// The JSON shapes. Amounts are texts with their currency, "910.00 USD"; days are
// ISO; spans name their first and last day.

type outcomeJSON struct {
	Title     string         `json:"title,omitempty"`
	From      period.Date    `json:"from"`
	Through   period.Date    `json:"through"`
	Documents []documentJSON `json:"documents"`
	Receipts  []receiptJSON  `json:"receipts"`
	Refused   []refusedJSON  `json:"refused_usage,omitempty"`
	Schedule  []scheduleJSON `json:"schedule"`
	Journal   []entryJSON    `json:"journal"`
	Trial     []trialJSON    `json:"trial_balance"`
	Home      []trialJSON    `json:"functional_trial_balance,omitempty"` // of entities that book in foreign currencies
}

type refusedJSON struct {
	Customer string      `json:"customer"`
	Meter    string      `json:"meter"`
	Quantity string      `json:"quantity"`
	On       period.Date `json:"on"`
	Known    period.Date `json:"known"`
	Last     period.Date `json:"last_day"` // on which it would have been taken
	Contract string      `json:"contract"`
}

type documentJSON struct {
	Number   string       `json:"number"`
	Kind     string       `json:"kind"`
	Entity   string       `json:"entity"`
	Payer    string       `json:"payer"`
	IssuedOn period.Date  `json:"issued_on"`
	DueOn    period.Date  `json:"due_on"`
	Lines    []lineJSON   `json:"lines"`
	Taxes    []taxJSON    `json:"taxes"`
	Net      money.Amount `json:"net"`
	Tax      money.Amount `json:"tax"`
	Fee      money.Amount `json:"marketplace_fee,omitzero"`
	Total    money.Amount `json:"total"`
	Open     money.Amount `json:"open"`
	VoidedOn period.Date  `json:"voided_on,omitzero"`
}

type lineJSON struct {
	Contract    string       `json:"contract"`
	Line        string       `json:"line"`
	Kind        string       `json:"kind"`
	From        period.Date  `json:"from"`
	Through     period.Date  `json:"through"`
	Customer    string       `json:"customer"`
	Description string       `json:"description"`
	Quantity    string       `json:"quantity"`
	Unit        string       `json:"unit,omitempty"`
	Amount      money.Amount `json:"amount"`
	Corrects    string       `json:"corrects,omitempty"`
}

type taxJSON struct {
	Line    int          `json:"line"`
	Place   string       `json:"place"`
	Name    string       `json:"name"`
	Rate    string       `json:"rate"`
	Taxable money.Amount `json:"taxable"`
	Tax     money.Amount `json:"tax"`
	Reason  string       `json:"reason"`
}

type receiptJSON struct {
	Number     string            `json:"number"`
	ReceivedOn period.Date       `json:"received_on"`
	Payer      string            `json:"payer"`
	Amount     money.Amount      `json:"amount"`
	Applied    []applicationJSON `json:"applied"`
	Unapplied  money.Amount      `json:"unapplied"`
}

type applicationJSON struct {
	Document string       `json:"document"`
	Amount   money.Amount `json:"amount"`
}

type scheduleJSON struct {
	Contract   string       `json:"contract"`
	Line       string       `json:"line"`
	Kind       string       `json:"kind"`
	Month      period.Month `json:"month"`
	Scheduled  money.Amount `json:"scheduled"`
	Recognized money.Amount `json:"recognized"`
	BookedIn   period.Month `json:"booked_in,omitzero"`
}

type entryJSON struct {
	Source   string        `json:"source"`
	BookedOn period.Date   `json:"booked_on"`
	Entity   string        `json:"entity"`
	Memo     string        `json:"memo"`
	Postings []postingJSON `json:"postings"`
}

type postingJSON struct {
	Account  string       `json:"account"`
	Debit    money.Amount `json:"debit,omitzero"`
	Credit   money.Amount `json:"credit,omitzero"`
	Home     money.Amount `json:"functional,omitzero"` // in a foreign currency: in the entity's, debit positive
	Contract string       `json:"contract,omitempty"`
	Line     string       `json:"line,omitempty"`
	Document string       `json:"document,omitempty"`
	Month    period.Month `json:"month,omitzero"`
}

type trialJSON struct {
	Entity  string       `json:"entity"`
	Account string       `json:"account"`
	Debits  money.Amount `json:"debits"`
	Credits money.Amount `json:"credits"`
	Balance money.Amount `json:"balance"`
}

// WriteJSON writes the outcome for programs.
func (o Outcome) WriteJSON(w io.Writer) error {
	out := outcomeJSON{
		Title: o.Title, From: o.From, Through: o.Through,
		Documents: []documentJSON{}, Receipts: []receiptJSON{}, Schedule: []scheduleJSON{}, Journal: []entryJSON{}, Trial: []trialJSON{},
	}
	for _, d := range o.Documents {
		out.Documents = append(out.Documents, o.documentJSON(d))
	}
	for _, r := range o.Receipts {
		x := receiptJSON{Number: r.Number(), ReceivedOn: r.ReceivedOn, Payer: o.Names.Customers[r.Payer], Amount: r.Amount, Applied: []applicationJSON{}, Unapplied: r.Unapplied()}
		for _, a := range r.Applications {
			x.Applied = append(x.Applied, applicationJSON{a.Document, a.Amount})
		}
		out.Receipts = append(out.Receipts, x)
	}
	for _, r := range o.Refused {
		out.Refused = append(out.Refused, refusedJSON{r.Customer, r.Meter, r.Quantity.String(), r.Why.Day, r.Why.Received, r.Why.Last, r.Why.Contract})
	}
	for _, b := range o.Books {
		for _, s := range b.Contracts {
			out.Schedule = append(out.Schedule, s.json()...)
		}
		for _, r := range b.Trial.Rows {
			out.Trial = append(out.Trial, trialJSON{b.Entity, r.Account.String(), r.Debit, r.Credit, r.Closing})
		}
	}
	for _, h := range o.Home {
		for _, r := range h.Trial.Rows {
			out.Home = append(out.Home, trialJSON{h.Entity, r.Account.String(), r.Debit, r.Credit, r.Closing})
		}
	}
	for _, e := range o.Entries {
		out.Journal = append(out.Journal, o.entryJSON(e))
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

func (o Outcome) documentJSON(d invoicing.Issued) documentJSON {
	out := documentJSON{
		Number: d.Number, Kind: string(d.Kind), Entity: o.Names.Entities[d.Entity], Payer: o.Names.Customers[d.Payer],
		IssuedOn: d.IssuedOn, DueOn: d.DueOn, Net: d.Net, Tax: d.Tax, Fee: d.Fee, Total: d.Total,
		Open: money.Zero(d.Currency).Add(o.Open[d.Number]), Lines: []lineJSON{}, Taxes: []taxJSON{},
	}
	if d.Voided != nil {
		out.VoidedOn = d.Voided.On
	}
	for _, l := range d.Lines {
		x := lineJSON{
			Contract: l.ContractNumber, Line: l.Line, Kind: string(l.Kind), From: l.Served().Start, Through: l.Served().Last(),
			Customer: l.CustomerName, Description: l.Description, Quantity: l.Detail.Quantity.String(), Unit: l.Detail.Unit, Amount: l.Amount,
		}
		if l.Corrects != nil {
			x.Corrects = l.Corrects.Document
		}
		out.Lines = append(out.Lines, x)
	}
	for _, r := range d.TaxRows {
		out.Taxes = append(out.Taxes, taxJSON{r.Line, r.Place, r.Name, r.Rate.String(), r.Taxable, r.Tax, string(r.Reason)})
	}
	slices.SortStableFunc(out.Taxes, func(a, b taxJSON) int { return a.Line - b.Line })
	return out
}

func (s Schedule) json() []scheduleJSON {
	var out []scheduleJSON
	for _, l := range s.Lines {
		for i, c := range l.Cells {
			if !c.Scheduled.IsZero() || !c.Recognized.IsZero() {
				out = append(out, scheduleJSON{s.Contract, l.Line, string(l.Kind), s.Months[i], c.Scheduled, c.Recognized, c.BookedIn})
			}
		}
	}
	return out
}

func (o Outcome) entryJSON(e ledger.Entry) entryJSON {
	out := entryJSON{Source: e.Source, BookedOn: e.BookedOn, Entity: o.Names.Entities[e.Entity], Memo: e.Memo, Postings: []postingJSON{}}
	for _, p := range e.Postings {
		x := postingJSON{Account: p.Account.String(), Contract: o.Names.Contracts[p.Contract], Line: p.Line, Document: p.Document, Month: p.Month}
		if p.Amount.Sign() > 0 {
			x.Debit = p.Amount
		} else {
			x.Credit = p.Amount.Neg()
		}
		if foreign(e) {
			x.Home = p.Functional
		}
		out.Postings = append(out.Postings, x)
	}
	return out
}
