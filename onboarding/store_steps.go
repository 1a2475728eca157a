package onboarding

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/internal/access"
	"ratable/internal/postgres"
)

// insertSteps appends steps, each as the next of its customer. Two at once for the same customer are a conflict.
func insertSteps(ctx context.Context, tx pgx.Tx, steps []Step, by access.Actor) error {
	if len(steps) == 0 {
		return nil
	}
	n := len(steps)
	cohorts, names, states, cuts := make([]string, n), make([]string, n), make([]string, n), make([]*string, n)
	days, reasons, details, asked := make([]string, n), make([]string, n), make([]string, n), make([]int64, n)
	for i, s := range steps {
		detail, err := json.Marshal(s.Detail)
		if err != nil {
			return err
		}
		cohorts[i], names[i], states[i], days[i], reasons[i], details[i], asked[i] = s.Cohort, s.Customer, string(s.State), s.On.String(), s.Reason, string(detail), s.AskedBy
		if !s.CutOver.IsZero() {
			day := s.CutOver.String()
			cuts[i] = &day
		}
	}
	_, err := tx.Exec(ctx, `
		insert into onboarding.steps (cohort, customer, seq, step, cut_over, on_day, reason, detail, asked_by, by_user)
		select g.cohort, g.customer, coalesce((select max(s.seq) from onboarding.steps s where s.cohort = g.cohort and s.customer = g.customer), 0) + 1,
			g.step, g.cut_over::date, g.on_day::date, g.reason, g.detail::jsonb, g.asked_by, @by
		from unnest(@cohorts::text[], @names::text[], @states::text[], @cuts::text[], @days::text[], @reasons::text[], @details::text[], @asked::bigint[])
			as g (cohort, customer, step, cut_over, on_day, reason, detail, asked_by)`, pgx.NamedArgs{
		"cohorts": cohorts, "names": names, "states": states, "cuts": cuts, "days": days, "reasons": reasons, "details": details, "asked": asked, "by": by.UserID,
	})
	return postgres.Fault(err)
}

// lastSteps are where customers stand, in whatever cohort they are in. Those in none are not in the map.
func lastSteps(ctx context.Context, q postgres.Querier, names []string) (map[string]Step, error) {
	rows, err := q.Query(ctx, `
		select distinct on (customer) cohort, customer, seq, step, cut_over, on_day, reason, detail, asked_by, by_user, recorded_at
		from onboarding.steps
		where customer = any(@names::text[])
		order by customer, known_order desc`, pgx.NamedArgs{"names": names})
	if err != nil {
		return nil, fmt.Errorf("find how far customers are: %w", postgres.Fault(err))
	}
	all, err := pgx.CollectRows(rows, scanStep)
	if err != nil {
		return nil, fmt.Errorf("find how far customers are: %w", postgres.Fault(err))
	}
	out := make(map[string]Step, len(all))
	for _, s := range all {
		out[s.Customer] = s
	}
	return out, nil
}

// Members lists where each customer of a cohort stands, by external id. One that went on in another cohort is not in this one.
func Members(ctx context.Context, q postgres.Querier, cohort string) ([]Step, error) {
	rows, err := q.Query(ctx, `
		select cohort, customer, seq, step, cut_over, on_day, reason, detail, asked_by, by_user, recorded_at
		from (
			select distinct on (customer) *
			from onboarding.steps
			where customer in (select customer from onboarding.steps where cohort = @cohort)
			order by customer, known_order desc
		) as last
		where cohort = @cohort
		order by customer`, pgx.NamedArgs{"cohort": cohort})
	if err != nil {
		return nil, fmt.Errorf("list cohort %s: %w", cohort, postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, scanStep)
	if err != nil {
		return nil, fmt.Errorf("list cohort %s: %w", cohort, postgres.Fault(err))
	}
	return out, nil
}

// History lists every step of a customer, or with no name of all of a cohort, the first first.
func History(ctx context.Context, q postgres.Querier, cohort, customer string) ([]Step, error) {
	rows, err := q.Query(ctx, `
		select cohort, customer, seq, step, cut_over, on_day, reason, detail, asked_by, by_user, recorded_at
		from onboarding.steps
		where cohort = @cohort and (@customer = '' or customer = @customer)
		order by known_order`, pgx.NamedArgs{"cohort": cohort, "customer": customer})
	if err != nil {
		return nil, fmt.Errorf("list the steps of cohort %s: %w", cohort, postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, scanStep)
	if err != nil {
		return nil, fmt.Errorf("list the steps of cohort %s: %w", cohort, postgres.Fault(err))
	}
	return out, nil
}

func scanStep(row pgx.CollectableRow) (s Step, err error) {
	var detail []byte
	if err = row.Scan(&s.Cohort, &s.Customer, &s.Seq, &s.State, &s.CutOver, &s.On, &s.Reason, &detail, &s.AskedBy, &s.By, &s.At); err != nil {
		return s, err
	}
	return s, json.Unmarshal(detail, &s.Detail)
}

// Cohort is a group of customers who come over together, with how many are how far.
type Cohort struct {
	Name   string
	Counts map[State]int
	Total  int
	Last   string // what happened last, as a day
}

// Cohorts lists them, the one begun last first.
func Cohorts(ctx context.Context, q postgres.Querier) ([]Cohort, error) {
	rows, err := q.Query(ctx, `
		with last as (
			select distinct on (customer) cohort, customer, step, on_day
			from onboarding.steps
			order by customer, known_order desc
		)
		select all_.cohort, coalesce(last.step, ''), count(last.customer), coalesce(max(last.on_day)::text, '')
		from (select cohort, min(known_order) as begun from onboarding.steps group by cohort) as all_
		left join last on last.cohort = all_.cohort
		group by all_.cohort, all_.begun, last.step
		order by all_.begun desc, all_.cohort, last.step`)
	if err != nil {
		return nil, fmt.Errorf("list cohorts: %w", postgres.Fault(err))
	}
	var out []Cohort
	var name, day string
	var state State
	var count int
	_, err = pgx.ForEachRow(rows, []any{&name, &state, &count, &day}, func() error {
		if len(out) == 0 || out[len(out)-1].Name != name {
			out = append(out, Cohort{Name: name, Counts: map[State]int{}})
		}
		c := &out[len(out)-1]
		if state != "" {
			c.Counts[state], c.Total = count, c.Total+count
		}
		c.Last = max(c.Last, day)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list cohorts: %w", postgres.Fault(err))
	}
	return out, nil
}
