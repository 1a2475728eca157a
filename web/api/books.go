package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
	"ratable/revrec"
)

// entry is a booking. Debits are positive, credits negative; they come to nothing together.
type entry struct {
	Number   string      `json:"number" doc:"Account and place in its book" example:"12-7"`
	Source   string      `json:"source" doc:"What was booked: its natural key" example:"invoice:NLUS-2026-000001"`
	Entity   string      `json:"entity" example:"nlus"`
	BookedOn period.Date `json:"booked_on" format:"date" example:"2026-01-01"`
	Currency string      `json:"currency" example:"USD"`
	Memo     string      `json:"memo,omitempty" example:"Invoice NLUS-2026-000001"`
	Book     string      `json:"book,omitempty" doc:"Missing: every book"`
	Postings []posting   `json:"postings"`
	At       time.Time   `json:"recorded_at"`
}

type posting struct {
	Account    int          `json:"account" doc:"Number of the chart of accounts" example:"1200"`
	Name       string       `json:"name" example:"Accounts receivable"`
	Amount     string       `json:"amount" example:"1040.00"`
	Functional string       `json:"functional,omitempty" doc:"In the currency of the entity" example:"1040.00"`
	Customer   string       `json:"customer,omitempty" doc:"External id of who the balance is with" example:"northwind"`
	Line       string       `json:"contract_line,omitempty" example:"seats"`
	Month      period.Month `json:"month,omitzero" doc:"The month a revenue belongs to" example:"2026-01"`
	Document   string       `json:"document,omitempty" example:"NLUS-2026-000001"`
}

var exampleEntry = entry{Number: "12-7", Source: "invoice:NLUS-2026-000001", Entity: "nlus", BookedOn: period.NewDate(2026, 1, 1), Currency: "USD",
	Postings: []posting{{Account: 1200, Name: "Accounts receivable", Amount: "1040.00", Customer: "northwind", Document: "NLUS-2026-000001"},
		{Account: 2100, Name: "Deferred revenue", Amount: "-1040.00", Customer: "northwind", Document: "NLUS-2026-000001"}},
	At: time.Date(2026, 1, 1, 6, 0, 0, 0, time.UTC)}

type entryQuery struct {
	Paged
	Entity   string       `query:"entity" maxLength:"20" doc:"Code of our legal entity" example:"nlus"`
	Month    period.Month `query:"month" pattern:"^[0-9]{4}-[0-9]{2}$" doc:"Booked in this month" example:"2026-01"`
	Source   string       `query:"source" maxLength:"200" doc:"The whole source, or its first words: invoice finds invoice:NLUS-2026-000001" example:"invoice"`
	Document string       `query:"document" maxLength:"64" doc:"With a posting of this document" example:"NLUS-2026-000001"`
	Contract string       `query:"contract" maxLength:"64" doc:"With a posting of this contract" example:"C-2026-001"`
	Account  int          `query:"account" doc:"With a posting to this account" example:"1200"`
	Book     string       `query:"book" maxLength:"20" doc:"What this book shows; default: the primary one"`
}

func (s *server) bookOperations() []operation {
	return []operation{
		list(about{
			id: "list-journal-entries", method: http.MethodGet, path: "/v1/journal-entries", tag: tagBooks, scope: access.RevenueRead, roles: books,
			summary: "Journal entries with their postings", answer: page[entry]{Items: []entry{exampleEntry}},
		}, ledger.Recorded.Cursor, s.listEntries, (*call).entries),
		read(about{
			id: "get-trial-balance", method: http.MethodGet, path: "/v1/trial-balance", tag: tagBooks, scope: access.RevenueRead, roles: books,
			summary: "Where the accounts stand at the end of a month", details: "One row for each account and currency: currencies are never added up.",
			answer: trial{"2026-01", []trialRow{{1200, "Accounts receivable", "USD", "0.00", "1040.00", "0.00", "1040.00"}}},
		}, s.giveTrial),
		read(about{
			id: "get-revenue-schedule", method: http.MethodGet, path: "/v1/contracts/{number}/revenue", tag: tagBooks, scope: access.RevenueRead, roles: books,
			summary: "What a contract earns, line by line and month by month", details: "As scheduled now; recognized is what of it is booked.",
			answer: schedule{"C-2026-001", "USD", "12000.00", "1000.00", []earnedLine{{"seats", "fixed", "12000.00", "1000.00", []earnedMonth{{period.NewMonth(2026, 1), "1000.00", "1000.00"}}}}},
		}, s.giveSchedule),
		read(about{
			id: "list-periods", method: http.MethodGet, path: "/v1/periods", tag: tagBooks, scope: access.RevenueRead, roles: books,
			summary: "Accounting months of an entity and whether they take entries", details: "From the first with an entry to the one ahead of today.",
			answer: periods{"nlus", []accountingMonth{{period.NewMonth(2026, 1), "closed"}, {period.NewMonth(2026, 2), "open"}}},
		}, s.givePeriods),
	}
}

func (s *server) listEntries(c *call, in *entryQuery, after *ledger.EntryCursor, limit int) ([]ledger.Recorded, error) {
	f := ledger.EntryFilter{Month: in.Month, Source: in.Source, Document: in.Document, Ledger: ledger.Account(in.Account), Book: ledger.Book(in.Book), Limit: limit}
	var err error
	if f.Entity, err = c.entityCalled(c.DB, "entity", in.Entity); err != nil {
		return nil, err
	}
	if in.Contract != "" {
		found, err := contracts.Get(c.ctx, c.DB, in.Contract)
		if fault.Kind(err) == fault.NotFound {
			return nil, fault.InvalidFields(fault.Field{Path: "contract", Value: fault.Shown(in.Contract), Message: "is not the number of a contract"})
		} else if err != nil {
			return nil, err
		}
		f.Account, f.Contract = found.Account, int64(found.ID)
	}
	if after != nil {
		f.After = *after
	}
	return ledger.EntriesPage(c.ctx, c.DB, f)
}

func (c *call) entries(q postgres.Querier, found []ledger.Recorded) ([]entry, error) {
	directory, err := entities.Load(c.ctx, q)
	if err != nil {
		return nil, err
	}
	parties := map[customers.ID]bool{}
	for _, e := range found {
		for _, p := range e.Postings {
			parties[p.Customer] = true
		}
	}
	named, err := customers.Placements(c.ctx, q, keys(parties))
	if err != nil {
		return nil, err
	}
	out := make([]entry, len(found))
	for i, e := range found {
		ours, _ := directory.ByID(e.Entity)
		out[i] = entry{Number: e.Number(), Source: e.Source, Entity: ours.Code, BookedOn: e.BookedOn, Currency: string(e.Currency), Memo: e.Memo, Book: string(e.Book), Postings: []posting{}, At: e.RecordedAt.UTC()}
		for _, p := range e.Postings {
			row := posting{Account: int(p.Account), Name: p.Account.Info().Name, Amount: p.Amount.String(), Customer: named[p.Customer].ExternalID, Line: p.Line, Month: p.Month, Document: p.Document}
			if p.Functional.Currency() != "" {
				row.Functional = p.Functional.String()
			}
			out[i].Postings = append(out[i].Postings, row)
		}
	}
	return out, nil
}

type trialQuery struct {
	Month    period.Month `query:"month" pattern:"^[0-9]{4}-[0-9]{2}$" doc:"Default: this month" example:"2026-01"`
	Entity   string       `query:"entity" maxLength:"20" doc:"Default: all" example:"nlus"`
	Currency string       `query:"currency" maxLength:"3" example:"USD"`
	Book     string       `query:"book" maxLength:"20" doc:"Default: the primary one"`
}

type trial struct {
	Month string     `json:"month" example:"2026-01"`
	Rows  []trialRow `json:"rows" doc:"Debits positive, credits negative; debit and credit are what the month brought"`
}

type trialRow struct {
	Account  int    `json:"account" example:"1200"`
	Name     string `json:"name" example:"Accounts receivable"`
	Currency string `json:"currency" example:"USD"`
	Opening  string `json:"opening" example:"0.00"`
	Debit    string `json:"debit" example:"1040.00"`
	Credit   string `json:"credit" example:"0.00"`
	Closing  string `json:"closing" example:"1040.00"`
}

func (s *server) giveTrial(c *call, in *trialQuery) (trial, error) {
	month := in.Month
	if month.IsZero() {
		month = c.Today().MonthOf()
	}
	entity, err := c.entityCalled(c.DB, "entity", in.Entity)
	if err != nil {
		return trial{}, err
	}
	found, err := ledger.TrialBalance(c.ctx, c.DB, ledger.Filter{Entity: entity, Currency: money.Currency(in.Currency), From: month.First(), Through: month.Last(), Book: ledger.Book(in.Book)})
	if err != nil {
		return trial{}, err
	}
	out := trial{month.String(), []trialRow{}}
	for _, r := range found.Rows {
		out.Rows = append(out.Rows, trialRow{int(r.Account), r.Account.Info().Name, string(r.Currency), r.Opening.String(), r.Debit.String(), r.Credit.String(), r.Closing.String()})
	}
	return out, nil
}

// schedule is a contract's revenue.
type schedule struct {
	Contract   string       `json:"contract" example:"C-2026-001"`
	Currency   string       `json:"currency" example:"USD"`
	Scheduled  string       `json:"scheduled" example:"12000.00"`
	Recognized string       `json:"recognized" example:"1000.00"`
	Lines      []earnedLine `json:"lines"`
}

type earnedLine struct {
	Line       string        `json:"line" example:"seats"`
	Kind       string        `json:"kind" example:"fixed"`
	Scheduled  string        `json:"scheduled" example:"12000.00"`
	Recognized string        `json:"recognized" example:"1000.00"`
	Months     []earnedMonth `json:"months" doc:"Those with anything"`
}

type earnedMonth struct {
	Month      period.Month `json:"month" example:"2026-01"`
	Scheduled  string       `json:"scheduled" example:"1000.00"`
	Recognized string       `json:"recognized" example:"1000.00"`
}

func (s *server) giveSchedule(c *call, in *ContractAt) (out schedule, err error) {
	err = c.DB.Snapshot(c.ctx, func(tx pgx.Tx) error {
		found, err := contracts.Get(c.ctx, tx, in.Number)
		if err != nil {
			return err
		}
		table, err := revrec.ContractSchedule(c.ctx, tx, found.Entity, found.Currency, found.ID)
		if err != nil {
			return err
		}
		out = schedule{Contract: found.Number, Currency: string(found.Currency), Scheduled: table.Sum.Scheduled.String(), Recognized: table.Sum.Recognized.String(), Lines: []earnedLine{}}
		for _, l := range table.Lines {
			line := earnedLine{Line: l.Line, Kind: string(l.Kind), Scheduled: l.Scheduled.String(), Recognized: l.Recognized.String(), Months: []earnedMonth{}}
			for i, cell := range l.Cells {
				if !cell.Scheduled.IsZero() || !cell.Recognized.IsZero() {
					line.Months = append(line.Months, earnedMonth{table.Months[i], cell.Scheduled.String(), cell.Recognized.String()})
				}
			}
			out.Lines = append(out.Lines, line)
		}
		return nil
	})
	return out, err
}

type periodQuery struct {
	Entity string `query:"entity" required:"true" maxLength:"20" doc:"Code of our legal entity" example:"nlus"`
}

type periods struct {
	Entity string            `json:"entity" example:"nlus"`
	Months []accountingMonth `json:"months"`
}

type accountingMonth struct {
	Month period.Month `json:"month" example:"2026-01"`
	State string       `json:"state" enum:"future,open,soft-closed,closed,reopened"`
}

func (s *server) givePeriods(c *call, in *periodQuery) (periods, error) {
	entity, err := c.entityCalled(c.DB, "entity", in.Entity)
	if err != nil {
		return periods{}, err
	}
	months, err := ledger.LoadMonths(c.ctx, c.DB)
	if err != nil {
		return periods{}, err
	}
	first, err := ledger.FirstMonth(c.ctx, c.DB, entity)
	if err != nil {
		return periods{}, err
	}
	out := periods{strings.ToLower(in.Entity), []accountingMonth{}}
	if first.IsZero() {
		first = c.Today().MonthOf()
	}
	for m := first; !c.Today().MonthOf().Next().Before(m); m = m.Next() {
		out.Months = append(out.Months, accountingMonth{m, string(months.State(entity, m))})
	}
	return out, nil
}

// zoneOf is the time zone of one of our legal entities.
func (c *call) zoneOf(q postgres.Querier, id entities.ID) (string, error) {
	directory, err := entities.Load(c.ctx, q)
	if err != nil {
		return "", err
	}
	e, _ := directory.ByID(id)
	return e.TimeZone, nil
}
