package customers

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// ScreenVersion is an imported version of the list.
type ScreenVersion struct {
	ID             int64
	Source         string
	Digest         []byte
	ImportedOn     period.Date
	Entries, Names int
}

// ScreenVersions lists the imported versions, the one that counts first.
func ScreenVersions(ctx context.Context, q postgres.Querier, limit int) ([]ScreenVersion, error) {
	rows, err := q.Query(ctx, `
		select id, source, digest, imported_on, entries, names
		from customers.screening_lists
		order by id desc
		limit @limit`, pgx.NamedArgs{"limit": limit})
	if err != nil {
		return nil, fmt.Errorf("list screening lists: %w", postgres.Fault(err))
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ScreenVersion])
	if err != nil {
		return nil, fmt.Errorf("list screening lists: %w", postgres.Fault(err))
	}
	return all, nil
}

func insertList(ctx context.Context, tx pgx.Tx, l ScreenList, on period.Date, by access.Actor) (v ScreenVersion, err error) {
	v = ScreenVersion{Source: l.Source, Digest: l.Digest[:], ImportedOn: on, Entries: len(l.Entries)}
	var names [][]any
	occurs := map[string]int{}
	for _, e := range l.Entries {
		seq := 0
		for _, name := range e.Names {
			term := words(name)
			if len(term) == 0 {
				continue // of signs only
			}
			seq++
			names = append(names, []any{nil, e.Entry, seq, name, strings.Join(term, " ")})
			for w := range set(strings.Join(term, " ")) {
				occurs[w]++
			}
		}
	}
	v.Names = len(names)
	err = tx.QueryRow(ctx, `
		insert into customers.screening_lists (source, digest, imported_on, entries, names, by_user)
		values (@source, @digest, @on, @entries, @names, @by)
		returning id`, pgx.NamedArgs{"source": v.Source, "digest": v.Digest, "on": on, "entries": v.Entries, "names": v.Names, "by": by.UserID}).Scan(&v.ID)
	if err != nil {
		return v, postgres.Fault(err)
	}
	entries := make([][]any, len(l.Entries))
	for i, e := range l.Entries {
		if e.Countries == nil {
			e.Countries = []string{}
		}
		entries[i] = []any{v.ID, e.Entry, e.Kind, e.Names[0], e.Programs, e.Countries, e.Remarks}
	}
	for _, row := range names {
		row[0] = v.ID
	}
	var counts [][]any
	for w, n := range occurs {
		counts = append(counts, []any{v.ID, w, n})
	}
	for _, t := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{
		{"screening_entries", []string{"list_id", "entry", "kind", "name", "programs", "countries", "remarks"}, entries},
		{"screening_names", []string{"list_id", "entry", "seq", "name", "term"}, names},
		{"screening_words", []string{"list_id", "word", "names"}, counts},
	} {
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"customers", t.table}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
			return v, postgres.Fault(err)
		}
	}
	return v, nil
}

// candidate is a name of the list that shares parts with a query.
type candidate struct {
	ScreenMatch
	term string
}

// candidates are the names of parties that could be customers and that share a good part of a word with the query. The
// index on three-letter parts finds them; how alike they are is for score to say.
func candidates(ctx context.Context, tx pgx.Tx, list int64, query []string) ([]candidate, error) {
	if _, err := tx.Exec(ctx, `select set_config('pg_trgm.word_similarity_threshold', '0.45', true)`); err != nil {
		return nil, postgres.Fault(err)
	}
	rows, err := tx.Query(ctx, `
		select distinct n.entry, n.name, n.term, e.kind, e.programs, e.countries
		from unnest(@words::text[]) as q (word)
		join customers.screening_names n on q.word <% n.term
		join customers.screening_entries e on e.list_id = n.list_id and e.entry = n.entry
		where n.list_id = @list and e.kind in ('entity', 'individual')
		order by n.entry, n.name`, pgx.NamedArgs{"words": query, "list": list})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c candidate, err error) {
		err = row.Scan(&c.Entry, &c.Name, &c.term, &c.Kind, &c.Programs, &c.Countries)
		return c, err
	})
	return found, postgres.Fault(err)
}

func loadRarity(ctx context.Context, tx pgx.Tx, v ScreenVersion, all []string) (rarity, error) {
	r := rarity{v.Names, map[string]int{}}
	rows, err := tx.Query(ctx, `
		select word, names
		from customers.screening_words
		where list_id = @list and word = any(@words::text[])`, pgx.NamedArgs{"list": v.ID, "words": all})
	if err != nil {
		return r, postgres.Fault(err)
	}
	var word string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&word, &n}, func() error {
		r.in[word] = n
		return nil
	})
	return r, postgres.Fault(err)
}

func insertScreening(ctx context.Context, tx pgx.Tx, s *Screening, by access.Actor) error {
	matches, err := json.Marshal(s.Matches)
	if err != nil {
		return err
	}
	err = tx.QueryRow(ctx, `
		insert into customers.screenings (customer_id, entered_by, list_id, screened_on, query, score, threshold, result, matches, rests_on, by_user)
		select c.id, c.entered_by, @list, @on, @query, @score::numeric, @threshold::numeric, @result, @matches, nullif(@rests_on::bigint, 0), @by
		from customers.customers c
		where c.id = @customer
		returning id, entered_by`, pgx.NamedArgs{
		"customer": int64(s.Customer), "list": s.List, "on": s.On, "query": s.Query, "score": fmt.Sprintf("%.4f", s.Score),
		"threshold": fmt.Sprintf("%.4f", MatchAt), "result": string(s.Result), "matches": string(matches), "rests_on": s.RestsOn, "by": by.UserID,
	}).Scan(&s.ID, &s.EnteredBy)
	return postgres.Fault(err)
}

// selectScreenings reads screenings with the decision about them, or about the one they rest on.
const selectScreenings = `
		select s.id, s.customer_id, s.entered_by, s.list_id, s.screened_on, s.query, s.score::float8, s.result, s.matches, coalesce(s.rests_on, 0),
			coalesce(d.decision, ''), coalesce(d.by_user, 0), d.decided_on, coalesce(d.reason, '')
		from customers.screenings s
		left join customers.screening_decisions d on d.screening_id = coalesce(s.rests_on, s.id)`

func scanScreening(row pgx.CollectableRow) (s Screening, err error) {
	var matches []byte
	if err := row.Scan(&s.ID, &s.Customer, &s.EnteredBy, &s.List, &s.On, &s.Query, &s.Score, &s.Result, &matches, &s.RestsOn, &s.Decision, &s.DecidedBy, &s.DecidedOn, &s.Reason); err != nil {
		return s, err
	}
	return s, json.Unmarshal(matches, &s.Matches)
}

// LastScreening is the newest screening of a customer; false when there is none.
func LastScreening(ctx context.Context, q postgres.Querier, id ID) (Screening, bool, error) {
	rows, err := q.Query(ctx, selectScreenings+`
		where s.customer_id = @customer
		order by s.id desc
		limit 1`, pgx.NamedArgs{"customer": int64(id)})
	if err != nil {
		return Screening{}, false, fmt.Errorf("find the screening of customer %d: %w", id, postgres.Fault(err))
	}
	all, err := pgx.CollectRows(rows, scanScreening)
	if err != nil || len(all) == 0 {
		return Screening{}, false, postgres.Fault(err)
	}
	return all[0], true, nil
}

// ScreeningByID finds one screening.
func ScreeningByID(ctx context.Context, q postgres.Querier, id int64) (Screening, error) {
	rows, err := q.Query(ctx, selectScreenings+`
		where s.id = @id`, pgx.NamedArgs{"id": id})
	if err != nil {
		return Screening{}, fmt.Errorf("find screening %d: %w", id, postgres.Fault(err))
	}
	s, err := pgx.CollectExactlyOneRow(rows, scanScreening)
	if err != nil {
		return s, fmt.Errorf("find screening %d: %w", id, postgres.Fault(err))
	}
	return s, nil
}

// Matches lists, of every customer's newest screening, those that are possible matches: the undecided ones, or all.
func Matches(ctx context.Context, q postgres.Querier, all bool) ([]Screening, error) {
	rows, err := q.Query(ctx, selectScreenings+`
		where s.result = 'possible'
			and not exists (select from customers.screenings later where later.customer_id = s.customer_id and later.id > s.id)
			and (@all or d.decision is null)
		order by s.id
		limit 1000`, pgx.NamedArgs{"all": all})
	if err != nil {
		return nil, fmt.Errorf("list possible matches: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, scanScreening)
	if err != nil {
		return nil, fmt.Errorf("list possible matches: %w", postgres.Fault(err))
	}
	return found, nil
}

// HeldByScreening names, of some external ids, one whose newest screening holds it; empty when there is none.
func HeldByScreening(ctx context.Context, q postgres.Querier, externals []string) (string, error) {
	var held string
	err := q.QueryRow(ctx, `
		select coalesce(min(c.external_id), '')
		from customers.customers c
		join lateral (
			select s.id, s.result, s.rests_on
			from customers.screenings s
			where s.customer_id = c.id
			order by s.id desc
			limit 1) last on last.result = 'possible'
		left join customers.screening_decisions d on d.screening_id = coalesce(last.rests_on, last.id)
		where c.external_id = any(@externals) and d.decision is distinct from 'cleared'`, pgx.NamedArgs{"externals": externals}).Scan(&held)
	if err != nil {
		return "", fmt.Errorf("look for a match that waits: %w", postgres.Fault(err))
	}
	return held, nil
}

func insertScreenDecision(ctx context.Context, tx pgx.Tx, s Screening, d ScreenDecision, reason string, on period.Date, by access.Actor) error {
	_, err := tx.Exec(ctx, `
		insert into customers.screening_decisions (screening_id, entered_by, decision, by_user, reason, decided_on)
		values (@screening, @entered, @decision, @by, @reason, @on)`, pgx.NamedArgs{
		"screening": s.ID, "entered": s.EnteredBy, "decision": string(d), "by": by.UserID, "reason": reason, "on": on,
	})
	if kind := postgres.Fault(err); fault.Kind(kind) == fault.Conflict {
		return fault.New(fault.Conflict, "somebody decided about it already")
	}
	return postgres.Fault(err)
}

// unscreened lists customers whose newest screening was not against a list, after one, in order.
func unscreened(ctx context.Context, q postgres.Querier, list int64, after ID, limit int) ([]ID, error) {
	rows, err := q.Query(ctx, `
		select c.id
		from customers.customers c
		where c.id > @after and not exists (
			select from customers.screenings s
			where s.customer_id = c.id and s.list_id = @list
				and s.known_order > coalesce((select max(p.known_order) from customers.profiles p where p.customer_id = c.id), 0)
				and s.known_order > coalesce((select max(k.known_order) from customers.contacts k where k.customer_id = c.id), 0))
		order by c.id
		limit @limit`, pgx.NamedArgs{"list": list, "after": int64(after), "limit": limit})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[ID])
	return ids, postgres.Fault(err)
}
