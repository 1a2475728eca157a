package onboarding

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres/pgtest"
	"ratable/invoicing/invoicingtest"
)

var ctx = context.Background()

func TestMain(m *testing.M) { pgtest.Main(m) }

func day(s string) period.Date { return invoicingtest.Day(s) }

// house is a company that customers come to, with a plan on sale.
type house struct {
	*invoicingtest.Company
	t *testing.T
}

func begin(t *testing.T) *house {
	h := &house{invoicingtest.New(t, pgtest.New(t)), t}
	err := h.DB.Tx(ctx, func(tx pgx.Tx) error {
		_, err := catalog.AddPlanVersion(ctx, tx, catalog.Plan{Code: "starter", Name: "Starter", StartsOn: day("2024-01-01"), Currency: "USD",
			Document: json.RawMessage(`{"months": 12, "lines": [{"id": "platform", "product": "platform", "fixed": {"quantity": "1", "unit_price": "49.00", "every": "month"}}]}`)}, access.System("test"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// send imports a file and fails the test when it cannot be read.
func (h *house) send(k Kind, file string, how ...func(*Options)) Report {
	h.t.Helper()
	o := Options{Cohort: "spring", Name: "file.csv", Today: day("2026-06-15")}
	for _, f := range how {
		f(&o)
	}
	by := h.Sales
	if k == Invoices || k == Balances {
		by = h.Finance
	}
	r, err := Import(ctx, h.DB, k, []byte(file), o, by)
	if err != nil {
		h.t.Fatalf("import %s: %v", k, err)
	}
	return r
}

func dry(o *Options)     { o.DryRun = true }
func partial(o *Options) { o.Partial = true }

// counted fails the test unless so many rows had each outcome.
func (h *house) counted(r Report, made, changed, unchanged, refused int) {
	h.t.Helper()
	got := [4]int{r.Count(Made), r.Count(Changed), r.Count(Unchanged), r.Count(Refused)}
	if got != [4]int{made, changed, unchanged, refused} {
		h.t.Fatalf("%s: %d new, %d changed, %d unchanged, %d refused; not %d, %d, %d, %d. First refused: %s", r.Kind, got[0], got[1], got[2], got[3], made, changed, unchanged, refused, first(r))
	}
}

func first(r Report) string {
	for _, row := range r.Rows {
		if row.Outcome == Refused {
			return fmt.Sprintf("line %d %s: %v", row.Line, row.Key, row.Fields)
		}
	}
	return "none"
}

// errorsOf is the error file of a report.
func errorsOf(t *testing.T, r Report) string {
	t.Helper()
	var b strings.Builder
	if err := r.WriteErrors(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// state is everything a cohort's files say, as it stands: what two companies must have alike who were told the same.
func (h *house) state() []string {
	h.t.Helper()
	var out []string
	members, err := Members(ctx, h.DB, "spring")
	if err != nil {
		h.t.Fatal(err)
	}
	for _, m := range members {
		if m.State == Planned {
			out = append(out, "planned "+m.Customer)
			continue
		}
		c, err := customers.ByExternalID(ctx, h.DB, m.Customer, day("2026-12-31"))
		if err != nil {
			h.t.Fatal(err)
		}
		list, err := contracts.List(ctx, h.DB, contracts.Filter{Party: c.ID})
		if err != nil {
			h.t.Fatal(err)
		}
		parent := ""
		if c.Parent != 0 {
			p, err := customers.Get(ctx, h.DB, c.Parent, day("2026-12-31"))
			if err != nil {
				h.t.Fatal(err)
			}
			parent = p.ExternalID
		}
		c.ID, c.Account, c.Parent = 0, 0, 0
		text, err := json.Marshal(c)
		if err != nil {
			h.t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%s %s under %q: %s", m.State, m.Customer, parent, text))
		for _, x := range list {
			document, err := contracts.Export(x.Latest().Document)
			if err != nil {
				h.t.Fatal(err)
			}
			out = append(out, fmt.Sprintf("%s %s versions %d\n%s", x.Number, x.Status(day("2026-06-15")), len(x.History), document))
		}
	}
	slices.Sort(out)
	return out
}

// blamed are the columns a row is refused for.
func blamed(row Row) []string {
	var out []string
	for _, f := range row.Fields {
		out = append(out, f.Path)
	}
	return out
}

type faultField = fault.Field

// isInvalidRow says whether the first row is refused with such words.
func isInvalidRow(r Report, words string) bool { return strings.Contains(first(r), words) }
