package spend

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"ratable/catalog"
	"ratable/contracts"
	"ratable/customers"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/ledger"
	"ratable/usage"
)

// Load prices an account as of a day, with the usage of that day as far as it has arrived. Call it inside one snapshot.
func Load(ctx context.Context, q postgres.Querier, account customers.AccountID, asOf period.Date) (*Account, error) {
	w, err := invoicing.LoadWorld(ctx, q, asOf)
	if err != nil {
		return nil, fmt.Errorf("load the running bill of account %d: %w", account, err)
	}
	f, err := loadFacts(ctx, q, w, []customers.AccountID{account}, asOf)
	if err != nil {
		return nil, fmt.Errorf("load the running bill of account %d: %w", account, err)
	}
	x, err := Reckon(w, f[0], asOf)
	if err != nil {
		return nil, fmt.Errorf("load the running bill of account %d: %w", account, err)
	}
	// What lowers a bill follows the tax of the line it lowers; that is rare, and then the lines are read.
	if x.lowers() {
		x.Facts.Originals, err = invoicing.LoadOriginals(ctx, q, account)
	}
	return x, err
}

// loadFacts is what the invoice run of the day would load, with the day's own usage. What the run alone needs, such as
// the place of the next document, is left out.
func loadFacts(ctx context.Context, q postgres.Querier, w invoicing.World, accounts []customers.AccountID, asOf period.Date) ([]invoicing.Facts, error) {
	agreed, err := contracts.LoadAgreements(ctx, q, accounts)
	if err != nil {
		return nil, err
	}
	days, err := loadUsage(ctx, q, w.Catalog, accounts, agreed, asOf)
	if err != nil {
		return nil, err
	}
	var people []customers.ID
	for _, list := range agreed {
		for _, a := range list {
			people = append(people, a.Parties()...)
		}
	}
	slices.Sort(people)
	parties, err := customers.LoadMany(ctx, q, slices.Compact(people), asOf)
	if err != nil {
		return nil, err
	}
	standings, err := ledger.LoadStandings(ctx, q, accounts)
	if err != nil {
		return nil, err
	}
	out := make([]invoicing.Facts, len(accounts))
	for i, a := range accounts {
		out[i] = invoicing.Facts{Account: a, Agreements: agreed[a], Customers: parties, Usage: days[a], Standing: standings[a]}
	}
	return out, nil
}

// recent is how many days are read one by one: those a pace looks at, and some before to see that it was used then.
const recent = 2 * window

// loadUsage reads recent days one by one, and of those before what each billing period and month came to: no price asks
// for more, but where prepaid balances are drawn day by day.
func loadUsage(ctx context.Context, q postgres.Querier, sold *catalog.Catalog, accounts []customers.AccountID, agreed map[customers.AccountID][]contracts.Agreement, asOf period.Date) (map[customers.AccountID]*usage.Days, error) {
	var all []contracts.Agreement
	for _, list := range agreed {
		all = append(all, list...)
	}
	first, daily, prepaid := asOf, asOf.AddDays(-recent), false
	var cuts []period.Date
	for _, a := range all {
		first = period.MinDate(first, a.Term().Start)
		prepaid = prepaid || slices.ContainsFunc(a.Versions, func(v contracts.Version) bool { return len(v.Document.Prepaid) > 0 })
		pieces, err := contracts.Charges(a, sold, nil, asOf.AddDays(1)) // only its days are looked at
		if err != nil {
			return nil, err
		}
		for _, p := range pieces {
			cuts = append(cuts, p.Span.Start, p.Span.End)
			if p.Kind == contracts.Metered && p.Span.Contains(asOf) {
				daily = period.MinDate(daily, p.Span.Start) // the course of an open period is drawn by day
			}
		}
	}
	single := contracts.SingleEvents(all)
	if daily = period.MaxDate(daily, first); prepaid || daily == first {
		return usage.LoadDays(ctx, q, accounts, first, asOf.AddDays(1), single...)
	}
	cuts = slices.DeleteFunc(cuts, func(d period.Date) bool { return d.Before(first) || d.After(asOf) })
	for month := first.MonthOf().First(); month.Before(daily); month = month.AddMonths(1) {
		cuts = append(cuts, period.MaxDate(month, first))
	}
	for day := daily; !day.After(asOf.AddDays(1)); day = day.AddDays(1) {
		cuts = append(cuts, day)
	}
	return usage.LoadSums(ctx, q, accounts, cuts, single...)
}

// lowers says whether anything that stands billed is owed no more, or less.
func (x *Account) lowers() bool {
	for _, a := range x.Facts.Agreements {
		stood := standingOf(x.Facts).Of(int64(a.Contract))
		late := a.Latest().Document.Billing.LateUsage() == contracts.Reissue
		for _, c := range invoicing.Plan(invoicing.Asked(x.asIfOver(a.Contract, x.priced[a.Contract].pieces, map[period.Date]bool{}), stood, never.AddDays(-1)), stood) {
			if c.Delta().Sign() < 0 || late && !c.First {
				return true
			}
		}
	}
	return false
}

// Rules lists the rules of an account that were set and not removed.
func Rules(ctx context.Context, q postgres.Querier, account customers.AccountID) ([]Rule, error) {
	all, err := loadRules(ctx, q, []customers.AccountID{account})
	return all[account], err
}

// setters are who of the house may set an alert for a customer.
var setters = []access.Role{access.Sales, access.Finance, access.Support}

// Set writes a rule down: a new one, or another revision of the one that Rule.ID names. A customer sets rules of its
// own only, and leaves those of the house as they are.
func Set(ctx context.Context, tx pgx.Tx, r Rule, asOf period.Date, by access.Actor) (Rule, error) {
	c, err := customers.Get(ctx, tx, r.Customer, asOf)
	if err != nil {
		return r, fmt.Errorf("set an alert: %w", err)
	}
	r.Account, r.Revision, r.Removed, r.ByUser, r.ByName = c.Account, 1, false, by.UserID, by.Name
	r.Thresholds = slices.SortedFunc(slices.Values(r.Thresholds), decimal.Decimal.Cmp)
	if r.SetBy, err = setBy(r.Customer, by); err != nil {
		return r, err
	}
	if err := r.Check(); err != nil {
		return r, fmt.Errorf("set an alert: %w", err)
	}
	if err := exists(ctx, tx, r, asOf); err != nil {
		return r, fmt.Errorf("set an alert: %w", err)
	}
	action, before := "alert.set", any(nil)
	if r.ID == 0 {
		r.ID, err = takeRuleID(ctx, tx)
	} else {
		var was Rule
		was, err = changeable(ctx, tx, c, r.ID, by)
		action, before, r.Revision = "alert.change", was.summary(), was.Revision+1
	}
	if err != nil {
		return r, err
	}
	if err := insertRule(ctx, tx, r); err != nil {
		return r, fmt.Errorf("set alert %d: %w", r.ID, err)
	}
	return r, access.Audit(ctx, tx, by, action, r.subject(), before, r.summary(), "")
}

// Remove ends a rule. What it fired stays told.
func Remove(ctx context.Context, tx pgx.Tx, customer customers.ID, id int64, asOf period.Date, by access.Actor) error {
	c, err := customers.Get(ctx, tx, customer, asOf)
	if err != nil {
		return fmt.Errorf("remove alert %d: %w", id, err)
	}
	r, err := changeable(ctx, tx, c, id, by)
	if err != nil {
		return err
	}
	before := r.summary()
	r.Revision, r.Removed, r.ByUser, r.ByName = r.Revision+1, true, by.UserID, by.Name
	if err := insertRule(ctx, tx, r); err != nil {
		return fmt.Errorf("remove alert %d: %w", id, err)
	}
	return access.Audit(ctx, tx, by, "alert.remove", r.subject(), before, nil, "")
}

func setBy(customer customers.ID, by access.Actor) (SetBy, error) {
	if by.CustomerID != 0 {
		if customers.ID(by.CustomerID) != customer {
			return "", fault.New(fault.Denied, "a customer sets alerts for itself only")
		}
		return ByCustomer, nil
	}
	return ByStaff, by.Require(setters...)
}

// changeable finds the rule as it stands, if whoever asks may change it.
func changeable(ctx context.Context, tx pgx.Tx, c customers.Customer, id int64, by access.Actor) (Rule, error) {
	who, err := setBy(c.ID, by)
	if err != nil {
		return Rule{}, err
	}
	r, err := latestRule(ctx, tx, c.Account, id)
	switch {
	case err != nil && fault.Kind(err) != fault.NotFound:
		return r, fmt.Errorf("look for alert %d: %w", id, err)
	case err != nil || r.Removed || r.Customer != c.ID:
		return r, fault.New(fault.NotFound, "there is no such alert; it may have been removed")
	case who == ByCustomer && r.SetBy != ByCustomer:
		return r, fault.New(fault.Denied, "alert %d was set by %s, who looks after the account; set another of your own beside it", id, r.ByName)
	}
	return r, nil
}

// exists says which of a rule's names is none.
func exists(ctx context.Context, q postgres.Querier, r Rule, asOf period.Date) error {
	if r.Meter != "" {
		meters, err := catalog.LoadMeters(ctx, q)
		if err != nil {
			return err
		}
		if _, ok := meters.Meter(r.Meter); !ok {
			return fault.InvalidFields(fault.Field{Path: "meter", Value: fault.Shown(r.Meter), Message: "is not a meter of the catalog"})
		}
	}
	if r.Contract == 0 {
		return nil
	}
	all, err := contracts.LoadAgreements(ctx, q, []customers.AccountID{r.Account})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all[r.Account], func(a contracts.Agreement) bool { return a.Contract == r.Contract && a.PayerOn(asOf) == r.Customer })
	if i < 0 {
		return fault.InvalidFields(fault.Field{Path: "contract", Value: fmt.Sprint(r.Contract), Message: "is not a contract that the customer pays"})
	}
	d := all[r.Account][i].Latest().Document
	switch {
	case r.Line != "" && !slices.ContainsFunc(d.Lines, func(l contracts.Line) bool { return l.ID == r.Line && l.Usage != nil }):
		return fault.InvalidFields(fault.Field{Path: "line", Value: fault.Shown(r.Line), Message: "is not a usage line of contract " + all[r.Account][i].Number})
	case r.Limit != "" && !slices.Contains(limitsOf(d, r.Limit), r.LimitID):
		return fault.InvalidFields(fault.Field{Path: "limit", Value: fault.Shown(r.LimitID), Message: fmt.Sprintf("is not a %s of contract %s", r.Limit, all[r.Account][i].Number)})
	}
	return nil
}

func limitsOf(d contracts.Document, kind contracts.LimitKind) []string {
	var out []string
	switch kind {
	case contracts.CapLimit:
		for _, c := range d.Caps {
			out = append(out, c.ID)
		}
	case contracts.PrepaidLimit:
		for _, c := range d.Prepaid {
			out = append(out, c.ID)
		}
	case contracts.CreditLimit:
		for _, c := range d.Credits {
			out = append(out, c.ID)
		}
	case contracts.CommitmentLimit:
		for _, c := range d.Commits {
			out = append(out, c.ID)
		}
	}
	return out
}

func (r Rule) subject() access.Subject {
	return access.Subject{Kind: "alert", Key: fmt.Sprint(r.ID), Account: int64(r.Account)}
}

// summary is what the audit trail keeps of a rule.
func (r Rule) summary() map[string]any {
	out := map[string]any{"customer": r.Customer, "kind": r.Kind, "thresholds": r.Thresholds, "set_by": r.SetBy}
	for name, value := range map[string]string{"meter": r.Meter, "line": r.Line, "limit": r.LimitID} {
		if value != "" {
			out[name] = value
		}
	}
	if r.Contract != 0 {
		out["contract"] = r.Contract
	}
	if len(r.Roles) > 0 {
		out["roles"] = r.Roles
	}
	if len(r.Addresses) > 0 {
		out["addresses"] = r.Addresses
	}
	return out
}
