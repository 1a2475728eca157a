package invoicing

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/mail"
	"ratable/internal/postgres"
	"ratable/ledger"
)

// decided is what one account should get, or why that cannot be said.
type decided struct {
	facts   Facts
	changes []agreed
	Decision
	err error
}

// loadAndDecide reads accounts in one snapshot and decides them in parallel.
func loadAndDecide(ctx context.Context, db *postgres.DB, w World, accounts []customers.AccountID, o Options) ([]decided, error) {
	var out []decided
	err := db.Snapshot(ctx, func(tx pgx.Tx) error {
		facts, err := LoadFacts(ctx, tx, accounts, o.AsOf)
		if err != nil {
			return err
		}
		out = make([]decided, len(facts))
		each(o.Workers, out, func(i int) {
			out[i].facts = facts[i]
			out[i].changes, out[i].err = changes(w, facts[i], o.AsOf)
		})
		for i := range out {
			if lowers(out[i].changes) {
				if out[i].facts.Originals, err = LoadOriginals(ctx, tx, out[i].facts.Account); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	each(o.Workers, out, func(i int) {
		if out[i].err == nil {
			out[i].Decision, out[i].err = draft(w, out[i].facts, o.AsOf, out[i].changes)
		}
	})
	return out, nil
}

// each runs do for every index, a few at a time.
func each(workers int, out []decided, do func(i int)) {
	var g errgroup.Group
	g.SetLimit(max(workers, 1))
	for i := range out {
		g.Go(func() error { do(i); return nil })
	}
	_ = g.Wait() // the functions above keep their errors in place
}

// appendDrafts numbers, books and writes the drafts of a batch.
func appendDrafts(ctx context.Context, tx pgx.Tx, run int64, w World, batch []decided, by access.Actor) error {
	numbers, err := takeNumbers(ctx, tx, batch)
	if err != nil {
		return err
	}
	var documents []Document
	var entries []ledger.Entry
	var messages []mail.Message
	var trail []access.Entry
	for _, d := range batch {
		for i, x := range d.Drafts {
			document, entry := Issue(x, numbers.next(x), d.facts.Documents+int64(i)+1, d.facts.Standing)
			documents, entries = append(documents, document), append(entries, entry)
			if message, ok := Email(document, d.facts.Customers[x.Payer], w.Entities); ok {
				messages = append(messages, message)
			}
			trail = append(trail, issued(document))
		}
	}
	if len(documents) == 0 {
		return nil
	}
	if err := appendDocuments(ctx, tx, run, documents, entries); err != nil {
		return err
	}
	if err := access.AuditMany(ctx, tx, by, trail); err != nil {
		return err
	}
	if err := emitIssued(ctx, tx, w, batch, documents); err != nil {
		return err
	}
	_, err = mail.EnqueueAll(ctx, tx, messages, by)
	return err
}

func issued(d Document) access.Entry {
	return access.Entry{
		Action:  string(d.Kind) + ".issue",
		Subject: access.Subject{Kind: string(d.Kind), Key: d.Number, Account: int64(d.Account)},
		After:   map[string]string{"total": d.Total.String() + " " + string(d.Currency), "due_on": d.DueOn.String(), "to": d.Buyer.Name},
	}
}

// series is one number series of a legal entity.
type series struct {
	entity entities.ID
	kind   Kind
	year   int
}

func seriesOf(d Draft) series { return series{d.Entity, d.Kind, d.IssuedOn.Year()} }

// numbering hands out the numbers taken for a batch.
type numbering struct {
	ranges map[series]entities.NumberRange
	used   map[series]int
}

func (n numbering) next(d Draft) string {
	s := seriesOf(d)
	number := n.ranges[s].Number(n.used[s])
	n.used[s]++
	return number
}

// takeNumbers locks each series once for the batch, always in the same order, so
// that two batches never wait for each other in a circle.
func takeNumbers(ctx context.Context, tx pgx.Tx, batch []decided) (numbering, error) {
	counts := map[series]int{}
	for _, d := range batch {
		for _, x := range d.Drafts {
			counts[seriesOf(x)]++
		}
	}
	var order []series
	for s := range counts {
		order = append(order, s)
	}
	slices.SortFunc(order, func(a, b series) int {
		if a.entity != b.entity {
			return int(a.entity - b.entity)
		}
		return a.year*2 - b.year*2 + len(a.kind) - len(b.kind)
	})
	out := numbering{map[series]entities.NumberRange{}, map[series]int{}}
	for _, s := range order {
		taken, err := entities.TakeNumbers(ctx, tx, s.entity, s.kind, s.year, counts[s])
		if err != nil {
			return out, fmt.Errorf("take %d numbers: %w", counts[s], err)
		}
		out.ranges[s] = taken
	}
	return out, nil
}
