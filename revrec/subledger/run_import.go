package subledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

var desks = []access.Role{access.Accountant, access.Finance}

// Report is what an import did, or in a dry run would do.
type Report struct {
	DryRun bool
	Rows   []Row
}

// Count is how many rows had an outcome.
func (r Report) Count(o Outcome) (n int) {
	for _, row := range r.Rows {
		if row.Outcome == o {
			n++
		}
	}
	return n
}

// Import takes up what another system billed: JSON lines or CSV (Told says the keys). Each fact counts once by source and id: the
// same file again changes nothing, and other content under a known id is refused. A bad row is refused alone; one that could
// not be booked after those before it is, too, so that no run ever fails on it. asOf is today.
func Import(ctx context.Context, db *postgres.DB, in io.Reader, source string, dryRun bool, asOf period.Date, by access.Actor) (Report, error) {
	doing := "import what was billed by " + source
	if err := by.Require(desks...); err != nil {
		return Report{}, fmt.Errorf("%s: %w", doing, err)
	}
	if source == "" || strings.ContainsAny(source, "~/:") {
		return Report{}, fmt.Errorf("%s: %w", doing, wrong("source", source, "needs a short name of the billing system without ~, / and :"))
	}
	rows, err := read(in)
	if err != nil {
		return Report{}, fmt.Errorf("%s: %w", doing, err)
	}
	report := Report{DryRun: dryRun}
	take := func(tx pgx.Tx) error {
		report.Rows = slices.Clone(rows)
		if err := place(ctx, tx, report.Rows, asOf); err != nil {
			return err
		}
		if err := hold(ctx, tx, report.Rows, source); err != nil {
			return err
		}
		if dryRun || report.Count(Recorded) == 0 {
			return nil
		}
		if err := insertFacts(ctx, tx, source, report.Rows, by); err != nil {
			return err
		}
		return access.Audit(ctx, tx, by, "billing.import", access.Subject{Kind: "billing", Key: source}, nil, map[string]int{"facts": report.Count(Recorded)}, "")
	}
	for range attempts { // somebody else brought the same facts at the same moment: they are known now
		if err = db.Tx(ctx, take); !errors.Is(err, fault.Conflict) {
			break
		}
	}
	if err != nil {
		return report, fmt.Errorf("%s: %w", doing, err)
	}
	return report, nil
}

// place finds whose each fact is, and refuses what is nobody's.
func place(ctx context.Context, q postgres.Querier, rows []Row, asOf period.Date) error {
	directory, err := entities.Load(ctx, q)
	if err != nil {
		return err
	}
	var names []string
	for _, r := range rows {
		names = append(names, r.Told.Customer)
	}
	known, err := customers.Resolve(ctx, q, names)
	if err != nil {
		return err
	}
	for i := range rows {
		if err := rows[i].place(directory, known, asOf); err != nil {
			rows[i].Outcome, rows[i].Err = Refused, err
		}
	}
	return nil
}

func (row *Row) place(directory *entities.Directory, known map[string]customers.Placement, asOf period.Date) error {
	if row.Err != nil {
		return row.Err
	}
	fact, err := row.Told.Fact()
	if err != nil {
		return err
	}
	if fact.On.After(asOf) {
		return wrong("on", fact.On.String(), "lies after today, %s", asOf)
	}
	whose, ok := known[row.Told.Customer]
	if !ok {
		return wrong("customer", row.Told.Customer, "is the external id of none of our customers: enter the customer first")
	}
	row.fact, row.group = fact, group{whose.Account, whose.ID, whose.Entity, fact.Currency}
	if row.Told.Entity != "" {
		e, ok := directory.ByCode(row.Told.Entity)
		if !ok {
			return wrong("entity", row.Told.Entity, "is not the code of one of our legal entities")
		}
		row.group.entity = e.ID
	}
	return nil
}

// hold holds the rows against what is known and against each other: what is told again, what cannot be booked.
func hold(ctx context.Context, tx pgx.Tx, rows []Row, source string) error {
	policies, err := ledger.LoadPolicies(ctx, tx)
	if err != nil {
		return err
	}
	var accounts []customers.AccountID
	for _, r := range rows {
		if r.Outcome != Refused {
			accounts = append(accounts, r.group.account)
		}
	}
	before, err := loadFacts(ctx, tx, accounts)
	if err != nil {
		return err
	}
	known, journals := map[string]Told{}, map[group][]Fact{}
	for _, s := range before {
		if s.source == source {
			known[s.told.ID] = s.told
		}
		journals[s.group] = append(journals[s.group], s.Fact)
	}
	added := map[group][]int{}
	for i := range rows {
		row := &rows[i]
		if row.Outcome == Refused {
			continue
		}
		if was, again := known[row.Told.ID]; again {
			row.Outcome = Repeated
			if !same(was, row.Told) {
				row.Outcome, row.Err = Refused, wrong("id", row.Told.ID, "is known with other content; what was told stays: bring the correction under an id of its own")
			}
			continue
		}
		known[row.Told.ID], row.Outcome = row.Told, Recorded
		row.fact.ID = source + "/" + row.fact.ID
		added[row.group] = append(added[row.group], i)
	}
	for g, list := range added {
		holdGroup(rows, list, journals[g], Setup{Currency: g.currency, At: func(on period.Date) ledger.Policy { return policies.Of(g.entity, ledger.USGAAP, on) }})
	}
	return nil
}

// holdGroup refuses rows until the others have a journal. It names the row that the journal stumbles over.
func holdGroup(rows []Row, added []int, before []Fact, setup Setup) {
	for len(added) > 0 {
		facts := append([]Fact{}, before...)
		for _, i := range added {
			facts = append(facts, rows[i].fact)
		}
		_, err := Journal(facts, setup, period.Date{})
		if err == nil {
			return
		}
		at := max(stumbled(err)-len(before), 0) // a fact of before that fails now fails because of a new one
		rows[added[at]].Outcome, rows[added[at]].Err = Refused, ownWords(err)
		added = append(added[:at:at], added[at+1:]...)
	}
}

// stumbled is the fact that an error is about.
func stumbled(err error) int {
	text := err.Error()
	_, text, _ = strings.Cut(text, "facts[")
	number, _, _ := strings.Cut(text, "]")
	n, bad := strconv.Atoi(number)
	if bad != nil {
		return 0
	}
	return n
}

// ownWords leaves out the place in the list: a row has a line of its own.
func ownWords(err error) error {
	found := fault.Fields(err)
	for i, f := range found {
		if _, field, cut := strings.Cut(f.Path, "]."); cut && strings.HasPrefix(f.Path, "facts[") {
			found[i].Path = field
		}
	}
	if len(found) == 0 {
		return err
	}
	return fault.InvalidFields(found...)
}

func same(a, b Told) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errors.Join(errX, errY) == nil && string(x) == string(y)
}

// Fields lists what was wrong with a row, by key.
func (row Row) Fields() []fault.Field { return fault.Fields(row.Err) }
