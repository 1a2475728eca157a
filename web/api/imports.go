package api

import (
	"bytes"
	"net/http"
	"strings"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/onboarding"
)

// importQuery says what becomes of a file.
type importQuery struct {
	Kind    string `path:"kind" enum:"customers,contracts,invoices,balances" doc:"What the file holds" example:"customers"`
	Cohort  string `query:"cohort" required:"true" maxLength:"60" doc:"The customers who move together: small letters, digits, - and _" example:"spring-2026"`
	DryRun  bool   `query:"dry_run" doc:"Check everything as it would be and change nothing" example:"true"`
	Partial bool   `query:"partial" doc:"Take the rows that are right up although others are refused" example:"false"`
	Name    string `query:"name" maxLength:"200" doc:"Name of the file, for the record" example:"spring.csv"`
}

// imported is what a file did, or would do. Rows lists those that are refused.
type imported struct {
	Kind      string       `json:"kind" example:"customers"`
	Cohort    string       `json:"cohort" example:"spring-2026"`
	DryRun    bool         `json:"dry_run" example:"true"`
	Written   bool         `json:"written" doc:"Something of it was taken up" example:"false"`
	New       int          `json:"new" example:"940"`
	Changed   int          `json:"changed" example:"0"`
	Unchanged int          `json:"unchanged" example:"0"`
	Refused   int          `json:"refused" example:"1"`
	Rows      []refusedRow `json:"rows" doc:"The refused rows, each with what is wrong"`
}

// refusedRow is a row that was not taken up.
type refusedRow struct {
	Line   int           `json:"line" example:"3"`
	Key    string        `json:"key" doc:"External id, or the number of the contract or invoice" example:"northwind"`
	Errors []refusedCell `json:"errors"`
}

type refusedCell struct {
	Field   string `json:"field" doc:"Column or key" example:"country"`
	Value   string `json:"value,omitempty" example:"Germany"`
	Message string `json:"message" example:"is not an ISO 3166-1 country code such as DE"`
}

// CohortAt names a cohort by its address.
type CohortAt struct {
	Name string `path:"name" maxLength:"60" doc:"The cohort's name" example:"spring-2026"`
}

// cohort is how far its customers are.
type cohort struct {
	Name    string         `json:"name" example:"spring-2026"`
	Members []cohortMember `json:"members"`
}

type cohortMember struct {
	Customer string      `json:"customer" doc:"External id" example:"northwind"`
	State    string      `json:"state" doc:"planned, imported, compared, asked, declined, moved or taken_back" example:"compared"`
	On       period.Date `json:"on" format:"date" doc:"Day of the last step" example:"2026-06-30"`
	CutOver  period.Date `json:"cut_over,omitzero" format:"date" doc:"Of a move: the first day we bill" example:"2026-07-01"`
	Lines    int         `json:"lines,omitempty" doc:"Lines compared" example:"12"`
	Differ   int         `json:"differ,omitempty" doc:"Of them to look at" example:"1"`
}

// comparedQuery says which lines of a comparison are answered.
type comparedQuery struct {
	CohortAt
	All bool `query:"all" doc:"Lines that agree too" example:"false"`
}

type comparison struct {
	Cohort string         `json:"cohort" example:"spring-2026"`
	Totals []compareTotal `json:"totals"`
	Lines  []comparedLine `json:"lines"`
}

type compareTotal struct {
	Currency string         `json:"currency" example:"USD"`
	Theirs   string         `json:"theirs" doc:"With tax" example:"1000.00"`
	Ours     string         `json:"ours" doc:"With tax" example:"1010.66"`
	Lines    map[string]int `json:"lines" doc:"How many lines are of each kind" example:"{\"equal\":11,\"price\":1}"`
}

type comparedLine struct {
	Customer string        `json:"customer" example:"northwind"`
	Contract string        `json:"contract" example:"C-2026-001"`
	Kind     string        `json:"kind" doc:"equal, rounding, tax, missing usage, proration, discount, price, missing line or extra line" example:"price"`
	From     period.Date   `json:"from" format:"date" example:"2026-02-01"`
	Through  period.Date   `json:"through" format:"date" example:"2026-02-28"`
	Theirs   *comparedSide `json:"theirs,omitempty"`
	Ours     *comparedSide `json:"ours,omitempty"`
	Net      string        `json:"net_difference" doc:"Ours less theirs" example:"10.00"`
	Tax      string        `json:"tax_difference" example:"0.66"`
	Why      string        `json:"why,omitempty" example:"95 a unit there, 100 here"`
}

type comparedSide struct {
	Document string `json:"document" doc:"Number of the other system, or the day of ours" example:"OLD-2"`
	Line     string `json:"line,omitempty" example:"platform"`
	Net      string `json:"net" example:"190.00"`
	Tax      string `json:"tax" example:"12.54"`
}

const exampleImport = "external_id,name,entity,currency,country,region,postcode\nnorthwind,Northwind,nlus,USD,US,TX,78701\n"

// importers are the desks whose tokens may bring customers over; the verb says which kinds.
var importers = []access.Role{access.Sales, access.Finance, access.Accountant}

func (s *server) importOperations() []operation {
	line := comparedLine{Customer: "northwind", Contract: "C-2026-001", Kind: "price", From: period.NewDate(2026, 2, 1), Through: period.NewDate(2026, 2, 28), Theirs: &comparedSide{"OLD-2", "platform", "190.00", "12.54"},
		Ours: &comparedSide{"2026-02-01", "platform", "200.00", "13.20"}, Net: "10.00", Tax: "0.66", Why: "95 a unit there, 100 here"}
	return []operation{
		bare[importQuery, imported](about{
			id: "import-file", method: http.MethodPost, path: "/v1/imports/{kind}", tag: tagImports, scope: access.ImportWrite, roles: importers,
			summary: "Take up a file of customers, contracts, invoices or balances",
			details: `A file for a cohort: CSV with a header, or YAML or JSON with the same names; of contracts their documents, too. Every row is checked by what would write it. Unless partial is true, nothing is taken up while a row is refused. The same file again changes nothing, so no Idempotency-Key is needed. With "Accept: text/csv" the answer is the error file: the refused rows as they came, with what is wrong in two more columns; corrected, that file is sent.`,
			request: exampleImport, answer: imported{"customers", "spring-2026", true, false, 940, 0, 0, 1, []refusedRow{{3, "northwind", []refusedCell{{"country", "Germany", "is not an ISO 3166-1 country code such as DE"}}}}},
			consumes: []string{"text/csv", "application/yaml", "application/json"}, produces: []string{"application/json", "text/csv"}, limit: onboarding.MaxFile, document: true, keyless: true,
		}, s.takeImport),
		read(about{
			id: "get-cohort", method: http.MethodGet, path: "/v1/imports/cohorts/{name}", tag: tagImports, scope: access.ImportRead, roles: importers,
			summary: "How far the customers of a cohort are", answer: cohort{"spring-2026", []cohortMember{{Customer: "northwind", State: "compared", On: period.NewDate(2026, 6, 30), Lines: 12, Differ: 1}}},
		}, s.giveCohort),
		read(about{
			id: "compare-cohort", method: http.MethodGet, path: "/v1/imports/cohorts/{name}/comparison", tag: tagImports, scope: access.ImportRead, roles: importers,
			summary: "The other system's invoices beside ours, line by line",
			details: "What it invoiced, and what our engine would have invoiced for the same days from the same usage, tax included. Lines that agree are left out unless all is true.",
			answer:  comparison{"spring-2026", []compareTotal{{"USD", "1000.00", "1010.66", map[string]int{"equal": 11, "price": 1}}}, []comparedLine{line}},
		}, s.giveComparison),
	}
}

// takeImport is a file, whole: its own verb makes sending it again harmless.
func (s *server) takeImport(c *call) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	query := c.echo.Request().URL.Query()
	r, err := onboarding.Import(c.ctx, s.DB, onboarding.Kind(c.echo.Param("kind")), body, onboarding.Options{
		Cohort: query.Get("cohort"), Name: query.Get("name"), DryRun: query.Get("dry_run") == "true", Partial: query.Get("partial") == "true", Today: c.Today(),
	}, c.by)
	if err != nil {
		return err
	}
	if strings.HasPrefix(c.echo.Request().Header.Get("Accept"), "text/csv") {
		if r.Format != onboarding.CSV {
			return fault.New(fault.Invalid, "the file is %s, and so would its error file be: ask for JSON, which lists the refused rows", r.Format)
		}
		var text bytes.Buffer
		if err := r.WriteErrors(&text); err != nil {
			return err
		}
		return c.reply(answer{status: http.StatusOK, kind: "text/csv; charset=utf-8", name: "errors.csv", body: text.Bytes()})
	}
	a, err := c.encode(importedOf(r))
	if err != nil {
		return err
	}
	return c.reply(a)
}

func importedOf(r onboarding.Report) imported {
	out := imported{string(r.Kind), r.Cohort, r.DryRun, r.Written, r.Count(onboarding.Made), r.Count(onboarding.Changed), r.Count(onboarding.Unchanged), r.Count(onboarding.Refused), make([]refusedRow, 0)}
	for _, row := range r.Rows {
		if row.Outcome != onboarding.Refused {
			continue
		}
		x := refusedRow{Line: row.Line, Key: row.Key, Errors: make([]refusedCell, 0, len(row.Fields))}
		for _, f := range row.Fields {
			x.Errors = append(x.Errors, refusedCell{f.Path, f.Value, f.Message})
		}
		out.Rows = append(out.Rows, x)
	}
	return out
}

func (s *server) giveCohort(c *call, in *CohortAt) (cohort, error) {
	members, err := onboarding.Members(c.ctx, c.DB, in.Name)
	if err == nil && len(members) == 0 {
		err = fault.New(fault.NotFound, "there is no cohort %s, or nobody is in it", fault.Shown(in.Name))
	}
	out := cohort{in.Name, make([]cohortMember, 0, len(members))}
	for _, m := range members {
		out.Members = append(out.Members, cohortMember{m.Customer, string(m.State), m.On, m.CutOver, m.Detail.Lines, m.Detail.Differ})
	}
	return out, err
}

func (s *server) giveComparison(c *call, in *comparedQuery) (comparison, error) {
	found, err := onboarding.Compare(c.ctx, s.DB, in.Name, nil, c.Today())
	out := comparison{in.Name, make([]compareTotal, 0, len(found.Totals)), make([]comparedLine, 0)}
	for _, t := range found.Totals {
		lines := map[string]int{}
		for class, n := range t.Lines {
			lines[string(class)] = n
		}
		out.Totals = append(out.Totals, compareTotal{string(t.Currency), t.Old.String(), t.Ours.String(), lines})
	}
	for _, p := range found.Pairs {
		if in.All || !p.Class.Agrees() {
			out.Lines = append(out.Lines, comparedLine{p.Customer, p.Contract, string(p.Class), p.Span().Start, p.Span().Last(), sideOf(p.Old), sideOf(p.Ours), p.Net.String(), p.Tax.String(), p.Why})
		}
	}
	return out, err
}

func sideOf(side *onboarding.Side) *comparedSide {
	if side == nil {
		return nil
	}
	return &comparedSide{side.Document, side.Line, side.Net.String(), side.Tax.String()}
}
