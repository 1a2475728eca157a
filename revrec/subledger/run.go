package subledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// Result is what a run booked.
type Result struct {
	Through  period.Date
	Accounts int
	Entries  int
}

// attempts bounds how often an account is decided again because somebody else booked in between.
const attempts = 5

// Run books what is owed of documents billed elsewhere, less what is booked, through a day. Run again, or at the same moment
// somewhere else, it finds nothing to do.
func Run(ctx context.Context, db *postgres.DB, through period.Date, by access.Actor) (Result, error) {
	result := Result{Through: through}
	if err := by.Require(desks...); err != nil {
		return result, fmt.Errorf("book what was billed elsewhere: %w", err)
	}
	accounts, err := Accounts(ctx, db)
	if err != nil {
		return result, err
	}
	for _, account := range accounts {
		n := 0
		for range attempts {
			if n, err = runAccount(ctx, db, account, through, by); !errors.Is(err, fault.Conflict) {
				break
			}
		}
		if err != nil {
			return result, fmt.Errorf("book what was billed elsewhere, account %d: %w", account, err)
		}
		if n > 0 {
			result.Accounts, result.Entries = result.Accounts+1, result.Entries+n
		}
	}
	return result, nil
}

func runAccount(ctx context.Context, db *postgres.DB, account customers.AccountID, through period.Date, by access.Actor) (booked int, err error) {
	err = db.Tx(ctx, func(tx pgx.Tx) error {
		standings, err := ledger.LoadStandings(ctx, tx, []customers.AccountID{account})
		if err != nil {
			return err
		}
		entries, err := decide(ctx, tx, account, standings[account].Next, through)
		if err != nil || len(entries) == 0 {
			return err
		}
		if err := ledger.Append(ctx, tx, entries); err != nil {
			return err
		}
		booked = len(entries)
		subject := access.Subject{Kind: "account", Key: fmt.Sprint(account), Account: int64(account)}
		return access.Audit(ctx, tx, by, "billing.book", subject, nil, map[string]string{"through": through.String(), "entries": fmt.Sprint(booked)}, "")
	})
	return booked, err
}

// decide is the difference of an account, group by group, as entries of the ledger.
func decide(ctx context.Context, tx pgx.Tx, account customers.AccountID, next int64, through period.Date) ([]ledger.Entry, error) {
	policies, err := ledger.LoadPolicies(ctx, tx)
	if err != nil {
		return nil, err
	}
	months, err := ledger.LoadMonths(ctx, tx)
	if err != nil {
		return nil, err
	}
	facts, err := loadFacts(ctx, tx, []customers.AccountID{account})
	if err != nil {
		return nil, err
	}
	booked, err := loadBooked(ctx, tx, account)
	if err != nil {
		return nil, err
	}
	groups := map[group][]Fact{}
	for _, f := range facts {
		groups[f.group] = append(groups[f.group], f.Fact)
	}
	var out []ledger.Entry
	for _, g := range sortedGroups(groups) {
		setup := Setup{Currency: g.currency, At: func(on period.Date) ledger.Policy { return policies.Of(g.entity, ledger.USGAAP, on) }}
		owed, err := Journal(groups[g], setup, through)
		if err != nil {
			return nil, err
		}
		open := func(m period.Month) period.Month { return months.FirstOpen(g.entity, m) }
		for _, e := range Due(owed, booked[g.prefix()], through, open) {
			out = append(out, g.entry(e, next+int64(len(out))))
		}
	}
	return out, nil
}

func sortedGroups(groups map[group][]Fact) []group {
	out := make([]group, 0, len(groups))
	for g := range groups {
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b group) int {
		return cmp.Or(cmp.Compare(a.customer, b.customer), cmp.Compare(a.entity, b.entity), cmp.Compare(a.currency, b.currency))
	})
	return out
}

// prefix names a group in the sources of its entries.
func (g group) prefix() string {
	return fmt.Sprintf("subledger:%d:%d:%s:", g.customer, g.entity, g.currency)
}

func (g group) entry(e Entry, seq int64) ledger.Entry {
	memo := fmt.Sprintf("%s, billed elsewhere", strings.ReplaceAll(e.Event, "_", " "))
	if e.Document != "" {
		memo = fmt.Sprintf("%s of %s, billed elsewhere", strings.ReplaceAll(e.Event, "_", " "), e.Document)
	}
	out := ledger.Entry{Account: g.account, Seq: seq, Entity: g.entity, Source: g.prefix() + e.Key, BookedOn: e.On, Currency: g.currency, Memo: memo, Postings: e.Postings}
	for i := range out.Postings {
		out.Postings[i].Customer = g.customer
	}
	return out
}

// loadBooked reads what stands booked of an account's groups.
func loadBooked(ctx context.Context, q postgres.Querier, account customers.AccountID) (map[string][]Entry, error) {
	f := ledger.EntryFilter{Account: account, Source: "subledger", Limit: 500}
	out := map[string][]Entry{}
	for {
		page, err := ledger.EntriesPage(ctx, q, f)
		if err != nil {
			return nil, err
		}
		for _, r := range page {
			parts := strings.SplitN(r.Source, ":", 5)
			prefix := strings.Join(parts[:4], ":") + ":"
			out[prefix] = append(out[prefix], Entry{Key: parts[4], Event: "correction", On: r.BookedOn, Postings: r.Postings})
		}
		if len(page) < f.Limit {
			break
		}
		f.After = page[len(page)-1].Cursor()
	}
	for prefix := range out {
		slices.Reverse(out[prefix]) // the earliest first
	}
	return out, nil
}
