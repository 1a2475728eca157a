package usage

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/catalog"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/postgres"
)

// SetAlias says what a name that senders use means from now on. Events that wait
// for it count once they are replayed.
func SetAlias(ctx context.Context, tx pgx.Tx, a Alias, by access.Actor) error {
	doing := fmt.Sprintf("say what the %s %q means", a.Kind, fault.Shown(a.Alias))
	if err := by.Require(correctors...); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := a.check(); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := a.resolves(ctx, tx); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	_, err := tx.Exec(ctx, `
		insert into usage.aliases (kind, alias, revision, means, reason, user_id, actor)
		select @kind, @alias, 1 + coalesce(max(revision), 0), @means, @reason, @user, @actor
		from usage.aliases where kind = @kind and alias = @alias`,
		pgx.NamedArgs{"kind": string(a.Kind), "alias": a.Alias, "means": a.Means, "reason": strings.TrimSpace(a.Reason), "user": by.UserID, "actor": by.Name})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, postgres.Fault(err))
	}
	subject := access.Subject{Kind: "usage alias", Key: string(a.Kind) + " " + a.Alias}
	return access.Audit(ctx, tx, by, "usage.alias", subject, nil, map[string]string{"means": a.Means}, a.Reason)
}

// resolves refuses a name of ours as an alias, and a meaning that is no name of ours.
func (a Alias) resolves(ctx context.Context, q postgres.Querier) error {
	var ours func(name string) bool
	if a.Kind == CustomerName {
		found, err := customers.Resolve(ctx, q, []string{a.Alias, a.Means})
		if err != nil {
			return err
		}
		ours = func(name string) bool { _, ok := found[name]; return ok }
	} else {
		meters, err := catalog.LoadMeters(ctx, q)
		if err != nil {
			return err
		}
		ours = func(name string) bool { _, ok := meters.Meter(name); return ok }
	}
	switch {
	case ours(a.Alias):
		return fault.InvalidFields(fault.Field{Path: "alias", Value: fault.Shown(a.Alias), Message: "is a " + string(a.Kind) + " of ours already, and means that one"})
	case a.Means != "" && !ours(a.Means):
		return fault.InvalidFields(fault.Field{Path: "means", Value: fault.Shown(a.Means), Message: "is not a " + string(a.Kind) + " of ours"})
	}
	return nil
}

// loadAliases finds what names mean that are none of ours.
func loadAliases(ctx context.Context, q postgres.Querier, kind NameKind, names []string) (map[string]string, error) {
	if len(names) == 0 {
		return nil, nil
	}
	rows, err := q.Query(ctx, `
		select distinct on (alias) alias, means from usage.aliases
		where kind = @kind and alias = any (@names::text[])
		order by alias, revision desc`, pgx.NamedArgs{"kind": string(kind), "names": names})
	if err != nil {
		return nil, fmt.Errorf("look for aliases: %w", postgres.Fault(err))
	}
	out := make(map[string]string)
	var alias, means string
	_, err = pgx.ForEachRow(rows, []any{&alias, &means}, func() error {
		if means != "" {
			out[alias] = means
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for aliases: %w", postgres.Fault(err))
	}
	return out, nil
}

// Aliases lists what names mean by now, by kind and name.
func Aliases(ctx context.Context, q postgres.Querier) ([]Alias, error) {
	rows, err := q.Query(ctx, `
		select kind, alias, means, reason
		from (select distinct on (kind, alias) kind, alias, means, reason from usage.aliases order by kind, alias, revision desc) a
		where means <> ''
		order by kind, alias`)
	if err != nil {
		return nil, fmt.Errorf("list aliases: %w", postgres.Fault(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Alias])
	if err != nil {
		return nil, fmt.Errorf("list aliases: %w", postgres.Fault(err))
	}
	return list, nil
}

// resolveCustomers is customers.Resolve, by aliases too where a name is none of ours.
func resolveCustomers(ctx context.Context, q postgres.Querier, names []string) (map[string]customers.Placement, error) {
	found, err := customers.Resolve(ctx, q, names)
	if err != nil || len(found) == len(names) { // as a rule
		return found, err
	}
	var unknown, meant []string
	for _, name := range names {
		if _, known := found[name]; !known {
			unknown = append(unknown, name)
		}
	}
	aliases, err := loadAliases(ctx, q, CustomerName, unknown)
	if err != nil || len(aliases) == 0 {
		return found, err
	}
	for _, means := range aliases {
		meant = append(meant, means)
	}
	behind, err := customers.Resolve(ctx, q, meant)
	if err != nil {
		return nil, err
	}
	for alias, means := range aliases {
		if p, known := behind[means]; known {
			found[alias] = p
		}
	}
	return found, nil
}

// unknownMeters are the names of meters in a batch that are none of ours.
func unknownMeters(events []Event, meters *catalog.Catalog) (names []string) {
	for i := range events {
		names = addUnknown(names, events[i].Meter, meters)
	}
	return names
}

func unnamedMeters(corrections []Correction, meters *catalog.Catalog) (names []string) {
	for i := range corrections {
		if corrections[i].Meter != "" {
			names = addUnknown(names, corrections[i].Meter, meters)
		}
	}
	return names
}

func addUnknown(names []string, name string, meters *catalog.Catalog) []string {
	if _, known := meters.Meter(name); known || slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}
