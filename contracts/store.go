package contracts

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/money"
	"ratable/internal/period"
	"ratable/internal/postgres"
)

// Get returns a contract with all its versions, by number.
func Get(ctx context.Context, q postgres.Querier, number string) (Contract, error) {
	var account customers.AccountID
	var id ID
	err := q.QueryRow(ctx, `
		select account_id, contract_id
		from contracts.numbers
		where number = @number`, pgx.NamedArgs{"number": number}).Scan(&account, &id)
	if err != nil {
		return Contract{}, fmt.Errorf("find contract %s: %w", number, postgres.Fault(err))
	}
	found, err := load(ctx, q, []customers.AccountID{account})
	if err != nil {
		return Contract{}, fmt.Errorf("load contract %s: %w", number, err)
	}
	if err := loadNotices(ctx, q, found); err != nil {
		return Contract{}, fmt.Errorf("load contract %s: %w", number, err)
	}
	for _, c := range found {
		if c.ID == id {
			return c, nil
		}
	}
	return Contract{}, fmt.Errorf("load contract %s: its number is taken and its row is missing", number)
}

// LoadAgreements returns what accounts have agreed, approved versions only, in
// four queries for all of them.
func LoadAgreements(ctx context.Context, q postgres.Querier, accounts []customers.AccountID) (map[customers.AccountID][]Agreement, error) {
	found, err := load(ctx, q, accounts)
	if err != nil {
		return nil, fmt.Errorf("load agreements: %w", err)
	}
	out := make(map[customers.AccountID][]Agreement)
	for _, c := range found {
		if a, ok := c.Agreement(); ok {
			out[c.Account] = append(out[c.Account], a)
		}
	}
	return out, nil
}

// Accounts lists the paying accounts with contracts after one, in order: the way
// a run walks through all of them in batches.
func Accounts(ctx context.Context, q postgres.Querier, after customers.AccountID, limit int) ([]customers.AccountID, error) {
	rows, err := q.Query(ctx, `
		select distinct account_id
		from contracts.contracts
		where account_id > @after
		order by account_id
		limit @limit`, pgx.NamedArgs{"after": after, "limit": limit})
	if err != nil {
		return nil, fmt.Errorf("list accounts with contracts: %w", postgres.Fault(err))
	}
	accounts, err := pgx.CollectRows(rows, pgx.RowTo[customers.AccountID])
	if err != nil {
		return nil, fmt.Errorf("list accounts with contracts: %w", postgres.Fault(err))
	}
	return accounts, nil
}

// lockByNumber finds a contract and holds its number, so that two people cannot
// enter or decide about it at once.
func lockByNumber(ctx context.Context, tx pgx.Tx, number string) (Contract, bool, error) {
	// The lock only makes the second person wait; the keys of versions and
	// decisions are what refuses two of the same.
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended(@key, 0))`, pgx.NamedArgs{"key": "contract " + number}); err != nil {
		return Contract{}, false, postgres.Fault(err)
	}
	c, err := Get(ctx, tx, number)
	if errors.Is(err, fault.NotFound) {
		return Contract{}, false, nil
	}
	return c, err == nil, err
}

func insertContract(ctx context.Context, tx pgx.Tx, d Document, p parties) (Contract, error) {
	c := Contract{
		Account: p.payer.Account, Number: d.Contract, Entity: p.entity.ID,
		Customer: p.customer.ID, Payer: p.payer.ID, Currency: d.Money(),
	}
	err := tx.QueryRow(ctx, `
		insert into contracts.contracts (account_id, number, customer_id, payer_id, entity_id, currency)
		values (@account, @number, @customer, @payer, @entity, @currency)
		returning id`, pgx.NamedArgs{
		"account": c.Account, "number": c.Number, "customer": c.Customer, "payer": c.Payer,
		"entity": c.Entity, "currency": string(c.Currency),
	}).Scan(&c.ID)
	if err != nil {
		return c, postgres.Fault(err)
	}
	_, err = tx.Exec(ctx, `
		insert into contracts.numbers (number, account_id, contract_id)
		values (@number, @account, @contract)`, pgx.NamedArgs{"number": c.Number, "account": c.Account, "contract": c.ID})
	return c, postgres.Fault(err)
}

func insertVersion(ctx context.Context, tx pgx.Tx, c Contract, version int, d Document, asOf period.Date, by access.Actor) error {
	document, err := json.Marshal(d)
	if err != nil {
		return err
	}
	term := d.Term.Span()
	_, err = tx.Exec(ctx, `
		insert into contracts.versions
			(account_id, contract_id, version, effective_on, starts_on, ends_on, document, reason, prepared_by, entered_on)
		values
			(@account, @contract, @version, @effective, @starts, @ends, @document, @reason, @by, @entered)`, pgx.NamedArgs{
		"account": c.Account, "contract": c.ID, "version": version, "effective": d.Start(),
		"starts": term.Start, "ends": term.End, "document": string(document), "reason": d.Reason, "by": by.UserID, "entered": asOf,
	})
	return postgres.Fault(err)
}

func insertDecision(ctx context.Context, tx pgx.Tx, c Contract, r Revision, d Decided) error {
	plan := cmp.Or(d.Plan, &Plan{})
	_, err := tx.Exec(ctx, `
		insert into contracts.decisions
			(account_id, contract_id, version, seq, event, prepared_by, by_user, reason, required, covered, under_version, plan_code, plan_version)
		values
			(@account, @contract, @version, @seq, @event, @prepared, @by, @reason, @required, @covered, nullif(@under::integer, 0), nullif(@plan, ''), nullif(@plan_version::integer, 0))`, pgx.NamedArgs{
		"account": c.Account, "contract": c.ID, "version": r.Number, "seq": len(r.Decisions) + 1,
		"event": d.Event, "prepared": r.PreparedBy, "by": d.By, "reason": d.Reason,
		"required": roleTexts(d.Required), "covered": roleTexts(d.Covered), "under": d.Under,
		"plan": plan.Code, "plan_version": plan.Version,
	})
	return postgres.Fault(err)
}

func insertConcession(ctx context.Context, tx pgx.Tx, c Contract, g Granted, by access.Actor) error {
	_, err := tx.Exec(ctx, `
		insert into contracts.concessions
			(account_id, contract_id, line, starts_on, ends_on, amount, currency, reason, granted_on, invoice, by_user)
		values
			(@account, @contract, @line, @starts, @ends, @amount, @currency, @reason, @on, @invoice, @by)`, pgx.NamedArgs{
		"account": c.Account, "contract": c.ID, "line": g.Line, "starts": g.Span.Start, "ends": g.Span.End,
		"amount": g.Amount.Minor(), "currency": string(c.Currency), "reason": g.Reason, "on": g.GrantedOn,
		"invoice": g.Invoice, "by": by.UserID,
	})
	return postgres.Fault(err)
}

// load reads contracts whole, in four queries for any number of accounts.
func load(ctx context.Context, q postgres.Querier, accounts []customers.AccountID) ([]Contract, error) {
	args := pgx.NamedArgs{"accounts": accounts}
	rows, err := q.Query(ctx, `
		select account_id, id, number, entity_id, customer_id, payer_id, currency
		from contracts.contracts
		where account_id = any(@accounts)
		order by account_id, id`, args)
	if err != nil {
		return nil, postgres.Fault(err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Contract, error) {
		var c Contract
		err := row.Scan(&c.Account, &c.ID, &c.Number, &c.Entity, &c.Customer, &c.Payer, &c.Currency)
		return c, err
	})
	if err != nil {
		return nil, postgres.Fault(err)
	}
	byID := make(map[ID]*Contract, len(found))
	for i := range found {
		byID[found[i].ID] = &found[i]
	}
	for _, fill := range []func(context.Context, postgres.Querier, pgx.NamedArgs, map[ID]*Contract) error{loadVersions, loadDecisions, loadConcessions, loadPayers, loadDeliveries, loadUsers} {
		if err := fill(ctx, q, args, byID); err != nil {
			return nil, postgres.Fault(err)
		}
	}
	return found, nil
}

func loadVersions(ctx context.Context, q postgres.Querier, args pgx.NamedArgs, into map[ID]*Contract) error {
	rows, err := q.Query(ctx, `
		select contract_id, version, effective_on, document, reason, coalesce(entered_on, recorded_at::date), prepared_by, recorded_at
		from contracts.versions
		where account_id = any(@accounts)
		order by contract_id, version`, args)
	if err != nil {
		return err
	}
	var id ID
	var r Revision
	var document []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &r.Number, &r.EffectiveOn, &document, &r.Reason, &r.EnteredOn, &r.PreparedBy, &r.RecordedAt}, func() error {
		r.Document = Document{}
		if err := json.Unmarshal(document, &r.Document); err != nil {
			return fmt.Errorf("version %d of contract %s: %w", r.Number, into[id].Number, err)
		}
		into[id].History = append(into[id].History, r)
		return nil
	})
	return err
}

func loadDecisions(ctx context.Context, q postgres.Querier, args pgx.NamedArgs, into map[ID]*Contract) error {
	rows, err := q.Query(ctx, `
		select contract_id, version, event, by_user, reason, recorded_at, required, covered, coalesce(under_version, 0)
		from contracts.decisions
		where account_id = any(@accounts)
		order by contract_id, version, seq`, args)
	if err != nil {
		return err
	}
	var id ID
	var version int
	var d Decided
	var required, covered []string
	_, err = pgx.ForEachRow(rows, []any{&id, &version, &d.Event, &d.By, &d.Reason, &d.At, &required, &covered, &d.Under}, func() error {
		d.Required, d.Covered = rolesOf(required), rolesOf(covered)
		r := &into[id].History[version-1]
		r.Decisions = append(r.Decisions, d)
		return nil
	})
	return err
}

func loadConcessions(ctx context.Context, q postgres.Querier, args pgx.NamedArgs, into map[ID]*Contract) error {
	rows, err := q.Query(ctx, `
		select contract_id, id, line, starts_on, ends_on, amount, currency, reason, granted_on, invoice
		from contracts.concessions
		where account_id = any(@accounts)
		order by contract_id, id`, args)
	if err != nil {
		return err
	}
	var id ID
	var g Granted
	var start, end period.Date
	var minor int64
	var currency money.Currency
	_, err = pgx.ForEachRow(rows, []any{&id, &g.ID, &g.Line, &start, &end, &minor, &currency, &g.Reason, &g.GrantedOn, &g.Invoice}, func() error {
		g.Span, g.Amount = period.NewSpan(start, end), money.Of(minor, currency)
		into[id].Concessions = append(into[id].Concessions, g)
		return nil
	})
	return err
}
