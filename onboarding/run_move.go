package onboarding

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"ratable/contracts"
	"ratable/customers"
	"ratable/entities"
	"ratable/internal/access"
	"ratable/internal/fault"
	"ratable/internal/period"
	"ratable/internal/postgres"
	"ratable/invoicing"
	"ratable/opening"
)

// Ask is what somebody asks for: that customers move on a day.
type Ask struct {
	Cohort    string
	Customers []string // none: all who are compared
	CutOver   period.Date
	Treatment opening.Treatment // of what the other system billed or earned otherwise than the contracts say; none: it is refused
	Reason    string
}

// movers ask for moves; another of the deciders approves.
var movers = []access.Role{access.Sales, access.Finance, access.Accountant}

func (a Ask) problems() []fault.Field {
	var found []fault.Field
	if a.CutOver.IsZero() || a.CutOver.Day() != 1 {
		found = append(found, fault.Field{Path: "cut_over", Value: a.CutOver.String(), Message: "must be the first day of a month, the first that we bill, such as 2026-07-01"})
	}
	if a.Treatment != opening.None && a.Treatment != opening.Keep && a.Treatment != opening.Correct {
		found = append(found, fault.Field{Path: "treatment", Value: fault.Shown(string(a.Treatment)), Message: "must be keep, correct, or left out"})
	}
	return append(found, reasoned(a.Reason)...)
}

func reasoned(reason string) []fault.Field {
	if strings.TrimSpace(reason) == "" {
		return []fault.Field{{Path: "reason", Message: "is missing: say why, for who looks at it later"}}
	}
	return fault.Printable("reason", strings.ReplaceAll(reason, "\n", " "), 1000)
}

// AskMove asks that customers move: those named with all of the cohort in their paying families, or everybody who was compared. It gives
// who was asked for. Another person approves.
func AskMove(ctx context.Context, tx pgx.Tx, a Ask, today period.Date, by access.Actor) ([]string, error) {
	doing := fmt.Sprintf("ask for the move of cohort %s", a.Cohort)
	if err := by.Require(movers...); err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	if found := a.problems(); len(found) > 0 {
		return nil, fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	members, err := chosen(ctx, tx, a.Cohort, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	families, placed, err := byFamily(ctx, tx, members)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	wanted := map[customers.AccountID]bool{}
	for _, name := range a.Customers {
		p, ok := placed[name]
		if !ok {
			return nil, fmt.Errorf("%s: %w", doing, fault.New(fault.NotFound, "customer %s is not in the cohort, or not imported yet", fault.Shown(name)))
		}
		wanted[p.Account] = true
	}
	var steps []Step
	for _, f := range families {
		ready := slices.ContainsFunc(f.members, func(m Step) bool { return m.State == Shown })
		if named := wanted[f.account]; !named && (len(a.Customers) > 0 || !ready) {
			continue
		}
		for _, m := range f.members {
			if err := askable(m); err != nil && (len(a.Customers) > 0 || m.State == Asked) {
				return nil, fmt.Errorf("%s: %w", doing, err)
			} else if m.State != Moved {
				steps = append(steps, Step{Cohort: a.Cohort, Customer: m.Customer, State: Asked, CutOver: a.CutOver, On: today, Reason: a.Reason, AskedBy: by.UserID, Detail: Detail{Treatment: string(a.Treatment), Lines: m.Detail.Lines, Differ: m.Detail.Differ}})
			}
		}
	}
	if len(steps) == 0 {
		return nil, fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "nobody is compared: compare the cohort first"))
	}
	if err := insertSteps(ctx, tx, steps, by); err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return namesOf(steps), access.Audit(ctx, tx, by, "onboarding.ask", access.Subject{Kind: "cohort", Key: a.Cohort}, nil, map[string]any{"customers": len(steps), "cut_over": a.CutOver.String()}, a.Reason)
}

func namesOf(steps []Step) []string {
	var out []string
	for _, s := range steps {
		out = append(out, s.Customer)
	}
	return out
}

// askable says whether a move may be asked for a customer.
func askable(m Step) error {
	switch m.State {
	case Shown, Declined, Imported, Moved:
		if m.State == Imported {
			return fault.New(fault.Conflict, "customer %s was not compared: compare it first, so that somebody has seen the differences", m.Customer)
		}
		return nil
	case Asked:
		return fault.New(fault.Conflict, "the move of customer %s waits for a decision already", m.Customer)
	}
	return fault.New(fault.Conflict, "customer %s is %s: import and compare it first", m.Customer, strings.ReplaceAll(string(m.State), "_", " "))
}

// family is the members of a cohort who share a paying account.
type family struct {
	account customers.AccountID
	members []Step
}

func byFamily(ctx context.Context, q postgres.Querier, members []Step) ([]family, map[string]customers.Placement, error) {
	placed, err := customers.Resolve(ctx, q, namesOf(members))
	if err != nil {
		return nil, nil, err
	}
	var out []family
	for _, m := range members {
		p, here := placed[m.Customer]
		if !here {
			continue
		}
		i := slices.IndexFunc(out, func(f family) bool { return f.account == p.Account })
		if i < 0 {
			i, out = len(out), append(out, family{account: p.Account})
		}
		out[i].members = append(out[i].members, m)
	}
	return out, placed, nil
}

// Moving is what became of a move, or of its taking back, for one paying family.
type Moving struct {
	Customers []string
	Parts     int
	Invoices  int               // of the other system, that stand billed now
	First     []invoicing.Draft // of a rehearsal: what we would invoice first
	Voided    []string          // of a taking back
	Err       error             // why it did not; everything is as it was
}

// ApproveMove moves everybody of a cohort whose move was asked for, or of those who are named, family by family: contracts are approved,
// what the other system billed and was paid is brought over, and the bills are let go from the cut-over on, all of it or nothing. What
// cannot is told, and stays asked for. With rehearse nothing stays, and the first invoices are decided.
func ApproveMove(ctx context.Context, db *postgres.DB, cohort string, names []string, reason string, rehearse bool, today period.Date, by access.Actor) ([]Moving, error) {
	doing := fmt.Sprintf("approve the move of cohort %s", cohort)
	if err := by.Require(Deciders...); err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	if by.UserID == 0 {
		return nil, fmt.Errorf("%s: %w", doing, fault.New(fault.Denied, "a move is approved by a person"))
	}
	if found := reasoned(reason); len(found) > 0 && !rehearse {
		return nil, fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	members, err := chosen(ctx, db, cohort, names)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	members = slices.DeleteFunc(members, func(m Step) bool { return m.State != Asked })
	if len(members) == 0 {
		return nil, fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "no move waits for a decision"))
	}
	families, _, err := byFamily(ctx, db, members)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	var out []Moving
	for _, f := range families {
		m := Moving{Customers: namesOf(f.members)}
		err := db.Tx(ctx, func(tx pgx.Tx) error {
			m.Parts, m.Invoices, m.First = 0, 0, nil
			if err := move(ctx, tx, cohort, f, reason, rehearse, today, by, &m); err != nil {
				return err
			}
			if rehearse {
				return errRehearsed
			}
			return nil
		})
		switch {
		case errors.Is(err, errRehearsed):
		case err != nil && !refusal(err) && fault.Kind(err) != fault.Denied:
			return out, fmt.Errorf("%s: customer %s: %w", doing, m.Customers[0], err)
		default:
			m.Err = err
		}
		out = append(out, m)
	}
	return out, nil
}

// move moves one family.
func move(ctx context.Context, tx pgx.Tx, cohort string, f family, reason string, rehearse bool, today period.Date, by access.Actor, m *Moving) error {
	if err := lockFamily(ctx, tx, f.account); err != nil {
		return err
	}
	now, err := chosen(ctx, tx, cohort, m.Customers)
	if err != nil {
		return err
	}
	for _, s := range now {
		switch {
		case s.State != Asked:
			return fault.New(fault.Conflict, "the move of customer %s does not wait any more: it is %s", s.Customer, s.State)
		case s.AskedBy == by.UserID:
			return fault.New(fault.Denied, "%s asked for the move of customer %s: another person approves it", by.Name, s.Customer)
		case s.CutOver.After(today) && !rehearse:
			return fault.New(fault.Conflict, "the cut-over is %s: approve it on that day or later, when the last invoices of the other system are here", s.CutOver)
		case s.CutOver != now[0].CutOver:
			return fault.New(fault.Conflict, "customers of one paying family are asked for on different days, %s and %s: decline one and ask again", s.CutOver, now[0].CutOver)
		}
	}
	c, err := carry(ctx, tx, cohort, f.account, now)
	if err != nil {
		return err
	}
	if err := c.agree(ctx, tx, reason, by); err != nil {
		return err
	}
	known, err := entities.Load(ctx, tx)
	if err != nil {
		return err
	}
	if err := c.bring(ctx, tx, known, by, m); err != nil {
		return err
	}
	if err := c.release(ctx, tx, reason, by); err != nil {
		return err
	}
	var steps []Step
	for _, s := range now {
		steps = append(steps, Step{Cohort: cohort, Customer: s.Customer, State: Moved, CutOver: s.CutOver, On: today, Reason: reason, AskedBy: s.AskedBy, Detail: Detail{Contracts: c.numbers(), Treatment: s.Detail.Treatment, Lines: s.Detail.Lines, Differ: s.Detail.Differ}})
	}
	if err := insertSteps(ctx, tx, steps, by); err != nil {
		return err
	}
	if rehearse {
		m.First, err = firstInvoices(ctx, tx, f.account, period.MaxDate(today, c.cutOver))
		return err
	}
	return access.Audit(ctx, tx, by, "onboarding.move", access.Subject{Kind: "cohort", Key: cohort, Account: int64(f.account)}, nil,
		map[string]any{"customers": m.Customers, "cut_over": c.cutOver.String(), "contracts": c.numbers(), "invoices": m.Invoices}, reason)
}

// firstInvoices are what the run of a day would issue for a family as it stands in a transaction.
func firstInvoices(ctx context.Context, tx pgx.Tx, account customers.AccountID, on period.Date) ([]invoicing.Draft, error) {
	w, err := invoicing.LoadWorld(ctx, tx, on)
	if err != nil {
		return nil, err
	}
	facts, err := invoicing.LoadFacts(ctx, tx, []customers.AccountID{account}, on)
	if err != nil {
		return nil, err
	}
	if facts[0].Originals, err = invoicing.LoadOriginals(ctx, tx, account); err != nil {
		return nil, err
	}
	return invoicing.Decide(w, facts[0], on)
}

// carry loads what of a family moves.
func carry(ctx context.Context, tx pgx.Tx, cohort string, account customers.AccountID, members []Step) (carrying, error) {
	c := carrying{cohort: cohort, account: account, members: members, begun: map[string]bool{}, cutOver: members[0].CutOver, treatment: opening.Treatment(members[0].Detail.Treatment)}
	var err error
	if c.placed, err = customers.Resolve(ctx, tx, namesOf(members)); err != nil {
		return c, err
	}
	all, err := contractsOf(ctx, tx, []customers.AccountID{account})
	if err != nil {
		return c, err
	}
	moved, err := movedBefore(ctx, tx, cohort, namesOf(members))
	if err != nil {
		return c, err
	}
	for _, k := range all[account] {
		i := slices.IndexFunc(members, func(m Step) bool { return c.placed[m.Customer].ID == k.Customer })
		if i < 0 || k.Latest().Last() == "rejected" {
			continue
		}
		c.contracts = append(c.contracts, k)
		c.begun[k.Number] = slices.Contains(moved, k.Number)
	}
	if len(c.contracts) == 0 {
		return c, fault.New(fault.Conflict, "customer %s has no contract: import its contracts first", members[0].Customer)
	}
	history, err := toldOf(ctx, tx, []customers.AccountID{account})
	if err != nil {
		return c, err
	}
	var numbers []string
	for _, t := range history[account] {
		numbers = append(numbers, t.Number)
	}
	there, err := invoicing.Rows(ctx, tx, numbers)
	if err != nil {
		return c, err
	}
	for _, t := range history[account] {
		if _, booked := there[t.Number]; !booked {
			c.history = append(c.history, t)
		}
	}
	kept, err := standings(ctx, tx, []customers.AccountID{account})
	for _, key := range sortedKeys(kept[account]) {
		c.standings = append(c.standings, kept[account][key].Standing)
	}
	return c, err
}

// movedBefore are the contracts that earlier moves of some customers began.
func movedBefore(ctx context.Context, tx pgx.Tx, cohort string, names []string) ([]string, error) {
	var out []string
	for _, name := range names {
		steps, err := History(ctx, tx, cohort, name)
		if err != nil {
			return nil, err
		}
		for _, s := range steps {
			if s.State == Moved {
				out = append(out, s.Detail.Contracts...)
			}
		}
	}
	return out, nil
}

func (c carrying) numbers() []string {
	var out []string
	for _, k := range c.contracts {
		out = append(out, k.Number)
	}
	return out
}

// agree approves the drafts. The program submits them, because it was a person who asked for the move; who approves it approves them.
func (c *carrying) agree(ctx context.Context, tx pgx.Tx, reason string, by access.Actor) error {
	for n, k := range c.contracts {
		if _, agreed := k.Agreement(); agreed { // an amendment that is being drafted waits for its own approval
			continue
		}
		if k.Latest().Last() == "" {
			if err := contracts.Submit(ctx, tx, k.Number, fmt.Sprintf("Cohort %s moves on %s", c.cohort, c.cutOver), access.System("move of cohort "+c.cohort)); err != nil {
				return err
			}
		}
		if err := contracts.Approve(ctx, tx, k.Number, reason, by); err != nil {
			return err
		}
		now, err := contracts.Get(ctx, tx, k.Number)
		if err != nil {
			return err
		}
		if !now.Latest().Approved() {
			return fault.New(fault.Conflict, "contract %s needs the approval of %v as well: submit it, have it approved at /contracts/%s, and approve the move then", k.Number, now.Latest().Missing(), k.Number)
		}
		c.contracts[n] = now
	}
	return nil
}

// bring books what the other system billed, was paid and earned, one part for each entity and currency.
func (c carrying) bring(ctx context.Context, tx pgx.Tx, known *entities.Directory, by access.Actor, m *Moving) error {
	for _, b := range c.books(known) {
		f := c.file(b, fmt.Sprintf("%s/%s/%d", c.cohort, c.members[0].Customer, c.members[0].Seq), known)
		if b.begun {
			if len(f.Invoices) > 0 {
				r, err := opening.Continue(ctx, tx, f, by)
				if m.Invoices += r.Invoices; err != nil {
					return err
				}
			}
			continue
		}
		computed, err := opening.Computed(ctx, tx, f)
		if err != nil {
			return err
		}
		complete(&f, computed)
		source, err := written(f)
		if err != nil {
			return err
		}
		r, err := opening.ImportPart(ctx, tx, source, by)
		if err != nil {
			return err
		}
		m.Parts, m.Invoices = m.Parts+1, m.Invoices+len(r.File.Invoices)
	}
	return nil
}

// release lets the bills of the contracts go from the cut-over on. A hold that somebody placed for another reason stays.
func (c carrying) release(ctx context.Context, tx pgx.Tx, reason string, by access.Actor) error {
	held, err := invoicing.Holds(ctx, tx, invoicing.HoldFilter{Accounts: []customers.AccountID{c.account}})
	if err != nil {
		return err
	}
	for _, h := range held {
		ours := slices.ContainsFunc(c.contracts, func(k contracts.Contract) bool { return k.ID == h.Contract })
		if !ours || h.Released != nil || h.Reason != holdReason(c.cohort) {
			continue
		}
		if err := invoicing.ReleaseHold(ctx, tx, c.account, h.ID, c.cutOver, reason, by); err != nil {
			return err
		}
	}
	return nil
}

// DeclineMove answers no: the customers stay with the other system.
func DeclineMove(ctx context.Context, tx pgx.Tx, cohort string, names []string, reason string, today period.Date, by access.Actor) error {
	doing := fmt.Sprintf("decline the move of cohort %s", cohort)
	if err := by.Require(movers...); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if found := reasoned(reason); len(found) > 0 {
		return fmt.Errorf("%s: %w", doing, fault.InvalidFields(found...))
	}
	members, err := chosen(ctx, tx, cohort, names)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	var steps []Step
	for _, m := range members {
		if m.State == Asked {
			steps = append(steps, Step{Cohort: cohort, Customer: m.Customer, State: Declined, On: today, Reason: reason, Detail: m.Detail})
		}
	}
	if len(steps) == 0 {
		return fmt.Errorf("%s: %w", doing, fault.New(fault.Conflict, "no move waits for a decision"))
	}
	if err := insertSteps(ctx, tx, steps, by); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return access.Audit(ctx, tx, by, "onboarding.decline", access.Subject{Kind: "cohort", Key: cohort}, nil, map[string]int{"customers": len(steps)}, reason)
}
